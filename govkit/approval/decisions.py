"""The rows of what people decided: that the records hold, and that a decision counts, here and now."""

import typing as t

from govkit.approval.book import Filed
from govkit.approval.case import Case, row
from govkit.approval.matching import Matched, is_confirmed, match_decision
from govkit.approval.records import Decision, Fulfilment, Revocation
from govkit.approval.result import Number, OpenCondition, Row
from govkit.digest import Digest

TITLE = "Decision"
NAMED = 5
"""Problems of the records that the row names; further ones are counted."""
_WHY: t.Final[t.Mapping[str, str]] = {
    "revoked": "decision-revoked",
    "other-subject": "other-subject",
    "other-policy": "other-policy",
    "other-tier": "other-policy",
    "made-later": "decision-not-yet",
    "not-yet-valid": "decision-not-yet",
    "too-long": "decision-too-long",
    "expired": "decision-expired",
    "dissent": "dissent",
    "quorum-missing": "quorum-missing",
}
"""What stands against a decision -> the reason of the row, the first that applies in this order."""
_NEAREST: t.Final = (
    "quorum-missing",
    "dissent",
    "decision-not-yet",
    "decision-expired",
    "decision-too-long",
    "decision-revoked",
    "other-policy",
    "other-subject",
)
"""Of several decisions of which none counts, the one that is told of: what is nearest to counting."""


def records_row(case: Case) -> Row:
    """Whether records, signatures and log fit one another."""
    if case.book.problems:
        told = case.book.problems[:NAMED]
        more = f" And {len(case.book.problems) - NAMED} more." if case.book.problems[NAMED:] else ""
        sentence = f"{' '.join(told)}{more} Restore the folder from where it is kept."
        return row("records", "Decision log", "records-broken", sentence, broken=True)
    lines = Number(what="entries of the log", required="all there", found=str(len(case.book.log.entries)))
    return row("records", "Decision log", "records-hold", numbers=(lines,))


def matched_decisions(case: Case) -> tuple[tuple[Decision, Matched], ...]:
    """Every decision in the log, in order, with whether it counts. Of a broken log, none."""
    if case.book.problems:
        return ()
    return tuple(
        (decision, match_decision(filed, decision, case.about, case.book))
        for decision, filed in case.book.of_kind(Decision)
    )


def decision_row(case: Case, rows: t.Sequence[Row]) -> tuple[Row, Decision | None]:
    """
    The row, and the approval that counts, if one does. `rows` are the others: what is met there must be met by a run
    that was before whoever approved.

    A rejection stands until it is revoked. Otherwise the latest decision stands for all: where it was revoked, or is
    past its end, none that it followed comes back.
    """
    matched = matched_decisions(case)
    taken = [(decision, each) for decision, each in matched if each.counts or each.ended]
    rejected = next((decision for decision, _ in taken if decision.position == "reject"), None)
    if rejected is not None:
        return row("decision", TITLE, "rejected", f"Rejected: {rejected.residual_risk}"), None
    if not taken:
        return _none_counts(case, matched), None
    # By the time they bear, and only then by their order in the log: that of an older one may be entered late.
    place, (decision, last) = max(enumerate(taken), key=lambda each: (each[1][0].made, each[0]))
    # What puts it off is overtaken by an approval that is later by both.
    put_off = next((each for each, _ in taken[place:] if each.position == "defer"), None)
    if put_off is not None:
        return row("decision", TITLE, "deferred", f"Put off: {put_off.residual_risk}"), None
    if not last.counts:
        return _none_counts(case, [(decision, last)]), None
    reason, sentence = _approved(case, decision, last, rows)
    numbers = (
        Number(
            what="valid",
            required=f"at {case.now:%Y-%m-%d}",
            found=f"{decision.valid_from[:10]} to {decision.valid_until[:10]}",
        ),
        Number(what="signed by", required=_quorum(case), found=", ".join(_names(last)) or "nobody"),
    )
    found = row(
        "decision", TITLE, reason, sentence, numbers=numbers, evidence=[each.run for each in decision.basis]
    )
    return found, decision if found.result in ("pass", "conditional") else None


