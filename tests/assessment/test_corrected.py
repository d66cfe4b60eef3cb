"""The share behind an imperfect judge: its estimate and its bounds, held against sums over all that can happen."""

import itertools
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.corrected import Answers, Corrected, corrected

MILLION = 1_000_000


def found(y: int, m: int, s: int, a: int, f: int, b: int) -> Corrected:
    """The shares in the letters of the formula, all readable, at 95 %."""
    return corrected(Answers(y, 0, m), Answers(s, 0, a), Answers(f, 0, b), 95)


def test_the_estimate_is_that_of_rogan_and_gladen() -> None:
    """(p - F) / (S - F), to the nearest part per million, and held to what a share can be."""
    assert found(30, 100, 45, 50, 5, 50).estimate_ppm == 250_000
    assert found(3, 58, 23, 24, 1, 24).estimate_ppm == round((3 / 58 - 1 / 24) / (22 / 24) * MILLION)
    assert found(0, 100, 45, 50, 5, 50).estimate_ppm == 0
    assert found(99, 100, 45, 50, 5, 50).estimate_ppm == MILLION


@pytest.mark.parametrize("counts", [(5, 50, 10, 20, 10, 20), (5, 50, 5, 20, 15, 20)])
def test_a_judge_that_says_yes_to_anything_alike_tells_nothing(
    counts: tuple[int, int, int, int, int, int],
) -> None:
    """No estimate, and no bound but 0 and 1."""
    assert found(*counts) == Corrected(None, 0, MILLION)


def test_where_nothing_was_judged_or_measured_nothing_is_known() -> None:
    """Neither of no trial, nor of a judge whom nobody measured, nor of answers that nobody can read."""
    assert found(0, 0, 20, 20, 0, 20) == Corrected(None, 0, MILLION)
    assert found(0, 50, 0, 0, 0, 0) == Corrected(None, 0, MILLION)
    nothing_read = corrected(Answers(0, 50, 50), Answers(20, 0, 20), Answers(0, 0, 20), 95)
    assert nothing_read == Corrected(None, 0, MILLION)


@pytest.mark.parametrize(("k", "n"), [(0, 59), (3, 58), (30, 60), (60, 60)])
def test_a_judge_that_never_errs_gives_the_exact_bounds(k: int, n: int) -> None:
    """Where as good as everything is known of the judge, what is left is the uncertainty of the trials."""
    many = 100_000_000
    bounds = found(k, n, many, many, 0, many)
    assert abs(bounds.lower_ppm - lower_ppm(k, n, 95)) <= 2
    assert abs(bounds.upper_ppm - upper_ppm(k, n, 95)) <= 2


def test_known_answers() -> None:
    """As they came out when the rule was made: a stored assessment must come out the same for ever."""
    assert found(0, 58, 24, 24, 0, 24) == Corrected(0, 0, 52_572)
    assert found(3, 58, 23, 24, 1, 24) == Corrected(10_972, 0, 115_871)
    assert found(58, 58, 24, 24, 0, 24) == Corrected(MILLION, 947_428, MILLION)


def test_what_cannot_be_read_lowers_no_upper_bound() -> None:
    """Ten texts that the judge could make nothing of leave ten more that may be a yes."""
    sure = Answers(24, 0, 24), Answers(0, 0, 24)
    read, unread = corrected(Answers(2, 0, 50), *sure, 95), corrected(Answers(2, 10, 50), *sure, 95)
    assert unread.upper_ppm > corrected(Answers(12, 0, 50), *sure, 95).upper_ppm - 1
    assert unread.lower_ppm == read.lower_ppm
    assert unread.estimate_ppm == read.estimate_ppm


counts_of = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts_of, counts_of, counts_of, st.sampled_from([80, 95, 99]))
def test_bounds_enclose_the_estimate_and_widen_with_confidence(
    trials: tuple[int, int], yes: tuple[int, int], no: tuple[int, int], confidence: int
) -> None:
    """For any counts there can be."""
    (y, m), (s, a), (f, b) = trials, yes, no
    given_ = Answers(y, 0, m), Answers(s, 0, a), Answers(f, 0, b)
    bounds, wider = corrected(*given_, confidence), corrected(*given_, 99)
    assert 0 <= bounds.lower_ppm <= bounds.upper_ppm <= MILLION
    assert wider.lower_ppm <= bounds.lower_ppm
    assert wider.upper_ppm >= bounds.upper_ppm
    if bounds.estimate_ppm is not None:
        assert bounds.lower_ppm <= bounds.estimate_ppm <= bounds.upper_ppm


@given(st.integers(0, 3), st.integers(0, 2), st.integers(1, 2))
def test_counts_that_are_none_are_refused(yes: int, unreadable: int, over: int) -> None:
    """More answers than texts."""
    with pytest.raises(ValueError, match="no answers"):
        Answers(yes, unreadable, yes + unreadable - over)


@pytest.mark.slow
@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.95, 0.95), (0.8, 0.98), (0.8, 0.8)])
@pytest.mark.parametrize("share", [0.02, 0.3])
def test_either_bound_errs_in_no_more_than_five_of_a_hundred(
    sensitivity: float, specificity: float, share: float
) -> None:
    """The sum over all counts, with 12 labelled texts each and 20 trials; `benchmarks/judging.py` has a larger grid."""
    a, m = 12, 20
    rate = share * sensitivity + (1 - share) * (1 - specificity)
    chances = (binom.pmf(range(n + 1), n, p) for n, p in ((m, rate), (a, sensitivity), (a, 1 - specificity)))
    weights: list[t.Any] = [list(each) for each in chances]
    too_low = too_high = 0.0
    for y, s, f in itertools.product(range(m + 1), range(a + 1), range(a + 1)):
        weight = weights[0][y] * weights[1][s] * weights[2][f]
        if weight < 1e-6:
            continue
        bounds = found(y, m, s, a, f, a)
        too_low += weight * (bounds.upper_ppm < share * MILLION)
        too_high += weight * (bounds.lower_ppm > share * MILLION)
    assert max(too_low, too_high) <= 0.05
