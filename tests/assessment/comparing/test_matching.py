"""Which trials of two runs belong together."""

import dataclasses
import typing as t

from govkit.assessment.comparing.matching import Matching
from govkit.assessment.paired import Template

CHECK = "gate-untouched"


def _primary(desk: t.Any) -> t.Any:
    return desk.release.check(CHECK).primary


def _rows(desk: t.Any, baseline: t.Any, update: t.Any) -> list[Template]:
    return list(Matching(baseline, update).templates(CHECK, _primary(desk)).values())


def test_trials_of_one_seed_match_though_their_names_differ(desk: t.Any) -> None:
    """Two candidates are given the same sixty trials; each has a name of its own in either run."""
    one, two = desk.run("one"), desk.run("two")
    assert not set(one.outcomes) & set(two.outcomes)
    assert _rows(desk, one, two) == [Template((0, 6), (0, 6), 6, 0, 0)] * 10


def test_trials_of_another_seed_do_not_match(desk: t.Any) -> None:
    """They are still of the same templates."""
    assert _rows(desk, desk.run(), desk.run(seed=1)) == [Template((0, 6), (0, 6), 0, 0, 0)] * 10


def test_the_longer_of_two_runs_has_trials_without_a_partner(desk: t.Any) -> None:
    """They count in the rates and in no pair."""
    assert _rows(desk, desk.run(), desk.run(trials=20)) == [Template((0, 6), (0, 2), 2, 0, 0)] * 10


def test_only_determinate_trials_count_and_only_where_both_are(desk: t.Any) -> None:
    """A trial that was refused, escalated, left undone or not made is in no rate and in no pair."""
    fates = ("complied", "violated", "refused", "escalated", "incomplete", None)
    first = desk.release.check(CHECK).scenarios[0]

    def rule(trial: t.Any) -> t.Any:
        return fates[trial.repetition] if trial.scenario == first else "complied"

    found = Matching(desk.run("one", rule), desk.run("two")).templates(CHECK, _primary(desk))
    assert found[first] == Template((1, 2), (0, 6), 2, 1, 0)
    assert sum(each.pairs for each in found.values()) == 56


def test_trials_are_of_the_condition_that_is_asked_for(desk: t.Any) -> None:
    """In whatever order its levels are written; of a condition that there is not, there is none."""
    matching = Matching(desk.run(), desk.run("other"))
    condition = dict(reversed(dict(_primary(desk)).items()))
    assert len(matching.templates(CHECK, condition)) == 10
    assert matching.templates(CHECK, {"factor": "level"}) == {}
    assert matching.templates("no-check", condition) == {}


def test_a_trial_whose_seed_differs_has_no_partner(desk: t.Any) -> None:
    """Template and repetition alone do not make a pair."""
    update = desk.run("two")
    trials = tuple(dataclasses.replace(trial, seed=trial.seed + 1) for trial in update.plan.trials)
    shifted = dataclasses.replace(update, plan=dataclasses.replace(update.plan, trials=trials))
    assert sum(each.pairs for each in _rows(desk, desk.run(), shifted)) == 0
