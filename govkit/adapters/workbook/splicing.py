"""
Surgery on one part: where cells stand, byte by byte, and new bytes in their places.

The parser says where an element begins; nothing is written again that is not changed. What is inserted takes the
prefix that its surroundings use for the spreadsheet namespace. Text goes in as an inline string
(ECMA-376 part 1, 18.3.1.53), which no program takes for a formula.
"""

import dataclasses
import re
import typing as t

from govkit.adapters.workbook.cells import Numbering
from govkit.adapters.workbook.markup import CHUNK_BYTES, Parser, is_true
from govkit.adapters.workbook.references import Area, cell_name, parse_area
from govkit.adapters.workbook.refusing import damaged, shown
from govkit.adapters.workbook.texts import encoded

_TAG = re.compile(rb"""<(?:([^\s/<>:]+):)?[^\s/<>:]+(?:[^"'<>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=/<>"']+)\s*=\s*("[^"]*"|'[^']*')""")


@dataclasses.dataclass(frozen=True, slots=True)
class Splice:
    """New bytes in the place of those from `start` to `end`; an insertion where the two are equal."""

    start: int
    end: int
    new: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Tag:
    """A start tag where it stands in a part."""

    start: int
    end: int
    raw: bytes
    prefix: bytes
    """With its colon; empty for the default namespace."""

    @property
    def is_closed(self) -> bool:
        """Whether the element has no end tag."""
        return self.raw.endswith(b"/>")

    def name(self, local: bytes) -> bytes:
        """The name of another element in the same namespace."""
        return self.prefix + local

    def value(self, attribute: bytes) -> tuple[int, int] | None:
        """Where an attribute's value stands, without its quotes."""
        for match in _ATTRIBUTE.finditer(self.raw):
            if match[1] == attribute:
                return self.start + match.start(2) + 1, self.start + match.end(2) - 1
        return None


def tag_at(data: bytes, start: int) -> Tag:
    """The start tag that begins at this byte of a well-formed part."""
    match = _TAG.match(data, start)
    if match is None:
        raise damaged("a part", "no tag where one was read")
    prefix = match[1] + b":" if match[1] else b""
    return Tag(start, match.end(), match[0], prefix)


def apply(data: bytes, splices: t.Iterable[Splice]) -> bytes:
    """The part with all of these made. They must not overlap; at one place they follow in the order given."""
    out: list[bytes] = []
    done = 0
    for splice in sorted(splices, key=lambda each: (each.start, each.end)):
        if splice.start < done:
            raise damaged("a part", "two changes at one place")
        out += (data[done : splice.start], splice.new)
        done = splice.end
    return b"".join((*out, data[done:]))


def open_up(tag: Tag, local: bytes, inside: bytes) -> Splice:
    """Content for an element that has none, and no end tag."""
    return Splice(tag.end - 2, tag.end, b">" + inside + b"</" + tag.name(local) + b">")


@dataclasses.dataclass(slots=True)
class _Row:
    """A row that holds, or will hold, cells to be changed."""

    tag: Tag
    style: int | None
    cells: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    """Column, first byte, byte behind, style."""

    close: int = 0
    """Where its end tag begins."""


class Locator:
    """Finds the rows to be changed with their cells, and where missing rows belong."""

    def __init__(self, data: bytes, rows: t.Iterable[int], where: str) -> None:
        self.rows: dict[int, _Row] = {}
        self.missing: dict[int, int] = {}
        """Row number to the byte before which it belongs."""

        self.dimension: Tag | None = None
        self.columns: list[tuple[int, int, int]] = []
        self.sheet_data: Tag | None = None
        self._data = data
        self._wanted = sorted(rows, reverse=True)
        self._numbering = Numbering(where)
        self._depth = 0
        self._row: _Row | None = None
        self._in_data = False
        self._cell: tuple[int, int, int] = (0, 0, 0)
        self._parser = Parser(self, where)
        for at in range(0, len(data), CHUNK_BYTES):
            self._parser.feed(data[at : at + CHUNK_BYTES])
        self._parser.close()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth == 2:  # noqa: PLR2004 - right below the root
            self._in_data = name == "sheetData"
            if self._in_data:
                self.sheet_data = tag_at(self._data, self._parser.at)
            elif name == "dimension":
                self.dimension = tag_at(self._data, self._parser.at)
        elif self._in_data and self._depth == 3:  # noqa: PLR2004 - a row
            self._row_begins(attributes)
        elif self._in_data and self._depth == 4 and name == "c":  # noqa: PLR2004 - a cell
            column = self._numbering.cell_begins(attributes)
            if self._row is not None:
                self._cell = (column, self._parser.at, int(attributes.get("s", "0")))
        elif name == "col" and not self._in_data:
            first, last, style = (int(attributes.get(key, "0")) for key in ("min", "max", "style"))
            self.columns.append((first, last, style))

    def end(self, name: str) -> None:
        """An element ends."""
        if self._in_data and self._row is not None and self._depth == 4 and name == "c":  # noqa: PLR2004 - a cell
            column, begin, style = self._cell
            self._row.cells.append((column, begin, self._behind(begin), style))
        elif self._in_data and self._depth == 3 and self._row is not None:  # noqa: PLR2004 - a row
            self._row.close = self._parser.at
            self._row = None
        elif self._in_data and self._depth == 2:  # noqa: PLR2004 - the rows end
            self.missing.update(dict.fromkeys(self._wanted, self._parser.at))
            self._wanted.clear()
            self._in_data = False
        self._depth -= 1

    def text(self, data: str) -> None:
        """A piece of text."""

    def _row_begins(self, attributes: dict[str, str]) -> None:
        number, at = self._numbering.row_begins(attributes), self._parser.at
        while self._wanted and self._wanted[-1] < number:
            self.missing[self._wanted.pop()] = at
        if self._wanted and self._wanted[-1] == number:
            self._wanted.pop()
            styled = "s" in attributes and is_true(attributes.get("customFormat"))
            self._row = _Row(tag_at(self._data, at), int(attributes["s"]) if styled else None)
            self.rows[number] = self._row

    def _behind(self, begin: int) -> int:
        """The byte behind the element that began at `begin` and now ends."""
        tag = tag_at(self._data, begin)
        return tag.end if tag.is_closed else self._data.index(b">", self._parser.at) + 1


