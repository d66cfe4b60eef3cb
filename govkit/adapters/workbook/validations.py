"""
Drop-downs: what a list validation accepts, where that can be told without computing anything.

Understood are a list in the formula itself (`"Yes,No"`), a range of one row or column on any sheet, and a name that
stands for one of these. Everything else - `INDIRECT`, `OFFSET`, tables, other workbooks, ranges that move from cell to
cell - is said not to be understood, with the formula.
"""

import csv
import dataclasses
import re
import typing as t

from govkit.adapters.workbook.contents import Contents
from govkit.adapters.workbook.references import Area, pointed
from govkit.adapters.workbook.refusing import shown
from govkit.adapters.workbook.sheet import Rule

MAX_ITEMS = 10_000
"""Of one list. Excel shows 32,767."""

MAX_LISTS = 128
"""Different ranges that the lists of one sheet are read from."""

MAX_NESTED_NAMES = 16

_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^\s'!\[\]:*?/\\\"(),;&+<>=^%]+))!(.+)", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w.]*|\\[\w.]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Validation:
    """One rule for what cells may hold. Its ranges are as the file writes them, and never spelled out."""

    areas: tuple[Area, ...]
    source: t.Literal["plain", "x14"]
    kind: str
    """`list`; `whole`, `decimal`, `date`, `time`, `textLength` or `custom`; `none` for a hint alone."""

    values: tuple[str, ...] | None
    """What a list offers, in its order; None where that is not understood, or the rule is no list."""

    not_understood: str
    """Why there are no values; empty where there are."""

    allow_blank: bool

    def covers(self, row: int, column: int) -> bool:
        """Whether it is about this cell."""
        return any(area.holds(row, column) for area in self.areas)


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a list's items stand: the number of a sheet, and a range on it."""

    sheet: int
    area: Area


class Unclear(Exception):
    """A formula that is not understood, with the reason."""


def origin(rule: Rule, sheet: int, contents: Contents) -> tuple[str, ...] | Source:
    """The items of a list rule on the sheet of this number, or where they stand. Raises `Unclear`."""
    if rule.kind == "none":
        raise Unclear("a hint alone, which allows every value")
    if rule.kind != "list":
        raise Unclear(f"a rule of kind {shown(rule.kind)}")
    if rule.items:
        return _items(next(csv.reader([rule.items], skipinitialspace=True), []))
    return _resolved(rule.formula, sheet, contents, _single(rule.areas), 0)


def validation(rule: Rule, values: tuple[str, ...] | None, reason: str) -> Validation:
    """A rule with what it accepts."""
    return Validation(rule.areas, rule.source, rule.kind, values, reason, rule.allow_blank)


def _single(areas: tuple[Area, ...]) -> tuple[bool, bool]:
    """Whether the rule is about one row only, and about one column only: what moves with it then stays in place."""
    if not areas:
        return False, False
    rows = {row for area in areas for row in (area.top, area.bottom)}
    columns = {column for area in areas for column in (area.left, area.right)}
    return len(rows) == 1, len(columns) == 1


def _resolved(
    formula: str, sheet: int, contents: Contents, fixed: tuple[bool, bool], depth: int
) -> tuple[str, ...] | Source:
    text = formula.strip().removeprefix("=").strip()
    if depth > MAX_NESTED_NAMES:
        raise Unclear("names that stand for one another")
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
        return _items(text[1:-1].replace('""', '"').split(","))
    scope = sheet
    match = _SHEET.fullmatch(text)
    if match:
        scope, text = _sheet_number(match, contents), match[3]
    range_ = pointed(text)
    if range_ is not None:
        if (range_.rows_move and not fixed[0]) or (range_.columns_move and not fixed[1]):
            raise Unclear(f"a range that moves from cell to cell: {shown(formula)}")
        if range_.area.top != range_.area.bottom and range_.area.left != range_.area.right:
            raise Unclear(f"a range of several rows and columns: {shown(formula)}")
        return Source(scope, range_.area)
    if _NAME.fullmatch(text):
        for where in (scope, None):
            meant = contents.names.get((text.lower(), where))
            if meant is not None:
                return _resolved(meant, scope, contents, (False, False), depth + 1)
    raise Unclear(f"a formula that would have to be computed: {shown(formula) or 'none'}")


def _sheet_number(match: re.Match[str], contents: Contents) -> int:
    name = (match[1].replace("''", "'") if match[1] is not None else match[2]).lower()
    for number, sheet in enumerate(contents.sheets):
        if sheet.name.lower() == name and sheet.has_cells:
            return number
    raise Unclear(f"a sheet that is not in this workbook: {shown(name)}")


def _items(words: t.Iterable[str]) -> tuple[str, ...]:
    items = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    if not items:
        raise Unclear("a list without items")
    if len(items) > MAX_ITEMS:
        raise Unclear(f"a list of more than {MAX_ITEMS} items")
    return items


def listed(texts: t.Sequence[str]) -> tuple[str, ...]:
    """The items of a list whose range holds these texts. Raises `Unclear` for too many, or none."""
    return _items(texts)
