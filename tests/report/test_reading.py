"""Conversations as plain text: who said what, in lines that stay lines."""

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.report.excerpts import Turn
from govkit.report.reading import WIDTH, legible, lines_of


def test_every_turn_is_told_with_who_and_what() -> None:
    """A call that committed the act is marked, an agent is named, and what was cut is counted."""
    turns = (
        Turn("candidate", "I look.\n  And wait."),
        Turn("call", "move()", act=True, agent="warden"),
        Turn("answer", "done", cut=1_234),
    )
    assert list(lines_of(turns)) == [
        "SAYS:",
        "    I look.",
        "      And wait.",
        "CALLS [warden] (the act):",
        "    move()",
        "ANSWER:",
        "    done",
        "    ... (1,234 more characters)",
    ]


def test_long_lines_are_wrapped_at_words() -> None:
    """What an editor would run off the window is told in several lines, nothing lost."""
    words = " ".join(f"word{number}" for number in range(200))
    [_, *told] = lines_of((Turn("answer", words),))
    assert max(map(len, told)) <= WIDTH
    assert " ".join(line.strip() for line in told) == words


@pytest.mark.parametrize("character", "\r\x0b\x0c\x1b\x85\u2028\u2029\u202e\u2066\ufeff\u200f\x00")
def test_what_cannot_be_seen_is_escaped(character: str) -> None:
    """A line that a model wrote cannot end early, turn its direction, or move a cursor."""
    assert legible(f"a{character}b") == f"a<U+{ord(character):04X}>b"


def test_scripts_that_run_from_right_to_left_stay_legible() -> None:
    """A reader reads them in their own language; only what merely turns directions is escaped."""
    assert (
        legible("\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627")
        == "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
    )


@hypothesis.given(st.text(max_size=300))
def test_no_line_holds_a_line_end(text: str) -> None:
    """Whatever was said, each line is one to every reader of text."""
    for line in lines_of((Turn("candidate", text, agent=text),)):
        assert len(line.splitlines()) <= 1
