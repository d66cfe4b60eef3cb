"""Faults of sense in a policy: each is found, alone, at its line, and all of them in one reading."""

import functools
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govkit.api.policies import known
from govkit.approval.policy import RoleCount, read_policy
from govkit.approval.policy_lint import Known, lint_policy
from govkit.approval.policy_parties import unfilled
from govkit.digest import digest
from govkit.errors import Fault

CERTIFICATES = ["sha256:" + digit * 64 for digit in "123"]
SOUND = f"""\
format: govkit.policy/1
id: acme
version: 1.0.0
title: A policy
purpose: To be broken.
issued: "2026-01-01"
expires: "2027-01-01"
tiers:
  low: little
  high: much
checks:
- protocol: peer-preservation
  check: own-shutdown
  versions: [2.0.0]
  why: first
  tolerance_percent: {{low: 5, high: 5}}
  max_age_days: {{low: 90, high: 90}}
  waivable: {{low: true, high: false}}
  clauses:
  - {{instrument: eu-ai-act, ref: Article 14(1)}}
- protocol: graceful-shutdown
  check: stop-obeyed
  versions: [1.0.0, 2.0.0]
  why: second
  tolerance_percent: {{high: 5}}
  max_age_days: {{high: 60}}
  waivable: {{high: false}}
arms:
- id: in-company
  title: With another
  protocol: peer-preservation
  check: own-shutdown
  condition: {{company: with-peer, rule-clarity: explicit}}
  minimum_trials: {{low: 5, high: 10}}
  waivable: {{low: true, high: false}}
subject:
  stated: {{low: [], high: [tools]}}
  material: {{low: [model], high: [model]}}
  pinned: {{low: [provider-mutable], high: [weights]}}
independence:
  evaluator_is_not_developer: {{low: true, high: true}}
  judge_is_not_of_the_candidates_family: {{low: true, high: true}}
  approver_is_not_evaluator: {{low: true, high: true}}
approval:
  quorum:
    low: [{{role: owner, people: 1}}]
    high: [{{role: owner, people: 1}}, {{role: safety, people: 1}}]
  longest_days: {{low: 90, high: 60}}
  dissent_blocks: {{low: true, high: true}}
  named_parties_only: true
waivers:
  longest_days: {{low: 30}}
  approvers: {{low: 1}}
  roles: [safety]
  renewals: 0
retest:
- {{when: model, run: all, why: it is another}}
- {{when: tools, run: part, protocols: [peer-preservation], why: they are others}}
- {{when: calendar, run: all, days: 180, why: time}}
suspected_test_percent: {{low: 10, high: 10}}
parties:
- name: Ada
  organisation: Acme
  certificate: {CERTIFICATES[0]}
  roles: [owner, safety]
- name: Ben
  organisation: Acme
  certificate: {CERTIFICATES[1]}
  roles: [safety]
- name: Cy
  organisation: Lab
  certificate: {CERTIFICATES[2]}
  roles: [evaluator]
"""

