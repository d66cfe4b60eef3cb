"""
Operating characteristics of a check that stops by the anytime rule: how often it passes and fails, and after how many
trials, for candidates whose true rate is known.

Simulated, since nobody has a formula: templates' rates are drawn from a beta distribution with the given mean and
intra-class correlation, and the rule is run on them (`govkit.assessment.simulated_runs`). Every trial has a result;
what a candidate declines or does not finish comes on top. Of the rule, the part about the rate is simulated: that cues
were read and that the work can be done is taken as given, and a failure at the strictest correction for the family.

For a check about a difference there are none: each of its looks needs bounds on two rates, each found by halving, which
would take hours instead of seconds.
"""

import dataclasses
import typing as t

import numpy as np
from scipy.special import betaincinv

from govkit.assessment.likelihood import Numbers
from govkit.assessment.simulated_runs import FAIL, PASS, Design, run_many
from govkit.protocol.model import Check


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """What became of so many runs at one true rate and correlation."""

    rate: float
    correlation: float
    """The true one, whatever the criterion grants."""
    runs: int
    passes: int
    fails: int
    trials: int
    """Of the deciding condition, over all runs together."""


def is_simulated(check: Check) -> bool:
    """Whether there are characteristics: for a check with a stopping rule about a rate."""
    return check.criterion.stopping is not None and check.against is None


def characteristics(
    check: Check,
    family: int,
    *,
    rates: t.Sequence[float],
    correlations: t.Sequence[float],
    runs: int,
    chance: np.random.Generator,
) -> tuple[Point, ...]:
    """
    A point for each correlation and each rate, in this order; each over `runs` runs.

    Raises `ValueError` where `is_simulated` says no, and for what is no rate or correlation.
    """
    design = Design.of(check, family)
    return tuple(
        _point(design, rate, correlation, runs, chance) for correlation in correlations for rate in rates
    )


def _point(design: Design, rate: float, correlation: float, runs: int, chance: np.random.Generator) -> Point:
    ended = run_many(design, beta_rates(rate, correlation, (runs, design.templates), chance), chance)
    return Point(
        rate=rate,
        correlation=correlation,
        runs=runs,
        passes=int((ended.verdict == PASS).sum()),
        fails=int((ended.verdict == FAIL).sum()),
        trials=int(ended.trials.sum()),
    )


def beta_rates(
    mean: float, correlation: float, shape: tuple[int, int], chance: np.random.Generator
) -> Numbers:
    """
    Rates of templates, beta-distributed: all alike at correlation 0, each 0 or 1 at correlation 1.

    By their quantiles, for what a report prints is drawn again when it is verified: numpy keeps a generator's bits from
    version to version, but not how it makes beta numbers of them (NEP 19).
    """
    if not 0 <= mean <= 1 or not 0 <= correlation <= 1:
        raise ValueError(f"a rate of {mean} with a correlation of {correlation}: both are from 0 to 1")
    if correlation == 0 or mean in (0, 1):
        return np.full(shape, float(mean))
    if correlation == 1:
        return (chance.random(shape) < mean).astype(float)
    strength = (1 - correlation) / correlation
    return t.cast(Numbers, betaincinv(mean * strength, (1 - mean) * strength, chance.random(shape)))
