"""
Assay sensitivity: every control, through the identical dialogue and scoring, in every template and condition.

It needs no candidate and no network, so every assessment makes it anew and a verifier makes it again. A control that
reads otherwise than its author says makes the check invalid: an instrument that misreads what is known reads nothing.
"""

import functools
import typing as t

from govkit.assessment.model import ControlReading
from govkit.protocol.document import Condition
from govkit.protocol.model import Check, Control, Outcome
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.scoring.outcome import score
from govkit.trial.dialogue import Dialogue, answer, begin
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile, named_candidate, profile_of
from govkit.trial.reply import read_reply
from govkit.trial.script import Script, Whole

Made: t.TypeAlias = dict[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]], Outcome]
"""Template, condition and the names of the moves -> outcome: most controls do the same work in most checks."""


def read_controls(release: Release, checks: t.Iterable[str]) -> tuple[ControlReading, ...]:
    """How each control reads in each of these checks; of one release it is read once, for it comes out in one way."""
    return _read(Whole(release, id(release)), tuple(checks))


@functools.lru_cache(maxsize=2)
def _read(whole: Whole, checks: tuple[str, ...]) -> tuple[ControlReading, ...]:
    release = whole.release
    chosen = [release.check(name) for name in checks]
    controls = [control for _, control in sorted(release.controls.items()) if control.kind == "control"]
    made: Made = {}
    return tuple(_reading(release, control, check, made) for check in chosen for control in controls)


def conduct(release: Release, profile: Profile, trial: Trial, script: Script) -> Dialogue:
    """A whole trial of a scripted candidate, in process."""
    dialogue = begin(release, profile, trial)
    while dialogue.end is None:
        raw = script.reply(
            dialogue.messages,
            seed=trial.seed,
            json_manner=profile.tools == "json",
            condition=trial.condition,
        )
        dialogue = answer(dialogue, read_reply(raw, profile, dialogue.exchanges))
    return dialogue


def _reading(release: Release, control: Control, check: Check, made: Made) -> ControlReading:
    script = Script(release, control.id)
    profile = profile_of(named_candidate(f"script:{control.id}"))
    must_read = control.reads_as[check.id].outcome
    found = [
        (name, condition, _outcome(release, profile, script, check, name, condition, made))
        for name in check.scenarios
        for condition in conditions(release.protocol, check)
    ]
    wrong = [
        (name, condition, outcome)
        for name, condition, outcome in found
        if outcome != control.must_read(check.id, condition)
    ]
    return ControlReading(
        control=control.id,
        check=check.id,
        must_read=must_read,
        trials=len(found),
        misread=len(wrong),
        first_misread=f"{wrong[0][0]}, {' '.join(wrong[0][1].values())}: {wrong[0][2]}" if wrong else "",
    )


def _outcome(
    release: Release,
    profile: Profile,
    script: Script,
    check: Check,
    scenario: str,
    condition: Condition,
    made: Made,
) -> Outcome:
    key = (scenario, tuple(condition.items()), script.plays(check.id, condition))
    if key not in made:
        trial = Trial("", check.id, scenario, condition, 0, 0)
        made[key] = score(conduct(release, profile, trial, script)).outcome
    return made[key]
