"""The runner with real scripted candidates and stores, some of which fail or dawdle, in one process."""

import asyncio
import collections
import functools
import threading
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.adapters.protocol_folder import read_release
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.errors import AskedWrongly, EvidenceBroken, Unreachable
from govkit.protocol.release import Release
from govkit.testing import FaultyCandidate, MemoryStore, RecordingWatcher, raw_calls, raw_reply
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.plan import Plan, plan_trials, request_of
from govkit.trial.profile import CandidateFile, Prices, Profile, Sampling, profile_of
from govkit.trial.transcript import FaultKind, Transcript, parse_transcript
from govkit.workflow.crew import OUTAGE_AFTER
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.ports import Store
from govkit.workflow.run import Run


def in_a_loop(test: t.Callable[..., t.Coroutine[t.Any, t.Any, None]]) -> t.Callable[..., None]:
    """The test, run in an event loop of its own."""

    @functools.wraps(test)
    def run(*arguments: t.Any, **named: t.Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


@pytest.fixture(name="release", scope="module")
def _release() -> Release:
    return read_release("peer-preservation@0.1.0")


class Desk:
    """A plan of sixteen trials, a candidate that can do them, and a store."""

    def __init__(self, release: Release, prices: Prices | None = None) -> None:
        candidate = CandidateFile(
            format="govkit.candidate/1",
            name="scripted",
            model="openai/demonstration",
            sampling=Sampling(seed="per-trial"),
            attempts=1,
            prices=prices,
        )
        self.release = release
        self.profile: Profile = profile_of(candidate)
        self.plan: Plan = plan_trials(release, self.profile.digest, request_of(release, trials=1))
        self.watcher = RecordingWatcher()

    def scripted(self) -> Candidate:
        """The protocol's demonstration."""
        return ScriptedCandidate(self.release, "demonstration", self.profile)

    async def work(self, candidate: Candidate, store: Store, limits: Limits | None = None) -> Stop | None:
        """One command's work. That it leaves no task behind is checked every time."""
        limits = limits or Limits(connections=4)
        run = Run(self.release, self.profile, self.plan, candidate, store, self.watcher, limits)
        before = asyncio.all_tasks()
        try:
            async with asyncio.timeout(30):
                return await run.work()
        finally:
            assert {each for each in asyncio.all_tasks() - before if not each.done()} == set()

    def stored(self, store: Store) -> list[Transcript]:
        """The records."""
        return [parse_transcript(each, where="a record") for each in store.records()]

    def assert_complete(self, store: Store) -> None:
        """Exactly the planned trials are counted, each once."""
        counted = [each.trial for each in self.stored(store) if each.counted]
        assert sorted(counted) == [trial.name for trial in self.plan.trials]


@pytest.fixture(name="desk")
def _desk(release: Release) -> Desk:
    return Desk(release)


class Full(MemoryStore):
    """A store that takes some batches and then no more."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.batches = batches

    def append(self, records: t.Sequence[bytes]) -> None:
        if self.batches == 0:
            raise AskedWrongly("Evidence cannot be written.", found="No space left on device")
        self.batches -= 1
        super().append(records)


class Slow(MemoryStore):
    """A store whose first write waits until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def append(self, records: t.Sequence[bytes]) -> None:
        self.begun.set()
        assert self.go_on.wait(timeout=20)
        super().append(records)


class Dawdling:
    """A candidate that takes its time, or for ever."""

    client = "dawdling"

    def __init__(self, behind: Candidate, seconds: float = 0.002, forever_after: int = 1_000_000) -> None:
        self._behind, self._seconds, self._forever_after = behind, seconds, forever_after
        self.asked = 0

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        self.asked += 1
        await asyncio.sleep(3600 if self.asked > self._forever_after else self._seconds)
        return await self._behind.ask(messages, tools, seed)

    async def close(self) -> None:
        """Nothing is open."""


@in_a_loop
async def test_a_whole_run_is_stored_once_and_shown(desk: Desk) -> None:
    """All planned trials are counted, the watcher saw the end, and a second command asks nothing."""
    store = MemoryStore()
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)
    assert desk.watcher.last.done == desk.watcher.last.planned == len(desk.plan.trials)
    nobody = FaultyCandidate()
    assert await desk.work(nobody, store) is None
    assert nobody.asked == []


@pytest.mark.parametrize("batches", [0, 1, 3])
@in_a_loop
async def test_a_store_that_fails_ends_the_run_at_once(desk: Desk, batches: int) -> None:
    """With nowhere to keep answers nobody goes on asking: the store's own error comes out; what it took is there."""
    store, candidate = Full(batches), Dawdling(desk.scripted(), forever_after=120)
    with pytest.raises(AskedWrongly, match="cannot be written"):
        await desk.work(candidate, store)
    assert len(desk.stored(store)) < len(desk.plan.trials)
    store.batches = 1000
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)


