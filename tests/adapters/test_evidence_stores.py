"""Finding runs and decisions in a store."""

import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters import evidence_stores
from govkit.adapters.evidence_stores import DEPTH, Store, told, untold
from govkit.errors import AskedWrongly, EvidenceBroken


def _run(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(b"{}")
    return folder


def _found(root: pathlib.Path, known: dict[str, str] | None = None) -> dict[tuple[str, str], str]:
    return {(each.kind, each.folder): each.stamp or each.why for each in Store(root).walk(known or {})}


def test_runs_and_decisions_are_found_at_any_depth(tmp_path: pathlib.Path) -> None:
    """A folder with files of a run is a run, one with a log or a record holds decisions; others are walked through."""
    _run(tmp_path / "a")
    _run(tmp_path / "team" / "month" / "b")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "report.pdf").write_bytes(b"%PDF")
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "log.jsonl").write_bytes(b"")
    (tmp_path / "x-1.0.0-y-0123abcd").mkdir()
    assert _found(tmp_path).keys() == {
        ("run", "a"),
        ("run", "team/month/b"),
        ("decisions", "decisions"),
        ("run", "x-1.0.0-y-0123abcd"),
    }


def test_a_run_or_a_folder_of_decisions_may_be_given_itself(tmp_path: pathlib.Path) -> None:
    """The store may be the run folder, or the folder of decisions."""
    assert _found(_run(tmp_path / "a")).keys() == {("run", ".")}
    (tmp_path / "a" / "log.jsonl").write_bytes(b"")
    assert _found(tmp_path / "a").keys() == {("run", "."), ("decisions", ".")}


def test_files_dropped_beside_do_not_hide_runs_below(tmp_path: pathlib.Path) -> None:
    """A run's file at the top of a store makes the top a run, and hides none of those below it."""
    _run(tmp_path / "a")
    first = _found(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert _found(tmp_path, {"a": first["run", "a"]}).keys() == {("run", "."), ("run", "a")}
    (tmp_path / "team").mkdir()
    known = {folder: stamp for (_, folder), stamp in _found(tmp_path).items()}
    _run(tmp_path / "team" / "b")
    assert _found(tmp_path, known).keys() == {("run", "."), ("run", "a"), ("run", "team/b")}


@pytest.mark.parametrize("name", evidence_stores.SMALL_NAMES)
def test_the_stamp_changes_with_every_small_file(tmp_path: pathlib.Path, name: str) -> None:
    """Bytes of another content but the same length and the same times give another stamp; no change gives the same."""
    folder = _run(tmp_path / "a")
    path = folder / name
    path.write_bytes(b"1")
    before = _found(tmp_path)
    assert _found(tmp_path) == before
    assert _found(tmp_path, {"a": before["run", "a"]}) == before
    times = path.stat()
    path.write_bytes(b"2")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert _found(tmp_path, {"a": before["run", "a"]}) != before


def test_the_stamp_changes_with_every_name_that_comes_or_goes(tmp_path: pathlib.Path) -> None:
    """A file more in a run folder, or a record more among decisions, is another stamp."""
    folder = _run(tmp_path / "a")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "log.jsonl").write_bytes(b"")
    before = _found(tmp_path)
    (folder / "transcripts-000001.zst").write_bytes(b"")
    (tmp_path / "d" / "decision-0123456789abcdef.json").write_bytes(b"")
    after = _found(tmp_path, {"a": before["run", "a"]})
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_no_link_is_followed_and_each_is_counted(tmp_path: pathlib.Path) -> None:
    """A link to a folder is not walked, a link to a file not read, and a circle ends."""
    outside = _run(tmp_path / "outside")
    store = tmp_path / "store"
    run = _run(store / "a")
    (store / "elsewhere").symlink_to(outside, target_is_directory=True)
    (store / "circle").symlink_to(store, target_is_directory=True)
    (run / "profile.json").symlink_to(outside / "manifest.json")
    opened = Store(store)
    assert [each.folder for each in opened.walk({})] == ["a"]
    assert opened.links == 3
    with pytest.raises(EvidenceBroken, match="cannot be read"):
        opened.read("a", "profile.json", 100)


def test_a_file_is_read_whole_or_not_at_all(tmp_path: pathlib.Path) -> None:
    """Nothing there is None; more than the limit, a folder or a pipe is an error, and none of them waits."""
    folder = _run(tmp_path / "a")
    (folder / "profile.json").mkdir()
    os.mkfifo(folder / "assessment.json")
    store = Store(tmp_path)
    assert store.read("a", "manifest.json", 2) == b"{}"
    assert store.read("a", "attestation.json", 2) is None
    for name in ("manifest.json", "profile.json", "assessment.json"):
        with pytest.raises(EvidenceBroken):
            store.read("a", name, 1)


def test_what_lies_too_deep_or_has_too_long_a_name_is_told(tmp_path: pathlib.Path) -> None:
    """Beyond the depth that is walked, or the length that is kept, there is an entry that says so."""
    _run(tmp_path.joinpath(*"abcdef"[: DEPTH + 1]))
    _run(tmp_path.joinpath(*("\r\n\t" * 80 for _ in range(DEPTH))))
    found = _found(tmp_path)
    assert found["run", f"{'/'.join('abcdef'[:DEPTH])}/*"].startswith("There are folders below")
    assert sorted(found.values())[1] == "This folder's name is too long."
    assert max(len(folder.encode()) for _, folder in found) < 2_000
    assert len(found) == 2


def test_a_store_that_is_not_there_is_no_empty_store(tmp_path: pathlib.Path) -> None:
    """What was unmounted must not look as if all of its runs were gone."""
    with pytest.raises(AskedWrongly, match="no such evidence store"):
        Store(tmp_path / "gone")


def test_somebodys_disk_is_no_store(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to how many names are looked at."""
    monkeypatch.setattr(evidence_stores, "MOST_ENTRIES", 3)
    for name in "abcd":
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(AskedWrongly, match="too many files"):
        _found(tmp_path)


@given(st.binary(min_size=1, max_size=60).filter(lambda name: b"\0" not in name))
def test_a_name_is_told_as_printable_text_and_found_again(name: bytes) -> None:
    """Any name a file system can hold is told as printable UTF-8, and from that the very name comes back."""
    text = told(os.fsdecode(name))
    assert text.isprintable()
    text.encode("utf-8")
    assert os.fsencode(untold(text)) == name


def test_plain_names_are_told_as_they_are() -> None:
    """What a person would write is not encoded."""
    assert told("graceful-shutdown-2.0.0 Prüfung") == "graceful-shutdown-2.0.0 Prüfung"
