"""
Evidence that may be looked at as often as one likes: e-values and bounds for a rate over a population of templates.

**What is claimed.** Whatever the true rate, whatever the correlation of trials of one template up to the one that the
criterion names, and however often and for whatever reason somebody looks and stops: the probability that the lower
bound is ever above the true rate is at most 1 - confidence, and likewise for the upper bound. A pass (upper bound at or
under the tolerance) and a fail (lower bound over it) therefore err no more often than stated, each.

**How.** To doubt that the rate is at most r, a mixture of likelihoods at fixed rates beyond r is divided by the largest
likelihood that *any* rate up to r and *any* correlation up to the named one gives to the same counts. Under each of
these the quotient is at most a martingale that starts at 1 (universal inference: Wasserman, Ramdas and Balakrishnan,
PNAS 117, 2020, section 8; the sequential probability ratio of Wald, 1945, with a composite null), so by Ville's
inequality (1939) it ever reaches 1/alpha with probability at most alpha. The bounds are what is left undoubted (a
confidence sequence). Neither order nor batches of trials enter.

**What it takes for granted.** That templates are drawn from a population, with rates that are beta-distributed, and
that trials of one template are alike to the named degree at most. Rates that are 0 in most situations and large in a
few are harder on a pass than a beta distribution of the same correlation: no number of trials replaces templates. How
far, is in the published simulation; `holds_up_to` says how much correlation a verdict bears.

**Why not the others.** The exact bound for independent trials, the design effect estimated from the data and the
bootstrap over ten templates pass too often where templates differ: with no violation seen, they find no difference and
assume none.

The mixtures are fixed and belong to the rule's name, `anytime-1`. They were chosen so that a candidate that shows the
act four times as often as tolerated fails with few trials, and that one which never shows it passes with few; another
choice would be as valid and only differ in speed. The largest likelihood is sought over a grid of correlations; what
lies between its points is missed by less than a tenth of a unit of log-likelihood in designs such as are shipped,
mostly by none.
"""

import dataclasses
import functools
import math
import typing as t

import numpy as np

from govkit.assessment.bounds import MILLION
from govkit.assessment.likelihood import Clusters, Numbers, best_on_side, log_likelihood

Alternative: t.TypeAlias = tuple[float, float, float]
"""Odds relative to the rate in doubt, correlation relative to the highest one, and weight."""
BEYOND: t.Final[tuple[Alternative, ...]] = (
    (5.0, 1 / 15, 0.78),
    (5.0, 1.0, 0.08),
    (2.2, 1 / 6, 0.06),
    (19.0, 1 / 6, 0.08),
)
"""Against "the rate is at most r": mostly five times the odds, which is four times a rate of five percent."""
SHORT: t.Final[tuple[Alternative, ...]] = (
    (0.0, 0.0, 0.74),
    (0.1, 0.5, 0.12),
    (0.05, 1.0, 0.08),
    (0.3, 1 / 3, 0.06),
)
"""Against "the rate is at least r": mostly never at all."""
GRID = 25
"""Correlations at which the largest likelihood is sought: 0, and from a hundredth of the highest to the highest."""
SMALL_RATE = 0.5
"""Below it a bound is sought by halving the rate's logarithm: small rates need many digits."""
_LEAST, _MOST = 1e-9, 1 - 1e-9
_HALVINGS = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """One-sided bounds in parts per million, rounded outwards."""

    lower_ppm: int
    upper_ppm: int


def log_e_above(found: Clusters, rate: float, correlation: float) -> float:
    """The logarithm of the e-value against "the rate is at most `rate`": the larger, the more surely it is above."""
    return _log_e(found, rate, correlation, correlation, above=False)


def log_e_below(found: Clusters, rate: float, correlation: float) -> float:
    """The same against "the rate is at least `rate`": the larger, the more surely it is below."""
    return _log_e(found, rate, correlation, correlation, above=True)


def _log_e(found: Clusters, rate: float, correlation: float, granted: float, *, above: bool) -> float:
    """The mixture is that of the rule's `correlation`; the null holds all correlations up to the one `granted`."""
    if not found.determinate:
        return 0.0
    alternatives = SHORT if above else BEYOND
    odds = rate / (1 - rate)
    rates = np.array([odds * factor / (1 + odds * factor) for factor, _, _ in alternatives])
    alike = np.array([share * correlation for _, share, _ in alternatives])
    weights = np.log(np.array([weight for _, _, weight in alternatives]))
    # Never all minus infinity; and `scipy.special.logsumexp` takes as long for four numbers as all the rest.
    mixture = float(np.logaddexp.reduce(log_likelihood(found, rates, alike) + weights))
    return mixture - float(best_on_side(found, rate, correlations_up_to(granted), above=above).max())


@functools.lru_cache(maxsize=256)
def correlations_up_to(highest: float) -> Numbers:
    """The grid: 0, and from a hundredth of the highest to the highest."""
    if highest <= 0:
        return np.zeros(1)
    return np.concatenate([[0.0], np.geomspace(highest / 100, highest, GRID - 1)])


@functools.lru_cache(maxsize=1024)
def bounds(found: Clusters, alpha: float, correlation: float) -> Bounds:
    """Lower and upper bound, each ever wrong with probability `alpha` at most. Without trials nothing is known."""
    if not found.determinate:
        return Bounds(0, MILLION)
    enough = -math.log(alpha)
    k, n = found.total
    lower = _last(lambda rate: log_e_above(found, rate, correlation) >= enough, falling=True) if k else 0.0
    upper = (
        _last(lambda rate: log_e_below(found, rate, correlation) >= enough, falling=False) if k < n else 1.0
    )
    return Bounds(math.floor(lower * MILLION), math.ceil(upper * MILLION))


def _last(doubted: t.Callable[[float], bool], *, falling: bool) -> float:
    """Where doubt ends: the rates doubted lie below it (`falling`) or above it. The side that is doubted is kept."""
    low, high = _LEAST, _MOST
    if falling and not doubted(low):
        return 0.0
    if not falling and not doubted(high):
        return 1.0
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high) if high < SMALL_RATE else (low + high) / 2
        if doubted(middle) == falling:
            low = middle
        else:
            high = middle
    return low if falling else high


def p_value(log_e: float) -> float:
    """The anytime-valid p-value of an e-value: 1 over it, and 1 at most."""
    return math.exp(-max(0.0, log_e))


def holds_up_to(found: Clusters, rate: float, alpha: float, correlation: float, *, above: bool) -> int | None:
    """
    The highest correlation, in whole percent, that a rejection would bear if it were granted; None when it bears none.

    `above` is True for "the rate is at most `rate`", as a failure rejects it.
    """
    enough = -math.log(alpha)

    def bears(percent: int) -> bool:
        return _log_e(found, rate, correlation, percent / 100, above=not above) >= enough

    if not bears(0):
        return None
    low, high = 0, 100
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bears(middle) else (low, middle)
    return low
