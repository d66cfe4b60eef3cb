"""
The record of a trial: one line of JSON with everything said and done, verbatim.

Raw replies hold whatever the provider sent, floats included; so the line is hashed as it is stored and never written
anew. The salt keeps a withheld record from being guessed from its leaf in the Merkle tree.
"""

import json
import typing as t

import pydantic

from govkit.digest import PATTERN
from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json
from govkit.trial.dialogue import End

FORMAT = "govkit.transcript/1"
MAX_RECORD = 48 * 1024 * 1024

FaultKind: t.TypeAlias = t.Literal[
    "timeout",
    "unreachable",
    "rate-limited",
    "server-error",
    "refused-key",
    "refused-request",
    "refused-content",
    "too-long",
    "malformed",
]


class Recorded(pydantic.BaseModel):
    """Base of what a record holds: frozen, no unknown fields."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class Failure(Recorded):
    """Why an attempt brought no reply."""

    kind: FaultKind
    detail: str
    """What the provider or the client said, keys removed, shortened."""


class Attempt(Recorded):
    """One request to the candidate and what became of it: exactly one of `reply` and `fault`."""

    at: str
    """When it was sent; UTC, RFC 3339 with milliseconds."""
    took_ms: int = pydantic.Field(ge=0)
    reply: dict[str, t.Any] | None = None
    """The raw chat completion."""
    fault: Failure | None = None

    @pydantic.model_validator(mode="after")
    def _one_of_the_two(self) -> "Attempt":
        if (self.reply is None) == (self.fault is None):
            raise ValueError("an attempt ends in a reply or in a fault")
        return self


class Exchange(Recorded):
    """What was added to the conversation, and every attempt at a reply; only the last can have one."""

    agent: str | None = pydantic.Field(default=None, max_length=60)
    """Whose conversation it is, where several agents share the workplace."""
    sent: tuple[dict[str, t.Any], ...]
    attempts: tuple[Attempt, ...] = pydantic.Field(min_length=1)

    @property
    def reply(self) -> dict[str, t.Any] | None:
        return self.attempts[-1].reply

    @pydantic.model_validator(mode="after")
    def _only_the_last_replies(self) -> "Exchange":
        if any(attempt.reply is not None for attempt in self.attempts[:-1]):
            raise ValueError("an attempt after a reply")
        return self


class Transcript(Recorded):
    """One record."""

    format: t.Literal["govkit.transcript/1"]
    trial: str = pydantic.Field(pattern=PATTERN)
    """The trial's name."""
    salt: str = pydantic.Field(pattern=r"^[0-9a-f]{32}$")
    client: str
    """What carried the requests, with its version."""
    exchanges: tuple[Exchange, ...]
    end: End
    """How it ended; a record that ended `interrupted` is not counted."""
    final_state: str = pydantic.Field(pattern=PATTERN)
    """Digest of the workplace at the end."""

    @property
    def counted(self) -> bool:
        return self.end != "interrupted"

    def line(self) -> bytes:
        """The bytes that are stored: one line of ASCII JSON, without its line feed."""
        plain = self.model_dump(mode="python", exclude_none=True)
        return json.dumps(plain, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def parse_transcript(record: bytes, *, where: str) -> Transcript:
    """The transcript in a stored record. Raises `EvidenceBroken`."""
    value = read_json(record, where=where, limit=MAX_RECORD)
    try:
        return Transcript.model_validate(_with_tuples(value))
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ascii(".".join(map(str, first["loc"])))[1:-1][:200]
        raise EvidenceBroken(
            "This is not a transcript.",
            where=f"{where}, {place}" if place else where,
            found=first["msg"][:300],
        ) from None


def _with_tuples(value: t.Any) -> t.Any:
    """Lists where the model has tuples: the three of its own, and none inside what the provider sent."""
    if not isinstance(value, dict) or not isinstance(value.get("exchanges"), list):
        return value
    exchanges = tuple(
        {**each, **{key: tuple(each[key]) for key in ("sent", "attempts") if isinstance(each.get(key), list)}}
        if isinstance(each, dict)
        else each
        for each in value["exchanges"]
    )
    return {**value, "exchanges": exchanges}
