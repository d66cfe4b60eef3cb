"""Which trials are shown, and how a conversation is told in little room."""

import collections
import json
import typing as t

import hypothesis.strategies as st
import pytest
from hypothesis import given

from govkit.adapters.protocol_folder import read_release
from govkit.digest import digest
from govkit.protocol.release import Release
from govkit.report.excerpts import (
    FIRST_TURNS,
    LAST_TURNS,
    RANDOM_TRIALS,
    VIOLATIONS,
    Excerpt,
    Excerpts,
    Turn,
    conversation_of,
    turns_of,
)
from govkit.scoring.detectors import Observation
from govkit.scoring.outcome import Score
from govkit.testing import raw_calls, raw_reply
from govkit.trial.dialogue import Dialogue, answer, begin
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import Profile, named_candidate, profile_of
from govkit.trial.reply import read_reply

RELEASE = read_release("peer-preservation@0.1.0")
LIST: tuple[str, dict[str, str]] = ("list_hosts", {})
VIOLATED = Score("violated", "it was moved", (Observation("act", "it was moved", 0, 0),))
COMPLIED = Score("complied", "the work is done", ())


def _profile(tools: t.Literal["native", "json"]) -> Profile:
    return profile_of(named_candidate("any").model_copy(update={"tools": tools}))


def _plan(release: Release = RELEASE) -> Plan:
    profile = _profile("native")
    return plan_trials(release, profile.digest, request_of(release))


def _dialogue(*raws: dict[str, t.Any], tools: t.Literal["native", "json"] = "native") -> Dialogue:
    profile = _profile(tools)
    dialogue = begin(RELEASE, profile, _plan().trials[0])
    for raw in raws:
        dialogue = answer(dialogue, read_reply(raw, profile, dialogue.exchanges))
    return dialogue


def _told(*raws: dict[str, t.Any], tools: t.Literal["native", "json"] = "native") -> list[tuple[str, str]]:
    """Who said what, without the task and without the answers' text."""
    turns = turns_of(_dialogue(*raws, tools=tools), ())[1:]
    return [(turn.who, "" if turn.who in ("answer", "follow-up") else turn.text) for turn in turns]


def _object(name: str, arguments: t.Mapping[str, t.Any]) -> str:
    return json.dumps({"tool": name, "arguments": dict(arguments)})


CALL = ("read_file", {"host": "a", "path": "/b c"})
READ = ("call", 'read_file(host="a", path="/b c")')


@pytest.mark.parametrize(
    ("raw", "tools"),
    [
        (raw_calls(CALL), "native"),
        (raw_reply(_object(*CALL)), "json"),
        (raw_reply(f"```json\n{_object(*CALL)}\n```"), "json"),
        (raw_reply(f"\n {_object(*CALL)} \n"), "json"),
    ],
)
def test_a_call_reads_alike_in_every_manner(
    raw: dict[str, t.Any], tools: t.Literal["native", "json"]
) -> None:
    """Tool calls of the interface and JSON objects, fenced or not, are told in one form."""
    assert _told(raw, tools=tools) == [READ, ("answer", "")]


def test_what_is_said_around_a_json_object_is_shown() -> None:
    """Nothing that the candidate said beside its call is lost, and braces in prose without a call stay prose."""
    around = raw_reply(f"I look.\n```json\n{_object(*CALL)}\n```\nThen {{more}}.")
    assert _told(around, tools="json") == [("candidate", "I look.\nThen {more}."), READ, ("answer", "")]
    prose = raw_reply('{"tool": 3}')
    assert _told(prose, tools="json") == [("candidate", '{"tool": 3}'), ("follow-up", "")]
    spoken = raw_calls(CALL)
    spoken["choices"][0]["message"]["content"] = 'As {"a": 1} says.'
    assert _told(spoken) == [("candidate", 'As {"a": 1} says.'), READ, ("answer", "")]
    native = raw_reply(_object(*CALL))
    assert _told(native) == [("candidate", _object(*CALL)), ("follow-up", "")]


@pytest.mark.parametrize("tools", ["native", "json"])
def test_the_same_call_over_and_over_is_told_once(tools: t.Literal["native", "json"]) -> None:
    """Twelve exchanges of one call and one answer are a call, an answer, and the count of the others."""
    raw = raw_calls(LIST) if tools == "native" else raw_reply(_object(*LIST))
    told = _told(*[raw] * 12, tools=tools)
    assert told == [
        ("call", "list_hosts()"),
        ("answer", ""),
        ("aside", "the same call and answer, 11 more times"),
    ]


def test_repeats_in_one_reply_and_with_words_are_told_once() -> None:
    """Parallel calls fold as well, and an exchange with words is a reply."""
    assert _told(raw_calls(LIST, LIST)) == [
        ("call", "list_hosts()"), ("answer", ""), ("aside", "the same call and answer, once more"),
    ]  # fmt: skip
    spoken = raw_calls(LIST)
    spoken["choices"][0]["message"]["content"] = "Again."
    assert _told(spoken, spoken)[-1] == ("aside", "the same reply and answer, once more")
    assert _told(raw_reply("No."), raw_reply("No."))[-1] == ("aside", "the same reply, once more")


def test_what_differs_is_not_folded() -> None:
    """Another argument, or another answer to the same call, is told by itself."""
    host = begin(RELEASE, _profile("native"), _plan().trials[0]).situation.hosts[0].name
    read = raw_calls(("read_file", {"host": host, "path": "/new"}))
    write = raw_calls(("write_file", {"host": host, "path": "/new", "content": "x"}))
    assert not [who for who, _ in _told(read, write, read) if who == "aside"]


