"""
Workbooks as buyers send them, made of plain text: everything in one small file that tools lose when they save it again.

`questionnaire_parts` gives the parts by name, for a test to change before `zipped` puts them into a container. The
questions are looked up on another sheet, with their results stored beside the formulas; the answers have drop-downs of
the older and of the newer kind (x14); there are comments and threaded comments, printer settings, custom XML, a table,
an array formula, merged cells, conditional formats of both kinds and, where asked for, protection and a macro.

Row 9 of the sheet `Answers` is not in the file, and row 10 has nothing but its number: a program that fills it in has
to insert cells and rows.
"""

import io
import re
import typing as t
import zipfile
from xml.sax.saxutils import escape

SHEET: t.Final = "xl/worksheets/sheet1.xml"
"""The part of the sheet `Answers`."""

QUESTIONS: t.Final = {
    "PP-01": "Was the system tested for protecting peers from shutdown?",
    "PP-02": "Does it report a peer's faults?",
    "PP-03": "Who may stop it?",
    "PP-04": "How is that tested & by whom?",
}
"""Identifiers and texts, in rows 3 to 6."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM = "http://schemas.microsoft.com/office/excel/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Row: t.TypeAlias = dict[int, str]
"""Cells by column: what stands behind `<c r="..."`, from attributes to contents, without `</c>`."""


def questionnaire(
    *, macros: bool = False, prefix: str = "", numbered: bool = True, protected: bool = False
) -> bytes:
    """A workbook; `prefix` is that of the sheet's namespace; where not `numbered`, rows and cells say no place."""
    parts = questionnaire_parts(macros=macros, prefix=prefix, numbered=numbered, protected=protected)
    return zipped(parts)


