"""Protocols on disk: the released ones that travel with govkit, and anybody's own folder."""

import dataclasses
import os
import pathlib
import re
import typing as t

from govkit.adapters.data_folder import data_folder
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.release import Release, document_of, from_files
from govkit.protocol.strict_yaml import read_yaml

LOCK = "protocols.lock"
MAX_ID = 60
MAX_FILE = 1024 * 1024
REFERENCE = re.compile(r"([a-z][a-z0-9-]*)(?:[ @:]|==)?(\d+\.\d+\.\d+)?")


@dataclasses.dataclass(frozen=True, slots=True)
class Released:
    """A protocol that travels with govkit."""

    id: str
    version: str
    folder: pathlib.Path


def released() -> tuple[Released, ...]:
    """All released protocols, by id and version: those that the lock file names."""
    locked = locked_digests()
    return tuple(each for each in shipped() if f"{each.id} {each.version}" in locked)


def shipped() -> tuple[Released, ...]:
    """All protocols that travel with govkit, drafts too: versions that are still being written."""
    folders = [
        path for path in data_folder("test_protocols").glob("*/*") if (path / "protocol.yaml").is_file()
    ]
    return tuple(
        Released(folder.parent.name, folder.name, folder)
        for folder in sorted(
            folders, key=lambda each: (each.parent.name, [int(part) for part in each.name.split(".")])
        )
    )


def locked_digests() -> dict[str, Digest]:
    """`id version` -> digest, as the lock file beside the protocols states them."""
    lines = (data_folder("test_protocols") / LOCK).read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {f"{row[0]} {row[1]}": row[2] for row in rows}


def read_release(reference: str) -> Release:
    """
    The protocol that is meant: a folder, `id`, `id@version` or `id version`; the newest released one when no version is
    named. A draft has to be asked for by its version.

    Raises `UnknownName` with near misses, `FaultyDocument` with all faults.
    """
    return read_folder(find_folder(reference))


def find_folder(reference: str) -> pathlib.Path:
    """The folder of the protocol that is meant, as in `read_release`. Raises `UnknownName` with near misses."""
    folder = pathlib.Path(reference)
    if os.path.isdir(folder):  # noqa: PTH112 - the method raises on a name too long to be one
        return folder
    match = REFERENCE.fullmatch(reference.strip())
    known = shipped()
    latest = {each.id: each.version for each in released()}
    if match is None:
        raise UnknownName("protocol", reference, latest, where=str(folder))
    name, version = match.groups()
    wanted = (name, version or latest.get(name))
    fitting = [each for each in known if (each.id, each.version) == wanted]
    if not fitting:
        raise UnknownName(
            "protocol",
            reference,
            set(latest) | {f"{each.id}@{each.version}" for each in known},
        )
    return fitting[0].folder


def read_folder(folder: pathlib.Path) -> Release:
    """The protocol in this folder. Files other than YAML are no part of it. Raises `FaultyDocument`."""
    return from_files(read_texts(folder), folder=str(folder))


def listed(released: Released, locked: t.Mapping[str, Digest]) -> tuple[str, Digest]:
    """
    Title and digest. What is as it was locked was read whole when it was, and is not again; anything else is.

    Raises `FaultyDocument`.
    """
    texts = read_texts(released.folder)
    named = digest(document_of(texts))
    if locked.get(f"{released.id} {released.version}") != named:
        return read_folder(released.folder).protocol.title, named
    head = read_yaml(texts["protocol.yaml"], file="protocol.yaml").value
    return str(head["title"]), named


def read_texts(folder: pathlib.Path) -> dict[str, str]:
    """The YAML files of the protocol in this folder, by their names in it. Raises `AskedWrongly` if there is none."""
    # Looked for before anything is read: the folder may be somebody's home.
    if not (folder / "protocol.yaml").is_file():
        raise AskedWrongly(
            "There is no protocol in this folder.",
            where=str(folder),
            expected="protocol.yaml, scenarios/, worlds/, controls/",
        )
    paths = sorted(folder.rglob("*.yaml"))
    return {path.relative_to(folder).as_posix(): _text(path) for path in paths}


def _text(path: pathlib.Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE:
            raise AskedWrongly(
                "This file is larger than any protocol file.", where=str(path), expected=f"{MAX_FILE} bytes"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AskedWrongly(
            "This file cannot be read as text.",
            where=str(path),
            found=str(error)[:200],
            fix="save it as UTF-8",
        ) from None


SKELETON = "_skeleton"
SKELETON_ID = "PROTOCOL-ID"
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_protocol(folder: pathlib.Path, protocol_id: str) -> Release:
    """
    A protocol to begin with, in a new folder: one check, one situation, six controls that read as they must.

    Raises `AskedWrongly` for an id that is none, and for a folder that is there and not empty.
    """
    if not IDENTIFIER.fullmatch(protocol_id) or len(protocol_id) > MAX_ID:
        raise AskedWrongly(
            "This is no id for a protocol.",
            found=repr(protocol_id[:80]),
            expected="small letters, digits and hyphens, such as oversight-chain",
        )
    source = data_folder("test_protocols") / SKELETON
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise AskedWrongly("This folder is not empty.", where=str(folder), fix="name a new one")
        for path in sorted(source.rglob("*.yaml")):
            there = folder / path.relative_to(source)
            there.parent.mkdir(exist_ok=True)
            there.write_text(_text(path).replace(SKELETON_ID, protocol_id), encoding="utf-8")
    except OSError as error:
        raise AskedWrongly(
            "The protocol cannot be written there.",
            where=str(folder),
            found=error.strerror or "",
            fix="name another folder",
        ) from None
    return read_folder(folder)


def lock_release(lock: pathlib.Path, release: Release) -> None:
    """Add a release to a lock file. Raises `AskedWrongly` when that version is locked with other content."""
    lines = _text(lock).splitlines() if lock.is_file() else []
    for line in lines:
        row = line.split()
        if row[:2] == release.name.split():
            if row[2:] == [release.digest]:
                return
            raise AskedWrongly(
                f"{release.name} is released already, with other content.",
                where=str(lock),
                expected=row[-1],
                found=release.digest,
                fix="give the changed protocol a new version",
            )
    try:
        lock.write_text("\n".join([*lines, f"{release.name} {release.digest}"]) + "\n", encoding="utf-8")
    except OSError as error:
        raise AskedWrongly(
            "The lock file cannot be written.",
            where=str(lock),
            found=error.strerror,
            fix="choose another --lock",
        ) from None
