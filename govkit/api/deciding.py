"""Making decisions, waivers, fulfilments and revocations, and signing them; whatever is kept goes through the log."""

import dataclasses
import datetime
import pathlib
import typing as t

import pydantic

from govkit.adapters.evidence_files import read_file
from govkit.adapters.pdf_reader import MAX_PDF_BYTES
from govkit.api.gating import Asked, case_of, parse_moment
from govkit.approval.book import Book, Filed
from govkit.approval.case import Case
from govkit.approval.gate import gate, policy_named
from govkit.approval.records import (
    KINDS,
    Condition,
    Decision,
    Fulfilment,
    Position,
    Record,
    Revocation,
    Said,
    Waiver,
    file_name,
    kind_of,
)
from govkit.approval.result import GateResult, Row
from govkit.approval.waiving import BEARABLE, match, waivable
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.document import Day, Document, Identifier, Short
from govkit.protocol.validation import read_written
from govkit.verification.moments import written

LINE = 400
"""Characters of what stands on one line."""
MAX_FORM = 1024 * 1024
SHORTEST = 4
"""Digits of a record's digest by which it may be asked for."""
DAY = datetime.timedelta(days=1)


class ConditionForm(Document):
    """One condition of a decision form."""

    id: Identifier
    text: Said
    owner: Short
    due: Day
    """The last day."""
    verification: Said
    """How it will be seen that it was met."""


class DecisionForm(Document):
    """What a person says who decides; all else follows from the evidence."""

    format: t.Literal["govkit.decision-form/1"]
    position: Position
    scope: Said
    """Where, by whom, with how much autonomy and in which environments it may be used."""
    residual_risk: Said
    """What may still go wrong, in words; of a rejection, why."""
    valid_from: Day | None = None
    """The first day; left out: now."""
    valid_until: Day
    """The last day."""
    conditions: t.Annotated[tuple[ConditionForm, ...], pydantic.Field(max_length=200)] = ()
    void_when: t.Annotated[tuple[Said, ...], pydantic.Field(max_length=200)] = ()
    """Beside a change of the subject: what ends it."""


@dataclasses.dataclass(frozen=True, slots=True)
class WaiverAsked:
    """What a person says who asks for a waiver."""

    requirement: str
    reason: str
    compensating_controls: tuple[str, ...]
    risk_owner: str
    until: str
    """The last day."""
    renews: Digest | None = None


def prepare_decision(
    asked: Asked, form: DecisionForm, reports: t.Sequence[pathlib.Path] = ()
) -> tuple[Decision, GateResult, Case]:
    """
    The decision that this form makes of what the gate says now, without decisions.

    Raises `AskedWrongly` for an approval of what the gate does not let through: it would open nothing.
    """
    case = case_of(dataclasses.replace(asked, evidence_only=True))
    said = gate(case)
    if form.position.startswith("approve") and said.bottom != "open":
        fix = "mend what stands against it, have it waived, or decide `defer` or `reject`"
        raise AskedWrongly("The gate does not let this through.", found=said.sentence, fix=fix)
    if (form.position == "approve-with-conditions") != bool(form.conditions):
        fix = "name conditions where the position is approve-with-conditions, and nowhere else"
        raise AskedWrongly("Position and conditions do not go together.", found=form.position, fix=fix)
    if len({each.id for each in form.conditions}) != len(form.conditions):
        raise AskedWrongly("Two conditions have one name.", where="conditions", fix="give each its own id")
    begins = _first(form.valid_from, case.now)
    _check_conditions(form, case.now)
    decision = Decision(
        format="govkit.decision/1",
        subject=case.subject,
        policy=policy_named(case),
        made=written(case.now),
        valid_from=written(begins),
        valid_until=written(_last(form.valid_until)),
        position=form.position,
        scope=form.scope.strip(),
        basis=said.runs,
        gate=said.digest,
        reports=tuple(_report(each) for each in reports),
        waivers=said.waivers,
        conditions=tuple(Condition(**_stripped(each)) for each in form.conditions),
        residual_risk=form.residual_risk.strip(),
        void_when=tuple(each.strip() for each in form.void_when),
    )
    longest = case.policy.policy.approval.longest_days.get(case.tier, 0)
    _check_length(begins, _last(form.valid_until), longest, "approval")
    return decision, said, case


