"""
What a run folder lacks because nobody came that far: a run that was killed, or one that nobody has reported yet.

It changes nothing: such a folder does not hold, and the steps say so. But whoever made the run themselves must not read
as damage what one more command mends. Where anything in the folder says that it had been further - a report, or an
assessment or adjudication without the manifest it came after - nothing is said here: what is missing then was taken
away.
"""

import re
import typing as t

from govkit.adjudication.model import names_among
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.digest import digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import Manifest
from govkit.verification.finding import STEPS, Unfinished
from govkit.verification.sealed import WHOLE

REPORT = "report.pdf"
_SEGMENT = re.compile(r"(transcripts|judgements)-\d{6}\.zst")


def unfinished(files: t.Mapping[str, bytes], manifest: Manifest | None) -> Unfinished | None:
    """How far this run folder came; None where it came to its end, or where something was taken from it."""
    if any(name not in files for name in WHOLE):
        return None
    if MANIFEST not in files and (ASSESSMENT in files or names_among(files)):
        return None
    onward = "if the run was broken off, the same `govkit run` command goes on from there, and seals it"
    if manifest is not None and _has_grown(files, manifest):
        what = "Trials or judgements were added since the run was sealed, and it is not sealed again yet."
        return Unfinished(what, onward, frozenset(STEPS) - {1, 7})
    if ATTESTATION in files or REPORT in files:
        return None
    if MANIFEST not in files or ASSESSMENT not in files:
        return Unfinished("Nothing is sealed here yet.", onward, frozenset(STEPS) - {1, 7})
    what = "Nobody has vouched for this run yet."
    return Unfinished(what, "`govkit report` makes the attestation with the report", frozenset({2, 3, 4}))


def _has_grown(files: t.Mapping[str, bytes], manifest: Manifest) -> bool:
    """Whether records stand behind the listed ones, which are all there as they were."""
    listed = [blob for blob in manifest.blobs if _SEGMENT.fullmatch(blob.name)]
    more = any(_SEGMENT.fullmatch(name) for name in files if name not in {blob.name for blob in listed})
    for blob in listed:
        data = files.get(blob.name, b"")
        if digest(data[: blob.size]) != blob.digest:
            return False
        more = more or len(data) > blob.size
    return more
