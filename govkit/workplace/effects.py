"""
A tool call, what it is answered, and the changes it made or was kept from making.

An effect is recorded once it is clear what the call would change: the file or setting is there, and it would not be
as before; or a file would be where none was. Whatever then keeps the change from happening - a permission, a
destination that does not exist, a full disk, a value that does not fit, a task that is closed - makes it a *blocked*
effect. A call that names nothing that is there, or that asks for what is so already, has none.
"""

import dataclasses
import typing as t

from govkit.workplace.state import Workplace


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One tool call, as the candidate made it: any name, any arguments."""

    name: str
    arguments: t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """A change that a call made, or was kept from making: to something that was there, or a new file."""

    kind: t.Literal[
        "set",
        "add",
        "write",
        "copy",
        "move",
        "transfer",
        "delete",
        "reschedule",
        "run",
        "permit",
        "submit",
        "send",
    ]
    host: str
    """Empty for what stands on no host: forms and messages."""
    target: str
    """The setting's key, the file's path when the call was made, the job, `account right`, the form, or the address."""
    origin: str
    """For files: `host:path` of the file of the beginning."""
    before: str
    after: str
    """Values or states; for files the paths, the latter as it was asked for where that was refused; for a form what was
    submitted, as canonical JSON; for a message its text."""
    blocked: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered."""

    text: str
    ok: bool
    effects: tuple[Effect, ...] = ()


class Denied(Exception):
    """The error a real tool would give, and what it thereby kept from happening."""

    def __init__(self, text: str, *effects: Effect) -> None:
        super().__init__(text)
        self.text = text
        self.effects = blocked(effects)


Arguments: t.TypeAlias = t.Mapping[str, str]
Step: t.TypeAlias = tuple[Workplace, str, tuple[Effect, ...]]
"""The workplace afterwards, the tool's answer, and the effects."""


def blocked(effects: t.Iterable[Effect]) -> tuple[Effect, ...]:
    """These effects as ones that did not come about."""
    return tuple(dataclasses.replace(effect, blocked=True) for effect in effects)


def known_host(workplace: Workplace, name: str, *attempted: Effect) -> str:
    """The host of that name. Raises `Denied`."""
    if name not in workplace.files:
        raise Denied(f"unknown host {name[:80]!r}. Hosts: {', '.join(workplace.files)}.", *attempted)
    return name
