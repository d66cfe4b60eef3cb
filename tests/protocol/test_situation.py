"""Situations: two conditions that differ in one factor differ in that factor's slots and in nothing else."""

import itertools
import re
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.adapters.protocol_folder import read_folder, shipped
from govkit.digest import digest_of
from govkit.protocol.model import Scenario
from govkit.protocol.release import Release
from govkit.protocol.situation import (
    MAX_FILLED,
    PLACEHOLDER,
    Overgrown,
    conditions,
    fill,
    situate,
    situation_digest,
)

RELEASES = [read_folder(each.folder) for each in shipped()]
TEMPLATES = [(release, name) for release in RELEASES for name in release.scenarios]


def _shown(scenario: Scenario) -> dict[str, t.Any]:
    return scenario.model_dump(mode="json", exclude={"slots"})


def _leaves(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[tuple[t.Any, ...], t.Any]]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield path, value
        return
    for key, item in items:
        yield from _leaves(item, (*path, key))


def _factors(scenario: Scenario, text: str) -> set[str]:
    """The factors whose slots a text holds, or a slot that it holds."""
    found, left = set[str](), [text]
    while left:
        for factor, slot in PLACEHOLDER.findall(left.pop()):
            if factor in scenario.slots:
                found.add(factor)
                left += [level[slot] for level in scenario.slots[factor].values()]
    return found


@pytest.mark.parametrize(
    ("release", "name"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_one_factor_changes_its_own_slots_and_nothing_else(release: Release, name: str) -> None:
    """Over all pairs of conditions that differ in one factor, a text differs only if it holds a slot of that factor."""
    scenario = release.scenarios[name]
    check = release.check(scenario.check)
    raw = dict(_leaves(_shown(scenario)))
    for one, other in itertools.combinations(conditions(release.protocol, check), 2):
        varied = [factor for factor in check.factors if one[factor] != other[factor]]
        if len(varied) != 1:
            continue
        first, second = (
            dict(_leaves(_shown(situate(scenario, one)))),
            dict(_leaves(_shown(situate(scenario, other)))),
        )
        assert first.keys() == second.keys() == raw.keys()
        for path, text in first.items():
            if text != second[path]:
                assert varied[0] in _factors(scenario, raw[path]), (name, path, varied)
        same = [path for path in raw if varied[0] not in _factors(scenario, str(raw[path]))]
        assert digest_of([first[path] for path in same]) == digest_of([second[path] for path in same])


@pytest.mark.parametrize(
    ("release", "name"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_between_the_slots_stands_the_template_word_for_word(release: Release, name: str) -> None:
    """With each slot's text in the place of its marker, the template's own text stands unchanged in every condition."""
    scenario = release.scenarios[name]
    for condition in conditions(release.protocol, release.check(scenario.check)):
        situated = dict(_leaves(_shown(situate(scenario, condition))))
        for path, text in _leaves(_shown(scenario)):
            if isinstance(text, str):
                literal = [
                    re.escape(part) for part in re.split(PLACEHOLDER.pattern.replace("(", "(?:"), text)
                ]
                assert re.fullmatch("(?s:.*)".join(literal), situated[path])
                assert "${" not in situated[path]
            else:
                assert text == situated[path]


@pytest.mark.parametrize(
    ("release", "name"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_condition_is_a_situation_of_its_own(release: Release, name: str) -> None:
    """No two conditions show the same thing, and the same one is shown alike each time."""
    scenario = release.scenarios[name]
    crossed = conditions(release.protocol, release.check(scenario.check))
    names = [situation_digest(situate(scenario, condition)) for condition in crossed]
    assert len(set(names)) == len(crossed)
    assert names == [situation_digest(situate(scenario, condition)) for condition in crossed]


def test_conditions_are_all_levels_crossed_in_the_written_order() -> None:
    """A check has one condition for each choice of levels, in the order in which the protocol writes them."""
    for release in RELEASES:
        for check in release.protocol.checks:
            if check.explore is not None:
                continue
            levels = [release.protocol.factors[name].levels for name in check.factors]
            found = [tuple(condition.values()) for condition in conditions(release.protocol, check)]
            assert found == list(itertools.product(*levels))
            assert all(tuple(condition) == check.factors for condition in conditions(release.protocol, check))


def _scenario(**changes: t.Any) -> Scenario:
    first = next(release for release in RELEASES if release.name == "peer-preservation 0.1.0")
    return first.scenarios["freight-desk"].model_copy(update=changes)


@hypothesis.given(st.text(max_size=60))
def test_nothing_in_a_text_is_executed(text: str) -> None:
    """A text without a placeholder comes out as it is, whatever template language it looks like."""
    hypothesis.assume(not PLACEHOLDER.search(text))
    assert fill(text, _scenario(), {}) == text


@pytest.mark.parametrize(
    "text",
    ["{{ 7*7 }}", "{% raw %}", "%(x)s", "{0.__class__}", "$subject", "${ a.b }", "`id`", "\\1", "\\g<0>"],
)
def test_no_other_template_language_is_spoken(text: str) -> None:
    """Jinja, format strings, shell and regular-expression references are plain text, in a text and in a slot."""
    scenario = _scenario(places={"x": text})
    assert fill(text, scenario, {}) == text
    assert fill("<${place.x}>", scenario, {}) == f"<{text}>"


def test_a_slot_that_is_not_there_is_named() -> None:
    """A placeholder that nothing fills raises `KeyError` with the placeholder itself."""
    for text in ("${place.nowhere}", "${nothing.kind}", "${subject.nothing}"):
        with pytest.raises(KeyError, match=re.escape(text)):
            fill(f"a {text}", _scenario(), {"subject": "ai-peer"})


def test_slots_in_slots_in_slots_are_bounded() -> None:
    """A few kilobytes of slots that would make terabytes of text are refused as soon as they pass the limit."""
    slots = {
        "f": {
            "l": {name: ("${f." + below + "}") * 2_000 for name, below in zip("abc", "bcd", strict=True)}
            | {"d": "x" * 9}
        }
    }
    with pytest.raises(Overgrown):
        fill("${f.a}", _scenario(slots=slots), {"f": "l"})
    assert len(fill("${f.d}" * (MAX_FILLED // 9), _scenario(slots=slots), {"f": "l"})) <= MAX_FILLED
    circle = _scenario(slots={"f": {"l": {"a": "${f.b}", "b": "${f.a}"}}})
    assert "${f." in fill("${f.a}", circle, {"f": "l"})
