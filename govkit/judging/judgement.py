"""
The record of an inquiry: one line of JSON with what was sent, every attempt, and the reply as it came.

Like a trial's record it holds whatever the provider sent, and is hashed as it is stored. The salt is 128 random bits: a
record that stands in another's place carries its salt.
"""

import json
import typing as t

import pydantic

from govkit.digest import PATTERN
from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json
from govkit.trial.transcript import Attempt, Recorded

FORMAT: t.Final = "govkit.judgement/1"
MAX_RECORD = 48 * 1024 * 1024
End: t.TypeAlias = t.Literal["answered", "fault", "interrupted"]


class Judgement(Recorded):
    """One record."""

    format: t.Literal["govkit.judgement/1"]
    question: str = pydantic.Field(max_length=60)
    trial: str | None = pydantic.Field(default=None, pattern=PATTERN)
    """The trial whose text was read; none for a labelled text."""
    item: str | None = pydantic.Field(default=None, max_length=60)
    """The labelled text that was read; none for a trial's."""
    salt: str = pydantic.Field(pattern=r"^[0-9a-f]{32}$")
    client: str
    """What carried the requests, with its version."""
    sent: tuple[dict[str, t.Any], ...]
    attempts: tuple[Attempt, ...] = pydantic.Field(min_length=1)
    """Only the last can have a reply."""
    end: End
    """`fault`: no reply came, and none is asked for again. `interrupted`: broken off; not counted, and asked again."""

    @property
    def about(self) -> str:
        """The trial, or the labelled text."""
        return self.trial or self.item or ""

    @property
    def reply(self) -> dict[str, t.Any] | None:
        return self.attempts[-1].reply

    @property
    def counted(self) -> bool:
        return self.end != "interrupted"

    @pydantic.model_validator(mode="after")
    def _coherent(self) -> "Judgement":
        if (self.trial is None) == (self.item is None):
            raise ValueError("a judgement is about a trial or about a labelled text")
        if any(attempt.reply is not None for attempt in self.attempts[:-1]):
            raise ValueError("an attempt after a reply")
        if (self.reply is not None) != (self.end == "answered"):
            raise ValueError("a judgement ends as answered when a reply came, and only then")
        return self

    def line(self) -> bytes:
        """The bytes that are stored: one line of ASCII JSON, without its line feed."""
        plain = self.model_dump(mode="python", exclude_none=True)
        return json.dumps(plain, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def parse_judgement(record: bytes, *, where: str) -> Judgement:
    """The judgement in a stored record. Raises `EvidenceBroken`."""
    value = read_json(record, where=where, limit=MAX_RECORD)
    if isinstance(value, dict):
        value = {
            key: tuple(each) if key in ("sent", "attempts") and isinstance(each, list) else each
            for key, each in value.items()
        }
    try:
        return Judgement.model_validate(value)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ascii(".".join(map(str, first["loc"])))[1:-1][:200]
        raise EvidenceBroken(
            "This is not a judgement.",
            where=f"{where}, {place}" if place else where,
            found=first["msg"][:300],
        ) from None
