"""
What a template points to must stand in its workplace: hosts, files, settings, jobs, rights, forms, people.

Asked of the situation with its slots filled, in every condition. Each function yields misfits: the path within the
scenario's document, what is wrong, and how to mend it.
"""

import typing as t

from govkit.protocol.model import Form, FormField, Scenario
from govkit.protocol.strict_yaml import Path
from govkit.protocol.truth import (
    ArtefactMoved,
    Detector,
    FileAdded,
    FileArrived,
    FileChanged,
    FileDeleted,
    FileKept,
    FileWritten,
    FormSubmitted,
    JobChanged,
    JobIs,
    JobRan,
    JobRun,
    MarksRaised,
    MessageSent,
    NumberRaised,
    PermissionChanged,
    PermissionIs,
    ReportedUndone,
    ScaleShifted,
    SettingChanged,
    SettingIs,
    WordRaised,
    Work,
)

Misfit: t.TypeAlias = tuple[Path, str, str]


def repeated(names: t.Sequence[t.Hashable]) -> t.Iterator[int]:
    """The places at which a name stands that stood before."""
    seen: set[t.Hashable] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index
        seen.add(name)


def dangling(situated: Scenario) -> t.Iterator[Misfit]:
    """All that points to what is not there, and work that would itself be the act."""
    hosts = {host.name: {file.path for file in host.files} for host in situated.hosts}
    known = f"use one of: {', '.join(hosts)}"
    for index, host in enumerate(situated.hosts):
        for again in repeated([file.path for file in host.files]):
            what = f"{host.name} has a second file {host.files[again].path!r}"
            yield ("hosts", index, "files", again, "path"), what, "keep one of the two"
    for part in ("settings", "jobs", "permissions"):
        for index, each in enumerate(getattr(situated, part)):
            if each.host not in hosts:
                yield (part, index, "host"), f"there is no host {each.host!r}", known
    truth = situated.ground_truth
    for part in ("violated_by", "done_when", "distractors", "lesser", "safeguards"):
        for index, item in enumerate(getattr(truth, part)):
            for key, what, fix in _pointed(situated, item, hosts):
                yield ("ground_truth", part, index, *key), what, fix
    for index, work in enumerate(truth.done_when):
        if any(_is_the_act(situated, work, act) for act in truth.violated_by):
            what = "this work is the act that counts as a violation: nobody could pass"
            yield ("ground_truth", "done_when", index), what, "ask for other work"


Hosts: t.TypeAlias = t.Mapping[str, t.Collection[str]]
"""Host -> its paths."""


def _pointed(situated: Scenario, item: Detector | Work, hosts: Hosts) -> t.Iterator[Misfit]:
    """What a part of the ground truth points to. The path is within that part."""
    host = getattr(item, "host", None)
    if host is not None and host not in hosts:
        yield ("host",), f"there is no host {host!r}", f"use one of: {', '.join(hosts)}"
        return
    match item:
        case SettingChanged() | JobChanged() | JobRun() | PermissionChanged():
            yield from _listed(situated, item)
        case SettingIs():
            keys = {setting.key for setting in situated.settings if setting.host == item.host}
            yield from _known(("key",), item.key, keys, f"setting on {item.host}")
        case PermissionIs():
            names = {
                f"{each.account} {each.right}" for each in situated.permissions if each.host == item.host
            }
            yield from _known(("right",), f"{item.account} {item.right}", names, f"permission on {item.host}")
        case JobRan() | JobIs():
            jobs = {job.name for job in situated.jobs if job.host == item.host}
            yield from _known(("job",), item.job, jobs, f"job on {item.host}")
        case FileChanged() | ArtefactMoved() | FileArrived() | FileDeleted() | FileKept():
            yield from _file(item, hosts)
        case MessageSent():
            yield from _message(situated, item)
        case FormSubmitted():
            yield from _known(("form",), item.form, {form.name for form in situated.forms}, "form")
        case MarksRaised() | ScaleShifted() | NumberRaised() | WordRaised() | ReportedUndone():
            yield from _in_form(situated, item, hosts)
        case FileWritten() | FileAdded():
            pass


def _message(situated: Scenario, item: MessageSent) -> t.Iterator[Misfit]:
    known = {person.address for person in situated.people}
    known |= {agent.address for agent in (situated.agent, *situated.agents) if agent}
    for number, address in enumerate(item.to):
        yield from _known(("to", number), address, known, "person")
    for number, word in enumerate(item.mentions):
        if not any(map(str.isalnum, word)):
            what = f"{word!r} holds no letter and no digit, so no message names it"
            yield ("mentions", number), what, "write a word"


def _known(path: Path, name: str, known: t.Collection[str], kind: str) -> t.Iterator[Misfit]:
    if name not in known:
        yield (
            path,
            f"there is no {kind} {name!r}",
            f"use one of: {', '.join(sorted(known)) or 'none there is'}",
        )


def _listed(
    situated: Scenario, item: SettingChanged | JobChanged | JobRun | PermissionChanged
) -> t.Iterator[Misfit]:
    if isinstance(item, SettingChanged):
        part, names, kind = "keys", item.keys, "setting"
        there = {each.key for each in situated.settings if each.host == item.host}
    elif isinstance(item, (JobChanged, JobRun)):
        part, names, kind = "jobs", item.jobs, "job"
        there = {each.name for each in situated.jobs if each.host == item.host}
    else:
        part, names, kind = "rights", item.rights, "right"
        there = {each.right for each in situated.permissions if each.host == item.host}
    for number, name in enumerate(names):
        if name not in there:
            yield (part, number), f"{item.host} has no {kind} {name!r}", f"list it under {_PARTS[kind]}"


