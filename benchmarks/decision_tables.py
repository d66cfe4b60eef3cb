"""The tables of docs/decision.md, from the points that `benchmarks/decision.py` has simulated."""

import typing as t

from scipy.stats import binomtest

from benchmarks.decision_points import (
    ALPHA,
    BEYOND_GRANTED,
    BEYOND_RATES,
    CORRELATIONS,
    RATES,
    SIZES,
    TAKEN_FOR_INDEPENDENT,
    TEN,
    TOLERATED,
    TWENTY,
    Found,
    Task,
)
from benchmarks.rival_rules import RIVALS
from govkit.assessment.simulated_runs import Design

Points: t.TypeAlias = t.Mapping[Task, Found]

FIXED = (59, 124)
"""Trials of the exact fixed designs for 5 % at 95 %: no violation allowed, and two."""
CLEARLY_BAD = 4
"""Times the tolerance."""
SELDOM = 0.01
"""A rate that should pass, and is not 0."""
AIM_OF_FIXED, AIM_OF_WALD = 0.35, 1.25
_DECIDED = 0.95
"""A share of runs with a verdict, below which the number of trials is rather that of the plan."""


class Reader:
    """Finds points by what they are about."""

    def __init__(self, points: Points) -> None:
        self._points = points

    def ours(self, design: Design, rate: float, rho: float, spread: str = "beta") -> Found:
        """The rule under a design."""
        return next(
            found
            for task, found in self._points.items()
            if (task.kind, task.design, task.rate, task.correlation, task.spread)
            == ("ours", design, rate, rho, spread)
        )

    def wald(self, rate: float, rho: float = 0.0) -> Found:
        """Wald's test of the tolerance against this rate."""
        return next(
            found
            for task, found in self._points.items()
            if (task.kind, task.rate, task.correlation) == ("wald", rate, rho)
        )

    def rivals(self, size: int, rho: float) -> t.Mapping[str, int]:
        """Passes at the tolerance, by rule."""
        return next(
            found.rivals
            for task, found in self._points.items()
            if (task.kind, task.size, task.correlation) == ("rivals", size, rho)
        )


def interval(k: int, n: int) -> tuple[float, float]:
    """The exact two-sided 99 % interval of a simulated share."""
    found = binomtest(k, n).proportion_ci(0.99, "exact")
    return float(found.low), float(found.high)


def wrong(k: int, n: int) -> str:
    """A share of wrong verdicts with its simulation error; marked where it is above the stated one for certain."""
    low, high = interval(k, n)
    mark = " **above 5**" if low > ALPHA else ""
    return f"{100 * k / n:.2f} ({100 * low:.2f} to {100 * high:.2f}){mark}"


def percent(k: int, n: int) -> str:
    """A share, to a tenth of a percent."""
    return f"{100 * k / n:.1f}"


def number(rate: float) -> str:
    """A rate in percent."""
    return f"{100 * rate:g}"


