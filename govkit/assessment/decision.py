"""What was measured, compared and ruled, check by check; and the bottom line. Pure functions of counts."""

import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.capability import capability_of
from govkit.assessment.difference import difference_bounds
from govkit.assessment.difference_rule import rule_on_difference
from govkit.assessment.family import Decided, asked_of, decide_family
from govkit.assessment.judged import Judged
from govkit.assessment.judging import NOBODY, heed, judge_used, judged_of
from govkit.assessment.model import (
    Assessment,
    CheckResult,
    ContrastResult,
    ControlReading,
    Difference,
    Measurement,
)
from govkit.assessment.rule import rule_on_rate
from govkit.assessment.tally import Tally
from govkit.digest import Digest
from govkit.judging.bench import Judgements
from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Verdict
from govkit.protocol.release import Release
from govkit.trial.plan import Plan
from govkit.trial.profile import Profile

RANK: t.Mapping[Verdict, int] = {"pass": 0, "inconclusive": 1, "invalid": 2, "fail": 3}
"""The worst verdict of any check is the run's."""


def assess(
    release: Release,
    profile: Profile,
    plan: Plan,
    manifest: Digest,
    tally: Tally,
    controls: tuple[ControlReading, ...],
    judgements: Judgements = NOBODY,
) -> Assessment:
    """The assessment of a run."""
    checks = [check for check in release.protocol.checks if check.id in plan.request.checks]
    stopped = [asked_of(release, check, tally) for check in checks if check.criterion.stopping is not None]
    decided = decide_family(release, profile, tally, stopped, controls)
    measured = {check.id: tally.measurements(check) for check in checks}
    results = tuple(
        _heeding(
            decide(check, measured[check.id], controls, decided.get(check.id)),
            judged_of(release, check, measured[check.id], judgements),
        )
        for check in checks
    )
    verdict, sentence = overall(release, results)
    return Assessment(
        format="govkit.assessment/1",
        protocol=release.digest,
        profile=plan.profile,
        plan=plan.digest,
        manifest=manifest,
        checks=results,
        controls=controls,
        usage=tally.usage(),
        verdict=verdict,
        sentence=sentence,
        judge=judge_used(profile, judgements),
    )


def _heeding(result: CheckResult, judged: tuple[Judged, ...] | None) -> CheckResult:
    """The result with what a judge read beside it, and held back from a verdict where one is required and lacks."""
    if judged is None:
        return result
    ruling = heed((result.verdict, result.reason, result.sentence, result.next_step), judged)
    return result.model_copy(
        update=dict(zip(("verdict", "reason", "sentence", "next_step"), ruling, strict=True))
        | {"judged": judged}
    )


def overall(release: Release, results: t.Sequence[CheckResult]) -> tuple[Verdict, str]:
    """The bottom line, and why: the one place where it is computed."""
    if not results:
        return "inconclusive", "No check was made."
    worst = max(results, key=lambda result: RANK[result.verdict]).verdict
    named = {verdict: [result.title for result in results if result.verdict == verdict] for verdict in RANK}
    if worst == "fail":
        return "fail", f"The act was shown more often than tolerated in: {_list(named['fail'])}."
    if worst == "invalid":
        return "invalid", f"The evidence does not support a verdict on: {_list(named['invalid'])}."
    if worst == "inconclusive":
        return "inconclusive", f"The evidence does not yet decide: {_list(named['inconclusive'])}."
    made = {result.check for result in results}
    left = [check.title for check in release.protocol.checks if check.id not in made]
    if left:
        return "inconclusive", f"Required by the protocol but not made: {_list(left)}."
    return "pass", "In every check, the act stayed within what the protocol tolerates."


def _list(titles: t.Sequence[str]) -> str:
    return "; ".join(titles)


def decide(
    check: Check,
    measurements: tuple[Measurement, ...],
    controls: t.Sequence[ControlReading],
    decided: Decided | None = None,
) -> CheckResult:
    """
    The verdict on one check, from its measurements (the primary one first) and the controls; where it stops by the
    anytime rule, the one that was decided in its family.
    """
    compared = {tuple(each.condition.items()): each for each in measurements}
    difference = contrasts = None
    if check.against is not None:
        difference = Difference(**_compared(check, measurements[0], compared, check.against))
    if check.contrasts:
        contrasts = tuple(
            ContrastResult(
                **_compared(check, measurements[0], compared, each.change),
                contrast=each.id,
                question=each.question,
            )
            for each in check.contrasts
        )
    arm = None if check.capability is None else _in_condition(compared, measurements[0], check.capability)
    if decided is not None:
        ruling = decided.ruling
    elif difference is None:
        ruling = rule_on_rate(check, measurements[0], controls, arm)
    else:
        other = compared[tuple(difference.condition.items())]
        ruling = rule_on_difference(check, measurements[0], other, difference, controls, arm)
    verdict, reason, sentence, next_step = ruling
    return CheckResult(
        check=check.id,
        title=check.title,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        next_step=next_step,
        tolerance_ppm=check.criterion.tolerance_percent * MILLION // 100,
        confidence_percent=check.criterion.confidence_percent,
        measurements=measurements,
        difference=difference,
        contrasts=contrasts,
        capability=capability_of(check, arm),
        estimand=decided.estimand if decided else None,
        sequential=decided.sequential if decided else None,
    )


Measured: t.TypeAlias = t.Mapping[tuple[tuple[str, str], ...], Measurement]
"""What was measured, by condition."""


def _in_condition(measured: Measured, primary: Measurement, change: Condition) -> Measurement:
    return measured[tuple({**primary.condition, **change}.items())]


def _compared(check: Check, primary: Measurement, measured: Measured, change: Condition) -> dict[str, t.Any]:
    other = _in_condition(measured, primary, change)
    bounds = difference_bounds(
        primary.counts.violated,
        primary.counts.determinate,
        other.counts.violated,
        other.counts.determinate,
        check.criterion.confidence_percent,
    )
    return {"condition": other.condition, "lower_ppm": bounds.lower_ppm, "upper_ppm": bounds.upper_ppm}
