"""`govkit waive`: bear with one result of one requirement until a day, with a reason and a risk owner."""

import typing as t

import click

from govkit.cli.approve import show_kept, signer_of, signing_options
from govkit.cli.asking import asked_with, gate_options


@click.command("waive")
@click.argument("requirement")
@gate_options(decisions_needed=True)
@click.option("--reason", required=True, metavar="TEXT", help="Why it is borne.")
@click.option(
    "--control",
    "controls",
    multiple=True,
    required=True,
    metavar="TEXT",
    help="What is done instead; several times.",
)
@click.option("--risk-owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option(
    "--until",
    required=True,
    metavar="DAY",
    help="The end; mandatory, and at most as far away as the policy allows.",
)
@click.option("--renews", metavar="WAIVER", help="The waiver that this one follows.")
@signing_options
@click.option("--json", "as_json", is_flag=True, help="Print what was kept as JSON.")
def command(
    requirement: str, reason: str, controls: tuple[str, ...], risk_owner: str, until: str, renews: str | None,
    key_ref: str | None, by: str | None, role: str | None, note: str, *, as_json: bool, **given: t.Any,
) -> int:  # fmt: skip
    """
    Waive what the gate says of REQUIREMENT now, for this subject under this policy, and sign as the first.

    A waiver bears with one result - a failure, something not run - and never turns it into a pass: the row reads
    waived, on the first page. It counts once as many have signed as the policy asks for: `govkit approve sign`.
    """
    from govkit.api.deciding import WaiverAsked, check_role, prepare_waiver
    from govkit.api.keeping import keep, missing_for

    signer = signer_of(key_ref, by, role, note)
    given["decisions"].mkdir(parents=True, exist_ok=True)
    wanted = WaiverAsked(requirement, reason, controls, risk_owner, until, renews=renews)
    waiver, row, case = prepare_waiver(asked_with(**given), wanted)
    check_role(case, waiver, signer.role)
    click.echo(f"{row.requirement} reads {waiver.result}: {' '.join(row.sentence.split())}", err=True)
    kept = keep(given["decisions"], waiver, signer, case.now)
    show_kept(kept, missing_for(case, waiver, given["decisions"]), as_json=as_json)
    return 0
