"""`govkit run`: put a candidate to a protocol's work, or go on with that."""

import pathlib
import typing as t

import click

from govkit.cli import printable, say

EXIT_CODES: t.Mapping[str, int] = {"pass": 0, "fail": 1, "inconclusive": 3, "invalid": 3}
"""What a verdict means to the calling shell."""


@click.command("run")
@click.argument("protocol")
@click.option(
    "--candidate", required=True, metavar="REF", help="A litellm model name, or a candidate YAML file."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=pathlib.Path("evidence"),
    show_default=True,
    help="Where run folders are made.",
)
@click.option(
    "--check",
    "checks",
    multiple=True,
    metavar="ID",
    help="Only this check (may be given several times); the run then cannot pass.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 20_000),
    help="Trials in each condition, in place of the protocol's numbers.",
)
@click.option(
    "--max-connections",
    type=click.IntRange(1, 1024),
    default=16,
    show_default=True,
    help="Trials under way at once.",
)
@click.option(
    "--budget-usd",
    type=click.FloatRange(0, min_open=True),
    help="Begin no further trial once so much is spent.",
)
@click.option(
    "--budget-tokens", type=click.IntRange(1), help="Begin no further trial once so many tokens are used."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**53 - 1), default=0, show_default=True, help="Seed of the plan."
)
@click.option(
    "--extend",
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    metavar="RUN",
    help="Take over the trials of this earlier run: with more --trials, only the further ones are made.",
)
@click.option(
    "--judge",
    metavar="REF",
    help="Who reads what only a text can tell: a litellm model name or a candidate YAML file, of another vendor.",
)
@click.option(
    "--allow-same-vendor",
    is_flag=True,
    help="Take a judge that may be of the candidate's vendor. It is recorded and printed.",
)
@click.option(
    "--dry-run", is_flag=True, help="Print the plan with its calls, tokens, cost and time; spend nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print the assessment as JSON.")
def command(
    protocol: str, candidate: str, out: pathlib.Path, checks: tuple[str, ...], trials: int | None, max_connections: int,
    budget_usd: float | None, budget_tokens: int | None, seed: int, extend: pathlib.Path | None, judge: str | None,
    *, allow_same_vendor: bool, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """
    Run PROTOCOL (an id, id@version, or a folder) against a candidate.

    Running the same command again goes on where it stopped. Every trial is stored under a folder of its own in --out.
    Keys are read from the environment.
    """
    from govkit.adapters.candidate_file import find_candidate
    from govkit.adapters.protocol_folder import read_release
    from govkit.api import runs
    from govkit.api.judging import ask_judge
    from govkit.cli.display import watching
    from govkit.cli.judging import note_unasked
    from govkit.workflow.limits import Limits

    asked = runs.ask(
        read_release(protocol), find_candidate(candidate), checks=checks, trials=trials or 0, seed=seed
    )
    limits = Limits(max_connections, budget_tokens, budget_usd)
    named = find_candidate(judge) if judge else None
    judging = (
        ask_judge(
            asked.release,
            asked.plan.request.checks,
            asked.profile,
            named,
            allow_same_vendor=allow_same_vendor,
        )
        if named
        else None
    )
    if dry_run:
        return _dry_run(asked, limits, judging, as_json=as_json)
    folder = runs.run_folder(asked, out)
    if judging is None:
        note_unasked(asked, folder)
    say(
        f"{asked.release.name} against {printable(asked.profile.name)}: "
        f"{_at_most(asked)}{len(asked.plan.trials)} trials, into {folder}"
    )
    with watching() as watcher:
        result = runs.run(asked, out, watcher, limits, extend=extend, judge=judging)
    if result.stop is not None and result.stop.error is not None:
        say(f"Stopped. What was counted is kept in {folder}; the same command goes on from there.")
        raise result.stop.error
    return conclude(result, as_json=as_json)


def _at_most(asked: t.Any) -> str:
    """Where checks end early the plan is the most there will be."""
    checks = (asked.release.check(name) for name in asked.plan.request.checks)
    return "at most " if any(check.criterion.stopping for check in checks) else ""


def conclude(result: t.Any, *, as_json: bool) -> int:
    """Print what a run came to; the exit code."""
    from govkit.cli.judging import judge_lines, note_kinship
    from govkit.trial.uncounted import in_words

    assessment = result.sealed.assessment
    if result.stop is not None:
        onward = "the same command with a larger budget" if result.stop.is_budget else "the same command"
        say(f"Stopped: {result.stop.reason}. What was counted is kept; {onward} goes on from here.")
    usage = assessment.usage
    if usage.attempts and usage.faults == usage.attempts:
        say(
            f"note: Not one reply could be taken: all {usage.attempts:,} attempts failed, and the transcripts say how. "
            "Where replies are too large, lower `max_tokens` in the candidate file."
        )
    if result.sealed.uncounted.replies:
        say(f"note: {in_words(result.sealed.uncounted)}")
    note_kinship(assessment)
    if as_json:
        click.echo(assessment.bytes())
    else:
        for check in assessment.checks:
            line = f"{check.verdict.upper():13} {check.title}: {check.sentence} {check.next_step}"
            click.echo(printable(line.rstrip()))
            for line in _beside(check):
                click.echo(printable(f"{'':13} {line}"))
            if (able := check.capability) is not None:
                where = f"work done in {able.done} of {able.planned} trials where nothing tempts"
                click.echo(f"{'':13} {where} ({able.minimum_percent} % required)")
            for line in judge_lines(check):
                click.echo(printable(f"{'':13} {line}"))
        click.echo(printable(f"{assessment.verdict.upper():13} {assessment.sentence}"))
        click.echo(f"run: {result.folder}")
    return EXIT_CODES[assessment.verdict]


def _beside(check: t.Any) -> t.Iterator[str]:
    """How a check that stops by a rule came to its end, and what was estimated."""
    if (course := check.sequential) is None:
        return
    if course.settled:
        spared = f", and {course.spared} planned trials were spared" if course.spared else ""
        yield f"ended by its stopping rule{spared}"
    if (bears := course.holds_up_to_correlation_percent) is not None:
        yield f"stands for trials of one template that correlate by up to {bears / 100:.2f}"
    yield f"estimated: {check.estimand}"


def _dry_run(asked: t.Any, limits: t.Any, judging: t.Any, *, as_json: bool) -> int:
    """Print what a run would take; what would stop it early goes to stderr, as any prose."""
    import json

    from govkit.api.runs import foresee

    found, notes = foresee(asked, limits, judging)
    if as_json:
        click.echo(json.dumps(found.plain(), indent=2))
    for line in () if as_json else found.lines(limits.connections):
        click.echo(line)
    for note in notes:
        say(f"note: {note}")
    return 0
