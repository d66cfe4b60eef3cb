"""
The zip container: its parts, inflated within limits, and the same container again with some parts replaced.

The standard library reads the directory of contents; what it is lenient about is checked here first. Every byte of the
file has to belong to exactly one part or to the directory, which leaves no room for overlapping parts, for a second
directory, or for a program in front. Sizes are what inflating yields, not what a header claims.

What is not replaced is copied as it is compressed. What is replaced keeps its name, place and time stamp, so that the
same input gives the same bytes (with the same zlib: another one may compress alike data differently).
"""

import dataclasses
import io
import struct
import typing as t
import zipfile
import zlib

from govkit.adapters.workbook.refusing import BROKEN, refused, shown

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PARTS = 10_000
MAX_NAME = 500
MAX_DIRECTORY_BYTES = 2 * 1024 * 1024
MAX_PART_BYTES = 128 * 1024 * 1024
"""One part, inflated. The largest sheet of a questionnaire that we know has 2.3 MB."""

MAX_RATIO = 200
"""Inflated to compressed, of a part beyond `FREE_BYTES`. Measured on real sheets: 4 to 20."""

FREE_BYTES = 1024 * 1024

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ALLOWED_FLAGS = 0b1000_0000_1110
"""How hard it was compressed (1, 2), sizes after the data (3), UTF-8 names (11); not encrypted (0), nor a patch (5)."""

_SIZES_FOLLOW = 0b1000
_WITHOUT_WEIGHT = 0b1000_0000_0110
"""Flags in which a part's two headers may differ: how hard it was compressed, and UTF-8 (the names are compared)."""

_DESCRIPTOR_BYTES = (0, 12, 16, 20, 24)
_ZIP64 = 1
_ESCAPED = 0xFFFFFFFF


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One part: its raw name, where its compressed bytes lie, and its entry in the directory."""

    name: str
    raw_name: bytes
    start: int
    end: int
    extra: bytes
    info: zipfile.ZipInfo


class Archive:
    """A zip container that passed inspection. Raises `AskedWrongly` when made of one that did not."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        infos, directory = _directory(data)
        entries = _entries(data, infos, directory)
        self._by_name: dict[str, Entry] = {}
        for entry in entries:
            # Part names are the same name in capitals (ECMA-376 part 2, 6.3.5).
            if self._by_name.setdefault(entry.name.lower(), entry) is not entry:
                raise _no_zip(f"two parts called {shown(entry.name)}", "each part once")
        self.names: tuple[str, ...] = tuple(entry.name for entry in entries if not entry.name.endswith("/"))
        """The parts in the order of the file."""

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name

    def compressed(self, name: str) -> tuple[int, bytes]:
        """A part's compression method and compressed bytes."""
        entry = self._entry(name)
        return entry.info.compress_type, self.data[entry.start : entry.end]

    def read(self, name: str) -> bytes:
        """A part, inflated. Raises `AskedWrongly` when it is missing, damaged or too large."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> t.Iterator[bytes]:
        """A part, inflated piece by piece; damage found at its end raises there."""
        entry = self._entry(name)
        raw, total, check = self.data[entry.start : entry.end], 0, 0
        for piece in _pieces(raw, entry):
            total += len(piece)
            check = zlib.crc32(piece, check)
            _bound(entry, total, len(raw))
            yield piece
        if total != entry.info.file_size or check != entry.info.CRC:
            raise _no_zip(f"another size or check sum in {shown(name)} than its header says")

    def with_parts(self, parts: t.Mapping[str, bytes]) -> bytes:
        """The same container with these parts' contents in place of their own; every other part stays as compressed."""
        new = {self._entry(name).name: content for name, content in parts.items()}
        out, directory = io.BytesIO(), io.BytesIO()
        entries = sorted(self._by_name.values(), key=lambda entry: entry.info.header_offset)
        for entry in entries:
            record = _Record.of(entry, self.data, new.get(entry.name))
            directory.write(record.central(out.tell()))
            out.write(record.local())
            out.write(record.content)
        count, size, offset = len(entries), directory.tell(), out.tell()
        out.write(directory.getvalue())
        out.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0))
        return out.getvalue()

    def _entry(self, name: str) -> Entry:
        entry = self._by_name.get(name.lower())
        if entry is None:
            raise refused(
                "This workbook cannot be read safely.", expected=f"a part {shown(name)}", fix=BROKEN
            )
        return entry


