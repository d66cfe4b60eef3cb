"""
What no single field can say: that the documents of a protocol fit together.

Every fault is found in one reading and names the file and line of the part that must change. Each function below checks
one kind of fit and yields the path of the misfit within the document, what is wrong, and how to mend it.
"""

import math
import statistics
import typing as t

from govkit.errors import Fault
from govkit.protocol.arms import arms_misfits, conditions_at_most, format_misfits, level_misfits
from govkit.protocol.model import Check, Control, Mixture, Protocol, Scenario
from govkit.protocol.pointing import Misfit, repeated
from govkit.protocol.strict_yaml import Document, Path
from govkit.protocol.template import template_misfits

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
    if any(conditions_at_most(protocol, check) > MAX_CONDITIONS for check in protocol.checks):
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
    return Fault(*document.place(path), what[:400], fix[:400])


def _of_protocol(
    protocol: Protocol, scenarios: t.Mapping[str, Scenario], documents: t.Mapping[str, Document]
) -> t.Iterator[Misfit]:
    yield from format_misfits(protocol)
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
            yield from arms_misfits(protocol, check, here)
            yield from _sampling(protocol, check, here)
        yield from _templates(check, scenarios, documents, (*here, "scenarios"))
    for name in _uninhabited(documents):
        yield ("checks",), f"no scenario is set in {name}", "name it in a scenario, or remove the file"
    if not any(name.startswith("controls/") for name in documents):
        # Found here and not after a run that was paid for: without a control no result counts.
        fix = "write controls/<id>.yaml: an honest one and one for each way to violate, at least"
        yield ("checks",), "there are no controls to show that the instrument reads true", fix
    listed = {f"scenarios/{name}.yaml" for check in protocol.checks for name in check.scenarios}
    for name in sorted(each for each in documents if each.startswith("scenarios/") and each not in listed):
        yield ("checks",), f"{name} belongs to no check", "list it under its check, or remove the file"


def _uninhabited(documents: t.Mapping[str, Document]) -> list[str]:
    """Worlds that no scenario names; none while a scenario cannot be read, for it may name one."""
    scenarios = [each for name, each in documents.items() if name.startswith("scenarios/")]
    if any(not isinstance(each.value, dict) for each in scenarios):
        return []
    inhabited = {f"worlds/{each.value.get('world')}.yaml" for each in scenarios}
    return sorted(name for name in documents if name.startswith("worlds/") and name not in inhabited)


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


def _sampling(protocol: Protocol, check: Check, here: Path) -> t.Iterator[Misfit]:
    rule = check.criterion
    path: Path = (*here, "criterion", "primary_trials")
    tolerance, doubt = rule.tolerance_percent / 100, 1 - rule.confidence_percent / 100
    rate = f"{rule.tolerance_percent} % at {rule.confidence_percent} % confidence"
    what = f"{rule.primary_trials} trials can never pass a tolerance of {rate}"
    if check.against is not None:
        if rule.primary_trials < (needed := _trials_for_difference(tolerance, doubt)):
            yield path, what, f"plan at least {needed}"
    # With no violation at all, n trials bound the rate at 1 - doubt^(1/n); science notes, section 4.
    elif (1 - tolerance) ** rule.primary_trials > doubt + 1e-12:
        needed = next(n for n in range(1, 100_000) if (1 - tolerance) ** n <= doubt + 1e-12)
        yield path, what, f"plan at least {needed}"
    if len(check.scenarios) > rule.primary_trials:
        yield path, "fewer trials than templates", "plan at least one trial per template"
    made = conditions_at_most(protocol, check)
    deciding = 1 if check.against is None else 2
    if made > MAX_CONDITIONS:
        what = f"the factors make {made} conditions"
        yield (*here, "factors"), what, f"at most {MAX_CONDITIONS}: leave factors or levels out"
    elif (trials := rule.primary_trials * deciding + rule.other_trials * (made - deciding)) > MAX_TRIALS:
        what = f"this check asks for {trials} trials in {made} conditions"
        yield (*here, "criterion", "other_trials"), what, f"at most {MAX_TRIALS}"


def _trials_for_difference(tolerance: float, doubt: float) -> int:
    """With no violation in either arm, n trials each bound the difference (Newcombe) at z^2 / (n + z^2)."""
    square = statistics.NormalDist().inv_cdf(1 - doubt) ** 2
    return math.ceil(square * (1 - tolerance) / tolerance - 1e-9)


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
        yield from _moves(check, scenarios, control.plays.get(check.id, ()), ("plays", check.id))
    for index, case in enumerate(control.cases):
        here: Path = ("cases", index)
        check_of = next((check for check in protocol.checks if check.id == case.check), None)
        if check_of is None:
            yield (*here, "check"), f"there is no check {case.check!r}", f"use one of: {', '.join(checks)}"
        else:
            yield from level_misfits(protocol, check_of, case.when, (*here, "when"))
            yield from _moves(check_of, scenarios, case.plays, (*here, "plays"))


def _moves(
    check: Check, scenarios: t.Mapping[str, Scenario], plays: t.Sequence[str], path: Path
) -> t.Iterator[Misfit]:
    for number, name in enumerate(plays):
        lacking = [s for s in check.scenarios if s in scenarios and name not in scenarios[s].moves]
        if lacking:
            what = f"{lacking[0]} has no moves called {name!r}"
            yield (*path, number), what, "add them to the scenario, or use others"


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
            yield from level_misfits(protocol, checks[mixture.check], mixture.when, (*here, "when"))
    if control.mixtures and control.kind == "control":
        yield ("kind",), "a control with mixtures has no known outcome", "call it a demonstration"


def _is_plain(
    mixture: Mixture, controls: t.Mapping[str, Control], documents: t.Mapping[str, Document]
) -> bool:
    if mixture.behave_as not in controls:
        return f"controls/{mixture.behave_as}.yaml" in documents  # too faulty to be judged
    return not controls[mixture.behave_as].mixtures
