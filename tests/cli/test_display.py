"""How a run's progress reads."""

import dataclasses
import io
import typing as t

import rich.console
import rich.live

from govkit.assessment.model import Usage
from govkit.cli.display import SHORT, LiveTable, totals
from govkit.trial.uncounted import Uncounted
from govkit.workflow.ports import Before, CheckProgress, Progress


def _usage(calls: int, tokens: int) -> Usage:
    return Usage(
        exchanges=calls, attempts=calls, faults=0, tool_calls=0, input_tokens=tokens, output_tokens=0,
        interrupted=0, models=(),
    )  # fmt: skip


def _progress(before: Before | None) -> Progress:
    return Progress(
        checks=(), done=10, planned=30, usage=_usage(50, 7000), cost_usd=1.5, elapsed=20.0, left=100.0, before=before
    )  # fmt: skip


def test_a_first_commands_totals_are_its_own() -> None:
    """Calls, tokens, cost and time, and nothing of another command."""
    assert totals(_progress(None)) == "50 calls, 7,000 tokens, $1.50, 0:20 gone, about 1:40 left"


def test_totals_after_a_resume_say_what_was_there_before() -> None:
    """Trials, calls, tokens and cost of earlier commands are named, the time is this command's."""
    assert totals(_progress(Before(4, _usage(20, 3000), 0.5))) == (
        "50 calls, 7,000 tokens, $1.50 (of these, 4 trials, 20 calls, 3,000 tokens, $0.50 before this command), "
        "0:20 gone, about 1:40 left"
    )


def test_tokens_that_nobody_counted_do_not_look_counted() -> None:
    """Where the provider reports none, the sum is called an estimate, and how much of it is."""
    progress = dataclasses.replace(_progress(None), uncounted=Uncounted(3, 900, 100))
    assert totals(progress).startswith("50 calls, about 8,000 tokens (1,000 of them estimated), $1.50")


def test_one_call_that_failed_is_a_call_and_a_fault() -> None:
    """Numbers agree with their nouns."""
    usage = _usage(1, 0).model_copy(update={"faults": 1})
    first = dataclasses.replace(_progress(None), usage=usage)
    assert totals(first).startswith("1 call, 0 tokens, 1 fault, $1.50")


def test_while_a_judge_answers_the_trials_stay_on_the_screen() -> None:
    """The table of the checks, as it stood at their end, and below it how far the judge is."""
    console = rich.console.Console(width=100, file=io.StringIO(), force_terminal=False)
    check = CheckProgress(
        "a", "Left alone", 16, 16, dict.fromkeys(SHORT, 0), 0, 185_900, 200_000, settled=True
    )
    with rich.live.Live(console=console, auto_refresh=False) as live:
        watcher = LiveTable(live)
        watcher.show(dataclasses.replace(_progress(None), checks=(check,), done=16, planned=16))
        watcher.show(dataclasses.replace(_progress(None), done=12, planned=84, what="answers of the judge"))
        console.print(live.get_renderable())
    shown = t.cast(io.StringIO, console.file).getvalue()
    assert "16/16 trials" in shown
    assert "Left alone" in shown
    assert "12/84 answers of the judge" in shown
