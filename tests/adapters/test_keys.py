"""Signing keys on disk and on a token: made once, loaded only when they can sign something worth having."""

import datetime
import pathlib
import stat
import subprocess
import sys
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtensionOID

from govkit.adapters.keys import (
    DOCUMENT_SIGNING,
    MAX_FILE_BYTES,
    NewKey,
    load_certificates,
    load_key,
    new_key,
)
from govkit.adapters.pkcs11_keys import parse_address
from govkit.attestation.algorithms import holds, public_key_in
from govkit.attestation.envelope import open_envelope, seal
from govkit.digest import digest
from govkit.errors import AskedWrongly, GovkitError

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=400)
SECRET = b"correct horse canary"


def _make(
    directory: pathlib.Path, name: str = "lab", *, passphrase: bytes | None = None, days: int = 365
) -> NewKey:
    return new_key(
        directory,
        name,
        common_name="Lab",
        organization="Example Org",
        valid_days=days,
        now=NOW,
        passphrase=passphrase,
    )


def test_a_new_key_signs(tmp_path: pathlib.Path) -> None:
    """What `new_key` writes loads again and seals an envelope that opens."""
    made = _make(tmp_path / "keys")
    key = load_key(str(made.key_path), None, now=NOW)
    assert key.scheme.name == "ECDSA P-256"
    assert key.fingerprint == made.fingerprint == digest(key.certificate)
    assert load_certificates(made.certificate_path) == (key.certificate,)
    assert open_envelope(seal(b"payload", key)).valid


def test_a_new_key_is_its_owners_alone(tmp_path: pathlib.Path) -> None:
    """The private key is readable by its owner only, encrypted with the passphrase, and shows nowhere."""
    made = _make(tmp_path, passphrase=SECRET)
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in made.key_path.read_bytes()
    key = load_key(str(made.key_path), SECRET, now=NOW)
    assert "sign" not in repr(key).replace("signature_bytes", "")
    assert SECRET.decode() not in repr(key)


def test_a_new_certificate_is_fit_for_signing_and_for_nothing_else(tmp_path: pathlib.Path) -> None:
    """The certificate says who, since when, until when, that it signs documents, and that it vouches for nobody."""
    certificate = x509.load_pem_x509_certificate(_make(tmp_path).certificate_path.read_bytes())
    assert certificate.version is x509.Version.v3
    assert certificate.subject.rfc4514_string() == "CN=Lab,O=Example Org"
    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc == NOW + datetime.timedelta(days=365)
    extensions = {each.oid: each for each in certificate.extensions}
    usage = extensions[ExtensionOID.KEY_USAGE]
    assert usage.critical
    assert isinstance(usage.value, x509.KeyUsage)
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    constraints = extensions[ExtensionOID.BASIC_CONSTRAINTS]
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=False, path_length=None)
    assert DOCUMENT_SIGNING in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtensionOID.SUBJECT_KEY_IDENTIFIER in extensions


def test_a_key_is_never_overwritten(tmp_path: pathlib.Path) -> None:
    """A second key of the same name is refused, also when only one of its two files is there, and changes neither."""
    made = _make(tmp_path)
    before = made.key_path.read_bytes(), made.certificate_path.read_bytes()
    with pytest.raises(AskedWrongly, match="never overwritten"):
        _make(tmp_path)
    assert before == (made.key_path.read_bytes(), made.certificate_path.read_bytes())
    made.certificate_path.unlink()
    with pytest.raises(AskedWrongly, match="never overwritten"):
        _make(tmp_path)
    assert made.key_path.read_bytes() == before[0]
    assert not made.certificate_path.exists()


@pytest.mark.parametrize(
    ("name", "common_name", "days"),
    [
        ("../lab", "Lab", 1),
        (".lab", "Lab", 1),
        ("", "Lab", 1),
        ("a\nb", "Lab", 1),
        ("lab", "", 1),
        ("lab", "x" * 65, 1),
        ("lab", "Lab", 0),
        ("lab", "Lab", -1),
        ("lab", "Lab", 10**9),
    ],
)
def test_impossible_particulars_are_refused(
    tmp_path: pathlib.Path, name: str, common_name: str, days: int
) -> None:
    """A name that is no file name, no or too long a common name, or no sensible number of days makes no key."""
    with pytest.raises(AskedWrongly):
        new_key(
            tmp_path,
            name,
            common_name=common_name,
            organization=None,
            valid_days=days,
            now=NOW,
            passphrase=None,
        )
    assert not list(tmp_path.iterdir())


