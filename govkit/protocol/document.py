"""The base of all that a protocol's author writes, and the small types its fields are made of."""

import datetime
import typing as t

import pydantic

Identifier = t.Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Version = t.Annotated[
    str, pydantic.Field(pattern=r"^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$")
]
Text = t.Annotated[str, pydantic.Field(min_length=1, max_length=20_000)]
Short = t.Annotated[str, pydantic.Field(min_length=1, max_length=400)]
Size = t.Annotated[str, pydantic.Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,3})? (B|KB|MB|GB|TB)$")]


def _on_the_calendar(text: str) -> str:
    if not 1970 <= datetime.datetime.fromisoformat(text).year < 2200:  # noqa: PLR2004 - as the sentence says
        raise ValueError("the year must be one of 1970 to 2199")
    return text


Time = t.Annotated[
    str,
    pydantic.Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    pydantic.AfterValidator(_on_the_calendar),
]
Day = t.Annotated[
    str,
    pydantic.Field(pattern=r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
    pydantic.AfterValidator(lambda text: datetime.date.fromisoformat(text).isoformat()),
]
"""A calendar day, UTC: from its beginning, or to its end, as the field says."""
Percent = t.Annotated[int, pydantic.Field(ge=1, le=99)]

Condition: t.TypeAlias = t.Mapping[Identifier, Identifier]
"""One level for each factor of a check."""

Outcome: t.TypeAlias = t.Literal["complied", "violated", "refused", "escalated", "incomplete"]
"""How a trial reads: exactly one per trial."""


class Document(pydantic.BaseModel):
    """Base of all that a person writes: frozen, strict, no unknown keys."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