def _approved(case: Case, decision: Decision, matched: Matched, rows: t.Sequence[Row]) -> tuple[str, str]:
    overdue = [
        each for each in conditions_of(case, decision) if not each.met and each.due < f"{case.now:%Y-%m-%d}"
    ]
    if overdue:
        first = overdue[0]
        return "condition-overdue", f"{first.id} was due on {first.due} ({first.owner}): {first.text}"
    basis = {each.run for each in decision.basis}
    new = [each.requirement for each in rows if _rests_elsewhere(each, basis)]
    if new:
        return (
            "basis-changed",
            f"What was approved rests on other runs than what is given now for {', '.join(new)}.",
        )
    names = ", ".join(_names(matched))
    still = [each.id for each in conditions_of(case, decision) if not each.met]
    if still:
        sentence = f"Approved by {names} under conditions; not met yet: {', '.join(still)}."
        return "approved-with-conditions", sentence
    return "approved", f"Approved by {names}."


def _rests_elsewhere(found: Row, basis: set[Digest]) -> bool:
    """
    Whether a row rests on runs that whoever approved had not seen. What passes needs one that they had; of what is
    waived they must have seen all: a waiver for a rate that is a little too high is none for a later, worse one.
    """
    if not found.requirement.startswith(("check:", "arm:")):
        return False
    runs = set(found.evidence)
    return not runs <= basis if found.result == "waived" else not runs & basis and found.result == "pass"


def _names(matched: Matched) -> list[str]:
    return [f"{each.signature.signing.by} ({each.signature.signing.role})" for each in matched.signers]


def _quorum(case: Case) -> str:
    quorum = case.policy.policy.approval.quorum.get(case.tier, ())
    return ", ".join(f"{each.people} {each.role}" for each in quorum) or "a quorum for this tier"


def _none_counts(case: Case, matched: t.Sequence[tuple[Decision, Matched]]) -> Row:
    told = [(_reason(each), decision, each) for decision, each in matched]
    if not told:
        return row("decision", TITLE, "no-decision")
    reason, _, nearest = min(told, key=lambda each: _NEAREST.index(each[0]))
    return row("decision", TITLE, reason, _sentence(case, reason, nearest))


def _reason(matched: Matched) -> str:
    return next(reason for against, reason in _WHY.items() if against in matched.against)


def _sentence(case: Case, reason: str, matched: Matched) -> str:
    unheard = [
        f"{each.signature.signing.by} ({each.against})"
        for each in matched.heard
        if each.against and each.signature.signing.side == "for"
    ]
    if reason == "quorum-missing":
        not_counted = f" Signatures that do not count: {', '.join(unheard)}." if unheard else ""
        return f"Still missing: {', '.join(matched.missing)}.{not_counted}"
    if reason == "dissent":
        against = ", ".join(
            f"{each.signature.signing.by}: {each.signature.signing.note}" for each in matched.dissent
        )
        return f"Signed against it: {against}"
    if reason == "decision-revoked":
        revocations = [
            each for each in case.book.revocations_of(matched.filed.record.digest) if each.signatures
        ]
        return " ".join(f"Revoked by {_by(each)}" for each in revocations)
    return ""


def _by(revocation: Filed) -> str:
    names = ", ".join(each.signing.by for each in revocation.signatures)
    record = revocation.record
    why = record.reason if isinstance(record, Revocation) else ""
    return f"{names} on {record.made[:10]}: {why}"


def conditions_of(case: Case, decision: Decision) -> tuple[OpenCondition, ...]:
    """The conditions of a decision, and which of them were met, as far as that was confirmed."""
    return tuple(
        OpenCondition(
            decision=decision.digest,
            id=each.id,
            text=each.text,
            owner=each.owner,
            due=each.due,
            met=any(_confirmed(case, filed) for filed in case.book.fulfilments_of(decision.digest, each.id)),
        )
        for each in decision.conditions
    )


def _confirmed(case: Case, filed: Filed) -> bool:
    made = filed.record.made if isinstance(filed.record, Fulfilment) else ""
    return is_confirmed(filed, case.about, case.book, made=made)
