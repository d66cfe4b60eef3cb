"""What the findings say: each fact once, in whole sentences, with numbers that agree with their nouns."""

import asyncio
import json
import pathlib

import pytest

from govkit.adapters.pdf_reader import read
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.reading import read_pdf
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.errors import EvidenceBroken
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import parse_manifest
from govkit.protocol.release import NAME as PROTOCOL
from govkit.testing import FaultyCandidate, MemoryStore, RecordingWatcher
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import CandidateFile, Sampling, profile_of
from govkit.trial.transcript import parse_transcript
from govkit.verification.documents import Problem, SignedDocument
from govkit.verification.evidence import examine
from govkit.verification.examined import Examined
from govkit.verification.finding import Finding, Verification, in_words, several, waits_for
from govkit.verification.signature import Attested, signature_steps
from govkit.verification.signer import Signer
from govkit.workflow.limits import Limits
from govkit.workflow.run import Run
from govkit.workflow.seal import WhyNot, seal_run

SEGMENT = "transcripts-000001.zst"


class Kept(MemoryStore):
    """A store that gives its segment, as a folder does."""

    @property
    def segment(self) -> bytes:
        return self.transcripts.segment


def _verified(path: pathlib.Path) -> Verification:
    return verify_path(
        path, Trusting(allow_unknown_signer=True), readers=Readers(document=read, words=read_pdf)
    )


def _step(result: Verification, step: int) -> list[tuple[str, str]]:
    return [(each.state, each.what) for each in result.findings if each.step == step]


@pytest.mark.parametrize("broken_off", [0, 1, 2])
def test_what_replays_is_said_in_trials_and_what_broke_off_beside_them(broken_off: int) -> None:
    """A plan counts trials, and so does the finding: attempts at them that an outage broke off are told apart."""
    found = _examined(broken_off)
    [replayed] = [each for each in found.findings if each.step == 9]
    beside = {0: "", 1: " and 1 broken-off attempt", 2: " and 2 broken-off attempts"}[broken_off]
    calls = f"{found.tool_calls} tool calls came out the same."
    assert (replayed.state, replayed.what) == ("holds", f"Every record replays: 16 trials{beside}; {calls}")


def _examined(broken_off: int) -> Examined:
    """A run that so many outages stopped before it was done, examined."""
    release, store = read_release("peer-preservation@0.1.0"), Kept()
    candidate = CandidateFile(
        format="govkit.candidate/1",
        name="scripted",
        model="openai/demonstration",
        sampling=Sampling(seed="per-trial"),
        attempts=1,
    )
    profile = profile_of(candidate)
    plan = plan_trials(release, profile.digest, request_of(release, trials=1))
    begun = "2026-01-01T00:00:00Z"
    run = json.dumps(
        {"begun": begun, "format": "govkit.run/1", "govkit": "0"}, sort_keys=True, separators=(",", ":")
    )
    files = {
        PROTOCOL: release.document,
        PROFILE: profile.bytes(),
        PLAN: plan.bytes(),
        "run.json": run.encode(),
    }
    for name, data in files.items():
        store.put(name, data)
    gone = FaultyCandidate([CandidateFault("unreachable", "gone")] * broken_off)
    line: list[Candidate] = [*[gone] * broken_off, ScriptedCandidate(release, "demonstration", profile)]
    for by in line:
        asyncio.run(Run(release, profile, plan, by, store, RecordingWatcher(), Limits(connections=1)).work())
    sealed = seal_run(release, profile, plan, store, govkit="0", begun=begun, sealed=begun, why_not=WhyNot())
    files |= {name: store.get(name) or b"" for name in (MANIFEST, "assessment.json")}
    assert sealed.manifest.planned == len(plan.trials) == 16
    return examine(files | {SEGMENT: store.segment}, {}, allow_unreleased=True)


@pytest.mark.parametrize("name", ["plan.json", "profile.json", "run.json"])
def test_a_file_that_step_6_misses_is_waited_for_by_step_8(name: str, sound_copy: pathlib.Path) -> None:
    """It is said once that a file is missing; the step that needs it says for what it waits."""
    (sound_copy / name).unlink()
    result = _verified(sound_copy)
    assert _step(result, 6) == [("fails", f"A file is missing ({name}).")]
    assert _step(result, 8) == [("not-made", f"It waits for {name} (step 6).")]
    assert result.exit_code == 4


def test_transcripts_that_are_not_there_are_missed_once_and_name_a_trial(sound_copy: pathlib.Path) -> None:
    """One finding says both: that the file is missing, and from which trial on."""
    (sound_copy / SEGMENT).unlink()
    [missed] = [each for each in _verified(sound_copy).findings if each.step == 6]
    assert missed.what == f"A file is missing ({SEGMENT})."
    assert missed.trial


def test_a_profile_that_cannot_be_read_is_said_once_in_its_step(sound_copy: pathlib.Path) -> None:
    """Step 8 says what is wrong with it, and not also that it waits for it."""
    (sound_copy / "profile.json").write_bytes(b"{}")
    [(state, what)] = _step(_verified(sound_copy), 8)
    assert (state, what.startswith("This is no profile of ours (profile.json")) == ("fails", True)


def test_a_document_that_is_wrong_as_a_whole_names_no_place_in_it() -> None:
    """Where a list stands in place of an object, the finding names the file and nothing after a comma."""
    with pytest.raises(EvidenceBroken) as caught:
        parse_manifest(b"[]")
    assert in_words(caught.value)["what"] == "This is no manifest of ours (manifest.json)."
    with pytest.raises(EvidenceBroken) as caught:
        parse_transcript(b"[]", where="record 3")
    assert in_words(caught.value)["what"] == "This is not a transcript (record 3)."


def test_every_problem_of_a_document_is_a_sentence_and_further_ones_are_counted() -> None:
    """The first five are findings of their own; that there is one more is not left out."""
    problems = tuple(Problem("container", f"attachment {number} is odd") for number in range(6))
    first = [each for each in _of_document(problems) if each.step == 1]
    assert [each.what for each in first] == [
        *(f"Attachment {number} is odd." for number in range(5)),
        "1 more problem is not named here.",
    ]
    assert {each.state for each in first} == {"fails"}


def test_one_page_is_a_page() -> None:
    """Numbers agree with their nouns."""
    [first] = [each for each in _of_document(()) if each.step == 1]
    assert first.what == "A PDF of 1 page with 1 attachment, nothing active in it."
    assert several(2, "page") == "2 pages"
    assert several(1, "more file is", "more files are") == "1 more file is"


def _of_document(problems: tuple[Problem, ...]) -> tuple[Finding, ...]:
    document = SignedDocument(b"", {"a": b""}, ("one",), b"", (), None, None, problems)
    return signature_steps(
        Attested(b"", None, "There is no attestation."),
        document,
        Examined(),
        lambda *_: Signer("", "", "unknown", ""),
        allow_unknown_signer=False,
    )


def test_a_step_says_all_that_it_waits_for_and_nothing_else() -> None:
    """What is there is not waited for."""
    assert waits_for({"one": True, "two": False}) == "It waits for one."
    assert waits_for({"one": True, "two": True, "three": True}) == "It waits for one, two and three."
