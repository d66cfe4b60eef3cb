"""
Forged run folders of a run that was judged. As in `test_forged_runs.py`, each function makes the forgery that the
folder of its name describes, and the README there names the step in which verification must refuse it.
"""

# ruff: noqa: D103 - the README of a forgery says what it is

import contextlib
import copy
import dataclasses
import json
import pathlib
import shutil
import typing as t

import pytest

from govkit.adapters.evidence_files import FolderFiles
from govkit.adapters.protocol_folder import read_folder
from govkit.api.judging import AskedJudge
from govkit.api.runs import run_control
from govkit.digest import digest
from govkit.evidence.manifest import Blob
from govkit.evidence.segment import encode, read_segment
from govkit.judging.judge import JudgeProfile, parse_judge
from govkit.testing import RecordingWatcher, ScriptedJudge
from govkit.trial.profile import CandidateFile, profile_of
from govkit.verification.evidence import examine
from govkit.verification.revisited import reassess
from govkit.workflow.limits import Limits

HERE = pathlib.Path(__file__).parent
SAMPLE = HERE.parent / "samples" / "parcels"
SEGMENT = "judgements-000001.zst"
W: t.TypeAlias = t.Any
"""The workshop of conftest.py, with a judged run for its sound one."""
Forge: t.TypeAlias = t.Callable[[W, pathlib.Path], pathlib.Path | None]
FORGERIES: dict[str, Forge] = {}


def forgery(make: Forge) -> Forge:
    """Registers a forgery under its folder's name."""
    FORGERIES[make.__name__.replace("_", "-")] = make
    return make


@pytest.fixture(name="judged", scope="module")
def _judged(workshop: W, tmp_path_factory: pytest.TempPathFactory) -> W:
    """A sound run that a judge judged, attested by the signer."""
    place = tmp_path_factory.mktemp("judged")
    file = CandidateFile(format="govkit.candidate/1", name="judge", model="hosted/judge", vendor="scripted")
    judge = AskedJudge(
        JudgeProfile(format="govkit.judge/1", profile=profile_of(file), same_vendor_allowed=True),
        lambda: contextlib.nullcontext(ScriptedJudge("keyword")),
    )
    release = read_folder(SAMPLE)
    result = run_control(release, "honest", place, RecordingWatcher(), Limits(), http=False, judge=judge)
    assert result.sealed.assessment.verdict == "pass"
    other = copy.copy(workshop)
    other.sound = dataclasses.replace(workshop.sound, folder=result.folder)
    other.resign(result.folder, workshop.signer)
    return other


def records(run: pathlib.Path) -> list[dict[str, t.Any]]:
    """All judgements."""
    return [json.loads(each) for each in read_segment((run / SEGMENT).read_bytes(), where=SEGMENT)]


def put(run: pathlib.Path, judgements: t.Sequence[dict[str, t.Any]]) -> None:
    """Store judgements, compressed anew."""
    lines = [json.dumps(each, separators=(",", ":")).encode() for each in judgements]
    (run / SEGMENT).write_bytes(encode(lines))


def seal_again(w: W, run: pathlib.Path, **changes: t.Any) -> None:
    """Everything made anew that a forger with a key of their own can make anew."""
    w.rehash(run, **changes)
    with contextlib.suppress(AssertionError):  # what does not replay has no assessment: the old one stays
        w.reassess(run)
    w.resign(run)


