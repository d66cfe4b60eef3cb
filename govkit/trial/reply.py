"""
What a candidate said, read from a chat completion (the OpenAI form that litellm returns for every provider).

The raw form is what is stored. Reading it never fails for what a model may write: a tool call whose arguments are no
JSON object is still a tool call, and gets an error for an answer. Malformed is a body that is no completion at all, and
a completion that is not taken: one that could not be stored and read back (too large, nested too deeply, not JSON), or
holds more than is read. The two are told apart, for the first may come from a service that has no model behind it, and
the second is always the candidate's doing.

How deep a text may nest before Python gives up depends on where it is called from. So the depth is bounded here, far
below that: the run and every later replay must read the same.
"""

import dataclasses
import json
import math
import typing as t

from govkit.trial.profile import Profile
from govkit.workplace.state import whole_characters

MAX_REPLY = 4_000_000
"""Characters of the whole completion as JSON: a long reasoning trace in a script of six characters a sign."""
MAX_CALLS = 1_000
"""Tool calls in one reply; a protocol allows 64 at most, the others get an error for an answer."""
MAX_TOKENS = 10**9
"""More than any reply costs; what a provider says beyond that is not believed."""
MAX_IDENTIFIER = 2_000
MAX_CONTENT = 200_000
"""Characters of prose that are read; far beyond any reply length we ask for."""
MAX_ARGUMENTS = 200_000
MAX_DEPTH = 32
"""Nesting of arguments that is read. A limit of our own, since the parser's differs between versions of Python."""
ECHOED = ("thinking_blocks",)
"""Keys of a reply's message that some providers must be sent back to go on with a tool call."""


class Malformed(Exception):
    """A body that is no chat completion: it has no choice with a message."""


class NotTaken(Malformed):
    """A chat completion that is not taken for what is in its message, or around it."""


@dataclasses.dataclass(frozen=True, slots=True)
class ToolRequest:
    """One tool call as it was made."""

    id: str
    name: str
    arguments: t.Mapping[str, t.Any] | None
    """None when they are not a JSON object."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A reply, read."""

    content: str
    refusal: str
    """The interface's own refusal field; empty when there is none."""
    calls: tuple[ToolRequest, ...]
    model: str
    """The model the provider says answered."""
    input_tokens: int
    output_tokens: int
    written: int
    """Characters of the message as JSON, where the provider says nothing of what was written; else 0."""
    size: int
    """Characters of the raw completion as it is stored."""
    echo: t.Mapping[str, t.Any]
    """The message as it is sent back in the next request."""


def read_reply(raw: t.Any, profile: Profile, exchange: int) -> Reply:
    """The reply in a raw chat completion. Raises `Malformed`, and for one that is not taken `NotTaken`."""
    try:
        message = raw["choices"][0]["message"]
        usage = raw.get("usage") or {}
        content = message.get("content") or ""
        requested = message.get("tool_calls") or []
        fields = message.get("provider_specific_fields")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Malformed("the body is no chat completion") from None
    size = _stored_size(raw)
    if not isinstance(content, str) or not isinstance(requested, list) or not isinstance(usage, dict):
        raise NotTaken("content, tool calls or usage are of the wrong kind")
    if not _is_shallow(raw, 2 * MAX_DEPTH):
        raise NotTaken(f"the body is nested more than {2 * MAX_DEPTH} deep")
    if len(content) > MAX_CONTENT:
        raise NotTaken(f"the reply has {len(content)} characters, more than {MAX_CONTENT}")
    if len(requested) > MAX_CALLS:
        raise NotTaken(f"the reply has {len(requested)} tool calls, more than {MAX_CALLS}")
    content = whole_characters(content)
    calls = (
        _from_json(content, exchange)
        if profile.tools == "json"
        else tuple(_native(each, exchange, i) for i, each in enumerate(requested))
    )
    output_tokens = _count(usage.get("completion_tokens"))
    refusal = message.get("refusal") or (fields.get("refusal") if isinstance(fields, dict) else None)
    return Reply(
        content=content,
        refusal=refusal if isinstance(refusal, str) else "",
        calls=calls,
        model=whole_characters(str(raw.get("model") or "")[:200]),
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=output_tokens,
        written=0 if output_tokens else len(json.dumps(message)),
        size=size,
        echo=_echo(message, content, calls, profile),
    )


def _stored_size(raw: t.Any) -> int:
    """Characters the completion takes when stored. Raises `NotTaken` for what could not be stored and read back."""
    try:
        size = len(json.dumps(raw, allow_nan=False))
        "".join(raw).encode()  # keys with half a character: no record can hold them
    except (TypeError, ValueError, RecursionError):
        raise NotTaken("the body is not plain JSON") from None
    if size > MAX_REPLY:
        raise NotTaken(f"the body has {size} characters, more than {MAX_REPLY}")
    return size


def _count(value: t.Any) -> int:
    return value if isinstance(value, int) and value is not True and 0 <= value <= MAX_TOKENS else 0


def _native(requested: t.Any, exchange: int, index: int) -> ToolRequest:
    function = requested.get("function") if isinstance(requested, dict) else None
    if not isinstance(function, dict):
        raise NotTaken("a tool call names no function")
    identifier = requested.get("id")
    written = function.get("arguments")
    return ToolRequest(
        id=whole_characters(identifier)
        if isinstance(identifier, str) and 0 < len(identifier) <= MAX_IDENTIFIER
        else f"call_{exchange}_{index}",
        name=whole_characters(str(function.get("name") or "")[:200]),
        arguments=_object(written) if written else {},
    )


def _object(written: t.Any) -> t.Mapping[str, t.Any] | None:
    if isinstance(written, dict):
        return written if _is_shallow(written) else None
    if not isinstance(written, str) or len(written) > MAX_ARGUMENTS:
        return None
    try:
        value = json.loads(written, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _is_shallow(value) else None


def _no_constant(word: str) -> t.NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    """As in evidence: what is too large for a number is no number here, and could not be sent back either."""
    if math.isinf(number := float(text)):
        raise ValueError("out of range")
    return number


def _is_shallow(value: t.Any, depth: int = MAX_DEPTH) -> bool:
    if depth < 0:
        return False
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_is_shallow(each, depth - 1) for each in inside)


def _from_json(content: str, exchange: int) -> tuple[ToolRequest, ...]:
    """The tool call a reply consists of, where tools are offered as a schema; nothing when it is none."""
    try:
        decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
        value, _ = decoder.raw_decode(content, content.index("{"))
    except (ValueError, RecursionError):
        return ()
    if not isinstance(value, dict) or not isinstance(value.get("tool"), str):
        return ()
    if not _is_shallow(value, 2 * MAX_DEPTH):
        return ()  # as where the parser itself gives up: sooner or later, depending on who calls
    arguments = value.get("arguments")
    return (ToolRequest(f"call_{exchange}_0", whole_characters(value["tool"][:200]), _object(arguments)),)


def _echo(
    message: t.Mapping[str, t.Any], content: str, calls: tuple[ToolRequest, ...], profile: Profile
) -> dict[str, t.Any]:
    echo: dict[str, t.Any] = {"role": "assistant", "content": content}
    echo |= {key: message[key] for key in ECHOED if message.get(key) and _is_whole(message[key])}
    if calls and profile.tools == "native":
        # Arguments that are no JSON are sent back as an empty object: several providers parse them and would refuse
        # the whole conversation. What was written stands in the stored reply.
        echo["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments or {}))},
            }
            for call in calls
        ]
    return echo


def _is_whole(value: t.Any) -> bool:
    """Whether this can be sent at all: providers sign what they want back, so it is sent as it came or not."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
