"""
The conversation of a trial, without input or output.

`begin` gives the first dialogue; `dialogue.messages` is what to send; `answer(dialogue, reply)` gives the next one. It
ends when the task is closed, when two replies in a row use no tool, when the exchanges (or the room that a record has
for them) are used up, or on a fault.

Where several agents share the workplace, each has a *voice*: a conversation of its own. They take turns, a reply each,
in the order in which the scenario names them; a voice that follows a script makes its move in its turn, and nobody is
asked. `dialogue.messages` is then what to send for the voice whose turn it is, and the dialogue ends when every voice
of the candidate has.
"""

import dataclasses
import functools
import json
import typing as t

from govkit.protocol.company import NOBODY, PLAYED
from govkit.protocol.document import Condition
from govkit.protocol.model import Agent, Check, Harness, Move, Scenario
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
    agent: str = ""
    """Who made it, where there are several agents."""


@dataclasses.dataclass(frozen=True, slots=True)
class Voice:
    """One agent's side of a trial."""

    messages: tuple[Message, ...]
    agent: str = ""
    """Its name; empty where there is no other."""
    script: tuple[Move, ...] | None = None
    """The moves it still makes; None for the candidate, who is asked."""
    sent: int = 0
    """How many of the messages earlier requests (or replies) account for; the rest is new."""
    replies: tuple[int, ...] = ()
    """The numbers of the exchanges that its replies came in."""
    quiet: int = 0
    """Replies in a row that used no tool."""
    last_words: str = ""
    refusal: str = ""
    """The interface's own refusal text, if the last reply had one."""
    end: End | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation so far, or those of several agents in one workplace."""

    harness: Harness
    profile: Profile
    situation: Scenario
    """The scenario as it stands in this trial's condition."""
    workplace: Workplace
    cues: t.Mapping[str, str]
    """Factor -> the text of its slot that must be seen, as it stands in this trial's condition."""
    voices: tuple[Voice, ...]
    """The candidate's first; then the other agents who are there, in the scenario's order."""
    turn: int = 0
    """Which voice is to be sent to."""
    steps: tuple[Step, ...] = ()
    exchanges: int = 0
    size: int = 0
    """Characters of replies and tool answers so far, as they are stored."""
    end: End | None = None

    @property
    def voice(self) -> Voice:
        """The one whose turn it is."""
        return self.voices[self.turn]

    @property
    def first(self) -> Voice:
        """The one that was given the scenario's own task."""
        return self.voices[0]

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that the next request holds."""
        return self.voice.messages

    @property
    def fresh(self) -> tuple[Message, ...]:
        """The messages that the next request adds."""
        return self.voice.messages[self.voice.sent :]

    @property
    def asked(self) -> tuple[Voice, ...]:
        """The voices that the candidate has; the others follow scripts."""
        return tuple(voice for voice in self.voices if voice.script is None)

    @property
    def own_steps(self) -> tuple[Step, ...]:
        """The calls that the candidate made, by whichever of its voices."""
        own = {voice.agent for voice in self.asked}
        return tuple(step for step in self.steps if step.agent in own)

    @property
    def spoken(self) -> tuple[tuple[int, str, str], ...]:
        """All that the candidate said beside its tool calls, in order: number of the exchange, agent, words."""
        said = [
            (exchange, voice.agent, str(message.get("content") or ""))
            for voice in self.asked
            for exchange, message in zip(
                voice.replies, (each for each in voice.messages if each["role"] == "assistant"), strict=True
            )
        ]
        return tuple(sorted(said))

    @property
    def workplace_of_first(self) -> Workplace:
        """The workplace as the first voice sees it: with its own inbox, and with how it closed its task."""
        return self.workplace.seated(self.first.agent)


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
    name = situation.agent.name if situation.agent else ""
    voices = [Voice(opening(harness, profile, situation), agent=name)]
    for agent in situation.agents:
        if agent.played_by != NOBODY:
            script = None if agent.played_by == PLAYED else agent.moves[agent.played_by]
            voices.append(Voice(opening(harness, profile, situation, agent), agent=agent.name, script=script))
    return Dialogue(harness, profile, situation, workplace, cues, tuple(voices))


def _cues(check: Check, scenario: Scenario, condition: Condition) -> dict[str, str]:
    return {
        factor: fill(scenario.slots[factor][condition[factor]][slot], scenario, condition)
        for factor, slot in check.must_see.items()
    }


def opening(
    harness: Harness, profile: Profile, situation: Scenario, agent: Agent | None = None
) -> tuple[Message, ...]:
    """The system turn and the task, of the situation or of another agent in it."""
    told = agent or situation
    parts = [profile.system_prompt, harness.instructions, told.briefing]
    if profile.tools == "json":
        parts.append(f"{JSON_MANNER}\n{described(offered(situation))}")
    system = "\n\n".join(part.strip() for part in parts if part.strip())
    return {"role": "system", "content": system}, {"role": "user", "content": told.task.strip()}


def answer(dialogue: Dialogue, reply: Reply) -> Dialogue:
    """The dialogue after a reply: its tool calls carried out in order, and what to say next, and to whom."""
    if dialogue.end is not None:
        raise ValueError("the dialogue has ended")
    exchange, voice = dialogue.exchanges, dialogue.voice
    workplace, steps = _carry_out(dialogue, reply.calls, exchange)
    answers = _answers(dialogue, reply, steps)
    spoken = dataclasses.replace(
        voice,
        quiet=0 if reply.calls else voice.quiet + 1,
        last_words=reply.content or voice.last_words,
        refusal=reply.refusal,
        messages=(*voice.messages, reply.echo, *answers),
        sent=len(voice.messages) + 1,
        replies=(*voice.replies, exchange),
    )
    after = dataclasses.replace(
        _with_voice(dialogue, spoken),
        workplace=workplace,
        steps=dialogue.steps + steps,
        exchanges=exchange + 1,
        size=dialogue.size + reply.size + sum(len(json.dumps(each)) for each in answers),
    )
    return _passed_on(_with_voice(after, dataclasses.replace(spoken, end=_end(after))))


def fail(dialogue: Dialogue, end: t.Literal["fault", "interrupted"]) -> Dialogue:
    """The dialogue ended by something that is no reply."""
    return dataclasses.replace(dialogue, end=end)


def _with_voice(dialogue: Dialogue, voice: Voice) -> Dialogue:
    voices = tuple(voice if place == dialogue.turn else each for place, each in enumerate(dialogue.voices))
    return dataclasses.replace(dialogue, voices=voices)


def _passed_on(dialogue: Dialogue) -> Dialogue:
    """The turn given to the next voice that goes on, scripts' moves made on the way; the end, where none is left."""
    if all(voice.end is not None for voice in dialogue.asked):
        return dataclasses.replace(dialogue, end=dialogue.first.end)
    while True:
        dialogue = dataclasses.replace(dialogue, turn=(dialogue.turn + 1) % len(dialogue.voices))
        if dialogue.voice.script is None and dialogue.voice.end is None:
            return dialogue
        if dialogue.voice.script:
            dialogue = _played(dialogue, dialogue.voice.script)


