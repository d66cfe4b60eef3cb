"""
A run in a folder. What returns has been made durable: files are written beside and renamed, segments appended and
synced.

One process at a time: the folder is locked while it is open for writing. A torn tail of the last segment (a kill in the
middle of a write) never counted and is cut off when the folder is opened for writing; nothing else is ever changed.
"""

import contextlib
import fcntl
import os
import pathlib
import re
import typing as t

from govkit.digest import digest
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.evidence.segment import encode, read_segment, whole_frames

KINDS = ("transcripts", "judgements")
"""What records there are: segments are called `<kind>-NNNNNN.zst`."""
SEGMENT_LIMIT = 32 * 1024 * 1024
"""Compressed bytes after which a new segment is begun: bounds the memory of reading one."""
MAX_FILE = 256 * 1024 * 1024
FRAME_BYTES = 4 * 1024 * 1024
"""Uncompressed bytes after which a batch goes on in a further frame: many at once must not fill one beyond reading."""


class DirectoryStore:
    """Implements `govkit.workflow.ports.Store` over one folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def get(self, name: str) -> bytes | None:
        path = self.folder / name
        try:
            if path.stat().st_size > MAX_FILE:
                raise EvidenceBroken(
                    "This file is larger than any we write.", where=str(path), expected=f"{MAX_FILE} bytes"
                )
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EvidenceBroken(
                "This file cannot be read.", where=str(path), found=error.strerror or str(error)
            ) from None

    def put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        beside = path.with_name(f".{name}.part")
        with _writing(path), beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with _writing(path):
            beside.replace(path)
            _sync_folder(self.folder)

    def remove(self, name: str) -> None:
        with _writing(self.folder / name):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def judgements(self) -> "DirectoryRecords":
        return DirectoryRecords(self.folder, "judgements")

    def append(self, records: t.Sequence[bytes]) -> None:
        self._transcripts.append(records)

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        return self._transcripts.segments()

    def records(self) -> t.Iterator[bytes]:
        return self._transcripts.records()

    def cut_torn_tail(self) -> int:
        """
        Cut what stands behind the last whole frame of each kind; the number of bytes cut. Only for a folder that is
        locked.
        """
        return sum(DirectoryRecords(self.folder, kind).cut_torn_tail() for kind in KINDS)

    @property
    def _transcripts(self) -> "DirectoryRecords":
        return DirectoryRecords(self.folder, "transcripts")


class DirectoryRecords:
    """Implements `govkit.workflow.ports.Records`: segments of one kind in a folder."""

    def __init__(self, folder: pathlib.Path, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        self._store = DirectoryStore(folder)

    def append(self, records: t.Sequence[bytes]) -> None:
        names = self._segment_names()
        last = self._folder / names[-1] if names else None
        if last is None or last.stat().st_size >= SEGMENT_LIMIT:
            last = self._folder / f"{self._kind}-{len(names) + 1:06}.zst"
        new = not last.exists()
        with _writing(last):
            _append(last, b"".join(encode(part) for part in _parts(records)))
            if new:
                _sync_folder(self._folder)

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        for name in self._segment_names():
            data = self._store.get(name) or b""
            yield name, len(data), digest(data)

    def records(self) -> t.Iterator[bytes]:
        for name in self._segment_names():
            yield from read_segment(self._store.get(name) or b"", where=str(self._folder / name))

    def _segment_names(self) -> list[str]:
        form = re.compile(rf"{self._kind}-\d{{6}}\.zst")
        return (
            sorted(path.name for path in self._folder.iterdir() if form.fullmatch(path.name))
            if self._folder.is_dir()
            else []
        )

    def cut_torn_tail(self) -> int:
        """Cut what stands behind the last whole frame; the number of bytes cut. Only for a folder that is locked."""
        names = self._segment_names()
        if not names:
            return 0
        path = self._folder / names[-1]
        data = self._store.get(names[-1]) or b""
        end = 0
        for frame in whole_frames(data, where=str(path)):
            end = frame.end
        if end != len(data):
            with _writing(path), path.open("r+b") as file:
                file.truncate(end)
                os.fsync(file.fileno())
        return len(data) - end


@contextlib.contextmanager
def open_for_writing(folder: pathlib.Path) -> t.Iterator[DirectoryStore]:
    """
    The folder's store, locked against other processes, its torn tail cut off.

    Raises `AskedWrongly` when the folder cannot be made or another run is at work in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise AskedWrongly(
            "The run folder cannot be used.",
            where=str(folder),
            found=error.strerror,
            fix="choose another --out",
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AskedWrongly(
                "Another run is at work in this folder.",
                where=str(folder),
                fix="wait for it, or choose another --out",
            ) from None
        store = DirectoryStore(folder)
        store.cut_torn_tail()
        yield store
    finally:
        os.close(descriptor)


def _parts(records: t.Sequence[bytes]) -> t.Iterator[list[bytes]]:
    """The records in the same order, in groups that each fit a frame."""
    part: list[bytes] = []
    size = 0
    for record in records:
        if part and size + len(record) > FRAME_BYTES:
            yield part
            part, size = [], 0
        part.append(record)
        size += len(record)
    yield part


def _append(path: pathlib.Path, data: bytes) -> None:
    """Append and sync. What a failure leaves half written is cut off again: nothing is ever written behind it."""
    before = path.stat().st_size if path.exists() else 0
    try:
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):  # if this fails too, the next opening cuts it
            os.truncate(path, before)
        raise


@contextlib.contextmanager
def _writing(path: pathlib.Path) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AskedWrongly(
            "Evidence cannot be written.",
            where=str(path),
            found=error.strerror,
            fix="make room or grant the right, then run again",
        ) from None


def _sync_folder(folder: pathlib.Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
