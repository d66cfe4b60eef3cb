"""What is read from a workbook: values as stored, formulas told apart, what stands round the cells."""

import pytest

from govkit.adapters.workbook import Area, Cell, Workbook
from govkit.errors import AskedWrongly, UnknownName
from govkit.testing.workbooks import QUESTIONS, SHEET, questionnaire, questionnaire_parts, zipped


@pytest.fixture(scope="module", name="book")
def _book() -> Workbook:
    return Workbook.open(questionnaire())


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("numbered", [True, False])
def test_a_sheet_reads_alike_however_it_is_written(prefix: str, *, numbered: bool) -> None:
    """Another namespace prefix, and rows and cells that do not say where they stand, change nothing."""
    plain = {cell.ref: cell for cell in Workbook.open(questionnaire()).cells("Answers") if cell.text}
    other = Workbook.open(questionnaire(prefix=prefix, numbered=numbered))
    assert {cell.ref: cell for cell in other.cells("Answers") if cell.text} == plain


def test_sheets_come_in_the_order_of_their_tabs(book: Workbook) -> None:
    """The hidden ones are there, and said to be hidden."""
    found = [(sheet.name, sheet.state) for sheet in book.sheets]
    assert found == [("Answers", "visible"), ("Questions", "hidden"), ("Lists", "veryHidden")]


def test_a_formula_gives_its_stored_result(book: Workbook) -> None:
    """A question that is looked up on another sheet reads as a person sees it, and is known to be a formula."""
    cells = book.read("Answers", ["B3", "B6"])
    assert [cell.text for cell in cells.values()] == [QUESTIONS["PP-01"], QUESTIONS["PP-04"]]
    assert all(cell.formula for cell in cells.values())


def test_values_are_as_the_file_writes_them(book: Workbook) -> None:
    """No number is rounded, no boolean turned into one, and an error keeps its name."""
    found = {ref: (cell.text, cell.kind) for ref, cell in book.read("Answers", ["A7", "B7", "C7"]).items()}
    assert found == {
        "A7": ("TRUE", "boolean"),
        "B7": ("0.10000000000000001", "number"),
        "C7": ("#N/A", "error"),
    }


def test_rich_text_is_one_text_without_reading_aids(book: Workbook) -> None:
    """The runs of a rich shared string are joined; what a phonetic guide says is not part of it."""
    assert book.read("Questions", ["B2"])["B2"].text == QUESTIONS["PP-02"]


def test_a_cell_that_is_not_there_has_the_style_of_its_column(book: Workbook) -> None:
    """What would be written into it looks, and is locked, as the column says; beside it nothing is said."""
    found = book.read("Answers", ["D9", "E9"])
    assert found["D9"] == Cell("D9", "", "empty", formula=False, style=3, locked=False)
    assert found["E9"] == Cell("E9", "", "empty", formula=False, style=0, locked=True)


def test_a_row_style_goes_before_a_column_style() -> None:
    """A cell that is not there takes its row's style, where the row has one of its own."""
    parts = questionnaire_parts()
    parts[SHEET] = parts[SHEET].replace(b'<row r="10">', b'<row r="10" s="1" customFormat="1">')
    assert Workbook.open(zipped(parts)).read("Answers", ["D10"])["D10"].style == 1


def test_what_stands_round_the_cells_is_known(book: Workbook) -> None:
    """Merged ranges, the reach of array formulas, headings of tables, the range in use, protection, macros."""
    assert book.merged("Answers") == (Area(8, 4, 8, 5),)
    assert book.computed("Answers") == (Area(3, 8, 5, 8),)
    assert book.reserved("Answers") == (Area(12, 10, 12, 11),)
    assert (book.dimension("Answers"), book.is_protected("Answers")) == ("A1:K13", False)
    assert (book.has_macros, book.is_signed) == (False, False)
    assert Workbook.open(questionnaire(macros=True)).has_macros
    assert Workbook.open(questionnaire(protected=True)).is_protected("Answers")


