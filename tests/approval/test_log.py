"""The chain of the log: whole lines count, each names the one before, and what it names is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.log import (
    MAX_BYTES,
    MOST_LINES,
    NAME,
    Entry,
    Log,
    line_of,
    parse_log,
    problems,
    read_log,
)
from govkit.approval.records import file_name
from govkit.approval.signed import NO_LOG
from govkit.digest import digest
from govkit.errors import EvidenceBroken
from govkit.testing.office import Office

AT = "2026-11-20T00:00:00Z"
NAMES = [f"decision-{number:016x}.json" for number in range(5)]


def _lines(*names: str) -> list[bytes]:
    log, lines = Log(), []
    for name in names:
        entry = log.entry_for(name, name.encode(), AT)
        lines.append(line_of(entry))
        log = Log((*log.entries, entry))
    return lines


def test_no_bytes_are_a_log_without_entries() -> None:
    """Its head is the one that stands for none."""
    assert parse_log(b"") == Log()
    assert (Log().head, Log().heads) == (NO_LOG, (NO_LOG,))


def test_each_line_names_the_one_before() -> None:
    """By the digest of its bytes without the line feed: what anybody can compute again."""
    lines = _lines(*NAMES)
    log = parse_log(b"".join(lines))
    assert [entry.previous for entry in log.entries] == [NO_LOG, *(digest(line[:-1]) for line in lines[:-1])]
    assert log.head == digest(lines[-1][:-1])


@given(st.integers(0, 4), st.data())
def test_a_line_that_was_not_finished_never_counted(line: int, data: st.DataObject) -> None:
    """A kill in the middle of a line leaves the log that was there before."""
    lines = _lines(*NAMES)
    cut = data.draw(st.integers(0, len(lines[line]) - 1))
    torn = b"".join(lines[:line]) + lines[line][:cut]
    assert parse_log(torn) == parse_log(b"".join(lines[:line]))


@given(st.permutations(range(5)), st.integers(1, 5))
def test_lines_in_another_order_or_with_gaps_are_broken(order: list[int], kept: int) -> None:
    """Only a beginning of the log is a log."""
    lines = _lines(*NAMES)
    found = order[:kept]
    data = b"".join(lines[each] for each in found)
    if found == list(range(kept)):
        assert len(parse_log(data).entries) == kept
    else:
        with pytest.raises(EvidenceBroken, match="chain"):
            parse_log(data)


def test_lines_of_another_log_do_not_continue_this_one() -> None:
    """Though their numbers fit."""
    one, other = _lines(*NAMES), _lines(*reversed(NAMES))
    with pytest.raises(EvidenceBroken, match="line 3"):
        parse_log(b"".join((*one[:2], other[2])))


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_reading_never_raises(data: bytes) -> None:
    """A log that does not hold says why, and has no entries."""
    log, problem = read_log(data)
    assert not (problem and log.entries)


def test_a_log_that_is_too_large_is_refused() -> None:
    """By its bytes and by its lines."""
    assert "too many lines" in read_log(b"\n" * (MOST_LINES + 1))[1]
    assert "larger than any" in read_log(b"x" * (MAX_BYTES + 1))[1]


def test_log_and_files_fit_one_another() -> None:
    """What is named and gone, named twice, other than it was, or there and not named: each is told."""
    files = {name: name.encode() for name in NAMES[:3]}
    log = parse_log(b"".join(_lines(*NAMES[:3])))
    assert problems(log, files, ()) == ()
    assert problems(log, {**files, NAMES[0]: b"other"}, ()) == (f"{NAMES[0]} is not what the log says.",)
    gone = {name: data for name, data in files.items() if name != NAMES[1]}
    assert problems(log, gone, ()) == (f"{NAMES[1]} stands in the log and is not there.",)
    assert problems(log, {**files, NAMES[4]: b""}, ()) == (f"{NAMES[4]} is there and not in the log.",)
    twice = parse_log(b"".join(_lines(NAMES[0], NAMES[0])))
    assert "twice" in problems(twice, {NAMES[0]: NAMES[0].encode()}, ())[0]


def test_a_log_that_names_a_file_of_another_kind_is_broken() -> None:
    """It would be passed over when the folder is read, and could be anything."""
    log = parse_log(b"".join(_lines("../../etc/passwd")))
    assert problems(log, {}, ()) == ("../../etc/passwd stands in the log and is not there.",)


def test_who_signed_saw_an_end_that_the_log_still_has() -> None:
    """Whoever cuts records off leaves signatures behind that know better."""
    office = Office()
    office.approve()
    waiver = office.grant()
    later = office.decide(scope="Later.")
    office.sign(later, office.ann)
    kept = [
        entry
        for entry in office.book.log.entries
        if file_name(waiver).removesuffix(".json") not in entry.name
    ]
    log = Log()
    for each in kept:
        log = Log((*log.entries, log.entry_for(each.name, office.files[each.name], each.at)))
    names = {each.name for each in kept}
    office.files = {name: office.files[name] for name in names}
    office.files[NAME] = b"".join(line_of(each) for each in log.entries)
    assert office.book.problems == (
        "Ann Owner signed when the log had an end that it does not have any more.",
    )


def test_an_entry_is_one_line() -> None:
    """Whatever its name is: a line feed in it is escaped, and does not begin another line."""
    entry = Log().entry_for("a\nb", b"", AT)
    assert line_of(entry).count(b"\n") == 1
    assert parse_log(line_of(entry)).entries == (entry,)
    assert isinstance(entry, Entry)
