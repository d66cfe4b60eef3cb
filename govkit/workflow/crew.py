"""
A bounded number of workers, an eye on the service that they ask, and one hand that stores what they make.

What is made is durable before its worker makes another: budgets see it, and a slow disk is waited for in place of
piling up what a kill would lose. What a failing service ended is held back until it is known whether that was an
outage: then it is broken off, to be made again; single ones among what went well are data.
"""

import asyncio
import contextlib
import typing as t

from govkit.errors import GovkitError
from govkit.trial.transcript import Failure
from govkit.workflow.asking import OUTAGES, SERVICE_FAULTS
from govkit.workflow.limits import Stop

OUTAGE_AFTER = 3
"""What a failing service ended, so many in a row: then the work stops, and makes them again when it is resumed."""


class Made(t.Protocol):
    """What a worker made: a trial, or a judge's answer."""

    @property
    def fault(self) -> Failure | None:
        """The last fault, when one ended it."""

    @property
    def answered(self) -> bool:
        """Whether a completion ever came, be it one that was not taken: a model lives at that address."""

    @property
    def interrupted(self) -> bool:
        """Whether it was broken off, by an outage or a cancellation that was swallowed to keep what was said."""

    def broken_off(self) -> t.Self:
        """The same as one that an outage broke off: on record, not counted, and made again."""


M = t.TypeVar("M", bound=Made)


class Crew(t.Generic[M]):
    """The workers of one command. `keep` stores a batch and counts it; `blamed` is the error for a failing service."""

    def __init__(
        self,
        connections: int,
        keep: t.Callable[[list[M]], t.Awaitable[None]],
        blamed: t.Callable[[Failure], GovkitError],
    ) -> None:
        self.answered = False
        """Whether anything ever answered there; what is read back from an earlier command may say so first."""
        self.stop: Stop | None = None
        """Why the work stops; set by whoever finds a reason, and the first counts."""
        self._connections, self._keep, self._blamed = connections, keep, blamed
        self._finished: asyncio.Queue[M | None] = asyncio.Queue()
        """On its way to the writer; None is the closing mark."""
        self._held: list[M] = []
        self._failing = 0

    def halt(self, stop: Stop | None) -> bool:
        """Stop for this reason, if it is one and the first. Whether the work stops, for this or another."""
        self.stop = self.stop or stop
        return self.stop is not None

    async def work(self, making: t.Coroutine[t.Any, t.Any, None]) -> None:
        """
        Let `making` come to its end, with everything it makes stored.

        A cancellation (Ctrl-C) ends it as soon as what is finished has been stored. A store or a worker that fails ends
        it too, with that failure, after what can be stored has been: nobody goes on asking when nobody keeps answers.
        """
        writer, maker = asyncio.create_task(self._write()), asyncio.create_task(making)
        try:
            await asyncio.wait({maker, writer}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self.halt(Stop("it was interrupted"))
        if not maker.done():
            self.halt(Stop("its evidence could not be stored"))
            maker.cancel()
            await _settled(maker)
        self._release_held()
        self._finished.put_nowait(None)
        await _settled(writer)
        for task in (writer, maker):
            _raise_failure(task)

    async def put_to_work(self, worker: t.Callable[[], t.Coroutine[t.Any, t.Any, None]], left: int) -> None:
        """As many workers as there is work for; returns when all have ended and what they made is stored."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._connections, left)):
                group.create_task(worker())
        self._release_held()
        await self._finished.join()

    async def deliver(self, made: M) -> bool:
        """Hand over what was made, and wait until it is durable. Whether its worker is to make another."""
        self._watch_service(made)
        if self._blames_service(made.fault):
            self._held.append(made)
        else:
            if made.fault is None and not made.interrupted:
                self._release_held()
            self._finished.put_nowait(made)
        if made.interrupted:
            return False
        await self._finished.join()
        return True

    def _release_held(self) -> None:
        """Give what was held back to the writer: as broken off when the service was found out, else as it ended."""
        out = self.stop is not None and self.stop.error is not None
        for made in self._held:
            self._finished.put_nowait(made.broken_off() if out else made)
        self._held.clear()

    def _blames_service(self, fault: Failure | None) -> bool:
        if fault is None or fault.kind in OUTAGES:
            return False
        # A body that is no completion is the doing of who was asked, unless none has ever come from there.
        return fault.kind in SERVICE_FAULTS or (fault.kind == "malformed" and not self.answered)

    def _watch_service(self, made: M) -> None:
        """Stop the work when the service, and not who is asked, is what fails."""
        self.answered = self.answered or made.answered
        fault = made.fault
        if fault is None:
            self._failing = 0
            return
        self._failing += self._blames_service(fault)
        refused = fault.kind == "refused-request" and not self.answered
        if fault.kind in OUTAGES or refused or self._failing >= OUTAGE_AFTER:
            error = self._blamed(fault)
            self.halt(Stop(error.what, error))

    async def _write(self) -> None:
        """Keep what is finished, all that has gathered at a time, until the closing mark. One hand: one order."""
        more = True
        while more:
            gathered = [await self._finished.get()]
            while not self._finished.empty():
                gathered.append(self._finished.get_nowait())
            more = None not in gathered
            await self._keep([each for each in gathered if each is not None])
            for _ in gathered:
                self._finished.task_done()


async def _settled(task: "asyncio.Task[None]") -> None:
    """Wait until a task is done, whatever happens to us meanwhile: what is being written must get to its end."""
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task})


def _raise_failure(task: "asyncio.Task[None]") -> None:
    """Raise what ended a task, if anything but a cancellation did. Of several workers' failures, the first."""
    error = None if task.cancelled() else task.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is not None:
        raise error
