"""Making a report: verify the evidence, attest it, set it, sign it, and verify the result before it is given out."""

import dataclasses
import datetime
import pathlib
import typing as t

import govkit
from govkit.adapters.directory_store import open_for_writing
from govkit.adapters.evidence_files import FolderFiles
from govkit.adapters.keys import LoadedKey
from govkit.adapters.pdf_reader import read_guarded
from govkit.adapters.pdf_signer import sign_pdf
from govkit.adapters.press import Attachment, Press
from govkit.adapters.protocol_folder import locked_digests
from govkit.adapters.report_templates import Template, find_template
from govkit.adapters.trust import check_trust
from govkit.adjudication.model import names_among
from govkit.api.enclosing import Decided, Enclosed, enclose, shown_in
from govkit.api.verifying import Readers, Trusting, verify_pdf
from govkit.approval.log import NAME as DECISIONS_LOG
from govkit.approval.records import is_record
from govkit.approval.signed import is_signature
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.claim import claim
from govkit.attestation.envelope import open_envelope, seal
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest
from govkit.report.view import RECORD_NAME, ReportRecord, ReportView
from govkit.verification.evidence import examine
from govkit.verification.examined import Examined
from govkit.verification.finding import Finding, Verification
from govkit.verification.sealed import SEGMENTS
from govkit.verification.unfinished import unfinished
from govkit.verification.verify import is_scripted, view_of

MAX_ATTACHED = 64 * 1024 * 1024
"""Bytes of transcripts that travel inside the PDF; of a larger run, the verifier is given the folder as well."""
SHOWN_OF_FINGERPRINT = 16
"""Digits of a fingerprint that tell two signers apart for a person who chooses; trust is decided by all 64."""
PDF_MARK = b"%PDF"
PROTOCOL_STEP = 7
REASON = "Issued by the evaluator: this report follows from the attached evidence"


@dataclasses.dataclass(frozen=True, slots=True)
class Reported:
    """A report, made."""

    path: pathlib.Path
    view: ReportView
    verification: Verification
    pages: int


def report(  # noqa: PLR0913 - what a person may say of one report
    run: pathlib.Path,
    key: LoadedKey,
    *,
    out: pathlib.Path | None = None,
    template: str = "regulator",
    timestamp_url: str | None = None,
    demonstration: bool = False,
    replace_attestation: bool = False,
    decided: Decided | None = None,
    now: datetime.datetime | None = None,
) -> Reported:
    """
    The signed report of a run folder, written to `out` (default: `report.pdf` in the folder).

    `template` is a name, for its newest version, or `name@version`. A run of a scripted candidate is always reported
    as a demonstration. Raises `AskedWrongly` when there is no run, or when `demonstration` is asked for and an AI model
    answered; `EvidenceBroken` when its evidence does not hold: nothing is printed that has not been verified, and
    nothing given out that does not verify.

    The folder holds one attestation. Its own signer may report again and so renew it, without a word. Where it is by
    the holder of another certificate, or its signer cannot be read, that is `AskedWrongly` unless `replace_attestation`
    says that theirs may go: what somebody vouched for is never replaced silently.

    `decided` names decisions and waivers that the report carries and prints. They do not come into the run folder.
    """
    moment = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    signed = moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if not (run / "plan.json").is_file():
        fix = "give the folder that `govkit run` printed"
        raise AskedWrongly("There is no run here.", where=str(run), fix=fix)
    chosen = find_template(template)
    path = out or run / "report.pdf"
    _spare_files(path, run)
    enclosed = _decisions(decided, chosen, moment)
    with open_for_writing(run) as store:  # No run may go on in the folder meanwhile.
        found = _examined(run)
        manifest, assessment = found.manifest, found.recomputed
        if manifest is None or assessment is None:  # `_examined` has made sure of both.
            raise EvidenceBroken("The evidence does not hold.", where=str(run))
        _check_kind(is_scripted(assessment), asked=demonstration)
        certificates = (key.certificate, *key.chain)
        if not replace_attestation:
            _spare_others(store.get(ATTESTATION), key, run)
        said = claim(manifest, assessment, signed=signed, certificates=certificates)
        store.put(ATTESTATION, seal(said, key))
    files, attached = _enclosed(run, manifest)
    subject = check_trust(key.certificate, key.chain, (), moment).subject
    record = _record(
        assessment, key, subject, chosen, signed, attached=attached, released=_is_released(found)
    )
    record = record.model_copy(update={"decisions": enclosed.carried}) if enclosed else record
    view = view_of(found, record, shown_in(enclosed, record, found, key.certificate) if enclosed else None)
    if view is None:
        raise EvidenceBroken("The evidence does not hold.", where=str(run))
    files |= enclosed.files if enclosed else {}
    pdf = _set(view, chosen, files, moment)
    data = sign_pdf(pdf, key, at=moment, reason=REASON, name=subject, timestamp_url=timestamp_url)
    verification, pages = _verified(data, run, moment)
    _write(path, data)
    return Reported(path, view, verification, pages)