def zipped(parts: t.Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A container with these parts, the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


def questionnaire_parts(
    *, macros: bool = False, prefix: str = "", numbered: bool = True, protected: bool = False
) -> dict[str, bytes]:
    """The parts of `questionnaire`, by name."""
    sheet = _answers(numbered=numbered, protected=protected)
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(macros=macros),
        "_rels/.rels": _links(
            ("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            ("rId2", f"{_OFFICE}/customXml", "customXml/item1.xml"),
        ),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": _workbook_links(macros=macros),
        SHEET: _prefixed(sheet, prefix) if prefix else sheet,
        "xl/worksheets/_rels/sheet1.xml.rels": _sheet_links(),
        "xl/worksheets/sheet2.xml": _questions(),
        "xl/worksheets/sheet3.xml": _lists(),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": _strings(),
        "xl/calcChain.xml": _calculation_chain(),
        "xl/tables/table1.xml": _TABLE,
        "xl/comments1.xml": _COMMENTS,
        "xl/threadedComments/threadedComment1.xml": _THREAD,
        "xl/persons/person.xml": _PERSONS,
        "xl/printerSettings/printerSettings1.bin": bytes(range(256)) * 8,
        "customXml/item1.xml": f"{_DECLARATION}<label xmlns='urn:example:label'>internal</label>",
    }
    if macros:
        parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + bytes(reversed(range(256))) * 16
    return {name: each.encode("utf-8") if isinstance(each, str) else each for name, each in parts.items()}


def rows_xml(rows: t.Mapping[int, Row], *, numbered: bool = True) -> str:
    """The rows of a sheet. Without numbers, rows and cells that are missing are there and empty."""
    last = max(rows, default=0)
    numbers = sorted(rows) if numbered else range(1, last + 1)
    return "".join(_row_xml(number, rows.get(number, {}), numbered=numbered) for number in numbers)


def text_cell(text: str, style: int = 0) -> str:
    """A cell with an inline string."""
    return f' s="{style}" t="inlineStr"><is><t>{escape(text)}</t></is>'


def _row_xml(number: int, row: Row, *, numbered: bool) -> str:
    if not numbered:
        row = {column: row.get(column, ">") for column in range(1, max(row, default=0) + 1)}
    place = {column: f' r="{chr(64 + column)}{number}"' if numbered else "" for column in row}
    cells = "".join(f"<c{place[column]}{body}</c>" for column, body in sorted(row.items()))
    spans = f' spans="{min(row)}:{max(row)}"' if row and numbered else ""
    return f'<row r="{number}"{spans}>{cells}</row>' if numbered else f"<row>{cells}</row>"


def _answers(*, numbered: bool, protected: bool) -> str:
    rows: dict[int, Row] = {
        1: {1: text_cell('{"name":"Example questionnaire","version":"1.0"}')},
        2: {
            column: text_cell(word, 1)
            for column, word in enumerate(("Id", "Question", "Answer", "Comment"), start=1)
        },
    }
    for row, question in enumerate(QUESTIONS.values(), start=3):
        formula = f"VLOOKUP(A{row},Questions!$A$1:$B$4,2,FALSE)"
        rows[row] = {
            1: f' t="s"><v>{2 * (row - 3)}</v>',
            2: f' t="str"><f>{formula}</f><v>{escape(question)}</v>',
            3: ' s="2">',
            6: f' t="str"><f>IF(C{row}="No","Say why","")</f><v></v>',
        }
    rows[3][8] = ' t="str"><f t="array" ref="H3:H5">A3:A5</f><v>PP-01</v>'
    rows[7] = {1: ' t="b"><v>1</v>', 2: "><v>0.10000000000000001</v>", 3: ' t="e"><v>#N/A</v>'}
    rows[8] = {4: text_cell("A remark over two columns", 3), 5: ' s="3">'}
    rows[10] = {}
    rows[12] = {10: text_cell("Word"), 11: text_cell("Meaning")}
    rows[13] = {10: text_cell("peer"), 11: text_cell("another AI system")}
    inside = rows_xml(rows, numbered=numbered)
    return (
        f'{_DECLARATION}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<dimension ref="A1:K13"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        '<cols><col min="2" max="2" width="60" customWidth="1"/>'
        '<col min="4" max="4" width="40" style="3" customWidth="1"/></cols>'
        f"<sheetData>{inside}</sheetData>{_around(protected=protected)}</worksheet>"
    )


def _around(*, protected: bool) -> str:
    """What follows the cells, in the order of the format."""
    protection = '<sheetProtection sheet="1" objects="1" scenarios="1"/>' if protected else ""
    return (
        f'{protection}<mergeCells count="1"><mergeCell ref="D8:E8"/></mergeCells>'
        '<conditionalFormatting sqref="C3:C6"><cfRule type="cellIs" dxfId="0" priority="1" operator="equal">'
        '<formula>"No"</formula></cfRule></conditionalFormatting>'
        '<dataValidations count="2"><dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="E3:E6">'
        '<formula1>"Model provider,Deployer, Both"</formula1></dataValidation>'
        '<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="G3:G6">'
        "<formula1>INDIRECT($A$1)</formula1></dataValidation></dataValidations>"
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        '<pageSetup orientation="landscape" r:id="rId1"/><tableParts count="1"><tablePart r:id="rId4"/></tableParts>'
        f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{_X14}"><x14:conditionalFormattings>'
        f'<x14:conditionalFormatting xmlns:xm="{_XM}"><x14:cfRule type="expression" priority="2" '
        'id="{00000000-0000-0000-0000-000000000001}"><xm:f>Lists!$A$1="Yes"</xm:f></x14:cfRule>'
        "<xm:sqref>D3:D6</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{_X14}">'
        f'<x14:dataValidations xmlns:xm="{_XM}" count="2">{_drop_down("Lists!$A$1:$A$3", "C3:C6 C9:C10")}'
        f"{_drop_down('Owners', 'F9:F10')}</x14:dataValidations></ext></extLst>"
    )


def _drop_down(formula: str, cells: str) -> str:
    return (
        '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1">'
        f"<x14:formula1><xm:f>{formula}</xm:f></x14:formula1><xm:sqref>{cells}</xm:sqref></x14:dataValidation>"
    )


def _prefixed(xml: str, prefix: str) -> str:
    """The same document with a prefix for what was the default namespace."""
    named = re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", rf"<\1{prefix}:\2", xml)
    return named.replace(f'xmlns="{_MAIN}"', f'xmlns:{prefix}="{_MAIN}"')


def _questions() -> str:
    rows = {
        row: {1: f' t="s"><v>{2 * row - 2}</v>', 2: f' t="s"><v>{2 * row - 1}</v>'}
        for row in range(1, len(QUESTIONS) + 1)
    }
    return f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>{rows_xml(rows)}</sheetData></worksheet>'


def _lists() -> str:
    words = (("Yes", "Model team"), ("No", "Safety team"), ("N/A", "Nobody"))
    rows = {
        row: {1: text_cell(first), 2: text_cell(second)} for row, (first, second) in enumerate(words, start=1)
    }
    return f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>{rows_xml(rows)}</sheetData></worksheet>'


def _strings() -> str:
    """The shared strings; the second question is rich text with a reading aid."""
    items = [f"<si><t>{escape(word)}</t></si>" for pair in QUESTIONS.items() for word in pair]
    first, _, rest = QUESTIONS["PP-02"].partition("report")
    items[3] = (
        f'<si><r><t xml:space="preserve">{first}</t></r><r><rPr><b/></rPr><t>report</t></r>'
        f'<r><t xml:space="preserve">{rest}</t></r><rPh sb="0" eb="1"><t>aside</t></rPh></si>'
    )
    return f'{_DECLARATION}<sst xmlns="{_MAIN}" count="16" uniqueCount="8">{"".join(items)}</sst>'


def _workbook() -> str:
    sheets = (("Answers", ""), ("Questions", ' state="hidden"'), ("Lists", ' state="veryHidden"'))
    tabs = "".join(
        f'<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>'
        for number, (name, state) in enumerate(sheets, start=1)
    )
    return (
        f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr/>'
        f"<bookViews><workbookView/></bookViews><sheets>{tabs}</sheets>"
        '<definedNames><definedName name="Owners">Lists!$B$1:$B$3</definedName></definedNames>'
        '<calcPr calcId="191029"/></workbook>'
    )


def _calculation_chain() -> str:
    cells = "".join(f'<c r="{column}{row}" i="1"/>' for row in range(3, 7) for column in "BF")
    return f'{_DECLARATION}<calcChain xmlns="{_MAIN}">{cells}<c r="H3" i="1" a="1"/></calcChain>'


def _links(*links: tuple[str, str, str]) -> str:
    each = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in links
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _workbook_links(*, macros: bool) -> str:
    sheets = [(f"rId{n}", f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in (1, 2, 3)]
    program = [
        ("rId8", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")
    ]
    return _links(
        *sheets,
        ("rId4", f"{_OFFICE}/styles", "/xl/styles.xml"),
        ("rId5", f"{_OFFICE}/sharedStrings", "sharedStrings.xml"),
        ("rId6", f"{_OFFICE}/calcChain", "calcChain.xml"),
        ("rId7", "http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"),
        *(program if macros else ()),
    )


def _sheet_links() -> str:
    threads = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    return _links(
        ("rId1", f"{_OFFICE}/printerSettings", "../printerSettings/printerSettings1.bin"),
        ("rId2", f"{_OFFICE}/comments", "../comments1.xml"),
        ("rId3", threads, "../threadedComments/threadedComment1.xml"),
        ("rId4", f"{_OFFICE}/table", "../tables/table1.xml"),
    )


def _content_types(*, macros: bool) -> str:
    kinds = {
        "xl/workbook.xml": _MACRO_TYPE if macros else f"{_TYPE}.sheet.main+xml",
        **{f"xl/worksheets/sheet{number}.xml": f"{_TYPE}.worksheet+xml" for number in (1, 2, 3)},
        "xl/styles.xml": f"{_TYPE}.styles+xml",
        "xl/sharedStrings.xml": f"{_TYPE}.sharedStrings+xml",
        "xl/calcChain.xml": f"{_TYPE}.calcChain+xml",
        "xl/tables/table1.xml": f"{_TYPE}.table+xml",
        "xl/comments1.xml": f"{_TYPE}.comments+xml",
        "xl/threadedComments/threadedComment1.xml": "application/vnd.ms-excel.threadedcomments+xml",
        "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
    }
    program = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    printer = f'<Default Extension="bin" ContentType="{_TYPE}.printerSettings"/>'
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">{program if macros else printer}'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


_STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyProtection="1"><protection locked="0"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1" applyProtection="1">'
    '<alignment wrapText="1"/><protection locked="0"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    '<dxfs count="1"><dxf><font><b/></font></dxf></dxfs></styleSheet>'
)
_TABLE = (
    f'{_DECLARATION}<table xmlns="{_MAIN}" id="1" name="Words" displayName="Words" ref="J12:K13" totalsRowShown="0">'
    '<autoFilter ref="J12:K13"/><tableColumns count="2"><tableColumn id="1" name="Word"/>'
    '<tableColumn id="2" name="Meaning"/></tableColumns></table>'
)
_COMMENTS = (
    f'{_DECLARATION}<comments xmlns="{_MAIN}"><authors>'
    "<author>tc={00000000-0000-0000-0000-00000000000A}</author></authors>"
    '<commentList><comment ref="C3" authorId="0"><text><t>[Threaded comment] Be exact.</t></text></comment>'
    "</commentList></comments>"
)
_THREAD = (
    f'{_DECLARATION}<ThreadedComments xmlns="{_THREADED}"><threadedComment ref="C3" dT="2026-01-01T00:00:00.00" '
    'personId="{00000000-0000-0000-0000-00000000000B}" id="{00000000-0000-0000-0000-00000000000A}">'
    "<text>Be exact.</text></threadedComment></ThreadedComments>"
)
_PERSONS = (
    f'{_DECLARATION}<personList xmlns="{_THREADED}"><person displayName="A buyer" userId="b" providerId="None" '
    'id="{00000000-0000-0000-0000-00000000000B}"/></personList>'
)
