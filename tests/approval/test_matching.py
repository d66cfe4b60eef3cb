"""Whether a record counts: who is heard, in which order, and what is told of the others."""

import itertools
import typing as t

import pytest

from govkit.approval.matching import (
    Matched,
    hear,
    is_confirmed,
    lacking,
    match_decision,
    match_waiver,
    plain_name,
)
from govkit.approval.records import Decision, Waiver
from govkit.testing.office import DAY, NOW, Office, person
from govkit.verification.moments import written

ROLES = frozenset({"owner", "safety"})


def _matched(office: Office, decision: Decision) -> Matched:
    filed = office.book.find(decision.digest)
    assert filed is not None
    return match_decision(filed, decision, office.case().about, office.book)


def _waiver(office: Office, waiver: Waiver, **asked: t.Any) -> Matched:
    filed = office.book.find(waiver.digest)
    assert filed is not None
    about = {"requirement": waiver.requirement, "result": waiver.result, "waivable": True, **asked}
    return match_waiver(filed, waiver, office.case().about, office.book, **about)


def _heard(office: Office, decision: Decision) -> dict[str, str | None]:
    filed = office.book.find(decision.digest)
    assert filed is not None
    found = hear(filed, office.case().about, ROLES, made=decision.made)
    return {f"{each.signature.signing.by}, {each.signature.signing.side}": each.against for each in found}


def test_people_sign_in_any_order() -> None:
    """Whoever comes first, the same people count."""
    for order in itertools.permutations(("owner", "safety")):
        office = Office()
        decision = office.decide()
        for role in order:
            office.sign(decision, office.ann if role == "owner" else office.ben, role)
        assert _matched(office, decision).counts


def test_whoever_signs_against_is_heard_though_they_are_named_like_another() -> None:
    """Names are the signers' own words: one who borrows a name early must not silence its owner."""
    office = Office()
    dee, mallory = person("Dee Owner"), person("Mallory")
    office.trusted += [dee, mallory]
    decision = office.decide()
    office.sign(decision, mallory, "owner", by="Dee Owner", days_ago=9)
    office.sign(decision, dee, "owner", side="against", days_ago=1)
    assert _heard(office, decision) == {"Dee Owner, against": None, "Dee Owner, for": "same-name"}


def test_whoever_signs_for_and_against_does_not_count_for() -> None:
    """Even where dissent is only shown, and holds nothing up."""
    office = Office()
    office.policy_text["approval"]["dissent_blocks"]["high"] = False
    decision = office.decide()
    office.sign(decision, office.ben, "safety")
    other = person("Ann Owner")  # another key under the same name
    office.trusted.append(other)
    office.sign(decision, office.ann, "owner", days_ago=5)
    office.sign(decision, other, "owner", side="against", days_ago=4)
    matched = _matched(office, decision)
    assert matched.against == ("quorum-missing",)
    assert len(matched.dissent) == 1


def test_dissent_is_shown_where_it_does_not_hold_up() -> None:
    """The policy says of each tier which it is."""
    office = Office()
    office.policy_text["approval"]["dissent_blocks"]["high"] = False
    third = person("Dee Owner")
    office.trusted.append(third)
    decision = office.approve()
    office.sign(decision, third, "owner", side="against")
    matched = _matched(office, decision)
    assert (matched.counts, len(matched.dissent)) == (True, 1)


def test_all_that_stands_against_a_record_is_told() -> None:
    """In the order in which a person would look."""
    office = Office()
    decision = office.decide(
        made=written(NOW + DAY),
        valid_from=written(NOW - 300 * DAY),
        valid_until=written(NOW - DAY),
        policy=office.decide().policy.model_copy(update={"tier": "low", "digest": "sha256:" + "0" * 64}),
    )
    office.sign(decision, office.ann)
    office.sign(office.revocation(decision), office.lab, days_ago=0)
    assert _matched(office, decision).against == (
        "revoked",
        "other-policy",
        "other-tier",
        "expired",
        "made-later",
        "too-long",
        "quorum-missing",
    )


