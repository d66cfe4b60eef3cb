"""Evidence that somebody hands over: a run folder's files by name, read when asked for, nothing followed out of it."""

import os
import pathlib
import re
import stat
import typing as t

from govkit.adapters.directory_store import MAX_FILE
from govkit.errors import AskedWrongly, EvidenceBroken

MAX_NAMES = 10_000
RUN_FILES = re.compile(
    r"\.?((protocol|profile|plan|run|judge|manifest|assessment|attestation|report)\.json|report\.pdf|transcripts-.*|judgements-.*|adjudication-.*)(\.part)?",
    re.IGNORECASE,
)
"""What a run folder holds; any one of them makes a folder one, whatever else was taken out of it."""
RUN_NAME = re.compile(r".+-\d+\.\d+\.\d+-.+-[0-9a-f]{8}")
"""How `govkit run` names its folders: one that was emptied keeps its name."""


class FolderFiles(t.Mapping[str, bytes]):
    """The files of one folder. Links and subfolders are names without content: they are never part of evidence."""

    def __init__(self, folder: pathlib.Path) -> None:
        """Raises `EvidenceBroken` when the folder cannot be read or holds more than any run."""
        try:
            names = [path.name for path in folder.iterdir() if not _is_torn(path.name)]
        except OSError as error:
            raise EvidenceBroken(
                "This folder cannot be read.", where=str(folder), found=_said(error)
            ) from None
        if len(names) > MAX_NAMES:
            raise EvidenceBroken("This is no run folder.", where=str(folder), found=f"{len(names)} files")
        self._folder = folder
        self._names = frozenset(names)

    def __getitem__(self, name: str) -> bytes:
        """Raises `KeyError` for a name that is not there, `EvidenceBroken` for a file that cannot be read."""
        if name not in self._names:
            raise KeyError(name)
        path = self._folder / name
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return b""
            data = _read(path, MAX_FILE, os.O_NOFOLLOW)
        except OSError as error:
            raise EvidenceBroken("This file cannot be read.", where=str(path), found=_said(error)) from None
        if len(data) > MAX_FILE:
            what = "This file is larger than any we write."
            raise EvidenceBroken(what, where=str(path), expected=f"{MAX_FILE} bytes")
        return data

    def __iter__(self) -> t.Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names  # A mapping's own way would read the file.


def _is_torn(name: str) -> bool:
    """A write that a kill interrupted leaves `.NAME.part`; it never counted."""
    return name.startswith(".") and name.endswith(".part")


def read_file(path: pathlib.Path, limit: int) -> bytes:
    """A file somebody named; of a long one, `limit` bytes and one more. Raises `AskedWrongly` when there is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # A device or a pipe might never end.
            raise AskedWrongly("This is no file.", where=str(path), fix="give a PDF or a run folder")
        return _read(path, limit)
    except FileNotFoundError:
        raise AskedWrongly("There is no such file.", where=str(path), fix="check the path") from None
    except (OSError, ValueError) as error:
        raise AskedWrongly(
            "This file cannot be read.", where=str(path), found=_said(error), fix="check its rights"
        ) from None


def _read(path: pathlib.Path, limit: int, flags: int = 0) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | flags), "rb") as file:
        return file.read(limit + 1)


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