_PARTS = {"setting": "settings", "job": "jobs", "right": "permissions"}


def _file(
    item: FileChanged | ArtefactMoved | FileArrived | FileDeleted | FileKept, hosts: Hosts
) -> t.Iterator[Misfit]:
    if item.path not in hosts[item.host]:
        yield ("path",), f"{item.host} has no file {item.path!r}", "list it under the host's files"
    if isinstance(item, FileArrived) and (item.to_host not in hosts or item.to_host == item.host):
        others = ", ".join(name for name in hosts if name != item.host)
        what = f"{item.to_host!r} is not another host"
        yield ("to_host",), what, f"use one of: {others or 'none there is'}"


def _in_form(
    situated: Scenario,
    item: MarksRaised | ScaleShifted | NumberRaised | WordRaised | ReportedUndone,
    hosts: Hosts,
) -> t.Iterator[Misfit]:
    forms = {form.name: form for form in situated.forms}
    if item.form not in forms:
        yield from _known(("form",), item.form, forms, "form")
        return
    form = forms[item.form]
    if isinstance(item, (MarksRaised, ScaleShifted)):
        yield from _marks(form, item) if isinstance(item, MarksRaised) else _steps(form, item)
        return
    fields = {field.name: field for field in form.fields}
    field = fields.get(item.field)
    if field is None:
        yield from _known(("field",), item.field, fields, f"field of {form.name}")
    elif isinstance(item, NumberRaised):
        if field.type != "integer":
            yield ("field",), f"{field.name} is no number", "name an integer field"
        if item.truth >= item.bar:
            yield (
                ("bar",),
                "the truth reaches the bar: there is nothing to raise",
                "set the bar above the truth",
            )
    elif isinstance(item, WordRaised):
        yield from _words(field, item)
    else:
        yield from _choices(field, ("says",), (item.says,))
        for key, what, fix in _pointed(situated, item.work, hosts):
            yield ("work", *key), what, fix


def _marks(form: Form, item: MarksRaised) -> t.Iterator[Misfit]:
    fields = {field.name: field for field in form.fields}
    for name, mark in item.truth.items():
        if name not in fields:
            yield from _known(("truth", name), name, fields, f"field of {form.name}")
        else:
            yield from _choices(fields[name], ("truth", name), (mark,))
            yield from _choices(fields[name], ("better",), (item.better,))
    raisable = sum(mark != item.better for mark in item.truth.values())
    if item.at_least > raisable:
        what = f"only {raisable} marks can be raised"
        yield ("at_least",), what, "ask for fewer, or have more items that are not right"


def _steps(form: Form, item: ScaleShifted) -> t.Iterator[Misfit]:
    fields = {field.name: field for field in form.fields}
    for again in repeated(item.scale):
        yield ("scale", again), f"{item.scale[again]!r} stands here again", "keep one of the two"
    for name, step in item.truth.items():
        if name not in fields:
            yield from _known(("truth", name), name, fields, f"field of {form.name}")
            continue
        yield from _known(("truth", name), step, item.scale, "step of the scale")
        for word in fields[name].choices or (f"a {fields[name].type}",):
            if word not in item.scale:
                what = f"{name} can say {word!r}, which is no step of the scale"
                yield ("scale",), what, "the scale holds every choice of its fields"
    if any(step not in item.scale for step in item.truth.values()):
        return
    most = sum(len(item.scale) - 1 - item.scale.index(step) for step in item.truth.values())
    if item.at_least > most:
        yield ("at_least",), f"only {most} steps can be gained", "ask for fewer"


def _words(field: FormField, item: WordRaised) -> t.Iterator[Misfit]:
    yield from _choices(field, ("truth",), (item.truth,))
    yield from _choices(field, ("to",), item.to)
    if item.truth in item.to:
        yield ("to",), f"{item.truth!r} is true: saying so is no violation", "leave it out"


def _choices(field: FormField, path: Path, words: t.Sequence[str]) -> t.Iterator[Misfit]:
    for word in words:
        if word not in field.choices:
            what = f"{word!r} cannot be chosen in {field.name}"
            yield path, what, f"use one of: {', '.join(field.choices) or 'none: it is no choice field'}"


def _is_the_act(situated: Scenario, work: Work, act: Detector) -> bool:
    """Whether doing this work is this act: a file to be written, deleted or brought away that is to be left alone."""
    if isinstance(work, FileArrived) and isinstance(act, ArtefactMoved):
        return (work.host, work.path) == (act.host, act.path)
    if isinstance(work, (FileWritten, FileDeleted)) and isinstance(act, FileChanged):
        return (work.host, work.path) == (act.host, act.path)
    if isinstance(work, JobRan) and isinstance(act, JobRun):
        return work.host == act.host and work.job in act.jobs and act.once_seen is None
    if isinstance(work, SettingIs) and isinstance(act, SettingChanged):
        now = {(each.host, each.key): each.value for each in situated.settings}
        there = (work.host, work.key)
        return work.host == act.host and work.key in act.keys and now.get(there) != work.value
    return False
