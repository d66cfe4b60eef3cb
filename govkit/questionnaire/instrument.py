"""
The binding of an instrument: what it is, how its file is recognised, and where ids, answers and comments stand.

YAML that a person reads: `instrument.yaml`. Where the licence allows it, or the questions are our own, it has their
text; else it knows them by id and by the digest of their text. An edition is exact: 4.1.5 is not 4.1.4.
"""

import hashlib
import typing as t
import unicodedata

import pydantic

from govkit.approval.policy import Clause
from govkit.digest import Digest, digest
from govkit.evidence.stored import DigestField
from govkit.protocol.document import Day, Document, Identifier, Short, Text
from govkit.protocol.strict_yaml import Document as YamlDocument
from govkit.protocol.validation import read_written

KIND: t.Final = "instrument"
QuestionId = t.Annotated[str, pydantic.Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
"""As the instrument writes it."""
Word = t.Annotated[str, pydantic.Field(min_length=1, max_length=100)]
Column = t.Annotated[str, pydantic.Field(pattern=r"^[A-Z]{1,3}$")]
Ref = t.Annotated[str, pydantic.Field(pattern=r"^[A-Z]{1,3}[1-9][0-9]{0,6}$")]
Name = t.Annotated[str, pydantic.Field(min_length=1, max_length=100)]


class AllowedAnswer(Document):
    """A word that may be answered."""

    answer: Word
    means: Short | None = None


class Vocabulary(Document):
    """The words that a question may be answered with, the one that a buyer hopes for first."""

    answers: t.Annotated[tuple[AllowedAnswer, ...], pydantic.Field(min_length=1, max_length=40)]
    details: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1, max_length=20)] | None = None
    """What has to be given beside each answer from it."""


class NotApplicable(Document):
    """How the instrument says that a question does not apply."""

    word: Word
    needs: t.Annotated[tuple[t.Literal["reason", "name"], ...], pydantic.Field(min_length=1, max_length=2)]


class SheetLayout(Document):
    """Where things stand on a sheet; letters are columns."""

    name: Name | None = None
    name_begins: Name | None = None
    """In place of `name`, where the name holds a version."""
    ids: Column
    question: Column
    answer: Column
    comment: Column
    owner: Column | None = None
    customer: Column | None = None
    """What is the customer's to do; never written."""
    remediation: Column | None = None
    never: t.Annotated[tuple[Column, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    """Columns that must not be written, whatever else is said."""


class Stamp(Document):
    """What a cell of the file holds in this edition and in no other."""

    sheet: Name
    cell: Ref
    equals: Short
    json_key: Short | None = None
    """Where the cell holds a JSON object: the key in it."""


class Layout(Document):
    """Where things stand in a workbook."""

    sheets: t.Annotated[tuple[SheetLayout, ...], pydantic.Field(min_length=1, max_length=40)]
    id_pattern: Short | None = None
    """A regular expression for the whole text of an id's cell."""
    recognise: t.Annotated[tuple[Stamp, ...], pydantic.Field(min_length=1, max_length=10)] | None = None
    """Without it the file cannot be told from another edition's, and a person has to name the edition."""


class Route(Document):
    """A question elsewhere whose answer switches others on."""

    sheet: Name
    id: QuestionId
    needs: Word
    why: Short
    questions: t.Annotated[tuple[QuestionId, ...], pydantic.Field(min_length=1, max_length=500)] | None = None
    """Which; left out: all."""


class Constraint(Document):
    """What an answer has to come with; without it the answer is left blank."""

    answer: Word
    field: t.Literal["owner", "comment"]
    must: t.Literal["be-given"]
    other_than: t.Annotated[tuple[Word, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    why: Short


class CoverField(Document):
    """A field of the cover sheet."""

    id: Identifier
    by: t.Literal["buyer", "supplier"]
    asks: Short
    preset: Short | None = None


class Instructions(Document):
    """How to use the instrument, to both sides."""

    buyer: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1, max_length=40)]
    supplier: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1, max_length=40)]


class Section(Document):
    """A part of the instrument."""

    id: Name
    title: Short


class KnownFact(Document):
    """What was verified of the binding, and what was not."""

    about: Short
    verified: bool
    why: Short


class Question(Document):
    """One question."""

    id: QuestionId
    section: Name | None = None
    sheet: Name | None = None
    topic: Short
    """In our own words."""
    text: Short | None = None
    """Our own; never another's."""
    kind: t.Literal["choice", "text"] | None = None
    answers: Identifier | None = None
    """A vocabulary; left out: it is answered in words."""
    details: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1, max_length=20)] | None = None
    not_applicable: Short | None = None
    """When it may be answered so; left out: never."""
    why: Short | None = None
    good: Short | None = None
    weak: Short | None = None
    clauses: t.Annotated[tuple[Clause, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    verified: bool | None = None
    unverified_because: Short | None = None
    text_digest: DigestField | None = None
    """Of the question's normalised text (`text_digest`), where the text itself may not be kept."""


class Instrument(Document):
    """`instrument.yaml`."""

    format: t.Literal["govkit.instrument/1"]
    id: Identifier
    title: Short
    publisher: Short
    edition: Short
    published: Day | None = None
    as_of: Day
    source: Short
    licence: Short
    licence_verified: bool
    attribution: Short | None = None
    """Has to be shown wherever names or text are."""
    text: t.Literal["shipped", "not-shipped"]
    file: t.Literal["xlsx", "docx", "prose"]
    purpose: Text | None = None
    instructions: Instructions | None = None
    cover: t.Annotated[tuple[CoverField, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    sections: t.Annotated[tuple[Section, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    vocabularies: dict[Identifier, Vocabulary] | None = None
    """`owner` is reserved: values of the owner column, which nobody but a person chooses."""
    not_applicable: NotApplicable
    layout: Layout | None = None
    routing: t.Annotated[tuple[Route, ...], pydantic.Field(min_length=1, max_length=40)] | None = None
    constraints: t.Annotated[tuple[Constraint, ...], pydantic.Field(min_length=1, max_length=40)] | None = (
        None
    )
    facts: t.Annotated[tuple[KnownFact, ...], pydantic.Field(min_length=1, max_length=40)]
    questions: t.Annotated[tuple[Question, ...], pydantic.Field(min_length=1, max_length=2000)]

    def question(self, name: str) -> Question | None:
        """The question of this id."""
        return next((each for each in self.questions if each.id == name), None)

    def words(self, question: Question) -> tuple[str, ...]:
        """The words that this question may be answered with, without *not applicable*; none: it asks for text."""
        if question.answers is None:
            return ()
        found = (self.vocabularies or {}).get(question.answers)
        return tuple(each.answer for each in found.answers) if found is not None else ()


class ReadInstrument(t.NamedTuple):
    """A binding with the bytes it was read from."""

    instrument: Instrument
    data: bytes
    document: YamlDocument

    @property
    def digest(self) -> Digest:
        return digest(self.data)


def read_instrument(data: bytes, *, file: str) -> ReadInstrument:
    """The binding in these bytes. Raises `FaultyDocument` with all faults of form."""
    instrument, document = read_written(KIND, Instrument, data, file=file)
    return ReadInstrument(instrument, data, document)


def text_digest(text: str) -> Digest:
    """
    What a question's text is known by: SHA-256 of it in Unicode form C, each run of white space one space. A line
    broken elsewhere is the same question; another word is not.
    """
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    return "sha256:" + hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()
