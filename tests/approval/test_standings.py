"""What stands of decisions and waivers: what the one matching function says, and three things that are beside it."""

import pytest

from govkit.approval.case import Case
from govkit.approval.records import Condition
from govkit.approval.standings import policy_row, standings
from govkit.testing.office import DAY, Office


def _against(case: Case) -> dict[str, tuple[str, ...]]:
    return {each.matched.filed.name.partition("-")[0]: each.against for each in standings(case)}


def test_what_counts_has_nothing_against_it() -> None:
    """A decision and a waiver that two people signed, in the order of the log."""
    office = Office()
    office.grant()
    office.approve()
    assert [each.counts for each in standings(office.case())] == [True, True]
    assert list(_against(office.case())) == ["waiver", "decision"]


@pytest.mark.parametrize(
    ("dates", "reason"),
    [({"issued": "2026-12-01"}, "policy-not-yet"), ({"expires": "2026-11-01"}, "policy-expired")],
)
def test_under_a_policy_that_is_not_in_force_nothing_counts(dates: dict[str, str], reason: str) -> None:
    """Its state is what the gate says of it, and stands against every record."""
    office = Office()
    office.policy_text |= dates
    office.grant()
    office.approve()
    case = office.case()
    assert policy_row(case).reason == reason
    assert all(each[0] == reason for each in _against(case).values())


def test_a_policy_that_nobody_trusted_signed_lets_nothing_count() -> None:
    """A stranger's policy, with a quorum of the stranger's choice, opens nothing."""
    office = Office()
    office.policy_signatures = office.sign_policy(office.stranger)
    office.grant()
    assert _against(office.case()) == {"waiver": ("policy-signer-unknown",)}


def test_an_approval_with_an_overdue_condition_does_not_count() -> None:
    """From the day after it was due, unless somebody whose signature counts says that it was met."""
    office = Office()
    due = f"{office.now - 2 * DAY:%Y-%m-%d}"
    condition = Condition(id="log", text="Keep a log.", owner="Ann", due=due, verification="The log.")
    decision = office.approve(position="approve-with-conditions", conditions=(condition,))
    assert _against(office.case()) == {"decision": ("condition-overdue",)}
    assert _against(office.case(now=office.now - 2 * DAY)) == {"decision": ()}
    office.sign(office.fulfilment(decision, "log"), office.ann, days_ago=1)
    assert _against(office.case()) == {"decision": ()}


def test_of_several_decisions_one_stands() -> None:
    """The latest; and where somebody rejects, the rejection, whatever came after it."""
    office = Office()
    office.approve(scope="Here.")
    office.approve(scope="There, too.", made=f"{office.now - 9 * DAY:%Y-%m-%dT%H:%M:%SZ}")
    assert [each.against for each in standings(office.case())] == [("followed",), ()]
    office.sign(office.decide("reject"), office.ann, "owner")
    assert [each.against for each in standings(office.case())] == [("followed",), ("followed",), ()]


def test_an_approval_that_ended_brings_no_earlier_one_back() -> None:
    """Whoever revokes the latest decision does not thereby put the one before it in force again."""
    office = Office()
    office.approve(scope="Here.")
    later = office.approve(scope="There, too.", made=f"{office.now - 9 * DAY:%Y-%m-%dT%H:%M:%SZ}")
    office.sign(office.revocation(later), office.ann)
    assert [each.against for each in standings(office.case())] == [("followed",), ("revoked",)]
