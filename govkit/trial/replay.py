"""
Replay: the stored replies, put through the same dialogue in a fresh workplace.

Every message we say we sent - the task, each tool's answer - must come out the same, and so must the end and the final
state. What does not is a `Mismatch`, which names the exchange. Replaying proves that a transcript is consistent with
the protocol; that the replies are the candidate's own is what the signature vouches for.
"""

import dataclasses

from govkit.protocol.release import Release
from govkit.trial.dialogue import Dialogue, answer, begin, fail
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile
from govkit.trial.reply import Malformed, read_reply
from govkit.trial.transcript import Exchange, Transcript
from govkit.trial.uncounted import ALL_COUNTED, Uncounted, uncounted

MAX_SHOWN = 300
"""Characters of a message that a mismatch shows."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a stored transcript says otherwise than its replay."""

    exchange: int
    what: str
    expected: str
    found: str


@dataclasses.dataclass(frozen=True, slots=True)
class Replayed:
    """A trial, replayed."""

    dialogue: Dialogue
    mismatch: Mismatch | None
    """The first; None when all came out the same."""
    input_tokens: int
    output_tokens: int
    models: tuple[str, ...]
    """What the provider said had answered, each once, in order of appearance."""
    faults: int
    """Attempts that brought no reply."""
    uncounted: Uncounted = ALL_COUNTED
    """Tokens that the provider did not count, estimated; no part of the two above."""


def replay(release: Release, profile: Profile, trial: Trial, transcript: Transcript) -> Replayed:
    """The trial replayed from its transcript."""
    dialogue = begin(release, profile, trial)
    mismatch: Mismatch | None = None
    tokens_in = tokens_out = 0
    estimated = ALL_COUNTED
    models: dict[str, None] = {}
    for number, exchange in enumerate(transcript.exchanges):
        mismatch = _sent_mismatch(dialogue, exchange, number)
        if mismatch is not None:
            break
        if exchange.reply is None:
            dialogue = fail(dialogue, "interrupted" if transcript.end == "interrupted" else "fault")
            continue
        try:
            reply = read_reply(exchange.reply, profile, number)
        except Malformed as error:
            mismatch = Mismatch(number, "a stored reply cannot be read", "a chat completion", str(error))
            break
        tokens_in, tokens_out = tokens_in + reply.input_tokens, tokens_out + reply.output_tokens
        models[reply.model] = None
        estimated += uncounted(dialogue, reply)
        dialogue = answer(dialogue, reply)
    if mismatch is None and transcript.end == "interrupted" and dialogue.end is None:
        dialogue = fail(dialogue, "interrupted")
    faults = sum(
        attempt.fault is not None for exchange in transcript.exchanges for attempt in exchange.attempts
    )
    return Replayed(
        dialogue,
        mismatch or _end_mismatch(dialogue, transcript),
        tokens_in,
        tokens_out,
        tuple(models),
        faults,
        estimated,
    )


def _sent_mismatch(dialogue: Dialogue, exchange: Exchange, number: int) -> Mismatch | None:
    if dialogue.end is not None:
        return Mismatch(
            number, "the transcript goes on after the end", f"end ({dialogue.end})", "a further exchange"
        )
    expected, sent, agent = dialogue.fresh, exchange.sent, exchange.agent or ""
    if agent != dialogue.voice.agent:
        whose = dialogue.voice.agent or "that of the only agent"
        return Mismatch(number, "it is another agent's turn", whose, _shown(agent))
    if len(expected) != len(sent):
        return Mismatch(number, "the number of messages sent differs", str(len(expected)), str(len(sent)))
    for ours, theirs in zip(expected, sent, strict=True):
        if dict(ours) != theirs:
            return Mismatch(number, "a message sent differs", _shown(ours), _shown(theirs))
    return None


def _end_mismatch(dialogue: Dialogue, transcript: Transcript) -> Mismatch | None:
    last = len(transcript.exchanges)
    if dialogue.end != transcript.end:
        return Mismatch(last, "the trial ends otherwise", str(dialogue.end or "not ended"), transcript.end)
    state = dialogue.workplace.digest()
    if state != transcript.final_state:
        return Mismatch(last, "the final state differs", state, transcript.final_state)
    return None


def _shown(message: object) -> str:
    text = repr(message)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
