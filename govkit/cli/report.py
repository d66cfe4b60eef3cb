"""`govkit report`: the signed PDF of a run."""

import os
import pathlib
import typing as t

import click

from govkit.cli import printable, say
from govkit.errors import AskedWrongly


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
@click.option(
    "--decisions",
    type=click.Path(path_type=pathlib.Path),
    metavar="DIR",
    help="Folder of decisions and waivers: the report carries them and shows on page one what is in force.",
)
@click.option(
    "--policy", metavar="REF", help="With --decisions: the policy they were made under, file or id."
)
@click.option("--tier", help="With --decisions: the tier, where the policy has several.")
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="CERT",
    help="With --decisions: certificate of somebody whose signature counts, or of an authority (PEM or DER).",
)
def command(
    run: pathlib.Path,
    out: pathlib.Path | None,
    template: str,
    key_ref: str,
    timestamp_url: str | None,
    decisions: pathlib.Path | None,
    policy: str | None,
    tier: str | None,
    trust: tuple[pathlib.Path, ...],
    *,
    replace_attestation: bool,
) -> int:
    """
    Make the signed report of the run folder RUN.

    The evidence is verified first, and the report before it is given out. The run folder keeps one signer's
    attestation: another signer's is replaced only with --replace-attestation.

    With --decisions, the whole folder of decisions travels inside the PDF, whomever they are about, with the policy.
    What people decided stands beside the verdict and changes nothing in it.
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
        decided=_decided(decisions, policy, tier, trust),
    )
    manifest = reported.view.manifest
    if not any(leaf.counted for leaf in manifest.leaves):
        why = f" ({printable(manifest.not_run_reason)})" if manifest.not_run_reason else ""
        say(f"No trial was made{why}: this report shows nothing about the candidate.")
    say(f"{reported.view.assessment.verdict.upper()}: {reported.view.assessment.sentence}")
    if reported.view.decided is not None:
        say(_told(reported.view.decided))
    click.echo(reported.path)
    return 0


def _decided(
    folder: pathlib.Path | None, policy: str | None, tier: str | None, trust: tuple[pathlib.Path, ...]
) -> t.Any:
    from govkit.adapters.keys import load_certificates
    from govkit.api.enclosing import Decided

    if folder is None:
        given = [
            name for name, value in (("--policy", policy), ("--tier", tier), ("--trust", trust)) if value
        ]
        if given:
            fix = "name the folder of decisions with --decisions, or leave it out"
            raise AskedWrongly(f"{given[0]} is about decisions, and there are none.", fix=fix)
        return None
    if policy is None:
        fix = "name the policy under which they were made with --policy"
        raise AskedWrongly("Whether a decision counts is asked under a policy.", where="--decisions", fix=fix)
    anchors = tuple(certificate for path in trust for certificate in load_certificates(path))
    return Decided(folder, policy, tier, anchors)


def _told(decided: t.Any) -> str:
    """What page one shows of decisions, in a line; and why that may be nothing."""
    from govkit.verification.finding import several

    decisions, waivers = len(decided.decisions), len(decided.waivers)
    counts = f"{several(decisions, 'decision')} and {several(waivers, 'waiver')} in force"
    said = f"On page one: {counts}, {several(len(decided.set_aside), 'record')} without effect."
    if not decided.in_force:
        return f"{said} {printable(decided.policy_state)}"
    unknown = any(sign.against == "signer-unknown" for each in decided.set_aside for sign in each.signatures)
    return f"{said} Somebody signed whom you do not name: --trust CERT." if unknown else said


def passphrase() -> bytes | None:
    """The signing key's passphrase, from the environment."""
    text = os.environ.get("GOVKIT_KEY_PASSPHRASE")
    return text.encode() if text else None
