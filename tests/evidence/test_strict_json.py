"""Strict JSON: one reading for every reader, and no other error than `EvidenceBroken`."""

import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.errors import EvidenceBroken
from govkit.evidence.strict_json import read_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":1}', id="a key twice"),
        pytest.param(b'[{"b":{"a":1,"\\u0061":2}}]', id="a key twice, written differently"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b'{"a":-Infinity}', id="infinity"),
        pytest.param(b"[1e999]", id="a number beyond all numbers"),
        pytest.param(b"[-1.5e400]", id="and below"),
        pytest.param(b"[" * 200_000, id="open brackets"),
        pytest.param(b"[" * 200_000 + b"]" * 200_000, id="deep nesting"),
        pytest.param(b'{"a":' * 200_000, id="deep objects"),
        pytest.param(b"9" * 5000, id="a number of five thousand digits"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order mark"),
        pytest.param('{"a":"é"}'.encode("latin-1"), id="Latin-1"),
        pytest.param('{"a":1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'"\xed\xa0\x80"', id="a half character in bytes"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}{}", id="two documents"),
        pytest.param(b"{'a':1}", id="single quotes"),
        pytest.param(b'{"a":1,}', id="trailing comma"),
        pytest.param(b'"a\tb"', id="a bare control character"),
        pytest.param(b"01", id="leading zero"),
        pytest.param(b"// x\n1", id="comment"),
        pytest.param(b"\x00", id="NUL"),
    ],
)
def test_what_readers_could_read_differently_is_refused(data: bytes) -> None:
    """Each of these is accepted by some JSON readers and refused, or read otherwise, by others."""
    with pytest.raises(EvidenceBroken) as caught:
        read_json(data, where="there")
    assert caught.value.where == "there"
    assert len(str(caught.value)) < 600


def test_a_half_character_in_an_escape_is_what_a_model_may_have_said() -> None:
    """A lone surrogate in an escape is legal JSON and read as it stands: replies may hold it, and are kept verbatim."""
    assert read_json(b'"\\ud800"', where="there") == "\ud800"


def test_a_document_beyond_the_limit_is_not_even_parsed() -> None:
    """The limit is in bytes and is said in the error."""
    assert read_json(b"[1]", where="there", limit=3) == [1]
    with pytest.raises(EvidenceBroken, match="too large"):
        read_json(b"[1] ", where="there", limit=3)


def test_a_hundred_thousand_keys_with_one_repeated_are_told_quickly() -> None:
    """Finding the repeated key takes time in proportion to the keys."""
    keys = [f'"{number}":0' for number in range(100_000)]
    with pytest.raises(EvidenceBroken, match="'99999' stands twice"):
        read_json(f"{{{','.join([*keys, keys[-1]])}}}".encode(), where="there")


@hypothesis.given(JSON)
def test_whatever_json_says_is_read_as_it_is_said(value: t.Any) -> None:
    """A document that any writer makes reads back as the same value."""
    assert read_json(json.dumps(value).encode(), where="there") == value


@hypothesis.given(st.binary(max_size=80) | st.text('[]{}":,0123456789eE+-.naNItrufls\\ ').map(str.encode))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    """Whatever the bytes are, the only error is `EvidenceBroken`."""
    try:
        read_json(data, where="there")
    except EvidenceBroken:
        return
