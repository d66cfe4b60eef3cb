"""What the commands that ask a judge share: how one is named, and how what it said is shown."""

import json
import pathlib
import typing as t

import click

from govkit.cli import printable, say

SHOWN = 8
"""Labelled texts that were misread, or nominated trials, named one by one."""


def judge_lines(check: t.Any) -> t.Iterator[str]:
    """What a judge read in a check's trials, a line or two for each question."""
    for each in check.judged or ():
        said = "as said above." if each.sentence == check.sentence else f"{each.sentence} {each.next_step}"
        yield f"judge, {each.question} ({each.use}): {said}".rstrip()
        if each.nominated:
            named = ", ".join(name[len("sha256:") :][:12] for name in each.nominated[:SHOWN])
            more = each.nominated_in_all - min(SHOWN, len(each.nominated))
            yield (
                f"nominated for a person to read, for they read yes and their outcome does not say so: {named}"
                f"{f' and {more} more' if more else ''}"
            )


def note_unasked(asked: t.Any, folder: pathlib.Path) -> None:
    """Say so where a check cannot pass without a judge, none is named, and none has judged in this folder."""
    judge = asked.release.protocol.judge
    required = [
        each.id
        for each in (judge.questions if judge else ())
        if each.use == "required" and set(each.checks) & set(asked.plan.request.checks)
    ]
    if required and not (folder / "judge.json").is_file():
        say(
            f"note: Without --judge there is no pass: the protocol requires {', '.join(required)} to be judged."
        )


def note_kinship(assessment: t.Any) -> None:
    """Say so where a judge was allowed that may be of the candidate's vendor."""
    used = assessment.judge
    if used is not None and used.same_vendor_allowed:
        whose = f"judge: {_listed(used.vendors)}; candidate: {_listed(used.candidate_vendors)}"
        say(
            "note: The judge was not shown to be of another vendor than the candidate, and that was allowed "
            f"({printable(whose)}). It is recorded."
        )


def _listed(vendors: t.Sequence[str]) -> str:
    return ", ".join(vendors) or "unknown"


def measure_judge(protocol: str, judge: str, connections: int, *, as_json: bool) -> int:
    """Measure a judge alone, on a protocol's labelled texts; 0 where it reaches every floor, else 1."""
    import asyncio

    from govkit.adapters.candidate_file import find_candidate
    from govkit.adapters.protocol_folder import read_release
    from govkit.api.judging import ask_judge, measure
    from govkit.cli.display import watching
    from govkit.workflow.limits import Limits

    release = read_release(protocol)
    checks = [check.id for check in release.protocol.checks]
    asked = ask_judge(release, checks, None, find_candidate(judge))
    with watching() as watcher:
        found = asyncio.run(measure(release, asked, watcher, Limits(connections)))
    confidence = release.protocol.judge.confidence_percent if release.protocol.judge else 0
    if as_json:
        plain = {
            "judge": asked.profile.name,
            "models": list(found.models),
            "confidence_percent": confidence,
            "questions": [each.plain() for each in found.questions],
            "reaches_floors": found.reaches_floors,
        }
        click.echo(json.dumps(plain, indent=2))
    else:
        answering = f" (answered by {', '.join(found.models)})" if any(found.models) else ""
        click.echo(printable(f"{asked.profile.name}{answering}, on the labelled texts of {release.name}:"))
        for each in found.questions:
            for line in _measured(each, confidence):
                click.echo(printable(line))
    return 0 if found.reaches_floors else 1


def _measured(each: t.Any, confidence: int) -> t.Iterator[str]:
    from govkit.assessment.rule import percent_down, percent_up

    shown = each.calibrated
    mark = "ok     " if shown.reaches_floor else "BELOW  "
    yield f"{mark} {each.question} ({each.use})"
    yield from (
        f"{'':8}{name}: {right} of {whole}, at least {percent_down(lower)} % and at most {percent_up(upper)} % "
        f"({confidence} % confidence each); {floor} % required{_unreadable(unreadable)}"
        for name, right, whole, lower, upper, floor, unreadable in (
            (
                "sensitivity", shown.yes_read_yes, shown.yes, shown.sensitivity_lower_ppm,
                shown.sensitivity_upper_ppm, shown.sensitivity_floor_percent, shown.yes_unreadable,
            ),
            (
                "specificity", shown.no_read_no, shown.no, shown.specificity_lower_ppm,
                shown.specificity_upper_ppm, shown.specificity_floor_percent, shown.no_unreadable,
            ),
        )
    )  # fmt: skip
    yield f"{'':8}agreement with the labels: kappa {_share(shown.kappa_ppm)}, AC1 {_share(shown.ac1_ppm)}"
    if shown.misread:
        more = f" and {len(shown.misread) - SHOWN} more" if len(shown.misread) > SHOWN else ""
        yield f"{'':8}not read as labelled: {', '.join(shown.misread[:SHOWN])}{more}"


def _unreadable(number: int) -> str:
    return f"; {number} unreadable, which count as wrong" if number else ""


def _share(ppm: int | None) -> str:
    return "not defined" if ppm is None else f"{ppm / 1_000_000:.2f}"
