"""A receipt names every difference between two workbooks, also those that nobody asked for."""

import pytest

from govkit.adapters.workbook import Edit, patch, receipt
from govkit.digest import digest
from govkit.testing.workbooks import SHEET, questionnaire, questionnaire_parts, zipped

EDITS = [Edit("Answers", "C3", "Yes"), Edit("Answers", "D9", "Tested.")]


def test_a_receipt_lists_parts_and_cells() -> None:
    """Digests of both files, the two parts that changed, each cell before and after, and the range that grew."""
    before = questionnaire()
    after = patch(before, [*EDITS, Edit("Answers", "M20", "outside")])
    found = receipt(before, after)
    assert (found.before, found.after) == (digest(before), digest(after))
    assert [part.name for part in found.parts] == ["xl/workbook.xml", SHEET]
    assert found.identical == len(questionnaire_parts()) - 2
    told = [(cell.ref, cell.before.text, cell.after.text) for cell in found.cells]
    assert told == [("C3", "", "Yes"), ("D9", "", "Tested."), ("M20", "", "outside")]
    assert found.dimensions == (("Answers", "A1:K13", "A1:M20"),)
    assert found.other == ()


def test_a_file_is_its_own_receipt() -> None:
    """Nothing differs between a workbook and itself."""
    found = receipt(questionnaire(), questionnaire())
    assert (found.parts, found.cells, found.other) == ((), (), ())


@pytest.mark.parametrize(
    ("part", "old", "new", "cells", "other"),
    [
        (SHEET, b"<v>0.10000000000000001</v>", b"<v>0.2</v>", ["B7"], ""),
        (SHEET, b"IF(C3=", b"IF(D3=", ["F3"], ""),
        (SHEET, b'<c r="C4" s="2">', b'<c r="C4" s="3">', ["C4"], ""),
        (SHEET, b'<c r="C4" s="2"></c>', b"", ["C4"], ""),
        (SHEET, b"<t>Word</t>", b"<r><rPr><b/></rPr><t>Word</t></r>", ["J12"], ""),
        (SHEET, b"Lists!$A$1:$A$3", b"Lists!$A$1:$A$2", [], "Answers changed in more than its cells"),
        (SHEET, b'ref="D8:E8"', b'ref="D8:F8"', [], "Answers changed in more than its cells"),
        (SHEET, b'<row r="10">', b'<row r="10" hidden="1">', [], "Answers changed in more than its cells"),
        ("xl/workbook.xml", b"Lists!$B$1", b"Lists!$A$1", [], "in more than whether formulas are computed"),
        (
            "xl/workbook.xml",
            b'calcId="191029"',
            b'calcId="191029" calcMode="manual"',
            [],
            "in more than whether",
        ),
        ("xl/workbook.xml", b'state="hidden"', b'state="visible"', [], "the list of sheets changed"),
        ("xl/sharedStrings.xml", b"PP-01", b"PP-99", [], "the part xl/sharedStrings.xml changed"),
        ("xl/printerSettings/printerSettings1.bin", b"\0\1\2", b"\0\1\3", [], "printerSettings1.bin changed"),
    ],
)
def test_a_change_that_nobody_asked_for_is_named(
    part: str, old: bytes, new: bytes, cells: list[str], other: str
) -> None:
    """Planted in a patched workbook, each of these stands in the receipt beside what was asked for."""
    parts = questionnaire_parts()
    assert old in parts[part]
    spoilt = zipped({**parts, part: parts[part].replace(old, new, 1)})
    found = receipt(zipped(parts), spoilt)
    assert [cell.ref for cell in found.cells] == cells
    assert other in "; ".join(found.other)
    assert bool(found.other) == bool(other)


def test_parts_that_come_and_go_are_named() -> None:
    """A part more and a part less are changes, with no digest on the side where they are missing."""
    parts = questionnaire_parts()
    gone = dict(parts)
    settings = gone.pop("xl/calcChain.xml")
    gone["xl/extra.bin"] = b"extra"
    found = {part.name: (part.before, part.after) for part in receipt(zipped(parts), zipped(gone)).parts}
    assert found == {"xl/calcChain.xml": (digest(settings), None), "xl/extra.bin": (None, digest(b"extra"))}
