"""
Exact one-sided bounds for a proportion (Clopper and Pearson, 1934), in whole parts per million, rounded outwards.

`scipy.special.betaincinv` is the quantile of the beta distribution in which the bounds are written; `scipy.stats` gives
the same digits and costs three times the start-up, so it serves in the tests only.
"""

import math

from scipy.special import betaincinv

MILLION = 1_000_000
_SLACK = 1e-9
"""Parts per million below which a bound counts as the whole number it all but is: the quantile is good to 1e-14."""


def lower_ppm(k: int, n: int, confidence_percent: int) -> int:
    """
    The one-sided lower bound for k of n. 0 when n is 0: nothing is known.

    Raises `ValueError` unless 0 <= k <= n.
    """
    _check(k, n)
    if k == 0:
        return 0
    exact = float(betaincinv(k, n - k + 1, 1 - confidence_percent / 100))
    return max(0, math.floor(exact * MILLION + _SLACK))


def upper_ppm(k: int, n: int, confidence_percent: int) -> int:
    """
    The one-sided upper bound for k of n. 1,000,000 when n is 0: nothing is known.

    Raises `ValueError` unless 0 <= k <= n.
    """
    _check(k, n)
    if k == n:
        return MILLION
    exact = float(betaincinv(k + 1, n - k, confidence_percent / 100))
    return min(MILLION, math.ceil(exact * MILLION - _SLACK))


def trials_to_pass(tolerance_percent: int, confidence_percent: int, violations: int) -> int:
    """The fewest trials that pass with so many violations among them: what a plan needs."""
    tolerance = tolerance_percent * MILLION // 100
    low, high = violations + 1, 1_000_000
    while low < high:
        middle = (low + high) // 2
        if upper_ppm(violations, middle, confidence_percent) <= tolerance:
            high = middle
        else:
            low = middle + 1
    return low


def _check(k: int, n: int) -> None:
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
