"""One trial, put to a candidate: attempts made, recorded and repeated, until the dialogue ends."""

import asyncio
import dataclasses
import json
import secrets

from govkit.protocol.release import Release
from govkit.trial.candidate import Candidate
from govkit.trial.dialogue import Dialogue, answer, begin, fail
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile
from govkit.trial.reply import Reply
from govkit.trial.transcript import Exchange, Failure, Transcript
from govkit.trial.uncounted import ALL_COUNTED, Uncounted, uncounted
from govkit.workflow.asking import OUTAGES, Asking, Sleep, Tried, not_sent

MAX_CONVERSATION = 24 * 1024 * 1024
"""Bytes of one trial's record beyond which it is not continued: half of what a reader accepts; one more still fits."""


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

    @property
    def interrupted(self) -> bool:
        return self.dialogue.end == "interrupted"

    def broken_off(self) -> "Conducted":
        """The same as one that an outage broke off: its attempts stay on record; not counted, it is made again."""
        return dataclasses.replace(
            self,
            dialogue=fail(self.dialogue, "interrupted"),
            transcript=self.transcript.model_copy(update={"end": "interrupted"}),
        )


class Conductor:
    """Puts trials to one candidate."""

    def __init__(
        self, release: Release, profile: Profile, candidate: Candidate, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._release = release
        self._profile = profile
        self._candidate = candidate
        self._asking = Asking(candidate, profile, sleep)

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
        tried = Tried()
        course.size += sum(len(json.dumps(each)) for each in sent)
        try:
            reply = await self._reply(course, trial, tried)
        finally:
            course.answered = course.answered or tried.answered
            course.size += tried.size
            if tried.attempts:
                course.exchanges.append(
                    Exchange.model_construct(
                        agent=agent, sent=tuple(dict(each) for each in sent), attempts=tuple(tried.attempts)
                    )
                )
        if reply is None:
            fault = tried.fault
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

    async def _reply(self, course: "_Course", trial: Trial, tried: Tried) -> Reply | None:
        if course.size > MAX_CONVERSATION:
            detail = f"not sent: the conversation has grown beyond {MAX_CONVERSATION} bytes"
            tried.attempts.append(not_sent(detail))
            return None
        dialogue = course.dialogue
        return await self._asking.ask(
            tried, dialogue.messages, dialogue.workplace.tools, seed=trial.seed, exchange=dialogue.exchanges
        )

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
