"""All twelve steps, for a PDF or a run folder."""

import dataclasses
import datetime
import typing as t

from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.digest import Digest, digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest
from govkit.report.decisions import DecisionsShown
from govkit.report.risks import risks_of
from govkit.report.view import RECORD_NAME, ReportRecord, ReportView, parse_record
from govkit.verification.adjudications import adjudication_findings
from govkit.verification.documents import SignedDocument
from govkit.verification.evidence import IN_FOLDER, examine
from govkit.verification.examined import Examined, needed
from govkit.verification.finding import Finding, Verification
from govkit.verification.moments import moment_of
from govkit.verification.people import People, Told
from govkit.verification.sealed import SEGMENTS
from govkit.verification.signature import Attested, made, read_attestation, signature_steps
from govkit.verification.signer import Judge
from govkit.verification.unfinished import unfinished

Compare: t.TypeAlias = t.Callable[[ReportView, SignedDocument], Finding]
"""Step 11's port: sets the view anew and compares what the PDF prints with it."""

IN_REPORT = frozenset({MANIFEST, ASSESSMENT, ATTESTATION, RECORD_NAME})
"""Attachments of a report that come after the manifest and therefore are not in it."""
SCRIPTED = "script:"
"""How the replies of a scripted candidate name their model (`govkit.trial.script`)."""
MAX_SKEW = datetime.timedelta(seconds=1)
"""A PDF states the time of signing to the second."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verified:
    """The findings, and everything that was derived on the way: worth what the findings say."""

    verification: Verification
    found: Examined
    certificate: bytes
    """The signer's, DER; empty where there is none."""
    signed: str
    """When the signer says to have signed; empty where that cannot be read."""


def verify(
    files: t.Mapping[str, bytes],
    document: SignedDocument | None,
    *,
    judge: Judge,
    locked: t.Mapping[str, Digest],
    compare: Compare,
    people: People,
    allow_unknown_signer: bool = False,
    allow_unreleased: bool = False,
) -> Verified:
    """
    The findings for these files: a report's attachments with its `document`, or a run folder's files with None.

    Never raises for what is in the files.
    """
    record = _record_of(files) if document is not None else None
    belonging = people.names(files, record.decisions) if record and record.decisions else frozenset()
    derived = IN_FOLDER if document is None else IN_REPORT | belonging
    found = examine(files, locked, allow_unreleased=allow_unreleased, derived=derived)
    attested = read_attestation(files)
    told = _told(files, document, record, found, people)
    findings = [
        *signature_steps(attested, document, found, judge, allow_unknown_signer=allow_unknown_signer),
        *found.findings,
        *made(11, lambda: [_report(files, document, found, attested, judge, compare, told.shown)]),
        *made(12, lambda: [*adjudication_findings(found, judge, allow_unknown_signer=allow_unknown_signer)]),
        *told.findings,
    ]
    if not any(finding.step == 12 for finding in findings):  # noqa: PLR2004 - the step's number
        findings.append(
            Finding(
                12, "not-applicable", "This evidence carries no adjudications, approvals, waivers or expiry."
            )
        )
    ordered = tuple(sorted(findings, key=lambda finding: finding.step))
    lacking = unfinished(files, found.manifest) if document is None else None
    certificate = attested.envelope.certificate_der if attested.envelope else None
    return Verified(
        Verification(ordered, lacking),
        found,
        (document.certificate if document else certificate) or b"",
        attested.signed,
    )


def is_scripted(assessment: Assessment) -> bool:
    """Whether any reply came from a scripted candidate: no report of it may pass for one of an AI model."""
    return any(model.startswith(SCRIPTED) for model in assessment.usage.models)


def _record_of(files: t.Mapping[str, bytes]) -> ReportRecord | None:
    """The report's record; None where it cannot be read, which step 11 tells."""
    try:
        return parse_record(files[RECORD_NAME])
    except Exception:  # noqa: BLE001 - hostile bytes
        return None


