"""The signature schemes: one per key, and a signature holds under its own key and data only."""

import hypothesis
import hypothesis.strategies as st
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from govkit.attestation.algorithms import PrivateKey, holds, public_key_in, scheme_of, sign_with

P256 = ec.generate_private_key(ec.SECP256R1())
KEYS: dict[str, PrivateKey] = {
    "ECDSA P-256": P256,
    "ECDSA P-384": ec.generate_private_key(ec.SECP384R1()),
    "ECDSA P-521": ec.generate_private_key(ec.SECP521R1()),
    "RSA 2048": rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_signs_under_its_one_scheme(name: str) -> None:
    """What an accepted key signs holds, is no longer than its scheme says, and the scheme follows from the key."""
    key = KEYS[name]
    scheme = scheme_of(key)
    assert scheme is not None
    assert scheme.name == name
    assert scheme == scheme_of(key.public_key())
    signature = sign_with(key, b"data")
    assert len(signature) <= scheme.signature_bytes
    assert holds(key.public_key(), signature, b"data")
    assert not holds(key.public_key(), signature, b"date")
    assert not any(
        holds(other.public_key(), signature, b"data") for each, other in KEYS.items() if each != name
    )


def test_weak_and_odd_keys_have_no_scheme() -> None:
    """Short RSA keys, DSA and curves outside the table sign nothing here."""
    for key in (
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - refused, is the point
        ec.generate_private_key(ec.SECP256K1()),
        dsa.generate_private_key(2048),
        None,
    ):
        assert scheme_of(key) is None
    with pytest.raises(ValueError, match="no scheme"):
        sign_with(ec.generate_private_key(ec.SECP256K1()), b"data")


@hypothesis.given(st.binary(max_size=200))
def test_junk_is_no_signature_and_no_certificate(junk: bytes) -> None:
    """Arbitrary bytes neither hold as a signature nor carry a key, and never raise."""
    assert not holds(P256.public_key(), junk, b"data")
    assert public_key_in(junk) is None
