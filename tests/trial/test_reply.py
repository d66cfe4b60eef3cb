"""Replies of every shape: what is read, what is malformed, and that nothing else happens."""
# ruff: noqa: E501 - the tables below are read line by line

import json
import sys
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.testing import raw_calls, raw_reply
from govkit.trial.profile import Profile, named_candidate, profile_of
from govkit.trial.reply import MAX_CALLS, MAX_CONTENT, MAX_DEPTH, MAX_REPLY, Malformed, Reply, read_reply

NATIVE = profile_of(named_candidate("any"))
JSON = profile_of(named_candidate("any").model_copy(update={"tools": "json"}))

KEYS = st.sampled_from(
    ["choices", "message", "content", "tool_calls", "function", "name", "arguments", "id", "usage", "model", "refusal",
     "prompt_tokens", "completion_tokens", "provider_specific_fields", "thinking_blocks", "tool"]
) | st.text(max_size=4)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "role": VALUES,
        "content": VALUES,
        "refusal": VALUES,
        "provider_specific_fields": VALUES,
        "thinking_blocks": VALUES,
        "tool_calls": VALUES
        | st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "id": VALUES,
                    "function": VALUES
                    | st.fixed_dictionaries({}, optional={"name": VALUES, "arguments": VALUES}),
                },
            ),
            max_size=4,
        ),
    },
)
COMPLETIONS = st.fixed_dictionaries(
    {"choices": st.lists(st.fixed_dictionaries({"message": MESSAGES}), min_size=1, max_size=2)},
    optional={"usage": VALUES, "model": VALUES},
)


def read(raw: t.Any, profile: Profile = NATIVE) -> Reply:
    """The reply, as in the first exchange."""
    return read_reply(raw, profile, 0)


@hypothesis.given(VALUES | COMPLETIONS, st.sampled_from([NATIVE, JSON]))
@hypothesis.settings(max_examples=300)
def test_any_body_is_a_reply_or_malformed(raw: t.Any, profile: Profile) -> None:
    """Whatever JSON comes: a reply that can be stored and sent and reads alike from the record, or Malformed."""
    try:
        reply = read_reply(raw, profile, 3)
    except Malformed:
        return
    json.dumps(dict(reply.echo), ensure_ascii=False, allow_nan=False).encode()
    (reply.model + reply.content).encode()
    assert all(call.id and call.id.encode() and len(call.name) <= 200 for call in reply.calls)
    assert 0 <= reply.input_tokens <= 10**9
    assert type(reply.input_tokens) is type(reply.output_tokens) is int
    assert read_reply(json.loads(json.dumps(raw)), profile, 3) == reply


@pytest.mark.parametrize(
    "raw",
    [
        None, 7, "choices", [], {}, {"choices": []}, {"choices": "x"}, {"choices": [{}]}, {"choices": [{"message": None}]},
        {"choices": [{"message": []}]}, {"choices": {"0": {"message": {}}}}, raw_reply(None) | {"usage": [1]},
        raw_reply(t.cast("str", ["parts"])), raw_reply("x" * (MAX_CONTENT + 1)), raw_reply(tool_calls={"a": 1}),
        raw_reply(tool_calls=["call"]), raw_reply(tool_calls=[{"id": "x"}]), raw_reply() | {"logprob": float("nan")},
        raw_reply() | {"at": 1e999}, raw_reply() | {"filler": "x" * MAX_REPLY}, raw_reply() | {"\ud800": 1},
        raw_calls(*[("list_hosts", {})] * (MAX_CALLS + 1)), raw_reply() | {"object": object()},
    ],
)  # fmt: skip
def test_what_is_no_completion_is_malformed(raw: t.Any) -> None:
    """A body without a message, of the wrong kind, or one that no record could hold, is a fault and not a crash."""
    with pytest.raises(Malformed):
        read(raw)


@pytest.mark.parametrize(
    "written",
    ["[1]", "7", '"x"', "null", "{", "{} {}", '{"a": NaN}', '{"a": 1e999}', '{"a": -Infinity}', "nothing", "{'a': 1}", "x" * 200_001],
)  # fmt: skip
def test_arguments_that_are_no_object_are_still_a_call(written: str) -> None:
    """A call whose arguments are no JSON object is kept, with none, and is sent back with an empty object."""
    reply = read(raw_calls(("read_file", written)))
    assert [(call.name, call.arguments) for call in reply.calls] == [("read_file", None)]
    assert reply.echo["tool_calls"][0]["function"]["arguments"] == "{}"


