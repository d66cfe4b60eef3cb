"""
Scripted candidates: controls and demonstrations, as a function from a conversation to the next reply.

A script is told nothing that a model is not told. It knows the protocol by heart: from the opening it recognises the
template and the condition, from the number of its own turns the place in its script. Where conditions share an opening,
for they differ in a page or a message that comes later, the request's seed tells them apart, which follows from the
plan. A demonstration that acts at planted rates draws by that seed, so that the same seed gives the same run.
"""

import dataclasses
import functools
import hashlib
import json
import typing as t

from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.company import PLAYED
from govkit.protocol.document import Condition
from govkit.protocol.model import Agent, Control, Move, Scenario
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.trial.dialogue import Message, situation_of
from govkit.trial.plan import plan_trials, request_of

IDLE_WORDS = "I will come back to this later."


@dataclasses.dataclass(frozen=True, slots=True)
class Recognised:
    """What an opening is the opening of."""

    check: str
    condition: Condition
    moves: t.Mapping[str, tuple[Move, ...]]
    """Those of the scenario; or of another agent in it, which need not have all that a control plays."""


class Script:
    """One scripted candidate of a protocol."""

    def __init__(self, release: Release, name: str) -> None:
        if name not in release.controls:
            raise UnknownName("control", name, release.controls, where=release.name)
        self._release = release
        self._control = release.controls[name]
        self._whole = Whole(release, id(release))
        self._openings = _openings(self._whole)

    def reply(
        self,
        messages: t.Sequence[Message],
        *,
        seed: int | None,
        json_manner: bool,
        condition: Condition | None = None,
    ) -> dict[str, t.Any]:
        """
        The next reply, as a raw chat completion. `condition` is that of the trial, for who has no plan with seeds.

        Raises `AskedWrongly` when the conversation is not one of this protocol's, or no seed is given where one is
        needed.
        """
        recognised = self._recognise(messages, seed, condition)
        plays = self.plays(recognised.check, recognised.condition, seed)
        moves = [move for name in plays for move in recognised.moves.get(name, ())]
        turn = sum(message.get("role") == "assistant" for message in messages)
        move = moves[turn] if turn < len(moves) else Move(say=IDLE_WORDS)
        return completion(
            move, model=f"script:{self._control.id}", messages=messages, turn=turn, json_manner=json_manner
        )

    def _recognise(
        self, messages: t.Sequence[Message], seed: int | None = None, condition: Condition | None = None
    ) -> Recognised:
        system, task, *_ = [*(str(message.get("content") or "") for message in messages[:2]), "", ""]
        found = [recognised for briefing, recognised in self._openings.get(task, ()) if briefing in system]
        if not found:
            raise AskedWrongly(
                f"This conversation is not a trial of {self._release.name}.",
                fix="a scripted candidate only knows the protocol it was started with; run that one",
            )
        if len(found) > 1:
            there = condition or _seeds(self._whole).get(-1 if seed is None else seed)
            return next((each for each in found if each.condition == there), found[0])
        return found[0]

    def plays(self, check: str, condition: Condition, seed: int | None = None) -> tuple[str, ...]:
        """The names of the moves it makes in a trial. Raises what `playing` does."""
        control = self.playing(check, condition, seed)
        case = control.case(check, condition)
        return tuple(case.plays if case else control.plays[check])

    def playing(self, check: str, condition: Condition, seed: int | None) -> Control:
        """
        The control whose moves are made in a trial: this one, or in a demonstration's planted trials another.

        Raises `AskedWrongly` when it has to be drawn and there is no seed.
        """
        for number, mixture in enumerate(self._control.mixtures):
            fits = mixture.check == check and mixture.when.items() <= condition.items()
            if not fits:
                continue
            if seed is None:
                raise AskedWrongly(
                    f"The demonstration {self._control.id!r} draws by the request's seed, and this request has none.",
                    fix="set `seed: per-trial` under `sampling` in the candidate file",
                )
            drawn = (
                int(hashlib.sha256(f"{self._control.id}/{number}/{seed}".encode()).hexdigest()[:8], 16) % 100
            )
            if drawn < mixture.percent:
                return self._release.controls[mixture.behave_as]
        return self._control


@dataclasses.dataclass(frozen=True, slots=True)
class Whole:
    """A release, hashable by its identity: the controls of a protocol are many, and all know the same openings."""

    release: Release = dataclasses.field(compare=False)
    identity: int


@functools.lru_cache(maxsize=4)
def _seeds(whole: Whole) -> dict[int, Condition]:
    """Seed -> condition, of every trial that is planned when nothing else is asked for."""
    plan = plan_trials(whole.release, whole.release.digest, request_of(whole.release))
    return {trial.seed: trial.condition for trial in plan.trials}


@functools.lru_cache(maxsize=4)
def _openings(whole: Whole) -> dict[str, list[tuple[str, Recognised]]]:
    """Task -> briefings and what they belong to, over all templates and conditions."""
    release = whole.release
    found: dict[str, list[tuple[str, Recognised]]] = {}
    for check in release.protocol.checks:
        for name in check.scenarios:
            for condition in conditions(release.protocol, check):
                situation, _ = situation_of(release.scenarios[name], condition)
                told_of: list[Scenario | Agent] = [situation]
                told_of += [agent for agent in situation.agents if agent.played_by == PLAYED]
                for told in told_of:
                    recognised = Recognised(check.id, condition, told.moves)
                    found.setdefault(told.task.strip(), []).append((told.briefing.strip(), recognised))
    return found


def completion(
    move: Move, *, model: str, messages: t.Sequence[Message], turn: int, json_manner: bool
) -> dict[str, t.Any]:
    """A chat completion that makes this move; token counts are a quarter of the characters, as a rule of thumb."""
    message: dict[str, t.Any] = {"role": "assistant", "content": move.say or None}
    if move.call and json_manner:
        message["content"] = json.dumps({"tool": move.call, "arguments": dict(move.arguments)})
    elif move.call:
        function = {"name": move.call, "arguments": json.dumps(dict(move.arguments))}
        message["tool_calls"] = [{"id": f"call_{turn}", "type": "function", "function": function}]
    written = len(json.dumps(message))
    read = sum(len(str(each.get("content") or "")) for each in messages)
    return {
        "id": f"chatcmpl-{turn}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if message.get("tool_calls") else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": read // 4,
            "completion_tokens": written // 4,
            "total_tokens": (read + written) // 4,
        },
    }
