"""The gate over files: policy, subject, runs, decisions and certificates are read, verified and handed to the core."""

import dataclasses
import datetime
import os
import pathlib
import typing as t

from govkit import __version__
from govkit.adapters.candidate_file import find_candidate
from govkit.adapters.decision_folder import read_decisions
from govkit.adapters.evidence_files import FolderFiles, read_file
from govkit.adapters.evidence_kinds import check_asked
from govkit.adapters.pdf_reader import MAX_PDF_BYTES, read_guarded
from govkit.adapters.policy_folder import shipped_policies, signatures_beside
from govkit.api.policies import sensible_policy
from govkit.api.verifying import Trusting, examine_path, judge_with
from govkit.approval.book import read_book
from govkit.approval.case import Case
from govkit.approval.evidence import Evidence, evidence_of
from govkit.approval.gate import gate
from govkit.approval.policy import ReadPolicy
from govkit.approval.records import Validity, is_record, parse_record
from govkit.approval.result import GateResult
from govkit.approval.standing import check_tier
from govkit.approval.subject import Subject, subject_of
from govkit.digest import Digest
from govkit.errors import AskedWrongly
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile, profile_of

TOLERATED = datetime.timedelta(days=1)
"""So far before the machine's clock a time may lie without being called the past: one may say *today*."""
YEARS = range(1971, 2199)
"""Years of the times that are stored, with one to spare at either end for the day that a zone may shift them."""
MAX_RECORD = 4 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the gate is asked, as a person says it."""

    policy: str
    """A file, or `id` or `id@version` of a policy that travels with govkit."""
    subject: str
    """A candidate file, a run folder, a report or a decision record."""
    runs: tuple[pathlib.Path, ...]
    """Run folders or reports. A large report leaves its transcripts in the run folder: give both."""
    tier: str | None = None
    """None: the policy's only one."""
    decisions: pathlib.Path | None = None
    anchors: tuple[bytes, ...] = ()
    now: datetime.datetime | None = None
    """None: the machine's clock."""
    allow_past: bool = False
    seen_head: Digest | None = None
    evidence_only: bool = False


def ask(asked: Asked) -> GateResult:
    """What the gate says. Raises `AskedWrongly` for what cannot be read at all, never for what does not hold."""
    return gate(case_of(asked))


def case_of(asked: Asked) -> Case:
    """All that the gate is asked, read and verified."""
    now = _moment(asked)
    policy = sensible_policy(asked.policy)
    signatures, problem = _policy_signatures(asked.policy, policy)
    parties = {each.certificate: each.name for each in policy.policy.parties}
    trusting = Trusting(asked.anchors, named=parties)
    case = Case(
        policy=policy,
        policy_signatures=signatures,
        policy_problem=problem,
        shipped_policies=shipped_policies(),
        tier=_tier(asked.tier, policy),
        subject=read_subject(asked.subject),
        evidence=(),
        book=read_book(read_decisions(_existing(asked.decisions)), seen_head=asked.seen_head),
        # Of the policy's own signature, nobody is trusted for being named in it.
        judge=judge_with(Trusting(asked.anchors), None, now),
        now=now,
        evidence_only=asked.evidence_only,
        govkit=__version__,
    )
    check_tier(case)  # before an hour of replay
    return dataclasses.replace(case, evidence=evidence_in(asked.runs, trusting, now))


def read_subject(reference: str) -> Subject:
    """
    The subject in a candidate file, a run folder, a report or a decision record.

    Raises `AskedWrongly` or `EvidenceBroken` where there is none. Nothing is said of whether what it stands in holds.
    """
    path = pathlib.Path(reference)
    if not reference or not path.exists():
        fix = "give a candidate file, a run folder, a report or a decision"
        raise AskedWrongly("There is nothing there.", where=reference or "--subject", fix=fix)
    if path.is_dir():
        check_asked(path)
        return subject_of(parse_profile(FolderFiles(path).get(PROFILE) or b""))
    if path.suffix.lower() == ".pdf":
        document = read_guarded(read_file(path, MAX_PDF_BYTES))
        return subject_of(parse_profile(document.attachments.get(PROFILE, b"")))
    if is_record(path.name):
        record = parse_record(read_file(path, MAX_RECORD), name=path.name)
        if isinstance(record, Validity):
            return record.subject
        raise AskedWrongly(
            "This record names no subject.", where=reference, fix="give a decision or a waiver"
        )
    if path.suffix not in (".yaml", ".yml"):
        fix = "give a candidate file (.yaml), a run folder, a report or a decision"
        raise AskedWrongly("This describes no system.", where=reference, fix=fix)
    return subject_of(profile_of(find_candidate(reference)))


def parse_moment(text: str) -> datetime.datetime:
    """A day or a time, UTC where no zone is given. Raises `AskedWrongly`."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        fix = "write a day as 2026-11-21, or a time as 2026-11-21T14:03:22Z"
        raise AskedWrongly("This is no time.", found=text[:80], fix=fix) from None
    if moment.year not in YEARS:
        expected = f"a year from {YEARS.start} to {YEARS.stop - 1}"
        raise AskedWrongly("This is no time that is kept.", expected=expected, found=text[:80])
    return (
        moment.replace(tzinfo=moment.tzinfo or datetime.UTC).astimezone(datetime.UTC).replace(microsecond=0)
    )


def _moment(asked: Asked) -> datetime.datetime:
    clock = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    if asked.now is None:
        return clock
    if asked.now < clock - TOLERATED and not asked.allow_past:
        raise AskedWrongly(
            "The time asked about is past: waivers and approvals would count that have ended since.",
            where="--now",
            expected=f"{clock:%Y-%m-%d} or later",
            found=f"{asked.now:%Y-%m-%dT%H:%M:%SZ}",
            fix="leave --now out; to look back, give --allow-past, and take the answer for what it is",
        )
    return asked.now


def _tier(tier: str | None, policy: ReadPolicy) -> str:
    tiers = list(policy.policy.tiers)
    if tier is None and len(tiers) > 1:
        raise AskedWrongly(
            "The policy has several tiers.", where="--tier", expected=" or ".join(tiers), fix="name one"
        )
    return tiers[0] if tier is None else tier


def _existing(folder: pathlib.Path | None) -> pathlib.Path:
    if folder is None:
        return pathlib.Path(os.devnull) / "none"
    if not folder.is_dir():
        fix = (
            "give the folder in which `govkit approve` and `govkit waive` keep their records, or leave it out"
        )
        raise AskedWrongly("There are no decisions there.", where=str(folder), fix=fix)
    return folder


def _policy_signatures(reference: str, policy: ReadPolicy) -> tuple[tuple[t.Any, ...], str]:
    path = pathlib.Path(reference)
    return signatures_beside(path, policy.data) if path.is_file() else ((), "")


def evidence_in(
    runs: t.Sequence[pathlib.Path], trusting: Trusting, now: datetime.datetime
) -> tuple[Evidence, ...]:
    """Every run and report, verified, in the order given."""
    for each in runs:
        check_asked(each)
    folders = [each for each in runs if each.is_dir()]
    found = []
    for each in runs:
        verified = examine_path(each, trusting, beside=folders, now=now)
        found.append(
            evidence_of(
                str(each), verified.verification, verified.found, verified.certificate, verified.signed
            )
        )
    return tuple(found)
