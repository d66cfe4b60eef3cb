"""
What the gate says as a SARIF 2.1.0 log, for GitHub's code scanning and other viewers of findings.

Source: OASIS SARIF 2.1.0 with errata 01, and GitHub's list of the properties that it reads ("SARIF support for code
scanning"). One run, a rule for each reason that occurs, a result for each row that is not a pass. Where they say so
little that somebody could take the log for a clean one - the gate is not open, it is a demonstration, nobody has
decided - a result says that first.

    error      fail, expired, void; evidence that does not hold; a gate that is not open
    warning    not run, insufficient, needs review; waived, with the waiver as an external suppression; a demonstration
    note       under conditions; a gate that was asked about evidence alone

Every result has the kind *fail*, which is what SARIF says where none is named: of the kinds that would fit better
(`open`, `review`) the standard takes the level away, and viewers leave out what has no level. A viewer that knows
suppressions puts waived rows aside; GitHub does not, and shows them (github/codeql-action#1230), which suits us.

A finding needs a place in a file, and the policy is the file whose requirement is not met. GitHub tells two findings of
one rule apart by `primaryLocationLineHash`; ours is made of policy, tier and requirement, so that a finding stays the
same one from run to run. There is no severity number, rank or precision: they would be a score.
"""

import posixpath
import typing as t
import urllib.parse

from govkit.approval.reasons import REASONS
from govkit.approval.records import Result
from govkit.approval.result import OPENING, GateResult, Row
from govkit.approval.statements import stands_open
from govkit.digest import canonical, digest_of
from govkit.report.reading import legible

SCHEMA: t.Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Level: t.TypeAlias = t.Literal["error", "warning", "note"]
LEVELS: t.Final[t.Mapping[Result, Level]] = {
    "fail": "error",
    "expired": "error",
    "void": "error",
    "needs-review": "warning",
    "not-run": "warning",
    "insufficient": "warning",
    "waived": "warning",
    "conditional": "note",
}
TO_DO: t.Final[t.Mapping[Result, str]] = {
    "pass": "Nothing has to be done.",
    "fail": "Mend what it names. Where the policy allows it, a waiver can bear with a check or an arm until a day.",
    "waived": "The risk is borne until the waiver ends. Mend what it bears with before that.",
    "conditional": "Meet the conditions in time, and have that confirmed by whoever approved.",
    "needs-review": "A person has to look, and to say what they found.",
    "not-run": "Run what is missing, or have whoever is missing decide.",
    "insufficient": "Make more trials, or state what is not stated.",
    "expired": "Renew what has ended: test again, or decide again.",
    "void": "It was about something else, or was taken back: test or decide anew.",
}
_GATE: t.Final[t.Mapping[str, tuple[Level, str]]] = {
    "gate-not-open": ("error", "The gate is not open: not everything that the policy requires is met."),
    "gate-demonstration": ("warning", "The policy accepts scripted candidates: nothing was tested."),
    "gate-not-decided": ("note", "The evidence meets the policy. Nobody was asked whether they approve."),
}
"""What is said of the gate as a whole. No reason of a row begins with `gate-`."""


class _Finding(t.NamedTuple):
    """One result."""

    rule: str
    level: Level
    about: str
    says: str
    row: Row | None = None


