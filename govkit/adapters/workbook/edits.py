"""What may be written into a workbook: each edit is judged by itself, so that one reading tells all that is wrong."""

import collections
import dataclasses
import typing as t

from govkit.adapters.workbook.book import Workbook
from govkit.adapters.workbook.cells import Cell
from govkit.adapters.workbook.references import Area, position
from govkit.adapters.workbook.refusing import refused, shown
from govkit.adapters.workbook.texts import MAX_CHARACTERS, units, unwritable
from govkit.adapters.workbook.validations import Validation
from govkit.errors import AskedWrongly, GovkitError

MAX_EDITS = 5_000
_SHOWN_ITEMS = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """One text for one cell. It stays a text, whatever it begins with; an empty one empties the cell."""

    sheet: str
    ref: str
    """The cell, as `C7`."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class RefusedEdit:
    """An edit that is not made, and why."""

    edit: Edit
    why: GovkitError


class EditsRefused(AskedWrongly):
    """Edits that cannot be made as asked; carries *all* of them, so that one reading mends it."""

    def __init__(self, refusals: t.Sequence[RefusedEdit]) -> None:
        self.refusals = tuple(refusals)
        count = f"{len(refusals)} answer{'s' if len(refusals) != 1 else ''}"
        super().__init__(f"Nothing was written: {count} cannot go where they should.")

    def lines(self) -> tuple[str, ...]:
        """The sentence, then every refusal with all that it says."""
        told = (f"  {line}" for each in self.refusals for line in each.why.lines())
        return (self.what, *told)


@dataclasses.dataclass(frozen=True, slots=True)
class _Around:
    """What a sheet says that bears on its cells."""

    protected: bool
    computed: tuple[Area, ...]
    merged: tuple[Area, ...]
    reserved: tuple[Area, ...]
    validations: tuple[Validation, ...]


def refuse_signed(book: Workbook) -> None:
    """Raise `AskedWrongly` when somebody signed the workbook."""
    if book.is_signed:
        raise refused(
            "This workbook carries a digital signature, which any change would break.",
            fix="ask for a copy without a signature, or use an answer pack",
        )


def refusals(book: Workbook, edits: t.Sequence[Edit]) -> tuple[RefusedEdit, ...]:
    """
    The edits that cannot be made, in their order, each with its reason.

    Raises `AskedWrongly` where the workbook as a whole cannot be read safely, or carries a signature.
    """
    refuse_signed(book)
    if len(edits) > MAX_EDITS:
        raise refused(
            "These are too many edits at once.", expected=f"at most {MAX_EDITS}", found=str(len(edits))
        )
    faults: dict[int, GovkitError] = {}
    times = collections.Counter((edit.sheet, edit.ref) for edit in edits)
    by_sheet: dict[str, list[int]] = {}
    for number, edit in enumerate(edits):
        fault = _fault_of_text(edit, times[edit.sheet, edit.ref])
        if fault is not None:
            faults[number] = fault
        else:
            by_sheet.setdefault(edit.sheet, []).append(number)
    for sheet, numbers in by_sheet.items():
        faults.update(_faults_on(book, sheet, {number: edits[number] for number in numbers}))
    return tuple(RefusedEdit(edits[number], faults[number]) for number in sorted(faults))


def _fault_of_text(edit: Edit, times: int) -> AskedWrongly | None:
    where = _where(edit)
    try:
        position(edit.ref)
    except ValueError:
        return refused("This is no name of a cell.", where=where, expected="a name such as C7")
    if times > 1:
        return refused("This cell is given two texts.", where=where, expected="one text for each cell")
    odd = unwritable(edit.text)
    if odd:
        return refused(
            "This text has a character that cells do not show.",
            where=where,
            expected="printable characters, tabs, and line feeds between lines",
            found=odd,
            fix="take it out; a line ends with a line feed alone",
        )
    length = units(edit.text)
    if length > MAX_CHARACTERS:
        return refused(
            "This text is longer than a cell can hold.",
            where=where,
            expected=f"at most {MAX_CHARACTERS} characters",
            found=str(length),
            fix="shorten it, and put the rest into a document that the answer names",
        )
    return None


def _faults_on(book: Workbook, sheet: str, edits: t.Mapping[int, Edit]) -> dict[int, GovkitError]:
    try:
        cells = book.read(sheet, [edit.ref for edit in edits.values()])
        protected, computed, merged = book.is_protected(sheet), book.computed(sheet), book.merged(sheet)
        around = _Around(protected, computed, merged, book.reserved(sheet), book.validations(sheet))
    except GovkitError as error:
        return dict.fromkeys(edits, error)
    judged = {number: _fault_there(edit, cells[edit.ref], around) for number, edit in edits.items()}
    return {number: fault for number, fault in judged.items() if fault is not None}


def _fault_there(edit: Edit, cell: Cell, around: _Around) -> AskedWrongly | None:
    row, column = position(edit.ref)
    where = _where(edit)
    if cell.formula:
        return refused("This cell holds a formula.", where=where, fix="answer in a cell that people fill in")
    spread = _over(around.computed, row, column)
    if spread is not None:
        return refused("A formula fills this cell.", where=where, found=f"one formula for {spread}")
    merged = _over(around.merged, row, column)
    if merged is not None and (row, column) != (merged.top, merged.left):
        first = str(merged).partition(":")[0]
        return refused(
            "This cell is hidden in a merged range.", where=where, found=str(merged), fix=f"write to {first}"
        )
    reserved = _over(around.reserved, row, column)
    if reserved is not None:
        what = "This cell belongs to the heading or the total of a table, or to a pivot table."
        return refused(what, where=where, found=str(reserved))
    if cell.locked and around.protected:
        return refused(
            "This cell is locked, and its sheet is protected.",
            where=where,
            fix="ask for a copy with answer cells that are unlocked, or have its owner lift the protection",
        )
    return _fault_of_choice(edit, around.validations, row, column)


def _fault_of_choice(edit: Edit, rules: tuple[Validation, ...], row: int, column: int) -> AskedWrongly | None:
    for rule in rules:
        if rule.values is None or not edit.text or not rule.covers(row, column) or edit.text in rule.values:
            continue
        more = len(rule.values) - _SHOWN_ITEMS
        offered = ", ".join(repr(shown(value)) for value in rule.values[:_SHOWN_ITEMS])
        return refused(
            "This text is not in the cell's drop-down.",
            where=_where(edit),
            expected=f"one of {offered}{f' and {more} more' if more > 0 else ''}",
            found=repr(shown(edit.text)),
            fix="choose one of these words; what they do not say goes into a comment",
        )
    return None


def _over(areas: t.Iterable[Area], row: int, column: int) -> Area | None:
    return next((area for area in areas if area.holds(row, column)), None)


def _where(edit: Edit) -> str:
    return f"{shown(edit.sheet)}!{shown(edit.ref)}"
