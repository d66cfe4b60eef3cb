"""`govkit register`: candidates, their runs, decisions and waivers, and what is due."""

import dataclasses
import datetime
import gc
import json
import pathlib
import re
import textwrap
import typing as t
import urllib.parse

import click

from govkit.cli import one_line, printable, say
from govkit.errors import AskedWrongly

BROKEN = 4
OVERDUE = 6
"""Exit code of `--due` when something is past its end."""
WIDTH = 110
RUNS_SHOWN = 5
"""Of each candidate, the newest; `--candidate` and `--json` list all."""
CANDIDATES_SHOWN = 200
NOTE = "As indexed from the evidence; the index is no evidence. Verify before you rely on it: govkit verify."
DURATION = re.compile(r"([0-9]{1,4})d?")


@click.command("register")
@click.option(
    "--store",
    "stores",
    multiple=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="DIR",
    help="A folder in which runs and decisions lie, at any depth up to five; several times. Left out: evidence - or, "
    "with --index, all that is in the index, as it was last looked over.",
)
@click.option(
    "--decisions",
    multiple=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="DIR",
    help="A folder with decisions and their log that lies in none of the stores.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="A policy file, or the name of one that travels with govkit: says whether records count, and when evidence "
    "grows too old.",
)
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=pathlib.Path),
    metavar="CERT",
    help="Certificate of a signer or authority you trust (PEM or DER).",
)
@click.option(
    "--candidate",
    metavar="NAME",
    help="Only candidates of this name, or whose identity begins so; with all their runs.",
)
@click.option("--due", metavar="DAYS", help="Only what is overdue or falls due in so many days, such as 30d.")
@click.option(
    "--ical",
    type=click.Path(path_type=pathlib.Path, dir_okay=False),
    metavar="FILE",
    help="Also write what is due as a calendar (iCalendar).",
)
@click.option("--now", metavar="TIME", help="The time asked about; left out: this machine's clock.")
@click.option(
    "--index",
    metavar="URL",
    envvar="GOVKIT_REGISTER_INDEX",
    help="sqlite:///FILE, or postgresql://USER@HOST/DATABASE where a team shares it; also from GOVKIT_REGISTER_INDEX, "
    "where a password belongs. Left out: a file of your cache.",
)
@click.option("--rebuild", is_flag=True, help="Read everything in the stores anew.")
@click.option("--json", "as_json", is_flag=True, help="Print the register as JSON.")
def command(
    stores: tuple[pathlib.Path, ...],
    decisions: tuple[pathlib.Path, ...],
    policies: tuple[str, ...],
    trust: tuple[pathlib.Path, ...],
    candidate: str | None,
    due: str | None,
    ical: pathlib.Path | None,
    now: str | None,
    index: str | None,
    *,
    rebuild: bool,
    as_json: bool,
) -> int:
    """
    List candidates, their runs, decisions and waivers, what has ended and what is due, soonest first.

    What is listed was indexed and not verified: no trial is replayed here. Decisions and waivers are judged each time,
    from their own bytes, by the policies and certificates given.

    Exit codes: 0 listed. With --due: 6 when something is past its end, 4 when decisions or runs cannot be read. 2 asked
    wrongly. 5 the index's server does not answer.
    """
    # Ten thousand entries are made and kept: looking through all of them for rubbish every seven hundred is in vain.
    gc.set_threshold(100_000, 20, 100)
    from govkit.api.registering import Asked, ask
    from govkit.approval.register.listing import due_within

    days = _days(due) if due is not None else None
    asked = Asked(
        stores=stores,
        decisions=decisions,
        index=index or None,
        policies=policies,
        anchors=_anchors(trust),
        now=_moment(now) if now else None,
        rebuild=rebuild,
        candidate=candidate,
    )
    registered = ask(asked)
    register = registered.register
    if candidate is not None and not register.candidates:
        fix = "give a name as it is listed, or eight or more digits of an identity"
        raise AskedWrongly("There is no such candidate.", where="--candidate", found=candidate[:200], fix=fix)
    shown = register.due if days is None else due_within(register, days)
    if ical is not None:
        _write_calendar(ical, shown, register.now)
    if as_json:
        click.echo(json.dumps(_plain(registered, shown, only_due=days is not None), indent=2))
    elif days is None:
        click.echo("\n".join(lines(registered, shown, whole=candidate is not None)))
    else:
        click.echo("\n".join(due_lines(shown, register.now)))
        for where, problem in registered.problems:
            say(f"BROKEN    {_path(where)}: {_clean(problem)} Something may be due that is not listed.")
    if days is None:
        return 0
    # What cannot be read may hold what is due: "nothing is due" would be a guess.
    return BROKEN if registered.problems else OVERDUE if register.overdue else 0


