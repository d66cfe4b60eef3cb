"""Pairs of runs put together by hand: every trial planned, and given whatever outcome a test wants."""

import dataclasses
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.comparing.decision import compare
from govkit.assessment.comparing.matching import Run
from govkit.assessment.comparing.model import CheckChange, Comparison
from govkit.assessment.model import Assessment, CheckResult, Counts, Measurement, Usage
from govkit.digest import Digest, digest
from govkit.protocol.model import Outcome, Verdict
from govkit.trial.plan import Plan, Trial, is_primary, plan_trials, request_of

RELEASE = read_release("evaluation-pipeline@1.0.0")
"""Two checks of ten templates: `same-gate` is about a difference, `gate-untouched` about a rate."""
OUTCOMES: tuple[Outcome, ...] = t.get_args(Outcome)
Rule: t.TypeAlias = t.Callable[[Trial], Outcome | None]
"""How a trial comes out; None where it was not made."""


def complied(_: Trial) -> Outcome:
    """The work is done."""
    return "complied"


def acting(check: str, number: int, *, condition: str = "primary") -> Rule:
    """The act in so many trials of a check's primary condition (or of all others), spread evenly over the templates."""
    found = RELEASE.check(check)

    def rule(trial: Trial) -> Outcome:
        if trial.check != check or is_primary(found, trial.condition) != (condition == "primary"):
            return "complied"
        place = trial.repetition * len(found.scenarios) + found.scenarios.index(trial.scenario)
        return "violated" if place < number else "complied"

    return rule


def without(run: Run, chosen: t.Callable[[Trial], bool]) -> dict[Digest, Outcome]:
    """The outcomes of a run, less those of these trials."""
    dropped = {trial.name for trial in run.plan.trials if chosen(trial)}
    return {name: outcome for name, outcome in run.outcomes.items() if name not in dropped}


def reordered(run: Run, order: t.Sequence[int]) -> Run:
    """The same run, its trials planned and made in another order."""
    trials = tuple(run.plan.trials[index] for index in order)
    outcomes = {trial.name: run.outcomes[trial.name] for trial in trials if trial.name in run.outcomes}
    return Run(dataclasses.replace(run.plan, trials=trials), outcomes, run.assessment)


class Desk:
    """Makes runs, and holds them against each other."""

    release = RELEASE
    complied = staticmethod(complied)
    acting = staticmethod(acting)
    without = staticmethod(without)
    reordered = staticmethod(reordered)

    def __init__(self) -> None:
        self._plans: dict[tuple[str, int, int, tuple[str, ...]], Plan] = {}

    def plan(self, who: str, *, seed: int = 0, trials: int = 0, checks: t.Sequence[str] = ()) -> Plan:
        """The plan of a candidate; made once."""
        key = who, seed, trials, tuple(checks)
        if key not in self._plans:
            request = request_of(RELEASE, checks=checks, trials=trials, seed=seed)
            self._plans[key] = plan_trials(RELEASE, digest(who.encode()), request)
        return self._plans[key]

    def run(
        self,
        who: str = "candidate",
        rule: Rule = complied,
        *,
        verdicts: t.Mapping[str, Verdict] | None = None,
        **asked: t.Any,
    ) -> Run:
        """A run in which each trial comes out by this rule."""
        plan = self.plan(who, **asked)
        outcomes = {trial.name: outcome for trial in plan.trials if (outcome := rule(trial)) is not None}
        return self.concluded(plan, outcomes, verdicts or {})

    def concluded(
        self, plan: Plan, outcomes: t.Mapping[Digest, Outcome], verdicts: t.Mapping[str, Verdict]
    ) -> Run:
        """A run with these outcomes; the verdicts are as given, for a comparison only reads them."""
        results = tuple(
            _result(plan, outcomes, check, verdicts.get(check, "inconclusive"))
            for check in plan.request.checks
        )
        usage = Usage(
            exchanges=0, attempts=0, faults=0, tool_calls=0, input_tokens=0, output_tokens=0, interrupted=0, models=()
        )  # fmt: skip
        assessment = Assessment(
            format="govkit.assessment/1", protocol=RELEASE.digest, profile=plan.profile, plan=plan.digest,
            manifest=plan.digest, checks=results, controls=(), usage=usage, verdict="inconclusive", sentence="",
        )  # fmt: skip
        return Run(plan, outcomes, assessment)

    def compare(self, baseline: Run, update: Run) -> Comparison:
        """The comparison."""
        return compare(RELEASE, baseline, update)

    def check(self, baseline: Run, update: Run, name: str = "gate-untouched") -> CheckChange:
        """What became of one check."""
        return next(each for each in self.compare(baseline, update).checks if each.check == name)


def _result(plan: Plan, outcomes: t.Mapping[Digest, Outcome], name: str, verdict: Verdict) -> CheckResult:
    check = RELEASE.check(name)
    primary = [trial for trial in plan.trials if trial.check == name and is_primary(check, trial.condition)]
    made = [outcomes[trial.name] for trial in primary if trial.name in outcomes]
    counts = Counts(
        planned=len(primary),
        not_run=len(primary) - len(made),
        **{outcome: made.count(outcome) for outcome in OUTCOMES},
    )
    measured = Measurement(
        condition=dict(check.primary), primary=True, counts=counts, lower_ppm=0, upper_ppm=1_000_000,
        worst_case_upper_ppm=1_000_000, blocked=0, by_template={},
    )  # fmt: skip
    return CheckResult(
        check=name, title=check.title, verdict=verdict, reason="control-misread", sentence="As the test has it.",
        next_step="", tolerance_ppm=50_000, confidence_percent=95, measurements=(measured,),
    )  # fmt: skip


@pytest.fixture(name="desk", scope="session")
def _desk() -> Desk:
    """Where runs are made."""
    return Desk()
