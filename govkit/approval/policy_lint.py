"""
What is wrong with a policy that can be read: every fault of sense in one go, each with its line.

A fault is what can never be met, what does not mean what it seems to, and what would let something through by having
been left out: a tier without a quorum, a check whose age nobody bounds, a condition that no protocol makes, a tolerance
that is looser than the protocol's own. Whether a policy asks for enough is not decided here: what is weak and yet may
be meant is remarked (`govkit.approval.policy_remarks`).
"""

import dataclasses
import datetime
import difflib
import typing as t

from govkit.approval.policy import ArmRequirement, CheckRequirement, Clause, Policy, ReadPolicy
from govkit.approval.policy_parties import party_misfits, quorum_roles
from govkit.digest import Digest
from govkit.errors import Fault
from govkit.protocol.model import Check, Protocol
from govkit.protocol.pointing import Misfit, repeated
from govkit.protocol.situation import conditions
from govkit.protocol.strict_yaml import Path
from govkit.trial.plan import Request, trials_in

MOST_DAYS = 3 * 366
"""So long a policy may hold. What nobody has looked at for three years, nobody answers for."""
NONE_RUN = Request((), 0, 0)
"""The plan as the criterion has it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What a policy may name."""

    protocols: t.Mapping[str, Protocol]
    """Released ones: `id version` -> protocol."""
    clauses: t.Mapping[str, t.Collection[str]]
    """The crosswalk: instrument -> clauses."""
    shipped: t.Mapping[str, Digest] = dataclasses.field(default_factory=dict)
    """`id version` -> digest of the policies that travel with govkit."""

    def checks(
        self, protocol: str, check: str, versions: t.Iterable[str]
    ) -> tuple[tuple[Protocol, Check], ...]:
        """The check in each of these versions that has it."""
        found = (self.protocols.get(f"{protocol} {version}") for version in versions)
        return tuple((each, one) for each in found if each for one in each.checks if one.id == check)


def lint_policy(read: ReadPolicy, known: Known) -> tuple[Fault, ...]:
    """All faults of sense, in the order of their lines."""
    policy = read.policy
    found = (
        *_of_the_whole(read, known),
        *_of_tiers(policy),
        *_of_checks(policy, known),
        *_of_arms(policy, known),
        *_of_waivers(policy),
        *_of_retests(policy),
        *party_misfits(policy),
        *_of_clauses(policy, known),
    )
    faults = (Fault(*read.document.place(path), what[:400], fix[:400]) for path, what, fix in found)
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line, fault.what)))


def _of_the_whole(read: ReadPolicy, known: Known) -> t.Iterator[Misfit]:
    policy = read.policy
    issued, expires = map(datetime.date.fromisoformat, (policy.issued, policy.expires))
    if expires < issued:
        yield ("expires",), f"it ends before it begins, on {policy.issued}", "mend one of the two days"
    elif (expires - issued).days > MOST_DAYS:
        what = f"it holds for {(expires - issued).days} days"
        yield ("expires",), what, f"at most {MOST_DAYS}: a policy is looked at again after three years"
    name = f"{policy.id} {policy.version}"
    if known.shipped.get(name, read.digest) != read.digest:
        what = f"{name} travels with govkit, and this is another text"
        yield ("id",), what, "give it an id of your own, or the version after it"


def _of_tiers(policy: Policy) -> t.Iterator[Misfit]:
    """What has to be said of each tier, and of no other."""
    subject, separate, approval = policy.subject, policy.independence, policy.approval
    said: tuple[tuple[Path, t.Collection[str]], ...] = (
        (("subject", "stated"), subject.stated),
        (("subject", "material"), subject.material),
        (("subject", "pinned"), subject.pinned),
        (("independence", "evaluator_is_not_developer"), separate.evaluator_is_not_developer),
        (
            ("independence", "judge_is_not_of_the_candidates_family"),
            separate.judge_is_not_of_the_candidates_family,
        ),
        (("independence", "approver_is_not_evaluator"), separate.approver_is_not_evaluator),
        (("approval", "quorum"), approval.quorum),
        (("approval", "longest_days"), approval.longest_days),
        (("approval", "dissent_blocks"), approval.dissent_blocks),
        (("suspected_test_percent",), policy.suspected_test_percent),
    )
    for path, tiers in said:
        yield from _unknown_tiers(policy, path, tiers)
        yield from _lacking(path, [tier for tier in policy.tiers if tier not in tiers])
    for tier, kinds in subject.pinned.items():
        if not kinds:
            what = "nothing may keep the model from changing, so no model is let through"
            yield ("subject", "pinned", tier), what, "name weights, snapshot or provider-mutable"
    for tier in policy.tiers:
        if not any(tier in each.tolerance_percent for each in policy.checks):
            yield ("tiers", tier), "no check is required in this tier", "require one, or leave the tier out"


def _unknown_tiers(policy: Policy, path: Path, tiers: t.Iterable[str]) -> t.Iterator[Misfit]:
    for tier in tiers:
        if tier not in policy.tiers:
            yield (*path, tier), f"there is no tier {tier!r}", near(tier, policy.tiers)


