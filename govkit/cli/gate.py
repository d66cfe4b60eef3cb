"""`govkit gate`: may this be deployed, by this policy, on this evidence, today. For CI and for people."""

import json
import pathlib
import typing as t

import click

from govkit.cli import say
from govkit.cli.asking import asked_with, gate_options, lines
from govkit.errors import AskedWrongly

LOOKED_INTO = 64 * 1024
"""Bytes of a file that are looked at to see what it is."""
Path = click.Path(dir_okay=False, path_type=pathlib.Path)


@click.command("gate")
@gate_options(decisions_needed=False)
@click.option(
    "--evidence-only", is_flag=True, help="Leave out who approved: what is asked before anybody decides."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--out", type=Path, metavar="FILE", help="Write the result (canonical JSON), as decisions name it."
)
@click.option("--junit", type=Path, metavar="FILE", help="Write a JUnit report.")
@click.option("--sarif", type=Path, metavar="FILE", help="Write a SARIF 2.1.0 log.")
@click.option("--svr", type=Path, metavar="FILE", help="Write an in-toto Simple Verification Result.")
@click.option("--test-result", type=Path, metavar="FILE", help="Write an in-toto test result.")
@click.option("--key", "key_ref", metavar="REF", help="Seal --svr and --test-result with this key (DSSE).")
def command(as_json: bool, evidence_only: bool, key_ref: str | None, **given: t.Any) -> int:  # noqa: FBT001
    """
    Decide by a policy whether a system may be deployed: one row a requirement, and one bottom line.

    Every run is verified first, replay included. Exit codes: 0 open. 1 shut. 3 undecided: not run, too little, or for a
    person to look at. 4 evidence, policy or records do not hold. 6 expired or void. There is no score.
    """
    from govkit.api.gating import ask

    outputs = {name: given.pop(name) for name in ("out", "junit", "sarif", "svr", "test_result")}
    _check_options(outputs, key_ref, given["now"])
    _check_places(outputs, [given["decisions"], *given["runs"]])
    result = ask(asked_with(evidence_only=evidence_only, **given))
    if as_json:
        shown = result.model_dump(mode="json", exclude_none=True)
        click.echo(json.dumps(shown | {"digest": result.digest, "exit_code": result.exit_code}, indent=2))
    else:
        click.echo("\n".join(lines(result)))
    _write(result, outputs, key_ref, given["policy"])  # last, so that a full disk costs nobody the answer
    code: int = result.exit_code
    return code


def _check_options(
    outputs: t.Mapping[str, pathlib.Path | None], key_ref: str | None, now: str | None
) -> None:
    statements = outputs["svr"] or outputs["test_result"]
    if key_ref and not statements:
        fix = "give --svr or --test-result, or leave it out"
        raise AskedWrongly("There is nothing to seal.", where="--key", fix=fix)
    if statements and now:
        fix = "leave --now out"
        raise AskedWrongly(
            "A statement for others is of today, and of no other time.", where="--now", fix=fix
        )


_OURS: t.Mapping[str, bytes] = {
    "out": b'"format":"govkit.gate/1"',
    "junit": b"<testsuites",
    "sarif": b"sarif",
    "svr": b"in-toto",
    "test_result": b"in-toto",
}
"""What stands in an earlier file of the kind: nothing else is written over."""


def _check_places(
    outputs: t.Mapping[str, pathlib.Path | None], inputs: t.Sequence[pathlib.Path | None]
) -> None:
    """Raises `AskedWrongly` where a file would be lost, or cannot be written, before an hour of replay."""
    wanted = {name: path.resolve() for name, path in outputs.items() if path is not None}
    folders = [each.resolve() for each in inputs if each is not None]
    for name, path in wanted.items():
        option = f"--{name.replace('_', '-')}"
        if list(wanted.values()).count(path) > 1:
            raise AskedWrongly("Two outputs cannot be one file.", where=option, found=str(path))
        if any(path.is_relative_to(each) for each in folders):
            fix = "name a file elsewhere"
            raise AskedWrongly("Evidence and decisions lie there, and no outputs.", where=str(path), fix=fix)
        if not path.parent.is_dir():
            raise AskedWrongly("There is no such folder.", where=str(path.parent), fix="make it first")
        if path.exists() and not _is_ours(path, _OURS[name]):
            fix = "name another file, or remove this one if nobody needs it"
            raise AskedWrongly("This file is something else and would be lost.", where=str(path), fix=fix)


def _is_ours(path: pathlib.Path, mark: bytes) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        beginning = file.read(LOOKED_INTO)
    return not beginning or mark in beginning or b'"payloadType":"application/vnd.in-toto+json"' in beginning


def _write(
    result: t.Any, outputs: t.Mapping[str, pathlib.Path | None], key_ref: str | None, policy: str
) -> None:
    """Write what was asked for. A form that says nothing of such a result leaves no older file behind that does."""
    from govkit.api.gate_outputs import output

    for name, path in outputs.items():
        if path is None:
            continue
        key = _key(key_ref) if name in ("svr", "test_result") else None
        data = output(result, name, policy=policy, key=key)
        if data is None:
            path.unlink(missing_ok=True)
            say(
                f"No {name.replace('_', '-')} was written: there is one of an open gate alone, and of no demonstration."
            )
        else:
            path.write_bytes(data)


def _key(key_ref: str | None) -> t.Any:
    from govkit.adapters.keys import load_key
    from govkit.cli.report import passphrase

    return load_key(key_ref, passphrase()) if key_ref else None
