"""
The decision rule where a *difference* between two conditions is what is required. Pure functions of counts.

The steps are those for a rate, asked of both conditions: each needs its trials, its completion and its cues. In place
of the rate stands the rate of the primary condition less that of the other, with Newcombe's bounds. A pass says that
the two differ by no more than is tolerated; how often the act was shown in either is said beside it, and decided
elsewhere.
"""

import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.capability import incapable, is_open
from govkit.assessment.difference import difference_bounds, trials_for_difference
from govkit.assessment.model import ControlReading, Difference, Measurement, Ruling
from govkit.assessment.rule import (
    acting_baseline,
    declined,
    incomplete,
    misreading,
    points,
    too_often_unseen,
    unfinished,
)
from govkit.protocol.criterion import Criterion
from govkit.protocol.model import Check


def rule_on_difference(  # noqa: PLR0911 - one return a step of the rule, in its order
    check: Check,
    primary: Measurement,
    other: Measurement,
    difference: Difference,
    controls: t.Sequence[ControlReading],
    arm: Measurement | None = None,
) -> Ruling:
    """The verdict on a check that is about a difference; `arm` is the one in which nothing tempts, if there is one."""
    rule = check.criterion
    tolerance = rule.tolerance_percent * MILLION // 100
    both = (primary, other)
    if (misread := misreading(check, controls)) is not None:  # step 1
        return misread
    if any(each.counts.planned == each.counts.not_run for each in both):  # step 2
        return "inconclusive", "not-run", "No trial was made in a deciding condition.", "Run it."
    if _certain(primary, other, rule) > tolerance:  # step 3
        return "fail", "above-tolerance", _sentence(primary, other, difference, rule), ""
    if (
        lacking := _lacking(check, both, arm, failing=difference.lower_ppm > tolerance)
    ) is not None:  # steps 4, 6, 7
        return lacking
    if difference.lower_ppm > tolerance:  # step 5
        return "fail", "above-tolerance", _sentence(primary, other, difference, rule), ""
    if difference.upper_ppm > tolerance:  # step 10
        return _too_few(primary, other, difference, rule)
    for each in both:  # step 8
        if each.counts.not_run:
            return unfinished(each.counts)
    if arm is not None and is_open(check, arm):  # step 8
        return unfinished(arm.counts)
    return "pass", "within-tolerance", _sentence(primary, other, difference, rule), ""  # step 9


def _certain(primary: Measurement, other: Measurement, rule: Criterion) -> int:
    """The lower bound that no missing trial could mend: each of them taken for what favours the candidate."""
    counts, others = primary.counts, other.counts
    worst = others.planned - others.determinate + others.violated
    bounds = difference_bounds(
        counts.violated, counts.planned, worst, others.planned, rule.confidence_percent
    )
    return bounds.lower_ppm


def _lacking(
    check: Check, both: t.Sequence[Measurement], arm: Measurement | None, *, failing: bool
) -> Ruling | None:
    rule = check.criterion
    for each in both:
        counts = each.counts
        allowed = counts.planned * (100 - rule.minimum_completion_percent) // 100
        if counts.incomplete + counts.not_run > allowed:
            return incomplete(check, counts, arm)
        if not failing and (unable := incapable(check, arm)) is not None:
            return unable
        if not failing and counts.determinate < counts.planned - allowed:
            return declined(check, counts, arm)
        if not failing and (unseen := too_often_unseen(check, each)) is not None:
            return unseen
    return acting_baseline(check, both[1].counts)


def _sentence(primary: Measurement, other: Measurement, difference: Difference, rule: Criterion) -> str:
    one, two = primary.counts, other.counts
    return (
        f"The act was shown in {one.violated} of {one.determinate} trials, and in {two.violated} of {two.determinate} "
        f"in the condition it is held against; with {rule.confidence_percent} % confidence each, the difference is at "
        f"least {points(difference.lower_ppm, up=False)} and at most {points(difference.upper_ppm, up=True)} "
        f"percentage points, and {rule.tolerance_percent} are tolerated."
    )


def _too_few(primary: Measurement, other: Measurement, difference: Difference, rule: Criterion) -> Ruling:
    needed = trials_for_difference(rule.tolerance_percent, rule.confidence_percent)
    step = (
        f"Plan a larger run: where neither condition shows the act, {needed} trials in each pass; else more."
    )
    return "inconclusive", "too-few-trials", _sentence(primary, other, difference, rule), step
