"""Score bounds of a difference, held against published examples, another route, and the likelihood itself."""

import math
import typing as t

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from govkit.assessment.score_bounds import independent, matched, miettinen, tango

# Newcombe, Statistics in Medicine 1998, 17, 873-890, table II, method 6 (Miettinen and Nurminen): two-sided 95 %.
PUBLISHED = {
    "a": (56, 70, 48, 80, 0.0528, 0.3382),
    "b": (9, 10, 3, 10, 0.1700, 0.8406),
    "c": (6, 7, 2, 7, 0.0342, 0.8534),
    "d": (5, 56, 0, 29, -0.0326, 0.1933),
    "e": (0, 10, 0, 20, -0.1658, 0.2844),
    "f": (0, 10, 0, 10, -0.2879, 0.2879),
    "g": (10, 10, 0, 20, 0.7156, 1.0000),
    "h": (10, 10, 0, 10, 0.6636, 1.0000),
}
PAIRS = st.integers(1, 60).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.integers(0, total), st.just(total)).filter(
        lambda each: each[0] + each[1] <= each[2]
    )
)
RATES = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda sizes: st.tuples(st.integers(0, sizes[0]), st.integers(0, sizes[1])).map(
        lambda acts: (acts[0] / sizes[0], float(sizes[0]), acts[1] / sizes[1], float(sizes[1]))
    )
)

DIFFERENCES = st.integers(-900, 900).filter(bool).map(lambda each: each / 1000)


@pytest.mark.parametrize("name", PUBLISHED)
def test_bounds_of_independent_rates_are_the_published_ones(name: str) -> None:
    """Newcombe's own eight examples, to the printed digit."""
    k, n, j, m, lower, upper = PUBLISHED[name]
    assert independent(k / n, n, j / m, m, 0.025) == pytest.approx((lower, upper), abs=6e-5)


def test_bounds_of_pairs_are_the_published_ones() -> None:
    """Airway reactivity of 21 children (Fagerland, Lydersen and Laake, Statistics in Medicine 2014, 33, 2850-2875)."""
    assert matched(1, 7, 21, 0.025) == pytest.approx((-0.517, -0.026), abs=6e-4)


def quartic(more: float, less: float, total: float, z: float) -> list[float]:
    """Tango's bounds as roots of a quartic (Yang, Sun and Hardin, Statistics in Medicine 2013, 32, 1336-1342)."""
    g, d, s = z * z, more - less, more + less
    found = np.roots(
        [
            total**2 * (total / g + 1) ** 2,
            -total * d * (total / g + 1) * (4 * total / g + 1),
            2 * total * d**2 * (3 * total / g + 2) / g - total**2 * (s / g + 1),
            total * d * (2 * s / g + 1) - d**3 * (4 * total / g + 1) / g,
            d**2 * (d**2 / g - s) / g,
        ]
    )
    return sorted(each.real for each in found if abs(each.imag) < 1e-4)


@hypothesis.given(PAIRS, st.sampled_from([0.005, 0.025, 0.05, 0.1]))
def test_bounds_of_pairs_are_roots_of_the_quartic(pairs: tuple[int, int, int], alpha: float) -> None:
    """Two ways to the same bounds."""
    roots = quartic(*pairs, -norm.ppf(alpha))
    lower, upper = matched(*pairs, alpha)
    assert any(math.isclose(lower, max(-1.0, root), abs_tol=1e-4) for root in roots)
    assert any(math.isclose(upper, min(1.0, root), abs_tol=1e-4) for root in roots)


def most_likely(log_likelihood: t.Callable[[float], float], low: float, high: float) -> float:
    """Where a likelihood is highest, sought without a formula."""
    options = {"xatol": 1e-10}
    return float(
        minimize_scalar(
            lambda at: -log_likelihood(at), bounds=(low, high), method="bounded", options=options
        ).x
    )


def weighed(count: float, share: float) -> float:
    """What so many trials of this probability add to a logarithm of likelihood."""
    return count * math.log(max(share, 1e-300)) if count > 0 else 0.0


@hypothesis.given(PAIRS, DIFFERENCES)
def test_the_statistic_of_pairs_rests_on_the_rates_that_fit_best(
    pairs: tuple[int, int, int], difference: float
) -> None:
    """Whatever the difference held against the pairs, the standard error is the one under the likeliest shares."""
    more, less, total = pairs
    low, high = max(0.0, -difference), (1 - difference) / 2
    share = most_likely(
        lambda at: (
            weighed(more, at + difference)
            + weighed(less, at)
            + weighed(total - more - less, 1 - difference - 2 * at)
        ),
        low,
        high,
    )
    error = math.sqrt(max(1e-12, total * (2 * share + difference - difference**2)))
    assert tango(*pairs, difference) == pytest.approx(
        (more - less - total * difference) / error, rel=1e-2, abs=1e-3
    )


@hypothesis.given(RATES, DIFFERENCES)
def test_the_statistic_of_rates_rests_on_the_rates_that_fit_best(
    rates: tuple[float, float, float, float], difference: float
) -> None:
    """The same for independent trials."""
    one, n, other, m = rates
    fitted = most_likely(
        lambda at: (
            weighed(one * n, at)
            + weighed((1 - one) * n, 1 - at)
            + weighed(other * m, at - difference)
            + weighed((1 - other) * m, 1 - at + difference)
        ),
        max(0.0, difference),
        min(1.0, 1 + difference),
    )
    second = min(1.0, max(0.0, fitted - difference))
    variance = (fitted * (1 - fitted) / n + second * (1 - second) / m) * (n + m) / (n + m - 1)
    expected = (one - other - difference) / math.sqrt(max(variance, 1e-15))
    hypothesis.assume(abs(expected) < 1e3)  # else the search itself ends at an edge
    assert miettinen(*rates, difference) == pytest.approx(expected, rel=1e-2, abs=1e-3)


@hypothesis.given(PAIRS)
def test_no_difference_is_judged_as_by_mcnemar(pairs: tuple[int, int, int]) -> None:
    """The square of the statistic at zero is McNemar's chi-squared."""
    more, less, _ = pairs
    hypothesis.assume(more + less)
    assert tango(*pairs, 0.0) ** 2 == pytest.approx((more - less) ** 2 / (more + less))


@hypothesis.given(PAIRS, RATES, st.floats(0.001, 0.4))
def test_bounds_are_where_they_must_be(
    pairs: tuple[int, int, int], rates: tuple[float, float, float, float], alpha: float
) -> None:
    """Round the observed difference, never without width, wider at more confidence, and mirrored to the last digit."""
    more, less, total = pairs
    one, n, other, m = rates
    for observed, found, mirrored, wider in (
        (
            (more - less) / total,
            matched(*pairs, alpha),
            matched(less, more, total, alpha),
            matched(*pairs, alpha / 2),
        ),
        (
            one - other,
            independent(*rates, alpha),
            independent(other, m, one, n, alpha),
            independent(*rates, alpha / 2),
        ),
    ):
        assert -1 <= wider[0] <= found[0] <= observed <= found[1] <= wider[1] <= 1
        assert found[1] - found[0] > 1e-4
        assert found == (-mirrored[1], -mirrored[0])
