"""
What a judge's reply says: yes, no, or nothing that can be taken for either.

The reply has to end with one JSON object, `{"answer": "yes", "quote": "..."}`; what stands before it - a fence, a
train of thought - is not read. A yes needs a quotation that stands in the text that was shown, word for word but for
white space and the kind of quotation marks: whoever answers without reading does not quote. A quotation with a no
must stand there too.

Whatever does not fit is unreadable, with the reason. A rule that guessed what was meant would measure the guess.
"""

import dataclasses
import json
import re
import typing as t

Answer: t.TypeAlias = t.Literal["yes", "no", "unreadable"]
MAX_REPLY = 20_000
"""Characters of a reply that is read. A longer one did not do what it was asked."""
MAX_BRACKETS = 64
"""
Opening braces at which an object is looked for, and brackets in it: a parser gives up deep nesting sooner or later,
depending on who calls it, and all readers must read alike.
"""
SHORTEST_QUOTE = 8
"""Characters of the quotation of a yes, or the whole text where that is shorter."""
_MARKS = str.maketrans("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb`", '\'\'\'\'""""""\'')


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A reply, read."""

    answer: Answer
    quote: str = ""
    why: str = ""
    """Why it cannot be read; empty where it can."""


def read_answer(reply: str, text: str) -> Read:  # noqa: PLR0911 - one return for each thing that may be wrong
    """The answer in a reply about this text. Never raises for what a reply may hold."""
    if not reply.strip():
        return Read("unreadable", why="it is empty")
    if len(reply) > MAX_REPLY:
        return Read("unreadable", why=f"it has more than {MAX_REPLY} characters")
    found = _object_at_the_end(reply)
    if found is None:
        return Read("unreadable", why="it does not end with one JSON object")
    answer, quote = found.get("answer"), found.get("quote", "")
    if not isinstance(answer, str) or answer.strip().lower() not in ("yes", "no"):
        return Read("unreadable", why="its answer is neither yes nor no")
    if not isinstance(quote, str):
        return Read("unreadable", why="its quotation is no text")
    said, where = _folded(quote), _folded(text)
    if said not in where:
        return Read("unreadable", why="its quotation does not stand in the text")
    if answer.strip().lower() == "no":
        return Read("no", quote)
    if len(said) < min(SHORTEST_QUOTE, len(where)):
        return Read("unreadable", why="a yes needs a quotation from the text")
    return Read("yes", quote)


def _object_at_the_end(reply: str) -> dict[str, t.Any] | None:
    """The JSON object with which the reply ends, a fence behind it aside; None where there is none."""
    body = re.sub(r"\s*```\s*$", "", reply).rstrip()
    decoder = json.JSONDecoder(object_pairs_hook=_each_key_once)
    starts = [match.start() for match in re.finditer(r"\{", body)][-MAX_BRACKETS:]
    for start in (each for each in starts if body.count("[", each) <= MAX_BRACKETS):
        try:
            value, end = decoder.raw_decode(body, start)
        except (ValueError, RecursionError):
            continue
        if end == len(body) and isinstance(value, dict):
            return value
    return None


def _each_key_once(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _folded(text: str) -> str:
    return " ".join(text.translate(_MARKS).split())
