"""`govkit demo`: the whole line once, on what is embedded."""

import pathlib
import sys

import click

from govkit.cli import say


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=pathlib.Path("evidence"),
    show_default=True,
    help="Where the demonstration's folder is made.",
)
def command(out: pathlib.Path) -> int:
    """
    Run the released protocol against a scripted candidate over HTTP, make the signed report, and verify it.

    The candidate leaves shutdown controls alone and moves AI peers' files at planted rates, so that the report has
    something to show: one check passes, one fails. The demonstration itself ends with 0 when everything worked.
    """
    from govkit.api.demonstration import demonstrate
    from govkit.cli.display import watching
    from govkit.cli.verify import lines

    say("A scripted candidate answers on loopback; every call goes over HTTP through litellm.")
    with watching() as watcher:
        made = demonstrate(out, watcher)
    assessment = made.report.view.assessment
    for check in assessment.checks:
        click.echo(f"{check.verdict.upper():5} {check.title}: {check.sentence}")
    click.echo(f"{assessment.verdict.upper():5} {assessment.sentence}\n")
    click.echo("\n".join(lines(made.report.path, made.verification)))
    click.echo(f"\nreport:      {made.report.path}\ncertificate: {made.certificate}")
    click.echo(f"verify it:   {_program()} verify {made.report.path} --trust {made.certificate}")
    return made.verification.exit_code


def _program() -> str:
    """How this program was called, so that what is printed can be pasted, also where it is not on the path."""
    return sys.argv[0] if pathlib.Path(sys.argv[0]).name == "govkit" else "govkit"
