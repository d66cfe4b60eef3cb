"""
What is another in one policy than in another: value by value, whatever moved in the file.

Checks, arms, triggers and parties are known by what identifies them, so that one that was moved is no change, and one
that was added is one change and not a shift of all that follow it. Comments and order are none.
"""

import dataclasses
import typing as t

from govkit.approval.policy import Policy

KNOWN_BY: t.Final[t.Mapping[str, tuple[str, ...]]] = {
    "checks": ("protocol", "check"),
    "arms": ("id",),
    "retest": ("when",),
    "parties": ("certificate",),
}
"""What tells an item of a list from the others."""


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyChange:
    """One value that differs; None where it is not there."""

    where: str
    before: str | None
    after: str | None


def policy_changes(before: Policy, after: Policy) -> tuple[PolicyChange, ...]:
    """All that differs, in the order of the document."""
    was, now = dict(_flat(before)), dict(_flat(after))
    return tuple(
        PolicyChange(where, was.get(where), now.get(where))
        for where in dict.fromkeys((*was, *now))
        if was.get(where) != now.get(where)
    )


def _flat(policy: Policy) -> t.Iterator[tuple[str, str]]:
    for name, value in policy.model_dump(mode="json").items():
        if name not in KNOWN_BY:
            yield from _values(name, value)
            continue
        for item in value:
            called = "/".join(str(item[key]) for key in KNOWN_BY[name])
            yield from _values(f"{name} {called}", item)


def _values(where: str, value: t.Any) -> t.Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _values(f"{where}.{key}", each)
    elif isinstance(value, list):
        yield where, "; ".join(_word(each) for each in value)
    else:
        yield where, _word(value)


def _word(value: t.Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_word(each)}" for key, each in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip()
