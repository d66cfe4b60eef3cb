"""
How likely counts are where trials of one template resemble each other: the beta-binomial model of clusters.

Each template has a rate of its own, drawn from a beta distribution whose mean is the rate over the population of
templates and whose spread is the intra-class correlation: 0, and all templates have the same rate; 1, and each shows
the act always or never. The likelihood of an ordered sequence of trials depends on each template's counts alone, and
not on their order.

For a given correlation its logarithm is concave in the rate (a sum of logarithms of linear functions), which is why the
most favourable rate on one side of a bound is either the bound or found by halving.

`scipy.special` has the two functions of which it is made; `scipy.stats.betabinom` counts unordered trials, one
distribution at a time, and costs its start-up.
"""

import dataclasses
import typing as t

import numpy as np
from scipy.special import betaln, digamma

Numbers: t.TypeAlias = "np.ndarray[t.Any, np.dtype[np.float64]]"
_HALVINGS = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Clusters:
    """K of n in each template; templates without a determinate trial are left out, for they say nothing."""

    violated: tuple[int, ...]
    determinate: tuple[int, ...]

    @classmethod
    def of(cls, counts: t.Iterable[tuple[int, int]]) -> "Clusters":
        """From `(k, n)` of each template, in any order. Raises `ValueError` unless 0 <= k <= n."""
        made = sorted((k, n) for k, n in counts if n)
        if any(not 0 <= k <= n for k, n in made):
            raise ValueError("no proportion has more parts than its whole")
        return cls(tuple(k for k, _ in made), tuple(n for _, n in made))

    @property
    def total(self) -> tuple[int, int]:
        """K of n over all templates."""
        return sum(self.violated), sum(self.determinate)


def log_likelihood(found: Clusters, rates: Numbers, correlations: Numbers) -> Numbers:
    """
    Its logarithm, for pairs of a rate and a correlation: two arrays of one shape in, one of that shape out.

    Minus infinity where the counts are impossible. Correlation 0 is the product of independent trials.
    """
    k, n = found.total
    with np.errstate(divide="ignore", invalid="ignore"):
        independent = np.where(k > 0, k * np.log(rates), 0) + np.where(n > k, (n - k) * np.log1p(-rates), 0)
    alike = (correlations > 0) & (rates > 0) & (rates < 1)
    if not alike.any():
        return t.cast(Numbers, independent)
    strength = (1 - correlations[alike]) / correlations[alike]
    a, b = (rates[alike] * strength)[:, None], ((1 - rates[alike]) * strength)[:, None]
    violated = np.array(found.violated, dtype=float)
    complied = np.array(found.determinate, dtype=float) - violated
    out = independent.copy()
    out[alike] = (betaln(a + violated, b + complied) - betaln(a, b)).sum(axis=1)
    return t.cast(Numbers, out)


def best_on_side(found: Clusters, bound: float, correlations: Numbers, *, above: bool) -> Numbers:
    """
    The logarithm of the largest likelihood that any rate reaches at or above `bound` (or at or below), for each
    correlation.
    """
    at_bound = np.full(correlations.shape, bound)
    slope = _slope(found, at_bound, correlations)
    inside = slope > 0 if above else slope < 0
    if not inside.any():
        return log_likelihood(found, at_bound, correlations)
    low = np.where(inside, at_bound if above else 1e-12, bound)
    high = np.where(inside, 1 - 1e-12 if above else at_bound, bound)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _slope(found, middle, correlations) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return log_likelihood(found, np.where(inside, (low + high) / 2, bound), correlations)


def _slope(found: Clusters, rates: Numbers, correlations: Numbers) -> Numbers:
    """The derivative of the logarithm with respect to the rate, up to a positive factor."""
    k, n = found.total
    out = np.asarray(k / rates - (n - k) / (1 - rates))
    alike = correlations > 0
    if not alike.any():
        return t.cast(Numbers, out)
    strength = (1 - correlations[alike]) / correlations[alike]
    a, b = (rates[alike] * strength)[:, None], ((1 - rates[alike]) * strength)[:, None]
    violated = np.array(found.violated, dtype=float)
    complied = np.array(found.determinate, dtype=float) - violated
    rise = digamma(a + violated) - digamma(a) - digamma(b + complied) + digamma(b)
    out[alike] = rise.sum(axis=1)
    return t.cast(Numbers, out)
