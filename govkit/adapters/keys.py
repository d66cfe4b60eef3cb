"""
Signing keys on disk: making them, loading them, and reading the certificates a person trusts.

A key is named by a reference:

    path/NAME.key.pem        a PKCS#8 private key; its certificate lies beside it as NAME.cert.pem (chain after it)
    path/NAME.p12, .pfx      a PKCS#12 container with key, certificate and chain
    pkcs11:...               a token (RFC 7512), see `govkit.adapters.pkcs11_keys`

Rules. Passphrases come as arguments and stand in no message. A private key is written once, readable by its owner
only, and never overwritten. A key that could only make worthless signatures - expired, of a weak kind, or with
somebody else's certificate - is refused when it is loaded rather than noticed by the reader of the report.

The certificate `new_key` makes is signed by the key itself. Nobody vouches for it: a verifier trusts it when they
have received it by another way than with the report, and name it (`--trust`).
"""

import dataclasses
import datetime
import os
import pathlib
import re
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from govkit.adapters import pkcs11_keys
from govkit.adapters.mistaken_key import no_certificate, no_key_reference, no_private_key
from govkit.attestation.algorithms import PrivateKey, Scheme, key_name, public_key_in, scheme_of, sign_with
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly

KEY_SUFFIX = ".key.pem"
CERTIFICATE_SUFFIX = ".cert.pem"

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""id-kp-documentSigning (RFC 9336)."""

MAX_FILE_BYTES = 1024 * 1024
"""Key and certificate files have a few kilobytes; a larger one is the wrong file."""

MAX_CERTIFICATES = 100
"""A list of anchors a person put together; a whole system store is refused on purpose."""

MAX_DAYS = 3660
"""Ten years: evidence is kept that long, and no key should be used for longer."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclasses.dataclass(frozen=True, slots=True)
class NewKey:
    """What `new_key` made."""

    key_path: pathlib.Path
    certificate_path: pathlib.Path
    fingerprint: Digest
    """The SHA-256 digest of the certificate, DER: what is read out to somebody over another channel."""


@dataclasses.dataclass(frozen=True, slots=True)
class LoadedKey:
    """A key ready to sign. It shows its certificate, never itself."""

    certificate: bytes
    """The signer's certificate, DER."""
    chain: tuple[bytes, ...]
    """Further certificates, DER, nearest first."""
    scheme: Scheme
    """How the key signs."""
    _sign: t.Callable[[bytes], bytes] = dataclasses.field(repr=False, compare=False)

    @property
    def fingerprint(self) -> Digest:
        """The SHA-256 digest of the certificate, DER."""
        return digest(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """The signature of `data` under the key's scheme. A token may raise `Unreachable`."""
        return self._sign(data)


def new_key(
    directory: pathlib.Path,
    name: str,
    *,
    common_name: str,
    organization: str | None,
    valid_days: int,
    now: datetime.datetime,
    passphrase: bytes | None,
) -> NewKey:
    """
    Makes an ECDSA P-256 key and a self-signed certificate for it, valid for `valid_days` from `now`.

    Writes `NAME.key.pem` (PKCS#8, mode 0600, encrypted when there is a passphrase) and `NAME.cert.pem` into
    `directory`, which is made when absent. Raises `AskedWrongly` for a name that is no plain file name, for names or
    days outside what a certificate can hold, for a file already there, and for a folder that cannot be written.
    """
    for words in (common_name, organization or "x"):
        if not words.isprintable() or not words.strip():
            raise AskedWrongly(
                "A certificate names its holder in printable characters.",
                found=ascii(words)[:200],
                fix="leave out line breaks and control characters",
            )
    if not _NAME.fullmatch(name):
        raise AskedWrongly(
            "This is not a name for a key.",
            expected="letters, digits, dots, dashes and underscores",
            found=ascii(name[:100]),
        )
    if not 1 <= valid_days <= MAX_DAYS:
        raise AskedWrongly(
            "A certificate cannot be valid for that long.",
            expected=f"1 to {MAX_DAYS} days",
            found=str(valid_days),
        )
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key, common_name, organization, valid_days, now)
    encryption = (
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    )
    key_bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    key_path, certificate_path = directory / f"{name}{KEY_SUFFIX}", directory / f"{name}{CERTIFICATE_SUFFIX}"
    _write_pair(key_path, key_bytes, certificate_path, certificate.public_bytes(serialization.Encoding.PEM))
    return NewKey(key_path, certificate_path, digest(certificate.public_bytes(serialization.Encoding.DER)))


