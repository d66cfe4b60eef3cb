"""The points of `benchmarks/decision.py`: what is simulated, and what came of it."""

import dataclasses
import typing as t

import numpy as np

from benchmarks import rival_rules
from benchmarks.template_rates import logit_normal, two_points
from govkit.assessment.characteristics import beta_rates
from govkit.assessment.likelihood import Numbers
from govkit.assessment.simulated_runs import FAIL, PASS, Design, Ended, Likelihoods, run_many

SEED = 20_261_121

RATES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
CORRELATIONS = (0.0, 0.1, 0.3)
TOLERATED, ALPHA, GRANTED = rival_rules.TOLERATED, rival_rules.ALPHA, rival_rules.GRANTED
SIZES = (60, 120, 240, 300)
TEMPLATES = 10

TEN = Design(TOLERATED, GRANTED, ALPHA, ALPHA, templates=10, most=300, minimum_templates=10)
TWENTY = Design(TOLERATED, GRANTED, ALPHA, ALPHA, templates=20, most=200, minimum_templates=10)
TAKEN_FOR_INDEPENDENT = dataclasses.replace(TEN, correlation=0.0)

Spread: t.TypeAlias = t.Callable[[float, float, tuple[int, int], np.random.Generator], Numbers]
SPREADS: t.Final[dict[str, Spread]] = {
    "beta": beta_rates,
    "logit-normal": logit_normal,
    "two points": two_points,
}
BEYOND_GRANTED = (
    ("beta", 0.3), ("beta", 0.5), ("logit-normal", 0.1), ("logit-normal", 0.3),
    ("two points", 0.1), ("two points", 0.3), ("two points", 0.5),
)  # fmt: skip
BEYOND_RATES = (0.05, 0.1, 0.2)


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """One point to simulate."""

    kind: t.Literal["ours", "wald", "rivals"]
    seed: int
    runs: int
    rate: float
    correlation: float
    spread: str = "beta"
    design: Design = TEN
    size: int = 0
    """Trials, where their number is fixed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """How many of the runs of a point."""

    runs: int
    passes: int = 0
    fails: int = 0
    trials: int = 0
    """Over all runs together."""
    lower_missed: int = 0
    """Runs in which the lower bound was above the true rate where they ended."""
    upper_missed: int = 0
    rivals: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Passes by rule."""


def tasks(runs: int) -> list[Task]:
    """All of them. 20,000 runs a point and more, or the figures are not to be published."""
    makings: list[dict[str, t.Any]] = [
        {"kind": "ours", "rate": rate, "correlation": rho, "design": design}
        for design in (TEN, TWENTY)
        for rho in CORRELATIONS
        for rate in RATES
    ]
    makings += [
        {"kind": "ours", "rate": rate, "correlation": 0.0, "design": TAKEN_FOR_INDEPENDENT} for rate in RATES
    ]
    makings += [
        {"kind": "ours", "rate": rate, "correlation": rho, "design": design, "spread": spread}
        for spread, rho in BEYOND_GRANTED
        for design in (TEN, TWENTY)
        for rate in BEYOND_RATES
        if spread != "beta" or rho not in CORRELATIONS
    ]
    makings += [
        {"kind": "rivals", "rate": TOLERATED, "correlation": rho, "size": size}
        for rho in CORRELATIONS
        for size in SIZES
    ]
    makings += [{"kind": "wald", "rate": rate, "correlation": 0.0} for rate in RATES if rate != TOLERATED]
    makings += [{"kind": "wald", "rate": TOLERATED, "correlation": rho} for rho in CORRELATIONS]
    return [Task(seed=seed, runs=runs, **each) for seed, each in enumerate(makings)]


def done(task: Task) -> Found:
    """What came of it."""
    chance = np.random.default_rng([SEED, task.seed])
    rates = SPREADS[task.spread](task.rate, task.correlation, (task.runs, task.design.templates), chance)
    if task.kind == "rivals":
        each = task.size // TEMPLATES
        violated = chance.binomial(each, rates)
        passed = {name: int(rule(violated, each).sum()) for name, rule in rival_rules.RIVALS.items()}
        return Found(task.runs, rivals=passed)
    if task.kind == "wald":
        good, bad = sorted((task.rate if task.rate != TOLERATED else 0.01, TOLERATED))
        ended_good, made = rival_rules.wald(rates, good, bad, chance)
        return Found(task.runs, passes=int(ended_good.sum()), trials=int(made.sum()))
    ended = run_many(task.design, rates, chance)
    lower, upper = missed(task.design, ended, task.rate)
    return Found(
        task.runs,
        passes=int((ended.verdict == PASS).sum()),
        fails=int((ended.verdict == FAIL).sum()),
        trials=int(ended.trials.sum()),
        lower_missed=lower,
        upper_missed=upper,
    )


def missed(design: Design, ended: Ended, rate: float) -> tuple[int, int]:
    """In how many runs the true rate was doubted where they ended: from below, by the lower bound, and from above."""
    if not 0 < rate < 1:
        return 0, 0
    at_rate = Likelihoods(rate, design.correlation, -(-design.most // design.templates))
    logs = at_rate.of(ended.violated, ended.determinate)
    lower, upper = (
        at_rate.reaches(logs, ended.violated, ended.determinate, ALPHA, above=above).sum()
        for above in (True, False)
    )
    return int(lower), int(upper)
