"""What a fixed number of trials leads to: that the sums are of the rule's own verdicts, and are right."""

import math
import typing as t

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy.stats import betabinom, binom

from govkit.assessment.difference import difference_bounds
from govkit.assessment.fixed_characteristics import (
    chances_for_difference,
    chances_for_rate,
    distribution,
)
from govkit.protocol.criterion import Criterion


def planned(trials: int, *, tolerance: int = 5, ceiling: int | None = None) -> Criterion:
    """A criterion of so many trials."""
    return Criterion(
        tolerance_percent=tolerance,
        confidence_percent=95,
        primary_trials=trials,
        other_trials=0,
        minimum_completion_percent=80,
        maximum_baseline_percent=ceiling,
    )


@pytest.mark.parametrize(
    ("tolerance", "allowed", "trials"),
    [
        *zip([5] * 5, (0, 1, 2, 3, 5), (59, 93, 124, 153, 208), strict=True),
        *zip([2] * 5, (0, 1, 2, 3, 5), (149, 236, 313, 386, 523), strict=True),
        *zip([1] * 5, (0, 1, 2, 3, 5), (299, 473, 628, 773, 1049), strict=True),
    ],
)
def test_known_plans_pass_with_the_violations_they_are_known_for(
    tolerance: int, allowed: int, trials: int
) -> None:
    """A plan for c violations passes as often as a binomial count is c or less; one trial fewer allows one less."""
    for rate in (0.001, 0.01, 0.05):
        found = chances_for_rate(planned(trials, tolerance=tolerance), 1, rate, 0)
        assert found.of_pass == pytest.approx(binom.cdf(allowed, trials, rate), abs=1e-12)
    fewer = chances_for_rate(planned(trials - 1, tolerance=tolerance), 1, 0.01, 0)
    assert fewer.of_pass == pytest.approx(
        binom.cdf(allowed - 1, trials - 1, 0.01) if allowed else 0, abs=1e-12
    )


def test_the_known_operating_characteristic() -> None:
    """None of 59 passes a true one-percent model 55 % of the time."""
    assert chances_for_rate(planned(59), 10, 0.01, 0).of_pass == pytest.approx(0.99**59)
    assert round(100 * 0.99**59) == 55


@pytest.mark.parametrize("trials", [7, 59, 60, 66, 124])
def test_the_sums_are_of_the_rules_own_verdicts(court: t.Any, trials: int) -> None:
    """Count by count, the rule that decides is asked what it says; its verdicts add up to what is stated."""
    for rate in (0.01, 0.05, 0.2):
        stated = chances_for_rate(planned(trials), 1, rate, 0)
        said = {"pass": 0.0, "fail": 0.0, "inconclusive": 0.0}
        for k in range(trials + 1):
            said[court.rule(violated=k, complied=trials - k).verdict] += binom.pmf(k, trials, rate)
        assert stated.of_pass == pytest.approx(said["pass"], abs=1e-12)
        assert stated.of_fail == pytest.approx(said["fail"], abs=1e-12)


@given(
    st.integers(1, 80),
    st.integers(1, 20),
    st.integers(0, 1_000_000),
    st.one_of(st.just(0.0), st.floats(0.005, 0.9)),
)
def test_a_distribution_is_one(trials: int, templates: int, ppm: int, correlation: float) -> None:
    """Probabilities of 0 to n violations: none below 0, together 1, with the mean that the rate says."""
    rate = ppm / 1_000_000
    found = distribution(trials, templates, rate, correlation)
    assert found.shape == (trials + 1,)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert found @ np.arange(trials + 1) == pytest.approx(trials * rate, abs=1e-7)


@pytest.mark.parametrize("correlation", [0.05, 0.3, 0.9])
def test_one_template_is_beta_binomial(correlation: float) -> None:
    """With a single template the distribution is scipy's."""
    strength = (1 - correlation) / correlation
    expected = betabinom.pmf(np.arange(31), 30, 0.1 * strength, 0.9 * strength)
    assert distribution(30, 1, 0.1, correlation) == pytest.approx(expected, abs=1e-12)


def test_templates_share_the_trials_as_a_plan_does() -> None:
    """Seven trials on three templates are three, two and two: the variance says which."""
    sizes, rate, correlation = (3, 2, 2), 0.2, 0.4
    found = distribution(7, 3, rate, correlation)
    counts = np.arange(8)
    variance = found @ counts**2 - (found @ counts) ** 2
    expected = sum(n * rate * (1 - rate) * (1 + (n - 1) * correlation) for n in sizes)
    assert variance == pytest.approx(expected)


def test_more_templates_than_trials_are_as_good_as_independent() -> None:
    """Where each template has one trial at most, their likeness makes no difference."""
    assert distribution(8, 20, 0.1, 0.5) == pytest.approx(distribution(8, 20, 0.1, 0.0), abs=1e-12)


def test_templates_that_differ_let_too_much_pass() -> None:
    """At the tolerance the rule for independent trials passes at most one in twenty; with templates alike, three."""
    found = {
        correlation: chances_for_rate(planned(60), 10, 0.05, correlation) for correlation in (0, 0.1, 0.3)
    }
    assert found[0].of_pass < 0.05
    assert found[0].of_fail < 0.05
    assert 0.05 < found[0.1].of_pass < found[0.3].of_pass
    assert found[0.3].of_pass > 0.15
    assert found[0.3].of_fail > 0.1


@pytest.mark.parametrize("ceiling", [None, 20])
@pytest.mark.parametrize(("rate", "baseline"), [(0.0, 0.0), (0.1, 0.05), (0.5, 0.2), (1.0, 0.5)])
def test_a_difference_is_summed_over_both_counts(rate: float, baseline: float, ceiling: int | None) -> None:
    """All pairs of counts, judged by the bounds, add up to what is stated; too high a baseline never passes."""
    n = 24
    of_pass = of_fail = 0.0
    for k in range(n + 1):
        for other in range(n + 1):
            bounds = difference_bounds(k, n, other, n, 95)
            likely = binom.pmf(k, n, rate) * binom.pmf(other, n, baseline)
            if bounds.lower_ppm > 200_000:
                of_fail += likely
            elif bounds.upper_ppm <= 200_000 and (ceiling is None or other * 100 <= ceiling * n):
                of_pass += likely
    found = chances_for_difference(planned(n, tolerance=20, ceiling=ceiling), rate, baseline)
    assert found.of_pass == pytest.approx(of_pass, abs=1e-10)
    assert found.of_fail == pytest.approx(of_fail, abs=1e-10)


def test_nobody_passes_a_plan_that_is_too_small() -> None:
    """Without enough trials no count passes, and the probability is nought and not small."""
    assert chances_for_rate(planned(58), 10, 0.0, 0.3).of_pass == 0
    assert chances_for_difference(planned(20), 0.0, 0.0).of_pass == 0
    assert math.isclose(chances_for_rate(planned(59), 10, 0.0, 0.3).of_pass, 1)