def _decisions(decided: Decided | None, template: Template, moment: datetime.datetime) -> Enclosed | None:
    if decided is None:
        return None
    if not template.prints_decisions:
        fix = "leave --template out, or report without --decisions"
        what = "This template does not print decisions, and they are not carried unseen."
        raise AskedWrongly(what, where=template.reference, fix=fix)
    return enclose(decided, moment)


def _examined(run: pathlib.Path) -> Examined:
    files = FolderFiles(run)
    found = examine(files, locked_digests(), allow_unreleased=True)
    failed = [finding for finding in found.findings if finding.state not in ("holds", "allowed")]
    if failed:
        lacking = unfinished(files, found.manifest)
        # A run that was killed, and no broken evidence.
        if lacking is not None and failed[0].step in lacking.steps:
            raise EvidenceBroken(lacking.what, where=str(run), fix=lacking.fix)
        raise _broken("The evidence does not hold", failed[0], run)
    return found


def _is_released(found: Examined) -> bool:
    """Whether this installation knows the protocol as released: step 7, which allowed either."""
    return all(finding.state == "holds" for finding in found.findings if finding.step == PROTOCOL_STEP)


def _broken(what: str, first: Finding, run: pathlib.Path) -> EvidenceBroken:
    return EvidenceBroken(
        f"{what}: {first.what}",
        where=f"step {first.step} {first.name}, {run}",
        expected=first.expected or None,
        found=first.found or None,
        fix=f"see `govkit verify {run}`",
    )


def _spare_others(stored: bytes | None, key: LoadedKey, run: pathlib.Path) -> None:
    """Raises `AskedWrongly` when the attestation that is there vouches in another signer's name."""
    if stored is None:
        return
    signers = _signers(stored)
    if signers == {key.fingerprint}:
        return
    raise AskedWrongly(
        "Somebody else has attested this run, and a new attestation would replace theirs.",
        where=str(run / ATTESTATION),
        expected=f"signer {_short(key.fingerprint)}",
        found=f"signer {', '.join(map(_short, sorted(signers)))}"
        if signers
        else "no signer that can be read",
        fix="keep a copy of the folder, in which theirs stays, and give --replace-attestation",
    )


def _signers(stored: bytes) -> set[Digest]:
    """The fingerprints of the certificates in an attestation; none where one of them, or all of it, cannot be read."""
    try:
        found = [each.certificate_der for each in open_envelope(stored).signatures]
    except EvidenceBroken:
        return set()
    return {digest(each) for each in found if each is not None} if None not in found else set()


def _short(fingerprint: Digest) -> str:
    return fingerprint[: len("sha256:") + SHOWN_OF_FINGERPRINT]


def _check_kind(scripted: bool, *, asked: bool) -> None:  # noqa: FBT001 - the one fact it is about
    if asked and not scripted:
        fix = "leave `demonstration` out"
        raise AskedWrongly("This run is no demonstration: no scripted candidate answered in it.", fix=fix)


def _enclosed(run: pathlib.Path, manifest: Manifest) -> tuple[dict[str, bytes], bool]:
    """The files that travel inside the PDF, and whether the transcripts are among them."""
    there = FolderFiles(run)
    sizes = {blob.name: blob.size for blob in manifest.blobs}
    transcripts = {name for name in sizes if name.startswith(SEGMENTS)}
    attached = sum(sizes[name] for name in transcripts) <= MAX_ATTACHED
    names = set(sizes) | {MANIFEST, ASSESSMENT, ATTESTATION} | names_among(there)
    return {name: there[name] for name in names - (set() if attached else transcripts)}, attached


