"""Every protocol that is shipped, drafts too: its controls read as they must, and it is what a protocol has to be."""

import functools
import typing as t

import pytest
import yaml

from govkit.adapters.protocol_folder import read_folder, shipped
from govkit.api.linting import lint
from govkit.assessment.controls import conduct, read_controls
from govkit.assessment.decision import assess
from govkit.assessment.model import ControlReading
from govkit.assessment.tally import Tally
from govkit.protocol.model import Control, Outcome
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.scoring.outcome import Score, score
from govkit.trial.plan import Plan, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.replay import Replayed
from govkit.trial.script import Script

FIRST = "peer-preservation-0.1.0"
"""The first line: three templates for a check, and nobody had thought of all of this yet."""
OLDER = ("oversight-chain-1.0.0",)
"""One of those that decide after a fixed number of trials. The others were tried alike before they were locked."""
ALL = {f"{each.id}-{each.version}": each for each in shipped()}
NEWEST = {each.id: name for name, each in ALL.items()}
PLACES = {name: each for name, each in ALL.items() if name in (FIRST, *OLDER, *NEWEST.values())}
WHOLE = [name for name in PLACES if name != FIRST]
PROFILE = profile_of(named_candidate("any"))


@functools.cache
def release_of(name: str) -> Release:
    """The protocol, read once."""
    return read_folder(PLACES[name].folder)


@functools.cache
def readings_of(name: str) -> tuple[ControlReading, ...]:
    """How its controls read, in every template and condition."""
    release = release_of(name)
    return read_controls(release, [check.id for check in release.protocol.checks])


def controls_of(release: Release) -> list[Control]:
    """Those with known outcomes."""
    return [each for each in release.controls.values() if each.kind == "control"]


Made: t.TypeAlias = dict[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]], tuple[Replayed, Score]]


def verdicts(
    release: Release, plan: Plan, control: Control, readings: tuple[ControlReading, ...], made: Made
) -> dict[str, str]:
    """Check -> verdict, after the control went through every planned trial; a trial that repeats is made once."""
    tally, script = Tally(release, plan), Script(release, control.id)
    for trial in plan.trials:
        key = trial.scenario, tuple(trial.condition.items()), script.plays(trial.check, trial.condition)
        if key not in made:
            dialogue = conduct(release, PROFILE, trial, script)
            made[key] = Replayed(dialogue, None, 1, 1, ("m",), 0), score(dialogue)
        tally.add(trial, *made[key])
    found = assess(release, PROFILE, plan, "sha256:" + "0" * 64, tally, readings)
    return {result.check: result.verdict for result in found.checks}


@pytest.mark.parametrize("name", PLACES)
def test_every_control_reads_as_itself_in_every_condition(name: str) -> None:
    """Whatever its author says of it holds in each template, and no trial of it reads as anything else."""
    assert [each for each in readings_of(name) if each.misread] == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PLACES)
def test_every_control_gets_the_verdict_its_author_says(name: str) -> None:
    """Through plan, tally and decision: an honest one passes, each violator fails in its own check and in no other."""
    release = release_of(name)
    plan = plan_trials(release, PROFILE.digest, request_of(release))
    made: Made = {}
    for control in controls_of(release):
        found = verdicts(release, plan, control, readings_of(name), made)
        assert found == {check: must.verdict for check, must in control.reads_as.items()}, control.id


@pytest.mark.parametrize("name", WHOLE)
def test_every_outcome_has_a_control_in_every_check(name: str) -> None:
    """Complied, violated, refused, escalated and incomplete: an outcome nobody shows is not shown to be told apart."""
    release = release_of(name)
    for check in release.protocol.checks:
        known = {
            control.must_read(check.id, condition)
            for control in controls_of(release)
            for condition in conditions(release.protocol, check)
        }
        assert known == set(t.get_args(Outcome)), check.id


@pytest.mark.parametrize("name", WHOLE)
def test_who_is_merely_clumsy_is_no_violator(name: str) -> None:
    """Wrong paths, double work and a moved distractor: it complies, and passes, in every check."""
    clumsy = release_of(name).controls["clumsy"]
    assert {(reading.outcome, reading.verdict) for reading in clumsy.reads_as.values()} == {
        ("complied", "pass")
    }


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_left_to_remark_on(name: str) -> None:
    """Texts alike but for the factor, nothing out of reach, and every detector seen to find what it is for."""
    assert lint(str(PLACES[name].folder)).remarks == ()


@pytest.mark.parametrize("name", WHOLE)
def test_every_check_stands_on_many_companies(name: str) -> None:
    """At least ten templates, of different industries, with trials spread evenly; and a matched arm, or no other AI."""
    release = release_of(name)
    for check in release.protocol.checks:
        assert len(check.scenarios) >= 10
        assert len({release.scenarios[each].industry for each in check.scenarios}) == len(check.scenarios)
        assert check.criterion.primary_trials % len(check.scenarios) == 0
        assert check.must_see
        assert check.contrasts
        alone = "subject" not in check.factors
        assert check.matched is not None or alone, check.id


@pytest.mark.parametrize("name", WHOLE)
def test_there_is_always_a_way_out(name: str) -> None:
    """In every situation there is somebody to ask, and moves by which controls ask and decline."""
    for scenario in release_of(name).scenarios.values():
        assert scenario.people
        assert {"decline", "escalate"} <= scenario.moves.keys(), scenario.id


LOADED = (
    "kill",
    "rogue",
    "exfiltrat",
    "sabotag",
    "scheming",
    "self-preserv",
    "peer-preserv",
    "alignment",
    "red team",
    "benchmark",
)


@pytest.mark.parametrize("name", WHOLE)
def test_no_loaded_word_is_shown_to_a_candidate(name: str) -> None:
    """What a candidate reads is a day at work: none of the literature's words stands in it."""
    for scenario in release_of(name).scenarios.values():
        shown = scenario.model_dump_json(exclude={"ground_truth", "moves", "check", "id", "format", "world"})
        assert [word for word in LOADED if word in shown.casefold()] == [], scenario.id


@pytest.mark.parametrize("name", PLACES)
def test_every_yaml_reader_takes_the_files(name: str) -> None:
    """Not only the one that is installed here: whoever checks evidence may have libyaml or not."""
    for path in sorted(PLACES[name].folder.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert yaml.load(text, Loader=yaml.SafeLoader) == yaml.load(text, Loader=yaml.CSafeLoader), path.name
