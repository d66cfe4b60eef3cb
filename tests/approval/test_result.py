"""The bottom line: computed in one place from the rows, and never open where anything stands against it."""

import itertools
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.reasons import REASONS
from govkit.approval.records import Result
from govkit.approval.result import EXIT_CODES, OPENING, Row, bottom_of, parse_gate
from govkit.errors import EvidenceBroken
from govkit.testing.office import Office

RESULTS: tuple[Result, ...] = t.get_args(Result)


def _row(result: Result, *, broken: bool = False) -> Row:
    return Row(requirement="r", title="", result=result, reason="", sentence="", broken=broken)


def test_of_no_rows_it_is_never_open() -> None:
    """Nothing never passes."""
    assert bottom_of(()) == "undecided"


@pytest.mark.parametrize(
    ("result", "bottom"),
    [
        ("pass", "open"),
        ("waived", "open"),
        ("conditional", "open"),
        ("fail", "shut"),
        ("needs-review", "undecided"),
        ("not-run", "undecided"),
        ("insufficient", "undecided"),
        ("expired", "expired"),
        ("void", "expired"),
    ],
)
def test_one_row_decides_beside_one_that_passes(result: Result, bottom: str) -> None:
    """In either order."""
    rows = [_row(result), _row("pass")]
    assert bottom_of(rows) == bottom_of(rows[::-1]) == bottom


@given(st.lists(st.sampled_from(RESULTS), min_size=1, max_size=6), st.randoms())
def test_the_order_of_rows_does_not_matter_and_one_more_never_helps(
    results: list[Result], chance: t.Any
) -> None:
    """Open needs every row; a failure outweighs what is missing, and that what has ended."""
    rows = [_row(each) for each in results]
    bottom = bottom_of(rows)
    assert (bottom == "open") == all(each in OPENING for each in results)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert bottom_of(shuffled) == bottom
    weight = {"open": 0, "expired": 1, "undecided": 2, "shut": 3, "broken": 4}
    for more in RESULTS:
        assert weight[bottom_of([*rows, _row(more)])] >= weight[bottom]


def test_what_is_broken_outweighs_all() -> None:
    """Evidence, a policy or a record that does not hold is no mere failure."""
    assert bottom_of([_row("fail"), _row("fail", broken=True)]) == "broken"
    assert bottom_of([_row("expired", broken=True), _row("pass")]) == "broken"


def test_exit_codes_are_one_each() -> None:
    """A machine tells the bottom lines apart; only an open gate is zero."""
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert [bottom for bottom, code in EXIT_CODES.items() if code == 0] == ["open"]


def test_every_reason_has_a_result_that_there_is_and_a_sentence() -> None:
    """And no two reasons mean the same."""
    assert {result for result, _ in REASONS.values()} <= set(RESULTS)
    meanings = [meaning for _, meaning in REASONS.values()]
    assert all(each.endswith(".") for each in meanings)
    assert [one for one, other in itertools.combinations(meanings, 2) if one == other] == []


def test_what_the_gate_said_is_read_as_it_was_written() -> None:
    """And from nothing else; it counts its rows."""
    office = Office()
    office.approve()
    said = office.gate()
    assert parse_gate(said.bytes(), name="gate.json") == said
    assert sum(said.counts.values()) == len(said.rows)
    with pytest.raises(EvidenceBroken):
        parse_gate(said.bytes() + b" ", name="gate.json")
