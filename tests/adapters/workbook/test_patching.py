"""A patched workbook: the texts are in place, and everything else is what it was, byte by byte."""

import io
import itertools
import re
import typing as t
import zipfile
from xml.etree import ElementTree as Tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.workbook import Edit, Workbook, patch, receipt
from govkit.adapters.workbook.patching import _prove
from govkit.adapters.workbook.splicing import Splice, apply, tag_at
from govkit.errors import AskedWrongly
from govkit.testing.workbooks import SHEET, questionnaire, questionnaire_parts, zipped

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TOUCHED = {SHEET, "xl/workbook.xml"}
FREE = [f"{column}{row}" for column, row in itertools.product("DGIMN", range(2, 17)) if row != 8] + [
    "AA40",
    "B900",
]
"""Cells where any text may stand: in rows with cells, with none, and not there at all."""

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30
)
EDITS = st.dictionaries(
    st.sampled_from(FREE), TEXTS | st.sampled_from(["=1+1", "@x", "_x0041_", " a\n\tb ", "]]>"]), min_size=1
)
FORMS = st.sampled_from([(prefix, numbered) for prefix in ("", "x", "ss") for numbered in (True, False)])
Form: t.TypeAlias = tuple[str, bool]


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _edits(texts: t.Mapping[str, str]) -> list[Edit]:
    return [Edit("Answers", ref, text) for ref, text in texts.items()]


def _rest(sheet: bytes, touched: t.Container[str]) -> list[tuple[str, str | None, dict[str, str]]]:
    """A sheet as another parser reads it, without the touched cells and the two notes that may grow."""
    root = Tree.fromstring(sheet)  # noqa: S314 - made by this package
    for note in root.iter(f"{MAIN}dimension"):
        note.attrib.clear()
    row_number = 0
    for row in root.iter(f"{MAIN}row"):
        row_number = int(row.attrib.pop("r", row_number + 1))
        row.attrib.pop("spans", None)
        column = 0
        for cell in list(row):
            letters = re.sub(r"\d", "", cell.attrib.get("r", "")) or chr(65 + column)
            column = ord(letters[-1]) - 64
            cell.attrib.pop("r", None)
            if f"{letters}{row_number}" in touched or not (cell.attrib or len(cell)):
                row.remove(cell)
    data = root.find(f"{MAIN}sheetData")
    assert data is not None
    for row in list(data):
        if not len(row) and not row.attrib:
            data.remove(row)
    return [(element.tag, element.text, element.attrib) for element in root.iter()]


@given(texts=EDITS, form=FORMS)
def test_only_what_was_asked_for_changes(texts: dict[str, str], form: Form) -> None:
    """Every text reads back, every other part is the same as compressed, and the sheet is the same around it."""
    prefix, numbered = form
    before = questionnaire(prefix=prefix, numbered=numbered)
    after = patch(before, _edits(texts))
    old, new = Workbook.open(before), Workbook.open(after)
    assert {ref: cell.text for ref, cell in new.read("Answers", texts).items()} == texts
    assert not any(cell.formula for cell in new.read("Answers", texts).values())
    assert [c.style for c in old.read("Answers", texts).values()] == [
        c.style for c in new.read("Answers", texts).values()
    ]
    assert new.archive.names == old.archive.names
    for name in old.archive.names:
        assert name in TOUCHED or new.archive.compressed(name) == old.archive.compressed(name)
    assert _rest(_parts(after)[SHEET], texts) == _rest(_parts(before)[SHEET], texts)


@given(texts=EDITS, form=FORMS, cut=st.integers(min_value=0, max_value=10))
def test_patching_in_two_steps_is_patching_in_one(texts: dict[str, str], form: Form, cut: int) -> None:
    """The bytes do not depend on order or on what was written before; a second time changes nothing."""
    before = questionnaire(prefix=form[0], numbered=form[1])
    whole = patch(before, _edits(texts))
    edits = _edits(texts)
    halves = patch(patch(before, edits[cut:]), edits[:cut])
    assert patch(before, edits[::-1]) == whole
    assert Workbook.open(halves).read("Answers", texts) == Workbook.open(whole).read("Answers", texts)
    assert patch(whole, edits) == whole


def test_what_other_tools_lose_is_still_there() -> None:
    """Drop-downs of both kinds, stored results, comments, threads, printer settings, custom XML and the macro."""
    before = questionnaire(macros=True)
    after = patch(
        before,
        [Edit("Answers", "C3", "Yes"), Edit("Answers", "D3", "Tested."), Edit("Answers", "D9", "New.")],
    )
    old, new = _parts(before), _parts(after)
    assert {name for name in old if old[name] != new[name]} == TOUCHED
    assert Workbook.open(after).validations("Answers") == Workbook.open(before).validations("Answers")
    assert Workbook.open(after).read("Answers", ["B3"])["B3"].text.startswith("Was the system tested")
    assert new["xl/vbaProject.bin"] == old["xl/vbaProject.bin"]
    behind = old[SHEET].partition(b"</sheetData>")[2]
    assert new[SHEET].endswith(behind)


def test_the_workbook_is_computed_when_it_is_opened() -> None:
    """One attribute of the workbook part changes: formulas that depend on answers are computed anew."""
    before = questionnaire()
    new = _parts(patch(before, [Edit("Answers", "D3", "x")]))["xl/workbook.xml"]
    assert new.replace(b' fullCalcOnLoad="1"', b"") == _parts(before)["xl/workbook.xml"]


