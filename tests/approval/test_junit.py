"""The gate as a JUnit report: what test tabs count, and that nothing that was written breaks the XML."""

import re
import typing as t
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.approval.junit import junit
from govkit.approval.records import Result
from govkit.approval.result import OPENING, GateResult, Row, SetAside

Rows: t.TypeAlias = t.Callable[..., Row]
Results: t.TypeAlias = t.Callable[..., GateResult]
RESULTS: t.Final[tuple[Result, ...]] = t.get_args(Result)
SUITE = {"name", "tests", "failures", "errors"}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "property": set(),
    "testcase": {"failure", "error", "skipped", "system-out"},
    "failure": set(),
    "error": set(),
    "skipped": set(),
    "system-out": set(),
}
REQUIRED = {
    "testsuites": SUITE,
    "testsuite": SUITE | {"skipped"},
    "property": {"name", "value"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
}
"""The part of `junit-10.xsd` (jenkinsci/xunit-plugin) that we write, with `classname`, which GitLab needs."""


def _parsed(data: bytes) -> ElementTree.Element:
    """The report, after its shape was looked at: elements, attributes, and numbers that agree with what is there."""
    root = ElementTree.fromstring(data)  # noqa: S314 - what we wrote ourselves
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert set(element.attrib) == REQUIRED.get(element.tag, set())
    for suite in root:
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}")))
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name, "")) for suite in root))
    return root


def _cases(root: ElementTree.Element) -> dict[str, str]:
    """What each test case reads, by its name."""
    found = {}
    for case in root.iter("testcase"):
        marks = [child.tag for child in case if child.tag != "system-out"]
        assert len(marks) <= 1
        found[case.get("name", "")] = marks[0] if marks else "passed"
    return found


def test_each_result_has_its_mark(every: tuple[Row, ...], result: Results) -> None:
    """Failures do not hold, errors could not be told, what is waived or conditional is skipped; only a pass is none."""
    root = _parsed(junit(result(*every)))
    marks = [child for name, child in _cases(root).items() if name != "bottom line"]
    assert dict(zip([(row.result, row.broken) for row in every], marks, strict=True)) == {
        ("pass", False): "passed",
        ("fail", False): "failure",
        ("expired", False): "failure",
        ("void", False): "failure",
        ("needs-review", False): "error",
        ("not-run", False): "error",
        ("insufficient", False): "error",
        ("waived", False): "skipped",
        ("conditional", False): "skipped",
        ("fail", True): "error",
    }
    assert _cases(root)["bottom line"] == "error"


def test_rows_of_one_kind_are_one_suite(row: Rows, result: Results) -> None:
    """Suites follow one another as their first rows do, behind the bottom line; GitLab shows the class names."""
    rows = (row("pass", "policy"), row("pass", "check:a/b"), row("pass", "check:c/d"), row("pass", "arm:e"))
    root = _parsed(junit(result(*rows)))
    assert [suite.get("name") for suite in root] == ["gate", "policy", "check", "arm"]
    assert {case.get("classname") for case in root[2]} == {"govkit.check"}


def test_the_reason_and_its_sentence_are_shown(row: Rows, result: Results) -> None:
    """A failure has the code as its type, and code and sentence as its message; numbers stand below it."""
    root = _parsed(junit(result(row("fail", sentence="12 of 40 trials."))))
    (failure,) = [each for each in root.iter("failure") if each.get("type") != "shut"]
    assert failure.get("type") == "above-tolerance"
    assert failure.get("message") == "above-tolerance: 12 of 40 trials."
    assert "upper bound of the rate: required at most 5 %; found 2.1 %" in (failure.text or "")


def test_a_waiver_is_shown_with_who_bears_the_risk(row: Rows, result: Results) -> None:
    """A skipped case says what it would read without its waiver, who bears that, and until when."""
    (skipped,) = _parsed(junit(result(row("waived")))).findall("testsuite[@name='check']/testcase/skipped")
    for told in (
        "without the waiver: insufficient",
        "Head of Operations until 2026-12-24",
        "Nobody deploys unwatched.",
    ):
        assert told in (skipped.text or "")


