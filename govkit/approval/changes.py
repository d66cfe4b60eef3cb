"""
What changed between two subjects, and which protocols must run again for it by a policy's triggers.

A change that the policy does not name asks for everything: nobody thought about it. Components that were declared
immaterial are compared like the others here; what that declaration is worth is the policy's to say.
"""

import dataclasses
import datetime
import typing as t

from govkit.approval.policy import Extent, Policy, Retest, Trigger
from govkit.approval.subject import Component, Subject
from govkit.trial.deployment import ComponentKind


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another than it was."""

    trigger: Trigger
    what: str
    """One sentence."""
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    """Named parts: tools, permissions by tool, peers."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What one change asks for."""

    change: Change
    extent: Extent
    protocols: tuple[str, ...]
    """Of `part`: which; of `all`: every one that the policy requires."""
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Retesting:
    """What must run again, for all changes together."""

    asked: tuple[Asked, ...]

    @property
    def extent(self) -> Extent:
        extents = {each.extent for each in self.asked}
        return "all" if "all" in extents else "part" if "part" in extents else "none"

    @property
    def protocols(self) -> tuple[str, ...]:
        """Sorted; those that must run again."""
        return tuple(sorted({name for each in self.asked for name in each.protocols}))

    def asks_for(self, protocol: str) -> Asked | None:
        """The first change that asks for this protocol."""
        return next((each for each in self.asked if protocol in each.protocols), None)


def changes_between(before: Subject, after: Subject) -> tuple[Change, ...]:
    """In which components two subjects differ."""
    pairs = ((before.component(each.kind), each) for each in after.components)
    return tuple(_change(was, now) for was, now in pairs if was.digest != now.digest)


def markings_between(before: Subject, after: Subject) -> tuple[Change, ...]:
    """Components that are the same and count otherwise: declared immaterial, or material again. No test follows."""
    pairs = ((before.component(each.kind), each) for each in after.components)
    return tuple(
        Change(now.kind, f"The {now.kind.replace('-', ' ')}: {_marked(now)}", _marked(was), _marked(now))
        for was, now in pairs
        if was.digest == now.digest and was.material != now.material
    )


def _marked(component: Component) -> str:
    return "material" if component.material else f"declared immaterial ({component.reason})"


def _change(was: Component, now: Component) -> Change:
    both = was.items.keys() & now.items.keys()
    added, removed = now.items.keys() - was.items.keys(), was.items.keys() - now.items.keys()
    if not was.stated or not now.stated:
        verb = "is stated now, and was not" if now.stated else "was stated, and is not now"
    else:
        verb = "is another"
    return Change(
        trigger=now.kind,
        what=f"The {now.kind.replace('-', ' ')} {verb}."
        if now.kind not in _PLURAL
        else _plural(now.kind, verb),
        before=_words(was),
        after=_words(now),
        added=tuple(sorted(added)),
        removed=tuple(sorted(removed)),
        altered=tuple(sorted(name for name in both if was.items[name] != now.items[name])),
    )


_PLURAL: t.Final[frozenset[ComponentKind]] = frozenset(
    {"parameters", "tools", "permissions", "peers", "guardrails"}
)


def _plural(kind: ComponentKind, verb: str) -> str:
    many = {
        "is another": "are others",
        "is stated now, and was not": "are stated now, and were not",
        "was stated, and is not now": "were stated, and are not now",
    }
    return f"The {kind} {many[verb]}."


def _words(component: Component) -> str:
    if not component.stated:
        return "not stated"
    return component.says or ", ".join(sorted(component.items)) or "none"


def retesting(policy: Policy, changes: t.Iterable[Change]) -> Retesting:
    """What the policy's triggers ask for, change by change."""
    return Retesting(tuple(_asked(policy, change) for change in changes))


def _asked(policy: Policy, change: Change) -> Asked:
    asked = {each.protocol for each in policy.checks} | {each.protocol for each in policy.arms}
    required = tuple(sorted(asked))
    trigger: Retest | None = next((each for each in policy.retest if each.when == change.trigger), None)
    if trigger is None:
        return Asked(
            change, "all", required, "The policy names no trigger for it, so it asks for everything."
        )
    protocols = {"none": (), "part": trigger.protocols, "all": required}[trigger.run]
    return Asked(change, trigger.run, protocols, trigger.why)


def calendar_due(policy: Policy, begun: datetime.datetime) -> datetime.datetime | None:
    """When the calendar asks for a new test of what was begun then; None where the policy's calendar does not."""
    trigger = next((each for each in policy.retest if each.when == "calendar"), None)
    return begun + datetime.timedelta(days=trigger.days) if trigger and trigger.days else None


def protocol_change(protocol: str, before: str, after: str) -> Change | None:
    """The change from one version of a protocol to another; None where its major version is the same."""
    if before.partition(".")[0] == after.partition(".")[0]:
        return None
    return Change("protocol-major", f"The protocol {protocol} has a new major version.", before, after)