def test_a_passphrase_is_asked_for_and_never_told(tmp_path: pathlib.Path) -> None:
    """A missing or wrong passphrase says what to set and quotes nothing secret; a needless one does no harm."""
    locked = _make(tmp_path, "locked", passphrase=SECRET)
    with pytest.raises(AskedWrongly, match="GOVKIT_KEY_PASSPHRASE"):
        load_key(str(locked.key_path), None, now=NOW)
    with pytest.raises(AskedWrongly, match="GOVKIT_KEY_PASSPHRASE") as caught:
        load_key(str(locked.key_path), b"wrong canary", now=NOW)
    assert "canary" not in str(caught.value)
    assert load_key(str(_make(tmp_path, "open").key_path), SECRET, now=NOW).certificate


def test_a_key_out_of_date_is_refused(tmp_path: pathlib.Path) -> None:
    """A certificate that is expired, or not valid yet, signs nothing."""
    made = _make(tmp_path)
    for moment in (LATER, NOW - datetime.timedelta(seconds=1)):
        with pytest.raises(AskedWrongly, match="not valid now"):
            load_key(str(made.key_path), None, now=moment)


def test_somebody_elses_certificate_is_refused(tmp_path: pathlib.Path) -> None:
    """A certificate for another key beside the key is noticed, with both key names."""
    made, other = _make(tmp_path, "a"), _make(tmp_path, "b")
    made.certificate_path.write_bytes(other.certificate_path.read_bytes())
    with pytest.raises(AskedWrongly, match="another key") as caught:
        load_key(str(made.key_path), None, now=NOW)
    assert caught.value.expected != caught.value.found


def test_a_weak_key_is_refused(tmp_path: pathlib.Path) -> None:
    """A key of a kind we accept no signatures by does not load."""
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505 - refused, is the point
    _store(tmp_path, "weak", private)
    with pytest.raises(AskedWrongly, match="not accepted"):
        load_key(str(tmp_path / "weak.key.pem"), None, now=NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"junk",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        bytes(MAX_FILE_BYTES + 1),
    ],
)
def test_an_unreadable_file_is_named(tmp_path: pathlib.Path, content: bytes) -> None:
    """A damaged, empty or huge file, whichever it is, is refused with its path."""
    for name in ("x.key.pem", "x.p12"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AskedWrongly) as caught:
            load_key(str(tmp_path / name), SECRET, now=NOW)
        assert caught.value.where == str(tmp_path / name)
    (tmp_path / "x.cert.pem").write_bytes(content)
    with pytest.raises(AskedWrongly):
        load_certificates(tmp_path / "x.cert.pem")


@pytest.mark.parametrize(
    "ref", ["", "lab", "lab.cert.pem", "missing/lab.key.pem", "missing.p12", "\0.key.pem", "a" * 5000]
)
def test_a_reference_of_no_kind_is_refused(ref: str) -> None:
    """What names no key, or one that is not there, says what a reference looks like."""
    with pytest.raises(AskedWrongly):
        load_key(ref, None, now=NOW)


def test_a_missing_certificate_is_asked_for(tmp_path: pathlib.Path) -> None:
    """A key without its certificate beside it cannot be used, and the message names the file."""
    made = _make(tmp_path)
    made.certificate_path.unlink()
    with pytest.raises(AskedWrongly) as caught:
        load_key(str(made.key_path), None, now=NOW)
    assert caught.value.where == str(made.certificate_path)