def test_policy_subject_time_and_bottom_line_are_properties(row: Rows, result: Results) -> None:
    """Whoever keeps the report alone can tell what it is about."""
    found = result(
        row("pass"), set_aside=(SetAside(what="run x", reasons=("not-required",), sentence="No."),)
    )
    root = _parsed(junit(found))
    facts = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert facts["policy"] == "enterprise-deployer 1.0.0"
    assert facts["tier"] == "customer-facing"
    assert facts["subject"] == found.subject
    assert facts["now"] == "2026-11-21T12:00:00Z"
    assert (facts["bottom"], facts["sentence"]) == ("open", "In a sentence.")
    assert facts["gate-result"] == found.digest
    assert "set aside: run x (not-required)" in "".join(root.itertext())


def test_no_rows_are_no_success(result: Results) -> None:
    """A report of a gate without rows has an error, whatever its bottom line claims."""
    for found in (result(), result(bottom="open")):
        assert _cases(_parsed(junit(found))) == {"bottom line": "error"}


def test_a_demonstration_passes_nothing_and_says_so(row: Rows, result: Results) -> None:
    """Of a demonstration every case that would pass is skipped, and every suite is named one."""
    root = _parsed(junit(result(row("pass"), row("fail", "arm:x"), demonstration=True)))
    assert all((each.get("name") or "").startswith("DEMONSTRATION") for each in (root, *root))
    assert "passed" not in _cases(root).values()
    assert _cases(root)["arm:x"] == "failure"


def test_evidence_alone_is_no_passed_gate(row: Rows, result: Results) -> None:
    """Where nobody was asked the bottom line is skipped."""
    assert _cases(_parsed(junit(result(row("pass"), evidence_only=True))))["bottom line"] == "skipped"
    assert _cases(_parsed(junit(result(row("pass")))))["bottom line"] == "passed"


@given(
    results=st.lists(st.sampled_from(RESULTS), max_size=8), alone=st.booleans(), demonstration=st.booleans()
)
def test_a_case_passes_only_for_a_row_that_does(
    row: Rows, result: Results, results: list[Result], *, alone: bool, demonstration: bool
) -> None:
    """Whatever the rows: a case without a mark is a pass, and what stands against opening is a failure or an error."""
    rows = tuple(row(each, f"check:p/{number}") for number, each in enumerate(results))
    found = result(*rows, evidence_only=alone, demonstration=demonstration)
    root = _parsed(junit(found))
    cases = _cases(root)
    for each in rows:
        assert (cases[each.requirement] == "passed") is (each.result == "pass" and not demonstration)
        assert (cases[each.requirement] in ("failure", "error")) is (each.result not in OPENING)
    against = sum(each not in OPENING for each in results) + (found.bottom != "open")
    assert int(root.get("failures", "")) + int(root.get("errors", "")) == against


@given(text=st.text(max_size=80))
def test_any_text_gives_well_formed_xml_in_which_everything_can_be_seen(
    row: Rows, result: Results, text: str
) -> None:
    """Whatever others wrote: the XML can be read, has the same cases, and holds no character that hides."""
    plain = (row("fail"), row("waived", "arm:a"), row("pass", "policy"))
    rows = tuple(each.model_copy(update={"title": text, "sentence": text}) for each in plain)
    data = junit(result(*rows, subject_name=text, sentence=text))
    assert [*_cases(_parsed(data)).items()] == [*_cases(_parsed(junit(result(*plain)))).items()]
    shown = data.decode("utf-8").replace("\n", "")
    assert shown.isprintable()
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)


@pytest.mark.parametrize(
    "text", ["\x00\x1b[31m\x07", "]]><![CDATA[", '"><failure/>', "\ufffe\uffff", "a\u202eb"]
)
def test_hostile_text_stands_as_an_escape(text: str, row: Rows, result: Results) -> None:
    """Control characters, ends of markup and reversed lines are shown and do nothing."""
    root = _parsed(junit(result(row("fail", sentence=text, title=text))))
    assert len(list(root.iter("failure"))) == 2
    if not text.isprintable():
        assert "&lt;U+" in junit(result(row("fail", sentence=text))).decode("utf-8")


def test_the_same_result_is_the_same_bytes(every: tuple[Row, ...], result: Results) -> None:
    """There is neither clock nor chance in it."""
    assert junit(result(*every)) == junit(result(*every))
