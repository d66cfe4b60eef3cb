"""Tokens that a provider does not count, estimated by length."""

import typing as t

import pytest

from govkit.testing import raw_calls, raw_reply
from govkit.trial.dialogue import begin
from govkit.trial.reply import read_reply
from govkit.trial.uncounted import Uncounted, in_words, uncounted


def _found(bench: t.Any, raw: dict[str, t.Any]) -> Uncounted:
    dialogue = begin(bench.release, bench.profile, bench.trial)
    return uncounted(dialogue, read_reply(raw, bench.profile, 0))


def test_what_the_provider_counts_is_not_estimated(bench: t.Any) -> None:
    """One token is a count."""
    assert _found(bench, raw_reply("x" * 4000)) == Uncounted()


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}, {"total_tokens": 7}]
)
def test_without_a_count_it_is_a_quarter_of_the_characters(bench: t.Any, usage: t.Any) -> None:
    """Of the whole request, tools and all, and of all that the message holds."""
    found = _found(bench, raw_reply("x" * 4000) | {"usage": usage})
    task = sum(
        len(str(each["content"])) for each in begin(bench.release, bench.profile, bench.trial).messages
    )
    assert found.replies == 1
    assert found.input_tokens > task // 4
    assert 1000 <= found.output_tokens < 1050


def test_thoughts_and_calls_are_counted_as_well(bench: t.Any) -> None:
    """What is billed as output is more than prose: hidden reasoning, and the arguments of calls."""
    thought = raw_reply("", reasoning_content="x" * 4000) | {"usage": {"prompt_tokens": 9}}
    assert _found(bench, thought).output_tokens >= 1000
    assert _found(bench, thought).input_tokens == 0
    called = raw_calls(("write_file", {"content": "x" * 4000})) | {"usage": None}
    assert _found(bench, called).output_tokens >= 1000


def test_the_words_say_that_it_is_an_estimate() -> None:
    """Nothing where all was counted; numbers agree with their nouns."""
    assert in_words(Uncounted()) == ""
    assert in_words(Uncounted(1, 1200, 3)).startswith(
        "The provider counted no tokens for 1 reply. They are estimated"
    )
    assert "2 replies" in in_words(Uncounted(2, 1200, 3))
