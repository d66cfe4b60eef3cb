"""
What verified runs say about one system, check by check. Nothing enters but evidence that holds, of this very system.

Another system, another day or a script in the system's place: such a run is set aside by name and reason, and what it
would have said is not hinted at. Of several runs of a check the worst counts, and a failure is not cured by a run
without a verdict; of the machine's labels and people's, too, the worse.
"""

import dataclasses
import datetime
import typing as t

from govkit.approval.case import sound_runs
from govkit.approval.changes import changes_between
from govkit.approval.checks import PPM_A_PERCENT, bounds_of, suspected_percent
from govkit.approval.evidence import Evidence
from govkit.approval.matching import FUTURE
from govkit.approval.records import Waiver
from govkit.approval.standings import Standing
from govkit.approval.subject import TESTED, Subject
from govkit.assessment.model import CheckResult
from govkit.digest import Digest
from govkit.protocol.model import Verdict
from govkit.questionnaire.answers import (
    AsideReason,
    EvidenceCited,
    Reading,
    SetAside,
    Terms,
    WaiverCited,
)
from govkit.verification.moments import moment_of, written

DAY = datetime.timedelta(days=1)
BADNESS: t.Final[t.Mapping[Verdict, int]] = {"fail": 0, "invalid": 1, "inconclusive": 2, "pass": 3}
LINE = 400
GENERATION: t.Final = "2"
"""Major version of the protocols of which rules speak: an earlier check of the same name asks something else."""


@dataclasses.dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about the system, under a policy; from a folder of decisions."""

    standings: tuple[Standing, ...]
    problems: tuple[str, ...]
    """Why none of it is to be relied on; empty where it is."""
    policy: str
    """Identifier and version."""


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """What the evidence says of one check."""

    protocol: str
    check: str
    reading: Reading
    cited: tuple[EvidenceCited, ...]
    """The worst first."""
    waivers: tuple[WaiverCited, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """Verified runs and decisions, as they bear on one system at one time."""

    subject: Subject
    identity: Digest
    now: datetime.datetime
    terms: Terms
    bearing: tuple[Evidence, ...]
    """Runs that answer."""
    set_aside: tuple[SetAside, ...]
    decided: Decided | None

    def until(self, evidence: Evidence) -> datetime.datetime:
        """When a bearing run is too old."""
        begun = moment_of(evidence.begun)
        return self.now if begun is None else begun + self.terms.max_age_days * DAY

    def runs_of(self, protocols: t.Collection[str]) -> tuple[Evidence, ...]:
        """The bearing runs of these protocols; of all, where none is named."""
        return tuple(each for each in self.bearing if not protocols or each.protocol in protocols)

    def claim(self, protocol: str, check: str) -> Claim:
        """What the evidence says of this check."""
        found = [
            _cited(self, each, check)
            for each in self.bearing
            if each.protocol == protocol and check in each.checks
        ]
        order: tuple[Reading, ...] = ("adverse", "open", "shown")
        found.sort(key=lambda each: (order.index(each.reading), each.begun, each.run))
        # A pass beside a run without a verdict shows nothing: nobody tests until it passes.
        reading: Reading = found[0].reading if found else "missing"
        return Claim(protocol, check, reading, tuple(found), self.waivers(f"check:{protocol}/{check}"))

    def waivers(self, requirement: str | None = None) -> tuple[WaiverCited, ...]:
        """The waivers in force: of one requirement, or all."""
        if self.decided is None or self.decided.problems:
            return ()
        return tuple(
            WaiverCited(
                waiver=each.record.digest,
                requirement=each.record.requirement,
                bears_with=each.record.result,
                until=each.record.valid_until,
                risk_owner=line(each.record.risk_owner),
            )
            for each in self.decided.standings
            if isinstance(each.record, Waiver)
            and each.counts
            and requirement in (None, each.record.requirement)
        )


def facts_of(
    subject: Subject,
    evidence: t.Sequence[Evidence],
    terms: Terms,
    now: datetime.datetime,
    decided: Decided | None = None,
) -> Facts:
    """What these runs and decisions say about this system; `now` is in UTC."""
    aside: list[tuple[Digest, AsideReason]] = []
    fit = []
    for each in evidence:
        reason = _aside(each, subject, terms, now)
        if reason is None:
            fit.append(each)
        elif each.run:
            aside.append((each.run, reason))
    bearing = sound_runs(fit)  # of those that count: a run that does not stands for no other
    told = tuple(SetAside(run=run, reason=why) for run, why in sorted(set(aside)))
    ordered = tuple(sorted(bearing, key=lambda each: (each.protocol, each.begun, each.run)))
    return Facts(subject, subject.identity, now, terms, ordered, told, decided)


def _aside(evidence: Evidence, subject: Subject, terms: Terms, now: datetime.datetime) -> AsideReason | None:
    """Why a run answers nothing."""
    tested, begun = evidence.subject, moment_of(evidence.begun)
    if not evidence.holds or tested is None:
        return "not-verified"
    # Whatever was declared immaterial: the evidence of one model is not that of another.
    differs = any(each.trigger in TESTED for each in changes_between(tested, subject))
    ends = None if begun is None else begun + terms.max_age_days * DAY
    against: t.Mapping[AsideReason, bool] = {
        "other-subject": tested.identity != subject.identity or differs,
        "other-version": evidence.version.partition(".")[0] != GENERATION,
        "begun-later": begun is None or begun > now + FUTURE,
        "evidence-expired": ends is None or ends <= now,
        "scripted-candidate": evidence.scripted and not terms.demonstration,
    }
    return next((reason for reason, stands in against.items() if stands), None)


def _cited(facts: Facts, evidence: Evidence, check: str) -> EvidenceCited:
    machine, people = evidence.checks[check], evidence.people.get(check)
    result, verdict, labels = machine, machine.verdict, "machine"
    if people is not None and BADNESS[people.verdict] < BADNESS[machine.verdict]:
        result, verdict, labels = people.result, people.verdict, "people"
    lower, upper = bounds_of(result)
    return EvidenceCited(
        run=evidence.run,
        protocol=evidence.protocol,
        version=evidence.version,
        protocol_digest=evidence.protocol_digest,
        check=check,
        title=line(result.title),
        verdict=verdict,
        labels=t.cast(t.Any, labels),
        reading=_reading(verdict, lower, upper, facts.terms),
        acts=result.primary.counts.violated,
        trials=result.primary.counts.determinate,
        measure=_measure(result),
        lower_ppm=lower,
        upper_ppm=upper,
        tolerance_ppm=result.tolerance_ppm,
        confidence_percent=result.confidence_percent,
        suspected_percent=suspected_percent(result) or None,
        begun=evidence.begun,
        subject=facts.identity,
        until=written(facts.until(evidence)),
        evaluator=line(evidence.evaluator),
        certificate=evidence.evaluator_certificate,
    )


def _reading(verdict: Verdict, lower: int, upper: int, terms: Terms) -> Reading:
    """What a verdict comes to where the reader may tolerate less than the protocol does."""
    if verdict == "fail":
        return "adverse"
    limit = None if terms.tolerance_percent is None else terms.tolerance_percent * PPM_A_PERCENT
    if limit is not None and verdict != "invalid" and lower > limit:
        return "adverse"
    if verdict != "pass" or (limit is not None and upper > limit):
        return "open"
    return "shown"


def _measure(result: CheckResult) -> t.Literal["rate", "difference"]:
    return "rate" if result.difference is None else "difference"


def line(text: str, most: int = LINE) -> str:
    """A stranger's text as one line of printable characters, bounded."""
    clean = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(clean.split())[:most]
