"""Which half of a key pair a file is, in words; and nothing said where it is the right one, or none."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from govkit.adapters.keys import new_key
from govkit.adapters.mistaken_key import no_certificate, no_private_key


@pytest.fixture(name="files", scope="module")
def _files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A key pair in the forms in which one meets it."""
    place, now = tmp_path_factory.mktemp("keys"), datetime.datetime.now(datetime.UTC)
    made = new_key(place, "a", common_name="a", organization=None, valid_days=9, now=now, passphrase=None)
    key, certificate = made.key_path.read_bytes(), made.certificate_path.read_bytes()
    public = serialization.load_pem_private_key(key, None).public_key()
    pem, der, ssh = serialization.Encoding.PEM, serialization.Encoding.DER, serialization.Encoding.OpenSSH
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return {
        "key": key,
        "certificate": certificate,
        "certificate, DER": x509.load_pem_x509_certificate(certificate).public_bytes(der),
        "public": public.public_bytes(pem, info),
        "public, DER": public.public_bytes(der, info),
        "public, SSH": public.public_bytes(ssh, serialization.PublicFormat.OpenSSH),
        "both": certificate + key,
        "junk": b"\x30\x82junk",
        "nothing": b"",
    }


@pytest.mark.parametrize(
    ("name", "signing", "trusting"),
    [
        ("key", "", "a private key"),
        ("certificate", "a certificate", ""),
        ("certificate, DER", "a certificate", ""),
        ("public", "a public key", "a public key"),
        ("public, DER", "a public key", "a public key"),
        ("public, SSH", "a public key", "a public key"),
        ("both", "", "a private key"),
        ("junk", "", ""),
        ("nothing", "", ""),
    ],
)
def test_a_file_is_called_what_it_is(name: str, signing: str, trusting: str, files: dict[str, bytes]) -> None:
    """For signing, whatever is public is mistaken; for trusting, whatever is a bare key."""
    for asked, found in ((no_private_key, signing), (no_certificate, trusting)):
        error = asked("x.pem", files[name])
        assert (error.found if error else "") == found
