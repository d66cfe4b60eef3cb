"""
What changed between two workbooks: parts, cells, and whatever else, found by reading both again.

A cell counts as changed when anything of it did: value, kind, formula, format. The order in which a sheet says things
round its cells counts too; only the notes of which range and which columns are used (`dimension`, `spans`) may grow.
"""

import dataclasses
import hashlib
import itertools
import typing as t

from govkit.adapters.workbook.archive import Archive
from govkit.adapters.workbook.book import Workbook
from govkit.adapters.workbook.cells import Cell, Numbering
from govkit.adapters.workbook.markup import Parser, parse
from govkit.adapters.workbook.references import cell_name
from govkit.adapters.workbook.refusing import shown
from govkit.digest import Digest, digest


@dataclasses.dataclass(frozen=True, slots=True)
class PartChange:
    """A part of the file that is not the same any more; None where it is not there."""

    name: str
    before: Digest | None
    after: Digest | None


@dataclasses.dataclass(frozen=True, slots=True)
class CellChange:
    """A cell before and after."""

    sheet: str
    ref: str
    before: Cell
    after: Cell


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """All that differs between two workbooks."""

    before: Digest
    after: Digest
    identical: int
    """How many parts are the same, byte by byte."""

    parts: tuple[PartChange, ...]
    cells: tuple[CellChange, ...]
    dimensions: tuple[tuple[str, str, str], ...]
    """Sheets whose note of the range they use grew: the sheet, the note before, the note after."""

    other: tuple[str, ...]
    """Whatever else changed, a sentence each. Empty after a `patch`."""


def receipt(before: bytes, after: bytes) -> Receipt:
    """Compare two workbooks. Raises `AskedWrongly` where one of them cannot be read safely."""
    old, new = Workbook.open(before), Workbook.open(after)
    parts = _parts(old.archive, new.archive)
    changed = {change.name for change in parts}
    other: list[str] = []
    cells: list[CellChange] = []
    dimensions: list[tuple[str, str, str]] = []
    if old.sheets != new.sheets or old.part != new.part:
        other.append("the list of sheets changed")
    elif old.part in changed and _frame(old) != _frame(new):
        other.append(f"{shown(old.part)} changed in more than whether formulas are computed on opening")
    both = [
        sheet for sheet in old.sheets if sheet in new.sheets and sheet.has_cells and sheet.part in changed
    ]
    for sheet in both:
        found, frames_agree, notes = _cells(old, new, sheet.name, sheet.part)
        cells += found
        if not frames_agree:
            other.append(f"the sheet {shown(sheet.name)} changed in more than its cells")
        if notes[0] != notes[1]:
            dimensions.append((sheet.name, *notes))
    known = {sheet.part for sheet in both} | {old.part}
    other += [f"the part {shown(name)} changed" for name in sorted(changed - known)]
    identical = len({*old.archive.names, *new.archive.names}) - len(parts)
    sums = digest(before), digest(after)
    return Receipt(*sums, identical, parts, tuple(cells), tuple(dimensions), tuple(other))


def _parts(old: Archive, new: Archive) -> tuple[PartChange, ...]:
    changes = []
    for name in dict.fromkeys((*old.names, *new.names)):
        if name in old.names and name in new.names and old.compressed(name) == new.compressed(name):
            continue
        sums = [digest(archive.read(name)) if name in archive.names else None for archive in (old, new)]
        if sums[0] != sums[1]:
            changes.append(PartChange(name, *sums))
    return tuple(changes)


def _cells(
    old: Workbook, new: Workbook, sheet: str, part: str
) -> tuple[list[CellChange], bool, tuple[str, str]]:
    """The cells of a sheet that differ, whether all round them is the same, and its two notes of the range in use."""
    prints = _Prints(part), _Prints(part)
    streams = [each.stream(book.archive.chunks(part)) for each, book in zip(prints, (old, new), strict=True)]
    refs = [cell_name(*at) for at in _differing(*streams)]
    before, after = old.read(sheet, refs), new.read(sheet, refs)
    changes = [CellChange(sheet, ref, before[ref], after[ref]) for ref in refs]
    frames_agree = prints[0].frame.digest() == prints[1].frame.digest()
    return changes, frames_agree, (prints[0].dimension, prints[1].dimension)


