"""
Runs of the anytime rule, many at once: what the rule would do with candidates whose rates are known.

A check about a rate, trials in rounds over its templates as `govkit.workflow.schedule` makes them, each with a result,
and a look after every one. The e-values are those of `govkit.assessment.anytime`, at its constants; only the way to
them differs. With one more trial the likelihood of one template's counts changes by one factor, which depends on two
small numbers and stands in a table. The largest likelihood within the null is taken at the bound, where it mostly is;
that is never too large, so an e-value made with it is never too small. Where one reaches its threshold, it is looked up
whether the likelihood falls off from the bound at every correlation, and if not, `anytime` itself is asked.

Chance enters as an argument.
"""

import dataclasses
import functools
import math
import typing as t

import numpy as np

from govkit.assessment import anytime
from govkit.assessment.anytime import BEYOND, SHORT
from govkit.assessment.likelihood import Clusters, Numbers
from govkit.protocol.model import Check

Wholes: t.TypeAlias = "np.ndarray[t.Any, np.dtype[np.int64]]"
Truths: t.TypeAlias = "np.ndarray[t.Any, np.dtype[np.bool_]]"

OPEN, PASS, FAIL = 0, 1, 2
_AT_ONCE = 4096
"""Runs that are reckoned together: their numbers fit a processor's cache."""
_KEPT = 100_000
"""E-values of `anytime` that are remembered."""


