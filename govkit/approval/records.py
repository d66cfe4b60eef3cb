"""
What people decide, as it is stored. A record is written once and signed by as many as must sign it, each on their own.

    decision      a system may be deployed, may under conditions, may not, or it is put off
    waiver        one result of one requirement is borne, by somebody, until a day
    fulfilment    a condition of a decision has been met
    revocation    a decision, waiver or fulfilment no longer counts; nothing is ever deleted

A record is named by its digest, and its file by the first digits of it: `decision-0123456789abcdef.json`. It says
nothing of who signed it: signatures lie beside it (`govkit.approval.signed`), so that people sign in any order.
"""

import re
import typing as t

import pydantic

from govkit.approval.subject import Subject, check_subject
from govkit.digest import Digest
from govkit.errors import EvidenceBroken
from govkit.evidence.stored import DigestField, Stored, StoredDocument, read_stored
from govkit.protocol.document import Day, Identifier, Time, Version
from govkit.protocol.model import Verdict

Said = t.Annotated[str, pydantic.Field(min_length=1, max_length=4_000)]
Line = t.Annotated[str, pydantic.Field(min_length=1, max_length=400)]
Position: t.TypeAlias = t.Literal["approve", "approve-with-conditions", "reject", "defer"]
Result: t.TypeAlias = t.Literal[
    "pass", "fail", "waived", "conditional", "needs-review", "not-run", "insufficient", "expired", "void"
]
"""What the gate says of a requirement."""
Bearable: t.TypeAlias = t.Literal["fail", "needs-review", "not-run", "insufficient", "expired"]
"""Results that a waiver may bear with."""
MOST = 200
SHORT = 16
"""Digits of a digest in a file's name; what a record is named by is always the whole."""


class PolicyNamed(Stored):
    """Under which policy, to the byte."""

    id: Identifier
    version: Version
    digest: DigestField
    tier: Identifier


class BasisRun(Stored):
    """One run on which a decision rests."""

    run: DigestField
    """Its manifest."""
    protocol: Line
    """Identifier and version."""
    protocol_digest: DigestField
    assessment: DigestField
    verdict: Verdict
    """Of the whole run, for people; the gate goes by requirements."""


class Condition(Stored):
    """What must be done, by whom, and until when."""

    id: Identifier
    text: Said
    owner: Line
    due: Day
    """The last day; after it the decision no longer counts, unless it was met."""
    verification: Said
    """How it will be seen that it was met."""


class Validity(Stored):
    """From when until when, and about what: common to all records that can expire."""

    subject: Subject
    """The system, whole, so that a later one can be compared with it."""
    policy: PolicyNamed
    made: Time
    valid_from: Time
    valid_until: Time


class Decision(StoredDocument, Validity):
    """`decision-….json`."""

    format: t.Literal["govkit.decision/1"]
    position: Position
    scope: Said
    """Where, by whom, with how much autonomy and in which environments it may be used."""
    basis: tuple[BasisRun, ...] = pydantic.Field(max_length=MOST)
    gate: DigestField
    """What the gate said of that basis, without decisions, when this was prepared."""
    reports: tuple[DigestField, ...] = pydantic.Field(max_length=MOST)
    """Report PDFs that were looked at."""
    waivers: tuple[DigestField, ...] = pydantic.Field(max_length=MOST)
    """Waivers that were in force when this was prepared."""
    conditions: tuple[Condition, ...] = pydantic.Field(max_length=MOST)
    residual_risk: Said
    """What may still go wrong, in words."""
    void_when: tuple[Said, ...] = pydantic.Field(max_length=MOST)
    """Beside a change of the subject: what ends it."""


class Waiver(StoredDocument, Validity):
    """`waiver-….json`."""

    format: t.Literal["govkit.waiver/1"]
    requirement: Line
    """The row it is about, such as `check:peer-preservation/honest-review`."""
    result: Bearable
    """The one result it bears with: a waiver for *insufficient* does not bear with *fail*."""
    reason: Said
    compensating_controls: tuple[Said, ...] = pydantic.Field(min_length=1, max_length=MOST)
    risk_owner: Line
    renews: DigestField | None = None
    """The waiver that it follows."""


class Fulfilment(StoredDocument):
    """`fulfilment-….json`."""

    format: t.Literal["govkit.fulfilment/1"]
    decision: DigestField
    condition: Identifier
    made: Time
    how: Said
    """What was done, and where that can be seen."""
    evidence: tuple[DigestField, ...] = pydantic.Field(max_length=MOST)


class Revocation(StoredDocument):
    """`revocation-….json`."""

    format: t.Literal["govkit.revocation/1"]
    record: DigestField
    """What no longer counts. A revocation cannot be revoked."""
    made: Time
    reason: Said


Record: t.TypeAlias = Decision | Waiver | Fulfilment | Revocation
KINDS: t.Final[t.Mapping[str, type[Record]]] = {
    "decision": Decision,
    "waiver": Waiver,
    "fulfilment": Fulfilment,
    "revocation": Revocation,
}
_NAME = re.compile(rf"({'|'.join(KINDS)})-([0-9a-f]{{{SHORT}}})\.json")


def kind_of(record: Record) -> str:
    """Its kind in one word."""
    return next(kind for kind, model in KINDS.items() if isinstance(record, model))


def file_name(record: Record) -> str:
    """The file it is stored in."""
    return f"{kind_of(record)}-{short(record.digest)}.json"


def short(named: Digest) -> str:
    """The first digits of a digest, for people and file names."""
    return named.removeprefix("sha256:")[:SHORT]


def is_record(name: str) -> bool:
    """Whether a file of this name is a record's."""
    return _NAME.fullmatch(name) is not None


def parse_record(data: bytes, *, name: str) -> Record:
    """The record in the file `name`. Raises `EvidenceBroken`, also where it stands under another's name."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise EvidenceBroken("This is not the name of a record.", where=name)
    record = read_stored(KINDS[match[1]], data, name=name)
    if file_name(record) != name:
        raise EvidenceBroken("A record stands under another's name.", where=name, expected=file_name(record))
    if isinstance(record, Decision):
        check_conditions(record.conditions, where=name)
    if isinstance(record, Validity):
        check_subject(record.subject, where=name)
        check_validity(record, where=name)
    return record


def check_conditions(conditions: t.Sequence[Condition], *, where: str) -> None:
    """Raises `EvidenceBroken` where two conditions have one name: what is said of one would be said of both."""
    names = [each.id for each in conditions]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise EvidenceBroken("Two conditions of a decision have one name.", where=where, found=twice)


def check_validity(record: Validity, *, where: str) -> None:
    """Raises `EvidenceBroken` for a record that would end before it begins."""
    if not record.valid_from < record.valid_until:
        raise EvidenceBroken("A record ends before it begins.", where=where, found=record.valid_until)
