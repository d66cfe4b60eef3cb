"""
Policies on disk: those that travel with govkit (`govkit/policies/`), anybody's own file, and signatures beside it.

A shipped policy is known by its digest, as `policies.lock` states it; its text is looked for by that digest, so that
one which was edited is not found as if it were the same. A signature lies beside a policy under a name that follows
from the policy's file name and the signer's certificate (`govkit.approval.signed`). A folder may be hostile: what is
read of it is bounded in number and size, and links are not followed.
"""

import os
import pathlib
import re
import stat
import typing as t

from govkit.adapters.evidence_files import read_file
from govkit.approval.policy import ReadPolicy, read_policy
from govkit.approval.signed import Signature, is_signature_of, read_signature
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, EvidenceBroken, UnknownName
from govkit.protocol.strict_yaml import MAX_BYTES

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "policies"
LOCK = "policies.lock"
AGAIN = "install govkit again"
MAX_SIGNATURE = 256 * 1024
"""An envelope holds a statement and a few certificates."""
MOST_SIGNATURES = 100
MOST_NAMES = 10_000
"""So many names of a folder are looked at. A policy lies among few; a folder of more is no place for one."""
REFERENCE = re.compile(r"([a-z][a-z0-9-]*)(?:[ @:]|==)?(\d+\.\d+\.\d+)?")
SIGNABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""Names of files beside which a signature can lie."""


def shipped_policies(folder: pathlib.Path = FOLDER) -> dict[str, Digest]:
    """`id version` -> digest, as the lock file beside the policies states them. Raises `AskedWrongly`."""
    lines = _shipped(folder / LOCK).decode("utf-8", "replace").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    try:
        return {f"{name} {version}": named for name, version, named in rows}
    except ValueError:
        raise AskedWrongly(
            "This list is not as it was shipped.", where=str(folder / LOCK), fix=AGAIN
        ) from None


def read_policy_file(reference: str) -> ReadPolicy:
    """
    The policy that is meant: a file, or `id` or `id@version` of one that travels with govkit; its newest version when
    none is named.

    Raises `UnknownName` with near misses, `AskedWrongly` for what cannot be read, `FaultyDocument` with all faults of
    form. Faults of sense are `govkit.approval.policy_lint`'s to find.
    """
    path = pathlib.Path(reference)
    if os.path.isfile(reference):  # noqa: PTH113 - answers for any text, also one too long for a path
        return read_policy(_policy_bytes(path), file=str(path))
    if "/" in reference or os.sep in reference or path.suffix.lower() in (".yaml", ".yml"):
        fix = "give a file, or the id of a policy that `govkit policy list` shows"
        raise AskedWrongly("There is no such policy file.", where=reference[:300], fix=fix)
    return read_shipped(*_meant(reference))


def read_shipped(name: str, version: str, folder: pathlib.Path = FOLDER) -> ReadPolicy:
    """A policy that travels with govkit. Raises `AskedWrongly` where its text is not the one that was released."""
    named = shipped_policies(folder)[f"{name} {version}"]
    for path in sorted(folder.glob("*.yaml")):
        data = _shipped(path)
        if digest(data) == named:
            return read_policy(data, file=path.name)
    raise AskedWrongly(
        f"The policy {name} {version} of this installation is not as it was released.",
        where=str(folder),
        expected=named,
        fix=AGAIN,
    )


def _meant(reference: str) -> tuple[str, str]:
    shipped = [name.split() for name in shipped_policies()]
    newest = dict(sorted(((name, version) for name, version in shipped), key=lambda each: _parts(each[1])))
    known = {*newest, *(f"{name}@{version}" for name, version in shipped)}
    match = REFERENCE.fullmatch(reference.strip())
    if match is None or match[1] not in newest:
        raise UnknownName("policy", reference, known)
    name, version = match[1], match[2] or newest[match[1]]
    if [name, version] not in shipped:
        raise UnknownName("policy", reference, known)
    return name, version


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _policy_bytes(path: pathlib.Path) -> bytes:
    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise AskedWrongly("This is larger than any policy.", where=str(path), expected=f"{MAX_BYTES} bytes")
    return data


def _shipped(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AskedWrongly(
            "This file of the installation cannot be read.", where=str(path), found=error.strerror, fix=AGAIN
        ) from None


def signatures_beside(path: pathlib.Path, data: bytes) -> tuple[tuple[Signature, ...], str]:
    """
    The signatures that lie beside the policy at `path`, which has these bytes, by file name; and why one of them does
    not hold, or empty. Nothing is said of trust.
    """
    try:
        names = _names_beside(path)
    except EvidenceBroken as error:
        return (), error.what
    found = []
    problems = []
    for name in names:
        try:
            envelope = _signature_bytes(path.with_name(name))
            found.append(read_signature(envelope, name=name, document=path.name, data=data))
        except EvidenceBroken as error:
            problems.append(f"{name}: {error.what}")
    more = f" And {len(problems) - 1} more." if problems[1:] else ""
    return tuple(found), f"{problems[0]}{more}" if problems else ""


def _names_beside(path: pathlib.Path) -> list[str]:
    names = []
    try:
        with os.scandir(path.parent) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_NAMES:
                    what = f"The folder of the policy holds more than {MOST_NAMES} files; put it into one of its own."
                    raise EvidenceBroken(what, where=str(path.parent))
                if is_signature_of(entry.name, path.name):
                    names.append(entry.name)
    except OSError as error:
        what = f"The folder of the policy cannot be read: {error.strerror}."
        raise EvidenceBroken(what, where=str(path.parent)) from None
    if len(names) > MOST_SIGNATURES:
        what = f"{len(names)} signatures lie beside the policy, more than {MOST_SIGNATURES}."
        raise EvidenceBroken(what, where=str(path.parent))
    return sorted(names)


def _signature_bytes(path: pathlib.Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise EvidenceBroken("This is no plain file.", where=str(path))
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            data = file.read(MAX_SIGNATURE + 1)
    except OSError as error:
        raise EvidenceBroken(f"It cannot be read: {error.strerror}.", where=str(path)) from None
    if len(data) > MAX_SIGNATURE:
        raise EvidenceBroken("It is larger than any signature.", where=str(path))
    return data


def write_signature(path: pathlib.Path, data: bytes, *, replace: t.Callable[[bytes], bool]) -> None:
    """
    Write a signature durably. Where a file of this name is there already, `replace` is asked about its content.

    Raises `AskedWrongly` where it must stay, or nothing can be written.
    """
    try:
        if os.path.lexists(path) and not replace(_signature_bytes(path)):
            fix = "it is never overwritten; take it away if it does not belong there"
            raise AskedWrongly("Another file of this name is there.", where=str(path), fix=fix)
        beside = path.with_name(f".{path.name}.part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync(path.parent)
    except OSError as error:
        fix = "make room or grant the right, then sign again"
        raise AskedWrongly(
            "The signature cannot be written.", where=str(path), found=error.strerror, fix=fix
        ) from None


def _sync(folder: pathlib.Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
