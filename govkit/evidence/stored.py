"""
Documents as they are stored: frozen values with one canonical form, whose bytes are compared and not interpreted.

Reading is the inverse of writing and nothing more: what `StoredDocument.bytes` would not have written is refused.
"""

import typing as t

import pydantic

from govkit.digest import PATTERN, Digest, canonical, digest
from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json

DigestField = t.Annotated[Digest, pydantic.Field(pattern=PATTERN)]
HexField = t.Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]
Count = t.Annotated[int, pydantic.Field(ge=0, le=2**53 - 1)]
"""A whole number that every JSON reader reads alike (RFC 8785 refuses larger ones)."""


class Stored(pydantic.BaseModel):
    """Base of what is stored: frozen, and strict about types and unknown fields."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class StoredDocument(Stored):
    """A document of its own: it has bytes, and their digest is its name."""

    def bytes(self) -> bytes:
        """
        The canonical bytes (RFC 8785) that are stored and hashed.

        A field that is None is left out: so a document of an older form, without the fields that came later, is read
        and written as it always was.
        """
        return canonical(self.model_dump(mode="json", exclude_none=True))

    @property
    def digest(self) -> Digest:
        """The name of those bytes."""
        return digest(self.bytes())


Kind = t.TypeVar("Kind", bound=StoredDocument)


def read_stored(kind: type[Kind], data: bytes, *, name: str) -> Kind:
    """
    The document in these bytes; `name` is its file's.

    Raises `EvidenceBroken` for anything but exactly the bytes that `StoredDocument.bytes` writes.
    """
    read_json(data, where=name)
    try:
        document = kind.model_validate_json(data)
        canonical_form = document.bytes()
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ascii(".".join(map(str, first["loc"])))[1:-1][:200]
        raise EvidenceBroken(
            f"This is no {kind.__name__.lower()} of ours.",
            where=f"{name}, {place}" if place else name,
            found=ascii(first["msg"])[1:-1][:300],
        ) from None
    except TypeError as error:  # a number or a text that has no canonical form
        raise EvidenceBroken(
            "This document has no canonical form.", where=name, found=ascii(str(error))[1:-1][:300]
        ) from None
    if canonical_form != data:
        raise EvidenceBroken("This document is not in canonical form.", where=name, found=digest(data))
    return document
