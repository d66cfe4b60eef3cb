"""
What is weak in a policy and yet may be meant: told, and never a reason to refuse it.

Each remark says what the policy lets through, so that who signs it does so knowingly.
"""

import typing as t

from govkit.approval.policy import ArmRequirement, Policy, ReadPolicy, Trigger
from govkit.approval.policy_lint import NONE_RUN, Known, clauses_of
from govkit.approval.policy_parties import OTHER_ROLES
from govkit.approval.subject import TESTED
from govkit.errors import Fault
from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Protocol
from govkit.protocol.pointing import Misfit
from govkit.protocol.situation import conditions
from govkit.protocol.strict_yaml import Path
from govkit.trial.plan import trials_in

TRIGGERS: t.Final[tuple[Trigger, ...]] = (
    *t.get_args(t.get_args(Trigger)[0]),
    *t.get_args(t.get_args(Trigger)[1]),
)
LONG_DAYS = 366
"""So long evidence or a waiver may last before it is remarked."""
MANY_PERCENT = 50
SHORTEST_COURSE = 0.68
"""
How far a check has come at least, of all that is planned for it, when it ends with a pass: 204 of 297 trials, where
nobody ever acts. Measured with the honest controls of the released protocols of November 2026.
"""


def remarks_on(read: ReadPolicy, known: Known) -> tuple[Fault, ...]:
    """What to look at before signing, in the order of its lines."""
    policy = read.policy
    found = (
        *_of_people(policy),
        *_of_checks(policy, known),
        *_of_arms(policy, known),
        *_of_subject(policy),
        *_of_independence(policy),
        *_of_times(policy),
        *_of_waivers(policy),
        *_of_retests(policy),
        *_of_the_whole(policy),
    )
    remarks = (Fault(*read.document.place(path), what[:400], fix[:400]) for path, what, fix in found)
    return tuple(sorted(dict.fromkeys(remarks), key=lambda fault: (fault.file, fault.line, fault.what)))


def _of_the_whole(policy: Policy) -> t.Iterator[Misfit]:
    if policy.demonstration:
        yield ("demonstration",), "scripted candidates are accepted: nothing is tested", "for showing only"
    for tier, percent in policy.suspected_test_percent.items():
        if percent > MANY_PERCENT:
            what = f"in {percent} % of the trials a system may say that it is tested, and nobody looks"
            yield ("suspected_test_percent", tier), what, f"at most {MANY_PERCENT}, as a rule much less"
    for path, clauses in clauses_of(policy):
        if path[0] in ("checks", "arms") and not clauses:
            yield path, "it answers to no clause", "name one of the crosswalk, if there is one"


def _of_people(policy: Policy) -> t.Iterator[Misfit]:
    approving = {
        role for quorum in policy.approval.quorum.values() for role in (each.role for each in quorum)
    }
    if not policy.parties and policy.approval.named_parties_only:
        what = "only parties count and none is named: under this policy the gate never opens"
        yield ("approval", "named_parties_only"), what, "name them under `parties`"
    elif not policy.parties:
        what = "no parties are named: whoever is trusted at all counts in the role that they state"
        yield ("approval",), what, "name them under `parties`"
    for number, party in enumerate(policy.parties):
        both = sorted(approving & set(party.roles))
        if "evaluator" in party.roles and both:
            what = f"{party.name} evaluates and approves ({', '.join(both)})"
            yield ("parties", number, "roles"), what, "what they evaluate somebody else has to approve"
    if policy.parties and not any(OTHER_ROLES & set(party.roles) for party in policy.parties):
        what = "no party is an evaluator or developer: who evaluated is taken from certificates alone"
        yield ("parties",), what, "name evaluators, if only their evidence is to count"
    for tier, quorum in policy.approval.quorum.items():
        if sum(each.people for each in quorum) == 1:
            yield ("approval", "quorum", tier), "one person decides alone", "two see more"


def _of_checks(policy: Policy, known: Known) -> t.Iterator[Misfit]:
    for number, each in enumerate(policy.checks):
        here: Path = ("checks", number)
        for _, check in known.checks(each.protocol, each.check, each.versions):
            own, early = check.criterion.tolerance_percent, check.criterion.stopping is not None
            for tier, tolerance in each.tolerance_percent.items():
                if tolerance < own and early:
                    what = f"a run ends once it has shown {own} %, so {tolerance} % will hardly ever be shown"
                    yield (*here, "tolerance_percent", tier), what, "use a protocol that plans for less"
        for tier, days in each.max_age_days.items():
            if days > LONG_DAYS:
                yield (*here, "max_age_days", tier), f"evidence counts for {days} days", "a year is long"


