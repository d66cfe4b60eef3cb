"""
Situations of the gate, each by name: what is changed in an office whose gate is open, and what the gate says then.

Every situation is made twice: without its change, where the gate has to be open, and with it. So it is the change and
nothing else that shuts it. The table covers every reason that a row can carry, every result, and every reason for which
a record or a signature does not count: a code that no situation shows is one that cannot happen.
"""

# ruff: noqa: D103, ARG001 - of a situation, the name says what it is; not every one needs the office

import collections
import dataclasses
import datetime
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from govkit.approval.log import NAME as LOG
from govkit.approval.matching import Against, Unheard
from govkit.approval.reasons import REASONS
from govkit.approval.records import Decision, Result, Waiver, file_name
from govkit.approval.result import EXIT_CODES, Bottom, GateResult, Row
from govkit.digest import digest
from govkit.errors import AskedWrongly
from govkit.testing.office import DAY, NOW, Office, condition, person
from govkit.testing.office_checks import read_by_people
from govkit.trial.deployment import DeployedPeer, Described, Named
from govkit.trial.profile import Sampling
from govkit.verification.moments import written
from govkit.verification.signer import Signer

Overrides: t.TypeAlias = dict[str, t.Any] | None
"""Arguments of the gate that are given otherwise."""
Change: t.TypeAlias = t.Callable[[Office], Overrides]
ABOVE, REVIEW, STOP = (
    60_000,
    "check:peer-preservation/honest-review",
    "check:peer-preservation/shutdown-control",
)


@dataclasses.dataclass(frozen=True)
class Situation:
    """One row of the table."""

    name: str
    change: Change
    row: str
    """The requirement that is looked at."""
    result: Result
    reason: str
    bottom: Bottom
    set_aside: tuple[str, ...] = ()
    """Codes that must stand among what was set aside."""
    before: t.Callable[[Office], t.Any] = Office.approve
    """How the open gate was come to."""


TABLE: list[Situation] = []


def situation(
    row: str,
    reason: str,
    bottom: Bottom,
    *set_aside: str,
    before: t.Callable[[Office], t.Any] = Office.approve,
) -> t.Callable[[Change], Change]:
    """Enters the change that follows into the table; it is called what its function is called."""

    def enter(change: Change) -> Change:
        name, result = change.__name__.strip("_").replace("_", " "), REASONS[reason][0]
        TABLE.append(Situation(name, change, row, result, reason, bottom, set_aside, before))
        return change

    return enter


# --- how an open gate is come to ---


def old_evidence(office: Office) -> None:
    """Evidence of the subject as it is now, which does not change with the subject."""
    office.evidence = [office.run()]
    office.approve()


def waived(office: Office) -> None:
    """One check failed; it is waived, and approved in the knowledge of that."""
    office.evidence = [office.run(checks=_checks(office, "fail"), verdict="fail")]
    office.grant()
    office.approve()


def conditional(office: Office) -> Decision:
    """Approved under a condition that is due in December."""
    return office.approve(position="approve-with-conditions", conditions=(condition(),))


def named(office: Office) -> None:
    """The policy names everybody whose signature counts."""
    office.policy_text["parties"] = [
        office.ann.party("owner"),
        office.ben.party("safety"),
        office.lab.party("evaluator"),
    ]
    office.approve()


def only_approved_evidence(office: Office) -> None:
    """The policy names a developer and no evaluator."""
    office.policy_text["parties"] = [
        office.ann.party("owner"),
        office.ben.party("safety"),
        office.stranger.party("developer"),
    ]
    office.approve()


def calendar(office: Office) -> None:
    """The policy's calendar asks for a new test after 35 days; the evidence is 30 days old."""
    office.policy_text["retest"].append(
        {"when": "calendar", "run": "all", "days": 35, "why": "Once a month."}
    )
    old_evidence(office)


def later_in_force(office: Office) -> None:
    """The policy is in force since yesterday."""
    office.policy_text["issued"] = "2026-11-20"
    old_evidence(office)


def weights_and_snapshot(office: Office) -> None:
    """The subject names both its weights and the name by which they answer."""
    named_weights = Named(digest=digest(b"weights"))
    office.deployment = office.deployment.model_copy(update={"weights": named_weights})
    office.approve()


def immaterial_parameters(office: Office) -> None:
    """Parameters are declared immaterial, and the policy lets them be."""
    office.deployment = office.deployment.model_copy(update={"immaterial": {"parameters": "No matter."}})
    old_evidence(office)


def _checks(office: Office, verdict: str = "pass", **numbers: t.Any) -> dict[str, t.Any]:
    """Both checks; the first of them with this verdict and these numbers."""
    return {
        "honest-review": office.check("honest-review", verdict, **numbers),
        "shutdown-control": office.check("shutdown-control"),
    }


def _runs(office: Office, *runs: dict[str, t.Any]) -> None:
    """Evidence of several runs, each with what is another in it; all of them were known to who approved."""
    office.evidence = [
        office.run(**{"name": f"run {number}", **changes}) for number, changes in enumerate(runs, 1)
    ]
    office.files.clear()
    office.approve()


def _decided(office: Office, *signers: tuple[t.Any, str], **changes: t.Any) -> Decision:
    """Another decision in the place of the one that was made, signed by these in these roles."""
    office.files.clear()
    decision = office.decide(**changes)
    office.keep(decision)
    for who, role in signers:
        office.sign(decision, who, role)
    return decision


def _granted(office: Office, waiver: Waiver | None = None, **changes: t.Any) -> Waiver:
    """Another waiver in the place of the one that was granted, and the approval again."""
    office.files.clear()
    granted = office.grant(waiver, **changes)
    office.approve()
    return granted


def _named_otherwise(office: Office, **changes: t.Any) -> None:
    office.deployment = office.deployment.model_copy(update=changes)


# --- the policy ---


@situation("policy", "policy-unsigned", "broken")
def nobody_signed_the_policy(office: Office) -> Overrides:
    return {"policy_signatures": ()}


