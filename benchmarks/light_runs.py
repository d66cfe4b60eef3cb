"""
Run folders without transcripts, for whatever lists runs and does not verify them: real bytes of manifest, profile,
assessment and attestation, after the sample in evidence/sample, varied in candidate and dates, and signed.
"""

import datetime
import pathlib
import typing as t

from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment, parse_assessment
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.claim import claim
from govkit.attestation.envelope import SigningKey, seal
from govkit.digest import digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest, parse_manifest
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile, parse_profile
from govkit.verification.moments import written

SAMPLE = pathlib.Path(__file__).parent.parent / "evidence" / "sample" / "run"
FIRST = datetime.datetime(2025, 9, 1, tzinfo=datetime.UTC)


class Templates(t.NamedTuple):
    """What is varied."""

    manifest: Manifest
    profile: Profile
    assessment: Assessment


def templates() -> Templates:
    """The sample's."""
    return Templates(
        parse_manifest((SAMPLE / MANIFEST).read_bytes()),
        parse_profile((SAMPLE / PROFILE).read_bytes()),
        parse_assessment((SAMPLE / ASSESSMENT).read_bytes()),
    )


def files_of(
    template: Templates,
    *,
    candidate: str,
    begun: datetime.datetime,
    key: SigningKey | None,
    protocol: str = "",
) -> dict[str, bytes]:
    """The small files of one run, signed where there is a key. `protocol`: the digest of another protocol."""
    profile = template.profile.model_copy(
        update={"name": candidate, "system_prompt": f"You are {candidate}."}
    )
    named = {PROFILE: digest(profile.bytes())} | ({"protocol.json": protocol} if protocol else {})
    blobs = tuple(
        each.model_copy(update={"digest": named.get(each.name, each.digest)})
        for each in template.manifest.blobs
    )
    sealed = written(begun + datetime.timedelta(minutes=5))
    manifest = template.manifest.model_copy(
        update={"begun": written(begun), "sealed": sealed, "blobs": blobs}
    )
    assessment = template.assessment.model_copy(
        update={
            "profile": named[PROFILE],
            "manifest": digest(manifest.bytes()),
            "protocol": protocol or template.assessment.protocol,
        }
    )
    files = {MANIFEST: manifest.bytes(), PROFILE: profile.bytes(), ASSESSMENT: assessment.bytes()}
    if key is not None:
        certificates = (key.certificate, *key.chain)
        said = claim(manifest, assessment, signed=sealed, certificates=certificates)
        files[ATTESTATION] = seal(said, key)
    return files


def make_runs(folder: pathlib.Path, count: int, *, candidates: int, key: SigningKey | None) -> None:
    """So many run folders, of so many candidates in turn, an hour between two."""
    template = templates()
    for number in range(count):
        candidate = f"Candidate {number % candidates:04}"
        begun = FIRST + number * datetime.timedelta(hours=1)
        write_run(
            folder / f"run-0.1.0-light-{number:08x}",
            files_of(template, candidate=candidate, begun=begun, key=key),
        )


def write_run(folder: pathlib.Path, files: t.Mapping[str, bytes]) -> None:
    """One run folder."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
