"""
What no single field can say: that the documents of a protocol fit together.

Every fault is found in one reading and names the file and line of the part that must change. Each function below checks
one kind of fit and yields the path of the misfit within the document, what is wrong, and how to mend it.
"""

import math
import typing as t

from govkit.errors import Fault
from govkit.protocol.model import Check, Control, Mixture, Protocol, Scenario
from govkit.protocol.strict_yaml import Document, Path
from govkit.protocol.template import Misfit, repeated, template_misfits

MAX_CONDITIONS = 1_000
"""Factors multiply; nobody reads a table of more."""
MAX_TRIALS = 1_000_000
"""Trials one check may ask for."""


def misfits(
    protocol: Protocol,
    scenarios: t.Mapping[str, Scenario],
    controls: t.Mapping[str, Control],
    documents: t.Mapping[str, Document],
) -> tuple[Fault, ...]:
    """
    All misfits between the documents, as faults.

    `documents` are the files as read, by name. Some of them may have been too faulty for a scenario or a control to be
    made of them; what refers to those is then not judged.
    """
    found = [
        _fault(documents["protocol.yaml"], misfit) for misfit in _of_protocol(protocol, scenarios, documents)
    ]
    if any(_conditions(protocol, check) > MAX_CONDITIONS for check in protocol.checks):
        return tuple(found)
    for name, scenario in scenarios.items():
        document = documents[f"scenarios/{name}.yaml"]
        found += [_fault(document, misfit) for misfit in template_misfits(protocol, scenario)]
    for name, control in controls.items():
        document = documents[f"controls/{name}.yaml"]
        found += [_fault(document, misfit) for misfit in _of_control(protocol, scenarios, control)]
        found += [_fault(document, misfit) for misfit in _of_mixtures(protocol, controls, control, documents)]
    return tuple(found)


def _fault(document: Document, misfit: Misfit) -> Fault:
    path, what, fix = misfit
    return Fault(document.file, document.line(path), what[:400], fix[:400])


def _conditions(protocol: Protocol, check: Check) -> int:
    """How many conditions a check has."""
    return math.prod(len(protocol.factors[name].levels) for name in check.factors if name in protocol.factors)


def _of_protocol(
    protocol: Protocol, scenarios: t.Mapping[str, Scenario], documents: t.Mapping[str, Document]
) -> t.Iterator[Misfit]:
    for index in repeated([check.id for check in protocol.checks]):
        what = f"a second check is called {protocol.checks[index].id!r}"
        yield ("checks", index, "id"), what, "give each check its own id"
    for index, check in enumerate(protocol.checks):
        here: Path = ("checks", index)
        for number in repeated(check.factors):
            yield (
                (*here, "factors", number),
                f"{check.factors[number]!r} stands here again",
                "keep one of the two",
            )
        unknown = [number for number, name in enumerate(check.factors) if name not in protocol.factors]
        for number in unknown:
            what, fix = (
                f"unknown factor {check.factors[number]!r}",
                f"use one of: {', '.join(protocol.factors)}",
            )
            yield (*here, "factors", number), what, fix
        if not unknown:
            yield from _arms(protocol, check, here)
            yield from _sampling(protocol, check, here)
        yield from _templates(check, scenarios, documents, (*here, "scenarios"))
    listed = {f"scenarios/{name}.yaml" for check in protocol.checks for name in check.scenarios}
    for name in sorted(each for each in documents if each.startswith("scenarios/") and each not in listed):
        yield ("checks",), f"{name} belongs to no check", "list it under its check, or remove the file"


def _templates(
    check: Check, scenarios: t.Mapping[str, Scenario], documents: t.Mapping[str, Document], path: Path
) -> t.Iterator[Misfit]:
    for number in repeated(check.scenarios):
        what = f"{check.scenarios[number]!r} stands here again"
        yield (*path, number), what, "list each template once: it would weigh twice"
    for number, name in enumerate(check.scenarios):
        if f"scenarios/{name}.yaml" not in documents:
            yield (
                (*path, number),
                f"there is no scenarios/{name}.yaml",
                "write it, or leave it out of the list",
            )
        elif name in scenarios and scenarios[name].check != check.id:
            what = f"{name} is a template of {scenarios[name].check!r}"
            yield (*path, number), what, f"set its check to {check.id!r}, or leave it out of the list"


def _arms(protocol: Protocol, check: Check, here: Path) -> t.Iterator[Misfit]:
    """The condition that decides, and the one it is compared with."""
    yield from _levels(protocol, check, check.primary, (*here, "primary"))
    missing = [factor for factor in check.factors if factor not in check.primary]
    if missing:
        what = f"no level is chosen for {', '.join(missing)}"
        yield (*here, "primary"), what, "a condition chooses one level of each factor"
    yield from _levels(protocol, check, check.matched, (*here, "matched"))
    if check.matched.items() <= check.primary.items():
        fix = "name the level that differs, such as another subject"
        yield (*here, "matched"), "the matched arm changes nothing", fix


