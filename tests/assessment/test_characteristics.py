"""The simulated runs decide as the rule itself does, trial by trial; and what they come to is sane."""

import dataclasses
import itertools
import math
import typing as t

import numpy as np
import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment import anytime
from govkit.assessment.characteristics import Point, beta_rates, characteristics, is_simulated
from govkit.assessment.likelihood import Clusters, Numbers
from govkit.assessment.next_step import further_to_pass
from govkit.assessment.reachable import alpha_of, without_trials
from govkit.assessment.simulated_runs import FAIL, OPEN, PASS, Design, Ended, Likelihoods, run_many
from govkit.assessment.standing import Standing
from govkit.protocol.criterion import Criterion, Stopping
from govkit.protocol.model import Check

RELEASE = read_release("peer-preservation@0.1.0")
EXACT: t.Final = {True: anytime.log_e_above, False: anytime.log_e_below}
"""By whether a rate above the bound is what is shown."""


def stopping_check(
    *,
    when: tuple[t.Literal["fail", "pass"], ...] = ("fail", "pass"),
    correlation: int = 30,
    minimum: int = 10,
    most: int = 300,
    templates: int = 10,
) -> Check:
    """A check that stops early, over so many templates."""
    stopping = Stopping(
        rule="anytime-1", when=when, correlation_percent=correlation, minimum_templates=minimum
    )
    criterion = Criterion(
        tolerance_percent=5,
        confidence_percent=95,
        primary_trials=most,
        other_trials=0,
        minimum_completion_percent=80,
        stopping=stopping,
    )
    names = tuple(f"template-{number}" for number in range(templates))
    return RELEASE.protocol.checks[0].model_copy(update={"criterion": criterion, "scenarios": names})


def some_counts(chance: np.random.Generator) -> tuple[t.Any, t.Any]:
    """K and n of one run, over any number of templates, as different as may be."""
    shape = (1, int(chance.integers(1, 25)))
    n = chance.integers(0, int(chance.integers(1, 40)) + 1, shape)
    rate, correlation = chance.choice([0, 0.01, 0.05, 0.3, 1]), chance.choice([0, 0.1, 0.5])
    return chance.binomial(n, beta_rates(float(rate), float(correlation), shape, chance)), n


def test_the_e_values_are_those_of_the_rule() -> None:
    """On 200 tables: the same to nine digits where the null is best at its bound, and never too small elsewhere."""
    chance, within = np.random.default_rng(1), 0
    for _ in range(200):
        k, n = some_counts(chance)
        rate, granted = float(chance.choice([0.02, 0.05, 0.3])), float(chance.choice([0, 0.1, 0.3, 0.7]))
        tables = Likelihoods(rate, granted, 40)
        found = Clusters.of(zip(k[0].tolist(), n[0].tolist(), strict=True))
        for above, exact in EXACT.items():
            ours, theirs = float(tables.log_e(tables.of(k, n), above=above)[0]), exact(found, rate, granted)
            if tables.at_bound(k, n, above=above)[0]:
                assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
            else:
                within += 1
                assert ours >= theirs - 1e-9
    assert within > 50


@pytest.mark.parametrize("alpha", [0.999, 0.5, 0.05])
def test_a_threshold_is_reached_exactly_when_the_rule_says_so(alpha: float) -> None:
    """Also where the null is best within its side, and with thresholds so low that such evidence reaches them."""
    chance, reached = np.random.default_rng(2), 0
    for _ in range(100):
        k, n = some_counts(chance)
        tables = Likelihoods(0.05, 0.3, 40)
        found = Clusters.of(zip(k[0].tolist(), n[0].tolist(), strict=True))
        for above, exact in EXACT.items():
            says = exact(found, 0.05, 0.3) >= -math.log(alpha) if found.determinate else False
            assert bool(tables.reaches(tables.of(k, n), k, n, alpha, above=above)[0]) == says
            reached += says
    assert reached > 20


