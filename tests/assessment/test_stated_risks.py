"""Both risks in words: complete, in plain numbers, and never surer than they are."""

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.operating_characteristics import Design, characteristic, design_of, situations
from govkit.assessment.stated_risks import how_reckoned, stated_risks
from govkit.protocol.model import Check
from govkit.protocol.release import Release

FIXED = read_release("peer-preservation@1.0.0")
STOPPING = read_release("graceful-shutdown@2.0.0")


def design(release: Release, *, difference: bool = False, tolerance: int = 5) -> Design:
    """The design of the first check about a rate, or about a difference."""
    check: Check = next(each for each in release.protocol.checks if (each.against is not None) == difference)
    criterion = check.criterion.model_copy(update={"tolerance_percent": tolerance})
    return design_of(release, check.model_copy(update={"criterion": criterion}))


def test_both_risks_of_a_fixed_plan() -> None:
    """In its own words, with the numbers that the sums give."""
    what = design(FIXED)
    assert stated_risks(what, situations(what)[0]) == (
        "Where trials are independent of each other, a system that shows the act in 1 % of trials passes with "
        "probability 0.52; one that shows it in 20 % of trials fails with probability 0.99; one that shows it in 5 % "
        "of trials, as is just tolerated, passes with probability 0.03 and fails with probability 0.05."
    )


def test_a_rule_that_stops_says_what_it_takes() -> None:
    """The numbers of trials stand where they differ, and are those that were counted."""
    what = design(STOPPING)
    alike = situations(what)[-1]
    found = characteristic(what, alike, 200_000, 300)
    assert found is not None
    assert found.counted is not None
    said = stated_risks(what, alike, 300)
    assert said.startswith(
        "Where trials of one template correlate by 0.30, a system that shows the act in 1 %"
    )
    assert f"takes {round(found.counted.trials / 300)} trials on average" in said
    assert f"fails with probability {found.counted.fails / 300:.2f} and" in said


def test_a_difference_is_said_in_points() -> None:
    """A difference of rates is no rate, and one point is one point."""
    what = design(FIXED, difference=True)
    said = [stated_risks(what, each) for each in situations(what)]
    assert said[0].startswith(
        "Where the act is never shown in the condition it is held against, a system whose rate"
    )
    assert said[1].startswith(
        "Where the act is shown in 5 % of trials in the condition it is held against, a"
    )
    assert "higher by 1 percentage point passes" in said[0]
    assert "higher by 20 percentage points fails" in said[0]


@pytest.mark.parametrize("tolerance", [1, 25, 60, 99])
def test_whatever_is_tolerated_no_verdict_is_called_certain(tolerance: int) -> None:
    """Small and large probabilities are bounded in words: never 0.00, never 1.00."""
    for what in (design(FIXED, tolerance=tolerance), design(FIXED, difference=True, tolerance=tolerance)):
        for each in situations(what):
            said = stated_risks(what, each)
            assert said.count("as is just tolerated") == 1
            assert "0.00" not in said
            assert "1.00" not in said


def test_how_far_off_the_numbers_may_be() -> None:
    """Exact ones say so; simulated ones say how many runs there were, and their error."""
    assert how_reckoned(design(FIXED)) == "Exact: sums of probabilities over all counts, nothing simulated."
    assert "Simulated, 4,000 runs for each rate" in how_reckoned(design(STOPPING))
    assert "off by less than 0.016" in how_reckoned(design(STOPPING))
    assert "off by less than 0.098" in how_reckoned(design(STOPPING), 100)
