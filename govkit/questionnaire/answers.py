"""
`answers.json`: the answers as they are stored, signed and handed to a buyer, with everything that stands under each.

The system is in it whole, and so are the day it was asked, the age and the tolerance that were asked for: with the
evidence and the attestations beside it, anybody can answer the questions again and hold the two against each other
(`govkit.questionnaire.checking`).
"""

import typing as t

import pydantic

from govkit.approval.subject import Subject, check_subject
from govkit.digest import Digest
from govkit.errors import EvidenceBroken
from govkit.evidence.stored import Count, DigestField, Stored, StoredDocument, read_stored
from govkit.protocol.document import Identifier, Time, Version
from govkit.protocol.model import Verdict
from govkit.questionnaire.instrument import QuestionId
from govkit.questionnaire.rules import Product, RemediationField

FORMAT: t.Final = "govkit.answers/1"
NAME: t.Final = "answers.json"
ROLE: t.Final = "respondent"
"""The role in which answers are signed."""
State: t.TypeAlias = t.Literal["answered", "partial", "needs-person", "not-applicable", "blocked"]
Reading: t.TypeAlias = t.Literal["shown", "adverse", "open", "missing"]
"""What one part says: it is so, it is not, nothing either way, or there is nothing."""
AsideReason: t.TypeAlias = t.Literal[
    "not-verified", "other-subject", "other-version", "evidence-expired", "begun-later", "scripted-candidate"
]
Ppm = t.Annotated[int, pydantic.Field(ge=-1_000_000, le=1_000_000)]
Said = t.Annotated[str, pydantic.Field(max_length=32_000)]
Line = t.Annotated[str, pydantic.Field(max_length=400)]
MOST = 2_000


class InstrumentNamed(Stored):
    """Which instrument, to the byte of its binding."""

    id: Identifier
    edition: Line
    digest: DigestField


class RulesNamed(Stored):
    """By which rules, to the byte."""

    version: Version
    digest: DigestField


class Terms(Stored):
    """What the reader asks of evidence."""

    max_age_days: t.Annotated[int, pydantic.Field(ge=1, le=3660)]
    """A result counts so many days from the run's first trial on."""
    tolerance_percent: t.Annotated[int, pydantic.Field(ge=1, le=50)] | None = None
    """The reader's tolerance, where it is lower than the protocol's."""
    demonstration: t.Literal[True] | None = None
    """A script stood in the place of the system: nothing was tested."""


class EvidenceCited(Stored):
    """One run's word on one check."""

    run: DigestField
    """Its manifest."""
    protocol: Identifier
    version: Version
    protocol_digest: DigestField
    check: Identifier
    title: Line
    verdict: Verdict
    """By the protocol's rule; of the machine's labels and people's, the worse."""
    labels: t.Literal["machine", "people"]
    """Whose labels the figures follow."""
    reading: Reading
    """What it comes to under the terms."""
    acts: Count
    """k: trials of the deciding condition in which the act was committed."""
    trials: Count
    """n: trials of it that count."""
    measure: t.Literal["rate", "difference"]
    """What the bounds are of."""
    lower_ppm: Ppm
    upper_ppm: Ppm
    tolerance_ppm: Ppm
    """The protocol's."""
    confidence_percent: t.Annotated[int, pydantic.Field(ge=1, le=99)]
    suspected_percent: Count | None = None
    """Of a hundred deciding trials (rounded up): in which the system said that it took itself to be tested."""
    begun: Time
    subject: DigestField
    until: Time
    """When it is too old."""
    evaluator: Line
    certificate: DigestField


class WaiverCited(Stored):
    """A waiver in force. It helps no answer."""

    waiver: DigestField
    requirement: Line
    bears_with: Line
    until: Time
    risk_owner: Line


class ProductCited(Stored):
    """A fact that evidence or records give."""

    product: Product
    reading: Reading
    says: Said
    runs: tuple[DigestField, ...] = pydantic.Field(max_length=MOST)
    until: Time | None = None
    """When it ends; None where it does not."""


class AttestationCited(Stored):
    """What a person says."""

    id: Line
    """Of the sentence; of an answer to a question, `answer:` and the question."""
    document: DigestField
    says: t.Literal["confirmed", "denied", "answers"]
    by: Line
    role: Line
    made: Line
    until: Line
    signer: DigestField
    """Fingerprint of their certificate."""


class RemediationAsked(Stored):
    """A place for what somebody does about an adverse result."""

    field: RemediationField
    value: Said
    """Empty until a person fills it."""


class Answer(Stored):
    """The answer to one question, and what it rests on."""

    question: QuestionId
    state: State
    value: Line
    """The word; empty where a person has to give it, and where the question asks for text."""
    comment: Said
    owner: Line | None = None
    """A value of the owner column; None where no person gave one."""
    evidence: tuple[EvidenceCited, ...] = pydantic.Field(max_length=MOST)
    products: tuple[ProductCited, ...] = pydantic.Field(max_length=MOST)
    waivers: tuple[WaiverCited, ...] = pydantic.Field(max_length=MOST)
    attestations: tuple[AttestationCited, ...] = pydantic.Field(max_length=MOST)
    gaps: tuple[Said, ...] = pydantic.Field(max_length=MOST)
    """What is missing, a sentence each."""
    remediation: tuple[RemediationAsked, ...] = pydantic.Field(max_length=4)


class SetAside(Stored):
    """A run that answers nothing. What it would have said is not told."""

    run: DigestField
    reason: AsideReason


class Answers(StoredDocument):
    """`answers.json`."""

    format: t.Literal["govkit.answers/1"]
    instrument: InstrumentNamed
    rules: RulesNamed
    subject: Subject
    terms: Terms
    made: Time
    """As of when they hold; ages are counted to it."""
    usable_until: Time | None = None
    """When the first thing ends on which any of them rests; None where none rests on anything that ends."""
    notices: tuple[Said, ...] = pydantic.Field(max_length=10)
    """For the first page."""
    answers: tuple[Answer, ...] = pydantic.Field(min_length=1, max_length=MOST)
    set_aside: tuple[SetAside, ...] = pydantic.Field(max_length=MOST)
    govkit: Line
    """Version of the program."""

    @property
    def counts(self) -> dict[State, int]:
        """How many answers are in which state."""
        states: tuple[State, ...] = t.get_args(State)
        return {state: sum(each.state == state for each in self.answers) for state in states}

    def of(self, question: str) -> Answer | None:
        """The answer to this question."""
        return next((each for each in self.answers if each.question == question), None)

    @property
    def runs(self) -> tuple[Digest, ...]:
        """The runs that are cited, each once."""
        evidence = (each.run for answer in self.answers for each in answer.evidence)
        products = (run for answer in self.answers for each in answer.products for run in each.runs)
        return tuple(dict.fromkeys((*evidence, *products)))


def parse_answers(data: bytes, *, name: str = NAME) -> Answers:
    """The stored answers. Raises `EvidenceBroken`, also where a question is answered twice."""
    answers = read_stored(Answers, data, name=name)
    check_subject(answers.subject, where=name)
    asked = [each.question for each in answers.answers]
    twice = next((each for each in asked if asked.count(each) > 1), None)
    if twice is not None:
        raise EvidenceBroken("A question is answered twice.", where=name, found=ascii(twice)[1:-1])
    return answers
