"""Questionnaires over files: instruments, runs, people's words and decisions, read, verified and handed to the core."""

import dataclasses
import datetime
import json
import pathlib
import typing as t

from govkit import __version__
from govkit.adapters.answer_packs import comma_separated, markdown
from govkit.adapters.evidence_files import read_file
from govkit.adapters.instrument_folder import Bound, find_instrument, shipped_instruments
from govkit.adapters.keys import LoadedKey
from govkit.adapters.policy_folder import SIGNABLE, signatures_beside, write_signature
from govkit.adapters.questionnaire_workbook import (
    FilledWorkbook,
    fill_workbook,
    places,
    recognise,
    written_in,
)
from govkit.adapters.workbook import Workbook
from govkit.api.gating import Asked, case_of, evidence_in, read_subject
from govkit.api.verifying import Trusting, judge_with
from govkit.approval.evidence import Evidence
from govkit.approval.signed import NO_LOG, Signing, claim_signature, signature_name
from govkit.approval.standings import standings
from govkit.approval.subject import Subject
from govkit.attestation.envelope import seal
from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.strict_yaml import MAX_BYTES
from govkit.questionnaire.answering import answer_all
from govkit.questionnaire.answers import NAME, ROLE, Answers, Terms, parse_answers
from govkit.questionnaire.attest_form import form_for
from govkit.questionnaire.attested import ROLE as ATTESTER
from govkit.questionnaire.attested import AttestationFile, hear, read_attestations
from govkit.questionnaire.checking import Finding, Sent, check, check_cells
from govkit.questionnaire.claims import Decided, facts_of
from govkit.questionnaire.instrument import Question, ReadInstrument
from govkit.questionnaire.rules import Rule
from govkit.verification.moments import moment_of, written

MAX_ANSWERS = 32 * 1024 * 1024
MAX_WORKBOOK = 64 * 1024 * 1024
WORKBOOKS = (".xlsx", ".xlsm")
RECEIPT: t.Final = "receipt.json"
MAX_AGE_DAYS: t.Final = 180
"""So old evidence may be where nobody says otherwise: half a year, as Measure 7.6 of the EU's GPAI code has it."""
MAX_BY = 120
MARKDOWN, CSV = "answers.md", "answers.csv"
FORM: t.Final = "attest.yaml.form"
"""What people still have to say; not a file of attestations until they have said it."""
ATTEST_ENDINGS = (".yaml", ".yml")


@dataclasses.dataclass(frozen=True, slots=True)
class Brought:
    """What either side brings: the evidence, and whom they trust."""

    runs: tuple[pathlib.Path, ...] = ()
    """Run folders or reports. A large report leaves its transcripts in the run folder: give both."""
    attestations: tuple[pathlib.Path, ...] = ()
    subject: str | None = None
    """A candidate file, a run folder, a report or a decision record; None: the system of the runs."""
    decisions: pathlib.Path | None = None
    policy: str | None = None
    """The policy of the decisions."""
    tier: str | None = None
    anchors: tuple[bytes, ...] = ()
    max_age_days: int = MAX_AGE_DAYS
    tolerance_percent: int | None = None
    demonstration: bool = False
    now: datetime.datetime | None = None
    """None: the machine's clock."""

    @property
    def terms(self) -> Terms:
        """What is asked of evidence."""
        return Terms(
            max_age_days=self.max_age_days,
            tolerance_percent=self.tolerance_percent,
            demonstration=True if self.demonstration else None,
        )

    @property
    def moment(self) -> datetime.datetime:
        """The time asked about, to the second."""
        return (self.now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)


@dataclasses.dataclass(frozen=True, slots=True)
class Filled:
    """Answers, with what they were made of."""

    answers: Answers
    bound: Bound
    evidence: tuple[Evidence, ...]
    files: tuple[AttestationFile, ...]
    unheard: tuple[str, ...]
    """What people say that does not count, and why, a sentence each."""
    workbook: tuple[str, FilledWorkbook] | None = None
    """Name and content, where the answers went into the buyer's own file."""

    @property
    def broken(self) -> tuple[Evidence, ...]:
        """Runs that do not hold."""
        return tuple(each for each in self.evidence if not each.holds)


