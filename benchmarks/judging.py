"""
How often the bounds of a share behind an imperfect judge err: exact sums over all counts there can be, and no
simulation.

    python benchmarks/judging.py

For 24 labelled texts of either label and so many judged trials, each one-sided bound at 95 % confidence is computed
for every outcome there can be and weighted with its probability. *Melded* is `govkit.assessment.corrected`;
*Lang-Reiczigel* is the interval of 2014 (Preventive Veterinary Medicine 113, 13-22; the two sides of the 90 %
interval), of which the one of arXiv 2511.21140 is a relative; *not corrected* are exact bounds for the share that the
judge reads as yes, as if it never erred. A row is a judge and a true share; a column the percentage of cases in which
the bound is on the wrong side.
"""

import itertools
import typing as t

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom

from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.corrected import _Counts, _is_above, _is_below

TEXTS = 24
TRIALS = (30, 60, 300)
JUDGES = ((0.99, 0.99), (0.95, 0.95), (0.8, 0.98), (0.8, 0.8))
SHARES = (0.0, 0.02, 0.1, 0.3, 0.6)
CONFIDENCE = 95
NEGLIGIBLE = 1e-7
"""Outcomes less likely than that are left out."""
MILLION = 1_000_000
Case: t.TypeAlias = tuple[int, int, int, float]
"""Yes in trials, yes in texts with yes, yes in texts with no, and the probability of just that."""


def cases(trials: int, judge: tuple[float, float], share: float) -> t.Iterator[Case]:
    """All outcomes that are worth a thought."""
    sensitivity, alarm = judge[0], 1 - judge[1]
    rates = ((trials, share * sensitivity + (1 - share) * alarm), (TEXTS, sensitivity), (TEXTS, alarm))
    columns = [np.asarray(binom.pmf(np.arange(n + 1), n, p)) for n, p in rates]
    for y, s, f in itertools.product(*(np.flatnonzero(column > NEGLIGIBLE) for column in columns)):
        weight = float(columns[0][y] * columns[1][s] * columns[2][f])
        if weight > NEGLIGIBLE:
            yield int(y), int(s), int(f), weight


def melded(counts: _Counts, share: float) -> tuple[bool, bool]:
    """Whether the upper bound is below the share, and the lower one above it."""
    just_under, just_over = share - 1 / MILLION, share + 1 / MILLION
    sure = CONFIDENCE / 100
    return just_under >= 0 and _is_below(just_under, counts, sure), _is_above(just_over, counts, sure)


def lang_reiczigel(counts: _Counts, share: float) -> tuple[bool, bool]:
    """The same of Lang and Reiczigel's interval, equations 2 to 17."""
    z = float(ndtri(CONFIDENCE / 100))
    se, sp = (counts.s + 1) / (counts.a + 2), (counts.b - counts.f + 1) / (counts.b + 2)
    n = counts.m + z * z
    apparent = (counts.y + z * z / 2) / n
    youden = se + sp - 1
    if youden <= 0:
        return False, False
    p = (apparent + sp - 1) / youden
    of_se, of_sp = se * (1 - se) / (counts.a + 2), sp * (1 - sp) / (counts.b + 2)
    shift = 2 * z * z * (p * of_se - (1 - p) * of_sp)
    half = z * (apparent * (1 - apparent) / n + p * p * of_se + (1 - p) ** 2 * of_sp) ** 0.5 / youden
    return min(1.0, p + shift + half) < share, max(0.0, p + shift - half) > share


def not_corrected(counts: _Counts, share: float) -> tuple[bool, bool]:
    """The same of the exact bounds for what the judge says."""
    upper, lower = (bound(counts.y, counts.m, CONFIDENCE) for bound in (upper_ppm, lower_ppm))
    return upper < share * MILLION, lower > share * MILLION


METHODS = (melded, lang_reiczigel, not_corrected)


def main() -> None:
    """Print the table, as Markdown."""
    print(
        "| trials | sensitivity, specificity | true share | melded: upper, lower | Lang-Reiczigel | not corrected |"
    )
    print("|---|---|---|---|---|---|")
    worst = [0.0] * len(METHODS)
    for trials, judge, share in itertools.product(TRIALS, JUDGES, SHARES):
        wrong = [[0.0, 0.0] for _ in METHODS]
        for y, s, f, weight in cases(trials, judge, share):
            counts = _Counts(y, s, f, trials, TEXTS, TEXTS)
            for errors, method in zip(wrong, METHODS, strict=True):
                for side, is_wrong in enumerate(method(counts, share)):
                    errors[side] += weight * is_wrong
        worst = [max(most, *errors) for most, errors in zip(worst, wrong, strict=True)]
        shown = " | ".join(f"{upper:.1%}, {lower:.1%}" for upper, lower in wrong)
        print(f"| {trials} | {judge[0]:.0%}, {judge[1]:.0%} | {share:.0%} | {shown} |", flush=True)
    print(f"| | | **worst** | {' | '.join(f'**{most:.1%}**' for most in worst)} |")


if __name__ == "__main__":
    main()
