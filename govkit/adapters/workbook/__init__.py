"""
Excel workbooks (.xlsx, .xlsm), read with care and changed with a knife: the answer cells and nothing else.

A buyer's questionnaire is the buyer's file. Libraries that load a workbook and save it again lose what they do not
model: drop-downs of the newer kind, the results of formulas, comments, printer settings. Here a file is never saved
again. The bytes of single cells are replaced in its sheets, and everything else is copied as it is.

    book = Workbook.open(data)
    book.sheets, book.cells("AI"), book.read("AI", ["C7"]), book.validations("AI")
    refusals(book, edits)           what stands in the way of each edit, or nothing
    patch(data, edits) -> bytes     all of them or none
    receipt(before, after)          what changed, by reading both files again

Rules.

1. The file is a stranger's. Parts, sizes, ratios, depth and the number of elements are bounded while they are read;
   entities, document types and other encodings than UTF-8 are refused; names and targets stay inside the file. Nothing
   is executed, computed or fetched, and a part that nobody needs is never inflated.
2. What a cell shows is what the file stores: a formula's cached result, a number as it is written. A drop-down is
   understood only where that takes no computing; what is not understood says so, and is not taken for an empty list.
3. An edit is text and stays text: `=`, `+` and `@` begin no formula. It keeps the cell's format. Rows and cells that
   are not there are inserted in their order. The workbook asks to be computed anew when it is opened
   (`fullCalcOnLoad`), since formulas may depend on answers; until then their cached results are those of before. The
   notes of the range in use (`dimension`, a row's `spans`) grow where a new cell lies outside, and the receipt says so.
4. It refuses, each with its reason: formulas and the ranges they fill, locked cells of a protected sheet, cells
   hidden by a merge, headings of tables, pivot tables, texts that are too long or hold control characters, words that
   are not in an understood drop-down, and any change to a signed or encrypted file. One refused edit and nothing is
   written.
5. The same input gives the same bytes. A patch is proven before it is handed out: its receipt names the cells that
   were asked for, and nothing else.

It knows no questionnaire: which cell is an answer, and what the answer is, is said by who calls.
"""

from govkit.adapters.workbook.book import Workbook
from govkit.adapters.workbook.cells import Cell
from govkit.adapters.workbook.contents import SheetName
from govkit.adapters.workbook.edits import Edit, EditsRefused, RefusedEdit, refusals
from govkit.adapters.workbook.patching import patch
from govkit.adapters.workbook.receipts import CellChange, PartChange, Receipt, receipt
from govkit.adapters.workbook.references import Area, cell_name, position
from govkit.adapters.workbook.validations import Validation

__all__ = [
    "Area",
    "Cell",
    "CellChange",
    "Edit",
    "EditsRefused",
    "PartChange",
    "Receipt",
    "RefusedEdit",
    "SheetName",
    "Validation",
    "Workbook",
    "cell_name",
    "patch",
    "position",
    "receipt",
    "refusals",
]