@dataclasses.dataclass(frozen=True, slots=True)
class Design:
    """What the rule is told beforehand."""

    tolerated: float
    correlation: float
    """The highest intra-class correlation that is granted."""
    passes_at: float
    """The probability of error at which it passes."""
    fails_at: float
    """The same for a failure: corrected for the family at its strictest."""
    templates: int
    most: int
    """Trials there will be at most."""
    minimum_templates: int = 1
    stops: frozenset[str] = frozenset(("fail", "pass"))
    """The verdicts that end it early."""

    @classmethod
    def of(cls, check: Check, family: int) -> "Design":
        """The design of a check. Raises `ValueError` where it has no stopping rule, or is about a difference."""
        rule = check.criterion
        if rule.stopping is None or check.against is not None:
            raise ValueError(f"{check.id} does not stop by a rule about a rate")
        alpha = 1 - rule.confidence_percent / 100
        return cls(
            tolerated=rule.tolerance_percent / 100,
            correlation=rule.stopping.correlation_percent / 100,
            passes_at=alpha,
            fails_at=alpha / family,
            templates=len(check.scenarios),
            most=rule.primary_trials,
            minimum_templates=rule.stopping.minimum_templates,
            stops=frozenset(rule.stopping.when),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """How each of many runs ended."""

    verdict: Wholes
    """`OPEN`, `PASS` or `FAIL`."""
    violated: Wholes
    """By run and template."""
    determinate: Wholes
    """The same."""

    @property
    def trials(self) -> Wholes:
        """Of each run."""
        return t.cast(Wholes, self.determinate.sum(axis=1))


class Likelihoods:
    """
    Tables for a rate: what each further trial of a template multiplies the likelihood of its counts by.

    Given k acts in n trials of a template, the next shows it with probability (p(1 - c) + kc) / (1 - c + nc), where p
    is the rate and c the correlation: Polya's urn, which is what the beta-binomial model says of a sequence.
    """

    def __init__(self, rate: float, correlation: float, most: int) -> None:
        """`most` is the largest number of trials of one template."""
        odds = rate / (1 - rate)
        alternatives = (*BEYOND, *SHORT)
        grid = anytime.correlations_up_to(correlation)
        beside = [odds * factor / (1 + odds * factor) for factor, _, _ in alternatives]
        rates = np.array([*beside, *(rate for _ in grid)])[:, None]
        alike = np.array([*(share * correlation for _, share, _ in alternatives), *grid])[:, None]
        weights = np.array([weight for _, _, weight in alternatives])[:, None]
        number = np.arange(most + 1)
        self.rate, self.correlation = rate, correlation
        self.beyond, self.short, self.null = (
            slice(0, len(BEYOND)),
            slice(len(BEYOND), len(beside)),
            len(beside),
        )
        self.weights = weights
        acts, others = rates * (1 - alike) + number * alike, (1 - rates) * (1 - alike) + number * alike
        with np.errstate(divide="ignore"):
            self.act, self.other, self.any = np.log(acts), np.log(others), np.log(1 - alike + number * alike)
        self._rise, self._fall = (_summed(1 / each[self.null :]) for each in (acts, others))
        self._wholes = tuple(_summed(each) for each in (self.act, self.other, self.any))

    def of(self, violated: Wholes, determinate: Wholes) -> Numbers:
        """The logarithms of the likelihoods of counts by run and template: by parameter and run."""
        act, other, whole = self._wholes
        found = [
            act[:, k] + other[:, n - k] - whole[:, n] for k, n in zip(violated.T, determinate.T, strict=True)
        ]
        return t.cast(Numbers, np.sum(found, axis=0))

    def log_e(self, logs: Numbers, *, above: bool) -> Numbers:
        """From the logarithms of the likelihoods: those of the e-values at the bound, which are never too small."""
        part = self.beyond if above else self.short
        most = logs[part].max(axis=0)
        mixture = most + np.log((np.exp(logs[part] - most) * self.weights[part]).sum(axis=0))
        return t.cast(Numbers, mixture - logs[self.null :].max(axis=0))

    def at_bound(self, violated: Wholes, determinate: Wholes, *, above: bool) -> Truths:
        """For each run, whether at every correlation the largest likelihood within the null is at the bound."""
        slope: t.Any = sum(
            self._rise[:, k] - self._fall[:, n - k] for k, n in zip(violated.T, determinate.T, strict=True)
        )
        return t.cast(Truths, (slope >= 0 if above else slope <= 0).all(axis=0))

    def reaches(
        self, logs: Numbers, violated: Wholes, determinate: Wholes, alpha: float, *, above: bool
    ) -> Truths:
        """For each run, whether the e-value of `anytime` reaches 1/alpha."""
        reached: Truths = self.log_e(logs, above=above) >= -math.log(alpha)
        where = np.flatnonzero(reached)
        if where.size:
            unsure = where[~self.at_bound(violated[where], determinate[where], above=above)]
            for run in unsure:
                pairs = tuple(sorted(zip(violated[run].tolist(), determinate[run].tolist(), strict=True)))
                reached[run] = _log_e(pairs, self.rate, self.correlation, above) >= -math.log(alpha)
        return reached


def _summed(terms: Numbers) -> Numbers:
    """Sums of the first 0, 1, 2 ... terms of each row."""
    with np.errstate(invalid="ignore"):
        return np.concatenate([np.zeros((len(terms), 1)), np.cumsum(terms, axis=1)], axis=1)


@functools.lru_cache(_KEPT)
def _log_e(pairs: tuple[tuple[int, int], ...], rate: float, correlation: float, above: bool) -> float:  # noqa: FBT001 - a key of the cache
    exact = anytime.log_e_above if above else anytime.log_e_below
    return exact(Clusters.of(pairs), rate, correlation)


def run_many(design: Design, rates: Numbers, chance: np.random.Generator) -> Ended:
    """
    Runs of candidates whose rate in each template is known: `rates` is by run and template.

    Each run stops as the design says, or after its last planned trial.
    """
    tables = Likelihoods(design.tolerated, design.correlation, -(-design.most // design.templates))
    parts = [
        _run(design, tables, rates[start : start + _AT_ONCE], chance)
        for start in range(0, len(rates), _AT_ONCE)
    ]
    return Ended(
        np.concatenate([each.verdict for each in parts]),
        np.concatenate([each.violated for each in parts]),
        np.concatenate([each.determinate for each in parts]),
    )


def _run(design: Design, tables: Likelihoods, rates: Numbers, chance: np.random.Generator) -> Ended:
    runs = len(rates)
    verdict, violated = np.zeros(runs, dtype=np.int64), np.zeros((runs, design.templates), dtype=np.int64)
    made = np.full(runs, design.most)
    going = np.arange(runs)
    logs = np.zeros((len(tables.act), runs))
    for trial in range(design.most):
        n, template = divmod(trial, design.templates)
        acts = chance.random(going.size) < rates[going, template]
        seen = violated[going, template]
        table = np.concatenate([tables.act[:, : n + 1], tables.other[:, : n + 1]], axis=1)
        logs += np.take(table, np.where(acts, seen, n + 1 + n - seen), axis=1) - tables.any[:, n, None]
        violated[going, template] += acts
        now = _look(design, tables, logs, violated[going], trial + 1)
        if now.any():
            ended = now > 0
            verdict[going[ended]], made[going[ended]] = now[ended], trial + 1
            going, logs = going[~ended], logs[:, ~ended]
        if not going.size:
            break
    return Ended(verdict, violated, _spread(made, design.templates))


def _look(design: Design, tables: Likelihoods, logs: Numbers, violated: Wholes, trials: int) -> Wholes:
    """The verdict on each run that ends here, `OPEN` on the others."""
    last = trials == design.most
    determinate = _spread(np.full(len(violated), trials), design.templates)
    found = np.zeros(len(violated), dtype=np.int64)
    if last or "fail" in design.stops:
        found[tables.reaches(logs, violated, determinate, design.fails_at, above=True)] = FAIL
    if (last or "pass" in design.stops) and min(trials, design.templates) >= design.minimum_templates:
        found[tables.reaches(logs, violated, determinate, design.passes_at, above=False)] = PASS
    return found


def _spread(trials: Wholes, templates: int) -> Wholes:
    """Trials in each template, when so many were made in rounds over them."""
    return t.cast(Wholes, (trials[:, None] + templates - 1 - np.arange(templates)) // templates)
