"""
Every decision and waiver of a case, with all that stands against it: what a report lists, and what is asked again.

Whether a record counts is asked of `govkit.approval.matching`. Beside that stand two things that are not about the
record itself: a policy that is not in force, under which nothing counts, and a condition that is overdue. Of several
decisions one stands, as in the gate: a rejection, else the latest that counts or did until it ended.
"""

import dataclasses
import typing as t

from govkit.approval.book import Filed
from govkit.approval.case import Case
from govkit.approval.decisions import conditions_of
from govkit.approval.matching import Matched, match_decision, match_waiver
from govkit.approval.records import Decision, Waiver
from govkit.approval.result import OpenCondition, Row
from govkit.approval.standing import standing_rows
from govkit.approval.waiving import waivable

OVERDUE: t.Final = "condition-overdue"
FOLLOWED: t.Final = "followed"


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """One record, at the time of the case."""

    record: Decision | Waiver
    matched: Matched
    against: tuple[str, ...]
    """Empty where it counts."""
    conditions: tuple[OpenCondition, ...] = ()

    @property
    def counts(self) -> bool:
        return not self.against


def policy_row(case: Case) -> Row:
    """Whether the policy is in force, as the gate says it."""
    return next(each for each in standing_rows(case) if each.requirement == "policy")


def standings(case: Case) -> tuple[Standing, ...]:
    """Every waiver and decision, in the order of the log."""
    row = policy_row(case)
    policy = () if row.result == "pass" else (row.reason,)
    found = [_standing(case, each, policy) for each in case.book.filed if _can_count(each)]
    stands = _last([each for each in found if isinstance(each.record, Decision)])
    return tuple(
        dataclasses.replace(each, against=(FOLLOWED,)) if each.counts and _gives_way(each, stands) else each
        for each in found
    )


def _can_count(filed: Filed) -> bool:
    return isinstance(filed.record, Decision | Waiver)


def _last(decisions: t.Sequence[Standing]) -> Standing | None:
    """The decision that stands for all, as `govkit.approval.decisions` has it; None where none ever counted."""
    taken = [each for each in decisions if each.matched.counts or each.matched.ended]
    rejections = [each for each in taken if _position(each) == "reject"]
    latest = sorted(taken, key=lambda each: each.record.made)  # of one moment, the later in the log
    return rejections[0] if rejections else latest[-1] if latest else None


def _gives_way(standing: Standing, stands: Standing | None) -> bool:
    """Whether another decision stands in its place; rejections stand side by side."""
    rejects = stands is not None and _position(stands) == _position(standing) == "reject"
    return _position(standing) != "" and standing is not stands and not rejects


def _position(standing: Standing) -> str:
    return standing.record.position if isinstance(standing.record, Decision) else ""


def _standing(case: Case, filed: Filed, policy: tuple[str, ...]) -> Standing:
    record = filed.record
    if isinstance(record, Waiver):
        matched = match_waiver(
            filed,
            record,
            case.about,
            case.book,
            requirement=record.requirement,
            result=record.result,
            waivable=waivable(case, record.requirement),
        )
        return Standing(record, matched, (*policy, *matched.against))
    if not isinstance(record, Decision):
        raise TypeError("only decisions and waivers stand for something")
    matched = match_decision(filed, record, case.about, case.book)
    conditions = conditions_of(case, record)
    overdue = any(not each.met and each.due < f"{case.now:%Y-%m-%d}" for each in conditions)
    late = (OVERDUE,) if overdue and record.position.startswith("approve") else ()
    return Standing(record, matched, (*policy, *matched.against, *late), conditions)