def _levels(protocol: Protocol, check: Check, chosen: t.Mapping[str, str], path: Path) -> t.Iterator[Misfit]:
    for factor, level in chosen.items():
        if factor not in check.factors:
            fix = f"use one of: {', '.join(check.factors)}"
            yield (*path, factor), f"{factor!r} is not a factor of this check", fix
        elif factor in protocol.factors and level not in protocol.factors[factor].levels:
            fix = f"use one of: {', '.join(protocol.factors[factor].levels)}"
            yield (*path, factor), f"{level!r} is not a level of {factor!r}", fix


def _sampling(protocol: Protocol, check: Check, here: Path) -> t.Iterator[Misfit]:
    rule = check.criterion
    path: Path = (*here, "criterion", "primary_trials")
    tolerance, doubt = rule.tolerance_percent / 100, 1 - rule.confidence_percent / 100
    # With no violation at all, n trials bound the rate at 1 - doubt^(1/n); science notes, section 4.
    if (1 - tolerance) ** rule.primary_trials > doubt + 1e-12:
        rate = f"{rule.tolerance_percent} % at {rule.confidence_percent} % confidence"
        what = f"{rule.primary_trials} trials can never pass a tolerance of {rate}"
        needed = next(n for n in range(1, 100_000) if (1 - tolerance) ** n <= doubt + 1e-12)
        yield path, what, f"plan at least {needed}"
    if len(check.scenarios) > rule.primary_trials:
        yield path, "fewer trials than templates", "plan at least one trial per template"
    conditions = _conditions(protocol, check)
    if conditions > MAX_CONDITIONS:
        what = f"the factors make {conditions} conditions"
        yield (*here, "factors"), what, f"at most {MAX_CONDITIONS}: leave factors or levels out"
    elif (trials := rule.primary_trials + rule.other_trials * (conditions - 1)) > MAX_TRIALS:
        what = f"this check asks for {trials} trials in {conditions} conditions"
        yield (*here, "criterion", "other_trials"), what, f"at most {MAX_TRIALS}"


def _of_control(
    protocol: Protocol, scenarios: t.Mapping[str, Scenario], control: Control
) -> t.Iterator[Misfit]:
    checks = [check.id for check in protocol.checks]
    for part, named in (("plays", control.plays), ("reads_as", control.reads_as)):
        for name in named:
            if name not in checks:
                yield (part, name), f"there is no check {name!r}", f"use one of: {', '.join(checks)}"
    for check in protocol.checks:
        if check.id not in control.plays:
            yield ("plays",), f"says nothing of {check.id!r}", "list the moves it makes there ([] for none)"
        if control.kind == "control" and check.id not in control.reads_as:
            yield ("reads_as",), f"does not say how {check.id!r} must read it", "give outcome and verdict"
        for number, name in enumerate(control.plays.get(check.id, ())):
            lacking = [s for s in check.scenarios if s in scenarios and name not in scenarios[s].moves]
            if lacking:
                what = f"{lacking[0]} has no moves called {name!r}"
                yield ("plays", check.id, number), what, "add them to the scenario, or use others"


def _of_mixtures(
    protocol: Protocol,
    controls: t.Mapping[str, Control],
    control: Control,
    documents: t.Mapping[str, Document],
) -> t.Iterator[Misfit]:
    checks = {check.id: check for check in protocol.checks}
    for index, mixture in enumerate(control.mixtures):
        here: Path = ("mixtures", index)
        if not _is_plain(mixture, controls, documents):
            what = f"{mixture.behave_as!r} is not a plain control"
            yield (*here, "behave_as"), what, "name a control without mixtures"
        if mixture.check not in checks:
            fix = f"use one of: {', '.join(checks)}"
            yield (*here, "check"), f"there is no check {mixture.check!r}", fix
        else:
            yield from _levels(protocol, checks[mixture.check], mixture.when, (*here, "when"))
    if control.mixtures and control.kind == "control":
        yield ("kind",), "a control with mixtures has no known outcome", "call it a demonstration"


def _is_plain(
    mixture: Mixture, controls: t.Mapping[str, Control], documents: t.Mapping[str, Document]
) -> bool:
    if mixture.behave_as not in controls:
        return f"controls/{mixture.behave_as}.yaml" in documents  # too faulty to be judged
    return not controls[mixture.behave_as].mixtures
