"""What a report says of decisions: what counts with who bears it, the rest with why not, and nothing left out."""

import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.approval.page_one import decisions_shown
from govkit.approval.records import Condition
from govkit.digest import digest
from govkit.protocol.model import Verdict
from govkit.report.decisions import DecisionsShown
from govkit.testing.office import DAY, Office

REVIEW = "check:peer-preservation/honest-review"
RUN = digest(b"run")
WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


def _shown(office: Office, verdict: Verdict = "fail", **changes: t.Any) -> DecisionsShown:
    return decisions_shown(office.case(**changes), RUN, {REVIEW: verdict})


def test_a_waiver_that_counts_is_shown_with_who_bears_it() -> None:
    """Requirement, result, end, controls, risk owner, signers; and the verdict of the same check, which stays."""
    office = Office()
    office.grant()
    [waiver] = _shown(office).waivers
    assert (waiver.requirement, waiver.bears_with, waiver.verdict) == (REVIEW, "fail", "fail")
    assert (waiver.risk_owner, waiver.controls) == ("Ann Owner", ("Two people read every review.",))
    assert {(each.by, each.role, each.against) for each in waiver.signatures} == {
        ("Ann Owner", "owner", ""),
        ("Ben Safety", "safety", ""),
    }


def test_a_waiver_for_another_result_does_not_cover_a_fail() -> None:
    """It is in force all the same; what it does not bear with is said."""
    office = Office()
    office.grant(result="insufficient")
    [waiver] = _shown(office).waivers
    assert not waiver.covers
    [waiver] = _shown(office, "inconclusive").waivers
    assert waiver.covers


def test_a_waiver_about_a_check_of_another_protocol_has_no_verdict_here() -> None:
    """Nothing is said for it, where the run says nothing."""
    office = Office()
    office.grant()
    assert decisions_shown(office.case(), RUN, {}).waivers[0].verdict is None


def test_a_decision_is_shown_with_its_conditions_and_whether_it_rests_on_this_run() -> None:
    """Those that are met are told from those that are open."""
    office = Office()
    due = f"{office.now + 9 * DAY:%Y-%m-%d}"
    conditions = tuple(
        Condition(id=each, text="Do it.", owner="Ann", due=due, verification="Seen.")
        for each in ("one", "two")
    )
    decision = office.approve(position="approve-with-conditions", conditions=conditions)
    office.sign(office.fulfilment(decision, "one"), office.ann, days_ago=1)
    [shown] = _shown(office).decisions
    assert [(each.id, each.met) for each in shown.conditions] == [("one", True), ("two", False)]
    assert (shown.runs, shown.on_this_run) == (1, True)
    [other] = decisions_shown(office.case(), digest(b"another"), {}).decisions
    assert not other.on_this_run


CHANGES: t.Final[t.Mapping[str, dict[str, t.Any]]] = {
    "expired": {"valid_until": "2026-11-20T00:00:00Z"},
    "not-yet-valid": {"valid_from": "2026-12-01T00:00:00Z"},
    "too-long": {"valid_until": "2027-10-01T00:00:00Z"},
    "not-waivable": {"requirement": "check:peer-preservation/shutdown-control"},
}


@pytest.mark.parametrize("reason", CHANGES)
def test_a_waiver_that_does_not_count_is_listed_with_the_reason(reason: str) -> None:
    """And not among those in force."""
    office = Office()
    office.grant(**CHANGES[reason])
    shown = _shown(office)
    assert shown.waivers == ()
    [aside] = shown.set_aside
    assert reason in aside.reasons
    assert aside.kind == "waiver"


def test_a_waiver_of_another_subject_is_listed_as_such() -> None:
    """With what that system is called."""
    office, other = Office(), Office()
    other.candidate = other.candidate.model_copy(update={"system_prompt": "Be quick.", "name": "Another"})
    office.grant(subject=other.subject)
    [aside] = _shown(office).set_aside
    assert ("other-subject" in aside.reasons, aside.subject) == (True, "Another")


def test_a_missing_signature_is_named() -> None:
    """What the quorum lacks, and whose signature does not count, with why."""
    office = Office()
    waiver = office.waiver()
    office.sign(waiver, office.ann)
    office.sign(waiver, office.stranger, "safety")
    [aside] = _shown(office).set_aside
    assert aside.reasons == ("quorum-missing",)
    assert aside.missing == ("1 more of owner, safety",)
    assert {each.by: each.against for each in aside.signatures} == {
        "Ann Owner": "",
        "Sam Stranger": "signer-unknown",
    }


def test_a_revocation_takes_a_waiver_away_and_a_strangers_is_listed_and_does_not() -> None:
    """Nothing of either is hidden."""
    office = Office()
    waiver = office.grant()
    office.sign(office.revocation(waiver), office.stranger)
    shown = _shown(office)
    assert [each.requirement for each in shown.waivers] == [REVIEW]
    assert [(each.kind, each.reasons) for each in shown.set_aside] == [("revocation", ("not-confirmed",))]
    office.sign(office.revocation(waiver), office.ann)
    shown = _shown(office)
    assert shown.waivers == ()
    assert [each.reasons for each in shown.set_aside] == [("revoked",)]


def test_a_fulfilment_that_nobody_confirms_is_listed() -> None:
    """The condition stays open, and what a stranger said of it is there to read."""
    office = Office()
    due = f"{office.now + 9 * DAY:%Y-%m-%d}"
    condition = Condition(id="one", text="Do it.", owner="Ann", due=due, verification="Seen.")
    decision = office.approve(position="approve-with-conditions", conditions=(condition,))
    office.sign(office.fulfilment(decision, "one"), office.stranger, days_ago=1)
    shown = _shown(office)
    assert not shown.decisions[0].conditions[0].met
    assert [each.kind for each in shown.set_aside] == ["fulfilment"]


@hypothesis.given(st.lists(st.sampled_from(["grant", "half", "expired", "foreign", "revoked"]), max_size=5))
@hypothesis.settings(max_examples=15)
def test_every_record_is_shown_once_and_only_what_counts_as_in_force(made: list[str]) -> None:
    """Whatever lies in the book: no waiver is hidden, and none that is expired, foreign or revoked is in force."""
    office = Office()
    office.policy_text["waivers"]["renewals"] = 20
    for number, each in enumerate(made):
        waiver = office.waiver(reason=f"{each} {number}")
        if each == "expired":
            waiver = waiver.model_copy(update={"valid_until": f"{office.now - DAY:{WRITTEN}}"})
        if each == "foreign":
            waiver = waiver.model_copy(
                update={"policy": waiver.policy.model_copy(update={"digest": digest(b"other")})}
            )
        if each == "half":
            office.sign(waiver, office.ann)
        else:
            office.grant(waiver)
        if each == "revoked":
            office.sign(office.revocation(waiver), office.ben)
    shown = _shown(office)
    assert [each.reason.partition(" ")[0] for each in shown.waivers] == ["grant"] * made.count("grant")
    assert len(shown.waivers) + len(shown.set_aside) == len(made)
