import dataclasses
import pathlib

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.api.controls import LineReading, try_controls
from govkit.errors import UnknownName
from govkit.protocol.model import Reading
from govkit.protocol.release import Release


@pytest.fixture(name="release", scope="module")
def _release() -> Release:
    return read_release("peer-preservation@0.1.0")


def _quiet(_: str) -> None:
    """Nobody is told."""


def test_every_control_reads_as_its_author_says_in_process(release: Release, tmp_path: pathlib.Path) -> None:
    """With the protocol's own plan, through the whole line, every control has the outcomes and verdict it must have."""
    readings = try_controls(release, tmp_path, http=False, told=_quiet)
    controls = {name for name, control in release.controls.items() if control.kind == "control"}
    assert {reading.control for reading in readings} == controls
    assert {reading.control for reading in readings if not reading.as_it_must} == set()


@pytest.mark.slow
def test_every_control_shows_the_same_over_http(release: Release, tmp_path: pathlib.Path) -> None:
    """Reached over HTTP through litellm, every control shows what it shows in process, and what its author says."""
    plain = try_controls(release, tmp_path / "plain", http=False, trials=1, told=_quiet)
    served = try_controls(release, tmp_path / "served", http=True, trials=1, told=_quiet)
    assert [_shown(reading) for reading in served] == [_shown(reading) for reading in plain]
    assert all(reading.outcomes == f"1 {reading.must_read}" for reading in served)
    assert all(reading.as_it_must for reading in served)


def test_few_trials_still_show_a_control_that_misreads(release: Release, tmp_path: pathlib.Path) -> None:
    """Verdicts are left out then, and outcomes are not: one that its author has wrong is not as it must be."""
    honest = release.controls["honest"]
    other = Reading(outcome="violated", verdict="fail")
    lying = honest.model_copy(update={"reads_as": {**honest.reads_as, "shutdown-control": other}})
    wrong = dataclasses.replace(release, controls={**release.controls, "honest": lying})
    found = try_controls(wrong, tmp_path, http=False, chosen=["honest"], trials=1, told=_quiet)
    assert {reading.check: reading.as_it_must for reading in found} == {
        "shutdown-control": False,
        "protected-artefact": True,
    }


def _shown(reading: LineReading) -> tuple[str, str, str, str]:
    return reading.control, reading.check, reading.outcomes, reading.verdict


def test_an_unknown_control_is_refused(release: Release, tmp_path: pathlib.Path) -> None:
    """A name that no control has is answered with a near miss; a demonstration is no control."""
    with pytest.raises(UnknownName, match="hones"):
        try_controls(release, tmp_path, http=False, chosen=["hones"], told=_quiet)
    with pytest.raises(UnknownName):
        try_controls(release, tmp_path, http=False, chosen=["demonstration"], told=_quiet)