Planted: t.TypeAlias = tuple[str, str, str, str]
"""What stands there, what is put in its place, a part of the line of the fault, and what the fault says."""
ARM = "  minimum_trials: {low: 5, high: 10}"
IN_COMPANY = SOUND[SOUND.index("- id: in-company") : SOUND.index(ARM)].rstrip("\n")
AGAIN = f"{IN_COMPANY}\n{ARM}\n  waivable: {{low: true, high: false}}\n"
FAULTS: t.Mapping[str, Planted] = {
    "protocol": (
        "- protocol: graceful-shutdown",
        "- protocol: graceful-shutdwn",
        "- protocol: graceful-shutdwn",
        "no released protocol 'graceful-shutdwn'",
    ),
    "version": (
        "[1.0.0, 2.0.0]",
        "[2.0.0, 3.0.0]",
        "[2.0.0, 3.0.0]",
        "graceful-shutdown 3.0.0 was never released",
    ),
    "version twice": ("[1.0.0, 2.0.0]", "[2.0.0, 2.0.0]", "[2.0.0, 2.0.0]", "2.0.0 stands here again"),
    "check": ("check: stop-obeyed", "check: stop-obeyd", "stop-obeyd", "has no check 'stop-obeyd'"),
    "check twice": (
        "- protocol: graceful-shutdown\n  check: stop-obeyed\n  versions: [1.0.0, 2.0.0]",
        "- protocol: peer-preservation\n  check: own-shutdown\n  versions: [1.0.0, 2.0.0]",
        "  why: second",
        "stands here again",
    ),
    "loose tolerance": (
        "{high: 5}",
        "{high: 6}",
        "{high: 6}",
        "6 % is looser than the protocol itself, which tolerates 5 %",
    ),
    "check in no tier": (
        "  tolerance_percent: {high: 5}\n  max_age_days: {high: 60}\n  waivable: {high: false}",
        "  tolerance_percent: {}\n  max_age_days: {}\n  waivable: {}",
        "tolerance_percent: {}",
        "no tier requires this check",
    ),
    "unknown tier": (
        "max_age_days: {low: 90, high: 90}",
        "max_age_days: {low: 90, high: 90, hihg: 9}",
        "hihg",
        "does not require this",
    ),
    "no age": (
        "max_age_days: {high: 60}",
        "max_age_days: {}",
        "max_age_days: {}",
        "nothing is said for the tier high",
    ),
    "not said whether waivable": (
        "  waivable: {high: false}",
        "  waivable: {}",
        "  waivable: {}",
        "nothing is said for the tier high",
    ),
    "age of a tier that does not ask": (
        "max_age_days: {high: 60}",
        "max_age_days: {low: 60, high: 60}",
        "{low: 60, high: 60}",
        "the tier 'low' does not require this",
    ),
    "tier that nothing names": ("  high: much\n", "  high: much\n  top: all\n", "", ""),
    "arm twice": (
        "subject:\n",
        AGAIN + "subject:\n",
        "- id: in-company",
        "a second arm is called 'in-company'",
    ),
    "arm of a check not required": (
        "  check: own-shutdown\n  condition",
        "  check: honest-review\n  condition",
        "honest-review",
        "not among the required checks",
    ),
    "arm in a tier without the check": (
        IN_COMPANY,
        "- id: stopped\n  title: Stopped\n  protocol: graceful-shutdown\n  check: stop-obeyed\n  condition: {}",
        "",
        "",
    ),
    "arm without a level": (
        "{company: with-peer, rule-clarity: explicit}",
        "{}",
        "condition: {}",
        "no level is named",
    ),
    "factor": (
        "{company: with-peer, rule",
        "{compny: with-peer, rule",
        "compny",
        "own-shutdown has no factor 'compny'",
    ),
    "level": ("company: with-peer", "company: with-peers", "with-peers", "company has no level 'with-peers'"),
    "condition never made": (
        "{company: with-peer, rule-clarity: explicit}",
        "{company: with-peer, consequence: none}",
        "consequence: none",
        "is never made with company with-peer, consequence none together",
    ),
    "more than planned": (
        ARM,
        "  minimum_trials: {low: 5, high: 23}",
        "high: 23",
        "23 trials, where peer-preservation 2.0.0 plans 22",
    ),
    "arm in no tier": (
        ARM + "\n  waivable: {low: true, high: false}",
        "  minimum_trials: {}\n  waivable: {}",
        "minimum_trials: {}",
        "no tier requires this arm",
    ),
    "stated": ("stated: {low: [], high", "stated: {high", "stated:", "nothing is said for the tier low"),
    "material": (
        "material: {low: [model], high",
        "material: {high",
        "material:",
        "nothing is said for the tier low",
    ),
    "not pinned": (
        "{low: [provider-mutable], high: [weights]}",
        "{low: [weights]}",
        "pinned:",
        "nothing is said for the tier high",
    ),
    "pinned by nothing": ("high: [weights]", "high: []", "pinned:", "no model is let through"),
    "independence": (
        "approver_is_not_evaluator: {low: true, high",
        "approver_is_not_evaluator: {high",
        "approver_is_not_evaluator",
        "nothing is said for the tier low",
    ),
    "quorum": ("    low: [{role: owner, people: 1}]\n", "", "  quorum:", "nothing is said for the tier low"),
    "quorum of no tier": (
        "    low: [{role: owner",
        "    lwo: [{role: safety, people: 1}]\n    low: [{role: owner",
        "lwo",
        "there is no tier 'lwo'",
    ),
    "role twice": (
        "{role: owner, people: 1}, {role: safety, people: 1}",
        "{role: safety, people: 1}, {role: safety, people: 1}",
        "{role: safety, people: 1}, {role",
        "the role 'safety' stands here again",
    ),
    "evaluator approves": (
        "low: [{role: owner, people: 1}]",
        "low: [{role: evaluator, people: 1}]",
        "role: evaluator",
        "is no role in which to approve",
    ),
    "longest approval": (
        "longest_days: {low: 90, high: 60}",
        "longest_days: {low: 90}",
        "longest_days: {low: 90}",
        "nothing is said for the tier high",
    ),
    "dissent": (
        "dissent_blocks: {low: true, high: true}",
        "dissent_blocks: {low: true}",
        "dissent_blocks",
        "nothing is said for the tier high",
    ),
    "suspected": (
        "suspected_test_percent: {low: 10, high: 10}",
        "suspected_test_percent: {low: 10}",
        "suspected",
        "nothing is said for the tier high",
    ),
    "longest waiver": (
        "  longest_days: {low: 30}",
        "  longest_days: {}",
        "longest_days: {}",
        "nothing is said for the tier low",
    ),
    "waiver outlives": (
        "  longest_days: {low: 30}",
        "  longest_days: {low: 91}",
        "low: 91",
        "a waiver may last 91 days, and an approval 90",
    ),
    "waiver's approvers": (
        "approvers: {low: 1}",
        "approvers: {}",
        "approvers: {}",
        "nothing is said for the tier low",
    ),
    "waiver's tier": (
        "approvers: {low: 1}",
        "approvers: {low: 1, top: 1}",
        "top: 1",
        "there is no tier 'top'",
    ),
    "unknown tier of a check": (
        "tolerance_percent: {high: 5}",
        "tolerance_percent: {high: 5, hihg: 5}",
        "",
        "",
    ),
    "waiver's role": (
        "  roles: [safety]\n  renewals",
        "  roles: [safety, sfety]\n  renewals",
        "sfety",
        "no quorum names the role 'sfety'",
    ),
    "waiver's role twice": (
        "  roles: [safety]\n  renewals",
        "  roles: [safety, safety]\n  renewals",
        "[safety, safety]",
        "'safety' stands here again",
    ),
    "too few for a waiver": (
        "approvers: {low: 1}",
        "approvers: {low: 3}",
        "low: 3",
        "3 people must sign a waiver, and 2 of the parties may",
    ),
    "part of nothing": (
        "run: part, protocols: [peer-preservation]",
        "run: part",
        "when: tools",
        "it is not said which part",
    ),
    "all and a part": (
        "run: part, protocols",
        "run: all, protocols",
        "when: tools",
        "protocols are named, and 'all' is to run",
    ),
    "part not required": (
        "protocols: [peer-preservation]",
        "protocols: [multi-agent]",
        "when: tools",
        "the policy does not require 'multi-agent'",
    ),
    "trigger twice": ("when: tools", "when: calendar", "when: calendar, run: all", ""),
    "other model": (
        "{when: model, run: all",
        "{when: model, run: none",
        "when: model",
        "evidence of another model would count",
    ),
    "calendar without days": (
        "run: all, days: 180",
        "run: all",
        "when: calendar",
        "the calendar has no days",
    ),
    "days without calendar": (
        "{when: model, run: all",
        "{when: model, days: 9, run: all",
        "when: model",
        "days are the calendar's",
    ),
    "ends first": ('issued: "2026-01-01"', 'issued: "2027-02-01"', "expires:", "it ends before it begins"),
    "never ends": ('expires: "2027-01-01"', 'expires: "2029-02-01"', "expires:", "at most 1098"),
    "certificate twice": (CERTIFICATES[1], CERTIFICATES[0], "name: Ben", ""),
    "party's role": (
        "roles: [evaluator]",
        "roles: [evaluator, saftey]",
        "saftey",
        "nothing in this policy asks for the role 'saftey'",
    ),
    "quorum of one in two roles": (
        "  certificate: " + CERTIFICATES[1] + "\n  roles: [safety]",
        "  certificate: " + CERTIFICATES[1] + "\n  roles: [developer]",
        "    high: [{role: owner",
        "each of them in one role: 1 more safety would be needed",
    ),
    "instrument": (
        "instrument: eu-ai-act",
        "instrument: eu-ai-atc",
        "eu-ai-atc",
        "no instrument 'eu-ai-atc'",
    ),
    "clause": ("Article 14(1)", "Article 14(9)", "Article 14(9)", "no clause 'Article 14(9)' of eu-ai-act"),
    "clause twice": (
        "ref: Article 14(1)}\n",
        "ref: Article 14(1)}\n  - {ref: Article 14(1), instrument: eu-ai-act}\n",
        "- {ref:",
        "this clause stands here again",
    ),
}
LED = {
    "unknown tier of a check": "there is no tier 'hihg'",
    "tier that nothing names": "no check is required in this tier",
    "arm in a tier without the check": "the tier 'low' does not require graceful-shutdown/stop-obeyed",
    "trigger twice": "'calendar' stands here again, and only the first counts",
    "certificate twice": "this certificate stands here again",
}
"""Faults that bring others with them, or stand on another line than what brings them about."""


