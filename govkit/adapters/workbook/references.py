"""
Names of cells and of ranges, as `A1` writes them (ECMA-376 part 1, 18.18.7 and 18.18.62), as numbers and back.

Rows and columns count from 1. A range is held as its corners and never spelled out: `A1:XFD1048576` is one.
"""

import dataclasses
import functools
import re
import typing as t

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
"""The size of a sheet: row 1,048,576, column XFD."""

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_CORNERS = re.compile(
    r"(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?::(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6}))?", re.ASCII
)
_COLUMNS = re.compile(r"(\$?)([A-Z]{1,3}):(\$?)([A-Z]{1,3})", re.ASCII)
_ROWS = re.compile(r"(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, its corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def with_cell(self, row: int, column: int) -> "Area":
        """The smallest rectangle that holds this one and a cell."""
        return Area(
            min(self.top, row), min(self.left, column), max(self.bottom, row), max(self.right, column)
        )

    def __str__(self) -> str:
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


@dataclasses.dataclass(frozen=True, slots=True)
class Pointed:
    """A range as a formula names it, with what of it moves along with the cell that the formula is read for."""

    area: Area
    rows_move: bool
    columns_move: bool


@functools.lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """The number of a column: `A` is 1, `XFD` 16,384. Raises `ValueError` beyond."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= MAX_COLUMN:
        raise ValueError(f"no column {letters}")
    return number


@functools.lru_cache(maxsize=1024)
def column_letters(number: int) -> str:
    """The letters of a column."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """`(3, 2)` is `B3`."""
    return f"{column_letters(column)}{row}"


def position(ref: str) -> tuple[int, int]:
    """Row and column of a cell: `B3` is `(3, 2)`. Raises `ValueError` for what names no cell."""
    match = _CELL.fullmatch(ref)
    if match is None:
        raise ValueError("no cell has this name")
    return _row(match[2]), column_number(match[1])


def pointed(text: str) -> Pointed | None:
    """A range as a formula writes it (`$A$1:$B$3`, `A1`, `$A:$A`, `1:3`); None for what is no range."""
    try:
        if match := _CORNERS.fullmatch(text):
            first, last = match.groups()[:4], match.groups()[4:]
            return _between(first, last if last[1] else first)
        if match := _COLUMNS.fullmatch(text):
            return _between((match[1], match[2], "$", "1"), (match[3], match[4], "$", str(MAX_ROW)))
        if match := _ROWS.fullmatch(text):
            return _between(("$", "A", match[1], match[2]), ("$", "XFD", match[3], match[4]))
    except ValueError:
        return None
    return None


def parse_area(text: str) -> Area:
    """A range as an attribute writes it: `B3`, `A1:B3`. Raises `ValueError` for what is none."""
    found = pointed(text)
    if found is None:
        raise ValueError("no range has this name")
    return found.area


def parse_areas(text: str) -> t.Iterator[Area]:
    """The ranges of an `sqref`, which spaces part. Raises `ValueError` for what is none."""
    return (parse_area(each) for each in text.split())


def _row(digits: str) -> int:
    number = int(digits)
    if number > MAX_ROW:
        raise ValueError(f"no row {number}")
    return number


def _between(first: t.Sequence[str], last: t.Sequence[str]) -> Pointed:
    columns = sorted((column_number(first[1]), column_number(last[1])))
    rows = sorted((_row(first[3]), _row(last[3])))
    area = Area(rows[0], columns[0], rows[1], columns[1])
    return Pointed(area, rows_move=not (first[2] and last[2]), columns_move=not (first[0] and last[0]))
