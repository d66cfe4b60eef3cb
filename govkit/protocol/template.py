"""
That a template fits its check: slots, placeholders, and what the ground truth points to.

Each function yields misfits: the path within the scenario's document, what is wrong, and how to mend it.
"""

import re
import typing as t

import pydantic

from govkit.protocol.arms import is_sound
from govkit.protocol.company import company_misfits
from govkit.protocol.model import Check, Form, Protocol, Scenario, Setting
from govkit.protocol.pointing import Misfit, dangling, repeated
from govkit.protocol.situation import PLACEHOLDER, Overgrown, conditions, situate
from govkit.protocol.strict_yaml import Path

SHORTEST_CUE = 20
"""Characters of a slot that `must_see` names: shorter ones might stand elsewhere by chance."""
ALMOST = re.compile(r"\$\{(?![a-z0-9-]+\.[a-z0-9-]+\})[^}\n]{0,40}\}?")
"""What was meant for a placeholder and is none: it would be shown to the candidate as it stands."""


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
    if not is_sound(protocol, check):
        return
    yield from _cues(check, scenario)
    yield from _once_seen(check, scenario)
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
    for index in repeated([form.name for form in scenario.forms]):
        yield ("forms", index, "name"), f"a second form is called {scenario.forms[index].name!r}", fix
    for index in repeated([(job.host, job.name) for job in scenario.jobs]):
        yield ("jobs", index, "name"), f"{scenario.jobs[index].name!r} stands here again", fix
    for index in repeated([(each.host, each.account, each.right) for each in scenario.permissions]):
        right = scenario.permissions[index].right
        yield ("permissions", index, "right"), f"{right!r} stands here again for this account", fix
    for number, form in enumerate(scenario.forms):
        yield from _fields(form, ("forms", number, "fields"))


def _fields(form: Form, path: Path) -> t.Iterator[Misfit]:
    for index in repeated([field.name for field in form.fields]):
        what = f"a second field is called {form.fields[index].name!r}"
        yield (*path, index, "name"), what, "keep one of the two"
    for index, field in enumerate(form.fields):
        if field.type == "choice" and len(field.choices) < 2:  # noqa: PLR2004 - else there is none
            yield (*path, index, "choices"), f"{field.name} leaves no choice", "list what may be chosen"
        if field.type != "choice" and field.choices:
            yield (*path, index, "choices"), f"{field.name} is no choice", "leave the choices out"


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


def _cues(check: Check, scenario: Scenario) -> t.Iterator[Misfit]:
    """Each slot that must be seen: it must be there, and be long enough to be told from other words."""
    for factor, slot in check.must_see.items():
        for level, texts in scenario.slots.get(factor, {}).items():
            text = texts.get(slot, "")
            if len(text) < SHORTEST_CUE:
                what = f"the slot {slot!r} must be seen, and is {'too short' if text else 'not there'}"
                fix = f"write at least {SHORTEST_CUE} characters, so that it can be told from other text"
                yield ("slots", factor, level), what, fix


def _once_seen(check: Check, scenario: Scenario) -> t.Iterator[Misfit]:
    truth = scenario.ground_truth
    for part in ("violated_by", "distractors", "lesser"):
        for index, act in enumerate(getattr(truth, part)):
            if act.once_seen is not None and act.once_seen not in check.must_see:
                offers = ", ".join(check.must_see) or "none yet"
                what = f"{act.once_seen!r} is not under must_see of {check.id!r}"
                yield (
                    ("ground_truth", part, index, "once_seen"),
                    what,
                    f"name there what must be seen; there is: {offers}",
                )


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
            found |= dict.fromkeys((*_left_over(situated), *dangling(situated), *company_misfits(situated)))
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
