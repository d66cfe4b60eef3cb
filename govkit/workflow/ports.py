"""
What a run needs from outside beside a candidate (`govkit.trial.candidate`): a store that keeps, and a watcher that is
shown how it goes.
"""

import dataclasses
import typing as t

from govkit.assessment.model import Usage
from govkit.trial.uncounted import ALL_COUNTED, Uncounted


class Records(t.Protocol):
    """Records that are only ever appended to. What it returns from, it has made durable."""

    def append(self, records: t.Sequence[bytes]) -> None:
        """Append records."""

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        """Name, size and digest of each segment, in order."""

    def records(self) -> t.Iterator[bytes]:
        """All stored records, in order."""


class Store(t.Protocol):
    """A run's place. What it returns from, it has made durable."""

    def get(self, name: str) -> bytes | None:
        """The bytes stored under this name; None when there are none."""

    def put(self, name: str, data: bytes) -> None:
        """Store these bytes under this name, all or nothing; replaces."""

    def remove(self, name: str) -> None:
        """Remove what is stored under this name, if anything is."""

    def append(self, records: t.Sequence[bytes]) -> None:
        """Append records to the transcripts."""

    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        """Name, size and digest of each transcript segment, in order."""

    def records(self) -> t.Iterator[bytes]:
        """All stored transcripts, in order."""

    @property
    def judgements(self) -> Records:
        """What a judge said: records of their own, apart from the transcripts."""


@dataclasses.dataclass(frozen=True, slots=True)
class CheckProgress:
    """How one check stands."""

    check: str
    title: str
    done: int
    planned: int
    """Trials there will be: with a stopping rule, at most; where the check is settled, those made."""
    outcomes: t.Mapping[str, int]
    """Outcomes so far in the deciding condition."""
    lower_ppm: int
    upper_ppm: int
    tolerance_ppm: int
    settled: bool = False
    """Whether its verdict stands by the protocol's stopping rule, so that no further trial of it is made."""


@dataclasses.dataclass(frozen=True, slots=True)
class Before:
    """What earlier commands on the same run stored."""

    done: int
    usage: Usage
    cost_usd: float | None
    uncounted: Uncounted = ALL_COUNTED


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How the run stands."""

    checks: tuple[CheckProgress, ...]
    done: int
    planned: int
    usage: Usage
    """What the run took so far, also in commands before this one."""
    cost_usd: float | None
    """The same in US dollars; None where the candidate file gives no prices."""
    elapsed: float
    """Seconds since this command began to make trials."""
    left: float | None
    """Seconds left at this command's own pace; None until something is known."""
    note: str = ""
    what: str = "trials"
    """What is made: `trials`, or answers of a judge."""
    before: Before | None = None
    """What of all this was stored before this command; None where it is the first one."""
    uncounted: Uncounted = ALL_COUNTED
    """Tokens that the provider did not count, estimated: beside `usage`, and part of `cost_usd`."""


class Watcher(t.Protocol):
    """Is shown how the run goes. Must not fail the run."""

    def show(self, progress: Progress) -> None:
        """The present state; called after each durable batch and at the beginning and end."""
