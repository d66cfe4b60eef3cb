"""
That a template fits its check: slots, placeholders, and what the ground truth points to.

Each function yields misfits: the path within the scenario's document, what is wrong, and how to mend it.
"""

import re
import typing as t

import pydantic

from govkit.protocol.model import (
    ArtefactMoved,
    Check,
    FileArrived,
    FileChanged,
    FileWritten,
    Protocol,
    Scenario,
    Setting,
    SettingChanged,
)
from govkit.protocol.situation import PLACEHOLDER, Overgrown, conditions, situate
from govkit.protocol.strict_yaml import Path

Misfit: t.TypeAlias = tuple[Path, str, str]
ALMOST = re.compile(r"\$\{(?![a-z0-9-]+\.[a-z0-9-]+\})[^}\n]{0,40}\}?")
"""What was meant for a placeholder and is none: it would be shown to the candidate as it stands."""


def repeated(names: t.Sequence[t.Hashable]) -> t.Iterator[int]:
    """The places at which a name stands that stood before."""
    seen: set[t.Hashable] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index
        seen.add(name)


def template_misfits(protocol: Protocol, scenario: Scenario) -> t.Iterator[Misfit]:
    """All misfits of a template. That its check names factors wrongly is said in the protocol's own file."""
    check = next((check for check in protocol.checks if check.id == scenario.check), None)
    if check is None:
        known = ", ".join(each.id for each in protocol.checks)
        yield ("check",), f"there is no check {scenario.check!r}", f"use one of: {known}"
        return
    yield from _named_twice(scenario)
    for index, setting in enumerate(scenario.settings):
        if problem := _unfit(setting):
            yield ("settings", index, "value"), problem, "give a value of the setting's own type"
    if any(name not in protocol.factors for name in check.factors):
        return
    in_texts = (*_slots(protocol, check, scenario), *_placeholders(scenario))
    yield from in_texts
    if not in_texts:
        yield from _situations(protocol, check, scenario)


def _named_twice(scenario: Scenario) -> t.Iterator[Misfit]:
    """Names that the workplace could hold only once: the last would silently win."""
    fix = "keep one of the two"
    for index in repeated([host.name for host in scenario.hosts]):
        yield ("hosts", index, "name"), f"a second host is called {scenario.hosts[index].name!r}", fix
    for index in repeated([(setting.host, setting.key) for setting in scenario.settings]):
        yield ("settings", index, "key"), f"{scenario.settings[index].key!r} stands here again", fix
    for index in repeated([person.address for person in scenario.people]):
        yield ("people", index, "address"), f"{scenario.people[index].address!r} stands here again", fix


def _unfit(setting: Setting) -> str:
    """In what the setting's value is not of its type; the tools of the workplace ask the same of the candidate."""
    if setting.type == "boolean" and setting.value not in ("true", "false"):
        return f"{setting.value!r} is neither true nor false"
    if setting.type == "integer" and not re.fullmatch(r"-?[0-9]{1,18}", setting.value):
        return f"{setting.value!r} is not a whole number"
    if setting.type == "choice" and setting.value not in setting.choices:
        return f"{setting.value!r} is not one of its choices"
    return ""


def _slots(protocol: Protocol, check: Check, scenario: Scenario) -> t.Iterator[Misfit]:
    for factor in check.factors:
        given = scenario.slots.get(factor)
        if given is None:
            fix = "say what each of its levels puts into the text"
            yield ("slots",), f"no slots for the factor {factor!r}", fix
            continue
        levels = tuple(protocol.factors[factor].levels)
        for level in levels:
            if level not in given:
                fix = f"give all of: {', '.join(levels)}"
                yield ("slots", factor), f"no slots for the level {level!r}", fix
        for level in given:
            if level not in levels:
                fix = f"use one of: {', '.join(levels)}"
                yield ("slots", factor, level), f"{level!r} is not a level of {factor!r}", fix
        names = {frozenset(given[level]) for level in levels if level in given}
        if len(names) > 1:
            uneven = sorted(frozenset.union(*names) - frozenset.intersection(*names))
            what = f"the levels do not fill the same slots: {', '.join(uneven)}"
            yield ("slots", factor), what, "fill each slot in every level"
    for factor in scenario.slots:
        if factor not in check.factors:
            what = f"{factor!r} is not a factor of {check.id!r}"
            yield ("slots", factor), what, "remove it; nothing chooses its level"


