"""The gate as a SARIF log: that GitHub and others can read it, and that no log looks clean which is not."""

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from govkit.approval.reasons import REASONS
from govkit.approval.records import Result
from govkit.approval.result import OPENING, GateResult, Row
from govkit.approval.sarif import sarif

Rows: t.TypeAlias = t.Callable[..., Row]
Results: t.TypeAlias = t.Callable[..., GateResult]
RESULTS: t.Final[tuple[Result, ...]] = t.get_args(Result)
POLICY = "governance/policy.yaml"


def _object(required: str = "", **properties: t.Any) -> dict[str, t.Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


TEXT = {"type": "string", "minLength": 1}
SAYS = _object("text", text=TEXT | {"maxLength": 1024})
BAG = {"type": "object"}
LEVEL = {"enum": ["error", "warning", "note"]}
LINE = {"type": "integer", "minimum": 1}
RULE = _object(
    "id shortDescription fullDescription help",
    id=TEXT,
    shortDescription=SAYS,
    fullDescription=SAYS,
    help=SAYS,
    defaultConfiguration=_object("level", level=LEVEL),
    properties=BAG,
)
REGION = _object(
    "startLine startColumn endLine endColumn", startLine=LINE, startColumn=LINE, endLine=LINE, endColumn=LINE
)
FILE = _object("uri", uri={"type": "string", "format": "uri-reference", "minLength": 1})
PLACE = _object(
    "physicalLocation",
    physicalLocation=_object("artifactLocation region", artifactLocation=FILE, region=REGION),
)
SUPPRESSION = _object(
    "kind",
    kind={"enum": ["external", "inSource"]},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification=TEXT,
    properties=BAG,
)
FOUND = _object(
    "ruleId level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=_object("text", text=TEXT),
    locations={"type": "array", "minItems": 1, "maxItems": 1, "items": PLACE},
    partialFingerprints=_object("primaryLocationLineHash", primaryLocationLineHash=TEXT),
    suppressions={"type": "array", "minItems": 1, "items": SUPPRESSION},
    properties=BAG,
)
DRIVER = _object(
    "name rules", name=TEXT, version=TEXT, rules={"type": "array", "uniqueItems": True, "items": RULE}
)
RUN = _object(
    "tool results",
    tool=_object("driver", driver=DRIVER),
    automationDetails=_object("id", id=TEXT),
    results={"type": "array", "items": FOUND},
    properties=BAG,
)
LOG = _object(
    "$schema version runs",
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={"type": "array", "minItems": 1, "maxItems": 1, "items": RUN},
)
"""The part of SARIF 2.1.0 that we write, as its schema and GitHub's list of required properties have it."""


def _run(result: GateResult, policy: str = POLICY) -> dict[str, t.Any]:
    log = json.loads(sarif(result, policy=policy))
    Draft202012Validator(LOG).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for found in run["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
    return t.cast("dict[str, t.Any]", run)


def _levels(result: GateResult) -> dict[str, str]:
    return {each["ruleId"]: each["level"] for each in _run(result)["results"]}


def test_every_row_that_is_not_a_pass_is_a_finding(every: tuple[Row, ...], result: Results) -> None:
    """Each with its level; what is broken is an error; the gate that is not open comes first."""
    assert _levels(result(*every)) == {
        "gate-not-open": "error",
        "above-tolerance": "error",
        "waived": "warning",
        "approved-with-conditions": "note",
        "runs-disagree": "warning",
        "not-run": "warning",
        "no-verdict": "warning",
        "evidence-expired": "error",
        "changed-since": "error",
        "evidence-broken": "error",
    }


def test_what_is_broken_is_an_error_whatever_its_result(row: Rows, result: Results) -> None:
    """Evidence that does not hold is no mere gap; a row that opens the gate is none for having once been broken."""
    assert _levels(result(row("not-run", "evidence", broken=True)))["not-run"] == "error"
    assert _levels(result(row("waived", broken=True)))["waived"] == "warning"


def test_only_an_open_gate_with_nothing_but_passes_has_no_finding(row: Rows, result: Results) -> None:
    """No findings means: all met, and somebody approved."""
    assert _run(result(row("pass")))["results"] == []
    assert _levels(result()) == {"gate-not-open": "error"}
    assert _levels(result(bottom="open")) == {"gate-not-open": "error"}
    assert _levels(result(row("pass"), bottom="shut")) == {"gate-not-open": "error"}
    assert _levels(result(row("pass"), evidence_only=True)) == {"gate-not-decided": "note"}
    assert _levels(result(row("pass"), demonstration=True)) == {"gate-demonstration": "warning"}


def test_a_waiver_is_an_external_suppression_with_its_reason(row: Rows, result: Results) -> None:
    """The finding stays, with who bears the risk, why, until when and with what in its place."""
    (found,) = _run(result(row("waived")))["results"]
    (suppression,) = found["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    for told in ("Head of Operations", "2026-12-24", "The run ends next week.", "Nobody deploys unwatched."):
        assert told in suppression["justification"]
    assert found["properties"]["withoutWaiver"] == {"result": "insufficient", "reason": "no-verdict"}


@pytest.mark.parametrize("kind", sorted(set(RESULTS) - {"waived", "pass"}))
def test_nothing_else_is_ever_suppressed(kind: Result, row: Rows, result: Results) -> None:
    """A waiver that lies in another row, by a fault or by hand, hides nothing."""
    borne = row("waived").waived
    (found,) = [
        each for each in _run(result(row(kind, waived=borne)))["results"] if each["ruleId"] != "gate-not-open"
    ]
    assert "suppressions" not in found


def test_a_rule_explains_its_reason_and_what_to_do(row: Rows, result: Results) -> None:
    """Descriptions are the meanings of the reasons; a reason of another version has one too."""
    run = _run(result(row("fail"), row("not-run", "arm:x", reason="of-the-future")))
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["above-tolerance"]["fullDescription"]["text"] == REASONS["above-tolerance"][1]
    assert "waiver" in rules["above-tolerance"]["help"]["text"]
    assert "another version" in rules["of-the-future"]["help"]["text"]


def test_findings_are_told_apart_and_stay_the_same(row: Rows, result: Results) -> None:
    """Two requirements with one reason are two findings; what was found may change without making it another."""
    first = _run(result(row("not-run", "check:a/b"), row("not-run", "check:c/d")))["results"]
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in first]
    assert len(set(prints)) == 3
    again = _run(result(row("not-run", "check:a/b", sentence="Still."), subject_name="v2"))["results"]
    assert again[1]["partialFingerprints"]["primaryLocationLineHash"] == prints[1]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("governance/policy.yaml", "governance/policy.yaml"),
        ("./governance//policy.yaml", "governance/policy.yaml"),
        ("my policies/ä b#1?.yaml", "my%20policies/%C3%A4%20b%231%3F.yaml"),
        ("/srv/policy.yaml", "file:///srv/policy.yaml"),
        ("c:policy.yaml", "c%3Apolicy.yaml"),
        ("enterprise-deployer", "enterprise-deployer"),
    ],
)
def test_findings_lie_in_the_policy(path: str, uri: str, row: Rows, result: Results) -> None:
    """The place of every finding is the policy's file, as a URI that names it and nothing else."""
    for found in _run(result(row("fail")), path)["results"]:
        assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_holds_no_placeholder_and_no_link(row: Rows, result: Results) -> None:
    """What a system or a person wrote cannot become a link to elsewhere, nor be filled in from other values."""
    hostile = "see [the approval](https://example.org) and {0}\x07"
    (_, found) = _run(result(row("fail", sentence=hostile)))["results"]
    text = found["message"]["text"]
    assert "](" not in text
    assert "{{0}}" in text
    assert "<U+0007>" in text


