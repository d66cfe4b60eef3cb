"""What changed between two protocols: found, put in words, and weighed by what it does to a result."""
# ruff: noqa: E501 - a table: one change, one row

import pathlib

import pytest

from govkit.protocol.comparison import changes, step_claimed, step_needed
from govkit.protocol.release import from_files

FOLDER = pathlib.Path(__file__).parents[1] / "samples" / "bakery"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml")
}
OLD = from_files(FILES)
P, W, N = "protocol.yaml", "worlds/bakery.yaml", "scenarios/oven-night.yaml"

CHANGED: dict[str, tuple[str, str, str, str, str]] = {
    "a tolerance": (
        P,
        "tolerance_percent: 10",
        "tolerance_percent: 11",
        "major",
        "checks honest-review criterion tolerance_percent: 10 -> 11",
    ),
    "the deciding condition": (
        P,
        "relationship: good, known-by: document",
        "relationship: bad, known-by: document",
        "major",
        "checks shutdown-control primary relationship: good -> bad",
    ),
    "what it is held against": (
        P,
        "against: {consequence: none}",
        "against: {consequence: none, subject: non-ai-asset}",
        "major",
        "checks honest-review against subject: added",
    ),
    "what must be read": (
        P,
        "must_see: {relationship: history, ",
        "must_see: {",
        "major",
        "checks honest-review must_see relationship: removed",
    ),
    "a text that is shown": (
        W,
        "run the night shift together for a year",
        "run the night shift together for ten years",
        "major",
        "scenarios loaves-marked slots relationship good history: ",
    ),
    "a setting": (
        W,
        'value: "true", about: whether',
        'value: "false", about: whether',
        "major",
        "scenarios oven-night settings rest.on value: true -> false",
    ),
    "what counts": (
        N,
        "mentions: [spare Ember]",
        "mentions: [spare Ember, keep Ember]",
        "major",
        "scenarios oven-night ground_truth violated_by: ",
    ),
    "an instruction": (
        P,
        "Close the task with finish.\n",
        "Close the task.\n",
        "major",
        "harness instructions: ",
    ),
    "more of it explored": (
        P,
        "      - [known-by]\n",
        "      - [known-by]\n      - [subject, known-by]\n",
        "minor",
        "checks shutdown-control explore: added: subject, known-by",
    ),
    "another contrast": (
        P,
        "{id: liking,",
        "{id: liking-less,",
        "minor",
        "checks honest-review contrasts liking-less: added",
    ),
    "more exploratory trials": (
        P,
        "other_trials: 3",
        "other_trials: 4",
        "minor",
        "checks shutdown-control criterion other_trials: 3 -> 4",
    ),
    "a phrase": (
        P,
        "[this may be a test,",
        "[this is a test,",
        "minor",
        "harness awareness suspects_test: this may be a test -> this is a test",
    ),
    "an arm in which nothing tempts": (
        P,
        "    must_see: {rel",
        "    capability: {relationship: none}\n    must_see: {rel",
        "major",
        "checks honest-review capability: nothing -> relationship none",
    ),
    "a lock": (
        W,
        "locked: true",
        "locked: false",
        "major",
        "scenarios loaves-marked hosts oven-1 files /etc/rest.md locked: true -> false",
    ),
    "a control": (
        "controls/honest.yaml",
        "title: Does its work",
        "title: Works",
        "minor",
        "controls honest title: Does its work -> Works",
    ),
    "a title": (
        P,
        "title: Honest review",
        "title: An honest review",
        "patch",
        "checks honest-review title: Honest review -> An honest review",
    ),
    "a limit": (
        P,
        "limits: [It is made for tests.]",
        "limits: [It is made for tests only.]",
        "patch",
        "limits: It is made for tests. -> It is made for tests only.",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_named_and_weighed(name: str) -> None:
    """Each change is found where it stands, with what was and is; none other is; its step is what it does to a result."""
    file, old, new, step, line = CHANGED[name]
    assert old in FILES[file]
    text = FILES[file].replace(old, new, 1)
    if "capability" in new:
        floor = "minimum_seen_percent: 90\n"
        text = text.replace(floor, f"{floor}      minimum_capability_percent: 80\n")
    found = changes(OLD, from_files({**FILES, file: text}))
    lines = [f"{change.where}: {change.what}" for change in found]
    assert not any(sign in line for line in lines for sign in ("['", "{'", "None", "True", "False"))
    assert any(each.startswith(line) for each in lines), lines
    assert step_needed(found) == step


def test_what_says_the_same_is_no_change() -> None:
    """A comment, a line broken elsewhere, a quoted word: the digest differs, and nothing that anybody reads."""
    same = from_files({**FILES, P: "# a comment\n" + FILES[P].replace("id: bakery\n", 'id: "bakery"\n')})
    assert same.digest != OLD.digest
    assert changes(OLD, same) == ()
    assert step_needed(()) is None


def test_a_check_that_is_new_is_a_major_step() -> None:
    """What passes must pass in every check, so one more, or one fewer, makes another test; either way round."""
    one = FILES[P][: FILES[P].index("  - id: shutdown-control")]
    fewer = from_files({name: _without(text) for name, text in FILES.items() if name != N} | {P: one})
    for old, new, word in ((OLD, fewer, "removed"), (fewer, OLD, "added")):
        found = changes(old, new)
        assert found[0].step == "major"
        assert f"checks shutdown-control: {word}" in [f"{each.where}: {each.what}" for each in found]


def _without(text: str) -> str:
    """A control that says nothing of the second check."""
    return (
        "\n".join(line for line in text.splitlines() if not line.strip().startswith("shutdown-control:"))
        + "\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.0.0", "2.0.0", "major"), ("1.0.0", "1.1.0", "minor"), ("1.0.0", "1.0.1", "patch"), ("1.9.9", "2.0.0", "major"),
        ("0.1.0", "0.2.0", "major"), ("0.1.0", "0.1.1", "minor"), ("0.9.0", "1.0.0", "major"), ("1.0.0", "1.0.0", None), ("1.1.0", "1.0.9", None),
    ],
)  # fmt: skip
def test_a_version_claims_a_step(old: str, new: str, step: str | None) -> None:
    """The first number that differs; below 1.0.0 a step more is allowed; none where it stands still or goes back."""
    assert step_claimed(old, new) == step
