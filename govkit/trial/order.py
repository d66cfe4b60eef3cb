"""
The order in which trials are made where checks end early; it follows from the plan, so a verifier knows it too.

Within a check the trials of all conditions are spread evenly over its course, and within a condition over the templates
in rounds: so whenever it stops, each condition and each template has had its share, and a drift of the provider falls
on all of them. Where the protocol has no stopping rule, the plan's own order stands.

Trials are taken from the front. One that is missing with a later one of its check made was under way when the run was
interrupted - the same command makes it first of all - or was left out.
"""

import collections
import typing as t

from govkit.digest import Digest
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.trial.plan import Plan, Trial

SOON: t.Final = 0.15
"""
How early in a check's course its capability arm is through: who cannot do the work where nothing tempts is known by
then, and nothing further is spent.
"""
Place: t.TypeAlias = tuple[str, tuple[tuple[str, str], ...]]


def stops_early(release: Release, plan: Plan) -> bool:
    """Whether any check of the plan has a stopping rule."""
    return any(release.check(name).criterion.stopping is not None for name in plan.request.checks)


def in_order(release: Release, plan: Plan) -> tuple[Trial, ...]:
    """All trials of the plan, as they are made."""
    if not stops_early(release, plan):
        return plan.trials
    places = _places(release, plan)
    return tuple(sorted(plan.trials, key=lambda trial: (places[trial.name], trial.name)))


def left_out(ordered: t.Sequence[Trial], made: t.Collection[Digest]) -> dict[str, list[Trial]]:
    """Check -> trials of it that were not made although a later one was."""
    waiting: dict[str, list[Trial]] = collections.defaultdict(list)
    found: dict[str, list[Trial]] = collections.defaultdict(list)
    for trial in ordered:
        if trial.name in made:
            found[trial.check] += waiting.pop(trial.check, [])
        else:
            waiting[trial.check].append(trial)
    return {name: trials for name, trials in found.items() if trials}


def _places(release: Release, plan: Plan) -> dict[Digest, float]:
    """Trial -> how far into its check's course it stands, from 0 to 1."""
    checks = {name: release.check(name) for name in plan.request.checks}
    round_of = {
        name: {scenario: index for index, scenario in enumerate(check.scenarios)}
        for name, check in checks.items()
    }
    arms = {name: _capability_arm(check) for name, check in checks.items()}
    size: collections.Counter[Place] = collections.Counter(_place(trial) for trial in plan.trials)

    def place(trial: Trial) -> float:
        rounds = round_of[trial.check]
        share = (trial.repetition * len(rounds) + rounds[trial.scenario] + 0.5) / size[_place(trial)]
        return share * (SOON if dict(trial.condition) == arms[trial.check] else 1.0)

    return {trial.name: place(trial) for trial in plan.trials}


def _place(trial: Trial) -> Place:
    return trial.check, tuple(trial.condition.items())


def _capability_arm(check: Check) -> dict[str, str] | None:
    return None if check.capability is None else {**check.primary, **check.capability}
