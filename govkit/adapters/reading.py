"""
What a report says, read back from its PDF, and whether that is what the HTML it is set from says.

The PDF's words are taken by a reader of PDF that had no part in making it (PDFium), in the order in which they are
painted, and compared one by one with the words of the HTML in document order. Layout may break a word at the end of a
line, and nothing else: a word moved, changed, left out, added or run into its neighbour is a difference, and so is a
running foot that does not read exactly as it must on every page.

For this to hold, a template keeps to a few rules, which the tests of the shipped ones check: nothing floats or is
positioned, no content is generated but the running foot, no table head repeats, letters are not transformed.

This compares *text*. A picture of a word or a white word on white passes here; the signature over the file, and
setting the same HTML again and comparing bytes, answer for those.
"""

import ctypes
import dataclasses
import html.parser
import typing as t

import pypdfium2
import pypdfium2.raw as pdfium

from govkit.errors import EvidenceBroken

FOOT_ZONE = 45.0
"""Height in points of the strip at the bottom of each page that belongs to the running foot alone."""

FOOT_META = "running-foot"
"""Name of the HTML meta element that holds the running foot's words, without `page x of y`."""

MOST_PAGES = 1_000
"""No report of ours comes near; a PDF of more pages is refused instead of read."""

# Two characters of one line belong to two words when the gap between them exceeds this share of the font's size:
# a word space is about 0.25, kerning at most 0.1, the padding of a table's cells above 0.5.
_WORD_GAP = 0.15

_SAME_LINE = 0.5
"""Points by which the baseline may differ within a line."""

# PDFium takes a hyphen at the end of a line for a break it should heal, and reports one of these in its place.
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}

_INLINE = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "wbr", "q", "time"}
)
_UNSEEN = frozenset({"head", "style", "script", "title", "desc", "metadata"})


@dataclasses.dataclass(frozen=True, slots=True)
class Fragment:
    """A run of printed characters without a gap; `begins_line` when it may continue the word before it."""

    text: str
    begins_line: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PrintedPage:
    """The words of one page as painted: the body's, and those of the strip at the foot."""

    body: tuple[Fragment, ...]
    foot: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the PDF does not say what it must."""

    page: int
    """Counted from one."""
    expected: str
    found: str


def first_difference(source: str, printed: t.Sequence[PrintedPage]) -> Difference | None:
    """
    Where the printed pages first depart from the words of the HTML `source`; `None` when they say the same.

    Pages without a word, and no pages, are a difference from any document that has words.
    """
    document = _Words.of(source)
    return _foot_difference(document.foot, printed) or _body_difference(tuple(document.words), printed)


def words_of_html(source: str) -> tuple[str, ...]:
    """The words a reader of the document will see, in order, without the running foot."""
    return tuple(_Words.of(source).words)


def _foot_difference(foot: str, printed: t.Sequence[PrintedPage]) -> Difference | None:
    for number, page in enumerate(printed, start=1):
        expected = f"{foot} page {number} of {len(printed)}".split()
        if list(page.foot) != expected:
            return Difference(number, " ".join(expected), " ".join(page.foot)[:500])
    return None


def _body_difference(words: tuple[str, ...], printed: t.Sequence[PrintedPage]) -> Difference | None:
    place, taken = 0, 0  # the word to come, and how much of it the lines before have shown
    for number, page in enumerate(printed, start=1):
        for fragment in page.body:
            word = words[place] if place < len(words) else ""
            fits = (
                bool(word) and word.startswith(fragment.text, taken) and (taken == 0 or fragment.begins_line)
            )
            if not fits:
                return Difference(number, _around(words, place), fragment.text[:500])
            taken += len(fragment.text)
            if taken == len(word):
                place, taken = place + 1, 0
    if place < len(words):
        return Difference(max(len(printed), 1), _around(words, place), "the end of the document")
    return None


def _around(words: tuple[str, ...], place: int) -> str:
    if place >= len(words):
        return "the end of the document"
    return " ".join(words[max(place - 3, 0) : place + 4])[:500]


class _Words(html.parser.HTMLParser):
    """Collects the visible words of a document that our own templates wrote."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.foot = ""
        self._text: list[str] = []
        self._unseen = 0

    @classmethod
    def of(cls, source: str) -> "_Words":
        reader = cls()
        reader.feed(source)
        reader.close()
        reader.break_word()
        return reader

    def break_word(self) -> None:
        self.words.extend("".join(self._text).split())
        self._text.clear()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "meta" and named.get("name") == FOOT_META:
            self.foot = named.get("content") or ""
        if tag in _UNSEEN:
            self._unseen += 1
        if tag not in _INLINE:
            self.break_word()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen -= 1
        if tag not in _INLINE:
            self.break_word()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _UNSEEN:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._text.append(data)


