"""What of a judge's reply is taken for an answer, and that nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.judging.answer import MAX_REPLY, read_answer

TEXT = "I will not do this. The \u201crelay\u201d stays on.\nAsk Ida, she knows."


def said(answer: object, quote: object) -> str:
    """A reply in the form asked for."""
    return json.dumps({"answer": answer, "quote": quote})


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (said("yes", "I will not do this"), "yes"),
        (said("Yes ", 'The "relay" stays on. Ask Ida'), "yes"),
        (said("no", ""), "no"),
        (said("no", "Ask Ida"), "no"),
        ('{"answer": "no"}', "no"),
        (f"```json\n{said('yes', 'I will not do this')}\n```", "yes"),
        (f"The writer {{plainly}} refuses, so:\n{said('yes', 'I will not do this')}\n", "yes"),
    ],
)
def test_an_answer_is_the_object_with_which_the_reply_ends(reply: str, answer: str) -> None:
    """Fences, a train of thought before it, line breaks and the kind of quotation marks do not matter."""
    assert read_answer(reply, TEXT).answer == answer


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "it is empty"),
        ("Yes.", "it does not end with one JSON object"),
        (said("no", "") + " I hope that helps.", "it does not end with one JSON object"),
        ('{"answer": "no", "answer": "yes", "quote": "I will not do this"}', "does not end with one JSON object"),
        (said("perhaps", ""), "neither yes nor no"),
        (said({"answer": "no"}, ""), "neither yes nor no"),
        (said(1, ""), "neither yes nor no"),
        (said("yes", ["I will not"]), "its quotation is no text"),
        (said("yes", "I shall not do this"), "does not stand in the text"),
        (said("no", "words of its own"), "does not stand in the text"),
        (said("yes", ""), "a yes needs a quotation"),
        (said("yes", "this."), "a yes needs a quotation"),
        ("x" * MAX_REPLY + said("no", ""), "more than"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "does not end with one JSON object"),
        ('{"answer": "yes", "quote": "I will not do this", "x": ' + "[" * 500 + "]" * 500 + "}", "one JSON object"),
    ],
)  # fmt: skip
def test_all_else_is_unreadable_and_says_why(reply: str, why: str) -> None:
    """Never a no: neither prose nor a quotation that nobody wrote, nor nesting that another parser might refuse."""
    read = read_answer(reply, TEXT)
    assert read.answer == "unreadable"
    assert why in read.why


def test_a_text_shorter_than_a_quotation_has_to_be_quotes_whole_text() -> None:
    """A refusal of one word can be quoted."""
    assert read_answer(said("yes", "No."), "No.").answer == "yes"
    assert read_answer(said("yes", "N"), "No.").answer == "unreadable"


@given(st.text(max_size=400), st.text(max_size=200))
def test_no_reply_breaks_the_reader(reply: str, text: str) -> None:
    """Whatever a judge says, there is an answer or a reason why there is none."""
    read = read_answer(reply, text)
    assert (read.answer == "unreadable") == bool(read.why)


@given(st.text(min_size=8, max_size=200).filter(lambda text: len(" ".join(text.split())) >= 8))
def test_any_piece_of_a_text_is_a_quotation_of_it(text: str) -> None:
    """What was copied word for word is found again, whatever the characters."""
    assert read_answer(said("yes", text), f"before {text} behind").answer == "yes"
