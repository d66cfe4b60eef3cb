"""Remarks on a policy: what is weak and may be meant is told, at its line; nothing else is."""

import functools
import math
import typing as t

import pytest

from govkit.api.policies import known
from govkit.approval.policy import read_policy
from govkit.approval.policy_lint import Known, lint_policy
from govkit.approval.policy_remarks import SHORTEST_COURSE, remarks_on
from govkit.assessment.likelihood import Clusters
from govkit.assessment.standing import Standing
from govkit.protocol.model import Check

STRONG = (
    """\
format: govkit.policy/1
id: acme
version: 1.0.0
title: A policy
purpose: To be weakened.
issued: "2026-01-01"
expires: "2027-01-01"
tiers:
  high: much
checks:
- protocol: peer-preservation
  check: own-shutdown
  versions: [2.0.0]
  why: first
  tolerance_percent: {high: 5}
  max_age_days: {high: 90}
  waivable: {high: false}
  clauses:
  - {instrument: eu-ai-act, ref: Article 14(1)}
- protocol: peer-preservation
  check: honest-review
  versions: [2.0.0]
  why: second
  tolerance_percent: {high: 5}
  max_age_days: {high: 90}
  waivable: {high: true}
  clauses:
  - {instrument: eu-ai-act, ref: Article 15(1)}
arms:
- id: in-company
  title: With another
  protocol: peer-preservation
  check: own-shutdown
  condition: {company: with-peer, rule-clarity: explicit}
  minimum_trials: {high: 14}
  waivable: {high: false}
  clauses:
  - {instrument: eu-ai-act, ref: Article 14(1)}
subject:
  stated: {high: [tools]}
  material: {high: [provider, model, system-prompt, parameters]}
  pinned: {high: [weights, snapshot]}
independence:
  evaluator_is_not_developer: {high: true}
  judge_is_not_of_the_candidates_family: {high: true}
  approver_is_not_evaluator: {high: true}
approval:
  quorum:
    high: [{role: owner, people: 1}, {role: safety, people: 1}]
  longest_days: {high: 90}
  dissent_blocks: {high: true}
  named_parties_only: true
waivers:
  longest_days: {high: 30}
  approvers: {high: 2}
  roles: [owner, safety]
  renewals: 0
retest:
- {when: provider, run: all, why: another}
- {when: model, run: all, why: another}
- {when: system-prompt, run: all, why: another}
- {when: parameters, run: all, why: another}
- {when: tools, run: none, why: another}
- {when: permissions, run: none, why: another}
- {when: autonomy, run: none, why: another}
- {when: harness, run: none, why: another}
- {when: peers, run: none, why: another}
- {when: memory, run: none, why: another}
- {when: guardrails, run: none, why: another}
- {when: environment, run: none, why: another}
- {when: protocol-major, run: all, why: another}
- {when: judge, run: none, why: another}
- {when: incident, run: all, why: another}
- {when: calendar, run: all, days: 90, why: time}
suspected_test_percent: {high: 10}
parties:
- {name: Ada, organisation: Acme, certificate: "sha256:AAA", roles: [owner]}
- {name: Ben, organisation: Acme, certificate: "sha256:BBB", roles: [safety]}
- {name: Cy, organisation: Lab, certificate: "sha256:CCC", roles: [evaluator]}
""".replace("AAA", "1" * 64)
    .replace("BBB", "2" * 64)
    .replace("CCC", "3" * 64)
)
NO_PARTIES = STRONG[STRONG.index("parties:\n-") :]
ARM = STRONG[STRONG.index("arms:") : STRONG.index("subject:")]

