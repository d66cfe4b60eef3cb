"""A signature is about one document, by one signer, in one spelling, under one name."""

import json
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from govkit.approval.signed import (
    NO_LOG,
    PREDICATE,
    Signature,
    Signing,
    claim_signature,
    is_signature,
    is_signature_of,
    read_signature,
    signature_name,
)
from govkit.attestation.envelope import seal
from govkit.attestation.statement import statement
from govkit.digest import canonical, digest
from govkit.errors import EvidenceBroken
from govkit.testing.office import Person, person

DOCUMENT, DATA = "decision-0123456789abcdef.json", b"what is signed"
SIGNING = Signing(
    by="Ann Owner", role="owner", side="for", note="", signed="2026-11-20T00:00:00Z", log_head=NO_LOG
)


def _sealed(who: Person, data: bytes = DATA, document: str = DOCUMENT) -> bytes:
    said = claim_signature(document, data, SIGNING, certificates=(who.key.certificate,))
    return seal(said, who.key)


def _name(who: Person, document: str = DOCUMENT) -> str:
    return signature_name(document, who.key.fingerprint)


def _read(envelope: bytes, who: Person) -> Signature:
    return read_signature(envelope, name=_name(who), document=DOCUMENT, data=DATA)


def test_a_signature_that_holds_says_who_and_about_what() -> None:
    """Of trust it says nothing."""
    ann = person("Ann Owner")
    found = _read(_sealed(ann), ann)
    assert (found.signing, found.about, found.key) == (SIGNING, digest(DATA), ann.key_name)
    assert found.fingerprint == ann.key.fingerprint
    assert found.ends is not None


def test_a_signature_about_another_document_does_not_count_here() -> None:
    """Neither one about other bytes nor one about another name, though the bytes are the same."""
    ann = person("Ann Owner")
    for wrong in (_sealed(ann, b"something else"), _sealed(ann, document="decision-fedcba9876543210.json")):
        with pytest.raises(EvidenceBroken, match="not what was signed"):
            _read(wrong, ann)


def test_two_signatures_in_one_envelope_are_refused() -> None:
    """One file is one person's: else who is counted would depend on the order."""
    ann, ben = person("Ann Owner"), person("Ben Safety")
    one, other = json.loads(_sealed(ann)), json.loads(_sealed(ben))
    both = one | {"signatures": one["signatures"] + one["signatures"]}
    with pytest.raises(EvidenceBroken, match="several signatures"):
        _read(canonical(both), ann)
    mixed = one | {"signatures": one["signatures"] + other["signatures"]}
    with pytest.raises(EvidenceBroken, match="does not hold"):
        _read(canonical(mixed), ann)


def test_a_signature_under_anothers_name_is_refused() -> None:
    """A file's name is the certificate's: nobody signs twice by copying."""
    ann, ben = person("Ann Owner"), person("Ben Safety")
    with pytest.raises(EvidenceBroken, match="another signer's name"):
        _read(_sealed(ann), ben)


def test_an_envelope_that_is_spelled_otherwise_is_refused() -> None:
    """What nobody signed in it could be anything: its spelling is fixed."""
    ann = person("Ann Owner")
    spaced = json.dumps(json.loads(_sealed(ann))).encode()
    with pytest.raises(EvidenceBroken, match="canonical form"):
        _read(spaced, ann)


@pytest.mark.parametrize(
    ("predicate", "changes", "says"),
    [
        ("urn:govkit:predicate:run:1", {}, "another kind"),
        (PREDICATE, {"side": "maybe"}, "does not say what it must"),
        (PREDICATE, {"role": "Owner of all"}, "does not say what it must"),
        (PREDICATE, {"by": ""}, "does not say what it must"),
        (PREDICATE, {"signed": "yesterday"}, "does not say what it must"),
        (PREDICATE, {"log_head": "none"}, "does not say what it must"),
        (PREDICATE, {"more": "than it should"}, "does not say what it must"),
        (PREDICATE, {"signer": []}, "says otherwise than it seems"),
        (PREDICATE, {"signer": [NO_LOG]}, "says otherwise than it seems"),
    ],
)
def test_what_is_signed_says_what_it_must_and_no_more(
    predicate: str, changes: dict[str, t.Any], says: str
) -> None:
    """Of another kind, with a side that is none, or about other certificates than those it comes with: refused."""
    ann = person("Ann Owner")
    said = {**SIGNING.model_dump(mode="json"), "signer": [ann.key.fingerprint], **changes}
    envelope = seal(statement(DOCUMENT, digest(DATA), predicate, said), ann.key)
    with pytest.raises(EvidenceBroken, match=says):
        _read(envelope, ann)


def test_a_signature_is_found_by_its_name() -> None:
    """Of one document and no other, also where one name begins another."""
    ann = person("Ann Owner")
    name = _name(ann)
    assert is_signature(name)
    assert is_signature_of(name, DOCUMENT)
    assert not is_signature_of(name, "decision-0123456789abcde.json")
    for other in (DOCUMENT, f"{name}.part", f"../{name}", f".{name}", "x.dsse.json", name.upper()):
        assert not is_signature(other)


def test_the_same_words_by_two_certificates_of_one_key_are_one_persons() -> None:
    """The key is what tells people apart; the files are two."""
    key = ec.generate_private_key(ec.SECP256R1())
    ann, twin = person("Ann Owner", private=key), person("Somebody Else", private=key)
    assert _name(ann) != _name(twin)
    assert _read(_sealed(ann), ann).key == _read(_sealed(twin), twin).key
