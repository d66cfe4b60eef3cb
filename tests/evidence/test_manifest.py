"""The manifest: it accounts for every planned trial, and only its own bytes are read."""

import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.digest import canonical, digest
from govkit.errors import EvidenceBroken
from govkit.evidence import merkle
from govkit.evidence.manifest import Leaf, Manifest, parse_manifest, seal

PLANNED = tuple(digest(bytes([number])) for number in range(4))


def _leaf(trial: str, *, counted: bool = True) -> Leaf:
    return Leaf(trial=trial, counted=counted, hash=merkle.leaf_hash(trial.encode()).hex())


def _seal(leaves: t.Sequence[Leaf], planned: t.Sequence[str] = PLANNED) -> Manifest:
    return seal(
        govkit="0.1.0",
        begun="2026-01-01T00:00:00Z",
        sealed="2026-01-01T00:01:00Z",
        blobs={"run.json": (2, digest(b"{}")), "plan.json": (1, digest(b"1"))},
        leaves=leaves,
        planned=planned,
        not_run_reason="stopped",
    )


MANIFEST = _seal([_leaf(PLANNED[2]), _leaf(PLANNED[0], counted=False), _leaf(PLANNED[0])])
VALUE: dict[str, t.Any] = json.loads(MANIFEST.bytes())


def test_every_planned_trial_is_accounted_for() -> None:
    """Files are sorted, what was not run stands in plan order with its reason, and the root is over all records."""
    assert [blob.name for blob in MANIFEST.blobs] == ["plan.json", "run.json"]
    assert MANIFEST.not_run == (PLANNED[1], PLANNED[3])
    assert (MANIFEST.planned, MANIFEST.not_run_reason) == (4, "stopped")
    assert MANIFEST.root == merkle.root_of([bytes.fromhex(leaf.hash) for leaf in MANIFEST.leaves]).hex()
    assert _seal([_leaf(name) for name in PLANNED]).not_run_reason == ""
    assert parse_manifest(MANIFEST.bytes()) == MANIFEST


@pytest.mark.parametrize(
    ("leaves", "planned", "what"),
    [
        ([_leaf(PLANNED[0]), _leaf(PLANNED[0])], PLANNED, "counted twice"),
        ([_leaf(digest(b"foreign"))], PLANNED, "not in the plan"),
        ([_leaf(digest(b"foreign"), counted=False)], PLANNED, "not in the plan"),
        ([], (PLANNED[0], PLANNED[0]), "planned twice"),
        ([_leaf(PLANNED[0])], (), "not in the plan"),
    ],
)
def test_what_does_not_belong_is_not_sealed(leaves: list[Leaf], planned: tuple[str, ...], what: str) -> None:
    """A trial counted or planned twice, or a record of a trial that nobody planned, is broken evidence."""
    with pytest.raises(EvidenceBroken, match=what):
        _seal(leaves, planned)


BENT: dict[str, t.Any] = {
    "a field more": {**VALUE, "more": 1},
    "a field less": {key: item for key, item in VALUE.items() if key != "root"},
    "another format": {**VALUE, "format": "govkit.manifest/2"},
    "a file twice": {**VALUE, "blobs": [VALUE["blobs"][0]] * 2},
    "files out of order": {**VALUE, "blobs": VALUE["blobs"][::-1]},
    "a path for a name": {**VALUE, "blobs": [{**VALUE["blobs"][0], "name": "../x"}]},
    "a name in capitals": {**VALUE, "blobs": [{**VALUE["blobs"][0], "name": "Plan.json"}]},
    "a line feed in a name": {**VALUE, "blobs": [{**VALUE["blobs"][0], "name": "plan.json\n"}]},
    "a hidden name": {**VALUE, "blobs": [{**VALUE["blobs"][0], "name": ".plan.json"}]},
    "a negative size": {**VALUE, "blobs": [{**VALUE["blobs"][0], "size": -1}]},
    "a size as text": {**VALUE, "blobs": [{**VALUE["blobs"][0], "size": "1"}]},
    "a truth for a number": {**VALUE, "planned": True},
    "a number that readers round": {**VALUE, "planned": 2**53},
    "a number of a thousand digits": {**VALUE, "planned": 10**1000},
    "a float": {**VALUE, "planned": 4.0},
    "a digest in capitals": {**VALUE, "root": VALUE["root"].upper()},
    "a short digest": {**VALUE, "not_run": ["sha256:00"]},
    "not run twice": {**VALUE, "not_run": [PLANNED[1], PLANNED[1]]},
    "nothing for a list": {**VALUE, "leaves": None},
    "a list": [VALUE],
    "nothing": None,
    "half a character": {**VALUE, "govkit": "\ud800"},
    "half a character in a key": {**VALUE, "\ud800": 1},
}


@pytest.mark.parametrize("name", BENT)
def test_no_bent_manifest_is_read(name: str) -> None:
    """Each of these departs from what `Manifest.bytes` writes in one thing and is refused."""
    data = json.dumps(BENT[name], sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(EvidenceBroken) as caught:
        parse_manifest(data)
    assert len(str(caught.value)) < 800


def test_only_the_canonical_bytes_are_read() -> None:
    """Spaces, another order of keys or an escape that is not needed make other bytes, and those are refused."""
    good = MANIFEST.bytes()
    assert canonical(VALUE) == good
    for data in (
        good + b"\n",
        b" " + good,
        json.dumps(VALUE).encode(),
        good.replace(b"stopped", b"\\u0073topped"),
    ):
        with pytest.raises(EvidenceBroken):
            parse_manifest(data)


SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(PLANNED[0])
ANYTHING = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "size", "digest", "trial", "counted", "hash"]), inner)
    ),
    max_leaves=6,
)


@hypothesis.given(st.fixed_dictionaries({}, optional=dict.fromkeys(VALUE, ANYTHING)))
def test_whatever_stands_in_a_field_raises_nothing_else(fields: dict[str, t.Any]) -> None:
    """Any value in any field, alone or together, is either read or raises `EvidenceBroken`."""
    try:
        parse_manifest(json.dumps({**VALUE, **fields}, sort_keys=True, separators=(",", ":")).encode())
    except EvidenceBroken:
        return


@hypothesis.given(st.integers(0, len(MANIFEST.bytes()) - 1), st.integers(0, 7))
def test_no_altered_bit_leaves_the_manifest_its_name(place: int, bit: int) -> None:
    """A flipped bit is refused, or makes a manifest of another digest."""
    bent = bytearray(MANIFEST.bytes())
    bent[place] ^= 1 << bit
    try:
        assert digest(parse_manifest(bytes(bent)).bytes()) == digest(bytes(bent)) != digest(MANIFEST.bytes())
    except EvidenceBroken:
        return
