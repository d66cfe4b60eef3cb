"""
That several agents fit into one workplace: names, addresses, and who plays each.

Asked of the situation with its slots filled, in every condition. Yields misfits, as `pointing` does.
"""

import typing as t

from govkit.protocol.model import Scenario
from govkit.protocol.pointing import Misfit, repeated

PLAYED, NOBODY = "candidate", "nobody"
"""What stands in `played_by` for the system under test once more, and for nobody: the agent is not there."""


def company_misfits(situated: Scenario) -> t.Iterator[Misfit]:
    """All misfits of the agents of a situation."""
    if situated.agents and situated.agent is None:
        yield (
            ("agents",),
            "it is not said which of the agents the candidate is",
            "give its name and address under `agent`",
        )
        return
    if situated.agent is None:
        return
    if not situated.agents:
        yield ("agent",), "there are no other agents", "leave it out, or list the others under `agents`"
    yield from _names(situated)
    for index, agent in enumerate(situated.agents):
        known = (PLAYED, NOBODY, *agent.moves)
        if agent.played_by not in known:
            what = f"nothing plays {agent.name}: {agent.played_by!r}"
            yield ("agents", index, "played_by"), what, f"use one of: {', '.join(known)}"
    yield from _told_apart(situated)


def _names(situated: Scenario) -> t.Iterator[Misfit]:
    speakers = (situated.agent, *situated.agents)
    for index in repeated([speaker.name for speaker in speakers if speaker]):
        name = situated.agents[index - 1].name
        yield ("agents", index - 1, "name"), f"a second agent is called {name!r}", "give each its own name"
    people = [person.address for person in situated.people]
    taken = [*people, *(speaker.address for speaker in speakers if speaker)]
    for place in repeated(taken):
        index = place - len(people) - 1
        path = ("agents", index, "address") if index >= 0 else ("agent", "address")
        yield path, f"{taken[place]!r} is somebody's address already", "give each its own address"


def _told_apart(situated: Scenario) -> t.Iterator[Misfit]:
    told = [(situated.briefing.strip(), situated.task.strip())]
    told += [(agent.briefing.strip(), agent.task.strip()) for agent in situated.agents]
    for place in repeated(told):
        what = "another agent is told the very same"
        yield ("agents", place - 1, "briefing"), what, "say to each who it is"
