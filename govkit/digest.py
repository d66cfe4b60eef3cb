"""
Names for bytes: SHA-256 digests, and the one canonical JSON form (RFC 8785) we hash where we write JSON ourselves.

Rules. A digest is of the bytes that are *stored*: nothing is parsed and serialised again in order to check it. Values
that are made canonical hold no floats - `canonical` refuses them - because a number that prints differently elsewhere
would change a name; rates are stored as counts or as whole parts per million, other decimals as text.
"""

import hashlib
import typing as t

import rfc8785

Digest: t.TypeAlias = str
"""`sha256:` and 64 lower-case hexadecimal digits."""

PATTERN = r"^sha256:[0-9a-f]{64}$"


def digest(data: bytes) -> Digest:
    """The name of these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value: t.Any) -> bytes:
    """
    RFC 8785 canonical JSON.

    Raises `TypeError` for a float anywhere inside, a whole number beyond 2^53 - 1, half a character (a lone surrogate),
    and for anything JSON has no word for.
    """
    try:
        _refuse_floats(value)
        return rfc8785.dumps(value)
    except RecursionError:
        raise TypeError("not canonical JSON: nested too deeply") from None
    except (
        rfc8785.CanonicalizationError,
        UnicodeEncodeError,
    ) as error:  # the latter: half a character in a key
        raise TypeError(f"not canonical JSON: {error}") from error


def digest_of(value: t.Any) -> Digest:
    """The digest of a value's canonical form: for identities that are never stored as a blob of their own."""
    return digest(canonical(value))


def _refuse_floats(value: t.Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float ({value!r}) has no stable canonical form here: store a count or text")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)
