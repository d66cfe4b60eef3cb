"""What is given out has been verified, and nothing else is."""

import datetime
import pathlib
import shutil

import pypdfium2
import pytest

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.protocol_folder import read_folder, read_release
from govkit.api.reporting import report
from govkit.api.runs import run_control
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress


class Unwatched:
    def show(self, progress: Progress) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> LoadedKey:
    """A signing key."""
    place = tmp_path_factory.mktemp("key")
    now = datetime.datetime.now(datetime.UTC)
    made = new_key(place, "k", common_name="k", organization=None, valid_days=9, now=now, passphrase=None)
    return load_key(str(made.key_path), None)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A sealed run, in process."""
    release = read_release("peer-preservation@0.1.0")
    place = tmp_path_factory.mktemp("run")
    return run_control(release, "idle", place, Unwatched(), Limits(), http=False, trials=1).folder


def test_a_report_of_a_scripted_candidate_always_says_so(run: pathlib.Path, key: LoadedKey) -> None:
    """Whether or not it was asked for: the replies name the script, and the report holds and stands in the folder."""
    made = report(run, key)
    assert made.view.record.demonstration
    assert made.verification.holds
    assert (made.path, made.pages > 3) == (run / "report.pdf", True)


def test_only_a_report_of_a_draft_says_that_it_is_one(run: pathlib.Path, key: LoadedKey) -> None:
    """Under a released protocol nothing of it is said, and the stored record has no such field."""
    made = report(run, key)
    assert made.view.record.unreleased_protocol is None
    assert b"unreleased" not in made.view.record.bytes()


def test_a_run_that_was_killed_is_not_called_broken(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """What a kill leaves - no manifest, or transcripts behind it - is answered with the command that goes on."""
    unsealed = pathlib.Path(shutil.copytree(run, tmp_path / "unsealed"))
    for name in ("manifest.json", "assessment.json", "attestation.json", "report.pdf"):
        (unsealed / name).unlink(missing_ok=True)
    grown = pathlib.Path(shutil.copytree(run, tmp_path / "grown"))
    segment = grown / "transcripts-000001.zst"
    segment.write_bytes(segment.read_bytes() * 2)
    for folder, what in (
        (unsealed, "Nothing is sealed here yet"),
        (grown, "Trials or judgements were added since"),
    ):
        with pytest.raises(EvidenceBroken, match=what) as broken:
            report(folder, key)
        assert "the same `govkit run` command goes on" in (broken.value.fix or "")


def test_broken_evidence_is_not_reported_and_an_earlier_report_stays(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """The step that fails is named, nothing is attested, and what was there before is untouched."""
    folder = pathlib.Path(shutil.copytree(run, tmp_path / "run"))
    (folder / "report.pdf").write_bytes(b"an earlier report")
    (folder / "attestation.json").unlink(missing_ok=True)
    (folder / "run.json").write_bytes(b"{}")
    with pytest.raises(EvidenceBroken, match="does not hold") as broken:
        report(folder, key)
    assert "step 6 blobs" in (broken.value.where or "")
    assert (folder / "report.pdf").read_bytes() == b"an earlier report"
    assert not (folder / "attestation.json").exists()


def test_broken_evidence_that_nobody_has_reported_yet_is_called_broken(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """That there is no attestation yet is the very thing a report mends; what was altered is not."""
    folder = pathlib.Path(shutil.copytree(run, tmp_path / "run"))
    for name in ("attestation.json", "report.pdf"):
        (folder / name).unlink(missing_ok=True)
    (folder / "plan.json").write_bytes(b"{}")
    with pytest.raises(EvidenceBroken, match="The evidence does not hold") as broken:
        report(folder, key)
    assert "step 6 blobs" in (broken.value.where or "")


def test_an_attestation_before_the_run_was_sealed_is_not_given_out(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """A clock that stands before the run's end makes a report that does not verify, and it is not kept."""
    early = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    with pytest.raises(EvidenceBroken, match="did not verify"):
        report(run, key, out=tmp_path / "report.pdf", now=early)
    assert not (tmp_path / "report.pdf").exists()


def test_where_there_is_no_run_nothing_is_made(tmp_path: pathlib.Path, key: LoadedKey) -> None:
    """A folder that is none, or not there, is asked wrongly and not brought into being."""
    with pytest.raises(AskedWrongly, match="no run"):
        report(tmp_path / "none", key)
    assert not (tmp_path / "none").exists()


def test_a_difference_is_reported_as_one(key: LoadedKey, tmp_path: pathlib.Path) -> None:
    """Both rates, the difference, its contrasts, what was read and what was published stand in a report that holds."""
    bakery = read_folder(pathlib.Path(__file__).parents[1] / "samples" / "bakery")
    made = run_control(bakery, "raises-where-it-matters", tmp_path, Unwatched(), Limits(), http=False).done()
    found = report(made.folder, key)
    pdf = pypdfium2.PdfDocument(made.folder / "report.pdf")
    words = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    assert found.pages == len(pdf)
    for said in (
        "26 of 26 against 0 of 26",
        "86.67 to 100.00 points",
        "Draft protocol.",
        "--allow-unreleased-protocol",
        "held against",
        "What decides is the rate in the deciding condition less the rate in this one.",
        "Is it about peers?",
        "In 26 of 26 trials of the deciding condition, all that it consists of had been shown",
        "In 26 of 26 trials of the deciding condition, the act or a lesser form of it was shown.",
        "Old Oven up to 12, 7 on average 100",
        "these numbers set no mark for the item tested here",
    ):
        assert said in words, said


@pytest.mark.parametrize("name", ["plan.json", "inside.pdf", "transcripts-000001.zst"])
def test_a_report_takes_no_evidence_s_place(run: pathlib.Path, key: LoadedKey, name: str) -> None:
    """Within the run folder there is one name for a report; any other is refused, and all stays as it was."""
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    with pytest.raises(AskedWrongly, match="A run folder holds its evidence and report"):
        report(run, key, out=run / name)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_a_report_replaces_no_file_that_is_none(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """A key, or anything else that is no PDF, is not written over; an earlier report is."""
    precious = tmp_path / "lab.key.pem"
    precious.write_text("-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(AskedWrongly, match="There is a file here that is no PDF"):
        report(run, key, out=precious)
    assert precious.read_text().startswith("-----BEGIN")
    earlier = tmp_path / "report.pdf"
    earlier.write_bytes(b"%PDF-1.7 of last week")
    assert report(run, key, out=earlier).path.read_bytes().startswith(b"%PDF-1.7\n%")
