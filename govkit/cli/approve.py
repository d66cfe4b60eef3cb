"""`govkit approve`: decide, sign what others prepared, say that a condition was met, enter what was made elsewhere."""

import datetime
import json
import pathlib
import typing as t

import click

from govkit.cli import one_line, printable, say
from govkit.cli.asking import asked_with, gate_options, lines
from govkit.errors import AskedWrongly

FORM = """\
# A decision about one system, under one policy and tier, on the evidence that is given with it.
# What follows from the evidence - the system, the policy, the runs - is filled in. Say the rest in your own words.
format: govkit.decision-form/1

# approve, approve-with-conditions, reject or defer
position: approve

# Where, by whom, with how much autonomy and in which environments may it be used?
scope: >

# What may still go wrong? Of a rejection: why.
residual_risk: >

# Last day, at most as many days away as the policy allows. First day: today, unless you say `valid_from`.
valid_until: "{until}"

# Beside a change of the system, which always ends it: what ends this decision?
# void_when:
#   - An incident in which another AI system was kept from being stopped.

# Only with approve-with-conditions:
# conditions:
#   - id: canary
#     text: Rolled out to one team for the first two weeks.
#     owner: Operations
#     due: "{until}"
#     verification: The deployment log of these weeks.
"""
_Path = click.Path(path_type=pathlib.Path)


def signing_options(command: t.Any) -> t.Any:
    """Who signs, as `approve`, `waive` and `revoke` ask it."""
    for option in (
        click.option(
            "--key",
            "key_ref",
            metavar="REF",
            help="Your own key: NAME.key.pem, a .p12 file or a pkcs11: URI.",
        ),
        click.option("--by", metavar="NAME", help="Who you are."),
        click.option("--role", metavar="ROLE", help="In which role, as the policy names it."),
        click.option("--note", default="", metavar="TEXT", help="Something to be kept with your signature."),
    ):
        command = option(command)
    return command


def signer_of(
    key_ref: str | None, by: str | None, role: str | None, note: str, *, against: bool = False
) -> t.Any:
    """The person who signs. Raises `AskedWrongly` where it is not said who."""
    from govkit.adapters.keys import load_key
    from govkit.api.keeping import Signer
    from govkit.cli.report import passphrase

    lacking = [name for name, value in (("--key", key_ref), ("--by", by), ("--role", role)) if not value]
    if lacking:
        raise AskedWrongly(
            "It is not said who signs.", where=lacking[0], fix="give --key REF, --by NAME and --role ROLE"
        )
    return Signer(
        load_key(key_ref or "", passphrase()), by or "", role or "", note, "against" if against else "for"
    )


@click.group("approve")
def command() -> None:
    """Decide about a system, and sign: everybody with a key of their own, in any order. Nothing is ever replaced."""


@command.command("form")
@click.argument("file", type=_Path)
@click.option(
    "--days", default=180, show_default=True, type=click.IntRange(1, 3660), help="Proposed validity."
)
def form(file: pathlib.Path, days: int) -> int:
    """Write a decision form to fill in."""
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(FORM.format(until=until))
    except FileExistsError:
        raise AskedWrongly("There is a file here already; it is not replaced.", where=str(file)) from None
    say("Fill it in, then: govkit approve decide FILE ... (see govkit approve decide --help)")
    click.echo(file)
    return 0


@command.command("decide")
@click.argument("file", type=_Path)
@gate_options(decisions_needed=True)
@click.option(
    "--report", "reports", multiple=True, type=_Path, metavar="PDF", help="A report that you looked at."
)
@signing_options
@click.option("--json", "as_json", is_flag=True, help="Print what was kept as JSON.")
def decide(
    file: pathlib.Path, reports: tuple[pathlib.Path, ...], key_ref: str | None, by: str | None, role: str | None,
    note: str, *, as_json: bool, **given: t.Any,
) -> int:  # fmt: skip
    """
    Decide by this form about what the gate says now, and sign as the first.

    An approval of what the gate does not let through is refused: it would open nothing.
    """
    from govkit.api.deciding import check_role, prepare_decision, read_decision_form
    from govkit.api.keeping import keep, missing_for

    filled = read_decision_form(file)
    signer = signer_of(key_ref, by, role, note)
    given["decisions"].mkdir(parents=True, exist_ok=True)
    decision, said, case = prepare_decision(asked_with(**given), filled, reports)
    check_role(case, decision, signer.role)
    for line in lines(said):
        say(line)
    kept = keep(given["decisions"], decision, signer, case.now)
    show_kept(kept, missing_for(case, decision, given["decisions"]), as_json=as_json)
    return 0