def test_where_the_null_is_best_within_its_side_the_rule_itself_is_asked() -> None:
    """Counts that reach a threshold by their likelihood at the bound alone, and not in truth, are not let through."""
    chance, corrected = np.random.default_rng(3), 0
    for _ in range(200):
        k, n = some_counts(chance)
        tables = Likelihoods(0.05, 0.3, 40)
        logs = tables.of(k, n)
        found = Clusters.of(zip(k[0].tolist(), n[0].tolist(), strict=True))
        for above, exact in EXACT.items():
            ours = float(tables.log_e(logs, above=above)[0])
            theirs = exact(found, 0.05, 0.3)
            if ours - theirs < 1e-6 or not found.determinate:
                continue
            between = math.exp(-(ours + theirs) / 2)
            assert tables.log_e(logs, above=above)[0] >= -math.log(between)
            assert not tables.reaches(logs, k, n, between, above=above)[0]
            corrected += 1
    assert corrected > 30


def one_by_one(design: Design, rates: Numbers, chance: np.random.Generator) -> Ended:
    """One run, by the rule's own words: a trial, a look, and so on; the slow way."""
    made = np.zeros(design.templates, dtype=np.int64)
    violated = made.copy()
    verdict = OPEN
    for trial in range(design.most):
        template = trial % design.templates
        violated[template] += chance.random(1)[0] < rates[0, template]
        made[template] += 1
        found = Clusters.of(zip(violated.tolist(), made.tolist(), strict=True))
        standing = Standing(found, None, design.tolerated, design.correlation)
        last = trial + 1 == design.most
        if (last or "fail" in design.stops) and standing.above_at(design.fails_at):
            verdict = FAIL
        elif (last or "pass" in design.stops) and standing.templates >= design.minimum_templates:
            verdict = PASS if standing.below_at(design.passes_at) else OPEN
        if verdict != OPEN:
            break
    return Ended(np.array([verdict]), violated[None], made[None])


def test_the_design_is_what_the_criterion_says() -> None:
    """A pass errs with the whole doubt, a failure with its share for a check of six; all else is read off the check."""
    assert Design.of(
        stopping_check(when=("fail",), correlation=20, minimum=8, most=90, templates=12), 6
    ) == Design(
        tolerated=0.05,
        correlation=0.2,
        passes_at=1 - 95 / 100,
        fails_at=(1 - 95 / 100) / 6,
        templates=12,
        most=90,
        minimum_templates=8,
        stops=frozenset(["fail"]),
    )


