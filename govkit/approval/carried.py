"""
The decisions that travel in a report: what they were when it was made, and what stands of them now.

The whole log travels, with every record and signature that it names, whomever they are about: of a log from which
somebody had chosen, nobody could say what was left out. The policy travels too, with its signatures, for whether a
record counts is asked under a policy.

It is asked twice. Once at the time of the report, trusting whom its record says that the evaluator trusted: that is
what the pages must print, and it follows from the attachments for whoever asks. And once now, as the verifying person
trusts: what has ended since is *expired*, and a signer whom they do not know is told as one.
"""

import dataclasses
import datetime
import typing as t

from govkit.approval.book import read_book
from govkit.approval.case import Case
from govkit.approval.evidence import Evidence
from govkit.approval.log import NAME as LOG
from govkit.approval.page_one import decisions_shown
from govkit.approval.policy import ReadPolicy, read_policy
from govkit.approval.rechecked import rechecked
from govkit.approval.records import is_record
from govkit.approval.signed import Signature, is_signature, is_signature_of, read_signature
from govkit.approval.subject import subject_of
from govkit.attestation.algorithms import key_name, public_key_in
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.report.decisions import DecisionsCarried, DecisionsShown
from govkit.report.view import ReportRecord
from govkit.verification.examined import Examined, needed
from govkit.verification.finding import Finding, several
from govkit.verification.moments import moment_of
from govkit.verification.people import STEP, Told
from govkit.verification.signer import Judge

MOST_FILES = 500
"""Records, signatures, log and policy in one report. Each signature takes a millisecond of whoever reads it."""
MAX_BYTES = 16 * 1024 * 1024
NAMED = 5
"""Problems that are named one by one; further ones are counted."""
MOST_POLICY_SIGNATURES = 20

