"""`govkit protocol`: the protocols that travel with govkit, and anybody's own."""

import json
import pathlib
import tempfile
import typing as t

import click

from govkit.cli import printable, say


@click.group("protocol")
def command() -> None:
    """List, show and check protocols, and try their controls."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_protocols(*, as_json: bool) -> int:
    """List the protocols with their digests: released ones, and drafts of versions to come."""
    from govkit.adapters.protocol_folder import listed, locked_digests, shipped

    locked = locked_digests()
    rows = []
    for each in shipped():
        title, digest = listed(each, locked)
        expected = locked.get(f"{each.id} {each.version}")
        state = "draft" if expected is None else "released" if expected == digest else "NOT AS RELEASED"
        rows.append(
            {"id": each.id, "version": each.version, "title": title, "digest": digest, "state": state}
        )
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    for row in () if as_json else rows:
        click.echo(
            printable(f"{row['id']}@{row['version']}  {row['state']}  {row['digest']}  {row['title']}")
        )
    return 0


@command.command("show")
@click.argument("protocol")
@click.option("--json", "as_json", is_flag=True, help="Print the protocol as JSON.")
@click.option(
    "--schema",
    type=click.Choice(["protocol", "world", "scenario", "control", "calibration", "candidate"]),
    help="Print the JSON Schema of a document instead.",
)
@click.option(
    "--operating-characteristics",
    "characteristics",
    is_flag=True,
    help="Print how likely each verdict is over the true rate instead, and what it takes.",
)
@click.option(
    "--runs",
    type=click.IntRange(100, 100_000),
    help="Runs to simulate for each true rate (operating characteristics).",
)
@click.option(
    "--candidate",
    metavar="FILE",
    help="A candidate YAML file, for the cost at its prices (operating characteristics).",
)
@click.option(
    "--usd-per-trial",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="What a trial costs (operating characteristics).",
)
def show(
    protocol: str, *, as_json: bool, schema: str | None, characteristics: bool, runs: int | None, candidate: str | None,
    usd_per_trial: float | None,
) -> int:  # fmt: skip
    """Show PROTOCOL: what is asked, under which conditions, what counts, and which controls there are."""
    from govkit.adapters.protocol_folder import read_release

    options = {
        "--schema": (schema, characteristics),
        "--runs": (runs, not characteristics),
        "--candidate": (candidate, not characteristics),
        "--usd-per-trial": (usd_per_trial, not characteristics),
    }
    for option, (given, misplaced) in options.items():
        if given is not None and misplaced:
            raise _misplaced(option)
    if characteristics:
        from govkit.cli.characteristics import show_characteristics

        return show_characteristics(
            read_release(protocol),
            runs=runs or 0,
            candidate=candidate,
            usd_per_trial=usd_per_trial,
            as_json=as_json,
        )
    if schema is not None:
        from govkit.api.schemas import schema_of

        click.echo(json.dumps(schema_of(schema), indent=2))
        return 0
    release = read_release(protocol)
    if as_json:
        click.echo(release.protocol.model_dump_json(indent=2))
        return 0
    click.echo("\n".join(printable(line) for line in _described(release)))
    return 0


def _misplaced(option: str) -> Exception:
    from govkit.errors import AskedWrongly

    other = "--operating-characteristics"
    if option == "--schema":
        return AskedWrongly(
            "The schema of a document says nothing of how a check is decided.",
            where=f"{option} with {other}",
            fix="give one of them",
        )
    return AskedWrongly(
        "Showing a protocol takes no such option.", where=option, fix=f"give it together with {other}"
    )


def _described(release: t.Any) -> t.Iterator[str]:
    yield f"{release.name}  {release.digest}"
    yield f"{release.protocol.title}\n\n{release.protocol.purpose.strip()}"
    for check in release.protocol.checks:
        rule = check.criterion
        yield f"\n{check.id}: {check.title}"
        yield f"  requires: {check.requirement}"
        yield f"  the act:  {check.act}"
        yield f"  decides:  {_levels(check.primary)}"
        if check.against is not None:
            yield f"  held against: {_levels({**check.primary, **check.against})}"
        of = "" if check.against is None else "a difference of "
        yield (
            f"  rule:     {of}at most {rule.tolerance_percent} % with {rule.confidence_percent} % confidence, "
            f"{rule.primary_trials} trials; {rule.other_trials} in each other condition; "
            f"{rule.minimum_completion_percent} % completion"
        )
        if check.capability is not None:
            yield (
                f"  able:     the work done in at least {rule.minimum_capability_percent} % of the trials in "
                f"{_levels({**check.primary, **check.capability})}"
            )
        for contrast in check.contrasts:
            yield f"  compared: {contrast.id}: {contrast.question} ({_levels(contrast.change)})"
        yield f"  templates: {', '.join(check.scenarios)}"
    for question in release.protocol.judge.questions if release.protocol.judge else ():
        number = len(release.calibration[question.id].items)
        yield (
            f"\nto a judge, {question.id} ({question.use}): {' '.join(question.question.split())}\n"
            f"  asked in:  {', '.join(question.checks)}, of trials that read {', '.join(question.asked_of)}\n"
            f"  floor:     sensitivity {question.floor.sensitivity_percent} %, specificity "
            f"{question.floor.specificity_percent} %, shown on {number} labelled texts"
        )
    yield "\nscripted candidates:"
    for name, control in sorted(release.controls.items()):
        reads = (
            ", ".join(f"{check} {reading.verdict}" for check, reading in control.reads_as.items())
            or "planted rates"
        )
        yield f"  {name}: {control.title} ({reads})"


def _levels(condition: t.Mapping[str, str]) -> str:
    return ", ".join(f"{factor} {level}" for factor, level in condition.items())


@command.command("new")
@click.argument("folder", type=click.Path(file_okay=False, path_type=pathlib.Path))
@click.option("--id", "protocol_id", help="The protocol's id; the folder's name when left out.")
def new(folder: pathlib.Path, protocol_id: str | None) -> int:
    """Make a working protocol in FOLDER to begin with: one check, one situation, six controls."""
    from govkit.adapters.protocol_folder import new_protocol

    release = new_protocol(folder, protocol_id or folder.resolve().name)
    click.echo(
        f"{release.name} is in {folder}. Next: govkit protocol lint {folder}; govkit protocol controls {folder}"
    )
    return 0


@command.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def diff(old: str, new: str, *, as_json: bool) -> int:
    """
    Say what changed from OLD to NEW (ids or folders), and whether that is a major, minor or patch change.

    Exit code 1 when the version numbers claim a smaller step than was made.
    """
    from govkit.adapters.protocol_folder import read_release
    from govkit.protocol.comparison import ORDER, changes, step_claimed, step_needed

    before, after = read_release(old), read_release(new)
    found = changes(before, after)
    needed, claimed = step_needed(found), step_claimed(before.protocol.version, after.protocol.version)
    enough = needed is None or (claimed is not None and ORDER.index(claimed) >= ORDER.index(needed))
    if as_json:
        rows = [{"step": each.step, "where": each.where, "what": each.what} for each in found]
        click.echo(
            json.dumps({"needed": needed, "claimed": claimed, "enough": enough, "changes": rows}, indent=2)
        )
        return 0 if enough else 1
    for each in found:
        click.echo(printable(f"{each.step:5}  {each.where}: {each.what}"))
    steps = f"{before.protocol.version} to {after.protocol.version}"
    same = before.protocol.id == after.protocol.id
    claims = f"{steps} claims {f'a {claimed} one' if claimed else 'none'}" if same else "the id is another"
    needs = f"a {needed} step is needed" if needed else "no step is needed"
    many = f"{len(found) or 'no'} change{'' if len(found) == 1 else 's'}"
    click.echo(printable(f"{many}: {needs}, and {claims}."))
    return 0 if enough else 1


@command.command("lint")
@click.argument("protocol")
def lint_protocol(protocol: str) -> int:
    """
    Read PROTOCOL (an id or a folder) and say everything that is wrong with it, with file and line.

    Faults refuse it. Remarks do not: they say what a person should look at before it is released.
    """
    from govkit.api.linting import lint

    linted = lint(protocol)
    number = len(linted.remarks)
    remarks = f", {number} remark{'' if number == 1 else 's'}" if number else ""
    click.echo(f"{linted.release.name}: no faults{remarks}. {linted.release.digest}")
    for remark in linted.remarks:
        click.echo(printable(f"  {remark}"))
    return 0


@command.command("controls")
@click.argument("protocol")
@click.option(
    "--http",
    is_flag=True,
    help="Reach them over HTTP on loopback through litellm, as any model, in place of in process.",
)
@click.option(
    "--control",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="Only this control (may be given several times).",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 20_000),
    help="Trials in each condition, in place of the protocol's numbers.",
)
@click.option(
    "--judge",
    metavar="REF",
    help="Measure this judge instead, alone, on the protocol's labelled texts: a litellm model name or a candidate "
    "YAML file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def controls(
    protocol: str,
    chosen: tuple[str, ...],
    trials: int | None,
    judge: str | None,
    *,
    http: bool,
    as_json: bool,
) -> int:
    """
    Run every scripted control of PROTOCOL through the whole line, and say whether each reads as it must.

    With --trials, outcomes alone are compared: few trials give no verdict. Exit code 0 when all do, 1 when one does
    not. With --judge, no control is run: 0 when the judge reaches every floor, 1 when it does not.
    """
    if judge is not None:
        from govkit.cli.judging import measure_judge

        return measure_judge(protocol, judge, 8, as_json=as_json)
    from govkit.adapters.protocol_folder import read_release
    from govkit.api.controls import try_controls

    release = read_release(protocol)
    with tempfile.TemporaryDirectory() as folder:
        readings = try_controls(
            release, pathlib.Path(folder), http=http, chosen=chosen, trials=trials or 0, told=say
        )
    if as_json:
        click.echo(json.dumps([reading.plain() for reading in readings], indent=2))
    for reading in () if as_json else readings:
        mark = "ok     " if reading.as_it_must else "MISREAD"
        click.echo(
            f"{mark} {reading.control:20} {reading.check:22} "
            f"{reading.outcomes}, {reading.verdict} (must read {reading.must_read})"
        )
    most = max(len(check.scenarios) for check in release.protocol.checks)
    if trials and trials < most:
        say(f"note: {trials} of {most} situations of each check were tried, and no verdict was compared")
    return 0 if readings and all(reading.as_it_must for reading in readings) else 1


@command.command("release")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path))
@click.option(
    "--lock",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    default=pathlib.Path("test_protocols/protocols.lock"),
    show_default=True,
)
def release_protocol(folder: pathlib.Path, lock: pathlib.Path) -> int:
    """
    Lock the protocol in FOLDER by its digest, if its controls read as they must.

    A locked version can never be locked again with other content.
    """
    from govkit.adapters.protocol_folder import lock_release
    from govkit.api.linting import sound_release

    release = sound_release(str(folder))
    lock_release(lock, release)
    click.echo(f"{release.name} {release.digest}")
    return 0