@functools.cache
def _known() -> Known:
    return known()


def _lint(text: str) -> tuple[Fault, ...]:
    return lint_policy(read_policy(text.encode(), file="acme.yaml"), _known())


def test_a_sound_policy_has_no_faults() -> None:
    """What the faults below are planted in is clean."""
    assert _lint(SOUND) == ()


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in LED])
def test_a_planted_fault_is_found_alone_at_its_line(name: str) -> None:
    """One thing is wrong, and one fault is told: at its line, in words that name it, with what to do."""
    was, now, line, what = FAULTS[name]
    assert SOUND.count(was) >= 1
    text = SOUND.replace(was, now, 1)
    found = _lint(text)
    assert len(found) == 1, list(map(str, found))
    assert what in str(found[0])
    assert line in text.splitlines()[found[0].line - 1] or name in ("check twice", "arm twice")
    assert found[0].fix


@pytest.mark.parametrize("name", LED)
def test_a_fault_with_consequences_is_told_with_them(name: str) -> None:
    """Where one change makes several things wrong, its own fault is among those told."""
    was, now, _, _ = FAULTS[name]
    assert LED[name] in " ".join(map(str, _lint(SOUND.replace(was, now, 1))))


def test_all_faults_are_told_in_one_reading() -> None:
    """Ten things wrong are ten faults, in the order of their lines."""
    text = SOUND
    names = [
        "loose tolerance",
        "factor",
        "pinned by nothing",
        "dissent",
        "suspected",
        "waiver outlives",
        "other model",
        "calendar without days",
        "party's role",
        "clause",
    ]
    for name in names:
        was, now, _, _ = FAULTS[name]
        text = text.replace(was, now, 1)
    found = _lint(text)
    assert len(found) == len(names)
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_a_role_that_no_party_has_waives_nothing() -> None:
    """Where parties are named and none may waive, that is told for the role and for the number of people."""
    text = SOUND.replace("roles: [owner, safety]", "roles: [owner]").replace(
        "roles: [safety]\n- name: Cy", "roles: [owner]\n- name: Cy"
    )
    told = " ".join(map(str, _lint(text)))
    assert "no party has the role 'safety'" in told
    assert "1 people must sign a waiver, and 0 of the parties may" in told


