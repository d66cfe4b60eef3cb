"""`govkit report`: the signed PDF of a run."""

import os
import pathlib

import click

from govkit.cli import printable, say


@click.command("report")
@click.argument("run", type=click.Path(path_type=pathlib.Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Where to write it [default: report.pdf in the run folder].",
)
@click.option("--template", default="regulator", show_default=True, help="The report's template.")
@click.option(
    "--key",
    "key_ref",
    envvar="GOVKIT_KEY",
    required=True,
    metavar="REF",
    help="The signing key: NAME.key.pem, a .p12 file or a pkcs11: URI. Its passphrase is read from "
    "GOVKIT_KEY_PASSPHRASE.",
)
@click.option(
    "--timestamp",
    "timestamp_url",
    metavar="URL",
    help="RFC 3161 time-stamp service that vouches for the time of signing.",
)
@click.option(
    "--replace-attestation",
    is_flag=True,
    help="Replace the attestation of another signer that is in the run folder.",
)
def command(
    run: pathlib.Path,
    out: pathlib.Path | None,
    template: str,
    key_ref: str,
    timestamp_url: str | None,
    *,
    replace_attestation: bool,
) -> int:
    """
    Make the signed report of the run folder RUN.

    The evidence is verified first, and the report before it is given out. The run folder keeps one signer's
    attestation: another signer's is replaced only with --replace-attestation.
    """
    from govkit.adapters.keys import load_key
    from govkit.api.reporting import report

    reported = report(
        run,
        load_key(key_ref, passphrase()),
        out=out,
        template=template,
        timestamp_url=timestamp_url,
        replace_attestation=replace_attestation,
    )
    manifest = reported.view.manifest
    if not any(leaf.counted for leaf in manifest.leaves):
        why = f" ({printable(manifest.not_run_reason)})" if manifest.not_run_reason else ""
        say(f"No trial was made{why}: this report shows nothing about the candidate.")
    say(f"{reported.view.assessment.verdict.upper()}: {reported.view.assessment.sentence}")
    click.echo(reported.path)
    return 0


def passphrase() -> bytes | None:
    """The signing key's passphrase, from the environment."""
    text = os.environ.get("GOVKIT_KEY_PASSPHRASE")
    return text.encode() if text else None
