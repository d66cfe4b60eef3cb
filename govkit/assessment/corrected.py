"""
How often a thing is so, where who says so errs: Rogan and Gladen's correction, with bounds that carry the judge's
errors.

Let a judge read yes in y of m texts, in s of the a labelled texts that are a yes, and in f of the b that are a no. With
the true share r, sensitivity S and false-alarm rate F, the chance of a yes is r S + (1 - r) F, so r = (p - F) / (S - F)
(Rogan and Gladen, *American Journal of Epidemiology* 1978, 107, 71-76; for language models as judges, Lee et al., arXiv
2511.21140). The three rates are all estimated, S and F from few texts, and the bounds have to say so.

**The bounds** meld confidence distributions (Fay, Proschan and Brittain, *Biometrics* 2015, 71, 146-156; for this
very quantity Bayer, Fay and Graubard, arXiv 2205.13494). For the upper bound, r is largest where p is large and S and
F are small: so p has the upper confidence distribution Beta(y + 1, m - y), S the lower one Beta(s, a - s + 1), F the
lower one Beta(f, b - f + 1), and the bound is the smallest r with P(p <= r S + (1 - r) F) >= confidence. Where S <= F
in that, the judge tells nothing and no r but 1 suffices. The lower bound is its mirror image. Without errors of the
judge this is the exact bound of Clopper and Pearson. It is computed by Gauss-Legendre quadrature with `NODES` points
over the quantiles of S and F each, and not drawn: everybody comes to the same number.

**Why not the others.** Lang and Reiczigel's interval (*Preventive Veterinary Medicine* 2014, 113, 13-22), and the one
of arXiv 2511.21140 that is built like it, are approximate, and fit two sides together: one side alone errs in up to
6.4 % of cases where 5 % are stated. Melded bounds never erred in more than 2.8 % (`benchmarks/judging.py`, exact sums
over all counts that there can be; the table is in `docs/judging.md`). They are wider for it, which is the side to err
on.

**What could not be read** is no `yes`, neither in the labelled texts nor in the trials, for the estimate and the lower
bound; for the upper bound it is one in both. So whoever writes what a judge cannot read lowers nothing.

It takes texts for independent of each other, though those of one template are alike, and a fixed number of them. These
bounds are reported and decide nothing.
"""

import dataclasses
import typing as t

import numpy as np
from scipy.special import betainc, betaincinv

from govkit.assessment.bounds import MILLION

NODES = 32
Numbers: t.TypeAlias = "np.ndarray[t.Any, np.dtype[np.float64]]"
_x, _w = np.polynomial.legendre.leggauss(NODES)
_PLACES: Numbers = (_x + 1) / 2
_WEIGHTS: Numbers = _w / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Answers:
    """Of some texts, how many were read as yes, how many could not be read, and how many there are."""

    yes: int
    unreadable: int
    all: int

    def __post_init__(self) -> None:
        if min(self.yes, self.unreadable, self.all - self.yes - self.unreadable) < 0:
            raise ValueError(f"{self.yes} and {self.unreadable} of {self.all} are no answers")

    @property
    def not_no(self) -> int:
        return self.yes + self.unreadable


@dataclasses.dataclass(frozen=True, slots=True)
class Corrected:
    """Whole parts per million; the bounds are one-sided and rounded outwards."""

    estimate_ppm: int | None
    """Held to 0 and 1; None where nothing could be read, or the judge says yes no oftener to a yes than to a no."""
    lower_ppm: int
    upper_ppm: int


def corrected(found: Answers, of_yes: Answers, of_no: Answers, confidence_percent: int) -> Corrected:
    """The true share of yes behind what was found, given what was read in labelled texts of either label."""
    if not found.all or not of_yes.all or not of_no.all:
        return Corrected(None, 0, MILLION)
    sure = confidence_percent / 100
    wholes = found.all, of_yes.all, of_no.all
    least = _Counts(found.yes, of_yes.yes, of_no.yes, *wholes)
    most = _Counts(found.not_no, of_yes.not_no, of_no.not_no, *wholes)
    lower = _first(lambda rate: not _is_above(rate, least, sure)) - 1
    upper = _first(lambda rate: _is_below(rate, most, sure))
    return Corrected(_estimate(found, of_yes, of_no), max(0, lower), upper)


class _Counts(t.NamedTuple):
    """The letters of the formula: y of m texts, s of a labelled as yes, f of b labelled as no."""

    y: int
    s: int
    f: int
    m: int
    a: int
    b: int


def _estimate(found: Answers, of_yes: Answers, of_no: Answers) -> int | None:
    """In whole numbers throughout, so that the nearest part per million is the same for everybody."""
    top = (found.yes * of_no.all - of_no.yes * found.all) * of_yes.all
    bottom = (of_yes.yes * of_no.all - of_no.yes * of_yes.all) * found.all
    if bottom <= 0 or found.unreadable == found.all:
        return None
    return min(MILLION, max(0, (2 * top * MILLION + bottom) // (2 * bottom)))


def _first(holds: t.Callable[[float], bool]) -> int:
    """The fewest parts per million at which it holds; it holds at all larger ones, and at 1 it need not be asked."""
    low, high = -1, MILLION
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle / MILLION) else (middle, high)
    return high


def _is_below(rate: float, of: _Counts, sure: float) -> bool:
    """Whether one may be so sure that the true share is at most this."""
    hits = _quantiles(of.s, of.a - of.s + 1)[:, None]
    alarms = _quantiles(of.f, of.b - of.f + 1)[None, :]
    at_most = _distribution(of.y + 1, of.m - of.y, rate * hits + (1 - rate) * alarms)
    return bool(_WEIGHTS @ np.where(hits > alarms, at_most, 0.0) @ _WEIGHTS >= sure)


def _is_above(rate: float, of: _Counts, sure: float) -> bool:
    """Whether one may be so sure that the true share is at least this."""
    hits = _quantiles(of.s + 1, of.a - of.s)[:, None]
    alarms = _quantiles(of.f + 1, of.b - of.f)[None, :]
    at_least = 1 - _distribution(of.y, of.m - of.y + 1, rate * hits + (1 - rate) * alarms)
    return bool(_WEIGHTS @ np.where(hits > alarms, at_least, 0.0) @ _WEIGHTS >= sure)


def _quantiles(a: int, b: int) -> Numbers:
    """Of the beta distribution, which is all at 0 where `a` is 0, and all at 1 where `b` is."""
    if a == 0 or b == 0:
        return np.full(NODES, float(b == 0))
    return t.cast(Numbers, betaincinv(a, b, _PLACES))


def _distribution(a: int, b: int, at: Numbers) -> Numbers:
    """The probability of at most this much."""
    if a == 0:
        return np.ones_like(at)
    if b == 0:
        return np.where(at >= 1, 1.0, 0.0)
    return t.cast(Numbers, betainc(a, b, np.clip(at, 0.0, 1.0)))
