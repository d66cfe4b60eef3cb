"""Until when an open gate stays open: the first end of anything that it rests on."""

import datetime
import typing as t

from govkit.approval.arms import arm_bearings, arm_id, shows_arm
from govkit.approval.case import Case
from govkit.approval.checks import check_bearings
from govkit.approval.decisions import conditions_of, matched_decisions
from govkit.approval.records import Decision, Waiver
from govkit.approval.result import Row
from govkit.approval.signed import Signature
from govkit.approval.standing import policy_signers
from govkit.approval.waiving import match
from govkit.verification.moments import moment_of, written

DAY = datetime.timedelta(days=1)


def open_until(case: Case, rows: t.Sequence[Row], approval: Decision | None) -> str:
    """
    When the first thing ends on which an open gate rests: policy, evidence, a waiver, the approval, a condition, or the
    certificate of somebody whose signature counts. The evaluator's certificate is not among them, nor is any authority
    above a certificate: of those verification knows, and the gate does not.
    """
    ends = [_day_after(case.policy.policy.expires), *_of_evidence(case, rows, approval)]
    ends += [moment for each in _signers(case, rows, approval) if (moment := each.ends) is not None]
    used = {row.waived.waiver for row in rows if row.waived is not None}
    named = [waiver.valid_until for waiver, _ in case.book.of_kind(Waiver) if waiver.digest in used]
    if approval is not None:
        named.append(approval.valid_until)
        ends += [_day_after(each.due) for each in conditions_of(case, approval) if not each.met]
    ends += [moment for each in named if (moment := moment_of(each)) is not None]
    return written(min(ends))


def _day_after(day: str) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), datetime.UTC) + DAY


def _signers(case: Case, rows: t.Sequence[Row], approval: Decision | None) -> t.Iterator[Signature]:
    """The signatures that count: of the policy, the approval and the waivers that were needed."""
    if not case.shipped:
        # One is enough for a policy: that of which the certificate ends last.
        yield max(policy_signers(case), key=lambda each: each.ends or case.now)
    for decision, matched in matched_decisions(case):
        if approval is not None and decision == approval:
            yield from (each.signature for each in matched.signers)
    needed = {row.waived.waiver: row for row in rows if row.waived is not None}
    for waiver, _ in case.book.of_kind(Waiver):
        if waiver.digest in needed:
            yield from (each.signature for each in match(case, waiver, needed[waiver.digest]).signers)


def _of_evidence(
    case: Case, rows: t.Sequence[Row], approval: Decision | None
) -> t.Iterator[datetime.datetime]:
    """When checks and arms lose the evidence that they rest on: what shows them, and what was approved of it."""
    policy, reading = case.policy.policy, {each.requirement: each for each in rows}
    checks = [(each.id, check_bearings(case, each), None) for each in policy.checks]
    arms = [(arm_id(each), arm_bearings(case, each), each) for each in policy.arms]
    basis = {each.run for each in approval.basis} if approval is not None else None
    for name, there, arm in (*checks, *arms):
        fit = [each for each in there if each.unfit is None]
        if name not in reading:
            continue
        if reading[name].waived is not None:
            # What is borne is what all of them come to: it may read otherwise as soon as one of them is gone.
            yield from (each.until for each in fit if each.until is not None)
            continue
        seen = [each for each in fit if basis is None or each.evidence.run in basis]
        showing = [each for each in fit if arm is None or shows_arm(case, arm, each)]
        for resting in (showing, seen):
            yield max(each.until for each in resting if each.until is not None)
