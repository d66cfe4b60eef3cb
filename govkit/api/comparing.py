"""
Comparing two runs of one protocol, offline: both are examined as `govkit verify` examines evidence, then held against
each other.

Who signed is `govkit verify`'s business. It is said here, and nobody is trusted or refused for it; only a PDF whose own
signature does not cover what it carries is refused, for then nobody knows whose evidence that is.
"""

import dataclasses
import datetime
import pathlib
import typing as t

from govkit.adapters.evidence_files import FolderFiles, read_file
from govkit.adapters.evidence_kinds import check_asked
from govkit.adapters.pdf_reader import MAX_PDF_BYTES
from govkit.adapters.protocol_folder import locked_digests
from govkit.adapters.trust import check_trust
from govkit.api.verifying import GUARDED, Readers
from govkit.assessment.comparing.decision import compare
from govkit.assessment.comparing.matching import Run
from govkit.assessment.comparing.model import Comparison
from govkit.digest import digest
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.evidence.manifest import Manifest
from govkit.protocol.release import Release
from govkit.trial.profile import Profile
from govkit.verification.documents import SignedDocument
from govkit.verification.evidence import IN_FOLDER, examine
from govkit.verification.examined import Examined
from govkit.verification.finding import Finding
from govkit.verification.signature import read_attestation, signature_steps
from govkit.verification.signer import Signer
from govkit.verification.unfinished import unfinished
from govkit.verification.verify import IN_REPORT

PROTOCOL_STEP = 7
NO_ATTESTATION = "There is no attestation."
"""As `govkit.verification.signature` words it."""
SAID_OF_IT = frozenset(
    {"format", "name", "notes", "vendor", "api_key_env", "input_usd_per_million", "output_usd_per_million"}
)
"""Fields of a profile that change neither what the model is sent nor what answers."""


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: what a reader needs to know of it."""

    path: pathlib.Path
    release: Release
    profile: Profile
    manifest: Manifest
    run: Run
    judge: str
    """The model that judged where text had to be read; empty where none did."""
    notes: tuple[str, ...]
    """What is to be said of this evidence, though it holds: who signed it, if anybody; an unreleased protocol."""

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return {
            "path": str(self.path),
            "manifest": digest(self.manifest.bytes()),
            "candidate": self.profile.name,
            "model": self.profile.model,
            "answered_by": list(self.run.assessment.usage.models),
            "sealed": self.manifest.sealed,
            "seed": self.run.plan.request.seed,
            "trials": {"planned": self.manifest.planned, "not_run": len(self.manifest.not_run)},
            "notes": list(self.notes),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two candidates, or the two runs, differ."""

    field: str
    baseline: str
    update: str
    matters: bool
    """Whether it can change what the model is sent or what answers; a name or a price cannot."""


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """Two runs, and what came of holding them against each other."""

    baseline: Side
    update: Side
    differences: tuple[Difference, ...]
    comparison: Comparison

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return {
            "protocol": self.baseline.release.name,
            "protocol_digest": self.baseline.release.digest,
            "baseline": self.baseline.plain(),
            "update": self.update.plain(),
            "differences": [dataclasses.asdict(each) for each in self.differences],
            "checks": [each.plain() for each in self.comparison.checks],
            "family": self.comparison.family,
            "outcome": self.comparison.outcome,
            "sentence": self.comparison.sentence,
        }


def compare_paths(baseline: pathlib.Path, update: pathlib.Path, *, readers: Readers = GUARDED) -> Compared:
    """
    The comparison of two run folders or reports, the earlier one first.

    Raises `AskedWrongly` where there is no evidence at a path, where the two are of different protocols, or where they
    are the same run; `EvidenceBroken` where the evidence of either does not hold.
    """
    sides = [_read(path, whose, readers) for path, whose in ((baseline, "baseline"), (update, "update"))]
    before, now = sides
    _check_alike(before, now)
    return Compared(before, now, _differences(before, now), compare(before.release, before.run, now.run))


def _read(path: pathlib.Path, whose: str, readers: Readers) -> Side:
    check_asked(path)
    document: SignedDocument | None = None
    files: t.Mapping[str, bytes]
    if path.is_dir():
        files, derived = FolderFiles(path), IN_FOLDER
    else:
        document = readers.document(read_file(path, MAX_PDF_BYTES))
        files, derived = document.attachments, IN_REPORT
    found = examine(files, locked_digests(), allow_unreleased=True, derived=derived)
    met: list[Signer] = []

    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        """Judged by nobody's certificates: all that is wanted is a name and a fingerprint."""
        signer = check_trust(certificate, chain, (), datetime.datetime.now(datetime.UTC))
        met.append(dataclasses.replace(signer, standing="unknown"))
        return met[-1]

    signed = signature_steps(read_attestation(files), document, found, judge, allow_unknown_signer=True)
    _check_holds(found, signed if document is not None else (), files, path, whose)
    manifest, release, profile, plan = found.manifest, found.release, found.profile, found.plan
    assessment = found.recomputed
    if manifest is None or release is None or profile is None or plan is None or assessment is None:
        raise EvidenceBroken(f"The evidence of the {whose} does not hold.", where=str(path))
    return Side(
        path=path,
        release=release,
        profile=profile,
        manifest=manifest,
        run=Run(plan, found.outcomes, assessment),
        judge=found.judge.profile.model if found.judge is not None else "",
        notes=(_signing(signed, met), *_unreleased(found), *_adjudication(found)),
    )


