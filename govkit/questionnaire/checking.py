"""
The buyer's side: answers held against the evidence, verified anew, and against the words that people signed.

1. The document: signed, by somebody the reader knows; about the system, the age and the tolerance that the reader asks
   for; by the binding and the rules that this installation has; not past its end.
2. Each answer: every cited run is at hand, holds, is of this system and says what is cited; every cited word of a
   person stands in a file that they signed.
3. The questions are answered again, as of the day the answers were made, and each answer compared whole: so that what
   was left out is found like what was changed.

What cannot be looked at - a run or a file that is not at hand - is said, and never taken for what holds.
"""

import dataclasses
import datetime
import typing as t

from govkit.approval.evidence import Evidence
from govkit.approval.signed import Signature
from govkit.digest import Digest
from govkit.questionnaire.answering import answer_all
from govkit.questionnaire.answers import ROLE, Answer, Answers, AttestationCited, EvidenceCited, Terms
from govkit.questionnaire.attested import Attestation, AttestationFile, People, PersonalAnswer, Spoken, hear
from govkit.questionnaire.claims import Decided, Facts, facts_of
from govkit.questionnaire.instrument import ReadInstrument
from govkit.questionnaire.rules import ReadRules
from govkit.questionnaire.told import named
from govkit.verification.moments import moment_of
from govkit.verification.signer import Judge, Signer

Code: t.TypeAlias = t.Literal[
    "unsigned",
    "signature-broken",
    "signer-unknown",
    "other-instrument",
    "other-subject",
    "terms-looser",
    "demonstration",
    "made-later",
    "expired",
    "question-left-out",
    "question-foreign",
    "run-not-at-hand",
    "run-not-verified",
    "run-does-not-answer",
    "figure-edited",
    "evidence-left-out",
    "attestation-not-at-hand",
    "attestation-forged",
    "attester-unknown",
    "decisions-not-at-hand",
    "not-applicable-unjustified",
    "answer-not-allowed",
    "state-changed",
    "comment-changed",
    "row-changed",
    "notice-changed",
    "cell-changed",
]
NOT_LOOKED_AT: t.Final[frozenset[Code]] = frozenset(
    {"run-not-at-hand", "attestation-not-at-hand", "decisions-not-at-hand"}
)
"""What is not known, where the others are known to be otherwise."""
FROM_DECISIONS: t.Final = frozenset({"decision", "waivers", "all-runs"})
_SHOWN = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, or could not be looked at."""

    code: Code
    what: str
    question: str = ""
    """Empty: it is about the whole document."""
    expected: str = ""
    found: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What a buyer was sent, and what they bring themselves."""

    answers: Answers
    signatures: tuple[Signature, ...]
    """Those beside the answers that hold."""
    signature_problem: str
    instrument: ReadInstrument | None
    """The installed one of that id and edition; None where there is none."""
    rules: ReadRules | None
    evidence: tuple[Evidence, ...]
    """Verified anew, against the certificates that the buyer trusts."""
    files: tuple[AttestationFile, ...]
    decided: Decided | None
    """As of the day on which the answers were made."""
    judge: Judge
    now: datetime.datetime
    terms: Terms
    """What the buyer asks of evidence."""
    subject: Digest | None = None
    """The system that the buyer asks about, where they say so."""


def check(sent: Sent) -> tuple[Finding, ...]:
    """All that does not hold; empty where everything does."""
    answers = sent.answers
    made = moment_of(answers.made) or sent.now
    facts = facts_of(answers.subject, sent.evidence, answers.terms, made, sent.decided)
    people = hear(sent.files, facts.identity, _lenient(sent.judge), made)
    found = [*_of_signatures(sent), *_of_the_whole(sent, made)]
    expected = _expected(sent, facts, people)
    for each in answers.answers:
        found += _of_answer(sent, each, expected.of(each.question) if expected else None, facts, people)
    if expected is not None:
        found += _of_the_set(sent, expected, found)
    return tuple(dict.fromkeys(found))


