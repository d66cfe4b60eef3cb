"""
Who signed a record, and to what effect.

Beside a record lies one envelope for each signature: `decision-0123456789abcdef.<signer>.dsse.json`, where `<signer>`
are the first digits of the digest of the certificate. What is signed is an in-toto statement about the record, by file
name and digest; the predicate says in which role, for or against, when, and the head of the log that the signer saw:
so that whoever cuts the end off the log leaves signatures behind that know better.

Policies are signed the same way; their role is `policy-owner`.
"""

import dataclasses
import datetime
import re
import typing as t

import pydantic
from cryptography import x509

from govkit.attestation.algorithms import key_name, public_key_in
from govkit.attestation.envelope import open_envelope
from govkit.attestation.statement import Statement, parse_statement, statement
from govkit.digest import PATTERN, Digest, canonical, digest
from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json
from govkit.protocol.document import Identifier, Time

PREDICATE = "urn:govkit:predicate:signature:1"
POLICY_OWNER: t.Final = "policy-owner"
"""The role in which a policy is signed."""
SHORT = 16
MAX_NOTE = 4_000
NO_LOG: t.Final = "sha256:" + "0" * 64
"""The head of a log without entries, and what is said where there is no log."""
Side: t.TypeAlias = t.Literal["for", "against"]
_NAME = re.compile(rf"([A-Za-z0-9][A-Za-z0-9._-]{{0,100}})\.([0-9a-f]{{{SHORT}}})\.dsse\.json")


class Signing(pydantic.BaseModel):
    """What a signer says."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    by: t.Annotated[str, pydantic.Field(min_length=1, max_length=200)]
    """Name, in the signer's words; the signature is what binds it to a certificate."""
    role: Identifier
    side: Side
    """`against` is dissent: it is kept, shown, and never counts as approval."""
    note: t.Annotated[str, pydantic.Field(max_length=MAX_NOTE)]
    signed: Time
    log_head: t.Annotated[str, pydantic.Field(pattern=PATTERN)]
    """Head of the decision log when it was signed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """A signature that holds. Nothing is said of trust."""

    signing: Signing
    about: Digest
    """The record's digest."""
    certificate: bytes
    """DER."""
    chain: tuple[bytes, ...]

    @property
    def fingerprint(self) -> Digest:
        return digest(self.certificate)

    @property
    def ends(self) -> datetime.datetime | None:
        """The first moment at which the certificate is past its end; None where that cannot be read."""
        try:
            last = x509.load_der_x509_certificate(self.certificate).not_valid_after_utc
            return last + datetime.timedelta(seconds=1)
        except Exception:  # noqa: BLE001 - hostile bytes
            return None

    @property
    def key(self) -> str:
        """The key's name: two certificates for one key are one person's."""
        public = public_key_in(self.certificate)
        return key_name(public) if public is not None else ""


def signature_name(document: str, fingerprint: Digest) -> str:
    """The file of a signature about the file `document`."""
    return f"{document.removesuffix('.json')}.{fingerprint.removeprefix('sha256:')[:SHORT]}.dsse.json"


def stem_of(document: str) -> str:
    """What the names of a document's signatures begin with."""
    return document.removesuffix(".json")


def stem_in(name: str) -> str | None:
    """What a signature of this name is about, as `stem_of` has it; None where the name is no signature's."""
    match = _NAME.fullmatch(name)
    return match[1] if match is not None else None


def is_signature_of(name: str, document: str) -> bool:
    """Whether a file of this name is a signature about `document`."""
    return stem_in(name) == stem_of(document)


def is_signature(name: str) -> bool:
    """Whether a file of this name is a signature."""
    return _NAME.fullmatch(name) is not None


def claim_signature(
    document: str, data: bytes, signing: Signing, *, certificates: t.Sequence[bytes]
) -> bytes:
    """
    The statement by which somebody signs the file `document` with these bytes. `certificates` are the signer's and then
    those above it, DER, as they will stand in the envelope.
    """
    said = {**signing.model_dump(mode="json"), "signer": [digest(each) for each in certificates]}
    return statement(document, digest(data), PREDICATE, said)


def read_signature(envelope_data: bytes, *, name: str, document: str, data: bytes) -> Signature:
    """
    The signature in the file `name` about `document`, which has these bytes.

    Raises `EvidenceBroken` where the signature does not hold, is about something else, or stands under another name.
    """
    envelope = open_envelope(envelope_data)
    certificate = envelope.certificate_der
    if envelope.problem is not None or certificate is None:
        raise EvidenceBroken(f"A signature does not hold: {envelope.problem}.", where=name)
    if len(envelope.signatures) != 1:
        raise EvidenceBroken("There are several signatures where one is expected.", where=name, expected="1")
    if canonical(read_json(envelope_data, where=name)) != envelope_data:
        raise EvidenceBroken("A signature's envelope is not in canonical form.", where=name)
    said = parse_statement(envelope.payload)
    _check_about(said, name=name, document=document, data=data)
    signing = _signing(said, name)
    certificates = (certificate, *envelope.chain)
    if envelope.payload != claim_signature(document, data, signing, certificates=certificates):
        raise EvidenceBroken("What was signed says otherwise than it seems to.", where=name)
    if signature_name(document, digest(certificate)) != name:
        expected = signature_name(document, digest(certificate))
        raise EvidenceBroken("A signature stands under another signer's name.", where=name, expected=expected)
    return Signature(signing, digest(data), certificate, envelope.chain)


def _check_about(said: Statement, *, name: str, document: str, data: bytes) -> None:
    if said.predicate_type != PREDICATE:
        raise EvidenceBroken("This signature is of another kind.", where=name, expected=PREDICATE)
    if (said.subject_name, said.subject_digest) != (document, digest(data)):
        raise EvidenceBroken(
            "What stands here is not what was signed.",
            where=name,
            expected=said.subject_digest,
            found=digest(data),
        )


def _signing(said: Statement, name: str) -> Signing:
    try:
        return Signing.model_validate(
            {key: value for key, value in said.predicate.items() if key != "signer"}
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ascii(".".join(map(str, first["loc"])))[1:-1][:100]
        raise EvidenceBroken("A signature does not say what it must.", where=f"{name}, {place}") from None
