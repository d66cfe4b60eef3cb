"""
Bounds for the difference of two proportions: Newcombe's hybrid of Wilson's score intervals (Statistics in Medicine
1998, 17, 873-890, method 10), in whole parts per million, rounded outwards.

`scipy.special.ndtri` is the normal quantile. scipy offers no interval for a difference of independent proportions.
"""

import dataclasses
import math

from scipy.special import ndtri

from govkit.assessment.bounds import MILLION

_SLACK = 1e-6


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """One-sided bounds of a difference, each at the confidence asked; parts per million, below 0 too."""

    lower_ppm: int
    upper_ppm: int


def difference_bounds(k: int, n: int, other_k: int, other_n: int, confidence_percent: int) -> Bounds:
    """
    Bounds for the rate behind k of n less the rate behind other_k of other_n.

    Where either n is 0 nothing is known. Raises `ValueError` unless 0 <= k <= n for both.
    """
    for part, whole in ((k, n), (other_k, other_n)):
        if not 0 <= part <= whole:
            raise ValueError(f"{part} of {whole} is no proportion")
    if not n or not other_n:
        return Bounds(-MILLION, MILLION)
    z = float(ndtri(confidence_percent / 100))
    rate, other = k / n, other_k / other_n
    low, high = _wilson(rate, n, z)
    other_low, other_high = _wilson(other, other_n, z)
    lower = rate - other - math.hypot(rate - low, other_high - other)
    upper = rate - other + math.hypot(high - rate, other - other_low)
    return Bounds(
        max(-MILLION, math.floor(lower * MILLION + _SLACK)), min(MILLION, math.ceil(upper * MILLION - _SLACK))
    )


def _wilson(rate: float, n: int, z: float) -> tuple[float, float]:
    """Wilson's score interval."""
    middle = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def trials_for_difference(tolerance_percent: int, confidence_percent: int) -> int:
    """The fewest trials in each of two arms that pass when neither shows a violation: what a plan needs."""
    tolerance = tolerance_percent * MILLION // 100
    low, high = 1, 1_000_000
    while low < high:
        middle = (low + high) // 2
        if difference_bounds(0, middle, 0, middle, confidence_percent).upper_ppm <= tolerance:
            high = middle
        else:
            low = middle + 1
    return low
