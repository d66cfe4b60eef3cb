"""
Other programs as witnesses: LibreOffice opens, prints and saves what was patched, openpyxl reads it.

Workbooks that they made themselves are patched too, so that not only our own builder is believed.
"""

import csv
import io
import pathlib
import shutil
import subprocess
import typing as t
import zipfile

import openpyxl
import pypdfium2
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from govkit.adapters.workbook import Edit, Workbook, patch, receipt
from govkit.testing.workbooks import QUESTIONS, questionnaire

INSTALL_LIBREOFFICE = """LibreOffice is not here, and patched workbooks are held against it. Install it:
  Debian, Ubuntu   sudo apt-get install --no-install-recommends libreoffice-calc-nogui
  Fedora, RHEL     sudo dnf install libreoffice-calc
  Alpine           sudo apk add libreoffice-calc
  macOS            brew install --cask libreoffice"""
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Every sheet in a file of its own, in UTF-8, as it is shown."""

EDITS = [
    Edit("Answers", "C3", "Yes"),
    Edit("Answers", "D3", "=1+1 is no formula, Zürich & <co>"),
    Edit("Answers", "E4", "Both"),
    Edit("Answers", "D9", "a row that was not there"),
    Edit("Answers", "D10", "  two\nlines  "),
    Edit("Answers", "D8", "_x0041_"),
]
Convert: t.TypeAlias = t.Callable[[dict[str, bytes], str], dict[str, bytes]]


@pytest.fixture(scope="module", name="libreoffice")
def _libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Converts files, by name, to another format; one start of the program for all of them."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail(INSTALL_LIBREOFFICE, pytrace=False)
    profile = tmp_path_factory.mktemp("profile")

    def convert(files: dict[str, bytes], to: str) -> dict[str, bytes]:
        source, target = tmp_path_factory.mktemp("from"), tmp_path_factory.mktemp("to")
        for name, data in files.items():
            (source / name).write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            to,
        ]
        done = subprocess.run(
            [*command, "--outdir", str(target), *(str(source / name) for name in files)],
            capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
        made = {path.name: path.read_bytes() for path in target.iterdir()}
        assert made, done.stderr
        return made

    return convert


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


def _cell(rows: list[list[str]], ref: str) -> str:
    row, column = int(ref[1:]) - 1, ord(ref[0]) - 65
    return rows[row][column]


@pytest.mark.slow
def test_libreoffice_shows_the_answers_in_place(libreoffice: Convert) -> None:
    """However the sheet is written: prefixed, without cell names, protected, with a macro. Formulas see the answers."""
    forms: dict[str, bytes] = {
        "plain.xlsx": questionnaire(),
        "prefixed.xlsx": questionnaire(prefix="x"),
        "unnumbered.xlsx": questionnaire(numbered=False),
        "macros.xlsm": questionnaire(macros=True),
    }
    patched = {name: patch(data, [*EDITS, Edit("Answers", "C4", "No")]) for name, data in forms.items()}
    shown = libreoffice(patched, CSV)
    for name in forms:
        rows = _rows(shown[f"{pathlib.Path(name).stem}-Answers.csv"])
        assert {edit.ref: _cell(rows, edit.ref) for edit in EDITS} == {edit.ref: edit.text for edit in EDITS}
        assert _cell(rows, "B3") == QUESTIONS["PP-01"]
        assert _cell(rows, "F4") == "Say why"


@pytest.mark.slow
def test_libreoffice_prints_a_patched_workbook(libreoffice: Convert) -> None:
    """As a PDF it has the questions and the answers."""
    made = libreoffice({"patched.xlsx": patch(questionnaire(), EDITS)}, "pdf")
    pdf = pypdfium2.PdfDocument(made["patched.pdf"])
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    pdf.close()
    assert "Was the system tested" in text
    assert "a row that was not there" in text
    assert "=1+1 is no formula" in text


@pytest.mark.slow
def test_libreoffices_own_workbooks_are_patched(libreoffice: Convert) -> None:
    """What it saves keeps the drop-downs that it read, and takes answers like any other; so do they after a patch."""
    own = libreoffice({"own.xlsx": questionnaire()}, "xlsx:Calc MS Excel 2007 XML")["own.xlsx"]
    lists = {each.values for each in Workbook.open(own).validations("Answers") if each.covers(3, 3)}
    assert lists == {("Yes", "No", "N/A")}
    after = patch(own, EDITS)
    assert {cell.ref for cell in receipt(own, after).cells} == {edit.ref for edit in EDITS}
    shown = libreoffice({"after.xlsx": after}, CSV)
    rows = _rows(shown["after-Answers.csv"])
    assert {edit.ref: _cell(rows, edit.ref) for edit in EDITS} == {edit.ref: edit.text for edit in EDITS}


def _by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Answers"
    sheet.append(["Id", "Question", "Answer", "Comment"])
    for identifier, question in QUESTIONS.items():
        sheet.append([identifier, question])
    sheet["B7"] = "=COUNTA(C2:C5)"
    sheet.merge_cells("A9:D9")
    rule = DataValidation(type="list", formula1='"Yes,No"', allow_blank=True)
    rule.add("C2:C5")
    sheet.add_data_validation(rule)
    sheet.protection.sheet = True
    for column in "CD":
        for row in range(2, 6):
            sheet[f"{column}{row}"].protection = openpyxl.styles.Protection(locked=False)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_openpyxl_reads_the_answers() -> None:
    """A reader of its own make sees text where text was written, the formula beside it, and a sound container."""
    after = patch(questionnaire(), EDITS)
    with pytest.warns(UserWarning, match="extension is not supported"):
        book = openpyxl.load_workbook(io.BytesIO(after))
    sheet = book["Answers"]
    found = {edit.ref: sheet[edit.ref].value for edit in EDITS if edit.ref != "D8"}
    assert found == {edit.ref: edit.text for edit in EDITS if edit.ref != "D8"}
    assert sheet["D3"].data_type == "s"
    assert sheet["B3"].value.startswith("=VLOOKUP")
    assert book.calculation.fullCalcOnLoad


def test_openpyxls_own_workbooks_are_patched() -> None:
    """What it saves reads as it was made - drop-down, merge, formula, locks - and takes answers."""
    before = _by_openpyxl()
    book = Workbook.open(before)
    assert book.validations("Answers")[0].values == ("Yes", "No")
    assert [str(area) for area in book.merged("Answers")] == ["A9:D9"]
    assert book.is_protected("Answers")
    assert book.read("Answers", ["B7"])["B7"].formula
    edits = [Edit("Answers", "C2", "Yes"), Edit("Answers", "D2", "=no formula")]
    after = patch(before, edits)
    sheet = openpyxl.load_workbook(io.BytesIO(after))["Answers"]
    assert [sheet["C2"].value, sheet["D2"].value, sheet["D2"].data_type] == ["Yes", "=no formula", "s"]
    assert [cell.ref for cell in receipt(before, after).cells] == ["C2", "D2"]


def test_what_openpyxl_loses_is_why_nothing_is_saved_again() -> None:
    """The measurement behind this package: load and save there drops newer drop-downs, stored results and parts."""
    before = questionnaire()
    out = io.BytesIO()
    with pytest.warns(UserWarning, match="extension is not supported"):
        openpyxl.load_workbook(io.BytesIO(before)).save(out)
    lost = Workbook.open(out.getvalue())
    assert not [each for each in lost.validations("Answers") if each.source == "x14"]
    assert lost.read("Answers", ["B3"])["B3"].text == ""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(out) as new:
        assert len(new.namelist()) < len(old.namelist())
