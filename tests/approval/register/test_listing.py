"""Candidates with their runs, records and what is due."""

import datetime

import pytest

from govkit.approval.register.entry import RecordEntry, RunEntry
from govkit.approval.register.listing import age_days, due_within, is_asked, register_of

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def _run(candidate: str, identity: str, begun: str) -> RunEntry:
    return RunEntry(
        "signed", candidate=candidate, identity=identity, begun=begun, pinned="weights", folder=begun
    )


def _record(identity: str) -> RecordEntry:
    return RecordEntry(
        kind="decision", name="x", record="sha256:3", says="approve", candidate="Old name", identity=identity,
        policy="p 1.0.0", policy_digest="", tier="t", made="2026-11-01T00:00:00Z", valid_from="2026-11-01T00:00:00Z",
        valid_until="2026-12-03T00:00:00Z", judged=False, against=("policy-not-given",), signed_by=("Ann",),
    )  # fmt: skip


def test_a_candidate_is_one_identity_under_its_last_name() -> None:
    """Runs of one identity belong together, newest first, whatever the system was called; one name may be two."""
    runs = [
        _run("a", ONE, "2026-11-01T00:00:00Z"),
        _run("A", ONE, "2026-11-03T00:00:00Z"),
        _run("A", OTHER, "2026-11-02T00:00:00Z"),
    ]
    register = register_of(runs, [_record(OTHER), _record("sha256:9")], [], NOW)
    assert [
        (each.name, each.identity, len(each.runs), len(each.records)) for each in register.candidates
    ] == [
        ("A", ONE, 2, 0),
        ("A", OTHER, 1, 1),
        ("Old name", "sha256:9", 0, 1),
    ]
    assert [run.folder for run in register.candidates[0].runs] == [
        "2026-11-03T00:00:00Z",
        "2026-11-01T00:00:00Z",
    ]


def test_the_order_of_finding_changes_nothing() -> None:
    """The register of the same entries, found in another order, is the same."""
    runs = [
        _run("a", ONE, "2026-11-01T00:00:00Z"),
        _run("b", OTHER, ""),
        RunEntry("broken", "why", folder="x"),
    ]
    assert register_of(runs, [], [], NOW) == register_of(runs[::-1], [], [], NOW)


def test_what_has_no_candidate_is_listed_apart() -> None:
    """A broken folder is not hidden for having no name."""
    register = register_of([RunEntry("broken", "why", folder="x")], [], [], NOW)
    assert register.candidates == ()
    assert [each.why for each in register.nameless] == ["why"]


def test_due_within_counts_days_from_the_one_asked_about() -> None:
    """What holds until the end of tomorrow is due within one day and not today."""
    register = register_of([], [_record(ONE)], [], NOW)
    assert due_within(register, 0) == ()
    assert due_within(register, 1) == register.due
    assert register.overdue == ()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("a", True), ("b", False), ("1" * 8, True), ("sha256:" + "1" * 9, True), ("1" * 7, False), ("", False)],
)
def test_a_candidate_is_named_by_name_or_digits(asked: str, expected: object) -> None:
    """Its whole name, or the first digits of its identity, eight or more."""
    assert is_asked(_run("a", ONE, ""), asked) is expected


def test_an_age_is_in_whole_days() -> None:
    """A run that nobody can date has none."""
    assert age_days(_run("a", ONE, "2026-11-29T12:00:00Z"), NOW) == 1
    assert age_days(_run("a", ONE, "yesterday"), NOW) is None
