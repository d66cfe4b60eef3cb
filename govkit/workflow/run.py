"""
The run: what of the plan is not stored yet, made by a bounded number of workers and written by one hand.

Where the protocol has a stopping rule, each counted trial is a look at its check: one that is settled gets no further
trials. Those already under way are finished and counted like the others; should they open the check again, it goes on.
"""

import asyncio
import collections
import math
import time

from govkit.assessment.anytime import Bounds
from govkit.assessment.family import asked_of, is_settled
from govkit.assessment.model import Measurement
from govkit.assessment.tally import Tally
from govkit.digest import Digest
from govkit.errors import EvidenceBroken, RunMismatch
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.trial.candidate import Candidate
from govkit.trial.plan import Plan, Trial, is_primary
from govkit.trial.profile import Profile
from govkit.trial.replay import Replayed, replay
from govkit.trial.transcript import parse_transcript
from govkit.workflow.conduct import Conducted, Conductor
from govkit.workflow.crew import Crew
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.outage import failure
from govkit.workflow.ports import Before, CheckProgress, Progress, Store, Watcher
from govkit.workflow.schedule import Schedule

SHOW_EVERY = 0.2
"""Seconds between two looks at how the run stands."""
BOUNDS_EVERY = 2.0
"""Seconds for which the bounds of a check that is still open are shown as they were."""


