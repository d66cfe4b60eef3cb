"""The container: what is no workbook is named, what is no sound zip archive is refused, what stays is copied."""

import io
import struct
import typing as t
import zipfile
import zlib

import pytest

from govkit.adapters.workbook import Workbook
from govkit.adapters.workbook.archive import MAX_FILE_BYTES, Archive
from govkit.errors import AskedWrongly
from govkit.testing.workbooks import SHEET, questionnaire, questionnaire_parts, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
Spoil: t.TypeAlias = t.Callable[[bytes], bytes]


def _typed(kind: bytes) -> bytes:
    parts = questionnaire_parts()
    main = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(main, kind)
    return zipped(parts)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "empty"),
        (b"id,question\n1,Why?\n", "no zip archive"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + "Workbook".encode("utf-16-le"), r"\.xls\)"),
        (OLE, "no workbook"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
        (zipped({"notes.txt": b"hello"}), "no Office document"),
        (
            _typed(b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
            "wordprocessing",
        ),
        (_typed(b"application/vnd.ms-excel.sheet.binary.macroEnabled.main"), "xlsb"),
        (b"PK\3\4" + bytes(MAX_FILE_BYTES), "too large"),
    ],
)
def test_what_is_no_workbook_is_named(data: bytes, found: str) -> None:
    """Another format is called what it is, and an encrypted workbook encrypted."""
    with pytest.raises(AskedWrongly, match=found):
        Workbook.open(data)


def _entry(data: bytes, name: bytes, *, central: bool) -> int:
    """Where a part's header begins: the one before its data, or the one in the directory."""
    return data.index(name, 0 if not central else data.index(b"PK\1\2")) - (46 if central else 30)


def _both(data: bytes, name: bytes, offset: int, value: bytes, *, directory: bool = True) -> bytes:
    """A field changed in both headers of a part, or only beside its data; `offset` is that of the header there."""
    out = bytearray(data)
    for central in (False, True)[: 1 + directory]:
        at = _entry(data, name, central=central) + offset + 2 * central
        out[at : at + len(value)] = value
    return bytes(out)


def _overlapping(data: bytes) -> bytes:
    """One part's data shared by two entries of the directory."""
    at = _entry(data, b"xl/styles.xml", central=True) + 42
    other = data[_entry(data, SHEET.encode(), central=True) + 42 :][:4]
    return data[:at] + other + data[at + 4 :]


def _inserted(data: bytes) -> bytes:
    """Bytes between two parts that belong to neither, with every offset behind them put right."""
    at = _entry(data, b"xl/styles.xml", central=False)
    out = bytearray(data[:at] + b"hidden" + data[at:])
    cursor = out.index(b"PK\1\2")
    directory = cursor
    while out[cursor : cursor + 4] == b"PK\1\2":
        (offset,) = struct.unpack_from("<L", out, cursor + 42)
        struct.pack_into("<L", out, cursor + 42, offset + 6 * (offset >= at))
        cursor += 46 + sum(struct.unpack_from("<3H", out, cursor + 28))
    struct.pack_into("<L", out, len(out) - 6, directory)
    return bytes(out)


SPOILT: t.Final[dict[str, Spoil]] = {
    "a program in front": lambda data: b"#!/bin/sh\n" + data,
    "something behind": lambda data: data + b"more",
    "cut off": lambda data: data[:-100],
    "an encrypted part": lambda data: _both(data, b"xl/styles.xml", 6, b"\1\0"),
    "another method": lambda data: _both(data, b"xl/styles.xml", 8, b"\x0e\0"),
    "another name at the data": lambda data: data.replace(b"xl/styles.xml", b"xl/stylez.xml", 1),
    "another size at the data": lambda data: _both(data, b"xl/styles.xml", 22, b"\1\0\0\0", directory=False),
    "a size that is a lie": lambda data: _both(data, b"xl/styles.xml", 22, b"\1\0\0\0"),
    "a check sum that is a lie": lambda data: _both(data, b"xl/styles.xml", 14, b"\1\0\0\0"),
    "two names for one part": _overlapping,
    "bytes of nobody": _inserted,
    "no directory": lambda data: data[: data.index(b"PK\1\2")] + data[-22:],
    "up and out": lambda data: data.replace(b"xl/styles.xml", b"../styles.xml"),
    "absolute": lambda data: data.replace(b"xl/styles.xml", b"/l/styles.xml"),
    "a drive": lambda data: data.replace(b"xl/styles.xml", b"C:/styles.xml"),
    "backslashes": lambda data: data.replace(b"xl/styles.xml", b"xl\\styles.xml"),
    "a zero byte": lambda data: data.replace(b"xl/styles.xml", b"xl/styles\0xml"),
}


def _read_all(data: bytes) -> None:
    book = Workbook.open(data)
    for name in book.archive.names:
        book.archive.read(name)


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_an_unsound_archive_is_refused(spoil: Spoil) -> None:
    """Whatever would let two readers see two different files, or reach outside, ends in a refusal with a reason."""
    good = questionnaire()
    spoilt = spoil(good)
    assert spoilt != good
    with pytest.raises(AskedWrongly) as caught:
        _read_all(spoilt)
    assert caught.value.fix


