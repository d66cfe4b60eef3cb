"""Which trials a person reads: every violation, and a sample of the others that nobody picks."""

import dataclasses
import hashlib
import itertools
import typing as t

from govkit.adjudication.model import Chosen
from govkit.digest import Digest
from govkit.errors import AskedWrongly
from govkit.protocol.model import Outcome
from govkit.trial.plan import Plan, Trial

SAMPLE = 20
"""Of the trials that did not read *violated*, unless another number is asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A trial to be read."""

    trial: Trial
    machine: Outcome
    chosen: Chosen
    rank: str
    """Its place in the order that nobody chooses."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ranking:
    """All counted trials of a run, in the order in which a worklist takes them."""

    violations: tuple[Listed, ...]
    """Those of each check in turn."""
    others: tuple[Listed, ...]
    """As they are dealt: one of each check, then a second of each."""
    least: int
    """The smallest sample that has a trial of every check that has one."""

    def worklist(self, sample: int) -> tuple[Listed, ...]:
        """What is to be read. Raises `AskedWrongly` when the sample is too small for a trial of every check."""
        if sample < self.least:
            raise AskedWrongly(
                "The sample is too small to show a trial of every check.",
                expected=f"at least {self.least}",
                found=str(sample),
                fix=f"ask for a sample of {self.least} or more",
            )
        return (*self.violations, *self.others[:sample])


def ranking(plan: Plan, outcomes: t.Mapping[Digest, Outcome], root: str) -> Ranking:
    """The order, from how each counted trial read and the Merkle root of the manifest."""
    listed = sorted(_listed(plan, outcomes, root), key=lambda each: each.rank)
    of_check = [[each for each in listed if each.trial.check == check] for check in plan.request.checks]
    violations = [each for check in of_check for each in check if each.chosen == "violation"]
    others = [[each for each in check if each.chosen == "sample"] for check in of_check]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*others))
    dealt = [each for each in rounds if each is not None]
    return Ranking(tuple(violations), tuple(dealt), sum(bool(check) for check in others))


def _listed(plan: Plan, outcomes: t.Mapping[Digest, Outcome], root: str) -> t.Iterator[Listed]:
    for trial in plan.trials:
        machine = outcomes.get(trial.name)
        if machine is not None:
            chosen: Chosen = "violation" if machine == "violated" else "sample"
            yield Listed(trial, machine, chosen, rank_of(root, trial.name))


def rank_of(root: str, trial: Digest) -> str:
    """A trial's place in the order, as `govkit.report.excerpts` has it: a report shows trials that were read."""
    return hashlib.sha256(f"{root}/{trial}".encode()).hexdigest()
