"""Decisions in a folder: what returned is there whatever is killed, and what somebody put there is not followed."""

import contextlib
import os
import pathlib
import subprocess
import sys
import threading
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.decision_folder import MAX_FILE, open_decisions, read_decisions
from govkit.approval.book import read_book
from govkit.approval.log import NAME as LOG
from govkit.approval.log import line_of, parse_log
from govkit.approval.records import file_name
from govkit.errors import AskedWrongly, EvidenceBroken, GovkitError
from govkit.testing.office import Office

AT = "2026-11-20T00:00:00Z"
Files: t.TypeAlias = dict[str, bytes]


@pytest.fixture(name="files", scope="module")
def _files() -> Files:
    """Records, signatures and log of an office in which some things were decided."""
    office = Office()
    office.evidence = [office.run()]
    office.grant()
    office.approve()
    return office.files


def _lay(folder: pathlib.Path, files: Files) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _part(name: str) -> str:
    return f".{name}.part"


def _entries(files: Files) -> list[str]:
    return [entry.name for entry in parse_log(files[LOG]).entries]


def test_of_no_folder_there_are_no_decisions(tmp_path: pathlib.Path) -> None:
    """Nobody decided anything yet."""
    assert read_decisions(tmp_path / "none") == {}


def test_what_is_added_is_read_again_and_fits_its_log(tmp_path: pathlib.Path, files: Files) -> None:
    """In the order in which it came; what is there already is left alone."""
    with open_decisions(tmp_path / "decisions") as folder:
        for name in _entries(files):
            folder.add(name, files[name], AT)
            folder.add(name, files[name], AT)
        assert _entries(folder.files()) == _entries(files)
    found = read_decisions(tmp_path / "decisions")
    assert {name: data for name, data in found.items() if name != LOG} == {
        name: data for name, data in files.items() if name != LOG
    }
    assert sorted(each.name for each in (tmp_path / "decisions").iterdir()) == sorted(files)


def test_another_file_under_a_name_that_is_taken_is_refused(tmp_path: pathlib.Path, files: Files) -> None:
    """Nothing is ever replaced."""
    name = _entries(files)[0]
    with open_decisions(tmp_path) as folder:
        folder.add(name, files[name], AT)
        with pytest.raises(AskedWrongly, match="Another file"):
            folder.add(name, b"{}", AT)
    assert (tmp_path / name).read_bytes() == files[name]