@pytest.mark.parametrize(
    ("old", "settings", "new"),
    [
        (b'<calcPr calcId="191029"/>', b"", b'<calcPr fullCalcOnLoad="1"/></workbook>'),
        (b'<calcPr calcId="191029"/>', b'<calcPr fullCalcOnLoad="0"/>', b'<calcPr fullCalcOnLoad="1"/>'),
        (
            b'<calcPr calcId="191029"/>',
            b"<calcPr a=' fullCalcOnLoad=\"0\" '></calcPr>",
            b'<calcPr fullCalcOnLoad="1" a=',
        ),
        (
            b'<calcPr calcId="191029"/>',
            b"<calcPr fullCalcOnLoad='true'/>",
            b"<calcPr fullCalcOnLoad='true'/>",
        ),
    ],
)
def test_calculation_settings_are_found_or_made(old: bytes, settings: bytes, new: bytes) -> None:
    """Where there are none they are made in their place; what says so already is left alone."""
    parts = questionnaire_parts()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(old, settings)
    after = patch(zipped(parts), [Edit("Answers", "D3", "x")])
    assert new in _parts(after)["xl/workbook.xml"]
    assert not receipt(zipped(parts), after).other


def test_no_edits_change_nothing() -> None:
    """Not even the calculation settings."""
    assert patch(questionnaire(), []) == questionnaire()


def test_an_empty_sheet_can_be_written_to() -> None:
    """Rows are made where the sheet has no place for them yet, with and without a prefix."""
    for rows in (b"<sheetData/>", b"<sheetData></sheetData>", b'<sheetData><row r="2"/></sheetData>'):
        parts = questionnaire_parts()
        main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        parts["xl/worksheets/sheet2.xml"] = b"<worksheet " + main + b">" + rows + b"</worksheet>"
        edits = [Edit("Questions", "B2", "b"), Edit("Questions", "A2", "a"), Edit("Questions", "C4", "c")]
        after = patch(zipped(parts), edits)
        assert [cell.text for cell in Workbook.open(after).cells("Questions")] == ["a", "b", "c"]


def test_notes_of_the_range_in_use_grow_and_never_shrink() -> None:
    """The sheet's dimension and a row's spans take in a new cell outside them, and stay as they are otherwise."""
    before = questionnaire()
    inside = _parts(patch(before, [Edit("Answers", "D3", "x")]))[SHEET]
    outside = _parts(patch(before, [Edit("Answers", "M3", "x"), Edit("Answers", "D40", "x")]))[SHEET]
    assert b'<dimension ref="A1:K13"/>' in inside
    assert b'<row r="3" spans="1:8">' in inside
    assert b'<dimension ref="A1:M40"/>' in outside
    assert b'<row r="3" spans="1:13">' in outside


def test_comments_and_instructions_between_cells_stay() -> None:
    """Bytes between elements are nobody's to change; a `<c` inside a comment is no cell."""
    parts = questionnaire_parts()
    odd = b'<!-- <c r="C4"/> > --><?note <c r="C4"> ?>'
    parts[SHEET] = parts[SHEET].replace(b'<c r="C4"', odd + b'<c r="C4"')
    after = _parts(patch(zipped(parts), [Edit("Answers", "C4", "No"), Edit("Answers", "D4", "x")]))[SHEET]
    assert odd + b'<c r="C4" s="2" t="inlineStr">' in after


def test_attributes_may_hold_anything() -> None:
    """Signs that end a tag, inside an attribute, end nothing."""
    parts = questionnaire_parts()
    parts[SHEET] = parts[SHEET].replace(b'<c r="C4" s="2">', b"<c x='/>&lt;c r=\"Z\"' r = 'C4'\n s=\"2\" >")
    after = patch(zipped(parts), [Edit("Answers", "C4", "No")])
    assert Workbook.open(after).read("Answers", ["C4"])["C4"].text == "No"


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"PP-01</v></c></row>", b"PP-02</v></c></row>"),
        (SHEET, b'ref="D8:E8"', b'ref="D8:F8"'),
        (SHEET, b">Yes</t>", b">No</t>"),
        (
            SHEET,
            b'<is><t xml:space="preserve">Yes</t></is>',
            b'<f>1</f><is><t xml:space="preserve">Yes</t></is>',
        ),
        ("xl/styles.xml", b"Calibri", b"Courier"),
    ],
)
def test_a_patch_that_went_wrong_is_not_handed_out(part: str, old: bytes, new: bytes) -> None:
    """A stray cell, a lost merge, another text, a formula, another part: the last look at the result finds each."""
    before, edits = questionnaire(), [Edit("Answers", "C3", "Yes")]
    parts = _parts(patch(before, edits))
    assert old in parts[part]
    _prove(before, zipped(parts), edits)
    with pytest.raises(AskedWrongly, match="not written"):
        _prove(before, zipped({**parts, part: parts[part].replace(old, new)}), edits)


def test_changes_at_one_place_are_refused() -> None:
    """Two splices may not overlap: what would come of it is nobody's intention."""
    with pytest.raises(AskedWrongly):
        apply(b"abcdef", [Splice(1, 4, b""), Splice(3, 5, b"")])
    assert apply(b"abcdef", [Splice(3, 3, b"1"), Splice(3, 3, b"2"), Splice(4, 6, b"")]) == b"abc12d"
    with pytest.raises(AskedWrongly):
        tag_at(b"no tag", 0)
