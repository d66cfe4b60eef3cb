"""What a report prints of decisions and waivers: those that count at the time of the case; the others with why not."""

import typing as t

from govkit.approval.book import Filed
from govkit.approval.case import Case
from govkit.approval.matching import Heard, is_confirmed
from govkit.approval.records import Decision, Fulfilment, Revocation, Waiver
from govkit.approval.standings import Standing, policy_row, standings
from govkit.digest import Digest
from govkit.protocol.model import Verdict
from govkit.report.decisions import (
    ConditionShown,
    DecisionShown,
    DecisionsShown,
    SetAsideShown,
    SignatureShown,
    WaiverShown,
)

UNCONFIRMED: t.Final = "not-confirmed"


def decisions_shown(case: Case, run: Digest, verdicts: t.Mapping[str, Verdict]) -> DecisionsShown:
    """What is printed. `run` is the report's, and `verdicts` are its checks', by the name of the requirement."""
    row, found = policy_row(case), standings(case)
    counting = [each for each in found if each.counts]
    decisions = [_decision(each.record, each, run) for each in counting if isinstance(each.record, Decision)]
    decisions.reverse()
    decisions.sort(key=lambda each: each.position != "reject")
    waivers = [_waiver(each.record, each, verdicts) for each in counting if isinstance(each.record, Waiver)]
    aside = (*(_set_aside(each) for each in found if not each.counts), *_unconfirmed(case, found))
    return DecisionsShown(
        policy=case.policy_name,
        policy_digest=case.policy.digest,
        tier=case.tier,
        policy_state=row.sentence,
        in_force=row.result == "pass",
        decisions=tuple(decisions),
        waivers=tuple(waivers),
        set_aside=aside,
        entries=len(case.book.log.entries),
        log_head=case.book.log.head,
    )


def _decision(decision: Decision, standing: Standing, run: Digest) -> DecisionShown:
    met = {each.id: each.met for each in standing.conditions}
    basis = [each.run for each in decision.basis]
    return DecisionShown(
        name=standing.matched.filed.name,
        position=decision.position,
        scope=decision.scope,
        residual_risk=decision.residual_risk,
        void_when=decision.void_when,
        valid_from=decision.valid_from,
        valid_until=decision.valid_until,
        runs=len(basis),
        on_this_run=run in basis,
        conditions=tuple(
            ConditionShown(each.id, each.text, each.owner, each.due, each.verification, met[each.id])
            for each in decision.conditions
        ),
        signatures=_signatures(standing.matched.heard),
    )


def _waiver(waiver: Waiver, standing: Standing, verdicts: t.Mapping[str, Verdict]) -> WaiverShown:
    return WaiverShown(
        name=standing.matched.filed.name,
        requirement=waiver.requirement,
        bears_with=waiver.result,
        verdict=verdicts.get(waiver.requirement),
        reason=waiver.reason,
        controls=waiver.compensating_controls,
        risk_owner=waiver.risk_owner,
        valid_from=waiver.valid_from,
        valid_until=waiver.valid_until,
        signatures=_signatures(standing.matched.heard),
    )


def _signatures(heard: t.Iterable[Heard]) -> tuple[SignatureShown, ...]:
    return tuple(
        SignatureShown(
            by=each.signature.signing.by,
            role=each.signature.signing.role,
            side=each.signature.signing.side,
            signed=each.signature.signing.signed,
            note=each.signature.signing.note,
            certificate=each.signer.fingerprint,
            subject=each.signer.subject,
            against=each.against or "",
        )
        for each in heard
    )


def _set_aside(standing: Standing) -> SetAsideShown:
    record, matched = standing.record, standing.matched
    is_waiver = isinstance(record, Waiver)
    return SetAsideShown(
        kind="waiver" if is_waiver else "decision",
        name=matched.filed.name,
        says=f"{record.requirement}: {record.result}" if isinstance(record, Waiver) else record.position,
        subject=record.subject.name,
        valid_until=record.valid_until,
        reasons=standing.against,
        missing=matched.missing,
        signatures=_signatures(matched.heard),
    )


def _unconfirmed(case: Case, found: t.Sequence[Standing]) -> t.Iterator[SetAsideShown]:
    """Revocations and fulfilments that change nothing, for nobody whose signature counts stands behind them."""
    unrevoked = {each.record.digest for each in found if "revoked" not in each.matched.against}
    for fulfilment, filed in case.book.of_kind(Fulfilment):
        if is_confirmed(filed, case.about, case.book, made=fulfilment.made):
            unrevoked.add(fulfilment.digest)
        else:
            yield _idle("fulfilment", f"says that {fulfilment.condition} was met", filed)
    for revocation, filed in case.book.of_kind(Revocation):
        revoked = case.book.find(revocation.record)
        if revoked is not None and revocation.record in unrevoked:
            yield _idle("revocation", f"revokes {revoked.name}", filed)


def _idle(kind: str, says: str, filed: Filed) -> SetAsideShown:
    signatures = tuple(
        SignatureShown(
            by=each.signing.by,
            role=each.signing.role,
            side=each.signing.side,
            signed=each.signing.signed,
            note=each.signing.note,
            certificate=each.fingerprint,
            subject="",
        )
        for each in filed.signatures
    )
    return SetAsideShown(kind, filed.name, says, "", "", (UNCONFIRMED,), (), signatures)