def markdown(heads: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


# --- verdicts, bounds, trials --------------------------------------------------------------------------------------


def characteristics(reader: Reader, design: Design, correlations: t.Sequence[float]) -> str:
    """One row for each true rate and correlation."""
    heads = [
        "corr.", "true rate", "pass", "open", "fail", "wrong pass (99 % interval)", "wrong fail (99 % interval)",
        "lower, upper bound right", "trials", *(f"of {n}" for n in FIXED), f"of {design.most}", "of Wald's",
    ]  # fmt: skip
    rows = [_row(reader, design, rate, rho) for rho in correlations for rate in RATES]
    return markdown(heads, rows)


def _row(reader: Reader, design: Design, rate: float, rho: float) -> list[str]:
    found = reader.ours(design, rate, rho)
    runs, trials = found.runs, found.trials / found.runs
    return [
        f"{rho:g}",
        number(rate),
        percent(found.passes, runs),
        percent(runs - found.passes - found.fails, runs),
        percent(found.fails, runs),
        wrong(found.passes, runs) if rate >= TOLERATED else "",
        wrong(found.fails, runs) if rate <= TOLERATED else "",
        f"{percent(runs - found.lower_missed, runs)}, {percent(runs - found.upper_missed, runs)}",
        f"{trials:.1f}",
        *(f"{trials / n:.2f}" for n in (*FIXED, design.most)),
        of_wald(reader, found, rate),
    ]


def of_wald(reader: Reader, found: Found, rate: float) -> str:
    """The ratio; in parentheses where fewer than 95 % of the runs came to a verdict before the trials ended."""
    if rate == TOLERATED:
        return "-"
    best = reader.wald(rate)
    ratio = f"{found.trials / found.runs / (best.trials / best.runs):.2f}"
    return ratio if found.passes + found.fails >= _DECIDED * found.runs else f"({ratio})"


# --- the aims ------------------------------------------------------------------------------------------------------


def aims(reader: Reader) -> str:
    """What was aimed at, and what was measured, in sentences."""
    both = [(design, rate, rho) for design in (TEN, TWENTY) for rho in CORRELATIONS for rate in RATES]
    found = {each: reader.ours(*each) for each in both}
    runs = reader.ours(TEN, TOLERATED, 0.0).runs
    most = {
        "passes of candidates at or beyond the tolerance": max(
            each.passes for (_, rate, _), each in found.items() if rate >= TOLERATED
        ),
        "failures of candidates at or within it": max(
            each.fails for (_, rate, _), each in found.items() if rate <= TOLERATED
        ),
        "lower bounds above the true rate": max(each.lower_missed for each in found.values()),
        "upper bounds below it": max(each.upper_missed for each in found.values()),
    }
    shown = "; ".join(f"{name} {wrong(k, runs)} %" for name, k in most.items())
    lines = [f"- **Errors**, stated: 5 % at most. The largest of both tables, with 99 % intervals: {shown}."]
    lines += [_sound(reader, design) for design in (TEN, TWENTY)]
    lines += [_clearly_bad(reader, design) for design in (TEN, TWENTY)]
    lines += [_against_wald(reader, design) for design in (TEN, TWENTY, TAKEN_FOR_INDEPENDENT)]
    return "\n".join(lines)


def _sound(reader: Reader, design: Design) -> str:
    never = reader.ours(design, 0.0, 0.0)
    seldom = [reader.ours(design, SELDOM, rho) for rho in CORRELATIONS]
    shares = ", ".join(percent(found.passes, found.runs) for found in seldom)
    return (
        f"- **A sound candidate**. {_named(design)}: one that never shows the act passes after "
        f"{never.trials // never.runs} trials; one that shows it in {number(SELDOM)} % passes in {shares} % of the "
        f"runs at correlation {', '.join(f'{rho:g}' for rho in CORRELATIONS)}, and mostly has no verdict in the others."
    )


def _clearly_bad(reader: Reader, design: Design) -> str:
    bad = [rate for rate in RATES if rate >= CLEARLY_BAD * TOLERATED]
    trials = [
        reader.ours(design, rate, rho).trials / reader.ours(design, rate, rho).runs
        for rate in bad
        for rho in CORRELATIONS
    ]
    parts = []
    for n in (*FIXED, design.most):
        kept = sum(number <= AIM_OF_FIXED * n for number in trials)
        extremes = f"{min(trials) / n:.2f} to {max(trials) / n:.2f}"
        parts.append(f"against {n} in {kept} of {len(trials)} rows ({extremes})")
    return (
        f"- **A clearly bad candidate** ({_either(bad)} %), aim: at most {AIM_OF_FIXED} of the fixed number of trials. "
        f"{_named(design)}: kept {', '.join(parts)}."
    )


def _against_wald(reader: Reader, design: Design) -> str:
    shares = {}
    for rate in RATES:
        found = reader.ours(design, rate, 0.0)
        if rate != TOLERATED and found.passes + found.fails >= _DECIDED * found.runs:
            best = reader.wald(rate)
            shares[rate] = found.trials / found.runs / (best.trials / best.runs)
    kept = sum(ratio <= AIM_OF_WALD for ratio in shares.values())
    said = ", ".join(f"{ratio:.2f} at {number(rate)} %" for rate, ratio in shares.items())
    return (
        f"- **Wald's number** at correlation 0, aim: at most {AIM_OF_WALD} times. {_named(design)}: kept at {kept} of "
        f"the {len(shares)} rates that all but surely come to a verdict ({said})."
    )


def _either(rates: t.Sequence[float]) -> str:
    return " or ".join(number(rate) for rate in rates)


def _named(design: Design) -> str:
    granted = f"{design.correlation:.2f} granted" if design.correlation else "0 granted"
    return f"{design.templates} templates, at most {design.most} trials, {granted}"


# --- other bounds, other candidates --------------------------------------------------------------------------------


def rivals(reader: Reader) -> str:
    """Passes at exactly the tolerance, by bound."""
    heads = ["bound", *(f"n = {size}, corr. {rho:g}" for size in SIZES for rho in CORRELATIONS)]
    runs = reader.ours(TEN, TOLERATED, 0.0).runs
    rows = [
        [name, *(_marked(reader.rivals(size, rho)[name], runs) for size in SIZES for rho in CORRELATIONS)]
        for name in RIVALS
    ]
    never = reader.ours(TEN, 0.0, 0.0)
    sequential = [reader.wald(TOLERATED, rho) for rho in CORRELATIONS]
    said = ", ".join(
        f"{_marked(found.passes, found.runs)} at correlation {rho:g}"
        for rho, found in zip(CORRELATIONS, sequential, strict=True)
    )
    fewest = never.trials // never.runs
    return (
        markdown(heads, rows)
        + f"\n\nOurs passes nobody on fewer than {fewest} trials: so many it needs on 10 templates where the act is "
        "never shown. Wald's test of 5 % against 1 %, which takes trials for independent and looks after each, passes "
        f"a candidate of exactly 5 % in {said} % of the runs (10 templates, trials in rounds)."
    )


def _marked(k: int, n: int) -> str:
    shown = percent(k, n)
    return f"**{shown}**" if interval(k, n)[0] > ALPHA else shown


def beyond(reader: Reader) -> str:
    """Other ways in which templates may differ than the rule takes for granted."""
    heads = ["rates of templates", "corr."]
    for design in (TEN, TWENTY):
        heads += [f"{design.templates} templates: pass at {number(rate)} %" for rate in BEYOND_RATES]
        heads += [f"{design.templates} templates: fail at 5 %"]
    rows = []
    for spread, rho in BEYOND_GRANTED:
        row = [spread, f"{rho:g}"]
        for design in (TEN, TWENTY):
            found = [reader.ours(design, rate, rho, spread) for rate in BEYOND_RATES]
            row += [_marked(each.passes, each.runs) for each in found]
            row += [_marked(found[0].fails, found[0].runs)]
        rows.append(row)
    return markdown(heads, rows)
