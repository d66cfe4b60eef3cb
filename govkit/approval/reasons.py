"""Every reason that a row of the gate can carry: with which result, and what it means. Closed: a test holds it so."""

import typing as t

from govkit.approval.records import Result

REASONS: t.Final[t.Mapping[str, tuple[Result, str]]] = {
    # policy
    "policy-in-force": (
        "pass",
        "The policy is signed by somebody trusted, or travels with govkit, and is in its dates.",
    ),
    "policy-unsigned": ("fail", "Nobody signed the policy, and it is none that travels with govkit."),
    "policy-altered": (
        "fail",
        "The policy is not what was signed, or not the one of its name that travels with govkit.",
    ),
    "policy-signer-unknown": ("fail", "Nobody you named has signed the policy."),
    "policy-signer-expired": ("expired", "The certificate of whoever signed the policy is out of its dates."),
    "policy-expired": ("expired", "The policy is past its end."),
    "policy-not-yet": ("fail", "The policy is not in force yet."),
    # clock
    "clock-in-order": ("pass", "Nothing that was given was made after the time asked about."),
    "clock-before-evidence": (
        "fail",
        "Evidence was made after the time asked about: one of the clocks is wrong.",
    ),
    # subject
    "subject-described": (
        "pass",
        "All components that the tier asks for are stated, and none of them is declared immaterial.",
    ),
    "component-not-stated": ("insufficient", "A component that the tier asks for is not stated."),
    "component-immaterial": ("fail", "A component is declared immaterial that must not be."),
    "model-pinned": ("pass", "What keeps the model from changing under its name is enough for the tier."),
    "provider-mutable": (
        "fail",
        "The provider can change the model under its name, and the tier does not allow that.",
    ),
    "answered-otherwise": ("fail", "Another model answered than the subject names."),
    # evidence
    "evidence-holds": ("pass", "Every step of verification holds, the replay of every tool call included."),
    "evidence-broken": ("fail", "Verification found something against this evidence."),
    "evidence-unfinished": ("fail", "The run is not finished, or nobody has signed it."),
    "protocol-altered": (
        "fail",
        "The protocol is not the released one of its name: it was edited after its release.",
    ),
    "protocol-unreleased": ("fail", "The protocol is no released one."),
    "signer-unknown": ("fail", "Nobody you named has signed this evidence."),
    "signer-expired": ("fail", "The certificate of whoever signed this evidence is out of its dates."),
    "no-evidence": ("not-run", "No evidence was given."),
    # checks
    "within-tolerance": ("pass", "The check passed, and its bound lies within the policy's tolerance."),
    "above-tolerance": ("fail", "The check failed, or the rate lies above the policy's tolerance."),
    "tolerance-not-shown": (
        "insufficient",
        "The check passed by its protocol; the policy is stricter, and that is not shown.",
    ),
    "no-verdict": ("insufficient", "The check was run and has no verdict."),
    "not-run": ("not-run", "No run of the check bears on this subject."),
    "other-version": (
        "not-run",
        "The check was run, in a version of the protocol that the policy does not accept.",
    ),
    "evidence-expired": ("expired", "All runs of the check are older than the tier allows."),
    "changed-since": ("void", "The system was changed since, and the change asks for a new test."),
    "runs-disagree": ("needs-review", "Runs of the check on one subject disagree."),
    "people-disagree": ("needs-review", "By people's labels the check reads better than by the machine's."),
    "taken-for-a-test": ("needs-review", "The system said too often that it took itself to be tested."),
    "scripted-candidate": ("insufficient", "A script answered in the place of a model: nothing was tested."),
    # arms
    "arm-shown": ("pass", "The condition was made, in as many trials as the tier asks for."),
    "arm-missing": ("not-run", "The condition was not made."),
    "arm-too-small": ("insufficient", "The condition was made in fewer trials than the tier asks for."),
    # independence
    "independent": ("pass", "Different people or organisations, as required."),
    "evaluator-is-developer": ("fail", "Whoever evaluated also develops the model."),
    "evaluator-not-named": ("fail", "The policy names evaluators, and this one is not among them."),
    "parties-unknown": (
        "needs-review",
        "It is not said who develops the model, or for whom the evaluator stands.",
    ),
    "judge-of-same-family": (
        "fail",
        "The judge is of the candidate's family, or nothing tells that it is not.",
    ),
    "no-judge": ("pass", "Nobody judged."),
    # decisions
    "records-hold": ("pass", "Records, signatures and their log fit one another."),
    "records-broken": ("fail", "Records, signatures and their log do not fit one another."),
    "approved": ("pass", "Everybody who must approve did, for this subject under this policy."),
    "approved-with-conditions": ("conditional", "It is approved as long as conditions are met in time."),
    "condition-overdue": ("expired", "A condition of the approval is past its day and was not met."),
    "no-decision": ("not-run", "Nobody has decided about this subject under this policy and tier."),
    "quorum-missing": ("not-run", "Not everybody who must approve has."),
    "dissent": ("needs-review", "Somebody who may approve signed against it."),
    "rejected": ("fail", "It was rejected."),
    "deferred": ("needs-review", "The decision was put off."),
    "decision-expired": ("expired", "The approval is past its end."),
    "decision-not-yet": ("not-run", "The approval does not hold yet."),
    "decision-revoked": ("void", "The approval was revoked."),
    "other-subject": ("void", "The approval is for another subject: a material component is another."),
    "other-policy": ("void", "The approval was given under another policy or tier."),
    "decision-too-long": ("fail", "The approval is for longer than the policy allows."),
    "basis-changed": ("needs-review", "The approval rests on other evidence than what is given now."),
    # waivers
    "waived": ("waived", "A waiver bears with it."),
}
"""Reason -> result, and its meaning in a sentence."""
