"""
What ends, and when.

    approval      a decision that lets a system be deployed, unless a later one takes its place
    waiver        the same for a waiver
    condition     of an approval, not met yet
    evidence      the newest signed run of a check that a policy asks for: it grows too old
    calendar      the same, where the policy's calendar asks for a new test
    certificate   with which somebody signed newest evidence, an approval or a waiver
    policy        past its end nothing counts under it

What was revoked is not due. Evidence and certificates that are past their end are told only of systems with an
approval: on others nothing rests. The end of everything is the first moment at which it no longer holds.
"""

import collections
import dataclasses
import datetime
import typing as t

from govkit.approval.changes import calendar_due
from govkit.approval.policy import CheckRequirement, ReadPolicy
from govkit.approval.register.entry import Certificate, RecordEntry, RunEntry
from govkit.digest import Digest, digest_of
from govkit.verification.moments import moment_of

Kind: t.TypeAlias = t.Literal[
    "approval", "waiver", "condition", "evidence", "calendar", "certificate", "policy"
]
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
_UNSURE = frozenset({"not-yet-valid", "policy-not-given"})
"""What may stand against a later record that takes the place of one: it begins later, or nobody could say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """One thing that ends."""

    kind: Kind
    ends: datetime.datetime
    """The first moment at which it no longer holds, UTC."""
    what: str
    """One sentence."""
    candidate: str
    """Name; empty where it concerns several."""
    identity: Digest
    owner: str
    """Who is to see to it; empty where nobody is named."""
    where: str
    """The file or run it stands in."""
    key: str
    """The same for the same thing every time, for calendars: also after its end moved."""

    @property
    def day(self) -> datetime.date:
        """The last day on which it holds, at least in part."""
        return (self.ends - SECOND).date()

    def overdue(self, now: datetime.datetime) -> bool:
        """Whether it is past its end."""
        return self.ends <= now


def key_of(*parts: str) -> str:
    """A name that stays the same, for `Due.key`."""
    return digest_of(list(parts)).removeprefix("sha256:")[:32]


def dues(
    runs: t.Iterable[RunEntry],
    records: t.Sequence[RecordEntry],
    policies: t.Sequence[ReadPolicy],
    now: datetime.datetime,
) -> tuple[Due, ...]:
    """Everything that ends, soonest first."""
    alike: dict[tuple[str, ...], list[RecordEntry]] = collections.defaultdict(list)
    for each in records:
        alike[_concern(each)].append(each)
    standing = [each for each in records if _is_due(each, alike[_concern(each)])]
    approved = frozenset(each.identity for each in standing if each.approves)
    newest = _newest(runs)
    evidence = _evidence(newest, records, policies)
    found = {
        each.key: each
        for each in (
            *_records(standing),
            *_conditions(standing),
            *(each for each in evidence if each.identity in approved or not each.overdue(now)),
            *_certificates(newest, standing, approved, now),
            *_policies(policies),
        )
    }
    return tuple(sorted(found.values(), key=lambda each: (each.ends, each.kind, each.candidate, each.key)))


def _is_due(record: RecordEntry, alike: t.Iterable[RecordEntry]) -> bool:
    """Whether somebody has to know of its end: it was signed, not revoked, and none of those alike took its place."""
    if (
        not record.signed_by
        or "revoked" in record.against
        or (record.kind == "decision" and not record.approves)
    ):
        return False
    return not any(_takes_the_place(other, record) for other in alike)


def _takes_the_place(later: RecordEntry, record: RecordEntry) -> bool:
    if not later.signed_by or not set(later.against) <= _UNSURE:
        return False
    if later.says == "reject":
        return later.counts
    renews = later.approves if record.kind == "decision" else later.says == record.says
    return renews and (later.valid_until, later.made) > (record.valid_until, record.made)


def _concern(record: RecordEntry) -> tuple[str, ...]:
    """What a record is about: of two about the same, the later counts. A new version of a policy is the same policy."""
    return record.kind, record.identity, record.policy.partition(" ")[0], record.tier


def _records(standing: t.Iterable[RecordEntry]) -> t.Iterator[Due]:
    for each in standing:
        ends = moment_of(each.valid_until)
        if ends is None:
            continue
        kind: Kind = "approval" if each.kind == "decision" else "waiver"
        end = f"of {each.made[:10]} under {each.policy}, tier {each.tier}, ends."
        what = f"The approval {end}" if kind == "approval" else f"The waiver for {each.says} {end}"
        yield _due(each, kind, ends, what, each.owner, key_of(kind, each.record))


def _conditions(standing: t.Iterable[RecordEntry]) -> t.Iterator[Due]:
    for each in standing:
        for condition in each.conditions:
            day = _day(condition.due)
            if day is not None and not condition.met:
                what = f"Condition {condition.id} of the approval of {each.made[:10]}: {condition.text}"
                key = key_of("condition", each.record, condition.id)
                yield _due(each, "condition", day + DAY, what, condition.owner, key)


def _due(record: RecordEntry, kind: Kind, ends: datetime.datetime, what: str, owner: str, key: str) -> Due:
    where = f"{record.folder}/{record.name}" if record.folder not in ("", ".") else record.name
    return Due(kind, ends, what, record.candidate, record.identity, owner, where, key)


_Newest: t.TypeAlias = dict[Digest, dict[tuple[str, str, str], RunEntry]]
"""Identity -> protocol, version and check -> the signed run that was begun last."""


def _newest(runs: t.Iterable[RunEntry]) -> _Newest:
    found: _Newest = {}
    for run in runs:
        if run.state != "signed" or not run.protocol:
            continue
        of_subject = found.setdefault(run.identity, {})
        for check in run.checks:
            key = (run.protocol, run.version, check)
            if key not in of_subject or (of_subject[key].begun, of_subject[key].run) < (run.begun, run.run):
                of_subject[key] = run
    return found


def _evidence(
    newest: _Newest, records: t.Iterable[RecordEntry], policies: t.Sequence[ReadPolicy]
) -> t.Iterator[Due]:
    tiers: dict[tuple[Digest, Digest], set[str]] = {}
    for record in records:
        tiers.setdefault((record.identity, record.policy_digest), set()).add(record.tier)
    for read in policies:
        for identity, of_subject in newest.items():
            asked = tiers.get((identity, read.digest)) or set(read.policy.tiers)
            for protocol in sorted({each.protocol for each in read.policy.checks}):
                yield from _ageing(read, protocol, asked, of_subject)


def _ageing(
    read: ReadPolicy,
    protocol: str,
    tiers: t.Collection[str],
    of_subject: t.Mapping[tuple[str, str, str], RunEntry],
) -> t.Iterator[Due]:
    """When evidence of one protocol grows too old for a policy: the first of its checks, in the strictest tier."""
    named = f"{read.policy.id} {read.policy.version}"
    ends: list[tuple[datetime.datetime, str, RunEntry]] = []
    calendar: list[tuple[datetime.datetime, RunEntry]] = []
    for required in read.policy.checks:
        run = _last(required, of_subject) if required.protocol == protocol else None
        begun = moment_of(run.begun) if run is not None else None
        if run is None or begun is None:
            continue
        ages = [(days, tier) for tier, days in required.max_age_days.items() if tier in tiers]
        ends += [(begun + days * DAY, tier, run) for days, tier in ages]
        again = calendar_due(read.policy, begun)
        calendar += [(again, run)] if again is not None else []
    if ends:
        end, tier, run = min(ends, key=lambda each: (each[0], each[1]))
        what = f"The newest run of {protocol} grows too old for {named}, tier {tier}."
        yield _of_run(run, "evidence", end, what, key_of("evidence", run.identity, read.policy.id, protocol))
    if calendar:
        end, run = min(calendar, key=lambda each: each[0])
        what = f"The calendar of {named} asks for {protocol} again."
        yield _of_run(run, "calendar", end, what, key_of("calendar", run.identity, read.policy.id, protocol))


def _last(
    required: CheckRequirement, of_subject: t.Mapping[tuple[str, str, str], RunEntry]
) -> RunEntry | None:
    fitting = (of_subject.get((required.protocol, version, required.check)) for version in required.versions)
    return max((each for each in fitting if each is not None), key=lambda run: run.begun, default=None)


def _of_run(run: RunEntry, kind: Kind, ends: datetime.datetime, what: str, key: str) -> Due:
    return Due(kind, ends, what, run.candidate, run.identity, "", run.folder, key)


def _certificates(
    newest: _Newest, standing: t.Iterable[RecordEntry], approved: t.Container[Digest], now: datetime.datetime
) -> t.Iterator[Due]:
    """One for each certificate, however many systems it stands under."""
    under: dict[Certificate, dict[Digest, str]] = collections.defaultdict(dict)
    for identity, of_subject in newest.items():
        for run in of_subject.values():
            under[Certificate(run.certificate, run.signer, run.certificate_ends)][identity] = run.candidate
    for record in standing:
        for held in record.certificates:
            under[held][record.identity] = record.candidate
    for held, systems in under.items():
        ends = moment_of(held.ends)
        if ends is None or (ends <= now and not any(each in approved for each in systems)):
            continue
        (identity, candidate), *others = sorted(systems.items())
        what = f"The certificate of {held.name or 'somebody it does not name'} ends: what it signed no longer counts."
        if others:
            identity, candidate, what = "", "", f"{what} It stands under {len(systems):,} systems."
        key = key_of("certificate", held.fingerprint)
        yield Due("certificate", ends, what, candidate, identity, held.name, "", key)


def _policies(policies: t.Iterable[ReadPolicy]) -> t.Iterator[Due]:
    for read in policies:
        day = _day(read.policy.expires)
        if day is not None:
            what = f"The policy {read.policy.id} {read.policy.version} ends."
            yield Due("policy", day + DAY, what, "", "", "", read.policy.id, key_of("policy", read.digest))


def _day(text: str) -> datetime.datetime | None:
    return moment_of(f"{text}T00:00:00Z")
