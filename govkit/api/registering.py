"""
The register: evidence stores are looked over, what changed is read, and the index answers.

What costs time to load - reading runs, judging certificates, PDF and trust libraries - is loaded where there is
something for it to do: with an unchanged store and no records there is not.
"""

import dataclasses
import datetime
import functools
import os
import pathlib
import typing as t

from govkit.adapters.evidence_stores import Found, Store
from govkit.adapters.register_index import RegisterIndex, broken_entry, open_index
from govkit.approval.policy import ReadPolicy
from govkit.approval.register.entry import RecordEntry, RunEntry
from govkit.approval.register.listing import Register, is_asked, register_of
from govkit.digest import Digest
from govkit.errors import AskedWrongly, GovkitError
from govkit.verification.moments import written

DEFAULT_STORE = pathlib.Path("evidence")
"""Where `govkit run` leaves runs."""
Decisions: t.TypeAlias = tuple[str, str, str, dict[str, bytes]]
"""Store, folder, why it could not be read, and its files."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the register is asked."""

    stores: tuple[pathlib.Path, ...] = ()
    """None: `evidence` - or, where an index is named, everything in it, without looking anything over."""
    decisions: tuple[pathlib.Path, ...] = ()
    """Folders of decisions that lie in none of the stores."""
    index: str | None = None
    """None: a file of this user's cache."""
    policies: tuple[str, ...] = ()
    """Files, or names of policies that travel with govkit; of those, the ones that records name are read anyway."""
    anchors: tuple[bytes, ...] = ()
    now: datetime.datetime | None = None
    """None: the machine's clock."""
    rebuild: bool = False
    """Read everything anew."""
    candidate: str | None = None
    """Only candidates of this name, or whose identity begins with these digits."""


@dataclasses.dataclass(frozen=True, slots=True)
class Looked:
    """A store, and when it was looked over."""

    path: str
    at: str
    links: int
    """Symbolic links that were not followed."""
    read: int | None
    """Folders that had to be read now; None where the store was not looked over now."""


@dataclasses.dataclass(frozen=True, slots=True)
class Registered:
    """The register, and where it comes from."""

    register: Register
    stores: tuple[Looked, ...]
    policies: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    """Of folders of decisions: which, and what is wrong with it. Nothing in such a folder counts."""


