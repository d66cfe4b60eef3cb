"""Steps 1 to 4: the container, its signatures, the signer, and that nothing stands outside of what was signed."""

import dataclasses
import typing as t

from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.claim import misclaims
from govkit.attestation.envelope import OpenedEnvelope, open_envelope
from govkit.attestation.statement import parse_statement
from govkit.digest import canonical, digest
from govkit.errors import GovkitError
from govkit.evidence.strict_json import read_json
from govkit.verification.documents import SignedDocument, Step
from govkit.verification.examined import NAMED, Examined
from govkit.verification.finding import Finding, State, broken_off, in_words, several, waits_for
from govkit.verification.moments import in_order
from govkit.verification.signer import Judge, Standing


@dataclasses.dataclass(frozen=True, slots=True)
class Attested:
    """The attestation as found: its envelope, or why there is none to speak of."""

    data: bytes
    envelope: OpenedEnvelope | None
    problem: str
    """Why it does not hold; empty when it does."""

    @property
    def signed(self) -> str:
        """When the signer says to have signed; empty where that cannot be read."""
        if self.envelope is None or self.problem:
            return ""
        try:
            said = parse_statement(self.envelope.payload).predicate.get("signed")
        except GovkitError:
            return ""
        return said if isinstance(said, str) else ""


def read_attestation(files: t.Mapping[str, bytes]) -> Attested:
    """The attestation among these files. Never raises."""
    data = b""
    try:
        data = files[ATTESTATION]
        envelope = open_envelope(data)
    except KeyError:
        return Attested(b"", None, "There is no attestation.")
    except GovkitError as error:
        return Attested(data, None, in_words(error)["what"])
    except Exception as error:  # noqa: BLE001 - hostile bytes
        return Attested(data, None, broken_off(2, error).what)
    problem = f"The attestation's signature does not hold: {envelope.problem}." if envelope.problem else ""
    # A second signature is nobody's that the report names, and the envelope itself is signed by nobody.
    if not problem and len(envelope.signatures) != 1:
        problem = (
            f"The attestation carries {len(envelope.signatures)} signatures where exactly one is expected."
        )
    return Attested(data, envelope, problem)


def signature_steps(
    attested: Attested,
    document: SignedDocument | None,
    found: Examined,
    judge: Judge,
    *,
    allow_unknown_signer: bool,
) -> tuple[Finding, ...]:
    """Steps 1 to 4 for a PDF (`document`) or a run folder (None)."""
    steps: dict[int, t.Callable[[], list[Finding]]] = {
        1: lambda: _container(document),
        2: lambda: _signature(document, attested),
        3: lambda: [_signer(document, attested, judge, allow_unknown_signer=allow_unknown_signer)],
        4: lambda: _unchanged(document, attested, found),
    }
    return tuple(finding for step, action in steps.items() for finding in made(step, action))


def made(step: int, action: t.Callable[[], list[Finding]]) -> list[Finding]:
    """The step's findings; whatever it throws is one."""
    try:
        return action()
    except GovkitError as broken:
        return [Finding(step, "fails", **in_words(broken))]
    except Exception as error:  # noqa: BLE001 - hostile bytes
        return [broken_off(step, error)]


def _problems(document: SignedDocument | None, step: Step) -> list[str]:
    return [each.what for each in document.problems if each.step == step] if document else []


def _told(step: int, problems: list[str]) -> list[Finding]:
    """A finding for each problem, as a sentence; further ones are counted."""
    told = [f"{each[:1].upper()}{each[1:].removesuffix('.')}." for each in problems[:NAMED]]
    if len(problems) > NAMED:
        told.append(
            f"{several(len(problems) - NAMED, 'more problem is', 'more problems are')} not named here."
        )
    return [Finding(step, "fails", what) for what in told]


def _container(document: SignedDocument | None) -> list[Finding]:
    if document is None:
        return [Finding(1, "holds", "A run folder.")]
    told = _told(1, _problems(document, "container"))
    if told:
        return told
    size = f"{several(len(document.pages), 'page')} with {several(len(document.attachments), 'attachment')}"
    return [Finding(1, "holds", f"A PDF of {size}, nothing active in it.")]


