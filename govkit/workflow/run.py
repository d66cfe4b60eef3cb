"""The run: what of the plan is not stored yet, made by a bounded number of workers and written by one hand."""

import asyncio
import collections
import dataclasses
import math
import time
import typing as t

from govkit.assessment.anytime import Bounds
from govkit.assessment.family import asked_of, is_settled
from govkit.assessment.model import Measurement
from govkit.assessment.tally import Tally
from govkit.digest import Digest
from govkit.errors import AskedWrongly, EvidenceBroken, GovkitError, RunMismatch
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.trial.candidate import Candidate
from govkit.trial.plan import Plan, Trial, is_primary
from govkit.trial.profile import Profile
from govkit.trial.replay import Replayed, replay
from govkit.trial.transcript import Failure, parse_transcript
from govkit.workflow.asking import OUTAGES, SERVICE_FAULTS
from govkit.workflow.conduct import Conducted, Conductor, broken_off
from govkit.workflow.outage import failure
from govkit.workflow.ports import Before, CheckProgress, Progress, Store, Watcher
from govkit.workflow.schedule import Schedule
from govkit.workflow.tasks import raise_failure, settled

OUTAGE_AFTER = 3
"""Trials in a row that a failing service ended: then the run stops, and makes them again when it is resumed."""
SHOW_EVERY = 0.2
"""Seconds between two looks at how the run stands."""
BOUNDS_EVERY = 2.0
"""Seconds for which the bounds of a check that is still open are shown as they were."""
Finished: t.TypeAlias = asyncio.Queue[Conducted | None]
"""Trials on their way to the writer; None is the closing mark."""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent, and how fast."""

    connections: int = 16
    """Trials under way at once."""
    tokens: int | None = None
    """
    Tokens, in and out together, over the whole run, after which no further trial is begun. Where the provider counts
    none, a quarter of the characters: a budget that is not kept would be worse than one kept by an estimate.
    """
    usd: float | None = None

    def check(self, profile: Profile) -> None:
        """Raises `AskedWrongly` when a budget cannot be kept with what the profile says."""
        if self.usd is not None and not math.isfinite(self.usd):
            raise AskedWrongly(
                "A budget is a number of dollars.",
                where="--budget-usd",
                found=str(self.usd),
                fix="give a number, or leave it out",
            )
        if self.usd is not None and not profile.input_usd_per_million:
            raise AskedWrongly(
                "A budget in dollars needs prices.",
                where="--budget-usd",
                fix="give `prices` in the candidate file, or use --budget-tokens",
            )


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """Why the run stopped before the plan was done."""

    reason: str
    error: GovkitError | None = None
    is_budget: bool = False
    """Whether a budget is used up: the same command stops there again, and one with a larger budget goes on."""


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
        self._failing = 0
        self._held: list[Conducted] = []
        self._answered = False
        self._stop: Stop | None = None
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
        finished: Finished = asyncio.Queue()
        writer = asyncio.create_task(self._write(finished))
        making = asyncio.create_task(self._make(finished))
        try:
            await asyncio.wait({making, writer}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._stop = self._stop or Stop("it was interrupted")
        if not making.done():
            self._stop = self._stop or Stop("its evidence could not be stored")
            making.cancel()
            await settled(making)
        self._release_held(finished)
        finished.put_nowait(None)
        await settled(writer)
        self._show()
        for task in (writer, making):
            raise_failure(task)
        return self._stop

    async def _make(self, finished: Finished) -> None:
        while self._stop is None and (left := self._schedule.left()):
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._limits.connections, left)):
                    group.create_task(self._work(finished))
            self._release_held(finished)
            await finished.join()  # what was under way may have opened a settled check again

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
            self._answered = self._answered or bool(replayed.dialogue.exchanges)
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

    async def _work(self, finished: Finished) -> None:
        while self._schedule.left() and self._stop is None and not self._spent():
            trial = self._schedule.take()
            if trial is None:
                return
            conducted = await self._conductor.conduct(trial)
            self._judge_service(conducted)
            self._hand_over(conducted, finished)
            if conducted.dialogue.end == "interrupted":
                return  # a cancellation, which the conductor swallowed to keep what was said; or an outage
            # Nobody begins another trial before this one is durable and counted: budgets see it, and a slow disk is
            # waited for in place of piling up what a kill would lose.
            await finished.join()

    def _hand_over(self, conducted: Conducted, finished: Finished) -> None:
        """
        To the writer; but what a failing service ended is held back until it is known whether that was an outage.

        An outage's trials are broken off and made again. Single ones among trials that went well are data.
        """
        if self._blames_service(conducted.fault):
            self._held.append(conducted)
            return
        if conducted.fault is None and conducted.dialogue.end != "interrupted":
            self._release_held(finished)
        finished.put_nowait(conducted)

    def _release_held(self, finished: Finished) -> None:
        """Give what was held back to the writer: as broken off when the service was found out, else as it ended."""
        out = self._stop is not None and self._stop.error is not None
        for conducted in self._held:
            finished.put_nowait(broken_off(conducted) if out else conducted)
        self._held.clear()

    def _blames_service(self, fault: Failure | None) -> bool:
        if fault is None or fault.kind in OUTAGES:
            return False
        # A body that is no completion is the candidate's doing, unless no completion has ever come from there.
        return fault.kind in SERVICE_FAULTS or (fault.kind == "malformed" and not self._answered)

    def _judge_service(self, conducted: Conducted) -> None:
        """Stop the run when the service, not the candidate, is what fails."""
        self._answered = self._answered or conducted.answered
        fault = conducted.fault
        if fault is None:
            self._failing = 0
        elif fault.kind in OUTAGES or (fault.kind == "refused-request" and not self._answered):
            self._halt(failure(fault, self._profile))
        elif self._blames_service(fault):
            self._failing += 1
            if self._failing >= OUTAGE_AFTER:
                self._halt(failure(fault, self._profile))

    def _halt(self, error: GovkitError) -> None:
        if self._stop is None:
            self._stop = Stop(error.what, error)

    def _spent(self) -> bool:
        usage, limits = self._tally.usage(), self._limits
        tokens = usage.input_tokens + usage.output_tokens + self._tally.uncounted().tokens
        if limits.tokens is not None and tokens >= limits.tokens:
            self._stop = Stop(f"the budget of {limits.tokens} tokens is used up", is_budget=True)
        cost = self._cost()
        if limits.usd is not None and cost is not None and cost >= limits.usd:
            self._stop = Stop(f"the budget of {limits.usd:.2f} US dollars is used up", is_budget=True)
        return self._stop is not None

    async def _write(self, finished: Finished) -> None:
        """Store what is finished, all that has gathered at a time, until the closing mark. One hand: one order."""
        more = True
        while more:
            gathered = [await finished.get()]
            while not finished.empty():
                gathered.append(finished.get_nowait())
            more = None not in gathered
            await self._keep([each for each in gathered if each is not None])
            for _ in gathered:
                finished.task_done()

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
        profile, usage, uncounted = self._profile, self._tally.usage(), self._tally.uncounted()
        if not profile.input_usd_per_million:
            return None
        rates = float(profile.input_usd_per_million), float(profile.output_usd_per_million)
        read, written = (
            usage.input_tokens + uncounted.input_tokens,
            usage.output_tokens + uncounted.output_tokens,
        )
        return (read * rates[0] + written * rates[1]) / 1_000_000

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
                note=self._stop.reason if self._stop else "",
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
