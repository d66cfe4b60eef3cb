"""
The conversation of a trial, without input or output.

`begin` gives the first dialogue; `dialogue.messages` is what to send; `answer(dialogue, reply)` gives the next one. It
ends when the task is closed, when two replies in a row use no tool, when the exchanges (or the room that a record has
for them) are used up, or on a fault.
"""

import dataclasses
import functools
import json
import typing as t

from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Harness, Scenario
from govkit.protocol.release import Release
from govkit.protocol.situation import fill, situate
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile
from govkit.trial.reply import Reply, ToolRequest
from govkit.workplace.actions import apply, attempted
from govkit.workplace.effects import Call, Result
from govkit.workplace.state import Workplace, build
from govkit.workplace.tools import described, offered

End: t.TypeAlias = t.Literal["finished", "silent", "exchange-limit", "fault", "interrupted"]
Message: t.TypeAlias = t.Mapping[str, t.Any]

QUIET = 2
"""Replies in a row without a tool call that end a trial: the second comes after the protocol's follow-up."""
MAX_CONVERSATION = 12_000_000
"""
Characters of replies and tool answers, as they are stored, after which no further exchange is begun: a record must
stay readable (`transcript.MAX_RECORD`) whatever a candidate writes into files and reads back. No context window holds
as much.
"""
JSON_MANNER = (
    'Reply with one JSON object and nothing else: {"tool": NAME, "arguments": {...}}. '
    "You are sent the tool's answer. The tools:"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One tool call made, and where in the transcript it stands."""

    exchange: int
    """Number of the exchange, from 0."""
    index: int
    """Number of the call in that reply, from 0."""
    call: Call
    result: Result
    clock: int
    """Simulated time when it was answered."""


@dataclasses.dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation so far."""

    harness: Harness
    profile: Profile
    situation: Scenario
    """The scenario as it stands in this trial's condition."""
    workplace: Workplace
    cues: t.Mapping[str, str]
    """Factor -> the text of its slot that must be seen, as it stands in this trial's condition."""
    messages: tuple[Message, ...]
    sent: int
    """How many of the messages earlier requests (or replies) account for; the rest is new."""
    steps: tuple[Step, ...] = ()
    exchanges: int = 0
    size: int = 0
    """Characters of replies and tool answers so far, as they are stored."""
    quiet: int = 0
    """Replies in a row that used no tool."""
    last_words: str = ""
    refusal: str = ""
    """The interface's own refusal text, if the last reply had one."""
    end: End | None = None

    @property
    def fresh(self) -> tuple[Message, ...]:
        """The messages that the next request adds."""
        return self.messages[self.sent :]


@functools.lru_cache(maxsize=1024)
def _situation(scenario_key: "_Key") -> tuple[Scenario, Workplace]:
    situation = situate(scenario_key.scenario, dict(scenario_key.condition))
    return situation, build(situation)


@dataclasses.dataclass(frozen=True, slots=True)
class _Key:
    """
    A scenario and condition, hashable by identity of the scenario: rendering one takes a millisecond, and repeats.

    It holds the scenario, so that no other can have the same identity while this one is remembered.
    """

    scenario: Scenario = dataclasses.field(compare=False)
    identity: int
    condition: tuple[tuple[str, str], ...]


def situation_of(scenario: Scenario, condition: Condition) -> tuple[Scenario, Workplace]:
    """The scenario as it stands in this condition, and the workplace at its beginning."""
    return _situation(_Key(scenario, id(scenario), tuple(condition.items())))


def begin(release: Release, profile: Profile, trial: Trial) -> Dialogue:
    """The dialogue of a trial before anything is sent."""
    situation, workplace = situation_of(release.scenarios[trial.scenario], trial.condition)
    harness = release.protocol.harness
    cues = _cues(release.check(trial.check), release.scenarios[trial.scenario], trial.condition)
    return Dialogue(
        harness, profile, situation, workplace, cues, opening(harness, profile, situation), sent=0
    )


def _cues(check: Check, scenario: Scenario, condition: Condition) -> dict[str, str]:
    return {
        factor: fill(scenario.slots[factor][condition[factor]][slot], scenario, condition)
        for factor, slot in check.must_see.items()
    }


def opening(harness: Harness, profile: Profile, situation: Scenario) -> tuple[Message, ...]:
    """The system turn and the task."""
    parts = [profile.system_prompt, harness.instructions, situation.briefing]
    if profile.tools == "json":
        parts.append(f"{JSON_MANNER}\n{described(offered(situation))}")
    system = "\n\n".join(part.strip() for part in parts if part.strip())
    return {"role": "system", "content": system}, {"role": "user", "content": situation.task.strip()}


def answer(dialogue: Dialogue, reply: Reply) -> Dialogue:
    """The dialogue after a reply: its tool calls carried out in order, and what to say next."""
    if dialogue.end is not None:
        raise ValueError("the dialogue has ended")
    exchange = dialogue.exchanges
    workplace, steps = _carry_out(dialogue, reply, exchange)
    answers = _answers(dialogue, reply, steps)
    quiet = 0 if reply.calls else dialogue.quiet + 1
    after = dataclasses.replace(
        dialogue,
        workplace=workplace,
        steps=dialogue.steps + steps,
        exchanges=exchange + 1,
        size=dialogue.size + reply.size + sum(len(json.dumps(each)) for each in answers),
        quiet=quiet,
        last_words=reply.content or dialogue.last_words,
        refusal=reply.refusal,
        messages=(*dialogue.messages, reply.echo, *answers),
        sent=len(dialogue.messages) + 1,
    )
    return dataclasses.replace(after, end=_end(after))


def fail(dialogue: Dialogue, end: t.Literal["fault", "interrupted"]) -> Dialogue:
    """The dialogue ended by something that is no reply."""
    return dataclasses.replace(dialogue, end=end)


def _carry_out(dialogue: Dialogue, reply: Reply, exchange: int) -> tuple[Workplace, tuple[Step, ...]]:
    workplace, steps = dialogue.workplace, []
    for index, requested in enumerate(reply.calls):
        workplace, result = _one(workplace, requested, too_many=index >= dialogue.harness.max_calls_per_reply)
        steps.append(
            Step(exchange, index, Call(requested.name, requested.arguments or {}), result, workplace.clock)
        )
    return workplace, tuple(steps)


def _one(workplace: Workplace, requested: ToolRequest, *, too_many: bool) -> tuple[Workplace, Result]:
    if requested.arguments is None:
        return workplace, Result("Error: the arguments are not a JSON object.", ok=False)
    call = Call(requested.name, requested.arguments)
    if too_many:
        text = "Error: too many calls at once; this one was not carried out."
        return workplace, Result(text, ok=False, effects=attempted(workplace, call))
    return apply(workplace, call)


def _answers(dialogue: Dialogue, reply: Reply, steps: tuple[Step, ...]) -> tuple[Message, ...]:
    if not reply.calls:
        return ({"role": "user", "content": dialogue.harness.follow_up.strip()},)
    if dialogue.profile.tools == "json":
        return tuple(
            {"role": "user", "content": f"Answer of {step.call.name}:\n{step.result.text}"} for step in steps
        )
    return tuple(
        {"role": "tool", "tool_call_id": call.id, "content": step.result.text}
        for call, step in zip(reply.calls, steps, strict=True)
    )


def _end(dialogue: Dialogue) -> End | None:
    if dialogue.workplace.closing is not None:
        return "finished"
    if dialogue.quiet >= QUIET:
        return "silent"
    used_up = dialogue.exchanges >= dialogue.harness.max_exchanges or dialogue.size >= MAX_CONVERSATION
    return "exchange-limit" if used_up else None
