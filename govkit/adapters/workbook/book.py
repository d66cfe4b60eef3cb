"""A workbook, read: its sheets, their cells, and what may stand in them."""

import functools
import typing as t

from govkit.adapters.workbook.archive import Archive
from govkit.adapters.workbook.cells import Cell, SheetData
from govkit.adapters.workbook.container import is_signed, open_container, relationships
from govkit.adapters.workbook.contents import Contents, SheetName, read_contents
from govkit.adapters.workbook.markup import parse
from govkit.adapters.workbook.references import Area, cell_name, parse_area, position
from govkit.adapters.workbook.refusing import damaged, refused, shown
from govkit.adapters.workbook.sheet import Facts, Sheet, stream, style_there
from govkit.adapters.workbook.texts import Locks, SharedStrings, locked
from govkit.adapters.workbook.validations import (
    MAX_ITEMS,
    MAX_LISTS,
    Source,
    Unclear,
    Validation,
    listed,
    origin,
    validation,
)
from govkit.errors import UnknownName


class Workbook:
    """
    An .xlsx or .xlsm file.

    `Workbook.open` inspects the container and its table of contents; a sheet is read when it is asked for, and every
    method that reads one raises `AskedWrongly` for what cannot be read safely and `UnknownName` for a sheet that is not
    there. Nothing of the file is executed, computed or fetched.
    """

    def __init__(self, archive: Archive, part: str, contents: Contents) -> None:
        self.archive = archive
        self.part = part
        """The name of the workbook part."""

        self.contents = contents
        self._facts: dict[str, tuple[Facts, tuple[Area, ...]]] = {}
        self._validations: dict[str, tuple[Validation, ...]] = {}

    @classmethod
    def open(cls, data: bytes) -> "Workbook":
        """Raises `AskedWrongly` for what is no workbook, or none that can be read safely."""
        archive, part = open_container(data)
        return cls(archive, part, read_contents(archive, part))

    @property
    def sheets(self) -> tuple[SheetName, ...]:
        """The sheets in the order of their tabs, the hidden ones included."""
        return self.contents.sheets

    @functools.cached_property
    def is_signed(self) -> bool:
        """Whether somebody signed the file: it can be read, and not changed."""
        return is_signed(self.archive)

    @property
    def has_macros(self) -> bool:
        """Whether a program travels in it. It is carried along and never looked at."""
        return any(name.lower().endswith("vbaproject.bin") for name in self.archive.names)

    def cells(self, sheet: str) -> t.Iterator[Cell]:
        """Every cell that is in the file, row by row, in bounded memory."""
        return (cell for _, _, cell in self._stream(self._found(sheet), self._new(sheet)))

    def read(self, sheet: str, refs: t.Iterable[str]) -> dict[str, Cell]:
        """These cells, in their order; one that is not in the file is empty, and has its row's or column's style."""
        wanted: dict[tuple[int, int], str] = {}
        for ref in refs:
            try:
                wanted[position(ref)] = ref
            except ValueError:
                raise refused(
                    "This is no name of a cell.", found=shown(ref), expected="a name such as C7"
                ) from None
        last = max((row for row, _ in wanted), default=0)
        reader, found = self._new(sheet), dict[tuple[int, int], Cell]()
        for row, column, cell in self._stream(self._found(sheet), reader):
            if row > last:
                break
            if (row, column) in wanted:
                found[row, column] = cell
        return {ref: found.get(at) or self._absent(reader, *at) for at, ref in wanted.items()}

    def is_protected(self, sheet: str) -> bool:
        """Whether the sheet is protected, so that its locked cells may not be changed."""
        return self._facts_of(sheet)[0].protected

    def dimension(self, sheet: str) -> str:
        """The range that the sheet says it uses; empty where it does not say."""
        return self._facts_of(sheet)[0].dimension

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """The merged ranges. Only the top left cell of each shows."""
        return tuple(self._facts_of(sheet)[0].merged)

    def computed(self, sheet: str) -> tuple[Area, ...]:
        """The ranges over which one formula spreads: array formulas, shared formulas and data tables."""
        return self._facts_of(sheet)[1]

    def validations(self, sheet: str) -> tuple[Validation, ...]:
        """The data validations, plain ones first, then those of the extension (x14), with what their lists offer."""
        if sheet not in self._validations:
            self._validations[sheet] = self._understood(sheet)
        return self._validations[sheet]

    def reserved(self, sheet: str) -> tuple[Area, ...]:
        """
        Ranges that another part of the file owns: heading and total rows of tables, whose texts stand a second time in
        the table's own part, and pivot tables, which are written anew when they are refreshed.
        """
        rows: list[Area] = []
        for link in relationships(self.archive, self._found(sheet).part):
            if link.kind in ("table", "pivotTable") and link.target is not None:
                table = _Table(link.target)
                parse(self.archive.read(link.target), table, link.target)
                rows.extend(table.rows())
        return tuple(rows)

    def _found(self, sheet: str) -> SheetName:
        for each in self.sheets:
            if each.name == sheet:
                if not each.has_cells:
                    raise refused("This sheet has no cells: it is a chart or a dialog.", where=shown(sheet))
                return each
        raise UnknownName("sheet", sheet, (shown(each.name) for each in self.sheets))

    def _new(self, sheet: str) -> Sheet:
        part = self._found(sheet).part
        return Sheet(part, SheetData(part, lambda: self._strings, self._locks))

    def _stream(self, sheet: SheetName, reader: Sheet) -> t.Iterator[tuple[int, int, Cell]]:
        return stream(self.archive.chunks(sheet.part), reader, sheet.part)

    def _absent(self, reader: Sheet, row: int, column: int) -> Cell:
        style = style_there(reader.facts, reader.data.row_styles.get(row), column)
        return Cell(cell_name(row, column), "", "empty", False, style, locked(self._locks, style))  # noqa: FBT003

    def _facts_of(self, sheet: str) -> tuple[Facts, tuple[Area, ...]]:
        if sheet not in self._facts:
            found = self._found(sheet)
            reader = Sheet(found.part, SheetData(found.part))
            for _ in self._stream(found, reader):
                pass
            self._facts[sheet] = reader.facts, tuple(reader.data.computed)
        return self._facts[sheet]

    def _understood(self, sheet: str) -> tuple[Validation, ...]:
        number = self.sheets.index(self._found(sheet))
        rules = self._facts_of(sheet)[0].rules
        origins: list[tuple[str, ...] | Source | Unclear] = []
        for rule in rules:
            try:
                origins.append(origin(rule, number, self.contents))
            except Unclear as reason:
                origins.append(reason)
        items = self._items({each: None for each in origins if isinstance(each, Source)})
        answers = ((items[each] if isinstance(each, Source) else each) for each in origins)
        found = [
            validation(rule, None, str(answer))
            if isinstance(answer, Unclear)
            else validation(rule, answer, "")
            for rule, answer in zip(rules, answers, strict=True)
        ]
        return tuple(sorted(found, key=lambda each: each.source != "plain"))

    def _items(self, sources: t.Mapping[Source, None]) -> dict[Source, tuple[str, ...] | Unclear]:
        """What stands in these ranges. Each sheet is read once."""
        texts: dict[Source, list[str]] = {source: [] for source in list(sources)[:MAX_LISTS]}
        for number in dict.fromkeys(source.sheet for source in texts):
            self._gather(
                {source: texts[source] for source in texts if source.sheet == number}, self.sheets[number]
            )
        found: dict[Source, tuple[str, ...] | Unclear] = {}
        for source in sources:
            try:
                found[source] = listed(texts[source])
            except KeyError:
                found[source] = Unclear(f"one of more than {MAX_LISTS} lists")
            except Unclear as reason:
                found[source] = reason
        return found

    def _gather(self, texts: t.Mapping[Source, list[str]], sheet: SheetName) -> None:
        """Fill in what stands in these ranges of one sheet. Each is one column or one row, and found by its number."""
        by_place: dict[tuple[int, int], list[Source]] = {}
        for source in texts:
            area = source.area
            place = (0, area.left) if area.left == area.right else (area.top, 0)
            by_place.setdefault(place, []).append(source)
        last = max(source.area.bottom for source in texts)
        for row, column, cell in self._stream(sheet, self._new(sheet.name)):
            if row > last:
                break
            for source in (*by_place.get((0, column), ()), *by_place.get((row, 0), ())):
                if source.area.holds(row, column) and len(texts[source]) <= MAX_ITEMS:
                    texts[source].append(cell.text)

    @functools.cached_property
    def _strings(self) -> t.Sequence[str]:
        if self.contents.strings is None:
            return ()
        table = SharedStrings(self.contents.strings)
        parse(self.archive.read(self.contents.strings), table, self.contents.strings)
        return table.found

    @functools.cached_property
    def _locks(self) -> t.Sequence[bool]:
        if self.contents.styles is None:
            return ()
        locks = Locks()
        parse(self.archive.read(self.contents.styles), locks, self.contents.styles)
        return locks.found


class _Table:
    def __init__(self, where: str) -> None:
        self._where = where
        self._table: dict[str, str] = {}
        self._pivot = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._table = attributes
        elif name == "location":
            self._pivot = attributes.get("ref", "")

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...

    def rows(self) -> t.Iterator[Area]:
        try:
            area = parse_area(self._pivot or self._table.get("ref", ""))
        except ValueError:
            raise damaged(self._where, "a table without a range") from None
        if self._pivot:
            yield area
            return
        if self._table.get("headerRowCount", "1") != "0":
            yield Area(area.top, area.left, area.top, area.right)
        if self._table.get("totalsRowCount", "0") != "0":
            yield Area(area.bottom, area.left, area.bottom, area.right)
