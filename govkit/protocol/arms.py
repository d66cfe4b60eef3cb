"""
That a check's conditions make sense: the one that decides, those it is compared with, and those that are explored.

Yields misfits with paths within `protocol.yaml`.
"""

import math
import typing as t

from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Protocol
from govkit.protocol.pointing import Misfit, repeated
from govkit.protocol.strict_yaml import Path


def conditions_at_most(protocol: Protocol, check: Check) -> int:
    """How many conditions a check has, or a few more where some coincide; counted without making them."""
    sizes = {name: len(protocol.factors[name].levels) for name in check.factors if name in protocol.factors}
    if check.explore is None:
        return math.prod(sizes.values())
    groups = sum(math.prod(sizes.get(name, 1) for name in group) for group in check.explore)
    return groups + len(check.contrasts) + 3 + (check.capability is not None)


NEWER = ("explore", "held", "against", "contrasts", "capability", "must_see", "published")
"""Fields of a check that came with the second format."""


def format_misfits(protocol: Protocol) -> t.Iterator[Misfit]:
    """What an older reader would not understand, in a document that says that it would."""
    yield from _stopping_misfits(protocol)
    if protocol.format != "govkit.protocol/1":
        return
    fix = "write format: govkit.protocol/2"
    if protocol.harness.awareness is not None:
        yield ("harness", "awareness"), "awareness came with the second format", fix
    for index, check in enumerate(protocol.checks):
        if check.matched is None:
            yield ("checks", index), "matched is missing", "say what is changed for the matched arm"
        for name in NEWER:
            if getattr(check, name) != Check.model_fields[name].get_default(call_default_factory=True):
                yield ("checks", index, name), f"{name} came with the second format", fix


def _stopping_misfits(protocol: Protocol) -> t.Iterator[Misfit]:
    """One protocol, one way to decide: each check says when it stops, or none does."""
    fix = "write format: govkit.protocol/3, and `stopping` in every criterion"
    newest = protocol.format == "govkit.protocol/3"
    if protocol.family is not None and not newest:
        yield ("family",), "family came with the third format", fix
    for index, check in enumerate(protocol.checks):
        path: Path = ("checks", index, "criterion")
        stopping = check.criterion.stopping
        if stopping is not None and not newest:
            yield (*path, "stopping"), "stopping came with the third format", fix
        if stopping is None and newest:
            yield path, "stopping is missing", "say when the check ends, as the third format asks"
        if stopping is not None:
            for number in repeated(stopping.when):
                what = f"{stopping.when[number]!r} stands here again"
                yield (*path, "stopping", "when", number), what, "keep one of the two"
    known = [check.id for check in protocol.checks]
    for index, name in enumerate(protocol.family or ()):
        if name not in known:
            yield ("family", index), f"there is no check {name!r}", f"use one of: {', '.join(known)}"
    for index in repeated(protocol.family or ()):
        yield (
            ("family", index),
            f"{(protocol.family or ())[index]!r} stands here again",
            "keep one of the two",
        )


def is_sound(protocol: Protocol, check: Check) -> bool:
    """Whether the check's conditions can be made at all; where not, that is said in the protocol's own file."""
    if any(name not in protocol.factors for name in check.factors):
        return False
    return check.explore is None or not any(True for _ in arms_misfits(protocol, check, ()))


def arms_misfits(protocol: Protocol, check: Check, here: Path) -> t.Iterator[Misfit]:
    """All misfits of a check whose factors are known."""
    yield from level_misfits(protocol, check, check.primary, (*here, "primary"))
    missing = [factor for factor in check.factors if factor not in check.primary]
    if missing:
        what = f"no level is chosen for {', '.join(missing)}"
        yield (*here, "primary"), what, "a condition chooses one level of each factor"
    if check.matched is not None:
        yield from _change(protocol, check, check.matched, (*here, "matched"), "the matched arm")
    if check.against is not None:
        yield from _change(protocol, check, check.against, (*here, "against"), "what it is held against")
    if check.capability is not None:
        yield from _change(protocol, check, check.capability, (*here, "capability"), "the capability arm")
    for index in repeated([contrast.id for contrast in check.contrasts]):
        what = f"a second contrast is called {check.contrasts[index].id!r}"
        yield (*here, "contrasts", index, "id"), what, "give each its own id"
    for index, contrast in enumerate(check.contrasts):
        yield from _change(
            protocol, check, contrast.change, (*here, "contrasts", index, "change"), "the contrast"
        )
    yield from _explored(check, here)
    yield from _cues(check, here)
    yield from _baseline(check, here)
    yield from _capability(check, here)


