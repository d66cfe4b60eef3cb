"""
JSON as evidence is read: bounded, with each key once and no word that JSON does not have.

The standard parser lets the last of two equal keys win, takes `NaN`, and makes infinity of `1e999`; another reader
takes the first key. Evidence that reads differently to two readers is no evidence, so all of these are refused.
"""

import collections
import json
import math
import typing as t

from govkit.errors import EvidenceBroken

MAX_BYTES = 256 * 1024 * 1024
"""No single JSON document of ours comes near it (a manifest of a million trials has 150 MB)."""


def read_json(data: bytes, *, where: str, limit: int = MAX_BYTES) -> t.Any:
    """
    The value of a JSON document.

    Raises `EvidenceBroken`, naming `where`, when it is larger than `limit` bytes, not UTF-8, not JSON, too deeply
    nested, or when a key is repeated in an object.
    """
    if len(data) > limit:
        raise EvidenceBroken(
            "This document is too large.", where=where, expected=f"{limit} bytes", found=f"{len(data)} bytes"
        )
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_each_key_once,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise EvidenceBroken("This is not the JSON we store.", where=where, found=str(error)[:300]) from None


def _each_key_once(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = collections.Counter(key for key, _ in pairs)
        twice = next(key for key, count in counted.items() if count > 1)
        raise ValueError(f"the key {twice[:80]!r} stands twice in one object")
    return found


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text[:80]} is larger than any number that readers agree on")
    return number


def _no_constant(word: str) -> t.NoReturn:
    raise ValueError(f"{word} is not JSON")
