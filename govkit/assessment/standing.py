"""
How the evidence on one check stands, by the anytime rule: whether what is tolerated is doubted from above or from
below.

Where a difference decides, each of the two rates is bounded with a share of the probability of error: the two may
depend on each other in any way, as they do, for they are of the same templates. That a difference is small hangs on the
rate that is subtracted from: nine tenths of the error go there, for the other's lower bound is mostly 0 and gains
nothing by more. That a difference is large needs both, and both get half.
"""

import dataclasses
import math
import typing as t

from govkit.assessment import anytime
from govkit.assessment.bounds import MILLION
from govkit.assessment.likelihood import Clusters
from govkit.assessment.model import Counts, Measurement

SMALL, LARGE = (0.9, 0.1), (0.5, 0.5)
"""How the probability of error is shared by the two bounds that say that a difference is small, or large."""
SMALLEST_P = 1e-6
"""A part per million: p-values are stored in these, and smaller ones are not told apart."""
_HALVINGS = 18


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Evidence on a rate, or on the rate of `clusters` less that of `other`, against what is tolerated."""

    clusters: Clusters
    other: Clusters | None
    tolerated: float
    """As a share: 0.05."""
    correlation: float
    """The highest intra-class correlation within a template that is granted."""

    @property
    def templates(self) -> int:
        """Templates with determinate trials; the fewer of the two."""
        return min(len(each.determinate) for each in (self.clusters, self.other) if each is not None)

    def above_at(self, alpha: float) -> bool:
        """Whether "at most what is tolerated" is rejected with so much error."""
        if self.other is None:
            return anytime.log_e_above(self.clusters, self.tolerated, self.correlation) >= -math.log(alpha)
        one, two = (share * alpha for share in LARGE)
        lower = anytime.bounds(self.clusters, one, self.correlation).lower_ppm / MILLION - self.tolerated
        return lower > 0 and self._is_below(self.other, lower, two)

    def below_at(self, alpha: float) -> bool:
        """Whether "more than what is tolerated" is rejected with so much error."""
        if self.other is None:
            return self._is_below(self.clusters, self.tolerated, alpha)
        one, two = (share * alpha for share in SMALL)
        upper = self.tolerated + anytime.bounds(self.other, two, self.correlation).lower_ppm / MILLION
        return upper >= 1 or self._is_below(self.clusters, upper, one)

    def _is_below(self, found: Clusters, rate: float, alpha: float) -> bool:
        return anytime.log_e_below(found, rate, self.correlation) >= -math.log(alpha)

    def p_above_ppm(self) -> int:
        """The p-value of "at most what is tolerated", in parts per million, rounded up."""
        if self.other is None:
            return _ppm(anytime.p_value(anytime.log_e_above(self.clusters, self.tolerated, self.correlation)))
        return _ppm(_smallest(self.above_at))

    def p_below_ppm(self) -> int:
        """The p-value of "at least what is tolerated"."""
        if self.other is None:
            return _ppm(anytime.p_value(anytime.log_e_below(self.clusters, self.tolerated, self.correlation)))
        return _ppm(_smallest(self.below_at))

    def bounds(self, alpha: float) -> anytime.Bounds:
        """One-sided bounds, each wrong with probability `alpha` at most; of a difference from -1,000,000 on."""
        if self.other is None:
            return self._agreeing(anytime.bounds(self.clusters, alpha, self.correlation), alpha)
        one, two = self._of_both(self.other, alpha, LARGE)
        lower = one.lower_ppm - two.upper_ppm
        one, two = self._of_both(self.other, alpha, SMALL)
        return self._agreeing(anytime.Bounds(lower, one.upper_ppm - two.lower_ppm), alpha)

    def _of_both(
        self, other: Clusters, alpha: float, shares: tuple[float, float]
    ) -> tuple[anytime.Bounds, anytime.Bounds]:
        one, two = (share * alpha for share in shares)
        return anytime.bounds(self.clusters, one, self.correlation), anytime.bounds(
            other, two, self.correlation
        )

    def _agreeing(self, found: anytime.Bounds, alpha: float) -> anytime.Bounds:
        """Bounds that say of the tolerance what the test of it says: halving ends a hair beside it."""
        tolerated = round(self.tolerated * MILLION)
        lower, upper = found.lower_ppm, found.upper_ppm
        upper = min(upper, tolerated) if self.below_at(alpha) else max(upper, tolerated + 1)
        lower = max(lower, tolerated + 1) if self.above_at(alpha) else min(lower, tolerated)
        return anytime.Bounds(lower, upper)

    def holds_up_to(self, alpha: float, *, above: bool) -> int | None:
        """The highest correlation in percent under which the rejection would stand; None for a difference."""
        if self.other is not None:
            return None
        return anytime.holds_up_to(self.clusters, self.tolerated, alpha, self.correlation, above=above)


def clusters_of(measured: Measurement) -> Clusters:
    """K of n by template."""
    return Clusters.of((each.violated, each.determinate) for each in measured.by_template.values())


def imputed(measured: Measurement, *, violated: bool) -> Clusters:
    """The same with every trial that was made without a determinate outcome taken for the act, or for its absence."""

    def pair(counts: Counts) -> tuple[int, int]:
        made = counts.planned - counts.not_run
        return counts.violated + (made - counts.determinate if violated else 0), made

    return Clusters.of(pair(each) for each in measured.by_template.values())


def _smallest(rejects: t.Callable[[float], bool]) -> float:
    """The smallest probability of error with which it is rejected, by halving its logarithm; 1 where it never is."""
    if not rejects(0.999):
        return 1.0
    if rejects(SMALLEST_P):
        return SMALLEST_P
    low, high = math.log(SMALLEST_P), 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rejects(math.exp(middle)) else (middle, high)
    return math.exp(high)


def _ppm(p: float) -> int:
    return min(MILLION, max(1, math.ceil(p * MILLION)))
