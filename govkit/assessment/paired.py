"""
How much more often an act is shown in one run than in another, when both were put to the same templates.

Trials of one template resemble each other, so the bounds are made twice and the outer ones count:

- **granted correlation**: score bounds (Tango's for matched trials, Miettinen and Nurminen's for others), at the
  effective number of trials that is left when trials of one template are alike to the degree that is granted: Kish's
  design effect, as Eliasziw and Donner (Statistics in Medicine 1991, 10, 1981-1991) put it into McNemar's test;
- **observed templates**: Student's t over what each template contributes to the difference, linearised, with one degree
  of freedom less than there are templates. It is the wider one where templates differ more than was granted.

Why these: `benchmarks/comparing.py` simulates them beside the alternatives; its table is in `docs/comparing.md`. With
ten templates, Newcombe's bounds for pairs, the t interval, the bootstrap over templates, and the envelope of the first
two all miss the truth far more often than they say as soon as templates differ; where no act is seen in either run, the
second and the third have no width at all. The two above, taken together, keep to what they say for every correlation up
to the one that is granted.

A p-value is never smaller than the exact test of the trials gives (McNemar's for matched pairs, Boschloo's for others),
nor than the level at which the bounds would just exclude "no change": the exact tests take trials as independent.

Everything is symmetric: with the runs swapped, the same numbers come out with their signs changed. No chance enters.
"""

import collections
import dataclasses
import functools
import math
import typing as t

from scipy.special import ndtr, stdtr, stdtrit
from scipy.stats import binomtest, boschloo_exact, hypergeom

from govkit.assessment import score_bounds

Manner: t.TypeAlias = t.Literal["paired", "by-template", "unpaired"]
"""
How two runs are held against each other in a condition. `paired`: trial by trial, of the same template and seed.
`by-template`: the seeds differ, or too few trials have a partner; the templates are the same. `unpaired`: they share
fewer than two templates.
"""
MAX_BOSCHLOO = 40_000
"""Cells of the table that Boschloo's test looks through. Beyond it Fisher's serves, which is never the smaller."""
HALF = 0.5
_HALVINGS = 24
_SMALLEST = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """What two runs showed in one template of a condition: determinate trials only."""

    baseline: tuple[int, int] = (0, 0)
    """Trials with the act, of so many."""
    update: tuple[int, int] = (0, 0)
    pairs: int = 0
    """Trials that both made, of the same seed."""
    only_baseline: int = 0
    """Pairs in which the baseline alone shows the act."""
    only_update: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Tails:
    """One-sided p-values: for "the update does it more often", and for "less often"."""

    more: float
    less: float


class Compared(t.Protocol):
    """A difference between two runs, as far as bounds need to know it; both have determinate trials."""

    @property
    def estimate(self) -> float:
        """The update less the baseline."""

    def contributions(self) -> t.Mapping[str, float]:
        """What each template adds to the estimate, linearised and centred: template -> share. They add up to 0."""

    def granted(self, alpha: float) -> tuple[float, float]:
        """Bounds at the granted correlation, each wrong with probability `alpha`."""

    def granted_tails(self) -> Tails:
        """The p-values that go with these bounds."""

    def exact(self) -> Tails | None:
        """The exact test of the trials; None where there is none."""


