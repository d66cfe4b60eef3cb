"""Signing a PDF: a certification over the whole file that others accept, or an error that says what to do."""

import asyncio
import datetime
import io
import pathlib
import shutil
import socket
import subprocess
import typing as t

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from govkit.adapters.keys import LoadedKey, load_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.pdf_signer import MAX_TIMESTAMP_BYTES, sign_pdf
from govkit.errors import AskedWrongly, Unreachable

MOMENT = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def test_signing_only_adds(report_pdf: bytes, signed_pdf: bytes) -> None:
    """The signed file starts with the unsigned file's very bytes."""
    assert signed_pdf.startswith(report_pdf)


def test_the_signature_is_a_certification_without_permissions(signed_pdf: bytes) -> None:
    """The file says: ETSI.CAdES.detached, DocMDP P=1, the given time and reason, in one invisible field."""
    with pikepdf.open(io.BytesIO(signed_pdf)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        signature = field.V
        assert signature == pdf.Root.Perms.DocMDP
        assert signature.SubFilter == pikepdf.Name("/ETSI.CAdES.detached")
        (reference,) = signature.Reference
        assert reference.TransformMethod == pikepdf.Name.DocMDP
        assert reference.TransformParams.P == 1
        assert str(signature.M) == "D:20260301120000Z"
        assert str(signature.Reason) == "author of the report"
        assert [int(each) for each in field.Rect] == [0, 0, 0, 0]


def test_words_of_the_signature_are_optional(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """Name and location stand in the signature when given."""
    signed = sign_pdf(report_pdf, signing_key, at=MOMENT, reason="r", name="A. Ünal", location="東京")
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert (str(signature.Name), str(signature.Location)) == ("A. Ünal", "東京")
    assert read(signed).problems == ()


def test_an_independent_tool_accepts_the_signature(
    signed_pdf: bytes, stamped_pdf: bytes, tmp_path: pathlib.Path
) -> None:
    """Poppler's pdfsig finds the signature valid and the whole document signed, with and without a timestamp."""
    if shutil.which("pdfsig") is None:
        pytest.skip("poppler's pdfsig is not installed")
    for data in (signed_pdf, stamped_pdf):
        path = tmp_path / "signed.pdf"
        path.write_bytes(data)
        said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        assert "ETSI.CAdES.detached" in said


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
)
def test_every_accepted_kind_of_key_signs(report_pdf: bytes, tmp_path: pathlib.Path, private: t.Any) -> None:
    """A PDF signed with each kind of key reads back without a problem, and its chain is carried along."""
    key = _from_container(tmp_path, private)
    document = read(sign_pdf(report_pdf, key, at=MOMENT, reason="r"))
    assert document.problems == ()
    assert document.certificate == key.certificate
    assert document.chain == key.chain


def test_signing_works_inside_an_event_loop(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """A caller that runs a loop of its own can sign."""

    async def sign() -> bytes:
        return sign_pdf(report_pdf, signing_key, at=MOMENT, reason="r")

    assert read(asyncio.run(sign())).problems == ()


def test_a_timestamp_is_demanded_by_the_signed_bytes(stamped_pdf: bytes) -> None:
    """The field says that a timestamp is required and by whom, without the private part of the service's address."""
    with pikepdf.open(io.BytesIO(stamped_pdf)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.SV.TimeStamp.Ff == 1
        assert str(field.SV.TimeStamp.URL) == "http://127.0.0.1"
    assert b"canary" not in stamped_pdf


def test_what_cannot_be_signed_is_refused(
    report_pdf: bytes, signed_pdf: bytes, signing_key: LoadedKey
) -> None:
    """A signed, encrypted, damaged or empty file is not signed."""
    encrypted = io.BytesIO()
    with pikepdf.open(io.BytesIO(report_pdf)) as pdf:
        pdf.save(encrypted, encryption=pikepdf.Encryption(owner="o", user=""))
    for data in (signed_pdf, encrypted.getvalue(), report_pdf[:-200], b"%PDF-1.7\n", b""):
        with pytest.raises(AskedWrongly):
            sign_pdf(data, signing_key, at=MOMENT, reason="r")


def test_a_time_without_a_zone_is_a_programming_error(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """A signing time without a zone is refused rather than guessed."""
    with pytest.raises(ValueError, match="time zone"):
        sign_pdf(report_pdf, signing_key, at=MOMENT.replace(tzinfo=None), reason="r")


def test_a_timestamp_service_that_is_not_there_is_unreachable(
    report_pdf: bytes, signing_key: LoadedKey
) -> None:
    """Nobody listening is told as such, without the private part of the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        sign_pdf(
            report_pdf, signing_key, at=MOMENT, reason="r", timestamp_url=f"http://127.0.0.1:{port}/canary"
        )
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (503, "text/html", b"<h1>busy</h1>"),
        lambda token: (302, "application/timestamp-reply", token),
        lambda token: (200, "text/html", token),
        lambda _: (200, "application/timestamp-reply", b""),
        lambda _: (200, "application/timestamp-reply", b"\x30\x03\x02\x01\x02"),
        lambda _: (200, "application/timestamp-reply", b"junk"),
        lambda token: (200, "application/timestamp-reply", token[:100]),
        lambda _: (200, "application/timestamp-reply", bytes(MAX_TIMESTAMP_BYTES + 1)),
        lambda _: (200, "application/timestamp-reply", bytes.fromhex("3009300702010230020500")),
    ],
)
def test_a_useless_timestamp_answer_is_unreachable(
    report_pdf: bytes, signing_key: LoadedKey, timestamp_service: t.Any, answer: t.Any
) -> None:
    """A refusal, a redirect, another type, junk, too much or a cut answer: one error, and nothing signed."""
    timestamp_service.answers.append(answer)
    with pytest.raises(Unreachable):
        sign_pdf(report_pdf, signing_key, at=MOMENT, reason="r", timestamp_url=timestamp_service.url)
    timestamp_service.answers.clear()


def test_a_token_with_the_wrong_nonce_is_refused(
    report_pdf: bytes, signing_key: LoadedKey, timestamp_service: t.Any
) -> None:
    """An old answer played again is not taken for a timestamp."""
    kept: list[bytes] = []

    def keep(token: bytes) -> tuple[int, str, bytes]:
        kept.append(token)
        return 200, "application/timestamp-reply", token

    def replay(_: bytes) -> tuple[int, str, bytes]:
        return 200, "application/timestamp-reply", kept[0]

    timestamp_service.answers.extend([keep, replay])
    with pytest.raises(Unreachable):
        sign_pdf(report_pdf, signing_key, at=MOMENT, reason="r", timestamp_url=timestamp_service.url)
    timestamp_service.answers.clear()


@pytest.mark.parametrize("url", ["ftp://example.org", "file:///etc/passwd", "example.org", "\0"])
def test_an_address_that_is_no_web_address_is_refused(
    report_pdf: bytes, signing_key: LoadedKey, url: str
) -> None:
    """Only http and https are spoken."""
    with pytest.raises(AskedWrongly):
        sign_pdf(report_pdf, signing_key, at=MOMENT, reason="r", timestamp_url=url)


def _from_container(directory: pathlib.Path, private: t.Any) -> LoadedKey:
    """A key with a certificate issued by an authority, as from a PKCS#12 file."""
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer, subject = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in ("CA", "Signer")
    )
    start, end = MOMENT - datetime.timedelta(days=1), MOMENT + datetime.timedelta(days=1)
    root = x509.CertificateBuilder(issuer, issuer, authority.public_key(), 1, start, end).sign(
        authority, hashes.SHA256()
    )
    own = x509.CertificateBuilder(issuer, subject, private.public_key(), 2, start, end).sign(
        authority, hashes.SHA256()
    )
    path = directory / "signer.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(None, private, own, [root], serialization.NoEncryption())
    )
    return load_key(str(path), None, now=MOMENT)
