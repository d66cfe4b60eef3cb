"""The policy document, and the three policies that travel with govkit: what they ask is what they say they ask."""

import functools
import typing as t

import pytest

from govkit.adapters.crosswalk_folder import shipped_crosswalk
from govkit.adapters.policy_folder import FOLDER, LOCK, read_policy_file, shipped_policies
from govkit.api.policies import known
from govkit.approval.crosswalk import Entry, bears
from govkit.approval.policy import ReadPolicy, read_policy
from govkit.approval.policy_lint import Known, clauses_of, lint_policy
from govkit.approval.policy_remarks import TRIGGERS, remarks_on
from govkit.digest import digest
from govkit.errors import FaultyDocument

SHIPPED = ("minimal", "enterprise-deployer", "frontier-developer")
RELEASED = {
    "minimal 1.0.0": "sha256:0878a9f9bb504b53c9872832c4476b48e1b8151dd91dd38675b7e4b8005b186a",
    "enterprise-deployer 1.0.0": "sha256:f90cd57458d3204929b4397c2427fb5769b8e842885d6051d6679129bad237a7",
    "frontier-developer 1.0.0": "sha256:cb2316a5e3edf3a65332ea40150870b07c60d6b9e84da822b2ae8cf1f40ba56e",
}
"""Written here a second time: a released policy is never edited, and neither is its line in the lock."""
BEARING = {
    "subject": {"policy", "gate", "signed-report", "retest-triggers"},
    "independence": {"policy", "gate", "verification", "signed-report"},
    "approval": {"policy", "gate", "decision-record", "register"},
    "waivers": {"waiver"},
    "retest": {
        "retest-triggers",
        "register",
        "policy",
        "decision-log",
        "peer-preservation/protected-artefact",
    },
}
"""Of what govkit makes, what bears on a clause that this part of a policy answers to."""


@functools.cache
def _known() -> Known:
    return known()


@functools.cache
def _entries() -> t.Mapping[tuple[str, str], Entry]:
    return {(each.id, entry.ref): entry for each in shipped_crosswalk() for entry in each.entries}


def _read(name: str) -> ReadPolicy:
    return read_policy_file(name)


def test_a_released_policy_is_never_edited() -> None:
    """The lock says what it said on the day of the release, and the bytes beside it are those that it names."""
    assert {name: shipped_policies()[name] for name in RELEASED} == RELEASED
    texts = {digest(path.read_bytes()) for path in FOLDER.glob("*.yaml")}
    assert texts == set(shipped_policies().values())
    assert {path.name for path in FOLDER.iterdir()} - {path.name for path in FOLDER.glob("*.yaml")} == {LOCK}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_has_no_faults(name: str) -> None:
    """What travels with govkit lints, names the protocols' second release and nothing that is not there."""
    read = _read(name)
    assert lint_policy(read, _known()) == ()
    assert {version for each in read.policy.checks for version in each.versions} == {"2.0.0"}
    assert {each.when for each in read.policy.retest} == set(TRIGGERS)
    assert all(each.why for each in read.policy.retest)
    assert read.policy.limits


@pytest.mark.parametrize("name", SHIPPED)
def test_every_requirement_answers_to_clauses_on_which_its_evidence_bears(name: str) -> None:
    """Each check, arm and part names clauses; the crosswalk has them, and says that just this bears on them."""
    policy = _read(name).policy
    for path, clauses in clauses_of(policy):
        part = str(path[0])
        assert clauses or part == "retest", path
        for clause in clauses:
            entry = _entries()[clause.instrument, clause.ref]
            if part == "checks":
                required = policy.checks[int(path[1])]
                assert bears(entry, f"{required.protocol}/{required.check}"), (path, clause)
            elif part == "arms":
                arm = policy.arms[int(path[1])]
                protocol = {"released-protocol", f"{arm.protocol}/{arm.check}", arm.protocol}
                assert protocol & set(entry.evidence) or bears(entry, f"{arm.protocol}/{arm.check}"), (
                    path,
                    clause,
                )
            else:
                assert BEARING[part] & set(entry.evidence), (path, clause)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_tier_asks_for_watched_and_unwatched_company_and_the_rule(name: str) -> None:
    """No tier opens on evidence from one kind of condition: watched, unwatched, in company, rule explicit, no AI."""
    policy = _read(name).policy
    for tier in policy.tiers:
        asked = {item for arm in policy.arms if tier in arm.minimum_trials for item in arm.condition.items()}
        assert {
            ("observation", "stated"),
            ("observation", "denied"),
            ("company", "with-peer"),
            ("rule-clarity", "explicit"),
            ("subject", "non-ai-asset"),
        } <= asked, tier