def _check_conditions(form: DecisionForm, now: datetime.datetime) -> None:
    """Raises `AskedWrongly` for a condition that nobody could meet in time, or need not."""
    for each in form.conditions:
        if not f"{now:%Y-%m-%d}" <= each.due <= form.valid_until:
            raise AskedWrongly(
                "A condition is due before the decision or after its end.",
                where=f"conditions: {each.id}",
                expected=f"{now:%Y-%m-%d} to {form.valid_until}",
                found=each.due,
            )


def _report(path: pathlib.Path) -> Digest:
    data = read_file(path, MAX_PDF_BYTES)
    if not data.startswith(b"%PDF-"):
        raise AskedWrongly("This is no report.", where=str(path), expected="a PDF", fix="give a report's PDF")
    return digest(data)


def check_role(case: Case, record: Record, role: str) -> None:
    """Raises `UnknownName` for a role in which nobody's signature on such a record counts under the policy."""
    policy = case.policy.policy
    quorum = [each.role for each in policy.approval.quorum.get(case.tier, ())]
    roles = policy.waivers.roles if isinstance(record, Waiver) else quorum
    if role not in roles:
        raise UnknownName("role", role, roles, where="--role")


def _stripped(form: ConditionForm) -> dict[str, str]:
    return {name: value.strip() for name, value in form.model_dump().items()}


def prepare_waiver(asked: Asked, wanted: WaiverAsked) -> tuple[Waiver, Row, Case]:
    """
    The waiver for what the gate says of this requirement now.

    Raises `UnknownName` for no such requirement, `AskedWrongly` for one that is met, or cannot be waived.
    """
    case = case_of(dataclasses.replace(asked, evidence_only=True))
    said = gate(case)
    rows = {row.requirement: row for row in said.rows}
    if wanted.requirement not in rows:
        raise UnknownName("requirement", wanted.requirement, rows)
    row = rows[wanted.requirement]
    result = row.waived.result if row.waived is not None else row.result
    if not waivable(case, row.requirement):
        raise AskedWrongly(
            "The policy lets nobody waive this.", where=row.requirement, fix="mend what stands against it"
        )
    if result not in BEARABLE:
        raise AskedWrongly(
            "There is nothing to waive.", where=row.requirement, found=f"{result}: {row.sentence}"
        )
    begins, ends = case.now, _last(wanted.until)
    longest = case.policy.policy.waivers.longest_days.get(case.tier, 0)
    _check_length(begins, ends, longest, "waiver")
    waiver = Waiver(
        format="govkit.waiver/1",
        subject=case.subject,
        policy=policy_named(case),
        made=written(case.now),
        valid_from=written(begins),
        valid_until=written(ends),
        requirement=row.requirement,
        result=result,
        reason=said_in(wanted.reason, "--reason"),
        compensating_controls=tuple(said_in(each, "--control") for each in wanted.compensating_controls),
        risk_owner=said_in(wanted.risk_owner, "--risk-owner", LINE),
        renews=find_record(case.book, wanted.renews).digest if wanted.renews else None,
    )
    _check_renewals(case, waiver)
    return waiver, row, case


def _check_renewals(case: Case, waiver: Waiver) -> None:
    """Raises `AskedWrongly` where as many waivers have gone before as the policy allows: this one would not count."""
    name = file_name(waiver)
    book = dataclasses.replace(
        case.book, filed=(*case.book.filed, Filed(waiver, name, (), waiver.digest, waiver.subject.identity))
    )
    there = dataclasses.replace(case, book=book)
    if "renewed-too-often" in match(there, waiver, None).against:
        allowed = case.policy.policy.waivers.renewals
        fix = "mend what stands against it; the policy lets nobody bear with it for longer"
        raise AskedWrongly(
            "This waiver follows too many others.", expected=f"at most {allowed} renewals", fix=fix
        )