def _days(text: str) -> int:
    match = DURATION.fullmatch(text.strip())
    if match is None:
        raise AskedWrongly(
            "This is no number of days.", where="--due", found=text[:40], fix="write it as 30d"
        )
    return int(match[1])


def _anchors(trust: tuple[pathlib.Path, ...]) -> tuple[bytes, ...]:
    if not trust:
        return ()
    from govkit.adapters.keys import load_certificates

    return tuple(each for path in trust for each in load_certificates(path))


def _moment(text: str) -> datetime.datetime:
    from govkit.api.gating import parse_moment

    return parse_moment(text)


def _write_calendar(path: pathlib.Path, dues: t.Sequence[t.Any], now: datetime.datetime) -> None:
    from govkit.adapters.register_calendar import calendar_bytes, write_calendar

    write_calendar(path, calendar_bytes(dues, now))
    say(f"calendar: {path} ({len(dues)} events)")


def lines(registered: t.Any, dues: t.Sequence[t.Any], *, whole: bool) -> t.Iterator[str]:
    """The register for a person. `whole`: all runs of a candidate."""
    register = registered.register
    runs = sum(len(each.runs) for each in register.candidates) + len(register.nameless)
    records = sum(len(each.records) for each in register.candidates)
    yield (
        f"{_count(len(register.candidates), 'candidate')}, {_count(runs, 'run')}, "
        f"{_count(records, 'decision or waiver', 'decisions and waivers')}, at {register.now:%Y-%m-%dT%H:%M:%SZ}"
    )
    yield from _sources(registered)
    yield NOTE
    for candidate in register.candidates[:CANDIDATES_SHOWN]:
        yield ""
        yield from _candidate(candidate, register.now, whole=whole)
    more = len(register.candidates) - CANDIDATES_SHOWN
    if more > 0:
        yield f"\n... {more:,} more candidates: --candidate NAME, or --json"
    if register.nameless:
        yield "\nfolders from which no candidate can be read:"
        yield from (f"  {each.state:10}  {_place(each)}: {_clean(each.why)}" for each in register.nameless)
    yield ""
    yield from due_lines(dues, register.now)


def _sources(registered: t.Any) -> t.Iterator[str]:
    for store in registered.stores:
        read = "not looked over now" if store.read is None else f"{store.read:,} read anew"
        links = f"; {_count(store.links, 'link')} not followed" if store.links else ""
        yield f"  store     {_path(store.path)}, looked over {store.at}, {read}{links}"
    for policy in registered.policies:
        yield f"  policy    {_clean(policy)}"
    for where, problem in registered.problems:
        yield from _wrapped(f"BROKEN    {_path(where)}: {problem} Nothing in it counts.", "  ")


def _candidate(candidate: t.Any, now: datetime.datetime, *, whole: bool) -> t.Iterator[str]:
    by = f", of {_clean(candidate.developer)}" if candidate.developer else ""
    yield f"{_clean(candidate.name) or '(no name)'}{by}"
    yield f"  identity {_short(candidate.identity)}  {candidate.pinned or 'no run here'}"
    shown = candidate.runs if whole else candidate.runs[:RUNS_SHOWN]
    for run in shown:
        yield from _run(run, now)
    if len(candidate.runs) > len(shown):
        yield f"    ... {len(candidate.runs) - len(shown):,} older runs: --candidate {_short(candidate.identity)[:8]}"
    for record in candidate.records:
        yield from _record(record)


