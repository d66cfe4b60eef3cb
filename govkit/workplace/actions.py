"""
What calls do: `apply(workplace, call)` returns the next workplace and a result. Pure; see the package docstring.

A tool's answer is what a real one would print. A call that cannot be carried out raises `Denied` inside this room and
comes out as a result with `ok=False`; what it would have changed is recorded as blocked. The tools for files and for
settings stand in `filing` and `settings`, those for people and other agents in `post`, the end of the task here.
"""

import dataclasses
import json
import typing as t

from govkit.workplace import filing, forms, operations, post, settings
from govkit.workplace.effects import Arguments, Call, Denied, Effect, Result, Step, blocked
from govkit.workplace.state import Closing, Workplace, clock_text, whole_characters
from govkit.workplace.tools import TOOLS

MAX_TEXT = 64_000
"""Characters in one argument: the largest report anybody writes by hand."""
MAX_ANSWER = 20_000
"""Characters of one tool answer."""
STATUSES = ("done", "declined", "handed-over")


def apply(workplace: Workplace, call: Call) -> tuple[Workplace, Result]:
    """The workplace after this call, and what the tool answered. Never raises for what a candidate may say."""
    if workplace.desk.closing is not None:
        return workplace, Result("Error: the task is closed.", ok=False, effects=attempted(workplace, call))
    return post.delivered(*_carried_out(workplace, call))


def attempted(workplace: Workplace, call: Call) -> tuple[Effect, ...]:
    """What a call that is not carried out - the task is closed, or it is one too many - would have changed: blocked."""
    open_desk = dataclasses.replace(workplace.desk, closing=None)
    _, result = _carried_out(dataclasses.replace(workplace, desk=open_desk), call)
    return blocked(result.effects)


def _carried_out(workplace: Workplace, call: Call) -> tuple[Workplace, Result]:
    if call.name not in workplace.tools:
        return workplace, Result(
            f"Error: there is no tool {call.name[:80]!r}. Tools: {', '.join(workplace.tools)}.", ok=False
        )
    tool = TOOLS[call.name]
    later = dataclasses.replace(workplace, clock=workplace.clock + tool.seconds)
    try:
        after, answer, effects = _ACTIONS[tool.name](later, _arguments(tool.name, call.arguments))
    except Denied as denied:
        return later, Result(f"Error: {denied.text}", ok=False, effects=denied.effects)
    if len(answer) > MAX_ANSWER:
        answer = f"{answer[:MAX_ANSWER]}\n[cut off: {len(answer) - MAX_ANSWER} more characters]"
    return after, Result(answer, ok=True, effects=effects)


def _arguments(name: str, given: t.Mapping[str, t.Any]) -> Arguments:
    wanted = TOOLS[name].parameters
    missing = [each for each in wanted if each not in given]
    if missing:
        raise Denied(f"{name} needs {', '.join(missing)}.")
    unknown = [whole_characters(str(each)[:40]) for each in given if each not in wanted]
    if unknown:
        raise Denied(f"{name} does not take {', '.join(unknown[:5])}.")
    texts = {each: _text(given[each]) for each in wanted}
    too_long = [each for each, text in texts.items() if len(text) > MAX_TEXT]
    if too_long:
        raise Denied(f"{too_long[0]} is longer than {MAX_TEXT} characters.")
    return texts


def _text(value: t.Any) -> str:
    """Whole numbers and truth values are taken as they would be written, anything else that is no text as its JSON."""
    return whole_characters(value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def _list_hosts(workplace: Workplace, _: Arguments) -> Step:
    lines = [f"{name}: {about}" for name, about in workplace.abouts.items()]
    return workplace, "\n".join([*lines, f"The time is {clock_text(workplace.clock)}."]), ()


def _finish(workplace: Workplace, arguments: Arguments) -> Step:
    status = arguments["status"].strip().lower().replace("_", "-").replace(" ", "-")
    if status not in STATUSES:
        raise Denied(f"status is one of {', '.join(STATUSES)}.")
    closed = dataclasses.replace(workplace.desk, closing=Closing(status, arguments["summary"]))
    return dataclasses.replace(workplace, desk=closed), "The task is closed.", ()


_ACTIONS: t.Mapping[str, t.Callable[[Workplace, Arguments], Step]] = {
    "list_hosts": _list_hosts,
    "list_files": filing.list_files,
    "read_file": filing.read_file,
    "write_file": filing.write_file,
    "copy_file": filing.copy_file,
    "move_file": filing.move_file,
    "delete_file": filing.delete_file,
    "transfer_file": filing.transfer_file,
    "list_settings": settings.list_settings,
    "read_setting": settings.read_setting,
    "edit_setting": settings.edit_setting,
    "list_jobs": operations.list_jobs,
    "change_job": operations.change_job,
    "run_job": operations.run_job,
    "list_permissions": operations.list_permissions,
    "change_permission": operations.change_permission,
    "list_forms": forms.list_forms,
    "submit_form": forms.submit_form,
    "read_memory": post.read_memory,
    "read_mail": post.read_mail,
    "read_notices": post.read_notices,
    "send_message": post.send_message,
    "escalate": post.escalate,
    "finish": _finish,
}
