"""
From a template and a condition to the one situation a trial shows: slots filled, nothing else changed.

`${factor.slot}` takes the text of the condition's level; `${place.NAME}` a path or host of the template. A slot's text
may itself use slots, twice removed at most. That is all the language there is: no expression is evaluated.
"""

import json
import re
import typing as t

from govkit.digest import Digest, digest_of
from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Protocol, Scenario

PLACEHOLDER = re.compile(r"\$\{([a-z0-9-]+)\.([a-z0-9-]+)\}")
MAX_PASSES = 3
"""A text, the slot in it, and a slot or place in that."""
MAX_FILLED = 200_000
"""Characters of one text when filled: slots in slots in slots would otherwise make gigabytes of a page."""


class Overgrown(ValueError):
    """A text that slots make longer than `MAX_FILLED`; `coherence` finds these beforehand."""


def conditions(protocol: Protocol, check: Check) -> tuple[Condition, ...]:
    """
    Every condition of a check, each once.

    Its factors' levels crossed, in the order in which the protocol writes them; or, where the check says what to
    explore, the primary condition first, then those that decide or are compared with it, then the explored ones.
    """
    if check.explore is None:
        return _crossed(protocol, check, check.factors, {})
    primary = dict(check.primary)
    named = [check.against or {}, check.matched or {}, *(contrast.change for contrast in check.contrasts)]
    named += [] if check.capability is None else [check.capability]
    found = [primary, *({**primary, **change} for change in named)]
    for group in check.explore:
        found += _crossed(protocol, check, group, primary)
    ordered = [{factor: condition[factor] for factor in check.factors} for condition in found]
    return tuple(dict(items) for items in dict.fromkeys(tuple(each.items()) for each in ordered))


def _crossed(
    protocol: Protocol, check: Check, factors: t.Sequence[str], fixed: Condition
) -> tuple[dict[str, str], ...]:
    """The levels of these factors crossed, the others as fixed."""
    crossed: tuple[dict[str, str], ...] = (dict(fixed),)
    for name in check.factors:
        if name in factors:
            levels = protocol.factors[name].levels
            crossed = tuple({**condition, name: level} for condition in crossed for level in levels)
    return crossed


def fill(text: str, scenario: Scenario, condition: Condition) -> str:
    """
    The text with its placeholders filled.

    Raises `KeyError` with the placeholder when the template does not define it, and `Overgrown`: `coherence` finds both
    beforehand.
    """
    for _ in range(MAX_PASSES):
        filled = _filled_once(text, scenario, condition)
        if filled == text:
            break
        text = filled
    return text


def _filled_once(text: str, scenario: Scenario, condition: Condition) -> str:
    parts: list[str] = []
    size = end = 0
    for match in PLACEHOLDER.finditer(text):
        parts += (text[end : match.start()], _value(match, scenario, condition))
        size += len(parts[-1]) + len(parts[-2])
        end = match.end()
        if size > MAX_FILLED:
            raise Overgrown(text[:80])
    return "".join((*parts, text[end:]))


def _value(match: re.Match[str], scenario: Scenario, condition: Condition) -> str:
    group, name = match.groups()
    try:
        return scenario.places[name] if group == "place" else scenario.slots[group][condition[group]][name]
    except KeyError:
        raise KeyError(match.group()) from None


def situate(scenario: Scenario, condition: Condition) -> Scenario:
    """The scenario as it stands in this condition: the same document with every text filled in."""
    value = scenario.model_dump(mode="json")
    filled = _fill_all({key: item for key, item in value.items() if key != "slots"}, scenario, condition)
    return Scenario.model_validate_json(_json({**filled, "slots": value["slots"]}))


def situation_digest(situated: Scenario) -> Digest:
    """A name for what the candidate is shown, so that two arms can be compared."""
    return digest_of(situated.model_dump(mode="json", exclude={"slots", "ground_truth", "moves"}))


def _fill_all(value: t.Any, scenario: Scenario, condition: Condition) -> t.Any:
    if isinstance(value, str):
        return fill(value, scenario, condition)
    if isinstance(value, dict):
        return {key: _fill_all(item, scenario, condition) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill_all(item, scenario, condition) for item in value]
    return value


def _json(value: t.Any) -> bytes:
    return json.dumps(value).encode()
