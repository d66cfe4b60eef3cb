"""
What govkit attests of a run: the predicate of its statement, derived from manifest and assessment alone.

Predicate type `urn:govkit:predicate:run:1`. The subject is the manifest, by digest; the predicate quotes what the
manifest and the assessment say, so that a reader of the statement need not open either, and a verifier compares it with
what it recomputes. Two values are the signer's own: `signed`, when; and `signer`, the digests of the certificate and
of those above it. An envelope's certificates are not under its signature: without them anybody could put another name
on the same key.
"""

import typing as t

from govkit.assessment.model import Assessment
from govkit.attestation.statement import Statement, statement
from govkit.digest import digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest

PREDICATE = "urn:govkit:predicate:run:1"
NAME = "attestation.json"
OWN = ("signed", "signer")
"""What the signer says of themself."""


def claim(
    manifest: Manifest, assessment: Assessment, *, signed: str, certificates: t.Sequence[bytes]
) -> bytes:
    """
    The statement about a sealed run, as bytes ready to be signed. `signed` is when; UTC, RFC 3339. `certificates` are
    the signer's and then those above it, DER, as they will stand in the envelope.
    """
    own = {"signed": signed, "signer": [digest(each) for each in certificates]}
    return statement(MANIFEST, digest(manifest.bytes()), PREDICATE, predicate(manifest, assessment) | own)


def predicate(manifest: Manifest, assessment: Assessment) -> dict[str, t.Any]:
    """What is claimed, apart from when it was signed, and by whom."""
    return {
        "protocol": assessment.protocol,
        "profile": assessment.profile,
        "plan": assessment.plan,
        "assessment": assessment.digest,
        "root": manifest.root,
        "records": len(manifest.leaves),
        "verdict": assessment.verdict,
        "checks": [
            {
                "check": result.check,
                "verdict": result.verdict,
                "reason": result.reason,
                "violated": result.primary.counts.violated,
                "determinate": result.primary.counts.determinate,
                "planned": result.primary.counts.planned,
            }
            for result in assessment.checks
        ],
    }


def misclaims(
    payload: bytes,
    found: Statement,
    manifest: Manifest,
    assessment: Assessment,
    certificates: t.Sequence[bytes],
) -> tuple[str, ...]:
    """
    In what a statement, read from `payload`, departs from the claim about this run: a clause each; empty: in nothing.

    When it was signed is the signer's own word. All else must be there byte for byte, because `false` and `0.0` equal
    `0` to one reader and not to another.
    """
    signed = found.predicate.get("signed")
    if not isinstance(signed, str):
        return ("it does not say when it was signed",)
    expected = predicate(manifest, assessment)
    wrong = []
    if found.predicate_type != PREDICATE:
        wrong.append(f"it is of type {found.predicate_type[:100]!r}")
    if found.subject_digest != digest(manifest.bytes()) or found.subject_name != MANIFEST:
        wrong.append("it is about another manifest")
    if _plain(found.predicate.get("signer")) != [digest(each) for each in certificates]:
        wrong.append("it was made for other certificates")
    said = {key: _plain(value) for key, value in found.predicate.items() if key not in OWN}
    wrong += [
        f"it says otherwise of {key[:100]!r}"
        for key in sorted(said.keys() | expected.keys())
        if said.get(key) != expected.get(key)
    ]
    if not wrong and payload != claim(manifest, assessment, signed=signed, certificates=certificates):
        wrong.append("it is not written in canonical form")
    return tuple(wrong)


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
