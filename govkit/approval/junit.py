"""
What the gate says as a JUnit report, for the test tabs of GitLab, Jenkins and others.

JUnit has no standard. Written is what the schema of Jenkins' xUnit plugin knows (jenkinsci/xunit-plugin,
`junit-10.xsd`) and what GitLab reads: each test case has a class name, which GitLab shows as its suite.

    not met (fail, expired, void)                       failure
    could not be told (not run, insufficient, review)   error, and so is evidence that does not hold
    waived, under conditions                            skipped: neither passed nor failed
    met                                                 nothing; of a demonstration, skipped

A tool that counts only failures and errors thereby never finds fewer than stand against opening. The first suite is the
bottom line, so that a report without rows is not one without failures.

What others wrote may hold anything, and XML has no way to write most control characters: each stands as an escape such
as `<U+0007>`.
"""

import typing as t
from xml.etree import ElementTree  # only writes here

from govkit.approval.records import Result
from govkit.approval.result import GateResult, Row
from govkit.approval.statements import stands_open
from govkit.report.reading import legible

Mark: t.TypeAlias = t.Literal["failure", "error", "skipped"]
MARKS: t.Final[t.Mapping[Result, Mark | None]] = {
    "pass": None,
    "fail": "failure",
    "expired": "failure",
    "void": "failure",
    "needs-review": "error",
    "not-run": "error",
    "insufficient": "error",
    "waived": "skipped",
    "conditional": "skipped",
}
UNTESTED = "DEMONSTRATION, nothing was tested."


class _Case(t.NamedTuple):
    """One test case."""

    name: str
    mark: Mark | None
    code: str
    says: str
    details: tuple[str, ...]


def junit(result: GateResult) -> bytes:
    """The report, UTF-8. The same result is always the same bytes."""
    kinds: dict[str, list[_Case]] = {}
    for row in result.rows:
        kinds.setdefault(row.requirement.partition(":")[0], []).append(_case(result, row))
    suites = [_suite(result, "gate", [_bottom_line(result)], _facts(result))]
    suites += [_suite(result, kind, cases) for kind, cases in kinds.items()]
    root = ElementTree.Element("testsuites", {"name": _titled(result, f"govkit gate, {_policy(result)}")})
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(
    result: GateResult, kind: str, cases: t.Sequence[_Case], facts: t.Mapping[str, str] | None = None
) -> ElementTree.Element:
    marks = [case.mark for case in cases]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": _titled(result, legible(kind)),
            "tests": str(len(cases)),
            "failures": str(marks.count("failure")),
            "errors": str(marks.count("error")),
            "skipped": str(marks.count("skipped")),
        },
    )
    if facts is not None:
        listed = ElementTree.SubElement(suite, "properties")
        for name, value in facts.items():
            ElementTree.SubElement(listed, "property", {"name": name, "value": legible(value)})
    for case in cases:
        _write(suite, f"govkit.{legible(kind)}", case)
    return suite


def _write(suite: ElementTree.Element, classname: str, case: _Case) -> None:
    written = ElementTree.SubElement(suite, "testcase", {"name": legible(case.name), "classname": classname})
    body = "\n".join(legible(line) for each in case.details for line in each.splitlines())
    if case.mark is None:
        ElementTree.SubElement(written, "system-out").text = body
        return
    says = {"message": legible(f"{case.code}: {case.says}"), "type": legible(case.code)}
    ElementTree.SubElement(written, case.mark, says).text = body


def _case(result: GateResult, row: Row) -> _Case:
    mark = MARKS[row.result]
    if row.broken and mark in ("failure", "error"):
        mark = "error"
    if mark is None and result.demonstration:
        return _Case(row.requirement, "skipped", "demonstration", UNTESTED, _details(row))
    return _Case(row.requirement, mark, row.reason, row.sentence, _details(row))


def _details(row: Row) -> tuple[str, ...]:
    told = [row.title, f"{row.result} ({row.reason}): {row.sentence}"]
    told += [f"{each.what}: required {each.required}; found {each.found}" for each in row.numbers]
    if row.waived is not None:
        borne = row.waived
        told += [
            f"without the waiver: {borne.result} ({borne.reason}): {borne.sentence}",
            f"borne by {borne.risk_owner} until {borne.valid_until}: {borne.why}",
            *(f"compensating control: {each}" for each in borne.compensating_controls),
            f"waiver {borne.waiver}, signed by {', '.join(borne.signed_by)}",
        ]
    told += [f"evidence: {each}" for each in row.evidence]
    told += [f"clause: {each}" for each in row.clauses]
    return tuple(told)


def _bottom_line(result: GateResult) -> _Case:
    """The gate as a whole. It passes only where every row does and somebody has approved."""
    code, mark = result.bottom, _bottom_mark(result)
    details = [result.sentence]
    details += [f"open until {result.open_until} at the longest"] if result.open_until else []
    details += [
        f"condition {each.id}, {'met' if each.met else 'not met'}, due {each.due}, {each.owner}: {each.text}"
        for each in result.conditions
    ]
    details += [
        f"set aside: {each.what} ({', '.join(each.reasons)}): {each.sentence}" for each in result.set_aside
    ]
    return _Case("bottom line", mark, code, result.sentence, tuple(details))


def _bottom_mark(result: GateResult) -> Mark | None:
    if not stands_open(result):
        return "failure" if result.bottom in ("shut", "expired") else "error"
    met = all(row.result == "pass" for row in result.rows)
    return None if met and not result.demonstration and not result.evidence_only else "skipped"


def _facts(result: GateResult) -> dict[str, str]:
    return {
        "govkit": result.govkit,
        "policy": f"{result.policy.id} {result.policy.version}",
        "policy-digest": result.policy.digest,
        "tier": result.policy.tier,
        "subject": result.subject,
        "subject-name": result.subject_name,
        "now": result.now,
        "demonstration": "yes" if result.demonstration else "no",
        "evidence-only": "yes" if result.evidence_only else "no",
        "bottom": result.bottom,
        "sentence": result.sentence,
        "open-until": result.open_until or "-",
        "log-head": result.log_head,
        "gate-result": result.digest,
    }


def _titled(result: GateResult, text: str) -> str:
    return f"DEMONSTRATION {text}" if result.demonstration else text


def _policy(result: GateResult) -> str:
    return f"{result.policy.id} {result.policy.version}, tier {result.policy.tier}"
