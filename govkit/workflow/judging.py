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
from govkit.workflow.asking import OUTAGES, Asking, Tried
from govkit.workflow.crew import Crew
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.outage import failure
from govkit.workflow.ports import Progress, Records, Watcher
from govkit.workflow.run import SHOW_EVERY


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

    @property
    def interrupted(self) -> bool:
        return self.judgement.end == "interrupted"

    def broken_off(self) -> "_Asked":
        """The same as one that an outage broke off: on record, and asked again."""
        return dataclasses.replace(self, judgement=self.judgement.model_copy(update={"end": "interrupted"}))


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
        self._crew: Crew[_Asked] = Crew(
            limits.connections, self._keep, lambda fault: failure(fault, asking.profile, "judge")
        )
        self._crew.answered = bench.usage.judgements > 0
        self._done_before = bench.usage.judgements
        self._began = time.monotonic()
        self._shown = 0.0

    async def work(self) -> Stop | None:
        """
        Ask what is left. Returns why it stopped early, or None when everything has been asked.

        A cancellation ends it as soon as what has come is stored; a store that fails ends it with its failure.
        """
        self._show()
        try:
            await self._crew.work(self._crew.put_to_work(self._work, len(self._left)))
        finally:
            self._show()
        return self._crew.stop

    async def _work(self) -> None:
        while self._left and not self._crew.halt(self._used_up()):
            asked = await self._ask(self._left.popleft())
            if asked is None or not await self._crew.deliver(asked):
                return

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

    async def _keep(self, batch: list[_Asked]) -> None:
        """Make a batch durable, then count it."""
        if batch:
            await asyncio.to_thread(self._store.append, [each.judgement.line() for each in batch])
        for each in batch:
            said = each.judgement
            self._bench.take(said, self._asking.profile, where=f"{said.question}, {said.about}")
        self._show(anyway=False)

    @property
    def _usd(self) -> float | None:
        usage = self._bench.usage
        usd = self._asking.profile.usd(
            usage.input_tokens + usage.uncounted.input_tokens,
            usage.output_tokens + usage.uncounted.output_tokens,
        )
        return None if usd is None else float(usd)

    def _used_up(self) -> Stop | None:
        usage = self._bench.usage
        tokens = usage.input_tokens + usage.output_tokens + usage.uncounted.tokens
        return self._limits.used_up(self._before.tokens + tokens, self._before.usd + (self._usd or 0.0))

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
                note=self._crew.stop.reason if self._crew.stop else "",
                what="answers of the judge",
                uncounted=usage.uncounted,
            )
        )
