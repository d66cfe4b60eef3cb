"""The conversation of a trial: how it goes on, what is said, and how it ends."""

import json
import typing as t

import pytest

from govkit.testing import raw_calls, raw_reply
from govkit.trial.dialogue import answer, begin
from govkit.trial.reply import read_reply
from govkit.trial.transcript import MAX_RECORD


def test_the_opening_is_the_profile_the_protocol_and_the_task(bench: t.Any, json_bench: t.Any) -> None:
    """System turn and task are sent; the json manner adds the tools in words, and nothing else differs."""
    native, manner = (begin(each.release, each.profile, each.trial) for each in (bench, json_bench))
    assert [message["role"] for message in native.fresh] == ["system", "user"]
    # The two benches' first trials differ in name, so compare on one trial.
    manner = begin(json_bench.release, json_bench.profile, bench.trial)
    assert manner.messages[1] == native.messages[1]
    added = manner.messages[0]["content"].removeprefix(native.messages[0]["content"])
    assert added.strip().startswith("Reply with one JSON object")
    assert "- finish: " in added


def test_nothing_told_depends_on_the_candidates_name(bench: t.Any) -> None:
    """Two candidates with the same system prompt are told the same bytes."""
    other = bench.profile.model_copy(update={"name": "other", "model": "else/where"})
    assert begin(bench.release, other, bench.trial).messages == bench.make(raw_reply("x"))[0].messages[:2]


def test_parallel_calls_are_carried_out_in_order(bench: t.Any) -> None:
    """Each call of a reply sees what the one before it did, and each gets its own answer."""
    host = bench.release.scenarios[bench.trial.scenario].hosts[0].name
    write = ("write_file", {"host": host, "path": "/new", "content": "hello"})
    dialogue, _ = bench.make(raw_calls(write, ("read_file", {"host": host, "path": "/new"}), write))
    assert [step.result.text for step in dialogue.steps][1] == "hello"
    assert [(step.exchange, step.index) for step in dialogue.steps] == [(0, 0), (0, 1), (0, 2)]
    answers = dialogue.fresh
    assert [message["tool_call_id"] for message in answers] == ["call_0", "call_1", "call_2"]
    assert [message["role"] for message in answers] == ["tool"] * 3


def test_too_many_calls_are_answered_and_not_carried_out(bench: t.Any) -> None:
    """Beyond the protocol's limit a call gets an error; what it would have changed is on record as blocked."""
    limit = bench.release.protocol.harness.max_calls_per_reply
    host = bench.release.scenarios[bench.trial.scenario].hosts[0]
    delete = ("delete_file", {"host": host.name, "path": "/zzz"})
    path = next(
        file.path
        for file in begin(bench.release, bench.profile, bench.trial).situation.hosts[0].files
        if not file.locked
    )
    beyond = ("delete_file", {"host": host.name, "path": path})
    dialogue, _ = bench.make(raw_calls(*[delete] * limit, beyond))
    last = dialogue.steps[-1].result
    assert "too many calls" in last.text
    assert [effect.blocked for effect in last.effects] == [True]
    assert path in dialogue.workplace.files[host.name]


def test_bad_arguments_are_answered(bench: t.Any) -> None:
    """A call without a JSON object gets an error for an answer, takes no time, and the trial goes on."""
    dialogue, _ = bench.make(raw_calls(("read_file", "{")))
    assert dialogue.steps[0].result.text == "Error: the arguments are not a JSON object."
    assert dialogue.end == "interrupted"
    assert dialogue.workplace.clock == dialogue.steps[0].clock


def test_calls_after_finish_get_an_error_and_the_trial_is_over(bench: t.Any, done: dict[str, t.Any]) -> None:
    """What stands behind `finish` in the same reply is not carried out; afterwards nothing can be answered."""
    raw = raw_calls(("finish", {"status": "done", "summary": ""}), ("list_hosts", {}))
    dialogue, _ = bench.make(raw)
    assert dialogue.end == "finished"
    assert dialogue.steps[1].result.text == "Error: the task is closed."
    with pytest.raises(ValueError, match="has ended"):
        answer(dialogue, read_reply(done, bench.profile, 1))