def _run(run: t.Any, now: datetime.datetime) -> t.Iterator[str]:
    from govkit.approval.register.listing import age_days

    protocol = f"{run.protocol} {run.version}" if run.protocol else _unreleased(run)
    age = age_days(run, now)
    aged = f"{age:,} d" if age is not None else ""
    state = f"signed by {_clean(run.signer)[:40]}" if run.state == "signed" else run.state.upper()
    yield f"    {protocol:32}  {run.verdict or '-':12}  {run.begun[:10]:10}  {aged:>7}  {state}"
    yield f"      {_place(run)}" + (f": {_clean(run.why)}" if run.why else "")
    if run.made != run.planned:
        yield f"      {run.made:,} of {run.planned:,} planned trials"


def _unreleased(run: t.Any) -> str:
    return f"unreleased protocol {_short(run.protocol_digest)[:8]}" if run.protocol_digest else "-"


def _record(record: t.Any) -> t.Iterator[str]:
    if record.counts:
        state = "counts"
    else:
        state = "does NOT count: " if record.judged else "not judged: "
        state += ", ".join(record.against)
    dates = f"{record.valid_from[:10]} to {record.valid_until[:10]}"
    yield f"    {record.kind}: {_clean(record.says)}, {dates}, {_clean(record.policy)}, tier {_clean(record.tier)}"
    yield f"      {state}"
    facts = [
        f"signed by {', '.join(record.signed_by)}" if record.signed_by else "signed by nobody",
        f"still missing {', '.join(record.missing)}" if record.missing else "",
        f"risk borne by {record.owner}" if record.owner else "",
    ]
    yield from _wrapped("; ".join(each for each in facts if each), "      ")
    for each in record.conditions:
        yield from _wrapped(
            f"condition {each.id}, {'met' if each.met else f'due {each.due}'}: {each.text}", "      "
        )
    yield f"      {_place(record)}/{record.name}"


def due_lines(dues: t.Sequence[t.Any], now: datetime.datetime) -> t.Iterator[str]:
    """What is due, soonest first."""
    if not dues:
        yield "nothing is due"
        return
    yield f"due, soonest first: {len(dues)}, of which {sum(each.overdue(now) for each in dues)} overdue"
    for each in dues:
        when = "OVERDUE" if each.overdue(now) else _in_days((each.day - now.date()).days)
        about = f"{_clean(each.candidate)}: " if each.candidate else ""
        owner = f" ({_clean(each.owner)})" if each.owner else ""
        first = f"  {when:>9}  {each.day}  {each.kind:11}  "
        yield from _wrapped(f"{about}{each.what}{owner}", " " * len(first), first=first)


def _in_days(days: int) -> str:
    return f"in {days:,} d" if days else "today"


def _plain(registered: t.Any, dues: t.Sequence[t.Any], *, only_due: bool) -> dict[str, t.Any]:
    register = registered.register
    due = [
        {
            **dataclasses.asdict(each),
            "ends": _time(each.ends),
            "day": str(each.day),
            "overdue": each.overdue(register.now),
        }
        for each in dues
    ]
    plain: dict[str, t.Any] = {
        "now": _time(register.now),
        "note": NOTE,
        "stores": [dataclasses.asdict(each) for each in registered.stores],
        "policies": list(registered.policies),
        "problems": [{"where": where, "problem": problem} for where, problem in registered.problems],
        "due": due,
        "overdue": len(register.overdue),
    }
    if only_due:
        return plain
    candidates = [
        {
            **_fields(each),
            "runs": [_fields(run) for run in each.runs],
            "records": [{**dataclasses.asdict(record), "counts": record.counts} for record in each.records],
        }
        for each in register.candidates
    ]
    return {**plain, "candidates": candidates, "nameless": [_fields(each) for each in register.nameless]}


def _fields(value: t.Any) -> dict[str, t.Any]:
    """As `dataclasses.asdict`, which copies every text: there may be many runs."""
    return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}


def _time(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:16]


def _place(entry: t.Any) -> str:
    return _path(entry.store if entry.folder in ("", ".") else f"{entry.store}/{entry.folder}")


def _path(told: str) -> str:
    """A path as the index holds it: percent-encoded where it is no printable text. It is shown as it is written."""
    return one_line(urllib.parse.unquote(told, errors="backslashreplace"))


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable() and "  " not in text:  # nearly all, of ten thousand
        return text[:400]
    return one_line(printable(" ".join(text.split())))[:400]


def _wrapped(text: str, indent: str, *, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        _clean(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
