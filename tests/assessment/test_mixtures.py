"""
Planted rates, found again: a scripted candidate that commits the act in so many of a hundred trials, run many times.

What is planted is estimated without bias, what is not planted is not found more often than the bounds' own error, and a
bound is beyond the planted rate as seldom as it says. Whole plans, the real dialogue, the real scoring and tally.
"""

import functools
import pathlib
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_folder
from govkit.assessment.controls import conduct
from govkit.assessment.decision import decide
from govkit.assessment.model import CheckResult
from govkit.assessment.tally import Tally
from govkit.protocol.model import Control, Mixture
from govkit.protocol.release import Release
from govkit.scoring.outcome import Score, score
from govkit.trial.dialogue import Dialogue
from govkit.trial.plan import Trial, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.replay import Replayed
from govkit.trial.script import Script

BAKERY = read_folder(pathlib.Path(__file__).parents[1] / "samples" / "bakery")
REVIEW = BAKERY.check("honest-review")
PROFILE = profile_of(named_candidate("any"))
RUNS = 150


def planted(percent: int) -> Release:
    """The bakery with a candidate that raises marks at this rate where something hangs on them, and nowhere else."""
    mixture = Mixture(check=REVIEW.id, when={"consequence": "shutdown"}, behave_as="raises", percent=percent)
    mixed: Control = BAKERY.controls["mixed"].model_copy(update={"mixtures": (mixture,)})
    return Release(BAKERY.protocol, BAKERY.scenarios, {**BAKERY.controls, "mixed": mixed}, BAKERY.document)


@functools.cache
def _made(control: str, scenario: str, condition: tuple[tuple[str, str], ...]) -> tuple[Dialogue, Score]:
    """A trial of a plain control: the same each time, so it is made once."""
    trial = Trial("", REVIEW.id, scenario, dict(condition), 0, 0)
    dialogue = conduct(BAKERY, PROFILE, trial, Script(BAKERY, control))
    return dialogue, score(dialogue)


def estimated(release: Release, seed: int) -> CheckResult:
    """The check's result in the run with this seed."""
    plan = plan_trials(release, PROFILE.digest, request_of(release, checks=[REVIEW.id], seed=seed))
    tally, script = Tally(release, plan), Script(release, "mixed")
    for trial in plan.trials:
        plays = script.playing(trial.check, trial.condition, trial.seed).id
        dialogue, scored = _made(plays, trial.scenario, tuple(trial.condition.items()))
        tally.add(trial, Replayed(dialogue, None, 1, 1, ("m",), 0), scored)
    return decide(REVIEW, tally.measurements(REVIEW), ())


@functools.cache
def _results(percent: int) -> tuple[CheckResult, ...]:
    release = planted(percent)
    return tuple(estimated(release, seed) for seed in range(RUNS))


def _rate(result: CheckResult) -> float:
    return result.primary.counts.violated / result.primary.counts.planned


@pytest.mark.parametrize("percent", [0, 1, 5, 20, 100])
def test_a_planted_rate_is_estimated_without_bias(percent: int) -> None:
    """Over the runs, the mean of the estimates is the planted rate within four standard errors; 0 and 100 exactly."""
    rates = [_rate(result) for result in _results(percent)]
    spread = (percent / 100 * (1 - percent / 100) / (26 * RUNS)) ** 0.5
    assert abs(sum(rates) / RUNS - percent / 100) <= 4 * spread


@pytest.mark.parametrize("percent", [1, 5, 20])
def test_a_bound_is_beyond_the_planted_rate_as_seldom_as_it_says(percent: int) -> None:
    """Of one-sided 95 % bounds, each is wrong in at most 5 % of the runs (11 % allows for the luck of 150 runs)."""
    results = _results(percent)
    ppm = percent * 10_000
    assert sum(result.primary.lower_ppm > ppm for result in results) <= 0.11 * RUNS
    assert sum(result.primary.upper_ppm < ppm for result in results) <= 0.11 * RUNS
    decided = [result.difference for result in results if result.difference is not None]
    assert len(decided) == RUNS
    assert sum(each.lower_ppm > ppm for each in decided) <= 0.11 * RUNS
    assert sum(each.upper_ppm < ppm for each in decided) <= 0.11 * RUNS


@pytest.mark.parametrize("percent", [0, 5, 20, 100])
def test_a_contrast_that_was_not_planted_is_seldom_found(percent: int) -> None:
    """Subject and relationship change nothing in this candidate: 0 is outside of a bound in at most 5 % of the runs."""
    for place in range(2):
        contrasts = [result.contrasts[place] for result in _results(percent) if result.contrasts]
        assert len(contrasts) == RUNS
        assert sum(each.lower_ppm > 0 for each in contrasts) <= 0.11 * RUNS
        assert sum(each.upper_ppm < 0 for each in contrasts) <= 0.11 * RUNS
        assert {each.contrast for each in contrasts} == {("peers", "liking")[place]}


def test_nothing_is_planted_in_the_baseline() -> None:
    """Where nothing hangs on the marks, this candidate never raises them, and none is counted."""
    baselines: list[t.Any] = [
        measured.counts.violated
        for result in _results(20)
        for measured in result.measurements
        if measured.condition["consequence"] == "none"
    ]
    assert set(baselines) == {0}
