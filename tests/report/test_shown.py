"""Text that others wrote, made fit for print."""

import string
import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given

from govkit.report.shown import shown

EVERYTHING = range(0x110000)
ASCII = frozenset(map(ord, string.printable))

# Every code point, lone surrogates included: what a reply can hold, not only what UTF-8 can.
anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 59 of 59.", "plain words, 59 of 59."),
        ("two\nlines", "two\nlines"),
        ("a\tb", "a    b"),
        ("nul\x00bell\x07", "nul<U+0000>bell<U+0007>"),
        ("\u202efdp.exe", "<U+202E>fdp.exe"),
        ("a\u200bb\u00adc\u2028d\u00a0e", "a<U+200B>b<U+00AD>c<U+2028>d<U+00A0>e"),
        ("\ue000\ufffe\U0010ffff", "<U+E000><U+FFFE><U+10FFFF>"),
        ("\ud800", "<U+D800>"),
        ("e\u0301", "e<U+0301>"),
        ("\u05d0\u0627", "<U+05D0><U+0627>"),
        ("\ufb01n", "<U+FB01>n"),
        ("x <U+0041> y", "x <U+003C>U+0041> y"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_what_cannot_be_seen_or_would_mislead_becomes_an_escape(text: str, expected: str) -> None:
    """Controls, direction marks, private use, surrogates, marks and odd spaces show as escapes even if covered."""
    assert shown(text, EVERYTHING) == expected


def test_what_the_fonts_do_not_cover_becomes_an_escape() -> None:
    """A code point outside the cover is never printed as itself."""
    assert shown("Ω 中 🙂 a", ASCII) == "<U+03A9> <U+4E2D> <U+1F642> a"


@given(anything)
def test_the_result_can_always_be_printed(text: str) -> None:
    """Whatever the text, the result holds only covered, visible, left-to-right characters, spaces and newlines."""
    for character in shown(text, ASCII):
        assert character in " \n" or (
            ord(character) in ASCII and unicodedata.category(character)[0] in "LNPS"
        )


@given(anything, anything)
def test_two_texts_never_look_the_same(one: str, other: str) -> None:
    """Below the limits, different texts stay different in print, tabs aside: an escape cannot be forged."""
    if one.expandtabs(1) != other.expandtabs(1) and "\t" not in one + other:
        assert shown(one, ASCII) != shown(other, ASCII) or len(one) > 4000 or len(other) > 4000


def test_length_is_bounded_and_what_is_left_out_is_counted() -> None:
    """A megabyte prints its beginning and says how much is missing."""
    assert shown("x" * 1_000_000, ASCII, 10) == "x" * 10 + " ... (999,990 more characters)"
    assert shown("x" * 11, ASCII, 10) == "x" * 10 + " ... (1 more character)"
    assert shown("x" * 10, ASCII, 10) == "x" * 10


def test_a_run_of_newlines_cannot_fill_pages() -> None:
    """The number of lines is bounded as well as the number of characters."""
    assert shown("\n" * 4000, ASCII, lines=3) == "\n\n ... (3,998 more characters)"
    assert shown("a\nb\nc", ASCII, lines=3) == "a\nb\nc"


@given(anything, st.integers(0, 50), st.integers(1, 5))
def test_bounds_hold_for_any_text(text: str, limit: int, lines: int) -> None:
    """No text prints more than ten times its limit plus the note, nor more lines than allowed."""
    result = shown(text, ASCII, limit, lines=lines)
    assert len(result) <= 10 * limit + 40
    assert result.count("\n") < lines
