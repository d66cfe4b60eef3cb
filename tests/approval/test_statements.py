"""The gate as in-toto statements: what they may say, and what nobody may read out of them."""

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval import statements
from govkit.approval.records import Result
from govkit.approval.result import OPENING, GateResult, Row, bottom_of
from govkit.attestation.statement import parse_statement
from govkit.digest import canonical, digest

Rows: t.TypeAlias = t.Callable[..., Row]
Results: t.TypeAlias = t.Callable[..., GateResult]
RESULTS: t.Final[tuple[Result, ...]] = t.get_args(Result)
OPEN = "GOVKIT_CUSTOMER_FACING__GATE_OPEN"
NAMES = st.sampled_from(["policy", "evidence:1", "evidence:2", "check:a-b/c", "check:a/b-c", "arm:four"])
TABLES = st.lists(st.tuples(NAMES, st.sampled_from(RESULTS)), max_size=6)


def _properties(result: GateResult) -> list[str]:
    data = statements.svr(result)
    assert data is not None
    return t.cast("list[str]", json.loads(data)["predicate"]["properties"])


def _tests(result: GateResult) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(statements.test_result(result))["predicate"])


def test_an_svr_has_the_fields_that_version_0_2_requires(row: Rows, result: Results) -> None:
    """Subject, verifier, policies by digest, time and properties stand as the predicate's specification has them."""
    data = statements.svr(result(row("pass")))
    assert data is not None
    assert data == canonical(json.loads(data))
    said = json.loads(data)
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    hexadecimal = digest(b"subject").removeprefix("sha256:")
    assert said["subject"] == [{"name": "Storage assistant", "digest": {"sha256": hexadecimal}}]
    predicate = said["predicate"]
    assert set(predicate) == {"verifier", "timeCreated", "properties"}
    assert predicate["verifier"]["id"].startswith("urn:govkit:")
    (policy,) = predicate["verifier"]["policies"]
    assert policy["digest"] == {"sha256": digest(b"policy").removeprefix("sha256:")}
    assert policy["name"] == "enterprise-deployer 1.0.0, tier customer-facing"
    assert predicate["timeCreated"] == "2026-11-21T12:00:00Z"
    assert predicate["properties"] == [
        "GOVKIT_CUSTOMER_FACING__CHECK__GRACEFUL_SHUTDOWN__COMPLETES",
        OPEN,
    ]


@pytest.mark.parametrize("against", sorted(set(RESULTS) - OPENING))
def test_there_is_no_svr_of_a_gate_that_is_not_open(against: Result, row: Rows, result: Results) -> None:
    """One row that stands against it, and nothing is said to be verified: not even what is met."""
    rows = (row("pass"), row(against, "arm:watched"))
    assert statements.svr(result(*rows)) is None
    # A stored result whose bottom line contradicts its rows opens nothing either.
    assert statements.svr(result(*rows, bottom="open")) is None


@pytest.mark.parametrize("bottom", ["shut", "undecided", "broken", "expired"])
def test_there_is_no_svr_where_the_bottom_line_is_against_it(bottom: str, row: Rows, result: Results) -> None:
    """Rows that are all met do not outweigh a bottom line that is not open."""
    assert statements.svr(result(row("pass"), bottom=bottom)) is None
    assert _tests(result(row("pass"), bottom=bottom))["result"] == "FAILED"


def test_nothing_is_said_of_no_rows(result: Results) -> None:
    """A result without rows, whatever its bottom line says, is neither verified nor passed."""
    for given_result in (result(), result(bottom="open")):
        assert statements.svr(given_result) is None
        assert _tests(given_result)["result"] == "FAILED"


def test_a_demonstration_has_no_svr_and_its_tests_only_warn(row: Rows, result: Results) -> None:
    """Where nothing was tested nothing is verified, and nothing passed."""
    shown = result(row("pass"), demonstration=True)
    assert statements.svr(shown) is None
    said = _tests(shown)
    assert (said["result"], said["passedTests"]) == ("WARNED", [])


