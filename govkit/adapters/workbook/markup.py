"""
XML of a stranger, read event by event: expat, with everything refused that a workbook has no use for.

Expat is the one kept parser that says at which byte an element stands, which changing a part in place needs; lxml and
defusedxml do not. What makes XML dangerous is refused outright: a document type (and with it every entity, internal or
external), another encoding than UTF-8, deep nesting, too many elements, and a piece of markup too long to be honest
(expat before 2.6 reads an unfinished one again with every chunk).
"""

import typing as t
from xml.parsers import expat

from govkit.adapters.workbook.refusing import damaged, shown

MAX_DEPTH = 64
"""A sheet needs some twelve levels."""

MAX_ELEMENTS = 2_000_000
"""In one part. The largest sheet of a questionnaire that we know has 124,458; 1,048,576 empty rows still pass."""

MAX_TOKEN_BYTES = 2 * 1024 * 1024
"""One tag or comment. Text may be longer: it comes in pieces."""

CHUNK_BYTES = 128 * 1024
_KEPT_NAMES = 1_000

RELATIONSHIPS: t.Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PREFIXES: t.Final = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main": "x14:",
    "http://schemas.microsoft.com/office/excel/2006/main": "xm:",
    "http://schemas.microsoft.com/office/spreadsheetml/2011/1/ac": "x12ac:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rels:",
    "http://schemas.openxmlformats.org/package/2006/content-types": "types:",
}


class Handler(t.Protocol):
    """
    What takes the events of one part.

    Names come short: bare in the spreadsheet namespace (transitional or strict), `x14:`, `xm:`, `x12ac:`, `mc:`,
    `rels:` and `types:` in theirs, `?:` in any other. Attributes are as expat gives them: `namespace}name`.
    """

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of text between tags."""


class Parser:
    """One part being read. `feed` it chunk by chunk, then `close` it; both raise `AskedWrongly`."""

    def __init__(self, handler: Handler, where: str) -> None:
        self._where = where
        self._handler = handler
        self._depth = self._elements = self._fed = 0
        self._names: dict[str, str] = {}
        self._expat = expat.ParserCreate("UTF-8", "}")
        self._expat.buffer_text = True
        self._expat.XmlDeclHandler = self._declared
        self._expat.StartDoctypeDeclHandler = self._typed
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = handler.text

    @property
    def at(self) -> int:
        """The byte at which the present event stands: a tag's `<`, or the byte behind an element without an end tag."""
        return self._expat.CurrentByteIndex

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the part."""
        if not self._fed and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:4]):
            raise damaged(self._where, "another encoding", "XML in UTF-8")
        self._fed += len(chunk)
        self._parse(chunk, last=False)
        if self._fed - max(self._expat.CurrentByteIndex, 0) > MAX_TOKEN_BYTES:
            raise damaged(self._where, f"a tag or comment of more than {MAX_TOKEN_BYTES} bytes")

    def close(self) -> None:
        """The part ends here."""
        self._parse(b"", last=True)

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._expat.Parse(chunk, last)
        except expat.ExpatError as error:
            found = f"{expat.ErrorString(error.code)}, line {error.lineno}"
            raise damaged(self._where, found, "well-formed XML") from None

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise damaged(self._where, f"the encoding {shown(encoding)}", "XML in UTF-8")

    def _typed(self, name: str, *_: t.Any) -> None:
        found = f"a document type ({shown(name)}), which can declare entities"
        raise damaged(self._where, found, "XML without a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise damaged(self._where, f"elements nested more than {MAX_DEPTH} deep")
        if self._elements > MAX_ELEMENTS:
            raise damaged(self._where, f"more than {MAX_ELEMENTS} elements", "a sheet that people fill in")
        self._handler.start(self._names.get(name) or self._short(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(self._names.get(name) or self._short(name))

    def _short(self, name: str) -> str:
        space, _, local = name.rpartition("}")
        short = _PREFIXES.get(space, "?:") + local
        if len(self._names) < _KEPT_NAMES:
            self._names[name] = short
        return short


def parse(data: bytes, handler: Handler, where: str) -> None:
    """Read a whole part. Raises `AskedWrongly`."""
    parser = Parser(handler, where)
    for start in range(0, len(data), CHUNK_BYTES):
        parser.feed(data[start : start + CHUNK_BYTES])
    parser.close()


def attribute_of(attributes: t.Mapping[str, str], spaces: t.Iterable[str], name: str) -> str | None:
    """An attribute in the first of these namespaces that has it."""
    return next(
        (attributes[key] for key in (f"{space}}}{name}" for space in spaces) if key in attributes), None
    )


def is_true(value: str | None) -> bool:
    """An `xsd:boolean`, absent meaning false."""
    return value in ("1", "true", "on")
