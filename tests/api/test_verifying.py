"""Whom verification trusts, what it says of a report that stands alone, and of what is no evidence at all."""

import dataclasses
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from govkit.adapters.keys import load_certificates, load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.reading import read_pdf
from govkit.api.reporting import report
from govkit.api.runs import run_control
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.errors import AskedWrongly
from govkit.verification.finding import Verification
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress

IN_PROCESS = Readers(document=read, words=read_pdf)


class Unwatched:
    def show(self, progress: Progress) -> None:
        """Nothing."""


@dataclasses.dataclass(frozen=True)
class Lab:
    """A run, a certification authority, and a report signed under it."""

    run: pathlib.Path
    pdf: pathlib.Path
    authority: pathlib.Path
    signer: pathlib.Path
    stranger: pathlib.Path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _issued(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=20))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Everything, made once."""
    place = tmp_path_factory.mktemp("lab")
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, signer = place / "authority.pem", place / "lab.cert.pem"
    authority.write_bytes(_issued("authority", root, "authority", root, authority=True))
    signer.write_bytes(_issued("lab", leaf, "authority", root, authority=False))
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (place / "lab.key.pem").write_bytes(key)
    (place / "lab.key.pem").chmod(0o600)
    now = datetime.datetime.now(datetime.UTC)
    stranger = new_key(
        place, "stranger", common_name="lab", organization=None, valid_days=9, now=now, passphrase=None
    )
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "honest", place, Unwatched(), Limits(), http=False, trials=2)
    alone = place / "alone"
    pdf = report(made.folder, load_key(str(place / "lab.key.pem"), None), out=alone / "report.pdf").path
    return Lab(made.folder, pdf, authority, signer, stranger.certificate_path)


def _verified(path: pathlib.Path, *trusted: pathlib.Path, **more: t.Any) -> Verification:
    anchors = tuple(each for file in trusted for each in load_certificates(file))
    now = more.pop("now", None)
    return verify_path(path, Trusting(anchors, **more), now=now, readers=IN_PROCESS)


def _failing(result: Verification) -> set[int]:
    return {each.step for each in result.findings if each.state not in ("holds", "not-applicable")}


def test_a_report_alone_holds_for_whom_the_signer_is_known(lab: Lab) -> None:
    """In a directory that holds only the PDF, naming the signer's certificate is enough for every step."""
    assert [path.name for path in lab.pdf.parent.iterdir()] == ["report.pdf"]
    assert _verified(lab.pdf, lab.signer).holds


def test_a_signer_is_known_through_their_authority(lab: Lab) -> None:
    """Naming the authority that issued the signer's certificate is as good, for the PDF and for the run folder."""
    assert _verified(lab.pdf, lab.authority).holds
    assert _verified(lab.run, lab.authority).holds


def test_an_unknown_signer_is_the_only_thing_that_does_not_hold(lab: Lab) -> None:
    """Nobody named, or somebody else of the same name: exit code 4, by step 3 alone."""
    for trusted in ([], [lab.stranger]):
        result = _verified(lab.pdf, *trusted)
        assert (result.exit_code, _failing(result)) == (4, {3})


def test_an_unknown_signer_can_be_allowed_and_is_still_named(lab: Lab) -> None:
    """The exit code is 0 then, and the finding says that the signer is unknown."""
    result = _verified(lab.pdf, allow_unknown_signer=True)
    [finding] = [each for each in result.findings if each.step == 3]
    assert result.exit_code == 0
    assert (finding.state, "unknown" in finding.what, "CN=lab" in finding.what) == ("allowed", True, True)


def test_a_certificate_past_its_end_vouches_for_nobody(lab: Lab) -> None:
    """A year later and without a time-stamp, a signer has expired, trusted or allowed as unknown: exit code 6."""
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365)
    for result in (
        _verified(lab.pdf, lab.signer, now=later),
        _verified(lab.pdf, now=later, allow_unknown_signer=True),
    ):
        [finding] = [each for each in result.findings if each.step == 3]
        assert (result.exit_code, _failing(result), finding.state) == (6, {3}, "expired")
        assert "expired" in finding.found


def test_the_command_says_the_same(lab: Lab) -> None:
    """`govkit verify` in the directory of the PDF: 0 with --trust, 0 and a word with --allow-unknown-signer, else 4."""
    command = [sys.executable, "-m", "govkit", "verify", "report.pdf"]
    said = {}
    for options in (["--trust", str(lab.signer)], ["--allow-unknown-signer"], []):
        done = subprocess.run(
            [*command, *options], cwd=lab.pdf.parent, capture_output=True, check=False, text=True
        )
        said[options[0] if options else ""] = (done.returncode, done.stdout)
    assert {key: code for key, (code, _) in said.items()} == {
        "--trust": 0,
        "--allow-unknown-signer": 0,
        "": 4,
    }
    assert "unknown, which you allowed" in said["--allow-unknown-signer"][1]
    assert said[""][1].count("FAILS") == 1


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils are not installed")
def test_an_independent_reader_finds_the_signature_valid_over_the_whole_document(lab: Lab) -> None:
    """Pdfsig of poppler, which shares no code with us, says so."""
    done = subprocess.run(["pdfsig", str(lab.pdf)], capture_output=True, check=False, text=True)
    assert "Signature is Valid" in done.stdout
    assert "Total document signed" in done.stdout


def test_an_empty_directory_is_no_evidence(tmp_path: pathlib.Path) -> None:
    """It does not hold, and every step says what it lacks."""
    result = _verified(tmp_path, allow_unknown_signer=True)
    assert result.exit_code == 4
    assert {each.step for each in result.findings} == set(range(1, 13))


def test_what_is_no_file_is_asked_wrongly(tmp_path: pathlib.Path) -> None:
    """A missing path and a pipe, which would never end, are mistakes of the command and said so."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing"):
        with pytest.raises(AskedWrongly):
            _verified(tmp_path / name)
