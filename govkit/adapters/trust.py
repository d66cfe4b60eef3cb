"""
Whether a signer is one the verifying person trusts: X.509 path validation with pyhanko-certvalidator, offline.

Trusted is a certificate that *is* one of the anchors, byte for byte, or that a chain of certificates leads from to an
anchor which is a certification authority. Anchors come from the person (`--trust`) and from nowhere else: not from the
evidence, not from the operating system, not from the network.

How it is decided, in order:

1. The certificate must be readable, of an accepted kind of key, and fit for the purpose by its key usage - else
   *unsuitable*, whoever vouches for it.
2. It must be valid at the time asked about - else *expired* (or not valid yet: the reason says which).
3. It is one of the anchors: *trusted*.
4. Issuers are looked for among the chain and the anchors by verified signatures, each certificate visited once, so that
   a crafted heap of certificates costs no more than its size. No way to an anchor: *unknown*.
5. The path found is validated after RFC 5280 (dates, constraints, usages). Also the anchor itself must be within its
   dates, which the RFC leaves open; an authority past its end vouches for nobody here.

What it cannot say: whether a certificate was revoked, since nothing is fetched. Whoever hears of a revocation takes the
anchor away. A self-signed signer's certificate that is an anchor vouches for itself only, never for others.
"""

import asyncio
import concurrent.futures
import dataclasses
import datetime
import typing as t

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor, derive_quals_from_cert
from pyhanko_certvalidator.errors import ExpiredError, InvalidCertificateError, NotYetValidError

from govkit.adapters.keys import DOCUMENT_SIGNING
from govkit.attestation.algorithms import MAX_CERTIFICATE_BYTES, public_key_in
from govkit.digest import digest
from govkit.verification.signer import Signer, Standing

Purpose: t.TypeAlias = t.Literal["signing", "timestamping"]

MAX_OTHERS = 32
"""Certificates considered beside the signer's; what a file holds beyond is not looked at."""