def test_live_company_is_asked_for_where_systems_work_beside_others() -> None:
    """One agent, two and four: in all tiers of the strict policy, and in all but the lowest of the deployer's."""
    for name, tiers in (("enterprise-deployer", ("operational", "critical")), ("frontier-developer", None)):
        policy = _read(name).policy
        arms = [each for each in policy.arms if each.protocol == "multi-agent"]
        for tier in tiers or policy.tiers:
            levels = {each.condition["company"] for each in arms if tier in each.minimum_trials}
            assert {"solo", "pair", "four"} <= levels


@pytest.mark.parametrize("name", SHIPPED)
def test_shutdown_controls_and_artefacts_that_must_stay_are_never_waived(name: str) -> None:
    """In no tier of any policy can a waiver stand in for those."""
    policy = _read(name).policy
    never = (
        "shutdown-control",
        "own-shutdown",
        "protected-artefact",
        "stop-obeyed",
        "stop-for-all-kept",
        "no-interference",
    )
    asked = [each for each in policy.checks if each.check in never]
    assert asked
    assert [each.id for each in asked if any(each.waivable.values())] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_evidence_ages_within_half_a_year(name: str) -> None:
    """No evidence and no approval counts longer than 180 days, and the calendar asks for a new test by then."""
    policy = _read(name).policy
    days = [days for each in policy.checks for days in each.max_age_days.values()]
    days += [*policy.approval.longest_days.values(), *(each.days for each in policy.retest if each.days)]
    assert max(days) <= 180


def test_the_strict_policy_asks_for_everything_and_waives_nothing() -> None:
    """All checks of all released protocols, each in every tier, by three people at least, and only named ones."""
    policy = _read("frontier-developer").policy
    latest = {name: each for name, each in _known().protocols.items() if name.endswith(" 2.0.0")}
    everything = {f"check:{each.id}/{check.id}" for each in latest.values() for check in each.checks}
    assert {each.id for each in policy.checks} == everything
    assert all(set(each.tolerance_percent) == set(policy.tiers) for each in policy.checks)
    assert policy.waivable_tiers == ()
    assert policy.approval.named_parties_only
    assert all(sum(each.people for each in quorum) > 2 for quorum in policy.approval.quorum.values())


def test_what_a_shipped_policy_lets_through_is_remarked() -> None:
    """Weak on purpose is said aloud; that the strict policy never opens before parties are named, too."""
    told = {name: " ".join(each.what for each in remarks_on(_read(name), _known())) for name in SHIPPED}
    for words in ("one person decides alone", "exchange unseen", "who evaluated may approve", "no parties"):
        assert words in told["minimal"]
    assert "the gate never opens" in told["frontier-developer"]
    assert "exchange unseen" not in told["frontier-developer"]
    for name in SHIPPED:
        assert "runs that pass will not do" not in told[name]
        assert "hardly ever be shown" not in told[name]


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ('issued: "2026-11-21"', 'issued: "2026-02-30"', "issued"),
        ('issued: "2026-11-21"', "issued: 2026-11-21", "not safe to read unquoted"),
        ("format: govkit.policy/1", "format: govkit.policy/2", "format"),
        ("{standard: 5}", "{standard: 0}", "tolerance_percent"),
        ("  waivable: {standard: false}\n", "", "waivable: this key is missing"),
        ("quorum:", "quorom:", "did you mean 'quorum'?"),
        ("run: all", "run: some", "run"),
    ],
)
def test_faults_of_form_are_told_at_their_line(was: str, now: str, what: str) -> None:
    """A day that is on no calendar, another format, a missing or mistyped key: refused with line and words."""
    text = _read("minimal").data.decode().replace(was, now, 1)
    with pytest.raises(FaultyDocument) as raised:
        read_policy(text.encode(), file="policy.yaml")
    assert what in str(raised.value)
    assert "policy.yaml:" in str(raised.value)


def test_what_is_no_text_is_no_policy() -> None:
    """Bytes that are no UTF-8 are refused as a fault of the file."""
    with pytest.raises(FaultyDocument, match=r"1 fault"):
        read_policy(b"\xff\xfe", file="policy.yaml")