@situation("policy", "policy-altered", "broken")
def the_policy_is_not_what_was_signed(office: Office) -> Overrides:
    return {"policy_problem": "What stands here is not what was signed."}


@situation("policy", "policy-altered", "broken")
def a_policy_under_the_name_of_one_that_travels_with_govkit(office: Office) -> Overrides:
    return {"policy_signatures": (), "shipped_policies": {"office 1.0.0": digest(b"another")}}


@situation("policy", "policy-in-force", "open")
def a_policy_that_travels_with_govkit_needs_no_signature(office: Office) -> Overrides:
    return {"policy_signatures": (), "shipped_policies": {"office 1.0.0": office.policy.digest}}


@situation("policy", "policy-signer-unknown", "broken")
def a_stranger_signed_the_policy(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(office.stranger)}


@situation("policy", "policy-in-force", "open")
def a_stranger_signed_the_policy_too(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(office.stranger) + office.sign_policy()}


@situation("policy", "policy-signer-unknown", "broken", before=only_approved_evidence)
def somebody_whom_only_the_policy_itself_names_signed_it(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(office.stranger)}


@situation("policy", "policy-signer-unknown", "broken")
def the_policy_was_signed_in_another_role(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(role="owner")}


@situation("policy", "policy-signer-unknown", "broken")
def the_policy_was_signed_against(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(side="against")}


@situation("policy", "policy-signer-unknown", "broken")
def the_policy_was_signed_tomorrow(office: Office) -> Overrides:
    return {"policy_signatures": office.sign_policy(signed=written(NOW + DAY))}


@situation("policy", "policy-signer-expired", "expired")
def the_certificate_of_who_signed_the_policy_is_past_its_end(office: Office) -> Overrides:
    former = person("Former Owner", days=30)
    office.trusted.append(former)
    return {"policy_signatures": office.sign_policy(former)}


@situation("policy", "policy-expired", "expired", "expired")
def the_policy_is_past_its_end(office: Office) -> Overrides:
    office.evidence = [office.run()]
    office.now = NOW.replace(year=2027, month=7, day=1)
    return None


@situation("policy", "policy-not-yet", "shut", before=later_in_force)
def the_policy_is_not_in_force_yet(office: Office) -> Overrides:
    office.now = NOW - 2 * DAY
    return None


# --- clock, subject and model ---


@situation("clock", "clock-before-evidence", "broken")
def the_clock_is_before_the_evidence(office: Office) -> Overrides:
    office.evidence = [office.run(signed=written(NOW + DAY))]
    return None


@situation("clock", "clock-before-evidence", "broken")
def the_evidence_was_begun_tomorrow(office: Office) -> Overrides:
    office.evidence = [office.run(begun=written(NOW + DAY))]
    return None


@situation("clock", "clock-before-evidence", "broken")
def the_evidence_was_signed_at_no_time(office: Office) -> Overrides:
    office.evidence = [office.run(signed="of old"), office.run(name="other")]
    return None


@situation("clock", "clock-in-order", "open")
def two_clocks_are_four_minutes_apart(office: Office) -> Overrides:
    office.evidence = [office.run(signed=written(NOW + datetime.timedelta(minutes=4)))]
    return None


@situation("subject", "component-not-stated", "undecided", "other-subject")
def the_tools_are_not_stated(office: Office) -> Overrides:
    _named_otherwise(office, tools=None)
    return None


@situation("subject", "component-immaterial", "shut", "other-subject")
def the_model_is_declared_immaterial(office: Office) -> Overrides:
    _named_otherwise(office, immaterial={"model": "They are all alike."})
    return None


@situation("decision", "other-subject", "expired", "other-subject")
def what_may_be_immaterial_was_declared_so_after_the_approval(office: Office) -> Overrides:
    _named_otherwise(office, immaterial={"memory": "It has none."})
    return None


@situation("subject", "subject-described", "open")
def the_system_is_described(office: Office) -> Overrides:
    return None


@situation("model", "provider-mutable", "shut", "other-subject")
def the_provider_can_change_the_model(office: Office) -> Overrides:
    _named_otherwise(office, snapshot=None)
    return None


@situation("model", "answered-otherwise", "shut")
def another_model_answered(office: Office) -> Overrides:
    office.evidence = [office.run(models=("model-2026-05-01", "model-2026-06-01"))]
    return None


@situation("model", "answered-otherwise", "shut")
def nobody_says_what_answered(office: Office) -> Overrides:
    office.evidence = [office.run(models=())]
    return None


@situation("model", "answered-otherwise", "shut", before=weights_and_snapshot)
def another_model_answered_than_the_weights_named(office: Office) -> Overrides:
    office.evidence = [office.run(models=("model-2026-06-01",))]
    return None


@situation("model", "model-pinned", "open")
def the_model_answered_with_its_route_before_its_name(office: Office) -> Overrides:
    office.evidence = [office.run(models=("somewhere/model-2026-05-01",))]
    return None


@situation("model", "model-pinned", "open", "changed-since", before=old_evidence)
def a_run_of_another_model_is_given_too(office: Office) -> Overrides:
    theirs = office.run().subject
    assert theirs is not None
    other = [
        each.model_copy(update={"digest": digest(b"other")}) if each.kind == "model" else each
        for each in theirs.components
    ]
    subject = theirs.model_copy(update={"components": tuple(other)})
    office.evidence.append(office.run(name="before", subject=subject, models=("model-2025-01-01",)))
    return None


# --- evidence ---


@situation("evidence", "no-evidence", "undecided")
def no_evidence_is_given(office: Office) -> Overrides:
    return {"evidence": ()}


def _flawed(flaw: str) -> Change:
    def change(office: Office) -> Overrides:
        office.evidence = [office.run(flaw=flaw, why="It does not hold.")]
        return None

    change.__name__ = f"the evidence is {flaw}".replace("-", "_")
    return change


for _flaw in (
    "evidence-broken",
    "evidence-unfinished",
    "protocol-altered",  # edited after its release
    "protocol-unreleased",
    "signer-unknown",
    "signer-expired",
):
    situation("evidence:1", _flaw, "broken")(_flawed(_flaw))


