"""The beta-binomial likelihood, against scipy's; and the most favourable rate, against looking everywhere."""

import math
import typing as t

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import betabinom, binom

from govkit.assessment.likelihood import Clusters, Numbers, best_on_side, log_likelihood

PAIR = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FOUND = st.lists(PAIR, min_size=1, max_size=12).map(Clusters.of)
RATE = st.floats(0.001, 0.999)
CORRELATION = st.floats(0.001, 0.95)


def unordered(found: Clusters) -> float:
    """The logarithm of how many ordered sequences have these counts."""
    pairs = zip(found.violated, found.determinate, strict=True)
    return sum(float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)) for k, n in pairs)


def at(found: Clusters, rate: float, correlation: float) -> float:
    """The log-likelihood at one pair."""
    return float(log_likelihood(found, np.array([rate]), np.array([correlation]))[0])


@hypothesis.given(FOUND, RATE, CORRELATION)
def test_it_is_the_beta_binomial_less_its_coefficient(
    found: Clusters, rate: float, correlation: float
) -> None:
    """Per template it is `scipy.stats.betabinom` without the number of orders, which no ratio of likelihoods holds."""
    strength = (1 - correlation) / correlation
    pairs = zip(found.violated, found.determinate, strict=True)
    other = sum(float(betabinom.logpmf(k, n, rate * strength, (1 - rate) * strength)) for k, n in pairs)
    assert at(found, rate, correlation) + unordered(found) == pytest.approx(other, rel=1e-9, abs=1e-8)


@hypothesis.given(FOUND, RATE)
def test_without_correlation_it_is_the_binomial(found: Clusters, rate: float) -> None:
    """At correlation 0 all trials are independent, and the limit from above agrees."""
    pairs = zip(found.violated, found.determinate, strict=True)
    other = sum(float(binom.logpmf(k, n, rate)) for k, n in pairs)
    assert at(found, rate, 0.0) + unordered(found) == pytest.approx(other, rel=1e-9, abs=1e-8)
    assert at(found, rate, 1e-7) == pytest.approx(at(found, rate, 0.0), rel=1e-3, abs=0.02)


def test_counts_that_cannot_be_have_no_likelihood() -> None:
    """A rate of 0 makes one act impossible and its absence certain; a rate of 1 the other way round."""
    one, none = Clusters.of([(1, 3)]), Clusters.of([(0, 3)])
    for correlation in (0.0, 0.3):
        assert at(one, 0.0, correlation) == -math.inf
        assert at(one, 1.0, correlation) == -math.inf
        assert at(none, 0.0, correlation) == 0
        assert at(Clusters.of([(3, 3)]), 1.0, correlation) == 0


@hypothesis.given(st.lists(PAIR, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_templates_have_no_order_and_empty_ones_say_nothing(
    pairs: list[tuple[int, int]], chance: t.Any
) -> None:
    """The same counts in another order, with templates that have no trial, are the same evidence."""
    shuffled = [*pairs, (0, 0)]
    chance.shuffle(shuffled)
    assert Clusters.of(shuffled) == Clusters.of(pairs)


def test_what_is_no_proportion_is_refused() -> None:
    """More acts than trials, or fewer than none, never become evidence."""
    for pair in ((2, 1), (-1, 3)):
        with pytest.raises(ValueError, match="more parts than its whole"):
            Clusters.of([pair])


@hypothesis.given(FOUND, CORRELATION)
def test_it_is_concave_in_the_rate(found: Clusters, correlation: float) -> None:
    """At every correlation the logarithm bends downwards all along, so a peak on one side is the only one."""
    rates = np.linspace(0.01, 0.99, 99)
    for rho in (0.0, correlation):
        values = log_likelihood(found, rates, np.full(rates.shape, rho))
        bend = values[2:] - 2 * values[1:-1] + values[:-2]
        assert (bend <= 1e-9 * (1 + np.abs(values[1:-1]))).all()


def everywhere(found: Clusters, low: float, high: float, correlation: float) -> float:
    """The largest log-likelihood of the rates between two, sought by scipy and at both ends."""
    searched = minimize_scalar(
        lambda rate: -at(found, rate, correlation),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return max(-float(searched.fun), at(found, low, correlation), at(found, high, correlation))


@hypothesis.given(found=FOUND, bound=st.floats(0.01, 0.99), above=st.booleans(), correlation=CORRELATION)
def test_the_best_rate_on_a_side_is_found(
    *, found: Clusters, bound: float, above: bool, correlation: float
) -> None:
    """It is the largest likelihood that a search of the whole side finds, whether at the bound or within."""
    low, high = (bound, 1 - 1e-12) if above else (1e-12, bound)
    alike: Numbers = np.array([0.0, correlation])
    best = best_on_side(found, bound, alike, above=above)
    for rho, value in zip(alike, best, strict=True):
        assert float(value) == pytest.approx(everywhere(found, low, high, float(rho)), rel=1e-7, abs=1e-6)


@hypothesis.given(FOUND, st.floats(0.01, 0.99), CORRELATION)
def test_one_of_the_sides_holds_the_peak_and_the_other_has_it_at_the_bound(
    found: Clusters, bound: float, correlation: float
) -> None:
    """The better of both sides is at least the likelihood at the bound, and the worse one is exactly that."""
    alike: Numbers = np.array([correlation])
    sides = [float(best_on_side(found, bound, alike, above=above)[0]) for above in (True, False)]
    here = at(found, bound, correlation)
    assert min(sides) == pytest.approx(here, rel=1e-12)
    assert max(sides) >= here - 1e-9 * (1 + abs(here))
