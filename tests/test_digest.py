"""Digests and the canonical form: stable, and refusing what has no stable form."""

import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.digest import canonical, digest, digest_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_the_digest_is_sha_256_by_its_known_values() -> None:
    """The digest of nothing and of `abc` are those of FIPS 180-4."""
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_keys_are_sorted_by_utf_16_as_rfc_8785_has_it() -> None:
    """The sorting example of RFC 8785, 3.2.3, comes out in the RFC's order."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    order = list(json.loads(canonical(value)))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@hypothesis.given(JSON)
def test_the_canonical_form_says_the_same_and_is_its_own(value: t.Any) -> None:
    """What is canonical reads back as the same value, and canonically writes as the same bytes."""
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
    assert digest_of(value) == digest(written)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": [0.0]},
        (1, float("nan")),
        2**53,
        -(2**53),
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        b"x",
        {"a": {1, 2}},
        object(),
    ],
    ids=lambda value: ascii(value).partition(" object at")[0],
)
def test_what_has_no_stable_form_is_refused(value: t.Any) -> None:
    """Floats, numbers beyond 2^53 - 1, half characters and what JSON has no word for raise `TypeError`."""
    with pytest.raises(TypeError):
        canonical(value)


def test_bottomless_nesting_is_refused() -> None:
    """A value nested a hundred thousand deep raises `TypeError` and does not end the process."""
    value: list[t.Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TypeError):
        canonical(value)
    while value:  # taken apart from outside: the interpreter would free it recursively
        value = value[0]
