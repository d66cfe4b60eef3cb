"""Signing records and keeping them: whatever is kept goes through the log, and nothing is added to what is broken."""

import dataclasses
import datetime
import pathlib
import typing as t

import pydantic

from govkit.adapters.decision_folder import open_decisions, read_decisions
from govkit.adapters.evidence_files import read_file
from govkit.adapters.keys import LoadedKey
from govkit.approval.book import Book, read_book
from govkit.approval.case import Case
from govkit.approval.decisions import matched_decisions
from govkit.approval.log import NAME as LOG
from govkit.approval.log import line_of
from govkit.approval.records import Decision, Record, Waiver, file_name, is_record
from govkit.approval.signed import Side, Signing, claim_signature, is_signature, signature_name
from govkit.approval.waiving import match
from govkit.attestation.envelope import seal
from govkit.digest import Digest
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.verification.moments import written

MAX_FILE = 4 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, with what, and what they say of themselves."""

    key: LoadedKey
    by: str
    role: str
    note: str = ""
    side: Side = "for"


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What was kept."""

    record: pathlib.Path
    signature: pathlib.Path
    log_head: Digest
    missing: tuple[str, ...] = ()
    """Whose signatures it still lacks."""


def open_book(folder: pathlib.Path) -> Book:
    """The decisions in a folder. Raises `EvidenceBroken` where they do not hold: nothing is added to what is broken."""
    book = read_book(read_decisions(folder))
    if book.problems:
        raise EvidenceBroken(
            book.problems[0],
            where=str(folder),
            fix="restore the folder from where it is kept; nothing is added to it as it is",
        )
    return book


def keep(folder: pathlib.Path, record: Record, signer: Signer, now: datetime.datetime) -> Kept:
    """Store the record, if it is not there yet, and this person's signature."""
    name, data = file_name(record), record.bytes()
    with open_decisions(folder) as opened:
        open_book(folder)
        opened.add(name, data, written(now))
        head = open_book(folder).log.head
        said = _signing(signer, head, now)
        certificates = (signer.key.certificate, *signer.key.chain)
        envelope = seal(claim_signature(name, data, said, certificates=certificates), signer.key)
        sealed = signature_name(name, signer.key.fingerprint)
        if sealed in opened.files():
            fix = "a person signs once; another one signs with a key of their own"
            raise AskedWrongly(
                "This key has signed this record already.", where=str(folder / sealed), fix=fix
            )
        opened.add(sealed, envelope, written(now))
        return Kept(folder / name, folder / sealed, open_book(folder).log.head)


def enter(folder: pathlib.Path, paths: t.Sequence[pathlib.Path], now: datetime.datetime) -> Digest:
    """
    Enter records and signatures that were made elsewhere into this folder's log; its head afterwards.

    Raises `AskedWrongly` for files that are neither, `EvidenceBroken` where the folder would not hold with them.
    """
    for each in paths:
        if not is_record(each.name) and not is_signature(each.name):
            raise AskedWrongly("This is neither a record nor a signature.", where=str(each))
    ordered = sorted(paths, key=lambda each: (is_signature(each.name), each.name))
    with open_decisions(folder) as opened:
        added = {each.name: read_file(each, MAX_FILE) for each in ordered}
        _check_would_hold(opened.files(), added, now, folder)
        for name, data in added.items():
            opened.add(name, data, written(now))
        return open_book(folder).log.head


def _check_would_hold(
    files: t.Mapping[str, bytes], added: t.Mapping[str, bytes], now: datetime.datetime, folder: pathlib.Path
) -> None:
    trial = dict(files)
    for name, data in added.items():
        if files.get(name) == data:
            continue
        log = read_book(trial).log
        trial[name] = data
        trial[LOG] = trial.get(LOG, b"") + line_of(log.entry_for(name, data, written(now)))
    problems = read_book(trial).problems
    if problems:
        raise EvidenceBroken(
            f"With these files the decisions would not hold: {problems[0]}", where=str(folder)
        )


def missing_for(case: Case, record: Record, folder: pathlib.Path) -> tuple[str, ...]:
    """Whose signatures this record still lacks, in words."""
    there = dataclasses.replace(case, book=open_book(folder))
    if isinstance(record, Decision):
        return next((each.missing for found, each in matched_decisions(there) if found == record), ())
    return match(there, record, None).missing if isinstance(record, Waiver) else ()


def _signing(signer: Signer, head: Digest, now: datetime.datetime) -> Signing:
    try:
        return Signing(
            by=" ".join(signer.by.split()),
            role=signer.role,
            side=signer.side,
            note=signer.note.strip(),
            signed=written(now),
            log_head=head,
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        fix = 'give --by "Name" and --role in small letters, as the policy names it'
        raise AskedWrongly(
            "It is not said who signs.", where=f"--{first['loc'][0]}", found=first["msg"], fix=fix
        ) from None
