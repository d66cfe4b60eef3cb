"""
Text as a workbook stores it: shared and rich strings read, plain text written.

A string of the format (`ST_Xstring`, ECMA-376 part 1, 22.9.2.19) stores a character that XML has no word for as
`_xHHHH_`, and therefore the text `_x0041_` as `_x005F_x0041_`. Both are undone on reading. On writing the latter is
done, so that every text comes back as it went in; control characters are not written at all, since an answer has no
use for what nobody sees.
"""

import re
import typing as t
from xml.sax.saxutils import escape

from govkit.adapters.workbook.refusing import damaged

MAX_CHARACTERS = 32_767
"""What a cell holds, in UTF-16 code units, as Excel counts."""

MAX_SHARED = 2_000_000

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_WRITTEN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decoded(text: str) -> str:
    """Stored text as a person reads it."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # Halves of a character may have been escaped one by one.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encoded(text: str) -> str:
    """Text as it stands between tags. The text must be one that `unwritable` finds nothing in."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text))


def unwritable(text: str) -> str:
    """The first character that is not written, as `U+0007`; empty where there is none. Line breaks are line feeds."""
    match = _NOT_WRITTEN.search(text)
    return f"U+{ord(match[0]):04X}" if match else ""


def units(text: str) -> int:
    """The length of a text as Excel counts it. Half a character counts as one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Text:
    """Gathers the text of one string item: plain, or runs of rich text; without its reading aids (`rPh`)."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._aside = 0
        self._open = False

    def start(self, name: str) -> None:
        """An element inside the item begins."""
        if name == "rPh":
            self._aside += 1
        self._open = name in ("t", "v") and not self._aside

    def end(self, name: str) -> None:
        """An element inside the item ends."""
        if name == "rPh":
            self._aside -= 1
        self._open = False

    def text(self, data: str) -> None:
        """A piece of text."""
        if self._open:
            self._pieces.append(data)

    def taken(self) -> str:
        """The whole text; what follows begins anew."""
        whole = "".join(self._pieces)
        self._pieces.clear()
        return whole


class SharedStrings:
    """The handler for the table of shared strings; `found` has them in order."""

    def __init__(self, where: str) -> None:
        self.found: list[str] = []
        self._where = where
        self._text: Text | None = None
        self._depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth == 1 and name != "sst":
            raise damaged(self._where, "something else", "a table of shared strings")
        if self._depth == 2 and name == "si":  # noqa: PLR2004 - an item of the table
            self._text = Text()
        elif self._text is not None:
            self._text.start(name)

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._text is None:
            return
        self._text.end(name)
        if self._depth == 1:
            self.found.append(decoded(self._text.taken()))
            self._text = None
            if len(self.found) > MAX_SHARED:
                raise damaged(self._where, f"more than {MAX_SHARED} strings")

    def text(self, data: str) -> None:
        """A piece of text."""
        if self._text is not None:
            self._text.text(data)


class Locks:
    """The handler for the styles: whether each cell format is locked (ECMA-376 part 1, 18.8.33: unless it says not)."""

    def __init__(self) -> None:
        self.found: list[bool] = []
        self._in_formats = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "cellXfs":
            self._in_formats = True
        elif self._in_formats and name == "xf":
            self.found.append(True)
        elif self._in_formats and name == "protection" and self.found:
            self.found[-1] = attributes.get("locked", "1") in ("1", "true", "on")

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "cellXfs":
            self._in_formats = False

    def text(self, data: str) -> None:
        """A piece of text."""


def locked(locks: t.Sequence[bool], style: int) -> bool:
    """Whether a cell of this style is locked; one whose style is not there is."""
    return locks[style] if style < len(locks) else True