def _signature(document: SignedDocument | None, attested: Attested) -> list[Finding]:
    findings = _told(2, _problems(document, "signature"))
    certificate = attested.envelope.certificate_der if attested.envelope else None
    if attested.problem:
        findings.append(Finding(2, "fails", attested.problem))
    elif document is not None and certificate != document.certificate:
        what = "The attestation and the PDF were signed by different signers."
        seen = digest(certificate or b"")
        findings.append(Finding(2, "fails", what, expected=digest(document.certificate), found=seen))
    if findings:
        return findings
    which = (
        "The PDF's signature and the attestation's hold" if document else "The attestation's signature holds"
    )
    return [Finding(2, "holds", f"{which}.")]


def _signer(
    document: SignedDocument | None, attested: Attested, judge: Judge, *, allow_unknown_signer: bool
) -> Finding:
    envelope = attested.envelope
    if document is not None:
        certificate, chain = document.certificate, document.chain
    else:
        certificate = (envelope.certificate_der or b"") if envelope else b""
        chain = envelope.chain if envelope else ()
    if not certificate:
        return Finding(3, "not-made", "There is no signer to judge (step 2).")
    signer = judge(certificate, chain)
    who = f"{signer.subject or 'nobody named'}, certificate {signer.fingerprint}"
    if signer.standing == "trusted":
        return Finding(3, "holds", f"Signed by {who}; {signer.reason}.")
    if signer.standing == "expired":
        return Finding(
            3, "expired", f"The signer's certificate is out of its dates: {who}.", found=signer.reason
        )
    if signer.standing == "unsuitable":
        return Finding(
            3, "fails", f"The signer's certificate is not fit for signing: {who}.", found=signer.reason
        )
    if state_of(signer.standing, allow_unknown_signer=allow_unknown_signer) == "allowed":
        what = f"The signer is unknown, which you allowed: {who}."
        return Finding(3, "allowed", what, found=signer.reason)
    named = "a signer named with --trust"
    return Finding(3, "fails", f"The signer is unknown: {who}.", expected=named, found=signer.reason)


def state_of(standing: Standing, *, allow_unknown_signer: bool) -> State:
    """
    What a signer's standing makes of a finding. To allow an unknown signer is to do without a name, not to take a
    certificate past its end or for another use.
    """
    if standing == "unknown" and allow_unknown_signer:
        return "allowed"
    states: t.Mapping[Standing, State] = {"trusted": "holds", "expired": "expired"}
    return states.get(standing, "fails")


def _unchanged(document: SignedDocument | None, attested: Attested, found: Examined) -> list[Finding]:
    findings = _told(4, _problems(document, "change"))
    # What is claimed is compared with what is stored here, and what is stored with what follows in step 10: so a
    # statement that lies about sound evidence, and evidence that was altered under a sound statement, read differently.
    manifest, stated = found.manifest, found.stored
    if attested.envelope is None or attested.problem or manifest is None or stated is None:
        waits = {
            "the attestation (step 2)": attested.envelope is None or bool(attested.problem),
            "the manifest (step 5)": manifest is None,
            "the assessment (step 10)": stated is None,
        }
        return [*findings, Finding(4, "not-made", waits_for(waits))]
    payload = attested.envelope.payload
    certificates = (attested.envelope.certificate_der or b"", *attested.envelope.chain)
    wrong = misclaims(payload, parse_statement(payload), manifest, stated, certificates)
    if wrong:
        more = f"; and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        what = f"The attestation does not fit the evidence: {'; '.join(wrong[:NAMED])}{more}."
        findings.append(Finding(4, "fails", what))
    elif not in_order(manifest.sealed, attested.signed):
        what = "The attestation was not signed after the run was sealed, or at no time."
        expected = f"{manifest.sealed[:40]} or later"
        findings.append(Finding(4, "fails", what, expected=expected, found=attested.signed[:40]))
    if canonical(read_json(attested.data, where=ATTESTATION)) != attested.data:
        findings.append(Finding(4, "fails", "The attestation's envelope is not in canonical form."))
    if not findings:
        what = "Nothing stands outside of what was signed"
        about = f"the attestation of {attested.signed} is about this evidence"
        findings.append(Finding(4, "holds", f"{what}; {about}."))
    return findings
