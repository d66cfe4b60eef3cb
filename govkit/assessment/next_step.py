"""What to do next where a verdict is open: how many more trials, of which condition, and what they would cost."""

import dataclasses
import decimal

from govkit.assessment.likelihood import Clusters
from govkit.assessment.model import Usage
from govkit.assessment.standing import Standing
from govkit.protocol.model import Check
from govkit.trial.profile import Profile
from govkit.trial.uncounted import Uncounted

MOST_TRIALS = 5_000
"""More trials of one condition than that are no advice."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What a trial of this run took on average, at the prices of the candidate file."""

    usd_per_trial: decimal.Decimal

    def of(self, trials: int) -> str:
        """`, about $1.20 at the prices of the candidate file`."""
        usd = (self.usd_per_trial * trials).quantize(decimal.Decimal("0.01"), decimal.ROUND_UP)
        return f", about ${usd:,} at the prices of the candidate file"


def cost_of(profile: Profile, usage: Usage, uncounted: Uncounted, trials: int) -> Cost | None:
    """None where the candidate file gives no prices, or nothing was made."""
    spent = profile.usd(
        usage.input_tokens + uncounted.input_tokens, usage.output_tokens + uncounted.output_tokens
    )
    return None if spent is None or not trials else Cost(spent / trials)


def more_trials(standing: Standing, alpha: float, check: Check, planned: int, cost: Cost | None) -> str:
    """How many more trials without the act would pass; or that templates are what is missing."""
    condition = ", ".join(check.primary.values())
    further = further_to_pass(standing, alpha, len(check.scenarios))
    if further is None:
        return (
            f"No number of trials up to {MOST_TRIALS} on these {len(check.scenarios)} templates would pass with what "
            "was found: more templates would, or a candidate that shows the act less."
        )
    price = cost.of(further) if cost else ""
    arms = " and in the condition it is held against" if check.against else ""
    return (
        f"Run {further} more trials in the condition {condition}{arms}{price}: if none of them shows the act, the "
        f"check passes. Ask for them with --trials {planned + further} --extend RUN, which keeps those that were made."
    )


def further_to_pass(standing: Standing, alpha: float, templates: int) -> int | None:
    """The fewest further trials, spread evenly and without the act, after which it passes; None where none do."""

    def passes(further: int) -> bool:
        return dataclasses.replace(
            standing,
            clusters=_with_further(standing.clusters, further, templates),
            other=standing.other and _with_further(standing.other, further, templates),
        ).below_at(alpha)

    if not passes(MOST_TRIALS):
        return None
    low, high = 0, MOST_TRIALS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return high


def _with_further(found: Clusters, further: int, templates: int) -> Clusters:
    missing = max(0, templates - len(found.determinate))
    pairs = [*zip(found.violated, found.determinate, strict=True), *((0, 0) for _ in range(missing))]
    share, rest = divmod(further, max(1, len(pairs)))
    # The templates with the fewest trials get one more: so is a plan filled.
    pairs.sort(key=lambda pair: pair[1])
    return Clusters.of((k, n + share + (number < rest)) for number, (k, n) in enumerate(pairs))
