"""The risks that a report draws: whole numbers, the same each time, of the plan that was run, and soon there."""

import time

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.report.figures import verdict_curves
from govkit.report.risks import Risks, risks_of

FIXED = read_release("peer-preservation@1.0.0")
STOPPING = read_release("graceful-shutdown@2.0.0")
PAIRED = read_release("oversight-chain@2.0.0")


def risks(protocol: str, *, trials: int = 0, difference: bool = False) -> Risks | None:
    """Those of the first check about a rate, or about a difference."""
    release = {"fixed": FIXED, "stopping": STOPPING, "paired": PAIRED}[protocol]
    check = next(each for each in release.protocol.checks if (each.against is not None) == difference)
    return risks_of(release, check, trials)


@pytest.mark.parametrize(("protocol", "difference"), [("fixed", False), ("fixed", True), ("stopping", False)])
def test_what_is_drawn_is_whole_and_in_order(protocol: str, *, difference: bool) -> None:
    """Integers by rising rates from nothing to five times the tolerance, and no verdict more likely than one."""
    found = risks(protocol, difference=difference)
    assert found is not None
    assert all(type(number) is int for point in found.points for number in point)
    rates = [rate for rate, _, _, _ in found.points]
    assert rates == sorted(set(rates))
    assert (rates[0], rates[-1]) == (0, 5 * found.tolerance_ppm)
    assert found.tolerance_ppm in rates
    assert all(passes + fails <= 1_000_000 for _, passes, fails, _ in found.points)
    drawing = verdict_curves(
        found.points, found.tolerance_ppm, most=found.most, what=found.what, axis=found.axis
    )
    assert drawing.count("<polyline") == (7 if protocol == "stopping" else 6)


def test_a_fixed_plan_shows_what_its_assumption_costs() -> None:
    """Drawn as it takes trials, independent; said as well is what becomes of it where templates differ."""
    found = risks("fixed")
    assert found is not None
    assert (found.most, found.assumed) == (0, "where trials are independent of each other")
    assert len(found.sentences) == 2
    assert "correlate by 0.30" in found.sentences[1]
    assert "passes with probability 0.15" in found.sentences[1]


def test_a_plan_that_stops_is_drawn_at_its_worst() -> None:
    """With as much correlation as is granted, and up to the trials at which the plan ends."""
    found = risks("stopping")
    assert found is not None
    criterion = STOPPING.protocol.checks[0].criterion
    assert (found.most, found.assumed) == (
        criterion.primary_trials,
        "where trials of one template correlate by 0.30",
    )
    assert len(found.sentences) == 1
    assert "1,000 runs" in found.how
    assert found.what.startswith(
        "Probability of each verdict and expected trials by true rate, where trials of one"
    )


def test_of_a_difference_that_stops_nothing_is_drawn() -> None:
    """Where nobody can say, there is no figure."""
    assert risks("paired", difference=True) is None


def test_the_risks_are_of_the_plan_that_was_asked_for() -> None:
    """Fewer trials than the protocol's can decide less."""
    found = risks("stopping", trials=30)
    assert found is not None
    assert found.most == 30
    assert {passes for _, passes, _, _ in found.points} == {0}


def test_a_report_does_not_wait_for_them() -> None:
    """Under three seconds of work for a design; again, and for checks of the same design, none to speak of."""
    begun = time.process_time()
    risks("stopping", trials=290)
    assert time.process_time() - begun < 3
    begun = time.process_time()
    risks("stopping", trials=290)
    assert time.process_time() - begun < 0.1
