"""The book of a folder: whatever lies there, it is read, and what is wrong with it is told in sentences."""

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.book import Book, read_book
from govkit.approval.log import NAME as LOG
from govkit.approval.records import Decision, Revocation, Waiver, file_name
from govkit.testing.office import Office

NAMES = st.sampled_from(
    (
        LOG,
        "decision-0123456789abcdef.json",
        "waiver-0123456789abcdef.json",
        "decision-0123456789abcdef.0123456789abcdef.dsse.json",
        "notes.txt",
    )
)


def test_a_folder_without_files_is_an_empty_book() -> None:
    """Nobody decided anything, and nothing is broken."""
    assert read_book({}) == Book()


def test_what_is_neither_record_nor_signature_nor_log_is_passed_over() -> None:
    """A note beside the decisions is nobody's decision."""
    assert read_book({"README.md": b"Hello.", ".decision-0123456789abcdef.json.part": b"{"}) == Book()


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=4))
def test_hostile_files_never_raise(files: dict[str, bytes]) -> None:
    """And none of them is filed without a word."""
    book = read_book(files)
    assert not book.filed or book.problems


@given(st.data())
def test_half_a_file_is_told_and_the_others_are_read(data: st.DataObject) -> None:
    """Each problem names the file."""
    office = Office()
    office.approve()
    entry = data.draw(st.sampled_from(range(len(office.book.log.entries))))
    name = office.book.log.entries[entry].name
    office.files[name] = office.files[name][: data.draw(st.integers(0, 300))]
    assert any(name.removesuffix(".json") in each for each in office.book.problems)


def test_records_come_in_the_order_of_the_log() -> None:
    """Not of their names: what is earlier and later is what the log says."""
    office = Office()
    kept: list[t.Any] = [office.waiver(), office.decide(), office.waiver(reason="Another.")]
    kept.append(office.revocation(kept[0]))
    for each in kept:
        office.keep(each)
    assert [each.record for each in office.book.filed] == kept
    assert [each for each, _ in office.book.of_kind(Waiver)] == [kept[0], kept[2]]
    assert [each.record for each in office.book.revocations_of(kept[0].digest)] == [kept[3]]
    assert office.book.revocations_of(kept[1].digest) == ()
    assert office.book.find(kept[1].digest) is not None
    assert office.book.find(kept[1].digest[:-1] + "x") is None


def test_fulfilments_are_of_one_condition_of_one_decision() -> None:
    """Another condition's, or another decision's, is not this one's."""
    office = Office()
    one, other = office.decide(), office.decide(scope="Elsewhere.")
    for each in (office.fulfilment(one, "canary"), office.fulfilment(other, "canary")):
        office.keep(each)
    assert len(office.book.fulfilments_of(one.digest, "canary")) == 1
    assert office.book.fulfilments_of(one.digest, "another") == ()


@pytest.mark.parametrize("what", ["signature", "record"])
def test_a_signature_about_nothing_that_is_there_is_told(what: str) -> None:
    """Whoever takes a record away leaves what was signed of it."""
    office = Office()
    decision = office.approve()
    gone = [name for name in office.files if name.startswith(file_name(decision)[:-5])]
    gone = [name for name in gone if (".dsse." in name) == (what == "signature")]
    del office.files[gone[0]]
    problems = office.book.problems
    assert any("is not there" in each for each in problems)
    assert any("about nothing" in each for each in problems) == (what == "record")


def test_a_known_head_that_the_log_never_had_is_told() -> None:
    """Each head that it had is as good as the last."""
    office = Office()
    office.approve()
    for head in office.book.log.heads:
        office.seen_head = head
        assert office.book.problems == ()
    office.seen_head = "sha256:" + "1" * 64
    assert office.book.problems == ("The log does not have the end that it is known to have had.",)


def test_kinds_are_told_apart() -> None:
    """Where nothing of a kind is, there is none."""
    office = Office()
    office.approve()
    assert len(office.book.of_kind(Decision)) == 1
    assert office.book.of_kind(Revocation) == ()