@situation("evidence:1", "evidence-broken", "broken")
def evidence_that_names_no_subject(office: Office) -> Overrides:
    office.evidence = [office.run(subject=None)]
    return None


@situation("evidence:2", "signer-unknown", "broken")
def evidence_that_does_not_hold_lies_beside_what_does(office: Office) -> Overrides:
    office.evidence = [office.run(), office.run(name="other", flaw="signer-unknown")]
    return None


@situation("evidence:1", "evidence-holds", "open", "not-required")
def a_run_of_a_protocol_that_nobody_asked_for_is_given_too(office: Office) -> Overrides:
    office.evidence = [office.run(), office.run(name="other", protocol="oversight-chain")]
    return None


# --- checks ---


@situation(REVIEW, "above-tolerance", "shut")
def a_check_failed(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, "fail")})
    return None


@situation(REVIEW, "above-tolerance", "shut")
def a_check_passed_and_the_policy_tolerates_less(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, lower=ABOVE, upper=70_000)})
    return None


@situation(REVIEW, "above-tolerance", "shut")
def a_check_without_a_verdict_is_above_what_the_policy_tolerates(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, "inconclusive", lower=ABOVE, upper=ABOVE)})
    return None


@situation(REVIEW, "tolerance-not-shown", "undecided")
def a_check_passed_and_its_bound_is_above_the_policys_tolerance(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, upper=ABOVE)})
    return None


@situation(REVIEW, "tolerance-not-shown", "undecided")
def the_bound_over_situations_decides_where_the_check_has_a_stopping_rule(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, upper=1_000, sequential=(0, ABOVE))})
    return None


@situation(REVIEW, "tolerance-not-shown", "undecided")
def the_bound_of_the_difference_decides_where_one_is_required(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, upper=1_000, difference=(0, ABOVE))})
    return None


@situation(REVIEW, "within-tolerance", "open")
def the_rate_of_the_primary_condition_does_not_decide_beside_a_stopping_rule(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, upper=ABOVE, sequential=(0, 50_000))})
    return None


@situation(REVIEW, "no-verdict", "undecided")
def a_check_is_inconclusive(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, "inconclusive")})
    return None


@situation(REVIEW, "no-verdict", "undecided")
def a_check_is_invalid(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, "invalid", lower=ABOVE, upper=ABOVE)})
    return None


@situation(REVIEW, "not-run", "undecided")
def a_check_was_not_run(office: Office) -> Overrides:
    _runs(office, {"checks": {"shutdown-control": office.check("shutdown-control")}})
    return None


@situation(REVIEW, "other-version", "undecided")
def a_version_that_the_policy_does_not_accept(office: Office) -> Overrides:
    _runs(office, {"version": "1.9.0"})
    return None


@situation(REVIEW, "evidence-expired", "expired")
def evidence_older_than_allowed(office: Office) -> Overrides:
    _runs(office, {"begun": written(NOW - 180 * DAY)})
    return None


@situation(REVIEW, "within-tolerance", "open")
def evidence_on_its_last_day(office: Office) -> Overrides:
    _runs(office, {"begun": written(NOW - 180 * DAY + datetime.timedelta(seconds=1))})
    return None


@situation(REVIEW, "evidence-expired", "expired", before=calendar)
def the_calendar_asks_for_a_new_test(office: Office) -> Overrides:
    office.now = NOW + 6 * DAY
    return None


@situation(REVIEW, "changed-since", "expired", "changed-since", before=old_evidence)
def the_model_is_another(office: Office) -> Overrides:
    office.candidate = office.candidate.model_copy(update={"model": "openai/other"})
    return None


@situation(REVIEW, "changed-since", "expired", "changed-since", before=old_evidence)
def a_change_that_no_trigger_names_asks_for_everything(office: Office) -> Overrides:
    _named_otherwise(office, autonomy=Described(says="It acts at night."))
    return None


@situation(REVIEW, "within-tolerance", "expired", "other-subject", before=old_evidence)
def a_change_that_asks_for_nothing_leaves_the_evidence_and_ends_the_approval(office: Office) -> Overrides:
    _named_otherwise(office, memory=Described(says="It remembers a week."))
    return None


@situation(REVIEW, "within-tolerance", "expired", "other-subject", before=old_evidence)
def a_change_that_asks_for_another_protocol_leaves_the_evidence(office: Office) -> Overrides:
    _named_otherwise(office, peers=(DeployedPeer(name="b", model="m", relation="reviews"),))
    return None


@situation(REVIEW, "changed-since", "expired", "changed-since", before=immaterial_parameters)
def what_a_run_exercises_is_another_though_it_was_declared_immaterial(office: Office) -> Overrides:
    office.candidate = office.candidate.model_copy(update={"sampling": Sampling(temperature="2.0")})
    return None


@situation(REVIEW, "runs-disagree", "undecided")
def one_run_passed_and_another_has_no_verdict(office: Office) -> Overrides:
    _runs(office, {}, {"checks": _checks(office, "inconclusive")})
    return None


@situation(REVIEW, "above-tolerance", "shut")
def one_run_passed_and_another_failed(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, "fail")}, {})
    return None


@situation(REVIEW, "within-tolerance", "open")
def a_run_goes_on_from_one_without_a_verdict(office: Office) -> Overrides:
    early = _checks(office, "inconclusive", sequential=(0, ABOVE))
    early["shutdown-control"] = office.check("shutdown-control", sequential=(0, 40_000))
    _runs(office, {"checks": early, "records": frozenset("a")}, {"records": frozenset("ab")})
    return None


@situation(REVIEW, "runs-disagree", "undecided")
def a_run_goes_on_where_no_rule_allows_looking_early(office: Office) -> Overrides:
    early = _checks(office, "inconclusive")
    _runs(office, {"checks": early, "records": frozenset("a")}, {"records": frozenset("ab")})
    return None


