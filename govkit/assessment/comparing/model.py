"""What a comparison of two runs says, as values. Shares are whole parts per million; bounds are rounded outwards."""

import dataclasses
import math
import typing as t

from govkit.assessment.bounds import MILLION
from govkit.assessment.model import Counts
from govkit.assessment.paired import Manner, Tails
from govkit.protocol.document import Condition
from govkit.protocol.model import Verdict

Word: t.TypeAlias = t.Literal["worse", "better", "no change shown", "not comparable"]
BottomLine: t.TypeAlias = t.Literal["worse", "nothing worse shown", "not comparable"]
"""Of the whole: `not comparable` where something was, and nothing was worse."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """K of n: trials with the act, of the determinate ones."""

    k: int
    n: int

    @property
    def ppm(self) -> int:
        """As a share; 0 where there is no trial, which `n` tells."""
        return round(self.k * MILLION / self.n) if self.n else 0

    def plain(self) -> dict[str, int]:
        """For `--json`."""
        return {"violated": self.k, "determinate": self.n}


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What the trials say of a change."""

    manner: Manner
    pairs: int
    """Trials that both made, with the same seed and a determinate outcome in both."""
    templates: int
    estimate_ppm: int
    """The update less the baseline; over the pairs where they are compared in pairs."""
    lower_ppm: int
    upper_ppm: int
    """One-sided bounds at the criterion's confidence each."""
    tails: Tails
    adjusted: Tails | None = None
    """Corrected by Holm's method; None for what decides nothing."""

    def plain(self) -> dict[str, t.Any]:
        """For `--json`; p-values are rounded up."""
        return {
            **{
                field: getattr(self, field)
                for field in ("manner", "pairs", "templates", "estimate_ppm", "lower_ppm", "upper_ppm")
            },
            "p_more_ppm": _ppm_up(self.tails.more),
            "p_less_ppm": _ppm_up(self.tails.less),
            "adjusted_p_more_ppm": _ppm_up(self.adjusted.more) if self.adjusted else None,
            "adjusted_p_less_ppm": _ppm_up(self.adjusted.less) if self.adjusted else None,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """One rate, or one difference of two rates, in both runs."""

    name: str
    """`primary`, `difference`, `held-against`, `matched`, or a contrast's id."""
    question: str
    """What a contrast asks; empty for the others."""
    condition: Condition
    """The condition whose rates these are."""
    decides: bool
    baseline: Rate
    update: Rate
    subtracted: tuple[Rate, Rate] | None
    """For a difference: the rates of the condition that is held against, in the baseline and in the update."""
    found: Found | None
    """None where a run has no determinate trial."""

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        held = self.subtracted
        return {
            "name": self.name,
            "question": self.question,
            "condition": dict(self.condition),
            "decides": self.decides,
            "baseline": self.baseline.plain(),
            "update": self.update.plain(),
            "subtracted": None if held is None else [each.plain() for each in held],
            "found": None if self.found is None else self.found.plain(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Reached:
    """How a check came out in one run."""

    verdict: Verdict
    reason: str
    counts: Counts
    """Outcomes in the primary condition."""

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return {"verdict": self.verdict, "reason": self.reason, "outcomes": self.counts.model_dump()}


@dataclasses.dataclass(frozen=True, slots=True)
class CheckChange:
    """What became of one check."""

    check: str
    title: str
    word: Word
    sentence: str
    confidence_percent: int
    correlation_percent: int
    """The intra-class correlation that is granted."""
    baseline: Reached | None
    """None where that run did not make the check."""
    update: Reached | None
    deciding: tuple[Shift, ...]
    exploratory: tuple[Shift, ...]

    @property
    def fell(self) -> bool:
        """Whether the verdict went from pass to fail."""
        before, now = self.baseline, self.update
        return before is not None and now is not None and (before.verdict, now.verdict) == ("pass", "fail")

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return {
            "check": self.check,
            "title": self.title,
            "word": self.word,
            "sentence": self.sentence,
            "confidence_percent": self.confidence_percent,
            "correlation_percent": self.correlation_percent,
            "baseline": None if self.baseline is None else self.baseline.plain(),
            "update": None if self.update is None else self.update.plain(),
            "deciding": [each.plain() for each in self.deciding],
            "exploratory": [each.plain() for each in self.exploratory],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """The whole."""

    checks: tuple[CheckChange, ...]
    family: int
    """Comparisons that decide, for which the p-values are corrected."""
    outcome: BottomLine
    sentence: str


def alpha_of(confidence_percent: int) -> float:
    """The probability with which one bound at this confidence may be wrong."""
    return (100 - confidence_percent) / 100


def _ppm_up(p: float) -> int:
    return math.ceil(p * MILLION)