def test_comments_instructions_and_cdata_between_cells_do_not_disturb() -> None:
    """They are XML that spreadsheet programs read, and so does this."""
    parts = questionnaire_parts()
    odd = b'<!-- <c r=\'A1\'> --><?note x?><c r="A7" t="str"><v>a<![CDATA[<b>&]]>c</v></c><!--'
    parts[SHEET] = parts[SHEET].replace(b'<c r="A7" t="b"><v>1</v></c>', odd + b" end -->")
    assert Workbook.open(zipped(parts)).read("Answers", ["A7"])["A7"].text == "a<b>&c"


def test_escaped_characters_are_undone() -> None:
    """`_x000A_` is a line break, `_x005F_x0041_` the text `_x0041_`, and two escaped halves are one character."""
    parts = questionnaire_parts()
    written = b"<v>a_x000A_b _x005F_x0041_ _xD83D__xDE00_</v>"
    parts[SHEET] = parts[SHEET].replace(b'<c r="A7" t="b"><v>1</v>', b'<c r="A7" t="str">' + written)
    assert Workbook.open(zipped(parts)).read("Answers", ["A7"])["A7"].text == "a\nb _x0041_ \U0001f600"


def test_a_byte_order_mark_is_no_part_of_the_sheet() -> None:
    """UTF-8 with its mark reads like UTF-8."""
    parts = questionnaire_parts()
    parts[SHEET] = b"\xef\xbb\xbf" + parts[SHEET]
    assert Workbook.open(zipped(parts)).read("Answers", ["A3"])["A3"].text == "PP-01"


def test_the_strict_dialect_reads_like_the_usual_one() -> None:
    """The namespaces of ISO/IEC 29500 Strict are the same format under other names."""
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    parts = {
        name: part.replace(old + b"spreadsheetml/2006/main", new + b"spreadsheetml/main").replace(
            old + b"officeDocument/2006/relationships", new + b"officeDocument/relationships"
        )
        for name, part in questionnaire_parts().items()
    }
    assert Workbook.open(zipped(parts)).read("Answers", ["B3"])["B3"].text == QUESTIONS["PP-01"]


def test_an_unknown_sheet_offers_the_known_ones(book: Workbook) -> None:
    """A sheet that is not there is said to be missing, with those that are."""
    with pytest.raises(UnknownName, match="Answers"):
        book.read("Answer", ["A1"])


def test_a_chart_has_no_cells() -> None:
    """A tab that holds a chart is listed, and not read as a sheet."""
    parts = questionnaire_parts()
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(
        b'relationships/worksheet" Target="worksheets/sheet2',
        b'relationships/chartsheet" Target="worksheets/sheet2',
    )
    book = Workbook.open(zipped(parts))
    assert [sheet.has_cells for sheet in book.sheets] == [True, False, True]
    with pytest.raises(AskedWrongly, match="no cells"):
        book.read("Questions", ["A1"])


def test_what_old_programs_leave_behind_is_read() -> None:
    """The module of an old macro among the sheets, a drop-down for deleted cells, and a string without a number."""
    parts = questionnaire_parts()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"</sheets>", b'<sheet name="Module" sheetId="9" r:id=""/></sheets>'
    )
    parts[SHEET] = parts[SHEET].replace(b'sqref="E3:E6"', b'sqref="#REF!"').replace(b"<v>0</v>", b"<v></v>")
    book = Workbook.open(zipped(parts))
    assert not book.sheets[-1].has_cells
    assert book.validations("Answers")[0].areas == ()
    assert (book.read("Answers", ["A3"])["A3"].text, book.read("Answers", ["A4"])["A4"].text) == ("", "PP-02")


def test_a_formula_as_an_identifier_is_known_to_be_one() -> None:
    """An id that is computed has a text to match, and says that nobody wrote it."""
    parts = questionnaire_parts()
    computed = b'<c r="A3" t="str"><f>HYPERLINK("https://example.org","PP-01")</f><v>PP-01</v></c>'
    parts[SHEET] = parts[SHEET].replace(b'<c r="A3" t="s"><v>0</v></c>', computed)
    cell = Workbook.open(zipped(parts)).read("Answers", ["A3"])["A3"]
    assert (cell.text, cell.formula) == ("PP-01", True)
