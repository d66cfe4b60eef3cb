"""Putting inquiries to a judge: durable as they come, resumed where they stopped, under budgets, through outages."""

import asyncio
import collections
import functools
import pathlib
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_folder
from govkit.errors import AskedWrongly, Unreachable
from govkit.judging.bench import Bench
from govkit.judging.judgement import Judgement, parse_judgement
from govkit.testing import FaultyCandidate, MemoryStore, RecordingWatcher, ScriptedJudge, raw_reply
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.profile import CandidateFile, Prices, profile_of
from govkit.trial.transcript import FaultKind
from govkit.workflow.asking import Asking
from govkit.workflow.crew import OUTAGE_AFTER
from govkit.workflow.judging import Sitting, Spent
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.ports import Records

RELEASE = read_folder(pathlib.Path(__file__).parents[1] / "samples" / "parcels")
CHECKS = ["setting-untouched"]
NOTHING = Spent()
ALL = len(Bench(RELEASE, CHECKS).labelled)


def in_a_loop(test: t.Callable[..., t.Coroutine[t.Any, t.Any, None]]) -> t.Callable[..., None]:
    """The test, run in an event loop of its own."""

    @functools.wraps(test)
    def run(*arguments: t.Any, **named: t.Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


class Desk:
    """The labelled texts of the sample, and a place for what is said of them."""

    def __init__(self, prices: Prices | None = None) -> None:
        candidate = CandidateFile(
            format="govkit.candidate/1", name="judge", model="any/judge", attempts=1, prices=prices
        )
        self.profile = profile_of(candidate)
        self.store: Records = MemoryStore().judgements
        self.watcher = RecordingWatcher()

    async def sit(
        self, judge: Candidate, limits: Limits | None = None, spent: Spent = NOTHING
    ) -> Stop | None:
        """One command's work, begun as any is: from what is stored. It leaves no task behind."""
        bench = Bench(RELEASE, CHECKS)
        for record in self.store.records():
            bench.take(parse_judgement(record, where="stored"), self.profile, where="stored")
        asking = Asking(judge, self.profile)
        sitting = Sitting(
            bench, bench.labelled, asking, self.store, self.watcher, limits or Limits(4), spent=spent
        )
        before = asyncio.all_tasks()
        try:
            async with asyncio.timeout(30):
                return await sitting.work()
        finally:
            assert {each for each in asyncio.all_tasks() - before if not each.done()} == set()

    def stored(self) -> list[Judgement]:
        """The records."""
        return [parse_judgement(each, where="a record") for each in self.store.records()]

    def assert_complete(self) -> None:
        """Everything is judged, once."""
        counted = [(each.question, each.about) for each in self.stored() if each.counted]
        assert len(counted) == len(set(counted)) == ALL


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


class Dawdling(ScriptedJudge):
    """A judge that takes its time."""

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        await asyncio.sleep(0.005)
        return await super().ask(messages, tools, seed)


@in_a_loop
async def test_everything_is_asked_once_in_its_own_words_and_shown(desk: Desk) -> None:
    """No tools, the inquiry's messages, a seed of its own; a second command asks nothing."""
    judge = FaultyCandidate(behind=ScriptedJudge("keyword"))
    assert await desk.sit(judge) is None
    desk.assert_complete()
    assert {each.tools for each in judge.asked} == {()}
    assert len({each.seed for each in judge.asked}) == ALL
    sent = {str(each.messages) for each in judge.asked}
    assert sent == {str(tuple(each.messages)) for each in Bench(RELEASE, CHECKS).labelled}
    assert (desk.watcher.last.done, desk.watcher.last.planned) == (ALL, ALL)
    assert desk.watcher.last.what == "answers of the judge"
    nobody = FaultyCandidate()
    assert await desk.sit(nobody) is None
    assert nobody.asked == []


@in_a_loop
async def test_an_answer_that_is_none_is_kept_and_not_asked_again(desk: Desk) -> None:
    """Whoever asks until the answer pleases measures their own patience."""
    judge = FaultyCandidate([raw_reply("Hm.")] * ALL)
    assert await desk.sit(judge) is None
    desk.assert_complete()
    assert len(judge.asked) == ALL


@pytest.mark.parametrize("after", [0.0, 0.01, 0.05])
@in_a_loop
async def test_a_cancelled_sitting_keeps_what_came_and_the_next_does_the_rest(
    desk: Desk, after: float
) -> None:
    """At any moment; nothing is there twice."""
    working = asyncio.create_task(desk.sit(Dawdling("keyword")))
    await asyncio.sleep(after)
    working.cancel()
    ended = await asyncio.gather(working, return_exceptions=True)
    if after:
        assert isinstance(ended[0], Stop)
        assert ended[0].reason == "it was interrupted"
    assert await desk.sit(ScriptedJudge("keyword")) is None
    desk.assert_complete()


@pytest.mark.parametrize("kind", ["timeout", "rate-limited", "server-error", "refused-request"])
@in_a_loop
async def test_an_outage_writes_no_inquiry_off(desk: Desk, kind: FaultKind) -> None:
    """What a failing service ended, several in a row, is broken off, on record, and asked again."""
    good = FaultyCandidate(behind=ScriptedJudge("keyword"))
    await desk.sit(good, Limits(connections=1, tokens=1))
    failing = FaultyCandidate([CandidateFault(kind, "no") for _ in range(50)])
    stop = await desk.sit(failing)
    assert stop is not None
    assert stop.error is not None
    assert "judge" in stop.error.what
    assert OUTAGE_AFTER <= len(failing.asked) <= OUTAGE_AFTER + 4
    ends = collections.Counter(each.end for each in desk.stored())
    assert ends["fault"] == 0
    assert ends["interrupted"] == len(failing.asked)
    assert await desk.sit(ScriptedJudge("keyword")) is None
    desk.assert_complete()


@in_a_loop
async def test_a_single_failure_among_good_answers_is_data(desk: Desk) -> None:
    """It counts as unreadable, and is not asked again."""
    judge = FaultyCandidate([None, CandidateFault("server-error", "once")], ScriptedJudge("keyword"))
    assert await desk.sit(judge, Limits(connections=1)) is None
    desk.assert_complete()
    assert collections.Counter(each.end for each in desk.stored())["fault"] == 1


@pytest.mark.parametrize("kind", ["unreachable", "refused-key"])
@in_a_loop
async def test_a_judge_that_cannot_be_reached_stops_the_sitting_at_once(desk: Desk, kind: FaultKind) -> None:
    """Nothing is concluded from silence of a network."""
    stop = await desk.sit(FaultyCandidate([CandidateFault(kind, "no")] * 50), Limits(connections=1))
    assert stop is not None
    assert isinstance(stop.error, Unreachable)
    assert [each.end for each in desk.stored()] == ["interrupted"]


@in_a_loop
async def test_a_store_that_fails_ends_the_sitting_with_its_own_error(desk: Desk) -> None:
    """Nobody goes on asking when nobody keeps the answers."""

    class Full(type(desk.store)):  # type: ignore[misc]
        def append(self, records: t.Sequence[bytes]) -> None:
            raise AskedWrongly("Evidence cannot be written.", found=f"{len(records)} records too many")

    desk.store = Full("judgements")
    judge = Dawdling("keyword")
    with pytest.raises(AskedWrongly, match="cannot be written"):
        await desk.sit(judge)
    assert judge.asked < ALL


@in_a_loop
async def test_budgets_count_what_the_run_took_before(desk: Desk) -> None:
    """Tokens of trials and of the judge together; a larger budget goes on."""
    judge = ScriptedJudge("keyword")
    stop = await desk.sit(judge, Limits(connections=1, tokens=1_010), Spent(tokens=1_000))
    assert stop is not None
    assert stop.is_budget
    assert len(desk.stored()) == judge.asked == 5, "two tokens an answer"
    assert await desk.sit(judge, Limits(connections=1, tokens=100_000), Spent(tokens=1_000)) is None
    desk.assert_complete()


@in_a_loop
async def test_a_budget_in_dollars_is_kept_by_the_judges_prices(desk: Desk) -> None:
    """And needs them."""
    with pytest.raises(AskedWrongly, match="the judge's prices"):
        await desk.sit(ScriptedJudge("keyword"), Limits(usd=1.0))
    priced = Desk(Prices(input_per_million="1000000", output_per_million="1000000"))
    stop = await priced.sit(ScriptedJudge("keyword"), Limits(connections=1, usd=110.0), Spent(usd=100.0))
    assert stop is not None
    assert stop.is_budget
    assert len(priced.stored()) == 5
    assert priced.watcher.last.cost_usd == pytest.approx(10.0)
