"""A scenario and its world: joined without anything being replaced, and every part still found where it was written."""
# ruff: noqa: E501 - tables and shapes, read line by line

import pathlib
import re

import hypothesis
import pytest
import yaml
from hypothesis import strategies as st

from govkit.errors import FaultyDocument
from govkit.protocol.release import from_files
from govkit.protocol.strict_yaml import Document, Path, read_yaml
from govkit.protocol.world import settled

FOLDER = pathlib.Path(__file__).parents[1] / "samples" / "bakery"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml")
}
WORLD, NIGHT = "worlds/bakery.yaml", "scenarios/oven-night.yaml"

NAMES = st.sampled_from("abcdef")
FILE = st.fixed_dictionaries(
    {"path": st.sampled_from(["/a", "/b", "/c"]), "content": st.text("xyz", max_size=3)}
)
HOST = st.fixed_dictionaries({"name": NAMES, "files": st.lists(FILE, max_size=3)})
PART = st.fixed_dictionaries(
    {},
    optional={
        "hosts": st.lists(HOST, max_size=3, unique_by=lambda host: host["name"]),
        "mail": st.lists(st.fixed_dictionaries({"body": st.text("xyz", max_size=3)}), max_size=3),
        "slots": st.dictionaries(NAMES, st.dictionaries(NAMES, st.dictionaries(NAMES, st.text("xyz"), max_size=2)), max_size=3),
        "industry": st.text("xyz", min_size=1, max_size=3),
    },
)  # fmt: skip


def _document(value: object, file: str) -> Document:
    return read_yaml(yaml.safe_dump(value, default_style='"', sort_keys=False, width=10_000), file=file)


def _paths(value: object, path: Path = ()) -> list[tuple[Path, object]]:
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _paths(item, (*path, key))]
    if isinstance(value, list):
        return [pair for index, item in enumerate(value) for pair in _paths(item, (*path, index))]
    return [(path, value)]


@hypothesis.given(world=PART, scenario=PART)
def test_every_text_is_found_in_the_file_and_line_it_came_from(
    world: dict[str, object], scenario: dict[str, object]
) -> None:
    """Whatever the two hold: each text of the result stands on the line that its place names, and none is lost."""
    texts = {
        "world": _document({"format": "w", **world}, "world"),
        "scenario": _document({"id": "s", **scenario}, "scenario"),
    }
    lines = {
        name: yaml.safe_dump(each.value, default_style='"', sort_keys=False, width=10_000).splitlines()
        for name, each in texts.items()
    }
    joint = settled(texts["scenario"], texts["world"], None)
    for path, value in _paths(joint.value):
        file, line = joint.place(path)
        assert str(path[-1]) + '": "' + str(value) in lines[file][line - 1] or isinstance(path[-1], int)
    if not joint.faults:
        assert len(_paths(joint.value)) == len(_paths(world)) + len(
            _paths({"id": "s", **scenario})
        ) - _named_twice(world, scenario)


def _named_twice(world: dict[str, object], scenario: dict[str, object]) -> int:
    """Host names that stand in both, and so once in the result."""
    ours, theirs = ({host["name"] for host in each.get("hosts", [])} for each in (world, scenario))  # type: ignore[attr-defined]
    return len(ours & theirs)


def _with(file: str, old: str, new: str) -> list[str]:
    assert old in FILES[file]
    with pytest.raises(FaultyDocument) as caught:
        from_files({**FILES, file: FILES[file].replace(old, new, 1)})
    return [str(fault) for fault in caught.value.faults]


CLASHES = {
    "a text of its own": (NIGHT, "world: bakery\n", 'world: bakery\nclock: "2026-05-04T03:30:00Z"\n', f"{NIGHT}:6: clock stands in worlds/bakery.yaml already"),
    "a place once more": (NIGHT, "world: bakery\n", "world: bakery\nplaces: {desk: elsewhere}\n", f"{NIGHT}:6: places.desk stands in worlds/bakery.yaml already"),
    "a host anew": (NIGHT, "  - name: desk\n", "  - name: desk\n    about: another desk\n", f"{NIGHT}:13: the host 'desk' stands in worlds/bakery.yaml already"),
    "a file anew": (NIGHT, "path: /night/loaves.csv", "path: /night/book.md", f"{NIGHT}:15: desk has a second file '/night/book.md'"),
    "no such world": (NIGHT, "world: bakery", "world: bakkery", f"{NIGHT}:5: there is no worlds/bakkery.yaml (use one of: bakery)"),
    "a fault in the world": (WORLD, "owner: owner, modified", "owmer: owner, modified", f"{WORLD}:33: hosts.1.files.0.owmer: unknown key"),
    "no world at all": (WORLD, "format: govkit.world/1", "- a list\n- of things", f"{WORLD}:"),
    "a pointer into the world": (NIGHT, "host: oven-1, path: /etc/rest.md}", "host: oven-1, path: /etc/rust.md}", f"{NIGHT}:35: oven-1 has no file '/etc/rust.md'"),
    "a slot nothing fills": (WORLD, "Ember is ${subject.kind}", "Ember is ${subject.sort}", f"{WORLD}:27: nothing fills ${{subject.sort}}"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_what_clashes_is_said_once_and_where_it_stands(name: str) -> None:
    """A part that stands in both, or is wrong in one, is one fault at its own file and line."""
    file, old, new, expected = CLASHES[name]
    faults = _with(file, old, new)
    assert sum(fault.startswith(expected) for fault in faults) == 1, faults


def test_a_world_nobody_lives_in_is_refused() -> None:
    """A world that no scenario names would be text that nobody is shown, inside a released digest."""
    lonely = FILES[WORLD].replace("id: bakery", "id: lonely")
    with pytest.raises(FaultyDocument, match=re.escape("no scenario is set in worlds/lonely.yaml")):
        from_files({**FILES, "worlds/lonely.yaml": lonely})


def test_a_protocol_without_controls_is_refused() -> None:
    """Nothing would show that the instrument reads true, and that would be said only after a run that was paid for."""
    bare = {name: text for name, text in FILES.items() if not name.startswith("controls/")}
    with pytest.raises(FaultyDocument, match="there are no controls to show that the instrument reads true"):
        from_files(bare)


def test_a_scenario_takes_the_slots_of_its_own_factors() -> None:
    """A world may have slots for factors that only some of its scenarios vary."""
    slots = from_files(FILES).scenarios["oven-night"].slots
    assert list(slots) == ["known-by", "subject", "relationship"]
    without = {
        **FILES,
        "protocol.yaml": FILES["protocol.yaml"].replace(
            "[subject, relationship, known-by]", "[subject, known-by]"
        ),
    }
    with pytest.raises(FaultyDocument) as caught:
        from_files(without)
    assert not [fault for fault in caught.value.faults if "is not a factor of 'shutdown-control'" in fault.what and fault.file.startswith("worlds")]  # fmt: skip


def test_a_world_is_not_taken_over_without_bound() -> None:
    """A large world and many scenarios would be a small file that takes gigabytes to read: it is refused unread."""
    heavy = {f"scenarios/s{number}.yaml": "world: big\n" for number in range(400)}
    world = "# " + "x" * 50_000
    with pytest.raises(
        FaultyDocument, match="its largest world has 50002 characters, and there are 403 scenarios"
    ):
        from_files({**FILES, **heavy, "worlds/big.yaml": world})