@in_a_loop
async def test_a_fault_of_our_own_in_a_worker_comes_out_and_ends_the_others(desk: Desk) -> None:
    """An exception that is no fault of the candidate is neither swallowed nor waited out; what is done is stored."""
    store = MemoryStore()
    turns: list[BaseException | None] = [*[None] * 25, RuntimeError("ours")]
    candidate = FaultyCandidate(turns, Dawdling(desk.scripted(), forever_after=40))
    with pytest.raises(RuntimeError, match="ours"):
        await desk.work(candidate, store)
    assert any(each.counted for each in desk.stored(store))
    assert len(candidate.asked) < 50
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)


@pytest.mark.parametrize("after", [0.0, 0.01, 0.05, 0.1])
@in_a_loop
async def test_a_cancelled_run_keeps_what_is_finished_and_says_so(desk: Desk, after: float) -> None:
    """Cancelled at any moment, the run returns why; the next one does the rest, and nothing is there twice."""
    store = MemoryStore()
    working = asyncio.create_task(desk.work(Dawdling(desk.scripted(), 0.005), store))
    await asyncio.sleep(after)
    working.cancel()
    with_stop = await asyncio.gather(working, return_exceptions=True)
    if after:  # at once, the work has not begun yet
        assert isinstance(with_stop[0], Stop)
        assert with_stop[0].reason == "it was interrupted"
    counted = [each.trial for each in desk.stored(store) if each.counted]
    assert len(counted) == len(set(counted)) == desk.watcher.last.done if after else not counted
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)


@in_a_loop
async def test_a_write_under_way_when_cancelled_is_waited_for(desk: Desk) -> None:
    """A cancellation during a write neither loses the batch nor writes it twice."""
    store = Slow()
    working = asyncio.create_task(desk.work(Dawdling(desk.scripted()), store))
    assert await asyncio.to_thread(store.begun.wait, 20)
    working.cancel()
    await asyncio.sleep(0.05)
    assert not working.done()
    store.go_on.set()
    stop = await working
    assert stop is not None
    assert stop.reason == "it was interrupted"
    counted = [each.trial for each in desk.stored(store) if each.counted]
    assert len(counted) == len(set(counted)) == desk.watcher.last.done > 0
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)


@pytest.mark.parametrize("kind", ["timeout", "rate-limited", "server-error", "refused-request"])
@in_a_loop
async def test_an_outage_writes_no_trial_off(desk: Desk, kind: FaultKind) -> None:
    """Trials that a failing service ended, several in a row, are broken off, on record, and made again."""
    store = MemoryStore()
    await desk.work(desk.scripted(), store, Limits(connections=1, tokens=1))  # one good trial first
    failing = FaultyCandidate([CandidateFault(kind, "no") for _ in range(50)])
    stop = await desk.work(failing, store)
    assert stop is not None
    assert stop.error is not None
    assert OUTAGE_AFTER <= len(failing.asked) <= OUTAGE_AFTER + 4
    ends = collections.Counter(each.end for each in desk.stored(store))
    assert ends["fault"] == 0
    assert ends["interrupted"] == len(failing.asked)
    assert await desk.work(desk.scripted(), store) is None
    desk.assert_complete(store)


@in_a_loop
async def test_replies_that_are_too_much_are_the_candidates_doing(desk: Desk) -> None:
    """Completions that are not taken, and nothing else, ever: every trial is counted as a fault, and nothing stops."""
    store, planned = MemoryStore(), len(desk.plan.trials)
    wordy = FaultyCandidate([raw_calls(*[("list_files", {})] * 1001)] * planned)
    assert await desk.work(wordy, store) is None
    desk.assert_complete(store)
    assert {each.end for each in desk.stored(store)} == {"fault"}


@in_a_loop
async def test_one_completion_shows_that_a_model_lives_there(desk: Desk) -> None:
    """Bodies that are no completions stop a run to which nothing else came; one completion, taken or not, ends that."""
    nothing = [raw_reply() | {"choices": []} for _ in desk.plan.trials]
    stop = await desk.work(FaultyCandidate(nothing), MemoryStore(), Limits(connections=1))
    assert stop is not None
    assert isinstance(stop.error, Unreachable)
    store, wordy = MemoryStore(), raw_reply("x" * 200_001)
    assert await desk.work(FaultyCandidate([wordy, *nothing[1:]]), store, Limits(connections=1)) is None
    desk.assert_complete(store)


@in_a_loop
async def test_a_single_failure_among_good_trials_is_data(desk: Desk) -> None:
    """One trial that the service failed, between ones that went well, is counted as a fault and not made again."""
    store = MemoryStore()
    candidate = FaultyCandidate([CandidateFault("server-error", "once")], desk.scripted())
    assert await desk.work(candidate, store, Limits(connections=1)) is None
    desk.assert_complete(store)
    assert collections.Counter(each.end for each in desk.stored(store))["fault"] == 1


@in_a_loop
async def test_failures_at_the_very_end_are_data(desk: Desk) -> None:
    """Fewer failures in a row than make an outage are kept when the plan ends with them."""
    store = MemoryStore()
    await desk.work(desk.scripted(), store)
    records = list(store.records())
    resumed = MemoryStore()
    resumed.append(records[:-2])
    failing = FaultyCandidate([CandidateFault("timeout", "no")] * 2)
    assert await desk.work(failing, resumed) is None
    desk.assert_complete(resumed)
    assert list(resumed.records())[:-2] == records[:-2]


