"""One trial, put to a candidate: attempts made, recorded and repeated, until the dialogue ends."""

import asyncio
import dataclasses
import datetime
import json
import secrets
import typing as t

import tenacity

from govkit.protocol.release import Release
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Dialogue, answer, begin, fail
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile
from govkit.trial.reply import Malformed, NotTaken, Reply, read_reply
from govkit.trial.transcript import Attempt, Exchange, Failure, FaultKind, Transcript
from govkit.trial.uncounted import ALL_COUNTED, Uncounted, uncounted

RETRIED: t.Final[frozenset[FaultKind]] = frozenset(
    {"timeout", "unreachable", "rate-limited", "server-error", "malformed"}
)
"""Faults that may pass. A refused key or request will be refused again."""
OUTAGES: t.Final[frozenset[FaultKind]] = frozenset({"unreachable", "refused-key"})
"""Faults that say nothing of the candidate: the trial is broken off and made again, and the run stops."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
"""Seconds between attempts: doubling from the first to the longest, with jitter; a Retry-After up to it is honoured."""
MAX_CONVERSATION = 24 * 1024 * 1024
"""Bytes of one trial's record beyond which it is not continued: half of what a reader accepts; one more still fits."""


class Sleep(t.Protocol):
    """How to wait between attempts: real time in a run, none in a test."""

    def __call__(self, seconds: float, /) -> t.Awaitable[None]: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Conducted:
    """A trial, made."""

    trial: Trial
    dialogue: Dialogue
    transcript: Transcript
    fault: Failure | None
    """The last fault, when one ended it."""
    answered: bool
    """Whether a completion ever came, be it one that was not taken: a model lives at that address."""
    faults: int
    input_tokens: int
    output_tokens: int
    models: tuple[str, ...]
    uncounted: Uncounted


def broken_off(conducted: Conducted) -> Conducted:
    """The same trial as one that an outage broke off: its attempts stay on record; not counted, it is made again."""
    return dataclasses.replace(
        conducted,
        dialogue=fail(conducted.dialogue, "interrupted"),
        transcript=conducted.transcript.model_copy(update={"end": "interrupted"}),
    )


class Conductor:
    """Puts trials to one candidate."""

    def __init__(
        self, release: Release, profile: Profile, candidate: Candidate, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._release = release
        self._profile = profile
        self._candidate = candidate
        self._sleep = sleep

    async def conduct(self, trial: Trial) -> Conducted:
        """The trial from its opening to its end. A cancelled one comes out interrupted, with what was said so far."""
        course = _Course(begin(self._release, self._profile, trial))
        try:
            while course.dialogue.end is None:
                await self._exchange(course, trial)
        except asyncio.CancelledError:
            course.dialogue = (
                fail(course.dialogue, "interrupted") if course.dialogue.end is None else course.dialogue
            )
        return self._conducted(trial, course)

    async def _exchange(self, course: "_Course", trial: Trial) -> None:
        sent, agent = course.dialogue.fresh, course.dialogue.voice.agent or None
        attempts: list[Attempt] = []
        course.size += sum(len(json.dumps(each)) for each in sent)
        try:
            reply = await self._attempts(course, trial, attempts)
        finally:
            if attempts:
                course.exchanges.append(
                    Exchange.model_construct(
                        agent=agent, sent=tuple(dict(each) for each in sent), attempts=tuple(attempts)
                    )
                )
        if reply is None:
            fault = attempts[-1].fault
            course.fault = fault
            course.dialogue = fail(
                course.dialogue, "interrupted" if fault and fault.kind in OUTAGES else "fault"
            )
            return
        course.input_tokens += reply.input_tokens
        course.output_tokens += reply.output_tokens
        course.models[reply.model] = None
        course.uncounted += uncounted(course.dialogue, reply)
        course.dialogue = answer(course.dialogue, reply)

    async def _attempts(self, course: "_Course", trial: Trial, attempts: list[Attempt]) -> Reply | None:
        if course.size > MAX_CONVERSATION:
            detail = f"not sent: the conversation has grown beyond {MAX_CONVERSATION} bytes"
            fault = Failure(kind="too-long", detail=detail)
            attempts.append(Attempt.model_construct(at=_now(), took_ms=0, fault=fault))
            return None
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self._profile.attempts),
            wait=_wait,
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, CandidateFault) and error.kind in RETRIED
            ),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return t.cast(Reply, await retrying(self._attempt, course, trial, attempts))
        except CandidateFault:
            return None

    async def _attempt(self, course: "_Course", trial: Trial, attempts: list[Attempt]) -> Reply:
        started = _now()
        clock = asyncio.get_running_loop().time
        begun = clock()

        def record(*, reply: dict[str, t.Any] | None = None, fault: CandidateFault | None = None) -> None:
            attempts.append(
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
            raw = await self._candidate.ask(
                course.dialogue.messages, course.dialogue.workplace.tools, trial.seed
            )
            reply = read_reply(raw, self._profile, course.dialogue.exchanges)
        except CandidateFault as fault:
            course.answered = course.answered or fault.answered
            record(fault=fault)
            raise
        except Malformed as error:
            course.answered = course.answered or isinstance(error, NotTaken)
            malformed = CandidateFault("malformed", str(error))
            record(fault=malformed)
            raise malformed from None
        course.answered = True
        record(reply=raw)
        course.size += len(json.dumps(raw))
        return reply

    def _conducted(self, trial: Trial, course: "_Course") -> Conducted:
        dialogue = course.dialogue
        transcript = Transcript.model_construct(
            format="govkit.transcript/1",
            trial=trial.name,
            salt=secrets.token_hex(16),
            client=self._candidate.client,
            exchanges=tuple(course.exchanges),
            end=dialogue.end or "interrupted",
            final_state=dialogue.workplace.digest(),
        )
        faults = sum(
            attempt.fault is not None for exchange in course.exchanges for attempt in exchange.attempts
        )
        return Conducted(
            trial,
            dialogue,
            transcript,
            course.fault,
            course.answered,
            faults,
            course.input_tokens,
            course.output_tokens,
            tuple(course.models),
            course.uncounted,
        )


@dataclasses.dataclass(slots=True)
class _Course:
    """A trial under way. The one value here that changes: it must survive a cancellation with what was said so far."""

    dialogue: Dialogue
    exchanges: list[Exchange] = dataclasses.field(default_factory=list)
    fault: Failure | None = None
    answered: bool = False
    size: int = 0
    """Bytes of what was sent and answered so far, as they will be stored."""
    input_tokens: int = 0
    output_tokens: int = 0
    models: dict[str, None] = dataclasses.field(default_factory=dict)
    uncounted: Uncounted = ALL_COUNTED


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
