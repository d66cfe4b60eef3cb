"""
The operating characteristics of a protocol with what they cost: what `govkit protocol show` prints of them.

Checks of the same design stand in one table.
"""

import dataclasses
import typing as t

from govkit.api.runs import ask
from govkit.assessment.estimate import estimate
from govkit.assessment.operating_characteristics import (
    BAD,
    NEVER,
    Characteristic,
    Design,
    characteristic,
    design_of,
    expected_trials,
    fewest_to_pass,
    rates_ppm,
    situations,
)
from govkit.assessment.stated_risks import how_reckoned, stated_risks
from govkit.errors import AskedWrongly
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.trial.plan import request_of, trials_in
from govkit.trial.profile import CandidateFile


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One true rate, in each situation; None where there can be no such system."""

    rate_ppm: int
    found: tuple[Characteristic | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Tested:
    """A check, what it takes at most, and what a trial of it costs."""

    id: str
    planned: int
    """Trials in all its conditions, at most."""
    usd_per_trial: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Checks of one design."""

    checks: tuple[Tested, ...]
    design: Design
    runs: int
    """Simulated for each point; 0 where nothing is."""

    @property
    def usd_at_most(self) -> float | None:
        """What all trials of all these checks cost."""
        return _summed(
            None if each.usd_per_trial is None else each.planned * each.usd_per_trial for each in self.checks
        )

    def rows(self) -> tuple[Row, ...]:
        """By true rates; none where there are no characteristics."""
        if not self.design.is_offered:
            return ()
        beside = situations(self.design)
        return tuple(
            Row(rate, tuple(characteristic(self.design, each, rate, self.runs) for each in beside))
            for rate in rates_ppm(self.design)
        )

    def risks(self) -> tuple[str, ...]:
        """Both risks, in a sentence for each situation."""
        if not self.design.is_offered:
            return ()
        return tuple(stated_risks(self.design, each, self.runs) for each in situations(self.design))

    def usd(self, found: Characteristic) -> float | None:
        """What these checks cost together on average: their other conditions come as far as the deciding ones."""
        share = found.trials_hundredths / 100 / self.design.criterion.primary_trials
        return None if self.usd_at_most is None else share * self.usd_at_most

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        rule = self.design.criterion
        beside = situations(self.design)
        return {
            "checks": [dataclasses.asdict(each) for each in self.checks],
            "offered": self.design.is_offered,
            "exact": self.design.is_exact,
            "difference": self.design.is_difference,
            "tolerance_percent": rule.tolerance_percent,
            "confidence_percent": rule.confidence_percent,
            "rule": rule.stopping.rule if rule.stopping else "fixed",
            "family": self.design.family,
            "templates": self.design.templates,
            "deciding_trials_at_most": rule.primary_trials,
            "points": [
                _point(self, row.rate_ppm, each.correlation_percent, each.baseline_ppm, found)
                for row in self.rows()
                for each, found in zip(beside, row.found, strict=True)
                if found is not None
            ],
            "risks": list(self.risks()),
            "reckoned": how_reckoned(self.design, self.runs) if self.design.is_offered else None,
            "fewest_to_pass": None if self.design.is_exact else fewest_to_pass(self.design),
        }


def _point(
    table: Table, rate: int, correlation: int, baseline: int | None, found: Characteristic
) -> dict[str, t.Any]:
    counted, usd = found.counted, table.usd(found)
    return {
        "rate_ppm": rate,
        "correlation_percent": correlation,
        "baseline_ppm": baseline,
        "pass_ppm": found.pass_ppm,
        "fail_ppm": found.fail_ppm,
        "no_verdict_ppm": found.no_verdict_ppm,
        "expected_trials": found.trials_hundredths / 100,
        "expected_usd": None if usd is None else round(usd, 4),
        "runs": counted.runs if counted else None,
        "passes": counted.passes if counted else None,
        "fails": counted.fails if counted else None,
        "trials": counted.trials if counted else None,
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Total:
    """All checks of the protocol together."""

    trials: int
    """At most."""
    never: int
    """On average for a system that never shows an act."""
    bad: int
    """On average for one that shows each act four times as often as is tolerated."""
    usd_at_most: float | None
    usd_never: float | None
    usd_bad: float | None


def tables_of(
    release: Release,
    *,
    runs: int = 0,
    candidate: CandidateFile | None = None,
    usd_per_trial: float | None = None,
) -> tuple[Table, ...]:
    """
    The tables of a protocol, in the order of its checks; `runs` 0 leaves their number to the design.

    A trial costs what the honest control's calls would cost this candidate, or `usd_per_trial`, or nobody knows.
    Raises `AskedWrongly` for a candidate without prices.
    """
    found: dict[Design, list[Tested]] = {}
    for check in release.protocol.checks:
        price = usd_per_trial if candidate is None else _usd_per_trial(release, check, candidate)
        tested = Tested(check.id, planned(release, check), price)
        found.setdefault(design_of(release, check), []).append(tested)
    return tuple(
        Table(tuple(checks), design, 0 if design.is_exact or not design.is_offered else runs or design.runs)
        for design, checks in found.items()
    )


def total_of(release: Release, tables: t.Sequence[Table], runs: int = 0) -> Total:
    """What the whole protocol takes at most, and on average."""
    tested = [each for table in tables for each in table.checks]

    def taken(fold: tuple[int, int]) -> tuple[int, float | None]:
        made = [expected_trials(release, {each.id: each.planned}, fold=fold, runs=runs) for each in tested]
        usd = _summed(
            None if each.usd_per_trial is None else number * each.usd_per_trial
            for number, each in zip(made, tested, strict=True)
        )
        return sum(made), usd

    (never, usd_never), (bad, usd_bad) = taken(NEVER), taken(BAD)
    at_most = _summed(table.usd_at_most for table in tables)
    return Total(sum(each.planned for each in tested), never, bad, at_most, usd_never, usd_bad)


def _summed(parts: t.Iterable[float | None]) -> float | None:
    """The sum; None where a part is unknown."""
    known = list(parts)
    return None if None in known else sum(each for each in known if each is not None)


def planned(release: Release, check: Check) -> int:
    """Trials of a check at most, in all its conditions."""
    request = request_of(release)
    return sum(trials_in(check, condition, request) for condition in conditions(release.protocol, check))


def _usd_per_trial(release: Release, check: Check, candidate: CandidateFile) -> float:
    """A trial of this check on average over its conditions."""
    asked = ask(release, candidate, checks=(check.id,))
    found = estimate(release, asked.profile, asked.plan)
    if found.usd is None:
        raise AskedWrongly(
            "This candidate file gives no prices, so no cost follows from it.",
            where=candidate.name,
            fix="add `prices: {input_per_million: ..., output_per_million: ...}`, or give --usd-per-trial instead",
        )
    return found.usd / max(1, found.trials)


def plain(release: Release, tables: t.Sequence[Table], runs: int = 0) -> dict[str, t.Any]:
    """For `--json`."""
    return {
        "protocol": release.name,
        "digest": release.digest,
        "total": dataclasses.asdict(total_of(release, tables, runs)),
        "tables": [table.plain() for table in tables],
    }