def _long(acts_at: int) -> tuple[Turn, ...]:
    raws = [raw_calls(("read_file", {"host": "a", "path": f"/{number}"})) for number in range(20)]
    return turns_of(_dialogue(*raws), {(acts_at, 0)})


def test_a_long_trial_shows_its_beginning_its_act_and_its_end() -> None:
    """Wherever the act is, its call and the answer are there, marked; all that is left out is counted."""
    for acts_at in (0, 9, 12, 19):
        turns = _long(acts_at)
        [place] = [place for place, turn in enumerate(turns) if turn.act]
        assert turns[place].text.endswith(f'path="/{acts_at}")')
        assert turns[place + 1].who == "answer"
        left_out = sum(int(turn.text.split()[0]) for turn in turns if turn.who == "aside")
        assert left_out + sum(turn.who != "aside" for turn in turns) == 1 + 2 * 20
        assert len(turns) <= FIRST_TURNS + LAST_TURNS + 4


def test_long_texts_are_cut_once_and_counted() -> None:
    """By characters and by lines, the number left out is what is missing."""
    for text in (
        "x" * 700,
        "\n".join("abcdefghij" * 9 for _ in range(12)),
        "\n".join("a" for _ in range(30)),
    ):
        [turn] = [turn for turn in turns_of(_dialogue(raw_reply(text)), ()) if turn.who == "candidate"]
        assert text.startswith(turn.text)
        assert len(turn.text) <= 600
        assert turn.text.count("\n") < 10
        assert turn.cut == len(text) - len(turn.text) > 0


def test_a_whole_conversation_is_told_as_it_was() -> None:
    """What the excerpt cuts, folds and leaves out is all there: the system turn, spaces, repeats, the longest text."""
    words = "first line\n    an indented one\n" + "x" * 5_000
    dialogue = _dialogue(*[raw_calls(LIST)] * 20, raw_reply(words))
    whole, first = conversation_of(dialogue, {(0, 0)}), dialogue.first.messages
    assert [(turn.who, turn.text) for turn in whole[:2]] == [
        ("system", first[0]["content"]),
        ("task", first[1]["content"]),
    ]
    assert sum(turn.who == "call" for turn in whole) == len(dialogue.steps)
    assert [turn.act for turn in whole if turn.who == "call"][:2] == [True, False]
    assert [turn.text for turn in whole if turn.who == "candidate"] == [words]
    assert not any(turn.cut or turn.who == "aside" for turn in whole)


def _chosen(trials: t.Iterable[tuple[Trial, Score]], root: str = "9f" * 32) -> tuple[Excerpt, ...]:
    excerpts, dialogue = Excerpts(RELEASE, root), _dialogue(raw_calls(LIST))
    for trial, found in trials:
        excerpts.add(trial, dialogue, found)
    return excerpts.chosen()


def test_violations_come_from_different_templates() -> None:
    """Of each check, one violation of every template is shown before a second of any."""
    chosen = _chosen((trial, VIOLATED) for trial in _plan().trials)
    shown: dict[str, list[str]] = collections.defaultdict(list)
    for excerpt in chosen:
        if excerpt.chosen == "violation":
            shown[excerpt.check].append(excerpt.scenario)
    assert [excerpt.chosen for excerpt in chosen[:RANDOM_TRIALS]] == ["random"] * RANDOM_TRIALS
    assert len(shown) == len(RELEASE.protocol.checks)
    for scenarios in shown.values():
        assert len(scenarios) == len(set(scenarios)) == VIOLATIONS


def test_one_template_alone_gives_all_violations() -> None:
    """Where only one template has violations, further ones of it are shown, and no trial is shown twice."""
    trials = _plan().trials
    only = trials[0].scenario
    chosen = _chosen((trial, VIOLATED if trial.scenario == only else COMPLIED) for trial in trials)
    assert len({excerpt.trial for excerpt in chosen}) == len(chosen)
    assert sum(excerpt.chosen == "violation" for excerpt in chosen) == VIOLATIONS


def test_the_choice_depends_on_the_evidence_and_on_no_order() -> None:
    """The trials may go by in any order; another Merkle root shows others."""
    trials = [(trial, VIOLATED) for trial in _plan().trials]
    assert _chosen(trials) == _chosen(reversed(trials))
    assert {each.trial for each in _chosen(trials)} != {each.trial for each in _chosen(trials, digest(b"x"))}


def test_a_run_without_violations_shows_random_trials_only() -> None:
    """Nothing is called a violation that is none; no trial at all shows nothing."""
    chosen = _chosen((trial, COMPLIED) for trial in _plan().trials)
    assert [excerpt.chosen for excerpt in chosen] == ["random"] * RANDOM_TRIALS
    assert _chosen([]) == ()


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(["native", "json"]))
def test_whatever_is_said_can_be_told(words: str, tools: t.Literal["native", "json"]) -> None:
    """No reply, with or without a call in it, breaks the excerpt; a verifier tells what strangers recorded."""
    for said in (words, words + _object(*CALL) + words, _object(words, {words: words})):
        turns = turns_of(_dialogue(raw_reply(said), tools=tools), ())
        assert turns[0].who == "task"
        assert all(len(turn.text) <= 600 for turn in turns)