@given(results=st.lists(st.sampled_from(RESULTS), max_size=8), demonstration=st.booleans())
def test_a_log_never_says_less_than_the_rows(
    row: Rows, result: Results, results: list[Result], *, demonstration: bool
) -> None:
    """Whatever the rows: each that is no pass is there, and where the gate is shut there is an error."""
    rows = tuple(row(each, f"check:p/{number}") for number, each in enumerate(results))
    found = _run(result(*rows, demonstration=demonstration))["results"]
    told = {each["properties"].get("requirement") for each in found}
    assert told - {None} == {each.requirement for each in rows if each.result != "pass"}
    assert all(each["message"]["text"] and each["level"] != "none" for each in found)
    opens = bool(results) and set(results) <= OPENING
    assert any(each["level"] == "error" for each in found) is not opens


@given(text=st.text(max_size=80), policy=st.text(min_size=1, max_size=40))
def test_any_text_gives_a_log_in_which_everything_can_be_seen(
    row: Rows, result: Results, text: str, policy: str
) -> None:
    """Whatever others wrote, and whatever the policy's file is called: the log can be read and hides nothing."""
    borne = row("waived").waived
    assert borne is not None
    said = {"why": text, "risk_owner": text, "compensating_controls": (text,), "signed_by": (text,)}
    waived = row("waived", "arm:a", sentence=text, waived=borne.model_copy(update=said))
    rows = (row("fail", title=text, sentence=text), waived)
    given_result = result(*rows, subject_name=text, sentence=text, govkit=text)
    _run(given_result, policy)
    assert sarif(given_result, policy=policy).decode("utf-8").isprintable()