def _verified(data: bytes, run: pathlib.Path, moment: datetime.datetime) -> tuple[Verification, int]:
    """The findings for the report, and its pages. Raises `EvidenceBroken` when it does not verify."""
    document = read_guarded(data)
    # The signer trusts themself here; everything else is checked as a stranger would.
    trusting = Trusting(allow_unknown_signer=True, allow_unreleased=True)
    readers = Readers(document=lambda _: document)
    verification = verify_pdf(data, trusting, beside=[run], now=moment, readers=readers)
    failed = [each for each in verification.findings if each.state in ("fails", "not-made", "expired")]
    if failed or not verification.holds:
        raise _broken("The report did not verify and was not kept", failed[0], run)
    return verification, len(document.pages)


def _record(
    assessment: Assessment, key: LoadedKey, subject: str, template: Template, signed: str, *,
    attached: bool, released: bool,
) -> ReportRecord:  # fmt: skip
    return ReportRecord(
        format="govkit.report/1",
        govkit=govkit.__version__,
        template=template.name,
        template_digest=template.digest,
        manifest=assessment.manifest,
        assessment=assessment.digest,
        reported=signed,
        signer=subject,
        signer_fingerprint=key.fingerprint,
        transcripts_attached=attached,
        demonstration=is_scripted(assessment),
        unreleased_protocol=None if released else True,
    )


DESCRIPTIONS: t.Mapping[str, tuple[str, str]] = {
    "protocol.json": ("The protocol's files, verbatim", "application/json"),
    "profile.json": ("What can be said of the candidate", "application/json"),
    "plan.json": ("Every planned trial", "application/json"),
    "run.json": ("When the run was begun", "application/json"),
    "judge.json": ("Who judged what was said", "application/json"),
    "manifest.json": ("Table of contents of the evidence", "application/json"),
    "assessment.json": ("What was concluded", "application/json"),
    "attestation.json": ("Signed statement about the manifest (DSSE)", "application/json"),
    "report.json": ("How this report was made", "application/json"),
}
TRANSCRIPTS = ("Transcripts of the trials (JSON Lines, zstandard)", "application/zstd")
JUDGEMENTS = ("What a judge was asked and said (JSON Lines, zstandard)", "application/zstd")
ADJUDICATION = ("What a person decided of trials, and their signature", "application/json")
POLICY = ("The policy under which it was decided", "application/yaml")
DECISION = ("What a person decided of the system, or their signature", "application/json")
DECISION_LOG = ("The decision log (JSON Lines)", "application/jsonl")


def _set(
    view: ReportView, template: Template, files: t.Mapping[str, bytes], moment: datetime.datetime
) -> bytes:
    press = Press()
    everything = {**files, RECORD_NAME: view.record.bytes()}
    attachments = []
    for name, data in sorted(everything.items()):
        attachments.append(Attachment(name, data, *_described(name)))
    title = f"{view.protocol.title}: {view.profile.name}"
    return press.render(
        press.html(view, template.reference),
        title=title,
        language="en",
        attachments=attachments,
        created=moment,
    )


def _described(name: str) -> tuple[str, str]:
    """What an attachment is, in words, and its type."""
    if name in DESCRIPTIONS:
        return DESCRIPTIONS[name]
    if names_among([name]):
        return ADJUDICATION
    if is_record(name) or is_signature(name):
        return DECISION
    if name.endswith((".yaml", ".yml")):
        return POLICY
    if name == DECISIONS_LOG:
        return DECISION_LOG
    return JUDGEMENTS if name.startswith("judgements-") else TRANSCRIPTS


def _spare_files(path: pathlib.Path, run: pathlib.Path) -> None:
    """Raises `AskedWrongly` where the report would take the place of evidence, a key, or anything but a report."""
    if path.resolve().parent == run.resolve() and path.name != "report.pdf":
        fix = "leave -o out, or name a file elsewhere"
        raise AskedWrongly(
            "A run folder holds its evidence and report.pdf, and nothing else.", where=str(path), fix=fix
        )
    if path.resolve() == (run / "report.pdf").resolve() or not path.is_file():
        return
    try:
        with path.open("rb") as file:
            there = file.read(len(PDF_MARK))
    except OSError as error:
        raise AskedWrongly("This file cannot be read.", where=str(path), found=error.strerror) from None
    if there != PDF_MARK:
        fix = "name another file, or remove this one"
        raise AskedWrongly(
            "There is a file here that is no PDF; it is not replaced.", where=str(path), fix=fix
        )


def _write(path: pathlib.Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise AskedWrongly(
            "The report cannot be written.", where=str(path), found=error.strerror, fix="choose another -o"
        ) from None
