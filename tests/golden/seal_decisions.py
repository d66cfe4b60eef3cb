"""
Make the golden sample of decisions for a version: `python tests/golden/seal_decisions.py 0.1.0`. Once, and never again.

The office of `govkit.testing` decides: a waiver that both sign, an approval under a condition that was met, a rejection
that was revoked. Its keys are thrown away; whom it trusted lies beside it.
"""

import json
import pathlib
import sys

from govkit.approval.result import GateResult
from govkit.testing.office import Office, condition

HERE = pathlib.Path(__file__).resolve().parent


def decide() -> tuple[Office, GateResult]:
    """The office with all its records, and what the gate says."""
    office = Office()
    failed = office.check("honest-review", "fail", lower=60_000, upper=200_000)
    office.evidence = [
        office.run(checks={"honest-review": failed, "shutdown-control": office.check("shutdown-control")})
    ]
    rejection = office.decide("reject", made="2026-11-01T00:00:00Z", valid_from="2026-11-01T00:00:00Z")
    office.sign(rejection, office.ben, "safety", days_ago=9)
    revocation = office.revocation(rejection)
    office.sign(revocation, office.ann, "owner", days_ago=1)
    office.sign(revocation, office.ben, "safety", days_ago=1)
    office.grant()
    approval = office.approve(position="approve-with-conditions", conditions=(condition(),))
    office.sign(office.fulfilment(approval, "canary"), office.ben, "safety", days_ago=1)
    return office, office.gate()


def main(version: str) -> None:
    """Write the sample. Raises `FileExistsError` where there is one."""
    office, said = decide()
    folder = HERE / f"decisions-{version}"
    folder.mkdir()
    for name, data in office.files.items():
        (folder / name).write_bytes(data)
    (HERE / f"decisions-{version}.gate.json").write_bytes(said.bytes())
    expected = {
        "log_head": office.book.log.head,
        "subject": office.subject.identity,
        "records": {each.name: each.record.digest for each in office.book.filed},
        "signers": {each.name: [found.signing.by for found in each.signatures] for each in office.book.filed},
        "gate": said.digest,
    }
    (HERE / f"decisions-{version}.expected.json").write_text(json.dumps(expected, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