@dataclasses.dataclass(frozen=True, slots=True)
class _Record:
    """One part as it is written: sizes in the header, none after the data, no 64-bit fields."""

    entry: Entry
    content: bytes
    method: int
    check: int
    size: int

    @classmethod
    def of(cls, entry: Entry, data: bytes, replacement: bytes | None) -> "_Record":
        info = entry.info
        if replacement is None:
            return cls(entry, data[entry.start : entry.end], info.compress_type, info.CRC, info.file_size)
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(replacement) + packer.flush()
        return cls(entry, packed, zipfile.ZIP_DEFLATED, zlib.crc32(replacement), len(replacement))

    def local(self) -> bytes:
        extra = _without_zip64(self.entry.extra)
        fields = (*self._shared(), len(self.entry.raw_name), len(extra))
        return _LOCAL.pack(b"PK\3\4", *fields) + self.entry.raw_name + extra

    def central(self, offset: int) -> bytes:
        info, raw_name = self.entry.info, self.entry.raw_name
        extra = _without_zip64(info.extra)
        made_by = info.create_system << 8 | info.create_version
        lengths = (len(raw_name), len(extra), len(info.comment))
        fields = (made_by, *self._shared(), *lengths, 0, info.internal_attr, info.external_attr, offset)
        return _CENTRAL.pack(b"PK\1\2", *fields) + raw_name + extra + info.comment

    def _shared(self) -> tuple[int, ...]:
        info = self.entry.info
        year, month, day, hour, minute, second = info.date_time
        clock, date = hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
        flags = info.flag_bits & ~_SIZES_FOLLOW
        needed = min(info.extract_version, 20) or 20
        return (needed, flags, self.method, clock, date, self.check, len(self.content), self.size)


def _directory(data: bytes) -> tuple[list[zipfile.ZipInfo], int]:
    """The entries of the directory of contents, and where it begins."""
    if len(data) > MAX_FILE_BYTES:
        raise refused(
            "This file is too large to be read safely.",
            expected=f"at most {MAX_FILE_BYTES} bytes",
            found=f"{len(data)} bytes",
            fix="leave out pictures and attachments, or fill in a copy without them",
        )
    if len(data) < _END.size or data[:4] != b"PK\3\4" or data[-_END.size :][:4] != b"PK\5\6":
        raise _no_zip(
            "something before or behind it, or the file was cut off", "a zip archive from first byte to last"
        )
    if _directory_bytes(data) > MAX_DIRECTORY_BYTES:
        raise _no_zip(f"a directory of more than {MAX_DIRECTORY_BYTES} bytes", f"at most {MAX_PARTS} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos, directory = opened.infolist(), opened.start_dir
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError) as error:
        raise _no_zip(shown(str(error))) from None
    if not 0 < len(infos) <= MAX_PARTS:
        raise _no_zip(f"{len(infos)} parts", f"1 to {MAX_PARTS} parts")
    return infos, directory


def _directory_bytes(data: bytes) -> int:
    # As zipfile looks: a 64-bit record, where there is one, stands right before its locator before the end record.
    if data[-42:-38] == b"PK\6\7":
        return int.from_bytes(data[-58:-50], "little")
    return int(_END.unpack(data[-_END.size :])[5])


def _entries(data: bytes, infos: list[zipfile.ZipInfo], directory: int) -> list[Entry]:
    """Every part, in the order of the directory, after proof that they lie in the file one right behind the other."""
    entries = [_entry(data, info) for info in infos]
    behind = 0
    follows = False
    for entry in sorted(entries, key=lambda entry: entry.info.header_offset):
        _check_gap(entry.info.header_offset - behind, may_follow=follows)
        behind, follows = entry.end, bool(entry.info.flag_bits & _SIZES_FOLLOW)
    _check_gap(directory - behind, may_follow=follows)
    return entries


