"""
The signature schemes of the house: one per kind of key, and no other.

The scheme follows from the public key alone, never from a field in a file, so that what a stranger wrote cannot select
a weaker one. Used for envelopes here and, through the adapters, for the signature inside a PDF.

| key                        | scheme                      | digest of a document |
|----------------------------|-----------------------------|----------------------|
| ECDSA P-256, P-384, P-521  | ECDSA, DER-encoded (r, s)   | SHA-256, -384, -512  |
| RSA, 2048 to 8192 bits     | RSASSA-PKCS1-v1_5           | SHA-256              |
| Ed25519                    | Ed25519 (RFC 8032, pure)    | SHA-512              |

Refused: shorter RSA keys and SHA-1 (broken or nearly so), RSA keys beyond 8192 bits (verifying them is a way to waste a
reader's time), DSA, other curves. PKCS1-v1_5 rather than PSS because every PDF reader and token can do it.
"""

import dataclasses
import typing as t

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from govkit.digest import Digest, digest

PublicKey: t.TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
PrivateKey: t.TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

RSA_BITS = range(2048, 8192 + 1)
"""NIST SP 800-131A refuses shorter keys for signatures; the upper end bounds the work of a verifier."""

MAX_CERTIFICATE_BYTES = 64 * 1024
"""A certificate has one to four thousand bytes; larger ones are refused unread."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scheme:
    """How a key signs."""

    name: str
    """As shown to people, for instance `ECDSA P-256`."""
    hash_name: str
    """`sha256`, `sha384` or `sha512`: the digest that goes with the key."""
    signature_bytes: int
    """The most bytes a signature can have."""


_CURVES: t.Final[t.Mapping[str, Scheme]] = {
    "secp256r1": Scheme("ECDSA P-256", "sha256", 72),
    "secp384r1": Scheme("ECDSA P-384", "sha384", 104),
    "secp521r1": Scheme("ECDSA P-521", "sha512", 139),
}

HASHES: t.Final[t.Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def scheme_of(key: object) -> Scheme | None:
    """The scheme of a public or private key, or `None` where we accept no signature by such a key."""
    if isinstance(key, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)):
        return _CURVES.get(key.curve.name)
    if isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)) and key.key_size in RSA_BITS:
        return Scheme(f"RSA {key.key_size}", "sha256", (key.key_size + 7) // 8)
    if isinstance(key, (ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey)):
        return Scheme("Ed25519", "sha512", 64)
    return None


def sign_with(key: PrivateKey, data: bytes) -> bytes:
    """
    The signature of `data` under the key's one scheme.

    Raises `ValueError` for a key without a scheme. (ECDSA draws its nonce inside `cryptography`; nothing else does.)
    """
    scheme = scheme_of(key)
    if scheme is None:
        raise ValueError("there is no scheme for this kind of key")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(HASHES[scheme.hash_name]))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), HASHES[scheme.hash_name])
    return key.sign(data)


def holds(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether `signature` is `data`'s under the key's one scheme; a key without a scheme holds nothing."""
    scheme = scheme_of(key)
    if scheme is None:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(HASHES[scheme.hash_name]))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), HASHES[scheme.hash_name])
        else:
            key.verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_in(certificate: bytes) -> PublicKey | None:
    """The public key in a DER certificate, or `None` where it cannot be read or has no scheme."""
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        return None
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception:  # noqa: BLE001 - hostile bytes: the parser's own list of exceptions is long and not promised.
        return None
    if scheme_of(key) is None:
        return None
    return t.cast(PublicKey, key)


def key_name(key: PublicKey) -> Digest:
    """The name of a key: the SHA-256 digest of its SubjectPublicKeyInfo, DER-encoded."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return digest(encoded)
