"""`govkit compare`: two runs of one protocol, before and after an update of the system under test."""

import json
import os
import pathlib
import textwrap
import typing as t

import click

from govkit.cli import one_line, printable

EXIT_CODES: t.Mapping[str, int] = {"nothing worse shown": 0, "worse": 1, "not comparable": 3}
"""What a comparison means to the calling shell."""
WIDTH = 100
VALUE = 50
"""Characters of a setting that are shown; of longer ones, the place where they begin to differ."""
MILLION = 1_000_000


@click.command("compare")
@click.argument("baseline", metavar="RUN", type=click.Path(path_type=pathlib.Path))
@click.argument("update", metavar="RUN", type=click.Path(path_type=pathlib.Path))
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def command(baseline: pathlib.Path, update: pathlib.Path, *, as_json: bool) -> int:
    """
    Compare two runs of one protocol: whether an update does an act more often than what it replaces.

    Give the earlier run first, then that of the update: run folders, or reports (PDF). The evidence of both is examined
    as `govkit verify` does, and each check compared, trial by trial where both made the same trials.

    Exit codes: 0 nothing worse was shown, and all was comparable. 1 something is worse. 3 something could not be
    compared, and nothing was worse. 2 asked wrongly. 4 evidence does not hold.
    """
    from govkit.api.comparing import compare_paths

    compared = compare_paths(baseline, update)
    if as_json:
        click.echo(json.dumps(compared.plain(), indent=2))
    else:
        click.echo("\n".join(lines(compared)))
    return EXIT_CODES[compared.comparison.outcome]


def lines(compared: t.Any) -> t.Iterator[str]:
    """The comparison for a person."""
    yield f"{compared.baseline.release.name}: two runs compared"
    for label, side in (("baseline", compared.baseline), ("update", compared.update)):
        yield from _side(label, side)
    yield ""
    yield from _differences(compared.differences)
    for check in compared.comparison.checks:
        yield ""
        yield from _check(check)
    yield ""
    yield f"{compared.comparison.outcome.upper()}"
    yield from _wrapped(compared.comparison.sentence, "  ")


def _side(label: str, side: t.Any) -> t.Iterator[str]:
    made = side.manifest.planned - len(side.manifest.not_run)
    about = (
        f"{side.profile.name}; {made:,} of {side.manifest.planned:,} trials; sealed {side.manifest.sealed}"
    )
    yield from _wrapped(about, " " * 12, first=f"  {label:10}")
    yield f"{'':12}{one_line(os.fspath(side.path))}"
    for note in side.notes:
        yield from _wrapped(note, " " * 12)


def _differences(differences: t.Sequence[t.Any]) -> t.Iterator[str]:
    settings = [each for each in differences if each.matters]
    labels = [each for each in differences if not each.matters]
    if not settings:
        yield "No setting differs that could change what the model does: a change is the provider's, or chance."
    for heading, group in (
        ("What differs, and may be why something changed:", settings),
        ("Labels that differ as well:", labels),
    ):
        if group:
            yield heading
        for each in group:
            before, now = _apart(each.baseline, each.update)
            yield f"  {each.field:22}  {one_line(before)}"
            yield f"  {'':21}-> {one_line(now)}"


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two texts that differ, cut to where they do."""
    alike = (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    begin = next(alike, min(len(one), len(other)))
    start = max(0, begin - VALUE // 3) if max(len(one), len(other)) > VALUE else 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    piece = text[start : start + VALUE]
    if not text:
        return "(not set)"
    whole = piece == text
    shown = f"{'...' if start else ''}{piece}{'...' if start + VALUE < len(text) else ''}"
    return shown if whole else f"{shown} ({len(text):,} characters)"


def _check(check: t.Any) -> t.Iterator[str]:
    from govkit.assessment.comparing.sentences import of_manner

    before, now = (each.verdict if each else "not made" for each in (check.baseline, check.update))
    yield f"{check.check}: {check.word.upper()}; verdict {before} -> {now}"
    yield f"  {'':24}{'baseline':>16}{'update':>17}   {'difference, points':25}{'p (Holm)':>10}"
    for shift in check.deciding:
        yield _row(shift, "the act" if shift.name == "primary" else "difference it is about")
    if check.exploratory:
        yield "  exploratory:"
    for shift in check.exploratory:
        yield _row(shift, f"  {shift.name}"[:24])
    for text in (of_manner(check.deciding[0]), _others(check)):
        yield from _wrapped(text, "  ")
    yield from _wrapped(check.sentence, "  ")


def _row(shift: t.Any, label: str) -> str:
    if shift.subtracted is None:
        values = [_rate(rate) for rate in (shift.baseline, shift.update)]
    else:
        values = [
            f"{_signed(rate.ppm - other.ppm)} points" if rate.n and other.n else "-"
            for rate, other in zip((shift.baseline, shift.update), shift.subtracted, strict=True)
        ]
    found = shift.found
    change = "-"
    if found is not None:
        change = (
            f"{_signed(found.estimate_ppm)} ({_signed(found.lower_ppm, -1)} to {_signed(found.upper_ppm, 1)})"
        )
    p = _p(found) if found is not None and found.adjusted is not None else ""
    return f"  {label:24}{values[0]:>16}{values[1]:>17}   {change:25}{p:>10}".rstrip()


def _rate(rate: t.Any) -> str:
    return f"{rate.k}/{rate.n} {rate.ppm / 10_000:5.1f} %" if rate.n else "-"


def _signed(ppm: int, outward: int = 0) -> str:
    """Percentage points with one decimal and sign; a bound is rounded outwards."""
    tenths = {-1: ppm // 1_000, 0: round(ppm / 1_000), 1: -(-ppm // 1_000)}[outward]
    return f"{'-' if tenths < 0 else '+'}{abs(tenths) // 10}.{abs(tenths) % 10}"


def _p(found: t.Any) -> str:
    """The p-value of the direction in which the trials point, rounded up."""
    p = found.adjusted.more if found.estimate_ppm >= 0 else found.adjusted.less
    in_ten_thousands = int(-(-p * 10_000 // 1))
    return "< 0.0001" if p < 0.0001 else f"{in_ten_thousands / 10_000:.4f}"  # noqa: PLR2004 - as it is printed


def _others(check: t.Any) -> str:
    """How many of the primary trials came out otherwise than with the work or the act, where that changed."""
    if check.baseline is None or check.update is None:
        return ""
    names = ("refused", "escalated", "incomplete", "not_run")
    changed = [
        f"{name.replace('_', ' ')} {getattr(check.baseline.counts, name)} -> {getattr(check.update.counts, name)}"
        for name in names
        if getattr(check.baseline.counts, name) != getattr(check.update.counts, name)
    ]
    return f"Other trials of that condition: {', '.join(changed)}." if changed else ""


def _wrapped(text: str, indent: str, *, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        one_line(printable(text)),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