def _told(
    files: t.Mapping[str, bytes],
    document: SignedDocument | None,
    record: ReportRecord | None,
    found: Examined,
    people: People,
) -> Told:
    """What the decisions in a report come to; of a report that carries none, nothing."""
    if document is None or record is None or record.decisions is None:
        return Told(None, ())
    if found.recomputed is None:
        return Told(None, (Finding(12, "not-made", "The decisions wait for the verdict (step 10)."),))
    told: list[Told] = []

    def read() -> list[Finding]:
        told.append(people.read(files, record, found, document.certificate))
        return list(told[0].findings)

    findings = tuple(made(12, read))
    return Told(told[0].shown if told else None, findings)


def view_of(
    found: Examined, record: ReportRecord, decided: DecisionsShown | None = None
) -> ReportView | None:
    """What a report of this evidence prints; None where the examination did not come far enough."""
    manifest, release, profile = found.manifest, found.release, found.profile
    plan, assessment = found.plan, found.recomputed
    if manifest is None or release is None or profile is None or plan is None or assessment is None:
        return None
    return ReportView(
        record=record,
        protocol=release.protocol,
        protocol_digest=release.digest,
        profile=profile,
        request=plan.request,
        manifest=manifest,
        manifest_digest=digest(manifest.bytes()),
        assessment=assessment,
        assessment_digest=assessment.digest,
        samples=found.samples,
        excerpts=found.excerpts,
        uncounted=found.uncounted,
        cases={name: control.cases for name, control in release.controls.items() if control.cases},
        adjudicated=found.adjudicated,
        risks_of=lambda name: risks_of(release, release.check(name), plan.request.trials),
        decided=decided,
    )


def _report(
    files: t.Mapping[str, bytes],
    document: SignedDocument | None,
    found: Examined,
    attested: Attested,
    judge: Judge,
    compare: Compare,
    decided: DecisionsShown | None,
) -> Finding:
    """Step 11."""
    if document is None:
        return Finding(11, "not-applicable", "A run folder; its report is verified by itself.")
    record = parse_record(needed(files, RECORD_NAME))
    view = view_of(found, record, decided)
    if view is None:
        return Finding(11, "not-made", "It waits for the verdict (step 10).")
    if record.decisions is not None and decided is None:
        return Finding(11, "not-made", "It waits for what people decided (step 12).")
    for name, value in _follows(view, document, attested, judge).items():
        stands = getattr(record, name)
        if stands != value:
            what = f"The report's record says otherwise of {name.replace('_', ' ')}."
            return Finding(11, "fails", what, expected=str(value)[:300], found=str(stands)[:300])
    if not _same_moment(record.reported, document.signed_at):
        what = "The report was not made when its PDF was signed."
        signed = document.signed_at.isoformat().replace("+00:00", "Z") if document.signed_at else "no time"
        return Finding(11, "fails", what, expected=signed, found=record.reported)
    return compare(view, document)


def _follows(
    view: ReportView, document: SignedDocument, attested: Attested, judge: Judge
) -> dict[str, str | bool]:
    """What must stand in the report's record, for it is printed and nobody else says it."""
    return {
        "manifest": view.manifest_digest,
        "assessment": view.assessment_digest,
        "signer_fingerprint": digest(document.certificate),
        "signer": judge(document.certificate, document.chain).subject,
        "reported": attested.signed,
        "transcripts_attached": _transcripts_attached(view.manifest, document),
        "demonstration": is_scripted(view.assessment),
    }


def _transcripts_attached(manifest: Manifest, document: SignedDocument) -> bool:
    named = [blob.name for blob in manifest.blobs if blob.name.startswith(SEGMENTS)]
    return all(name in document.attachments for name in named)


def _same_moment(reported: str, signed: datetime.datetime | None) -> bool:
    moment = moment_of(reported)
    return moment is not None and signed is not None and abs(signed - moment) <= MAX_SKEW