Print: t.TypeAlias = tuple[tuple[int, int], str]


def _differing(old: t.Iterator[Print], new: t.Iterator[Print]) -> t.Iterator[tuple[int, int]]:
    """Rows and columns of the cells that only one of two ordered streams has, or that differ."""
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            here, left = left, next(old, None)
            differs = True
        elif left is None or right[0] < left[0]:
            here, right = right, next(new, None)
            differs = True
        else:
            here, differs = left, left[1] != right[1]
            left, right = next(old, None), next(new, None)
        if differs and here is not None:
            yield here[0]


class _Prints:
    """A sheet's cells as text that is the same for the same cell, and the frame round them."""

    def __init__(self, where: str) -> None:
        self.frame = hashlib.sha256()
        self.dimension = ""
        self._found: list[Print] = []
        self._where = where
        self._numbering = Numbering(where)
        self._depth = 0
        self._in_data = False
        self._cell: list[str] | None = None

    def stream(self, chunks: t.Iterable[bytes]) -> t.Iterator[Print]:
        """The cells in order; the frame is whole when they end."""
        parser = Parser(self, self._where)
        for chunk in itertools.chain(chunks, (None,)):
            if chunk is None:
                parser.close()
            else:
                parser.feed(chunk)
            yield from self._found
            self._found.clear()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:  # noqa: PLR2004 - right below the root
            self._in_data = name == "sheetData"
        if name == "dimension" and self._depth == 2:  # noqa: PLR2004 - right below the root
            self.dimension = attributes.get("ref", "")
            attributes = {key: value for key, value in attributes.items() if key != "ref"}
        if self._in_data and self._depth == 3:  # noqa: PLR2004 - a row
            self._row(attributes)
        elif self._in_data and self._depth == 4 and name == "c":  # noqa: PLR2004 - a cell
            self._numbering.cell_begins(attributes)
            self._cell = [_told(name, {key: value for key, value in attributes.items() if key != "r"})]
        else:
            self._tell(_told(name, attributes))

    def end(self, name: str) -> None:
        if self._in_data and self._depth == 4 and self._cell is not None:  # noqa: PLR2004 - a cell
            self._found.append(((self._numbering.row, self._numbering.column), "".join(self._cell)))
            self._cell = None
        elif not self._in_data or self._cell is not None:
            self._tell(f"</{name}>")
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._cell is not None or not self._in_data:
            self._tell(data)

    def _row(self, attributes: dict[str, str]) -> None:
        row = self._numbering.row_begins(attributes)
        told = {key: value for key, value in attributes.items() if key not in ("r", "spans")}
        if told:
            self._tell(_told(f"row {row}", told))

    def _tell(self, event: str) -> None:
        if self._cell is not None:
            self._cell.append(event)
        else:
            self.frame.update(event.encode("utf-8") + b"\0")


class _Frame:
    """A workbook part without the one setting that a patch may change."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        rest = {
            key: value for key, value in attributes.items() if name != "calcPr" or key != "fullCalcOnLoad"
        }
        if name != "calcPr" or rest:
            self.told.append(_told(name, rest))

    def end(self, name: str) -> None:
        if name != "calcPr":
            self.told.append(f"</{name}>")

    def text(self, data: str) -> None:
        self.told.append(data)


def _frame(book: Workbook) -> str:
    frame = _Frame()
    parse(book.archive.read(book.part), frame, book.part)
    return "".join(frame.told)


def _told(name: str, attributes: t.Mapping[str, str]) -> str:
    return repr((name, sorted(attributes.items())))
