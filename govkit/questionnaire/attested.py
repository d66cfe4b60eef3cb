"""
What people say: sentences that they confirm or deny, and answers that only a person can give. Signed, with an end.

A file of attestations is YAML that a person writes, about one system, with signatures beside it as beside a policy
(`govkit.approval.signed`). What stands in it counts when the person it names has signed the file with a key that the
reader trusts, after they said it, and while it has not ended. Whoever signs against the file silences it.
"""

import dataclasses
import datetime
import typing as t

import pydantic

from govkit.approval.matching import FUTURE, plain_name
from govkit.approval.signed import Signature
from govkit.digest import Digest, digest
from govkit.errors import Fault, FaultyDocument
from govkit.evidence.stored import DigestField
from govkit.protocol.document import Day, Document, Identifier, Short
from govkit.protocol.strict_yaml import Document as YamlDocument
from govkit.protocol.validation import read_written
from govkit.questionnaire.instrument import QuestionId, Word
from govkit.questionnaire.rules import RemediationField
from govkit.verification.moments import moment_of
from govkit.verification.signer import Judge

KIND: t.Final = "file of attestations"
ROLE: t.Final = "attester"
"""The role in which such a file is signed."""
MOST_DAYS: t.Final = 366
"""So long an attestation holds at the longest: what nobody has confirmed for a year, nobody knows."""
Against: t.TypeAlias = t.Literal[
    "other-subject",
    "not-yet-made",
    "expired",
    "unsigned",
    "signer-unknown",
    "signer-expired",
    "signer-unfit",
    "signed-before",
    "signed-later",
    "dissent",
]
"""Why what somebody says does not count."""
Words = t.Annotated[str, pydantic.Field(min_length=1, max_length=1_500)]
Who = t.Annotated[str, pydantic.Field(min_length=1, max_length=120)]


class Said(Document):
    """Who says it, and for how long."""

    by: Who
    """As they sign: the name beside the signature has to be this one."""
    role: Who
    """In their own words."""
    made: Day
    until: Day
    """The last day."""


class Attestation(Said):
    """One sentence, confirmed or denied."""

    id: Identifier
    asks: Short
    """The sentence itself, so that nobody signs an id and finds another sentence under it."""
    says: t.Literal["confirmed", "denied"]
    given: Words
    """What the rule asks to be given with it."""


class PersonalAnswer(Said):
    """What a person answers to one question, where evidence leaves it open."""

    instrument: Identifier
    edition: Short
    question: QuestionId
    answer: Word | None = None
    """A word of the vocabulary, or the instrument's *not applicable*."""
    reason: Words | None = None
    """Why it does not apply."""
    comment: Words | None = None
    owner: Word | None = None
    """A value of the owner column."""
    remediation: dict[RemediationField, Short] | None = None


class Attestations(Document):
    """`attest.yaml`."""

    format: t.Literal["govkit.attestations/1"]
    subject: DigestField
    """The identity of the system that it is about."""
    attestations: t.Annotated[tuple[Attestation, ...], pydantic.Field(max_length=500)] = ()
    answers: t.Annotated[tuple[PersonalAnswer, ...], pydantic.Field(max_length=2_000)] = ()


class ReadAttestations(t.NamedTuple):
    """Attestations with the bytes they were read from."""

    attestations: Attestations
    data: bytes
    document: YamlDocument

    @property
    def digest(self) -> Digest:
        return digest(self.data)


@dataclasses.dataclass(frozen=True, slots=True)
class AttestationFile:
    """A file of attestations with the signatures beside it that hold."""

    name: str
    read: ReadAttestations
    signatures: tuple[Signature, ...] = ()
    problem: str = ""
    """Why another signature beside it does not hold; empty where all do."""


S = t.TypeVar("S", Attestation, PersonalAnswer)


