"""Which trial is made next, and that checks end where their verdict stands."""

import asyncio
import collections
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.assessment.decision import assess
from govkit.assessment.model import Assessment
from govkit.assessment.tally import Tally
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.testing import MemoryStore, RecordingWatcher
from govkit.testing.counts import reading
from govkit.trial.candidate import Candidate
from govkit.trial.dialogue import Message
from govkit.trial.order import SOON
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import CandidateFile, Profile, Sampling, profile_of
from govkit.trial.replay import replay
from govkit.trial.transcript import parse_transcript
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.run import Run
from govkit.workflow.schedule import Schedule

RELEASE = read_release("graceful-shutdown@2.0.0")
FIXED = read_release("graceful-shutdown@1.0.0")
CANDIDATE = CandidateFile(
    format="govkit.candidate/1", name="scripted", model="openai/honest", sampling=Sampling(seed="per-trial")
)
PROFILE = profile_of(CANDIDATE)


def plan_of(release: Release = RELEASE, **asked: t.Any) -> Plan:
    """A plan."""
    return plan_trials(release, PROFILE.digest, request_of(release, **asked))


def taken(schedule: Schedule, most: int = 10_000) -> list[Trial]:
    """The trials it gives, in order."""
    found: list[Trial] = []
    while len(found) < most and (trial := schedule.take()) is not None:
        found.append(trial)
    return found


def test_every_trial_is_given_once() -> None:
    """All of the plan but what is done already, whatever the order."""
    plan = plan_of()
    done = {trial.name for trial in plan.trials[:100]}
    found = taken(Schedule(RELEASE, plan, done))
    assert sorted(each.name for each in found) == sorted(each.name for each in plan.trials[100:])


def test_without_a_stopping_rule_the_plan_s_own_order_stands() -> None:
    """What was released before goes on as it was."""
    plan = plan_of(FIXED)
    assert taken(Schedule(FIXED, plan, ())) == list(plan.trials)


def test_templates_come_in_rounds() -> None:
    """Wherever a check stops, no template of a condition is more than one trial ahead of another."""
    seen: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for trial in taken(Schedule(RELEASE, plan_of(), ())):
        counts = seen[(trial.check, str(trial.condition))]
        counts[trial.scenario] += 1
        templates = RELEASE.check(trial.check).scenarios
        assert max(counts.values()) - min(counts[name] for name in templates) <= 1


def test_conditions_advance_together_and_the_capability_arm_ahead() -> None:
    """At each moment every condition has had its share of the course, so a drift falls on all of them alike."""
    plan = plan_of()
    size = collections.Counter((trial.check, str(trial.condition)) for trial in plan.trials)
    made: collections.Counter[tuple[str, str]] = collections.Counter()
    for trial in taken(Schedule(RELEASE, plan, ()), 400):
        made[(trial.check, str(trial.condition))] += 1
    check = RELEASE.protocol.checks[0]
    arm = str({**check.primary, **(check.capability or {})})
    shares = {key: made[key] / size[key] for key in size if key[0] == check.id}
    assert shares.pop((check.id, arm)) == 1.0
    assert max(shares.values()) - min(shares.values()) <= 0.11
    assert min(shares.values()) > SOON


def test_a_settled_check_gets_no_trial_until_it_is_open_again() -> None:
    """The others get all of them meanwhile."""
    schedule = Schedule(RELEASE, plan_of(), ())
    one, other = plan_of().request.checks
    schedule.settle(one, settled=True)
    assert {trial.check for trial in taken(schedule, 50)} == {other}
    left = schedule.left()
    schedule.settle(one, settled=False)
    assert schedule.left() > left
    assert {trial.check for trial in taken(schedule, 50)} == {one}  # it has come least far


def test_what_an_interrupted_run_left_behind_is_made_first_and_also_where_the_check_is_settled() -> None:
    """A check that is sealed as ended has no holes in its order."""
    plan = plan_of(checks=["stop-obeyed"])
    whole = taken(Schedule(RELEASE, plan, ()))
    done = {trial.name for number, trial in enumerate(whole[:100]) if number not in (10, 40)}
    schedule = Schedule(RELEASE, plan, done)
    schedule.settle("stop-obeyed", settled=True)
    assert not schedule.is_settled("stop-obeyed")
    assert schedule.left() == 2
    assert taken(schedule) == [whole[10], whole[40]]
    assert schedule.is_settled("stop-obeyed")


# --- runs ---


def run(candidate: Candidate, store: MemoryStore, *, connections: int = 1, **asked: t.Any) -> Stop | None:
    """One command's work on the plan."""
    work = Run(RELEASE, PROFILE, plan_of(**asked), candidate, store, RecordingWatcher(), Limits(connections))
    return asyncio.run(work.work())


def assessed(store: MemoryStore, **asked: t.Any) -> Assessment:
    """What is concluded from what is stored; the controls are taken to read true."""
    plan = plan_of(**asked)
    trials, tally = {trial.name: trial for trial in plan.trials}, Tally(RELEASE, plan)
    for record in store.records():
        transcript = parse_transcript(record, where="here")
        trial = trials[transcript.trial]
        replayed = replay(RELEASE, PROFILE, trial, transcript)
        tally.add(trial, replayed, score(replayed.dialogue))
    controls = tuple(reading(check) for check in RELEASE.protocol.checks)
    return assess(RELEASE, PROFILE, plan, "sha256:" + "0" * 64, tally, controls)


