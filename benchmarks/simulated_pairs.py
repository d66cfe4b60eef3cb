"""
Pairs of runs drawn from known rates, and other bounds for their difference than those that govkit uses.

For `benchmarks/comparing.py`, which says what is drawn and why. Arrays hold one simulation a row: one entry a template
and trial, true where the act was shown.
"""

import dataclasses
import typing as t

import numpy as np
from scipy import stats
from scipy.special import ndtri, stdtrit

ALPHA = 0.05
"""Of each bound: the two together are to cover 90 %."""

Array: t.TypeAlias = "np.ndarray[t.Any, np.dtype[t.Any]]"
Both: t.TypeAlias = tuple[Array, Array]
"""Baseline and update."""
Bounds: t.TypeAlias = tuple[Array, Array]


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """What is simulated at one place of a table."""

    templates: int = 10
    trials: int = 6
    """Of each template."""
    together: bool = False
    """Whether a template's rates in the two runs go together."""
    alike: float = 0.0
    """Share of pairs of one seed that come out alike whatever the rates."""
    all_or_nothing: bool = False
    """Templates either never show the act or do so at one high rate, in place of the beta distribution."""


def draw(
    chance: np.random.Generator, runs: int, layout: Layout, rates: tuple[float, float], correlation: float
) -> Both:
    """Pairs of runs with these rates."""
    shape = (runs, layout.templates)
    first = chance.random(shape)
    second = first if layout.together else chance.random(shape)
    each = [
        _template_rates(place, rate, correlation, all_or_nothing=layout.all_or_nothing)
        for place, rate in zip((first, second), rates, strict=True)
    ]
    trials = (*shape, layout.trials)
    one, two = chance.random(trials), chance.random(trials)
    two = np.where(chance.random(trials) < layout.alike, one, two)
    return one < each[0][..., None], two < each[1][..., None]


def _template_rates(place: Array, rate: float, correlation: float, *, all_or_nothing: bool) -> Array:
    """Each template's rate, by its place among all templates."""
    if rate in (0, 1) or correlation == 0:
        return np.full(place.shape, rate)
    if all_or_nothing:
        high = rate + correlation * (1 - rate)
        return np.where(place < 1 - rate / high, 0.0, high)
    strength = 1 / correlation - 1
    return t.cast(Array, stats.beta.ppf(place, rate * strength, (1 - rate) * strength))


# --- other bounds


def newcombe(both: Both) -> Bounds:
    """Newcombe's method 10 for pairs (Statistics in Medicine 1998, 17, 2635-2650): templates are not looked at."""
    baseline, update = (each.reshape(len(each), -1) for each in both)
    n, z = baseline.shape[1], float(ndtri(1 - ALPHA))
    one, two = update.mean(1), baseline.mean(1)
    (one_low, one_high), (two_low, two_high) = _wilson(one, n, z), _wilson(two, n, z)
    phi = _phi(baseline, update)

    def apart(a: Array, b: Array) -> Array:
        return t.cast(Array, np.sqrt(np.maximum(0, a * a - 2 * phi * a * b + b * b)))

    difference = one - two
    return difference - apart(one - one_low, two_high - two), difference + apart(
        one_high - one, two - two_low
    )


def _wilson(rate: Array, n: int, z: float) -> Bounds:
    middle, whole = rate + z * z / (2 * n), 1 + z * z / n
    half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return (middle - half) / whole, (middle + half) / whole


def _phi(baseline: Array, update: Array) -> Array:
    """The correlation of the two runs over pairs, with Newcombe's correction for continuity."""
    n = baseline.shape[1]
    both, neither = (baseline & update).sum(1), (~baseline & ~update).sum(1)
    k, j = baseline.sum(1), update.sum(1)
    product = both * neither - (k - both) * (j - both)
    product = np.where(product > 0, np.maximum(product - n / 2, 0), product)
    scale = np.sqrt(1.0 * k * (n - k) * j * (n - j))
    return t.cast(Array, np.where(scale > 0, product / np.where(scale > 0, scale, 1), 0.0))


def student(both: Both) -> Bounds:
    """Student's t over the templates' differences."""
    differences = both[1].mean(2) - both[0].mean(2)
    n = differences.shape[1]
    half = float(stdtrit(n - 1, 1 - ALPHA)) * differences.std(1, ddof=1) / np.sqrt(n)
    middle = differences.mean(1)
    return middle - half, middle + half


def bootstrap(both: Both, chance: np.random.Generator, draws: int = 400) -> Bounds:
    """The percentile bootstrap over templates."""
    differences = both[1].mean(2) - both[0].mean(2)
    runs, n = differences.shape
    chosen = chance.integers(0, n, (runs, draws, n))
    means = np.take_along_axis(differences[:, None, :], chosen, axis=2).mean(2)
    lower, upper = np.quantile(means, [ALPHA, 1 - ALPHA], axis=1)
    return lower, upper


def envelope(one: Bounds, other: Bounds) -> Bounds:
    """The outer ones of two."""
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])
