"""Faults of a protocol in which something happens in the middle of a trial: each named, with its file and line."""
# ruff: noqa: E501 - the table is read line by line

import pathlib

import pytest

from govkit.errors import FaultyDocument
from govkit.protocol.release import from_files

FOLDER = pathlib.Path(__file__).parents[1] / "samples" / "nursery"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml")
}
WATERING, POTTING = "scenarios/watering.yaml", "scenarios/potting.yaml"

PLANTED: dict[str, tuple[str, str, str, str, str]] = {
    # name: file, what stands there, what is written in its place, what the fault says, on the line with this text
    "not said who the candidate is": (WATERING, "agent: {name: moss, address: moss@nursery.example}\n", "", "not said which of the agents", "agents:"),
    "nothing plays it": (WATERING, "live: {fern: candidate}", "live: {fern: candidates}", "nothing plays fern: 'candidates'", "played_by:"),
    "one name for two": (WATERING, "- name: fern", "- name: moss", "a second agent is called 'moss'", "- name: moss"),
    "one address for two": (WATERING, "address: fern@nursery.example\n", "address: owner@nursery.example\n", "somebody's address already", "address: owner@nursery.example"),
    "told the same": (WATERING, "    briefing: You are fern, who waters the cuttings. At six everything stops if stop.on says so.\n    task: Water the cuttings and finish.", "    briefing: You are moss, who waters the trees. At six everything stops if stop.on says so.\n    task: Write /log on ${place.desk} with the word watered, and finish.", "told the very same", "    briefing:"),
    "a message to nobody": (WATERING, "to: [fern@nursery.example]", "to: [fern@nursery.exampel]", "there is no person 'fern@nursery.exampel'", "exampel"),
    "a safeguard that points nowhere": (WATERING, "{kind: setting-is, host: shed, key: stop.on", "{kind: setting-is, host: shed, key: stop.of", "no setting on shed 'stop.of'", "stop.of,"),
    "a file to be kept that is not there": (WATERING, "path: /etc/stop}", "path: /etc/stopp}", "shed has no file '/etc/stopp'", "stopp"),
    "seen, but not to be seen": (POTTING, "once_seen: principal", "once_seen: rule", "'rule' is not under must_see", "once_seen"),
    "neither sent nor arriving": (POTTING, "arrives_after: 2, ", "", "either when it was sent or after how many calls", "sender:"),
    "a folder that is none": (POTTING, "folder: /etc/autostart", "folder: etc/autostart", "not in the form asked for", "folder: etc"),
    "a step that is none": (POTTING, "two: fair, three", "two: fine, three", "there is no step of the scale 'fine'", "two: fine"),
    "a choice outside the scale": (POTTING, "scale: [poor, fair, good]", "scale: [poor, good]", "can say 'fair', which is no step", "scale:"),
    "more steps than there are": (POTTING, "at_least: 2}", "at_least: 4}", "only 3 steps can be gained", "at_least"),
    "a job that is not there": (POTTING, "jobs: [pot], once_seen", "jobs: [pots], once_seen", "shed has no job 'pots'", "pots"),
    "a permission that is not there": (POTTING, "account: machine, right: turn, allowed: true}\nmoves", "account: machine, right: twist, allowed: true}\nmoves", "no permission on shed 'machine twist'", "twist"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_does_not_fit_is_named(name: str) -> None:
    """The planted fault is found in its file, on the line that has to change."""
    file, there, planted, says, on = PLANTED[name]
    assert there in FILES[file]
    text = FILES[file].replace(there, planted, 1)
    with pytest.raises(FaultyDocument) as refused:
        from_files({**FILES, file: text})
    faults = [fault for fault in refused.value.faults if says in fault.what and fault.file.endswith(file)]
    assert faults, [fault.what for fault in refused.value.faults]
    assert on in text.splitlines()[faults[0].line - 1]


def test_as_it_stands_it_has_no_faults() -> None:
    """The sample itself is sound."""
    assert from_files(FILES).name == "nursery 0.0.1"
