"""What travels in a report is bounded, and the policy is the one that its record names."""

import pytest

from govkit.approval.carried import MAX_BYTES, MOST_FILES, carried_names, case_of
from govkit.approval.log import NAME as LOG
from govkit.digest import digest
from govkit.errors import EvidenceBroken
from govkit.report.decisions import DecisionsCarried
from govkit.testing.office import Office
from govkit.verification.examined import Examined

POLICY = "policy.yaml"


def _carried(office: Office, **changes: str) -> DecisionsCarried:
    facts = {"policy_digest": office.policy.digest, "tier": office.tier, "log_head": office.book.log.head}
    return DecisionsCarried(policy_file=POLICY, trusted=(), **{**facts, **changes})


def _broken(office: Office, files: dict[str, bytes], **changes: str) -> str:
    with pytest.raises(EvidenceBroken) as caught:
        case_of({POLICY: office.policy.data, **files}, _carried(office, **changes), Examined(), b"", {})
    return caught.value.what


def test_only_records_signatures_log_and_policy_belong_to_decisions() -> None:
    """Nothing else rides along: what is not of these names is foreign to the report."""
    office = Office()
    office.grant()
    others = ["manifest.json", "notes.txt", "other.yaml", "adjudication-0011223344556677.json"]
    assert carried_names([*office.files, POLICY, *others], POLICY) == {*office.files, POLICY}
    assert LOG in office.files


def test_more_than_a_report_carries_is_not_read() -> None:
    """Neither files nor bytes without end: each signature costs whoever reads it."""
    many = {f"waiver-{number:016x}.json": b"{}" for number in range(MOST_FILES)}
    large = {"waiver-0011223344556677.json": b" " * MAX_BYTES}
    for files in (many, large):
        assert _broken(Office(), files) == "There are more decisions than a report carries."


def test_the_policy_is_the_one_that_the_record_names() -> None:
    """By digest, and with the tier; a policy that is missing is missed."""
    office = Office()
    assert "not the one that the report names" in _broken(office, {}, policy_digest=digest(b"another"))
    assert _broken(office, {}, tier="middle") == "The policy has no such tier."
    with pytest.raises(EvidenceBroken, match=POLICY):
        case_of({}, _carried(office), Examined(), b"", {})


def test_without_a_verdict_nothing_is_asked() -> None:
    """Whose system it is follows from the evidence; without it, no record can be about it."""
    assert "wait for the verdict" in _broken(Office(), {})