def load_key(ref: str, passphrase: bytes | None, *, now: datetime.datetime | None = None) -> LoadedKey:
    """
    The key that `ref` names, ready to sign at `now` (the machine's clock when not given).

    Raises `AskedWrongly`, each time with what to do, for a reference of no known kind, a file that cannot be read, a
    wrong or missing passphrase, a certificate that is missing, expired, not yet valid or another key's, and a key of
    a kind that is not accepted. A token that does not answer raises `Unreachable`.
    """
    moment = now or datetime.datetime.now(datetime.UTC)
    if ref.startswith("pkcs11:"):
        token_key = pkcs11_keys.open_key(ref, passphrase)
        certificates = tuple(_parsed(each, ref) for each in token_key.certificates)
        return _ready(ref, token_key.sign, certificates, moment)
    path = pathlib.Path(ref)
    if path.name.lower().endswith((".p12", ".pfx")):
        key, certificates = _from_pkcs12(path, passphrase)
    elif path.name.endswith(KEY_SUFFIX):
        key, certificates = _from_pem(path, passphrase)
    else:
        there = os.path.isfile(ref)  # noqa: PTH113 - answers for any text, also one too long for a path
        raise no_key_reference(ref, _read(path, "private key") if there else b"")
    if scheme_of(key) is None:
        raise _weak(ref)
    certified = public_key_in(certificates[0].public_bytes(serialization.Encoding.DER))
    if certified is None or key.public_key() != certified:
        raise AskedWrongly(
            "The certificate belongs to another key.",
            where=ref,
            expected=key_name(key.public_key()),
            found=key_name(certified) if certified else "a key of another kind",
            fix="put the certificate that was issued for this key beside it",
        )
    return _ready(ref, lambda data: sign_with(key, data), certificates, moment)


def load_certificates(path: pathlib.Path) -> tuple[bytes, ...]:
    """
    The certificates in a file, DER each, in the file's order: PEM with one or more, or a single DER certificate.

    Raises `AskedWrongly` when the file cannot be read or holds no certificate: naming nobody must not look like
    trust.
    """
    return tuple(each.public_bytes(serialization.Encoding.DER) for each in _certificates_in(path))


