"""`govkit policy`: what must hold before a system is deployed - show it, check it, adopt it, sign it."""

import json
import pathlib
import typing as t

import click

from govkit.cli import one_line, printable, say


@click.group("policy")
def command() -> None:
    """List, show and check policies, make one to adopt, and sign it."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_shipped(*, as_json: bool) -> int:
    """List the policies that travel with govkit, with their tiers, days and digests."""
    from govkit.api.policies import list_policies

    found = list_policies()
    if as_json:
        rows = [
            {**each.policy.model_dump(mode="json", include=set(_HEAD)), "tiers": list(each.policy.tiers),
             "digest": each.digest}
            for each in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    for each in () if as_json else found:
        policy = each.policy
        click.echo(
            f"{policy.id}@{policy.version}  {policy.issued} to {policy.expires}  {each.digest}  {policy.title}"
        )
        click.echo(f"    tiers: {', '.join(policy.tiers)}")
    return 0


_HEAD = ("id", "version", "title", "issued", "expires")


@command.command("show")
@click.argument("policy")
@click.option("--tier", metavar="TIER", help="Only what this tier asks for, with reasons and clauses.")
@click.option("--json", "as_json", is_flag=True, help="Print the policy as JSON.")
def show(policy: str, tier: str | None, *, as_json: bool) -> int:
    """
    Show POLICY, an id or a file: what is required at which tolerance, in which conditions, who approves and for how
    long, what can be waived, and what a change asks for.
    """
    from govkit.adapters.policy_folder import read_policy_file
    from govkit.api.policies import signatures_of
    from govkit.cli.policy_shown import described, plain
    from govkit.errors import AskedWrongly, UnknownName

    if as_json and tier is not None:
        raise AskedWrongly("With --json, --tier says nothing.", fix="leave --tier out: JSON has all tiers")
    read = read_policy_file(policy)
    if tier is not None and tier not in read.policy.tiers:
        raise UnknownName("tier", tier, read.policy.tiers, where=policy)
    signatures, problem = signatures_of(policy, read)
    if as_json:
        click.echo(json.dumps(plain(read, signatures, problem), indent=2, ensure_ascii=False))
    else:
        click.echo(described(read, tier, signatures, problem), nl=False)
    return 0


@command.command("lint")
@click.argument("policy")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def lint_policy(policy: str, *, as_json: bool) -> int:
    """
    Read POLICY, a file or an id, and say everything that is wrong with it, with file and line.

    Faults refuse it. Remarks do not: they say what it lets through, so that who signs it does so knowingly.
    """
    from govkit.api.policies import lint
    from govkit.errors import FaultyDocument

    try:
        linted = lint(policy)
    except FaultyDocument as error:
        if not as_json:
            raise
        click.echo(json.dumps({"faults": _plain(error.faults), "remarks": []}, indent=2, ensure_ascii=False))
        return error.exit_code
    if as_json:
        found = {
            "digest": linted.read.digest,
            "id": linted.read.policy.id,
            "version": linted.read.policy.version,
            "faults": [],
            "remarks": _plain(linted.remarks),
        }
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    number = len(linted.remarks)
    remarks = f", {number} remark{'' if number == 1 else 's'}" if number else ""
    click.echo(f"{_name(linted.read)}: no faults{remarks}. {linted.read.digest}")
    for remark in linted.remarks:
        click.echo(f"  {one_line(str(remark))}")
    return 0


def _plain(faults: t.Iterable[t.Any]) -> list[dict[str, t.Any]]:
    return [{"file": each.file, "line": each.line, "what": each.what, "fix": each.fix} for each in faults]


def _name(read: t.Any) -> str:
    return f"{read.policy.id} {read.policy.version}"


@command.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def diff(old: str, new: str, *, as_json: bool) -> int:
    """
    Say what is another in NEW than in OLD (ids or files), value by value.

    An approval is for one policy, to the byte: under a changed one, a system has to be approved again.
    """
    import dataclasses

    from govkit.adapters.policy_folder import read_policy_file
    from govkit.approval.policy_changes import policy_changes

    before, after = read_policy_file(old), read_policy_file(new)
    found = policy_changes(before.policy, after.policy)
    if as_json:
        rows = {
            "before": before.digest,
            "after": after.digest,
            "changes": [dataclasses.asdict(each) for each in found],
        }
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for each in found:
        if each.before is None:
            click.echo(f"+ {one_line(each.where)}: {one_line(each.after or '')}")
        elif each.after is None:
            click.echo(f"- {one_line(each.where)}: {one_line(each.before)}")
        else:
            click.echo(f"  {one_line(each.where)}: {one_line(each.before)} -> {one_line(each.after)}")
    same = (
        "the same bytes" if before.digest == after.digest else "no value differs; comments, order or form do"
    )
    say(
        f"{len(found)} value{'' if len(found) == 1 else 's'} differ."
        if found
        else f"{same[0].upper()}{same[1:]}."
    )
    return 0


@command.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=pathlib.Path))
@click.option(
    "--from", "source", required=True, metavar="POLICY", help="The policy to begin with: an id or a file."
)
@click.option("--id", "policy_id", default="", help="The policy's id; the file's name when left out.")
def new(file: pathlib.Path, source: str, policy_id: str) -> int:
    """Make FILE, a policy to adopt: a copy with an id of its own, from today on for a year. Nothing is replaced."""
    from govkit.api.policies import new_policy

    made = new_policy(file, source, policy_id=policy_id)
    there = one_line(str(file))
    say(
        f"{_name(made)}, from {made.policy.issued} to {made.policy.expires}. Change what must differ, then:\n"
        f'  govkit policy lint {there}\n  govkit policy sign {there} --key REF --by "Name, role"'
    )
    click.echo(there)
    return 0


@command.command("sign")
@click.argument("file", type=click.Path(path_type=pathlib.Path))
@click.option(
    "--key",
    "key_ref",
    envvar="GOVKIT_KEY",
    required=True,
    metavar="REF",
    help="The policy owner's key: NAME.key.pem, a .p12 file or a pkcs11: URI. Its passphrase is read from "
    "GOVKIT_KEY_PASSPHRASE.",
)
@click.option("--by", required=True, metavar="TEXT", help='Who puts it in force: "Name, role".')
@click.option("--replace", is_flag=True, help="Replace this signer's earlier signature, after a change.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def sign(file: pathlib.Path, key_ref: str, by: str, *, replace: bool, as_json: bool) -> int:
    """
    Put the policy in FILE in force: sign it as its owner. The signature lies beside the file and goes where it goes.

    A policy with faults is not signed. Several may sign; nobody's signature is replaced by another's.
    """
    from govkit.adapters.keys import load_key
    from govkit.api.policies import sign_policy
    from govkit.cli.policy_shown import plain_signatures
    from govkit.cli.report import passphrase

    signed = sign_policy(file, load_key(key_ref, passphrase()), by=by, replace=replace)
    read = signed.linted.read
    if as_json:
        found = {
            "digest": read.digest,
            "signature": str(signed.path),
            "problem": signed.problem,
            "signatures": plain_signatures(signed.signatures),
            "remarks": _plain(signed.linted.remarks),
        }
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    say(f"{_name(read)} {read.digest} is signed, from {read.policy.issued} to {read.policy.expires}.")
    for remark in signed.linted.remarks:
        say(f"  {one_line(str(remark))}")
    if signed.problem:
        say(printable(f"It counts only when what does not hold beside it is gone: {signed.problem}"))
    say("Whoever asks the gate is to trust this signer's certificate (--trust).")
    if not as_json:
        click.echo(one_line(str(signed.path)))
    return 0
