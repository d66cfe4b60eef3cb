"""How much a command may spend, and why it stopped before all was done."""

import dataclasses
import math

from govkit.errors import AskedWrongly, GovkitError
from govkit.trial.profile import Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """Why the run stopped before the plan was done."""

    reason: str
    error: GovkitError | None = None
    is_budget: bool = False
    """Whether a budget is used up: the same command stops there again, and one with a larger budget goes on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent, and how fast."""

    connections: int = 16
    """Trials under way at once."""
    tokens: int | None = None
    """
    Tokens, in and out together, over the whole run, after which no further trial is begun. Where the provider counts
    none, a quarter of the characters: a budget that is not kept would be worse than one kept by an estimate.
    """
    usd: float | None = None

    def check(self, profile: Profile) -> None:
        """Raises `AskedWrongly` when a budget cannot be kept with what the profile says."""
        if self.usd is not None and not math.isfinite(self.usd):
            raise AskedWrongly(
                "A budget is a number of dollars.",
                where="--budget-usd",
                found=str(self.usd),
                fix="give a number, or leave it out",
            )
        if self.usd is not None and not profile.input_usd_per_million:
            raise AskedWrongly(
                "A budget in dollars needs prices.",
                where="--budget-usd",
                fix="give `prices` in the candidate file, or use --budget-tokens",
            )

    def used_up(self, tokens: int, usd: float | None) -> Stop | None:
        """The budget that so much uses up; None where there is room. Without prices nothing is known to be spent."""
        if self.usd is not None and usd is not None and usd >= self.usd:
            return Stop(f"the budget of {self.usd:.2f} US dollars is used up", is_budget=True)
        if self.tokens is not None and tokens >= self.tokens:
            return Stop(f"the budget of {self.tokens} tokens is used up", is_budget=True)
        return None
