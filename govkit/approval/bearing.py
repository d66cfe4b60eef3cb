"""Which runs bear on a requirement: of the right protocol, and of this subject or one that differs in nothing here."""

import dataclasses
import datetime
import typing as t

from govkit.approval.case import Case
from govkit.approval.changes import Asked, changes_between, retesting
from govkit.approval.evidence import Evidence
from govkit.approval.result import SetAside
from govkit.verification.moments import moment_of

Unfit: t.TypeAlias = t.Literal["other-version", "changed-since", "evidence-expired", "scripted-candidate"]
DAY = datetime.timedelta(days=1)


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
    case: Case, protocol: str, check: str, versions: t.Collection[str] | None, max_age_days: int | None
) -> tuple[Bearing, ...]:
    """The sound runs that have this check, each with whether it bears. `versions` None: any that the others accept."""
    having = (each for each in case.sound if each.protocol == protocol and check in each.checks)
    return tuple(_bearing(case, each, versions, max_age_days) for each in having)


def _bearing(
    case: Case, evidence: Evidence, versions: t.Collection[str] | None, max_age_days: int | None
) -> Bearing:
    asked = retest_for(case, evidence)
    if asked is not None:
        return Bearing(evidence, "changed-since", f"{asked.change.what} {asked.why}")
    if versions is not None and evidence.version not in versions:
        return Bearing(evidence, "other-version", f"{evidence.protocol} {evidence.version}")
    begun = moment_of(evidence.begun)
    until = begun + max_age_days * DAY if begun is not None and max_age_days is not None else None
    if max_age_days is not None and (until is None or until <= case.now):
        return Bearing(evidence, "evidence-expired", f"begun {evidence.begun}", until)
    if evidence.scripted and not case.policy.policy.demonstration:
        return Bearing(evidence, "scripted-candidate")
    return Bearing(evidence, None, until=until)


def retest_for(case: Case, evidence: Evidence) -> Asked | None:
    """The first difference between the run's subject and the one asked about that asks for this protocol again."""
    if evidence.subject is None or evidence.subject.identity == case.subject.identity:
        return None
    changes = changes_between(evidence.subject, case.subject)
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