def fill(reference: str, brought: Brought, *, edition: str | None = None) -> Filled:
    """
    The answers to an instrument, or to the workbook in a file; `edition` names the instrument of a workbook that has no
    stamp. Raises `AskedWrongly` for what cannot be read or may not be filled, never for what does not hold.
    """
    path = pathlib.Path(reference)
    data = read_file(path, MAX_WORKBOOK) if path.suffix.lower() in WORKBOOKS else None
    if data is not None and len(data) > MAX_WORKBOOK:
        raise AskedWrongly(
            "This file is larger than it can be.", where=reference, expected=f"{MAX_WORKBOOK} bytes"
        )
    bound = find_instrument(edition or reference) if data is None or edition else recognise_file(data)
    if data is not None:
        places(Workbook.open(data), bound[0].instrument)  # before an hour of replay
    now = brought.moment
    files = read_attestation_files(brought.attestations)
    evidence = _verified(brought, now)
    subject = _subject(brought, evidence)
    decided = _decided(brought, subject, evidence, now)
    facts = facts_of(subject, evidence, brought.terms, now, decided)
    people = hear(files, facts.identity, judge_with(Trusting(brought.anchors), None, now), now)
    answers = answer_all(*bound, facts, people, govkit=__version__)
    spoken = [(each.said.by, each.said.id, each.against) for each in people.attestations]
    spoken += [(each.said.by, each.said.question, each.against) for each in people.answers]
    unheard = tuple(
        f"What {by} says ({about}) does not count: {against}."
        for by, about, against in spoken
        if against is not None
    )
    if data is None:
        return Filled(answers, bound, evidence, files, unheard)
    workbook = path.name, fill_workbook(data, bound[0].instrument, answers)
    return Filled(answers, bound, evidence, files, unheard, workbook)


def recognise_file(data: bytes) -> Bound:
    """The instrument of this workbook. Raises `AskedWrongly` where it is of none that is known."""
    return recognise(Workbook.open(data), shipped_instruments())


def write_pack(
    filled: Filled, folder: pathlib.Path, key: LoadedKey | None, *, by: str = ""
) -> tuple[pathlib.Path, ...]:
    """
    The answers in a new folder: `answers.json`, a document, a table, and the attestations that they rest on.

    Raises `AskedWrongly` where the folder holds something already: nothing is ever replaced.
    """
    instrument = filled.bound[0].instrument
    files: dict[str, bytes] = {
        NAME: filled.answers.bytes(),
        MARKDOWN: markdown(filled.answers, instrument).encode("utf-8"),
        CSV: comma_separated(filled.answers, instrument),
    }
    if form := form_for(filled.bound[1].rules, filled.answers):
        files[FORM] = form.encode("utf-8")
    if filled.workbook is not None:
        name, book = filled.workbook
        files |= {
            name: book.data,
            RECEIPT: json.dumps(book.receipt, indent=2, ensure_ascii=False).encode("utf-8"),
        }
    own = len(files)
    for each in filled.files:
        path = pathlib.Path(each.name)
        beside = [path.with_name(signature_name(path.name, one.fingerprint)) for one in each.signatures]
        files |= {path.name: each.read.data} | {one.name: read_file(one, MAX_BYTES) for one in beside}
    if len(files) != own + sum(1 + len(each.signatures) for each in filled.files):
        raise AskedWrongly("Two files of attestations have one name.", fix="give each its own name")
    _new_folder(folder)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    written_paths = [folder / name for name in files]
    if key is not None:
        written_paths.append(_sign(folder / NAME, files[NAME], key, ROLE, by))
    return tuple(written_paths)


