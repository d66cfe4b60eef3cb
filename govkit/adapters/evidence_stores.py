"""
Evidence stores: folders in which runs and decisions lie, found without reading them.

A store is walked to a bounded depth and no link is followed; how many there were is said. Of each run folder and each
folder of decisions comes a *stamp*: sizes and times of the folder and of its small files, as the file system tells
them. The same stamp means that nothing was written there since; so an unchanged store is looked over without opening
one file. Times can be set back, the time of the last change of an inode cannot: it is part of the stamp.

Names are told as text that any database and terminal can hold: what is no printable UTF-8, and the percent sign, is
percent-encoded.
"""

import dataclasses
import hashlib
import os
import pathlib
import stat
import typing as t
import urllib.parse

from govkit.adapters.evidence_files import RUN_FILES, RUN_NAME
from govkit.approval.log import NAME as LOG
from govkit.approval.records import is_record
from govkit.errors import AskedWrongly, EvidenceBroken

SMALL_NAMES = ("manifest.json", "profile.json", "assessment.json", "attestation.json")
DEPTH = 5
"""Folders below a store that are looked into: `store/team/month/run` and some."""
LONGEST_FOLDER = 2_000
"""Bytes of a folder's name below its store: more does not fit into a database's key."""
MOST_ENTRIES = 1_000_000
"""Names looked at in one store; more is no evidence store but somebody's disk."""
DEEP = "+"
"""At the end of a stamp: there are folders below that have to be looked into."""
Kind: t.TypeAlias = t.Literal["run", "decisions"]


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A folder in a store."""

    kind: Kind
    folder: str
    """Below the store, as told; `.` is the store itself."""
    stamp: str
    why: str = ""
    """Why it cannot be looked into; empty where it can."""


class Store:
    """One store. Raises `AskedWrongly` where there is no folder: one that went away is not an empty one."""

    def __init__(self, path: pathlib.Path) -> None:
        if not path.is_dir():
            fix = "check the path; a store that was unmounted is not taken for an empty one"
            raise AskedWrongly("There is no such evidence store.", where=str(path), fix=fix)
        self.path = path.resolve()
        self.links = 0
        """Symbolic links met so far, none of them followed."""
        self._left = MOST_ENTRIES

    @property
    def name(self) -> str:
        """The store's name in the index: where it lies."""
        return told(str(self.path))

    def walk(self, known: t.Mapping[str, str]) -> t.Iterator[Found]:
        """Every run folder and folder of decisions. `known` are stamps of run folders: those need no second look."""
        yield from self._folder("", 0, known)

    def read(self, folder: str, name: str, limit: int) -> bytes | None:
        """
        A file of a folder as told, None where there is none. Raises `EvidenceBroken` for a link, a device or a file of
        more than `limit` bytes.
        """
        path = os.path.join(self._path(folder), name)  # noqa: PTH118 - as bytes and text as it came, ten thousand times
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe might never end
                    raise EvidenceBroken("This is no file.", where=name)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    data = file.read(limit + 1)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EvidenceBroken("This file cannot be read.", where=name, found=error.strerror) from None
        if len(data) > limit:
            raise EvidenceBroken(
                "This file is larger than any we write.", where=name, expected=f"{limit} bytes"
            )
        return data

    def path_of(self, folder: str) -> pathlib.Path:
        """Where a folder as told lies."""
        return pathlib.Path(self._path(folder))

    def _path(self, folder: str) -> str:
        return os.path.join(self.path, untold(folder)) if folder != "." else str(self.path)  # noqa: PTH118 - (as above)

    def _folder(self, below: str, depth: int, known: t.Mapping[str, str]) -> t.Iterator[Found]:
        folder = below or "."
        if len(folder.encode()) > LONGEST_FOLDER:
            yield Found("run", f"{folder[:100]}...{_short(folder)}", "", "This folder's name is too long.")
            return
        before = known.get(folder)
        if before is not None and before == _stamp(self._path(folder), deep=False):
            yield Found("run", folder, before)
            return
        try:
            entries = self._entries(folder)
        except OSError as error:
            yield Found("run", folder, "", f"This folder cannot be read: {error.strerror}.")
            return
        below_it = [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        self.links += sum(each.is_symlink() for each in entries)
        yield from self._what_it_is(folder, entries, deep=bool(below_it))
        if depth == DEPTH:
            if below_it:
                yield Found("run", f"{folder}/*", "", f"There are folders below, deeper than {DEPTH} levels.")
            return
        for name in below_it:
            yield from self._folder(f"{below}/{told(name)}" if below else told(name), depth + 1, known)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        with os.scandir(self._path(folder)) as scanned:
            found = []
            for each in scanned:
                self._left -= 1
                if self._left < 0:
                    raise AskedWrongly(
                        "This is no evidence store: it holds too many files.",
                        where=str(self.path),
                        expected=f"{MOST_ENTRIES:,} at most",
                        fix="give the folders in which runs lie",
                    )
                found.append(each)
        return sorted(found, key=lambda each: each.name)

    def _what_it_is(
        self, folder: str, entries: t.Sequence[os.DirEntry[str]], *, deep: bool
    ) -> t.Iterator[Found]:
        names = [each.name for each in entries if not each.is_dir(follow_symlinks=False)]
        decisions = any(name == LOG or is_record(name) for name in names)
        of_a_run = any(RUN_FILES.fullmatch(name) and not name.startswith("report.") for name in names)
        if decisions:
            yield Found("decisions", folder, _stamp_of_all(entries))
        if of_a_run and decisions:
            yield Found("run", folder, "", "Files of a run lie among decisions: neither is taken for a run.")
        elif of_a_run or RUN_NAME.fullmatch(self._path(folder).rpartition(os.sep)[2]):
            yield Found("run", folder, _stamp(self._path(folder), deep=deep))


def _stamp(path: str, *, deep: bool) -> str:
    """
    Of a run folder. The folder's own times change with every name that comes or goes. Of one with folders below it the
    stamp is never the same as of one without: those have to be looked into.
    """
    said = []
    for each in (path, *(f"{path}/{name}" for name in SMALL_NAMES)):
        try:
            found = os.lstat(each)
        except FileNotFoundError:
            said.append("-")
        except OSError as error:
            said.append(f"error {error.errno}")
        else:
            said.append(f"{found.st_mode} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}")
    return _short("\n".join(said)) + DEEP * deep


def _stamp_of_all(entries: t.Iterable[os.DirEntry[str]]) -> str:
    """Of a folder of decisions: all of its files count."""
    said = []
    for each in entries:
        try:
            found = each.stat(follow_symlinks=False)
            said.append(
                f"{each.name!a} {found.st_mode} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
            )
        except OSError as error:
            said.append(f"{each.name!a} error {error.errno}")
    return _short("\n".join(said))


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def told(name: str) -> str:
    """A file name as text: what is no printable UTF-8, and the percent sign, percent-encoded."""
    if name.isascii() and name.isprintable() and "%" not in name:
        return name
    return "".join(
        each if _is_plain(each) else urllib.parse.quote_from_bytes(os.fsencode(each)) for each in name
    )


def untold(text: str) -> str:
    """The file name that was told so."""
    return os.fsdecode(urllib.parse.unquote_to_bytes(text)) if "%" in text else text


def _is_plain(char: str) -> bool:
    return char.isprintable() and char != "%" and not "\ud800" <= char <= "\udfff"
