"""
The digest of a file or a folder, for what names a system: weights, a harness, the definition of a tool.

A file is named by the SHA-256 of its bytes. A folder is named by the digest of the canonical JSON list of its files,
sorted by path, each with size and SHA-256: what anybody can compute again with `sha256sum`. Names of folders without a
file in them do not enter, nor do times or permissions. Symbolic links are refused, for they name what is elsewhere and
can change without a byte of the folder changing - except links within the folder, as model hubs lay them out: they
count as the file that they lead to.
"""

import hashlib
import os
import pathlib
import stat
import typing as t

from govkit.digest import Digest, digest_of
from govkit.errors import AskedWrongly

CHUNK = 1024 * 1024
MOST_FILES = 20_000
"""Files in one folder: weights come in hundreds, a harness in thousands."""


def path_digest(path: pathlib.Path) -> Digest:
    """
    The digest of the file or folder at `path`, read in pieces.

    Raises `AskedWrongly` for nothing there, an empty folder, too many files, a link that leads out of the folder, or
    what cannot be read.
    """
    try:
        return _folder(path) if path.is_dir() else _file(path)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        # Beside what the system refuses: links in a circle, and names that are no text.
        found = error.strerror if isinstance(error, OSError) else str(error)
        fix = "give a file or folder that can be read, with names that are UTF-8 text"
        where = ascii(str(path))[1:-1]
        raise AskedWrongly("This cannot be named by its digest.", where=where, found=found, fix=fix) from None


def _file(path: pathlib.Path) -> Digest:
    if not stat.S_ISREG(path.stat().st_mode):
        raise AskedWrongly("This is neither a file nor a folder.", where=str(path))
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            seen.update(chunk)
    return f"sha256:{seen.hexdigest()}"


def _folder(path: pathlib.Path) -> Digest:
    root = path.resolve()
    rows = []
    for each in _files(path):
        if not each.resolve().is_relative_to(root):
            fix = "put the file itself there"
            raise AskedWrongly("A link leads out of the folder.", where=str(each), fix=fix)
        rows.append([each.relative_to(path).as_posix(), each.stat().st_size, _file(each)])
        if len(rows) > MOST_FILES:
            raise AskedWrongly("There are too many files.", where=str(path), expected=f"at most {MOST_FILES}")
    if not rows:
        raise AskedWrongly("An empty folder names nothing.", where=str(path))
    return digest_of(sorted(rows))


def _files(path: pathlib.Path) -> t.Iterator[pathlib.Path]:
    for folder, folders, names in os.walk(path, onerror=_refuse):
        here = pathlib.Path(folder)
        for name in folders:
            if (here / name).is_symlink():
                fix = "put the folder itself there"
                raise AskedWrongly("A folder is a link.", where=str(here / name), fix=fix)
        yield from (here / name for name in names)


def _refuse(error: OSError) -> None:
    raise error
