"""The DSSE envelope: what is sealed opens, what was meddled with does not, and nothing else is ever raised."""

import base64
import dataclasses
import datetime
import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from govkit.attestation.algorithms import PrivateKey, sign_with
from govkit.attestation.envelope import (
    MAX_CHAIN,
    MAX_ENVELOPE_BYTES,
    MAX_SIGNATURES,
    open_envelope,
    pae,
    seal,
)
from govkit.digest import digest
from govkit.errors import AskedWrongly, EvidenceBroken

PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'


@dataclasses.dataclass(frozen=True)
class MemoryKey:
    """A `SigningKey` held in memory."""

    private: PrivateKey
    certificate: bytes
    chain: tuple[bytes, ...] = ()

    def sign(self, data: bytes) -> bytes:
        """As the port says."""
        return sign_with(self.private, data)


def _certificate(private: t.Any) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    end = start + datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, start, end)
    algorithm = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private, algorithm).public_bytes(serialization.Encoding.DER)


def _key(private: PrivateKey) -> MemoryKey:
    return MemoryKey(private, _certificate(private))


KEY = _key(ec.generate_private_key(ec.SECP256R1()))
OTHER = _key(ec.generate_private_key(ec.SECP256R1()))
SEALED = seal(PAYLOAD, KEY)


def _with(change: t.Callable[[dict[str, t.Any]], object]) -> bytes:
    envelope = json.loads(SEALED)
    change(envelope)
    return json.dumps(envelope).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
)
def test_what_is_sealed_opens(private: PrivateKey) -> None:
    """Payload, certificate and chain come back, and the signature holds, for each kind of key."""
    key = dataclasses.replace(_key(private), chain=(OTHER.certificate,))
    opened = open_envelope(seal(PAYLOAD, key))
    assert (opened.payload, opened.valid, opened.problem) == (PAYLOAD, True, None)
    assert (opened.certificate_der, opened.chain) == (key.certificate, (OTHER.certificate,))


def test_the_signed_bytes_are_the_standards() -> None:
    """The pre-authentication encoding is that of DSSE's own test vector."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_an_envelope_is_the_standards_json() -> None:
    """The envelope has DSSE's fields, one signature, and a key id that names the signer's public key."""
    envelope = json.loads(SEALED)
    assert envelope.keys() == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    (signature,) = envelope["signatures"]
    public = KEY.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert signature["keyid"] == digest(public)


def test_a_foreign_certificate_does_not_seal() -> None:
    """A key with somebody else's certificate, or one of no accepted kind, is refused before anything is written."""
    with pytest.raises(AskedWrongly, match="does not belong"):
        seal(PAYLOAD, dataclasses.replace(KEY, certificate=OTHER.certificate))
    with pytest.raises(AskedWrongly, match="cannot seal"):
        seal(
            PAYLOAD,
            dataclasses.replace(KEY, certificate=_certificate(ec.generate_private_key(ec.SECP256K1()))),
        )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda e: e.update(payload=_text(PAYLOAD + b" ")), "does not match"),
        (lambda e: e["signatures"][0].update(sig=_text(b"")), "does not match"),
        (lambda e: e["signatures"][0].update(certificate=_text(OTHER.certificate)), "key id"),
        (lambda e: e["signatures"][0].update(keyid=None), "key id"),
        (lambda e: e["signatures"][0].pop("keyid"), "key id"),
        (lambda e: e["signatures"][0].pop("certificate"), "without a certificate"),
        (lambda e: e["signatures"][0].update(certificate=_text(b"0")), "cannot be read"),
        (lambda e: e["signatures"][0].update(chain=[_text(bytes(70_000))]), "larger than"),
        (lambda e: e.update(signatures=[]), "no signature"),
    ],
)
def test_a_seal_that_does_not_hold_says_why(change: t.Callable[[t.Any], object], problem: str) -> None:
    """A changed payload, signature, certificate or key id opens as not valid, with the reason."""
    opened = open_envelope(_with(change))
    assert not opened.valid
    assert opened.problem is not None
    assert problem in opened.problem


def test_another_signer_swaps_the_whole_signature_and_is_seen() -> None:
    """An envelope sealed anew by somebody else holds, under *their* certificate: trust is asked about elsewhere."""
    opened = open_envelope(seal(PAYLOAD, OTHER))
    assert opened.valid
    assert opened.certificate_der == OTHER.certificate


def test_several_signatures_must_all_hold() -> None:
    """Two good signatures hold; a broken one beside a good one does not, wherever it stands."""
    second = json.loads(seal(PAYLOAD, OTHER))["signatures"][0]
    both = open_envelope(_with(lambda e: e["signatures"].append(second)))
    assert both.valid
    assert len(both.signatures) == 2
    broken = {**second, "sig": _text(b"broken")}
    assert not open_envelope(_with(lambda e: e["signatures"].append(broken))).valid
    assert not open_envelope(_with(lambda e: e["signatures"].insert(0, broken))).valid


def test_url_safe_base64_is_read() -> None:
    """DSSE lets a signer choose the URL-safe alphabet."""
    payload = bytes(range(256))
    envelope = json.loads(seal(payload, KEY))
    envelope["payload"] = base64.urlsafe_b64encode(payload).decode()
    opened = open_envelope(json.dumps(envelope).encode())
    assert (opened.valid, opened.payload) == (True, payload)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b" " * (MAX_ENVELOPE_BYTES + 1),
        SEALED.replace(b'"signatures"', b'"signatures":[],"signatures"'),
        _with(lambda e: e.update(payloadType="text/plain")),
        _with(lambda e: e.update(extra=1)),
        _with(lambda e: e.update(payload="%%")),
        _with(lambda e: e.update(payload="QQ==QQ==")),
        _with(lambda e: e.update(payload="QR==")),
        _with(lambda e: e.update(payload="\ud800")),
        _with(lambda e: e.update(payload=7)),
        _with(lambda e: e["signatures"][0].update(sig="-_+/")),
        _with(lambda e: e["signatures"][0].update(trusted=True)),
        _with(lambda e: e["signatures"][0].update({"\ud800\x1b[2J": 1})),
        _with(lambda e: e["signatures"][0].update(chain=["QQ=="] * (MAX_CHAIN + 1))),
        _with(lambda e: e["signatures"].extend(e["signatures"] * MAX_SIGNATURES)),
    ],
)
def test_what_is_no_envelope_is_broken_evidence(data: bytes) -> None:
    """Too large, not JSON, unknown or repeated fields, another payload type, odd base64: one error, printable."""
    with pytest.raises(EvidenceBroken) as caught:
        open_envelope(data)
    assert str(caught.value).replace("\n", "").isprintable()


@hypothesis.given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    """One byte changed anywhere: the envelope is broken, not valid, or has another certificate round the same key."""
    index = data.draw(st.integers(0, len(SEALED) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = SEALED[:index] + bytes([byte]) + SEALED[index + 1 :]
    try:
        opened = open_envelope(changed)
    except EvidenceBroken:
        return
    # The certificate is not among the signed bytes. Changed, it is another one, which nobody trusts.
    if changed != SEALED and opened.valid:
        assert opened.payload == PAYLOAD
        assert opened.certificate_der != KEY.certificate


@hypothesis.given(st.binary() | st.text().map(lambda text: json.dumps({"payload": text}).encode()))
def test_nothing_but_our_error_escapes(data: bytes) -> None:
    """Whatever the bytes, opening raises `EvidenceBroken` and nothing else."""
    with pytest.raises(EvidenceBroken):
        open_envelope(data)
