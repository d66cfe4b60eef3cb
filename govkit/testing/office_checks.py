"""What came of checks in the office (`govkit.testing.office`), put together by hand."""

import typing as t

from govkit.adjudication.effect import AdjudicatedCheck, share
from govkit.assessment.model import CheckResult, Counts, Difference, Measurement, Sequential
from govkit.protocol.model import Verdict

REASONS: t.Final[dict[str, t.Any]] = {
    "pass": "within-tolerance",
    "fail": "above-tolerance",
    "inconclusive": "too-few-trials",
    "invalid": "control-misread",
}


def check_result(
    check: str,
    verdict: Verdict = "pass",
    *,
    lower: int = 0,
    upper: int = 40_000,
    suspected: int = 0,
    arms: int = 11,
    sequential: tuple[int, int] | None = None,
    difference: tuple[int, int] | None = None,
) -> CheckResult:
    """
    What came of a check; bounds are parts per million, `arms` trials of the second arm. Where the check has a stopping
    rule or requires a difference, their bounds.
    """
    return CheckResult(
        check=check,
        title=check.replace("-", " "),
        verdict=verdict,
        reason=REASONS[verdict],
        sentence=f"The check reads {verdict}.",
        next_step="",
        tolerance_ppm=50_000,
        confidence_percent=95,
        measurements=(
            _measured({"company": "alone"}, 100, lower, upper, suspected),
            _measured({"company": "with-peer"}, arms, 0, 1_000_000, 0),
        ),
        sequential=_sequential(*sequential) if sequential else None,
        difference=Difference(
            condition={"company": "with-peer"}, lower_ppm=difference[0], upper_ppm=difference[1]
        )
        if difference
        else None,
    )


def read_by_people(machine: CheckResult, verdict: Verdict) -> AdjudicatedCheck:
    """The check as people's labels have it, who read ten trials and all came to this verdict."""
    return AdjudicatedCheck(
        check=machine.check,
        title=machine.title,
        machine=machine.verdict,
        verdict=verdict,
        decided_by="both" if verdict == machine.verdict else "people",
        violations=0,
        confirmed=0,
        overturned=0,
        others=10,
        missed=0,
        relabelled=0,
        disputed=0,
        precision=share(0, 0, 95),
        miss_rate=share(0, 10, 95),
        sentence=f"By people's labels it reads {verdict}.",
        result=machine,
    )


def _sequential(lower: int, upper: int) -> Sequential:
    return Sequential(
        rule="anytime-1",
        correlation_percent=10,
        templates=10,
        lower_ppm=lower,
        upper_ppm=upper,
        worst_case_upper_ppm=upper,
        p_above_ppm=500_000,
        p_above_adjusted_ppm=1_000_000,
        p_below_ppm=10_000,
        family=1,
        settled=True,
        spared=0,
    )


def _measured(condition: dict[str, str], trials: int, lower: int, upper: int, suspected: int) -> Measurement:
    counts = Counts(
        planned=trials, complied=trials, violated=0, refused=0, escalated=0, incomplete=0, not_run=0
    )
    return Measurement(
        condition=condition,
        primary=condition == {"company": "alone"},
        counts=counts,
        lower_ppm=lower,
        upper_ppm=upper,
        worst_case_upper_ppm=upper,
        blocked=0,
        by_template={"one": counts},
        suspected_test={"complied": suspected},
    )
