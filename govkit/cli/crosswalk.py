"""`govkit crosswalk`: which clauses the evidence bears on, and what it is not evidence of."""

import json
import typing as t

import click

from govkit.cli import one_line, say

SIDE = 27
"""Columns, at most, for the clause and for whom it binds: the words beside them need the room."""


@click.command("crosswalk")
@click.argument("instrument", required=False)
@click.option(
    "--check",
    "name",
    metavar="NAME",
    help="Only what NAME bears on: a PROTOCOL/CHECK, a PROTOCOL, or an output of govkit such as signed-report.",
)
@click.option("--role", metavar="ROLE", help="Only clauses that bind ROLE, such as high-risk-deployer.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(instrument: str | None, name: str | None, role: str | None, *, as_json: bool) -> int:
    """
    Show which clauses the evidence bears on, how strongly, and what it is not evidence of.

    Without INSTRUMENT, --check or --role: the list of instruments, and of roles. All of it is paraphrase, dated, and no
    legal advice.
    """
    from govkit.adapters.crosswalk_folder import checks_by_protocol, shipped_crosswalk
    from govkit.approval.crosswalk import find

    instruments = shipped_crosswalk()
    _refuse_unknown(instruments, checks_by_protocol(), instrument=instrument, name=name, role=role)
    whole = instrument is None and name is None and role is None
    chosen = [each for each in instruments if instrument in {None, each.id}]
    found = find(chosen, name=name, role=t.cast(t.Any, role))
    if as_json:
        click.echo(json.dumps(_plain(found, whole=whole), indent=2, ensure_ascii=False))
    else:
        click.echo(_drawn(_list(instruments) if whole else _entries(found)), nl=False)
    if role is not None and role != "voluntary":
        say("What binds nobody is left out; --role voluntary shows it.")
    return 0


def _refuse_unknown(
    instruments: t.Sequence[t.Any],
    protocols: t.Mapping[str, t.Collection[str]],
    *,
    instrument: str | None,
    name: str | None,
    role: str | None,
) -> None:
    from govkit.approval.crosswalk import OUTPUTS, ROLES
    from govkit.errors import UnknownName

    checks = (f"{protocol}/{check}" for protocol, each in protocols.items() for check in each)
    for kind, given, known in (
        ("instrument", instrument, {each.id for each in instruments}),
        ("protocol, check or output", name, {*OUTPUTS, *protocols, *checks}),
        ("role", role, set(ROLES)),
    ):
        if given is not None and given not in known:
            raise UnknownName(kind, given, known)


def _plain(found: t.Sequence[t.Any], *, whole: bool) -> dict[str, t.Any]:
    from govkit.approval.crosswalk import NOTICE, OUTPUTS, ROLES, STRENGTHS

    rows = []
    for each in found:
        row = each.instrument.model_dump(mode="json", exclude={"format", "entries"})
        row["number_of_entries"] = len(each.entries)
        if not whole:
            row["entries"] = [entry.model_dump(mode="json", exclude_none=True) for entry in each.entries]
        rows.append(row)
    words = {"roles": dict(ROLES), "strengths": dict(STRENGTHS), "outputs": dict(OUTPUTS)}
    return {"instruments": rows, **words, "notice": NOTICE}


def _drawn(parts: t.Iterable[t.Any]) -> str:
    """The parts as text, and what has to be said of all of them; a plain string, an address, stays in one piece."""
    from govkit.approval.crosswalk import NOTICE
    from govkit.cli.tables import as_text, cells

    return as_text((*parts, *cells(NOTICE)))


def _list(instruments: t.Sequence[t.Any]) -> t.Iterator[t.Any]:
    from govkit.approval.crosswalk import ROLES
    from govkit.cli.tables import cells, table

    rows = table("id", "instrument, and edition", "as of", "entries", "read at source")
    for each in instruments:
        read = sum(entry.read == "primary" for entry in each.entries)
        about = f"{each.framework}; {each.edition}"
        rows.add_row(*cells(each.id, about, each.as_of, str(len(each.entries)), str(read)))
    yield rows
    roles = table("role", "whom it is", "entries")
    for role, words in ROLES.items():
        number = sum(role in entry.binds for each in instruments for entry in each.entries)
        roles.add_row(*cells(role, words, str(number)))
    yield roles


def _entries(found: t.Sequence[t.Any]) -> t.Iterator[t.Any]:
    import rich.text

    from govkit.approval.crosswalk import STRENGTHS
    from govkit.cli.tables import cells, table

    for each in found:
        instrument = each.instrument
        about = f"{instrument.framework}; {instrument.edition}; as of {instrument.as_of}"
        yield rich.text.Text(one_line(f"{instrument.id}: {about}"), style="bold")
        yield one_line(instrument.source)
        yield rich.text.Text(one_line(instrument.note))
        heads = ("clause", "binds", "asked for; evidence; not evidence")
        rows = table(*heads, leading=1, widest=SIDE)
        for entry in each.entries:
            rows.add_row(*cells(*_row(entry)))
        yield rows
    if not found:
        yield rich.text.Text("No entry of the crosswalk is asked for by this.\n")
        return
    for strength, words in STRENGTHS.items():
        yield rich.text.Text(f"{strength}: {words}")
    yield ""


def _row(entry: t.Any) -> tuple[str, str, str]:
    read = "" if entry.read == "primary" else "\nread second-hand"
    since = f"from {entry.applies_from}" if entry.applies_from else ""
    words = f"({entry.applies_words})" if entry.applies_words else ""
    binds = [", ".join(entry.binds), entry.binds_words, since, words]
    texts = (
        entry.paraphrase,
        f"Evidence: {', '.join(entry.evidence)}",
        f"Not evidence {entry.not_evidence_of}",
    )
    clause = f"{entry.ref}\n{entry.strength}{read}\nchecked {entry.checked}"
    return clause, "\n".join(part for part in binds if part), "\n".join(texts)
