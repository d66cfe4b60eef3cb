"""What may not be written, and why: each refusal says where, what stands there, and what to do."""

import pytest

from govkit.adapters.workbook import Edit, EditsRefused, Workbook, patch, refusals
from govkit.errors import AskedWrongly
from govkit.testing.workbooks import SHEET, questionnaire, questionnaire_parts, zipped


def _why(ref: str, text: str, data: bytes | None = None) -> str:
    """The refusal of one edit, or nothing."""
    found = refusals(Workbook.open(data or questionnaire()), [Edit("Answers", ref, text)])
    return str(found[0].why) if found else ""


@pytest.mark.parametrize(
    ("ref", "text", "reason"),
    [
        ("B3", "x", "holds a formula"),
        ("F3", "x", "holds a formula"),
        ("H3", "x", "holds a formula"),
        ("H4", "x", "one formula for H3:H5"),
        ("E8", "x", "write to D8"),
        ("J12", "x", "heading or the total of a table, or to a pivot"),
        ("C4", "Maybe", "'Yes', 'No', 'N/A'"),
        ("C9", "yes", "'Yes', 'No', 'N/A'"),
        ("E3", "Deployer ", "'Model provider', 'Deployer', 'Both'"),
        ("F9", "Somebody", "'Safety team'"),
        ("D3", "bell\x07", r"U+0007"),
        ("D3", "two\r\nlines", "U+000D"),
        ("D3", "half \ud83d", "U+D83D"),
        ("D3", "no character \ufffe", "U+FFFE"),
        ("D3", "x" * 32_768, "found: 32768"),
        ("D3", "\U0001f600" * 16_384, "found: 32768"),
        ("d3", "x", "a name such as C7"),
        ("$D$3", "x", "a name such as C7"),
        ("D0", "x", "a name such as C7"),
        ("D1048577", "x", "a name such as C7"),
        ("XFE1", "x", "a name such as C7"),
        ("=D3", "x", "a name such as C7"),
    ],
)
def test_an_edit_that_may_not_be_made_says_why(ref: str, text: str, reason: str) -> None:
    """Formulas, merges, tables, words outside a drop-down, odd characters, lengths and names are each refused."""
    assert reason in _why(ref, text)


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        ("C3", "Yes"),
        ("C3", ""),
        ("E6", "Both"),
        ("F10", "Safety team"),
        ("G3", "anything: its drop-down is not understood"),
        ("D3", "=1+1"),
        ("D3", "x" * 32_767),
        ("D3", "tab\tand\nline"),
        ("D8", "the first cell of a merge"),
        ("J13", "inside a table"),
        ("XFD1048576", "the last cell"),
    ],
)
def test_an_edit_that_may_be_made_is_not_refused(ref: str, text: str) -> None:
    """Listed words, any text elsewhere, and no text at all."""
    assert not _why(ref, text)


def test_locked_cells_of_a_protected_sheet_are_refused() -> None:
    """Only cells whose format, or whose column's format, is unlocked can be filled in there."""
    data = questionnaire(protected=True)
    assert not _why("C3", "Yes", data)
    assert not _why("D9", "not there yet, in an unlocked column", data)
    assert "locked" in _why("A1", "x", data)
    assert "locked" in _why("G9", "not there yet", data)


@pytest.mark.parametrize(
    "formula", ['t="shared" si="0" ref="A7:C7"', 't="dataTable" ref="A7:C7" dt2D="1" r1="A1" r2="A2"']
)
def test_a_formula_that_reaches_over_a_cell_protects_it(formula: str) -> None:
    """A shared formula and a data table own their whole range, also where a cell of it shows none."""
    parts = questionnaire_parts()
    first = b'<c r="A7" t="b"><v>1</v></c>'
    parts[SHEET] = parts[SHEET].replace(first, f'<c r="A7"><f {formula}>A1</f><v>1</v></c>'.encode())
    assert "one formula for A7:C7" in _why("B7", "x", zipped(parts))


def test_a_pivot_table_is_nobodys_to_fill_in() -> None:
    """What is written into it is gone when it is refreshed."""
    parts = questionnaire_parts()
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/tables/table1.xml"] = (
        b"<pivotTableDefinition " + main + b'><location ref="J12:K13"/></pivotTableDefinition>'
    )
    links = "xl/worksheets/_rels/sheet1.xml.rels"
    parts[links] = parts[links].replace(b"relationships/table", b"relationships/pivotTable")
    assert "pivot table" in _why("J13", "x", zipped(parts))


def test_a_signed_workbook_is_read_and_not_changed() -> None:
    """A signature stands for every byte: the refusal comes before any edit is looked at."""
    parts = questionnaire_parts()
    parts["_xmlsignatures/origin.sigs"] = b""
    data = zipped(parts)
    assert Workbook.open(data).read("Answers", ["A3"])["A3"].text == "PP-01"
    with pytest.raises(AskedWrongly, match="signature"):
        patch(data, [Edit("Answers", "C3", "Yes")])
    links = questionnaire_parts()
    kind = b"http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    links["_rels/.rels"] = links["_rels/.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="s" Type="' + kind + b'" Target="origin.sigs"/></Relationships>',
    )
    assert not Workbook.open(questionnaire()).is_signed
    assert Workbook.open(zipped(links)).is_signed


def test_one_refusal_and_nothing_is_written() -> None:
    """All refusals are told at once, in the order of the edits, and the good edits are not made either."""
    edits = [
        Edit("Answers", "B3", "x"),
        Edit("Answers", "C3", "Yes"),
        Edit("Answer", "C3", "Yes"),
        Edit("Answers", "D4", "a"),
        Edit("Answers", "D4", "b"),
    ]
    with pytest.raises(EditsRefused) as caught:
        patch(questionnaire(), edits)
    assert [each.edit for each in caught.value.refusals] == [edits[0], *edits[2:]]
    told = str(caught.value)
    assert all(word in told for word in ("4 answers", "Answers!B3", "'Answer'", "two texts"))


def test_more_edits_than_any_questionnaire_has_are_refused() -> None:
    """What would take too long is not begun."""
    edits = [Edit("Answers", f"D{row}", "x") for row in range(1, 5_002)]
    with pytest.raises(AskedWrongly, match="too many"):
        refusals(Workbook.open(questionnaire()), edits)
