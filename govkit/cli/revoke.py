"""`govkit revoke`: a decision, waiver or fulfilment no longer counts, from now on. Nothing is deleted."""

import datetime
import pathlib

import click

from govkit.cli.approve import show_kept, signer_of, signing_options


@click.command("revoke")
@click.argument("record")
@click.option(
    "--decisions",
    required=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="DIR",
    help="Folder with decisions, waivers and their log.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it no longer counts.")
@signing_options
@click.option("--json", "as_json", is_flag=True, help="Print what was kept as JSON.")
def command(
    record: str, decisions: pathlib.Path, reason: str, key_ref: str | None, by: str | None, role: str | None,
    note: str, *, as_json: bool,
) -> int:  # fmt: skip
    """
    Revoke RECORD: its file, or the beginning of its digest.

    One signature by anybody whom the verifying person trusts is enough, in whatever role. It cannot be taken back.
    """
    from govkit.api.deciding import prepare_revocation
    from govkit.api.keeping import keep, open_book

    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    revocation = prepare_revocation(open_book(decisions), record, reason, now)
    show_kept(keep(decisions, revocation, signer_of(key_ref, by, role, note), now), (), as_json=as_json)
    return 0
