"""
The wrong half of a key pair: a certificate or public key given for signing, a private key given to be trusted.

What the file holds is looked at only to say so in words; nothing of it is kept or shown.
"""

import re
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from govkit.errors import AskedWrongly

_PRIVATE = b"PRIVATE KEY-----"
_PUBLIC = re.compile(rb"-----BEGIN (RSA |EC )?PUBLIC KEY-----|\A(ssh-rsa|ssh-ed25519|ecdsa-sha2-\S+) ")


def no_private_key(where: str, data: bytes) -> AskedWrongly | None:
    """The error for a certificate or public key where a private key was asked for; `None` for anything else."""
    found = "" if _PRIVATE in data else _public_part(data)
    if not found:
        return None
    return AskedWrongly(
        f"This is {found}, and signing takes the private key.",
        where=where[:300],
        expected="a private key: NAME.key.pem, beside its NAME.cert.pem",
        found=found,
        fix="give the NAME.key.pem that `govkit key new` made with it",
    )


def no_key_reference(reference: str, data: bytes) -> AskedWrongly:
    """The error for a reference of no kind that keys have, given what lies there, if anything does."""
    return no_private_key(reference, data) or AskedWrongly(
        "This does not name a signing key.",
        where=reference[:300],
        expected="a path that ends in .key.pem, .p12 or .pfx, or a pkcs11: address",
        fix="make one with `govkit key new`",
    )


def no_certificate(where: str, data: bytes) -> AskedWrongly | None:
    """The error for a private or public key where a certificate was asked for; `None` for anything else."""
    found = "a private key" if _PRIVATE in data else _public_part(data)
    if found not in ("a private key", "a public key"):
        return None
    return AskedWrongly(
        f"This is {found}, and a certificate is asked for.",
        where=where[:300],
        expected="an X.509 certificate: NAME.cert.pem",
        found=found,
        fix="give the NAME.cert.pem that belongs to it",
    )


def _public_part(data: bytes) -> str:
    if b"-----BEGIN CERTIFICATE-----" in data or _reads(x509.load_der_x509_certificate, data):
        return "a certificate"
    return "a public key" if _PUBLIC.search(data) or _reads(serialization.load_der_public_key, data) else ""


def _reads(parse: t.Callable[[bytes], object], data: bytes) -> bool:
    try:
        parse(data)
    except Exception:  # noqa: BLE001 - the parsers' exceptions differ by version and mean the same
        return False
    return True