JudgeAsOf: t.TypeAlias = t.Callable[[frozenset[Digest], datetime.datetime], Judge]
"""From certificates that are trusted, and a time, to who is trusted at that time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Carried:
    """Reads the decisions in a report; the port of step 12."""

    shipped: t.Mapping[str, Digest]
    """`id version` -> digest of the policies that travel with govkit."""
    as_of: JudgeAsOf
    judge: Judge
    """Who is trusted now, by the verifying person."""
    now: datetime.datetime
    allow_unknown_signer: bool = False

    def names(self, files: t.Iterable[str], carried: DecisionsCarried) -> frozenset[str]:
        """Attachments that are records, signatures, their log, or the policy."""
        return carried_names(files, carried.policy_file)

    def read(
        self, files: t.Mapping[str, bytes], record: ReportRecord, found: Examined, certificate: bytes
    ) -> Told:
        """What they come to. Raises `GovkitError` where policy or record cannot be read at all."""
        carried, reported = record.decisions, moment_of(record.reported)
        if carried is None or reported is None:
            raise EvidenceBroken("The report's record names no decisions, or no time.", where="report.json")
        case = case_of(files, carried, found, certificate, self.shipped)
        if case.book.problems:
            return Told(None, _problems(case))
        trusted = frozenset(carried.trusted)
        then = dataclasses.replace(case, judge=self.as_of(trusted, reported), now=reported)
        now = dataclasses.replace(case, judge=self.judge, now=self.now)
        shown = _shown(then, found)
        again = rechecked(then, now, trusted, allow_unknown_signer=self.allow_unknown_signer)
        return Told(shown, (_summary(shown), *again))


def shown_of(
    files: t.Mapping[str, bytes],
    record: ReportRecord,
    found: Examined,
    certificate: bytes,
    *,
    shipped: t.Mapping[str, Digest],
    as_of: JudgeAsOf,
) -> DecisionsShown:
    """What a report prints of these files. Raises `GovkitError` where they do not hold."""
    carried, reported = record.decisions, moment_of(record.reported)
    if carried is None or reported is None:
        raise ValueError("only a record that names decisions and its time can print them")
    case = case_of(files, carried, found, certificate, shipped)
    if case.book.problems:
        raise EvidenceBroken(case.book.problems[0], where=LOG)
    judge = as_of(frozenset(carried.trusted), reported)
    return _shown(dataclasses.replace(case, judge=judge, now=reported), found)


def carried_names(files: t.Iterable[str], policy_file: str) -> frozenset[str]:
    """Those of these names that decisions, their log, and this policy with its signatures have."""
    fixed = (LOG, policy_file)
    return frozenset(name for name in files if name in fixed or is_record(name) or is_signature(name))


def case_of(
    files: t.Mapping[str, bytes],
    carried: DecisionsCarried,
    found: Examined,
    certificate: bytes,
    shipped: t.Mapping[str, Digest],
) -> Case:
    """
    The case, with nobody trusted and no time yet; its one evidence is this run, as far as records ask for it.

    Raises `EvidenceBroken` for what is missing, too much, or not what the record names; `FaultyDocument`.
    """
    names = carried_names(files, carried.policy_file)
    _check_size(files, names)
    policy = _policy(needed(files, carried.policy_file), carried)
    if found.profile is None or found.recomputed is None:
        raise EvidenceBroken("The decisions wait for the verdict (step 10).")
    beside = sorted(name for name in names if is_signature_of(name, carried.policy_file))
    signatures, problem = _policy_signatures(files, beside, carried.policy_file)
    book = read_book({name: files[name] for name in names - {*beside, carried.policy_file}})
    if not book.problems and book.log.head != carried.log_head:
        what = "The decision log does not end where the report says."
        raise EvidenceBroken(what, where=LOG, expected=carried.log_head, found=book.log.head)
    public, subject = public_key_in(certificate), subject_of(found.profile)
    key = key_name(public) if public is not None else ""
    run = Evidence("this run", run=found.recomputed.manifest, subject=subject, evaluator_key=key)
    return Case(
        policy=policy,
        policy_signatures=signatures,
        policy_problem=problem,
        shipped_policies=shipped,
        tier=carried.tier,
        subject=subject,
        evidence=(run,),
        book=book,
        judge=_nobody,
        now=datetime.datetime.min.replace(tzinfo=datetime.UTC),
    )


def _nobody(_certificate: bytes, _chain: tuple[bytes, ...]) -> t.NoReturn:
    raise ValueError("this case has not been given a judge")


def _check_size(files: t.Mapping[str, bytes], names: frozenset[str]) -> None:
    size = sum(len(files[name]) for name in names)
    if len(names) > MOST_FILES or size > MAX_BYTES:
        raise EvidenceBroken(
            "There are more decisions than a report carries.",
            expected=f"at most {MOST_FILES} files and {MAX_BYTES} bytes",
            found=f"{len(names)} files and {size} bytes",
        )


def _policy(data: bytes, carried: DecisionsCarried) -> ReadPolicy:
    if digest(data) != carried.policy_digest:
        raise EvidenceBroken(
            "The attached policy is not the one that the report names.",
            where=carried.policy_file,
            expected=carried.policy_digest,
            found=digest(data),
        )
    policy = read_policy(data, file=carried.policy_file)
    if carried.tier not in policy.policy.tiers:
        known = ", ".join(policy.policy.tiers)
        raise EvidenceBroken(
            "The policy has no such tier.", where=carried.policy_file, expected=known, found=carried.tier
        )
    return policy


def _policy_signatures(
    files: t.Mapping[str, bytes], beside: t.Sequence[str], policy_file: str
) -> tuple[tuple[Signature, ...], str]:
    if len(beside) > MOST_POLICY_SIGNATURES:
        return (
            (),
            f"There are {len(beside)} signatures beside the policy, more than {MOST_POLICY_SIGNATURES}.",
        )
    signatures, problem = [], ""
    for name in beside:
        try:
            signatures.append(
                read_signature(files[name], name=name, document=policy_file, data=files[policy_file])
            )
        except GovkitError as broken:
            problem = problem or f"{broken.what} ({broken.where or name})"
    return tuple(signatures), problem


def _shown(case: Case, found: Examined) -> DecisionsShown:
    if found.release is None or found.recomputed is None:
        raise EvidenceBroken("The decisions wait for the verdict (step 10).")
    protocol, assessment = found.release.protocol.id, found.recomputed
    verdicts = {f"check:{protocol}/{each.check}": each.verdict for each in assessment.checks}
    return decisions_shown(case, assessment.manifest, verdicts)


def _problems(case: Case) -> tuple[Finding, ...]:
    told = [Finding(STEP, "fails", each) for each in case.book.problems[:NAMED]]
    more = len(case.book.problems) - NAMED
    if more > 0:
        told.append(
            Finding(STEP, "fails", f"{several(more, 'more problem is', 'more problems are')} not named here.")
        )
    return tuple(told)


def _summary(shown: DecisionsShown) -> Finding:
    counts = (
        f"{several(len(shown.decisions), 'decision')} and {several(len(shown.waivers), 'waiver')} counted when the "
        f"report was made, and {several(len(shown.set_aside), 'record')} did not"
    )
    log = f"The decision log of {several(shown.entries, 'entry', 'entries')} holds, with all that it names"
    return Finding(STEP, "holds", f"{log}: {counts}.")
