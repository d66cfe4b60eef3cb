"""The workbook part: its sheets in order, and its defined names."""

import dataclasses
import typing as t

from govkit.adapters.workbook.archive import Archive
from govkit.adapters.workbook.container import Relationship, relationships
from govkit.adapters.workbook.markup import RELATIONSHIPS, attribute_of, parse
from govkit.adapters.workbook.refusing import damaged, shown

State: t.TypeAlias = t.Literal["visible", "hidden", "veryHidden"]
MAX_SHEETS = 1_000
MAX_NAMES = 50_000


@dataclasses.dataclass(frozen=True, slots=True)
class SheetName:
    """One tab of the workbook."""

    name: str
    state: State
    has_cells: bool
    """False for a chart or a dialog."""

    part: str
    """The part of the file that holds it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Contents:
    """What the workbook part says, with its relationships resolved."""

    sheets: tuple[SheetName, ...]
    names: t.Mapping[tuple[str, int | None], str]
    """Defined names in lower case, with the number of the sheet they hold for (None: all), and what they stand for."""

    strings: str | None
    styles: str | None


def read_contents(archive: Archive, workbook: str) -> Contents:
    """The workbook part. Raises `AskedWrongly` for sheets that are not there, or stand under two names."""
    reader = _Reader(workbook)
    parse(archive.read(workbook), reader, workbook)
    links = {each.key: each for each in relationships(archive, workbook)}
    sheets: dict[str, SheetName] = {}
    parts: set[str] = set()
    for name, state, key in reader.sheets:
        # The module of an old macro stands among the sheets, with no part of its own.
        link = Relationship("", "module", "") if not key else links.get(key)
        if link is None or link.target is None or (key and link.target not in archive):
            raise damaged(workbook, f"the sheet {shown(name)} without a part", "every sheet inside the file")
        if name.lower() in sheets or link.target.lower() in parts:
            raise damaged(workbook, f"the sheet {shown(name)} twice", "each sheet once")
        parts.update({link.target.lower()} - {""})
        sheets[name.lower()] = SheetName(name, state, link.kind == "worksheet", link.target)
    if not sheets:
        raise damaged(workbook, "no sheets", "at least one sheet")
    targets = {each.kind: each.target for each in links.values() if each.target and each.target in archive}
    return Contents(tuple(sheets.values()), reader.names, targets.get("sharedStrings"), targets.get("styles"))


class _Reader:
    def __init__(self, where: str) -> None:
        self.sheets: list[tuple[str, State, str]] = []
        self.names: dict[tuple[str, int | None], str] = {}
        self._where = where
        self._name: tuple[str, int | None] | None = None
        self._words: list[str] = []
        self._root = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._root and name != "workbook":
            raise damaged(self._where, shown(name), "a workbook")
        self._root = False
        if name == "sheet":
            self._sheet(attributes)
        elif name == "definedName":
            local = attributes.get("localSheetId")
            number = int(local) if local is not None and local.isascii() and local.isdigit() else None
            self._name = (attributes.get("name", "").lower(), number)

    def end(self, name: str) -> None:
        if name == "definedName" and self._name is not None:
            self.names[self._name] = "".join(self._words)
            self._name = None
            self._words.clear()
            if len(self.names) > MAX_NAMES:
                raise damaged(self._where, f"more than {MAX_NAMES} defined names")

    def text(self, data: str) -> None:
        if self._name is not None:
            self._words.append(data)

    def _sheet(self, attributes: dict[str, str]) -> None:
        state = attributes.get("state", "visible")
        if state not in ("visible", "hidden", "veryHidden") or len(self.sheets) >= MAX_SHEETS:
            raise damaged(self._where, f"more than {MAX_SHEETS} sheets, or one that is {shown(state)}")
        key = attribute_of(attributes, RELATIONSHIPS, "id") or ""
        self.sheets.append((attributes.get("name", ""), t.cast("State", state), key))
