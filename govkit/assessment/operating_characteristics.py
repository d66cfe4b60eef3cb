"""
The operating characteristics of a check: how likely each verdict is for a system whose true rate is known, and how many
trials it takes.

A fixed number of trials is reckoned exactly, a stopping rule about a rate is simulated, and for a stopping rule about a
difference there is nothing yet (`govkit.assessment.characteristics` says why). Two situations are asked about each: for
a rate, trials that are independent and trials of one template that are alike; for a difference, a baseline of nothing
and one as high as the tolerance.

The same protocol gives the same numbers: chance is seeded by its digest. Each point is drawn with the same chances as
its neighbours, so that a curve through them is smooth and none depends on which others were asked for. Checks that
differ in nothing that bears on it share their points.
"""

import dataclasses
import functools
import typing as t

import numpy as np

from govkit.assessment.bounds import MILLION
from govkit.assessment.characteristics import Point, characteristics
from govkit.assessment.fixed_characteristics import Chances, chances_for_difference, chances_for_rate
from govkit.assessment.next_step import further_to_pass
from govkit.assessment.reachable import alpha_of, without_trials
from govkit.protocol.criterion import Criterion
from govkit.protocol.model import Check
from govkit.protocol.release import Release

RATES_PPM: t.Final = (0, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
"""True rates that are asked about whatever is tolerated: those of the published simulation."""
CORRELATION_PERCENT: t.Final = 30
"""The correlation shown where the criterion names none, as one that takes trials for independent names none."""
NEVER, GOOD, BAD = (0, 1), (1, 5), (4, 1)
"""A good system shows the act a fifth as often as is tolerated, a clearly bad one four times as often."""
MOST_RUNS: t.Final = 4_000
_TRIALS_AT_MOST = 1_200_000
"""Simulated for one point unless somebody asks for more: well under a second's work."""


@dataclasses.dataclass(frozen=True, slots=True)
class Design:
    """What of a check bears on its characteristics. Those that are equal in it share them."""

    criterion: Criterion
    """Without what does not."""
    templates: int
    family: int
    """Checks over which its failure is corrected, itself included."""
    is_difference: bool
    """Whether a difference decides."""
    seed: int
    check: Check = dataclasses.field(compare=False, repr=False)
    """One of those that have this design."""

    @property
    def is_offered(self) -> bool:
        """Whether there are characteristics."""
        return self.criterion.stopping is None or not self.is_difference

    @property
    def is_exact(self) -> bool:
        """Whether they are reckoned and not simulated."""
        return self.criterion.stopping is None

    @property
    def tolerated_ppm(self) -> int:
        return self.criterion.tolerance_percent * MILLION // 100

    @property
    def runs(self) -> int:
        """Runs to simulate for a point when nobody says how many."""
        return max(100, min(MOST_RUNS, _TRIALS_AT_MOST // self.criterion.primary_trials))

    def times(self, fold: tuple[int, int]) -> int:
        """A multiple of what is tolerated, in ppm, and no more than one."""
        return min(MILLION, self.tolerated_ppm * fold[0] // fold[1])


@dataclasses.dataclass(frozen=True, slots=True)
class Situation:
    """What is taken for true beside the rate."""

    correlation_percent: int
    """How much alike trials of one template are."""
    baseline_ppm: int | None
    """The rate in the condition that it is held against, where a difference decides."""

    @property
    def in_words(self) -> str:
        """As a clause: `where trials are independent of each other`."""
        if self.baseline_ppm is not None:
            shown = f"shown in {percent(self.baseline_ppm)} of trials" if self.baseline_ppm else "never shown"
            return f"where the act is {shown} in the condition it is held against"
        if self.correlation_percent:
            return f"where trials of one template correlate by {self.correlation_percent / 100:.2f}"
        return "where trials are independent of each other"


@dataclasses.dataclass(frozen=True, slots=True)
class Characteristic:
    """What becomes of a check at one true rate."""

    rate_ppm: int
    """Of the act in the deciding condition; the difference, where a difference decides."""
    pass_ppm: int
    fail_ppm: int
    trials_hundredths: int
    """Expected number of trials in the deciding condition, in each of them where there are two; hundredths."""
    counted: Point | None
    """What was simulated; None where the numbers are exact."""

    @property
    def no_verdict_ppm(self) -> int:
        return MILLION - self.pass_ppm - self.fail_ppm


def percent(ppm: int) -> str:
    """A rate as a person writes it: `0.5 %`."""
    return f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".") + " %"


def design_of(release: Release, check: Check, trials: int = 0) -> Design:
    """The design of a check; `trials` stand in place of the criterion's number unless they are 0."""
    family = release.protocol.primary_checks
    criterion = check.criterion.model_copy(
        update={
            "primary_trials": trials or check.criterion.primary_trials,
            "other_trials": 0,
            "minimum_completion_percent": 100,
            "minimum_seen_percent": None,
            "minimum_capability_percent": None,
        }
    )
    return Design(
        criterion=criterion,
        templates=len(check.scenarios),
        family=len(family) if criterion.stopping is not None and check.id in family else 1,
        is_difference=check.against is not None,
        seed=int(release.digest.rpartition(":")[2], 16),
        check=check.model_copy(update={"criterion": criterion}),
    )


def situations(design: Design) -> tuple[Situation, ...]:
    """
    The two that are asked about, the harder one last; one where trials of a template count as independent, or where no
    baseline leaves room for more than is tolerated.
    """
    if design.is_difference:
        baselines = (0, design.tolerated_ppm) if 2 * design.tolerated_ppm < MILLION else (0,)
        return tuple(Situation(0, baseline) for baseline in baselines)
    stopping = design.criterion.stopping
    granted = stopping.correlation_percent if stopping is not None else CORRELATION_PERCENT
    return tuple(Situation(percent, None) for percent in sorted({0, granted}))


def rates_ppm(design: Design) -> tuple[int, ...]:
    """The true rates that are asked about: the usual ones, and multiples of what is tolerated."""
    multiples = (design.times(fold) for fold in (GOOD, (1, 1), (2, 1), BAD))
    return tuple(sorted({*RATES_PPM, *multiples}))


def characteristic(
    design: Design, situation: Situation, rate_ppm: int, runs: int = 0
) -> Characteristic | None:
    """
    What becomes of a check at one true rate, over so many simulated runs (0: as many as the design suggests).

    None where the rate of the deciding condition would be more than one. Raises `ValueError` for a design for which
    there are none.
    """
    criterion, rate = design.criterion, rate_ppm / MILLION
    if situation.baseline_ppm is not None and design.is_exact:
        if rate_ppm + situation.baseline_ppm > MILLION:
            return None
        baseline = situation.baseline_ppm / MILLION
        return _exact(design, rate_ppm, chances_for_difference(criterion, rate + baseline, baseline))
    if design.is_exact:
        correlation = situation.correlation_percent / 100
        return _exact(design, rate_ppm, chances_for_rate(criterion, design.templates, rate, correlation))
    return _simulated(design, rate_ppm, situation.correlation_percent, runs or design.runs)


@functools.lru_cache(maxsize=2048)
def _simulated(design: Design, rate_ppm: int, correlation_percent: int, runs: int) -> Characteristic:
    (point,) = characteristics(
        design.check,
        design.family,
        rates=(rate_ppm / MILLION,),
        correlations=(correlation_percent / 100,),
        runs=runs,
        chance=np.random.default_rng(design.seed),
    )
    return Characteristic(
        rate_ppm=rate_ppm,
        pass_ppm=round(point.passes * MILLION / point.runs),
        fail_ppm=round(point.fails * MILLION / point.runs),
        trials_hundredths=round(point.trials * 100 / point.runs),
        counted=point,
    )


def _exact(design: Design, rate_ppm: int, chances: Chances) -> Characteristic:
    return Characteristic(
        rate_ppm=rate_ppm,
        pass_ppm=min(MILLION, round(chances.of_pass * MILLION)),
        fail_ppm=min(MILLION, round(chances.of_fail * MILLION)),
        trials_hundredths=design.criterion.primary_trials * 100,
        counted=None,
    )


@functools.lru_cache(maxsize=256)
def fewest_to_pass(design: Design) -> int | None:
    """Trials in each deciding condition after which it passes if no act is shown in any; None where it never does."""
    found = further_to_pass(without_trials(design.check), alpha_of(design.check), design.templates)
    return found if found is not None and found <= design.criterion.primary_trials else None


def expected_trials(
    release: Release, planned: t.Mapping[str, int], *, fold: tuple[int, int], trials: int = 0, runs: int = 0
) -> int:
    """
    Trials that are made on average, in all conditions, of those planned for each check, by a system that shows each act
    so many times as often as is tolerated; trials of one template being as much alike as is granted.

    The other conditions come as far as the deciding one, for so they are scheduled. A check for which there are no
    characteristics counts in full, but for the system that never shows the act. `trials` is as in `design_of`.
    """
    made = 0
    for name, number in planned.items():
        design = design_of(release, release.check(name), trials)
        most = design.criterion.primary_trials * 100
        made += -(-number * min(most, _hundredths(design, fold, runs)) // most)
    return made


def _hundredths(design: Design, fold: tuple[int, int], runs: int) -> int:
    stopping, most = design.criterion.stopping, design.criterion.primary_trials * 100
    if stopping is None:
        return most
    if design.is_offered:
        found = characteristic(design, situations(design)[-1], design.times(fold), runs)
        return most if found is None else found.trials_hundredths
    never = fold == NEVER and "pass" in stopping.when
    return (fewest_to_pass(design) or design.criterion.primary_trials) * 100 if never else most
