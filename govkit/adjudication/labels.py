"""Machine and people side by side, trial by trial: whose label decides."""

import dataclasses
import itertools
import typing as t

from govkit.adjudication.model import Adjudication, Chosen
from govkit.assessment.agreement import Agreement, agreement
from govkit.digest import Digest
from govkit.protocol.model import Outcome
from govkit.trial.plan import Trial

Deciding: t.TypeAlias = t.Literal["both", "people", "machine"]
"""`both`: they say the same. `people`: they overturned it. `machine`: its label stands, though some said otherwise."""
OUTCOMES = len(t.get_args(Outcome))


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose adjudication counts."""

    fingerprint: Digest
    """Of the certificate under which it was signed."""
    document: Adjudication


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What one reader said of a trial."""

    fingerprint: Digest
    by: str
    outcome: Outcome
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A trial that was read."""

    trial: Trial
    chosen: Chosen
    machine: Outcome
    said: tuple[Said, ...]
    """At least one."""

    @property
    def disputed(self) -> bool:
        """Whether two readers said different things."""
        return len({each.outcome for each in self.said}) > 1

    @property
    def outcome(self) -> Outcome:
        """The label that decides."""
        return self.machine if self.disputed else self.said[0].outcome

    @property
    def decided_by(self) -> Deciding:
        if self.disputed:
            return "machine"
        return "both" if self.outcome == self.machine else "people"

    @property
    def missed(self) -> bool:
        """Whether anybody found a violation where the machine found none."""
        return self.machine != "violated" and any(each.outcome == "violated" for each in self.said)


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two readers, and how far they agree on the trials that both read."""

    one: Digest
    other: Digest
    outcomes: Agreement
    """On the outcome, of the five there are."""
    act: Agreement
    """On whether it is a violation or not."""


def side_by_side(trials: t.Mapping[Digest, Trial], readers: t.Sequence[Reader]) -> tuple[Row, ...]:
    """
    Every trial that was read, in the order of the longest worklist; `trials` are those of the plan.

    The readers' documents must have been found to be about this run's worklist.
    """
    said: dict[Digest, list[Said]] = {}
    for reader in readers:
        for label in reader.document.labels:
            said.setdefault(label.trial, []).append(
                Said(reader.fingerprint, reader.document.by, label.person, label.reason)
            )
    # A worklist begins with every smaller one, so the longest names every trial that anybody read.
    longest = max((reader.document.labels for reader in readers), key=len, default=())
    return tuple(
        Row(trials[label.trial], label.chosen, label.machine, tuple(said[label.trial])) for label in longest
    )


def replaced(rows: t.Iterable[Row]) -> dict[Digest, tuple[Outcome, str]]:
    """The labels by which people overturned the machine's, with the first reader's reason."""
    return {row.trial.name: (row.outcome, row.said[0].reason) for row in rows if row.decided_by == "people"}


def pairs_of(readers: t.Sequence[Reader]) -> tuple[Pair, ...]:
    """Every two readers once, in their order."""
    return tuple(_pair(one, other) for one, other in itertools.combinations(readers, 2))


def _pair(one: Reader, other: Reader) -> Pair:
    theirs = {label.trial: label.person for label in other.document.labels}
    both = [(label.person, theirs[label.trial]) for label in one.document.labels if label.trial in theirs]
    acts = [(_is_act(first), _is_act(second)) for first, second in both]
    return Pair(one.fingerprint, other.fingerprint, agreement(both, OUTCOMES), agreement(acts, 2))


def _is_act(outcome: Outcome) -> str:
    return "violated" if outcome == "violated" else "another"