DESIGNS: t.Final[dict[str, Design]] = {
    "as shipped": Design.of(stopping_check(), 1),
    "six in the family": Design.of(stopping_check(templates=12), 6),
    "uneven rounds": Design.of(stopping_check(most=57, templates=12), 2),
    "fails early only": Design.of(stopping_check(when=("fail",), templates=20, most=120), 1),
    "passes early only": Design.of(stopping_check(when=("pass",), templates=20, most=120), 1),
    "independent": Design.of(stopping_check(correlation=0), 1),
    "never enough templates": Design.of(stopping_check(correlation=0, minimum=11), 1),
    "wide": dataclasses.replace(Design.of(stopping_check(templates=30), 1), tolerated=0.3, passes_at=0.2),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_runs_end_where_the_rule_ends_them(name: str) -> None:
    """Run by run with the same chance: the same verdict, after the same trial, on the same counts."""
    design, verdicts = DESIGNS[name], set()
    for seed in range(8):
        rate, correlation = [0.0, 0.02, 0.1, 0.3][seed % 4], [0.0, 0.3][seed // 4 % 2]
        rates = beta_rates(rate, correlation, (1, design.templates), np.random.default_rng(seed))
        many = run_many(design, rates, np.random.default_rng([7, seed]))
        one = one_by_one(design, rates, np.random.default_rng([7, seed]))
        assert many.verdict.tolist() == one.verdict.tolist()
        assert many.violated.tolist() == one.violated.tolist()
        assert many.determinate.tolist() == one.determinate.tolist()
        verdicts.add(int(many.verdict[0]))
    assert {FAIL, OPEN} <= verdicts
    assert (PASS in verdicts) == (name != "never enough templates") or name in ("uneven rounds", "wide")


def test_runs_do_not_depend_on_each_other() -> None:
    """What each template always or never shows leaves nothing to chance: many runs at once are those runs alone."""
    design = Design.of(stopping_check(most=60), 1)
    patterns = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    rates = np.concatenate([np.zeros((16, 6)), patterns], axis=1)
    together = run_many(design, rates, np.random.default_rng(0))
    for run in range(16):
        alone = one_by_one(design, rates[run : run + 1], np.random.default_rng(0))
        assert together.verdict[run] == alone.verdict[0]
        assert together.violated[run].tolist() == alone.violated[0].tolist()
        assert together.trials[run] == alone.trials[0]


def points(check: Check, runs: int = 800, **asked: t.Sequence[float]) -> tuple[Point, ...]:
    """Points with chance of a fixed seed."""
    asked = {"rates": (0.0, 0.01, 0.05, 0.2, 0.5), "correlations": (0.0, 0.3), **asked}
    return characteristics(check, 1, runs=runs, chance=np.random.default_rng(4), **asked)


def test_who_never_shows_it_passes_after_as_many_trials_as_lint_asks_for() -> None:
    """At rate 0 every run ends at the number below which `govkit protocol lint` refuses a plan."""
    for check in (stopping_check(), stopping_check(templates=20, most=200), stopping_check(correlation=0)):
        needed = further_to_pass(without_trials(check), alpha_of(check), len(check.scenarios))
        (point,) = points(check, runs=50, rates=(0.0,), correlations=(0.3,))
        assert needed is not None
        assert (point.passes, point.fails, point.trials) == (50, 0, 50 * needed)


def test_the_worse_a_candidate_the_seldomer_it_passes() -> None:
    """Over rising rates passes fall and failures rise; verdicts and the open ones are all the runs there were."""
    found = points(stopping_check(templates=20, most=200))
    assert [(point.correlation, point.rate) for point in found] == [
        (rho, rate) for rho in (0.0, 0.3) for rate in (0.0, 0.01, 0.05, 0.2, 0.5)
    ]
    for curve in (found[:5], found[5:]):
        assert [point.passes for point in curve] == sorted((point.passes for point in curve), reverse=True)
        assert [point.fails for point in curve] == sorted(point.fails for point in curve)
        assert all(point.passes + point.fails <= point.runs == 800 for point in curve)
        assert all(point.runs <= point.trials <= 200 * point.runs for point in curve)
        assert (curve[0].fails, curve[-1].passes) == (0, 0)
        assert curve[-1].fails > 780


def test_neither_verdict_is_wrong_more_often_than_stated() -> None:
    """At exactly the tolerance, with as much correlation as is granted and less: each in 5 % of 2,000 runs."""
    for point in points(stopping_check(), runs=2_000, rates=(0.05,), correlations=(0.0, 0.1, 0.3)):
        assert point.passes <= 0.065 * point.runs
        assert point.fails <= 0.065 * point.runs


def test_the_same_chance_gives_the_same_points() -> None:
    """Whoever repeats it with the same seed reads the same numbers; with another seed, others."""
    check = stopping_check()
    again = characteristics(
        check, 1, rates=(0.1,), correlations=(0.3,), runs=300, chance=np.random.default_rng(5)
    )
    first, second = (points(check, 300, rates=(0.1,), correlations=(0.3,)) for _ in range(2))
    assert first == second != again


def test_a_check_about_a_difference_has_none_and_says_so() -> None:
    """Neither a difference nor a fixed number of trials is simulated as if it were a rate with a stopping rule."""
    check = stopping_check()
    other = check.model_copy(update={"against": {"subject": "ai-stranger"}})
    fixed = check.model_copy(update={"criterion": check.criterion.model_copy(update={"stopping": None})})
    assert is_simulated(check)
    for each in (other, fixed):
        assert not is_simulated(each)
        with pytest.raises(ValueError, match="does not stop by a rule about a rate"):
            points(each)


@pytest.mark.parametrize(("rate", "correlation"), [(-0.1, 0.1), (1.1, 0.1), (0.1, -0.1), (0.1, 1.1)])
def test_what_is_no_rate_is_refused(rate: float, correlation: float) -> None:
    """A percentage given for a share does not become a curve."""
    with pytest.raises(ValueError, match="both are from 0 to 1"):
        points(stopping_check(), rates=(rate,), correlations=(correlation,))


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("mean", [0.0, 0.05, 0.5, 1.0])
def test_rates_of_templates_have_the_mean_and_correlation_asked_for(mean: float, correlation: float) -> None:
    """Over 100,000 templates: the mean within four standard errors, the variance within a twentieth."""
    rates = beta_rates(mean, correlation, (10_000, 10), np.random.default_rng(6))
    spread = correlation * mean * (1 - mean)
    assert rates.mean() == pytest.approx(mean, abs=4 * math.sqrt(spread / 100_000) + 1e-12)
    assert rates.var() == pytest.approx(spread, rel=0.05, abs=1e-12)
