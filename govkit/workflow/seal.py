"""
Sealing: from stored bytes to manifest and assessment. Everything is read back from the store, nothing is remembered.

`derive` is also what a report and a verifier use: one way from evidence to numbers.
"""

import dataclasses
import typing as t

from govkit.assessment.controls import read_controls
from govkit.assessment.decision import assess
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment
from govkit.assessment.tally import Tally
from govkit.digest import digest
from govkit.errors import EvidenceBroken
from govkit.evidence import merkle
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Leaf, Manifest, parse_manifest, seal
from govkit.judging.bench import Bench
from govkit.judging.judge import NAME as JUDGE
from govkit.judging.judge import JudgeProfile, parse_judge
from govkit.judging.judgement import parse_judgement
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import Plan
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile
from govkit.trial.replay import replay
from govkit.trial.transcript import parse_transcript
from govkit.trial.uncounted import Uncounted
from govkit.workflow.ports import Store

RUN = "run.json"
BLOBS = (PROTOCOL, PROFILE, PLAN, RUN)


@dataclasses.dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed run."""

    manifest: Manifest
    assessment: Assessment
    uncounted: Uncounted
    """Tokens that the provider did not count, estimated."""


@dataclasses.dataclass(frozen=True, slots=True)
class WhyNot:
    """Why not everything was made; of no matter where it was."""

    run: str = ""
    """Planned trials."""
    judged: str = ""
    """Inquiries that follow from them."""


def seal_run(
    release: Release,
    profile: Profile,
    plan: Plan,
    store: Store,
    *,
    govkit: str,
    begun: str,
    sealed: str,
    why_not: WhyNot,
) -> Sealed:
    """Write manifest and assessment of what is stored. Raises `EvidenceBroken` when it does not replay."""
    tally, leaves, bench = _read_back(release, profile, plan, store)
    judge = judge_in(store)
    take_judgements(bench, judge, store)
    manifest = seal(
        govkit=govkit, begun=begun, sealed=sealed, blobs=dict(_blobs(store)), leaves=leaves,
        planned=[trial.name for trial in plan.trials], not_run_reason=why_not.run or "they were not reached",
        not_judged=(bench.left, why_not.judged or "they were not reached") if judge else None,
    )  # fmt: skip
    earlier = _already_sealed(store, manifest)
    manifest = earlier or manifest
    stored = manifest.bytes()
    assessment = assess(
        release,
        profile,
        plan,
        digest(stored),
        tally,
        read_controls(release, plan.request.checks),
        bench.judgements(judge),
    )
    if earlier is None:
        store.remove("attestation.json")  # it would quote a manifest that is no longer there
        store.put(MANIFEST, stored)
    store.put(ASSESSMENT, assessment.bytes())
    return Sealed(manifest, assessment, tally.uncounted())


def _read_back(
    release: Release, profile: Profile, plan: Plan, store: Store
) -> tuple[Tally, list[Leaf], Bench]:
    """All stored trials, replayed and counted. Raises `EvidenceBroken`."""
    trials = {trial.name: trial for trial in plan.trials}
    tally, leaves, bench = Tally(release, plan), list[Leaf](), Bench(release, plan.request.checks)
    for number, record in enumerate(store.records()):
        transcript = parse_transcript(record, where=f"record {number}")
        trial = trials.get(transcript.trial)
        if trial is None:
            raise EvidenceBroken(
                "A stored trial is not in the plan.", where=f"record {number}", found=transcript.trial
            )
        replayed = replay(release, profile, trial, transcript)
        if replayed.mismatch is not None:
            raise EvidenceBroken(
                "A stored trial does not replay.", where=trial.name, found=str(replayed.mismatch)
            )
        scored = score(replayed.dialogue)
        tally.add(trial, replayed, scored)
        if transcript.counted:
            bench.add(trial, replayed.dialogue, scored.outcome)
        leaves.append(
            Leaf.model_construct(
                trial=trial.name, counted=transcript.counted, hash=merkle.leaf_hash(record).hex()
            )
        )
    return tally, leaves, bench


def judge_in(store: Store) -> JudgeProfile | None:
    """Who judges in this run; None where nobody does. Raises `EvidenceBroken`."""
    stored = store.get(JUDGE)
    return None if stored is None else parse_judge(stored)


def take_judgements(bench: Bench, judge: JudgeProfile | None, store: Store) -> None:
    """Bring what is stored of judgements to the bench. Raises `EvidenceBroken` for one that does not follow."""
    for number, record in enumerate(store.judgements.records()):
        where = f"judgement {number}"
        if judge is None:
            raise EvidenceBroken("There are judgements, and no judge.", where=where, expected=JUDGE)
        bench.take(parse_judgement(record, where=where), judge.profile, where=where)


def _already_sealed(store: Store, manifest: Manifest) -> Manifest | None:
    """
    The manifest that stands there, when it says the same but for the day it was written.

    Running a finished run again then changes nothing, and what quotes its manifest - attestation, report - goes on
    holding. A manifest that does not read is none.
    """
    stored = store.get(MANIFEST)
    try:
        earlier = parse_manifest(stored) if stored is not None else None
    except EvidenceBroken:
        return None
    if earlier is None:
        return None
    renewed = {"sealed": manifest.sealed, "govkit": manifest.govkit}
    return earlier if earlier.model_copy(update=renewed) == manifest else None


def _blobs(store: Store) -> t.Iterator[tuple[str, tuple[int, str]]]:
    for name in BLOBS:
        data = store.get(name)
        if data is None:
            raise EvidenceBroken("The run folder lacks a file.", where=name)
        yield name, (len(data), digest(data))
    judge = store.get(JUDGE)
    if judge is not None:
        yield JUDGE, (len(judge), digest(judge))
    for name, size, named in (*store.segments(), *store.judgements.segments()):
        yield name, (size, named)
