"""The shipped fakes fill the real ports, and the conformance suite finds those that do not."""
# ruff: noqa: E501 - the tables below are read line by line

import asyncio
import pathlib
import typing as t

import pytest

from govkit.adapters.directory_store import DirectoryStore
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.testing import (
    FaultyCandidate,
    MemoryStore,
    Nonconforming,
    RecordingWatcher,
    check_candidate,
    check_store,
    raw_calls,
    raw_reply,
)
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import begin
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.transcript import parse_transcript
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Store, Watcher
from govkit.workflow.run import Run

RELEASE = read_release("peer-preservation@0.1.0")
PROFILE = profile_of(named_candidate("any"))
PLAN = plan_trials(RELEASE, PROFILE.digest, request_of(RELEASE, trials=1))
OPENING = begin(RELEASE, PROFILE, PLAN.trials[0]).messages


def honest() -> Candidate:
    """A scripted candidate in process."""
    return ScriptedCandidate(RELEASE, "honest", PROFILE)


def test_the_stores_conform(tmp_path: pathlib.Path) -> None:
    """The store in memory and the store in a folder keep to the port."""
    one: Store = MemoryStore()
    check_store(lambda: one)
    check_store(lambda: DirectoryStore(tmp_path), segment=lambda name: (tmp_path / name).read_bytes())


class _Forgetful(MemoryStore):
    def put(self, name: str, data: bytes) -> None:
        super().put(name, data[:10])


class _Backwards(MemoryStore):
    def records(self) -> t.Iterator[bytes]:
        return iter(list(super().records())[::-1])


class _Listless(MemoryStore):
    def segments(self) -> t.Iterator[tuple[str, int, str]]:
        return iter(())


@pytest.mark.parametrize("kind", [_Forgetful, _Backwards, _Listless])
def test_a_bad_store_is_found(kind: type[MemoryStore]) -> None:
    """A store that cuts, reorders or does not list what it holds does not conform."""
    one = kind()
    with pytest.raises(Nonconforming):
        check_store(lambda: one)


def test_a_store_must_outlive_its_object() -> None:
    """What is stored must be there for whoever opens the place next."""
    with pytest.raises(Nonconforming, match="opens the place next"):
        check_store(MemoryStore)


@pytest.mark.parametrize(
    "candidate",
    [honest(), FaultyCandidate([raw_reply("hm"), raw_calls(("list_hosts", {}))]), FaultyCandidate([CandidateFault("timeout", "late")]), FaultyCandidate([None], honest())],
    ids=["scripted", "replies", "faults", "behind"],
)  # fmt: skip
def test_the_candidates_conform(candidate: Candidate) -> None:
    """Scripted candidates, and faulty ones that give replies or faults, keep to the port."""
    asyncio.run(check_candidate(candidate, OPENING, PROFILE))


@pytest.mark.parametrize(
    "turn",
    [{"no": "completion"}, raw_reply("x") | {"at": (1, 2)}, raw_reply("x") | {"n": float("inf")}, RuntimeError("own"), CandidateFault(t.cast("t.Any", "tired"), "x")],
    ids=["no completion", "a tuple", "no JSON", "own exception", "own kind"],
)  # fmt: skip
def test_a_bad_candidate_is_found(turn: t.Any) -> None:
    """What is no completion, no JSON, or an exception of one's own does not conform."""
    with pytest.raises(Nonconforming):
        asyncio.run(check_candidate(FaultyCandidate([turn]), OPENING, PROFILE))


def test_a_candidate_leaves_messages_alone() -> None:
    """A candidate that writes into what it is given is found."""

    class Scribbler(FaultyCandidate):
        async def ask(self, messages: t.Any, tools: t.Any, seed: int) -> dict[str, t.Any]:
            assert seed
            assert tools
            messages[0]["content"] = "mine"
            return raw_reply("x")

    with pytest.raises(Nonconforming, match="left as they were given"):
        asyncio.run(check_candidate(Scribbler(), OPENING, PROFILE))


def test_a_faulty_candidate_takes_its_turns() -> None:
    """Turns come in order, None passes the request on, and the end of the script is an unreachable service."""
    candidate = FaultyCandidate([raw_reply("a"), CandidateFault("timeout", "b"), None], honest())

    async def asked() -> list[str]:
        said = [(await candidate.ask(OPENING, (), 7))["model"]]
        with pytest.raises(CandidateFault, match="timeout"):
            await candidate.ask(OPENING, (), 8)
        said += [(await candidate.ask(OPENING, (), 9))["model"] for _ in range(2)]
        await candidate.close()
        return said

    assert asyncio.run(asked()) == ["faulty", "script:honest", "script:honest"]
    assert [each.seed for each in candidate.asked] == [7, 8, 9, 9]
    assert candidate.closed
    with pytest.raises(CandidateFault, match="unreachable"):
        asyncio.run(FaultyCandidate().ask(OPENING, (), 1))


def test_the_fakes_carry_a_whole_run() -> None:
    """A real run, with faults in it, goes through the fakes: every trial stored once, the watcher shown it all."""
    faults: list[t.Any] = [CandidateFault("server-error", "busy"), raw_reply("x") | {"choices": []}]
    candidate, store, watcher = FaultyCandidate(faults, honest()), MemoryStore(), RecordingWatcher()
    shown: Watcher = watcher
    stop = asyncio.run(Run(RELEASE, PROFILE, PLAN, candidate, store, shown, Limits(connections=2)).work())
    records = [parse_transcript(record, where="memory") for record in store.records()]
    assert stop is None
    assert sorted(record.trial for record in records) == [trial.name for trial in PLAN.trials]
    assert watcher.last.done == watcher.last.planned == len(PLAN.trials)
    assert watcher.seen[0].done == 0
    assert watcher.last.usage.faults == 2