def default_index() -> str:
    """
    The address of this user's own index. It lies in their cache and not with the evidence: evidence may be read-only,
    or come from a stranger, with an index in it that the stranger made.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path("~/.cache").expanduser()
    return f"sqlite:///{pathlib.Path(cache).absolute() / 'govkit' / 'register.sqlite'}"


def ask(asked: Asked) -> Registered:
    """
    The register. Raises `AskedWrongly` for a store, a policy or an index that is none, `Unreachable` for an index whose
    server does not answer; what is wrong in a store stands in the register.
    """
    now = asked.now or datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    given = _policies(asked.policies)
    stores = _stores(asked)
    with open_index(asked.index or default_index()) as index:
        read = {store.name: _look_over(index, store, rebuild=asked.rebuild) for store in stores}
        looked = tuple(
            Looked(path, at, links, read.get(path))
            for path, at, links in index.stores()
            if path in read or not stores
        )
        paths = [each.path for each in looked]
        runs = tuple(index.runs(paths))
        folders = tuple(index.decisions(paths))
    policies, records, problems = (
        _recorded(folders, given, runs, asked.anchors, now) if folders else (given, (), ())
    )
    if asked.candidate is not None:
        runs = tuple(each for each in runs if is_asked(each, asked.candidate))
        records = tuple(each for each in records if is_asked(each, asked.candidate))
    return Registered(
        register=register_of(runs, records, policies, now),
        stores=looked,
        policies=tuple(f"{each.policy.id} {each.policy.version}" for each in policies),
        problems=problems,
    )


def _stores(asked: Asked) -> tuple[Store, ...]:
    """The stores to look over: each once, and none that lies in another."""
    paths = asked.stores
    if not paths and asked.index is None:
        if not DEFAULT_STORE.is_dir() and not asked.decisions:
            fix = "give the folder in which runs lie: --store DIR"
            raise AskedWrongly(
                "There is no evidence store here.", where=str(DEFAULT_STORE.absolute()), fix=fix
            )
        paths = (DEFAULT_STORE,) if DEFAULT_STORE.is_dir() else ()
    stores = {store.path: store for store in map(Store, (*paths, *asked.decisions))}
    return tuple(
        store for path, store in stores.items() if not any(other in path.parents for other in stores)
    )


def _look_over(index: RegisterIndex, store: Store, *, rebuild: bool) -> int:
    """Bring the index up to date with one store; how many folders had to be read."""
    read_run = functools.partial(_run, store, functools.cache(_namer))
    if rebuild:
        index.forget(store.name)
    number = index.store_id(store.name, looked_at="", links=0)
    runs, decisions = index.stamps(number)
    gone_runs, gone_decisions = set(runs), set(decisions)
    read = 0

    def changed() -> t.Iterator[tuple[str, RunEntry]]:
        nonlocal read
        for found in store.walk(runs):
            (gone_runs if found.kind == "run" else gone_decisions).discard(found.folder)
            before = (runs if found.kind == "run" else decisions).get(found.folder)
            if before == found.stamp and not found.why:
                continue
            read += 1
            if found.kind == "decisions":
                index.put_decisions(number, found.folder, found.stamp, *_decisions(store, found))
            else:
                yield found.stamp, read_run(found)

    index.put_runs(number, changed())
    index.drop_runs(number, gone_runs)
    index.drop_decisions(number, gone_decisions)
    # When something was found out is the clock's to say, whatever time the register is asked about.
    index.store_id(store.name, looked_at=written(datetime.datetime.now(datetime.UTC)), links=store.links)
    return read


def _namer() -> t.Callable[[Digest], tuple[str, str]]:
    """Identifier and version of a released protocol, by digest."""
    from govkit.adapters.protocol_folder import locked_digests  # noqa: PLC0415 - only where something changed

    released = {named: name.partition(" ") for name, named in locked_digests().items()}

    def named(protocol: Digest) -> tuple[str, str]:
        name, _, version = released.get(protocol, ("", "", ""))
        return name, version

    return named


def _run(
    store: Store, namer: t.Callable[[], t.Callable[[Digest], tuple[str, str]]], found: Found
) -> RunEntry:
    from govkit.approval.register.reading import SMALL, run_entry  # noqa: PLC0415 - only where something changed

    if found.why:
        return broken_entry(found.folder, found.why)
    try:
        read = {name: store.read(found.folder, name, limit) for name, limit in SMALL.items()}
    except GovkitError as broken:
        return broken_entry(found.folder, f"{broken.what.removesuffix('.')} ({broken.where}).")
    files = {name: data for name, data in read.items() if data is not None}
    return dataclasses.replace(run_entry(files, namer()), folder=found.folder)


def _decisions(store: Store, found: Found) -> tuple[str, dict[str, bytes]]:
    """Why the folder cannot be read, and its files."""
    from govkit.adapters.decision_folder import read_decisions  # noqa: PLC0415 - only where something changed

    try:
        return "", read_decisions(store.path_of(found.folder))
    except GovkitError as broken:
        return broken.what, {}


def _policies(references: t.Sequence[str]) -> tuple[ReadPolicy, ...]:
    if not references:
        return ()
    from govkit.adapters.policy_folder import read_policy_file  # noqa: PLC0415 - only where one is given

    return tuple(read_policy_file(each) for each in references)


def _recorded(
    folders: t.Sequence[Decisions],
    given: tuple[ReadPolicy, ...],
    runs: t.Sequence[RunEntry],
    anchors: tuple[bytes, ...],
    now: datetime.datetime,
) -> tuple[tuple[ReadPolicy, ...], tuple[RecordEntry, ...], tuple[tuple[str, str], ...]]:
    """The policies at hand, the records, and what is wrong with folders of them."""
    from govkit.api.register_records import judged_records  # noqa: PLC0415 - only where there are any

    return judged_records(folders, given, runs, anchors, now)
