"""`govkit key`: signing keys and certificates."""

import datetime
import pathlib

import click

from govkit.cli import say
from govkit.cli.report import passphrase

SOON = datetime.timedelta(days=30)
"""An end of validity so near is said: reports would soon be signed by nobody who can be trusted."""


@click.group("key")
def command() -> None:
    """Make and show signing keys."""


@command.command("new")
@click.argument("name")
@click.option(
    "--common-name",
    required=True,
    help="Who signs: a person's or laboratory's name, as reports will print it.",
)
@click.option("--organization", help="Their organisation.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=pathlib.Path(),
    show_default="here",
)
@click.option("--valid-days", type=click.IntRange(1, 7300), default=730, show_default=True)
def new(
    name: str, common_name: str, organization: str | None, directory: pathlib.Path, valid_days: int
) -> int:
    """
    Make NAME.key.pem and NAME.cert.pem (ECDSA P-256, self-signed).

    The key is encrypted when GOVKIT_KEY_PASSPHRASE is set. Give the certificate to whoever is to verify, by a way of
    its own.
    """
    from govkit.adapters.keys import new_key

    made = new_key(directory, name, common_name=common_name, organization=organization, valid_days=valid_days,
                   now=datetime.datetime.now(datetime.UTC), passphrase=passphrase())  # fmt: skip
    say(f"key: {made.key_path} (keep it; anybody who has it signs as {common_name})")
    say(f"certificate: {made.certificate_path}")
    click.echo(made.fingerprint)
    return 0


@command.command("show")
@click.argument("path", type=click.Path(path_type=pathlib.Path))
def show(path: pathlib.Path) -> int:
    """
    Show the certificates in PATH: the fingerprint to compare, whom they name, whether they can be used today, and until
    when.
    """
    from govkit.adapters.keys import load_certificates, valid_until
    from govkit.adapters.trust import check_trust
    from govkit.cli import printable

    now = datetime.datetime.now(datetime.UTC)
    for certificate in load_certificates(path):
        holder = check_trust(certificate, (), (certificate,), now)
        state = "usable" if holder.standing == "trusted" else holder.reason
        ends = _ends(valid_until(certificate), now)
        click.echo(f"{holder.fingerprint}  {printable(holder.subject)}  {printable(state)}  {ends}")
    return 0


def _ends(end: datetime.datetime, now: datetime.datetime) -> str:
    """The end of validity as a date, with a word where it is past or near."""
    day = f"valid until {end:%Y-%m-%d}"
    if end < now:
        return f"{day}: EXPIRED"
    days = (end - now).days
    return f"{day}: ENDS WITHIN {days + 1} DAY{'S' if days else ''}" if end - now <= SOON else day
