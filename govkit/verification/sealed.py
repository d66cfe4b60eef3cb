"""Steps 5 and 6: the manifest, and that every file and record is what it lists."""

import dataclasses
import functools
import re
import typing as t

import zstandard

from govkit.digest import digest
from govkit.errors import EvidenceBroken
from govkit.evidence import merkle
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest, parse_manifest
from govkit.evidence.segment import read_segment
from govkit.judging.judge import NAME as JUDGE
from govkit.protocol.release import NAME as PROTOCOL
from govkit.trial.plan import NAME as PLAN
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.transcript import MAX_RECORD
from govkit.verification.examined import NAMED, Examined, needed
from govkit.verification.finding import Finding, in_words, several
from govkit.verification.moments import in_order

RUN = "run.json"
WHOLE = (PLAN, PROFILE, PROTOCOL, RUN)
"""Files that every run has, beside its transcripts; sorted."""
_SEGMENT = re.compile(r"transcripts-(\d{6})\.zst")
SEGMENTS = ("transcripts-", "judgements-")
"""How the names of segments begin: of a large run they travel beside the report, and not in it."""
JUDGEMENTS = re.compile(r"judgements-(\d{6})\.zst")
"""Segments of what a judge said; there are none without a judge."""

_PIECE = 64 * 1024
MAX_UNPACKED = 64 * 1024**3
"""Bytes of records in one run. A hundred thousand long trials have a quarter of it; a bomb is given up at it."""