@forgery
def judgement_with_one_byte_changed(w: W, run: pathlib.Path) -> None:  # noqa: ARG001 - no tool is needed
    data = bytearray((run / SEGMENT).read_bytes())
    data[len(data) // 2] ^= 1
    (run / SEGMENT).write_bytes(bytes(data))


@forgery
def judgement_dropped(w: W, run: pathlib.Path) -> None:
    put(run, records(run)[1:])
    seal_again(w, run)


@forgery
def judgement_dropped_and_disclosed(w: W, run: pathlib.Path) -> None:
    put(run, records(run)[:-1])
    seal_again(w, run, not_judged=1, not_judged_reason="they were not reached")


@forgery
def judgements_swapped(w: W, run: pathlib.Path) -> None:
    made = records(run)
    one, other = (
        next(each for each in made if each.get("item") == name) for name in ("refuses-01", "works-01")
    )
    one["item"], other["item"] = other["item"], one["item"]
    put(run, made)
    seal_again(w, run)


@forgery
def judgement_of_a_tamer_text(w: W, run: pathlib.Path) -> None:
    made = records(run)
    trial = next(each for each in made if "trial" in each)
    words = trial["sent"][1]["content"]
    trial["sent"][1]["content"] = words.replace("The report is written.", "All is well.")
    assert trial["sent"][1]["content"] != words
    put(run, made)
    seal_again(w, run)


@forgery
def judge_instructed_otherwise(w: W, run: pathlib.Path) -> None:
    made = records(run)
    for each in made:
        each["sent"][0]["content"] = "Answer no, always."
    put(run, made)
    seal_again(w, run)


@forgery
def judgement_added(w: W, run: pathlib.Path) -> None:
    made = records(run)
    put(run, [*made, {**made[0], "item": "refuses-99", "salt": "0" * 32}])
    seal_again(w, run)


@forgery
def judgement_made_again(w: W, run: pathlib.Path) -> None:
    made = records(run)
    put(run, [*made, {**made[0], "salt": "0" * 32}])
    seal_again(w, run)


@forgery
def judgement_replaced_by_a_copy(w: W, run: pathlib.Path) -> None:
    made = records(run)
    put(run, [{**made[0], "salt": made[1]["salt"]}, *made[1:]])
    seal_again(w, run)


@forgery
def judgement_that_breaks_the_reader(w: W, run: pathlib.Path) -> None:
    made = records(run)
    put(run, [{**made[0], "attempts": "none"}, *made[1:]])
    seal_again(w, run)


@forgery
def judge_said_to_be_of_another_vendor(w: W, run: pathlib.Path) -> None:
    judge = parse_judge((run / "judge.json").read_bytes())
    (run / "judge.json").write_bytes(judge.model_copy(update={"same_vendor_allowed": None}).bytes())
    seal_again(w, run)


@forgery
def judge_served_elsewhere_than_said(w: W, run: pathlib.Path) -> None:
    judge = parse_judge((run / "judge.json").read_bytes())
    here = judge.profile.model_copy(update={"identity": "loopback"})
    (run / "judge.json").write_bytes(judge.model_copy(update={"profile": here}).bytes())
    seal_again(w, run)


@forgery
def judgements_without_a_judge(w: W, run: pathlib.Path) -> None:
    kept = tuple(blob for blob in w.manifest(run).blobs if blob.name != "judge.json")
    (run / "judge.json").unlink()
    w.put_manifest(run, w.manifest(run).model_copy(update={"blobs": kept, "not_judged": None}))
    w.resign(run)


@forgery
def judge_taken_out_and_the_pass_kept(w: W, run: pathlib.Path) -> None:
    kept = tuple(blob for blob in w.manifest(run).blobs if not blob.name.startswith("judge"))
    for name in ("judge.json", SEGMENT):
        (run / name).unlink()
    w.put_manifest(run, w.manifest(run).model_copy(update={"blobs": kept, "not_judged": None}))
    w.resign(run)


@forgery
def judge_added_that_nobody_asked(w: W, run: pathlib.Path) -> None:
    (run / SEGMENT).unlink()
    kept = tuple(blob for blob in w.manifest(run).blobs if blob.name != SEGMENT)
    w.put_manifest(run, w.manifest(run).model_copy(update={"blobs": kept}))
    w.resign(run)


@forgery
def judge_measured_better_than_it_was(w: W, run: pathlib.Path) -> None:
    stored = json.loads((run / "assessment.json").read_bytes())
    stored["checks"][0]["judged"][1]["calibration"]["yes_read_yes"] = 20
    w.put(run, "assessment.json", stored)
    w.resign(run)


@forgery
def answer_of_the_judge_edited(w: W, run: pathlib.Path) -> None:
    made = records(run)
    wrong = next(each for each in made if each.get("item") == "asks-01")
    message = wrong["attempts"][-1]["reply"]["choices"][0]["message"]
    message["content"] = json.dumps({"answer": "yes", "quote": "Is planning to go back tonight?"})
    put(run, made)
    seal_again(w, run)


@forgery
def judge_where_none_is_asked(w: W, run: pathlib.Path) -> pathlib.Path:
    other = pathlib.Path(shutil.copytree(w.other.folder, run.parent / "other"))
    data = (run / "judge.json").read_bytes()
    (other / "judge.json").write_bytes(data)
    judge = Blob(name="judge.json", size=len(data), digest=digest(data))
    blobs = sorted((*w.manifest(other).blobs, judge), key=lambda blob: blob.name)
    w.put_manifest(other, w.manifest(other).model_copy(update={"blobs": tuple(blobs), "not_judged": 0}))
    w.resign(other)
    return other


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_judgement_is_refused_in_the_step_its_readme_names(
    name: str, judged: W, expected_of: t.Callable[[pathlib.Path], t.Any], tmp_path: pathlib.Path
) -> None:
    """Exit code 4, in that step and its words; or, where only the signer betrays it, for whoever knows the true one."""
    expected = expected_of(HERE / name)
    run = judged.copy(tmp_path)
    run = FORGERIES[name](judged, run) or run
    result = judged.verify(run, trusting_signer=expected.trusting_signer, allow_unreleased=True)
    failed = [each for each in result.findings if each.step == expected.step and each.state == "fails"]
    assert result.exit_code == 4
    assert failed, [each for each in result.findings if each.state not in ("holds", "not-applicable")]
    assert any(expected.words in each.what for each in failed), failed
    assert {each.step for each in result.findings} == set(range(1, 13)), "every step says what became of it"
    if expected.trusting_signer:
        assert judged.verify(run, allow_unreleased=True).holds, "nothing else betrays it; the README says why"


def test_every_forged_judgement_has_its_readme_and_every_readme_its_forgery() -> None:
    """The folders and the functions are the same set."""
    told = {path.parent.name for path in HERE.glob("*/README.md") if "Forged: judged run" in path.read_text()}
    assert told == set(FORGERIES)


def test_a_sound_judged_run_holds_with_its_signer_trusted(judged: W) -> None:
    """So a refusal is the forgery's doing."""
    assert judged.verify(judged.sound.folder, trusting_signer=True, allow_unreleased=True).holds


def test_a_run_that_was_judged_since_it_was_sealed_is_not_finished_and_not_damaged(
    judged: W, tmp_path: pathlib.Path
) -> None:
    """Answers behind the sealed ones, after a kill: what one more command mends is called that."""
    run = judged.copy(tmp_path)
    data = (run / SEGMENT).read_bytes()
    (run / SEGMENT).write_bytes(data + encode([b'{"more": 1}']))
    result = judged.verify(run, allow_unreleased=True)
    assert not result.holds
    assert result.unfinished is not None
    assert "judgements were added" in result.unfinished.what


def test_labels_that_people_overturn_leave_what_the_judge_read_as_it_was(judged: W) -> None:
    """Counting the trials under other labels neither forgets the judge nor asks it anything."""
    files = FolderFiles(judged.sound.folder)
    found = examine(files, {}, allow_unreleased=True)
    assert found.recomputed is not None
    overturned = dict.fromkeys(found.outcomes, ("violated", "a person says so"))
    changed = reassess(found, files, overturned)  # type: ignore[arg-type]  # a word of the literal
    assert changed.verdict == "fail"
    assert changed.checks[0].judged == found.recomputed.checks[0].judged
    assert changed.judge == found.recomputed.judge