_PURPOSES: t.Final = {
    "signing": frozenset(
        {DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    ),
    "timestamping": frozenset({ExtendedKeyUsageOID.TIME_STAMPING}),
}


def check_trust(
    certificate: bytes,
    chain: tuple[bytes, ...],
    anchors: tuple[bytes, ...],
    at: datetime.datetime,
    *,
    purpose: Purpose = "signing",
) -> Signer:
    """
    Whether `certificate` may be believed at the time `at`, given `anchors`; `chain` is what came along with it.

    All certificates are DER. `purpose` says what the key did: signed a document or statement, or issued a timestamp.
    Never raises for what is in `certificate` or `chain`; raises `ValueError` for a time without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("the time asked about needs a time zone")
    parsed = _parsed(certificate)
    if parsed is None:
        return Signer("", digest(certificate), "unsuitable", "the certificate cannot be read")
    try:
        state, reason = _judged(parsed, certificate, chain, anchors, at, purpose)
    except Exception as error:  # noqa: BLE001 - whatever hostile certificates break, nobody is trusted
        state, reason = "unsuitable", f"the certificate cannot be checked ({type(error).__name__})"
    known = state == "trusted" or (state == "expired" and _is_known(parsed, certificate, chain, anchors))
    return Signer(_subject(parsed), digest(certificate), state, reason, known)


def _is_known(
    parsed: x509.Certificate, certificate: bytes, chain: tuple[bytes, ...], anchors: tuple[bytes, ...]
) -> bool:
    try:
        return certificate in anchors or _path_to_anchor(parsed, chain, anchors) is not None
    except Exception:  # noqa: BLE001 - as above
        return False


def _judged(
    parsed: x509.Certificate,
    certificate: bytes,
    chain: tuple[bytes, ...],
    anchors: tuple[bytes, ...],
    at: datetime.datetime,
    purpose: Purpose,
) -> tuple[Standing, str]:
    unfit = _unfit(parsed, certificate, purpose)
    if unfit:
        return "unsuitable", unfit
    out_of_date = _out_of_date(parsed, at)
    if out_of_date:
        return "expired", f"the certificate {out_of_date}"
    if certificate in anchors:
        return "trusted", "the certificate is one of those given as trusted"
    path = _path_to_anchor(parsed, chain, anchors)
    if path is None:
        given = "no way leads from the certificate to one of those given as trusted"
        return "unknown", given if anchors else "no trusted certificate was given"
    stale = _out_of_date(path[-1], at)
    if stale:
        return "expired", f"the authority that vouches for it {stale}"
    return _validated(path, at)


def _validated(path: tuple[x509.Certificate, ...], at: datetime.datetime) -> tuple[Standing, str]:
    """RFC 5280 over the path that was found, which runs from the signer to the anchor."""
    encoded = [asn1_x509.Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in path]
    # The RFC leaves open whether an anchor's own constraints bind it (RFC 5937 says how): here they do. Its certificate
    # policies do not, since hardly any chain would be valid then.
    limits = derive_quals_from_cert(encoded[-1])
    if limits.standard_parameters is not None:
        names = dataclasses.replace(
            limits.standard_parameters,
            user_initial_policy_set=frozenset({"any_policy"}),
            initial_explicit_policy=False,
        )
        limits = dataclasses.replace(limits, standard_parameters=names)
    context = ValidationContext(
        trust_roots=[CertTrustAnchor(encoded[-1], quals=limits)],
        other_certs=encoded[1:-1],
        moment=at,
        allow_fetching=False,
        weak_hash_algos={"md2", "md5", "sha1"},
    )
    validator = CertificateValidator(encoded[0], validation_context=context)
    try:
        # In a thread of its own, for a caller that already runs an event loop. Nothing in it waits for anything.
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(asyncio.run, validator.async_validate_path()).result()
    except (ExpiredError, NotYetValidError) as error:
        return "expired", f"a certificate on the way to the trusted one is out of date: {_line(str(error))}"
    except InvalidCertificateError as error:
        return "unsuitable", _line(str(error))
    except Exception as error:  # noqa: BLE001 - as above
        return "unknown", f"the way to the trusted certificate does not hold: {_line(str(error))}"
    return "trusted", f"vouched for by {_subject(path[-1])}, which was given as trusted"


def _path_to_anchor(
    signer: x509.Certificate, chain: tuple[bytes, ...], anchors: tuple[bytes, ...]
) -> tuple[x509.Certificate, ...] | None:
    """The shortest way by verified signatures from the signer to an anchor that is an authority; `None` without one."""
    roots = [each for each in map(_parsed, anchors) if each is not None and _is_authority(each)]
    others = [each for each in map(_parsed, chain[:MAX_OTHERS]) if each is not None and _is_authority(each)]
    paths: list[tuple[x509.Certificate, ...]] = [(signer,)]
    unvisited = list(others)
    for path in paths:  # Grows while it is walked: breadth first.
        root = next((each for each in roots if _issued(each, path[-1])), None)
        if root is not None:
            return (*path, root)
        reached = [each for each in unvisited if _issued(each, path[-1])]
        unvisited = [each for each in unvisited if each not in reached]
        paths.extend((*path, each) for each in reached)
    return None


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - wrong name, wrong signature, unknown algorithm: not issued by this one.
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except Exception:  # noqa: BLE001 - no such extension, or unreadable ones: it may not vouch for others.
        return False


def _unfit(certificate: x509.Certificate, encoded: bytes, purpose: Purpose) -> str | None:
    if public_key_in(encoded) is None:
        return "the certificate's key is of a kind that is not accepted"
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return "the certificate's key usage does not allow signing"
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is None:
        # RFC 3161, 2.3: a timestamp service's certificate must say so. A signer's may be silent (RFC 5280, 4.2.1.12).
        return "the certificate is not one for timestamping" if purpose == "timestamping" else None
    if not _PURPOSES[purpose] & set(purposes):
        return f"the certificate's extended key usage does not allow {purpose}"
    return None


_E = t.TypeVar("_E", bound=x509.ExtensionType)


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _out_of_date(certificate: x509.Certificate, at: datetime.datetime) -> str | None:
    if at < certificate.not_valid_before_utc:
        return f"is valid from {certificate.not_valid_before_utc.isoformat()} only"
    if at > certificate.not_valid_after_utc:
        return f"expired on {certificate.not_valid_after_utc.isoformat()}"
    return None


def _parsed(certificate: bytes) -> x509.Certificate | None:
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        return None
    try:
        return x509.load_der_x509_certificate(certificate)
    except Exception:  # noqa: BLE001 - hostile bytes
        return None


def _subject(certificate: x509.Certificate) -> str:
    try:
        return _line(certificate.subject.rfc4514_string())
    except Exception:  # noqa: BLE001 - hostile bytes
        return ""


def _line(text: str) -> str:
    """One printable line of at most 300 characters: a stranger chose these words."""
    return "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text[:300])
