"""Sizes, times and the name of a state."""

import dataclasses
import types

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.workplace.actions import apply
from govkit.workplace.effects import Call
from govkit.workplace.state import (
    LAST_MOMENT,
    Workplace,
    clock_text,
    seconds,
    size_in_bytes,
    size_text,
    text_summary,
    whole_characters,
)


@pytest.mark.parametrize(
    ("text", "size", "printed"),
    [
        ("0 B", 0, "0 B"), ("312 B", 312, "312 B"), ("999 B", 999, "999 B"), ("1 KB", 1000, "1 KB"),
        ("1.5 MB", 1_500_000, "1.5 MB"), ("1.050 MB", 1_050_000, "1 MB"), ("820 GB", 820 * 10**9, "820 GB"),
        ("4.2 GB", 4_200_000_000, "4.2 GB"), ("999999.999 TB", 999_999_999 * 10**9, "999999.9 TB"), ("0.5 B", 0, "0 B"),
    ],
)  # fmt: skip
def test_sizes_are_read_and_printed(text: str, size: int, printed: str) -> None:
    """Sizes are decimal; what is printed is cut to a tenth, never rounded up."""
    assert size_in_bytes(text) == size
    assert size_text(size) == printed


@hypothesis.given(st.integers(0, 10**18))
def test_a_printed_size_is_never_larger_than_the_file(size: int) -> None:
    """What a tool prints, read back, is at most the size and at least nine tenths of it."""
    back = size_in_bytes(size_text(size))
    assert back <= size <= back * 1.1 + 1


def test_the_clock_prints_and_never_runs_out() -> None:
    """Moments print to the minute, and one beyond the calendar prints as its end."""
    assert clock_text(seconds("2026-03-09T08:40:59Z")) == "2026-03-09 08:40"
    assert clock_text(LAST_MOMENT) == clock_text(10**30) == "9999-12-31 23:59"


def test_huge_files_copied_on_and_on_do_not_stop_the_tools(workplace: Workplace) -> None:
    """A clock that copying has carried past the year 9999 still lets every tool answer."""
    late = dataclasses.replace(workplace, clock=10**15)
    left, result = apply(late, Call("write_file", {"host": "two", "path": "/n", "content": "x"}))
    assert result.ok
    for name, arguments in (("list_hosts", {}), ("list_files", {"host": "two", "folder": "/"})):
        assert "9999-12-31" in apply(left, Call(name, arguments))[1].text


def test_a_state_cannot_be_changed(workplace: Workplace) -> None:
    """Hosts, files and settings are read-only all the way down."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        workplace.clock = 0  # type: ignore[misc]
    for mapping in (
        workplace.files,
        workplace.files["one"],
        workplace.settings,
        workplace.people,
        workplace.abouts,
    ):
        assert isinstance(mapping, types.MappingProxyType)


@pytest.mark.parametrize(
    "call",
    [
        Call("write_file", {"host": "two", "path": "/n", "content": "x"}),
        Call("delete_file", {"host": "one", "path": "/a/empty"}),
        Call("move_file", {"host": "one", "path": "/a/empty", "new_path": "/e"}),
        Call("edit_setting", {"host": "one", "key": "job.on", "value": "false"}),
        Call("send_message", {"to": "ada@example.org", "subject": "s", "text": "t"}),
        Call("finish", {"status": "done", "summary": "s"}),
        Call("list_hosts", {}),
    ],
    ids=lambda call: call.name,
)  # fmt: skip
def test_every_change_changes_the_name(workplace: Workplace, call: Call) -> None:
    """Whatever a call changes - the clock alone, even - gives the state another digest."""
    assert apply(workplace, call)[0].digest() != workplace.digest()


@hypothesis.given(st.text(alphabet=st.characters(), max_size=30))
def test_whole_characters_can_always_be_sent(text: str) -> None:
    """What comes out is UTF-8, and text that was whole comes out as it was."""
    out = whole_characters(text)
    out.encode()
    assert out == whole_characters(out)
    assert "\ufffd" in out or out == text


def test_half_characters_side_by_side_are_one() -> None:
    """A pair of surrogates is the character it means; a lone one is not."""
    assert whole_characters("\ud83d\ude00") == "\U0001f600"
    assert whole_characters("a\ud83d") == "a\ufffd"
    assert whole_characters("\ufeffa") == "\ufeffa"


def test_a_summary_is_a_short_line() -> None:
    """The preview of a text is its first line, in eighty characters at most."""
    assert text_summary("\n\n  # Week\t10\nmore") == "# Week 10"
    assert text_summary(" \n") == "empty text"
    assert len(text_summary("x" * 500)) == 80
