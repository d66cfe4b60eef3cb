"""
How far two readers agree: plain counts, Cohen's kappa and Gwet's AC1.

With n trials that both read, a of them labelled alike, and p = a / n:

- *kappa* = (p - e) / (1 - e), where e is the sum over labels of the product of both readers' shares of it: what is
  expected of two who draw at those shares (Cohen, *Educational and Psychological Measurement* 1960, 20, 37-46).
- *AC1* = (p - e) / (1 - e), where e = sum of s (1 - s) / (q - 1) over the q labels there are, s being the mean of both
  readers' shares (Gwet, *British Journal of Mathematical and Statistical Psychology* 2008, 61, 29-48). It stays near p
  where nearly every trial has the same label; there kappa falls to nothing, however well two agree (Feinstein and
  Cicchetti, *Journal of Clinical Epidemiology* 1990, 43, 543-549).

Both are computed in fractions and given in whole parts per million. What is not defined is None, and never 0 or 1: both
where nothing was read by both, kappa where both gave every trial one and the same label.
"""

import collections
import dataclasses
import fractions
import typing as t

MILLION = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """Of two readers, on the trials that both read."""

    trials: int
    agree: int
    kappa_ppm: int | None
    ac1_ppm: int | None

    @property
    def disagree(self) -> int:
        return self.trials - self.agree


def agreement(pairs: t.Sequence[tuple[str, str]], labels: int) -> Agreement:
    """
    Of these pairs of labels, one by each reader. `labels` is how many labels there are to choose from, used or not.

    Raises `ValueError` when there are fewer than two, or fewer than were used.
    """
    used = {label for pair in pairs for label in pair}
    if labels < max(2, len(used)):
        raise ValueError(f"{len(used)} labels were used of {labels}")
    n, agree = len(pairs), sum(one == other for one, other in pairs)
    if not n:
        return Agreement(0, 0, None, None)
    ones, others = (collections.Counter(column) for column in zip(*pairs, strict=True))
    products = sum((fractions.Fraction(ones[label] * others[label], n * n) for label in used), start=_ZERO)
    shares = [fractions.Fraction(ones[label] + others[label], 2 * n) for label in used]
    spread = sum((share * (1 - share) for share in shares), start=_ZERO) / (labels - 1)
    observed = fractions.Fraction(agree, n)
    return Agreement(n, agree, _beyond(observed, products), _beyond(observed, spread))


_ZERO = fractions.Fraction(0)


def _beyond(observed: fractions.Fraction, expected: fractions.Fraction) -> int | None:
    """The agreement beyond what is expected, in parts per million of what there could be."""
    return None if expected == 1 else round((observed - expected) / (1 - expected) * MILLION)
