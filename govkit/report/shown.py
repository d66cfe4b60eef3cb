"""
How text that others wrote is shown in print.

What a model, a protocol author or a file says may hold anything: controls that reverse a line, characters no font of
ours can draw, a token of a megabyte. The stored record keeps it byte for byte; the printed page shows a *legible*
form of it, and the report says so. The rules:

- a character is printed as itself if the report's own fonts cover it, it is visible, it stands alone and it runs from
  left to right; space and newline stay, a tab becomes four spaces;
- every other code point (controls, direction marks, private use, surrogates, non-characters, combining marks, odd
  spaces, right-to-left scripts, all that no font of ours can draw) becomes an escape such as `<U+202E>`;
- a genuine `<U+` in the text has its `<` escaped, so that an escape can never be forged;
- the length is bounded in characters and in lines, and what is left out is counted: `... (n more characters)`.

Nothing is normalised, and nothing is decided here about HTML: the template escapes the result like any other text.
"""

import typing as t
import unicodedata

LIMIT = 4_000
"""Characters of one shown text, unless the caller asks otherwise: about one printed page."""

LINES = 120
"""Lines of one shown text: a run of newlines would otherwise fill pages while staying below `LIMIT`."""

_TAB = " " * 4
_FORGED = "<U+"

# Letters and other, numbers, punctuation, symbols: what is seen and stands alone. Not here: marks (M*), which sit on
# their neighbour and are composed with it by the shaper, separators (Z*) and all of C*.
_VISIBLE = frozenset("LNPS")

# Left-to-right letters, digits, and the neutral signs among them. R, AL, AN and the explicit direction controls would
# be set in another order than they stand in the text.
_LEFT_TO_RIGHT = frozenset({"L", "EN", "ES", "ET", "CS", "ON"})

# Readers of PDF take these apart again, so what is read would not be what was printed.
_LIGATURES = frozenset(map(chr, range(0xFB00, 0xFB07)))


def shown(text: str, covered: t.Container[int], limit: int = LIMIT, *, lines: int = LINES) -> str:
    """
    The printable form of `text`.

    `covered` holds the code points the report's fonts can draw. `limit` counts characters of `text`, not of the
    result, which is at most ten times as long. Never fails, whatever the text.
    """
    kept = _within(text, limit, lines)
    printable = "".join(
        _escape("<")
        if character == "<" and kept.startswith(_FORGED, place)
        else _printable(character, covered)
        for place, character in enumerate(kept)
    )
    left_out = len(text) - len(kept)
    if not left_out:
        return printable
    noun = "character" if left_out == 1 else "characters"
    return f"{printable} ... ({left_out:,} more {noun})"


def _within(text: str, limit: int, lines: int) -> str:
    """The beginning of `text` that keeps both bounds, cut before the newline that would begin one line too many."""
    kept = text[: max(limit, 0)]
    end = -1
    for _ in range(max(lines, 1)):
        end = kept.find("\n", end + 1)
        if end < 0:
            return kept
    return kept[:end]


def _printable(character: str, covered: t.Container[int]) -> str:
    if character in " \n":
        return character
    if character == "\t":
        return _TAB
    if ord(character) in covered and _stands_alone(character):
        return character
    return _escape(character)


def _stands_alone(character: str) -> bool:
    if character in _LIGATURES:
        return False
    visible = unicodedata.category(character)[0] in _VISIBLE
    return visible and unicodedata.bidirectional(character) in _LEFT_TO_RIGHT


def _escape(character: str) -> str:
    return f"<U+{ord(character):04X}>"
