"""
The claim that is sealed: an in-toto Statement, version 1, about exactly one subject.

Source: in-toto attestation framework, `spec/v1/statement.md`. We write it as RFC 8785 canonical JSON and read it
strictly: a repeated key, an unknown field, a second subject or a second kind of digest is refused, because the standard
lets readers differ about them. The predicate is ours (`PREDICATE`); the standard's own test-result predicate has no
room for counts, intervals and the evaluator.
"""

import types
import typing as t

import pydantic

from govkit.digest import PATTERN, Digest, canonical
from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json

STATEMENT_TYPE: t.Final = "https://in-toto.io/Statement/v1"
PREDICATE: t.Final = "urn:govkit:predicate:run:1"
"""The predicate that says what was concluded from a run."""

MAX_STATEMENT_BYTES = 4 * 1024 * 1024
"""A statement quotes digests and counts, never transcripts: a few kilobytes."""

_HEX = r"^[0-9a-f]{64}$"


def _frozen(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return types.MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    return value


class Statement(pydantic.BaseModel):
    """A claim as it was read; the bytes it was read from are what was signed."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    subject_name: str = pydantic.Field(min_length=1, max_length=1000)
    """What the claim is about, for people."""
    subject_digest: Digest = pydantic.Field(pattern=PATTERN)
    """What the claim is about, for machines: `sha256:` and 64 hexadecimal digits."""
    predicate_type: str = pydantic.Field(min_length=1, max_length=1000)
    """The URI that says how to read the predicate."""
    predicate: t.Annotated[t.Any, pydantic.AfterValidator(_frozen)]
    """The claim itself; read-only all the way down."""


class _Subject(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    digest: dict[t.Literal["sha256"], t.Annotated[str, pydantic.Field(pattern=_HEX)]] = pydantic.Field(
        min_length=1
    )


class _Written(pydantic.BaseModel):
    """The statement as it stands in JSON."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    type: t.Literal["https://in-toto.io/Statement/v1"] = pydantic.Field(alias="_type")
    subject: list[_Subject] = pydantic.Field(min_length=1, max_length=1)
    predicateType: str  # noqa: N815 - the standard's word
    predicate: dict[str, t.Any]


def statement(
    subject_name: str, subject_digest: Digest, predicate_type: str, predicate: t.Mapping[str, t.Any]
) -> bytes:
    """
    The claim `predicate` about one subject, as canonical bytes ready to be sealed.

    Raises `ValueError` for a digest that is not `sha256:...` or an empty name, and `TypeError` where the predicate
    holds a float or anything JSON has no word for.
    """
    Statement(
        subject_name=subject_name,
        subject_digest=subject_digest,
        predicate_type=predicate_type,
        predicate=predicate,
    )
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": subject_name, "digest": {"sha256": subject_digest.removeprefix("sha256:")}}],
            "predicateType": predicate_type,
            "predicate": dict(predicate),
        }
    )


def parse_statement(data: bytes) -> Statement:
    """
    Reads a statement. Its signature must have been verified over these same bytes before.

    Raises `EvidenceBroken` for anything that `statement` would not have written: other types, unknown fields, repeated
    keys, several subjects.
    """
    where = "statement"
    value = read_json(data, where=where, limit=MAX_STATEMENT_BYTES)
    try:
        written = _Written.model_validate(value)
        subject = written.subject[0]
        return Statement(
            subject_name=subject.name,
            subject_digest="sha256:" + subject.digest["sha256"],
            predicate_type=written.predicateType,
            predicate=written.predicate,
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(ascii(part)[:80] for part in first["loc"])
        raise EvidenceBroken(
            "This is not a statement of ours.",
            where=f"{where}, {place}" if place else where,
            expected=f"an in-toto Statement v1 ({STATEMENT_TYPE}) about one subject",
            found=first["msg"][:300],
        ) from None
