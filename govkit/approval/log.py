"""
The decision log: every record and every signature, in the order in which they came, each line naming the one before.

`log.jsonl` holds one canonical JSON object a line. A line's name is the digest of its bytes (without the line feed),
and the next line quotes it: nothing in the middle can be taken out, put in or exchanged without every later name
changing. What is named in the log must be there, byte for byte, and what is there must be in the log.

The end is the weak place of every chain: whoever cuts the last lines off leaves a chain that is whole. Two things stand
against it. Each signature names the head that its signer saw, and a log without that head is *broken*. And whoever
gates can say which head they saw last (`--log-head`).
"""

import dataclasses
import typing as t

import pydantic

from govkit.approval.records import is_record
from govkit.approval.signed import NO_LOG, Signature, is_signature
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.stored import Count, DigestField, StoredDocument, read_stored
from govkit.protocol.document import Time

NAME = "log.jsonl"
MOST_LINES = 100_000
MAX_BYTES = 64 * 1024 * 1024


class Entry(StoredDocument):
    """One line."""

    format: t.Literal["govkit.log/1"]
    number: Count
    """From 1."""
    previous: DigestField
    """Digest of the line before; zeros in the first."""
    at: Time
    """When it was written, by the clock of whoever wrote it."""
    name: t.Annotated[str, pydantic.Field(min_length=1, max_length=200)]
    """The file: a record's or a signature's."""
    digest_of: DigestField
    """Of its bytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Log:
    """The entries as far as they hold."""

    entries: tuple[Entry, ...] = ()

    @property
    def heads(self) -> tuple[Digest, ...]:
        """The names that its end had, one after another: before the first entry, and after each."""
        return (NO_LOG, *(entry.digest for entry in self.entries))

    @property
    def head(self) -> Digest:
        return self.heads[-1]

    def entry_for(self, name: str, data: bytes, at: str) -> Entry:
        """The next entry, about the file `name` with these bytes."""
        number = len(self.entries) + 1
        return Entry(
            format="govkit.log/1", number=number, previous=self.head, at=at, name=name, digest_of=digest(data)
        )


def line_of(entry: Entry) -> bytes:
    """An entry as it is appended."""
    return entry.bytes() + b"\n"


def parse_log(data: bytes) -> Log:
    """The log in these bytes; no bytes are one without entries. Raises `EvidenceBroken` where it does not hold."""
    if len(data) > MAX_BYTES:
        raise EvidenceBroken(
            "The decision log is larger than any we read.", where=NAME, expected=f"{MAX_BYTES} bytes"
        )
    lines = data.split(b"\n")[:-1]  # a line that a kill left unfinished never counted
    if len(lines) > MOST_LINES:
        raise EvidenceBroken("The decision log has too many lines.", where=NAME, expected=f"{MOST_LINES}")
    entries: list[Entry] = []
    previous = NO_LOG
    for number, line in enumerate(lines, 1):
        entry = read_stored(Entry, line, name=f"{NAME}, line {number}")
        if (entry.number, entry.previous) != (number, previous):
            raise EvidenceBroken(
                "The chain of the decision log is broken: a line was taken out, put in or changed.",
                where=f"{NAME}, line {number}",
                expected=previous,
                found=entry.previous,
            )
        entries.append(entry)
        previous = entry.digest
    return Log(tuple(entries))


def problems(log: Log, files: t.Mapping[str, bytes], signatures: t.Sequence[Signature]) -> tuple[str, ...]:
    """
    In what log, files and signatures depart from one another: a sentence each. `files` are records and signatures by
    name; `signatures` those of them that hold.
    """
    named = {entry.name: entry.digest_of for entry in log.entries}
    told = []
    counted: dict[str, int] = {}
    for entry in log.entries:
        counted[entry.name] = counted.get(entry.name, 0) + 1
    told += [f"The log names {name} twice." for name, count in counted.items() if count > 1]
    for name, expected in named.items():
        if name not in files:
            told.append(f"{name} stands in the log and is not there.")
        elif digest(files[name]) != expected:
            told.append(f"{name} is not what the log says.")
    there = [name for name in files if is_record(name) or is_signature(name)]
    told += [f"{name} is there and not in the log." for name in there if name not in named]
    heads = set(log.heads)
    told += [
        f"{each.signing.by} signed when the log had an end that it does not have any more."
        for each in signatures
        if each.signing.log_head not in heads
    ]
    return tuple(told)


def read_log(data: bytes) -> tuple[Log, str]:
    """The log, and why it does not hold; empty where it does. Never raises."""
    try:
        return parse_log(data), ""
    except GovkitError as broken:
        return Log(), f"{broken.what} ({broken.where})"