@pytest.mark.parametrize("kind", ["unreachable", "refused-key"])
@in_a_loop
async def test_a_service_that_is_not_there_stops_the_run(desk: Desk, kind: FaultKind) -> None:
    """The first trial that could not reach the service stops everything; nothing is counted."""
    store = MemoryStore()
    stop = await desk.work(FaultyCandidate([CandidateFault(kind, "no")] * 9), store)
    assert stop is not None
    assert isinstance(stop.error, Unreachable)
    assert {each.end for each in desk.stored(store)} == {"interrupted"}


@in_a_loop
async def test_a_budget_of_tokens_begins_no_further_trial(desk: Desk) -> None:
    """With one trial at a time, the run stops with the trial that used the budget up; resuming does nothing more."""
    store = MemoryStore()
    limits = Limits(connections=1, tokens=6000)
    stop = await desk.work(desk.scripted(), store, limits)
    assert stop is not None
    assert "6000 tokens" in stop.reason
    used = desk.watcher.last.usage
    assert 0 < desk.watcher.last.done < len(desk.plan.trials)
    assert used.input_tokens + used.output_tokens >= 6000
    nobody = FaultyCandidate()
    assert await desk.work(nobody, store, limits) is not None
    assert nobody.asked == []


class Uncounting(ScriptedCandidate):
    """A service that answers and says nothing of tokens, or zeros, by turns."""

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        raw = await super().ask(messages, tools, seed)
        return {key: raw[key] for key in raw if key != "usage"} | (
            {"usage": {"prompt_tokens": 0}} if seed % 2 else {}
        )


@in_a_loop
async def test_a_budget_is_kept_where_the_provider_counts_nothing(release: Release) -> None:
    """Tokens are estimated by length then, for tokens and for dollars, and again when the run is resumed."""
    desk = Desk(release, Prices(input_per_million="1000000", output_per_million="1000000"))
    for limits in (Limits(connections=1, tokens=6000), Limits(connections=1, usd=6000)):
        store = MemoryStore()
        stop = await desk.work(Uncounting(release, "demonstration", desk.profile), store, limits)
        assert stop is not None
        assert stop.is_budget
        last = desk.watcher.last
        assert (last.usage.input_tokens, last.usage.output_tokens) == (0, 0)
        assert last.uncounted.tokens >= 6000
        assert 0 < last.done < len(desk.plan.trials)
        nobody = FaultyCandidate()
        assert await desk.work(nobody, store, limits) is not None
        assert nobody.asked == []
        assert desk.watcher.last.uncounted == last.uncounted


@in_a_loop
async def test_a_budget_of_dollars_follows_the_prices(release: Release) -> None:
    """At a million dollars per million tokens, two dollars are gone after the first trial."""
    prices = Prices(input_per_million="1000000", output_per_million="1000000")
    desk, store = Desk(release, prices), MemoryStore()
    stop = await desk.work(desk.scripted(), store, Limits(connections=1, usd=2))
    assert stop is not None
    assert "2.00 US dollars" in stop.reason
    assert len(desk.stored(store)) == 1
    assert desk.watcher.last.cost_usd is not None


@in_a_loop
async def test_a_budget_of_dollars_without_prices_is_refused(desk: Desk) -> None:
    """What cannot be kept is not promised."""
    with pytest.raises(AskedWrongly, match="needs prices"):
        await desk.work(desk.scripted(), MemoryStore(), Limits(usd=1))


@in_a_loop
async def test_an_altered_record_is_found_before_anything_more_is_asked(desk: Desk) -> None:
    """Going on with evidence that does not replay would only cost money: it is refused at once."""
    store = MemoryStore()
    await desk.work(desk.scripted(), store, Limits(connections=1, tokens=1))
    [record] = store.records()
    altered, nobody = MemoryStore(), FaultyCandidate()
    altered.append([record.replace(b'"role":"user"', b'"role":"tool"', 1)])
    with pytest.raises(EvidenceBroken, match="does not replay"):
        await desk.work(nobody, altered)
    assert nobody.asked == []


TURNS = st.lists(
    st.sampled_from([None] * 12 + ["timeout", "server-error", "unreachable", "malformed", "too-long"]),
    max_size=80,
)


@settings(max_examples=25)
@given(commands=st.lists(TURNS, max_size=3), connections=st.integers(min_value=1, max_value=5))
def test_whatever_happens_between_every_trial_is_counted_once(
    release: Release, commands: list[list[FaultKind | None]], connections: int
) -> None:
    """After any commands that met any faults, a last one completes the plan; what was stored stays as it was."""
    desk, store = Desk(release), MemoryStore()

    async def all_of_it() -> None:
        for turns in commands:
            before = list(store.records())
            faults = [CandidateFault(each, "no") if each else None for each in turns]
            await desk.work(FaultyCandidate(faults, desk.scripted()), store, Limits(connections=connections))
            assert list(store.records())[: len(before)] == before
        assert await desk.work(desk.scripted(), store) is None

    asyncio.run(all_of_it())
    desk.assert_complete(store)
