"""XML of strangers: what is dangerous or ambiguous is refused, by name, in one part as in another."""

import random
import typing as t

import pytest

from govkit.adapters.workbook import Workbook
from govkit.adapters.workbook.markup import MAX_DEPTH, MAX_TOKEN_BYTES
from govkit.errors import AskedWrongly
from govkit.testing.workbooks import SHEET, questionnaire_parts, zipped

Spoil: t.TypeAlias = t.Callable[[bytes], bytes]
DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
NOISE = random.Random(1).randbytes(MAX_TOKEN_BYTES).hex().encode()  # noqa: S311 - noise that does not compress
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

HOSTILE: t.Final[dict[str, tuple[Spoil, str]]] = {
    "a thousand million laughs": (lambda xml: DECLARATION + LAUGHS + xml.removeprefix(DECLARATION), "document type"),
    "an external entity": (lambda xml: DECLARATION + OUTSIDE + xml.removeprefix(DECLARATION), "document type"),
    "an entity of nobody": (lambda xml: xml.replace(b"</c>", b"&a;</c>", 1), "undefined entity"),
    "UTF-16 with its mark": (lambda xml: xml.decode().encode("utf-16"), "another encoding"),
    "UTF-16 without": (lambda xml: xml.decode().encode("utf-16-le"), "another encoding"),
    "another encoding declared": (lambda xml: xml.replace(b"UTF-8", b"ISO-8859-1"), "encoding ISO-8859-1"),
    "bytes that are no UTF-8": (lambda xml: xml.replace(b"Id<", b"\xff\xfe<"), "well-formed|not well"),
    "cut off": (lambda xml: xml[:-20], "no element|unclosed|well-formed"),
    "nested too deeply": (
        lambda xml: xml.replace(b"<sheetData>", b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH + b"<sheetData>"),
        "deep",
    ),
    "an endless tag": (
        lambda xml: xml.replace(b"<sheetData>", b'<a b="' + NOISE + b'"/><sheetData>'),
        "tag or comment",
    ),
    "rows out of order": (lambda xml: xml.replace(b'<row r="5"', b'<row r="4"'), "rows in order"),
    "cells out of order": (lambda xml: xml.replace(b'r="C4"', b'r="A4"'), "cells in their row"),
    "a cell in another row": (lambda xml: xml.replace(b'r="C4"', b'r="C5"'), "cells in their row"),
    "a formula for a name": (lambda xml: xml.replace(b'r="C4"', b'r="=C4"'), "cells in their row"),
    "a row beyond the last": (lambda xml: xml.replace(b'<row r="13"', b'<row r="1048577"'), "rows in order"),
    "a column beyond the last": (lambda xml: xml.replace(b'r="K13"', b'r="XFE13"'), "cells in their row"),
    "a row number with an exponent": (lambda xml: xml.replace(b'<row r="13"', b'<row r="1e3"'), "rows in order"),
    "digits of another script": (
        lambda xml: xml.replace(b'<row r="13"', '<row r="\u0661\u0663"'.encode()), "rows in order",
    ),
    "something among the rows": (lambda xml: xml.replace(b"<row", b"<group><row", 1), "among the rows"),
    "something among the cells": (lambda xml: xml.replace(b"<c ", b"<x/><c ", 1), "in a row"),
    "two sheets in one": (lambda xml: xml.replace(b"</sheetData>", b"</sheetData><sheetData/>"), "twice"),
    "cells elsewhere": (lambda xml: xml.replace(b"<sheetData>", b"<z><sheetData/></z><sheetData>"), "inside something"),
    "no sheet at all": (lambda xml: xml.replace(b"worksheet", b"workplace"), "a worksheet"),
    "another namespace": (lambda xml: xml.replace(b"spreadsheetml/2006/main", b"other"), "a worksheet"),
    "a string that is not there": (lambda xml: xml.replace(b"<v>0</v>", b"<v>99</v>"), "shared string"),
    "a string before the first": (lambda xml: xml.replace(b"<v>0</v>", b"<v>-1</v>"), "shared string"),
    "a style that is none": (lambda xml: xml.replace(b's="2"', b's="-2"'), "style"),
    "a type that is none": (lambda xml: xml.replace(b't="b"', b't="x"'), "type"),
    "a merge that is none": (lambda xml: xml.replace(b"D8:E8", b"D8:E"), "ranges such as"),
    "a rule for nothing": (lambda xml: xml.replace(b'sqref="E3:E6"', b'sqref="E0"'), "ranges such as"),
    "a column before the first": (lambda xml: xml.replace(b'col min="4"', b'col min="0"'), "column"),
    "a column without a number": (lambda xml: xml.replace(b'col min="4"', b'col min="D"'), "column"),
    "a formula over nothing": (lambda xml: xml.replace(b"H3:H5", b"H3:H"), "a range of cells"),
    "ranges without end": (
        lambda xml: xml.replace(b'sqref="E3:E6"', b'sqref="' + b"E3 " * 20_001 + b'"'), "merged or validated",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "found"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sheet_is_refused(spoil: Spoil, found: str) -> None:
    """Each ends in a refusal that names the part and says what to do; nothing of it is believed."""
    parts = questionnaire_parts()
    good = parts[SHEET]
    parts[SHEET] = spoil(good)
    assert parts[SHEET] != good
    data = zipped(parts)
    with pytest.raises(AskedWrongly, match=found) as caught:
        _read(data)
    assert caught.value.where == SHEET
    assert caught.value.fix


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
             "xl/sharedStrings.xml", "xl/tables/table1.xml"],
)  # fmt: skip
def test_no_part_may_declare_entities(part: str) -> None:
    """Every part that is read is read with the same care."""
    parts = questionnaire_parts()
    parts[part] = DECLARATION + LAUGHS + parts[part].removeprefix(DECLARATION)
    with pytest.raises(AskedWrongly, match="document type"):
        _read(zipped(parts))


def _read(data: bytes) -> None:
    book = Workbook.open(data)
    list(book.cells("Answers"))
    book.validations("Answers")
    book.reserved("Answers")


def test_a_strangers_words_are_shown_short_and_plain() -> None:
    """A refusal quotes the file on one line, without control characters, and never at length."""
    parts = questionnaire_parts()
    parts[SHEET] = parts[SHEET].replace(b'r="C4"', b'r="' + b"&#10;" + b"A" * 5000 + b'"')
    with pytest.raises(AskedWrongly) as caught:
        list(Workbook.open(zipped(parts)).cells("Answers"))
    assert max(map(len, caught.value.lines())) < 300
    assert all(line.isprintable() for line in caught.value.lines())
