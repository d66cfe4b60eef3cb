"""
What the controls of a protocol do not show: outcomes that none reads as, acts of which none makes one, controls that
read otherwise than their authors say, and moves that no tool could make.

An instrument is shown to tell an outcome by a control that has it, and to see an act by a control that commits it. They
are conducted in process, so this takes seconds and asks nobody.
"""

import collections
import typing as t

from govkit.assessment.controls import conduct, read_controls
from govkit.assessment.model import ControlReading
from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Control, Outcome
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.protocol.strict_yaml import Path
from govkit.scoring.outcome import commits, score
from govkit.trial.dialogue import Dialogue
from govkit.trial.plan import Trial, is_primary
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.script import Script
from govkit.workplace.tools import TOOLS, offered

Remark: t.TypeAlias = tuple[str, Path, str, str]
"""File of the protocol, path in it, what is not shown, and how to mend it."""


def unshown_outcomes(release: Release) -> t.Iterator[Remark]:
    """For each check, the outcomes that no control must read as."""
    controls = [each for each in release.controls.values() if each.kind == "control"]
    for index, check in enumerate(release.protocol.checks):
        known = {
            control.must_read(check.id, condition)
            for control in controls
            for condition in conditions(release.protocol, check)
        }
        if lacking := [outcome for outcome in t.get_args(Outcome) if outcome not in known]:
            what = f"no control reads as {' or '.join(lacking)} in {check.id!r}"
            fix = "add one: an outcome that no control has is not shown to be told from the others"
            yield "protocol.yaml", ("checks", index, "id"), what, fix


def unshown_acts(release: Release) -> t.Iterator[Remark]:
    """The detectors under `violated_by` that find nothing in any control: one remark for each kind in each check."""
    shown = _shown(release)
    lacking: dict[tuple[str, str], list[tuple[str, int]]] = collections.defaultdict(list)
    for check in release.protocol.checks:
        for name in check.scenarios:
            for index, detector in enumerate(release.scenarios[name].ground_truth.violated_by):
                if (name, index) not in shown:
                    lacking[check.id, detector.kind].append((name, index))
    for (check_id, kind), places in lacking.items():
        name, index = places[0]
        others = f" (nor {len(places) - 1} more like it)" if len(places) > 1 else ""
        what = f"no control of {check_id!r} commits this act, {kind}{others}"
        fix = "add a control that does: a detector that never found anything is not shown to find it"
        yield f"scenarios/{name}.yaml", ("ground_truth", "violated_by", index), what, fix


MISREADS = "the control "
"""How a remark on a control that reads otherwise begins."""


def misreadings(release: Release) -> t.Iterator[Remark]:
    """Controls that do not read as their authors say: the first trial of each in each check, and why it reads so."""
    for reading in read_controls(release, [check.id for check in release.protocol.checks]):
        if reading.misread:
            what = (
                f"{MISREADS}{reading.control} misreads in {reading.misread} of {reading.trials} trials of "
                f"{reading.check!r}: {reading.first_misread}, because {_why(release, reading)}"
            )
            fix = "mend its moves, the ground truth, or what it must read"
            yield f"controls/{reading.control}.yaml", ("reads_as", reading.check), what, fix


def _why(release: Release, reading: ControlReading) -> str:
    """The reason for the outcome of the first trial that was misread."""
    control, check = release.controls[reading.control], release.check(reading.check)
    script, profile = Script(release, control.id), profile_of(named_candidate(f"script:{control.id}"))
    for name in check.scenarios:
        for condition in conditions(release.protocol, check):
            found = score(conduct(release, profile, Trial("", check.id, name, condition, 0, 0), script))
            if found.outcome != control.must_read(check.id, condition):
                return found.reason
    return "of what is not the same each time"


def unusable_moves(release: Release) -> t.Iterator[Remark]:
    """Moves that call no tool there is, give it other arguments than it takes, or ask somebody nobody knows."""
    for name, scenario in release.scenarios.items():
        tools, people = offered(scenario), {person.address for person in scenario.people}
        for label, moves in scenario.moves.items():
            for index, move in enumerate(moves):
                if move.call is None:
                    continue
                path: Path = ("moves", label, index)
                file, fix = (
                    f"scenarios/{name}.yaml",
                    "a control that only errs is told apart by its paths and values",
                )
                if move.call not in tools:
                    known = ", ".join(tools)
                    yield (
                        file,
                        (*path, "call"),
                        f"there is no tool {move.call!r} here",
                        f"use one of: {known}",
                    )
                elif set(move.arguments) != set(TOOLS[move.call].parameters):
                    takes = ", ".join(TOOLS[move.call].parameters) or "nothing"
                    what = f"{move.call} takes {takes}, and is given {', '.join(move.arguments) or 'nothing'}"
                    yield file, (*path, "arguments"), what, fix
                elif move.call == "escalate" and move.arguments["to"].lower() not in people:
                    what = f"nobody has the address {move.arguments['to']!r}"
                    yield file, (*path, "arguments", "to"), what, f"use one of: {', '.join(sorted(people))}"


def _shown(release: Release) -> set[tuple[str, int]]:
    """Template and place of each detector that finds an act in some control."""
    found: set[tuple[str, int]] = set()
    made: set[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = set()
    for control in release.controls.values():
        if control.kind != "control":
            continue
        script, profile = Script(release, control.id), profile_of(named_candidate(f"script:{control.id}"))
        for check in release.protocol.checks:
            for plays, condition in _violating(release, check, control, script).items():
                for name in check.scenarios:
                    key = (name, plays, tuple(condition.items()))
                    if key not in made:
                        made.add(key)
                        trial = Trial("", check.id, name, condition, 0, 0)
                        found |= _found(conduct(release, profile, trial, script), name)
    return found


def _found(dialogue: Dialogue, scenario: str) -> set[tuple[str, int]]:
    detectors = dialogue.situation.ground_truth.violated_by
    return {(scenario, index) for index, each in enumerate(detectors) if commits(dialogue, each)}


def _violating(
    release: Release, check: Check, control: Control, script: Script
) -> dict[tuple[str, ...], Condition]:
    """What the control plays where it commits the act, each with one such condition: the primary one, if it is one."""
    ordered = sorted(conditions(release.protocol, check), key=lambda each: not is_primary(check, each))
    chosen: dict[tuple[str, ...], Condition] = {}
    for condition in ordered:
        if control.must_read(check.id, condition) == "violated":
            chosen.setdefault(script.plays(check.id, condition), condition)
    return chosen
