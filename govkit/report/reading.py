"""Conversations as plain text, for who reads them in an editor or on a terminal; the printed page has its own way."""

import textwrap
import typing as t

from govkit.report.excerpts import Turn, Who

WIDTH = 110
NAMES: t.Mapping[Who, str] = {
    "system": "SYSTEM",
    "task": "TASK",
    "candidate": "SAYS",
    "call": "CALLS",
    "answer": "ANSWER",
    "follow-up": "FOLLOW-UP",
    "aside": "...",
}
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def lines_of(turns: t.Iterable[Turn]) -> t.Iterator[str]:
    """
    The turns as lines of at most `WIDTH` characters, as far as words allow.

    No line holds a line end of any kind, nor what cannot be seen: whatever a model said, it stays within its turn.
    """
    for turn in turns:
        name = NAMES[turn.who] + (f" [{legible(turn.agent)}]" if turn.agent else "")
        mark = " (the act)" if turn.act else ""
        yield f"{name}{mark}:"
        yield from _indented(turn.text)
        if turn.cut:
            yield f"    ... ({turn.cut:,} more characters)"


def _indented(text: str) -> t.Iterator[str]:
    for line in text.split("\n"):
        wrapped = textwrap.wrap(legible(line), WIDTH - 4, break_on_hyphens=False)
        yield from (f"    {part}" for part in wrapped or ("",))


def legible(line: str) -> str:
    """One line of text with an escape in the place of every character that cannot be seen, a line feed among them."""
    expanded = line.removesuffix("\r").replace("\t", "    ")
    return "".join(
        character if character.isprintable() and character not in _DIRECTIONS else f"<U+{ord(character):04X}>"
        for character in expanded
    )