def _check_gap(gap: int, *, may_follow: bool) -> None:
    if gap and not (may_follow and gap in _DESCRIPTOR_BYTES):
        found = "parts that overlap" if gap < 0 else "bytes that belong to no part"
        raise _no_zip(found, "one part right behind the other")


def _entry(data: bytes, info: zipfile.ZipInfo) -> Entry:
    _check_name(info)
    where = shown(info.filename)
    if info.flag_bits & 1:
        raise _encrypted()
    if info.flag_bits & ~_ALLOWED_FLAGS or info.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        found = f"{where} with method {info.compress_type}, flags {info.flag_bits:#x}"
        raise _no_zip(found, "parts that are stored or deflated")
    header = data[info.header_offset : info.header_offset + _LOCAL.size]
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise _no_zip(f"no part where {where} should begin")
    _, _, flags, method, _, _, check, packed, size, name_length, extra_length = _LOCAL.unpack(header)
    name_at = info.header_offset + _LOCAL.size
    raw_name = data[name_at : name_at + name_length]
    start = name_at + name_length + extra_length
    end = start + info.compress_size
    told = ((check, info.CRC), (packed, info.compress_size), (size, info.file_size))
    agrees = flags & _SIZES_FOLLOW or all(here in (there, _ESCAPED) for here, there in told)
    named = raw_name.decode("utf-8" if flags & 0x800 else "cp437", "replace") == info.orig_filename
    if (
        end > len(data)
        or not agrees
        or not named
        or (flags ^ info.flag_bits) & ~_WITHOUT_WEIGHT
        or method != info.compress_type
    ):
        raise _no_zip(f"{where} described differently in two places")
    return Entry(info.filename, raw_name, start, end, data[name_at + name_length : start], info)


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.filename
    segments = (name.removesuffix("/")).split("/")
    plain = name == info.orig_filename and name.isprintable() and not set(name) & set('\\:*?"<>|')
    if not plain or any(segment in ("", ".", "..") for segment in segments) or len(name) > MAX_NAME:
        raise _no_zip(f"a part called {shown(info.orig_filename)}", "plain names inside the archive")
    if name.endswith("/") and info.file_size:
        raise _no_zip(f"a folder with contents of its own, {shown(name)}")


def _pieces(raw: bytes, entry: Entry) -> t.Iterator[bytes]:
    if entry.info.compress_type == zipfile.ZIP_STORED:
        yield from (raw[at : at + FREE_BYTES] for at in range(0, len(raw), FREE_BYTES))
        return
    unpacker = zlib.decompressobj(-15)
    left = raw
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(left, 128 * 1024)
            left = unpacker.unconsumed_tail
            if not piece and not left and not unpacker.eof:
                raise _no_zip(f"{shown(entry.name)} cut off")
            yield piece
    except zlib.error:
        raise _no_zip(f"{shown(entry.name)} damaged") from None
    if unpacker.unused_data or left:
        raise _no_zip(f"more than its own data in {shown(entry.name)}")


def _bound(entry: Entry, total: int, packed: int) -> None:
    if total <= MAX_PART_BYTES and (total <= FREE_BYTES or total <= packed * MAX_RATIO):
        return
    limits = f"at most {MAX_PART_BYTES} bytes a part, and {MAX_RATIO} times its compressed size"
    raise refused(
        "A part of this workbook is too large to be read safely.",
        where=shown(entry.name),
        expected=limits,
        found=f"more than {total - 1} bytes out of {packed}",
        fix="ask for a copy without the empty rows and columns that were formatted by mistake",
    )


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind != _ZIP64:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept


def _encrypted() -> Exception:
    return refused(
        "This workbook is encrypted.",
        expected="a workbook that opens without a password",
        fix="save a copy without a password, or ask for one",
    )


def _no_zip(found: str, expected: str = "") -> Exception:
    return refused("This file is no sound zip archive.", expected=expected, found=found, fix=BROKEN)
