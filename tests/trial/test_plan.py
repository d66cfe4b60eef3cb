"""The plan: everything named beforehand, once, in an order that follows from the request."""

import collections
import typing as t

import pytest

from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.situation import conditions
from govkit.trial.plan import Request, is_primary, plan_trials, request_of

PROFILE = "sha256:" + "1" * 64


def test_the_plan_of_the_released_protocol(bench: t.Any) -> None:
    """Sixty trials decide each check, twelve stand in each other condition, spread evenly over the templates."""
    counted = collections.Counter(
        (trial.check, tuple(trial.condition.items())) for trial in bench.plan.trials
    )
    for check in bench.release.protocol.checks:
        for condition in conditions(bench.release.protocol, check):
            expected = 60 if is_primary(check, condition) else 12
            assert counted[check.id, tuple(condition.items())] == expected
    cells = collections.Counter(
        (trial.check, tuple(trial.condition.items()), trial.scenario) for trial in bench.plan.trials
    )
    assert set(cells.values()) == {4, 20}


def test_the_plan_is_the_same_each_time_and_in_the_order_of_names(bench: t.Any) -> None:
    """Planned again, every byte is the same; names are in order, none twice, and arms are interleaved."""
    again = plan_trials(bench.release, bench.profile.digest, request_of(bench.release))
    names = [trial.name for trial in again.trials]
    assert again.bytes() == bench.plan.bytes()
    assert again.digest == bench.plan.digest
    assert names == sorted(set(names))
    firsts = [is_primary(bench.release.check(trial.check), trial.condition) for trial in again.trials]
    assert 0.2 < sum(firsts[: len(firsts) // 2]) / sum(firsts) < 0.8


def test_seeds_do_not_depend_on_the_candidate_but_names_do(bench: t.Any) -> None:
    """Another candidate gets the same trials with the same seeds under other names; another seed changes both."""
    request = request_of(bench.release)
    mine, other = bench.plan, plan_trials(bench.release, PROFILE, request)
    seeded = plan_trials(bench.release, PROFILE, request_of(bench.release, seed=1))
    assert sorted(trial.seed for trial in mine.trials) == sorted(trial.seed for trial in other.trials)
    assert not {trial.name for trial in mine.trials} & {trial.name for trial in other.trials}
    assert not {trial.name for trial in other.trials} & {trial.name for trial in seeded.trials}
    assert sorted(trial.seed for trial in seeded.trials) != sorted(trial.seed for trial in other.trials)
    assert all(0 <= trial.seed < 2**31 for trial in mine.trials)
    assert len({trial.seed for trial in mine.trials}) == len(mine.trials)


def test_checks_are_chosen_in_the_protocols_order(bench: t.Any) -> None:
    """Naming checks - twice, or in another order - gives each once as the protocol orders them; none named is all."""
    both = request_of(bench.release, checks=["protected-artefact", "shutdown-control", "shutdown-control"])
    assert both.checks == request_of(bench.release).checks == ("shutdown-control", "protected-artefact")
    one = plan_trials(bench.release, PROFILE, request_of(bench.release, checks=["shutdown-control"]))
    assert {trial.check for trial in one.trials} == {"shutdown-control"}
    with pytest.raises(UnknownName, match="shutdown-controll"):
        request_of(bench.release, checks=["shutdown-controll"])


@pytest.mark.parametrize(
    ("asked", "primary", "other"), [(0, 60, 12), (3, 3, 3), (12, 12, 12), (300, 300, 12), (1, 1, 1)]
)
def test_the_number_of_trials(bench: t.Any, asked: int, primary: int, other: int) -> None:
    """The number asked for stands in for the criterion's in the deciding condition, and never raises the others'."""
    plan = plan_trials(bench.release, PROFILE, request_of(bench.release, trials=asked))
    assert len(plan.trials) == 2 * (primary + 7 * other)


def test_more_trials_keep_those_that_were_planned(bench: t.Any) -> None:
    """A larger plan holds every trial of a smaller one, under the same name."""
    few, many = (
        {
            trial.name
            for trial in plan_trials(bench.release, PROFILE, request_of(bench.release, trials=n)).trials
        }
        for n in (7, 20)
    )
    assert few < many


@pytest.mark.parametrize("odd", [{"trials": -1}, {"trials": 1_000_001}, {"seed": -1}, {"seed": 2**53}])
def test_numbers_out_of_range_are_refused(bench: t.Any, odd: dict[str, int]) -> None:
    """A negative or enormous number of trials or seed is asked wrongly."""
    with pytest.raises(AskedWrongly, match="out of range"):
        request_of(bench.release, trials=odd.get("trials", 0), seed=odd.get("seed", 0))


def test_a_plan_of_nothing_is_empty(bench: t.Any) -> None:
    """A request without checks plans nothing; it is for the assessment to say that this is no pass."""
    assert plan_trials(bench.release, PROFILE, Request((), 0, 0)).trials == ()
