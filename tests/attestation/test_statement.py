"""The in-toto statement: written canonically, read strictly, and never another exception than our own."""

import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.attestation.statement import PREDICATE, parse_statement, statement
from govkit.digest import digest
from govkit.errors import EvidenceBroken, GovkitError

SUBJECT = digest(b"manifest")
GOOD = statement("manifest.json", SUBJECT, PREDICATE, {"verdict": "pass", "counts": [1, 2]})

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
_PREDICATES = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.recursive(
        _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner), max_leaves=10
    ),
)


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def test_a_statement_is_the_in_toto_standard_in_canonical_form() -> None:
    """The bytes are RFC 8785 JSON with the standard's four fields, and no other."""
    expected = (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"counts":[1,2],"verdict":"pass"},'
        b'"predicateType":"urn:govkit:predicate:run:1","subject":[{"digest":{"sha256":"'
        + SUBJECT.removeprefix("sha256:").encode()
        + b'"},"name":"manifest.json"}]}'
    )
    assert expected == GOOD


@hypothesis.given(_PREDICATES)
def test_what_is_stated_is_read_back(predicate: dict[str, t.Any]) -> None:
    """Reading a statement gives subject and predicate as they were stated."""
    read = parse_statement(statement("a", SUBJECT, PREDICATE, predicate))
    assert (read.subject_name, read.subject_digest, read.predicate_type) == ("a", SUBJECT, PREDICATE)
    assert _plain(read.predicate) == predicate


def test_a_read_predicate_cannot_be_changed() -> None:
    """The predicate is read-only all the way down."""
    read = parse_statement(GOOD)
    with pytest.raises(TypeError):
        read.predicate["verdict"] = "fail"
    with pytest.raises(TypeError):
        read.predicate["counts"][0] = 9


@pytest.mark.parametrize(
    ("name", "subject"), [("", SUBJECT), ("a", "sha256:12"), ("a", SUBJECT.upper()), ("a", "md5:" + "0" * 32)]
)
def test_a_faulty_subject_is_not_stated(name: str, subject: str) -> None:
    """An empty name or anything but a SHA-256 digest is refused when stating."""
    with pytest.raises(ValueError, match="validation error"):
        statement(name, subject, PREDICATE, {})


def test_a_float_is_not_stated() -> None:
    """A predicate with a float has no canonical form, so it is refused."""
    with pytest.raises(TypeError, match="float"):
        statement("a", SUBJECT, PREDICATE, {"rate": 0.5})


def _changed(**changes: t.Any) -> bytes:
    return json.dumps({**json.loads(GOOD), **changes}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        GOOD.replace(b'"verdict":"pass"', b'"verdict":"pass","verdict":"fail"'),
        GOOD.replace(b'"subject":', b'"subject":[],"subject":'),
        GOOD.replace(b'"counts":[1,2]', b'"counts":[NaN]'),
        _changed(_type="https://in-toto.io/Statement/v0.1"),
        _changed(extra=1),
        _changed(predicate=[]),
        _changed(predicateType=""),
        _changed(subject=[]),
        _changed(subject=json.loads(GOOD)["subject"] * 2),
        _changed(subject=[{"name": "a", "digest": {}}]),
        _changed(subject=[{"name": "a", "digest": {"sha512": "0" * 128}}]),
        _changed(subject=[{"name": "a", "digest": {"sha256": "0" * 64, "sha1": "0" * 40}}]),
        _changed(subject=[{"name": "a", "digest": {"sha256": "G" * 64}}]),
        _changed(subject=[{"name": "a", "digest": {"sha256": "0" * 64}, "uri": "x"}]),
        b'{"\\ud800": 1}',
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """Repeated keys, unknown fields, other types, several subjects or digests are broken evidence."""
    with pytest.raises(EvidenceBroken) as caught:
        parse_statement(data)
    assert str(caught.value).encode("utf-8")


@hypothesis.given(
    st.binary() | st.recursive(_SCALARS, st.lists).map(lambda value: json.dumps(value).encode())
)
def test_nothing_but_our_error_escapes(data: bytes) -> None:
    """Whatever the bytes, reading raises `EvidenceBroken` and nothing else."""
    with pytest.raises(GovkitError):
        parse_statement(data)