def test_two_silent_replies_end_a_trial(bench: t.Any) -> None:
    """After a reply without a call the follow-up is sent once; the second such reply in a row is the end."""
    dialogue, _ = bench.make(raw_reply("hm"))
    assert dialogue.fresh == ({"role": "user", "content": bench.release.protocol.harness.follow_up.strip()},)
    assert bench.make(raw_reply("hm"), raw_reply(None))[0].end == "silent"
    between = raw_calls(("list_hosts", {}))
    assert bench.make(raw_reply("hm"), between, raw_reply("hm"))[0].end == "interrupted"


def test_an_empty_list_of_calls_is_silence(bench: t.Any) -> None:
    """Null and an empty list of calls are no call."""
    assert bench.make(raw_reply("a", tool_calls=None), raw_reply("b", tool_calls=[]))[0].end == "silent"


def test_the_exchanges_are_counted(bench: t.Any) -> None:
    """The protocol's number of exchanges is the end, however busy; finishing in the last one counts."""
    limit = bench.release.protocol.harness.max_exchanges
    busy = [raw_calls(("list_hosts", {}))] * limit
    assert bench.make(*busy)[0].end == "exchange-limit"
    assert bench.make(*busy[:-1])[0].end == "interrupted"
    last = raw_calls(("finish", {"status": "done", "summary": ""}))
    assert bench.make(*busy[:-1], last)[0].end == "finished"


def test_a_record_stays_readable_whatever_is_written_and_read_back(bench: t.Any) -> None:
    """Files filled with wide characters and read back on and on end the trial by size, in a record that fits."""
    host = bench.release.scenarios[bench.trial.scenario].hosts[0].name
    content = {"host": host, "path": "/f", "content": "\U0001f600" * 60_000}
    write = ("write_file", json.dumps(content, ensure_ascii=False))
    reads = [("read_file", {"host": host, "path": "/f"})] * 12
    dialogue = begin(bench.release, bench.profile, bench.trial)
    replies = [raw_calls(write), *[raw_calls(*reads)] * 29]
    sizes = 0
    for raw in replies:
        if dialogue.end is None:
            sizes += len(json.dumps([dict(each) for each in dialogue.fresh])) + len(json.dumps(raw))
            dialogue = answer(dialogue, read_reply(raw, bench.profile, dialogue.exchanges))
    assert dialogue.end == "exchange-limit"
    assert dialogue.exchanges < 30
    assert sizes < MAX_RECORD // 2


def test_the_json_manner_answers_in_user_turns(json_bench: t.Any) -> None:
    """Where tools are a schema, each reply is one call and its answer comes in a user turn."""
    call = raw_reply('{"tool": "list_hosts", "arguments": {}}')
    dialogue, _ = json_bench.make(call)
    (told,) = dialogue.fresh
    assert told["role"] == "user"
    assert told["content"].startswith("Answer of list_hosts:\n")
    closing = raw_reply('{"tool": "finish", "arguments": {"status": "done", "summary": ""}}')
    assert json_bench.make(call, closing)[0].end == "finished"
    assert json_bench.make(raw_reply("I would list hosts."), raw_reply("{"))[0].end == "silent"


def test_every_word_we_send_can_be_sent(bench: t.Any, json_bench: t.Any) -> None:
    """Half characters in names, arguments and words come back as whole ones."""
    raw = raw_calls(
        ("x\ud800", {"\udfff": 1}),
        ("read_file", {"\udfff": 1}),
        ("read_file", {"host": "\ud800", "path": "/\ud800"}),
    )
    raw["choices"][0]["message"]["content"] = "\ud800"
    raw["choices"][0]["message"]["tool_calls"][0]["id"] = "\ud800"
    for dialogue in (
        bench.make(raw)[0],
        json_bench.make(raw_reply('{"tool": "\\ud800", "arguments": {"\\ud800": 1}}'))[0],
    ):
        json.dumps([dict(each) for each in dialogue.messages], ensure_ascii=False).encode()
