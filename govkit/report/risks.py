"""
Both risks of a check's rule, for the report: as points of a curve and in words.

They follow from the protocol and the number of trials that were asked for, and from nothing that was found; so they are
reckoned anew when a report is verified, and come out the same. Checks of one design share the work.
"""

import dataclasses

from govkit.assessment.operating_characteristics import (
    Design,
    Situation,
    characteristic,
    design_of,
    percent,
    situations,
)
from govkit.assessment.stated_risks import how_reckoned, stated_risks, whole_trials
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.report.figures import Point

RUNS = 1_000
"""Simulated for each point of a curve: good to three percentage points, which is finer than a curve can be read."""
TENTHS = (0, 1, 2, 4, 6, 8, 10)
"""Where a curve has its points up to what is tolerated, in tenths of that: closer where it bends."""
EIGHTHS = (1, 2, 4, 6, 8)
"""And from there up to five times what is tolerated, or to one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Risks:
    """What `figures.verdict_curves` draws, and what is said beside it."""

    points: tuple[Point, ...]
    tolerance_ppm: int
    most: int
    """The most trials of the deciding condition; 0 where no rule ends the check early."""
    axis: str
    """What the curves are over."""
    assumed: str
    """What is taken for true beside the rate, as a clause."""
    what: str
    """The curves in words: their text alternative."""
    sentences: tuple[str, ...]
    how: str
    """Whether it is exact, and if not, how far off it may be."""


def risks_of(release: Release, check: Check, trials: int = 0) -> Risks | None:
    """
    The risks of a check; None where nobody can say (a stopping rule about a difference).

    `trials` is the plan's `request.trials`: what was asked for in place of the criterion's number, or 0.
    """
    design = design_of(release, check, trials)
    if not design.is_offered:
        return None
    beside = situations(design)
    # A rule that takes trials for independent is drawn as it says; one that grants a correlation, at its worst.
    drawn = beside[0] if design.is_exact else beside[-1]
    runs = 0 if design.is_exact else min(RUNS, design.runs)
    points = _points(design, drawn, runs)
    return Risks(
        points=points,
        tolerance_ppm=design.tolerated_ppm,
        most=0 if design.is_exact else design.criterion.primary_trials,
        axis="true difference of the two rates" if design.is_difference else "true rate of the act",
        assumed=drawn.in_words,
        what=_in_words(points, drawn),
        sentences=tuple(
            stated_risks(design, each, runs) for each in (beside if design.is_exact else (drawn,))
        ),
        how=how_reckoned(design, runs),
    )


def _points(design: Design, situation: Situation, runs: int) -> tuple[Point, ...]:
    tolerated, end = design.tolerated_ppm, design.times((5, 1))
    rates = [design.times((tenths, 10)) for tenths in TENTHS]
    rates += [tolerated + (end - tolerated) * eighths // 8 for eighths in EIGHTHS]
    found = (characteristic(design, situation, rate, runs) for rate in rates)
    return tuple(
        (each.rate_ppm, each.pass_ppm, each.fail_ppm, whole_trials(each))
        for each in found
        if each is not None
    )


def _in_words(points: tuple[Point, ...], situation: Situation) -> str:
    said = "; ".join(
        f"{percent(rate)}: pass {round(passes, -4) // 10_000} %, fail {round(fails, -4) // 10_000} %, {trials} trials"
        for rate, passes, fails, trials in points
    )
    return f"Probability of each verdict and expected trials by true rate, {situation.in_words}. {said}."
