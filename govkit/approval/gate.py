"""
The gate: rows in the order in which a person would ask, and the bottom line. A pure function of the case.

  1. Policy: signed by somebody trusted or one that travels with govkit, unchanged, in its dates.
  2. Clock: nothing was made after the time asked about.
  3. Subject and model: described, and kept from changing, as the tier asks.
  4. Evidence: every run that was given holds, replay included. One that does not shuts the gate.
  5. Checks: the worst of the runs that bear on the subject, of an accepted version, recent enough.
  6. Arms: the conditions that must have been made.
  7. Independence of evaluator and judge.
  8. Records: decisions, waivers and their log fit one another.
  9. Waivers, over the rows of 5 and 6.
 10. Decision: somebody approved exactly this, under exactly this policy, on this evidence.
"""

import typing as t

from govkit.approval.arms import arm_rows
from govkit.approval.aside import set_aside
from govkit.approval.case import Case
from govkit.approval.checks import check_rows
from govkit.approval.decisions import conditions_of, decision_row, records_row
from govkit.approval.independence import independence_rows
from govkit.approval.lasting import open_until
from govkit.approval.records import BasisRun, Decision, PolicyNamed
from govkit.approval.result import OPENING, Bottom, GateResult, Row, bottom_of
from govkit.approval.standing import check_tier, standing_rows
from govkit.approval.waiving import waive
from govkit.verification.finding import several
from govkit.verification.moments import written

FORMAT: t.Final = "govkit.gate/1"
NAMED = 3
"""Rows that the bottom line names; further ones are counted."""


def gate(case: Case) -> GateResult:
    """What the gate says. Raises `AskedWrongly` for a tier that the policy does not have, and nothing else."""
    check_tier(case)
    unwaived = (
        *standing_rows(case),
        *check_rows(case),
        *arm_rows(case),
        *independence_rows(case),
        records_row(case),
    )
    rows = waive(case, unwaived)
    approval: Decision | None = None
    if not case.evidence_only:
        last, approval = decision_row(case, rows)
        rows = (*rows, last)
    bottom = bottom_of(rows)
    return GateResult(
        format=FORMAT,
        govkit=case.govkit,
        now=written(case.now),
        policy=policy_named(case),
        subject=case.subject.identity,
        subject_name=case.subject.name,
        evidence_only=case.evidence_only,
        demonstration=case.policy.policy.demonstration,
        rows=rows,
        runs=basis_of(case, rows),
        waivers=tuple(row.waived.waiver for row in rows if row.waived is not None),
        conditions=conditions_of(case, approval) if approval else (),
        set_aside=set_aside(case, rows, approval),
        log_head=case.book.log.head,
        open_until=open_until(case, rows, approval) if bottom == "open" else None,
        bottom=bottom,
        sentence=_sentence(case, rows, bottom),
    )


def policy_named(case: Case) -> PolicyNamed:
    """The policy and tier, as records name them."""
    policy = case.policy.policy
    return PolicyNamed(id=policy.id, version=policy.version, digest=case.policy.digest, tier=case.tier)


def basis_of(case: Case, rows: t.Sequence[Row]) -> tuple[BasisRun, ...]:
    """The runs on which the rows of checks and arms rest."""
    used = {run for row in rows if row.requirement.startswith(("check:", "arm:")) for run in row.evidence}
    once = {each.run: each for each in case.sound if each.run in used}
    return tuple(
        BasisRun(
            run=each.run,
            protocol=f"{each.protocol} {each.version}",
            protocol_digest=each.protocol_digest,
            assessment=each.assessment,
            verdict=each.verdict,
        )
        for each in once.values()
    )


def _sentence(case: Case, rows: t.Sequence[Row], bottom: Bottom) -> str:
    what = f"{case.policy_name}, tier {case.tier}"
    if bottom == "open":
        said = _met_how(case, rows, what)
    else:
        against = [row for row in rows if row.result not in OPENING]
        named = ", ".join(f"{row.requirement} ({row.reason})" for row in against[:NAMED])
        more = f" and {len(against) - NAMED} more" if against[NAMED:] else ""
        said = f"{what}, does not let {case.subject.name} through: {named}{more}."
    return f"DEMONSTRATION, nothing was tested: {said}" if case.policy.policy.demonstration else said


def _met_how(case: Case, rows: t.Sequence[Row], what: str) -> str:
    waived = sum(row.result == "waived" for row in rows)
    conditional = sum(row.result == "conditional" for row in rows)
    how = [f"{several(waived, 'is', 'are')} waived"] if waived else []
    how += ["the approval is under conditions"] if conditional else []
    of_these = f"; of these {' and '.join(how)}" if how else ""
    met = f"the {len(rows)} requirements of {what}, are met for {case.subject.name}{of_these}."
    return (
        f"Before anybody was asked to approve, {met}" if case.evidence_only else f"{met[0].upper()}{met[1:]}"
    )
