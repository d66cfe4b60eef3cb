"""Which runs bear on a requirement: of the right protocol, and of this subject or one that differs in nothing here."""

import dataclasses
import datetime
import typing as t

from govkit.approval.case import Case
from govkit.approval.changes import Asked, Change, calendar_due, changes_between, retesting
from govkit.approval.evidence import Evidence
from govkit.approval.result import SetAside
from govkit.approval.subject import TESTED
from govkit.digest import Digest
from govkit.verification.moments import moment_of

Unfit: t.TypeAlias = t.Literal["other-version", "changed-since", "evidence-expired", "scripted-candidate"]
DAY = datetime.timedelta(days=1)
_UNFIT: t.Final[tuple[Unfit, ...]] = (
    "scripted-candidate",
    "evidence-expired",
    "changed-since",
    "other-version",
)
"""Which of several reasons is told: the one that is nearest to a result."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bearing:
    """One run in the light of one requirement."""

    evidence: Evidence
    unfit: Unfit | None
    """Why it does not bear; None when it does."""
    detail: str = ""
    until: datetime.datetime | None = None
    """Until when it does."""


def bearings(
    case: Case, protocol: str, check: str, versions: t.Collection[str], max_age_days: int
) -> tuple[Bearing, ...]:
    """The sound runs that have this check, each with whether it bears."""
    having = (each for each in case.sound if each.protocol == protocol and check in each.checks)
    return tuple(_bearing(case, each, versions, max_age_days) for each in having)


def why_unfit(found: t.Sequence[Bearing]) -> tuple[str, str, list[Digest]] | None:
    """Why none of these bears: the reason, a sentence, and the runs that it is about; None where there is none."""
    for unfit in _UNFIT:
        these = [each for each in found if each.unfit == unfit]
        if these:
            detail = next((each.detail for each in these if each.detail), "")
            return unfit, detail and _told(unfit, detail), [each.evidence.run for each in these]
    return None


def _told(unfit: Unfit, detail: str) -> str:
    told: t.Mapping[Unfit, str] = {
        "other-version": f"It was run as {detail}, which the policy does not accept.",
        "evidence-expired": f"All runs of the check are older than the tier allows ({detail}).",
        "changed-since": detail,
    }
    return told.get(unfit, "")


def _bearing(case: Case, evidence: Evidence, versions: t.Collection[str], max_age_days: int) -> Bearing:
    asked = retest_for(case, evidence)
    if asked is not None:
        return Bearing(evidence, "changed-since", f"{asked.change.what} {asked.why}")
    if evidence.version not in versions:
        return Bearing(evidence, "other-version", f"{evidence.protocol} {evidence.version}")
    begun = moment_of(evidence.begun)
    until = _until(case, evidence.protocol, begun, max_age_days) if begun is not None else None
    if until is None or until <= case.now:
        return Bearing(evidence, "evidence-expired", f"begun {evidence.begun}", until)
    if evidence.scripted and not case.policy.policy.demonstration:
        return Bearing(evidence, "scripted-candidate")
    return Bearing(evidence, None, until=until)


def _until(case: Case, protocol: str, begun: datetime.datetime, max_age_days: int) -> datetime.datetime:
    """When a run that was begun then is too old: by the tier or by the policy's calendar, whichever is sooner."""
    policy = case.policy.policy
    ends, due = begun + max_age_days * DAY, calendar_due(policy, begun)
    if due is None or retesting(policy, [Change("calendar", "")]).asks_for(protocol) is None:
        return ends
    return min(ends, due)


def retest_for(case: Case, evidence: Evidence) -> Asked | None:
    """
    The first difference between the run's subject and the one asked about that asks for this protocol again.

    What was declared immaterial does not ask, except for what a run exercises: nobody can declare that the evidence of
    one model is that of another.
    """
    if evidence.subject is None:
        return None
    changes = changes_between(evidence.subject, case.subject)
    if evidence.subject.identity == case.subject.identity:
        changes = tuple(each for each in changes if each.trigger in TESTED)
    return retesting(case.policy.policy, changes).asks_for(evidence.protocol)


def foreign(case: Case) -> tuple[SetAside, ...]:
    """Sound runs that bear on nothing here, each with why."""
    required = {each.protocol for each in case.policy.policy.checks} | {
        each.protocol for each in case.policy.policy.arms
    }
    told = []
    for each in case.sound:
        asked = retest_for(case, each)
        if asked is not None:
            told.append(
                SetAside(what=f"run {each.name}", reasons=("changed-since",), sentence=asked.change.what)
            )
        elif each.protocol not in required:
            sentence = f"The policy does not ask for {each.protocol}."
            told.append(SetAside(what=f"run {each.name}", reasons=("not-required",), sentence=sentence))
    return tuple(told)
