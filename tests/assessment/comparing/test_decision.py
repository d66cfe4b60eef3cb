"""What a comparison says: its words by rule, and what must hold of any two runs."""

import dataclasses
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.assessment.comparing.decision import _overall, word_of
from govkit.assessment.comparing.model import Comparison, Found
from govkit.assessment.paired import Tails
from govkit.trial.plan import is_deciding

RATE, DIFFERENCE = "gate-untouched", "same-gate"
MIRROR = {"worse": "better", "better": "worse"}
FATES = ("complied", "violated", "refused", "escalated", "incomplete", None)


def found(lower: int, upper: int, more: float, less: float = 1.0) -> Found:
    """What a comparison came to, as far as the rule reads it."""
    return Found("paired", 60, 10, 0, lower, upper, Tails(more, less), Tails(more, less))


@pytest.mark.parametrize(
    ("what", "word"),
    [
        (found(1, 90_000, 0.049), "worse"),
        (found(0, 90_000, 0.001), "no change shown"),
        (found(1, 90_000, 0.05), "no change shown"),
        (found(-90_000, -1, 1.0, 0.049), "better"),
        (found(-90_000, 0, 1.0, 0.001), "no change shown"),
        (found(-90_000, -1, 1.0, 0.05), "no change shown"),
        (found(-9_000, 9_000, 1.0), "no change shown"),
        (dataclasses.replace(found(1, 90_000, 0.001), adjusted=None), "not comparable"),
    ],
)
def test_a_word_needs_a_small_p_value_and_bounds_that_exclude_no_change(what: Found, word: str) -> None:
    """Either alone is not enough, in either direction."""
    assert word_of(what, 95) == word


def test_what_runs_that_are_alike_come_to(desk: t.Any) -> None:
    """No change is shown; it is not said that there is none; and how large a one is possible is."""
    comparison = desk.compare(desk.run("one"), desk.run("two"))
    assert [each.word for each in comparison.checks] == ["no change shown"] * 2
    assert comparison.outcome == "nothing worse shown"
    change = comparison.checks[1].deciding[0].found
    assert change is not None
    assert change.lower_ppm == -change.upper_ppm < -90_000
    assert "does not show that nothing changed" in comparison.checks[1].sentence
    assert "remain possible" in comparison.sentence


def test_an_update_that_acts_much_more_often_is_worse_and_the_reverse_is_better(desk: t.Any) -> None:
    """In the check in which it does, and in no other."""
    before, now = desk.run("one"), desk.run("two", desk.acting(RATE, 30))
    worse, better = desk.compare(before, now), desk.compare(now, before)
    assert [each.word for each in worse.checks] == ["no change shown", "worse"]
    assert [each.word for each in better.checks] == ["no change shown", "better"]
    assert (worse.outcome, better.outcome) == ("worse", "nothing worse shown")
    title = desk.release.check(RATE).title
    assert title in worse.sentence
    assert f"Less often in: {title}." in better.sentence


def test_a_check_about_a_difference_is_compared_in_both(desk: t.Any) -> None:
    """Its rate and its difference decide; a rise in both conditions alike is worse in the rate alone."""
    before = desk.run("one")
    alone = desk.check(before, desk.run("two", desk.acting(DIFFERENCE, 40)), DIFFERENCE)
    assert [(each.name, word_of(each.found, 95)) for each in alone.deciding] == [
        ("primary", "worse"),
        ("difference", "worse"),
    ]

    def everywhere(trial: t.Any) -> t.Any:
        return "violated" if trial.check == DIFFERENCE and trial.repetition < 4 else "complied"

    both = desk.check(before, desk.run("two", everywhere), DIFFERENCE)
    assert [word_of(each.found, 95) for each in both.deciding] == ["worse", "no change shown"]
    assert both.word == "worse"
    assert both.deciding[1].found.estimate_ppm == 0
    assert both.exploratory[0].name == "held-against"


def test_contrasts_are_compared_and_decide_nothing(desk: t.Any) -> None:
    """A change in an exploratory condition is shown with its bounds, uncorrected, and gives no word."""
    change = desk.check(desk.run("one"), desk.run("two", desk.acting(RATE, 10, condition="other")))
    assert change.word == "no change shown"
    assert [each.name for each in change.exploratory] == [
        each.id for each in desk.release.check(RATE).contrasts
    ]
    for shift in change.exploratory:
        assert shift.found is not None
        assert shift.found.lower_ppm > 0
        assert shift.found.adjusted is None
        assert not shift.decides


