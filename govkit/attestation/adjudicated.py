"""
What an adjudicator signs: that this document is theirs, and about which run.

Predicate type `urn:govkit:predicate:adjudication:1`. The subject is the adjudication, by the name of its file and by
digest; the predicate quotes from it what a reader wants first. As with the run's own attestation, `signer` holds the
digests of the certificate and of those above it, for these are not under an envelope's signature.
"""

import typing as t

from govkit.adjudication.model import Adjudication
from govkit.attestation.statement import Statement, statement
from govkit.digest import digest

PREDICATE = "urn:govkit:predicate:adjudication:1"


def claim_adjudication(document: Adjudication, *, name: str, certificates: t.Sequence[bytes]) -> bytes:
    """
    The statement about an adjudication that is stored as `name`, as bytes ready to be signed. `certificates` are the
    signer's and then those above it, DER, as they will stand in the envelope.
    """
    said = {
        "manifest": document.manifest,
        "by": document.by,
        "signed": document.signed,
        "sample": document.sample,
        "blind": document.blind,
        "read": len(document.labels),
        "confirmed": document.confirmed,
        "overturned": len(document.labels) - document.confirmed,
        "signer": [digest(each) for each in certificates],
    }
    return statement(name, document.digest, PREDICATE, said)


def is_about(found: Statement, document: Adjudication, *, name: str) -> bool:
    """Whether a statement is of this kind, and about this document under this name."""
    return (found.predicate_type, found.subject_name, found.subject_digest) == (
        PREDICATE,
        name,
        document.digest,
    )