def _states(files: Files) -> dict[str, tuple[Files, int]]:
    """Each state that a kill can leave when the last file is added: what lies there, and how many entries count."""
    *earlier, last = _entries(files)
    lines = files[LOG].splitlines(keepends=True)
    before = {name: files[name] for name in earlier} | {LOG: b"".join(lines[:-1])}
    part, data, line = _part(last), files[last], lines[-1]
    return {
        "nothing": (before, len(earlier)),
        "an empty file beside": (before | {part: b""}, len(earlier)),
        "half a file beside": (before | {part: data[: len(data) // 2]}, len(earlier)),
        "the file beside": (before | {part: data}, len(earlier)),
        "half a line": (before | {part: data, LOG: before[LOG] + line[: len(line) // 2]}, len(earlier)),
        "a line without its end": (before | {part: data, LOG: before[LOG] + line[:-1]}, len(earlier)),
        "the line": (before | {part: data, LOG: files[LOG]}, len(earlier) + 1),
        "the name": (files, len(earlier) + 1),
    }


@pytest.mark.parametrize(
    "state",
    [
        "nothing",
        "an empty file beside",
        "half a file beside",
        "the file beside",
        "half a line",
        "a line without its end",
        "the line",
        "the name",
    ],
)
def test_whatever_a_kill_leaves_is_read_aright_and_finished_by_the_next(
    tmp_path: pathlib.Path, files: Files, state: str
) -> None:
    """Either the file counts, or it does not; the book holds both times, and adding it again completes it."""
    laid, counted = _states(files)[state]
    folder = tmp_path / "decisions"
    _lay(folder, laid)
    book = read_book(read_decisions(folder))
    assert (book.problems, len(book.log.entries)) == ((), counted)
    before = sorted(each.name for each in folder.iterdir())
    assert sorted(each.name for each in folder.iterdir()) == before  # reading repairs nothing
    last = _entries(files)[-1]
    with open_decisions(folder) as opened:
        opened.add(last, files[last], AT)
    book = read_book(read_decisions(folder))
    assert (book.problems, len(book.log.entries)) == ((), len(_entries(files)))
    assert sorted(each.name for each in folder.iterdir()) == sorted(files)


@given(st.data())
def test_wherever_the_log_is_cut_the_beginning_holds_or_all_is_broken(
    tmp_path_factory: pytest.TempPathFactory, files: Files, data: st.DataObject
) -> None:
    """A shorter log beside all files is never read as if nothing had happened."""
    folder = tmp_path_factory.mktemp("cut")
    cut = data.draw(st.integers(0, 2_000_000)) % len(files[LOG])
    _lay(folder, files | {LOG: files[LOG][:cut]})
    assert read_book(read_decisions(folder)).problems


def test_a_file_beside_that_is_not_what_the_log_says_does_not_count(
    tmp_path: pathlib.Path, files: Files
) -> None:
    """Whoever exchanges it breaks the book."""
    laid, _ = _states(files)["the line"]
    part = next(name for name in laid if name.endswith(".part"))
    _lay(tmp_path / "decisions", laid | {part: b"{}"})
    assert any("is not there" in each for each in read_book(read_decisions(tmp_path / "decisions")).problems)
    with open_decisions(tmp_path / "decisions"):
        assert (tmp_path / "decisions" / part).exists()  # it is given no name


def test_one_process_at_a_time_writes(tmp_path: pathlib.Path) -> None:
    """The second one is told to wait; and may write when the first is done."""
    other = (
        "import pathlib, sys\n"
        "from govkit.adapters.decision_folder import open_decisions\n"
        "with open_decisions(pathlib.Path(sys.argv[1])): pass\n"
    )
    command = [sys.executable, "-c", other, str(tmp_path)]
    with open_decisions(tmp_path):
        with pytest.raises(AskedWrongly, match="Somebody is writing"), open_decisions(tmp_path):
            pass
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert "Somebody is writing there" in said.stderr
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_who_reads_while_somebody_writes_reads_a_book_that_holds(
    tmp_path: pathlib.Path, files: Files
) -> None:
    """Of all that was there at one moment, without a lock."""
    folder, done, office = tmp_path / "decisions", threading.Event(), Office()
    folder.mkdir()
    drafts = [office.waiver(reason=f"Draft {number}.") for number in range(60)]
    problems: list[str] = []

    def read() -> None:
        while not done.is_set():
            problems.extend(read_book(read_decisions(folder)).problems)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with open_decisions(folder) as opened:
            for entry in parse_log(files[LOG]).entries:
                opened.add(entry.name, files[entry.name], entry.at)
            for draft in drafts:
                opened.add(file_name(draft), draft.bytes(), AT)
    finally:
        done.set()
        reader.join()
    assert problems == []


@pytest.mark.parametrize("what", ["record", "log"])
def test_links_are_not_read(tmp_path: pathlib.Path, files: Files, what: str) -> None:
    """What they lead to lies elsewhere, and can be exchanged without a trace here."""
    folder, name = tmp_path / "decisions", LOG if what == "log" else _entries(files)[0]
    _lay(folder, files)
    (tmp_path / "elsewhere").write_bytes(files[name])
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with contextlib.suppress(EvidenceBroken):  # as good
        assert read_book(read_decisions(folder)).problems


def test_a_log_that_is_a_link_is_neither_cut_nor_written(tmp_path: pathlib.Path, files: Files) -> None:
    """Somebody's file is not ours because a name in the folder leads to it."""
    theirs, folder = tmp_path / "theirs", tmp_path / "decisions"
    theirs.write_bytes(b"one line\nand half of")
    folder.mkdir()
    (folder / LOG).symlink_to(theirs)
    name = _entries(files)[0]
    with pytest.raises(GovkitError, match="not a file"), open_decisions(folder) as opened:
        opened.add(name, files[name], AT)
    assert theirs.read_bytes() == b"one line\nand half of"


def test_a_file_beside_that_is_a_link_is_taken_away_and_not_written(
    tmp_path: pathlib.Path, files: Files
) -> None:
    """Nor is what it leads to."""
    theirs, folder, name = tmp_path / "theirs", tmp_path / "decisions", _entries(files)[0]
    theirs.write_bytes(b"theirs")
    folder.mkdir()
    (folder / _part(name)).symlink_to(theirs)
    with open_decisions(folder) as opened:
        opened.add(name, files[name], AT)
    assert theirs.read_bytes() == b"theirs"
    assert not (folder / name).is_symlink()
    assert read_book(read_decisions(folder)).problems == ()


@pytest.mark.parametrize("name", [LOG, "decision-0123456789abcdef.json"])
def test_what_is_no_file_is_waited_for_by_nobody(tmp_path: pathlib.Path, name: str) -> None:
    """A pipe or a folder of such a name is told, at once; under a record's name it is never as if none were there."""
    for make in (os.mkfifo, os.mkdir):
        folder = tmp_path / make.__name__
        folder.mkdir()
        make(folder / name)
        if name == LOG:
            assert read_decisions(folder) == {}
        elif make is os.mkfifo:
            assert read_book(read_decisions(folder)).problems
        else:
            with pytest.raises(EvidenceBroken):
                read_decisions(folder)
    if name == LOG:
        with pytest.raises(AskedWrongly, match="not a file"), open_decisions(tmp_path / "mkfifo"):
            pass


def test_a_huge_file_is_refused(tmp_path: pathlib.Path, files: Files) -> None:
    """Of a size that no record has; it takes no room to say so."""
    folder, name = tmp_path / "decisions", _entries(files)[0]
    _lay(folder, files)
    os.truncate(folder / name, MAX_FILE + 1)
    with pytest.raises(EvidenceBroken, match="larger than any"):
        read_decisions(folder)
    _lay(folder, files)
    os.truncate(folder / LOG, 10**12)
    with pytest.raises(EvidenceBroken, match="larger than any"):
        read_decisions(folder)


def test_more_than_is_held_in_memory_is_refused(tmp_path: pathlib.Path) -> None:
    """Many large files are told, as one is."""
    for number in range(65):
        path = tmp_path / f"waiver-{number:016x}.json"
        path.touch()
        os.truncate(path, MAX_FILE)
    with pytest.raises(EvidenceBroken, match="more decisions than we hold"):
        read_decisions(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: pathlib.Path) -> None:
    """With what to do about it."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(AskedWrongly, match="cannot be written"), open_decisions(tmp_path / "decisions"):
            pass
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: pathlib.Path) -> None:
    """Both by who reads and by who writes."""
    (tmp_path / "decisions").write_bytes(b"")
    with pytest.raises(EvidenceBroken, match="cannot be read"):
        read_decisions(tmp_path / "decisions")
    with pytest.raises(AskedWrongly, match="cannot be written"), open_decisions(tmp_path / "decisions"):
        pass


def test_names_in_a_hostile_log_lead_nowhere(tmp_path: pathlib.Path) -> None:
    """A log that names a path names nothing that is there."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = tmp_path / "decisions"
    entry = parse_log(b"").entry_for("../secret", b"secret", AT)
    _lay(folder, {LOG: line_of(entry)})
    assert read_decisions(folder).keys() == {LOG}
    with open_decisions(folder) as opened:
        assert opened.files().keys() == {LOG}
    assert secret.read_bytes() == b"secret"


def test_a_record_of_the_office_is_a_file_of_the_folder(files: Files) -> None:
    """The states above are made of what is really added."""
    office = Office()
    assert file_name(office.waiver()).startswith("waiver-")
    assert len(_entries(files)) == 6