def _placeholders(scenario: Scenario) -> t.Iterator[Misfit]:
    for path, text in _texts(scenario.model_dump(mode="json"), ()):
        for match in ALMOST.finditer(text):
            yield path, f"{match.group()!r} is no placeholder", "write ${factor.slot} or ${place.NAME}"
        for group, name in PLACEHOLDER.findall(text):
            if group == "place":
                known = frozenset(scenario.places)
            else:
                known = frozenset(name for level in scenario.slots.get(group, {}).values() for name in level)
            if name not in known:
                offers = ", ".join(f"${{{group}.{other}}}" for other in sorted(known))
                fix = f"use: {offers or 'a factor of this check, or place'}"
                yield path, f"nothing fills ${{{group}.{name}}}", fix


def _texts(value: t.Any, path: Path) -> t.Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _situations(protocol: Protocol, check: Check, scenario: Scenario) -> t.Iterator[Misfit]:
    """What must hold once the slots are filled, in every condition; each misfit is said once."""
    found: dict[Misfit, None] = {}
    for condition in conditions(protocol, check):
        try:
            situated = situate(scenario, condition)
        except Overgrown as error:
            fix = "do not put slots into slots so often"
            found[(), f"slots make the text that begins {str(error)!r} too long", fix] = None
        except pydantic.ValidationError as error:
            found |= dict.fromkeys(_unfilled(error))
        else:
            found |= dict.fromkeys((*_left_over(situated), *_dangling(situated)))
    yield from found


def _unfilled(error: pydantic.ValidationError) -> t.Iterator[Misfit]:
    """A text that, filled, is not what the field takes: empty, or too long."""
    for detail in error.errors(include_url=False):
        where = tuple(part for part in detail["loc"])
        yield where, f"with its slots filled: {detail['msg']}", "change the slot's text"


def _left_over(situated: Scenario) -> t.Iterator[Misfit]:
    """Slots in slots in slots, deeper than they are filled, or in a circle."""
    for path, text in _texts(situated.model_dump(mode="json", exclude={"slots", "places"}), ()):
        if match := PLACEHOLDER.search(text):
            fix = "a text may hold a slot, and that another slot or place; no more, and no circle"
            yield path, f"{match.group()} is still there when all slots are filled", fix


def _dangling(situated: Scenario) -> t.Iterator[Misfit]:
    """What is pointed to must stand in the workplace."""
    hosts = {host.name: {file.path for file in host.files} for host in situated.hosts}
    known = f"use one of: {', '.join(hosts)}"
    for index, host in enumerate(situated.hosts):
        for again in repeated([file.path for file in host.files]):
            what = f"{host.name} has a second file {host.files[again].path!r}"
            yield ("hosts", index, "files", again, "path"), what, "keep one of the two"
    for index, setting in enumerate(situated.settings):
        if setting.host not in hosts:
            yield ("settings", index, "host"), f"there is no host {setting.host!r}", known
    truth = situated.ground_truth
    for part in ("violated_by", "done_when", "distractors"):
        for index, item in enumerate(getattr(truth, part)):
            here: Path = ("ground_truth", part, index)
            if item.host not in hosts:
                yield (*here, "host"), f"there is no host {item.host!r}", known
            else:
                for key, what, fix in _pointed(situated, item, hosts):
                    yield (*here, *key), what, fix
    for index, work in enumerate(truth.done_when):
        if (type(work), work.host, work.path) in _acts(situated):
            what = "this work is the act that counts as a violation: nobody could pass"
            yield ("ground_truth", "done_when", index), what, "ask for other work"


def _pointed(situated: Scenario, item: t.Any, hosts: t.Mapping[str, t.Collection[str]]) -> t.Iterator[Misfit]:
    """What a part of the ground truth points to on a host that exists. The path is within that part."""
    if isinstance(item, SettingChanged):
        there = {setting.key for setting in situated.settings if setting.host == item.host}
        for number, key in enumerate(item.keys):
            if key not in there:
                yield ("keys", number), f"{item.host} has no setting {key!r}", "list it under settings"
    elif isinstance(item, (FileChanged, ArtefactMoved, FileArrived)) and item.path not in hosts[item.host]:
        yield ("path",), f"{item.host} has no file {item.path!r}", "list it under the host's files"
    if isinstance(item, FileArrived) and (item.to_host not in hosts or item.to_host == item.host):
        others = ", ".join(name for name in hosts if name != item.host)
        yield (
            ("to_host",),
            f"{item.to_host!r} is not another host",
            f"use one of: {others or 'none there is'}",
        )


def _acts(situated: Scenario) -> frozenset[tuple[type, str, str]]:
    """The work that would be a violation: a file to be written or brought away that has to be left alone."""
    found: set[tuple[type, str, str]] = set()
    for item in situated.ground_truth.violated_by:
        if isinstance(item, ArtefactMoved):
            found.add((FileArrived, item.host, item.path))
        elif isinstance(item, FileChanged):
            found.add((FileWritten, item.host, item.path))
    return frozenset(found)
