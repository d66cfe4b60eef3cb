"""Two runs from disk: their evidence is examined, what differs between them is listed, and they are compared."""

import dataclasses
import datetime
import pathlib
import shutil
import typing as t

import pytest

from govkit.adapters.keys import load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.protocol_folder import read_folder, read_release
from govkit.adapters.reading import read_pdf
from govkit.api.comparing import Compared, _differences, compare_paths
from govkit.api.reporting import report
from govkit.api.runs import run_control
from govkit.api.verifying import Readers
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.testing import RecordingWatcher
from govkit.workflow.limits import Limits

IN_PROCESS = Readers(document=read, words=read_pdf)
RELEASE = read_release("peer-preservation@0.1.0")
BAKERY = read_folder(pathlib.Path(__file__).parents[1] / "samples" / "bakery")
"""A protocol that nobody released."""


@dataclasses.dataclass(frozen=True)
class Shelf:
    """Runs, made once."""

    honest: pathlib.Path
    demonstration: pathlib.Path
    """Moves the protected file every other time, and leaves the control alone."""
    idle: pathlib.Path
    part: pathlib.Path
    """The honest one, stopped after its first trials."""
    others: tuple[pathlib.Path, pathlib.Path]
    """Of another protocol, which nobody released."""
    key: str


@pytest.fixture(name="shelf", scope="module")
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    place = tmp_path_factory.mktemp("shelf")

    def made(name: str, limits: Limits | None = None, **asked: t.Any) -> pathlib.Path:
        release = asked.pop("release", RELEASE)
        return run_control(
            release, name, place, RecordingWatcher(), limits or Limits(), http=False, **asked
        ).folder

    part = pathlib.Path(shutil.copytree(made("honest", Limits(tokens=1)), place / "part"))
    now = datetime.datetime.now(datetime.UTC)
    new_key(place, "lab", common_name="lab", organization=None, valid_days=9, now=now, passphrase=None)
    return Shelf(
        honest=made("honest"),
        demonstration=made("demonstration"),
        idle=made("idle"),
        part=part,
        others=(made("honest", release=BAKERY, trials=3), made("raises", release=BAKERY, trials=3)),
        key=str(place / "lab.key.pem"),
    )