def test_p_values_are_corrected_for_every_comparison_that_decides(desk: t.Any) -> None:
    """Three of them here: of two rates and of a difference; what cannot be compared is no part of the family."""
    before, now = desk.run("one"), desk.run("two", desk.acting(RATE, 9))
    comparison = desk.compare(before, now)
    assert comparison.family == 3
    shift = comparison.checks[1].deciding[0].found
    assert shift is not None
    assert shift.adjusted is not None
    assert shift.adjusted.more == pytest.approx(3 * shift.tails.more)
    assert shift.lower_ppm > 0
    assert comparison.checks[1].word == "no change shown"
    assert "of 3 comparisons" in comparison.checks[1].sentence
    alone = desk.compare(before, desk.run("two", desk.acting(RATE, 9), checks=[RATE]))
    assert alone.family == 1
    assert [each.word for each in alone.checks] == ["not comparable", "worse"]


# --- what cannot be compared


def test_a_check_that_one_run_did_not_make_is_not_comparable(desk: t.Any) -> None:
    """And is said, whichever run it was; the others are compared."""
    whole, part = desk.run("one"), desk.run("two", checks=[RATE])
    for one, other, whose in ((whole, part, "update"), (part, whole, "baseline")):
        comparison = desk.compare(one, other)
        assert [each.word for each in comparison.checks] == ["not comparable", "no change shown"]
        assert f"the {whose} did not make this check" in comparison.checks[0].sentence
        assert comparison.outcome == "not comparable"
        assert desk.release.check(DIFFERENCE).title in comparison.sentence


def test_an_invalid_result_supports_no_news(desk: t.Any) -> None:
    """A run in which a control misread, say, is neither better nor worse, however its counts look."""
    before = desk.run("one", desk.acting(RATE, 40))
    now = desk.run("two", verdicts={RATE: "invalid"})
    for one, other in ((before, now), (now, before)):
        change = desk.check(one, other)
        assert change.word == "not comparable"
        assert "invalid (control-misread)" in change.sentence
        assert change.deciding[0].found is not None
        assert change.deciding[0].found.adjusted is None


def test_without_a_determinate_trial_nothing_is_compared(desk: t.Any) -> None:
    """Where the update always refuses, in the primary condition or in the one that is held against, it is said so."""

    def refuses(_: t.Any) -> t.Any:
        return "refused"

    change = desk.check(desk.run("one"), desk.run("two", refuses))
    assert change.word == "not comparable"
    assert "the update has no trial" in change.sentence
    assert desk.compare(desk.run("one"), desk.run("two", refuses)).sentence.startswith(
        "Nothing could be compared."
    )
    check = desk.release.check(DIFFERENCE)

    def refuses_there(trial: t.Any) -> t.Any:
        there = trial.check == DIFFERENCE and trial.condition == {**check.primary, **check.against}
        return "refused" if there else "complied"

    for one, other, whose in (
        (desk.run("one"), desk.run("two", refuses_there), "update"),
        (desk.run("one", refuses_there), desk.run("two"), "baseline"),
    ):
        change = desk.check(one, other, DIFFERENCE)
        assert change.word == "not comparable"
        assert f"the {whose} has no trial" in change.sentence


def test_what_is_worse_is_said_though_something_else_cannot_be_compared(desk: t.Any) -> None:
    """The worse news wins, and the other is still told."""
    comparison = desk.compare(
        desk.run("one", verdicts={DIFFERENCE: "invalid"}), desk.run("two", desk.acting(RATE, 40))
    )
    assert comparison.outcome == "worse"
    assert "Not comparable:" in comparison.sentence


def test_where_there_is_no_check_nothing_is_well() -> None:
    """Of nothing, it is not said that nothing is worse."""
    assert _overall(()) == "not comparable"


# --- verdicts


def test_a_verdict_that_fell_from_pass_to_fail_is_worse(desk: t.Any) -> None:
    """Although the rates alone do not show it; from fail to pass is no better for it, and no other change is a fall."""
    passed = desk.run("one", verdicts={RATE: "pass"})
    failed = desk.run("two", desk.acting(RATE, 7), verdicts={RATE: "fail"})
    fell, rose = desk.compare(passed, failed), desk.compare(failed, passed)
    assert [each.word for each in fell.checks] == ["no change shown"] * 2
    assert fell.outcome == "worse"
    assert "from pass to fail" in fell.checks[1].sentence
    assert "from pass to fail" in fell.sentence
    assert rose.outcome == "nothing worse shown"
    assert "from pass to fail" not in rose.checks[1].sentence + rose.sentence
    undecided = desk.run("three", verdicts={RATE: "inconclusive"})
    assert desk.compare(passed, undecided).outcome == "nothing worse shown"
    assert desk.compare(undecided, failed).outcome == "nothing worse shown"


# --- what must hold of any two runs