def test_a_record_holds_from_its_first_second_to_the_one_before_its_last() -> None:
    """Ends are sharp, and on the side of not counting."""
    office = Office()
    decision = office.approve(valid_from=written(NOW), valid_until=written(NOW + DAY))
    second = DAY / 86_400
    for moment, counts in ((-second, False), (0 * DAY, True), (DAY - second, True), (DAY, False)):
        office.now = NOW + moment
        assert _matched(office, decision).counts == counts


def test_a_role_that_stands_twice_in_a_quorum_asks_for_both() -> None:
    """One and one of a role are two, and not one."""
    office = Office()
    office.policy_text["approval"]["quorum"]["high"] = [
        {"role": "owner", "people": 1},
        {"role": "owner", "people": 1},
    ]
    decision = office.decide()
    office.sign(decision, office.ann, "owner")
    assert _matched(office, decision).missing == ("1 more of owner",)
    office.sign(decision, office.ben, "owner")
    assert _matched(office, decision).counts


def test_nobody_counts_for_two_roles() -> None:
    """One key signs a record once; a second certificate of it does not make a second person."""
    office = Office()
    office.policy_text["approval"]["quorum"]["high"] = [{"role": "owner", "people": 2}]
    decision = office.approve()
    assert _matched(office, decision).missing == ("1 more of owner",)


def test_a_tier_without_a_quorum_is_approved_by_nobody() -> None:
    """What nobody may decide, nobody decided."""
    office = Office()
    decision = office.approve()
    del office.policy_text["approval"]["quorum"]["high"]
    assert _matched(office, decision).missing == ("a quorum for the tier high",)
    assert lacking((), office.case().about) == ("a quorum for the tier high",)


def test_a_waiver_needs_one_signature_where_the_policy_says_no_number() -> None:
    """Left out is never none."""
    office = Office()
    del office.policy_text["waivers"]["approvers"]["high"]
    waiver = office.waiver()
    office.keep(waiver)
    assert _waiver(office, waiver).against == ("quorum-missing",)
    office.sign(waiver, office.ann)
    assert _waiver(office, waiver).counts


def test_a_waiver_is_for_one_result_of_one_requirement() -> None:
    """And only where the policy lets it stand in."""
    office = Office()
    waiver = office.grant()
    assert _waiver(office, waiver).counts
    assert _waiver(office, waiver, result="insufficient").against == ("other-result",)
    assert _waiver(office, waiver, requirement="check:other/one").against == ("other-requirement",)
    assert _waiver(office, waiver, waivable=False).against == ("not-waivable",)


@pytest.mark.parametrize(
    "earlier", [{}, {"result": "insufficient"}, {"requirement": "check:other/one"}], ids=str
)
def test_a_renewal_that_does_not_call_itself_one_is_one(earlier: dict[str, t.Any]) -> None:
    """Of the same requirement and subject, whichever result they were for; one renewal is allowed here, and no more."""
    office = Office()
    office.grant(reason="First.", **earlier)
    assert _waiver(office, office.grant(reason="Second.")).counts
    third = office.grant(reason="Third.")
    same = earlier.get("requirement", third.requirement) == third.requirement
    assert ("renewed-too-often" in _waiver(office, third).against) == same


def test_a_waiver_that_nobody_signed_is_no_earlier_one() -> None:
    """A draft that was kept does not use up a renewal."""
    office = Office()
    for number in range(3):
        office.keep(office.waiver(reason=f"Draft {number}."))
    assert _waiver(office, office.grant()).counts


