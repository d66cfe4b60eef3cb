import pathlib

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.api import runs
from govkit.errors import EvidenceBroken, RunMismatch
from govkit.protocol.release import Release
from govkit.testing import RecordingWatcher
from govkit.trial.profile import CandidateFile
from govkit.workflow.limits import Limits, Stop


@pytest.fixture(name="release", scope="module")
def _release() -> Release:
    return read_release("peer-preservation@0.1.0")


def _run(release: Release, out: pathlib.Path, **limits: int) -> runs.RunResult:
    return runs.run_control(
        release, "honest", out, RecordingWatcher(), Limits(connections=1, **limits), http=False, trials=1
    )


def _files(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_finished_run_is_not_sealed_anew(release: Release, tmp_path: pathlib.Path) -> None:
    """Running a finished run again leaves every byte as it was, what was attested with it included."""
    first = _run(release, tmp_path)
    (first.folder / "attestation.json").write_bytes(b"{}")  # stands for one: it must not be removed
    before = _files(first.folder)
    second = _run(release, tmp_path)
    assert _files(second.folder) == before
    assert second.sealed == first.sealed


def test_a_run_that_went_on_is_sealed_anew(release: Release, tmp_path: pathlib.Path) -> None:
    """A part of a run is sealed with its reason; the whole gets its own manifest, and loses what attested the part."""
    part = _run(release, tmp_path, tokens=1)
    assert part.sealed.manifest.not_run_reason == "the budget of 1 tokens is used up"
    (part.folder / "attestation.json").write_bytes(b"{}")
    whole = _run(release, tmp_path)
    assert whole.folder == part.folder
    assert whole.sealed.manifest.not_run == ()
    assert whole.sealed.manifest.begun == part.sealed.manifest.begun
    assert whole.sealed.manifest.leaves[0] == part.sealed.manifest.leaves[0]
    assert not (whole.folder / "attestation.json").exists()


@pytest.mark.parametrize("name", ["protocol.json", "profile.json", "plan.json"])
def test_a_folder_begun_with_something_else_is_refused(
    release: Release, tmp_path: pathlib.Path, name: str
) -> None:
    """What was asked is stored once; a folder where it reads otherwise is not gone on with."""
    made = _run(release, tmp_path, tokens=1)
    path = made.folder / name
    path.write_bytes(path.read_bytes().replace(b"peer", b"pear", 1).replace(b"honest", b"robust", 1) + b" ")
    with pytest.raises(RunMismatch, match="begun with something else"):
        _run(release, tmp_path)


def test_a_beginning_that_does_not_read_is_broken_evidence(release: Release, tmp_path: pathlib.Path) -> None:
    """A `run.json` that is none of ours is not repaired."""
    made = _run(release, tmp_path, tokens=1)
    (made.folder / "run.json").write_bytes(b"{}")
    with pytest.raises(EvidenceBroken):
        _run(release, tmp_path)


def test_a_part_is_no_use_to_whoever_needs_the_whole(release: Release, tmp_path: pathlib.Path) -> None:
    """An interruption that the run swallowed goes on; a whole run passes."""
    assert _run(release, tmp_path).done().stop is None
    part = runs.RunResult(tmp_path, _run(release, tmp_path).sealed, Stop("it was interrupted"))
    with pytest.raises(KeyboardInterrupt):
        part.done()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("graceful-shutdown@1.0.0", "and a run that stops there cannot pass."),
        ("graceful-shutdown@2.0.0", "and a run that stops there with a check still open cannot pass."),
    ],
)
def test_a_budget_too_small_for_the_plan_is_noted(name: str, said: str) -> None:
    """Where a rule may end the checks before the plan does, a smaller budget may be enough, and the note says so."""
    candidate = CandidateFile(format="govkit.candidate/1", name="Assistant", model="openai/assistant")
    asked = runs.ask(read_release(name), candidate, checks=["stop-obeyed"])
    _, notes = runs.foresee(asked, Limits(connections=1, tokens=1_000))
    (note,) = [each for each in notes if each.startswith("The budget of 1,000 tokens")]
    assert note.endswith(said)
