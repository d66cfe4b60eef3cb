"""What is due, and when."""

import dataclasses
import datetime
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.policy_folder import read_policy_file
from govkit.approval.register.due import Due, dues
from govkit.approval.register.entry import Certificate, ConditionEntry, RecordEntry, RunEntry
from govkit.verification.moments import written

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
POLICY = read_policy_file("minimal")
TIER = next(iter(POLICY.policy.tiers))
CHECK = POLICY.policy.checks[0]
AGE = CHECK.max_age_days[TIER]
ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def _run(begun: datetime.datetime, **changes: t.Any) -> RunEntry:
    said = {
        "protocol": CHECK.protocol,
        "version": CHECK.versions[0],
        "candidate": "Assistant",
        "identity": ONE,
        "checks": (CHECK.check,),
        "begun": written(begun),
        "certificate": "sha256:" + "c" * 64,
        "certificate_ends": written(NOW + 1000 * DAY),
        "run": f"sha256:{begun:%Y%m%d}",
        "folder": f"run-{begun:%Y%m%d}",
    }
    return RunEntry("signed", **{**said, **changes})


def _record(until: datetime.datetime, **changes: t.Any) -> RecordEntry:
    said: dict[str, t.Any] = {
        "kind": "decision",
        "name": f"decision-{until:%Y%m%d}.json",
        "record": f"sha256:{until:%Y%m%d}",
        "says": "approve",
        "candidate": "Assistant",
        "identity": ONE,
        "policy": "minimal 1.0.0",
        "policy_digest": POLICY.digest,
        "tier": TIER,
        "made": written(NOW - 10 * DAY),
        "valid_from": written(NOW - 10 * DAY),
        "valid_until": written(until),
        "judged": True,
        "against": ("expired",) if until <= NOW else (),
        "signed_by": ("Ann (approver)",),
        "certificates": (Certificate("sha256:" + "a" * 64, "Ann", written(NOW + 500 * DAY)),),
    }
    return RecordEntry(**{**said, **changes})


def _kinds(found: t.Iterable[Due]) -> list[tuple[str, str]]:
    return [(each.kind, str(each.day)) for each in found if each.kind not in ("policy", "certificate")]


def _of(
    runs: t.Sequence[RunEntry] = (), records: t.Sequence[RecordEntry] = (), policies: t.Any = ()
) -> tuple[Due, ...]:
    return dues(runs, records, policies, NOW)


def test_an_approval_is_due_when_it_ends_and_overdue_after() -> None:
    """What ends at midnight holds on the day before; at that very moment it is overdue."""
    (soon, *_) = _of(records=[_record(NOW + 5 * DAY)])
    assert (soon.kind, str(soon.day), soon.overdue(NOW)) == ("approval", "2026-12-05", False)
    (past, *_) = _of(records=[_record(NOW)])
    assert past.overdue(NOW)
    assert not past.overdue(NOW - datetime.timedelta(seconds=1))


def test_what_was_renewed_is_not_due() -> None:
    """A later approval, or waiver of the same requirement, takes the place of the earlier; neither of another."""
    assert _kinds(_of(records=[_record(NOW - DAY), _record(NOW + 9 * DAY)])) == [("approval", "2026-12-09")]
    waivers = [
        _record(NOW + day * DAY, kind="waiver", says=says)
        for day, says in ((1, "a (fail)"), (2, "a (fail)"), (3, "b (fail)"))
    ]
    assert _kinds(_of(records=waivers)) == [("waiver", "2026-12-02"), ("waiver", "2026-12-03")]


@pytest.mark.parametrize(
    "later",
    [
        {"against": ("quorum-missing",)},
        {"against": ("revoked",)},
        {"against": ("expired",)},
        {"against": ("records-broken",)},
        {"signed_by": ()},
        {"identity": OTHER},
        {"tier": "another"},
        {"policy": "another 1.0.0"},
        {"says": "defer"},
    ],
)
def test_what_does_not_count_renews_nothing(later: dict[str, t.Any]) -> None:
    """A later record that does not count, or that is about something else, leaves the earlier one due."""
    found = _of(records=[_record(NOW + DAY), _record(NOW + 9 * DAY, **later)])
    assert ("approval", "2026-12-01") in _kinds(found)


def test_a_rejection_ends_an_approval_and_revocation_too() -> None:
    """On what was rejected or revoked nobody relies, so nothing of it is due."""
    approved = _record(NOW + DAY, conditions=(ConditionEntry("c", "Do it.", "Ann", "2026-12-01", met=False),))
    assert _kinds(_of(records=[approved, _record(NOW + 9 * DAY, says="reject")])) == []
    assert _kinds(_of(records=[_record(NOW + DAY, against=("revoked",))])) == []


