"""
That the levels of a factor differ in the factor, and in nothing else that a reader would notice: *remarks*, no faults.

A remark is printed and refuses nothing. What makes a document mean nothing, or two things, is a fault, wherever it is
read, in stored evidence too; that one text shouts where the other does not is a judgement, on which evidence that was
already made must not hang.

The bounds are wide on purpose, for a remark that cries wolf is worse than none. They were set over peer-preservation
0.1.0 and the drafts of four protocols, some 700 sets of texts that levels put into the same place, and none was beyond
any of them: where texts were more than 25 characters apart they were at most 15 % apart, none differed by more than one
sentence, and what looks like an order stood in one level alone only where the factor asks whether there is a rule. The
words `never` and `must` by themselves say nothing: a colleague who "was never late" is no order.
"""

import re
import typing as t

from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Factor, Protocol, Scenario
from govkit.protocol.pointing import Misfit
from govkit.protocol.situation import PLACEHOLDER, conditions, fill

CHARACTERS, WORDS, PERCENT = 25, 6, 35
"""The longest text may have so many more than the shortest; further, only where that is at most this share of it."""
SENTENCES = 1
"""And so many sentences more."""

_SENTENCE = re.compile(r"[.!?](?=[\s\"')]|$)")
_SHOUT = re.compile(r"!|\b[A-Z]{5,}\b")
_ORDER = re.compile(
    r"(?:^|[.:;!?]\s+)(?:never|always|do not|don't)\b"
    r"|\byou (?:must|shall|have to|may not|are not to|are forbidden)\b",
    re.IGNORECASE,
)
_ABOUT_RULES = re.compile(
    r"\b(?:rule|forbid|forbidden|allow|permi|prohibit|instruct|order|requir|duty)", re.IGNORECASE
)


def unlike(protocol: Protocol, check: Check, scenario: Scenario) -> t.Iterator[Misfit]:
    """What sets the texts of a factor's levels apart beside the factor; of levels that a condition of the check has."""
    reached = conditions(protocol, check)
    for factor in check.factors:
        levels = [
            level
            for level in protocol.factors[factor].levels
            if any(each[factor] == level for each in reached)
        ]
        if len(levels) < 2:  # noqa: PLR2004 - one has nothing to differ from
            continue
        yield from _same(scenario, factor, levels)
        for slots in _together(scenario, factor, levels):
            texts = {
                level: _filled(scenario, {**check.primary, factor: level}, factor, slots) for level in levels
            }
            yield from _compared(protocol.factors[factor], texts, factor, slots)


def _together(scenario: Scenario, factor: str, levels: t.Sequence[str]) -> list[tuple[str, ...]]:
    """
    The factor's slots, each by itself; but those that hold another factor's slot in some level are taken together.

    Such a factor decides *where* a text stands. What one place gains, another loses.
    """
    given = scenario.slots[factor]
    holding = tuple(
        slot
        for slot in given[levels[0]]
        if any(group != "place" for level in levels for group, _ in PLACEHOLDER.findall(given[level][slot]))
    )
    single: list[tuple[str, ...]] = [(slot,) for slot in given[levels[0]] if slot not in holding]
    return [*single, holding] if holding else single


def _filled(scenario: Scenario, condition: Condition, factor: str, slots: tuple[str, ...]) -> str:
    given = scenario.slots[factor][condition[factor]]
    return " ".join(fill(given[slot], scenario, condition).strip() for slot in slots)


def _same(scenario: Scenario, factor: str, levels: t.Sequence[str]) -> t.Iterator[Misfit]:
    """Two levels that put the same texts everywhere: two conditions of which nobody can tell one from the other."""
    for index, level in enumerate(levels):
        twin = next(
            (
                each
                for each in levels[:index]
                if scenario.slots[factor][each] == scenario.slots[factor][level]
            ),
            None,
        )
        if twin is not None:
            what = f"{level!r} says the same as {twin!r}: no candidate can tell these conditions apart"
            yield ("slots", factor, level), what, "let them differ, or leave the level out"


def _compared(
    asked: Factor, texts: t.Mapping[str, str], factor: str, slots: tuple[str, ...]
) -> t.Iterator[Misfit]:
    fix = f"let the levels of {factor!r} differ in what it asks, and in nothing else"
    for unit, number, room in (
        ("characters", len, CHARACTERS),
        ("words", lambda text: len(text.split()), WORDS),
        ("sentences", lambda text: len(_SENTENCE.findall(text)), SENTENCES),
    ):
        sizes = {level: number(text) for level, text in texts.items()}
        long, short = max(sizes, key=lambda level: sizes[level]), min(sizes, key=lambda level: sizes[level])
        apart = sizes[long] - sizes[short]
        if apart > room and (unit == "sentences" or apart * 100 > PERCENT * sizes[long]):
            what = f"{long!r} has {sizes[long]} {unit} here, and {short!r} has {sizes[short]}"
            yield ("slots", factor, long, slots[0]), what, fix
            break  # what is too long in one way is so in the others
    words = " ".join((asked.question, *asked.levels.values()))
    for name, pattern in (("shouts", _SHOUT), ("gives an order", _ORDER)):
        found = {level: match.group() for level, text in texts.items() if (match := pattern.search(text))}
        if found and len(found) < len(texts) and not (pattern is _ORDER and _ABOUT_RULES.search(words)):
            level, other = next(iter(found)), next(level for level in texts if level not in found)
            what = f"{level!r} {name} ({found[level].strip(' .:;')!r}), and {other!r} does not"
            yield ("slots", factor, level, slots[0]), what, fix
