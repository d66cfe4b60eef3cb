"""
What the gate says as in-toto statements, for tools that admit a deployment and know nothing of govkit. Not signed here:
`govkit.attestation.envelope` seals them.

    svr            Simple Verification Result: which properties of the system were verified
    test_result    Test Result: which requirements passed, passed with a warning, or failed

Source: in-toto/attestation at 051624c (2026-08-17), `spec/predicates/svr.md` (version 0.2, which is not compatible with
0.1: the policies are required now), `spec/predicates/test-result.md` (0.1), `spec/v1/README.md` (how they are read).

Whoever reads one of these may ignore every field that it does not know, and what is ignored must never turn a refusal
into an admission (the framework's monotonic principle). Therefore:

1. An SVR has no word for *refused*: that it is there at all is taken for a yes. So there is none unless the gate is
   open, and none of a demonstration. The standard would allow an empty list of properties; a careless reader would not
   notice.
2. A property stands for a requirement that is met and for nothing else. What is waived or met under conditions has
   none, and the property of the whole gate then has another name: whoever accepts waivers has to say so.
3. What changes the meaning - the tier, that nobody has decided - is in the names, never in a note beside them.
4. A test result is PASSED only where every requirement is met and somebody has approved; WARNED where something is
   waived, under conditions, a demonstration, or not decided yet; FAILED otherwise, for nothing else is a pass.

Both are about the time that the gate was asked about. Neither ends by itself: the gate is to be asked again.
"""

import re
import typing as t

from govkit.approval.result import OPENING, GateResult, Row, bottom_of
from govkit.attestation.statement import statement
from govkit.report.reading import legible

SVR: t.Final = "https://in-toto.io/attestation/svr/v0.2"
TEST_RESULT: t.Final = "https://in-toto.io/attestation/test-result/v0.1"
VERIFIER: t.Final = "urn:govkit:gate:1"
"""Who verified: this logic. Its number changes when the same arguments would be answered otherwise."""
DECISION: t.Final = "decision"
"""The row of what people decided."""
MOST_NAME = 400
"""Characters of a system's name; its digest is what counts."""
_NAMED = re.compile(r"[a-z0-9-]+(:[a-z0-9-]+(/[a-z0-9-]+)?)?")
_NUMBERED = re.compile(r"evidence:[0-9]+")


def stands_open(result: GateResult) -> bool:
    """Whether the gate is open, by its bottom line *and* its rows: a stored result that contradicts itself is not."""
    return result.bottom == "open" == bottom_of(result.rows)


def svr(result: GateResult) -> bytes | None:
    """The Simple Verification Result; None unless the gate is open, and None of a demonstration."""
    if not stands_open(result) or result.demonstration:
        return None
    return _about(
        result,
        SVR,
        {
            "verifier": {"id": VERIFIER, "policies": [_policy(result)]},
            "timeCreated": result.now,
            "properties": [f"GOVKIT_{_word(result.policy.tier)}__{name}" for name in _properties(result)],
        },
    )


def test_result(result: GateResult) -> bytes:
    """The Test Result, of whatever the gate says. Its tests are the requirements, named as waivers name them."""
    passed, warned, failed = _sides(result)
    word = "FAILED" if failed or not stands_open(result) else "WARNED" if warned else "PASSED"
    return _about(
        result,
        TEST_RESULT,
        {
            "result": word,
            "configuration": [_policy(result)],
            "passedTests": passed,
            "warnedTests": warned,
            "failedTests": failed,
        },
    )


def _about(result: GateResult, predicate_type: str, predicate: t.Mapping[str, t.Any]) -> bytes:
    name = legible(result.subject_name)[:MOST_NAME] or "_"  # the standard's word for a name that says nothing
    return statement(name, result.subject, predicate_type, predicate)


def _policy(result: GateResult) -> dict[str, t.Any]:
    """The policy by the digest of its file, and where all that the gate said can be found."""
    policy = result.policy
    return {
        "name": f"{policy.id} {policy.version}, tier {policy.tier}",
        "digest": {"sha256": policy.digest.removeprefix("sha256:")},
        "annotations": {"govkit_gate_result": result.digest, "govkit_now": result.now},
    }


def _properties(result: GateResult) -> t.Iterator[str]:
    """The names of what is met, without prefix and tier; last that of the whole gate, where somebody has approved."""
    met: dict[str, bool] = {}
    for row in result.rows:
        name = "evidence" if _NUMBERED.fullmatch(row.requirement) else row.requirement
        met[name] = met.get(name, True) and row.result == "pass"
    # A name of another form could be read as somebody else's: it gets no property.
    yield from (_word(name) for name, holds in met.items() if holds and _NAMED.fullmatch(name))
    if not result.evidence_only:
        yield "GATE_OPEN" if all(met.values()) else "GATE_OPEN_WITH_WAIVERS_OR_CONDITIONS"


def _word(name: str) -> str:
    """A name as a property writes it; two names never become one, for no identifier has two hyphens in a row."""
    return re.sub("[:/]", "__", name.replace("-", "_")).upper()


def _sides(result: GateResult) -> tuple[list[str], list[str], list[str]]:
    """Requirements that passed, passed with a warning, and failed. Of one that is there twice the worse row counts."""
    sides: dict[str, int] = {}
    for row in result.rows:
        name = legible(row.requirement)
        sides[name] = max(sides.get(name, 0), _side(row, demonstration=result.demonstration))
    if result.evidence_only:
        sides[DECISION] = max(sides.get(DECISION, 0), 1)  # nobody was asked
    passed, warned, failed = ([name for name, side in sides.items() if side == each] for each in range(3))
    return passed, warned, failed


def _side(row: Row, *, demonstration: bool) -> int:
    if row.result not in OPENING:
        return 2
    return 1 if row.result != "pass" or demonstration else 0