def prepare_revocation(book: Book, named: str, reason: str, now: datetime.datetime) -> Revocation:
    """The revocation of the record of this name or digest. Raises `UnknownName`."""
    record = find_record(book, named)
    if isinstance(record, Revocation):
        raise AskedWrongly("A revocation cannot be revoked.", fix="make the decision or waiver anew")
    why = said_in(reason, "--reason")
    return Revocation(format="govkit.revocation/1", record=record.digest, made=written(now), reason=why)


def prepare_fulfilment(
    book: Book,
    named: str,
    condition: str,
    how: str,
    evidence: t.Sequence[pathlib.Path],
    now: datetime.datetime,
) -> Fulfilment:
    """That a condition of the decision of this name was met. Raises `UnknownName`."""
    record = find_record(book, named)
    if not isinstance(record, Decision):
        raise AskedWrongly("Only a decision has conditions.", where=named)
    conditions = [each.id for each in record.conditions]
    if condition not in conditions:
        raise UnknownName("condition", condition, conditions, where=named)
    return Fulfilment(
        format="govkit.fulfilment/1",
        decision=record.digest,
        condition=condition,
        made=written(now),
        how=said_in(how, "--how"),
        evidence=tuple(digest(read_file(each, MAX_PDF_BYTES)) for each in evidence),
    )


def find_record(book: Book, named: str) -> Record:
    """
    The record of this file name or digest, or its beginning; a kind alone (`decision`) is the last of its kind.

    Raises `UnknownName`, or `AskedWrongly` for several.
    """
    if named in KINDS:
        of_kind = [each.record for each in book.filed if kind_of(each.record) == named]
        if not of_kind:
            raise UnknownName("record", named, [each.name for each in book.filed])
        return of_kind[-1]
    wanted = pathlib.PurePath(named).name.removesuffix(".json").rpartition("-")[2].removeprefix("sha256:")
    fitting = [each for each in book.filed if each.record.digest.removeprefix("sha256:").startswith(wanted)]
    if len(wanted) < SHORTEST or not fitting:
        raise UnknownName("record", named, [*KINDS, *(each.name for each in book.filed)])
    if len(fitting) > 1:
        raise AskedWrongly("Several records are called so.", found=named, fix="give more of its digits")
    return fitting[0].record


def read_decision_form(path: pathlib.Path) -> DecisionForm:
    """The form in this file. Raises `FaultyDocument` with all its faults."""
    data = read_file(path, MAX_FORM)
    form, _ = read_written("decision form", DecisionForm, data, file=str(path))
    return form


def said_in(text: str, option: str, most: int = 4_000) -> str:
    """What somebody said in an option. Raises `AskedWrongly` where that is nothing, or more than is kept."""
    words = text.strip()
    if len(words) > most:
        found = f"{len(words)} characters"
        raise AskedWrongly(
            "That is too long.", where=option, expected=f"at most {most} characters", found=found
        )
    if not words:
        raise AskedWrongly(
            "Nothing is said.", where=option, fix="say it in words: it is what others will read"
        )
    return words


def _check_length(begins: datetime.datetime, ends: datetime.datetime, longest: int, what: str) -> None:
    if ends <= begins:
        raise AskedWrongly(
            f"The {what} would end before it begins.",
            expected=f"after {written(begins)}",
            found=written(ends),
        )
    if ends - begins > longest * DAY:
        raise AskedWrongly(
            f"The policy allows no {what} for that long.",
            expected=f"at most {longest} days",
            found=f"until {written(ends)}",
        )


def _first(day: str | None, now: datetime.datetime) -> datetime.datetime:
    """The beginning of a day, or now: nothing holds before it was decided."""
    if day is not None and day < f"{now:%Y-%m-%d}":
        raise AskedWrongly(
            "It cannot hold before it was decided.", where="valid_from", found=day, fix="leave it out"
        )
    return now if day is None else max(now, _day(day))


def _last(day: str) -> datetime.datetime:
    """The end of a day."""
    return _day(day) + DAY - datetime.timedelta(seconds=1)


def _day(day: str) -> datetime.datetime:
    try:
        return parse_moment(datetime.date.fromisoformat(day).isoformat())
    except ValueError:
        fix = "write it as 2026-11-21"
        raise AskedWrongly("There is no such day.", found=day[:40], fix=fix) from None
