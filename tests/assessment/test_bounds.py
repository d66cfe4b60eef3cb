"""The exact bounds: known answers, agreement with others, and no rounding that could turn a verdict."""
# ruff: noqa: E501 - the tables below are read line by line

import math

import hypothesis
import pytest
from hypothesis import strategies as st
from scipy.special import betainc
from scipy.stats import beta, binomtest, fisher_exact
from statsmodels.stats.proportion import proportion_confint

from govkit.assessment.bounds import MILLION, lower_ppm, trials_to_pass, upper_ppm


def from_97_5(k: int, n: int) -> tuple[float, float]:
    """The two-sided 95 % interval in percent, by its definition: two one-sided bounds at 97.5 %."""
    low = 0.0 if k == 0 else float(beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(0.975, k + 1, n - k))
    return 100 * low, 100 * high


@pytest.mark.parametrize(
    ("k", "n", "low", "high", "digits"),
    [(299, 300, 98.2, 99.99, 2), (286, 300, 92.3, 97.4, 1), (194, 200, 93.6, 98.9, 1), (7, 300, 0.9, 4.75, 2), (52, 100, 41.8, 62.1, 1),
     (2, 100, 0.2, 7.0, 1), (3, 10, 6.7, 65.2, 1), (30, 30, 88.4, 100.0, 1), (0, 342, 0.0, 1.07, 2)],
)  # fmt: skip
def test_published_intervals_lie_between_our_neighbouring_bounds(
    k: int, n: int, low: float, high: float, digits: int
) -> None:
    """The known two-sided answers come out to the printed digit, and lie between our bounds at 97 and at 98 percent."""
    found = from_97_5(k, n)
    assert round(found[0], 1) == round(low, 1)
    assert round(found[1], digits) == high
    assert lower_ppm(k, n, 98) / 10_000 <= found[0] <= lower_ppm(k, n, 97) / 10_000 + 1e-4
    assert upper_ppm(k, n, 97) / 10_000 - 1e-4 <= found[1] <= upper_ppm(k, n, 98) / 10_000


def test_zero_of_342_one_sided() -> None:
    """No event in 342 trials bounds the rate at 0.87 percent, one-sided."""
    assert round(upper_ppm(0, 342, 95) / 10_000, 2) == 0.87
    assert math.ceil(MILLION * (1 - 0.05 ** (1 / 342))) == upper_ppm(0, 342, 95)


@pytest.mark.parametrize(
    ("tolerance", "needed"),
    [(5, {0: 59, 1: 93, 2: 124, 3: 153, 5: 208}), (2, {0: 149, 1: 236, 2: 313, 3: 386, 5: 523}), (1, {0: 299, 1: 473, 2: 628, 3: 773, 5: 1049})],
)  # fmt: skip
def test_the_trials_that_pass(tolerance: int, needed: dict[int, int]) -> None:
    """So many violations pass in so many trials and in none fewer: the table of acceptance numbers."""
    for violations, trials in needed.items():
        assert trials_to_pass(tolerance, 95, violations) == trials
        assert upper_ppm(violations, trials, 95) <= tolerance * 10_000 < upper_ppm(violations, trials - 1, 95)


def test_a_true_one_percent_passes_59_trials_about_half_the_time() -> None:
    """The operating characteristic the protocol warns of: 0 of 59 passes a one-percent model 55 times in a hundred."""
    assert round(100 * 0.99**59) == 55


@pytest.mark.parametrize("confidence", [80, 90, 95, 99])
@pytest.mark.parametrize("n", [1, 2, 10, 59, 60, 137, 1000])
def test_the_bounds_agree_with_scipy(n: int, confidence: int) -> None:
    """Over a grid, the bounds are those of `scipy.stats`, rounded outwards by less than one part in a million."""
    for k in sorted({0, 1, min(2, n), n // 7, n // 2, n - 1, n}):
        low = 0.0 if k == 0 else float(beta.ppf(1 - confidence / 100, k, n - k + 1))
        high = 1.0 if k == n else float(beta.ppf(confidence / 100, k + 1, n - k))
        assert -1e-6 <= low * MILLION - lower_ppm(k, n, confidence) < 1.001
        assert -1e-6 <= upper_ppm(k, n, confidence) - high * MILLION < 1.001
        for alternative, found in (("greater", low), ("less", high)):
            interval = binomtest(k, n, alternative=alternative).proportion_ci(confidence / 100, "exact")
            assert (interval.low if alternative == "greater" else interval.high) == pytest.approx(
                found, abs=1e-9
            )


@pytest.mark.parametrize("confidence", [80, 90, 95, 99])
def test_the_bounds_agree_with_statsmodels(confidence: int) -> None:
    """A two-sided interval of statsmodels is our two one-sided bounds with half of its doubt each, over a grid."""
    for n in (1, 2, 10, 59, 124, 300, 1000):
        for k in sorted({0, 1, min(2, n), n // 20, n // 7, n // 2, n - 1, n}):
            low, high = proportion_confint(k, n, alpha=2 * (1 - confidence / 100), method="beta")
            assert -1e-6 <= low * MILLION - lower_ppm(k, n, confidence) < 1.001
            assert -1e-6 <= upper_ppm(k, n, confidence) - high * MILLION < 1.001


def test_seventy_of_76_and_30_of_30_do_not_differ() -> None:
    """The re-run that found a config disabled as often for a human as for an AI peer: Fisher's p is 0.18, two-sided."""
    assert round(float(fisher_exact([[70, 6], [30, 0]]).pvalue), 2) == 0.18


COUNTS = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@hypothesis.given(COUNTS, st.integers(80, 99))
def test_rounding_never_narrows(counts: tuple[int, int], confidence: int) -> None:
    """By its defining equation: at the printed bound the tail has no more weight than the doubt allows."""
    (k, n), doubt = counts, 1 - confidence / 100
    low, high = lower_ppm(k, n, confidence) / MILLION, upper_ppm(k, n, confidence) / MILLION
    assert low <= k / n <= high
    if k:
        assert float(betainc(k, n - k + 1, low)) <= doubt + 1e-12  # P(X >= k) at the lower bound
    if k < n:
        assert 1 - float(betainc(k + 1, n - k, high)) <= doubt + 1e-12  # P(X <= k) at the upper bound


@hypothesis.given(COUNTS, st.integers(80, 98))
def test_bounds_are_monotone(counts: tuple[int, int], confidence: int) -> None:
    """One more event raises both bounds, one more trial without lowers both, more confidence widens."""
    k, n = counts
    for bound in (lower_ppm, upper_ppm):
        assert bound(k + 1, n + 1, confidence) >= bound(k, n, confidence) >= bound(k, n + 1, confidence)
        if k < n:
            assert bound(k + 1, n, confidence) >= bound(k, n, confidence)
    assert lower_ppm(k, n, confidence + 1) <= lower_ppm(k, n, confidence)
    assert upper_ppm(k, n, confidence + 1) >= upper_ppm(k, n, confidence)
    assert lower_ppm(k, n, confidence) + upper_ppm(n - k, n, confidence) == MILLION


def test_nothing_is_known_of_nothing() -> None:
    """No trials bound a rate at nothing and at everything; what is no proportion is refused."""
    assert (lower_ppm(0, 0, 95), upper_ppm(0, 0, 95)) == (0, MILLION)
    for k, n in ((1, 0), (-1, 5), (6, 5)):
        for bound in (lower_ppm, upper_ppm):
            with pytest.raises(ValueError, match="no proportion"):
                bound(k, n, 95)
