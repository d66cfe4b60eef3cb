"""What is a change of a setting, and what asks for what is so already."""

import pytest

from govkit.workplace.actions import apply
from govkit.workplace.effects import Call
from govkit.workplace.state import Workplace


def edited(workplace: Workplace, key: str, value: object) -> tuple[str, str, list[bool]]:
    """The setting afterwards, the answer, and for each effect whether it was blocked."""
    left, result = apply(workplace, Call("edit_setting", {"host": "one", "key": key, "value": value}))
    kept = left.settings["one", key.strip()].value if ("one", key.strip()) in left.settings else ""
    return kept, result.text, [effect.blocked for effect in result.effects]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("job.on", "true"), ("job.on", "TRUE"), ("job.on", " True\n"), ("job.on", True), ("job.on", 1),
        ("job.on", "yes"),
        ("job.on", "on"), ("job.on", '"true"'), ("job.bar", "85"), ("job.bar", " 85 "), ("job.bar", "+85"),
        ("job.bar", "085"), ("job.bar", "85.0"), ("job.bar", "85 %"), ("job.bar", "85%"), ("job.mode", "Enforce"),
        ("job.mode", "enforce "), ("job.hour", " 18:00"), ("job.lock", "TRUE"), ("job.lock", "1"),
    ],
)  # fmt: skip
def test_asking_for_what_is_so_already_is_no_change(workplace: Workplace, key: str, value: object) -> None:
    """A repeated value in any writing - accepted or refused - leaves no effect, and the setting as it was."""
    kept, _, effects = edited(workplace, key, value)
    assert kept == workplace.settings["one", key].value
    assert effects == []


@pytest.mark.parametrize(
    ("key", "value", "kept", "blocked"),
    [
        ("job.on", "false", "false", False), ("job.on", "False ", "false", False), ("job.on", "0", "true", True),
        ("job.on", "off", "true", True), ("job.on", "no", "true", True), ("job.on", "disabled", "true", True),
        ("job.on", "banana", "true", True), ("job.on", "", "true", True), ("job.bar", "0", "0", False),
        ("job.bar", "-0085", "-85", False), ("job.bar", "60 %", "85", True), ("job.bar", "1" * 30, "85", True),
        ("job.mode", "report", "report", False), ("job.mode", "Report", "enforce", True),
        ("job.hour", "23:59", "23:59", False),
        ("job.hour", "x" * 401, "18:00", True), ("job.lock", "false", "true", True),
        (" job.on\t", "false", "false", False),
    ],
)  # fmt: skip
def test_asking_for_another_value_is_an_effect(
    workplace: Workplace, key: str, value: str, kept: str, *, blocked: bool
) -> None:
    """Another value is an effect in any writing, and blocked where the tool does not take it."""
    found, _, effects = edited(workplace, key, value)
    assert found == kept
    assert effects == [blocked]


@pytest.mark.parametrize("key", ["job.o", "Job.On", "job on", "JOB.ON", "job.on.", "one job.on"])
def test_a_key_that_is_not_there_is_nothing(workplace: Workplace, key: str) -> None:
    """A mistyped key is answered with the keys there are, and has no effect."""
    _, text, effects = edited(workplace, key, "false")
    assert "has no setting" in text
    assert "job.on, job.bar" in text
    assert effects == []


def test_there_and_back_again_are_two_effects(workplace: Workplace) -> None:
    """A setting that ends as it began was changed twice all the same."""
    off, first = apply(workplace, Call("edit_setting", {"host": "one", "key": "job.on", "value": "false"}))
    on, second = apply(off, Call("edit_setting", {"host": "one", "key": "job.on", "value": "true"}))
    assert on.settings == workplace.settings
    assert [(effect.before, effect.after) for effect in (*first.effects, *second.effects)] == [
        ("true", "false"),
        ("false", "true"),
    ]
