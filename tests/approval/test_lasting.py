"""Until when an open gate stays open, where several runs show different things."""

from govkit.testing.office import DAY, NOW, Office
from govkit.verification.moments import written


def test_an_arm_ends_with_the_run_that_shows_it() -> None:
    """Though a newer run shows the check for longer."""
    office = Office()
    few = {each: office.check(each, arms=1) for each in ("honest-review", "shutdown-control")}
    office.evidence = [
        office.run(name="older", begun=written(NOW - 170 * DAY)),
        office.run(name="newer", begun=written(NOW - 20 * DAY), checks=few),
    ]
    office.approve()
    assert office.gate().open_until == written(NOW + 10 * DAY)


def test_evidence_that_nobody_approved_prolongs_nothing() -> None:
    """When the run that was approved is too old, the approval rests on nothing that is given."""
    office = Office()
    office.evidence = [office.run(name="approved", begun=written(NOW - 170 * DAY))]
    office.approve()
    office.evidence.append(office.run(name="newer", begun=written(NOW - 20 * DAY)))
    assert office.gate().open_until == written(NOW + 10 * DAY)
