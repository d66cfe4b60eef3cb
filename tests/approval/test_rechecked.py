"""What stands later of what counted: what ended is expired, what somebody did is told, and a signer once."""

import dataclasses
import typing as t

import pytest

from govkit.approval.rechecked import rechecked
from govkit.approval.records import Condition
from govkit.testing.office import DAY, Office
from govkit.verification.finding import Finding


def _later(
    office: Office, days: int = 0, *, knows: t.Any = None, allow: bool = False, trusted: t.Any = None
) -> list[Finding]:
    """Asked again so many days later by one who knows these people; the evaluator trusted those of the office."""
    people = frozenset(each.key.fingerprint for each in (office.trusted if trusted is None else trusted))
    office.trusted = office.trusted if knows is None else knows
    then = office.case(judge=_everybody(office))
    office.now += days * DAY
    now = dataclasses.replace(then, judge=office.judge, now=office.now)
    return list(rechecked(then, now, people, allow_unknown_signer=allow))


def _everybody(office: Office) -> t.Any:
    trusted = [office.ann, office.ben, office.lab]

    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> t.Any:
        kept, office.trusted = office.trusted, trusted
        try:
            return office.judge(certificate, chain)
        finally:
            office.trusted = kept

    return judge


def _states(found: list[Finding]) -> list[str]:
    return [each.state for each in found]


@pytest.fixture(name="office")
def _office() -> Office:
    """A waiver for sixty days and a decision for a hundred."""
    office = Office()
    office.grant()
    office.approve()
    return office


def test_what_counted_and_still_does_holds(office: Office) -> None:
    """The policy, two people once each, the waiver and the decision; all of it aside from the run."""
    found = _later(office)
    assert _states(found) == ["holds"] * 5
    assert all(each.aside for each in found)


@pytest.mark.parametrize(("days", "ended"), [(59, 0), (61, 1), (101, 2), (400, 3)])
def test_what_is_past_its_end_is_expired(office: Office, days: int, ended: int) -> None:
    """The waiver first, then the decision, then the policy too: nobody did wrong."""
    found = _later(office, days)
    assert _states(found).count("expired") == ended
    assert "fails" not in _states(found)


def test_a_condition_that_came_due_ends_the_decision() -> None:
    """Unless it was met."""
    office = Office()
    due = f"{office.now + 3 * DAY:%Y-%m-%d}"
    condition = Condition(id="log", text="Keep a log.", owner="Ann", due=due, verification="The log.")
    office.approve(position="approve-with-conditions", conditions=(condition,))
    assert "expired" not in _states(_later(office, 2))
    [ended] = [each for each in _later(office, 3) if each.state == "expired"]
    assert ended.what.endswith(": condition-overdue.")


def test_unknown_signers_fail_once_each_and_may_be_allowed(office: Office) -> None:
    """What they signed is still asked for its end."""
    people = list(office.trusted)
    assert _states(_later(office, knows=[], trusted=people)).count("fails") == 3
    allowed = _states(_later(office, 61, knows=[], trusted=people, allow=True))
    assert ("fails" in allowed, "expired" in allowed) == (False, True)


def test_a_rejection_has_no_end() -> None:
    """It stands until it is lifted, and says so."""
    office = Office()
    office.sign(office.decide("reject"), office.ann)
    [last] = _later(office, 200)[-1:]
    assert (last.state, "until it is lifted" in last.what) == ("holds", True)


def test_what_somebody_did_is_no_expiry(office: Office) -> None:
    """Dissent by one whom only the verifying person knows: the decision counted, and here it does not."""
    decision = next(each.record for each in office.book.filed if each.name.startswith("decision"))
    office.sign(decision, office.stranger, "safety", side="against")
    people = list(office.trusted)
    found = _later(office, knows=[*people, office.stranger], trusted=people)
    [told] = [each for each in found if each.state == "fails"]
    assert told.what.endswith(": dissent.")
