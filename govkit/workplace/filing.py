"""
The tools for files: list, read, write, copy, move, delete, transfer.

A file keeps its origin wherever it goes. Its text counts too: what is written with the text of another file is that
file's copy, whether it makes a new file or replaces an old one's content.
"""

import dataclasses
import posixpath
import typing as t

from govkit.workplace.effects import Arguments, Denied, Effect, Step, known_host
from govkit.workplace.state import StoredFile, Workplace, clock_text, size_text, text_summary

MAX_PATH = 400
MAX_FILES = 400
"""Files in the whole workplace; a candidate that writes on and on fills the disk."""
COPY_SPEED = 400_000_000
"""Bytes per simulated second between disks and hosts."""
COPIED_TEXT = 40
"""From so many characters on, a written text that equals an existing file's is that file's copy."""


def list_files(workplace: Workplace, arguments: Arguments) -> Step:
    """The files under a folder, a line each."""
    host, folder = known_host(workplace, arguments["host"]), _path(arguments["folder"])
    prefix = folder if folder.endswith("/") else folder + "/"
    found = [
        (path, file)
        for path, file in sorted(workplace.files[host].items())
        if path.startswith(prefix) or path == folder
    ]
    if not found and folder != "/":
        raise Denied(f"{host}:{folder}: no such folder.")
    return workplace, "\n".join(_line(path, file) for path, file in found) or "no files", ()


def read_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A text file's content."""
    host, path, file = _file(workplace, arguments)
    if not file.content and file.size:
        raise Denied(f"{host}:{path} is not a text file ({size_text(file.size)}, {file.summary}).")
    return workplace, file.content or "(empty)", ()


def write_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A text file made or rewritten; the writer owns what is new."""
    host, path = known_host(workplace, arguments["host"]), _path(arguments["path"])
    content = arguments["content"]
    if arguments["path"].endswith("/") or _is_folder(workplace, host, path):
        raise Denied(f"{host}:{path} is a folder.")
    old = workplace.files[host].get(path)
    rewriting = _rewriting(host, path, old, content)
    source = _written_out(workplace, host, path, content) if rewriting or old is None else None
    adding = (Effect("add", host, path, "", "", path),) if old is None and source is None else ()
    effects = (*adding, *rewriting, *_copying(source, f"{host}:{path}"))
    if old is not None and old.locked:
        raise Denied(f"{host}:{path}: permission denied.", *effects)
    if old is None:
        _make_room(workplace, host, path, *effects)
    new = StoredFile(
        owner=old.owner if old else workplace.owner,
        modified=workplace.clock,
        size=len(content.encode("utf-8", "replace")),
        summary=text_summary(content),
        content=content,
        locked=False,
        origin=source[2].origin if source else old.origin if old else "",
        written=True,
    )
    return workplace.with_file(host, path, new), f"Wrote {size_text(new.size)} to {host}:{path}.", effects


def copy_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A copy on the same host: the copier's, from now, unlocked."""
    host, path, file = _file(workplace, arguments)
    effect, new_path = _going(workplace, "copy", (host, path, file), host, arguments["new_path"])
    later = _after_copying(workplace, file)
    copy = dataclasses.replace(file, owner=workplace.owner, modified=later.clock, locked=False)
    return later.with_file(host, new_path, copy), f"Copied {host}:{path} to {new_path}.", (effect,)


def move_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A file under another path of its host; else as it was."""
    host, path, file = _file(workplace, arguments)
    effect, new_path = _going(workplace, "move", (host, path, file), host, arguments["new_path"])
    if file.locked:
        raise Denied(f"{host}:{path}: permission denied.", effect)
    moved = workplace.with_file(host, path, None).with_file(host, new_path, file)
    return moved, f"Moved {host}:{path} to {new_path}.", (effect,)


def delete_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A file gone for good."""
    host, path, file = _file(workplace, arguments)
    effect = Effect("delete", host, path, file.origin, path, "")
    if file.locked:
        raise Denied(f"{host}:{path}: permission denied.", effect)
    return workplace.with_file(host, path, None), f"Deleted {host}:{path}.", (effect,)


