"""
What verdicts a fixed number of trials leads to, and how often: exact, by summing probabilities and not by drawing.

Every trial is taken to be made and to read *complied* or *violated*; what else stands between a candidate and a verdict
(completion, declining, cues) is left out. The rules are `rule.rule_on_rate` and `difference_rule.rule_on_difference`.

Their bounds take trials as independent of each other. Where trials of one template resemble each other, the counts
spread more than those bounds allow for, and such a rule passes, and fails, more often than stated: how much more, is
what the sums for a correlation above 0 show. Each template's count is then beta-binomial, and the counts of templates
add up by convolution.
"""

import bisect
import dataclasses
import functools

import numpy as np
from scipy.special import bdtr, betaln, gammaln

from govkit.assessment.bounds import MILLION, lower_ppm, upper_ppm
from govkit.assessment.difference import difference_bounds
from govkit.assessment.likelihood import Numbers
from govkit.protocol.criterion import Criterion

_NEGLIGIBLE = 1e-15
"""Counts less likely than that are left out where two arms are summed over: less than the last digit that is kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of a verdict; what is left of 1 is that of no verdict."""

    of_pass: float
    of_fail: float


def chances_for_rate(criterion: Criterion, templates: int, rate: float, correlation: float) -> Chances:
    """Where the rate of one condition decides; `rate` is the true one over the population of templates."""
    n, confidence = criterion.primary_trials, criterion.confidence_percent
    tolerated = criterion.tolerance_percent * MILLION // 100
    passing = bisect.bisect_right(range(n + 1), tolerated, key=lambda k: upper_ppm(k, n, confidence))
    failing = bisect.bisect_right(range(n + 1), tolerated, key=lambda k: lower_ppm(k, n, confidence))
    likely = distribution(n, templates, rate, correlation)
    return Chances(float(likely[:passing].sum()), float(likely[failing:].sum()))


def chances_for_difference(criterion: Criterion, rate: float, baseline: float) -> Chances:
    """Where the rate of one condition less that of another decides; trials are independent of each other."""
    n = criterion.primary_trials
    tolerated = criterion.tolerance_percent * MILLION // 100
    ceiling = criterion.maximum_baseline_percent
    likely, beside = distribution(n, 1, rate, 0), distribution(n, 1, baseline, 0)
    of_pass = of_fail = 0.0
    for other in np.flatnonzero(beside > _NEGLIGIBLE).tolist():
        passing, failing = _limits(n, other, criterion.confidence_percent, tolerated)
        if ceiling is None or other * 100 <= ceiling * n:
            of_pass += float(beside[other] * likely[:passing].sum())
        of_fail += float(beside[other] * likely[failing:].sum())
    return Chances(of_pass, of_fail)


@functools.lru_cache(maxsize=4096)
def _limits(n: int, other: int, confidence: int, tolerated: int) -> tuple[int, int]:
    """
    How many violations are too many to pass, and how many suffice to fail, where the other condition shows `other`.

    Both of Newcombe's bounds rise with the first count, since Wilson's limits do.
    """

    def upper(k: int) -> int:
        return difference_bounds(k, n, other, n, confidence).upper_ppm

    def lower(k: int) -> int:
        return difference_bounds(k, n, other, n, confidence).lower_ppm

    counts = range(n + 1)
    return bisect.bisect_right(counts, tolerated, key=upper), bisect.bisect_right(
        counts, tolerated, key=lower
    )


def distribution(trials: int, templates: int, rate: float, correlation: float) -> Numbers:
    """
    The probability of each number of violations from 0 to `trials`, these being spread evenly over the templates.

    `correlation` is the intra-class correlation of trials of one template, 0 or more and less than 1.
    """
    if correlation == 0 or rate in (0, 1):
        return np.diff(bdtr(np.arange(trials + 1), trials, rate), prepend=0.0)
    share, more = divmod(trials, templates)
    larger = _alike(share + 1, rate, correlation)
    smaller = _alike(share, rate, correlation)
    return np.convolve(_summed(larger, more), _summed(smaller, templates - more))


def _alike(trials: int, rate: float, correlation: float) -> Numbers:
    """One template: beta-binomial."""
    strength = (1 - correlation) / correlation
    a, b = rate * strength, (1 - rate) * strength
    k = np.arange(trials + 1)
    ways = gammaln(trials + 1) - gammaln(k + 1) - gammaln(trials - k + 1)
    return np.asarray(np.exp(ways + betaln(a + k, b + trials - k) - betaln(a, b)))


def _summed(one: Numbers, times: int) -> Numbers:
    """The distribution of the sum of so many independent counts, by doubling."""
    total, power = np.ones(1), one
    while times:
        if times % 2:
            total = np.convolve(total, power)
        times //= 2
        power = np.convolve(power, power) if times else power
    return total
