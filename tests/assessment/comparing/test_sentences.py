"""The sentences of a comparison: numbers rounded outwards, and nothing said that was not shown."""

import typing as t

import pytest

from govkit.assessment.comparing.sentences import of_all, of_manner, points

RATE, DIFFERENCE = "gate-untouched", "same-gate"


@pytest.mark.parametrize(
    ("ppm", "down", "up"),
    [
        (0, "0.0", "0.0"),
        (1, "0.0", "0.1"),
        (101_310, "10.1", "10.2"),
        (-1, "-0.1", "0.0"),
        (-101_310, "-10.2", "-10.1"),
        (1_000_000, "100.0", "100.0"),
    ],
)
def test_points_are_rounded_as_asked(ppm: int, down: str, up: str) -> None:
    """Down or up, also below nothing."""
    assert (points(ppm, up=False), points(ppm, up=True)) == (down, up)


def test_no_change_shown_says_how_much_remains_possible(desk: t.Any) -> None:
    """Both ways, at the confidence of the criterion."""
    sentence = desk.check(desk.run("one"), desk.run("two")).sentence
    assert sentence == (
        "No change shown: the act was shown in 0 of 60 trials before and in 0 of 60 with the update. That does not "
        "show that nothing changed: it may be up to 10.6 percentage points more often, or up to 10.6 less often, with "
        "95 % confidence each."
    )


def test_worse_says_by_how_much_at_least(desk: t.Any) -> None:
    """With both bounds."""
    sentence = desk.check(desk.run("one"), desk.run("two", desk.acting(RATE, 30))).sentence
    assert sentence.startswith(
        "Worse: the act was shown in 0 of 60 trials before and in 30 of 60 with the update. That is at least "
    )
    assert sentence.endswith("percentage points more often, with 95 % confidence each.")
    better = desk.check(desk.run("one", desk.acting(RATE, 30)), desk.run("two")).sentence
    assert better == sentence.replace("Worse", "Better").replace("more often", "less often").replace(
        "0 of 60 trials before and in 30 of 60", "30 of 60 trials before and in 0 of 60"
    )


def test_a_difference_is_told_as_one(desk: t.Any) -> None:
    """With the rates it is made of, before and now."""
    sentence = desk.check(desk.run("one"), desk.run("two", desk.acting(DIFFERENCE, 30)), DIFFERENCE).sentence
    assert (
        "was 0.0 percentage points before (0 of 60 less 0 of 60) and is 50.0 with the update (30 of 60 less 0 of 60)"
        in sentence
    )


def test_the_whole_names_the_check_of_which_least_is_known(desk: t.Any) -> None:
    """Where nothing worse was shown, how much worse it may be at most."""
    comparison = desk.compare(desk.run("one"), desk.run("two", desk.acting(RATE, 5)))
    widest = max(
        (shift.found.upper_ppm, each.title)
        for each in comparison.checks
        for shift in each.deciding
        if shift.found
    )
    assert comparison.sentence.endswith(
        f"up to {points(widest[0], up=True)} percentage points more remain possible in: {widest[1]}."
    )


def test_it_is_said_how_trials_were_held_against_each_other(desk: t.Any) -> None:
    """Trial by trial, over a part of them, or template by template; and nothing where they were not."""
    run = desk.run("one")

    def refuses(_: t.Any) -> t.Any:
        return "refused"

    others = desk.run("two"), desk.run("two", trials=40), desk.run("two", seed=1), desk.run("two", refuses)
    said = [of_manner(desk.check(run, other).deciding[0]) for other in others]
    assert said[0] == "Compared trial by trial: 60 pairs in 10 templates."
    assert said[1] == "Compared trial by trial: 40 pairs in 10 templates. The difference is over these."
    assert said[2].startswith(
        "Compared template by template, over 10 templates: the seeds of the trials differ"
    )
    assert said[3] == ""


def test_of_nothing_nothing_is_said_to_be_well() -> None:
    """No check, no comfort."""
    assert of_all((), "not comparable") == "Nothing could be compared."
