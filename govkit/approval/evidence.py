"""A run as the gate sees it: what verification found, what follows from it, and who stands for it."""

import dataclasses
import typing as t

from cryptography import x509
from cryptography.x509.oid import NameOID

from govkit.adjudication.effect import AdjudicatedCheck
from govkit.approval.subject import Subject, subject_of
from govkit.assessment.model import CheckResult
from govkit.attestation.algorithms import key_name, public_key_in
from govkit.digest import Digest, digest
from govkit.judging.judge import kinship
from govkit.protocol.model import Verdict
from govkit.verification.examined import Examined
from govkit.verification.finding import STEPS, Verification
from govkit.verification.verify import is_scripted

Flaw: t.TypeAlias = t.Literal[
    "evidence-broken",
    "evidence-unfinished",
    "protocol-altered",
    "protocol-unreleased",
    "signer-unknown",
    "signer-expired",
]
"""Why evidence does not count at all."""
PROTOCOL_STEP, SIGNER_STEP = 7, 3


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """One run. Whatever is not known of it is empty; only what `holds` is believed."""

    name: str
    """What it was given as: a path, for people."""
    flaw: Flaw | None = None
    why: str = ""
    """The first thing that verification found against it."""
    run: Digest = ""
    """Its manifest."""
    protocol: str = ""
    version: str = ""
    protocol_digest: Digest = ""
    subject: Subject | None = None
    checks: t.Mapping[str, CheckResult] = dataclasses.field(default_factory=dict)
    """By the machine's labels."""
    people: t.Mapping[str, AdjudicatedCheck] = dataclasses.field(default_factory=dict)
    """By the labels that decide, where people read trials."""
    verdict: Verdict = "inconclusive"
    assessment: Digest = ""
    begun: str = ""
    """When its first planning was stored: from then on it ages. As the evaluator says, like the next two."""
    sealed: str = ""
    signed: str = ""
    evaluator: str = ""
    """Whom the signer's certificate names."""
    evaluator_key: str = ""
    """The name of the signer's key."""
    evaluator_certificate: Digest = ""
    organisation: str = ""
    """Of the evaluator, as the certificate says; empty where it says none."""
    kinship: str | None = None
    """Why the judge may be of the candidate's vendor; empty where it is of another; None where nobody judged."""
    scripted: bool = False
    """Whether a script answered in the place of a model."""
    models: tuple[str, ...] = ()
    """What the provider said had answered."""
    records: frozenset[str] = frozenset()
    """Leaf hashes of its counted trials."""

    @property
    def holds(self) -> bool:
        return self.flaw is None and self.subject is not None and bool(self.run)


def evidence_of(
    name: str, verification: Verification, found: Examined, certificate: bytes, signed: str
) -> Evidence:
    """The evidence in what verification gave; `certificate` is the signer's, DER, or empty."""
    flaw, why = _flaw(verification)
    manifest, release, profile = found.manifest, found.release, found.profile
    assessment = found.recomputed
    if manifest is None or release is None or profile is None or assessment is None:
        return Evidence(name, flaw or "evidence-broken", why or "It cannot be read whole.")
    public = public_key_in(certificate)
    return Evidence(
        name=name,
        flaw=flaw,
        why=why,
        run=digest(manifest.bytes()),
        protocol=release.protocol.id,
        version=release.protocol.version,
        protocol_digest=release.digest,
        subject=subject_of(profile),
        checks={each.check: each for each in assessment.checks},
        people={each.check: each for each in found.adjudicated.checks} if found.adjudicated else {},
        verdict=assessment.verdict,
        assessment=assessment.digest,
        begun=manifest.begun,
        sealed=manifest.sealed,
        signed=signed,
        evaluator=_attribute(certificate, NameOID.COMMON_NAME),
        evaluator_key=key_name(public) if public is not None else "",
        evaluator_certificate=digest(certificate),
        organisation=_attribute(certificate, NameOID.ORGANIZATION_NAME),
        kinship=kinship(profile, found.judge.profile) if found.judge else None,
        scripted=is_scripted(assessment),
        models=assessment.usage.models,
        records=frozenset(leaf.hash for leaf in manifest.leaves if leaf.counted),
    )


def _flaw(verification: Verification) -> tuple[Flaw | None, str]:
    against = [
        each
        for each in verification.findings
        if each.state not in ("holds", "allowed", "not-applicable") and not each.aside
    ]
    if not against:
        made = {each.step for each in verification.findings}
        return (None, "") if made == set(STEPS) else ("evidence-broken", "Not every step was made.")
    first = next((each for each in against if each.state == "fails"), against[0])
    if verification.unfinished is not None:
        return "evidence-unfinished", verification.unfinished.what
    steps = {each.step for each in against}
    if steps == {SIGNER_STEP}:
        expired = all(each.state == "expired" for each in against)
        return ("signer-expired" if expired else "signer-unknown"), first.what
    if any(each.step == PROTOCOL_STEP and each.state == "fails" for each in against):
        altered = next(each for each in against if each.step == PROTOCOL_STEP)
        return ("protocol-altered" if altered.expected else "protocol-unreleased"), altered.what
    return "evidence-broken", first.what


def _attribute(certificate: bytes, name: x509.ObjectIdentifier) -> str:
    """One attribute of the subject in a certificate (DER), in printable characters; empty where there is none."""
    try:
        values = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(name)
    except Exception:  # noqa: BLE001 - hostile bytes
        return ""
    text = str(values[0].value) if values else ""
    return "".join(each for each in text if each.isprintable())[:200].strip()