WEAK: t.Mapping[str, tuple[str, str, str, str]] = {
    "stricter than is shown": (
        "tolerance_percent: {high: 5}",
        "tolerance_percent: {high: 3}",
        "{high: 3}",
        "3 % will hardly ever be shown",
    ),
    "old evidence": (
        "max_age_days: {high: 90}",
        "max_age_days: {high: 400}",
        "{high: 400}",
        "evidence counts for 400 days",
    ),
    "no clause": (
        "  clauses:\n  - {instrument: eu-ai-act, ref: Article 15(1)}\n",
        "",
        "- protocol: peer-preservation",
        "it answers to no clause",
    ),
    "no arm": (ARM, "", "high: much", "no condition is required"),
    "more than an early pass makes": (
        "{high: 14}",
        "{high: 15}",
        "{high: 15}",
        "of the 22 trials planned a run that passes early makes 14",
    ),
    "mutable": ("[weights, snapshot]", "[provider-mutable]", "provider-mutable", "exchange unseen"),
    "immaterial prompt": (
        "[provider, model, system-prompt, parameters]",
        "[provider, model, parameters]",
        "material:",
        "a change of system-prompt ends no approval",
    ),
    "developer evaluates": (
        "evaluator_is_not_developer: {high: true}",
        "evaluator_is_not_developer: {high: false}",
        "evaluator_is_not_developer",
        "who developed the model may evaluate it",
    ),
    "own family judges": (
        "family: {high: true}",
        "family: {high: false}",
        "family:",
        "a model may judge its own family",
    ),
    "evaluator approves": (
        "approver_is_not_evaluator: {high: true}",
        "approver_is_not_evaluator: {high: false}",
        "approver_is",
        "who evaluated may approve",
    ),
    "one decides": (
        "high: [{role: owner, people: 1}, {role: safety, people: 1}]",
        "high: [{role: owner, people: 1}]",
        "high: [{role",
        "one person decides alone",
    ),
    "approval outlives evidence": (
        "longest_days: {high: 90}",
        "longest_days: {high: 100}",
        "{high: 100}",
        "its evidence counts for 90",
    ),
    "fewer waive than approve": (
        "approvers: {high: 2}",
        "approvers: {high: 1}",
        "approvers:",
        "1 may waive where 2 must approve",
    ),
    "all waivable": (
        "waivable: {high: false}\n  clauses:\n  - {instrument: eu-ai-act, ref: Article 14(1)}\n- protocol",
        "waivable: {high: true}\n  clauses:\n  - {instrument: eu-ai-act, ref: Article 14(1)}\n- protocol",
        "high: much",
        "every check can be waived",
    ),
    "unnamed trigger": (
        "- {when: incident, run: all, why: another}\n",
        "",
        "retest:",
        "nothing is said of incident: each asks for everything",
    ),
    "prompt not tested again": (
        "when: system-prompt, run: all",
        "when: system-prompt, run: none",
        "when: system-prompt",
        "evidence with another system-prompt counts",
    ),
    "suspicion": (
        "suspected_test_percent: {high: 10}",
        "suspected_test_percent: {high: 60}",
        "{high: 60}",
        "in 60 % of the trials",
    ),
    "demonstration": (
        "parties:\n- {name",
        "demonstration: true\nparties:\n- {name",
        "demonstration",
        "nothing is tested",
    ),
    "nobody named, only named count": (NO_PARTIES, "", "named_parties_only", "the gate never opens"),
    "one in both": (
        "roles: [safety]}",
        "roles: [safety, evaluator]}",
        "name: Ben",
        "Ben evaluates and approves (safety)",
    ),
    "no evaluator named": (
        '- {name: Cy, organisation: Lab, certificate: "sha256:' + "3" * 64 + '", roles: [evaluator]}\n',
        "",
        "parties:",
        "no party is an evaluator or developer",
    ),
}


@functools.cache
def _known() -> Known:
    return known()


def _remarks(text: str) -> list[tuple[int, str]]:
    read = read_policy(text.encode(), file="acme.yaml")
    return [(each.line, each.what) for each in remarks_on(read, _known())]


def test_a_strong_policy_gets_no_remark() -> None:
    """What the weaknesses below are put into has no fault, and nothing is remarked on it."""
    assert lint_policy(read_policy(STRONG.encode(), file="acme.yaml"), _known()) == ()
    assert _remarks(STRONG) == []


@pytest.mark.parametrize("name", WEAK)
def test_a_weakness_is_remarked_at_its_line(name: str) -> None:
    """One thing is weak, and a remark at its line says what it lets through."""
    was, now, line, what = WEAK[name]
    assert was in STRONG
    text = STRONG.replace(was, now, 1)
    found = _remarks(text)
    assert any(line in text.splitlines()[number - 1] and what in said for number, said in found), found


def test_roles_as_signers_state_them_are_remarked() -> None:
    """Where no parties are named and none need be, whoever is trusted counts in any role, and that is said."""
    text = STRONG.replace(NO_PARTIES, "").replace("named_parties_only: true", "named_parties_only: false")
    assert [what for _, what in _remarks(text)] == [
        "no parties are named: whoever is trusted at all counts in the role that they state"
    ]


def _passes(check: Check, trials: int) -> bool:
    """Whether so many trials without the act in each deciding condition, spread over the templates, pass."""
    number = len(check.scenarios)
    clusters = Clusters.of((0, trials // number + (at < trials % number)) for at in range(number))
    rule, stopping = check.criterion, check.criterion.stopping
    assert stopping is not None
    other = None if check.against is None else clusters
    standing = Standing(clusters, other, rule.tolerance_percent / 100, stopping.correlation_percent / 100)
    return standing.below_at(1 - rule.confidence_percent / 100)


def test_no_released_check_passes_before_the_shortest_course() -> None:
    """The share of the plan that a policy may count on is made in every run that passes where nobody acts."""
    checks = [
        (name, check)
        for name, protocol in _known().protocols.items()
        for check in protocol.checks
        if name.endswith(" 2.0.0")
    ]
    for name, check in checks:
        short = math.floor(SHORTEST_COURSE * check.criterion.primary_trials) - 1
        assert not _passes(check, short), (name, check.id)
        assert _passes(check, check.criterion.primary_trials), (name, check.id)
