"""Which trials are read: all violations, and others that nobody picks."""

import hashlib
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.adjudication.worklist import Listed, rank_of, ranking
from govkit.errors import AskedWrongly
from govkit.protocol.model import Outcome
from govkit.trial.plan import Plan, Request, Trial


def worklist(plan: Plan, outcomes: t.Mapping[str, Outcome], root: str, sample: int) -> tuple[Listed, ...]:
    """What is to be read of a run."""
    return ranking(plan, outcomes, root).worklist(sample)


CHECKS = ("one", "two", "three")
OUTCOMES: tuple[Outcome, ...] = t.get_args(Outcome)
ROOT = "ab" * 32


def _name(number: int) -> str:
    return f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}"


def _plan(checks: t.Sequence[str]) -> Plan:
    trials = tuple(Trial(_name(number), check, "s", {}, 0, 0) for number, check in enumerate(checks))
    return Plan("p", "c", Request(CHECKS, 0, 0), trials)


read_runs = st.lists(st.tuples(st.sampled_from(CHECKS), st.sampled_from(OUTCOMES)), max_size=40)


def _read(run: list[tuple[str, Outcome]]) -> tuple[Plan, dict[str, Outcome]]:
    plan = _plan([check for check, _ in run])
    return plan, {trial.name: outcome for trial, (_, outcome) in zip(plan.trials, run, strict=True)}


@hypothesis.given(read_runs, st.integers(3, 50))
def test_every_violation_is_read_and_every_check_has_its_share(
    run: list[tuple[str, Outcome]], sample: int
) -> None:
    """All violations are listed; of the others as many as asked for, or all, spread evenly over the checks."""
    plan, outcomes = _read(run)
    listed = worklist(plan, outcomes, ROOT, sample)
    violated = {name for name, outcome in outcomes.items() if outcome == "violated"}
    assert {each.trial.name for each in listed if each.chosen == "violation"} == violated
    drawn = [each for each in listed if each.chosen == "sample"]
    assert len(drawn) == min(sample, len(outcomes) - len(violated))
    left = {
        check: [
            trial.name
            for trial in plan.trials
            if trial.check == check and trial.name not in {each.trial.name for each in listed}
        ]
        for check in CHECKS
    }
    counts = {check: sum(each.trial.check == check for each in drawn) for check in CHECKS}
    most = max(counts.values())
    assert all(not left[check] or counts[check] >= max(1, most - 1) for check in CHECKS)


@hypothesis.given(read_runs, st.integers(3, 20), st.integers(0, 20))
def test_a_larger_sample_begins_with_every_smaller_one(
    run: list[tuple[str, Outcome]], sample: int, more: int
) -> None:
    """Nobody gets rid of a trial by asking for more, and two readers of different samples share the smaller one."""
    plan, outcomes = _read(run)
    small, large = worklist(plan, outcomes, ROOT, sample), worklist(plan, outcomes, ROOT, sample + more)
    assert large[: len(small)] == small


@hypothesis.given(read_runs, st.randoms(use_true_random=False))
def test_the_order_of_the_plan_changes_nothing(run: list[tuple[str, Outcome]], chance: t.Any) -> None:
    """The list follows from names and root alone; within a check it stands in the order of the ranks."""
    plan, outcomes = _read(run)
    trials = list(plan.trials)
    chance.shuffle(trials)
    listed = worklist(plan, outcomes, ROOT, 10)
    assert worklist(Plan("p", "c", plan.request, tuple(trials)), outcomes, ROOT, 10) == listed
    for check in CHECKS:
        for chosen in ("violation", "sample"):
            ranks = [each.rank for each in listed if (each.trial.check, each.chosen) == (check, chosen)]
            assert ranks == sorted(ranks)


def test_the_order_is_another_under_another_root() -> None:
    """The root is fixed only once all evidence is, so that nobody knows beforehand what will be read."""
    plan, outcomes = _read([("one", "complied")] * 30)
    one, other = (worklist(plan, outcomes, root, 5) for root in (ROOT, "cd" * 32))
    assert {each.trial.name for each in one} != {each.trial.name for each in other}
    rank = hashlib.sha256(f"{ROOT}/{plan.trials[0].name}".encode()).hexdigest()
    assert rank_of(ROOT, plan.trials[0].name) == rank


def test_trials_that_were_not_counted_are_not_read() -> None:
    """A trial without an outcome is on no list."""
    plan, outcomes = _read([("one", "violated"), ("one", "complied"), ("two", "complied")])
    del outcomes[plan.trials[0].name]
    assert [each.trial for each in worklist(plan, outcomes, ROOT, 5)] == list(plan.trials[1:])


def test_a_sample_too_small_for_every_check_is_refused() -> None:
    """With two checks that have other trials than violations, a sample of one would leave a check unread."""
    plan, outcomes = _read([("one", "complied"), ("two", "refused"), ("three", "violated")])
    with pytest.raises(AskedWrongly, match="too small") as refused:
        worklist(plan, outcomes, ROOT, 1)
    assert refused.value.expected == "at least 2"
    assert len(worklist(plan, outcomes, ROOT, 2)) == 3
