"""
Records, signatures and their log in a folder. What returns has been made durable; nothing is changed or removed.

One process at a time writes: the folder is locked. A file is written beside (`.NAME.part`), the log's line is appended,
and then the file gets its name. Whatever a kill leaves of that is read aright by anybody, without repair: a line that
was not finished never counted, nor did the file beside; and a file beside that the log names, with its digest, is the
file.
"""

import contextlib
import fcntl
import os
import pathlib
import typing as t

from govkit.approval.log import NAME as LOG
from govkit.approval.log import line_of, parse_log, read_log
from govkit.approval.records import is_record
from govkit.approval.signed import is_signature
from govkit.digest import digest
from govkit.errors import AskedWrongly, EvidenceBroken

MAX_FILE = 4 * 1024 * 1024
"""A record quotes a subject and a few hundred digests."""
MOST_FILES = 50_000


def read_decisions(folder: pathlib.Path) -> dict[str, bytes]:
    """
    Records, signatures and log in the folder, by name; of no folder, none.

    Raises `EvidenceBroken` where it cannot be read, or holds more than any we make.
    """
    if not folder.exists():
        return {}
    names = _names(folder)
    files = {name: _read(folder / name) for name in names if is_record(name) or is_signature(name)}
    if LOG in names:
        files[LOG] = _read(folder / LOG)
        files |= _beside(folder, names, files)
    return files


def _names(folder: pathlib.Path) -> set[str]:
    try:
        names = {each.name for each in os.scandir(folder) if each.is_file(follow_symlinks=False)}
    except OSError as error:
        raise EvidenceBroken(
            "The decisions cannot be read.", where=str(folder), found=error.strerror
        ) from None
    if len(names) > MOST_FILES:
        raise EvidenceBroken(
            "There are more files than any log names.", where=str(folder), found=str(len(names))
        )
    return names


def _beside(folder: pathlib.Path, names: set[str], files: t.Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that the log names and that did not get their name before a kill."""
    log, _ = read_log(files[LOG])  # what is wrong with it is told by whoever reads the book
    found = {}
    for entry in log.entries:
        beside = _part(entry.name)
        if entry.name not in names and beside in names:
            data = _read(folder / beside)
            if digest(data) == entry.digest_of:
                found[entry.name] = data
    return found


def _read(path: pathlib.Path) -> bytes:
    limit = 64 * 1024 * 1024 if path.name == LOG else MAX_FILE
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise EvidenceBroken("This file cannot be read.", where=str(path), found=error.strerror) from None
    if len(data) > limit:
        raise EvidenceBroken(
            "This file is larger than any we write.", where=str(path), expected=f"{limit} bytes"
        )
    return data


class DecisionFolder:
    """An open folder, locked against other writers."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def files(self) -> dict[str, bytes]:
        """As `read_decisions`."""
        return read_decisions(self._folder)

    def add(self, name: str, data: bytes, at: str) -> None:
        """
        Store a record or a signature and enter it into the log; what is there already, byte for byte, is left alone.

        Raises `AskedWrongly` where another file of this name is there.
        """
        files = self.files()
        if name in files:
            if files[name] != data:
                fix = "nothing is ever replaced in a decision log; revoke the record and make another"
                raise AskedWrongly(
                    "Another file of this name is there.", where=str(self._folder / name), fix=fix
                )
            return
        log = parse_log(files.get(LOG, b""))
        with _writing(self._folder / name):
            beside = self._folder / _part(name)
            _write(beside, data)
            _append(self._folder / LOG, line_of(log.entry_for(name, data, at)))
            beside.rename(self._folder / name)
            _sync(self._folder)

    def finish(self) -> None:
        """Finish what a kill left: cut the line that was not finished, and give files their names."""
        path = self._folder / LOG
        data = path.read_bytes() if path.exists() else b""
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            with path.open("r+b") as file:
                file.truncate(whole)
                os.fsync(file.fileno())
        names = _names(self._folder)
        for name in _beside(self._folder, names, {LOG: data[:whole]}):
            (self._folder / _part(name)).rename(self._folder / name)
        _sync(self._folder)


@contextlib.contextmanager
def open_decisions(folder: pathlib.Path) -> t.Iterator[DecisionFolder]:
    """
    The folder, made where there is none, locked until it is left.

    Raises `AskedWrongly` where it cannot be made or somebody else is writing.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AskedWrongly(
                "Somebody is writing there.", where=str(folder), fix="wait, and try again"
            ) from None
        opened = DecisionFolder(folder)
        with _writing(folder):
            opened.finish()
        yield opened
    finally:
        os.close(descriptor)


def _part(name: str) -> str:
    return f".{name}.part"


def _write(path: pathlib.Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _append(path: pathlib.Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: pathlib.Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _writing(path: pathlib.Path) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        fix = "make room or grant the right, then run again"
        raise AskedWrongly(
            "A decision cannot be written.", where=str(path), found=error.strerror, fix=fix
        ) from None