@command.command("sign")
@click.argument("record")
@click.option("--decisions", required=True, type=_Path, metavar="DIR")
@click.option(
    "--against", is_flag=True, help="Sign against it: kept and shown, and never counted as approval."
)
@signing_options
@click.option("--json", "as_json", is_flag=True)
def sign(
    record: str, decisions: pathlib.Path, key_ref: str | None, by: str | None, role: str | None, note: str, *,
    against: bool, as_json: bool,
) -> int:  # fmt: skip
    """
    Sign a decision, waiver, fulfilment or revocation that is there: its file, or the beginning of its digest.

    What you sign is printed first, whole.
    """
    from govkit.api.deciding import find_record
    from govkit.api.keeping import keep, open_book
    from govkit.approval.records import Validity

    if against and not note.strip():
        raise AskedWrongly("Dissent without a reason helps nobody.", where="--note", fix="say why")
    found = find_record(open_book(decisions), record)
    shown = json.dumps(found.model_dump(mode="json", exclude_none=True), indent=2)
    say(printable(shown))
    say(f"record {found.digest}")
    if isinstance(found, Validity):
        say(f"subject {found.subject.identity}")
    kept = keep(decisions, found, signer_of(key_ref, by, role, note, against=against), _now())
    show_kept(kept, (), as_json=as_json)
    return 0


@command.command("fulfil")
@click.argument("decision")
@click.argument("condition")
@click.option("--decisions", required=True, type=_Path, metavar="DIR")
@click.option("--how", required=True, metavar="TEXT", help="What was done, and where that can be seen.")
@click.option(
    "--evidence", multiple=True, type=_Path, metavar="FILE", help="A file that shows it; kept by digest."
)
@signing_options
@click.option("--json", "as_json", is_flag=True)
def fulfil(
    decision: str, condition: str, decisions: pathlib.Path, how: str, evidence: tuple[pathlib.Path, ...],
    key_ref: str | None, by: str | None, role: str | None, note: str, *, as_json: bool,
) -> int:  # fmt: skip
    """Say that a condition of a decision was met. It counts when somebody signs who may approve."""
    from govkit.api.deciding import prepare_fulfilment
    from govkit.api.keeping import keep, open_book

    now = _now()
    record = prepare_fulfilment(open_book(decisions), decision, condition, how, evidence, now)
    show_kept(keep(decisions, record, signer_of(key_ref, by, role, note), now), (), as_json=as_json)
    return 0


@command.command("enter")
@click.argument("files", nargs=-1, required=True, type=_Path)
@click.option("--decisions", required=True, type=_Path, metavar="DIR")
def enter_command(files: tuple[pathlib.Path, ...], decisions: pathlib.Path) -> int:
    """Enter records and signatures that were made elsewhere into this folder's log."""
    from govkit.api.keeping import enter

    click.echo(f"log head: {enter(decisions, files, _now())}")
    return 0


def show_kept(kept: t.Any, missing: t.Sequence[str], *, as_json: bool) -> None:
    """What was kept, and whose signatures it still lacks."""
    if as_json:
        plain = {"record": str(kept.record), "signature": str(kept.signature), "log_head": kept.log_head}
        click.echo(json.dumps(plain | {"missing": list(missing)}, indent=2))
        return
    click.echo(f"record:    {one_line(str(kept.record))}")
    click.echo(f"signature: {one_line(str(kept.signature))}")
    click.echo(f"log head:  {kept.log_head}")
    if missing:
        say(f"Still missing: {', '.join(missing)}. They sign with: govkit approve sign {kept.record.name} --decisions "
            f"{one_line(str(kept.record.parent))} --key REF --by NAME --role ROLE")  # fmt: skip


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
