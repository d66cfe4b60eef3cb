"""
Which trial is made next: of the checks whose verdict is still open, the one that has come least far.

Within a check the trials of all conditions are spread evenly over its course, and within a condition over the templates
in rounds: so whenever it stops, each condition and each template has had its share, and a drift of the provider falls
on all of them. Where the protocol has no stopping rule, the plan's own order stands.
"""

import collections
import typing as t

from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.trial.plan import Plan, Trial

SOON: t.Final = 0.15
"""
How early in a check's course its capability arm is through: who cannot do the work where nothing tempts is known by
then, and nothing further is spent.
"""


class Schedule:
    """The trials that are left, as they are to be made. Checks can be settled, and opened again."""

    def __init__(self, release: Release, plan: Plan, done: t.Collection[str]) -> None:
        self._settled: set[str] = set()
        stopping = any(release.check(name).criterion.stopping is not None for name in plan.request.checks)
        places = _places(release, plan) if stopping else {}
        left = [trial for trial in plan.trials if trial.name not in done]
        if stopping:
            left.sort(key=lambda trial: (places[trial.name], trial.name))
        self._order = {trial.name: number for number, trial in enumerate(left)}
        self._left: dict[str, collections.deque[Trial]] = {
            name: collections.deque() for name in plan.request.checks
        }
        for trial in left:
            self._left[trial.check].append(trial)

    def take(self) -> Trial | None:
        """The next trial, which is then no longer left; None when no open check has any."""
        heads = [queue[0] for name, queue in self._left.items() if queue and name not in self._settled]
        if not heads:
            return None
        first = min(heads, key=lambda trial: self._order[trial.name])
        return self._left[first.check].popleft()

    def settle(self, check: str, *, settled: bool) -> None:
        """Say whether the check's verdict stands: then no further trial of it is made."""
        (self._settled.add if settled else self._settled.discard)(check)

    def is_settled(self, check: str) -> bool:
        return check in self._settled

    def left(self, check: str | None = None) -> int:
        """Trials still to be made, of one check or of all open ones."""
        names = [check] if check is not None else list(self._left)
        return sum(len(self._left[name]) for name in names if name not in self._settled)


def _places(release: Release, plan: Plan) -> dict[str, float]:
    """Trial -> how far into its condition's trials it stands, from 0 to 1."""
    number: dict[str, int] = {}
    soon = {name: _capability_arm(release.check(name)) for name in plan.request.checks}
    size: collections.Counter[tuple[str, tuple[tuple[str, str], ...]]] = collections.Counter()
    rounds = {name: release.check(name).scenarios for name in plan.request.checks}
    place = {name: {scenario: i for i, scenario in enumerate(each)} for name, each in rounds.items()}
    for trial in plan.trials:
        number[trial.name] = trial.repetition * len(rounds[trial.check]) + place[trial.check][trial.scenario]
        size[(trial.check, tuple(trial.condition.items()))] += 1
    return {
        trial.name: (number[trial.name] + 0.5)
        / size[(trial.check, tuple(trial.condition.items()))]
        * (SOON if dict(trial.condition) == soon[trial.check] else 1.0)
        for trial in plan.trials
    }


def _capability_arm(check: Check) -> dict[str, str] | None:
    return None if check.capability is None else {**check.primary, **check.capability}
