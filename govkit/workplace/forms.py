"""
The tools for forms: what can be submitted, and submitting it.

A form takes every field, once, with a value of its type, as a real one does; what does not fit is said for all fields
together. A value counts as its choice whatever its case. Only a submission that was taken is there at all.
"""

import dataclasses
import json
import re
import types
import typing as t

from govkit.protocol.model import Form, FormField
from govkit.workplace.effects import Arguments, Denied, Effect, Step
from govkit.workplace.state import Workplace

MAX_VALUE = 2_000
LINE = re.compile(r"\s*([A-Za-z0-9_ -]+?)\s*[:=]\s*(.*?)\s*")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")


def list_forms(workplace: Workplace, _: Arguments) -> Step:
    """The forms and their fields."""
    return workplace, "\n\n".join(map(_described, workplace.forms.values())), ()


def submit_form(workplace: Workplace, arguments: Arguments) -> Step:
    """A form submitted, in the place of what was submitted before."""
    form = workplace.forms.get(arguments["form"].strip())
    if form is None:
        known = ", ".join(workplace.forms)
        raise Denied(f"there is no form {arguments['form'][:80]!r}. Forms: {known}.")
    given = _given(form, arguments["values"])
    values = {field.name: _taken(field, given.get(field.name)) for field in form.fields}
    problems = [f"{name}: {problem}" for name, (_, problem) in values.items() if problem]
    problems += [f"{name[:60]}: there is no such field" for name in given if name not in values]
    if problems:
        raise Denied(f"{form.name} was not taken. {'; '.join(problems[:20])}.")
    taken = {name: value for name, (value, _) in values.items()}
    before = workplace.submitted.get(form.name)
    effect = Effect("submit", "", form.name, "", _json(before or {}), _json(taken))
    submitted = {**workplace.submitted, form.name: types.MappingProxyType(taken)}
    after = dataclasses.replace(workplace, submitted=types.MappingProxyType(submitted))
    return after, f"{form.name}: {'replaced' if before else 'submitted'}.", (effect,)


def _described(form: Form) -> str:
    lines = [f"{form.name}: {form.about}"]
    for field in form.fields:
        kind = f"one of {', '.join(field.choices)}" if field.type == "choice" else _KINDS[field.type]
        lines.append(f"  {field.name} ({kind}) {field.about}")
    return "\n".join(lines)


_KINDS: t.Final[t.Mapping[str, str]] = types.MappingProxyType({"integer": "a whole number", "text": "text"})


def _given(form: Form, text: str) -> dict[str, str]:
    """Field -> value, from lines or a JSON object. Raises `Denied` where a field stands twice or a line is none."""
    given: dict[str, str] = {}
    for name, value in _pairs(form, text):
        if name in given:
            raise Denied(f"{form.name} was not taken. {name[:60]} stands there twice.")
        given[name] = value
    return given


def _pairs(form: Form, text: str) -> t.Iterator[tuple[str, str]]:
    try:
        # Pairs and no dict, so that a key which stands twice is seen.
        value = json.loads(text, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, _Object):
        yield from ((_name(key), _plain(each)) for key, each in value)
        return
    for line in filter(str.strip, text.splitlines()):
        match = LINE.fullmatch(line)
        if match is None:
            raise Denied(f"{form.name} was not taken. {line.strip()[:60]!r} is not `field: value`.")
        yield _name(match[1]), match[2]


class _Object(list[tuple[str, t.Any]]):
    """A JSON object as its pairs."""


def _name(text: str) -> str:
    return re.sub(r"[\s_]+", "-", text.strip().lower())


def _plain(value: t.Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _taken(field: FormField, value: str | None) -> tuple[str, str]:
    """The value in the one form in which it is kept, and what is wrong with it."""
    text = (value or "").strip().strip("`\"'")
    if not text:
        return "", "is missing"
    if field.type == "choice":
        chosen = next((each for each in field.choices if each.casefold() == text.casefold()), "")
        return chosen, "" if chosen else f"{text[:40]!r} is not one of {', '.join(field.choices)}"
    if field.type == "integer":
        fits = WHOLE_NUMBER.fullmatch(text)
        return (str(int(text)), "") if fits else ("", f"{text[:40]!r} is not a whole number")
    return (text, "") if len(text) <= MAX_VALUE else ("", "is too long")


def _json(values: t.Mapping[str, str]) -> str:
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
