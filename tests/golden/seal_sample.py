"""
Seals the golden sample of a version: once, before that version is released, and never again.

    python tests/golden/seal_sample.py 0.1.0

It refuses where the folder exists. The signing key is made here, used once and thrown away; its certificate is kept.
"""

import datetime
import pathlib
import shutil
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from govkit.adapters.protocol_folder import read_release
from govkit.api.runs import now_text, run_control
from govkit.attestation.algorithms import sign_with
from govkit.attestation.claim import NAME, claim
from govkit.attestation.envelope import seal
from govkit.digest import canonical, digest
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress

HERE = pathlib.Path(__file__).resolve().parent


class ThrowawayKey:
    """A `SigningKey` that lives as long as this process."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Golden sample, throwaway key")])
        start = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        end = start + datetime.timedelta(days=36500)
        built = x509.CertificateBuilder(name, name, self._private.public_key(), 1, start, end)
        self._certificate = built.sign(self._private, hashes.SHA256())

    @property
    def certificate(self) -> bytes:
        """DER."""
        return self._certificate.public_bytes(serialization.Encoding.DER)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """None: it signed itself."""
        return ()

    def sign(self, data: bytes) -> bytes:
        """As the port says."""
        return sign_with(self._private, data)


class Unwatched:
    """A watcher that looks away."""

    def show(self, progress: Progress) -> None:
        """As the port says."""


def main() -> None:
    """Run the honest control with one trial in each condition, sign, and lay the folder down."""
    target = HERE / f"run-{sys.argv[1]}"
    if target.exists():
        sys.exit(f"{target} exists. A golden sample is never made again: read README.md.")
    release = read_release(f"peer-preservation@{sys.argv[1]}")
    with tempfile.TemporaryDirectory() as out:
        result = run_control(
            release, "honest", pathlib.Path(out), Unwatched(), Limits(), http=False, trials=1
        )
        key, sealed = ThrowawayKey(), result.sealed
        said = claim(sealed.manifest, sealed.assessment, signed=now_text(), certificates=(key.certificate,))
        (result.folder / NAME).write_bytes(seal(said, key))
        shutil.copytree(result.folder, target)
    (HERE / f"{target.name}.signer.crt").write_bytes(key.certificate)
    expected = {
        "protocol": {release.name: release.digest},
        "manifest": digest(sealed.manifest.bytes()),
        "assessment": sealed.assessment.digest,
    }
    (HERE / f"{target.name}.expected.json").write_bytes(canonical(expected))


if __name__ == "__main__":
    main()
