"""
One request, attempted until a reply comes or none will: what is put to a candidate, or to a judge, goes through here.

Every attempt is recorded with its time. A fault that may pass is tried again after a wait, as often as the profile
says.
"""

import asyncio
import dataclasses
import datetime
import json
import typing as t

import tenacity

from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.profile import Profile
from govkit.trial.reply import Malformed, NotTaken, Reply, read_reply
from govkit.trial.transcript import Attempt, Failure, FaultKind

RETRIED: t.Final[frozenset[FaultKind]] = frozenset(
    {"timeout", "unreachable", "rate-limited", "server-error", "malformed"}
)
"""Faults that may pass. A refused key or request will be refused again."""
OUTAGES: t.Final[frozenset[FaultKind]] = frozenset({"unreachable", "refused-key"})
"""Faults that say nothing of who was asked: what was under way is broken off and made again, and the run stops."""
SERVICE_FAULTS: t.Final[frozenset[FaultKind]] = frozenset(
    {"timeout", "rate-limited", "server-error", "refused-request"}
)
"""Faults that, several in a row, are more likely an outage than a trait of who is asked."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
"""Seconds between attempts: doubling from the first to the longest, with jitter; a Retry-After up to it is honoured."""


class Sleep(t.Protocol):
    """How to wait between attempts: real time in a run, none in a test."""

    def __call__(self, seconds: float, /) -> t.Awaitable[None]: ...


@dataclasses.dataclass(slots=True)
class Tried:
    """The attempts at one request. Changes: it must survive a cancellation with what was tried so far."""

    attempts: list[Attempt] = dataclasses.field(default_factory=list)
    answered: bool = False
    """Whether a completion ever came, be it one that was not taken: a model lives at that address."""
    size: int = 0
    """Bytes of the reply, as it will be stored."""

    @property
    def fault(self) -> Failure | None:
        """The last fault, where no reply came."""
        return self.attempts[-1].fault if self.attempts else None


@dataclasses.dataclass(frozen=True, slots=True)
class Asking:
    """How somebody is asked."""

    candidate: Candidate
    profile: Profile
    sleep: Sleep = asyncio.sleep

    async def ask(
        self, tried: Tried, messages: t.Sequence[Message], tools: t.Sequence[str], *, seed: int, exchange: int
    ) -> Reply | None:
        """The reply, or None when no attempt brought one; every attempt is noted in `tried` on the way."""
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self.profile.attempts),
            wait=_wait,
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, CandidateFault) and error.kind in RETRIED
            ),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return t.cast(Reply, await retrying(self._attempt, tried, messages, tools, seed, exchange))
        except CandidateFault:
            return None

    async def _attempt(
        self, tried: Tried, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int, exchange: int
    ) -> Reply:
        started = _now()
        clock = asyncio.get_running_loop().time
        begun = clock()

        def record(*, reply: dict[str, t.Any] | None = None, fault: CandidateFault | None = None) -> None:
            tried.attempts.append(
                Attempt.model_construct(
                    at=started,
                    took_ms=int((clock() - begun) * 1000),
                    reply=reply,
                    # A half character, as a provider's message may hold, has no place in a record.
                    fault=Failure(kind=fault.kind, detail=fault.detail.encode(errors="replace").decode())
                    if fault
                    else None,
                )
            )

        try:
            raw = await self.candidate.ask(messages, tools, seed)
            reply = read_reply(raw, self.profile, exchange)
        except CandidateFault as fault:
            tried.answered = tried.answered or fault.answered
            record(fault=fault)
            raise
        except Malformed as error:
            tried.answered = tried.answered or isinstance(error, NotTaken)
            malformed = CandidateFault("malformed", str(error))
            record(fault=malformed)
            raise malformed from None
        tried.answered = True
        record(reply=raw)
        tried.size = len(json.dumps(raw))
        return reply


def not_sent(detail: str) -> Attempt:
    """An attempt that was not made, and why."""
    return Attempt.model_construct(at=_now(), took_ms=0, fault=Failure(kind="too-long", detail=detail))


def _now() -> str:
    """The time, UTC, RFC 3339, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_backoff = tenacity.wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT) + tenacity.wait_random(
    0, FIRST_WAIT
)


def _wait(state: tenacity.RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    asked = fault.retry_after if isinstance(fault, CandidateFault) else None
    return max(_backoff(state), min(asked or 0.0, LONGEST_WAIT))
