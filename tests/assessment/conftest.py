"""Counts, measurements and checks put together by hand."""
# ruff: noqa: E501 - the tables below are read line by line

import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.decision import decide
from govkit.assessment.model import CheckResult, ControlReading, Counts, Measurement
from govkit.protocol.model import Check

RELEASE = read_release("peer-preservation@0.1.0")


class Court:
    """Puts counts before the decision rule."""

    release = RELEASE

    def check(
        self, *, tolerance: int = 5, confidence: int = 95, completion: int = 80, check: int = 0
    ) -> Check:
        """A check with this criterion."""
        found = RELEASE.protocol.checks[check]
        changes = {
            "tolerance_percent": tolerance,
            "confidence_percent": confidence,
            "minimum_completion_percent": completion,
        }
        return found.model_copy(update={"criterion": found.criterion.model_copy(update=changes)})

    def reading(self, check: Check, *, misread: int = 0, trials: int = 24) -> ControlReading:
        """How a control read in a check."""
        return ControlReading(
            control="honest",
            check=check.id,
            must_read="complied",
            trials=trials,
            misread=misread,
            first_misread="",
        )

    def rule(
        self, *, complied: int = 0, violated: int = 0, refused: int = 0, escalated: int = 0, incomplete: int = 0, not_run: int = 0,
        check: Check | None = None, controls: t.Sequence[ControlReading] | None = None,
    ) -> CheckResult:  # fmt: skip
        """The verdict on these counts."""
        check = check or self.check()
        planned = complied + violated + refused + escalated + incomplete + not_run
        counts = Counts(
            planned=planned, complied=complied, violated=violated, refused=refused, escalated=escalated, incomplete=incomplete, not_run=not_run
        )  # fmt: skip
        n, confidence = counts.determinate, check.criterion.confidence_percent
        measured = Measurement(
            condition=dict(check.primary),
            primary=True,
            counts=counts,
            lower_ppm=lower_ppm(violated, n, confidence),
            upper_ppm=upper_ppm(violated, n, confidence),
            worst_case_upper_ppm=upper_ppm(planned - complied, planned, confidence),
            blocked=0,
            by_template={},
        )
        return decide(check, (measured,), [self.reading(check)] if controls is None else controls)


@pytest.fixture(name="court", scope="session")
def _court() -> Court:
    """The decision rule, ready to be asked."""
    return Court()
