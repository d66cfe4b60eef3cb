"""
The seal: DSSE 1.0 (Dead Simple Signing Envelope), so that no canonical form has to be agreed on to check a signature.

Source: secure-systems-lab/dsse, `protocol.md` and `envelope.md`. What is signed is PAE(payload type, payload), that
is `DSSEv1 <length> <type> <length> <payload>`; what is stored is JSON. Beside `keyid` and `sig`, a signature object
of ours carries `certificate` and `chain` (base64 DER), so that a verifier without a key directory can say who claims
to have signed. *A certificate found inside is never trusted for being there*: `open_envelope` says that a signature
holds under the key in that certificate and nothing more. Whether its holder is to be believed is decided by whoever
verifies, from certificates they brought themselves.

Exactly one signature is written; up to `MAX_SIGNATURES` are read, and all of them must hold: an envelope that carries
a broken signature has been meddled with, even when another one still stands.

Where we are stricter than the standard: unknown fields are refused rather than ignored, for nobody signed them, and
`keyid` must be the digest of the key that the certificate carries.
"""

import base64
import dataclasses
import typing as t

import pydantic

from govkit.attestation.algorithms import MAX_CERTIFICATE_BYTES, holds, key_name, public_key_in
from govkit.digest import canonical
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.evidence.strict_json import read_json

PAYLOAD_TYPE: t.Final = "application/vnd.in-toto+json"

MAX_ENVELOPE_BYTES = 8 * 1024 * 1024
MAX_SIGNATURES = 8
MAX_CHAIN = 8
"""Certificates beside the signer's own. Real chains have two or three."""


class SigningKey(t.Protocol):
    """A key that signs, wherever it lives: a file, a token, a service."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates that lead from the signer's towards an anchor, DER, nearest first; may be empty."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature of `data` under the one scheme of this kind of key (see `govkit.attestation.algorithms`)."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """One signature in an envelope and what became of checking it."""

    certificate_der: bytes | None
    chain: tuple[bytes, ...]
    problem: str | None
    """Why it does not hold, or `None` when it does."""


@dataclasses.dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """An envelope's content, and whether it is as it was sealed. It says nothing about trust."""

    payload: bytes
    """What was sealed. Not to be believed unless `valid`."""
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def valid(self) -> bool:
        """Whether there is at least one signature and every one holds."""
        return self.problem is None

    @property
    def problem(self) -> str | None:
        """The first reason why the envelope does not hold."""
        if not self.signatures:
            return "the envelope carries no signature"
        return next((signature.problem for signature in self.signatures if signature.problem), None)

    @property
    def certificate_der(self) -> bytes | None:
        """The first signer's certificate as found inside. Not trusted for being there."""
        return self.signatures[0].certificate_der if self.signatures else None

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The first signer's further certificates as found inside."""
        return self.signatures[0].chain if self.signatures else ()


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, key: SigningKey) -> bytes:
    """
    The envelope round `payload`, signed once with `key`, as canonical JSON.

    Raises `AskedWrongly` when the key's certificate has no scheme of ours, or is not this key's certificate.
    """
    public = public_key_in(key.certificate)
    if public is None:
        raise AskedWrongly(
            "This key cannot seal an envelope.",
            expected="a certificate for ECDSA P-256, P-384 or P-521, RSA from 2048 bits, or Ed25519",
            fix="make a key with `govkit key new`",
        )
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    if not holds(public, signature, pae(PAYLOAD_TYPE, payload)):
        raise AskedWrongly(
            "The signing key does not belong to its certificate.", fix="give the certificate of this key"
        )
    signed = {
        "keyid": key_name(public),
        "sig": _text(signature),
        "certificate": _text(key.certificate),
        "chain": [_text(certificate) for certificate in key.chain],
    }
    return canonical({"payload": _text(payload), "payloadType": PAYLOAD_TYPE, "signatures": [signed]})


class _Signature(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    keyid: str | None = None
    sig: str
    certificate: str | None = None
    chain: list[str] = pydantic.Field(default=[], max_length=MAX_CHAIN)


class _Envelope(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    payload: str
    payloadType: t.Literal["application/vnd.in-toto+json"]  # noqa: N815 - the standard's word
    signatures: list[_Signature] = pydantic.Field(max_length=MAX_SIGNATURES)


def open_envelope(data: bytes) -> OpenedEnvelope:
    """
    The payload and whether every signature round it holds.

    A signature that does not hold is a *result* (`valid` is false, `problem` says why). Raises `EvidenceBroken` where
    there is no envelope to speak of: too large, not JSON, another payload type, fields we do not know, bad base64.
    Nothing else is ever raised, whatever the bytes.
    """
    value = read_json(data, where="envelope", limit=MAX_ENVELOPE_BYTES)
    try:
        written = _Envelope.model_validate(value)
        payload = _bytes(written.payload)
        return OpenedEnvelope(
            payload, tuple(_checked(signature, payload) for signature in written.signatures)
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(ascii(part)[:80] for part in first["loc"])
        raise _no_envelope(f"{place}: {first['msg'][:300]}") from None
    except ValueError as error:
        raise _no_envelope(str(error)[:300]) from None


def _no_envelope(found: str) -> EvidenceBroken:
    return EvidenceBroken(
        "This is not a signed envelope of ours.",
        where="envelope",
        expected=f"DSSE 1.0 round {PAYLOAD_TYPE}",
        found=found,
    )


def _checked(written: _Signature, payload: bytes) -> EnvelopeSignature:
    certificate = _bytes(written.certificate) if written.certificate is not None else None
    chain = tuple(_bytes(each) for each in written.chain)
    problem = _problem_of(written, certificate, payload)
    if problem is None and any(len(each) > MAX_CERTIFICATE_BYTES for each in chain):
        problem = f"a certificate in the chain is larger than {MAX_CERTIFICATE_BYTES} bytes"
    return EnvelopeSignature(certificate, chain, problem)


def _problem_of(written: _Signature, certificate: bytes | None, payload: bytes) -> str | None:
    if certificate is None:
        return "the signature comes without a certificate"
    public = public_key_in(certificate)
    if public is None:
        return "the signer's certificate cannot be read, or its key is of a kind that is not accepted"
    if written.keyid != key_name(public):
        return "the key id is not that of the key in the certificate"
    if not holds(public, _bytes(written.sig), pae(PAYLOAD_TYPE, payload)):
        return "the signature does not match the payload"
    return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    """
    Base64, standard or URL-safe (DSSE lets signers choose), in its one canonical spelling.

    Raises `ValueError` otherwise, so that no two envelopes differ only in how they spell the same bytes.
    """
    altchars = b"-_" if "-" in text or "_" in text else b"+/"
    data = base64.b64decode(text, altchars=altchars, validate=True)
    if base64.b64encode(data, altchars=altchars).decode("ascii") != text:
        raise ValueError("base64 that is not spelled canonically")
    return data