def read_pdf(data: bytes) -> tuple[PrintedPage, ...]:
    """
    The printed words of every page.

    `data` may be hostile: read it in a process that may die. Raises `EvidenceBroken` when it is no readable PDF.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise EvidenceBroken("The PDF cannot be read.", found=str(error)[:200]) from error
    try:
        if not 0 < len(document) <= MOST_PAGES:
            raise EvidenceBroken(
                "The PDF has an impossible number of pages.",
                expected=f"1 to {MOST_PAGES}",
                found=str(len(document)),
            )
        return tuple(_printed(document, number) for number in range(len(document)))
    except pypdfium2.PdfiumError as error:
        raise EvidenceBroken("A page of the PDF cannot be read.", found=str(error)[:200]) from error
    finally:
        document.close()


def _printed(document: pypdfium2.PdfDocument, number: int) -> PrintedPage:
    page = document[number]
    text = page.get_textpage()
    body, foot = _Line(), _Line()
    for character in _characters(text.raw, text.count_chars()):
        (foot if character.y < FOOT_ZONE else body).add(character)
    text.close()
    page.close()
    return PrintedPage(body.fragments(), tuple(fragment.text for fragment in foot.fragments()))


@dataclasses.dataclass(frozen=True, slots=True)
class _Character:
    text: str
    x: float
    y: float
    end: float
    size: float


def _characters(page: t.Any, count: int) -> t.Iterator[_Character]:
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    for index in range(count):
        # Spaces and line ends that PDFium supplies out of its own reckoning: ours is `_Line`.
        if pdfium.FPDFText_IsGenerated(page, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(page, index)
        pdfium.FPDFText_GetCharOrigin(page, index, ctypes.byref(x), ctypes.byref(y))
        pdfium.FPDFText_GetLooseCharBox(page, index, ctypes.byref(box))
        size = pdfium.FPDFText_GetFontSize(page, index)
        yield _Character(_HYPHENS.get(code) or chr(code), x.value, y.value, box.right, size)


class _Line:
    """Puts characters together into fragments, as they come."""

    def __init__(self) -> None:
        self._fragments: list[Fragment] = []
        self._run: list[str] = []
        self._begins_line = True
        self._last: _Character | None = None

    def add(self, character: _Character) -> None:
        last = self._last
        moved = last is None or abs(character.y - last.y) > _SAME_LINE or character.x < last.x - _SAME_LINE
        apart = last is not None and character.x - last.end > _WORD_GAP * character.size
        self._last = character
        if moved or apart:
            self._end(begins_line=moved)
        if character.text.isspace():
            self._end(begins_line=False)
        else:
            self._run.append(character.text)

    def _end(self, *, begins_line: bool) -> None:
        if self._run:
            self._fragments.append(Fragment("".join(self._run), self._begins_line))
            self._run.clear()
        self._begins_line = begins_line

    def fragments(self) -> tuple[Fragment, ...]:
        self._end(begins_line=True)
        return tuple(self._fragments)
