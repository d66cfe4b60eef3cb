"""Reading a report back: that what a PDF says is found, and that any other word is noticed."""

import datetime
import html

import pytest

from govkit.adapters import typeface
from govkit.adapters.press import Press
from govkit.adapters.reading import (
    Difference,
    Fragment,
    PrintedPage,
    first_difference,
    read_pdf,
    words_of_html,
)
from govkit.adapters.report_templates import templates_folder
from govkit.adapters.wording import running_foot
from govkit.errors import EvidenceBroken
from govkit.report.shown import shown

CREATED = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
FONTS = templates_folder() / "fonts"
STYLE = """
@page {
  size: A4; margin: 25mm;
  @bottom-left { font-family: "IBM Plex Sans" }
  @bottom-right { font-family: "IBM Plex Sans" }
}
html { font: 10pt/1.5 "IBM Plex Sans", "IBM Plex Mono"; font-variant-ligatures: none; overflow-wrap: anywhere }
td { padding: 0 6pt 0 0 }
"""


def document(body: str, style: str = "") -> str:
    """A small document in the report's fonts."""
    sheet = f"{typeface.font_faces(FONTS)}\n{STYLE}\n{style}"
    head = f"<title>t</title>{running_foot('run 0123')}<style>{sheet}</style>"
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def pages(source: str) -> tuple[PrintedPage, ...]:
    """The document, set and read back."""
    return read_pdf(Press().render(source, title="t", language="en", created=CREATED))


def page(text: str, foot: str = "run 0123 page 1 of 1") -> PrintedPage:
    """A page with these words, one line each where a bar stands between them."""
    lines = [line.split() for line in text.split("|")]
    body = tuple(Fragment(word, number == 0) for line in lines for number, word in enumerate(line))
    return PrintedPage(body, tuple(foot.split()))


def test_words_are_those_a_reader_sees() -> None:
    """Blocks and cells part words, inline elements do not; titles, styles and text alternatives are not read."""
    source = document(
        "<h1>One&nbsp;two</h1><p>th<b>ree</b> a&amp;b<br>c</p><table><tr><td>1</td><td>2</td></tr></table>"
        "<svg><title>unseen</title><text>axis</text></svg><p>long<wbr>word</p>"
    )
    assert words_of_html(source) == ("One", "two", "three", "a&b", "c", "1", "2", "axis", "longword")


def test_every_character_of_the_cover_reads_back() -> None:
    """Each character that may be printed reads back as itself in every family used for what others wrote."""
    cover = typeface.cover(FONTS)
    words = [
        f"a{character}b"
        for character in map(chr, sorted(cover))
        if shown(character, cover) == character != " "
    ]
    assert len(words) > 1000
    body = f"<p>{html.escape(' '.join(words))}</p>"
    for family in ("IBM Plex Sans", "IBM Plex Mono"):
        for weight in (400, 600):
            style = f'html {{ font: {weight} 10pt/1.2 "{family}", "IBM Plex Sans", "IBM Plex Mono" }} p {{ margin: 0 }}'
            source = document(body, style)
            assert first_difference(source, pages(source)) is None


def test_layout_does_not_matter() -> None:
    """Endless tokens, hyphens at line ends, narrow cells, preserved lines and page breaks read back as written."""
    hyphens = " ".join(f"peer-{'x' * number}-preservation/{number}" for number in range(40))
    preserved = "<p style='white-space:pre-wrap'>a\n  b   c</p>"
    source = document(
        f"<p>{hyphens}</p><p>{'0123456789abcdef' * 60}</p><p>{' '.join(map(str, range(3000)))}</p>"
        f"<table><tr><td>5</td><td>59</td><td>{'y' * 400}</td></tr></table>{preserved}"
        "<p>efficient first office waffle <code>fi-fl</code><i>x</i></p>"
    )
    read = pages(source)
    assert len(read) > 1
    assert first_difference(source, read) is None


WORDS = document("<p>5 of 59 trials peer-preservation")


@pytest.mark.parametrize(
    "text",
    [
        "5 of 59 trials peer-preservation",
        "5 of 59 trials peer-|preservation",
        "5|of|59|trials|peer-pres|erva|tion",
    ],
)
def test_a_line_end_may_break_a_word(text: str) -> None:
    """Where a line ends, a word may be broken: nothing else is forgiven."""
    assert first_difference(WORDS, [page(text)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "5 of 58 trials peer-preservation",
        "55 of 9 trials peer-preservation",
        "5 of 5 9 trials peer-preservation",
        "5 of 59 trials",
        "5 of 59 trials peer-preservation more",
        "of 5 59 trials peer-preservation",
        "5 of 59trials peer-preservation",
        "5 of 59 trials peer- preservation",
        "5 of 59 trials peer-|reservation",
        "5 of 59 Trials peer-preservation",
        "",
    ],
)
def test_any_other_word_is_noticed(text: str) -> None:
    """A word changed, moved, left out, added, split or run into its neighbour is a difference."""
    assert first_difference(WORDS, [page(text)]) is not None


def test_a_difference_names_page_and_words() -> None:
    """What was expected and what was found are given, with the page."""
    found = first_difference(WORDS, [page("5 of 58 trials peer-preservation")])
    assert found == Difference(1, "5 of 59 trials peer-preservation", "58")


@pytest.mark.parametrize(
    "foot", ["", "run 0123 page 1 of 2", "run 0124 page 1 of 1", "PASS run 0123 page 1 of 1"]
)
def test_the_foot_must_read_exactly_as_it_must(foot: str) -> None:
    """Nothing can hide in the strip at the foot of a page."""
    assert first_difference(WORDS, [page("5 of 59 trials peer-preservation", foot)]) is not None


def test_no_pages_say_nothing() -> None:
    """A PDF without pages does not say what a document with words says."""
    assert first_difference(WORDS, []) is not None


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"no pdf at all", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_broken_evidence(data: bytes) -> None:
    """An unreadable file is answered with an error of its own kind, exit code 4."""
    with pytest.raises(EvidenceBroken):
        read_pdf(data)
