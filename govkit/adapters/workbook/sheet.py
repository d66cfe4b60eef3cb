"""One sheet as a stream of cells, and what stands round them: protection, merged ranges, columns, drop-downs."""

import dataclasses
import typing as t

from govkit.adapters.workbook.cells import MAX_RANGES, Cell, SheetData
from govkit.adapters.workbook.markup import Parser, is_true
from govkit.adapters.workbook.references import MAX_COLUMN, Area, parse_areas
from govkit.adapters.workbook.refusing import damaged, shown

_GONE = "#REF!"
"""What a program writes for a range that somebody deleted: it covers nothing."""


@dataclasses.dataclass(slots=True)
class Rule:
    """A data validation as the file states it."""

    source: t.Literal["plain", "x14"]
    kind: str
    """`list`, `whole`, `custom` ...; `none` where it only shows a hint."""

    allow_blank: bool
    areas: tuple[Area, ...] = ()
    formula: str = ""
    items: str = ""
    """The list itself, quoted like CSV, where newer programs write it beside the formula (`x12ac:list`)."""


@dataclasses.dataclass(slots=True)
class Facts:
    """What a sheet says besides its cells."""

    protected: bool = False
    dimension: str = ""
    merged: list[Area] = dataclasses.field(default_factory=list)
    columns: list[tuple[int, int, int]] = dataclasses.field(default_factory=list)
    """First and last column, and the style of cells that are not there."""

    rules: list[Rule] = dataclasses.field(default_factory=list)


class Sheet:
    """
    Takes the events of a worksheet part.

    Raises `AskedWrongly` for a part that is no worksheet, has its rows twice, or more ranges than `MAX_RANGES`.
    """

    def __init__(self, where: str, data: SheetData) -> None:
        self.facts = Facts()
        self.data = data
        self._where = where
        self._path: list[str] = []
        self._in_data = self._had_data = False
        self._ranges = 0
        self._rule: Rule | None = None
        self._words: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._in_data:
            self.data.start(name, attributes)
            return
        self._path.append(name)
        depth = len(self._path)
        if depth == 1 and name != "worksheet":
            raise damaged(self._where, shown(name), "a worksheet")
        if depth == 2 and name == "sheetData":  # noqa: PLR2004 - right below the root
            if self._had_data:
                raise damaged(self._where, "its cells twice", "one sheetData")
            self._in_data = self._had_data = True
        elif "sheetData" in self._path:
            raise damaged(self._where, "cells inside something else", "one sheetData")
        else:
            self._state(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._in_data and not self.data.is_outside:
            self.data.end(name)
            return
        self._in_data = False
        self._path.pop()
        if self._rule is not None:
            self._rule_ends(name, self._rule)
        self._words.clear()

    def text(self, data: str) -> None:
        """A piece of text."""
        if self._in_data:
            self.data.text(data)
        elif self._rule is not None:
            self._words.append(data)

    def _state(self, name: str, attributes: dict[str, str]) -> None:
        self._words.clear()
        match name:
            case "sheetProtection":
                self.facts.protected = is_true(attributes.get("sheet"))
            case "dimension":
                self.facts.dimension = attributes.get("ref", "")
            case "mergeCell":
                self.facts.merged.append(self._area(attributes.get("ref", "")))
            case "col":
                self._column(attributes)
            case "dataValidation" | "x14:dataValidation":
                source: t.Literal["plain", "x14"] = "plain" if name == "dataValidation" else "x14"
                kind, blank = attributes.get("type", "none"), is_true(attributes.get("allowBlank"))
                areas = self._areas(attributes.get("sqref", ""))
                self._rule = Rule(source, kind, blank, areas)
                self.facts.rules.append(self._rule)

    def _rule_ends(self, name: str, rule: Rule) -> None:
        words = "".join(self._words)
        if name in ("dataValidation", "x14:dataValidation"):
            self._rule = None
        elif name == "formula1" or (name == "xm:f" and self._path[-1] == "x14:formula1"):
            rule.formula = words
        elif name == "xm:sqref":
            rule.areas = self._areas(words)
        elif name == "x12ac:list":
            rule.items = words

    def _column(self, attributes: dict[str, str]) -> None:
        try:
            first, last, style = (int(attributes.get(key, "0")) for key in ("min", "max", "style"))
        except ValueError:
            first = last = style = 0
        if not 0 < first <= last <= MAX_COLUMN or style < 0:
            raise damaged(self._where, "a column without numbers, or none of the sheet's")
        self._count()
        self.facts.columns.append((first, last, style))

    def _area(self, text: str) -> Area:
        areas = self._areas(text)
        if len(areas) != 1:
            raise damaged(self._where, f"{len(areas)} ranges where one is expected")
        return areas[0]

    def _areas(self, text: str) -> tuple[Area, ...]:
        areas = []
        try:
            for area in parse_areas(text.replace(_GONE, "")):
                self._count()
                areas.append(area)
        except ValueError:
            raise damaged(self._where, f"the range {shown(text)}", "ranges such as A1:B3") from None
        return tuple(areas)

    def _count(self) -> None:
        self._ranges += 1
        if self._ranges > MAX_RANGES:
            raise damaged(self._where, f"more than {MAX_RANGES} merged or validated ranges")


def stream(chunks: t.Iterable[bytes], sheet: Sheet, where: str) -> t.Iterator[tuple[int, int, Cell]]:
    """The cells of a sheet part, with row and column, as they are read. What stands round them is known at the end."""
    parser = Parser(sheet, where)
    for chunk in chunks:
        parser.feed(chunk)
        yield from sheet.data.found
        sheet.data.found.clear()
    parser.close()
    yield from sheet.data.found
    sheet.data.found.clear()


def style_there(facts: Facts, row_style: int | None, column: int) -> int:
    """The style of a cell that is not in the file: its row's, or else its column's."""
    if row_style is not None:
        return row_style
    return next((style for first, last, style in facts.columns if first <= column <= last), 0)
