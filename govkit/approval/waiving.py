"""Waivers over rows: a row whose result is borne reads *waived*, with what it would read otherwise."""

import typing as t

from govkit.approval.case import Case
from govkit.approval.matching import Matched, match_waiver
from govkit.approval.reasons import REASONS
from govkit.approval.records import Bearable, Waiver
from govkit.approval.result import Row, SetAside, WaivedAs

BEARABLE: t.Final[tuple[Bearable, ...]] = t.get_args(Bearable)


def waivable(case: Case, requirement: str) -> bool:
    """Whether the policy lets a waiver stand in for this requirement, in this tier. Only checks and arms can be."""
    return case.policy.policy.may_be_waived(requirement, case.tier)


def waive(case: Case, rows: t.Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those that a waiver bears with as *waived*."""
    return tuple(_waived(case, each) for each in rows)


def match(case: Case, waiver: Waiver, row: Row | None) -> Matched:
    """Whether this waiver bears with this row; None for a row that there is not."""
    filed = case.book.find(waiver.digest)
    if filed is None:
        raise ValueError("only waivers of the book can be matched")
    requirement, result = (row.requirement, row.result) if row is not None else ("", "")
    return match_waiver(
        filed,
        waiver,
        case.about,
        case.book,
        requirement=requirement,
        result=result,
        waivable=waivable(case, waiver.requirement),
    )


def _waived(case: Case, row: Row) -> Row:
    if case.book.problems or row.broken or row.result not in BEARABLE:
        return row
    for waiver, _ in case.book.of_kind(Waiver):
        matched = match(case, waiver, row)
        if matched.counts:
            return _as_waived(row, waiver, matched)
    return row


def _as_waived(row: Row, waiver: Waiver, matched: Matched) -> Row:
    borne = WaivedAs(
        result=row.result,
        reason=row.reason,
        sentence=row.sentence,
        waiver=waiver.digest,
        risk_owner=waiver.risk_owner,
        why=waiver.reason,
        compensating_controls=waiver.compensating_controls,
        valid_until=waiver.valid_until,
        signed_by=tuple(
            f"{each.signature.signing.by} ({each.signature.signing.role})" for each in matched.signers
        ),
    )
    until = waiver.valid_until[:10]
    sentence = f"Borne by {waiver.risk_owner} until {until}; without the waiver: {row.result}. {row.sentence}"
    return row.model_copy(
        update={"result": REASONS["waived"][0], "reason": "waived", "sentence": sentence, "waived": borne}
    )


def _without_waiver(row: Row) -> Row:
    return row.model_copy(update={"result": row.waived.result}) if row.waived is not None else row


def idle_waivers(case: Case, rows: t.Sequence[Row]) -> tuple[SetAside, ...]:
    """The waivers that bear with nothing here, each with why."""
    used = {row.waived.waiver for row in rows if row.waived is not None}
    plain = {row.requirement: _without_waiver(row) for row in rows}
    told = []
    for waiver, filed in case.book.of_kind(Waiver):
        if waiver.digest in used:
            continue
        row = plain.get(waiver.requirement)
        matched = match(case, waiver, row)
        reasons = (*(case.book.problems and ("records-broken",)), *matched.against)
        unheard = [f"{each.signature.signing.by} ({each.against})" for each in matched.heard if each.against]
        not_heard = f" Signatures that do not count: {', '.join(unheard)}." if unheard else ""
        sentence = f"For {waiver.requirement}, {waiver.result}, until {waiver.valid_until[:10]}.{not_heard}"
        told.append(
            SetAside(what=f"waiver {filed.name}", reasons=reasons or ("not-needed",), sentence=sentence)
        )
    return tuple(told)
