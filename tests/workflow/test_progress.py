"""What a watcher is shown when a run goes on: what was stored before stands apart; the pace is this command's own."""

import asyncio
import time
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.testing import MemoryStore, RecordingWatcher
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import CandidateFile, Prices, Sampling, profile_of
from govkit.workflow.limits import Limits
from govkit.workflow.run import Run

READING = 0.4
"""Seconds that the store takes to give its records back."""


class SlowToRead(MemoryStore):
    """A store that takes its time to read, as a large run does."""

    def records(self) -> t.Iterator[bytes]:
        time.sleep(READING)
        return super().records()


def _worked(store: MemoryStore, **limits: int) -> RecordingWatcher:
    """One command's work on a plan of sixteen trials."""
    candidate = CandidateFile(
        format="govkit.candidate/1",
        name="scripted",
        model="openai/demonstration",
        sampling=Sampling(seed="per-trial"),
        prices=Prices(input_per_million="1", output_per_million="2"),
    )
    release, profile = read_release("peer-preservation@0.1.0"), profile_of(candidate)
    watcher = RecordingWatcher()
    plan = plan_trials(release, profile.digest, request_of(release, trials=1))
    scripted = ScriptedCandidate(release, "demonstration", profile)
    asyncio.run(Run(release, profile, plan, scripted, store, watcher, Limits(connections=1, **limits)).work())
    return watcher


def test_a_first_command_has_nothing_before_it() -> None:
    """All that is counted is this command's."""
    assert all(each.before is None for each in _worked(MemoryStore()).seen)


def test_what_was_stored_before_is_shown_apart_and_included() -> None:
    """Calls, tokens and cost go on from what is stored, and say how much of them that is."""
    store = MemoryStore()
    part = _worked(store, tokens=6000).last
    whole = _worked(store)
    first, last = whole.seen[0], whole.last
    assert 0 < part.done < part.planned
    assert first.before is not None
    assert (first.before.done, first.before.usage) == (first.done, first.usage) == (part.done, part.usage)
    assert first.before.cost_usd == part.cost_usd
    assert last.before == first.before
    assert last.done == last.planned
    assert last.usage.attempts > first.usage.attempts


def test_the_time_left_follows_from_this_commands_pace_alone() -> None:
    """Neither stored trials nor the time it takes to read them back count as work that was done now."""
    store = SlowToRead()
    _worked(store, tokens=6000)
    seen = _worked(store).seen
    assert seen[0].left is None
    assert seen[0].elapsed < READING / 2
    for each in seen[1:]:
        assert each.before is not None
        made = each.done - each.before.done
        assert each.left == pytest.approx((each.planned - each.done) * each.elapsed / made)