def test_nobodys_draft_is_due_and_a_record_nobody_can_judge_is() -> None:
    """What nobody signed ends nothing; a signed one whose policy is not at hand is told rather than hidden."""
    assert _kinds(_of(records=[_record(NOW + DAY, signed_by=())])) == []
    unjudged = _record(NOW + DAY, judged=False, against=("policy-not-given",))
    assert _kinds(_of(records=[unjudged])) == [("approval", "2026-12-01")]


def test_conditions_are_due_on_their_day_until_they_are_met() -> None:
    """The day itself still counts; a condition that was met is not told; the owner is."""
    conditions = (
        ConditionEntry("c", "Do it.", "Ann", "2026-11-30", met=False),
        ConditionEntry("d", "Do that.", "Ben", "2026-12-01", met=False),
        ConditionEntry("e", "Done.", "Ann", "2026-12-02", met=True),
    )
    found = [
        each
        for each in _of(records=[_record(NOW + 9 * DAY, conditions=conditions)])
        if each.kind == "condition"
    ]
    assert [(str(each.day), each.overdue(NOW), each.owner) for each in found] == [
        ("2026-11-30", True, "Ann"),
        ("2026-12-01", False, "Ben"),
    ]


def test_the_newest_signed_run_of_a_check_decides_when_evidence_is_too_old() -> None:
    """Older runs, unsigned ones, and those of versions that the policy does not accept do not."""
    runs = [
        _run(NOW - 30 * DAY),
        _run(NOW - 20 * DAY),
        _run(NOW - 2 * DAY, version="0.0.1"),
        _run(NOW - DAY, checks=("another",)),
    ]
    found = [each for each in _of([*runs, RunEntry("broken")], policies=[POLICY]) if each.kind == "evidence"]
    assert [(each.ends, each.where) for each in found] == [(NOW + (AGE - 20) * DAY, "run-20261111")]
    unsigned = dataclasses.replace(_run(NOW - DAY), state="sealed")
    assert _kinds(_of([unsigned], policies=[POLICY])) == []


def test_evidence_past_its_age_is_due_only_under_an_approval() -> None:
    """On a system that nobody approved nothing rests; on one whose approval stands something does."""
    old = [_run(NOW - (AGE + 1) * DAY)]
    assert [each for each in _of(old, policies=[POLICY]) if each.kind == "evidence"] == []
    approved = _of(old, [_record(NOW + DAY)], [POLICY])
    assert [each.overdue(NOW) for each in approved if each.kind == "evidence"] == [True]


def test_one_certificate_is_due_once_however_many_systems_it_stands_under() -> None:
    """A laboratory's certificate is one line in the register, not one for each of its runs."""
    runs = [_run(NOW - DAY * each, identity=f"sha256:{each:064}") for each in range(1, 40)]
    (found,) = [each for each in _of(runs) if each.kind == "certificate"]
    assert "39 systems" in found.what


def test_a_policy_ends_with_its_last_day() -> None:
    """A policy holds to the end of the day that it names."""
    (found,) = [each for each in _of(policies=[POLICY]) if each.kind == "policy"]
    assert str(found.day) == POLICY.policy.expires
    assert found.overdue(found.ends)
    assert not found.overdue(found.ends - datetime.timedelta(seconds=1))


_DAYS = st.integers(-400, 400)


@given(
    st.lists(st.builds(lambda days: _run(NOW + days * DAY), _DAYS), max_size=8),
    st.lists(
        st.builds(lambda days: _record(NOW + days * DAY), _DAYS),
        max_size=8,
        unique_by=lambda each: each.record,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_finding_changes_nothing(
    runs: list[RunEntry], records: list[RecordEntry], chance: t.Any
) -> None:
    """The same entries in another order give the same list, soonest first, each thing once."""
    found = _of(runs, records, [POLICY])
    shuffled_runs, shuffled_records = chance.sample(runs, len(runs)), chance.sample(records, len(records))
    assert _of(shuffled_runs, shuffled_records, [POLICY]) == found
    assert [each.ends for each in found] == sorted(each.ends for each in found)
    assert len({each.key for each in found}) == len(found)


@given(st.lists(st.builds(lambda days: _record(NOW + days * DAY), _DAYS), min_size=1, max_size=8))
def test_the_end_of_the_last_approval_is_always_told(records: list[RecordEntry]) -> None:
    """However many there are, the approval that lasts longest is due, overdue or not."""
    last = max(records, key=lambda each: each.valid_until)
    found = [each for each in _of(records=records) if each.kind == "approval"]
    assert last.valid_until in {written(each.ends) for each in found}