def _lacking(path: Path, tiers: t.Sequence[str]) -> t.Iterator[Misfit]:
    if tiers:
        yield path, f"nothing is said for {_tiers(tiers)}", "say it for every tier it is needed in"


def _tiers(tiers: t.Sequence[str]) -> str:
    return f"the tier{'s' if tiers[1:] else ''} {' and '.join(tiers)}"


def near(name: str, known: t.Iterable[str]) -> str:
    """How to mend a name that is not known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"use one of: {', '.join(names) or 'none there is'}"


def _of_checks(policy: Policy, known: Known) -> t.Iterator[Misfit]:
    for again in repeated([each.id for each in policy.checks]):
        yield ("checks", again), f"{policy.checks[again].id} stands here again", "keep one of the two"
    for number, each in enumerate(policy.checks):
        here: Path = ("checks", number)
        if not each.tolerance_percent:
            yield (*here, "tolerance_percent"), "no tier requires this check", "name a tier, or leave it out"
        yield from _unknown_tiers(policy, (*here, "tolerance_percent"), each.tolerance_percent)
        yield from _same_tiers((*here, "max_age_days"), each.max_age_days, each.tolerance_percent)
        yield from _same_tiers((*here, "waivable"), each.waivable, each.tolerance_percent)
        yield from _versions(here, each, known)
        yield from _tolerances(here, each, known)


def _same_tiers(path: Path, said: t.Collection[str], required: t.Collection[str]) -> t.Iterator[Misfit]:
    """What is said of a requirement by tier is said of the tiers that have it, all of them and no other."""
    yield from _lacking(path, [tier for tier in required if tier not in said])
    for tier in said:
        if tier not in required:
            what = f"the tier {tier!r} does not require this"
            yield (*path, tier), what, "require it there too, or leave the tier out here"


def _versions(here: Path, required: CheckRequirement, known: Known) -> t.Iterator[Misfit]:
    released = {name.partition(" ")[0] for name in known.protocols}
    if required.protocol not in released:
        what = f"there is no released protocol {required.protocol!r}"
        yield (*here, "protocol"), what, near(required.protocol, released)
        return
    for again in repeated(required.versions):
        yield (
            (*here, "versions", again),
            f"{required.versions[again]} stands here again",
            "keep one of the two",
        )
    for number, version in enumerate(required.versions):
        protocol = known.protocols.get(f"{required.protocol} {version}")
        if protocol is None:
            there = [name.split()[1] for name in known.protocols if name.split()[0] == required.protocol]
            what = f"{required.protocol} {version} was never released"
            yield (*here, "versions", number), what, f"use one of: {', '.join(sorted(there))}"
    without = [
        protocol
        for version in required.versions
        if (protocol := known.protocols.get(f"{required.protocol} {version}"))
        and required.check not in [each.id for each in protocol.checks]
    ]
    if without:
        versions = " and ".join(dict.fromkeys(each.version for each in without))
        what = f"{required.protocol} {versions} has no check {required.check!r}"
        yield (*here, "check"), what, near(required.check, [each.id for each in without[0].checks])


def _tolerances(here: Path, required: CheckRequirement, known: Known) -> t.Iterator[Misfit]:
    found = known.checks(required.protocol, required.check, required.versions)
    least = min((check.criterion.tolerance_percent for _, check in found), default=100)
    for tier, tolerance in required.tolerance_percent.items():
        if tolerance > least:
            what = f"{tolerance} % is looser than the protocol itself, which tolerates {least} %"
            yield (*here, "tolerance_percent", tier), what, f"at most {least}"


def _of_arms(policy: Policy, known: Known) -> t.Iterator[Misfit]:
    for again in repeated([each.id for each in policy.arms]):
        yield (
            ("arms", again, "id"),
            f"a second arm is called {policy.arms[again].id!r}",
            "give each its own id",
        )
    for number, each in enumerate(policy.arms):
        here: Path = ("arms", number)
        if not each.minimum_trials:
            yield (*here, "minimum_trials"), "no tier requires this arm", "name a tier, or leave it out"
        yield from _unknown_tiers(policy, (*here, "minimum_trials"), each.minimum_trials)
        yield from _same_tiers((*here, "waivable"), each.waivable, each.minimum_trials)
        yield from _condition(policy, here, each, known)


def _condition(policy: Policy, here: Path, arm: ArmRequirement, known: Known) -> t.Iterator[Misfit]:
    name = f"{arm.protocol}/{arm.check}"
    of = next(
        (each for each in policy.checks if (each.protocol, each.check) == (arm.protocol, arm.check)), None
    )
    if of is None:
        asked = [f"{each.protocol}/{each.check}" for each in policy.checks]
        what = f"{name} is not among the required checks, so no version and no age is fixed for it"
        yield (*here, "check"), what, f"require it, or {near(name, asked)}"
        return
    for tier in arm.minimum_trials:
        if tier in policy.tiers and tier not in of.tolerance_percent:
            what = f"the tier {tier!r} does not require {name}, so no age is fixed for it"
            yield (
                (*here, "minimum_trials", tier),
                what,
                "require the check there too, or leave the tier out here",
            )
    if not arm.condition:
        yield (*here, "condition"), "no level is named", "name one, such as `rule-clarity: explicit`"
    for protocol, check in known.checks(arm.protocol, arm.check, of.versions):
        misfits = tuple(_levels(here, arm, protocol, check))
        yield from misfits or _planned_in(here, arm, protocol, check)


def _levels(here: Path, arm: ArmRequirement, protocol: Protocol, check: Check) -> t.Iterator[Misfit]:
    for factor, level in arm.condition.items():
        path: Path = (*here, "condition", factor)
        if factor not in check.factors:
            yield path, f"{check.id} has no factor {factor!r}", near(factor, check.factors)
        elif level not in (levels := protocol.factors[factor].levels):
            yield path, f"{factor} has no level {level!r}", near(level, levels)


def _planned_in(here: Path, arm: ArmRequirement, protocol: Protocol, check: Check) -> t.Iterator[Misfit]:
    made = [each for each in conditions(protocol, check) if arm.condition.items() <= each.items()]
    if not made:
        words = ", ".join(f"{factor} {level}" for factor, level in arm.condition.items())
        yield (*here, "condition"), f"{check.id} is never made with {words} together", "leave a level out"
        return
    planned = sum(trials_in(check, each, NONE_RUN) for each in made)
    for tier, least in arm.minimum_trials.items():
        if least > planned:
            what = f"{least} trials, where {protocol.id} {protocol.version} plans {planned} in this condition"
            yield (*here, "minimum_trials", tier), what, f"at most {planned}"


def _of_waivers(policy: Policy) -> t.Iterator[Misfit]:
    rules, approval = policy.waivers, policy.approval
    borne = policy.waivable_tiers
    for name, said in (("longest_days", rules.longest_days), ("approvers", rules.approvers)):
        yield from _unknown_tiers(policy, ("waivers", name), said)
        yield from _lacking(("waivers", name), [tier for tier in borne if tier not in said])
    for tier, days in rules.longest_days.items():
        if days > (longest := approval.longest_days.get(tier, days)):
            what = f"a waiver may last {days} days, and an approval {longest}"
            yield ("waivers", "longest_days", tier), what, f"at most {longest}"
    for again in repeated(rules.roles):
        yield ("waivers", "roles", again), f"{rules.roles[again]!r} stands here again", "keep one of the two"
    known = quorum_roles(policy)
    for number, role in enumerate(rules.roles):
        if role not in known:
            yield ("waivers", "roles", number), f"no quorum names the role {role!r}", near(role, known)


def _of_retests(policy: Policy) -> t.Iterator[Misfit]:
    required = {each.protocol for each in policy.checks}
    for again in repeated([each.when for each in policy.retest]):
        what = f"{policy.retest[again].when!r} stands here again, and only the first counts"
        yield ("retest", again, "when"), what, "keep one of the two"
    for number, each in enumerate(policy.retest):
        here: Path = ("retest", number)
        if each.run == "part" and not each.protocols:
            yield (*here, "run"), "it is not said which part", "name protocols, or run all or none"
        if each.run != "part" and each.protocols:
            what = f"protocols are named, and {each.run!r} is to run"
            yield (*here, "protocols"), what, "leave them out, or write `run: part`"
        for index, name in enumerate(each.protocols):
            if name not in required:
                what = f"the policy does not require {name!r}"
                yield (*here, "protocols", index), what, near(name, required)
        if each.when == "model" and each.run != "all":
            what = "evidence of another model would count for this one"
            yield (*here, "run"), what, "write `run: all`: another model is another system"
        if each.when == "calendar" and each.run != "none" and each.days is None:
            yield here, "the calendar has no days", "say after how many: `days: 180`"
        if each.when != "calendar" and each.days is not None:
            yield (*here, "days"), "days are the calendar's", "leave them out here"


def _of_clauses(policy: Policy, known: Known) -> t.Iterator[Misfit]:
    for here, clauses in clauses_of(policy):
        for number, clause in enumerate(clauses):
            path: Path = (*here, "clauses", number)
            if clause.instrument not in known.clauses:
                what = f"the crosswalk has no instrument {clause.instrument!r}"
                yield (*path, "instrument"), what, near(clause.instrument, known.clauses)
            elif clause.ref not in known.clauses[clause.instrument]:
                what = f"the crosswalk has no clause {clause.ref!r} of {clause.instrument}"
                yield (*path, "ref"), what, near(clause.ref, known.clauses[clause.instrument])
        for again in repeated(clauses):
            yield (*here, "clauses", again), "this clause stands here again", "keep one of the two"


def clauses_of(policy: Policy) -> t.Iterator[tuple[Path, tuple[Clause, ...]]]:
    """The clauses of each part of a policy, by the part's place."""
    for name in ("subject", "independence", "approval", "waivers"):
        yield (name,), getattr(policy, name).clauses
    for name in ("checks", "arms", "retest"):
        for number, each in enumerate(getattr(policy, name)):
            yield (name, number), each.clauses
