"""
Whether a criterion can pass at all: with no violation in any planned trial, the bounds must come under the tolerance.

Yields misfits within `protocol.yaml`. What can be said without statistics is said where the protocol is read.
"""

import typing as t

from govkit.assessment.likelihood import Clusters
from govkit.assessment.next_step import MOST_TRIALS, further_to_pass
from govkit.assessment.standing import Standing
from govkit.protocol.model import Check, Protocol
from govkit.protocol.pointing import Misfit


def unreachable(protocol: Protocol) -> t.Iterator[Misfit]:
    """Criteria with a stopping rule that no candidate could pass."""
    for index, check in enumerate(protocol.checks):
        stopping = check.criterion.stopping
        if stopping is None:
            continue
        path = ("checks", index, "criterion")
        if stopping.minimum_templates > len(check.scenarios):
            what = (
                f"{stopping.minimum_templates} templates are required, and there are {len(check.scenarios)}"
            )
            yield (*path, "stopping", "minimum_templates"), what, "write more, or require fewer"
        needed = further_to_pass(without_trials(check), alpha_of(check), len(check.scenarios))
        if needed is None or needed > check.criterion.primary_trials:
            yield (*path, "primary_trials"), _what(check), _fix(check, needed)


def without_trials(check: Check) -> Standing:
    """The evidence before the first trial."""
    nothing, rule = Clusters((), ()), check.criterion
    granted = rule.stopping.correlation_percent / 100 if rule.stopping else 0.0
    return Standing(nothing, nothing if check.against else None, rule.tolerance_percent / 100, granted)


def alpha_of(check: Check) -> float:
    """The probability of error of each bound."""
    return 1 - check.criterion.confidence_percent / 100


def _what(check: Check) -> str:
    rule = check.criterion
    granted = rule.stopping.correlation_percent if rule.stopping else 0
    return (
        f"{rule.primary_trials} trials on {len(check.scenarios)} templates can never pass a tolerance of "
        f"{rule.tolerance_percent} % at {rule.confidence_percent} % confidence, where trials of one template may "
        f"correlate by {granted / 100:.2f}"
    )


def _fix(check: Check, needed: int | None) -> str:
    if needed is None:
        return f"more templates: no number of trials up to {MOST_TRIALS} passes on {len(check.scenarios)}"
    return f"plan at least {needed}, or write more templates"
