"""
A run's entry, from the small files of its folder: manifest, profile, assessment and attestation.

They are held against one another by digest, and the attestation's signature over what it claims. Transcripts, plan and
protocol are not opened and no trial is replayed: that is verification, and takes its time.
"""

import dataclasses
import typing as t

from govkit.approval.register.certificate import certificate_of
from govkit.approval.register.entry import RunEntry
from govkit.approval.subject import subject_of
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment, parse_assessment
from govkit.attestation.algorithms import key_name, public_key_in
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.claim import misclaims
from govkit.attestation.envelope import open_envelope
from govkit.attestation.statement import parse_statement
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest, parse_manifest
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile
from govkit.verification.moments import in_order, moment_of

SMALL: t.Final[t.Mapping[str, int]] = {
    MANIFEST: 64 * 1024 * 1024,
    PROFILE: 1024 * 1024,
    ASSESSMENT: 32 * 1024 * 1024,
    ATTESTATION: 8 * 1024 * 1024,
}
"""The files that are read, and the most bytes of each: a manifest of 100,000 trials has 17 MB."""
PROTOCOL: t.Final = "protocol.json"
Files: t.TypeAlias = t.Mapping[str, bytes]
Named: t.TypeAlias = t.Callable[[Digest], tuple[str, str]]
"""From a protocol's digest to its identifier and version; two empty texts for one that nobody released."""


def run_entry(files: Files, named: Named) -> RunEntry:
    """The entry of a run folder with these of its files. Never raises for what is in them."""
    entry = RunEntry("broken")
    try:
        for step in (_profiled, _sealed, _assessed, _attested):
            entry = step(files, entry, named)
            if entry.why:
                break
    except GovkitError as broken:
        where = f" ({broken.where})" if broken.where else ""
        return dataclasses.replace(entry, state="broken", why=f"{broken.what.removesuffix('.')}{where}.")
    except Exception as error:  # noqa: BLE001 - hostile bytes: whatever they break, the others are still listed
        return dataclasses.replace(entry, state="broken", why=f"It cannot be read: {type(error).__name__}.")
    return entry


def _profiled(files: Files, entry: RunEntry, _: Named) -> RunEntry:
    if not files:
        return dataclasses.replace(entry, why="Nothing of a run is left in this folder but its name.")
    if PROFILE not in files:
        return dataclasses.replace(entry, why=f"There is no {PROFILE}.")
    subject = subject_of(parse_profile(files[PROFILE]))
    return dataclasses.replace(
        entry,
        candidate=subject.name,
        identity=subject.identity,
        pinned=subject.pinned,
        developer=subject.developer,
    )


def _sealed(files: Files, entry: RunEntry, named: Named) -> RunEntry:
    if MANIFEST not in files:
        after = [name for name in (ASSESSMENT, ATTESTATION) if name in files]
        if after:
            return dataclasses.replace(
                entry, why=f"There is {after[0]}, and the manifest it came after is not."
            )
        return dataclasses.replace(entry, state="unfinished", why="Nothing is sealed here yet.")
    manifest = parse_manifest(files[MANIFEST])
    blobs = {each.name: each.digest for each in manifest.blobs}
    if blobs.get(PROFILE) != digest(files[PROFILE]):
        raise EvidenceBroken("The candidate's profile is not what the manifest says.", where=PROFILE)
    if not in_order(manifest.begun, manifest.sealed):
        raise EvidenceBroken("The manifest's times are none, or not in order.", where=MANIFEST)
    protocol = blobs.get(PROTOCOL, "")
    name, version = named(protocol)
    return dataclasses.replace(
        entry,
        run=digest(files[MANIFEST]),
        protocol=name,
        version=version,
        protocol_digest=protocol,
        made=manifest.planned - len(manifest.not_run),
        planned=manifest.planned,
        begun=manifest.begun,
        sealed=manifest.sealed,
    )


def _assessed(files: Files, entry: RunEntry, _: Named) -> RunEntry:
    if ASSESSMENT not in files:
        if ATTESTATION in files:
            raise EvidenceBroken("There is an attestation, and the assessment it came after is not.")
        return dataclasses.replace(entry, state="unfinished", why="It is sealed and not assessed yet.")
    assessment = parse_assessment(files[ASSESSMENT])
    quoted = (assessment.manifest, assessment.profile, assessment.protocol)
    if quoted != (entry.run, digest(files[PROFILE]), entry.protocol_digest):
        raise EvidenceBroken("The assessment is of another run.", where=ASSESSMENT)
    return dataclasses.replace(
        entry,
        state="sealed",
        verdict=assessment.verdict,
        checks=tuple(each.check for each in assessment.checks),
    )


def _attested(files: Files, entry: RunEntry, _: Named) -> RunEntry:
    if ATTESTATION not in files:
        return entry
    signed, certificate = _claim(
        files[ATTESTATION], parse_manifest(files[MANIFEST]), parse_assessment(files[ASSESSMENT])
    )
    public = public_key_in(certificate)
    holder = certificate_of(certificate)
    return dataclasses.replace(
        entry,
        state="signed",
        signed=signed,
        signer=holder.name,
        signer_key=key_name(public) if public is not None else "",
        certificate=holder.fingerprint,
        certificate_ends=holder.ends,
    )


def _claim(data: bytes, manifest: Manifest, assessment: Assessment) -> tuple[str, bytes]:
    """When it was signed, and the signer's certificate. Raises `EvidenceBroken` where the attestation does not hold."""
    envelope = open_envelope(data)
    certificate = envelope.certificate_der
    if envelope.problem is not None or certificate is None or len(envelope.signatures) != 1:
        problem = envelope.problem or "there is not exactly one"
        raise EvidenceBroken(f"The attestation's signature does not hold: {problem}.", where=ATTESTATION)
    said = parse_statement(envelope.payload)
    wrong = misclaims(envelope.payload, said, manifest, assessment, (certificate, *envelope.chain))
    if wrong:
        raise EvidenceBroken(f"The attestation does not fit this run: {wrong[0]}.", where=ATTESTATION)
    signed = str(said.predicate["signed"])
    if moment_of(signed) is None:
        raise EvidenceBroken("The attestation's time is none.", where=ATTESTATION)
    return signed, certificate
