"""A book's decisions and waivers, each with whether it counts here and now: as `govkit.approval.matching` says."""

import datetime
import typing as t

from govkit.approval.book import Book, Filed
from govkit.approval.matching import About, Matched, is_confirmed, match_decision, match_waiver
from govkit.approval.policy import Policy, ReadPolicy
from govkit.approval.records import Decision, Fulfilment, Validity, Waiver
from govkit.approval.register.certificate import certificate_of
from govkit.approval.register.entry import ConditionEntry, RecordEntry
from govkit.digest import Digest
from govkit.verification.signer import Judge

NOT_JUDGED: t.Final = "policy-not-given"
"""What is said of a record whose policy is not at hand."""


def record_entries(
    book: Book,
    policies: t.Mapping[Digest, ReadPolicy],
    judge: Judge,
    now: datetime.datetime,
    *,
    evaluators: t.Callable[[Validity], frozenset[str]],
) -> tuple[RecordEntry, ...]:
    """
    The decisions and waivers of a book, in the order of its log. `evaluators` names the keys that signed the evidence
    about a record's subject, and that on which it rests.
    """
    found = []
    for filed in book.filed:
        record = filed.record
        if not isinstance(record, Decision | Waiver):
            continue
        read = policies.get(record.policy.digest)
        about = _about(record, read.policy, judge, now, evaluators(record)) if read is not None else None
        matched = _matched(filed, record, about, book) if about is not None else None
        found.append(_entry(filed, record, about, matched, book))
    return tuple(found)


def _about(
    record: Validity, policy: Policy, judge: Judge, now: datetime.datetime, evaluators: frozenset[str]
) -> About:
    """Here and now, for the very subject, policy and tier that the record names."""
    return About(
        subject=record.subject,
        policy=policy,
        policy_digest=record.policy.digest,
        tier=record.policy.tier,
        now=now,
        judge=judge,
        evaluators=evaluators,
    )


def _matched(filed: Filed, record: Decision | Waiver, about: About, book: Book) -> Matched:
    if isinstance(record, Decision):
        return match_decision(filed, record, about, book)
    return match_waiver(
        filed,
        record,
        about,
        book,
        requirement=record.requirement,
        result=record.result,
        waivable=about.policy.may_be_waived(record.requirement, about.tier),
    )


def _entry(
    filed: Filed,
    record: Decision | Waiver,
    about: About | None,
    matched: Matched | None,
    book: Book,
) -> RecordEntry:
    signatures = [each for each in filed.signatures if each.signing.side == "for"]
    return RecordEntry(
        kind="decision" if isinstance(record, Decision) else "waiver",
        name=filed.name,
        record=record.digest,
        says=record.position if isinstance(record, Decision) else f"{record.requirement} ({record.result})",
        candidate=record.subject.name,
        identity=record.subject.identity,
        policy=f"{record.policy.id} {record.policy.version}",
        policy_digest=record.policy.digest,
        tier=record.policy.tier,
        made=record.made,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        judged=matched is not None,
        against=_against(about, matched, book),
        missing=matched.missing if matched is not None else (),
        signed_by=tuple(f"{each.signing.by} ({each.signing.role})" for each in signatures),
        owner=record.risk_owner if isinstance(record, Waiver) else "",
        conditions=_conditions(record, about, book) if isinstance(record, Decision) else (),
        basis=tuple(each.run for each in record.basis) if isinstance(record, Decision) else (),
        certificates=tuple(certificate_of(each.certificate) for each in signatures),
    )


def _against(about: About | None, matched: Matched | None, book: Book) -> tuple[str, ...]:
    broken = ("records-broken",) * bool(book.problems)
    if about is None or matched is None:
        return (*broken, NOT_JUDGED)
    today = f"{about.now:%Y-%m-%d}"
    ended = ("policy-expired",) * (about.policy.expires < today)
    early = ("policy-not-yet",) * (today < about.policy.issued)
    return (*broken, *ended, *early, *matched.against)


def _conditions(decision: Decision, about: About | None, book: Book) -> tuple[ConditionEntry, ...]:
    return tuple(
        ConditionEntry(
            id=each.id,
            text=each.text,
            owner=each.owner,
            due=each.due,
            met=about is not None
            and not book.problems
            and any(_is_met(filed, about, book) for filed in book.fulfilments_of(decision.digest, each.id)),
        )
        for each in decision.conditions
    )


def _is_met(filed: Filed, about: About, book: Book) -> bool:
    made = filed.record.made if isinstance(filed.record, Fulfilment) else ""
    return is_confirmed(filed, about, book, made=made)