@situation(REVIEW, "above-tolerance", "shut")
def a_run_goes_on_from_one_that_failed(office: Office) -> Overrides:
    early = {"honest-review": office.check("honest-review", "fail", sequential=(ABOVE, 90_000))}
    _runs(office, {"checks": early, "records": frozenset("a")}, {"records": frozenset("ab")})
    return None


@situation(REVIEW, "no-verdict", "undecided")
def a_run_goes_on_and_leaves_a_check_out(office: Office) -> Overrides:
    early = {"honest-review": office.check("honest-review", "inconclusive", sequential=(0, ABOVE))}
    late = {"shutdown-control": office.check("shutdown-control", sequential=(0, 40_000))}
    _runs(
        office,
        {"checks": early, "records": frozenset("a")},
        {"checks": late, "records": frozenset("ab")},
    )
    return None


@situation(REVIEW, "runs-disagree", "undecided")
def a_run_goes_on_from_one_in_which_people_found_more(office: Office) -> Overrides:
    early = {"honest-review": office.check("honest-review", sequential=(0, 40_000))}
    people = {"honest-review": read_by_people(early["honest-review"], "inconclusive")}
    _runs(
        office,
        {"checks": early, "people": people, "records": frozenset("a")},
        {"records": frozenset("ab")},
    )
    return None


@situation(REVIEW, "people-disagree", "undecided")
def people_read_it_better_than_the_machine(office: Office) -> Overrides:
    checks = _checks(office, "fail")
    _runs(
        office,
        {"checks": checks, "people": {"honest-review": read_by_people(checks["honest-review"], "pass")}},
    )
    return None


@situation(REVIEW, "no-verdict", "undecided")
def people_found_what_the_machine_missed(office: Office) -> Overrides:
    checks = _checks(office)
    people = {"honest-review": read_by_people(checks["honest-review"], "inconclusive")}
    _runs(office, {"checks": checks, "people": people})
    return None


@situation(REVIEW, "runs-disagree", "undecided")
def a_copy_of_the_run_that_nobody_read_is_given_after_the_one_that_people_read(office: Office) -> Overrides:
    checks = _checks(office)
    people = {"honest-review": read_by_people(checks["honest-review"], "inconclusive")}
    _runs(office, {"name": "run", "people": people}, {"name": "run"})
    return None


@situation(REVIEW, "taken-for-a-test", "undecided")
def the_system_took_itself_to_be_tested(office: Office) -> Overrides:
    _runs(office, {"checks": _checks(office, suspected=21)})
    return None


@situation(REVIEW, "scripted-candidate", "undecided")
def a_script_answered(office: Office) -> Overrides:
    _runs(office, {"scripted": True})
    return None


@situation("checks", "not-run", "undecided", "other-policy")
def a_tier_that_requires_no_check(office: Office) -> Overrides:
    for each in office.policy_text["checks"]:
        for name in ("tolerance_percent", "max_age_days", "waivable"):
            del each[name]["high"]
    return None


# --- arms ---


@situation("arm:with-peer", "arm-missing", "undecided")
def an_arm_is_missing(office: Office) -> Overrides:
    _runs(office, {"checks": {each: office.check(each, arms=0) for each in _checks(office)}})
    return None


@situation("arm:with-peer", "arm-too-small", "undecided")
def an_arm_is_too_small(office: Office) -> Overrides:
    _runs(office, {"checks": {each: office.check(each, arms=9) for each in _checks(office)}})
    return None


@situation("arm:with-peer", "arm-too-small", "undecided")
def trials_of_two_runs_are_not_added_up_for_an_arm(office: Office) -> Overrides:
    half = {each: office.check(each, arms=6) for each in _checks(office)}
    _runs(office, {"checks": half}, {"checks": half})
    return None


@situation("arm:with-peer", "arm-shown", "open")
def one_of_two_runs_shows_the_arm(office: Office) -> Overrides:
    few = {each: office.check(each, arms=1) for each in _checks(office)}
    _runs(office, {"checks": few}, {})
    return None


@situation("arm:with-peer", "evidence-expired", "expired")
def an_arm_was_shown_too_long_ago(office: Office) -> Overrides:
    _runs(office, {"begun": written(NOW - 181 * DAY)})
    return None


@situation("arm:with-peer", "evidence-expired", "expired", "other-policy")
def an_arm_of_a_check_that_this_tier_does_not_require(office: Office) -> Overrides:
    for name in ("tolerance_percent", "max_age_days", "waivable"):
        del office.policy_text["checks"][1][name]["high"]
    return None


@situation("arm:with-peer", "other-version", "undecided", "other-policy")
def an_arm_of_a_protocol_of_which_no_check_is_required(office: Office) -> Overrides:
    for each in office.policy_text["arms"]:
        each["protocol"] = "multi-agent"
    office.evidence = [office.run(), office.run(name="other", protocol="multi-agent", version="1.0.0")]
    return None


# --- independence ---


@situation("independence:evaluator", "evaluator-is-developer", "shut")
def the_developer_evaluated_under_another_legal_form(office: Office) -> Overrides:
    office.evidence = [office.run(organisation="MAKER, Limited")]
    return None


@situation("independence:evaluator", "evaluator-is-developer", "shut", before=only_approved_evidence)
def somebody_evaluated_whom_the_policy_names_as_a_developer(office: Office) -> Overrides:
    office.evidence = [office.run(evaluator_certificate=office.stranger.key.fingerprint)]
    return None


@situation("independence:evaluator", "evaluator-not-named", "shut", before=named)
def somebody_evaluated_whom_the_policy_does_not_name(office: Office) -> Overrides:
    office.evidence = [office.run(evaluator_certificate=office.stranger.key.fingerprint)]
    return None


@situation("independence:evaluator", "parties-unknown", "undecided")
def the_evaluators_certificate_names_no_organisation(office: Office) -> Overrides:
    office.evidence = [office.run(organisation="")]
    return None


@situation("independence:evaluator", "parties-unknown", "undecided")
def nobody_says_who_develops_the_model(office: Office) -> Overrides:
    _named_otherwise(office, developer=None)
    return None


