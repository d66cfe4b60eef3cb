"""The options by which the gate is asked, alike for `gate`, `approve` and `waive`; and its rows for a person."""

import pathlib
import re
import typing as t

import click

from govkit.cli import one_line, printable
from govkit.digest import PATTERN
from govkit.errors import AskedWrongly

F = t.TypeVar("F", bound=t.Callable[..., t.Any])
MARKS: t.Mapping[str, str] = {
    "pass": "ok",
    "fail": "FAIL",
    "waived": "WAIVED",
    "conditional": "conditional",
    "needs-review": "needs review",
    "not-run": "not run",
    "insufficient": "insufficient",
    "expired": "EXPIRED",
    "void": "VOID",
}
SHOWN = 400


def gate_options(*, decisions_needed: bool) -> t.Callable[[F], F]:
    """The options of whatever asks the gate."""

    def add(command: F) -> F:
        for option in reversed(_options(decisions_needed=decisions_needed)):
            command = option(command)
        return command

    return add


def _options(*, decisions_needed: bool) -> list[t.Callable[[t.Any], t.Any]]:
    shared = [
        click.option("--policy", required=True, metavar="POLICY", help="A policy file, or the name of one that travels "
                     "with govkit: `govkit policy list`."),
        click.option("--tier", metavar="TIER", help="Risk tier of the policy; needed where it has several."),
        click.option("--subject", required=True, metavar="SUBJECT", help="What is to be deployed: a candidate file, or "
                     "the run folder, report or decision in which it stands."),
        click.option("--run", "runs", multiple=True, type=click.Path(path_type=pathlib.Path), metavar="RUN",
                     help="A run folder or a report; several times."),
        click.option("--decisions", required=decisions_needed, type=click.Path(path_type=pathlib.Path), metavar="DIR",
                     help="Folder with decisions, waivers and their log."),
        click.option("--trust", multiple=True, type=click.Path(path_type=pathlib.Path), metavar="CERT",
                     help="Certificate of a signer or authority you trust (PEM or DER)."),
        click.option("--log-head", metavar="DIGEST", help="An end that the decision log is known to have had."),
    ]  # fmt: skip
    # Whoever signs, signs now: a record of another day would hold longer than the policy allows.
    return shared if decisions_needed else [*shared, *_OTHER_DAYS]


_OTHER_DAYS = (
    click.option("--now", metavar="TIME", help="The time asked about; left out: this machine's clock."),
    click.option(
        "--allow-past", is_flag=True, help="Let --now be past: what has ended since then counts again."
    ),
)


def asked_with(**given: t.Any) -> t.Any:
    """What `govkit.api.gating` is asked, from the options."""
    from govkit.adapters.keys import load_certificates
    from govkit.api.gating import Asked, parse_moment

    return Asked(
        policy=given["policy"],
        subject=given["subject"],
        runs=given["runs"],
        tier=given["tier"],
        decisions=given["decisions"],
        anchors=tuple(each for path in given["trust"] for each in load_certificates(path)),
        now=parse_moment(given["now"]) if given.get("now") is not None else None,
        allow_past=given.get("allow_past", False),
        seen_head=_head(given["log_head"]),
        evidence_only=given.get("evidence_only", False),
    )


def _head(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(PATTERN, text):
        expected, fix = "sha256: and 64 digits", "give what an earlier gate or `govkit approve` printed"
        raise AskedWrongly(
            "This is no end of a log.", where="--log-head", expected=expected, found=text[:80], fix=fix
        )
    return text


def lines(result: t.Any) -> t.Iterator[str]:
    """What the gate says, for a person: waivers and conditions first, then every row, then the bottom line."""
    policy = result.policy
    yield f"{policy.id} {policy.version}, tier {policy.tier}, for {_clean(result.subject_name)}, as of {result.now}"
    yield f"subject {result.subject}"
    yield from _borne(result)
    yield ""
    width = max(len(row.requirement) for row in result.rows)
    for row in result.rows:
        yield f"  {MARKS[row.result]:12}  {row.requirement:{width}}  {row.reason}"
        if row.result != "pass":
            yield f"  {'':12}  {_clean(row.sentence)}"
            yield from (
                f"  {'':12}  {each.what}: {_clean(each.required)}; found {_clean(each.found)}"
                for each in row.numbers
            )
    for each in result.set_aside:
        yield f"  set aside     {_clean(each.what)}: {', '.join(each.reasons)}. {_clean(each.sentence)}"
    counts = ", ".join(f"{count} {MARKS[name].lower()}" for name, count in result.counts.items())
    yield f"\n{result.bottom.upper()}: {_clean(result.sentence)} ({counts})"
    if result.open_until:
        yield f"It stays open until {result.open_until} at the longest."


def _borne(result: t.Any) -> t.Iterator[str]:
    for row in result.rows:
        if row.waived is not None:
            borne = row.waived
            until = f"until {borne.valid_until[:10]}, borne by {_clean(borne.risk_owner)}"
            yield f"WAIVED  {row.requirement} ({borne.result}) {until}: {_clean(borne.why)}"
    for each in result.conditions:
        state = "met" if each.met else f"due {each.due}"
        yield f"CONDITION  {each.id}, {state}, {_clean(each.owner)}: {_clean(each.text)}"


def _clean(text: str) -> str:
    line = one_line(printable(" ".join(text.split())))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
