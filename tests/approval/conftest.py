"""Gate results made by hand, of which the forms for other tools are written."""

import itertools
import typing as t

import pytest

from govkit.approval.records import PolicyNamed, Result
from govkit.approval.result import GateResult, Number, Row, WaivedAs, bottom_of
from govkit.digest import digest

Rows: t.TypeAlias = t.Callable[..., Row]
Results: t.TypeAlias = t.Callable[..., GateResult]
REASONS: t.Final[t.Mapping[Result, str]] = {
    "pass": "within-tolerance",
    "fail": "above-tolerance",
    "waived": "waived",
    "conditional": "approved-with-conditions",
    "needs-review": "runs-disagree",
    "not-run": "not-run",
    "insufficient": "no-verdict",
    "expired": "evidence-expired",
    "void": "changed-since",
}


@pytest.fixture(name="row", scope="session")
def _row() -> Rows:
    """Makes rows: by their result, and what else is given."""

    def make(result: Result, requirement: str = "check:graceful-shutdown/completes", **given: t.Any) -> Row:
        if result == "waived":
            given.setdefault("waived", _borne())
        fields: dict[str, t.Any] = {
            "title": "graceful-shutdown: completes",
            "reason": REASONS[result],
            "sentence": "It says why.",
            "numbers": (Number(what="upper bound of the rate", required="at most 5 %", found="2.1 %"),),
            "evidence": (digest(b"run"),),
            "clauses": ("eu-ai-act 14(4)(e)",),
        }
        return Row(requirement=requirement, result=result, **(fields | given))

    return make


def _borne() -> WaivedAs:
    return WaivedAs(
        result="insufficient",
        reason="no-verdict",
        sentence="Too few trials.",
        waiver=digest(b"waiver"),
        risk_owner="Head of Operations",
        why="The run ends next week.",
        compensating_controls=("Nobody deploys unwatched.",),
        valid_until="2026-12-24T00:00:00Z",
        signed_by=("Ada (approver)",),
    )


@pytest.fixture(name="result", scope="session")
def _result() -> Results:
    """Makes gate results of rows; the bottom line follows from them, unless it is given."""

    def make(*rows: Row, **given: t.Any) -> GateResult:
        fields: dict[str, t.Any] = {
            "format": "govkit.gate/1",
            "govkit": "0.1.0",
            "now": "2026-11-21T12:00:00Z",
            "policy": PolicyNamed(
                id="enterprise-deployer", version="1.0.0", digest=digest(b"policy"), tier="customer-facing"
            ),
            "subject": digest(b"subject"),
            "subject_name": "Storage assistant",
            "evidence_only": False,
            "demonstration": False,
            "rows": rows,
            "runs": (),
            "waivers": (),
            "conditions": (),
            "set_aside": (),
            "log_head": digest(b"log"),
            "bottom": bottom_of(rows),
            "sentence": "In a sentence.",
        }
        return GateResult(**(fields | given))

    return make


@pytest.fixture(name="every", scope="session")
def _every(row: Rows) -> tuple[Row, ...]:
    """A row of each result, and one of evidence that does not hold."""
    numbered = itertools.count(1)
    rows = [row(result, f"check:protocol/check-{next(numbered)}") for result in REASONS]
    broken = row("fail", "evidence:1", reason="evidence-broken", broken=True)
    return (*rows, broken)