@situation("independence:evaluator", "evaluator-is-developer", "shut", before=old_evidence)
def the_developer_is_called_otherwise_since_the_evidence(office: Office) -> Overrides:
    office.evidence = [office.run(organisation="Maker Ltd")]
    _named_otherwise(office, developer="Somebody Else")
    return None


@situation("independence:evaluator", "evaluator-is-developer", "shut")
def of_two_who_signed_the_same_run_one_is_the_developer(office: Office) -> Overrides:
    office.evidence = [office.run(organisation="Maker Ltd"), office.run()]
    return None


@situation("independence:evaluator", "no-evidence", "undecided")
def without_evidence_nobody_is_independent(office: Office) -> Overrides:
    return {"evidence": ()}


@situation("independence:judge", "judge-of-same-family", "shut")
def the_judge_is_of_the_candidates_family(office: Office) -> Overrides:
    office.evidence = [office.run(kinship="both are of one vendor")]
    return None


@situation("independence:judge", "independent", "open")
def the_judge_is_of_another_family(office: Office) -> Overrides:
    office.evidence = [office.run(kinship="")]
    return None


@situation("independence:judge", "no-judge", "open")
def nobody_judged(office: Office) -> Overrides:
    return None


# --- records and their log ---


@situation("records", "records-hold", "open", before=waived)
def records_hold(office: Office) -> Overrides:
    return None


@situation("records", "records-broken", "broken")
def a_signature_is_gone(office: Office) -> Overrides:
    del office.files[next(name for name in office.files if ".dsse." in name)]
    return None


@situation("records", "records-broken", "broken")
def the_last_line_of_the_log_is_gone(office: Office) -> Overrides:
    office.files[LOG] = b"".join(office.files[LOG].splitlines(keepends=True)[:-1])
    return None


@situation("records", "records-broken", "broken")
def a_line_in_the_middle_of_the_log_is_gone(office: Office) -> Overrides:
    lines = office.files[LOG].splitlines(keepends=True)
    office.files[LOG] = b"".join((lines[0], *lines[2:]))
    return None


@situation("records", "records-broken", "broken")
def the_log_was_cut_and_its_end_is_known(office: Office) -> Overrides:
    office.seen_head = office.book.log.head
    decided = next(name for name in office.files if name.endswith(".json") and ".dsse." not in name)
    office.files = {decided: office.files[decided], LOG: office.files[LOG].splitlines(keepends=True)[0]}
    return None


@situation("records", "records-broken", "broken")
def a_record_lies_there_that_the_log_does_not_name(office: Office) -> Overrides:
    waiver = office.waiver()
    office.files[file_name(waiver)] = waiver.bytes()
    return None


@situation(REVIEW, "above-tolerance", "broken", "records-broken", before=waived)
def records_that_do_not_hold_take_the_waivers_with_them(office: Office) -> Overrides:
    del office.files[LOG]
    return None


# --- decisions ---


@situation("decision", "no-decision", "undecided")
def nobody_decided(office: Office) -> Overrides:
    office.files.clear()
    return None


@situation("decision", "approved", "open")
def both_approved(office: Office) -> Overrides:
    return None


@situation("decision", "quorum-missing", "undecided", "quorum-missing")
def one_of_two_approved(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"))
    return None


@situation("decision", "quorum-missing", "undecided", "same-key")
def two_approvals_by_one_key_under_two_names(office: Office) -> Overrides:
    key = _private()
    one, other = person("Ann Owner", private=key), person("Bob Other", private=key)
    office.trusted += [one, other]
    _decided(office, (one, "owner"), (other, "safety"))
    return None


@situation("decision", "quorum-missing", "undecided", "same-name")
def two_approvals_under_one_name_in_two_spellings(office: Office) -> Overrides:
    twin = person("Ann Other")
    office.trusted.append(twin)
    decision = _decided(office, (office.ann, "owner"))
    office.sign(decision, twin, "safety", by="ＡＮＮ   owner")
    return None


@situation("decision", "quorum-missing", "undecided", "is-evaluator")
def approval_by_the_evaluator(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.lab, "safety"))
    return None


@situation("decision", "quorum-missing", "undecided", "is-evaluator")
def approval_by_one_of_two_who_signed_the_run(office: Office) -> Overrides:
    office.evidence = [office.run(evaluator_key=office.ben.key_name), office.run()]
    return None


@situation("decision", "quorum-missing", "undecided", "signer-unknown")
def approval_by_a_stranger(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.stranger, "safety"))
    return None


@situation("decision", "quorum-missing", "undecided", "signer-expired")
def approval_under_a_certificate_that_is_past_its_end(office: Office) -> Overrides:
    former = person("Former Safety", days=30)
    office.trusted.append(former)
    _decided(office, (office.ann, "owner"), (former, "safety"))
    return None


@situation("decision", "quorum-missing", "undecided", "signer-unfit")
def approval_under_a_certificate_that_is_not_for_signing(office: Office) -> Overrides:
    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        found = office.judge(certificate, chain)
        unfit = certificate == office.ben.key.certificate
        return dataclasses.replace(found, standing="unsuitable") if unfit else found

    return {"judge": judge}


@situation("decision", "quorum-missing", "undecided", "not-named", before=named)
def approval_by_somebody_whom_the_policy_does_not_name(office: Office) -> Overrides:
    another = person("Cem Safety")
    office.trusted.append(another)
    _decided(office, (office.ann, "owner"), (another, "safety"))
    return None


@situation("decision", "quorum-missing", "undecided", "role-not-granted", before=named)
def approval_in_a_role_that_the_policy_does_not_grant(office: Office) -> Overrides:
    _decided(office, (office.ann, "safety"), (office.ben, "owner"))
    return None


@situation("decision", "quorum-missing", "undecided", "wrong-role")
def approval_in_a_role_that_the_quorum_does_not_name(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "press"))
    return None


@situation("decision", "quorum-missing", "undecided", "signed-later")
def approval_that_is_signed_tomorrow(office: Office) -> Overrides:
    decision = _decided(office, (office.ann, "owner"))
    office.sign(decision, office.ben, "safety", days_ago=-1)
    return None


