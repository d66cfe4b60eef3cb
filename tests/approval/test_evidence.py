"""What verification found, as the gate tells it: anything but a run that holds whole has a flaw, with its reason."""

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.evidence import Evidence, evidence_of
from govkit.verification.examined import Examined
from govkit.verification.finding import STEPS, Finding, State, Unfinished, Verification

STATES: tuple[State, ...] = t.get_args(State)
WELL = ("holds", "allowed", "not-applicable")


def _findings(**changes: t.Any) -> list[Finding]:
    """Every step holds, but for these: `step_7="fails"`, or a finding of one's own."""
    found = []
    for step in STEPS:
        given = changes.get(f"step_{step}", "holds")
        found.append(given if isinstance(given, Finding) else Finding(step, given, f"Step {step}."))
    return found


def _evidence(*findings: Finding, unfinished: Unfinished | None = None) -> Evidence:
    return evidence_of("run", Verification(findings, unfinished), Examined(), b"", "")


def test_what_cannot_be_read_whole_is_broken_though_every_step_holds() -> None:
    """Nothing is believed of a run of which a part is not there."""
    found = _evidence(*_findings())
    assert (found.flaw, found.holds) == ("evidence-broken", False)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"step_9": "fails"}, "evidence-broken"),
        ({"step_9": "not-made"}, "evidence-broken"),
        ({"step_2": "expired"}, "evidence-broken"),
        ({"step_3": "fails"}, "signer-unknown"),
        ({"step_3": "expired"}, "signer-expired"),
        ({"step_3": "not-made"}, "signer-unknown"),
        ({"step_7": "fails"}, "protocol-unreleased"),
        ({"step_7": Finding(7, "fails", "It was edited.", expected="sha256:0")}, "protocol-altered"),
        ({"step_7": "not-made"}, "evidence-broken"),
        ({"step_3": "fails", "step_9": "fails"}, "evidence-broken"),
        ({"step_3": "expired", "step_6": "fails"}, "evidence-broken"),
    ],
    ids=str,
)
def test_what_stands_against_a_run_is_told_by_its_reason(changes: dict[str, t.Any], flaw: str) -> None:
    """A signer is what stands against it only where nothing else does."""
    found = _evidence(*_findings(**changes))
    assert found.flaw == flaw
    assert found.why


def test_a_run_that_is_not_finished_says_so() -> None:
    """Rather than what is missing of it."""
    unfinished = Unfinished("Nobody has reported it yet.", "report it", frozenset())
    found = _evidence(*_findings(step_2="not-made"), unfinished=unfinished)
    assert (found.flaw, found.why) == ("evidence-unfinished", "Nobody has reported it yet.")


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(STATES)), max_size=14))
def test_no_verification_that_does_not_hold_is_without_a_flaw(steps: list[tuple[int, State]]) -> None:
    """Whatever steps were made, however often, and in whatever order."""
    verification = Verification(tuple(Finding(step, state, "It is so.") for step, state in steps))
    found = evidence_of("run", verification, Examined(), b"not a certificate", "")
    assert not found.holds
    assert found.flaw is not None
    if any(state not in WELL for _, state in steps):
        assert not verification.holds