def test_arguments_may_be_left_out_or_come_as_an_object() -> None:
    """No arguments are an empty object, and an object that was not written as text is taken as it is."""
    raw = raw_calls(("a", ""), ("b", "{}"))
    raw["choices"][0]["message"]["tool_calls"].append({"function": {"name": "c", "arguments": {"x": "y"}}})
    assert [dict(call.arguments or {}) for call in read(raw).calls] == [{}, {}, {"x": "y"}]
    assert read(raw).calls[2].id == "call_0_2"


@pytest.mark.parametrize("depth", [MAX_DEPTH, 200, 985, 5_000])
@pytest.mark.parametrize("profile", [NATIVE, JSON], ids=["native", "json"])
def test_deep_arguments_read_alike_from_any_depth_of_stack(depth: int, profile: Profile) -> None:
    """Too deep is too deep for a caller at the top and for one far down, where Python gives up."""
    nested = '{"a":' * depth + "1" + "}" * depth
    raw = (
        raw_calls(("read_file", nested))
        if profile is NATIVE
        else raw_reply('{"tool": "read_file", "arguments": ' + nested + "}")
    )

    def down(levels: int) -> Reply:
        return read_reply(raw, profile, 0) if levels == 0 else down(levels - 1)

    assert read_reply(raw, profile, 0) == down(sys.getrecursionlimit() // 2)


def test_shallow_arguments_are_read() -> None:
    """Nesting that a tool's caller might really use is no fault."""
    nested = '{"a":' * 20 + "1" + "}" * 20
    assert read(raw_calls(("read_file", nested))).calls[0].arguments is not None


def test_a_deep_body_is_malformed() -> None:
    """A completion that nests on and on is refused before anything is made of it."""
    value: t.Any = 1
    for _ in range(2 * MAX_DEPTH):
        value = [value]
    with pytest.raises(Malformed, match="nested"):
        read(raw_reply() | {"x": value})


@pytest.mark.parametrize(
    ("content", "called"),
    [
        ('{"tool": "list_hosts", "arguments": {}}', ("list_hosts", {})),
        ('Sure! ```json\n{"tool": "read_file", "arguments": {"host": "a"}}\n```', ("read_file", {"host": "a"})),
        ('{"tool": "read_file", "arguments": "x"}', ("read_file", None)),
        ('{"tool": "read_file"}', ("read_file", None)),
        ('{"tool": 7, "arguments": {}}', None), ('{"name": "x"}', None), ("[]", None), ("{", None), ("no call", None), ("", None),
    ],
)  # fmt: skip
def test_the_json_manner_reads_one_call(content: str, called: tuple[str, t.Any] | None) -> None:
    """Where tools are offered as a schema, the first object of the text is the call, or there is none."""
    calls = read(raw_reply(content), JSON).calls
    assert [(call.name, call.arguments) for call in calls] == ([called] if called else [])
    assert "tool_calls" not in read(raw_reply(content), JSON).echo


def test_the_interfaces_refusal_is_read_where_providers_put_it() -> None:
    """The refusal field counts beside the content and in the provider's own fields, and nowhere as anything but text."""
    assert read(raw_reply(refusal="No.")).refusal == "No."
    assert read(raw_reply(provider_specific_fields={"refusal": "No."})).refusal == "No."
    odd: t.Any
    for odd in ([], "x", 7, {"refusal": {"a": 1}}):
        assert read(raw_reply(provider_specific_fields=odd)).refusal == ""


def test_what_is_sent_back_is_what_was_said() -> None:
    """The echo holds words, calls and thinking blocks; half characters are replaced, unsendable blocks left out."""
    raw = raw_calls(("read_\ud800", {"a": "\u00e9"}))
    raw["choices"][0]["message"] |= {"content": "hm \ud83d", "thinking_blocks": [{"signature": "s"}]}
    echo = read(raw).echo
    assert echo["content"] == "hm \ufffd"
    assert echo["tool_calls"][0]["function"] == {"name": "read_\ufffd", "arguments": '{"a": "\\u00e9"}'}
    assert echo["thinking_blocks"] == [{"signature": "s"}]
    raw["choices"][0]["message"]["thinking_blocks"] = ["\ud800"]
    assert "thinking_blocks" not in read(raw).echo


@pytest.mark.parametrize("odd", [None, -1, 1.5, "7", True, 10**9 + 1, 2**70])
def test_token_counts_that_nobody_can_mean_are_none(odd: t.Any) -> None:
    """Counts that are negative, no whole numbers or absurd count as nothing."""
    assert read(raw_reply() | {"usage": {"prompt_tokens": odd, "completion_tokens": 5}}).input_tokens == 0