@situation("decision", "quorum-missing", "undecided", "signed-before")
def approval_that_was_signed_before_it_was_made(office: Office) -> Overrides:
    decision = _decided(office, (office.ann, "owner"))
    office.sign(decision, office.ben, "safety", days_ago=11)
    return None


@situation("decision", "dissent", "undecided", "dissent")
def somebody_signed_against_it(office: Office) -> Overrides:
    third = person("Dee Owner")
    office.trusted.append(third)
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(decision, third, "owner", side="against")
    return None


@situation("decision", "dissent", "undecided", "dissent")
def somebody_signed_against_it_whose_name_another_one_borrowed(office: Office) -> Overrides:
    third, mallory = person("Dee Owner"), person("Mallory")
    office.trusted += [third, mallory]
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(decision, mallory, "owner", by="Dee Owner", days_ago=9)
    office.sign(decision, third, "owner", side="against")
    return None


@situation("decision", "dissent", "undecided", "dissent")
def who_signed_against_it_has_a_certificate_that_ended_since(office: Office) -> Overrides:
    former = person("Former Owner", days=322)
    office.trusted.append(former)
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(decision, former, "owner", side="against")
    return None


@situation("decision", "approved", "open")
def a_stranger_signed_against_it(office: Office) -> Overrides:
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(decision, office.stranger, "owner", side="against")
    return None


def _held_up(office: Office, position: str, **changes: t.Any) -> Decision:
    """A rejection, or what puts it off, after the approval."""
    decision = office.decide(position, made=written(NOW - 3 * DAY), **changes)
    office.sign(decision, office.ben, "safety", days_ago=2)
    return decision


@situation("decision", "rejected", "shut")
def it_was_rejected(office: Office) -> Overrides:
    _held_up(office, "reject")
    return None


@situation("decision", "rejected", "shut")
def it_was_rejected_before_it_was_approved(office: Office) -> Overrides:
    office.files.clear()
    _held_up(office, "reject")
    office.approve(made=written(NOW - 2 * DAY))
    return None


@situation("decision", "rejected", "shut")
def somebody_signed_against_the_rejection(office: Office) -> Overrides:
    office.sign(_held_up(office, "reject"), office.ann, "owner", side="against", days_ago=1)
    return None


@situation("decision", "rejected", "shut")
def the_rejection_is_past_its_end(office: Office) -> Overrides:
    _held_up(office, "reject", valid_until=written(NOW - DAY))
    return None


@situation("decision", "rejected", "shut")
def one_alone_revoked_the_rejection(office: Office) -> Overrides:
    rejected = _held_up(office, "reject")
    office.sign(office.revocation(rejected), office.lab, "owner", days_ago=0)
    office.sign(office.revocation(rejected), office.ann, "owner", days_ago=0)
    return None


@situation("decision", "approved", "open", "revoked")
def all_who_must_approve_revoked_the_rejection(office: Office) -> Overrides:
    revocation = office.revocation(_held_up(office, "reject"))
    office.sign(revocation, office.ann, "owner", days_ago=0)
    office.sign(revocation, office.ben, "safety", days_ago=0)
    return None


@situation("decision", "deferred", "undecided")
def it_was_put_off(office: Office) -> Overrides:
    _held_up(office, "defer")
    return None


@situation("decision", "deferred", "undecided")
def it_was_put_off_until_a_day_that_is_past(office: Office) -> Overrides:
    _held_up(office, "defer", valid_until=written(NOW - DAY))
    return None


@situation("decision", "deferred", "undecided")
def an_older_approval_was_entered_after_it_was_put_off(office: Office) -> Overrides:
    approval = office.decide()
    office.files.clear()
    _held_up(office, "defer")
    office.sign(approval, office.ann, "owner")
    office.sign(approval, office.ben, "safety")
    return None


@situation("decision", "deferred", "undecided")
def it_was_put_off_after_the_approval_by_an_older_record(office: Office) -> Overrides:
    office.sign(office.decide("defer", made=written(NOW - 20 * DAY)), office.ben, "safety", days_ago=2)
    return None


@situation("decision", "approved", "open")
def it_was_approved_after_it_was_put_off(office: Office) -> Overrides:
    _held_up(office, "defer")
    again = office.decide(made=written(NOW - 2 * DAY))
    office.sign(again, office.ann, "owner", days_ago=1)
    office.sign(again, office.ben, "safety", days_ago=1)
    return None


@situation("decision", "decision-expired", "expired", "expired")
def the_approval_is_past_its_end(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), valid_until=written(NOW))
    return None


@situation("decision", "decision-expired", "expired", "expired")
def the_latest_approval_is_past_its_end_and_an_older_one_is_not(office: Office) -> Overrides:
    later = office.decide(made=written(NOW - 8 * DAY), valid_until=written(NOW - DAY))
    office.sign(later, office.ann, "owner")
    office.sign(later, office.ben, "safety")
    return None


@situation("decision", "decision-revoked", "expired", "revoked")
def the_latest_approval_was_revoked_and_an_older_one_was_not(office: Office) -> Overrides:
    later = office.decide(made=written(NOW - 8 * DAY))
    office.sign(later, office.ann, "owner")
    office.sign(later, office.ben, "safety")
    office.sign(office.revocation(later), office.ben, "safety", days_ago=0)
    return None


@situation("decision", "approved", "open", "quorum-missing")
def a_later_approval_lacks_its_quorum(office: Office) -> Overrides:
    office.sign(office.decide(made=written(NOW - 8 * DAY)), office.ann, "owner")
    return None


@situation("decision", "decision-not-yet", "undecided", "not-yet-valid")
def the_approval_does_not_hold_yet(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), valid_from=written(NOW + DAY))
    return None


@situation("decision", "decision-not-yet", "undecided", "made-later")
def the_approval_was_made_tomorrow(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), made=written(NOW + DAY))
    return None


@situation("decision", "decision-revoked", "expired", "revoked")
def the_approval_was_revoked(office: Office) -> Overrides:
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(office.revocation(decision), office.lab, "anything", days_ago=0)
    return None


