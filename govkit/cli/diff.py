"""`govkit diff`: what changed between two systems, and which protocols must run again for it."""

import datetime
import json
import typing as t

import click

from govkit.cli import one_line, printable
from govkit.errors import AskedWrongly

SHOWN = 200
CHANGED = 6


@click.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--policy", metavar="POLICY", help="Whose triggers say what must run again.")
@click.option(
    "--incident", default="", metavar="TEXT", help="Something that happened, and may ask for a new test."
)
@click.option("--now", metavar="TIME", help="The time asked about, for the policy's calendar.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(
    before: str, after: str, policy: str | None, incident: str, now: str | None, *, as_json: bool
) -> int:
    """
    Compare two systems component by component: candidate files, runs, reports or decisions, in any mixture.

    With a policy, each change is held against its triggers: none, part or all of the protocols must run again. A change
    the policy does not name asks for all. Exit codes: 0 an approval of the first holds for the second and nothing must
    run again; 6 otherwise.
    """
    from govkit.api.changing import compare_subjects
    from govkit.api.gating import parse_moment

    if incident.strip() and policy is None:
        fix = "give --policy: its triggers say what an incident asks for"
        raise AskedWrongly("An incident by itself asks for nothing.", where="--incident", fix=fix)
    moment = parse_moment(now) if now else datetime.datetime.now(datetime.UTC)
    compared = compare_subjects(before, after, policy=policy, incident=incident, now=moment)
    if as_json:
        click.echo(json.dumps(_plain(compared), indent=2))
    else:
        click.echo("\n".join(_lines(compared)))
    return 0 if compared.asks_for_nothing else CHANGED


def _lines(compared: t.Any) -> t.Iterator[str]:
    yield f"before  {_short(compared.before.name)}  {compared.before.identity}"
    yield f"after   {_short(compared.after.name)}  {compared.after.identity}"
    for change in compared.changes:
        yield f"\n{change.trigger}: {_short(change.what)}"
        for label, text in (("before", change.before), ("after", change.after)):
            if text and change.before != change.after:
                yield f"  {label:7} {_short(text)}"
        for label, names in (
            ("added", change.added),
            ("removed", change.removed),
            ("changed", change.altered),
        ):
            if names:
                yield f"  {label:7} {_short(', '.join(names))}"
        yield from _asked(compared, change)
    yield ""
    if not compared.changes:
        yield "Nothing changed."
    elif compared.same_identity:
        yield "No material component changed: approvals of the first hold for the second."
    else:
        yield "VOID: approvals and waivers of the first do not hold for the second."
    if compared.retesting is not None:
        names = ", ".join(compared.retesting.protocols) or "nothing"
        yield f"Must run again ({compared.retesting.extent}): {names}."


def _asked(compared: t.Any, change: t.Any) -> t.Iterator[str]:
    for each in compared.retesting.asked if compared.retesting else ():
        if each.change is change:
            names = f": {', '.join(each.protocols)}" if each.protocols else ""
            yield f"  run again: {each.extent}{names}. {_short(each.why)}"


def _plain(compared: t.Any) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {
        "before": compared.before.identity,
        "after": compared.after.identity,
        "same_identity": compared.same_identity,
        "changes": [
            {
                name: getattr(each, name)
                for name in ("trigger", "what", "before", "after", "added", "removed", "altered")
            }
            for each in compared.changes
        ],
    }
    if compared.retesting is not None:
        found["run_again"] = {
            "extent": compared.retesting.extent,
            "protocols": compared.retesting.protocols,
            "by_change": [
                {
                    "trigger": each.change.trigger,
                    "extent": each.extent,
                    "protocols": each.protocols,
                    "why": each.why,
                }
                for each in compared.retesting.asked
            ],
        }
    return found


def _short(text: str) -> str:
    line = one_line(printable(" ".join(text.split())))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
