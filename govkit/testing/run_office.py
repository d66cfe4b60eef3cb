"""An office whose system is that of a real run: decisions about it in a folder, and the policy they were made under."""

import datetime
import pathlib
import typing as t

from govkit.adapters.keys import LoadedKey
from govkit.approval.records import BasisRun, Decision
from govkit.approval.signed import NO_LOG, Signing, claim_signature, signature_name
from govkit.approval.subject import Subject, subject_of
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import parse_assessment
from govkit.attestation.envelope import seal
from govkit.digest import digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.testing.office import DAY, Office
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile

POLICY_FILE = "policy.yaml"


class RunOffice(Office):
    """The office, asked about the system of the run in this folder; its policy is in force at `now`."""

    def __init__(self, run: pathlib.Path, now: datetime.datetime) -> None:
        super().__init__()
        self.now = now
        self._subject = subject_of(parse_profile((run / PROFILE).read_bytes()))
        self._manifest = digest((run / MANIFEST).read_bytes())
        self._assessment = parse_assessment((run / ASSESSMENT).read_bytes())
        self.policy_text["issued"] = f"{now - 100 * DAY:%Y-%m-%d}"
        self.policy_text["expires"] = f"{now + 400 * DAY:%Y-%m-%d}"

    @property
    def subject(self) -> Subject:
        return self._subject

    @property
    def anchors(self) -> tuple[bytes, ...]:
        """The certificates of everybody whom the office trusts."""
        return tuple(each.key.certificate for each in self.trusted)

    def decide(self, position: t.Any = "approve", **changes: t.Any) -> Decision:
        """A decision that rests on the run."""
        basis = BasisRun(
            run=self._manifest,
            protocol=self._assessment.protocol,
            protocol_digest=digest(b"protocol"),
            assessment=self._assessment.digest,
            verdict=self._assessment.verdict,
        )
        return super().decide(position, **{"basis": (basis,), **changes})

    def write(self, place: pathlib.Path) -> pathlib.Path:
        """The decisions as a folder."""
        folder = place / "decisions"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        return folder

    def write_policy(self, place: pathlib.Path, key: LoadedKey | None = None) -> pathlib.Path:
        """The policy as a file, signed by its owner."""
        path, data, by = place / POLICY_FILE, self.policy.data, key or self.ann.key
        signing = Signing(
            by="Owner",
            role="policy-owner",
            side="for",
            note="",
            signed=f"{self.now - 99 * DAY:%Y-%m-%dT%H:%M:%SZ}",
            log_head=NO_LOG,
        )
        path.write_bytes(data)
        said = claim_signature(POLICY_FILE, data, signing, certificates=(by.certificate,))
        (place / signature_name(POLICY_FILE, by.fingerprint)).write_bytes(seal(said, by))
        return path
