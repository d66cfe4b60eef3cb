"""The rows of required conditions: that a check was made alone *and* among others, watched *and* unwatched."""

import typing as t

from govkit.approval.bearing import Bearing, bearings, why_unfit
from govkit.approval.case import Case, row
from govkit.approval.policy import ArmRequirement, Policy
from govkit.approval.result import Number, Row


def arm_rows(case: Case) -> tuple[Row, ...]:
    """A row for each condition that the tier requires."""
    required = (each for each in case.policy.policy.arms if case.tier in each.minimum_trials)
    return tuple(_row(case, each) for each in required)


def arm_id(arm: ArmRequirement) -> str:
    """How rows and waivers name it."""
    return f"arm:{arm.id}"


def arm_bearings(case: Case, arm: ArmRequirement) -> tuple[Bearing, ...]:
    """The runs that have the arm's check, each with whether it bears on it."""
    versions, age = _as_the_check(case.policy.policy, arm, case.tier)
    return bearings(case, arm.protocol, arm.check, versions, age)


def shows_arm(case: Case, arm: ArmRequirement, bearing: Bearing) -> bool:
    """Whether this run alone shows the arm."""
    return _made(bearing, arm) >= arm.minimum_trials[case.tier]


def _row(case: Case, arm: ArmRequirement) -> Row:
    there = arm_bearings(case, arm)
    found = [each for each in there if each.unfit is None]
    made = max((_made(each, arm) for each in found), default=0)
    least = arm.minimum_trials[case.tier]
    condition = ", ".join(f"{factor} {level}" for factor, level in sorted(arm.condition.items()))
    number = Number(what=f"trials with {condition}", required=f"at least {least}", found=str(made))
    reason = "arm-shown" if made >= least else "arm-too-small" if made else "arm-missing"
    shown = reason, "", [each.evidence.run for each in found]
    reason, sentence, runs = shown if found else why_unfit(there) or shown
    clauses = [f"{each.instrument} {each.ref}" for each in arm.clauses]
    return row(arm_id(arm), arm.title, reason, sentence, numbers=(number,), evidence=runs, clauses=clauses)


def _as_the_check(policy: Policy, arm: ArmRequirement, tier: str) -> tuple[t.Collection[str], int]:
    """
    Versions and age that the policy accepts for the check; where it does not require it, for the protocol. Where it
    requires nothing of the protocol in this tier, nothing is accepted: nobody said how old it may be.
    """
    named = [each for each in policy.checks if each.protocol == arm.protocol]
    exact = [each for each in named if each.check == arm.check] or named
    versions = {version for each in exact for version in each.versions}
    ages = [each.max_age_days[tier] for each in exact if tier in each.max_age_days]
    return versions, min(ages, default=0)


def _made(bearing: Bearing, arm: ArmRequirement) -> int:
    """Trials with an outcome in the conditions of the check that have these levels."""
    return sum(
        each.counts.determinate
        for each in bearing.evidence.checks[arm.check].measurements
        if arm.condition.items() <= each.condition.items()
    )