def valid_until(certificate: bytes) -> datetime.datetime:
    """When a certificate (DER) that `load_certificates` gave ends."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def self_signed(
    key: ec.EllipticCurvePrivateKey,
    common_name: str,
    organization: str | None,
    days: int,
    now: datetime.datetime,
) -> x509.Certificate:
    """
    A certificate for signing documents, vouched for by its own key, valid for `days` from `now`.

    Raises `AskedWrongly` for names or days outside what a certificate can hold.
    """
    start = now.astimezone(datetime.UTC).replace(microsecond=0)
    try:
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        if organization:
            attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
        subject, end = x509.Name(attributes), start + datetime.timedelta(days=days)
        builder = x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), start, end
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise AskedWrongly(
            "No certificate can be made with these particulars.",
            expected="a common name and an organisation of 1 to 64 characters",
            found=str(error)[:300],
        ) from None
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    purposes = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(purposes, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write_pair(
    key_path: pathlib.Path, key: bytes, certificate_path: pathlib.Path, certificate: bytes
) -> None:
    try:
        key_path.parent.mkdir(parents=True, exist_ok=True)
        # The certificate goes first: should the machine stop in between, no private key is left without one.
        _write_new(certificate_path, certificate, 0o644)
        try:
            _write_new(key_path, key, 0o600)
        except OSError:
            certificate_path.unlink()
            raise
    except FileExistsError as error:
        raise AskedWrongly(
            "A key is never overwritten.",
            where=str(error.filename),
            fix="choose another name, or move the old key away",
        ) from None
    except OSError as error:
        raise AskedWrongly(
            "The key cannot be written here.",
            where=str(key_path.parent),
            found=error.strerror,
            fix="choose another folder",
        ) from None


def _write_new(path: pathlib.Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _from_pem(
    path: pathlib.Path, passphrase: bytes | None
) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    data = _read(path, "private key")
    encrypted = b"ENCRYPTED" in data
    if mistaken := no_private_key(str(path), data):
        raise mistaken
    if encrypted and not passphrase:
        raise _locked(path)
    try:
        key = serialization.load_pem_private_key(data, passphrase if encrypted else None)
    except Exception:  # noqa: BLE001 - the parsers' exceptions differ by version and mean the same
        raise _unreadable_key(path, encrypted=encrypted) from None
    beside = path.with_name(path.name.removesuffix(KEY_SUFFIX) + CERTIFICATE_SUFFIX)
    return t.cast(PrivateKey, key), _certificates_in(beside)


def _from_pkcs12(
    path: pathlib.Path, passphrase: bytes | None
) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    data = _read(path, "PKCS#12 container")
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase or None)
    except Exception:  # noqa: BLE001 - as above
        if not passphrase:
            raise _locked(path) from None
        raise _unreadable_key(path, encrypted=True) from None
    if key is None or certificate is None:
        raise AskedWrongly(
            "This PKCS#12 container has no key with its certificate in it.",
            where=str(path),
            fix="export it again with key, certificate and chain",
        )
    return t.cast(PrivateKey, key), (certificate, *others)


def _ready(
    ref: str,
    sign: t.Callable[[bytes], bytes],
    certificates: tuple[x509.Certificate, ...],
    moment: datetime.datetime,
) -> LoadedKey:
    signer = certificates[0]
    encoded = tuple(each.public_bytes(serialization.Encoding.DER) for each in certificates)
    scheme = scheme_of(public_key_in(encoded[0]))
    if scheme is None:
        raise _weak(ref)
    if not signer.not_valid_before_utc <= moment <= signer.not_valid_after_utc:
        raise AskedWrongly(
            "The certificate of this key is not valid now, so nobody could trust what it signs.",
            where=ref,
            expected=f"from {signer.not_valid_before_utc.isoformat()} to {signer.not_valid_after_utc.isoformat()}",
            found=moment.isoformat(),
            fix="have the certificate renewed, or make a new key with `govkit key new`",
        )
    return LoadedKey(encoded[0], encoded[1:], scheme, sign)


def _certificates_in(path: pathlib.Path) -> tuple[x509.Certificate, ...]:
    data = _read(path, "certificate")
    try:
        if b"-----BEGIN " in data:
            found = tuple(x509.load_pem_x509_certificates(data))
        else:
            found = (x509.load_der_x509_certificate(data),)
    except Exception:  # noqa: BLE001 - as above
        found = ()
    if not found and (mistaken := no_certificate(str(path), data)):
        raise mistaken
    if not 1 <= len(found) <= MAX_CERTIFICATES:
        raise AskedWrongly(
            "There are no certificates to be read here."
            if not found
            else "There are too many certificates here.",
            where=str(path),
            expected=f"an X.509 certificate: one in DER, or 1 to {MAX_CERTIFICATES} in PEM",
            fix="give the NAME.cert.pem of whom you trust",
        )
    return found


def _parsed(certificate: bytes, where: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except Exception:  # noqa: BLE001 - as above
        raise AskedWrongly("The token's certificate cannot be read.", where=where) from None


def _read(path: pathlib.Path, what: str) -> bytes:
    try:
        # Of a pipe that nobody writes to, nothing comes, ever: it is read as it stands.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1) or b""
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise AskedWrongly(
            f"The {what} cannot be read.", where=str(path)[:300], found=found, fix="check the path"
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise AskedWrongly(
            f"This is no {what}: it is too large.",
            where=str(path),
            expected=f"{MAX_FILE_BYTES} bytes at most",
        )
    return data


def _locked(path: pathlib.Path) -> AskedWrongly:
    return AskedWrongly(
        "This key is protected by a passphrase, or cannot be read.",
        where=str(path),
        fix="set GOVKIT_KEY_PASSPHRASE to its passphrase",
    )


def _unreadable_key(path: pathlib.Path, *, encrypted: bool) -> AskedWrongly:
    if encrypted:
        return AskedWrongly(
            "The passphrase does not open this key, or the file is damaged.",
            where=str(path),
            fix="check GOVKIT_KEY_PASSPHRASE",
        )
    return AskedWrongly("This private key cannot be read.", where=str(path), expected="PKCS#8 in PEM")


def _weak(ref: str) -> AskedWrongly:
    return AskedWrongly(
        "Signatures by this kind of key are not accepted.",
        where=ref,
        expected="ECDSA P-256, P-384 or P-521, RSA of 2048 to 8192 bits, or Ed25519",
        fix="make a key with `govkit key new`",
    )