def _of_arms(policy: Policy, known: Known) -> t.Iterator[Misfit]:
    for tier in policy.tiers:
        if not any(tier in each.minimum_trials for each in policy.arms):
            what = (
                "no condition is required: neither unwatched, nor in company, nor that the rule was explicit"
            )
            yield ("tiers", tier), what, "require some under `arms`"
    for number, arm in enumerate(policy.arms):
        versions = {
            version
            for each in policy.checks
            if (each.protocol, each.check) == (arm.protocol, arm.check)
            for version in each.versions
        }
        for protocol, check in known.checks(arm.protocol, arm.check, sorted(versions)):
            yield from _hardly_reached(("arms", number), arm, protocol, check)


def _hardly_reached(here: Path, arm: ArmRequirement, protocol: Protocol, check: Check) -> t.Iterator[Misfit]:
    made = [each for each in conditions(protocol, check) if arm.condition.items() <= each.items()]
    there = sum(_made_early(check, each) for each in made)
    planned = sum(trials_in(check, each, NONE_RUN) for each in made)
    for tier, least in arm.minimum_trials.items():
        if there < least <= planned:
            what = f"of the {planned} trials planned a run that passes early makes {there}, and {least} are asked for"
            yield (
                (*here, "minimum_trials", tier),
                what,
                f"ask for {there} at most, or runs that pass will not do",
            )


def _made_early(check: Check, condition: Condition) -> int:
    """Trials in a condition when its check ends as early as it can with a pass."""
    planned = trials_in(check, condition, NONE_RUN)
    whole = check.capability is not None and dict(condition) == {**check.primary, **check.capability}
    return planned if whole or check.criterion.stopping is None else int(planned * SHORTEST_COURSE)


def _of_subject(policy: Policy) -> t.Iterator[Misfit]:
    for tier, pins in policy.subject.pinned.items():
        if "provider-mutable" in pins:
            what = "a model is let through that its provider may exchange unseen"
            yield ("subject", "pinned", tier), what, "ask for a snapshot or for weights"
    for tier, kinds in policy.subject.material.items():
        if lacking := sorted(TESTED - set(kinds)):
            what = f"it may be declared that a change of {', '.join(lacking)} ends no approval"
            yield ("subject", "material", tier), what, "name them as material"


def _of_independence(policy: Policy) -> t.Iterator[Misfit]:
    words: t.Mapping[str, str] = {
        "evaluator_is_not_developer": "who developed the model may evaluate it",
        "judge_is_not_of_the_candidates_family": "a model may judge its own family",
        "approver_is_not_evaluator": "who evaluated may approve",
    }
    for name, what in words.items():
        for tier, asked in getattr(policy.independence, name).items():
            if not asked:
                yield ("independence", name, tier), f"{what} ({tier})", "write true, if it can be had"


def _of_times(policy: Policy) -> t.Iterator[Misfit]:
    for tier, days in policy.approval.longest_days.items():
        ages = [each.max_age_days[tier] for each in policy.checks if tier in each.max_age_days]
        if ages and days > min(ages):
            what = f"an approval may last {days} days, and its evidence counts for {min(ages)}"
            yield ("approval", "longest_days", tier), what, "the gate shuts when the evidence is too old"
    for tier, days in policy.waivers.longest_days.items():
        if days > LONG_DAYS:
            yield ("waivers", "longest_days", tier), f"a waiver may last {days} days", "a year is long"


def _of_waivers(policy: Policy) -> t.Iterator[Misfit]:
    for tier in policy.tiers:
        waivable = [each.waivable[tier] for each in policy.checks if tier in each.waivable]
        if waivable and all(waivable):
            yield ("tiers", tier), "every check can be waived in this tier", "keep some that cannot"
        asked = sum(each.people for each in policy.approval.quorum.get(tier, ()))
        needed = policy.waivers.approvers.get(tier, asked)
        if any(waivable) and needed < asked:
            what = f"{needed} may waive where {asked} must approve"
            yield ("waivers", "approvers", tier), what, "ask for as many, if a waiver is no smaller matter"


def _of_retests(policy: Policy) -> t.Iterator[Misfit]:
    named = {each.when for each in policy.retest}
    if lacking := [kind for kind in TRIGGERS if kind not in named]:
        what = f"nothing is said of {', '.join(lacking)}: each asks for everything"
        yield ("retest",), what, "name each, with the reason"
    for number, each in enumerate(policy.retest):
        if each.when in TESTED and each.run != "all":
            what = f"evidence with another {each.when} counts: a trial is made with all of it"
            yield ("retest", number, "run"), what, "write `run: all`"
