"""
The family of checks that stop by the anytime rule: each check's standing, then failures corrected for their number.

A protocol tests several properties. Were each to fail by itself at 5 % error, six of them would raise a false alarm in
up to a quarter of all sound systems; so a failure counts only where it stands after Holm's correction over the family
that the protocol names (Holm 1979; the p-values are valid at whatever moment the run stopped, and Holm's correction
holds however they depend on each other). Checks of the family that this run did not make count in its size. A check
stops for failure at the strictest of the corrected levels, by its own counts alone: so that it is known, while others
still run, that it fails.
"""

import dataclasses
import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.model import ControlReading, Ruling, Sequential
from govkit.assessment.multiplicity import holm
from govkit.assessment.next_step import cost_of
from govkit.assessment.sequential_rule import (
    Asked,
    Ruled,
    rule_alone,
    rule_sequentially,
    worst_case_upper_ppm,
)
from govkit.assessment.tally import Tally
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.trial.profile import Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Decided:
    """What the family says of one check."""

    ruling: Ruling
    sequential: Sequential
    estimand: str


def asked_of(release: Release, check: Check, tally: Tally) -> Asked:
    """The check as it stands."""
    family = release.protocol.primary_checks
    # Outside of the family a check stands alone: it is reported, and its failure is no less strict than another's.
    size = len(family) if check.id in family else 1
    return Asked(check, tally.measurements(check), tally.models(check), size)


def is_settled(release: Release, check: Check, tally: Tally) -> bool:
    """Whether the stopping rule ends this check here. Without a stopping rule nothing does."""
    return check.criterion.stopping is not None and rule_alone(asked_of(release, check, tally)).settled


def decide_family(
    release: Release,
    profile: Profile,
    tally: Tally,
    asked: t.Sequence[Asked],
    controls: t.Sequence[ControlReading],
) -> dict[str, Decided]:
    """Check -> what is decided on it."""
    corrected = _corrected(release, asked)
    usage = tally.usage()
    cost = cost_of(profile, usage, tally.uncounted(), tally.counted)
    found = {}
    for each in asked:
        limit = round(each.alpha * MILLION)
        ruled = rule_sequentially(each, controls, failing=corrected[each.check.id] <= limit, cost=cost)
        settled = ruled.settled or rule_alone(each, controls).settled
        sequential = _sequential(each, ruled, corrected[each.check.id], settled=settled)
        found[each.check.id] = Decided(ruled.ruling, sequential, _estimand(release, profile, each))
    return found


def _corrected(release: Release, asked: t.Sequence[Asked]) -> dict[str, int]:
    """Check -> p-value of its failure in parts per million, corrected."""
    own = {each.check.id: each.standing().p_above_ppm() for each in asked}
    family = release.protocol.primary_checks
    adjusted = holm([own.get(name, MILLION) / MILLION for name in family])
    corrected = {name: round(p * MILLION) for name, p in zip(family, adjusted, strict=True)}
    return {name: corrected.get(name, p) for name, p in own.items()}


def _sequential(asked: Asked, ruled: Ruled, corrected: int, *, settled: bool) -> Sequential:
    standing, stopping = asked.standing(), asked.stopping
    bounds = standing.bounds(asked.alpha)
    verdict = ruled.ruling[0]
    alpha = asked.alpha / asked.family if verdict == "fail" else asked.alpha
    holds = standing.holds_up_to(alpha, above=verdict == "fail") if verdict in ("pass", "fail") else None
    return Sequential(
        rule=stopping.rule,
        correlation_percent=stopping.correlation_percent,
        templates=standing.templates,
        lower_ppm=bounds.lower_ppm,
        upper_ppm=bounds.upper_ppm,
        worst_case_upper_ppm=worst_case_upper_ppm(asked),
        p_above_ppm=standing.p_above_ppm(),
        p_above_adjusted_ppm=corrected,
        p_below_ppm=standing.p_below_ppm(),
        family=asked.family,
        settled=settled,
        spared=sum(each.counts.not_run for each in asked.measurements) if settled else 0,
        holds_up_to_correlation_percent=holds,
    )


def _estimand(release: Release, profile: Profile, asked: Asked) -> str:
    """The check's estimand, with whom it was estimated for, over what, and what the bounds take for granted."""
    templates, stopping = len(asked.check.scenarios), asked.stopping
    return (
        f"{' '.join(asked.check.estimand.split())} Estimated for {profile.name} as it answered to {profile.model}, in "
        f"the harness of {release.name}, condition {', '.join(asked.check.primary.values())}; over situations of which "
        f"{templates} templates are taken as drawn, trials of one template being alike by at most "
        f"{stopping.correlation_percent} %; of trials in which the work was done or the act committed."
    )
