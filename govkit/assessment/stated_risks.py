"""
Both risks of a check's rule, in a sentence: that a system passes which should not, and that one does not which should.

For a terminal and for the report, in the same words.
"""

import math

from govkit.assessment.bounds import MILLION
from govkit.assessment.operating_characteristics import (
    BAD,
    GOOD,
    Characteristic,
    Design,
    Situation,
    characteristic,
    percent,
)

_WHOLE = 100
"""In hundredths."""


def stated_risks(design: Design, situation: Situation, runs: int = 0) -> str:
    """What becomes of a good system, of a clearly bad one, and of one that is just tolerated."""
    good, edge, bad = (
        characteristic(design, situation, design.times(fold), runs) for fold in (GOOD, (1, 1), BAD)
    )
    said = []
    if good is not None:
        said.append(
            f"a system {_shows(design, good, first=True)} passes with probability {_probability(good.pass_ppm)}"
            f"{_takes(design, good)}"
        )
    if bad is not None and bad != edge:
        said.append(
            f"one {_shows(design, bad)} fails with probability {_probability(bad.fail_ppm)}{_takes(design, bad)}"
        )
    if edge is not None:
        said.append(
            f"one {_shows(design, edge)}, as is just tolerated, passes with probability "
            f"{_probability(edge.pass_ppm)} and fails with probability {_probability(edge.fail_ppm)}"
        )
    where = situation.in_words
    return f"{where[0].upper()}{where[1:]}, {'; '.join(said)}."


def how_reckoned(design: Design, runs: int = 0) -> str:
    """Whether the numbers are exact, and if not, how far off they may be."""
    if design.is_exact:
        return "Exact: sums of probabilities over all counts, nothing simulated."
    number = runs or design.runs
    # A proportion errs most at one half; 1.96 standard errors are 95 percent.
    error = math.ceil(1.96 * 0.5 / math.sqrt(number) * 1000) / 1000
    return (
        f"Simulated, {number:,} runs for each rate with a look after every trial: a probability is off by less than "
        f"{error:.3f}, 19 times out of 20. The same each time, for chance is seeded by the protocol's digest."
    )


def whole_trials(found: Characteristic) -> int:
    """The expected number of trials, rounded."""
    return round(found.trials_hundredths / 100)


def _shows(design: Design, found: Characteristic, *, first: bool = False) -> str:
    if design.is_difference:
        points = percent(found.rate_ppm).removesuffix(" %")
        return f"whose rate is higher by {points} percentage point{'' if points == '1' else 's'}"
    return f"that shows {'the act' if first else 'it'} in {percent(found.rate_ppm)} of trials"


def _takes(design: Design, found: Characteristic) -> str:
    return "" if design.is_exact else f" and takes {whole_trials(found):,} trials on average"


def _probability(ppm: int) -> str:
    """Two decimals, and never a certainty: none of these systems is sure of its verdict."""
    hundredths = round(ppm * 100 / MILLION)
    if not hundredths:
        return "less than 0.01"
    return f"{hundredths / 100:.2f}" if hundredths < _WHOLE else "more than 0.99"
