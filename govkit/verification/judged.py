"""
What a judge was asked and said, of steps 8 and 9: who judged, and that every inquiry was put as it follows from the
run.

The inquiries are made again from the protocol and the replayed trials, and each stored judgement has to have been
asked in exactly their words. What the judge answered is believed as the candidate's replies are: the signature
vouches for it.
"""

import typing as t

from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.manifest import Manifest
from govkit.evidence.segment import read_segment
from govkit.judging.bench import Bench
from govkit.judging.judge import NAME as JUDGE
from govkit.judging.judge import JudgeProfile, kinship, parse_judge
from govkit.judging.judgement import MAX_RECORD, parse_judgement
from govkit.trial.profile import Profile, named_candidate, profile_of
from govkit.verification.examined import NAMED, Examined, needed
from govkit.verification.finding import broken_off, in_words, several
from govkit.verification.sealed import JUDGEMENTS, MAX_UNPACKED


def check_judge(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Of step 8: who judged, where anybody did; leaves the judge."""
    manifest, candidate = found.manifest, found.profile
    if manifest is None or all(blob.name != JUDGE for blob in manifest.blobs) or JUDGE not in files:
        return
    judge = found.attempt(8, lambda: parse_judge(needed(files, JUDGE)))
    if judge is None or candidate is None:
        return
    if found.release is not None and found.release.protocol.judge is None:
        found.note(8, "fails", "The protocol asks nothing of a judge, and one is named.")
        return
    if (problem := _problem(candidate, judge)) is not None:
        found.note(8, "fails", problem[0], expected=problem[1], found=problem[2])
        return
    found.judge = judge


def _problem(candidate: Profile, judge: JudgeProfile) -> tuple[str, str, str] | None:
    profile = judge.profile
    follows = profile_of(named_candidate(profile.model, profile.api_base or None)).identity
    if profile.identity != follows:
        what = "The judge's profile says otherwise of where it was served than its address."
        return what, follows, profile.identity
    why = kinship(candidate, profile)
    if why and not judge.same_vendor_allowed:
        return (
            "The judge is not of another vendor than the candidate, and nobody allowed that.",
            "another vendor",
            why,
        )
    if judge.same_vendor_allowed and not why:
        return (
            "The judge is said to be of no other vendor than the candidate, and it is.",
            "nothing",
            "allowed",
        )
    return None


def take_judgements(found: Examined, files: t.Mapping[str, bytes], bench: Bench) -> bool:
    """Of step 9: every judgement, brought to the bench. Whether all of them follow from the run."""
    manifest = found.manifest
    if manifest is None or all(blob.name != JUDGE for blob in manifest.blobs):
        return True
    if found.judge is None:
        found.note(9, "not-made", "The judgements wait for the judge (steps 6 and 8).")
        return False
    number = wrong = 0
    try:
        for record in _records(files, manifest):
            where, number = f"judgement {number}", number + 1
            try:
                bench.take(parse_judgement(record, where=where), found.judge.profile, where=where)
            except GovkitError as broken:
                wrong += 1
                if wrong <= NAMED:
                    found.note(9, "fails", **in_words(broken))
            except Exception as error:  # noqa: BLE001 - a record that was written to break the reader does not follow
                wrong += 1
                found.note(9, "fails", broken_off(9, error).what)
    except EvidenceBroken as broken:
        wrong += 1
        found.note(9, "fails", **in_words(broken))
    if wrong > NAMED:
        more = several(wrong - NAMED, "more judgement does", "more judgements do")
        found.note(9, "fails", f"{more} not follow from the run.")
    return not wrong and _accounted(found, manifest, bench)


def _accounted(found: Examined, manifest: Manifest, bench: Bench) -> bool:
    if manifest.not_judged != bench.left:
        what = "The manifest does not account for every inquiry that follows from the run."
        stands = "nothing said" if manifest.not_judged is None else f"{manifest.not_judged} not judged"
        found.note(9, "fails", what, expected=f"{bench.left} not judged of {bench.planned}", found=stands)
        return False
    left = f", and {bench.left} of {bench.planned} were not judged" if bench.left else ""
    answers = several(bench.usage.judgements, "judgement was", "judgements were")
    found.note(9, "holds", f"{answers} asked for in the words that follow from the run{left}.")
    return True


def _records(files: t.Mapping[str, bytes], manifest: Manifest) -> t.Iterator[bytes]:
    unpacked = 0
    for name in (blob.name for blob in manifest.blobs if JUDGEMENTS.fullmatch(blob.name)):
        for record in read_segment(needed(files, name), where=name):
            unpacked += len(record)
            if len(record) > MAX_RECORD or unpacked > MAX_UNPACKED:
                raise EvidenceBroken(
                    "A judgement, or all together, are larger than any we write.", where=name
                )
            yield record