def test_a_pkcs12_container_brings_key_certificate_and_chain(tmp_path: pathlib.Path) -> None:
    """A PKCS#12 file loads with its passphrase, and not without or with another."""
    key, certificate = _store(tmp_path, "signer", ec.generate_private_key(ec.SECP384R1()))
    _, authority = _store(tmp_path, "authority", ec.generate_private_key(ec.SECP256R1()))
    path = tmp_path / "signer.p12"
    encryption = serialization.BestAvailableEncryption(SECRET)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, [authority], encryption))
    loaded = load_key(str(path), SECRET, now=NOW)
    assert loaded.certificate == certificate.public_bytes(serialization.Encoding.DER)
    assert loaded.chain == (authority.public_bytes(serialization.Encoding.DER),)
    assert open_envelope(seal(b"payload", loaded)).valid
    for passphrase in (None, b"wrong"):
        with pytest.raises(AskedWrongly, match="GOVKIT_KEY_PASSPHRASE"):
            load_key(str(path), passphrase, now=NOW)


def test_a_pkcs12_container_without_a_key_is_refused(tmp_path: pathlib.Path) -> None:
    """A container that holds certificates only says what is missing."""
    _, certificate = _store(tmp_path, "signer", ec.generate_private_key(ec.SECP256R1()))
    path = tmp_path / "signer.pfx"
    encryption = serialization.BestAvailableEncryption(SECRET)
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [certificate], encryption))
    with pytest.raises(AskedWrongly, match="no key with its certificate"):
        load_key(str(path), SECRET, now=NOW)


def test_certificates_to_trust_are_read_in_pem_and_der(tmp_path: pathlib.Path) -> None:
    """Several certificates in one PEM file come in its order; a DER file holds one."""
    _, one = _store(tmp_path, "one", ec.generate_private_key(ec.SECP256R1()))
    _, two = _store(tmp_path, "two", ec.generate_private_key(ec.SECP256R1()))
    encoded = [each.public_bytes(serialization.Encoding.DER) for each in (one, two)]
    (tmp_path / "both.pem").write_bytes(
        b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (one, two))
    )
    (tmp_path / "one.der").write_bytes(encoded[0])
    assert load_certificates(tmp_path / "both.pem") == tuple(encoded)
    assert load_certificates(tmp_path / "one.der") == (encoded[0],)
    with pytest.raises(AskedWrongly):
        load_certificates(tmp_path / "one.key.pem")
    with pytest.raises(AskedWrongly):
        load_certificates(tmp_path)


