"""
What kind of file it is, and the way from its container to the workbook's parts (ECMA-376 part 2: Open Packaging).

A file that is something else - an old .xls, an encrypted workbook, OpenDocument, a letter - is named for what it is. A
relationship that leads out of the file is never followed.
"""

import dataclasses
import posixpath
import typing as t

from govkit.adapters.workbook.archive import Archive
from govkit.adapters.workbook.markup import parse
from govkit.adapters.workbook.refusing import damaged, refused, shown
from govkit.errors import AskedWrongly

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_BINARY = "application/vnd.ms-excel.sheet.binary."
_WORKBOOKS: t.Final = frozenset({
    f"{_SPREADSHEET}sheet.main+xml",
    f"{_SPREADSHEET}template.main+xml",
    _MACROS,
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
})  # fmt: skip
MAX_RELATIONSHIPS = 20_000
_SIGNATURE = "digital-signature"


@dataclasses.dataclass(frozen=True, slots=True)
class Relationship:
    """
    Where one part points: the last word of the type (`digital-signature` for whatever belongs to one), and the part's
    name, or None for a target outside the file.
    """

    key: str
    kind: str
    target: str | None


def open_container(data: bytes) -> tuple[Archive, str]:
    """The container, and the name of its workbook part. Raises `AskedWrongly`."""
    _refuse_other_formats(data)
    archive = Archive(data)
    if "mimetype" in archive:
        named = shown(archive.read("mimetype")[:100].decode("ascii", "replace"))
        raise _other(f"an OpenDocument file ({named})")
    if "[Content_Types].xml" not in archive:
        raise _other("a zip archive that is no Office document")
    workbooks = [each.target for each in relationships(archive, "") if each.kind == "officeDocument"]
    name = workbooks[0] if len(workbooks) == 1 else None
    if name is None or name not in archive:
        raise damaged("_rels/.rels", f"{len(workbooks)} main parts", "one main part, inside the file")
    kind = _content_type(archive, name)
    if kind.startswith(_BINARY):
        raise _other("a binary workbook (.xlsb)")
    if kind not in _WORKBOOKS:
        raise _other(f"another kind of document ({shown(kind) or 'none stated'})")
    return archive, name


def relationships(archive: Archive, source: str) -> tuple[Relationship, ...]:
    """What a part points to (the whole file for an empty name), in the order of its list."""
    folder, file = posixpath.split(source)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    if name not in archive:
        return ()
    links = _Links(folder, name)
    parse(archive.read(name), links, name)
    return tuple(links.found.values())


def is_signed(archive: Archive) -> bool:
    """Whether somebody signed the file (ECMA-376 part 2, 10): any change would break it."""
    pointed_at = any(each.kind == _SIGNATURE for each in relationships(archive, ""))
    return pointed_at or any(name.lower().startswith("_xmlsignatures/") for name in archive.names)


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
            raise refused(
                "This workbook is encrypted.",
                expected="a workbook that opens without a password",
                fix="save a copy without a password, or ask for one",
            )
        old = any(name.encode("utf-16-le") in data for name in ("Workbook", "Book"))
        raise _other("an old workbook (.xls)" if old else "an OLE container that is no workbook")
    if not data.startswith(b"PK"):
        raise _other("an empty file" if not data else "no zip archive")


def _other(found: str) -> AskedWrongly:
    return refused(
        "This file is no workbook that can be read.",
        expected="an Excel workbook (.xlsx or .xlsm)",
        found=found,
        fix="save it as .xlsx in a spreadsheet program, or use an answer pack",
    )


def _content_type(archive: Archive, name: str) -> str:
    types = _Types()
    parse(archive.read("[Content_Types].xml"), types, "[Content_Types].xml")
    by_name = types.overrides.get(f"/{name}".lower())
    return by_name or types.defaults.get(posixpath.splitext(name)[1].lstrip(".").lower(), "")


class _Types:
    def __init__(self) -> None:
        self.defaults: dict[str, str] = {}
        self.overrides: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "")
        if name == "types:Default":
            self.defaults[attributes.get("Extension", "").lower()] = kind
        elif name == "types:Override":
            self.overrides[attributes.get("PartName", "").lower()] = kind

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Links:
    def __init__(self, folder: str, where: str) -> None:
        self.found: dict[str, Relationship] = {}
        self._folder = folder
        self._where = where

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "rels:Relationship":
            return
        key, meaning = attributes.get("Id", ""), attributes.get("Type", "")
        kind = _SIGNATURE if f"/{_SIGNATURE}/" in meaning else meaning.rpartition("/")[2]
        outside = attributes.get("TargetMode", "Internal") != "Internal"
        target = None if outside else self._inside(attributes.get("Target", ""))
        if key in self.found or len(self.found) >= MAX_RELATIONSHIPS:
            raise damaged(self._where, f"too many relationships, or two called {shown(key)}")
        self.found[key] = Relationship(key, kind, target)

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...

    def _inside(self, target: str) -> str | None:
        joined = posixpath.normpath(posixpath.join(self._folder, target))
        outside = joined.startswith("..") or "\\" in target or ":" in target
        return None if outside or not target else joined.lstrip("/")