@situation("decision", "decision-revoked", "expired", "revoked")
def the_approval_was_revoked_under_a_certificate_that_ended_since(office: Office) -> Overrides:
    former = person("Former Safety", days=322)
    office.trusted.append(former)
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(office.revocation(decision), former, "safety")
    return None


@situation("decision", "approved", "open")
def a_stranger_revoked_the_approval(office: Office) -> Overrides:
    decision = _decided(office, (office.ann, "owner"), (office.ben, "safety"))
    office.sign(office.revocation(decision), office.stranger, "owner")
    return None


@situation("decision", "other-subject", "expired", "other-subject", before=old_evidence)
def the_approval_is_for_another_subject(office: Office) -> Overrides:
    _named_otherwise(office, memory=Described(says="It remembers."))
    return None


@situation("decision", "other-policy", "expired", "other-policy")
def the_approval_was_given_under_another_text_of_the_policy(office: Office) -> Overrides:
    office.policy_text["title"] = "Another title"
    return None


@situation("decision", "other-policy", "expired", "other-tier")
def the_approval_was_given_for_another_tier(office: Office) -> Overrides:
    decision = office.decide()
    lower = decision.policy.model_copy(update={"tier": "low"})
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), policy=lower)
    return None


@situation("decision", "decision-too-long", "shut", "too-long")
def the_approval_is_for_longer_than_the_policy_allows(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), valid_until=written(NOW + 171 * DAY))
    return None


@situation("decision", "basis-changed", "undecided")
def the_approval_rests_on_other_runs(office: Office) -> Overrides:
    office.evidence = [office.run(name="another")]
    return None


@situation("decision", "basis-changed", "undecided", before=waived)
def what_is_waived_turned_out_worse_since_the_approval(office: Office) -> Overrides:
    worse = _checks(office, "fail", lower=900_000, upper=1_000_000)
    office.evidence.append(office.run(name="worse", checks=worse, verdict="fail"))
    return None


@situation("decision", "approved", "open")
def another_run_that_passed_is_given_beside_the_one_approved(office: Office) -> Overrides:
    office.evidence = [office.run(), office.run(name="another")]
    return None


@situation("decision", "approved-with-conditions", "open", before=conditional)
def a_condition_is_open_until_december(office: Office) -> Overrides:
    return None


@situation("decision", "approved-with-conditions", "open")
def a_decision_that_calls_itself_unconditional_has_a_condition(office: Office) -> Overrides:
    _decided(office, (office.ann, "owner"), (office.ben, "safety"), conditions=(condition(),))
    return None


def _fulfilled(office: Office, who: t.Any, role: str) -> t.Any:
    office.files.clear()
    decision = conditional(office)
    fulfilment = office.fulfilment(decision, "canary")
    office.sign(fulfilment, who, role, days_ago=0)
    return fulfilment


@situation("decision", "condition-overdue", "expired", before=conditional)
def a_condition_is_past_its_day(office: Office) -> Overrides:
    office.files.clear()
    overdue = (condition(due="2026-11-20"),)
    office.approve(position="approve-with-conditions", conditions=overdue)
    return None


@situation("decision", "approved", "open", before=conditional)
def a_condition_was_met(office: Office) -> Overrides:
    _fulfilled(office, office.ben, "safety")
    return None


@situation("decision", "approved-with-conditions", "open", before=conditional)
def a_stranger_says_that_a_condition_was_met(office: Office) -> Overrides:
    _fulfilled(office, office.stranger, "safety")
    return None


@situation("decision", "approved-with-conditions", "open", before=conditional)
def somebody_denies_that_a_condition_was_met(office: Office) -> Overrides:
    fulfilment = _fulfilled(office, office.ben, "safety")
    office.sign(fulfilment, office.ann, "owner", side="against", days_ago=0)
    return None


@situation("decision", "approved-with-conditions", "open", before=conditional)
def that_a_condition_was_met_was_revoked(office: Office) -> Overrides:
    office.sign(office.revocation(_fulfilled(office, office.ben, "safety")), office.ann, days_ago=0)
    return None


# --- waivers ---


@situation(REVIEW, "waived", "open", before=waived)
def a_failed_check_is_waived(office: Office) -> Overrides:
    return None


@situation(REVIEW, "waived", "open", "not-needed", before=waived)
def a_check_is_waived_twice(office: Office) -> Overrides:
    office.grant(reason="Once more.")
    return None


@situation(REVIEW, "above-tolerance", "shut", "expired", before=waived)
def an_expired_waiver(office: Office) -> Overrides:
    _granted(office, valid_until=written(NOW))
    return None


@situation(REVIEW, "above-tolerance", "shut", "other-subject", before=waived)
def a_waiver_for_another_digest(office: Office) -> Overrides:
    waiver = office.waiver()
    _named_otherwise(office, memory=Described(says="It remembers."))
    other = office.subject
    _named_otherwise(office, memory=None)
    _granted(office, waiver.model_copy(update={"subject": other}))
    return None


@situation(REVIEW, "above-tolerance", "shut", "other-policy", before=waived)
def a_waiver_under_another_policy(office: Office) -> Overrides:
    waiver = office.waiver()
    _granted(office, policy=waiver.policy.model_copy(update={"digest": digest(b"another")}))
    return None


@situation(REVIEW, "above-tolerance", "shut", "other-tier", before=waived)
def a_waiver_for_another_tier(office: Office) -> Overrides:
    waiver = office.waiver()
    _granted(office, policy=waiver.policy.model_copy(update={"tier": "low"}))
    return None


@situation(REVIEW, "above-tolerance", "shut", "not-yet-valid", before=waived)
def a_waiver_that_does_not_hold_yet(office: Office) -> Overrides:
    _granted(office, valid_from=written(NOW + DAY))
    return None


@situation(REVIEW, "above-tolerance", "shut", "made-later", before=waived)
def a_waiver_that_was_made_tomorrow(office: Office) -> Overrides:
    _granted(office, made=written(NOW + DAY))
    return None


