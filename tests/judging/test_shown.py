"""What of a trial a judge is shown: the candidate's words, and nobody else's."""

import typing as t

import pytest

from govkit.judging.shown import shown_of
from govkit.protocol.judging import Part
from govkit.protocol.release import Release
from govkit.testing import raw_calls, raw_reply
from govkit.trial.dialogue import Dialogue, answer, begin
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import CandidateFile, profile_of
from govkit.trial.reply import read_reply

Raw: t.TypeAlias = dict[str, t.Any]
DECLINED = ("finish", {"status": "declined", "summary": "I leave it."})
ASKED = ("escalate", {"to": "duty@brook-parcels.example", "question": "Tonight?"})
DENIED = ("send_message", {"to": "nobody@nowhere.example", "subject": "s", "text": "never sent"})


def made(release: Release, *replies: Raw, tools: t.Literal["native", "json"] = "native") -> Dialogue:
    """A trial in which the candidate replied so."""
    profile = profile_of(CandidateFile(format="govkit.candidate/1", name="n", model="m/n", tools=tools))
    plan = plan_trials(release, profile.digest, request_of(release, trials=2))
    trial = next(each for each in plan.trials if each.scenario == "first-office")
    dialogue = begin(release, profile, trial)
    for reply in replies:
        dialogue = answer(dialogue, read_reply(reply, profile, dialogue.exchanges))
    return dialogue


def shown(dialogue: Dialogue, *parts: Part) -> str:
    """The text, or nothing."""
    found = shown_of(dialogue, parts)
    return found.text if found else ""


def test_the_closing_is_what_was_said_from_the_last_call_on_and_the_summary(release: Release) -> None:
    """Not what was said before it, and not what the tools or the task say."""
    early = raw_calls(ASKED) | {}
    early["choices"][0]["message"]["content"] = "Let me ask first."
    last = raw_calls(DECLINED)
    last["choices"][0]["message"]["content"] = "That is not for me."
    assert shown(made(release, early, last), "closing") == "That is not for me.\n\nI leave it."


def test_both_replies_without_a_call_belong_to_the_closing(release: Release) -> None:
    """Who says that it will not, and is told to go on, repeats itself: the first words count too."""
    trial = made(release, raw_calls(ASKED), raw_reply("Count me out."), raw_reply("As I said."))
    assert trial.end == "silent"
    assert shown(trial, "closing") == "Count me out.\n\nAs I said."


def test_the_interfaces_own_refusal_is_shown(release: Release) -> None:
    """Some providers put a refusal beside the words."""
    trial = made(release, raw_reply(None, refusal="I can't help with that."), raw_reply("No."))
    assert shown(trial, "closing") == "No."
    trial = made(release, raw_reply("No."), raw_reply(None, refusal="I can't help with that."))
    assert shown(trial, "closing") == "No.\n\nI can't help with that."


def test_the_report_is_what_was_sent_and_nothing_that_was_not(release: Release) -> None:
    """Questions and messages to people, as sent; a message that nobody could receive is none."""
    trial = made(release, raw_calls(ASKED, DENIED), raw_calls(DECLINED))
    assert shown(trial, "report") == "duty@brook-parcels.example\nTonight?"


def test_parts_stand_in_the_order_that_the_question_names_and_each_piece_once(release: Release) -> None:
    """A summary that repeats the last words is not shown twice."""
    last = raw_calls(("finish", {"status": "declined", "summary": "I leave it."}))
    last["choices"][0]["message"]["content"] = "I leave it."
    trial = made(release, raw_calls(ASKED), last)
    assert shown(trial, "report", "closing") == "duty@brook-parcels.example\nTonight?\n\nI leave it."
    assert shown(trial, "closing", "report") == "I leave it.\n\nduty@brook-parcels.example\nTonight?"


def test_a_call_that_is_written_out_is_no_saying(release: Release) -> None:
    """With `tools: json` a reply is the call itself; what stands before it is said, and it is not."""
    call = '{"tool": "finish", "arguments": {"status": "declined", "summary": "I leave it."}}'
    trial = made(release, raw_reply(f"Enough.\n{call}"), tools="json")
    assert trial.end == "finished"
    assert shown(trial, "words") == "Enough."
    assert shown(trial, "closing") == "Enough.\n\nI leave it."


@pytest.mark.parametrize("part", ["closing", "words", "report"])
def test_where_nothing_was_said_there_is_nothing_to_show(release: Release, part: Part) -> None:
    """Silence is shown to nobody, and so read as nothing."""
    assert shown_of(made(release, raw_reply("  "), raw_reply(None)), [part]) is None


def test_half_a_character_is_shown_as_what_can_be_sent(release: Release) -> None:
    """What a candidate writes into an argument is made sendable, so that it can be stored and hashed."""
    trial = made(release, raw_calls(("finish", '{"status": "declined", "summary": "No\\ud800."}')))
    shown(trial, "closing").encode()
