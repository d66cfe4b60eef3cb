"""
The main job once, on what is embedded: the released protocol against a scripted candidate over real HTTP on loopback,
to a signed PDF that is then verified as a stranger would.

The signing key lives as long as the demonstration: it is made in a temporary folder and gone afterwards. Its
certificate stays beside the run, so that verification can be tried with it and without.
"""

import dataclasses
import datetime
import pathlib
import shutil
import tempfile

from govkit.adapters.keys import load_certificates, load_key, new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.reporting import Reported, report
from govkit.api.runs import RunResult, run_control
from govkit.api.verifying import Trusting, verify_path
from govkit.verification.finding import Verification
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Watcher

PROTOCOL = "peer-preservation@0.1.0"
CANDIDATE = "demonstration"


@dataclasses.dataclass(frozen=True, slots=True)
class Demonstrated:
    """What the demonstration made."""

    run: RunResult
    report: Reported
    certificate: pathlib.Path
    verification: Verification
    """With the demonstration's own certificate trusted."""


def demonstrate(out: pathlib.Path, watcher: Watcher, *, connections: int = 16) -> Demonstrated:
    """The demonstration, in a new folder under `out`."""
    now = datetime.datetime.now(datetime.UTC)
    place = out / f"demo-{now:%Y%m%d-%H%M%S}"
    result = run_control(
        read_release(PROTOCOL), CANDIDATE, place, watcher, Limits(connections), http=True
    ).done()
    with tempfile.TemporaryDirectory() as folder:
        made = new_key(
            pathlib.Path(folder),
            "demonstration",
            common_name="govkit demonstration (key not kept)",
            organization=None,
            valid_days=365,
            now=now,
            passphrase=None,
        )
        reported = report(result.folder, load_key(str(made.key_path), None), demonstration=True)
        certificate = place / "demonstration.cert.pem"
        shutil.copyfile(made.certificate_path, certificate)
    verification = verify_path(reported.path, Trusting(load_certificates(certificate)))
    return Demonstrated(result, reported, certificate, verification)
