"""
Putting inquiries to a judge: after the trials and before sealing, by the same means and under the same budgets.

Each answer is durable before it counts, and none is asked for again; so a kill at any moment loses no answer, and the
same command goes on with the rest. What a failing service ended, several in a row, is broken off and asked again, as
trials are (`govkit.workflow.run`). The judge is measured first: labelled texts come before trials, so that a run that
stops short has not spent on trials what nothing is known of.
"""

import asyncio
import collections
import dataclasses
import secrets
import time
import typing as t

from govkit.assessment.model import Usage
from govkit.errors import AskedWrongly
from govkit.judging.bench import Bench
from govkit.judging.inquiry import Inquiry
from govkit.judging.judgement import End, Judgement
from govkit.trial.profile import Profile
from govkit.trial.transcript import Failure
from govkit.workflow.asking import OUTAGES, SERVICE_FAULTS, Asking, Tried
from govkit.workflow.outage import failure
from govkit.workflow.ports import Progress, Records, Watcher
from govkit.workflow.run import OUTAGE_AFTER, SHOW_EVERY, Limits, Stop
from govkit.workflow.tasks import raise_failure, settled


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """What the run took before anybody judged."""

    tokens: int = 0
    usd: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """An inquiry, asked."""

    judgement: Judgement
    answered: bool

    @property
    def fault(self) -> Failure | None:
        return self.judgement.attempts[-1].fault

    def broken_off(self) -> "_Asked":
        """The same as one that an outage broke off: on record, and asked again."""
        return dataclasses.replace(self, judgement=self.judgement.model_copy(update={"end": "interrupted"}))


Queue: t.TypeAlias = asyncio.Queue[_Asked | None]
"""Answers on their way to the writer; None is the closing mark."""


def check_budget(judge: Profile, limits: Limits) -> None:
    """Raises `AskedWrongly` when a budget in dollars could not be kept, for nothing says what the judge costs."""
    if limits.usd is not None and not judge.input_usd_per_million:
        raise AskedWrongly(
            "A budget in dollars needs the judge's prices too.",
            where="--budget-usd",
            fix="give `prices` in the judge's file, or use --budget-tokens",
        )


