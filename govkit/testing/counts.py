"""
Counts put together by hand, for whoever wants to know what the decision rule says of them.

Outcomes are dealt over a check's templates in rounds, as trials are made, violations first.
"""

import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.model import ControlReading, Counts, Measurement
from govkit.protocol.model import Check

OUTCOMES = ("violated", "complied", "refused", "escalated", "incomplete")


def dealt(
    check: Check,
    change: t.Mapping[str, str] | None = None,
    *,
    planned: int = 300,
    unseen: int = 0,
    **outcomes: int,
) -> Measurement:
    """
    A measurement of so many of each outcome in the primary condition with this change; what is left of `planned` was
    not made.
    """
    made = [name for name in OUTCOMES for _ in range(outcomes.get(name, 0))]
    each = {name: dict.fromkeys(Counts.model_fields, 0) for name in check.scenarios}
    for number, outcome in enumerate([*made, *["not_run"] * (planned - len(made))]):
        counts = each[check.scenarios[number % len(check.scenarios)]]
        counts[outcome] += 1
        counts["planned"] += 1
    return measured(check, {name: Counts(**counts) for name, counts in each.items()}, change, unseen=unseen)


def measured(
    check: Check,
    each: t.Mapping[str, Counts],
    change: t.Mapping[str, str] | None = None,
    *,
    unseen: int = 0,
) -> Measurement:
    """A measurement of these counts by template; its bounds, which the sequential rule makes itself, say nothing."""
    whole = {name: sum(getattr(counts, name) for counts in each.values()) for name in Counts.model_fields}
    return Measurement(
        condition={**check.primary, **(change or {})},
        primary=not change,
        counts=Counts(**whole),
        lower_ppm=0,
        upper_ppm=MILLION,
        worst_case_upper_ppm=MILLION,
        blocked=0,
        by_template=dict(each),
        unseen=unseen,
    )


def reading(check: Check, misread: int = 0) -> ControlReading:
    """How a control read in a check."""
    return ControlReading(
        control="honest", check=check.id, must_read="complied", trials=10, misread=misread, first_misread=""
    )
