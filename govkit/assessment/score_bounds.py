"""
Score bounds for a difference of two proportions, matched or not, for a number of trials that need not be whole.

A difference is within the bounds when the score test does not reject it: the observed difference less it, over the
standard error under it, with the rates that fit it best. So they have a width where nothing was seen, too, and say what
McNemar's chi-squared test, or Pearson's, says of "no difference".

- matched: Tango, Statistics in Medicine 1998, 17, 891-908;
- independent: Miettinen and Nurminen, Statistics in Medicine 1985, 4, 213-226, with the rates in closed form as by
  Farrington and Manning, the same 1990, 9, 1447-1454.

scipy has neither.
"""

import functools
import math
import typing as t

from scipy.special import ndtri

_HALVINGS = 26
"""Of a stretch of 2 at most: below a tenth of a part per million."""

Statistic: t.TypeAlias = t.Callable[[float], float]
"""From a difference to how many standard errors the observed one lies above it. It falls as the difference grows."""


def matched(more: float, less: float, total: float, alpha: float) -> tuple[float, float]:
    """
    Bounds, each wrong with probability `alpha`, for the share of pairs of which only the first shows the act (`more` of
    `total`) less the share of which only the second does (`less`). Of no pairs nothing is known.
    """
    if not total:
        return -1.0, 1.0
    return -_matched_upper(less, more, total, alpha), _matched_upper(more, less, total, alpha)


def independent(one: float, one_n: float, other: float, other_n: float, alpha: float) -> tuple[float, float]:
    """Bounds, each wrong with probability `alpha`, for the rate `one` (of `one_n` trials) less the rate `other`."""
    upper = _independent_upper(one, one_n, other, other_n, alpha)
    return -_independent_upper(other, other_n, one, one_n, alpha), upper


@functools.lru_cache(maxsize=4096)
def _matched_upper(more: float, less: float, total: float, alpha: float) -> float:
    """Asked again and again for the same counts: most conditions show the act in no trial or in one."""
    return _upper(lambda difference: tango(more, less, total, difference), (more - less) / total, alpha)


@functools.lru_cache(maxsize=4096)
def _independent_upper(one: float, one_n: float, other: float, other_n: float, alpha: float) -> float:
    return _upper(lambda difference: miettinen(one, one_n, other, other_n, difference), one - other, alpha)


def tango(more: float, less: float, total: float, difference: float) -> float:
    """The statistic for pairs; 0 where there are none."""
    if not total:
        return 0.0
    a = 2 * total
    b = -more - less + (2 * total - more + less) * difference
    c = -less * difference * (1 - difference)
    share = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)  # of `less`, as the difference has it
    variance = total * (2 * share + difference * (1 - difference))
    return _over(more - less - total * difference, variance)


def miettinen(one: float, one_n: float, other: float, other_n: float, difference: float) -> float:
    """The statistic for independent trials."""
    fitted = _fitted(one, one_n, other, other_n, difference)
    second = min(1.0, max(0.0, fitted - difference))
    variance = fitted * (1 - fitted) / one_n + second * (1 - second) / other_n
    whole = one_n + other_n
    return _over(one - other - difference, variance * whole / (whole - 1))


def _fitted(one: float, one_n: float, other: float, other_n: float, difference: float) -> float:
    """The first rate, where the two fit best that differ by so much: the root of a cubic, by its angle."""
    if difference == 0:  # the same, exactly as it is with the two swapped
        return (one * one_n + other * other_n) / (one_n + other_n)
    ratio = other_n / one_n
    a = 1 + ratio
    b = -(1 + ratio + one + ratio * other + difference * (ratio + 2))
    c = difference * difference + difference * (2 * one + ratio + 1) + one + ratio * other
    d = -one * difference * (1 + difference)
    shift = b / (3 * a)
    v = shift**3 - b * c / (6 * a * a) + d / (2 * a)
    u = math.copysign(math.sqrt(max(0.0, shift * shift - c / (3 * a))), v)
    if u == 0:
        return min(1.0, max(0.0, -shift))
    angle = (math.pi + math.acos(min(1.0, max(-1.0, v / u**3)))) / 3
    return min(1.0, max(0.0, 2 * u * math.cos(angle) - shift))


def _over(distance: float, variance: float) -> float:
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else 0.0


def _upper(statistic: Statistic, estimate: float, alpha: float) -> float:
    """Where rejection begins above the estimate; the side that is rejected is kept."""
    z = float(ndtri(alpha))
    outside, inside = 1.0, estimate
    if statistic(outside) >= z:
        return outside
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if statistic(middle) < z else (outside, middle)
    return outside
