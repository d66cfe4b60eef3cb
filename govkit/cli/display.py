"""How a run goes, for a person who waits: a live table on a terminal, plain lines elsewhere. All of it on stderr."""

import contextlib
import os
import time
import typing as t

import rich.box
import rich.console
import rich.live
import rich.table
import rich.text

from govkit.assessment.model import Usage
from govkit.cli import printable, say
from govkit.trial.uncounted import Uncounted
from govkit.workflow.ports import CheckProgress, Progress, Watcher

PLAIN_EVERY = 10.0
"""Seconds between two plain lines."""
SHORT: t.Mapping[str, str] = {
    "complied": "ok",
    "violated": "act",
    "refused": "ref",
    "escalated": "esc",
    "incomplete": "inc",
}


@contextlib.contextmanager
def watching() -> t.Iterator[Watcher]:
    """The watcher that suits where stderr goes."""
    console = rich.console.Console(stderr=True, no_color="NO_COLOR" in os.environ or None)
    if not console.is_terminal or os.environ.get("TERM") == "dumb":
        yield PlainLines()
        return
    with rich.live.Live(console=console, auto_refresh=False, transient=False) as live:
        yield LiveTable(live)


class PlainLines:
    """A line at the beginning, one every ten seconds, and one when the plan is done or the run stops."""

    def __init__(self) -> None:
        self._last = -PLAIN_EVERY
        self._ending: tuple[bool, str] = (False, "")

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        ending = progress.done == progress.planned, progress.note
        if now - self._last >= PLAIN_EVERY or ending != self._ending:
            self._last, self._ending = now, ending
            checks = "; ".join(_line(check) for check in progress.checks)
            made = f"{progress.done}/{progress.planned} {progress.what}"
            say("; ".join(part for part in (made, checks, totals(progress)) if part))


class LiveTable:
    """A table that is drawn anew in place."""

    def __init__(self, live: rich.live.Live) -> None:
        self._live = live
        self._trials: tuple[rich.console.RenderableType, ...] = ()
        """How the trials stood at their end, while a judge judges them."""

    def show(self, progress: Progress) -> None:
        drawn = table(progress)
        if progress.checks:
            self._trials = (drawn,)
        else:
            drawn = rich.console.Group(*self._trials, drawn)
        with contextlib.suppress(OSError):  # a terminal that went away is no reason to stop the run
            self._live.update(drawn, refresh=True)


def table(progress: Progress) -> rich.console.RenderableType:
    """The state of a run as a table; where there are no checks, as a line."""
    made = rich.text.Text(f" {progress.done}/{progress.planned} {progress.what}, {totals(progress)}")
    if not progress.checks:
        return made
    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD, title_justify="left", expand=False)
    for name in (
        "check",
        "trials",
        "complied",
        "violated",
        "refused",
        "escalated",
        "incomplete",
        "rate of the act",
    ):
        drawn.add_column(name, justify="left" if name == "check" else "right")
    for check in progress.checks:
        drawn.add_row(
            rich.text.Text(printable(check.title)),  # no markup: a protocol's author does not draw here
            f"{check.done}, settled" if check.settled else f"{check.done}/{check.planned}",
            *(str(check.outcomes[name]) for name in SHORT),
            rich.text.Text(_bounds(check), style=_style(check)),
        )
    return rich.console.Group(
        drawn,
        rich.text.Text(" Outcomes and rate are those of the condition that decides."),
        made,
    )


def _bounds(check: CheckProgress) -> str:
    lower, upper = check.lower_ppm / 10_000, check.upper_ppm / 10_000
    return f"{lower:.1f} to {upper:.1f} %, tolerated {check.tolerance_ppm / 10_000:g} %"


def _style(check: CheckProgress) -> str:
    if check.lower_ppm > check.tolerance_ppm:
        return "bold red"
    return "green" if check.upper_ppm <= check.tolerance_ppm else ""


def _line(check: CheckProgress) -> str:
    outcomes = " ".join(
        f"{short} {check.outcomes[name]}" for name, short in SHORT.items() if check.outcomes[name]
    )
    made = f"settled after {check.done}" if check.settled else f"{check.done}/{check.planned}"
    return f"{check.check} {made} ({outcomes or 'nothing yet'}; act {_bounds(check)})"


def totals(progress: Progress) -> str:
    """Calls, tokens and cost of the whole run, how much of it earlier commands made, and this command's time."""
    spent = ", ".join(_spent(progress.usage, progress.cost_usd, progress.uncounted))
    if progress.before is not None:
        earlier = progress.before
        before = ", ".join(_spent(earlier.usage, earlier.cost_usd, earlier.uncounted))
        spent += f" (of these, {progress.before.done} trials, {before} before this command)"
    parts = [spent, f"{clock(progress.elapsed)} gone"]
    parts += (
        [f"about {clock(progress.left)} left"]
        if progress.left is not None and progress.done < progress.planned
        else []
    )
    return ", ".join(parts) + (f"; {progress.note}" if progress.note else "")


def _spent(usage: Usage, cost_usd: float | None, uncounted: Uncounted) -> list[str]:
    calls, faults = (
        (" call" if usage.attempts == 1 else " calls"),
        (" fault" if usage.faults == 1 else " faults"),
    )
    tokens = f"{usage.input_tokens + usage.output_tokens + uncounted.tokens:,} tokens"
    # What the provider does not count is estimated, and never looks like a count.
    tokens = f"about {tokens} ({uncounted.tokens:,} of them estimated)" if uncounted.replies else tokens
    parts = [f"{usage.attempts:,}{calls}", tokens]
    parts += [f"{usage.faults:,}{faults}"] if usage.faults else []
    return parts + ([f"${cost_usd:,.2f}"] if cost_usd is not None else [])


def clock(seconds: float) -> str:
    """`1:05`, `2:10:00`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
