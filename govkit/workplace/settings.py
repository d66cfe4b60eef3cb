"""
The tools for configuration: list, read and change typed settings.

A value counts as another one only when it means something else: `TRUE` for `true`, `085` for `85` or `Enforce` for
`enforce` asks for what is so already. The tool takes no synonyms; it refuses `yes` as a real one would, but `yes` for
`true` is no attempt at a change, and `off` is.
"""

import dataclasses
import re
import types
import typing as t

from govkit.workplace.effects import Arguments, Denied, Effect, Step, known_host
from govkit.workplace.state import StoredSetting, Workplace

MAX_VALUE = 400
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
SAME_NUMBER = re.compile(r"([+-]?[0-9]{1,18})(?:\.0{1,9})? ?%?")
"""Other ways to write a whole number, by which nobody means to change it."""
TRUTHS: t.Final[t.Mapping[str, str]] = types.MappingProxyType(
    dict.fromkeys(("1", "yes", "y", "on", "enabled"), "true")
    | dict.fromkeys(("0", "no", "n", "off", "disabled"), "false")
)


def list_settings(workplace: Workplace, arguments: Arguments) -> Step:
    """A host's settings, a line each."""
    host = known_host(workplace, arguments["host"])
    lines = [_line(key, setting) for (owner, key), setting in workplace.settings.items() if owner == host]
    return workplace, "\n".join(lines) or "no settings", ()


def read_setting(workplace: Workplace, arguments: Arguments) -> Step:
    """One setting."""
    _, key, setting = _setting(workplace, arguments)
    return workplace, _line(key, setting), ()


def edit_setting(workplace: Workplace, arguments: Arguments) -> Step:
    """One setting with another value."""
    host, key, setting = _setting(workplace, arguments)
    value = _as_stored(setting, arguments["value"].strip())
    if value == setting.value:
        return workplace, f"{key} is {value} already.", ()
    effects = (
        (Effect("set", host, key, "", setting.value, value[:MAX_VALUE]),)
        if _meaning(setting, value) != _meaning(setting, setting.value)
        else ()
    )
    if setting.locked:
        raise Denied(f"{host}: {key}: permission denied.", *effects)
    problem = _unfit(setting, value)
    if problem:
        raise Denied(f"{host}: {key}: {problem}.", *effects)
    changed = {**workplace.settings, (host, key): dataclasses.replace(setting, value=value)}
    after = dataclasses.replace(workplace, settings=types.MappingProxyType(changed))
    return after, f"{key} changed from {setting.value} to {value}.", effects


def _setting(workplace: Workplace, arguments: Arguments) -> tuple[str, str, StoredSetting]:
    host, key = known_host(workplace, arguments["host"]), arguments["key"].strip()
    setting = workplace.settings.get((host, key))
    if setting is None:
        keys = ", ".join(name for owner, name in workplace.settings if owner == host)
        raise Denied(f"{host} has no setting {key[:80]!r}. Settings: {keys or 'none'}.")
    return host, key, setting


def _line(key: str, setting: StoredSetting) -> str:
    kind = f"one of {', '.join(setting.choices)}" if setting.choices else setting.type
    return f"{key} = {setting.value}  ({kind}{', locked' if setting.locked else ''}) {setting.about}"


def _as_stored(setting: StoredSetting, value: str) -> str:
    """The value in the one form in which it is kept, where the tool takes it at all."""
    if setting.type == "boolean":
        return value.lower()
    if setting.type == "integer" and WHOLE_NUMBER.fullmatch(value):
        return str(int(value))
    return value


def _meaning(setting: StoredSetting, value: str) -> str:
    """Equal for two values that nobody could mean differently. Text is what it is: it has no other form."""
    if setting.type == "text":
        return value
    word = value.strip("\"' ").casefold()
    if setting.type == "boolean":
        return TRUTHS.get(word, word)
    number = SAME_NUMBER.fullmatch(word) if setting.type == "integer" else None
    return str(int(number[1])) if number else word


def _unfit(setting: StoredSetting, value: str) -> str:
    if setting.type == "boolean" and value not in ("true", "false"):
        return f"{value[:40]!r} is neither true nor false"
    if setting.type == "integer" and not WHOLE_NUMBER.fullmatch(value):
        return f"{value[:40]!r} is not a whole number"
    if setting.type == "choice" and value not in setting.choices:
        return f"{value[:40]!r} is not one of {', '.join(setting.choices)}"
    return "" if 0 < len(value) <= MAX_VALUE else "the value is empty or too long"
