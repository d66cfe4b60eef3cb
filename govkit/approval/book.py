"""All records with their signatures and their log, as they lie in one folder: read whole, trusted not yet."""

import dataclasses
import typing as t

from govkit.approval.log import NAME as LOG
from govkit.approval.log import Log, problems, read_log
from govkit.approval.records import Fulfilment, Record, Revocation, Validity, is_record, parse_record
from govkit.approval.signed import Signature, is_signature, read_signature, stem_in, stem_of
from govkit.digest import Digest, digest
from govkit.errors import GovkitError

R = t.TypeVar("R", bound=Record)


@dataclasses.dataclass(frozen=True, slots=True)
class Filed:
    """A record with the signatures that hold."""

    record: Record
    name: str
    signatures: tuple[Signature, ...]
    """In the order in which they came into the log."""
    digest: Digest
    """Of the record: computed once, for it is asked often."""
    identity: Digest
    """Of the subject that the record is about, likewise; empty where it names none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """The decisions of one folder. Where there are problems, none of it is to be relied on."""

    filed: tuple[Filed, ...] = ()
    """In the order in which they came into the log."""
    log: Log = dataclasses.field(default_factory=Log)
    problems: tuple[str, ...] = ()

    def of_kind(self, kind: type[R]) -> tuple[tuple[R, Filed], ...]:
        """The records of one kind, in order."""
        return tuple((each.record, each) for each in self.filed if isinstance(each.record, kind))

    def revocations_of(self, record: Digest) -> tuple[Filed, ...]:
        """What revokes this record; whose signatures count is not said."""
        return tuple(filed for found, filed in self.of_kind(Revocation) if found.record == record)

    def fulfilments_of(self, decision: Digest, condition: str) -> tuple[Filed, ...]:
        """What says that this condition was met."""
        return tuple(
            filed
            for found, filed in self.of_kind(Fulfilment)
            if (found.decision, found.condition) == (decision, condition)
        )

    def find(self, name: Digest) -> Filed | None:
        """The record of this digest."""
        return next((each for each in self.filed if each.digest == name), None)


def read_book(files: t.Mapping[str, bytes], *, seen_head: Digest | None = None) -> Book:
    """
    The book in these files, by name; others than records, signatures and log are passed over. `seen_head` is an end
    that the log is known to have had. Never raises for what is in the files.
    """
    log, problem = read_log(files.get(LOG, b""))
    found = [problem] if problem else []
    if seen_head is not None and seen_head not in log.heads:
        found.append("The log does not have the end that it is known to have had.")
    kept = {name: data for name, data in files.items() if is_record(name) or is_signature(name)}
    order = {entry.name: entry.number for entry in log.entries}
    filed: list[Filed] = []
    belonging: set[str] = set()
    about: dict[str, list[str]] = {}
    for name in sorted(kept, key=lambda name: (order.get(name, 0), name)):
        about.setdefault(stem_in(name) or "", []).append(name)
    for name in filter(is_record, about.get("", ())):
        sealed = about.get(stem_of(name), [])
        belonging |= {name, *sealed}
        filed += _filed(name, sealed, kept, found)
    found += [f"{name} is about nothing that is there." for name in sorted(kept.keys() - belonging)]
    signatures = [signature for each in filed for signature in each.signatures]
    if not problem:
        found += problems(log, kept, signatures)
    return Book(tuple(filed), log, tuple(found))


def _filed(name: str, sealed: t.Sequence[str], files: t.Mapping[str, bytes], found: list[str]) -> list[Filed]:
    try:
        record = parse_record(files[name], name=name)
    except GovkitError as broken:
        found.append(f"{broken.what.removesuffix('.')} ({broken.where}).")
        return []
    signatures = []
    for each in sealed:
        try:
            signatures.append(read_signature(files[each], name=each, document=name, data=files[name]))
        except GovkitError as broken:
            found.append(f"{broken.what.removesuffix('.')} ({broken.where}).")
    identity = record.subject.identity if isinstance(record, Validity) else ""
    return [Filed(record, name, tuple(signatures), digest(files[name]), identity)]
