"""Decisions that a report is to carry: read from their folder, with the policy, and asked whether they hold."""

import dataclasses
import datetime
import pathlib
import typing as t

import pydantic

from govkit.adapters.decision_folder import read_decisions
from govkit.adapters.evidence_files import read_file
from govkit.adapters.policy_folder import read_policy_file, shipped_policies
from govkit.api.verifying import Trusting, judge_with, trusting_only
from govkit.approval.book import Book, read_book
from govkit.approval.carried import MAX_BYTES, MOST_FILES, shown_of
from govkit.approval.policy import ReadPolicy
from govkit.approval.signed import Signature, is_signature_of, read_signature
from govkit.digest import Digest
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.report.decisions import MOST_TRUSTED, DecisionsCarried, DecisionsShown
from govkit.report.view import ReportRecord
from govkit.verification.examined import Examined

MAX_SIGNATURE = 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Decided:
    """Decisions that a report is to carry, as a person names them."""

    folder: pathlib.Path
    policy: str
    """A file, or `id` or `id@version` of a policy that travels with govkit."""
    tier: str | None = None
    """None: the policy's only one."""
    anchors: tuple[bytes, ...] = ()
    """Certificates (DER) of those whose signatures count."""


@dataclasses.dataclass(frozen=True, slots=True)
class Enclosed:
    """What travels in the report."""

    files: t.Mapping[str, bytes]
    carried: DecisionsCarried


def enclose(decided: Decided, now: datetime.datetime) -> Enclosed:
    """
    The files of these decisions, and what the report's record says of them. The whole folder travels: of a part, nobody
    could say what was left out.

    Raises `AskedWrongly` where there are no decisions, or more than a report carries; `EvidenceBroken` where they do
    not hold; what reading a policy raises.
    """
    if not decided.folder.is_dir():
        fix = "give the folder in which `govkit approve` and `govkit waive` keep their records"
        raise AskedWrongly("There are no decisions there.", where=str(decided.folder), fix=fix)
    records = read_decisions(decided.folder)
    _check_size(records, decided.folder)
    book = read_book(records)
    if not book.filed and not book.problems:
        fix = "leave --decisions out, or name the folder in which they are kept"
        raise AskedWrongly("There are no decisions there.", where=str(decided.folder), fix=fix)
    if book.problems:
        fix = "restore the folder from where it is kept"
        raise EvidenceBroken(book.problems[0], where=str(decided.folder), fix=fix)
    policy = read_policy_file(decided.policy)
    name, beside = _policy_files(decided.policy, policy)
    files = {**records, name: policy.data, **beside}
    _check_size(files, decided.folder)
    signatures = [
        read_signature(data, name=each, document=name, data=policy.data) for each, data in beside.items()
    ]
    trusted = _trusted((*_signatures_in(book), *signatures), decided.anchors, now)
    return Enclosed(files, _carried(name, policy, _tier(decided.tier, policy), book, trusted))


def shown_in(enclosed: Enclosed, record: ReportRecord, found: Examined, certificate: bytes) -> DecisionsShown:
    """What the report will print of them."""
    return shown_of(
        enclosed.files, record, found, certificate, shipped=shipped_policies(), as_of=trusting_only
    )


def _signatures_in(book: Book) -> tuple[Signature, ...]:
    return tuple(signature for filed in book.filed for signature in filed.signatures)


def _trusted(
    signatures: t.Iterable[Signature], anchors: tuple[bytes, ...], now: datetime.datetime
) -> tuple[Digest, ...]:
    judge = judge_with(Trusting(anchors), None, now)
    known = {
        each.fingerprint for each in signatures if judge(each.certificate, each.chain).standing == "trusted"
    }
    return tuple(sorted(known))


def _policy_files(reference: str, policy: ReadPolicy) -> tuple[str, dict[str, bytes]]:
    """The name under which the policy travels, and the signatures beside it."""
    path = pathlib.Path(reference)
    if not path.is_file():
        return f"{policy.policy.id}.yaml", {}
    names = sorted(each.name for each in path.parent.iterdir() if is_signature_of(each.name, path.name))
    return path.name, {name: read_file(path.parent / name, MAX_SIGNATURE) for name in names[:MOST_FILES]}


def _carried(
    name: str, policy: ReadPolicy, tier: str, book: Book, trusted: tuple[Digest, ...]
) -> DecisionsCarried:
    if len(trusted) > MOST_TRUSTED:
        raise AskedWrongly("More people signed than a report can name.", expected=f"at most {MOST_TRUSTED}")
    try:
        return DecisionsCarried(
            policy_file=name,
            policy_digest=policy.digest,
            tier=tier,
            log_head=book.log.head,
            trusted=trusted,
        )
    except pydantic.ValidationError:
        raise AskedWrongly(
            "A policy of this file name cannot travel in a report.",
            where=name[:100],
            expected="letters, digits, dots, dashes and underscores, ending in .yaml",
            fix="rename it, and sign it anew: a signature is about a file of one name",
        ) from None


def _tier(tier: str | None, policy: ReadPolicy) -> str:
    tiers = list(policy.policy.tiers)
    if tier is None and len(tiers) == 1:
        return tiers[0]
    if tier not in tiers:
        found = tier[:80] if tier is not None else None
        what = "The policy has several tiers." if tier is None else "The policy has no such tier."
        raise AskedWrongly(what, where="--tier", expected=" or ".join(tiers), found=found, fix="name one")
    return tier


def _check_size(files: t.Mapping[str, bytes], folder: pathlib.Path) -> None:
    size = sum(map(len, files.values()))
    if len(files) > MOST_FILES or size > MAX_BYTES:
        raise AskedWrongly(
            "There are more decisions than a report carries.",
            where=str(folder),
            expected=f"at most {MOST_FILES} files and {MAX_BYTES} bytes",
            found=f"{len(files)} files and {size} bytes",
            fix="report without --decisions, and keep the decisions of each system in a folder of its own from now on",
        )