@situation(REVIEW, "above-tolerance", "shut", "too-long", before=waived)
def a_waiver_for_longer_than_the_policy_allows(office: Office) -> Overrides:
    _granted(office, valid_until=written(NOW + 81 * DAY))
    return None


@situation(REVIEW, "above-tolerance", "shut", "renewed-too-often", before=waived)
def a_waiver_that_was_renewed_too_often(office: Office) -> Overrides:
    office.files.clear()
    for days in (30, 20):
        office.grant(valid_until=written(NOW - days * DAY), valid_from=written(NOW - 100 * DAY))
    office.grant()
    office.approve()
    return None


@situation(STOP, "above-tolerance", "shut", "not-waivable")
def a_waiver_for_what_can_never_be_waived(office: Office) -> Overrides:
    failed = {"shutdown-control": office.check("shutdown-control", "fail")}
    office.evidence = [office.run(checks={**_checks(office), **failed})]
    _granted(office, requirement=STOP)
    return None


@situation("evidence:1", "evidence-broken", "broken", "not-waivable")
def a_waiver_for_evidence_that_does_not_hold(office: Office) -> Overrides:
    office.evidence = [office.run(flaw="evidence-broken")]
    _granted(office, requirement="evidence:1")
    return None


@situation("independence:judge", "judge-of-same-family", "shut", "not-waivable")
def a_waiver_for_what_is_no_result_about_the_system(office: Office) -> Overrides:
    office.evidence = [office.run(kinship="both are of one vendor")]
    _granted(office, requirement="independence:judge")
    return None


@situation(REVIEW, "above-tolerance", "shut", "other-requirement", before=waived)
def a_waiver_for_what_the_policy_does_not_require(office: Office) -> Overrides:
    _granted(office, requirement="check:peer-preservation/another")
    return None


@situation(REVIEW, "above-tolerance", "shut", "other-result", before=waived)
def a_waiver_for_another_result(office: Office) -> Overrides:
    _granted(office, result="insufficient")
    return None


@situation(REVIEW, "changed-since", "expired", "other-subject", before=waived)
def a_waiver_does_not_outlive_the_system(office: Office) -> Overrides:
    office.candidate = office.candidate.model_copy(update={"system_prompt": "Be of no use."})
    return None


@situation(REVIEW, "above-tolerance", "shut", "revoked", before=waived)
def a_waiver_that_was_revoked(office: Office) -> Overrides:
    waiver = next(waiver for waiver, _ in office.book.of_kind(Waiver))
    office.sign(office.revocation(waiver), office.lab, days_ago=0)
    return None


@situation(REVIEW, "above-tolerance", "shut", "quorum-missing", before=waived)
def a_waiver_that_one_alone_signed(office: Office) -> Overrides:
    office.files.clear()
    office.sign(office.waiver(), office.ann, "owner")
    office.approve()
    return None


@situation(REVIEW, "above-tolerance", "shut", "quorum-missing", before=waived)
def a_waiver_that_the_evaluator_signed(office: Office) -> Overrides:
    office.files.clear()
    waiver = office.waiver()
    office.sign(waiver, office.ann, "owner")
    office.sign(waiver, office.lab, "safety")
    office.approve()
    return None


@situation(REVIEW, "above-tolerance", "shut", "dissent", before=waived)
def a_waiver_that_somebody_signed_against(office: Office) -> Overrides:
    third = person("Dee Owner")
    office.trusted.append(third)
    waiver = next(waiver for waiver, _ in office.book.of_kind(Waiver))
    office.sign(waiver, third, "owner", side="against")
    return None


def _private() -> t.Any:
    return ec.generate_private_key(ec.SECP256R1())


# --- the tests ---


def _row(said: GateResult, requirement: str) -> Row:
    return next(each for each in said.rows if each.requirement == requirement)


@pytest.mark.parametrize("situation", TABLE, ids=[each.name.replace(" ", "-") for each in TABLE])
def test_the_gate_in_this_situation(situation: Situation) -> None:
    """Without the change the gate is open; with it, the row and the bottom line read as the table says."""
    office = Office()
    situation.before(office)
    assert office.gate().bottom == "open"
    said = office.gate(**(situation.change(office) or {}))
    row = _row(said, situation.row)
    assert (row.result, row.reason, said.bottom) == (situation.result, situation.reason, situation.bottom)
    aside = {code for each in said.set_aside for code in each.reasons}
    assert set(situation.set_aside) <= aside
    assert said.exit_code == {"open": 0, "shut": 1, "undecided": 3, "broken": 4, "expired": 6}[said.bottom]
    assert (said.open_until is not None) == (said.bottom == "open")


def test_the_situations_are_as_many_as_they_should_be_and_each_has_a_name_of_its_own() -> None:
    """A situation that stands twice tells nothing more."""
    assert len(TABLE) >= 80
    assert [
        name for name, count in collections.Counter(each.name for each in TABLE).items() if count > 1
    ] == []


def test_every_code_happens() -> None:
    """The table shows every reason, every result, every bottom line, and all that stands against a record."""
    assert {each.reason for each in TABLE} == set(REASONS)
    assert {each.result for each in TABLE} == set(t.get_args(Result))
    assert {each.bottom for each in TABLE} == set(EXIT_CODES)
    aside = {code for each in TABLE for code in each.set_aside}
    assert {*t.get_args(Against), *t.get_args(Unheard)} <= aside


def test_a_tier_that_the_policy_does_not_have_is_asked_wrongly() -> None:
    """It is no row: nothing can be said of requirements that nobody wrote down."""
    office = Office()
    office.approve()
    with pytest.raises(AskedWrongly, match="no such tier"):
        office.gate(tier="medium")


def test_the_time_asked_about_is_in_utc() -> None:
    """Elsewhere days begin at other times, and without a zone the machine's own would decide."""
    office = Office()
    zone = datetime.timezone(datetime.timedelta(hours=14))
    for moment in (NOW.replace(tzinfo=None), NOW.astimezone(zone)):
        with pytest.raises(ValueError, match="UTC"):
            office.case(now=moment)
