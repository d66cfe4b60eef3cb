"""The register's records: read from their bytes, and judged by policies, certificates and evidence at hand."""

import collections
import dataclasses
import datetime
import typing as t

from govkit.adapters.policy_folder import read_policy_file, shipped_policies
from govkit.adapters.trust import check_trust
from govkit.approval.book import Book, read_book
from govkit.approval.policy import ReadPolicy
from govkit.approval.records import Decision, Validity
from govkit.approval.register.entry import RecordEntry, RunEntry
from govkit.approval.register.records import record_entries
from govkit.digest import Digest
from govkit.verification.signer import Judge, Signer

Folder: t.TypeAlias = tuple[str, str, str, dict[str, bytes]]


def judged_records(
    folders: t.Sequence[Folder],
    given: tuple[ReadPolicy, ...],
    runs: t.Sequence[RunEntry],
    anchors: tuple[bytes, ...],
    now: datetime.datetime,
) -> tuple[tuple[ReadPolicy, ...], tuple[RecordEntry, ...], tuple[tuple[str, str], ...]]:
    """
    The policies at hand, the records of all folders, and what is wrong with folders. Policies that travel with govkit
    are at hand where a record names one by its digest.
    """
    books = [(store, folder, problem, read_book(files)) for store, folder, problem, files in folders]
    policies = (*given, *_shipped([book for *_, book in books], given))
    at_hand = {each.digest: each for each in policies}
    judge, evaluators = _judge(anchors, now), _evaluators(runs)
    records: list[RecordEntry] = []
    problems: list[tuple[str, str]] = []
    for store, folder, problem, book in books:
        where = store if folder == "." else f"{store}/{folder}"
        problems += [(where, each) for each in ((problem,) if problem else book.problems)]
        entries = record_entries(book, at_hand, judge, now, evaluators=evaluators)
        records += [dataclasses.replace(each, store=store, folder=folder) for each in entries]
    return policies, tuple(records), tuple(problems)


def _shipped(books: t.Iterable[Book], given: t.Iterable[ReadPolicy]) -> tuple[ReadPolicy, ...]:
    """Policies that travel with govkit, and that a record names by their digest."""
    records = (filed.record for book in books for filed in book.filed)
    named = {each.policy.digest for each in records if isinstance(each, Validity)}
    named -= {each.digest for each in given}
    found = (
        read_policy_file(name.replace(" ", "@"))
        for name, locked in sorted(shipped_policies().items())
        if locked in named
    )
    return tuple(each for each in found if each.digest in named)


def _judge(anchors: tuple[bytes, ...], now: datetime.datetime) -> Judge:
    """Of a certificate, whether it is trusted now; each is asked about once."""
    known: dict[tuple[bytes, tuple[bytes, ...]], Signer] = {}

    def judge(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        if (certificate, chain) not in known:
            known[certificate, chain] = check_trust(certificate, chain, anchors, now)
        return known[certificate, chain]

    return judge


def _evaluators(runs: t.Iterable[RunEntry]) -> t.Callable[[Validity], frozenset[str]]:
    """The keys that signed evidence about a record's subject, or on which it rests."""
    by_identity: dict[Digest, set[str]] = collections.defaultdict(set)
    by_run: dict[Digest, str] = {}
    for run in runs:
        if run.signer_key:
            by_identity[run.identity].add(run.signer_key)
            by_run[run.run] = run.signer_key

    def evaluators(record: Validity) -> frozenset[str]:
        basis = record.basis if isinstance(record, Decision) else ()
        rests_on = {by_run[each.run] for each in basis if each.run in by_run}
        return frozenset(by_identity.get(record.subject.identity, set()) | rests_on)

    return evaluators
