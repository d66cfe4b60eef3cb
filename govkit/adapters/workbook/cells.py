"""
The cells of a sheet, one after the other: names written or implied, cached values, formulas told apart.

Rows and cells have to come in ascending order, each once, which the format demands and every spreadsheet program
keeps: where they do not, two readers see different sheets.
"""

import typing as t

from govkit.adapters.workbook.markup import is_true
from govkit.adapters.workbook.references import MAX_COLUMN, MAX_ROW, Area, cell_name, parse_area, position
from govkit.adapters.workbook.refusing import damaged, shown
from govkit.adapters.workbook.texts import Text, decoded, locked

Kind: t.TypeAlias = t.Literal["empty", "text", "number", "boolean", "error", "date"]
_KINDS: t.Final[dict[str, Kind]] = {
    "n": "number", "s": "text", "str": "text", "inlineStr": "text", "b": "boolean", "e": "error", "d": "date",
}  # fmt: skip
MAX_RANGES = 20_000
"""Of each kind in one sheet: merged, validated, covered by a formula."""


class Cell(t.NamedTuple):
    """One cell as it is stored."""

    ref: str
    text: str
    """What it shows before any number format: text; a number or a date as the file writes it; `TRUE` or `FALSE`; an
    error's name. For a formula, its cached result."""

    kind: Kind
    formula: bool
    style: int
    """Index of its format; for a cell that is not in the file, that of its row or column."""

    locked: bool
    """Whether its format is a locked one. This bites only where the sheet is protected (`Workbook.is_protected`)."""


class Numbering:
    """Where the present row and cell stand: as they say, or one behind the last where they say nothing."""

    def __init__(self, where: str) -> None:
        self.row = self.column = 0
        self._where = where

    def row_begins(self, attributes: t.Mapping[str, str]) -> int:
        """The number of a row. Raises `AskedWrongly` when it is none, or not behind the last."""
        written = attributes.get("r")
        number = self.row + 1 if written is None else _whole(written)
        if not self.row < number <= MAX_ROW:
            raise damaged(
                self._where, f"row {shown(written or '')} behind row {self.row}", "rows in order, each once"
            )
        self.row, self.column = number, 0
        return number

    def cell_begins(self, attributes: t.Mapping[str, str]) -> int:
        """The column of a cell. Raises `AskedWrongly` when it stands in another row, or not behind the last."""
        written = attributes.get("r")
        try:
            row, column = (self.row, self.column + 1) if written is None else position(written)
        except ValueError:
            row, column = 0, 0
        if row != self.row or not self.column < column <= MAX_COLUMN:
            found = f"cell {shown(written or '')} in row {self.row}, behind column {self.column}"
            raise damaged(self._where, found, "cells in their row, in order, each once")
        self.column = column
        return column


class SheetData:
    """
    Takes the events inside a sheet's `sheetData`; finished cells lie in `found` until they are taken.

    Without `strings` no cell is made, which takes half the time: only `computed` is filled.
    """

    def __init__(
        self, where: str, strings: t.Callable[[], t.Sequence[str]] | None = None, locks: t.Sequence[bool] = ()
    ) -> None:
        self.found: list[tuple[int, int, Cell]] = []
        self.row_styles: dict[int, int] = {}
        self.computed: list[Area] = []
        """The ranges that array, shared and data-table formulas cover."""

        self._where = where
        self._strings = strings
        self._locks = locks
        self._numbering = Numbering(where)
        self._depth = 0
        self._value = Text()
        self._attributes: dict[str, str] = {}
        self._formula = self._valued = False

    @property
    def is_outside(self) -> bool:
        """Whether no row is open."""
        return self._depth == 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element inside `sheetData` begins."""
        self._depth += 1
        if self._depth == 1:
            self._row(name, attributes)
        elif self._depth == 2 and name == "c":  # noqa: PLR2004 - a row's cell
            self._numbering.cell_begins(attributes)
            self._attributes, self._formula, self._valued = attributes, False, False
        elif self._depth == 2 and name != "extLst":  # noqa: PLR2004 - a row's cell
            raise damaged(self._where, f"{shown(name)} in a row", "cells")
        elif self._depth > 2:  # noqa: PLR2004 - inside a cell
            self._inside(name, attributes)

    def end(self, name: str) -> None:
        """An element inside `sheetData` ends."""
        self._depth -= 1
        if self._depth > 1:
            self._value.end(name)
        elif self._depth == 1 and name == "c" and self._strings is not None:
            self._finish(self._strings)

    def text(self, data: str) -> None:
        """A piece of text."""
        if self._depth > 2 and self._strings is not None:  # noqa: PLR2004 - inside a cell
            self._value.text(data)

    def _row(self, name: str, attributes: dict[str, str]) -> None:
        if name != "row":
            raise damaged(self._where, f"{shown(name)} among the rows", "rows")
        row = self._numbering.row_begins(attributes)
        if "s" in attributes and is_true(attributes.get("customFormat")):
            self.row_styles[row] = self._style(attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        if name == "f":
            self._formula = True
            if "ref" in attributes:
                self.computed.append(self._area(attributes["ref"]))
        if name in ("v", "is"):
            self._valued = True
        self._value.start(name)

    def _finish(self, strings: t.Callable[[], t.Sequence[str]]) -> None:
        kind = _KINDS.get(self._attributes.get("t", "n"))
        raw = self._value.taken()
        if kind is None:
            raise damaged(self._where, f"a cell of type {shown(self._attributes['t'])}")
        if not self._valued:
            kind, text = "empty", ""
        elif self._attributes.get("t") == "s" and raw.strip():
            text = self._shared(strings(), raw.strip())
        elif kind == "boolean":
            text = "TRUE" if is_true(raw.strip()) else "FALSE"
        else:
            text = decoded(raw) if kind == "text" else raw.strip()
        row, column, style = self._numbering.row, self._numbering.column, self._style(self._attributes)
        cell = Cell(cell_name(row, column), text, kind, self._formula, style, locked(self._locks, style))
        self.found.append((row, column, cell))

    def _shared(self, strings: t.Sequence[str], index: str) -> str:
        number = _whole(index)
        if not 0 <= number < len(strings):
            raise damaged(self._where, f"shared string {shown(index)}", f"one of {len(strings)}")
        return strings[number]

    def _style(self, attributes: t.Mapping[str, str]) -> int:
        number = _whole(attributes.get("s", "0"))
        if number < 0:
            raise damaged(self._where, f"style {shown(attributes['s'])}", "the number of a format")
        return number

    def _area(self, ref: str) -> Area:
        try:
            area = parse_area(ref)
        except ValueError:
            raise damaged(self._where, f"a formula for {shown(ref)}", "a range of cells") from None
        if len(self.computed) >= MAX_RANGES:
            raise damaged(self._where, f"more than {MAX_RANGES} ranges with one formula")
        return area


def _whole(text: str) -> int:
    """A whole number of up to ten digits; -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1  # noqa: PLR2004