class Sitting:
    """One command's work on inquiries. `bench` knows what is stored already, and is told what comes."""

    def __init__(
        self, bench: Bench, inquiries: t.Iterable[Inquiry], asking: Asking, store: Records,
        watcher: Watcher, limits: Limits, *, spent: Spent = Spent(),
    ) -> None:  # fmt: skip
        check_budget(asking.profile, limits)
        self._bench, self._asking = bench, asking
        self._left = collections.deque(each for each in inquiries if bench.is_left(each))
        self._store, self._watcher, self._limits, self._before = store, watcher, limits, spent
        self._stop: Stop | None = None
        self._failing = 0
        self._answered = bench.usage.judgements > 0
        self._held: list[_Asked] = []
        self._done_before = bench.usage.judgements
        self._began = time.monotonic()
        self._shown = 0.0

    async def work(self) -> Stop | None:
        """
        Ask what is left. Returns why it stopped early, or None when everything has been asked.

        A cancellation ends it as soon as what has come is stored; a store that fails ends it with its failure.
        """
        self._show()
        finished: Queue = asyncio.Queue()
        writer = asyncio.create_task(self._write(finished))
        asking = asyncio.create_task(self._ask_all(finished))
        try:
            await asyncio.wait({asking, writer}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._stop = self._stop or Stop("it was interrupted")
        if not asking.done():
            self._stop = self._stop or Stop("its evidence could not be stored")
            asking.cancel()
            await settled(asking)
        self._release_held(finished)
        finished.put_nowait(None)
        await settled(writer)
        self._show()
        for task in (writer, asking):
            raise_failure(task)
        return self._stop

    async def _ask_all(self, finished: Queue) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._limits.connections, len(self._left))):
                group.create_task(self._work(finished))

    async def _work(self, finished: Queue) -> None:
        while self._left and self._stop is None and not self._spent():
            asked = await self._ask(self._left.popleft())
            if asked is None:
                return
            self._judge_service(asked)
            self._hand_over(asked, finished)
            if asked.judgement.end == "interrupted":
                return
            await finished.join()  # durable and counted, before the next: budgets see it

    async def _ask(self, inquiry: Inquiry) -> _Asked | None:
        """The answer, or what was tried; None where a cancellation came before anything was."""
        tried = Tried()
        end: End = "fault"
        try:
            reply = await self._asking.ask(tried, inquiry.messages, (), seed=inquiry.seed, exchange=0)
            if reply is not None:
                end = "answered"
            elif tried.fault is not None and tried.fault.kind in OUTAGES:
                end = "interrupted"
        except asyncio.CancelledError:
            end = "interrupted"
        if not tried.attempts:
            return None
        is_trial = inquiry.about.startswith("sha256:")
        judgement = Judgement.model_construct(
            format="govkit.judgement/1",
            question=inquiry.question,
            trial=inquiry.about if is_trial else None,
            item=None if is_trial else inquiry.about,
            salt=secrets.token_hex(16),
            client=self._asking.candidate.client,
            sent=tuple(dict(each) for each in inquiry.messages),
            attempts=tuple(tried.attempts),
            end=end,
        )
        return _Asked(judgement, tried.answered)

    def _hand_over(self, asked: _Asked, finished: Queue) -> None:
        """To the writer; what a failing service ended is held back until it is known whether that was an outage."""
        if self._blames_service(asked.fault):
            self._held.append(asked)
            return
        if asked.fault is None:
            self._release_held(finished)
        finished.put_nowait(asked)

    def _release_held(self, finished: Queue) -> None:
        out = self._stop is not None and self._stop.error is not None
        for asked in self._held:
            finished.put_nowait(asked.broken_off() if out else asked)
        self._held.clear()

    def _blames_service(self, fault: Failure | None) -> bool:
        if fault is None or fault.kind in OUTAGES:
            return False
        return fault.kind in SERVICE_FAULTS or (fault.kind == "malformed" and not self._answered)

    def _judge_service(self, asked: _Asked) -> None:
        """Stop when the service, and not the judge, is what fails."""
        self._answered = self._answered or asked.answered
        fault = asked.fault
        if fault is None:
            self._failing = 0
            return
        self._failing += self._blames_service(fault)
        refused = fault.kind == "refused-request" and not self._answered
        out = fault.kind in OUTAGES or refused or self._failing >= OUTAGE_AFTER
        if out and self._stop is None:
            error = failure(fault, self._asking.profile, "judge")
            self._stop = Stop(error.what, error)

    async def _write(self, finished: Queue) -> None:
        """Store what has come, all that has gathered at a time, until the closing mark."""
        more = True
        while more:
            gathered = [await finished.get()]
            while not finished.empty():
                gathered.append(finished.get_nowait())
            more = None not in gathered
            kept = [each.judgement for each in gathered if each is not None]
            if kept:
                await asyncio.to_thread(self._store.append, [each.line() for each in kept])
            for each in kept:
                self._bench.take(each, self._asking.profile, where=f"{each.question}, {each.about}")
            self._show(anyway=False)
            for _ in gathered:
                finished.task_done()

    @property
    def _tokens(self) -> int:
        usage = self._bench.usage
        return usage.input_tokens + usage.output_tokens + usage.uncounted.tokens

    @property
    def _usd(self) -> float | None:
        prices, usage = self._asking.profile, self._bench.usage
        if not prices.input_usd_per_million:
            return None
        read = usage.input_tokens + usage.uncounted.input_tokens
        written = usage.output_tokens + usage.uncounted.output_tokens
        rates = float(prices.input_usd_per_million), float(prices.output_usd_per_million)
        return (read * rates[0] + written * rates[1]) / 1_000_000

    def _spent(self) -> bool:
        limits = self._limits
        if limits.tokens is not None and self._before.tokens + self._tokens >= limits.tokens:
            self._stop = Stop(f"the budget of {limits.tokens} tokens is used up", is_budget=True)
        if limits.usd is not None and self._before.usd + (self._usd or 0.0) >= limits.usd:
            self._stop = Stop(f"the budget of {limits.usd:.2f} US dollars is used up", is_budget=True)
        return self._stop is not None

    def _show(self, *, anyway: bool = True) -> None:
        now = time.monotonic()
        if not anyway and now - self._shown < SHOW_EVERY:
            return
        self._shown = now
        usage, planned = self._bench.usage, self._bench.planned
        done, elapsed = usage.judgements, now - self._began
        made = done - self._done_before
        self._watcher.show(
            Progress(
                checks=(),
                done=done,
                planned=planned,
                usage=Usage(
                    exchanges=done,
                    attempts=usage.attempts,
                    faults=usage.faults,
                    tool_calls=0,
                    input_tokens=usage.input_tokens,
                    output_tokens=usage.output_tokens,
                    interrupted=usage.interrupted,
                    models=(),
                ),
                cost_usd=self._usd,
                elapsed=elapsed,
                left=(planned - done) * elapsed / made if made else None,
                note=self._stop.reason if self._stop else "",
                what="answers of the judge",
                uncounted=usage.uncounted,
            )
        )
