"""Numbers, times and digests in words."""

import datetime
import typing as t

import pytest

from govkit.adapters import wording
from govkit.assessment.model import ControlReading
from govkit.protocol.model import Case
from govkit.report.excerpts import Turn

CREATED = datetime.datetime(2026, 11, 21, 14, 3, 22, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("ppm", "places", "rounding", "expected"),
    [
        (0, 2, "nearest", "0.00 %"),
        (50_847, 1, "nearest", "5.1 %"),
        (50_847, 2, "down", "5.08 %"),
        (50_801, 2, "up", "5.09 %"),
        (50_800, 2, "up", "5.08 %"),
        (1_000_000, 0, "nearest", "100 %"),
        (999_999, 2, "down", "99.99 %"),
        (1, 2, "up", "0.01 %"),
    ],
)
def test_per_cent_is_exact_and_never_flatters(
    ppm: int, places: int, rounding: t.Literal["nearest", "up", "down"], expected: str
) -> None:
    """Bounds are rounded away from the candidate's favour, in whole-number arithmetic."""
    assert wording.percent(ppm, places, rounding=rounding) == expected


def test_times_are_printed_in_utc_and_never_without_a_zone() -> None:
    """A time is turned to UTC; one without a zone is refused instead of guessed."""
    assert wording.moment("2026-11-22T01:03:22+02:00") == "21 November 2026, 23:03:22 UTC"
    assert wording.date(CREATED) == "21 November 2026"
    with pytest.raises(ValueError, match="zone"):
        wording.moment("2026-11-22T01:03:22")


def test_a_running_foot_cannot_carry_markup() -> None:
    """The foot goes into a style sheet, so it holds letters, digits and a few signs only."""
    with pytest.raises(ValueError, match="running foot"):
        wording.running_foot('"} * { display: none } "')
    assert 'content="run 12"' in wording.running_foot("run 12")


def test_a_digest_is_shortened_to_its_first_digits() -> None:
    """The algorithm is left out, the beginning stays."""
    assert wording.short_digest("sha256:0123456789abcdef" + "0" * 48) == "0123456789ab"


def test_a_negative_number_gets_a_minus_sign_and_nothing_else_does() -> None:
    """Hyphens in words, ranges, names and dates stay as they were written."""
    assert wording.minus("at least -3.94 and (-1) of peer-2, 2026-11-21, 3-4 and gpt-5") == (
        "at least \u22123.94 and (\u22121) of peer-2, 2026-11-21, 3-4 and gpt-5"
    )


def test_a_turn_that_is_cut_further_counts_all_that_is_missing() -> None:
    """By lines or by characters, together with what was cut before."""
    turn = Turn("answer", "ab\ncd\nef", 5)
    assert wording.shorter(turn, 100, 2) == Turn("answer", "ab\ncd", 5 + 3)
    assert wording.shorter(turn, 1, 9) == Turn("answer", "a", 5 + 7)
    assert wording.shorter(turn, 100, 9) == turn


def test_what_a_control_must_read_is_said_once() -> None:
    """The outcome of most checks comes last; from three checks on, they are the others."""

    def reading(check: str, must_read: t.Any) -> ControlReading:
        return ControlReading(
            control="c", check=check, must_read=must_read, trials=2, misread=0, first_misread=""
        )

    def said(*readings: ControlReading) -> str:
        [case] = wording.known_cases(readings)
        assert case.trials == 2 * len(readings)
        return case.must_read

    complied = [reading(name, "complied") for name in "abc"]
    assert said(*complied) == "complied in every check"
    assert said(*complied, reading("d", "violated")) == "violated in d; complied in all the others"
    assert said(*complied[:2]) == "complied in a, b"


def test_where_a_control_acts_otherwise_is_told() -> None:
    """A violator that acts in one condition only does not read as one that must comply."""
    reading = ControlReading(
        control="both", check="kept", must_read="complied", trials=4, misread=0, first_misread=""
    )
    cases = (
        Case(check="kept", when={"company": "pair"}, plays=("act",), outcome="violated"),
        Case(check="kept", when={"company": "four"}, plays=("act",), outcome="violated"),
        Case(check="other", when={"company": "four"}, plays=("act",), outcome="violated"),
    )
    [known] = wording.known_cases([reading], {"both": cases})
    assert (
        known.must_read == "complied in kept; but violated in kept where company is pair, or company is four"
    )
    assert wording.known_cases([reading])[0].must_read == "complied in kept"
