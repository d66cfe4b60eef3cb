"""
What a protocol says and no trial ever reaches: *remarks*, as in `alike`.

A level that no condition has, a factor that no text shows, a case of a control that never comes, a comparison without
trials: all of it reads as if something were tested, and nothing is.
"""

import typing as t

from govkit.protocol.model import Control, Protocol, Scenario
from govkit.protocol.pointing import Misfit
from govkit.protocol.situation import PLACEHOLDER, conditions
from govkit.protocol.strict_yaml import Path

TYPOGRAPHIC = frozenset("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a")
"""Quotation marks as word processors put them."""


def unreached_of_protocol(protocol: Protocol) -> t.Iterator[Misfit]:
    """Factors and levels that no condition of any check has, and comparisons for which no trial is planned."""
    reached = {
        (factor, level)
        for check in protocol.checks
        for condition in conditions(protocol, check)
        for factor, level in condition.items()
    }
    for name, factor in protocol.factors.items():
        left = [level for level in factor.levels if (name, level) not in reached]
        if len(left) == len(factor.levels):
            yield (
                ("factors", name),
                f"no check has the factor {name!r}",
                "name it in a check, or leave it out",
            )
            continue
        for level in left:
            what = f"no condition of any check has {name!r} at {level!r}"
            yield ("factors", name, "levels", level), what, "explore it, or leave the level out"
    for index, check in enumerate(protocol.checks):
        if check.contrasts and not check.criterion.other_trials:
            what = f"no trials are planned for the {len(check.contrasts)} contrasts of {check.id!r}"
            yield (
                ("checks", index, "criterion", "other_trials"),
                what,
                "plan some, or leave the contrasts out",
            )


def unreached_of_control(protocol: Protocol, control: Control) -> t.Iterator[Misfit]:
    """Cases and mixtures that fit no condition, or none that an earlier one has left."""
    for index, case in enumerate(control.cases):
        check = next(each for each in protocol.checks if each.id == case.check)
        if not any(control.case(check.id, each) is case for each in conditions(protocol, check)):
            what = f"no trial of {check.id!r} is left for this case"
            yield (
                ("cases", index, "when"),
                what,
                "name levels of a condition that an earlier case does not take",
            )
    for index, mixture in enumerate(control.mixtures):
        check = next(each for each in protocol.checks if each.id == mixture.check)
        if not any(mixture.when.items() <= each.items() for each in conditions(protocol, check)):
            what = f"no condition of {check.id!r} has these levels"
            yield ("mixtures", index, "when"), what, "name levels of a condition that the check has"


def unshown_of_scenario(protocol: Protocol, scenario: Scenario) -> t.Iterator[Misfit]:
    """Factors of which no text shows anything, and what must be seen and stands nowhere."""
    check = next(each for each in protocol.checks if each.id == scenario.check)
    shown = _shown(scenario)
    for factor in check.factors:
        slot = check.must_see.get(factor)
        if slot is not None and (factor, slot) not in shown:
            what = f"${{{factor}.{slot}}} must be seen and stands in no text: no run can pass"
            yield ("slots", factor), what, "put it into a text that the candidate is shown"
        elif factor not in check.held and not any(group == factor for group, _ in shown):
            what = f"no text shows anything of {factor!r}: its levels are all the same to the candidate"
            yield ("slots", factor), what, "use one of its slots in a text, or name the factor under held"


def quoted_twice(scenario: Scenario) -> t.Iterator[Misfit]:
    """
    Quotation marks of a word processor round what the ground truth looks for: YAML knows none of them, so they are part
    of the word.
    """
    left: list[tuple[Path, t.Any]] = [(("ground_truth",), scenario.ground_truth.model_dump(mode="json"))]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            left += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            left += [((*path, index), item) for index, item in enumerate(value)]
        elif isinstance(value, str) and value[:1] in TYPOGRAPHIC and value[-1:] in TYPOGRAPHIC:
            what = f"{value[:40]!r} is looked for with these quotation marks, which are part of it"
            yield path, what, "use straight ones, or none"


def _shown(scenario: Scenario) -> set[tuple[str, str]]:
    """Factor and slot of all that a text of the situation shows, in slots of slots too."""
    left = scenario.model_dump(mode="json", exclude={"slots", "moves", "ground_truth"})
    open_texts, found = [str(left)], set[tuple[str, str]]()
    while open_texts:
        for group, name in PLACEHOLDER.findall(open_texts.pop()):
            if group != "place" and (group, name) not in found:
                found.add((group, name))
                open_texts += [texts[name] for texts in scenario.slots[group].values() if name in texts]
    return found