def sarif(result: GateResult, *, policy: str) -> bytes:
    """
    The log, canonical JSON. `policy` is the path of the policy, as the repository in which the findings are shown names
    it, with `/` between folders.
    """
    findings = [*_of_the_gate(result), *(_of_row(row) for row in result.rows if row.result != "pass")]
    rules = list(dict.fromkeys(each.rule for each in findings))
    run = {
        "tool": {"driver": _driver(result, [_rule(each, findings) for each in rules])},
        # The category under which GitHub keeps these findings apart from those of another policy or tier.
        "automationDetails": {"id": f"govkit-gate/{result.policy.id}/{result.policy.tier}/"},
        "results": [_result(result, each, rules.index(each.rule), policy) for each in findings],
        "properties": _facts(result),
    }
    return canonical({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(result: GateResult, rules: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    driver: dict[str, t.Any] = {"name": "govkit gate", "rules": list(rules)}
    if result.govkit:
        driver["version"] = legible(result.govkit)
    return driver


def _of_the_gate(result: GateResult) -> t.Iterator[_Finding]:
    said = []
    if not stands_open(result):
        said.append("gate-not-open")
    elif result.evidence_only:
        said.append("gate-not-decided")
    if result.demonstration:
        said.append("gate-demonstration")
    yield from (_Finding(rule, _GATE[rule][0], "gate", result.sentence) for rule in said)


def _of_row(row: Row) -> _Finding:
    about = f"{row.requirement} ({row.result})"
    level = "error" if row.broken and row.result not in OPENING else LEVELS[row.result]
    return _Finding(row.reason, level, about, row.sentence, row)


def _rule(rule: str, findings: t.Sequence[_Finding]) -> dict[str, t.Any]:
    first = next(each for each in findings if each.rule == rule)
    if first.row is None:
        means, to_do = _GATE[rule][1], "Go through the other findings of this run."
    else:
        _, means = REASONS.get(rule, (first.row.result, "A reason of another version of govkit."))
        to_do = TO_DO[first.row.result]
    return {
        "id": legible(rule),
        "shortDescription": {"text": means},
        "fullDescription": {"text": means},
        "help": {"text": f"{means} {to_do}"},
        "defaultConfiguration": {"level": first.level},
        "properties": {"tags": ["ai-governance", "govkit"]},
    }


def _result(result: GateResult, finding: _Finding, index: int, policy: str) -> dict[str, t.Any]:
    named = (
        result.policy.id,
        result.policy.tier,
        finding.about if finding.row is None else finding.row.requirement,
    )
    found: dict[str, t.Any] = {
        "ruleId": legible(finding.rule),
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": _message(f"{finding.about}: {finding.says}")},
        "locations": [_place(policy)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{digest_of(named).removeprefix('sha256:')[:16]}:1"
        },
        "properties": _details(finding.row) if finding.row is not None else {"bottom": result.bottom},
    }
    if finding.row is not None and finding.row.result == "waived" and finding.row.waived is not None:
        found["suppressions"] = [_suppression(finding.row)]
    return found


def _place(policy: str) -> dict[str, t.Any]:
    # `./policy.yaml` and `policy.yaml` are one file, and would be two findings.
    path = urllib.parse.quote(posixpath.normpath(policy), errors="replace")
    uri = f"file://{path}" if policy.startswith("/") else path
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _suppression(row: Row) -> dict[str, t.Any]:
    borne = row.waived
    if borne is None:
        raise ValueError("a waived row says by what")
    controls = "; ".join(borne.compensating_controls)
    why = f"Borne by {borne.risk_owner} until {borne.valid_until}: {borne.why} Compensating controls: {controls}"
    return {
        "kind": "external",
        "status": "accepted",
        "justification": legible(why),
        "properties": {
            "waiver": borne.waiver,
            "validUntil": borne.valid_until,
            "riskOwner": legible(borne.risk_owner),
            "signedBy": [legible(each) for each in borne.signed_by],
        },
    }


def _details(row: Row) -> dict[str, t.Any]:
    details: dict[str, t.Any] = {
        "requirement": legible(row.requirement),
        "title": legible(row.title),
        "gateResult": row.result,
        "numbers": [
            {"what": legible(each.what), "required": legible(each.required), "found": legible(each.found)}
            for each in row.numbers
        ],
        "evidence": list(row.evidence),
        "clauses": [legible(each) for each in row.clauses],
    }
    if row.waived is not None:
        details["withoutWaiver"] = {"result": row.waived.result, "reason": legible(row.waived.reason)}
    return details


def _facts(result: GateResult) -> dict[str, t.Any]:
    return {
        "policy": f"{result.policy.id} {result.policy.version}",
        "policyDigest": result.policy.digest,
        "tier": result.policy.tier,
        "subject": result.subject,
        "subjectName": legible(result.subject_name),
        "now": result.now,
        "demonstration": result.demonstration,
        "evidenceOnly": result.evidence_only,
        "bottom": result.bottom,
        "sentence": legible(result.sentence),
        "logHead": result.log_head,
        "gateResultDigest": result.digest,
    }


def _message(text: str) -> str:
    """A message in which nothing is a placeholder (3.11.5: braces are doubled) or a link (3.11.6), whoever wrote it."""
    return legible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")