def scripted(name: str, profile: Profile = PROFILE) -> ScriptedCandidate:
    """A control of the protocol."""
    return ScriptedCandidate(RELEASE, name, profile)


@pytest.mark.parametrize("connections", [1, 16])
def test_a_violator_costs_a_few_trials(connections: int) -> None:
    """Its check ends with three acts and what was under way; what was spared is accounted for and not missing."""
    store = MemoryStore()
    asked: dict[str, t.Any] = {"checks": ["orderly-decommission"]}
    assert run(scripted("by-copy"), store, connections=connections, **asked) is None
    result = assessed(store, **asked).checks[0]
    assert result.sequential is not None
    assert (result.verdict, result.reason, result.sequential.settled) == ("fail", "above-tolerance", True)
    made = len(plan_of(**asked).trials) - result.sequential.spared
    assert made <= 5 + connections


def test_who_cannot_do_the_work_costs_few_trials_too() -> None:
    """Idle where nothing tempts: invalid, and not three hundred times."""
    store = MemoryStore()
    assert run(scripted("idle"), store, checks=["stop-obeyed"]) is None
    result = assessed(store, checks=["stop-obeyed"]).checks[0]
    assert (result.verdict, result.reason) == ("invalid", "incapable")
    assert len(list(store.records())) < 40


def test_a_settled_run_goes_on_with_nothing() -> None:
    """The same command again makes no trial, and says so by stopping for no reason."""
    store = MemoryStore()
    run(scripted("by-copy"), store, checks=["orderly-decommission"])
    before = list(store.records())
    assert run(scripted("by-copy"), store, checks=["orderly-decommission"]) is None
    assert list(store.records()) == before


class TwoFaced(Candidate):
    """Answers as one control until so many conversations were opened, and as another from then on."""

    client = "two-faced"

    def __init__(self, first: str, then: str, after: int) -> None:
        self._first, self._then, self._after = scripted(first), scripted(then), after
        self._faces: dict[int, ScriptedCandidate] = {}

    async def ask(
        self, messages: t.Sequence[Message], tools: t.Sequence[t.Any], seed: int
    ) -> dict[str, t.Any]:
        face = self._faces.setdefault(seed, self._first if len(self._faces) < self._after else self._then)
        return {**await face.ask(messages, tools, seed), "model": self.client}

    async def close(self) -> None:
        """Nothing is open."""


def test_a_run_is_broken_off_and_resumed_to_the_same_end() -> None:
    """However it is cut into commands: the verdict follows from what is stored, and nothing is made twice."""
    whole, pieces = MemoryStore(), MemoryStore()
    asked: dict[str, t.Any] = {"checks": ["stop-obeyed"]}
    run(TwoFaced("honest", "goes-on", 40), whole, **asked)
    limited = Run(
        RELEASE,
        PROFILE,
        plan_of(**asked),
        TwoFaced("honest", "goes-on", 40),
        pieces,
        RecordingWatcher(),
        Limits(1, tokens=200_000),
    )
    assert asyncio.run(limited.work()) is not None
    run(TwoFaced("honest", "goes-on", 40 - len(list(pieces.records()))), pieces, **asked)
    one, other = assessed(whole, **asked).checks[0], assessed(pieces, **asked).checks[0]
    assert (one.verdict, one.sequential, one.primary.counts) == (
        other.verdict,
        other.sequential,
        other.primary.counts,
    )
    names = [parse_transcript(record, where="here").trial for record in pieces.records()]
    assert len(names) == len(set(names))


def test_a_pass_that_is_undone_by_what_was_under_way_opens_the_check_again() -> None:
    """The trials under way when the verdict stood show the act: it stands no more, and further trials are made."""
    asked: dict[str, t.Any] = {"checks": ["orderly-decommission"]}
    clean = MemoryStore()
    run(scripted("honest"), clean, **asked)
    enough = len(list(clean.records()))
    store = MemoryStore()
    assert run(TwoFaced("honest", "by-copy", enough), store, connections=16, **asked) is None
    result = assessed(store, **asked).checks[0]
    assert result.primary.counts.violated
    assert result.verdict != "pass"
    assert len(list(store.records())) > enough + 16


def test_a_provider_that_changes_the_model_ends_the_run() -> None:
    """By what it says itself: the trials are of two systems, and no further one is paid for."""
    store = MemoryStore()
    asked: dict[str, t.Any] = {"checks": ["orderly-decommission"]}

    class Changing(TwoFaced):
        async def ask(
            self, messages: t.Sequence[Message], tools: t.Sequence[t.Any], seed: int
        ) -> dict[str, t.Any]:
            raw = await super().ask(messages, tools, seed)
            return {**raw, "model": "m-2026-01" if len(self._faces) < 30 else "m-2026-02"}

    assert run(Changing("honest", "honest", 30), store, **asked) is None
    result = assessed(store, **asked).checks[0]
    assert (result.verdict, result.reason) == ("invalid", "model-changed")
    assert len(list(store.records())) < 40
