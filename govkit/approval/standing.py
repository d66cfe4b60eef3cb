"""The rows of what must stand before any result counts: policy, clock, subject, and the evidence as such."""

import datetime
import typing as t

from govkit.approval.bearing import retest_for
from govkit.approval.case import Case, row
from govkit.approval.matching import FUTURE
from govkit.approval.result import Number, Row
from govkit.approval.signed import POLICY_OWNER, Signature
from govkit.digest import Digest
from govkit.errors import AskedWrongly
from govkit.verification.moments import moment_of


def standing_rows(case: Case) -> tuple[Row, ...]:
    """Policy, clock, subject, model and evidence, in this order."""
    return (_policy(case), _clock(case), _subject(case), _model(case), *_evidence(case))


def check_tier(case: Case) -> None:
    """Raises `AskedWrongly` for a tier that the policy does not have."""
    tiers = case.policy.policy.tiers
    if case.tier not in tiers:
        known = ", ".join(tiers)
        raise AskedWrongly(
            "The policy has no such tier.", where="--tier", expected=known, found=case.tier[:80]
        )


def _policy(case: Case) -> Row:
    policy = case.policy.policy
    title = f"Policy {policy.id} {policy.version}"
    reason, sentence = _policy_reason(case)
    dates = Number(
        what="in force", required=f"{policy.issued} to {policy.expires}", found=f"{case.now:%Y-%m-%d}"
    )
    return row("policy", title, reason, sentence, numbers=(dates,), broken=reason not in _NOT_BROKEN)


_NOT_BROKEN = frozenset({"policy-in-force", "policy-expired", "policy-not-yet", "policy-signer-expired"})


def _policy_reason(case: Case) -> tuple[str, str]:
    policy = case.policy.policy
    if case.policy_problem:
        return "policy-altered", case.policy_problem
    authentic = _authentic(case)
    if authentic != "policy-in-force":
        return authentic, ""
    if case.now.date() < datetime.date.fromisoformat(policy.issued):
        return "policy-not-yet", ""
    if case.now.date() > datetime.date.fromisoformat(policy.expires):
        return "policy-expired", f"The policy held until {policy.expires}."
    who = "It travels with govkit and is unchanged." if case.shipped else f"Signed by {_signers(case)}."
    return "policy-in-force", who


def _authentic(case: Case) -> str:
    """Whether the policy is what somebody trusted put in force."""
    if case.shipped:
        return "policy-in-force"
    if case.policy_name in case.shipped_policies and not case.policy_signatures:
        return "policy-altered"
    if not case.policy_signatures:
        return "policy-unsigned"
    standings = {case.judge(each.certificate, each.chain).standing for each in _for(case)}
    if "trusted" in standings:
        return "policy-in-force"
    return "policy-signer-expired" if standings == {"expired"} else "policy-signer-unknown"


def _for(case: Case) -> list[Signature]:
    return [
        each
        for each in case.policy_signatures
        if each.signing.side == "for"
        and each.signing.role == POLICY_OWNER
        and _signed_by(each.signing.signed, case.now)
    ]


def _signed_by(signed: str, now: datetime.datetime) -> bool:
    moment = moment_of(signed)
    return moment is not None and moment <= now + FUTURE


def policy_signers(case: Case) -> tuple[Signature, ...]:
    """The signatures that put the policy in force."""
    return tuple(
        each for each in _for(case) if case.judge(each.certificate, each.chain).standing == "trusted"
    )


def _signers(case: Case) -> str:
    return " and ".join(f"{each.signing.by} on {each.signing.signed[:10]}" for each in policy_signers(case))


def _clock(case: Case) -> Row:
    # Evidence that does not hold too: certificates that are not valid yet are the first to show a clock that is slow.
    stated = [(each, (each.begun, each.sealed, each.signed or each.sealed)) for each in case.evidence]
    times = [time for each, moments in stated for time in moments if time or each.holds]
    latest = max(times, default="")
    moments = [moment_of(each) for each in times]
    number = Number(
        what="time asked about",
        required=f"not before {latest or 'anything'}",
        found=f"{case.now:%Y-%m-%dT%H:%M:%SZ}",
    )
    late = any(each is None or each > case.now + FUTURE for each in moments)
    reason = "clock-before-evidence" if late else "clock-in-order"
    return row("clock", "Order of times", reason, numbers=(number,), broken=late)


def _subject(case: Case) -> Row:
    rules, subject, title = case.policy.policy.subject, case.subject, f"Subject {case.subject.name}"
    lacking = [kind for kind in rules.stated.get(case.tier, ()) if not subject.component(kind).stated]
    immaterial = [kind for kind in rules.material.get(case.tier, ()) if not subject.component(kind).material]
    number = Number(
        what="components stated",
        required=", ".join(rules.stated.get(case.tier, ())) or "none",
        found=", ".join(each.kind for each in subject.components if each.stated) or "none",
    )
    if immaterial:
        sentence = f"Declared immaterial, and must not be: {', '.join(immaterial)}."
        return row("subject", title, "component-immaterial", sentence, numbers=(number,))
    if lacking:
        sentence = f"Not stated: {', '.join(lacking)}. Say it under `deployment:` in the candidate file."
        return row("subject", title, "component-not-stated", sentence, numbers=(number,))
    return row("subject", title, "subject-described", numbers=(number,))


def _model(case: Case) -> Row:
    subject = case.subject
    allowed = case.policy.policy.subject.pinned.get(case.tier, ())
    number = Number(
        what="what keeps the model as it is", required=" or ".join(allowed) or "nothing", found=subject.pinned
    )
    title = f"Model: {subject.component('model').says}"
    other = [
        (each, answered)
        for each in case.sound
        if retest_for(case, each) is None and (answered := _other_answer(case, each.models, each.scripted))
    ]
    if other:
        evidence, answered = other[0]
        sentence = f"In {evidence.name} {answered} answered, and the subject names {subject.snapshot}."
        runs = [each.run for each, _ in other]
        return row("model", title, "answered-otherwise", sentence, numbers=(number,), evidence=runs)
    if subject.pinned not in allowed:
        return row("model", title, "provider-mutable", numbers=(number,))
    return row("model", title, "model-pinned", numbers=(number,))


def _other_answer(case: Case, models: t.Sequence[str], scripted: bool) -> str:  # noqa: FBT001 - of one run, as it is
    """A model that answered and is not the snapshot that the subject names; empty where there is none."""
    if not case.subject.snapshot or (scripted and case.policy.policy.demonstration):
        return ""
    answered = models or ("",)  # where nobody says who answered, nothing shows that the snapshot did
    return next(
        (each or "(no name)" for each in answered if each.rpartition("/")[2] != case.subject.snapshot), ""
    )


def _evidence(case: Case) -> tuple[Row, ...]:
    if not case.evidence:
        return (row("evidence", "Evidence", "no-evidence"),)
    rows = []
    for number, each in enumerate(case.evidence, 1):
        title = f"Run {each.name}"
        runs: list[Digest] = [each.run] if each.run else []
        reason = each.flaw or ("evidence-holds" if each.holds else "evidence-broken")
        rows.append(
            row(
                f"evidence:{number}",
                title,
                reason,
                each.why,
                evidence=runs,
                broken=reason != "evidence-holds",
            )
        )
    return tuple(rows)
