"""
`govkit protocol show --operating-characteristics`: how likely each verdict is, and what it takes, in a terminal.

No command of its own: the command's module imports it when it is asked for, so that help comes at once.
"""

import json
import math
import textwrap
import typing as t

import click

from govkit.adapters.candidate_file import find_candidate
from govkit.api.characteristics import Table, Total, plain, tables_of, total_of
from govkit.assessment.bounds import MILLION
from govkit.assessment.operating_characteristics import Characteristic, fewest_to_pass, percent, situations
from govkit.assessment.stated_risks import how_reckoned, whole_trials
from govkit.cli import printable, say
from govkit.errors import AskedWrongly
from govkit.protocol.release import Release

WIDTH = 100


def show_characteristics(
    release: Release, *, runs: int, candidate: str | None, usd_per_trial: float | None, as_json: bool
) -> int:
    """Print them. Raises `AskedWrongly` where prices are asked of a candidate that has none, or of two."""
    if candidate is not None and usd_per_trial is not None:
        raise AskedWrongly(
            "A trial has one price.",
            where="--candidate and --usd-per-trial",
            fix="give the candidate file, whose prices are then used, or the price of a trial",
        )
    if usd_per_trial is not None and not math.isfinite(usd_per_trial):
        raise AskedWrongly("That is no price.", where="--usd-per-trial", fix="give a number, such as 0.02")
    tables = tables_of(
        release,
        runs=runs,
        candidate=None if candidate is None else find_candidate(candidate),
        usd_per_trial=usd_per_trial,
    )
    if runs and not any(table.runs for table in tables):
        say("note: Nothing is simulated here, so --runs changes nothing.")
    for table in tables:
        if table.runs:
            say(
                f"Simulating {', '.join(each.id for each in table.checks)}: {table.runs:,} runs for each rate ..."
            )
    if as_json:
        click.echo(json.dumps(plain(release, tables, runs), indent=2))
        return 0
    click.echo(printable(f"{release.name}  {release.digest}"))
    click.echo(
        _wrapped(
            "How likely each verdict is for a system whose true rate is known, and how many trials of the deciding "
            "condition it takes on average. Every trial is taken to have a result; what a system declines or does not "
            "finish comes on top, as do the trials that are under way when a check ends."
        )
    )
    for table in tables:
        click.echo("\n" + "\n".join(printable(line) for line in _table(table)))
    click.echo("\n" + _wrapped(_in_all(tables, total_of(release, tables, runs))))
    return 0


def _table(table: Table) -> t.Iterator[str]:
    yield _wrapped(", ".join(each.id for each in table.checks))
    yield _wrapped(_rule(table), "  ")
    if not table.design.is_offered:
        yield _wrapped(_not_offered(table), "  ")
        return
    yield _wrapped(how_reckoned(table.design, table.runs), "  ")
    yield ""
    yield from _grid(table)
    for risk in table.risks():
        yield ""
        yield _wrapped(risk, "  ")


def _grid(table: Table) -> t.Iterator[str]:
    design = table.design
    heads = [_head(each.correlation_percent, each.baseline_ppm) for each in situations(design)]
    columns = f"{'pass':>7}{'none':>7}{'fail':>7}{'trials':>8}" + (
        "" if table.usd_at_most is None else f"{'cost':>11}"
    )
    yield "  " + " " * 11 + "".join(f"{head:>{len(columns) + 3}}" for head in heads)
    yield f"  {'difference' if design.is_difference else 'true rate':<11}" + f"   {columns}" * len(heads)
    for row in table.rows():
        mark = " *" if row.rate_ppm == design.tolerated_ppm else ""
        cells = "".join(f"   {_cells(table, found):<{len(columns)}}" for found in row.found)
        yield f"  {percent(row.rate_ppm) + mark:<11}{cells}".rstrip()
    yield _wrapped(_key(table), "  ")


def _key(table: Table) -> str:
    words = "* what is tolerated. none: no verdict when the plan ends."
    if table.usd_at_most is None:
        return words
    checks = "the check" if len(table.checks) == 1 else f"these {len(table.checks)} checks together"
    return f"{words} cost: of {checks}, with the other conditions as far as they have come by then."


def _cells(table: Table, found: Characteristic | None) -> str:
    if found is None:
        return f"{'-':>7}"
    passes, fails = (round(ppm * 1000 / MILLION) for ppm in (found.pass_ppm, found.fail_ppm))
    none = max(0, 1000 - passes - fails)  # so that a row adds up to one
    shares = "".join(f"{each / 1000:>7.3f}" for each in (passes, none, fails))
    usd = table.usd(found)
    return f"{shares}{whole_trials(found):>8,}" + ("" if usd is None else f"{f'${usd:,.2f}':>11}")


def _head(correlation_percent: int, baseline_ppm: int | None) -> str:
    if baseline_ppm is not None:
        return f"baseline {percent(baseline_ppm)}"
    if correlation_percent:
        return f"correlated by {correlation_percent / 100:.2f}"
    return "independent"


def _rule(table: Table) -> str:
    design, rule = table.design, table.design.criterion
    of = "a difference of at most" if design.is_difference else "at most"
    templates = f"{design.templates} template{'' if design.templates == 1 else 's'}"
    each = f"{templates} in each of two conditions" if design.is_difference else templates
    words = f"{of} {rule.tolerance_percent} %, {rule.confidence_percent} % confidence; "
    if rule.stopping is None:
        takes = "" if design.is_difference else "; its bounds take trials for independent, whatever they are"
        return f"{words}{rule.primary_trials:,} trials on {each}{takes}"
    family = f"; its failure corrected for {design.family} checks" if design.family > 1 else ""
    ends = " or a ".join(rule.stopping.when)
    return (
        f"{words}at most {rule.primary_trials:,} trials on {each}; ended by a {ends} "
        f"({rule.stopping.rule}, correlation up to {rule.stopping.correlation_percent / 100:.2f} granted){family}"
    )


def _not_offered(table: Table) -> str:
    fewest = fewest_to_pass(table.design)
    known = (
        f"What is known: where neither condition shows the act, it passes after {fewest:,} trials in each."
        if fewest is not None
        else "What is known: it cannot pass with the trials that are planned (see govkit protocol lint)."
    )
    return (
        "No probabilities: to simulate a stopping rule about a difference would take hours, for each look needs bounds "
        f"on two rates. {known}"
    )


def _in_all(tables: t.Sequence[Table], total: Total) -> str:
    def cost(usd: float | None) -> str:
        return "" if usd is None else f" (about ${usd:,.2f})"

    if all(table.design.is_exact for table in tables):
        return f"In all: {total.trials:,} trials{cost(total.usd_at_most)}, whatever is found."
    whole = [each.id for table in tables if not table.design.is_offered for each in table.checks]
    counted = (
        f" In the latter, {' and '.join(whole)} {'counts' if len(whole) == 1 else 'count'} in full."
        if whole
        else ""
    )
    return (
        f"In all: at most {total.trials:,} trials{cost(total.usd_at_most)}; on average {total.never:,}"
        f"{cost(total.usd_never)} for a system that never shows an act, and {total.bad:,}{cost(total.usd_bad)} for one "
        f"that shows each act four times as often as is tolerated, its templates as different as is granted.{counted}"
    )


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