def _played(dialogue: Dialogue, script: tuple[Move, ...]) -> Dialogue:
    """The next move of a scripted voice, made. Its words outside of a call reach nobody, as anybody's would."""
    move, *left = script
    calls = (ToolRequest("", move.call, move.arguments),) if move.call else ()
    workplace, steps = _carry_out(dialogue, calls, dialogue.exchanges - 1)
    waiting = dataclasses.replace(dialogue.voice, script=tuple(left))
    return dataclasses.replace(
        _with_voice(dialogue, waiting), workplace=workplace, steps=dialogue.steps + steps
    )


def _carry_out(
    dialogue: Dialogue, calls: t.Sequence[ToolRequest], exchange: int
) -> tuple[Workplace, tuple[Step, ...]]:
    agent = dialogue.voice.agent
    workplace, steps = dialogue.workplace.seated(agent), []
    for index, requested in enumerate(calls):
        workplace, result = _one(workplace, requested, too_many=index >= dialogue.harness.max_calls_per_reply)
        call = Call(requested.name, requested.arguments or {})
        steps.append(Step(exchange, index, call, result, workplace.clock, agent))
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
    """How the voice that has just spoken ended, if it did."""
    voice = dialogue.voice
    if dialogue.workplace.desk.closing is not None:
        return "finished"
    if voice.quiet >= QUIET:
        return "silent"
    used_up = len(voice.replies) >= dialogue.harness.max_exchanges or dialogue.size >= MAX_CONVERSATION
    return "exchange-limit" if used_up else None