@dataclasses.dataclass(frozen=True, slots=True)
class Spoken(t.Generic[S]):
    """What one person says, and whether it counts."""

    said: S
    document: Digest
    signer: Digest
    """Fingerprint of the certificate it was signed with; empty where it was not."""
    against: Against | None

    @property
    def counts(self) -> bool:
        return self.against is None


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """All that people say."""

    attestations: tuple[Spoken[Attestation], ...] = ()
    answers: tuple[Spoken[PersonalAnswer], ...] = ()


def read_attestations(data: bytes, *, file: str) -> ReadAttestations:
    """The attestations in these bytes. Raises `FaultyDocument` with all faults, of form and of sense."""
    attestations, document = read_written(KIND, Attestations, data, file=file)
    if faults := _faults(attestations, document):
        raise FaultyDocument(KIND, faults)
    return ReadAttestations(attestations, data, document)


def _faults(attestations: Attestations, document: YamlDocument) -> tuple[Fault, ...]:
    if not attestations.attestations and not attestations.answers:
        return (Fault(document.file, 1, "nobody says anything in it", "add an attestation or an answer"),)
    found: list[Fault] = []
    parts: tuple[tuple[str, tuple[Said, ...]], ...] = (
        ("attestations", attestations.attestations),
        ("answers", attestations.answers),
    )
    for name, each in ((name, each) for name, several in parts for each in enumerate(several)):
        number, said = each
        made, until = map(datetime.date.fromisoformat, (said.made, said.until))
        place = document.place((name, number, "until"))
        if until < made:
            found.append(
                Fault(*place, f"it ends before it is made, on {said.made}", "mend one of the two days")
            )
        elif (until - made).days > MOST_DAYS:
            what = f"it would hold for {(until - made).days} days"
            found.append(Fault(*place, what, f"at most {MOST_DAYS}: say it again after a year"))
    return tuple(found)


def hear(files: t.Sequence[AttestationFile], subject: Digest, judge: Judge, now: datetime.datetime) -> People:
    """What people say in these files, each with why it does not count here and now."""
    attestations: list[Spoken[Attestation]] = []
    answers: list[Spoken[PersonalAnswer]] = []
    for file in files:
        written = file.read.attestations
        attestations += [_spoken(each, file, subject, judge, now) for each in written.attestations]
        answers += [_spoken(each, file, subject, judge, now) for each in written.answers]
    return People(tuple(attestations), tuple(answers))


def _spoken(
    said: S, file: AttestationFile, subject: Digest, judge: Judge, now: datetime.datetime
) -> Spoken[S]:
    signer, against = _signed(said, file, judge, now)
    today = f"{now.astimezone(datetime.UTC):%Y-%m-%d}"
    if file.read.attestations.subject != subject:
        against = "other-subject"
    elif said.made > today:
        against = "not-yet-made"
    elif said.until < today:
        against = "expired"
    return Spoken(said, file.read.digest, signer, against)


def _signed(
    said: Said, file: AttestationFile, judge: Judge, now: datetime.datetime
) -> tuple[Digest, Against | None]:
    """By which certificate it was signed, and why that does not count."""
    for each in file.signatures:
        known = judge(each.certificate, each.chain).standing in ("trusted", "expired")
        if each.signing.side == "against" and known:
            return each.fingerprint, "dissent"
    best: tuple[Digest, Against | None] = "", "unsigned"
    for each in file.signatures:
        mine = plain_name(each.signing.by) == plain_name(said.by) and each.signing.role == ROLE
        if each.signing.side != "for" or not mine:
            continue
        best = each.fingerprint, _unfit(each, said, judge, now)
        if best[1] is None:
            break
    return best


def _unfit(signature: Signature, said: Said, judge: Judge, now: datetime.datetime) -> Against | None:
    standing = judge(signature.certificate, signature.chain).standing
    standings: t.Mapping[str, Against] = {"unknown": "signer-unknown", "expired": "signer-expired"}
    if standing != "trusted":
        return standings.get(standing, "signer-unfit")
    signed = moment_of(signature.signing.signed)
    if signed is None or signed > now + FUTURE:
        return "signed-later"
    return "signed-before" if signature.signing.signed[:10] < said.made else None
