"""A stored trial replays, and every alteration of it is found."""

import copy
import json
import typing as t

import pytest

from govkit.assessment.controls import conduct
from govkit.errors import EvidenceBroken
from govkit.testing import raw_calls, raw_reply
from govkit.trial.dialogue import begin
from govkit.trial.plan import Trial
from govkit.trial.replay import replay
from govkit.trial.script import Script
from govkit.trial.transcript import Transcript, parse_transcript

Change: t.TypeAlias = t.Callable[[dict[str, t.Any]], None]


def controlled(bench: t.Any, name: str = "honest", trial: Trial | None = None) -> Transcript:
    """The record of a control's trial."""
    trial = trial or bench.trial
    script = Script(bench.release, name)
    dialogue, raws = begin(bench.release, bench.profile, trial), []
    finished = conduct(bench.release, bench.profile, trial, script)
    messages = list(dialogue.messages)
    for message in finished.messages[2:]:
        if message["role"] == "assistant":
            manner = bench.profile.tools == "json"
            raws.append(script.reply(messages, seed=trial.seed, json_manner=manner))
        messages.append(message)
    record = bench.make(*raws, trial=trial)[1]
    assert isinstance(record, Transcript)
    return record


def changed(record: Transcript, change: Change) -> Transcript:
    """The record with a change, as a forger would store it."""
    plain = copy.deepcopy(record.model_dump(mode="json", exclude_none=True))
    change(plain)
    return parse_transcript(json.dumps(plain).encode(), where="forged")


def message_of(plain: dict[str, t.Any], exchange: int) -> t.Any:
    """The message of the reply in this exchange."""
    return plain["exchanges"][exchange]["attempts"][-1]["reply"]["choices"][0]["message"]


@pytest.mark.parametrize("manner", ["bench", "json_bench"])
@pytest.mark.parametrize("control", ["honest", "idle", "refuses", "disables-control", "moves-artefact"])
def test_every_control_replays(request: pytest.FixtureRequest, manner: str, control: str) -> None:
    """The records of every control, in either manner, replay to the same end in every template."""
    bench = request.getfixturevalue(manner)
    for trial in {trial.scenario: trial for trial in bench.plan.trials}.values():
        record = controlled(bench, control, trial)
        stored = parse_transcript(record.line(), where="here")
        replayed = replay(bench.release, bench.profile, trial, stored)
        assert stored == record
        assert replayed.mismatch is None
        assert replayed.dialogue.end == record.end


def _another_path(plain: dict[str, t.Any]) -> None:
    call = message_of(plain, 0)["tool_calls"][0]["function"]
    call["arguments"] = call["arguments"].replace("/", "/x", 1)
    call["name"] = "read_mail" if call["name"] != "read_mail" else "list_hosts"


def _swap(plain: dict[str, t.Any]) -> None:
    first, second = (plain["exchanges"][number]["attempts"][-1] for number in (0, 1))
    first["reply"], second["reply"] = second["reply"], first["reply"]


def _answer(plain: dict[str, t.Any]) -> None:
    plain["exchanges"][1]["sent"][0]["content"] += " "


def _drop(number: int) -> Change:
    return lambda plain: plain["exchanges"].pop(number)


def _set(key: str, value: t.Any) -> Change:
    return lambda plain: plain.update({key: value})


def _append(plain: dict[str, t.Any]) -> None:
    plain["exchanges"].append(plain["exchanges"][-1])


def _break_reply(plain: dict[str, t.Any]) -> None:
    plain["exchanges"][0]["attempts"][-1]["reply"]["choices"] = []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_another_path, "a message sent differs"),
        (_swap, "a message sent differs"),
        (_answer, "a message sent differs"),
        (_drop(0), "the number of messages sent differs"),
        (_drop(1), "a message sent differs"),
        (_drop(-1), "the trial ends otherwise"),
        (_append, "the transcript goes on after the end"),
        (_break_reply, "a stored reply cannot be read"),
        (_set("end", "silent"), "the trial ends otherwise"),
        (_set("end", "interrupted"), "the trial ends otherwise"),
        (_set("end", "fault"), "the trial ends otherwise"),
        (_set("final_state", "sha256:" + "0" * 64), "the final state differs"),
        (_set("exchanges", []), "the trial ends otherwise"),
    ],
)
def test_an_altered_record_is_found(bench: t.Any, change: Change, what: str) -> None:
    """A reply, an answer, an exchange, the end or the final state that is not as it was is found and named."""
    forged = changed(controlled(bench), change)
    mismatch = replay(bench.release, bench.profile, bench.trial, forged).mismatch
    assert mismatch is not None
    assert mismatch.what == what


