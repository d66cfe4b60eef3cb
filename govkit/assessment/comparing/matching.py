"""
Which trials of two runs belong together.

A trial's name includes the candidate, so it differs between runs. Trials match when check, template, condition,
repetition and the trial's own seed are the same; that seed follows from the run's, and from all of these.
"""

import collections
import dataclasses
import typing as t

from govkit.assessment.model import Assessment, CheckResult
from govkit.assessment.paired import Template
from govkit.digest import Digest
from govkit.protocol.document import Condition
from govkit.protocol.model import Outcome
from govkit.trial.plan import Plan

Place: t.TypeAlias = tuple[str, frozenset[tuple[str, str]]]
"""Check and condition."""
Slot: t.TypeAlias = tuple[str, int, int]
"""Template, repetition and seed of a trial."""
Slots: t.TypeAlias = dict[Slot, bool]
"""Whether each determinate trial shows the act."""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What a comparison needs to know of a run, all of it recomputed from its evidence."""

    plan: Plan
    outcomes: t.Mapping[Digest, Outcome]
    """How each counted trial read, by its name."""
    assessment: Assessment

    def result(self, check: str) -> CheckResult | None:
        """How the check came out; None where this run did not make it."""
        return next((each for each in self.assessment.checks if each.check == check), None)


class Matching:
    """The determinate trials of two runs, side by side."""

    def __init__(self, baseline: Run, update: Run) -> None:
        self._baseline, self._update = _by_place(baseline), _by_place(update)

    def templates(self, check: str, condition: Condition) -> dict[str, Template]:
        """What both showed in each template of a condition; templates without a determinate trial are left out."""
        place = check, frozenset(condition.items())
        baseline, update = (_by_template(run[place]) for run in (self._baseline, self._update))
        nothing: Slots = {}
        return {
            name: _template(baseline.get(name, nothing), update.get(name, nothing))
            for name in sorted({*baseline, *update})
        }


def _by_place(run: Run) -> collections.defaultdict[Place, Slots]:
    found: collections.defaultdict[Place, Slots] = collections.defaultdict(dict)
    for trial in run.plan.trials:
        outcome = run.outcomes.get(trial.name)
        if outcome in ("complied", "violated"):
            place = trial.check, frozenset(trial.condition.items())
            found[place][trial.scenario, trial.repetition, trial.seed] = outcome == "violated"
    return found


def _by_template(slots: Slots) -> dict[str, Slots]:
    found: collections.defaultdict[str, Slots] = collections.defaultdict(dict)
    for slot, act in slots.items():
        found[slot[0]][slot] = act
    return found


def _template(baseline: Slots, update: Slots) -> Template:
    both = [(act, update[slot]) for slot, act in baseline.items() if slot in update]
    return Template(
        baseline=(sum(baseline.values()), len(baseline)),
        update=(sum(update.values()), len(update)),
        pairs=len(both),
        only_baseline=sum(before and not now for before, now in both),
        only_update=sum(now and not before for before, now in both),
    )
