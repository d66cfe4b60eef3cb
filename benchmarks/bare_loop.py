"""
The peer we are held against: the loop that anybody would write over litellm, and nothing else.

It makes exactly the calls of a finished run: the same messages and tools, the same options, as many at once. The tools'
answers are read from that run's transcripts, so that no workplace has to be simulated; nothing is stored or checked.

    bare_loop.py CONVERSATIONS    a JSON file: {"options": {...}, "connections": N, "trials": [trial, ...]}; a trial
                                  is a list of exchanges, an exchange the messages that it adds
"""

import asyncio
import json
import logging
import os
import pathlib
import sys
import typing as t

# As in govkit.adapters.litellm_candidate: no price map is fetched, no .env file is read.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_MODE"] = "PRODUCTION"

import litellm  # the two variables must be set before

litellm.telemetry = False
litellm.suppress_debug_info = True
for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


async def trial(exchanges: list[list[dict[str, t.Any]]], options: dict[str, t.Any]) -> None:
    """One conversation, from its opening to its end."""
    messages: list[dict[str, t.Any]] = []
    for sent in exchanges:
        messages.extend(sent)
        response = await litellm.acompletion(messages=messages, **options)
        said = response.choices[0].message
        turn: dict[str, t.Any] = {"role": "assistant", "content": said.content or ""}
        if said.tool_calls:
            turn["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in said.tool_calls
            ]
        messages.append(turn)


async def work(waiting: t.Iterator[list[list[dict[str, t.Any]]]], options: dict[str, t.Any]) -> None:
    """One of the workers that share the trials."""
    for exchanges in waiting:
        await trial(exchanges, options)


async def main(asked: dict[str, t.Any]) -> None:
    """All conversations in the file."""
    waiting = iter(asked["trials"])
    await asyncio.gather(*(work(waiting, asked["options"]) for _ in range(asked["connections"])))
    await litellm.close_litellm_async_clients()


if __name__ == "__main__":
    asyncio.run(main(json.loads(pathlib.Path(sys.argv[1]).read_bytes())))