def check_free(folder: pathlib.Path) -> None:
    """Raises `AskedWrongly` where something is there already: what was answered once is not replaced."""
    try:
        taken = folder.is_dir() and any(folder.iterdir())
    except OSError:
        taken = False  # it cannot be looked into, and will say so when it is written to
    if taken or (folder.exists() and not folder.is_dir()):
        raise AskedWrongly("There is something here already.", where=str(folder), fix="name a new folder")


def _new_folder(folder: pathlib.Path) -> None:
    check_free(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AskedWrongly(
            "This folder cannot be made.", where=str(folder)[:300], found=error.strerror, fix="name another"
        ) from None


def sign_attestations(
    path: pathlib.Path, key: LoadedKey, *, by: str, now: datetime.datetime | None = None
) -> pathlib.Path:
    """
    Sign the attestations in this file; the signature lies beside it. Raises `FaultyDocument` for one with faults, and
    `AskedWrongly` where nothing in it is said by this person, or this key has signed it already.
    """
    read = read_attestation(path)
    said = {each.by for each in (*read.attestations.attestations, *read.attestations.answers)}
    if " ".join(by.split()) not in said:
        fix = f"give --by as it stands in the file: {' or '.join(sorted(said))[:200]}"
        raise AskedWrongly(
            "Nothing in this file is said by that person.", where=str(path), found=by[:100], fix=fix
        )
    return _sign(path, read.data, key, ATTESTER, by, now=now)


def _sign(
    path: pathlib.Path, data: bytes, key: LoadedKey, role: str, by: str, now: datetime.datetime | None = None
) -> pathlib.Path:
    who = " ".join(by.split())
    if not 0 < len(who) <= MAX_BY or not who.isprintable():
        fix = 'give --by "Name"'
        raise AskedWrongly("It is not said who signs.", expected=f"1 to {MAX_BY} characters", fix=fix)
    moment = written((now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0))
    signing = Signing(by=who, role=role, side="for", note="", signed=moment, log_head=NO_LOG)
    claim = claim_signature(path.name, data, signing, certificates=(key.certificate, *key.chain))
    there = path.with_name(signature_name(path.name, key.fingerprint))
    write_signature(there, seal(claim, key), replace=lambda _: False)
    return there


def read_attestation(path: pathlib.Path) -> t.Any:
    """The attestations in this file. Raises `FaultyDocument` with all faults."""
    if not SIGNABLE.fullmatch(path.name):
        fix = "name it with letters, digits, dots, dashes and underscores, such as attest.yaml"
        raise AskedWrongly("No signature can lie beside a file of this name.", where=str(path)[:300], fix=fix)
    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise AskedWrongly(
            "This file is larger than it can be.", where=str(path), expected=f"{MAX_BYTES} bytes"
        )
    return read_attestations(data, file=str(path))


def read_attestation_files(paths: t.Iterable[pathlib.Path]) -> tuple[AttestationFile, ...]:
    """Files of attestations, each with the signatures beside it that hold."""
    found = []
    for path in paths:
        read = read_attestation(path)
        signatures, problem = signatures_beside(path, read.data)
        found.append(AttestationFile(str(path), read, signatures, problem))
    return tuple(found)


def check_pack(
    path: pathlib.Path, brought: Brought, file: pathlib.Path | None = None
) -> tuple[Answers, tuple[Finding, ...]]:
    """
    What does not hold of `answers.json`, and of the filled workbook; attestations that lie beside it are read too.

    Raises `EvidenceBroken` where it is no document of ours, `AskedWrongly` for what else cannot be read.
    """
    data = read_file(path, MAX_ANSWERS)
    answers = parse_answers(data, name=path.name)
    now = brought.moment
    made = min(moment_of(answers.made) or now, now)
    evidence = _verified(brought, now)
    signatures, problem = signatures_beside(path, data)
    bound = _installed(answers)
    expected = read_subject(brought.subject).identity if brought.subject is not None else None
    sent = Sent(
        answers=answers,
        signatures=signatures,
        signature_problem=problem,
        instrument=bound[0] if bound else None,
        rules=bound[1] if bound else None,
        evidence=evidence,
        files=read_attestation_files(brought.attestations or _beside(path)),
        decided=_decided(brought, answers.subject, evidence, made),
        judge=judge_with(Trusting(brought.anchors), None, now),
        now=now,
        terms=brought.terms,
        subject=expected,
    )
    found = check(sent)
    if file is not None:
        data = read_file(file, MAX_WORKBOOK)
        instrument = bound[0].instrument if bound else recognise_file(data)[0].instrument
        found = (*found, *check_cells(answers, written_in(Workbook.open(data), instrument)))
    return answers, found


def _beside(path: pathlib.Path) -> tuple[pathlib.Path, ...]:
    """Files of attestations in the folder of the answers."""
    files = (each for each in path.parent.iterdir() if each.suffix in ATTEST_ENDINGS and each.is_file())
    return tuple(sorted(files)[:100])


def _installed(answers: Answers) -> Bound | None:
    for each in shipped_instruments():
        mine = each[0].instrument
        if (mine.id, mine.edition) == (answers.instrument.id, answers.instrument.edition):
            return each
    return None


def _verified(brought: Brought, now: datetime.datetime) -> tuple[Evidence, ...]:
    return evidence_in(brought.runs, Trusting(brought.anchors), now)


def _subject(brought: Brought, evidence: tuple[Evidence, ...]) -> Subject:
    if brought.subject is not None:
        return read_subject(brought.subject)
    found = {each.subject.identity: each.subject for each in evidence if each.subject is not None}
    if len(found) > 1:
        fix = "name the system that the answers are about: --subject"
        raise AskedWrongly("The runs are of several systems.", found=f"{len(found)} systems", fix=fix)
    if found:
        return next(iter(found.values()))
    if not brought.runs:
        fix = "give --run, or --subject where there is no run yet"
        raise AskedWrongly("It is not said what the answers are about.", fix=fix)
    return read_subject(str(brought.runs[0]))


def _decided(
    brought: Brought, subject: Subject, evidence: tuple[Evidence, ...], now: datetime.datetime
) -> Decided | None:
    """What people decided about this system; None where no folder is given."""
    if brought.decisions is None:
        return None
    if brought.policy is None:
        fix = "give --policy: whose signatures count is the policy's to say"
        raise AskedWrongly("Decisions count under a policy.", where="--decisions", fix=fix)
    if brought.subject is None and not brought.runs:
        raise AskedWrongly("It is not said what the decisions are about.", fix="give --run or --subject")
    asked = Asked(
        policy=brought.policy,
        subject=brought.subject or str(brought.runs[0]),
        runs=(),
        tier=brought.tier,
        decisions=brought.decisions,
        anchors=brought.anchors,
        now=now,
        allow_past=True,
    )
    case = dataclasses.replace(case_of(asked), subject=subject, evidence=evidence)
    problems = case.book.problems
    return Decided(() if problems else standings(case), problems, case.policy_name)


@dataclasses.dataclass(frozen=True, slots=True)
class Explained:
    """A question, with the rule that answers it."""

    read: ReadInstrument
    question: Question
    rule: Rule


def explain(name: str, reference: str | None = None) -> tuple[Explained, ...]:
    """The questions of this id, in one instrument or in all. Raises `UnknownName` with near misses."""
    bound = (find_instrument(reference),) if reference is not None else shipped_instruments()
    found = []
    known: set[str] = set()
    for instrument, rules in bound:
        by_id = {each.question: each for each in rules.rules.rules}
        known |= by_id.keys()
        question = instrument.instrument.question(name)
        if question is not None and name in by_id:
            found.append(Explained(instrument, question, by_id[name]))
    if not found:
        raise UnknownName("question", name, known)
    return tuple(found)