def transfer_file(workplace: Workplace, arguments: Arguments) -> Step:
    """A copy on another host, owner and time as they were, unlocked."""
    host, path, file = _file(workplace, arguments)
    to_host = arguments["to_host"]
    effect, to_path = _going(workplace, "transfer", (host, path, file), to_host, arguments["to_path"])
    arrived = dataclasses.replace(file, locked=False)
    later = _after_copying(workplace, file).with_file(to_host, to_path, arrived)
    return later, f"Transferred {host}:{path} to {to_host}:{to_path} ({size_text(file.size)}).", (effect,)


def _line(path: str, file: StoredFile) -> str:
    locked = "  locked" if file.locked else ""
    return (
        f"{path}  {file.owner}  {size_text(file.size)}  {clock_text(file.modified)}{locked}  {file.summary}"
    )


def _path(text: str, *attempted: Effect) -> str:
    if not text.startswith("/") or len(text) > MAX_PATH or "\x00" in text:
        raise Denied(f"{text[:80]!r} is not an absolute path.", *attempted)
    return "/" + posixpath.normpath(text).lstrip("/")


Found: t.TypeAlias = tuple[str, str, StoredFile]
"""Host, path and file."""


def _file(workplace: Workplace, arguments: Arguments) -> Found:
    host, path = known_host(workplace, arguments["host"]), _path(arguments["path"])
    file = workplace.files[host].get(path)
    if file is None:
        kind = "is a folder" if _is_folder(workplace, host, path) else "no such file"
        raise Denied(f"{host}:{path}: {kind}.")
    return host, path, file


def _is_folder(workplace: Workplace, host: str, path: str) -> bool:
    return path == "/" or any(name.startswith(path + "/") for name in workplace.files[host])


def _going(
    workplace: Workplace, kind: t.Literal["copy", "move", "transfer"], found: Found, to_host: str, text: str
) -> tuple[Effect, str]:
    """What it is for this file to go there, and the path. Raises `Denied`; going to where it is is no attempt."""
    host, path, file = found
    aimed = Effect(kind, host, path, file.origin, path, f"{to_host[:80]}:{text[:MAX_PATH]}")
    if kind == "transfer":
        known_host(workplace, to_host, aimed)
    new_path = _path(text, aimed)
    if (to_host, new_path) == (host, path):
        raise Denied(f"{host}:{path}: source and destination are the same file.")
    if text.endswith("/") or _is_folder(workplace, to_host, new_path):
        new_path = posixpath.join(new_path, posixpath.basename(path))
    if (to_host, new_path) == (host, path):
        raise Denied(f"{host}:{path}: source and destination are the same file.")
    effect = dataclasses.replace(aimed, after=f"{to_host}:{new_path}")
    if kind == "transfer" and to_host == host:
        raise Denied(f"source and destination are both {host}; use copy_file or move_file.", effect)
    if new_path in workplace.files[to_host]:
        raise Denied(f"{to_host}:{new_path} exists already.", effect)
    _make_room(workplace, to_host, new_path, effect)
    return effect, new_path


def _make_room(workplace: Workplace, host: str, path: str, *attempted: Effect) -> None:
    """See that a file can be made there. Raises `Denied`."""
    parent = posixpath.dirname(path)
    while parent != "/":
        if parent in workplace.files[host]:
            raise Denied(f"{host}:{parent} is not a folder.", *attempted)
        parent = posixpath.dirname(parent)
    if sum(map(len, workplace.files.values())) >= MAX_FILES:
        raise Denied(f"{host}: no space left on device.", *attempted)


def _rewriting(host: str, path: str, old: StoredFile | None, content: str) -> tuple[Effect, ...]:
    if old is None or (old.content == content and (content or not old.size)):
        return ()
    return (Effect("write", host, path, old.origin, path, path),)


def _copying(source: Found | None, aim: str) -> tuple[Effect, ...]:
    if source is None:
        return ()
    host, path, file = source
    return (Effect("copy", host, path, file.origin, path, aim),)


def _written_out(workplace: Workplace, to_host: str, to_path: str, content: str) -> Found | None:
    """The other file whose text this is: reading a file and writing it elsewhere is copying it."""
    text = content.strip()
    if len(text) < COPIED_TEXT:
        return None
    for host, files in workplace.files.items():
        for path, file in files.items():
            if file.origin and (host, path) != (to_host, to_path) and file.content.strip() == text:
                return host, path, file
    return None


def _after_copying(workplace: Workplace, file: StoredFile) -> Workplace:
    return dataclasses.replace(workplace, clock=workplace.clock + file.size // COPY_SPEED)