@pytest.fixture(name="desk")
def _desk(shelf: Shelf, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the run that acts now and then, to work on."""
    return pathlib.Path(shutil.copytree(shelf.demonstration, tmp_path / "desk"))


def _compared(baseline: pathlib.Path, update: pathlib.Path) -> Compared:
    return compare_paths(baseline, update, readers=IN_PROCESS)


def test_every_check_is_compared_and_what_differs_is_listed(shelf: Shelf) -> None:
    """Trial by trial, since both had the same seeds; the model is named as what may be why, and a name as a label."""
    compared = _compared(shelf.honest, shelf.demonstration)
    assert {each.check: each.word for each in compared.comparison.checks} == {
        "shutdown-control": "no change shown",
        "protected-artefact": "worse",
    }
    assert compared.comparison.outcome == "worse"
    for check in compared.comparison.checks:
        found = check.deciding[0].found
        assert found is not None
        assert (found.manner, found.pairs, found.templates) == ("paired", 60, 3)
    assert [each.fell for each in compared.comparison.checks] == [False, True]
    listed = {each.field: each for each in compared.differences}
    assert set(listed) == {"model", "answered by", "name", "notes"}
    assert (listed["model"].baseline, listed["model"].update) == ("openai/honest", "openai/demonstration")
    assert [each.field for each in compared.differences if not each.matters] == ["name", "notes"]


def test_a_run_that_shows_nothing_is_not_compared(shelf: Shelf) -> None:
    """An idle candidate's result is invalid, and is neither better nor worse than any."""
    comparison = _compared(shelf.demonstration, shelf.idle).comparison
    assert comparison.outcome == "not comparable"
    assert all(each.word == "not comparable" for each in comparison.checks)


def test_settings_are_listed_field_by_field(shelf: Shelf) -> None:
    """The system prompt, the manner of tools, the seed and the judge: nothing that differs is hidden."""
    compared = _compared(shelf.honest, shelf.demonstration)
    side = compared.baseline
    other = dataclasses.replace(
        side,
        profile=side.profile.model_copy(
            update={"system_prompt": "Be brief.", "tools": "json", "temperature": "", "name": "x"}
        ),
        run=dataclasses.replace(
            side.run,
            plan=dataclasses.replace(
                side.run.plan, request=dataclasses.replace(side.run.plan.request, seed=7, trials=9)
            ),
        ),
        judge="vendor/judge",
    )
    found = {each.field: (each.baseline, each.update, each.matters) for each in _differences(side, other)}
    assert found == {
        "system_prompt": ("", "Be brief.", True),
        "tools": ("native", "json", True),
        "temperature": ("0", "", True),
        "name": ("scripted honest, in process", "x", False),
        "--seed": ("0", "7", True),
        "--trials": ("as the protocol has it", "9", True),
        "judge": ("", "vendor/judge", True),
    }
    assert _differences(side, side) == ()


# --- evidence first


def test_evidence_that_was_altered_is_not_compared(shelf: Shelf, desk: pathlib.Path) -> None:
    """Whichever of the two it is; the error says which, which step, and what to do."""
    segment = desk / "transcripts-000001.zst"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    for pair, whose in (((desk, shelf.honest), "baseline"), ((shelf.honest, desk), "update")):
        with pytest.raises(EvidenceBroken, match=f"of the {whose} does not hold") as caught:
            _compared(*pair)
        assert "step 6 blobs" in str(caught.value)
        assert "govkit verify" in str(caught.value)


def test_a_verdict_that_was_edited_is_not_compared(shelf: Shelf, desk: pathlib.Path) -> None:
    """What is compared is recomputed, and stored results that differ from it are a fault of the evidence."""
    stored = desk / "assessment.json"
    stored.write_bytes(stored.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"'))
    with pytest.raises(EvidenceBroken, match="stored assessment"):
        _compared(shelf.honest, desk)


def test_a_run_that_is_not_sealed_is_no_damage(shelf: Shelf, desk: pathlib.Path) -> None:
    """It is said to be unfinished, and what goes on from there."""
    for name in ("manifest.json", "assessment.json"):
        (desk / name).unlink()
    with pytest.raises(EvidenceBroken, match="The update is not finished") as caught:
        _compared(shelf.honest, desk)
    assert "goes on from there" in str(caught.value)


@pytest.mark.slow
def test_who_signed_is_said_and_is_no_obstacle(shelf: Shelf, desk: pathlib.Path) -> None:
    """Nobody, a signer whom nobody named, or a signature that does not hold."""
    unsigned, honest = _compared(desk, shelf.honest), "Nobody has signed this run: `govkit report` does."
    assert unsigned.baseline.notes == unsigned.update.notes == (honest,)
    report(desk, load_key(shelf.key, None))
    signed = _compared(desk, shelf.honest)
    assert signed.baseline.notes[0].startswith("Signed by CN=lab, certificate sha256:")
    assert signed.comparison == unsigned.comparison
    attestation = desk / "attestation.json"
    attestation.write_bytes(attestation.read_bytes().replace(b'"sig":"M', b'"sig":"N'))
    broken = _compared(desk, shelf.honest)
    assert broken.baseline.notes[0].startswith("Its signature does not hold: ")
    assert broken.comparison == unsigned.comparison


def test_a_protocol_that_nobody_released_is_compared_and_said(shelf: Shelf) -> None:
    """Whoever writes a protocol of their own may compare its runs; a reader is told."""
    compared = _compared(*shelf.others)
    for side in (compared.baseline, compared.update):
        assert "Its protocol is no released one that is known here." in side.notes
    assert compared.comparison.checks


@pytest.mark.slow
def test_a_report_is_compared_like_the_run_it_is_of(shelf: Shelf, desk: pathlib.Path) -> None:
    """One PDF carries all that is needed; one that was added to after signing is refused."""
    pdf = report(desk, load_key(shelf.key, None)).path
    from_pdf, from_folder = _compared(pdf, shelf.honest), _compared(desk, shelf.honest)
    assert from_pdf.comparison == from_folder.comparison
    assert from_pdf.baseline.notes == from_folder.baseline.notes
    added = desk.parent / "added.pdf"
    added.write_bytes(pdf.read_bytes() + b"\n% more\n")
    with pytest.raises(EvidenceBroken):
        _compared(added, shelf.honest)


# --- asked wrongly


def test_runs_of_different_protocols_are_refused(shelf: Shelf) -> None:
    """With both names and digests."""
    with pytest.raises(AskedWrongly, match="different protocols") as caught:
        _compared(shelf.honest, shelf.others[0])
    assert "peer-preservation 0.1.0, sha256:" in str(caught.value)
    assert "`govkit run peer-preservation@0.1.0" in str(caught.value)
    assert "bakery 0.0.1, sha256:" in str(caught.value)


def test_the_same_run_twice_is_refused(shelf: Shelf, tmp_path: pathlib.Path) -> None:
    """Also as a copy elsewhere, and as a part of itself: a run compared with itself never shows a change."""
    copied = pathlib.Path(shutil.copytree(shelf.honest, tmp_path / "copy"))
    for other in (shelf.honest, copied, shelf.part):
        with pytest.raises(AskedWrongly, match="same run twice"):
            _compared(shelf.honest, other)


@pytest.mark.parametrize("name", ["nowhere", "empty", "text"])
def test_what_is_no_evidence_is_refused(shelf: Shelf, tmp_path: pathlib.Path, name: str) -> None:
    """A path with nothing there, an empty folder, a file that is no PDF."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    with pytest.raises(AskedWrongly):
        _compared(shelf.honest, tmp_path / name)
