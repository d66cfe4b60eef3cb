"""
The adjudications in step 12: each one's signature, that it is about this run and its whole worklist, and by whom.

What they come to together is derived here as well, from those whose signatures hold; whether their signers are to be
believed is a finding of its own (`signers`), because evidence must read alike to whoever verifies it.
"""

import collections
import functools
import typing as t

from govkit.adjudication.effect import Adjudicated, conclude
from govkit.adjudication.labels import Reader, replaced, side_by_side
from govkit.adjudication.model import (
    Adjudication,
    document_name,
    envelope_name,
    parse_adjudication,
    stem_of,
    stems_among,
)
from govkit.adjudication.worklist import Ranking, ranking
from govkit.attestation.adjudicated import claim_adjudication, is_about
from govkit.attestation.algorithms import key_name, public_key_in
from govkit.attestation.envelope import OpenedEnvelope, open_envelope
from govkit.attestation.statement import parse_statement
from govkit.digest import canonical, digest
from govkit.errors import EvidenceBroken
from govkit.evidence.manifest import Manifest
from govkit.evidence.strict_json import read_json
from govkit.verification.examined import Examined, SignedAdjudication, needed
from govkit.verification.finding import Finding, several
from govkit.verification.moments import in_order
from govkit.verification.revisited import reassess
from govkit.verification.signature import state_of
from govkit.verification.signer import Judge

STEP = 12
MOST = 50
"""Adjudications of one run. A round of experts has a dozen; a folder of thousands is there to waste a reader's time."""