def with_texts(data: bytes, texts: t.Mapping[tuple[int, int], str], where: str) -> bytes:
    """The worksheet part with these texts at these rows and columns, and not another byte changed that need not be."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(texts.items()):
        by_row.setdefault(row, {})[column] = text
    located = Locator(data, by_row, where)
    if located.sheet_data is None:
        raise damaged(where, "no sheetData")
    splices: list[Splice] = []
    for row, found in located.rows.items():
        splices += _in_row(found, row, by_row[row], located)
    splices += _new_rows(located.sheet_data, located, {row: by_row[row] for row in located.missing})
    splices += _grown(located.dimension, texts, where)
    return apply(data, splices)


def _in_row(found: _Row, row: int, texts: t.Mapping[int, str], located: Locator) -> t.Iterator[Splice]:
    there = {column: (begin, end, style) for column, begin, end, style in found.cells}
    fresh: list[bytes] = []
    for column, text in texts.items():
        if column in there:
            begin, end, style = there[column]
            prefix = tag_at(located._data, begin).prefix  # noqa: SLF001 - one module
            yield Splice(begin, end, _cell(prefix, row, column, style, text))
            continue
        style = _style(found.style, column, located)
        new = _cell(found.tag.prefix, row, column, style, text)
        behind = next((begin for other, begin, _, _ in found.cells if other > column), found.close)
        if found.tag.is_closed:
            fresh.append(new)
        else:
            yield Splice(behind, behind, new)
    if fresh:
        yield open_up(found.tag, b"row", b"".join(fresh))
    yield from _wider(found.tag, set(texts) - set(there))


def _new_rows(
    sheet_data: Tag, located: Locator, texts: t.Mapping[int, t.Mapping[int, str]]
) -> t.Iterator[Splice]:
    fresh: list[bytes] = []
    for row, cells in sorted(texts.items()):
        name, prefix = sheet_data.name(b"row"), sheet_data.prefix
        inside = b"".join(
            _cell(prefix, row, column, _style(None, column, located), text) for column, text in cells.items()
        )
        new = b'<%s r="%d">%s</%s>' % (name, row, inside, name)
        if sheet_data.is_closed:
            fresh.append(new)
        else:
            yield Splice(located.missing[row], located.missing[row], new)
    if fresh:
        yield open_up(sheet_data, b"sheetData", b"".join(fresh))


def _style(row_style: int | None, column: int, located: Locator) -> int:
    if row_style is not None:
        return row_style
    return next((style for first, last, style in located.columns if first <= column <= last), 0)


def _cell(prefix: bytes, row: int, column: int, style: int, text: str) -> bytes:
    name = cell_name(row, column).encode("ascii")
    styled = b' s="%d"' % style if style else b""
    if not text:
        return b'<%sc r="%s"%s/>' % (prefix, name, styled)
    body = encoded(text).encode("utf-8")
    string = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (prefix, prefix, body, prefix, prefix)
    return b'<%sc r="%s"%s t="inlineStr">%s</%sc>' % (prefix, name, styled, string, prefix)


def _wider(tag: Tag, columns: set[int]) -> t.Iterator[Splice]:
    """The row's note of which columns it uses, where new cells lie outside (`spans`; a note for readers in a hurry)."""
    place = tag.value(b"spans")
    if place is None or not columns:
        return
    start, end = place
    written = tag.raw[start - tag.start : end - tag.start]
    match = re.fullmatch(rb"([0-9]{1,5}):([0-9]{1,5})", written)
    if match is None:
        return
    new = b"%d:%d" % (min(int(match[1]), *columns), max(int(match[2]), *columns))
    if new != written:
        yield Splice(start, end, new)


def _grown(tag: Tag | None, texts: t.Iterable[tuple[int, int]], where: str) -> t.Iterator[Splice]:
    """The sheet's note of the range it uses, where new cells lie outside."""
    place = tag.value(b"ref") if tag is not None else None
    if tag is None or place is None:
        return
    start, end = place
    written = tag.raw[start - tag.start : end - tag.start].decode("utf-8")
    try:
        area: Area = parse_area(written)
    except ValueError:
        raise damaged(where, f"the dimension {shown(written)}", "a range such as A1:F40") from None
    larger = area
    for row, column in texts:
        larger = larger.with_cell(row, column)
    if larger != area:
        yield Splice(start, end, str(larger).encode("ascii"))