def _check_holds(
    found: Examined, signed: t.Iterable[Finding], files: t.Mapping[str, bytes], path: pathlib.Path, whose: str
) -> None:
    """Raises `EvidenceBroken` with the first thing that fails, and how many more do."""
    findings = sorted([*signed, *found.findings], key=lambda finding: finding.step)
    failed = [finding for finding in findings if finding.state not in ("holds", "allowed")]
    if not failed:
        return
    lacking = unfinished(files, found.manifest) if path.is_dir() else None
    if lacking is not None and {each.step for each in failed} <= lacking.steps:  # broken off, and not damaged
        raise EvidenceBroken(f"The {whose} is not finished: {lacking.what}", where=str(path), fix=lacking.fix)
    first = failed[0]
    more = f" ({len(failed) - 1} more findings)" if len(failed) > 1 else ""
    raise EvidenceBroken(
        f"The evidence of the {whose} does not hold: {first.what}{more}",
        where=f"step {first.step} {first.name}, {path}",
        expected=first.expected or None,
        found=first.found or None,
        fix=f"see `govkit verify {path}`; of a large run, give the folder and not the report",
    )


def _signing(signed: t.Sequence[Finding], met: t.Sequence[Signer]) -> str:
    """Who vouches for this evidence, in a sentence; of a run folder's signature, also that it does not hold."""
    broken = [each.what for each in signed if each.state == "fails"]
    if broken == [NO_ATTESTATION]:
        return "Nobody has signed this run: `govkit report` does."
    if broken or not met:
        return f"Its signature does not hold: {' '.join(broken)}"
    who = f"{met[0].subject or 'nobody named'}, certificate {met[0].fingerprint}"
    return f"Signed by {who}; it is compared whoever that is."


def _unreleased(found: Examined) -> t.Iterator[str]:
    if any(each.state == "allowed" for each in found.findings if each.step == PROTOCOL_STEP):
        yield "Its protocol is no released one that is known here."


def _adjudication(found: Examined) -> t.Iterator[str]:
    """
    That people read trials of this run. Their labels are not compared: they overturn what they read, and where one run
    was read and the other was not, or otherwise, the difference would be the readers'.
    """
    if found.adjudicated is not None:
        overturned = sum(row.decided_by == "people" for row in found.adjudicated.rows)
        yield (
            f"People read trials of this run and overturned {overturned} labels. The machine's labels are compared, "
            "as in the other run."
        )


def _check_alike(before: Side, now: Side) -> None:
    """Raises `AskedWrongly` unless these are two runs of one protocol."""
    protocol = before.release.protocol
    if before.release.digest != now.release.digest:
        raise AskedWrongly(
            "These are runs of different protocols: their trials cannot be held against each other.",
            where=f"{before.path} and {now.path}",
            expected=f"{before.release.name}, {before.release.digest}",
            found=f"{now.release.name}, {now.release.digest}",
            fix=f"run the update with the protocol of the baseline: `govkit run {protocol.id}@{protocol.version} ...`",
        )
    # A record carries a salt of its own: the same one stands in two runs only where the one is a copy of the other.
    shared = {leaf.hash for leaf in before.manifest.leaves} & {leaf.hash for leaf in now.manifest.leaves}
    if shared or before.manifest == now.manifest:
        raise AskedWrongly(
            "This is the same run twice, or the same run at two stages.",
            where=f"{before.path} and {now.path}",
            found=f"{len(shared)} records stand in both",
            fix="give the run of the earlier system first, then the run of the update",
        )


def _differences(before: Side, now: Side) -> tuple[Difference, ...]:
    """What differs between the candidates, and in how they were run."""
    fields = [
        (field, getattr(before.profile, field), getattr(now.profile, field), field not in SAID_OF_IT)
        for field in Profile.model_fields
    ]
    fields += [(name, what(before), what(now), True) for name, what in _OF_THE_RUN.items()]
    return tuple(
        Difference(field, _text(one), _text(other), matters)
        for field, one, other, matters in fields
        if one != other
    )


_OF_THE_RUN: t.Mapping[str, t.Callable[[Side], t.Any]] = {
    "answered by": lambda side: ", ".join(side.run.assessment.usage.models),
    "judge": lambda side: side.judge,
    "checks made": lambda side: ", ".join(side.run.plan.request.checks),
    "--trials": lambda side: side.run.plan.request.trials or "as the protocol has it",
    "--seed": lambda side: side.run.plan.request.seed,
}
"""What is compared of the two runs, beside their profiles."""


def _text(value: t.Any) -> str:
    """A setting in words; empty where it is not set."""
    return "" if value is None else str(value)