@pytest.mark.parametrize("borne", ["waived", "conditional"])
def test_what_is_waived_or_conditional_has_no_property(borne: Result, row: Rows, result: Results) -> None:
    """Of such a row there is no property, the gate's own has another name, and the test warns."""
    found = result(row("pass", "policy"), row(borne))
    assert _properties(found) == [
        "GOVKIT_CUSTOMER_FACING__POLICY",
        "GOVKIT_CUSTOMER_FACING__GATE_OPEN_WITH_WAIVERS_OR_CONDITIONS",
    ]
    said = _tests(found)
    assert said["result"] == "WARNED"
    assert said["warnedTests"] == ["check:graceful-shutdown/completes"]


@pytest.mark.parametrize("order", [("waived", "pass"), ("pass", "waived")])
def test_of_rows_with_one_name_all_must_be_met(
    order: tuple[Result, Result], row: Rows, result: Results
) -> None:
    """A requirement that is there twice, or runs, of which one is waived, are not met, in whichever order."""
    for names in (("check:a/b", "check:a/b"), ("evidence:1", "evidence:2")):
        found = result(*(row(each, name) for each, name in zip(order, names, strict=True)))
        assert _properties(found) == ["GOVKIT_CUSTOMER_FACING__GATE_OPEN_WITH_WAIVERS_OR_CONDITIONS"]


def test_evidence_alone_does_not_open_the_gate(row: Rows, result: Results) -> None:
    """Where nobody was asked there is no property of the gate, and the missing decision is a warning."""
    found = result(row("pass"), evidence_only=True)
    assert not [name for name in _properties(found) if "GATE" in name]
    said = _tests(found)
    assert (said["result"], said["warnedTests"]) == ("WARNED", ["decision"])


def test_the_tier_is_in_every_property(row: Rows, result: Results) -> None:
    """Whoever asks for a high tier is not served with a property of a low one."""
    found = result(row("pass"), row("pass", "policy"))
    assert all(name.startswith("GOVKIT_CUSTOMER_FACING__") for name in _properties(found))


def test_a_requirement_of_a_form_that_the_gate_never_writes_has_no_property(
    row: Rows, result: Results
) -> None:
    """A name with other characters could be made to read as another requirement's."""
    found = result(row("pass"), row("pass", "check:x/y__GATE_OPEN"), row("pass", "policy\n"))
    assert _properties(found) == ["GOVKIT_CUSTOMER_FACING__CHECK__GRACEFUL_SHUTDOWN__COMPLETES", OPEN]


@given(table=TABLES, alone=st.booleans(), demonstration=st.booleans())
def test_no_statement_says_that_something_is_met_which_is_not(
    row: Rows, result: Results, table: list[tuple[str, Result]], *, alone: bool, demonstration: bool
) -> None:
    """Whatever the rows: a property or a passed test stands only for requirements all of whose rows are passes."""
    rows = tuple(row(each, name) for name, each in table)
    met = {name for name, _ in table} - {name for name, each in table if each != "pass"}
    found = result(*rows, evidence_only=alone, demonstration=demonstration)
    said = _tests(found)
    assert set(said["passedTests"]) <= met
    assert set(said["failedTests"]) == {name for name, each in table if each not in OPENING}
    spotless = bool(rows) and met == {name for name, _ in table} and not alone and not demonstration
    assert (said["result"] == "PASSED") is spotless
    if bottom_of(rows) != "open" or demonstration:
        assert said["result"] == "FAILED" or demonstration
        assert statements.svr(found) is None
        return
    names = {"EVIDENCE" if name.startswith("evidence") else name for name in met}
    unmet_run = any(name.startswith("evidence") and each != "pass" for name, each in table)
    # check:a-b/c and check:a/b-c are two properties, for they are two requirements.
    expected = len(names - {"EVIDENCE"} if unmet_run else names)
    properties = _properties(found)
    assert len(properties) == len(set(properties)) == expected + (not alone)
    assert (OPEN in properties) is spotless


@given(text=st.text(max_size=80))
def test_any_text_gives_a_statement_that_we_can_read(row: Rows, result: Results, text: str) -> None:
    """Names and sentences that others wrote, with whatever is in them, leave canonical JSON about the same subject."""
    found = result(row("pass", title=text, sentence=text), subject_name=text, sentence=text)
    for data in (statements.svr(found), statements.test_result(found)):
        assert data is not None
        said = parse_statement(data)
        assert said.subject_digest == digest(b"subject")
        assert said.subject_name.isprintable()