@dataclasses.dataclass(frozen=True)
class Change:
    """The rate of the act in the update less that in the baseline, in one condition."""

    templates: t.Mapping[str, Template]
    correlation: float
    """The intra-class correlation that is granted."""

    @functools.cached_property
    def manner(self) -> Manner | None:
        """Paired where half of the smaller run's trials, or more, have a partner; None where a run has none."""
        smaller = min(self.baseline[1], self.update[1])
        if not smaller:
            return None
        if self.pairs * 2 >= smaller:
            return "paired"
        shared = sum(bool(each.baseline[1] and each.update[1]) for each in self.templates.values())
        return "by-template" if shared > 1 else "unpaired"

    @functools.cached_property
    def baseline(self) -> tuple[int, int]:
        """K of n."""
        return _sum(each.baseline for each in self.templates.values())

    @functools.cached_property
    def update(self) -> tuple[int, int]:
        """K of n."""
        return _sum(each.update for each in self.templates.values())

    @functools.cached_property
    def pairs(self) -> int:
        return sum(each.pairs for each in self.templates.values())

    @functools.cached_property
    def discordant(self) -> tuple[int, int]:
        """Pairs in which only the baseline, and in which only the update, shows the act."""
        return _sum((each.only_baseline, each.only_update) for each in self.templates.values())

    @property
    def estimate(self) -> float:
        if self.manner == "paired":
            only_baseline, only_update = self.discordant
            return (only_update - only_baseline) / self.pairs
        (k, n), (other_k, other_n) = self.update, self.baseline
        return k / n - other_k / other_n

    def contributions(self) -> t.Mapping[str, float]:
        if self.manner == "paired":
            return {
                name: (each.only_update - each.only_baseline - self.estimate * each.pairs) / self.pairs
                for name, each in self.templates.items()
                if each.pairs
            }
        (k, n), (other_k, other_n) = self.update, self.baseline
        return {
            name: (each.update[0] - k / n * each.update[1]) / n
            - (each.baseline[0] - other_k / other_n * each.baseline[1]) / other_n
            for name, each in self.templates.items()
            if each.update[1] or each.baseline[1]
        }

    def granted(self, alpha: float) -> tuple[float, float]:
        if self.manner == "paired":
            return score_bounds.matched(*self._effective_pairs, alpha)
        return score_bounds.independent(*self._effective_rates, alpha)

    def granted_tails(self) -> Tails:
        if self.manner == "paired":
            z = score_bounds.tango(*self._effective_pairs, 0.0)
        else:
            z = score_bounds.miettinen(*self._effective_rates, 0.0)
        return Tails(float(ndtr(-z)), float(ndtr(z)))

    @functools.cached_property
    def _effective_pairs(self) -> tuple[float, float, float]:
        """
        Pairs that show the act only in the update, only in the baseline, and all, at their effective number; less one,
        as a variance is divided by n - 1 (the independent kind of score bounds has that within).
        """
        only_baseline, only_update = self.discordant
        effective = _effective((each.pairs for each in self.templates.values()), self.correlation) - 1
        return only_update / self.pairs * effective, only_baseline / self.pairs * effective, effective

    @functools.cached_property
    def _effective_rates(self) -> tuple[float, float, float, float]:
        """The update's rate and its effective number of trials, and the baseline's."""
        (k, n), (other_k, other_n) = self.update, self.baseline
        templates = self.templates.values()
        return (
            k / n,
            _effective((each.update[1] for each in templates), self.correlation),
            other_k / other_n,
            _effective((each.baseline[1] for each in templates), self.correlation),
        )

    def exact(self) -> Tails | None:
        if self.manner is None:
            return None
        if self.manner == "paired":
            less, more = self.discordant
            return Tails(_mcnemar(more, less), _mcnemar(less, more))
        return Tails(_unpaired(self.update, self.baseline), _unpaired(self.baseline, self.update))


@dataclasses.dataclass(frozen=True)
class ChangeOfDifference:
    """
    Where a difference between two conditions is what is required: how much more it is in the update.

    There is no exact test of it; its p-values are those of the bounds.
    """

    primary: Change
    other: Change
    """The condition that the primary one is held against."""

    @property
    def estimate(self) -> float:
        return self.primary.estimate - self.other.estimate

    def contributions(self) -> t.Mapping[str, float]:
        added: collections.defaultdict[str, float] = collections.defaultdict(float)
        for sign, change in ((1, self.primary), (-1, self.other)):
            for name, share in change.contributions().items():
                added[name] += sign * share
        return added

    def granted(self, alpha: float) -> tuple[float, float]:
        return _recovered(
            (self.primary.estimate, *self.primary.granted(alpha)),
            (self.other.estimate, *self.other.granted(alpha)),
        )

    def granted_tails(self) -> Tails:
        return Tails(
            _level(lambda alpha: self.granted(alpha)[0] > 0), _level(lambda alpha: self.granted(alpha)[1] < 0)
        )

    def exact(self) -> Tails | None:
        return None


