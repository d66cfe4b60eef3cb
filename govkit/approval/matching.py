"""
Whether a record counts here and now. Asked in this one place, by the gate, by the report and by the register alike.

The lesson is Kyverno's (kyverno/kyverno#17473, 2026): its exceptions got an end, and one of five copies of the matching
logic went on honouring those past it. A record counts when nothing stands against it; what stands against it is told
as codes, all of them, in the order in which a person would look.
"""

import collections
import dataclasses
import datetime
import typing as t
import unicodedata

from govkit.approval.book import Book, Filed
from govkit.approval.policy import Party, Policy
from govkit.approval.records import Decision, Fulfilment, Validity, Waiver
from govkit.approval.signed import Signature
from govkit.approval.subject import Subject
from govkit.digest import Digest
from govkit.verification.moments import moment_of
from govkit.verification.signer import Judge, Signer

Against: t.TypeAlias = t.Literal[
    "revoked",
    "other-subject",
    "other-policy",
    "other-tier",
    "not-yet-valid",
    "expired",
    "made-later",
    "too-long",
    "renewed-too-often",
    "not-waivable",
    "other-requirement",
    "other-result",
    "quorum-missing",
    "dissent",
]
"""Why a record does not count."""
Unheard: t.TypeAlias = t.Literal[
    "signer-unknown",
    "signer-expired",
    "signer-unfit",
    "not-named",
    "role-not-granted",
    "wrong-role",
    "signed-later",
    "signed-before",
    "is-evaluator",
    "same-key",
    "same-name",
]
"""Why a signature does not count."""
DAY = datetime.timedelta(days=1)
HOLDING_UP: t.Final = frozenset({"reject", "defer"})
"""Positions of a decision that keep a system from being deployed."""
FUTURE = datetime.timedelta(minutes=5)
"""So far two clocks may be apart before a record counts as made later than now."""


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """Here and now: what a record must be about in order to count."""

    subject: Subject
    policy: Policy
    policy_digest: Digest
    tier: str
    now: datetime.datetime
    judge: Judge
    """Says of a certificate whether its holder is trusted, at *now*."""
    evaluators: frozenset[str] = frozenset()
    """Names of the keys that signed the evidence."""

    def party(self, certificate: Digest) -> Party | None:
        """Whom the policy names by this certificate."""
        return next((each for each in self.policy.parties if each.certificate == certificate), None)

    def signer(self, certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        """The signer; whom the policy names is known."""
        judged = self.judge(certificate, chain)
        party = self.party(judged.fingerprint)
        if party is None:
            return judged
        if judged.standing != "unknown":
            return dataclasses.replace(judged, known=True)
        return dataclasses.replace(
            judged, standing="trusted", reason=f"the policy names {party.name}", known=True
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """A signature, and why it does not count; empty when it does."""

    signature: Signature
    signer: Signer
    against: Unheard | None


@dataclasses.dataclass(frozen=True, slots=True)
class Matched:
    """A record, here and now."""

    filed: Filed
    against: tuple[Against, ...]
    """Empty when it counts."""
    heard: tuple[Heard, ...]
    missing: tuple[str, ...] = ()
    """What the quorum lacks, in words."""
    ended: bool = False
    """Of an approval that does not count: whether it did once, before its end, its revocation or a certificate's."""

    @property
    def counts(self) -> bool:
        return not self.against

    @property
    def dissent(self) -> tuple[Heard, ...]:
        """Signatures against it by people whose signature would count."""
        return tuple(
            each for each in self.heard if each.signature.signing.side == "against" and not each.against
        )

    @property
    def signers(self) -> tuple[Heard, ...]:
        """The people who count for it."""
        return tuple(each for each in self.heard if each.signature.signing.side == "for" and not each.against)


def match_waiver(
    filed: Filed, waiver: Waiver, about: About, book: Book, *, requirement: str, result: str, waivable: bool
) -> Matched:
    """Whether this waiver bears with that result of that requirement, here and now."""
    rules = about.policy.waivers
    against = _against_in_common(filed, waiver, about, book, rules.longest_days)
    if waiver.requirement != requirement:
        against.append("other-requirement")
    elif waiver.result != result:
        against.append("other-result")
    if not waivable:
        against.append("not-waivable")
    if _earlier(waiver, filed, about, book) > rules.renewals:
        against.append("renewed-too-often")
    heard = hear(filed, about, frozenset(rules.roles), made=waiver.made)
    signers = sum(each.signature.signing.side == "for" and not each.against for each in heard)
    needed = rules.approvers.get(about.tier, 0) or 1
    missing = (f"{needed - signers} more of {', '.join(rules.roles)}",) if signers < needed else ()
    return _matched(filed, against, heard, missing, blocks=True)


def match_decision(filed: Filed, decision: Decision, about: About, book: Book) -> Matched:
    """
    Whether this decision counts, here and now.

    What holds a deployment up counts with one signature, whoever signed against it, and has no end: it is lifted by a
    revocation or, where the decision was put off, by a later approval.
    """
    rules = about.policy.approval
    against = _against_in_common(filed, decision, about, book, rules.longest_days)
    if decision.position in HOLDING_UP:
        heard = hear(filed, about, _deciding(about), made=decision.made, holds_up=True)
        missing = () if any(_is_for(each) for each in heard) else ("one signature",)
        lasting = [each for each in against if each not in ("expired", "too-long")]
        return _matched(filed, lasting, heard, missing, blocks=False)
    heard = hear(filed, about, _deciding(about), made=decision.made)
    blocks = rules.dissent_blocks.get(about.tier, True)
    matched = _matched(filed, against, heard, lacking(heard, about), blocks=blocks)
    if matched.counts or not set(matched.against) <= {"expired", "revoked", "quorum-missing"}:
        return matched
    once = hear(filed, about, _deciding(about), made=decision.made, holds_up=True)
    return dataclasses.replace(matched, ended=not lacking(once, about))


def is_confirmed(filed: Filed, about: About, book: Book, *, made: str) -> bool:
    """Whether a fulfilment counts: not revoked, signed by one who may approve, and against by none of them."""
    heard = hear(filed, about, _deciding(about), made=made)
    signed = any(map(_is_for, heard))
    denied = any(each.signature.signing.side == "against" and not each.against for each in heard)
    return signed and not denied and not is_revoked(filed, about, book) and not _is_later(made, about.now)


def lacking(heard: t.Iterable[Heard], about: About) -> tuple[str, ...]:
    """What these signatures lack of the quorum, in words; empty where they are enough."""
    quorum = about.policy.approval.quorum.get(about.tier, ())
    if not quorum:
        return (f"a quorum for the tier {about.tier}",)
    needed: collections.Counter[str] = collections.Counter()
    for each in quorum:  # a role that stands twice asks for both
        needed[each.role] += each.people
    needed.subtract(each.signature.signing.role for each in heard if _is_for(each))
    return tuple(f"{count} more of {role}" for role, count in needed.items() if count > 0)


def _deciding(about: About) -> frozenset[str]:
    """The roles of the quorum."""
    return frozenset(each.role for each in about.policy.approval.quorum.get(about.tier, ()))


def _is_for(heard: Heard) -> bool:
    return heard.signature.signing.side == "for" and not heard.against


def _matched(
    filed: Filed, against: list[Against], heard: tuple[Heard, ...], missing: tuple[str, ...], *, blocks: bool
) -> Matched:
    if missing:
        against.append("quorum-missing")
    matched = Matched(filed, tuple(against), heard, missing)
    if blocks and matched.dissent:
        return dataclasses.replace(matched, against=(*against, "dissent"))
    return matched


def _against_in_common(
    filed: Filed, record: Validity, about: About, book: Book, longest: t.Mapping[str, int]
) -> list[Against]:
    """What stands against a record that can expire, of whichever kind."""
    against: list[Against] = []
    if is_revoked(filed, about, book):
        against.append("revoked")
    if filed.identity != about.subject.identity:
        against.append("other-subject")
    if record.policy.digest != about.policy_digest:
        against.append("other-policy")
    if record.policy.tier != about.tier:
        against.append("other-tier")
    begins, ends = moment_of(record.valid_from), moment_of(record.valid_until)
    if begins is None or begins > about.now:
        against.append("not-yet-valid")
    if ends is None or ends <= about.now:
        against.append("expired")
    if _is_later(record.made, about.now):
        against.append("made-later")
    most = longest.get(about.tier, 0) * DAY
    if begins is None or ends is None or ends - begins > most:
        against.append("too-long")
    return against


def is_revoked(filed: Filed, about: About, book: Book) -> bool:
    """
    Whether anybody revoked it who is known, or was until their certificate ended: in doubt, a record is revoked. A
    revocation is not asked for a role or a date; whoever is trusted to sign anything may pull the brake. To let it go
    takes what an approval takes: the revocation of a rejection, or of what puts the decision off, needs the quorum.
    """
    revocations = book.revocations_of(filed.digest)
    if isinstance(filed.record, Decision) and filed.record.position in HOLDING_UP:
        return any(_lifts(each, about) for each in revocations)
    return any(
        _was_known(about.signer(signature.certificate, signature.chain))
        for revocation in revocations
        for signature in revocation.signatures
        if signature.signing.side == "for"
    )


def _lifts(revocation: Filed, about: About) -> bool:
    made = revocation.record.made
    heard = hear(revocation, about, _deciding(about), made=made)
    against = any(each.signature.signing.side == "against" and not each.against for each in heard)
    return not against and not lacking(heard, about) and not _is_later(made, about.now)


def unheard_in(filed: Filed, about: About) -> tuple[str, ...]:
    """Why the signatures of a revocation or a fulfilment are not heard, or are not enough; in codes."""
    heard = hear(filed, about, _deciding(about), made=getattr(filed.record, "made", ""), holds_up=True)
    codes = dict.fromkeys(each.against for each in heard if each.against)
    if any(_is_for(each) for each in heard) and isinstance(filed.record, Fulfilment):
        return ()
    return tuple(codes) or (("quorum-missing",) if heard else ("unsigned",))


def _was_known(signer: Signer) -> bool:
    """Whose word against a deployment is heard: it does not lapse with a certificate. A stranger never counted."""
    return signer.standing == "trusted" or (signer.standing == "expired" and signer.known)


def _is_later(made: str, now: datetime.datetime) -> bool:
    moment = moment_of(made)
    return moment is None or moment > now + FUTURE


def _earlier(waiver: Waiver, filed: Filed, about: About, book: Book) -> int:
    """
    Waivers of the same requirement and subject that came before it and were in force, whatever became of them: a
    renewal that does not call itself one is one all the same. What never counted, a mistake or a stranger's, uses
    nothing up.
    """
    before = 0
    for other, where in book.of_kind(Waiver):
        if where is filed or other.digest == waiver.digest:
            break
        same = (other.requirement, other.subject.identity) == (waiver.requirement, waiver.subject.identity)
        before += same and _was_in_force(where, other, about)
    return before


def _was_in_force(filed: Filed, waiver: Waiver, about: About) -> bool:
    """Whether enough people signed it, as far as they are known now, or were until their certificate ended."""
    rules = about.policy.waivers
    heard = hear(filed, about, frozenset(rules.roles), made=waiver.made, holds_up=True)
    return sum(_is_for(each) for each in heard) >= (rules.approvers.get(about.tier, 0) or 1)


def plain_name(name: str) -> str:
    """A person's name as it is compared: without case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def hear(
    filed: Filed, about: About, roles: frozenset[str], *, made: str, holds_up: bool = False
) -> tuple[Heard, ...]:
    """
    Each signature of a record, with why it does not count. People are told apart by key, then by name: so that nobody
    counts twice *for* it. Whoever signs against is heard before, whatever they are called: else a borrowed name would
    silence its owner. Where the record `holds_up` a deployment, all its signatures are against that.
    """
    keys: set[str] = set()
    names: set[str] = set()
    heard = []
    for signature in sorted(filed.signatures, key=_in_turn):
        signer = about.signer(signature.certificate, signature.chain)
        once = holds_up or signature.signing.side == "against"
        against = _unheard(signature, signer, about, roles, made=made, once=once)
        theirs = {plain_name(signature.signing.by), signer.subject}
        if against is None and signature.signing.side == "for":
            against = "same-key" if signature.key in keys else "same-name" if theirs & names else None
        if against is None:
            keys.add(signature.key)
            names |= theirs - {""}
        heard.append(Heard(signature, signer, against))
    return tuple(heard)


def _in_turn(signature: Signature) -> tuple[bool, str, str]:
    return signature.signing.side == "for", signature.signing.signed, signature.fingerprint


def _unheard(
    signature: Signature, signer: Signer, about: About, roles: frozenset[str], *, made: str, once: bool
) -> Unheard | None:
    """Why it does not count; `once`: whether it is enough to have been known until a certificate ended."""
    if not (_was_known(signer) if once else signer.standing == "trusted"):
        standings: t.Mapping[str, Unheard] = {"unknown": "signer-unknown", "expired": "signer-expired"}
        return standings.get(signer.standing, "signer-unfit")
    party, role, signed = about.party(signer.fingerprint), signature.signing.role, signature.signing.signed
    named_only = about.policy.approval.named_parties_only or bool(about.policy.parties)
    separate = about.policy.independence.approver_is_not_evaluator.get(about.tier, True)
    asked: t.Mapping[Unheard, bool] = {
        "not-named": party is None and named_only,
        "role-not-granted": party is not None and role not in party.roles,
        "wrong-role": role not in roles,
        "signed-later": _is_later(signed, about.now),
        "signed-before": signed < made,
        "is-evaluator": separate and signature.key in about.evaluators,
    }
    return next((against for against, stands in asked.items() if stands), None)