def check_manifest(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Step 5."""
    manifest = found.attempt(5, lambda: parse_manifest(needed(files, MANIFEST)))
    if manifest is None:
        return
    found.manifest = manifest
    before = len(found.findings)
    root = merkle.root_of([bytes.fromhex(leaf.hash) for leaf in manifest.leaves]).hex()
    if root != manifest.root:
        what = "The Merkle root is not that of the leaves."
        found.note(5, "fails", what, expected=root, found=manifest.root)
    for problem, seen in _incoherent(manifest):
        found.note(5, "fails", problem, found=seen)
    if len(found.findings) == before:
        what = f"The manifest is whole: {several(len(manifest.leaves), 'record')} under root {root[:16]}..."
        found.note(5, "holds", what)


def _incoherent(manifest: Manifest) -> t.Iterator[tuple[str, str]]:
    counted = [leaf.trial for leaf in manifest.leaves if leaf.counted]
    left = len(manifest.not_run)
    if len(set(counted)) != len(counted) or len(counted) + left != manifest.planned:
        seen = f"{len(counted)} counted and {left} not run of {manifest.planned}"
        yield "The manifest does not account for every planned trial once.", seen
    if bool(left) != bool(manifest.not_run_reason):
        seen = f"{left} not run, reason {manifest.not_run_reason[:100]!r}"
        yield "The manifest gives a reason without a trial that was not run, or none for one.", seen
    names = tuple(blob.name for blob in manifest.blobs)
    if names != _of_a_run(names):
        yield "The files listed are not those of a run.", ", ".join(names)[:300]
    judged = manifest.not_judged
    if (judged is None) != (JUDGE not in names) or bool(judged) != bool(manifest.not_judged_reason):
        seen = f"{judged} not judged, reason {(manifest.not_judged_reason or '')[:100]!r}"
        yield "The manifest does not say what was not judged, or says it of a run that nobody judged.", seen
    if not in_order(manifest.begun, manifest.sealed):
        seen = f"begun {manifest.begun[:40]!r}, sealed {manifest.sealed[:40]!r}"
        yield "The times of the run are no times, or not in order.", seen


def _of_a_run(names: t.Sequence[str]) -> tuple[str, ...]:
    """The names that a run of so many segments has."""
    judged = [JUDGE] if JUDGE in names else []
    kinds = {"transcripts": _SEGMENT, "judgements": JUDGEMENTS} if judged else {"transcripts": _SEGMENT}
    many = {kind: sum(form.fullmatch(name) is not None for name in names) for kind, form in kinds.items()}
    segments = [f"{kind}-{number:06}.zst" for kind, most in many.items() for number in range(1, most + 1)]
    return tuple(sorted((*WHOLE, *judged, *segments)))


def check_blobs(found: Examined, files: t.Mapping[str, bytes], derived: t.Collection[str]) -> None:
    """Step 6. `derived` names the files that come after the manifest and therefore are not in it."""
    manifest = found.manifest
    if manifest is None:
        found.note(6, "not-made", "It waits for the manifest (step 5).")
        return
    before = len(found.findings)
    for blob in manifest.blobs:
        data = found.attempt(6, functools.partial(needed, files, blob.name))
        if data is not None and (digest(data) != blob.digest or len(data) != blob.size):
            what = f"{blob.name} is not what the manifest lists."
            found.note(6, "fails", what, expected=blob.digest, found=digest(data))
    foreign = sorted(set(files) - {blob.name for blob in manifest.blobs} - set(derived))
    for name in foreign[:NAMED]:
        found.note(6, "fails", f"{name[:100]} is there and not listed.")
    if len(foreign) > NAMED:
        more = several(len(foreign) - NAMED, "more file is", "more files are")
        found.note(6, "fails", f"{more} there and not listed.")
    _check_records(found, files, manifest)
    if len(found.findings) == before:
        files_and = f"{several(len(manifest.blobs), 'file')} and {several(len(manifest.leaves), 'record')}"
        found.note(6, "holds", f"All {files_and} are what the manifest lists.")


def records_of(files: t.Mapping[str, bytes], manifest: Manifest) -> t.Iterator[bytes]:
    """
    The records in the order in which they are stored, one at a time: a run need not fit into memory.

    Raises `EvidenceBroken` for a damaged segment, and where there is more than the manifest lists or a run can hold.
    """
    number = unpacked = 0
    for name in (blob.name for blob in manifest.blobs if _SEGMENT.fullmatch(blob.name)):
        for record in read_segment(needed(files, name), where=name):
            number, unpacked = number + 1, unpacked + len(record)
            if len(record) > MAX_RECORD or unpacked > MAX_UNPACKED:
                raise EvidenceBroken("A record, or all together, are larger than any we write.", where=name)
            if number > len(manifest.leaves):
                expected = f"{len(manifest.leaves)} records"
                raise EvidenceBroken("There are more records than are listed.", where=name, expected=expected)
            yield record


def _check_records(found: Examined, files: t.Mapping[str, bytes], manifest: Manifest) -> None:
    number = wrong = 0
    broken: EvidenceBroken | None = None
    try:
        for record in records_of(files, manifest):
            leaf, hashed = manifest.leaves[number], merkle.leaf_hash(record).hex()
            number += 1
            wrong += hashed != leaf.hash
            if hashed != leaf.hash and wrong <= NAMED:
                what = "A record is not the one that was sealed."
                found.note(6, "fails", what, trial=leaf.trial, expected=leaf.hash, found=hashed)
    except EvidenceBroken as error:
        broken = error
    if wrong > NAMED:
        more = several(wrong - NAMED, "more record is not the one", "more records are not the ones")
        found.note(6, "fails", f"{more} that were sealed.")
    if broken is not None:
        number = _first_unlike(files, manifest)
    trial = manifest.leaves[number].trial if number < len(manifest.leaves) else ""
    if broken is not None:
        _replace(found, Finding(6, "fails", trial=trial, **in_words(broken)))
    elif number != len(manifest.leaves):
        what = "Records are missing: the first is that of the trial named here."
        found.note(6, "fails", what, trial=trial, expected=str(len(manifest.leaves)), found=str(number))


def _replace(found: Examined, finding: Finding) -> None:
    """Add a finding, in the place of one that says the same and names no trial: a segment that is not there at all."""
    without = dataclasses.replace(finding, trial="")
    found.findings[:] = [*(each for each in found.findings if each != without), finding]


def _first_unlike(files: t.Mapping[str, bytes], manifest: Manifest) -> int:
    """
    The number of the first record that is not what was sealed, looked for in what a damaged segment still gives.

    Only to name it: a frame holds several records and fails as one, but what was damaged is mostly one of them.
    """
    number = 0
    for name in (blob.name for blob in manifest.blobs if _SEGMENT.fullmatch(blob.name)):
        for record in _salvaged(files.get(name, b"")):
            if (
                number == len(manifest.leaves)
                or merkle.leaf_hash(record).hex() != manifest.leaves[number].hash
            ):
                return number
            number += 1
    return number


def _salvaged(data: bytes) -> t.Iterator[bytes]:
    """The records of a segment up to the damage, the last one perhaps in part."""
    begun: list[bytes] = []
    size = 0
    try:
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as stream:
            while (piece := stream.read(_PIECE)) and size <= MAX_RECORD:
                first, *rest = piece.split(b"\n")
                begun.append(first)
                for part in rest:
                    yield b"".join(begun)
                    begun, size = [part], 0
                size += len(begun[-1])
    except zstandard.ZstdError:
        pass
    if begun != [b""]:
        yield b"".join(begun)