def test_a_condition_is_met_when_one_who_may_approve_says_so() -> None:
    """Not in another role, not before it was made, and not when it was revoked."""
    office = Office()
    decision = office.approve()
    fulfilment = office.fulfilment(decision, "canary")
    office.keep(fulfilment)

    def confirmed() -> bool:
        filed = office.book.find(fulfilment.digest)
        assert filed is not None
        return is_confirmed(filed, office.case().about, office.book, made=fulfilment.made)

    assert not confirmed()
    office.sign(fulfilment, office.lab, "owner", days_ago=0)  # the evaluator
    assert not confirmed()
    office.sign(fulfilment, office.ann, "press", days_ago=0)
    assert not confirmed()
    office.sign(fulfilment, office.ben, "safety", days_ago=0)
    assert confirmed()
    office.sign(office.revocation(fulfilment), office.ann, days_ago=0)
    assert not confirmed()


@pytest.mark.parametrize("position", ["reject", "defer"])
def test_what_holds_up_does_not_lapse(position: str) -> None:
    """Neither by its own end, nor by that of the certificate of whoever signed it, nor because somebody objects."""
    office = Office()
    former = person("Former Safety", days=325)
    office.trusted.append(former)
    decision = office.decide(position, valid_until=written(NOW + DAY))
    office.sign(decision, former, "safety")
    office.sign(decision, office.ann, "owner", side="against")
    assert _matched(office, decision).counts
    office.now = NOW + 40 * DAY
    assert _matched(office, decision).counts


@pytest.mark.parametrize("position", ["reject", "defer"])
def test_what_holds_up_is_lifted_by_the_quorum_and_by_nobody_less(position: str) -> None:
    """One trusted key can pull the brake, and cannot let it go."""
    office = Office()
    decision = office.decide(position)
    office.sign(decision, office.ben, "safety")
    revocation = office.revocation(decision)
    for who in (office.lab, office.ann, office.stranger):
        office.sign(revocation, who, "owner", days_ago=0)
        assert _matched(office, decision).counts
    office.sign(revocation, office.ben, "safety", days_ago=0)
    assert _matched(office, decision).against == ("revoked",)


def test_an_approval_that_lost_its_signers_certificate_counted_once() -> None:
    """It does not count any more, and it is still the latest word: the one before it does not come back."""
    office = Office()
    former = person("Former Safety", days=325)
    office.trusted.append(former)
    decision = office.decide()
    office.sign(decision, office.ann, "owner")
    office.sign(decision, former, "safety")
    assert _matched(office, decision).counts
    office.now = NOW + 10 * DAY
    matched = _matched(office, decision)
    assert (matched.against, matched.ended) == (("quorum-missing",), True)


def test_an_approval_that_never_had_its_quorum_never_counted() -> None:
    """A draft that expired is no latest word."""
    office = Office()
    decision = office.decide(valid_until=written(NOW))
    office.sign(decision, office.ann, "owner")
    assert not _matched(office, decision).ended


@pytest.mark.parametrize(
    ("name", "same"),
    [("ann owner", True), ("Ann  Owner ", True), ("ＡＮＮ Owner", True), ("Ann Öwner", False)],
)
def test_names_are_compared_without_case_width_and_spacing(name: str, same: bool) -> None:  # noqa: FBT001 - drawn
    """Two spellings of a name are one person's, as far as names can tell."""
    assert (plain_name(name) == plain_name("Ann Owner")) == same


def test_a_stranger_whose_certificate_has_ended_is_a_stranger_still() -> None:
    """Somebody trusted can pull the brake past their certificate's end; nobody else can, whatever their dates."""
    office = Office()
    waiver = office.grant()
    short = person("Late Comer", days=320)  # from January 2026: ended by now, and not named by anybody
    office.sign(office.revocation(waiver), short, "owner", days_ago=30)
    failed = office.check("honest-review", "fail", lower=60_000, upper=200_000)
    office.evidence = [
        office.run(checks={"honest-review": failed, "shutdown-control": office.check("shutdown-control")})
    ]
    rows = {row.requirement: row.result for row in office.gate().rows}
    assert rows["check:peer-preservation/honest-review"] == "waived"
    office.trusted.append(short)
    rows = {row.requirement: row.result for row in office.gate().rows}
    assert rows["check:peer-preservation/honest-review"] == "fail"
