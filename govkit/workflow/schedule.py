"""
Which trial is made next: of the checks whose verdict is still open, the one that has come least far.

The order is that of `govkit.trial.order`. A trial that an interrupted run left behind is made first, also where its
check is settled meanwhile: what is sealed as ended has no holes.
"""

import collections
import typing as t

from govkit.protocol.release import Release
from govkit.trial.order import in_order, left_out, stops_early
from govkit.trial.plan import Plan, Trial


class Schedule:
    """The trials that are left, as they are to be made. Checks can be settled, and opened again."""

    def __init__(self, release: Release, plan: Plan, done: t.Collection[str]) -> None:
        self._settled: set[str] = set()
        ordered = in_order(release, plan)
        self._order = {trial.name: number for number, trial in enumerate(ordered)}
        self._left: dict[str, collections.deque[Trial]] = {
            name: collections.deque() for name in plan.request.checks
        }
        for trial in ordered:
            if trial.name not in done:
                self._left[trial.check].append(trial)
        behind = left_out(ordered, done) if stops_early(release, plan) else {}
        self._behind = {name: len(behind.get(name, ())) for name in plan.request.checks}

    def take(self) -> Trial | None:
        """The next trial, which is then no longer left; None when no open check has any."""
        heads = [queue[0] for name, queue in self._left.items() if queue and not self.is_settled(name)]
        if not heads:
            return None
        first = min(heads, key=lambda trial: self._order[trial.name])
        self._behind[first.check] = max(0, self._behind[first.check] - 1)
        return self._left[first.check].popleft()

    def settle(self, check: str, *, settled: bool) -> None:
        """Say whether the check's verdict stands: then no further trial of it is made."""
        (self._settled.add if settled else self._settled.discard)(check)

    def is_settled(self, check: str) -> bool:
        """Whether no further trial of it is made; never while one is left behind."""
        return check in self._settled and not self._behind[check]

    def left(self, check: str | None = None) -> int:
        """Trials still to be made, of one check or of all open ones; of a settled one those left behind."""
        names = [check] if check is not None else list(self._left)
        return sum(self._behind[n] if n in self._settled else len(self._left[n]) for n in names)
