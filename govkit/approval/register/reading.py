"""
A run's entry, from the small files of its folder: manifest, profile, assessment and attestation.

They are held against one another by the digests of their bytes, and the attestation's signature over what it claims.
Transcripts, plan and protocol are not opened, no trial is replayed, and nobody asks whether each file is in canonical
form: that is verification, and takes its time.
"""

import dataclasses
import typing as t

import pydantic

from govkit.approval.register.certificate import certificate_of
from govkit.approval.register.entry import RunEntry
from govkit.approval.subject import subject_of
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment
from govkit.attestation.algorithms import key_name, public_key_in
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.claim import PREDICATE
from govkit.attestation.envelope import open_envelope
from govkit.attestation.statement import parse_statement
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest
from govkit.evidence.stored import StoredDocument
from govkit.evidence.strict_json import read_json
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile
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
        for entry in _further_and_further(files, named):  # noqa: B007 - as far as it came is what is wanted
            pass
    except GovkitError as broken:
        where = f" ({broken.where})" if broken.where else ""
        return dataclasses.replace(entry, state="broken", why=f"{broken.what.removesuffix('.')}{where}.")
    except Exception as error:  # noqa: BLE001 - hostile bytes: whatever they break, the others are still listed
        return dataclasses.replace(entry, state="broken", why=f"It cannot be read: {type(error).__name__}.")
    return entry


def _further_and_further(files: Files, named: Named) -> t.Iterator[RunEntry]:
    """The entry as each file adds to it. Raises `EvidenceBroken` where one does not fit those before."""
    if not files:
        raise EvidenceBroken("Nothing of a run is left in this folder but its name.")
    if PROFILE not in files:
        raise EvidenceBroken(f"There is no {PROFILE}.")
    entry = _profiled(_read(Profile, files, PROFILE))
    yield entry
    if MANIFEST not in files:
        _check_nothing_after(files, MANIFEST, (ASSESSMENT, ATTESTATION))
        yield dataclasses.replace(entry, state="unfinished", why="Nothing is sealed here yet.")
        return
    entry = _sealed(entry, _read(Manifest, files, MANIFEST), files, named)
    yield entry
    if ASSESSMENT not in files:
        _check_nothing_after(files, ASSESSMENT, (ATTESTATION,))
        yield dataclasses.replace(entry, state="unfinished", why="It is sealed and not assessed yet.")
        return
    entry = _assessed(entry, _read(Assessment, files, ASSESSMENT), files)
    yield entry
    if ATTESTATION in files:
        yield _attested(entry, files)


def _check_nothing_after(files: Files, missing: str, later: t.Iterable[str]) -> None:
    for name in later:
        if name in files:
            raise EvidenceBroken(f"There is {name}, and {missing}, which comes before it, is not.")


K = t.TypeVar("K", bound=StoredDocument)


def _read(kind: type[K], files: Files, name: str) -> K:
    read_json(files[name], where=name)
    try:
        return kind.model_validate_json(files[name])
    except pydantic.ValidationError:
        raise EvidenceBroken(f"This is no {kind.__name__.lower()} of ours.", where=name) from None


def _profiled(profile: Profile) -> RunEntry:
    subject = subject_of(profile)
    return RunEntry(
        "broken",
        candidate=subject.name,
        identity=subject.identity,
        pinned=subject.pinned,
        developer=subject.developer,
    )


def _sealed(entry: RunEntry, manifest: Manifest, files: Files, named: Named) -> RunEntry:
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


def _assessed(entry: RunEntry, assessment: Assessment, files: Files) -> RunEntry:
    quoted = (assessment.manifest, assessment.profile, assessment.protocol)
    if quoted != (entry.run, digest(files[PROFILE]), entry.protocol_digest):
        raise EvidenceBroken("The assessment is of another run.", where=ASSESSMENT)
    checks = tuple(each.check for each in assessment.checks)
    return dataclasses.replace(entry, state="sealed", verdict=assessment.verdict, checks=checks)


def _attested(entry: RunEntry, files: Files) -> RunEntry:
    signed, certificate = _claim(entry, files)
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


def _claim(entry: RunEntry, files: Files) -> tuple[str, bytes]:
    """When it was signed, and the signer's certificate. Raises `EvidenceBroken` where the attestation does not hold."""
    envelope = open_envelope(files[ATTESTATION])
    certificate = envelope.certificate_der
    if envelope.problem is not None or certificate is None or len(envelope.signatures) != 1:
        problem = envelope.problem or "there is not exactly one"
        raise EvidenceBroken(f"The attestation's signature does not hold: {problem}.", where=ATTESTATION)
    said = parse_statement(envelope.payload)
    about = (said.predicate_type, said.subject_name, said.subject_digest)
    signers = tuple(digest(each) for each in (certificate, *envelope.chain))
    claimed = tuple(said.predicate.get(key) for key in ("assessment", "verdict", "signer"))
    if about != (PREDICATE, MANIFEST, entry.run) or claimed != (
        digest(files[ASSESSMENT]),
        entry.verdict,
        signers,
    ):
        raise EvidenceBroken(
            "The attestation is about another run, or another result of it.", where=ATTESTATION
        )
    signed = said.predicate.get("signed")
    if not isinstance(signed, str) or moment_of(signed) is None:
        raise EvidenceBroken("The attestation does not say when it was signed.", where=ATTESTATION)
    return signed, certificate