def check_adjudications(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Step 12 as far as it needs no trust; leaves what the adjudications come to, when every one of them holds."""
    stems = stems_among(files)
    if not stems:
        return
    if len(stems) > MOST:
        found.note(STEP, "fails", f"There are {len(stems)} adjudications, more than {MOST}.")
        return
    plan, manifest = found.plan, found.manifest
    if plan is None or manifest is None or found.recomputed is None:
        found.note(STEP, "not-made", "The adjudications wait for the replay (step 9).")
        return
    order = ranking(plan, found.outcomes, manifest.root)
    signed = [found.attempt(STEP, functools.partial(_read, files, manifest, order, stem)) for stem in stems]
    held = [each for each in signed if each is not None]
    for twice in _by_one_key(held):
        found.note(STEP, "fails", "One key has signed two adjudications of this run.", found=twice)
    found.adjudications = tuple(held)
    if not any(finding.step == STEP for finding in found.findings):
        found.adjudicated = found.attempt(STEP, lambda: _concluded(found, files))


def _read(files: t.Mapping[str, bytes], manifest: Manifest, order: Ranking, stem: str) -> SignedAdjudication:
    """One adjudication. Raises `EvidenceBroken` for whatever is wrong with it."""
    name, sealed = document_name(stem), envelope_name(stem)
    data = needed(files, name)
    if sealed not in files:
        raise EvidenceBroken("An adjudication stands there that nobody signed.", where=name, expected=sealed)
    document = parse_adjudication(data, name=name)
    envelope, certificate = _opened(files[sealed], sealed)
    _check_statement(envelope, document, (certificate, *envelope.chain), name)
    if stem_of(digest(certificate)) != stem:
        what = "An adjudication stands under another signer's name."
        expected = document_name(stem_of(digest(certificate)))
        raise EvidenceBroken(what, where=name, expected=expected, found=name)
    _check_fits(document, name, manifest, order)
    return SignedAdjudication(document, certificate, envelope.chain)


def _opened(data: bytes, name: str) -> tuple[OpenedEnvelope, bytes]:
    """The envelope, its one signature found to hold, and the certificate of who made it."""
    envelope = open_envelope(data)
    certificate = envelope.certificate_der
    if envelope.problem is not None or certificate is None:
        what = f"An adjudication's signature does not hold: {envelope.problem}."
        raise EvidenceBroken(what, where=name)
    if len(envelope.signatures) != 1:
        what = "An adjudication carries several signatures where exactly one is expected."
        raise EvidenceBroken(what, where=name, expected="1", found=str(len(envelope.signatures)))
    if canonical(read_json(data, where=name)) != data:
        raise EvidenceBroken("An adjudication's envelope is not in canonical form.", where=name)
    return envelope, certificate


def _check_statement(
    envelope: OpenedEnvelope, document: Adjudication, certificates: tuple[bytes, ...], name: str
) -> None:
    """That what was signed is this document, in every byte."""
    said = parse_statement(envelope.payload)
    if not is_about(said, document, name=name):
        what = "An adjudication is not the one that was signed."
        raise EvidenceBroken(what, where=name, expected=said.subject_digest, found=document.digest)
    if envelope.payload != claim_adjudication(document, name=name, certificates=certificates):
        raise EvidenceBroken("What was signed says otherwise than the adjudication does.", where=name)


def _check_fits(document: Adjudication, name: str, manifest: Manifest, order: Ranking) -> None:
    """That it is about this run, was made after it, and decides its whole worklist."""
    run = digest(manifest.bytes())
    if document.manifest != run:
        what = "An adjudication is about another run, or about this one before it went on, and does not count here."
        raise EvidenceBroken(what, where=name, expected=run, found=document.manifest)
    if not in_order(manifest.sealed, document.signed):
        what = "An adjudication was not signed after the run was sealed, or at no time."
        sealed = f"{manifest.sealed[:40]} or later"
        raise EvidenceBroken(what, where=name, expected=sealed, found=document.signed[:40])
    follows = [(each.trial.name, each.chosen, each.machine) for each in order.worklist(document.sample)]
    stands = [(label.trial, label.chosen, label.machine) for label in document.labels]
    if len(follows) != len(stands):
        what = f"An adjudication does not decide the worklist of a sample of {document.sample}, whole and no more."
        raise EvidenceBroken(what, where=name, expected=_trials(follows), found=_trials(stands))
    for ours, theirs in zip(follows, stands, strict=True):
        if ours != theirs:
            what = "An adjudication is about other trials, or other labels of the machine, than follow from the run."
            raise EvidenceBroken(what, where=name, expected=" ".join(ours), found=" ".join(theirs))


def _trials(listed: t.Sequence[tuple[str, str, str]]) -> str:
    violations = sum(chosen == "violation" for _, chosen, _ in listed)
    return f"{several(violations, 'violation')} and {several(len(listed) - violations, 'other trial')}"


def _by_one_key(held: t.Sequence[SignedAdjudication]) -> list[str]:
    """The keys that signed more than one: with two certificates, one person would be two."""
    keys = [public_key_in(each.certificate) for each in held]
    counted = collections.Counter(key_name(key) for key in keys if key is not None)
    return [name for name, count in counted.items() if count > 1]


def _concluded(found: Examined, files: t.Mapping[str, bytes]) -> Adjudicated:
    release, plan, machine = found.release, found.plan, found.recomputed
    if release is None or plan is None or machine is None:
        raise ValueError("only what has been assessed can be adjudicated")
    readers = [Reader(each.fingerprint, each.document) for each in found.adjudications]
    rows = side_by_side({trial.name: trial for trial in plan.trials}, readers)
    recomputed = reassess(found, files, replaced(rows))
    return conclude(release, machine, recomputed, readers, rows)


def adjudication_findings(
    found: Examined, judge: Judge, *, allow_unknown_signer: bool
) -> tuple[Finding, ...]:
    """The rest of step 12: who signed, and what it comes to. Nothing where there is no adjudication that holds."""
    by_whom = [
        _signer(each, judge, allow_unknown_signer=allow_unknown_signer) for each in found.adjudications
    ]
    return (*by_whom, *_result(found.adjudicated))


def _signer(each: SignedAdjudication, judge: Judge, *, allow_unknown_signer: bool) -> Finding:
    signer = judge(each.certificate, each.chain)
    document = each.document
    who = f"{signer.subject or 'nobody named'}, certificate {signer.fingerprint}"
    state = state_of(signer.standing, allow_unknown_signer=allow_unknown_signer)
    if state == "holds":
        overturned = len(document.labels) - document.confirmed
        read = f"{several(len(document.labels), 'trial')} read{', blind' if document.blind else ''}"
        labels = f"{several(document.confirmed, 'label')} confirmed and {overturned} overturned"
        return Finding(STEP, state, f"Adjudicated by {document.by}: {read}, {labels}. Signed by {who}.")
    said = {
        "unknown": "An adjudication's signer is unknown",
        "expired": "The certificate of an adjudication's signer is out of its dates",
    }.get(signer.standing, "The certificate of an adjudication's signer is not fit for signing")
    expected = "a signer named with --trust" if signer.standing == "unknown" else ""
    allowed = ", which you allowed" if state == "allowed" else ""
    what = f"{said}{allowed}: {document.by}; {who}."
    return Finding(STEP, state, what, expected=expected, found=signer.reason)


def _result(adjudicated: Adjudicated | None) -> tuple[Finding, ...]:
    """One finding for all of them together, and one for every two readers."""
    if adjudicated is None:
        return ()
    same = adjudicated.verdict == adjudicated.machine
    whose = "as by the machine's" if same else f"by the machine's alone, {adjudicated.machine}"
    changed = sum(row.decided_by == "people" for row in adjudicated.rows)
    disputed = sum(row.disputed for row in adjudicated.rows)
    what = (
        f"By the labels that decide, {adjudicated.verdict}, {whose}: {several(changed, 'label')} overturned, "
        f"{disputed} disputed."
    )
    return (Finding(STEP, "holds", what),)