def check_cells(answers: Answers, cells: t.Mapping[str, tuple[str, str]]) -> tuple[Finding, ...]:
    """
    What a filled file says otherwise than the answers do; `cells` are answer and comment by question. A question of
    which both cells are blank was not written, and says nothing.
    """
    found = []
    for each in answers.answers:
        value, comment = cells.get(each.question, ("", ""))
        if (value or comment) and (value, comment) != (each.value, each.comment):
            one, other = (
                (each.value, value) if value != each.value else _first_difference(each.comment, comment)
            )
            what = "The file does not say what the answers say."
            found.append(Finding("cell-changed", what, each.question, one or "blank", other or "blank"))
    return tuple(found)


def _lenient(judge: Judge) -> Judge:
    """Strangers count while answers are compared: that nobody knows them is a finding of its own."""

    def judged(certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        signer = judge(certificate, chain)
        return dataclasses.replace(signer, standing="trusted") if signer.standing == "unknown" else signer

    return judged


def _expected(sent: Sent, facts: Facts, people: People) -> Answers | None:
    """What this installation answers; None where it has not the binding and rules that were used."""
    instrument, rules = sent.instrument, sent.rules
    if instrument is None or rules is None or _differs(sent):
        return None
    return answer_all(instrument, rules, facts, people, govkit=sent.answers.govkit)


def _differs(sent: Sent) -> bool:
    mine = (sent.instrument.digest if sent.instrument else "", sent.rules.digest if sent.rules else "")
    return mine != (sent.answers.instrument.digest, sent.answers.rules.digest)


def _of_signatures(sent: Sent) -> t.Iterator[Finding]:
    if sent.signature_problem:
        yield Finding("signature-broken", sent.signature_problem[:_SHOWN])
    mine = [each for each in sent.signatures if each.signing.role == ROLE and each.signing.side == "for"]
    if not mine:
        yield Finding("unsigned", "Nobody has signed these answers.")
    signers = [sent.judge(each.certificate, each.chain) for each in mine]
    if mine and not any(each.standing == "trusted" for each in signers):
        who = ", ".join(f"{each.subject or 'nobody named'} ({each.reason})" for each in signers)
        yield Finding("signer-unknown", "You trust nobody who signed these answers.", found=who[:_SHOWN])


def _of_the_whole(sent: Sent, made: datetime.datetime) -> t.Iterator[Finding]:
    answers, terms = sent.answers, sent.answers.terms
    name = f"{answers.instrument.id} {answers.instrument.edition}"
    if sent.instrument is None or sent.rules is None:
        yield Finding("other-instrument", f"This installation does not know {name[:100]}.")
    elif _differs(sent):
        what = f"The binding or the rules of {name[:100]} are others than those of this installation."
        mine = f"{sent.instrument.digest}, {sent.rules.digest}"
        yield Finding(
            "other-instrument",
            what,
            expected=mine,
            found=f"{answers.instrument.digest}, {answers.rules.digest}",
        )
    identity = answers.subject.identity
    if sent.subject is not None and sent.subject != identity:
        yield Finding(
            "other-subject", "These answers are about another system.", expected=sent.subject, found=identity
        )
    if terms.max_age_days > sent.terms.max_age_days:
        found, expected = f"{terms.max_age_days} days", f"at most {sent.terms.max_age_days} days"
        yield Finding("terms-looser", "Older evidence counts in them than you ask for.", "", expected, found)
    asked = sent.terms.tolerance_percent
    if asked is not None and (terms.tolerance_percent is None or terms.tolerance_percent > asked):
        found = f"{terms.tolerance_percent} %" if terms.tolerance_percent else "the protocol's"
        what = "They were made for a higher tolerance than yours."
        yield Finding("terms-looser", what, "", f"at most {asked} %", found)
    if terms.demonstration and not sent.terms.demonstration:
        yield Finding("demonstration", "This is a demonstration: a script may have stood for the system.")
    if made > sent.now + datetime.timedelta(minutes=5):
        yield Finding("made-later", "They were made later than now.", found=answers.made)


def _of_answer(
    sent: Sent, answer: Answer, expected: Answer | None, facts: Facts, people: People
) -> tuple[Finding, ...]:
    """What is wrong with one answer: first what it cites, then what it says."""
    cited = (
        *_of_runs(sent, answer, facts),
        *_of_people(sent, answer, people),
        *_of_decisions(sent, answer),
    )
    ended = tuple(_of_ends(answer, sent.now))
    if expected is None:
        return (*cited, *ended)
    left_out = tuple(_left_out(answer, expected))
    if cited or left_out:
        return (*cited, *left_out, *ended)
    if answer.products and set(sent.answers.runs) - {each.run for each in facts.bearing}:
        # What runs say beside their results cannot be answered again without all of them.
        what = "It rests on runs of which not all are at hand, or hold."
        return (Finding("run-not-at-hand", what, answer.question), *ended)
    return (*_of_fields(answer, expected), *ended)


def _of_runs(sent: Sent, answer: Answer, facts: Facts) -> t.Iterator[Finding]:
    at_hand = {each.run: each for each in sent.evidence if each.run}
    holding = {each.run for each in sent.evidence if each.holds}
    name = answer.question
    products = [run for each in answer.products for run in each.runs]
    for run in dict.fromkeys([*(each.run for each in answer.evidence), *products]):
        if run not in at_hand:
            yield Finding("run-not-at-hand", f"The cited run {named(run)} is not at hand.", name)
        elif run not in holding:
            why = at_hand[run].why
            yield Finding(
                "run-not-verified", f"The cited run {named(run)} does not verify.", name, found=why[:_SHOWN]
            )
        elif all(each.run != run for each in facts.bearing):
            reason = next(
                (each.reason for each in facts.set_aside if each.run == run), "another goes on from it"
            )
            what = f"The cited run {named(run)} does not answer for this system on that day."
            yield Finding("run-does-not-answer", what, name, found=reason)
    for cited in answer.evidence:
        if any(each.run == cited.run for each in facts.bearing):
            yield from _of_figures(cited, facts, name)


def _of_figures(cited: EvidenceCited, facts: Facts, question: str) -> t.Iterator[Finding]:
    found = facts.claim(cited.protocol, cited.check).cited
    same = next((each for each in found if each.run == cited.run), None)
    about = f"{cited.protocol}/{cited.check} of run {named(cited.run)}"
    if same is None:
        yield Finding("run-does-not-answer", f"The cited run says nothing of {about}.", question)
    elif same != cited:
        stated, true = cited.model_dump(), same.model_dump()
        differing = [key for key in true if true[key] != stated[key]]
        yield Finding(
            "figure-edited",
            f"What is cited of {about} is not what it shows: {', '.join(differing)}.",
            question,
            expected=", ".join(str(true[key]) for key in differing)[:_SHOWN],
            found=", ".join(str(stated[key]) for key in differing)[:_SHOWN],
        )


def _of_people(sent: Sent, answer: Answer, people: People) -> t.Iterator[Finding]:
    documents = {each.read.digest for each in sent.files}
    said: list[Spoken[Attestation] | Spoken[PersonalAnswer]] = [*people.attestations, *people.answers]
    for cited in answer.attestations:
        about = f"what {cited.by[:100]} says ({cited.id[:100]})"
        if cited.document not in documents:
            what = f"The file with {about} is not at hand."
            yield Finding("attestation-not-at-hand", what, answer.question, found=cited.document)
            continue
        if not any(each.counts and _is_cited(each, cited) for each in said):
            yield Finding("attestation-forged", f"It is not signed, or not so: {about}.", answer.question)
        elif not _is_known(sent, cited):
            yield Finding("attester-unknown", f"You trust nobody who signed {about}.", answer.question)


def _is_cited(spoken: Spoken[Attestation] | Spoken[PersonalAnswer], cited: AttestationCited) -> bool:
    said = spoken.said
    if isinstance(said, PersonalAnswer):
        name, says = f"answer:{said.question}", "answers"
    else:
        name, says = said.id, said.says
    mine = (name, spoken.document, says, said.by, said.role, said.made, said.until, spoken.signer)
    return mine == (
        cited.id, cited.document, cited.says, cited.by, cited.role, cited.made, cited.until, cited.signer,
    )  # fmt: skip


def _is_known(sent: Sent, cited: AttestationCited) -> bool:
    return any(
        sent.judge(each.certificate, each.chain).standing == "trusted"
        for file in sent.files
        for each in file.signatures
        if each.fingerprint == cited.signer
    )


def _of_decisions(sent: Sent, answer: Answer) -> t.Iterator[Finding]:
    rests = any(each.product in FROM_DECISIONS and each.reading != "missing" for each in answer.products)
    if sent.decided is None and (rests or answer.waivers):
        what = "It rests on a log of decisions that is not at hand."
        yield Finding("decisions-not-at-hand", what, answer.question)


def _of_ends(answer: Answer, now: datetime.datetime) -> t.Iterator[Finding]:
    ends = [each.until for each in answer.evidence]
    ends += [each.until for each in answer.waivers]
    ends += [each.until for each in answer.products if each.until is not None]
    ends += [f"{each.until}T23:59:59Z" for each in answer.attestations]
    over = [each for each in ends if (moment_of(each) or now) <= now]
    if over:
        what = "Something that it rests on has ended since."
        yield Finding("expired", what, answer.question, found=f"until {min(over)}")


def _left_out(answer: Answer, expected: Answer) -> t.Iterator[Finding]:
    """Evidence that bears on the question and is not cited, and adverse things that the answer keeps silent about."""
    cited = {(each.run, each.protocol, each.check) for each in answer.evidence}
    for each in expected.evidence:
        if (each.run, each.protocol, each.check) not in cited:
            what = f"{each.protocol}/{each.check} of run {named(each.run)} bears on it and is not cited."
            yield Finding("evidence-left-out", what, answer.question, found=f"it reads {each.reading}")
    if expected.state == "blocked" != answer.state:
        what = "Something adverse is at hand, and the answer does not tell it."
        yield Finding("evidence-left-out", what, answer.question, "blocked", answer.state)


def _of_fields(answer: Answer, expected: Answer) -> t.Iterator[Finding]:
    name = answer.question
    if answer.state == "not-applicable" != expected.state:
        yield Finding("not-applicable-unjustified", "Nobody has signed why it does not apply.", name)
    elif answer.value != expected.value:
        what = "The rule does not allow this answer on this evidence."
        yield Finding("answer-not-allowed", what, name, expected.value or "blank", answer.value or "blank")
    elif answer.state != expected.state:
        yield Finding("state-changed", "It is in another state.", name, expected.state, answer.state)
    if answer.comment != expected.comment:
        one, other = _first_difference(expected.comment, answer.comment)
        yield Finding("comment-changed", "The comment is not what follows.", name, one, other)
    fields = ("owner", "products", "waivers", "attestations", "gaps", "remediation")
    changed = [field for field in fields if getattr(answer, field) != getattr(expected, field)]
    if changed:
        yield Finding("row-changed", f"It is not what follows: {', '.join(changed)}.", name)


def _first_difference(one: str, other: str) -> tuple[str, str]:
    """Where two texts part, with a few words before."""
    at = next(
        (number for number, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None
    )
    begins = max(0, (min(len(one), len(other)) if at is None else at) - 30)
    return one[begins : begins + 100] or "nothing", other[begins : begins + 100] or "nothing"


def _of_the_set(sent: Sent, expected: Answers, found: t.Sequence[Finding]) -> t.Iterator[Finding]:
    """What concerns all answers together."""
    asked = {each.question for each in expected.answers}
    given = {each.question for each in sent.answers.answers}
    for name in sorted(asked - given):
        state = next(each.state for each in expected.answers if each.question == name)
        yield Finding("question-left-out", "The question is not answered.", name, expected=state)
    for name in sorted(given - asked):
        yield Finding("question-foreign", "The instrument has no such question.", name)
    if any(each.code in NOT_LOOKED_AT for each in found):
        return  # what is missing would be missing here too
    if expected.notices != sent.answers.notices:
        yield Finding("notice-changed", "The notices for the first page are not what follows.")
    if not found and expected.usable_until != sent.answers.usable_until:
        mine, theirs = expected.usable_until or "no end", sent.answers.usable_until or "no end"
        yield Finding("row-changed", "They may not be used for so long.", "", mine, theirs)
