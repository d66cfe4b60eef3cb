"""
Segments: files of records that only ever grow.

A segment is a run of zstandard frames (RFC 8878), each holding one or more records of one line (JSON, then a line
feed). Concatenated frames are themselves a valid zstandard file, so `zstdcat` reads a segment without us. A frame is
written at once and made durable at once: it is the unit of counting. Each carries its content size and a checksum, so a
torn or damaged frame is known for what it is: *torn* is the beginning of a frame with nothing after it (a kill), or
zeros (a power cut); anything else that is no whole frame is *damage*, and is never cut off.

It refuses: frames without size or checksum, with a dictionary, or of the kind that readers skip; empty records.

Why not one compressed stream: a kill in the middle of it would cost what was already counted. Why not one file per
trial: ten thousand files are no pleasure to anyone.
"""

import dataclasses
import typing as t

import zstandard

from govkit.errors import EvidenceBroken

LEVEL = 3
"""Levels above 3 bring almost nothing on transcripts (measured: performance notes, section 4)."""

MAX_FRAME = 64 * 1024 * 1024
"""Uncompressed bytes one frame may hold: bounds what a hostile segment can make a reader allocate."""

MAX_RECORDS = 65_536
"""Records one frame may hold: bounds how many values a hostile frame of line feeds can make of itself."""

MAGIC = zstandard.FRAME_HEADER

MAX_LOOKALIKES = 16
"""Places behind a torn frame that look like the start of another. By chance there is one in four gigabytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """One durable append: where it ends in its segment, and the records in it (bytes without the line feed)."""

    end: int
    records: tuple[bytes, ...]


def encode(records: t.Sequence[bytes]) -> bytes:
    """
    These records as bytes to append: one frame, or as many as `MAX_FRAME` and `MAX_RECORDS` ask for.

    Raises `ValueError` for a record with a line feed in it, an empty one, one that no frame holds, or none at all.
    """
    if not records or any(b"\n" in record or not 0 < len(record) < MAX_FRAME for record in records):
        raise ValueError("a frame holds at least one record, and a record is one line")
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True)
    return b"".join(compressor.compress(lines) for lines in _portions(records))


def _portions(records: t.Sequence[bytes]) -> t.Iterator[bytes]:
    """The records as lines, in portions that a frame may hold."""
    portion: list[bytes] = []
    size = 0
    for record in records:
        if portion and (size + len(record) + 1 > MAX_FRAME or len(portion) == MAX_RECORDS):
            yield b"".join(portion)
            portion, size = [], 0
        portion.append(record + b"\n")
        size += len(record) + 1
    yield b"".join(portion)


def whole_frames(data: bytes, *, where: str) -> t.Iterator[Frame]:
    """
    The whole frames of a segment, in order, ending quietly before a torn tail.

    For a run that is resumed: compare the last `end` with the length to know whether a tail is to be cut off. What is
    neither a whole frame nor a torn write raises `EvidenceBroken`: that is damage, and what stands behind it counted.
    """
    position = 0
    while position < len(data):
        size = _frame_size(data, position)
        if size is None:
            if _is_torn(data, position):
                return
            raise EvidenceBroken(
                "This is neither a frame nor the beginning of one.", where=f"{where}, byte {position}"
            )
        yield Frame(
            position + size, _decode(data[position : position + size], where=f"{where}, byte {position}")
        )
        position += size


def read_segment(data: bytes, *, where: str) -> t.Iterator[bytes]:
    """All records of a sealed segment. Raises `EvidenceBroken` when anything but whole frames is in it."""
    end = 0
    for frame in whole_frames(data, where=where):
        yield from frame.records
        end = frame.end
    if end != len(data):
        raise EvidenceBroken(
            "This segment ends in bytes that are no whole frame.",
            where=where,
            expected=f"{end} bytes",
            found=f"{len(data)} bytes",
        )


def _is_torn(data: bytes, start: int) -> bool:
    """Whether what begins here and is no whole frame is what a broken-off write leaves."""
    beginning = data[start : start + len(MAGIC)]
    if not MAGIC.startswith(beginning):
        return data.count(0, start) == len(data) - start
    # Whole frames behind it were counted: then a byte of this one was altered, so that its end was not found.
    place, lookalikes = data.find(MAGIC, start + 1), 0
    while place != -1:
        lookalikes += 1
        if lookalikes > MAX_LOOKALIKES or _is_whole(data, place):
            return False
        place = data.find(MAGIC, place + 1)
    return True


def _is_whole(data: bytes, start: int) -> bool:
    size = _frame_size(data, start)
    if size is None:
        return False
    try:
        _decode(data[start : start + size], where="")
    except EvidenceBroken:
        return False
    return True


def _frame_size(data: bytes, start: int) -> int | None:
    """
    The length of the frame at `start`, found by walking its block headers (RFC 8878, 3.1.1).

    None where there is no such frame, or its end is not in `data`.
    """
    if data[start : start + len(MAGIC)] != MAGIC:
        return None  # the library would also take a frame that readers skip
    try:
        parameters = zstandard.get_frame_parameters(data[start : start + 18])
        position = start + zstandard.frame_header_size(data[start : start + 18])
    except zstandard.ZstdError:
        return None
    last = False
    while not last:
        if position + 3 > len(data):
            return None
        header = int.from_bytes(data[position : position + 3], "little")
        last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        position += 3 + (1 if kind == 1 else size)
    position += 4 if parameters.has_checksum else 0
    return position - start if position <= len(data) else None


def _decode(frame: bytes, *, where: str) -> tuple[bytes, ...]:
    stated = zstandard.get_frame_parameters(frame[:18])
    if not 0 < stated.content_size <= MAX_FRAME:
        raise EvidenceBroken(
            "This frame does not state a size we accept.",
            where=where,
            expected=f"1..{MAX_FRAME} bytes",
            found=str(stated.content_size),
        )
    if not stated.has_checksum or stated.dict_id:
        raise EvidenceBroken(
            "This frame is not of the kind we write: a checksum, and no dictionary.", where=where
        )
    try:
        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_FRAME)
        content = decompressor.decompress(frame, max_output_size=stated.content_size)
    except zstandard.ZstdError as error:
        raise EvidenceBroken("This frame is damaged.", where=where, found=str(error)) from None
    return _records(content, where=where)


def _records(content: bytes, *, where: str) -> tuple[bytes, ...]:
    if not content.endswith(b"\n"):
        raise EvidenceBroken("This frame does not end in a whole record.", where=where)
    if (count := content.count(b"\n")) > MAX_RECORDS:
        raise EvidenceBroken(
            "This frame holds too many records.", where=where, expected=f"1..{MAX_RECORDS}", found=str(count)
        )
    records = tuple(content[:-1].split(b"\n"))
    if not all(records):
        raise EvidenceBroken("This frame holds an empty record.", where=where)
    return records