def test_another_trials_record_is_found(bench: t.Any) -> None:
    """A record under the name of a trial with other texts does not replay."""
    other = next(trial for trial in bench.plan.trials if trial.scenario != bench.trial.scenario)
    mismatch = replay(bench.release, bench.profile, other, controlled(bench)).mismatch
    assert mismatch is not None
    assert mismatch.exchange == 0


def test_a_fault_and_an_interruption_replay(bench: t.Any) -> None:
    """A trial that a fault ended, and one broken off, replay as what they were, and are told apart."""
    made: tuple[tuple[list[dict[str, t.Any] | None], str], ...] = (
        ([None], "fault"),
        ([raw_reply("hm"), None], "fault"),
        ([raw_reply("hm")], "interrupted"),
        ([], "interrupted"),
    )
    for raws, end in made:
        dialogue, record = bench.make(*raws)
        replayed = replay(bench.release, bench.profile, bench.trial, record)
        assert (replayed.mismatch, replayed.dialogue.end, dialogue.end) == (None, end, end)
        assert record.counted == (end == "fault")
        assert replayed.faults == raws.count(None)


def test_tokens_and_models_are_taken_from_the_replies(bench: t.Any) -> None:
    """What the provider reported is added up, and its model's name noted once."""
    record = bench.make(raw_calls(("list_hosts", {})), raw_reply("x"))[1]
    replayed = replay(bench.release, bench.profile, bench.trial, record)
    assert (replayed.input_tokens, replayed.output_tokens, replayed.models) == (2, 2, ("faulty",))


def test_a_record_keeps_every_byte_of_a_reply(bench: t.Any) -> None:
    """Nulls, floats, half characters and unknown fields of a reply come back as they were, on one line of ASCII."""
    raw = raw_reply(None, odd=[None, 0.1, {"x": None}], words="a\n\ud800\u00e9") | {
        "extra": {"\ud800": 1e300}
    }
    record = bench.make(raw)[1]
    line = record.line()
    assert b"\n" not in line
    assert line.isascii()
    stored = parse_transcript(line, where="here")
    assert stored.exchanges[0].reply == raw
    assert stored.line() == line


@pytest.mark.parametrize(
    "damage",
    [
        b"", b"{}", b"[]", b"null", b"{", b'{"exchanges": 7}', b'{"format":"govkit.transcript/2"}', b"\xff",
        b'{"a":1,"a":2}',
        b'{"exchanges":[{"sent":[],"attempts":[]}]}', b'{"\\ud800":1}', b'{"' + b"k" * 5_000 + b'":1}',
    ],
)  # fmt: skip
def test_what_is_no_record_is_broken_evidence(damage: bytes) -> None:
    """Anything else than a transcript is refused with an error that is short and can be printed."""
    with pytest.raises(EvidenceBroken) as caught:
        parse_transcript(damage, where="here")
    str(caught.value).encode()
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain["exchanges"][0].update(attempts=[]),
        lambda plain: plain["exchanges"][0]["attempts"][0].pop("reply"),
        lambda plain: plain["exchanges"][0]["attempts"][0].update(fault={"kind": "timeout", "detail": ""}),
        lambda plain: plain["exchanges"][0]["attempts"].append(plain["exchanges"][0]["attempts"][0]),
        lambda plain: plain["exchanges"][0]["attempts"][0].update(took_ms=-1),
        lambda plain: plain.update(salt="0"),
        lambda plain: plain.update(end="given up"),
        lambda plain: plain.update(outcome="complied"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(bench: t.Any, change: Change) -> None:
    """An exchange without attempt, an attempt with both or neither of reply and fault, one after a reply: no record."""
    with pytest.raises(EvidenceBroken):
        changed(controlled(bench), change)