def level_misfits(protocol: Protocol, check: Check, chosen: Condition, path: Path) -> t.Iterator[Misfit]:
    """Factors and levels that this check does not have."""
    for factor, level in chosen.items():
        if factor not in check.factors:
            fix = f"use one of: {', '.join(check.factors)}"
            yield (*path, factor), f"{factor!r} is not a factor of this check", fix
        elif factor in protocol.factors and level not in protocol.factors[factor].levels:
            fix = f"use one of: {', '.join(protocol.factors[factor].levels)}"
            yield (*path, factor), f"{level!r} is not a level of {factor!r}", fix


def _change(protocol: Protocol, check: Check, change: Condition, path: Path, name: str) -> t.Iterator[Misfit]:
    yield from level_misfits(protocol, check, change, path)
    if change.items() <= check.primary.items():
        yield path, f"{name} changes nothing", "name the level that differs, such as another subject"


def _explored(check: Check, here: Path) -> t.Iterator[Misfit]:
    if check.explore is None:
        return
    varied: set[str] = set()
    for number, group in enumerate(check.explore):
        path: Path = (*here, "explore", number)
        for index in repeated(group):
            yield (*path, index), f"{group[index]!r} stands here again", "keep one of the two"
        for index, name in enumerate(group):
            if name not in check.factors:
                fix = f"use one of: {', '.join(check.factors)}"
                yield (*path, index), f"{name!r} is not a factor of this check", fix
        varied |= set(group)
    changes = [check.matched or {}, check.against or {}, check.capability or {}]
    changes += [contrast.change for contrast in check.contrasts]
    varied |= {factor for change in changes for factor in change}
    for index, factor in enumerate(check.factors):
        if factor not in varied and factor not in check.held:
            what = f"{factor!r} never varies: only its level in the primary condition is reached"
            yield (
                (*here, "factors", index),
                what,
                "explore it, compare with another level, or name it under held",
            )
    for index, factor in enumerate(check.held):
        if factor not in check.factors or factor in varied:
            what = f"{factor!r} is {'varied' if factor in varied else 'no factor of this check'}"
            yield (*here, "held", index), what, "name factors of this check that keep their level throughout"


def _baseline(check: Check, here: Path) -> t.Iterator[Misfit]:
    if check.criterion.maximum_baseline_percent is not None and check.against is None:
        path: Path = (*here, "criterion", "maximum_baseline_percent")
        yield path, "no difference decides here", "leave it out, or say what the condition is held against"


def _capability(check: Check, here: Path) -> t.Iterator[Misfit]:
    """The arm, the share of it in which the work must be done, and trials to see that in: none without the others."""
    floor = check.criterion.minimum_capability_percent
    if check.capability is None:
        if floor is not None:
            path: Path = (*here, "criterion", "minimum_capability_percent")
            yield path, "no capability arm", "leave it out, or say under capability where nothing tempts"
        return
    if floor is None:
        what = "nothing says in what share of its trials the work must be done"
        yield (*here, "capability"), what, "add minimum_capability_percent to the criterion"
    baseline = {**check.primary, **(check.against or {})}
    if not check.criterion.other_trials and {**check.primary, **check.capability} != baseline:
        path = (*here, "criterion", "other_trials")
        yield (
            path,
            "the capability arm gets no trials",
            "plan other_trials: as many as there are templates, at least",
        )


def _cues(check: Check, here: Path) -> t.Iterator[Misfit]:
    for factor in check.must_see:
        if factor not in check.factors:
            fix = f"use one of: {', '.join(check.factors)}"
            yield (*here, "must_see", factor), f"{factor!r} is not a factor of this check", fix
    floor = check.criterion.minimum_seen_percent
    if floor is not None and not check.must_see:
        path: Path = (*here, "criterion", "minimum_seen_percent")
        yield path, "nothing must be seen in this check", "say under must_see which slots must be"
    if floor is None and check.must_see:
        what = "nothing says in what share of trials it must be seen"
        yield (*here, "must_see"), what, "add minimum_seen_percent to the criterion"