def bounds(found: Compared, alpha: float) -> tuple[float, float]:
    """Lower and upper bound of a difference, each wrong with probability `alpha`: the outer ones of the two kinds."""
    lower, upper = found.granted(alpha)
    error, freedom = _spread(found)
    if not freedom:
        return lower, upper
    half = error * float(stdtrit(freedom, 1 - alpha))
    return min(lower, found.estimate - half), max(upper, found.estimate + half)


def tails(found: Compared) -> Tails:
    """The p-values: the largest of the exact test's and of the two that go with the bounds."""
    every = [found.granted_tails(), _observed_tails(found), found.exact()]
    made = [each for each in every if each is not None]
    return Tails(max(each.more for each in made), max(each.less for each in made))


def _spread(found: Compared) -> tuple[float, int]:
    """The standard error over templates, and its degrees of freedom: 0 for a single one, which shows no spread."""
    shares = found.contributions().values()
    freedom = len(shares) - 1
    if not freedom:
        return 0.0, 0
    # `fsum` is exact: the order of templates must not matter, not even in the last digit.
    return math.sqrt(len(shares) / freedom * math.fsum(share * share for share in shares)), freedom


def _observed_tails(found: Compared) -> Tails | None:
    error, freedom = _spread(found)
    if not freedom:
        return None
    if not error:
        return Tails(0.0 if found.estimate > 0 else 1.0, 0.0 if found.estimate < 0 else 1.0)
    t_value = found.estimate / error
    return Tails(float(stdtr(freedom, -t_value)), float(stdtr(freedom, t_value)))


def _level(excluded: t.Callable[[float], bool]) -> float:
    """The smallest level at which bounds exclude "no change", from above; 1 where they never do."""
    if not excluded(HALF):
        return 1.0
    low, high = _SMALLEST, HALF
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if excluded(middle) else (middle, high)
    return high


def _effective(sizes: t.Iterable[int], correlation: float) -> float:
    """The number of independent trials that tell as much as these many per template (Kish's design effect)."""
    counts = [size for size in sizes if size]
    total = sum(counts)
    average = sum(size * size for size in counts) / total
    return total / (1 + (average - 1) * correlation)


Bounded: t.TypeAlias = tuple[float, float, float]
"""An estimate with its lower and its upper bound."""


def _recovered(minuend: Bounded, subtrahend: Bounded) -> tuple[float, float]:
    """
    Bounds of a difference from those of its two independent parts, by the method of variance estimates recovery
    (Newcombe, Statistics in Medicine 1998, 17, 873-890; Zou and Donner, the same 2008, 27, 1693-1702).
    """
    (one, one_low, one_high), (two, two_low, two_high) = minuend, subtrahend
    return (
        one - two - math.hypot(one - one_low, two_high - two),
        one - two + math.hypot(one_high - one, two - two_low),
    )


def _mcnemar(more: int, less: int) -> float:
    """McNemar's exact test, one-sided: of the pairs that differ, so many or more go this way by chance."""
    return float(binomtest(more, more + less, alternative="greater").pvalue) if more + less else 1.0


@functools.lru_cache(maxsize=1024)
def _unpaired(higher: tuple[int, int], lower: tuple[int, int]) -> float:
    """Boschloo's exact test, one-sided; Fisher's where that would take too long."""
    (k, n), (other_k, other_n) = higher, lower
    if n * other_n > MAX_BOSCHLOO:
        return min(1.0, float(hypergeom.sf(k - 1, n + other_n, k + other_k, n)))
    table = [[k, other_k], [n - k, other_n - other_k]]
    return min(1.0, float(boschloo_exact(table, alternative="greater").pvalue))


def _sum(pairs: t.Iterable[tuple[int, int]]) -> tuple[int, int]:
    first = second = 0
    for one, other in pairs:
        first, second = first + one, second + other
    return first, second