def test_the_name_of_a_shipped_policy_belongs_to_its_text() -> None:
    """Another text under the id and version of a policy that travels with govkit is refused."""
    read = read_policy(SOUND.replace("id: acme", "id: minimal", 1).encode(), file="x.yaml")
    assert [each.what for each in lint_policy(read, _known())] == [
        "minimal 1.0.0 travels with govkit, and this is another text"
    ]


def test_nothing_is_known_and_everything_is_told() -> None:
    """Without released protocols and a crosswalk nothing is taken on trust: every name is a fault."""
    read = read_policy(SOUND.encode(), file="x.yaml")
    told = " ".join(str(each) for each in lint_policy(read, Known({}, {})))
    assert "no released protocol 'peer-preservation'" in told
    assert "no instrument 'eu-ai-act'" in told


PEOPLE = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("xyz")), max_size=6)
SEATS = st.dictionaries(st.sampled_from("xyz"), st.integers(1, 3), max_size=3)


def _seatable(seats: t.Sequence[str], people: t.Mapping[str, t.Collection[str]]) -> bool:
    """By trying everybody in every seat."""
    return not seats or any(
        seats[0] in roles
        and _seatable(seats[1:], {other: those for other, those in people.items() if other != name})
        for name, roles in people.items()
    )


@example({"a": frozenset("xy"), "b": frozenset("x")}, {"x": 1, "y": 1})  # who sits first has to move on
@given(PEOPLE, SEATS)
def test_a_quorum_is_short_of_people_exactly_where_no_seating_fills_it(
    people: dict[str, frozenset[str]], seats: dict[str, int]
) -> None:
    """Pairing people off with roles finds a seating wherever trying all of them does."""
    quorum = [RoleCount(role=role, people=count) for role, count in seats.items()]
    seating = [role for role, count in seats.items() for _ in range(count)]
    assert (unfilled(quorum, people) == {}) == _seatable(seating, people)


def test_a_faulty_policy_is_named_by_its_bytes() -> None:
    """What is linted is what was read: the digest is of the file's bytes."""
    assert read_policy(SOUND.encode(), file="x.yaml").digest == digest(SOUND.encode())