def _store(
    directory: pathlib.Path, name: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> tuple[ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, x509.Certificate]:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    end = NOW + datetime.timedelta(days=9)
    certificate = x509.CertificateBuilder(subject, subject, key.public_key(), 1, NOW, end).sign(
        key, hashes.SHA256()
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / f"{name}.key.pem").write_bytes(plain)
    (directory / f"{name}.cert.pem").write_bytes(certificate.public_bytes(pem))
    return key, certificate


# --- tokens -----------------------------------------------------------------------------------------------------------

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so")


@pytest.fixture(name="token", scope="module")
def _token(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[str]:
    """A SoftHSM token with a key pair and its certificate; its address up to the key's name."""
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra govkit[pkcs11] is not installed")
    module = next((each for each in MODULES if pathlib.Path(each).is_file()), None)
    if module is None:
        pytest.skip("SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        command = [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "lab",
            "--pin",
            "1234",
            "--so-pin",
            "5678",
        ]
        subprocess.run(command, check=True, capture_output=True)
        token = pkcs11.lib(module).get_token(token_label="lab")  # noqa: S106 - a label
        with token.open(rw=True, user_pin="1234") as session:
            for label, key in (
                ("signer", ec.generate_private_key(ec.SECP256R1())),
                ("rsa", rsa.generate_private_key(65537, 2048)),
            ):
                for part in _token_objects(folder, label, key):
                    session.create_object(part)
        yield f"?module-path={module}"


def _token_objects(
    folder: pathlib.Path, label: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> list[dict[t.Any, t.Any]]:
    """A private key and its certificate as a token stores them."""
    _, certificate = _store(folder, label, key)
    der, traditional = serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL
    private = key.private_bytes(der, traditional, serialization.NoEncryption())
    pkcs11 = pytest.importorskip("pkcs11")
    attribute, util = pkcs11.Attribute, pkcs11.util
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    decode = util.ec.decode_ec_private_key if elliptic else util.rsa.decode_rsa_private_key
    common = {attribute.LABEL: label, attribute.ID: label.encode(), attribute.TOKEN: True}
    return [
        decode(private) | common | {attribute.SIGN: True, attribute.PRIVATE: True},
        util.x509.decode_x509_certificate(certificate.public_bytes(der)) | common,
    ]


@pytest.mark.parametrize("label", ["signer", "rsa"])
def test_a_token_signs(token: str, label: str) -> None:
    """A key on a token seals an envelope that opens, whether it is named by label or by id."""
    for name in (f"object={label}", f"id={label}", f"object={label};id={label};type=private"):
        key = load_key(f"pkcs11:token=lab;{name}{token}", b"1234", now=NOW)
        public = public_key_in(key.certificate)
        assert public is not None
        assert holds(public, key.sign(b"data"), b"data")
        assert open_envelope(seal(b"payload", key)).valid


@pytest.mark.parametrize(
    "address", ["token=lab;object=nobody", "token=other;object=signer", "slot-id=999;object=signer"]
)
def test_a_token_that_has_no_such_key_says_so(token: str, address: str) -> None:
    """A wrong token, slot or key name is the operator's to mend."""
    with pytest.raises(AskedWrongly):
        load_key(f"pkcs11:{address}{token}", b"1234", now=NOW)


def test_a_token_out_of_date_is_refused(token: str) -> None:
    """An expired certificate on a token signs nothing either."""
    with pytest.raises(AskedWrongly, match="not valid now"):
        load_key(f"pkcs11:token=lab;object=signer{token}", b"1234", now=LATER)


def test_a_wrong_pin_is_refused_and_not_told(token: str) -> None:
    """A wrong PIN is tried once, in a process that has not logged in before, and stands in no message."""
    script = (
        "import sys; from govkit.adapters.keys import load_key; from govkit.errors import AskedWrongly\n"
        "try: load_key(sys.argv[1], b'9999')\n"
        "except AskedWrongly as error: print(error)"
    )
    command = [sys.executable, "-c", script, f"pkcs11:token=lab;object=signer{token}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "refused the PIN" in done.stdout
    assert "9999" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "address",
    [
        "pkcs11:",
        "pkcs11:object=a",
        "pkcs11:?module-path=/m",
        "pkcs11:token=a?module-path=/m",
        "pkcs11:object=a;object=b?module-path=/m",
        "pkcs11:object=a;colour=red?module-path=/m",
        "pkcs11:object=a;type=cert?module-path=/m",
        "pkcs11:object=a;slot-id=x?module-path=/m",
        "pkcs11:object=a?module-path=/m&pin-value=canary",
        "pkcs11:object=a;pin-value=canary?module-path=/m",
        "pkcs11:object=a?module-path=/m&pin-source=file:canary",
        "pkcs11:object=a?module-path=/no/such/module.so",
    ],
)
def test_a_token_address_is_understood_whole_or_not_at_all(address: str) -> None:
    """An unknown, repeated or missing attribute is refused, not ignored, and a PIN in an address never quoted."""
    with pytest.raises(AskedWrongly) as caught:
        load_key(address, None, now=NOW)
    assert "canary" not in str(caught.value)


def test_a_token_address_is_unescaped() -> None:
    """Percent-encoding is undone as RFC 7512 says."""
    parsed = parse_address("pkcs11:token=My%20Lab;id=%00%ff;slot-id=3?module-path=/usr/lib/a%3Bb.so")
    assert (parsed.token, parsed.id, parsed.slot) == ("My Lab", b"\x00\xff", 3)
    assert parsed.module == pathlib.Path("/usr/lib/a;b.so")


@hypothesis.given(st.text())
def test_no_reference_raises_anything_but_our_error(ref: str) -> None:
    """Whatever is given as a reference, the answer is an error made for the operator."""
    for each in (ref, f"pkcs11:{ref}", f"{ref}.p12", f"{ref}.key.pem"):
        with pytest.raises(GovkitError):
            load_key(each, None, now=NOW)
