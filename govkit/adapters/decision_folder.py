"""
Records, signatures and their log in a folder. What returns has been made durable; nothing is changed or removed.

One process at a time writes: the folder is locked. A file is written beside (`.NAME.part`), the log's line is appended,
and then the file gets its name. Whatever a kill leaves of that is read aright by anybody, without repair: a line that
was not finished never counted, nor did the file beside; and a file beside that the log names, with its digest, is the
file. Who only reads needs no lock: where the log grew meanwhile, they read again.

Links are followed nowhere: what they lead to is not ours to read, and least of all to write.
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
MAX_ALL = 256 * 1024 * 1024
"""All records and signatures of a folder together: they are held in memory."""
TURNS = 20
"""So often a folder is read again because somebody is writing there."""


class _MovedError(Exception):
    """A file that was there a moment ago is not: somebody is writing."""


def read_decisions(folder: pathlib.Path) -> dict[str, bytes]:
    """
    Records, signatures and log in the folder, by name; of no folder, none.

    Raises `EvidenceBroken` where it cannot be read, or holds more than any we make.
    """
    if not folder.exists():
        return {}
    for _ in range(TURNS):
        with contextlib.suppress(_MovedError):
            before = _log(folder)
            files = _once(folder)
            if before == files.get(LOG, b"") == _log(folder):
                return files
    raise EvidenceBroken("The decisions change faster than they can be read.", where=str(folder))


def _once(folder: pathlib.Path) -> dict[str, bytes]:
    names = _names(folder)
    files: dict[str, bytes] = {}
    size = 0
    for name in sorted(each for each in names if is_record(each) or is_signature(each)):
        files[name] = _read(folder / name)
        size += len(files[name])
        if size > MAX_ALL:
            raise EvidenceBroken(
                "There are more decisions than we hold.",
                where=str(folder),
                expected=f"at most {MAX_ALL} bytes",
            )
    if LOG in names:
        files[LOG] = _read(folder / LOG)
        files |= _beside(folder, names, files)
        files |= _just_named(folder, files)
    return files


def _log(folder: pathlib.Path) -> bytes:
    return _read(folder / LOG) if LOG in _names(folder) else b""


def _names(folder: pathlib.Path) -> set[str]:
    try:
        # A link under a record's name is no record, and must not look as if there were none: reading it fails.
        names = {
            each.name
            for each in os.scandir(folder)
            if each.is_file(follow_symlinks=False) or is_record(each.name) or is_signature(each.name)
        }
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


def _just_named(folder: pathlib.Path, files: t.Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that the log names and that got their name while the folder was listed."""
    found = {}
    for entry in read_log(files[LOG])[0].entries:
        if entry.name not in files and (is_record(entry.name) or is_signature(entry.name)):
            with contextlib.suppress(_MovedError):
                found[entry.name] = _read(folder / entry.name)
    return found


def _read(path: pathlib.Path) -> bytes:
    limit = 64 * 1024 * 1024 if path.name == LOG else MAX_FILE
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise _MovedError(path.name) from None
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
            self.finish()
            _write(beside, data)
            _sync(self._folder)
            _append(self._folder / LOG, line_of(log.entry_for(name, data, at)))
            beside.rename(self._folder / name)
            _sync(self._folder)

    def finish(self) -> None:
        """Finish what a kill left: cut the line that was not finished, and give files their names."""
        path, names = self._folder / LOG, _names(self._folder)
        if LOG not in names and os.path.lexists(path):
            raise AskedWrongly(
                "The decision log is not a file.", where=str(path), fix="put the log itself there"
            )
        data = _read(path) if LOG in names else b""
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            with open(path, "r+b", opener=_no_link) as file:
                file.truncate(whole)
                os.fsync(file.fileno())
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


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


def _write(path: pathlib.Path, data: bytes) -> None:
    path.unlink(missing_ok=True)  # what a kill left, or somebody put there
    with open(path, "xb", opener=_no_link) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _append(path: pathlib.Path, data: bytes) -> None:
    with open(path, "ab", opener=_no_link) as file:
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
