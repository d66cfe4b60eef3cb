"""Candidates with their runs, records and what is due: one order, whatever order they were found in."""

import collections
import dataclasses
import datetime
import typing as t

from govkit.approval.policy import ReadPolicy
from govkit.approval.register.due import Due, dues
from govkit.approval.register.entry import RecordEntry, RunEntry
from govkit.digest import Digest
from govkit.verification.moments import moment_of

LEAST_DIGITS = 8
"""Of an identity, to name a candidate by."""


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """One system: everything about one identity."""

    identity: Digest
    name: str
    """What it was called last; not part of its identity."""
    pinned: str
    developer: str
    runs: tuple[RunEntry, ...]
    """Newest first."""
    records: tuple[RecordEntry, ...]
    """In the order of their logs."""


@dataclasses.dataclass(frozen=True, slots=True)
class Register:
    """All of it, at one moment."""

    now: datetime.datetime
    candidates: tuple[Candidate, ...]
    """By name, then identity."""
    nameless: tuple[RunEntry, ...]
    """Run folders from which no candidate can be read."""
    due: tuple[Due, ...]
    """Soonest first."""

    @property
    def overdue(self) -> tuple[Due, ...]:
        return tuple(each for each in self.due if each.overdue(self.now))


def register_of(
    runs: t.Iterable[RunEntry],
    records: t.Iterable[RecordEntry],
    policies: t.Sequence[ReadPolicy],
    now: datetime.datetime,
) -> Register:
    """The register of these entries, in whatever order they come."""
    ordered = sorted(runs, key=lambda run: (run.store, run.folder))
    ordered.sort(key=lambda run: run.begun, reverse=True)
    listed = sorted(records, key=lambda record: (record.store, record.folder))
    by_identity: dict[Digest, tuple[list[RunEntry], list[RecordEntry]]] = collections.defaultdict(
        lambda: ([], [])
    )
    for run in ordered:
        if run.identity:
            by_identity[run.identity][0].append(run)
    for record in listed:
        by_identity[record.identity][1].append(record)
    candidates = (_candidate(identity, *found) for identity, found in by_identity.items())
    return Register(
        now=now,
        candidates=tuple(
            sorted(candidates, key=lambda each: (each.name.casefold(), each.name, each.identity))
        ),
        nameless=tuple(run for run in ordered if not run.identity),
        due=dues(ordered, listed, policies, now),
    )


def _candidate(identity: Digest, runs: t.Sequence[RunEntry], records: t.Sequence[RecordEntry]) -> Candidate:
    last = runs[0] if runs else None
    return Candidate(
        identity=identity,
        name=last.candidate if last else records[-1].candidate,
        pinned=last.pinned if last else "",
        developer=last.developer if last else "",
        runs=tuple(runs),
        records=tuple(records),
    )


def is_asked(entry: RunEntry | RecordEntry, asked: str) -> bool:
    """Whether an entry's candidate is of this name, or its identity begins with these digits, eight or more."""
    digits = asked.removeprefix("sha256:")
    named = len(digits) >= LEAST_DIGITS and entry.identity.removeprefix("sha256:").startswith(digits)
    return entry.candidate == asked or named


def due_within(register: Register, days: int) -> tuple[Due, ...]:
    """What is overdue, and what holds until a day that is so many days away, or fewer."""
    last = register.now.date() + datetime.timedelta(days=days)
    return tuple(each for each in register.due if each.day <= last)


def age_days(run: RunEntry, now: datetime.datetime) -> int | None:
    """Whole days since its first trial; None where that is not known, negative where it lies ahead."""
    begun = moment_of(run.begun)
    return (now - begun).days if begun is not None else None