@st.composite
def fates(draw: st.DrawFn) -> dict[tuple[int, int], t.Any]:
    """How trials come out, by template and repetition; what is not listed is done."""
    places = st.tuples(st.integers(0, 9), st.integers(0, 5))
    rate = draw(st.integers(0, 40))
    chosen = draw(st.lists(places, max_size=rate, unique=True))
    return {place: draw(st.sampled_from(FATES)) for place in chosen}


def made(desk: t.Any, who: str, fate: t.Mapping[tuple[int, int], t.Any], **asked: t.Any) -> t.Any:
    """A run in which the deciding trials of both checks come out so."""

    def rule(trial: t.Any) -> t.Any:
        check = desk.release.check(trial.check)
        if not is_deciding(check, trial.condition):
            return "complied"
        return fate.get((check.scenarios.index(trial.scenario), trial.repetition), "complied")

    return desk.run(who, rule, **asked)


def facts(comparison: Comparison) -> list[t.Any]:
    """All that is counted and computed."""
    return [[shift.plain() for shift in (*each.deciding, *each.exploratory)] for each in comparison.checks]


@hypothesis.given(fates(), fates(), st.sampled_from([0, 1]))
def test_swapping_the_runs_mirrors_the_result(desk: t.Any, one: t.Any, other: t.Any, seed: int) -> None:
    """Worse becomes better, and every number changes its sign; whether trials are matched or only templates are."""
    baseline, update = made(desk, "one", one), made(desk, "two", other, seed=seed)
    there, back = desk.compare(baseline, update), desk.compare(update, baseline)
    assert there.family == back.family
    for mine, theirs in zip(there.checks, back.checks, strict=True):
        words = []
        for shift, mirrored in zip(mine.deciding, theirs.deciding, strict=True):
            assert (shift.baseline, shift.update) == (mirrored.update, mirrored.baseline)
            ours, its = shift.found, mirrored.found
            if ours is None or its is None:
                assert ours is its
                continue
            assert (ours.lower_ppm, ours.upper_ppm) == (-its.upper_ppm, -its.lower_ppm)
            assert ours.estimate_ppm == -its.estimate_ppm
            assert (ours.tails.more, ours.tails.less) == (its.tails.less, its.tails.more)
            words.append(word_of(ours, 95))
            assert word_of(its, 95) == MIRROR.get(words[-1], words[-1])
        if {"worse", "better"} - set(
            words
        ):  # a check that is worse in one respect is worse, either way round
            assert theirs.word == MIRROR.get(mine.word, mine.word)


@hypothesis.given(fates(), fates(), st.randoms(use_true_random=False))
def test_the_order_of_trials_does_not_matter(desk: t.Any, one: t.Any, other: t.Any, chance: t.Any) -> None:
    """In either run; to the last digit."""
    baseline, update = made(desk, "one", one), made(desk, "two", other)
    order = list(range(len(baseline.plan.trials)))
    chance.shuffle(order)
    shuffled = desk.compare(desk.reordered(baseline, order), desk.reordered(update, order[::-1]))
    assert facts(shuffled) == facts(desk.compare(baseline, update))


@hypothesis.given(fates(), fates(), st.data())
def test_a_trial_made_in_vain_changes_nothing(desk: t.Any, one: t.Any, other: t.Any, data: t.Any) -> None:
    """Adding incomplete trials never turns "no change shown" into "better", nor anything into anything else."""
    runs = made(desk, "one", one), made(desk, "two", other)
    sparse = []
    for run in runs:
        names = sorted(trial.name for trial in run.plan.trials if trial.check == RATE)
        dropped = set(data.draw(st.lists(st.sampled_from(names), max_size=20, unique=True)))
        fewer = desk.without(run, lambda trial, dropped=dropped: trial.name in dropped)
        sparse.append((run, fewer, dict.fromkeys(sorted(dropped), "incomplete")))
    before = [desk.concluded(run.plan, fewer, {}) for run, fewer, _ in sparse]
    after = [desk.concluded(run.plan, {**fewer, **vain}, {}) for run, fewer, vain in sparse]
    assert facts(desk.compare(*before)) == facts(desk.compare(*after))
    words = [[each.word for each in desk.compare(*runs).checks] for runs in (before, after)]
    assert words[0] == words[1]


@hypothesis.given(fates(), st.sampled_from([0, 1]))
def test_runs_that_came_out_alike_show_no_change(desk: t.Any, fate: t.Any, seed: int) -> None:
    """Whatever they showed, matched by seed or by template."""
    comparison = desk.compare(made(desk, "one", fate), made(desk, "two", fate, seed=seed))
    for each in comparison.checks:
        assert each.word == "no change shown"
        for shift in each.deciding:
            assert shift.found is not None
            assert shift.found.lower_ppm < 0 < shift.found.upper_ppm
            assert shift.found.estimate_ppm == 0
