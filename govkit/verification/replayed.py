"""Step 9: every record replayed in a fresh workplace, and counted on the way."""

import typing as t

from govkit.assessment.controls import read_controls
from govkit.assessment.decision import assess
from govkit.assessment.tally import Tally
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.manifest import Leaf, Manifest
from govkit.judging.bench import Bench
from govkit.protocol.release import Release
from govkit.report.excerpts import Excerpts
from govkit.report.view import Sampler
from govkit.scoring.outcome import Score, score
from govkit.trial.plan import Plan, Trial
from govkit.trial.profile import Profile
from govkit.trial.replay import Mismatch, Replayed, replay
from govkit.trial.transcript import Transcript, parse_transcript
from govkit.verification.examined import NAMED, Examined
from govkit.verification.finding import broken_off, in_words, several, waits_for
from govkit.verification.judged import take_judgements
from govkit.verification.sealed import records_of


def replay_all(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Step 9; leaves the recomputed assessment and the samples, when every record replays."""
    release, profile, plan, manifest = found.release, found.profile, found.plan, found.manifest
    if release is None or profile is None or plan is None or manifest is None:
        waits = {
            "the manifest (step 5)": manifest is None,
            "the protocol (step 7)": release is None,
            "the plan (step 8)": profile is None or plan is None,
        }
        found.note(9, "not-made", waits_for(waits))
        return
    course = _Course(found, release, profile, plan, manifest)
    number = 0
    try:
        for record in records_of(files, manifest):
            course.take(manifest.leaves[number], record, number)
            number += 1
    except EvidenceBroken:
        pass  # Step 6 says what is wrong with the segment; the number of records tells here.
    course.conclude(number, files)


class _Course:
    """The replay under way: record by record into tally and sampler."""

    def __init__(
        self, found: Examined, release: Release, profile: Profile, plan: Plan, manifest: Manifest
    ) -> None:
        self._found, self._release, self._profile = found, release, profile
        self._plan, self._manifest = plan, manifest
        self._trials = {trial.name: trial for trial in plan.trials}
        self._seen: set[Digest] = set()
        self._salts: set[str] = set()
        self._tally = Tally(release, plan)
        self._sampler, self._excerpts = Sampler(release, manifest.root), Excerpts(release, manifest.root)
        self._bench = Bench(release, plan.request.checks)
        self._wrong = 0

    def take(self, leaf: Leaf, record: bytes, number: int) -> None:
        try:
            transcript = parse_transcript(record, where=f"record {number}")
        except GovkitError as broken:
            self._fail(leaf.trial, **in_words(broken))
            return
        trial = self._trials.get(transcript.trial)
        problem = self._misplaced(transcript, trial, leaf)
        if problem or trial is None:
            self._fail(transcript.trial, what=problem)
            return
        try:
            replayed = replay(self._release, self._profile, trial, transcript)
            scored = score(replayed.dialogue)
        except Exception as error:  # noqa: BLE001 - a record written to break the replay does not replay
            self._fail(trial.name, what=broken_off(9, error).what)
            return
        if replayed.mismatch is not None:
            self._mismatch(trial, replayed.mismatch)
            return
        self._count(trial, transcript, replayed, scored)

    def _count(self, trial: Trial, transcript: Transcript, replayed: Replayed, scored: Score) -> None:
        self._tally.add(trial, replayed, scored)
        self._found.tool_calls += len(replayed.dialogue.steps)
        if transcript.counted:
            self._seen.add(trial.name)
            self._found.outcomes[trial.name] = scored.outcome
            self._bench.add(trial, replayed.dialogue, scored.outcome)
            self._sampler.add(trial, replayed.dialogue, scored)
            self._excerpts.add(trial, replayed.dialogue, scored)

    def conclude(self, records: int, files: t.Mapping[str, bytes]) -> None:
        planned = len(self._manifest.leaves)
        if self._wrong > NAMED:
            more = several(self._wrong - NAMED, "more record does", "more records do")
            self._found.note(9, "fails", f"{more} not replay.")
        if records != planned:
            what = "Not every record could be replayed: step 6 says why."
            self._found.note(9, "fails", what, expected=str(planned), found=str(records))
        if self._wrong or records != planned:
            return
        self._found.note(9, "holds", self._all_replay(records))
        if not take_judgements(self._found, files, self._bench):
            return
        self._found.judgements = self._bench.judgements(self._found.judge)
        controls = read_controls(self._release, self._plan.request.checks)
        manifest = digest(self._manifest.bytes())
        self._found.recomputed = assess(
            self._release, self._profile, self._plan, manifest, self._tally, controls, self._found.judgements
        )
        self._found.samples, self._found.excerpts = self._sampler.samples(), self._excerpts.chosen()
        self._found.uncounted = self._tally.uncounted()

    def _all_replay(self, records: int) -> str:
        """In trials, which is what a plan counts; what broke off on the way is on record beside them."""
        trials, broken = len(self._seen), records - len(self._seen)
        made = several(trials, "trial") + (f" and {several(broken, 'broken-off attempt')}" if broken else "")
        return (
            f"Every record replays: {made}; {several(self._found.tool_calls, 'tool call')} came out the same."
        )

    def _misplaced(self, transcript: Transcript, trial: Trial | None, leaf: Leaf) -> str:
        # A salt is 128 random bits: one that comes twice was copied, and the record with it.
        copied = transcript.salt in self._salts
        self._salts.add(transcript.salt)
        if trial is None:
            return "A record is of a trial that is not in the plan."
        if transcript.counted and trial.name in self._seen:
            return "A trial is counted twice."
        if leaf.trial != trial.name or leaf.counted != transcript.counted:
            return "The manifest lists this record as another trial's."
        return "A record is a copy of another: they carry the same salt." if copied else ""

    def _mismatch(self, trial: Trial, mismatch: Mismatch) -> None:
        what = f"The trial does not replay: in exchange {mismatch.exchange}, {mismatch.what}."
        self._fail(trial.name, what=what, expected=mismatch.expected, found=mismatch.found)

    def _fail(self, trial: str, *, what: str, expected: str = "", found: str = "") -> None:
        self._wrong += 1
        if self._wrong <= NAMED:
            self._found.note(9, "fails", what, trial=trial, expected=expected, found=found)
