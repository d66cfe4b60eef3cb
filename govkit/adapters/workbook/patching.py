"""A workbook with answers in it: cells in their sheets, one word in the workbook part, every other byte as it was."""

import typing as t

from govkit.adapters.workbook.book import Workbook
from govkit.adapters.workbook.edits import Edit, EditsRefused, refusals
from govkit.adapters.workbook.markup import CHUNK_BYTES, Parser, is_true
from govkit.adapters.workbook.receipts import receipt
from govkit.adapters.workbook.references import position
from govkit.adapters.workbook.refusing import damaged, refused
from govkit.adapters.workbook.splicing import Splice, Tag, apply, tag_at, with_texts

_BEFORE_CALC: t.Final = frozenset({
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames",
})  # fmt: skip
"""What comes before `calcPr` in a workbook part (ECMA-376 part 1, 18.2.27)."""


def patch(data: bytes, edits: t.Sequence[Edit]) -> bytes:
    """
    The workbook with these texts in these cells; the same bytes for the same input.

    Raises `EditsRefused` with every edit that cannot be made, and then none is; `AskedWrongly` where the workbook as a
    whole cannot be changed. The result is read again before it is returned: what the receipt finds must be what was
    asked for.
    """
    book = Workbook.open(data)
    refused_edits = refusals(book, edits)
    if refused_edits:
        raise EditsRefused(refused_edits)
    if not edits:
        return data
    by_part: dict[str, dict[tuple[int, int], str]] = {}
    parts = {sheet.name: sheet.part for sheet in book.sheets}
    for edit in edits:
        by_part.setdefault(parts[edit.sheet], {})[position(edit.ref)] = edit.text
    new = {part: with_texts(book.archive.read(part), texts, part) for part, texts in by_part.items()}
    workbook = book.archive.read(book.part)
    calculated = _calculated_on_load(workbook, book.part)
    if calculated != workbook:
        new[book.part] = calculated
    patched = book.archive.with_parts(new)
    _prove(data, patched, edits)
    return patched


def _prove(before: bytes, after: bytes, edits: t.Sequence[Edit]) -> None:
    """Read both files again: the cells hold the texts, and nothing else changed."""
    found = receipt(before, after)
    asked = {(edit.sheet, edit.ref): edit.text for edit in edits}
    stray = [change for change in found.cells if (change.sheet, change.ref) not in asked]
    changed = {(change.sheet, change.ref): change.after for change in found.cells}
    kept: dict[str, list[str]] = {}
    for sheet, ref in asked.keys() - changed.keys():
        kept.setdefault(sheet, []).append(ref)
    book = Workbook.open(after)
    for sheet, refs in kept.items():
        changed.update({(sheet, ref): cell for ref, cell in book.read(sheet, refs).items()})
    wrong = sum(changed[at].text != text or changed[at].formula for at, text in asked.items())
    if found.other or stray or wrong:
        raise refused(
            "This workbook was not written: the result does not read as it should.",
            found="; ".join((*found.other, f"{len(stray)} other cells changed, {wrong} texts not in place")),
            fix="use an answer pack, and report this workbook's producer and version",
        )


class _Calculation:
    """Finds the calculation settings of a workbook part, or the place where they belong."""

    def __init__(self, data: bytes, where: str) -> None:
        self.settings: Tag | None = None
        self.on_load = False
        self.place = 0
        self.prefix = b""
        self._data = data
        self._open: tuple[str, int] = ("", 0)
        self._depth = 0
        self._parser = Parser(self, where)
        for at in range(0, len(data), CHUNK_BYTES):
            self._parser.feed(data[at : at + CHUNK_BYTES])
        self._parser.close()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:  # noqa: PLR2004 - right below the root
            self._open = (name, self._parser.at)
            if name == "calcPr":
                self.settings = tag_at(self._data, self._parser.at)
                self.on_load = is_true(attributes.get("fullCalcOnLoad"))

    def end(self, name: str) -> None:
        if self._depth == 2 and name in _BEFORE_CALC:  # noqa: PLR2004 - right below the root
            tag = tag_at(self._data, self._open[1])
            self.prefix = tag.prefix
            self.place = tag.end if tag.is_closed else self._data.index(b">", self._parser.at) + 1
        self._depth -= 1

    def text(self, data: str) -> None: ...


def _calculated_on_load(data: bytes, where: str) -> bytes:
    """The workbook part, asking the program that opens it to compute all formulas: what depends on answers is stale."""
    found = _Calculation(data, where)
    if found.on_load:
        return data
    if found.settings is None:
        if not found.place:
            raise damaged(where, "no list of sheets")
        new = b'<%scalcPr fullCalcOnLoad="1"/>' % found.prefix
        return apply(data, [Splice(found.place, found.place, new)])
    value = found.settings.value(b"fullCalcOnLoad")
    if value is not None:
        return apply(data, [Splice(*value, b"1")])
    behind = found.settings.start + 1 + len(found.settings.name(b"calcPr"))
    return apply(data, [Splice(behind, behind, b' fullCalcOnLoad="1"')])
