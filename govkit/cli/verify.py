"""`govkit verify`: whether a report or a run holds, step by step, offline."""

import json
import pathlib
import typing as t

import click

from govkit.cli import one_line, printable, say
from govkit.errors import AskedWrongly

MARKS: t.Mapping[str, str] = {
    "holds": "ok",
    "fails": "FAILS",
    "expired": "EXPIRED",
    "not-made": "not made",
    "allowed": "allowed",
    "not-applicable": "none",
}
SHOWN = 300
EXPIRED = 6


@click.command("verify")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=pathlib.Path))
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="CERT",
    help="Certificate of a signer or authority you trust (PEM or DER), had from elsewhere than the evidence.",
)
@click.option(
    "--allow-unknown-signer", is_flag=True, help="Go on although nobody named the signer; it is still said."
)
@click.option(
    "--allow-unreleased-protocol",
    is_flag=True,
    help="Accept a protocol that this installation does not know as released.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(
    paths: tuple[pathlib.Path, ...],
    trust: tuple[pathlib.Path, ...],
    *,
    allow_unknown_signer: bool,
    allow_unreleased_protocol: bool,
    as_json: bool,
) -> int:
    """
    Verify reports (PDF) or run folders: twelve numbered steps, replay included.

    A large report leaves its transcripts in the run folder: give both. What is neither a report nor a run folder, nor
    what is left of one, is said to be so (exit code 2); the other paths are verified all the same.
    """
    from govkit.adapters.keys import load_certificates
    from govkit.api.verifying import Trusting

    anchors = tuple(certificate for path in trust for certificate in load_certificates(path))
    trusting = Trusting(anchors, allow_unknown_signer, allow_unreleased_protocol)
    results = [(path, _verified(path, trusting, paths)) for path in paths]
    if as_json:
        click.echo(json.dumps([_plain(path, result) for path, result in results], indent=2))
    for path, result in results:
        if isinstance(result, AskedWrongly):
            say("\n".join(one_line(line) for line in result.lines()))
        elif not as_json:
            click.echo("\n".join(lines(path, result)))
    code: int = max(result.exit_code for _, result in results)
    return code


def _verified(path: pathlib.Path, trusting: t.Any, beside: tuple[pathlib.Path, ...]) -> t.Any:
    """The findings, or why there can be none: one mistaken path must not hide what is wrong with another."""
    from govkit.api.verifying import verify_asked

    try:
        return verify_asked(path, trusting, beside=beside)
    except AskedWrongly as error:
        return error


def _plain(path: pathlib.Path, result: t.Any) -> dict[str, t.Any]:
    if isinstance(
        result, AskedWrongly
    ):  # stands in the list all the same: what is missing there must not look sound
        return {"path": str(path), "holds": False, "findings": [], "asked_wrongly": result.what}
    keys = ("step", "name", "state", "what", "trial", "expected", "found")
    return {
        "path": str(path),
        "holds": result.holds,
        "findings": [{key: getattr(finding, key) for key in keys} for finding in result.findings],
    }


def lines(path: pathlib.Path, result: t.Any) -> t.Iterator[str]:
    """The findings for a person."""
    yield one_line(str(path))
    for finding in result.findings:
        yield f"  {finding.step:2}  {finding.name:10} {MARKS[finding.state]:9} {_short(finding.what)}"
        for label, text in (
            ("trial", finding.trial),
            ("expected", finding.expected),
            ("found", finding.found),
        ):
            if text and finding.state != "holds":
                yield f"{'':26}{label}: {_short(text)}"
    yield f"  {_bottom_line(result)}"


def _bottom_line(result: t.Any) -> str:
    against = {
        finding.step for finding in result.findings if finding.state in ("fails", "expired", "not-made")
    }
    if not against:
        return "holds"
    if all(each.aside for each in result.findings if each.state in ("fails", "expired", "not-made")):
        ended = "what people decided is past its end or revoked"
        told = f"has ended: {ended}" if result.exit_code == EXPIRED else "does NOT hold: what people decided"
        return f"{told} (step 12). Everything else holds."
    if against == {3}:
        return "does NOT hold: nobody you named has signed it (--trust CERT). Everything else holds."
    if result.unfinished is None:
        return f"does NOT hold: see {_listed(against)}"
    further = against - result.unfinished.steps
    see = f" See {_listed(further)} all the same." if further else ""
    return f"does NOT hold: {result.unfinished.what}{see}\n  do: {result.unfinished.fix}"


def _listed(steps: t.Collection[int]) -> str:
    *others, last = (str(step) for step in sorted(steps))
    return f"steps {', '.join(others)} and {last}" if others else f"step {last}"


def _short(text: str) -> str:
    clean = printable(" ".join(text.split()))
    return clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}..."