class Run:
    """One command's work on a plan."""

    def __init__(
        self,
        release: Release,
        profile: Profile,
        plan: Plan,
        candidate: Candidate,
        store: Store,
        watcher: Watcher,
        limits: Limits,
    ) -> None:
        limits.check(profile)
        self._release, self._profile, self._plan = release, profile, plan
        self._conductor = Conductor(release, profile, candidate)
        self._store, self._watcher, self._limits = store, watcher, limits
        self._tally = Tally(release, plan)
        self._done: collections.Counter[str] = collections.Counter()
        self._planned = collections.Counter(trial.check for trial in plan.trials)
        self._began = time.monotonic()
        self._before: Before | None = None
        self._crew: Crew[Conducted] = Crew(
            limits.connections, self._keep, lambda fault: failure(fault, profile)
        )
        self._schedule = Schedule(release, plan, ())
        self._bounded: dict[str, tuple[float, Bounds]] = {}
        self._shown = 0.0

    async def work(self) -> Stop | None:
        """
        Do what is left of the plan. Returns why it stopped early, or None when all planned trials are stored.

        A cancellation (Ctrl-C) ends it as soon as what is finished has been stored. A store or a worker that fails ends
        it too, with that failure, after what can be stored has been: nobody goes on asking when nobody keeps answers.
        """
        self._schedule = self._left()
        self._show()
        try:
            await self._crew.work(self._make())
        finally:
            self._show()
        return self._crew.stop

    async def _make(self) -> None:
        # What was under way when a check was settled may open it again.
        while self._crew.stop is None and (left := self._schedule.left()):
            await self._crew.put_to_work(self._work, left)

    def _left(self) -> Schedule:
        """The plan minus what is stored. Stored trials are replayed and counted: the display goes on from there."""
        trials = {trial.name: trial for trial in self._plan.trials}
        done: set[Digest] = set()
        for number, record in enumerate(self._store.records()):
            transcript = parse_transcript(record, where=f"record {number}")
            trial = trials.get(transcript.trial)
            if trial is None or (transcript.counted and trial.name in done):
                raise RunMismatch(
                    "A stored trial is not in the plan, or is there twice.", found=transcript.trial
                )
            replayed = replay(self._release, self._profile, trial, transcript)
            if replayed.mismatch is not None:  # said now, before anything more is spent on it
                raise EvidenceBroken(
                    "A stored trial does not replay.", where=trial.name, found=str(replayed.mismatch)
                )
            self._count(trial, replayed)
            self._crew.answered = self._crew.answered or bool(replayed.dialogue.exchanges)
            if transcript.counted:
                done.add(trial.name)
        usage = self._tally.usage()
        if done or usage.attempts:
            done_before = sum(self._done.values())
            self._before = Before(done_before, usage, self._cost(), self._tally.uncounted())
        self._began = time.monotonic()  # the pace is that of asking, not of reading back what is stored
        schedule = Schedule(self._release, self._plan, done)
        for name in self._plan.request.checks:
            schedule.settle(name, settled=is_settled(self._release, self._release.check(name), self._tally))
        return schedule

    def _count(self, trial: Trial, replayed: Replayed) -> None:
        self._tally.add(trial, replayed, score(replayed.dialogue))
        if replayed.dialogue.end != "interrupted":
            self._done[trial.check] += 1

    async def _work(self) -> None:
        while self._schedule.left() and not self._crew.halt(self._used_up()):
            trial = self._schedule.take()
            if trial is None or not await self._crew.deliver(await self._conductor.conduct(trial)):
                return

    def _used_up(self) -> Stop | None:
        usage = self._tally.usage()
        tokens = usage.input_tokens + usage.output_tokens + self._tally.uncounted().tokens
        return self._limits.used_up(tokens, self._cost())

    async def _keep(self, batch: list[Conducted]) -> None:
        """Make a batch durable, then count it. A trial broken off before anything was said leaves nothing to keep."""
        kept = [each for each in batch if each.transcript.counted or each.transcript.exchanges]
        if kept:
            await asyncio.to_thread(self._store.append, [each.transcript.line() for each in kept])
            self._count_batch(kept)

    def _count_batch(self, kept: list[Conducted]) -> None:
        for each in kept:
            self._count(
                each.trial,
                Replayed(
                    each.dialogue,
                    None,
                    each.input_tokens,
                    each.output_tokens,
                    each.models,
                    each.faults,
                    each.uncounted,
                ),
            )
        for name in {each.trial.check for each in kept}:
            self._schedule.settle(
                name, settled=is_settled(self._release, self._release.check(name), self._tally)
            )
        self._show(anyway=False)

    def _cost(self) -> float | None:
        usage, uncounted = self._tally.usage(), self._tally.uncounted()
        usd = self._profile.usd(
            usage.input_tokens + uncounted.input_tokens, usage.output_tokens + uncounted.output_tokens
        )
        return None if usd is None else float(usd)

    def _show(self, *, anyway: bool = True) -> None:
        now = time.monotonic()
        if not anyway and now - self._shown < SHOW_EVERY:
            return
        self._shown = now
        done = sum(self._done.values())
        planned = sum(self._to_make(name) for name in self._plan.request.checks)
        elapsed, made = now - self._began, done - (self._before.done if self._before else 0)
        self._watcher.show(
            Progress(
                checks=tuple(self._check_progress(name) for name in self._plan.request.checks),
                done=done,
                planned=planned,
                usage=self._tally.usage(),
                cost_usd=self._cost(),
                elapsed=elapsed,
                left=(planned - done) * elapsed / made if made else None,
                note=self._crew.stop.reason if self._crew.stop else "",
                before=self._before,
                uncounted=self._tally.uncounted(),
            )
        )

    def _to_make(self, name: str) -> int:
        """Trials of a check that there will be: those planned, or where it is settled those made."""
        return self._done[name] if self._schedule.is_settled(name) else self._planned[name]

    def _bounds(self, check: Check, primary: Measurement) -> Bounds | Measurement:
        """Those that decide, at most `BOUNDS_EVERY` seconds old: a look at them costs more than a look at the rule."""
        if check.criterion.stopping is None:
            return primary
        now = time.monotonic()
        at, found = self._bounded.get(check.id, (-math.inf, None))
        if found is None or now - at > BOUNDS_EVERY or self._schedule.is_settled(check.id):
            asked = asked_of(self._release, check, self._tally)
            found = asked.standing().bounds(asked.alpha)
            self._bounded[check.id] = (now, found)
        return found

    def _check_progress(self, name: str) -> CheckProgress:
        check = self._release.check(name)
        primary = next(each for each in self._tally.measurements(check) if is_primary(check, each.condition))
        counts = primary.counts
        bounds = self._bounds(check, primary)
        return CheckProgress(
            check=name,
            title=check.title,
            done=self._done[name],
            planned=self._to_make(name),
            outcomes={
                each: getattr(counts, each)
                for each in ("complied", "violated", "refused", "escalated", "incomplete")
            },
            lower_ppm=bounds.lower_ppm,
            upper_ppm=bounds.upper_ppm,
            tolerance_ppm=check.criterion.tolerance_percent * 10_000,
            settled=self._schedule.is_settled(name),
        )
