"""Verifying what somebody hands over: PDFs and run folders, offline."""

import dataclasses
import datetime
import functools
import pathlib
import typing as t

from govkit.adapters.evidence_files import FolderFiles, read_file
from govkit.adapters.evidence_kinds import check_asked
from govkit.adapters.pdf_reader import MAX_PDF_BYTES, read_guarded
from govkit.adapters.policy_folder import shipped_policies
from govkit.adapters.press import Press
from govkit.adapters.protocol_folder import locked_digests
from govkit.adapters.reading import PrintedPage, first_difference
from govkit.adapters.reading_guarded import read_pdf_guarded
from govkit.adapters.report_templates import template_with, templates
from govkit.adapters.trust import check_trust
from govkit.approval.carried import Carried
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, GovkitError
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.report.view import ReportView
from govkit.verification.documents import SignedDocument
from govkit.verification.examined import Examined
from govkit.verification.finding import STEPS, Finding, Verification, in_words, several
from govkit.verification.sealed import SEGMENTS
from govkit.verification.signer import Judge, Signer
from govkit.verification.verify import Verified, verify


@dataclasses.dataclass(frozen=True, slots=True)
class Trusting:
    """What the verifying person brings and allows."""

    anchors: tuple[bytes, ...] = ()
    """Certificates (DER) of signers or authorities they trust."""
    allow_unknown_signer: bool = False
    allow_unreleased: bool = False
    named: t.Mapping[Digest, str] = dataclasses.field(default_factory=dict)
    """Signers whom a policy names: fingerprint of the certificate -> name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Readers:
    """What looks into a PDF. The guarded ones, in processes that may die, are for files from strangers: the default."""

    document: t.Callable[[bytes], SignedDocument] = read_guarded
    words: t.Callable[[bytes], tuple[PrintedPage, ...]] = read_pdf_guarded


GUARDED = Readers()


def verify_path(
    path: pathlib.Path,
    trusting: Trusting,
    *,
    beside: t.Sequence[pathlib.Path] = (),
    now: datetime.datetime | None = None,
    readers: Readers = GUARDED,
) -> Verification:
    """
    The findings for a PDF or a run folder. `beside` names run folders with transcripts that a large report leaves out.

    Raises `AskedWrongly` when there is nothing at the path.
    """
    return examine_path(path, trusting, beside=beside, now=now, readers=readers).verification


def examine_path(
    path: pathlib.Path,
    trusting: Trusting,
    *,
    beside: t.Sequence[pathlib.Path] = (),
    now: datetime.datetime | None = None,
    readers: Readers = GUARDED,
) -> Verified:
    """As `verify_path`, with everything that was derived on the way."""
    moment = now or datetime.datetime.now(datetime.UTC)
    if not path.is_dir():
        data = read_file(path, MAX_PDF_BYTES)
        return _examine_pdf(data, trusting, beside=beside, now=moment, readers=readers)
    try:
        files = FolderFiles(path)
    except GovkitError as broken:
        return _unreadable(broken)
    return _verify(files, None, trusting, moment, readers)


def verify_asked(
    path: pathlib.Path, trusting: Trusting, *, beside: t.Sequence[pathlib.Path] = ()
) -> Verification:
    """
    The findings for what a person points at, as `verify_path` gives them for whatever it is given.

    Raises `AskedWrongly` when that is neither a report nor a run folder, nor what is left of one.
    """
    check_asked(path)
    return verify_path(path, trusting, beside=beside)


def verify_pdf(
    data: bytes,
    trusting: Trusting,
    *,
    beside: t.Sequence[pathlib.Path] = (),
    now: datetime.datetime,
    readers: Readers = GUARDED,
) -> Verification:
    """The findings for a PDF. Raises `AskedWrongly` where this machine cannot start the reader."""
    return _examine_pdf(data, trusting, beside=beside, now=now, readers=readers).verification


def _examine_pdf(
    data: bytes,
    trusting: Trusting,
    *,
    beside: t.Sequence[pathlib.Path],
    now: datetime.datetime,
    readers: Readers,
) -> Verified:
    try:
        document = readers.document(data)
    except AskedWrongly:
        raise
    except GovkitError as broken:
        return _unreadable(broken)
    files = dict(document.attachments)
    files |= _transcripts_beside(files, beside)
    return _verify(files, document, trusting, now, readers)


def _verify(
    files: t.Mapping[str, bytes],
    document: SignedDocument | None,
    trusting: Trusting,
    moment: datetime.datetime,
    readers: Readers,
) -> Verified:
    return verify(
        files,
        document,
        judge=judge_with(trusting, document, moment),
        locked=locked_digests(),
        compare=lambda view, signed: compare(view, signed, readers),
        people=people_with(trusting, moment),
        allow_unknown_signer=trusting.allow_unknown_signer,
        allow_unreleased=trusting.allow_unreleased,
    )


def judge_with(trusting: Trusting, document: SignedDocument | None, moment: datetime.datetime) -> Judge:
    """Judges signers at the time of verification: without a trusted time-stamp, an earlier time is only claimed."""
    at, stamp = _time_of(trusting.anchors, document, moment)

    @functools.cache  # one person signs many records, and a path takes milliseconds to validate
    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        signer = check_trust(certificate, chain, trusting.anchors, at)
        if signer.standing == "unknown" and signer.fingerprint in trusting.named:
            who = f"the policy names {trusting.named[signer.fingerprint]}"
            signer = dataclasses.replace(signer, standing="trusted", reason=who, known=True)
        return dataclasses.replace(signer, reason=f"{signer.reason}; {stamp}") if stamp else signer

    return judge


def people_with(trusting: Trusting, moment: datetime.datetime) -> Carried:
    """Step 12's reader of decisions. People's signatures carry no time-stamp, so they are judged at `moment`."""
    return Carried(
        shipped=shipped_policies(),
        as_of=trusting_only,
        judge=judge_with(trusting, None, moment),
        now=moment,
        allow_unknown_signer=trusting.allow_unknown_signer,
    )


def trusting_only(trusted: frozenset[Digest], moment: datetime.datetime) -> Judge:
    """Judges at that time with these certificates as the only ones trusted: each vouches for itself."""

    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        anchors = (certificate,) if digest(certificate) in trusted else ()
        return check_trust(certificate, chain, anchors, moment)

    return judge


def _time_of(
    anchors: tuple[bytes, ...], document: SignedDocument | None, moment: datetime.datetime
) -> tuple[datetime.datetime, str]:
    """The time at which to judge the signer, and what a time-stamp says; no words where there is none."""
    if document is None or document.timestamped_at is None or document.timestamp_certificate is None:
        return moment, ""
    service = check_trust(
        document.timestamp_certificate, document.timestamp_chain, anchors, moment, purpose="timestamping"
    )
    when = f"time-stamped {document.timestamped_at.isoformat()} by {service.subject or 'nobody named'}"
    if service.standing == "trusted":
        return document.timestamped_at, f"{when}, whom you trust"
    return moment, f"{when}, whom you do not trust ({service.reason})"


def _unreadable(broken: GovkitError) -> Verified:
    """A file from which nothing can be read: step 1 fails and no other can be made."""
    first = Finding(1, "fails", **in_words(broken))
    waits = "It waits for a container that can be read (step 1)."
    findings = (first, *(Finding(step, "not-made", waits) for step in STEPS if step > 1))
    return Verified(Verification(findings), Examined(), b"", "")


def _transcripts_beside(files: t.Mapping[str, bytes], beside: t.Sequence[pathlib.Path]) -> dict[str, bytes]:
    """The segments of records of a run folder whose manifest is the one in the report, byte for byte."""
    for folder in beside:
        if MANIFEST not in files or not folder.is_dir():
            continue
        try:
            there = FolderFiles(folder)
            if there.get(MANIFEST) == files[MANIFEST]:
                names = [name for name in there if name.startswith(SEGMENTS) and name not in files]
                return {name: there[name] for name in names}
        except GovkitError:
            continue  # It is verified by itself, and its own findings say what is wrong with it.
    return {}


def compare(view: ReportView, document: SignedDocument, readers: Readers = GUARDED) -> Finding:
    """
    Step 11. Where this installation has the report's very template (by digest; all released versions travel), the view
    is set anew and every word of the PDF compared. Where it has only other versions of it, the sentences that carry the
    result are looked for, and the step fails all the same: what was not compared is not known.
    """
    template = template_with(view.record.template, view.record.template_digest)
    if template is None:
        return _claims(view, document)
    if view.decided is not None and not template.prints_decisions:
        what = "Decisions are attached, and the report's template does not print them."
        return Finding(11, "fails", what, found=template.reference)
    source = Press().html(view, template.reference)
    printed = readers.words(document.revision)
    difference = first_difference(source, printed)
    if difference is not None:
        what = f"The PDF does not say what follows from the evidence, on page {difference.page}."
        return Finding(11, "fails", what, expected=difference.expected, found=difference.found)
    return Finding(11, "holds", f"Every word of {several(len(printed), 'page')} follows from the evidence.")


def _claims(view: ReportView, document: SignedDocument) -> Finding:
    text = "".join("".join(document.pages).split())
    claims = [
        view.assessment.sentence,
        *(check.sentence for check in view.assessment.checks),
        view.manifest_digest.removeprefix("sha256:"),
    ]
    missing = [claim for claim in claims if "".join(claim.split()) not in text]
    if missing:
        what = "The PDF does not say what follows from the evidence."
        return Finding(11, "fails", what, expected=missing[0])
    template = view.record.template[:100]
    what = (
        f"This installation has another version of the template {template!r}: only {len(claims)} sentences were "
        f"compared, and they are there. Verify with govkit {view.record.govkit[:40]}."
    )
    expected = f"template {view.record.template_digest}"
    return Finding(11, "fails", what, expected=expected, found=_installed(view.record.template))


def _installed(template: str) -> str:
    there = [f"{each.version} {each.digest}" for each in templates() if each.name == template]
    return "; ".join(there) or "no template of that name"


def certificate_fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate (DER), as it is read out over another channel."""
    return digest(certificate)
