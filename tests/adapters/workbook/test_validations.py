"""Drop-downs: both kinds, everywhere their items may stand, and what is said not to be understood."""

import typing as t

import pytest

from govkit.adapters.workbook import Validation, Workbook
from govkit.testing.workbooks import SHEET, questionnaire, questionnaire_parts, zipped


def _rule(formula: str, *, cells: str = "C3:C6 C9:C10", names: str = "", lists: bytes = b"") -> Validation:
    """The validation of the answer cells, with another formula in it."""
    parts = questionnaire_parts()
    parts[SHEET] = (
        parts[SHEET]
        .replace(b"<xm:f>Lists!$A$1:$A$3</xm:f>", f"<xm:f>{formula}</xm:f>".encode())
        .replace(b"<xm:sqref>C3:C6 C9:C10</xm:sqref>", f"<xm:sqref>{cells}</xm:sqref>".encode())
    )
    workbook = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = workbook.replace(b"</definedNames>", names.encode() + b"</definedNames>")
    if lists:
        parts["xl/worksheets/sheet3.xml"] = lists
    return next(each for each in Workbook.open(zipped(parts)).validations("Answers") if each.source == "x14")


def test_plain_and_x14_lists_are_both_seen() -> None:
    """A list in the formula, a range on a hidden sheet and a defined name give what they offer, in order."""
    found = [(each.source, each.values) for each in Workbook.open(questionnaire()).validations("Answers")]
    assert found == [
        ("plain", ("Model provider", "Deployer", "Both")),
        ("plain", None),
        ("x14", ("Yes", "No", "N/A")),
        ("x14", ("Model team", "Safety team", "Nobody")),
    ]


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("&quot;Yes, No ,,N/A&quot;", ("Yes", "No", "N/A")),
        ("&quot;a&quot;&quot;b,c&quot;", ('a"b', "c")),
        ("'Lists'!$A$1:$A$2", ("Yes", "No")),
        ("lists!$B$3", ("Nobody",)),
        ("Lists!$A:$A", ("Yes", "No", "N/A")),
        ("Lists!$A$1:$A$1048576", ("Yes", "No", "N/A")),
        ("=Lists!$2:$2", ("No", "Safety team")),
        ("OWNERS", ("Model team", "Safety team", "Nobody")),
        ("$A$3:$A$4", ("PP-01", "PP-02")),
        ("A$3:A$4", ("PP-01", "PP-02")),
        ("Here", ("PP-03",)),
        ("Twice", ("Yes", "No")),
    ],
)
def test_a_list_that_takes_no_computing_is_understood(formula: str, values: tuple[str, ...]) -> None:
    """Literal lists, ranges on this and on other sheets, whole columns, names, names of names, names of one sheet."""
    names = (
        '<definedName name="Once">Lists!$A$1:$A$2</definedName><definedName name="Twice">Once</definedName>'
        '<definedName name="Here" localSheetId="0">Answers!$A$5</definedName>'
        '<definedName name="Here">Lists!$A$1</definedName>'
    )
    assert _rule(formula, names=names).values == values


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("INDIRECT($A$1)", "computed"),
        ("OFFSET(Lists!$A$1,0,0,3,1)", "computed"),
        ("Table1[Word]", "computed"),
        ("[1]Lists!$A$1:$A$3", "computed"),
        ("Nowhere!$A$1:$A$3", "not in this workbook"),
        ("Lists!$A$1:$B$3", "several rows and columns"),
        ("Lists!A1:A3", "moves"),
        ("Lists!$C$1:$C$3", "without items"),
        ("NoSuchName", "computed"),
        ("Round", "stand for one another"),
        ("Moving", "moves"),
        ("", "computed"),
    ],
)
def test_what_would_have_to_be_computed_says_so(formula: str, reason: str) -> None:
    """Nothing is guessed: there are no values, and there is a reason. Names that go in circles end."""
    names = (
        '<definedName name="Round">About</definedName><definedName name="About">Round</definedName>'
        '<definedName name="Moving">Lists!A1:A3</definedName>'
    )
    found = _rule(formula, names=names)
    assert found.values is None
    assert reason in found.not_understood


def test_a_moving_range_is_understood_where_it_cannot_move() -> None:
    """A rule for one cell has nothing to move along."""
    assert _rule("Lists!A1:A3", cells="C3").values == ("Yes", "No", "N/A")


def test_a_rule_over_the_whole_sheet_is_one_range() -> None:
    """17 thousand million cells are not spelled out."""
    found = _rule("Lists!$A$1:$A$3", cells="A1:XFD1048576")
    assert found.covers(1_048_576, 16_384)
    assert len(found.areas) == 1


def test_a_list_in_the_newest_form_is_read_as_written() -> None:
    """Where items hold commas, newer programs write a quoted list beside a formula that has lost the difference."""
    parts = questionnaire_parts()
    new = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        b'<mc:Choice xmlns:x12ac="http://schemas.microsoft.com/office/spreadsheetml/2011/1/ac" Requires="x12ac">'
        b'<x12ac:list>"Yes, fully", No</x12ac:list></mc:Choice><mc:Fallback><formula1>"Yes, fully, No"</formula1>'
        b"</mc:Fallback></mc:AlternateContent>"
    )
    parts[SHEET] = parts[SHEET].replace(b'<formula1>"Model provider,Deployer, Both"</formula1>', new)
    found: t.Sequence[Validation] = Workbook.open(zipped(parts)).validations("Answers")
    assert found[0].values == ("Yes, fully", "No")
