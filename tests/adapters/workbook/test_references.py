"""Names of cells and ranges, as numbers and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.workbook.references import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    cell_name,
    parse_area,
    pointed,
    position,
)

ROWS = st.integers(min_value=1, max_value=MAX_ROW)
COLUMNS = st.integers(min_value=1, max_value=MAX_COLUMN)


@given(row=ROWS, column=COLUMNS)
def test_a_cell_has_one_name(row: int, column: int) -> None:
    """Name and place are the same thing, up to the last cell of a sheet."""
    assert position(cell_name(row, column)) == (row, column)


@given(top=ROWS, left=COLUMNS, bottom=ROWS, right=COLUMNS)
def test_a_range_is_the_same_from_any_two_corners(top: int, left: int, bottom: int, right: int) -> None:
    """Which corners are written first makes no difference, and it holds them all."""
    area = parse_area(f"{cell_name(top, left)}:{cell_name(bottom, right)}")
    assert area == parse_area(f"{cell_name(bottom, left)}:{cell_name(top, right)}") == parse_area(str(area))
    assert area.holds(top, left)
    assert area.holds(bottom, right)


@pytest.mark.parametrize(
    "name", ["", "A", "1", "A0", "a1", "A1 ", "$A$1", "XFE1", "A1048577", "A01", "\u0391\u0661", "A1:B2"]
)
def test_what_names_no_cell_is_none(name: str) -> None:
    """Lower case, other scripts, leading zeros and what lies outside the sheet are refused."""
    with pytest.raises(ValueError, match="no "):
        position(name)


@pytest.mark.parametrize(
    ("text", "area", "moves"),
    [
        ("$A$1:$A$3", Area(1, 1, 3, 1), (False, False)),
        ("A$1:A$3", Area(1, 1, 3, 1), (False, True)),
        ("$A1:$A$3", Area(1, 1, 3, 1), (True, False)),
        ("$B:$B", Area(1, 2, MAX_ROW, 2), (False, False)),
        ("B:C", Area(1, 2, MAX_ROW, 3), (False, True)),
        ("2:4", Area(2, 1, 4, MAX_COLUMN), (True, False)),
    ],
)
def test_what_of_a_range_moves_is_known(text: str, area: Area, moves: tuple[bool, bool]) -> None:
    """Without its dollar sign, a row or a column moves along with the cell."""
    found = pointed(text)
    assert found is not None
    assert (found.area, (found.rows_move, found.columns_move)) == (area, moves)


@pytest.mark.parametrize("text", ["", "A1:B", "A1:B2:C3", "SUM(A1)", "Sheet!A1", "XFE:XFE", "0:1"])
def test_what_is_no_range_is_none(text: str) -> None:
    """Only ranges of one sheet are taken for ranges."""
    assert pointed(text) is None
