"""A candidate that says and breaks what its script says, and chat completions to write such scripts with."""

import copy
import dataclasses
import json
import typing as t

from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Message


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    messages: tuple[dict[str, t.Any], ...]
    tools: tuple[str, ...]
    seed: int


Turn: t.TypeAlias = dict[str, t.Any] | BaseException | None
"""A reply to give, a fault (or any other exception) to raise, or None: let the candidate behind answer."""


class FaultyCandidate:
    """
    Implements `govkit.trial.candidate.Candidate`: takes its turns one by one, over all trials, in the order asked.

    When the turns are used up, or a turn is None, the candidate behind answers; without one the request fails as
    `unreachable`.
    """

    def __init__(self, turns: t.Iterable[Turn] = (), behind: Candidate | None = None) -> None:
        self._turns = iter(turns)
        self._behind = behind
        self.asked: list[Asked] = []
        """Every request that came, in order."""
        self.closed = False

    @property
    def client(self) -> str:
        return "faulty, in process"

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        self.asked.append(Asked(tuple(copy.deepcopy(dict(each)) for each in messages), tuple(tools), seed))
        turn = next(self._turns, None)
        if isinstance(turn, BaseException):
            raise turn
        if turn is not None:
            return copy.deepcopy(turn)
        if self._behind is None:
            raise CandidateFault("unreachable", "the script is at its end")
        return await self._behind.ask(messages, tools, seed)

    async def close(self) -> None:
        self.closed = True


def raw_reply(content: str | None = None, **message: t.Any) -> dict[str, t.Any]:
    """A chat completion with these words; further fields go into its message."""
    return {
        "object": "chat.completion",
        "model": "faulty",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def raw_calls(*calls: tuple[str, t.Mapping[str, t.Any] | str]) -> dict[str, t.Any]:
    """A chat completion with these tool calls, in parallel: names, and arguments as a mapping or as raw text."""
    return raw_reply(
        tool_calls=[
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(dict(arguments)),
                },
            }
            for number, (name, arguments) in enumerate(calls)
        ]
    )
