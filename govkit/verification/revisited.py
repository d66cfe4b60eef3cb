"""A second look at trials that have been replayed: some of them to be read, or all to be counted under other labels."""

import typing as t

from govkit.adjudication.relabelled import relabelled
from govkit.assessment.controls import read_controls
from govkit.assessment.decision import assess
from govkit.assessment.model import Assessment
from govkit.assessment.tally import Tally
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken
from govkit.protocol.model import Outcome
from govkit.scoring.outcome import Score, score
from govkit.trial.plan import Trial
from govkit.trial.replay import Replayed, replay
from govkit.trial.transcript import parse_transcript
from govkit.verification.examined import Examined
from govkit.verification.sealed import records_of


class Revisited(t.NamedTuple):
    """One record, replayed again."""

    trial: Trial
    counted: bool
    """Whether it is the trial's own record, and not a broken-off attempt at it."""
    replayed: Replayed
    score: Score


def revisit(
    found: Examined, files: t.Mapping[str, bytes], only: t.Container[Digest] | None = None
) -> t.Iterator[Revisited]:
    """
    The records in stored order, replayed again; with `only`, the counted ones of these trials.

    Raises `EvidenceBroken` when they do not replay as they did, and `ValueError` where nothing was replayed before.
    """
    release, profile, plan, manifest = found.release, found.profile, found.plan, found.manifest
    if release is None or profile is None or plan is None or manifest is None or found.recomputed is None:
        raise ValueError("only what has been replayed can be replayed again")
    trials = {trial.name: trial for trial in plan.trials}
    for leaf, record in zip(manifest.leaves, records_of(files, manifest), strict=True):
        if only is not None and not (leaf.counted and leaf.trial in only):
            continue
        transcript = parse_transcript(record, where=leaf.trial)
        replayed = replay(release, profile, trials[leaf.trial], transcript)
        if replayed.mismatch is not None or transcript.trial != leaf.trial:
            raise EvidenceBroken("A trial does not replay as it did.", where=leaf.trial)
        yield Revisited(trials[leaf.trial], leaf.counted, replayed, score(replayed.dialogue))


def reassess(
    found: Examined, files: t.Mapping[str, bytes], labels: t.Mapping[Digest, tuple[Outcome, str]]
) -> Assessment:
    """
    The assessment that `assess` gives when these trials have these outcomes, for these reasons, and nothing is changed
    besides. A pure function of evidence and labels, so anybody comes to the same one.

    Raises as `revisit` does.
    """
    release, profile, plan, manifest = found.release, found.profile, found.plan, found.manifest
    if release is None or profile is None or plan is None or manifest is None or found.recomputed is None:
        raise ValueError("only what has been assessed can be assessed again")
    if not labels:
        return found.recomputed
    tally = Tally(release, plan)
    for each in revisit(found, files):
        changed = labels.get(each.trial.name) if each.counted else None
        scored = relabelled(each.score, *changed) if changed else each.score
        tally.add(each.trial, each.replayed, scored)
    controls = read_controls(release, plan.request.checks)
    return assess(release, profile, plan, digest(manifest.bytes()), tally, controls, found.judgements)