def test_a_part_that_is_there_twice_is_refused() -> None:
    """Which of two parts of one name counts, every program decides for itself; capitals are no difference."""
    for name in ("xl/styles.xml", "xl/Styles.xml"):
        out = io.BytesIO(questionnaire())
        with zipfile.ZipFile(out, "a") as archive:
            if name in archive.namelist():
                with pytest.warns(UserWarning, match="Duplicate"):
                    archive.writestr(name, b"<other/>")
            else:
                archive.writestr(name, b"<other/>")
        with pytest.raises(AskedWrongly, match="two parts"):
            Workbook.open(out.getvalue())


def test_more_parts_than_any_workbook_has_are_refused() -> None:
    """A directory of more entries than allowed is not read to its end."""
    with pytest.raises(AskedWrongly, match="parts"):
        Workbook.open(zipped({f"part{number}": b"" for number in range(10_001)}))


def test_a_directory_of_endless_names_is_not_read() -> None:
    """Its size is looked at before it is."""
    with pytest.raises(AskedWrongly, match="directory of more than"):
        Workbook.open(zipped({f"{number:0250}": b"" for number in range(8_000)}))


def test_one_encrypted_part_is_an_encrypted_workbook() -> None:
    """What a zip program encrypted is told apart from what is broken."""
    with pytest.raises(AskedWrongly, match="encrypted"):
        Workbook.open(SPOILT["an encrypted part"](questionnaire()))


def test_other_writers_containers_are_read_and_rewritten() -> None:
    """Sizes behind the data, 64-bit fields, stored parts and folders: all of it is read, and written plainly."""
    out = io.BytesIO()
    parts = questionnaire_parts()
    with zipfile.ZipFile(_Unseekable(out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/", b"")
        for number, (name, content) in enumerate(parts.items()):
            with archive.open(name, "w", force_zip64=number % 2 == 0) as part:
                part.write(content)
    archive_ = Archive(out.getvalue())
    again = Archive(archive_.with_parts({"xl/styles.xml": b"<new/>"}))
    assert again.read("xl/styles.xml") == b"<new/>"
    kept = [name for name in parts if name != "xl/styles.xml"]
    assert all(again.compressed(name) == archive_.compressed(name) for name in kept)
    assert [again.read(name) for name in kept] == [parts[name] for name in kept]
    with zipfile.ZipFile(io.BytesIO(archive_.with_parts({}))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["xl/", *parts]
        assert not any(info.flag_bits & 0b1000 for info in opened.infolist())
    assert {entry.extra for entry in again._by_name.values()} == {b""}


class _Unseekable(io.RawIOBase):
    """A stream that cannot go back: sizes have to follow the data."""

    def __init__(self, out: io.BytesIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: t.Any, /) -> int:
        return self._out.write(data)


def test_nothing_hides_behind_a_parts_own_data() -> None:
    """A part that ends before its compressed bytes do is refused: another reader may go on."""
    packed = zlib.compress(b"<a/>", wbits=-15) + b"hidden"
    data = zipped({"a.xml": packed}, zipfile.ZIP_STORED)
    for offset, value in ((8, 8), (14, zlib.crc32(b"<a/>")), (22, len(b"<a/>"))):
        data = _both(data, b"a.xml", offset, value.to_bytes(2 if offset == 8 else 4, "little"))
    with pytest.raises(AskedWrongly, match="more than its own data"):
        Archive(data).read("a.xml")


def test_a_damaged_part_is_found_when_it_is_read() -> None:
    """The check sum is held against what inflating yields."""
    data = bytearray(questionnaire())
    data[data.index(b"xl/styles.xml") + 100] ^= 0x10
    archive = Archive(bytes(data))
    with pytest.raises(AskedWrongly, match=r"damaged|check sum|cut off|more than"):
        archive.read("xl/styles.xml")


@pytest.mark.parametrize(
    "target", ["../../../etc/passwd", "file:///etc/passwd", "C:\\sheet.xml", "", "missing.xml"]
)
def test_a_sheet_outside_the_file_is_refused(target: str) -> None:
    """No target is followed that leads elsewhere, and none that leads nowhere."""
    parts = questionnaire_parts()
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(b"worksheets/sheet2.xml", target.encode())
    with pytest.raises(AskedWrongly, match="without a part"):
        Workbook.open(zipped(parts))


def test_an_external_target_is_not_followed() -> None:
    """A sheet that is marked as lying elsewhere is refused, though its name would be found inside."""
    parts = questionnaire_parts()
    links = "xl/_rels/workbook.xml.rels"
    inside = b'Target="worksheets/sheet2.xml"'
    parts[links] = parts[links].replace(inside, inside + b' TargetMode="External"')
    with pytest.raises(AskedWrongly, match="without a part"):
        Workbook.open(zipped(parts))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"worksheets/sheet2.xml", b"worksheets/sheet1.xml"), (b'name="Questions"', b'name="ANSWERS"')],
)
def test_a_sheet_under_two_names_is_refused(old: bytes, new: bytes) -> None:
    """A change to the one would change the other."""
    parts = {
        name: part.replace(old, new) for name, part in questionnaire_parts().items() if name.startswith("xl/")
    }
    whole = {**questionnaire_parts(), **parts}
    with pytest.raises(AskedWrongly, match="twice"):
        Workbook.open(zipped(whole))
