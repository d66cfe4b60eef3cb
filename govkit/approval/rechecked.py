"""What stands now of the decisions that counted when a report was made; and whether their signers are known now."""

import dataclasses
import typing as t

from govkit.approval.case import Case
from govkit.approval.matching import HOLDING_UP
from govkit.approval.records import Waiver
from govkit.approval.standings import OVERDUE, Standing, policy_row, standings
from govkit.digest import Digest
from govkit.verification.finding import Finding, State
from govkit.verification.people import STEP
from govkit.verification.signature import state_of
from govkit.verification.signer import Judge, Signer

ENDED: t.Final = frozenset({"expired", "revoked", OVERDUE, "policy-expired", "policy-signer-expired"})
"""What may come to stand against a record without anybody having done wrong."""


def rechecked(
    then: Case, now: Case, trusted: frozenset[Digest], *, allow_unknown_signer: bool
) -> tuple[Finding, ...]:
    """
    A finding for the policy, for each signer of what counted then, and for each record that counted then.

    `then` is the case at the time of the report, `now` the one at the time of verification; `trusted` are certificates
    that the evaluator trusted. Whether the verifying person knows a signer is told once, and not again of each record:
    there, a signer whom only the evaluator trusted is taken as known.
    """
    counted = [each for each in standings(then) if each.counts]
    taken = dataclasses.replace(now, judge=_taking(now.judge, trusted))
    later = {each.record.digest: each for each in standings(taken)}
    findings = (
        _policy(now, allow_unknown_signer=allow_unknown_signer),
        *_signers(counted, now, allow_unknown_signer=allow_unknown_signer),
        *(_record(each, later[each.record.digest]) for each in counted),
    )
    return tuple(dataclasses.replace(each, aside=True) for each in findings)


def _taking(judge: Judge, trusted: frozenset[Digest]) -> Judge:
    def taken(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        signer = judge(certificate, chain)
        if signer.standing == "unknown" and signer.fingerprint in trusted:
            return dataclasses.replace(signer, standing="trusted", reason="the evaluator trusted them")
        return signer

    return taken


def _policy(now: Case, *, allow_unknown_signer: bool) -> Finding:
    row = policy_row(now)
    name = f"{now.policy_name}, tier {now.tier}"
    if row.result == "pass":
        return Finding(STEP, "holds", f"Decided under the policy {name}. {row.sentence}")
    state: State = "expired" if row.result == "expired" else "fails"
    if row.reason == "policy-signer-unknown" and allow_unknown_signer:
        state = "allowed"
    return Finding(STEP, state, f"Of the policy {name}: {row.sentence}", found=row.reason)


def _signers(counted: t.Sequence[Standing], now: Case, *, allow_unknown_signer: bool) -> t.Iterator[Finding]:
    """Each signer once, by certificate."""
    told: set[Digest] = set()
    for heard in (each for standing in counted for each in standing.matched.heard if not each.against):
        signature = heard.signature
        if signature.fingerprint in told:
            continue
        told.add(signature.fingerprint)
        signer = now.about.signer(signature.certificate, signature.chain)
        state = state_of(signer.standing, allow_unknown_signer=allow_unknown_signer)
        who = f"{signature.signing.by} ({signature.signing.role}); {signer.subject or 'nobody named'}, "
        who += f"certificate {signer.fingerprint}"
        known = {
            "trusted": "is known",
            "unknown": "is unknown",
            "expired": "is out of their certificate's dates",
        }
        said = known.get(signer.standing, "has a certificate that is not fit for signing")
        allowed = ", which you allowed" if state == "allowed" else ""
        expected = "a signer named with --trust" if signer.standing == "unknown" else ""
        what = f"Whoever signed a decision {said}{allowed}: {who}."
        yield Finding(STEP, state, what, expected=expected, found=signer.reason)


def _record(was: Standing, now: Standing) -> Finding:
    record = was.record
    kind = (
        f"waiver for {record.requirement}" if isinstance(record, Waiver) else f"decision ({record.position})"
    )
    name = was.matched.filed.name
    if now.counts:
        held_up = not isinstance(record, Waiver) and record.position in HOLDING_UP
        until = "which stands until it is lifted" if held_up else f"until {record.valid_until[:10]}"
        what = f"The {kind}, {until}, has not ended, as far as the attached log tells ({name})."
        return Finding(STEP, "holds", what)
    reasons = ", ".join(now.against)
    if _has_ended(was, now):
        what = f"The {kind} has ended since the report was made ({name}): {reasons}."
        return Finding(STEP, "expired", what, expected="in force", found=f"until {record.valid_until}")
    what = f"The {kind} counted when the report was made and does not count here ({name}): {reasons}."
    return Finding(STEP, "fails", what, expected="in force", found=reasons)


def _has_ended(was: Standing, now: Standing) -> bool:
    """Whether nothing but time, or a revocation, stands against what counted."""
    left = set(now.against) - ENDED
    if left != {"quorum-missing"}:
        return not left
    earlier = {each.signature.fingerprint for each in was.matched.heard if not each.against}
    lost = [
        each.against for each in now.matched.heard if each.against and each.signature.fingerprint in earlier
    ]
    return bool(lost) and set(lost) == {"signer-expired"}
