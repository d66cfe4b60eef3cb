"""Workbooks made to exhaust a machine: each ends in an answer, in bounded memory and time, in a process of its own."""

import json
import pathlib
import subprocess
import sys
import typing as t
import zipfile

import pytest

from govkit.adapters.workbook.archive import MAX_PART_BYTES
from govkit.testing.workbooks import SHEET, questionnaire_parts, rows_xml, zipped

MEBIBYTE = 1024 * 1024
SECONDS = 60
"""Of processor time, at the most: three times what any of these takes on two busy cores."""

PROBE = """
import contextlib, json, pathlib, resource, sys
for limit, most in ((resource.RLIMIT_CPU, 120), (resource.RLIMIT_AS, 300 << 20)):
    with contextlib.suppress(OSError, ValueError):  # macOS cannot limit memory
        resource.setrlimit(limit, (most, most))
from govkit.adapters.workbook import Edit, Workbook, patch
from govkit.errors import AskedWrongly
data = pathlib.Path(sys.argv[1]).read_bytes()
try:
    book = Workbook.open(data)
    cells = sum(1 for sheet in book.sheets for _ in book.cells(sheet.name))
    book.validations("Answers"), book.reserved("Answers")
    patch(data, [Edit("Answers", "D900000", "late"), Edit("Answers", "D1", "early")])
    said = f"{cells} cells"
except AskedWrongly as refusal:
    said = str(refusal)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([said, used.ru_utime + used.ru_stime]))
"""


def _probe(path: pathlib.Path, data: bytes) -> str:
    """What reading and patching this workbook ends in, with 300 MiB to do it in; fails where it takes too long."""
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, seconds = t.cast("tuple[str, float]", json.loads(done.stdout))
    assert seconds < SECONDS, said
    return said


def _with_rows(rows: str, rules: str = "") -> bytes:
    parts = questionnaire_parts()
    before, _, rest = parts[SHEET].partition(b"<sheetData>")
    behind = rest.partition(b"</sheetData>")[2].replace(
        b"</dataValidations>", f"{rules}</dataValidations>".encode(), 1
    )
    parts[SHEET] = before + b"<sheetData>" + rows.encode() + b"</sheetData>" + behind
    return zipped(parts)


def _every_row_is_there() -> bytes:
    return _with_rows("".join(f'<row r="{row}" ht="{row % 97}"/>' for row in range(1, 1_048_577)))


def _every_row_has_a_number() -> bytes:
    return _with_rows(
        "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 1_048_577))
    )


def _rows_that_say_nothing() -> bytes:
    return _with_rows("<row/>" * 1_048_576)


def _a_hundred_thousand_answers() -> bytes:
    return _with_rows(
        rows_xml({row: {1: f' t="str"><v>answer {row * 7919}</v>'} for row in range(1, 100_001)})
    )


def _zeros() -> bytes:
    parts = questionnaire_parts()
    parts[SHEET] += b" " * (2 * MAX_PART_BYTES)
    return zipped(parts)


def _zeros_of_modest_claim() -> bytes:
    """The same, with both headers saying that the sheet has a hundred bytes."""
    data = bytearray(_zeros())
    directory = data.index(b"PK\1\2")
    for at, field in (
        (data.index(SHEET.encode()) - 30, 22),
        (data.index(SHEET.encode(), directory) - 46, 24),
    ):
        data[at + field : at + field + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def _stored_and_too_large() -> bytes:
    return zipped({**questionnaire_parts(), "xl/media/image1.bmp": bytes(65 * MEBIBYTE)}, zipfile.ZIP_STORED)


def _a_workbook_in_a_workbook() -> bytes:
    """A bomb inside a part that nobody opens is no bomb."""
    return zipped({**questionnaire_parts(), "xl/embeddings/workbook1.xlsx": _zeros()})


def _a_million_strings() -> bytes:
    parts = questionnaire_parts()
    strings = "".join(f"<si><t>{number}</t></si>" for number in range(1_100_000))
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(
        b"</sst>", strings.encode() + b"</sst>"
    )
    return zipped(parts)


def _lists_of_whole_columns() -> bytes:
    """A hundred and more drop-downs for the whole sheet, each read from a whole column of it."""
    columns = [chr(65 + a) + chr(65 + b) for a in range(8) for b in range(26)]
    rules = "".join(
        f'<dataValidation type="list" sqref="A1:XFD1048576"><formula1>${each}:${each}</formula1></dataValidation>'
        for each in columns
    )
    rows = "".join(
        f'<row r="{row}"><c r="AA{row}"><v>{row * 7919}</v></c></row>' for row in range(1, 200_001)
    )
    return _with_rows(rows, rules)


CASES: t.Final[dict[str, tuple[t.Callable[[], bytes], str]]] = {
    "every row is there": (_every_row_is_there, "cells"),
    "every row has a number": (_every_row_has_a_number, "more than 2000000 elements"),
    "rows that say nothing": (_rows_that_say_nothing, "times its compressed size"),
    "a hundred thousand answers": (_a_hundred_thousand_answers, "100014 cells"),
    "zeros": (_zeros, "times its compressed size"),
    "zeros of modest claim": (_zeros_of_modest_claim, "times its compressed size"),
    "stored and too large": (_stored_and_too_large, "at most 67108864 bytes"),
    "a workbook in a workbook": (_a_workbook_in_a_workbook, "cells"),
    "a million strings": (_a_million_strings, "more than 2000000 elements"),
    "lists of whole columns": (_lists_of_whole_columns, "cells"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("make", "said"), CASES.values(), ids=CASES)
def test_a_workbook_made_to_exhaust_ends_in_an_answer(
    tmp_path: pathlib.Path, make: t.Callable[[], bytes], said: str
) -> None:
    """Read whole and patched where that is possible, refused with a reason where it is not; never killed."""
    assert said in _probe(tmp_path / "hostile.xlsx", make())
