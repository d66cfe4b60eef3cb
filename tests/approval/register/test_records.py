"""Records in the register: whether they count is what the gate's own matching says."""

import datetime
import pathlib
import typing as t

import pytest

from benchmarks.light_records import decision, file_record, signer, waiver
from benchmarks.light_runs import templates
from govkit.adapters.decision_folder import read_decisions
from govkit.adapters.keys import LoadedKey
from govkit.adapters.policy_folder import read_policy_file
from govkit.adapters.trust import check_trust
from govkit.approval.book import read_book
from govkit.approval.records import Fulfilment, Revocation
from govkit.approval.register.entry import RecordEntry
from govkit.approval.register.records import record_entries
from govkit.approval.subject import subject_of
from govkit.verification.moments import written
from govkit.verification.signer import Signer

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
POLICY = read_policy_file("minimal")
TIER = next(iter(POLICY.policy.tiers))
ROLE = POLICY.policy.approval.quorum[TIER][0].role
SUBJECT = subject_of(templates().profile)
WAIVABLE = next(each.id for each in POLICY.policy.checks if each.waivable[TIER])
NEVER = next(each.id for each in POLICY.policy.checks if not each.waivable[TIER])


class Desk(t.NamedTuple):
    """A folder of decisions, and somebody who signs."""

    folder: pathlib.Path
    key: LoadedKey

    def file(self, record: t.Any, *, signed: bool = True, role: str = ROLE) -> str:
        """Enter a record."""
        return file_record(self.folder, record, self.key if signed else None, role=role, at=NOW - HOUR)

    def entries(self, **changes: t.Any) -> tuple[RecordEntry, ...]:
        """What the register says of the folder."""
        trusted = changes.pop("trusted", True)
        now = changes.pop("now", NOW)
        evaluators = changes.pop("evaluators", frozenset[str]())
        anchors = (self.key.certificate,) if trusted else ()

        def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
            return check_trust(certificate, chain, anchors, now)

        policies = changes.pop("policies", {POLICY.digest: POLICY})
        book = read_book(read_decisions(self.folder))
        return record_entries(book, policies, judge, now, evaluators=lambda _: evaluators)


@pytest.fixture(name="desk")
def _desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path / "decisions", signer(tmp_path, "ann", NOW - DAY)[0])


def _approval(**changes: t.Any) -> t.Any:
    return decision(SUBJECT, POLICY, TIER, made=NOW - 2 * HOUR, **{"days": 30, **changes})


def _waiver(requirement: str = WAIVABLE) -> t.Any:
    return waiver(SUBJECT, POLICY, TIER, requirement=requirement, made=NOW - 2 * HOUR, days=10)


def test_a_decision_that_counts_counts(desk: Desk) -> None:
    """Signed by whom the quorum asks for, trusted, in its dates: nothing stands against it."""
    desk.file(_approval())
    (found,) = desk.entries()
    assert (found.counts, found.against, found.signed_by) == (True, (), (f"Ann ({ROLE})",))


@pytest.mark.parametrize(
    ("changes", "against"),
    [
        ({"trusted": False}, "quorum-missing"),
        ({"now": NOW + 40 * DAY}, "expired"),
        ({"now": NOW - DAY}, "not-yet-valid"),
        ({"now": NOW + 400 * DAY}, "policy-expired"),
        ({"policies": {}}, "policy-not-given"),
    ],
)
def test_what_stands_against_a_record_is_said(desk: Desk, changes: dict[str, t.Any], against: str) -> None:
    """An unknown signer, dates, and a policy that ended or is not at hand."""
    desk.file(_approval())
    (found,) = desk.entries(**changes)
    assert not found.counts
    assert against in found.against


def test_the_evaluator_does_not_approve_their_own_evaluation(desk: Desk) -> None:
    """The key that signed the evidence, as the register knows it, is no approver's."""
    desk.file(_approval())
    name = read_book(read_decisions(desk.folder)).filed[0].signatures[0].key
    (found,) = desk.entries(evaluators=frozenset({name}))
    assert found.counts is not POLICY.policy.independence.approver_is_not_evaluator.get(TIER, True)


def test_a_revoked_record_does_not_count(desk: Desk) -> None:
    """Revoked by somebody trusted, an approval is told as revoked."""
    approval = _approval()
    desk.file(approval)
    desk.file(
        Revocation(
            format="govkit.revocation/1",
            record=approval.digest,
            made=written(NOW - HOUR),
            reason="It failed.",
        )
    )
    (found,) = desk.entries()
    assert found.against == ("revoked",)


def test_a_waiver_of_what_cannot_be_waived_does_not_count(desk: Desk) -> None:
    """The policy says which requirements can be waived, and the register asks it."""
    desk.file(_waiver())
    desk.file(_waiver(NEVER))
    assert {each.says: each.against for each in desk.entries()} == {
        f"{WAIVABLE} (insufficient)": (),
        f"{NEVER} (insufficient)": ("not-waivable",),
    }


def _fulfilment(approval: t.Any) -> Fulfilment:
    return Fulfilment(
        format="govkit.fulfilment/1",
        decision=approval.digest,
        condition="watch",
        made=written(NOW - HOUR),
        how="A log is read daily.",
        evidence=(),
    )


def test_a_condition_is_met_when_somebody_who_may_approve_says_so(desk: Desk) -> None:
    """An unsigned fulfilment meets nothing, a signed one does, and one signed by a stranger does not."""
    approval = _approval(due="2026-12-10")
    desk.file(approval)
    desk.file(_fulfilment(approval), signed=False)
    assert [each.met for each in desk.entries()[0].conditions] == [False]
    desk.file(_fulfilment(approval))
    assert [each.met for each in desk.entries()[0].conditions] == [True]
    assert [each.met for each in desk.entries(trusted=False)[0].conditions] == [False]


def test_in_a_broken_log_nothing_counts(desk: Desk) -> None:
    """A log that lost its last line: every record is listed, none counts, no condition is met."""
    approval = _approval(due="2026-12-10")
    desk.file(approval)
    desk.file(_fulfilment(approval))
    desk.file(_waiver())
    log = desk.folder / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    found = desk.entries()
    assert [each.counts for each in found] == [False, False]
    assert all("records-broken" in each.against for each in found)
    assert [each.met for each in found[0].conditions] == [False]


def test_nothing_is_remembered_of_what_once_counted(desk: Desk) -> None:
    """The same bytes, asked at another time, are judged anew."""
    desk.file(_approval())
    assert [desk.entries(now=NOW + days * DAY)[0].counts for days in (0, 29, 30, 0)] == [
        True,
        True,
        False,
        True,
    ]
