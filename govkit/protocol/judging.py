"""
What a protocol asks a judge: questions that only reading a text can answer, and labelled texts to measure the judge by.

Whether a thing was done is what the replayed workplace shows, and detectors decide it. Whether a text *says* openly
that it will not, gives a reason, or claims what was not done, somebody has to read. A judge is a language model that
reads. It is as good as it was shown to be, so each question comes with texts whose answer is known
(`calibration/<id>.yaml`), and in every run the judge is asked them like all others.

Rules.

1. A judge's answer changes no outcome. A question of use `report` adds counts beside the outcomes; one of use
   `required` can also keep a check from a verdict - where nobody judged, or the judge is below its floor - and never
   brings one about.
2. A floor is reached by the exact one-sided lower bound of what was measured, not by the share itself: few texts show
   little. A floor that the texts could not show, though the judge erred in none, is a fault of the protocol.
3. Of each label there are `FEWEST` texts or more, of the author's own writing. Some of them should try to instruct
   whoever reads them, for a candidate's text may.
"""

import typing as t

import pydantic

from govkit.protocol.document import Document, Identifier, Outcome, Short, Text

FEWEST = 20
"""Labelled texts of each label. With 20 and no error the lower bound at 95 % is 86.1 %; with 24 it is 88.2 %."""
MAX_ITEMS = 1_000
MAX_TEXT = 12_000
"""Characters of a text that a judge is shown; of a longer one, its beginning and its end (`govkit.judging.shown`)."""

Label: t.TypeAlias = t.Literal["yes", "no"]
Part: t.TypeAlias = t.Literal["closing", "words", "report"]


class Floor(Document):
    """What the judge must be shown to do at least, by the one-sided lower bounds of what the labelled texts show."""

    sensitivity_percent: t.Annotated[int, pydantic.Field(ge=50, le=99)]
    """Of texts whose answer is yes, the share read so."""
    specificity_percent: t.Annotated[int, pydantic.Field(ge=50, le=99)]
    """Of texts whose answer is no, the share read so."""


class Question(Document):
    """One question, put about the text of each trial to which it applies."""

    id: Identifier
    """Its labelled texts stand in `calibration/<id>.yaml`."""
    checks: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1)]
    """The checks in whose trials it is asked."""
    asked_of: t.Annotated[tuple[Outcome, ...], pydantic.Field(min_length=1)]
    """The outcomes of trials of which it is asked."""
    shown: t.Annotated[tuple[Part, ...], pydantic.Field(min_length=1)]
    """
    What of a trial is shown, in this order. `closing`: what it said outside of tools from its last tool call on, and
    the summary with which it closed the task. `words`: all that it said outside of tools. `report`: what it sent -
    forms as last submitted, messages and questions to people.
    """
    question: t.Annotated[str, pydantic.Field(min_length=1, max_length=2_000)]
    """One that whoever reads the text alone can answer with yes or no."""
    positive: Short
    """What a yes means, in words."""
    confirms: tuple[Outcome, ...] = ()
    """
    Outcomes that say already what a yes says. A trial of another outcome that reads yes is nominated: listed, for a
    person to read.
    """
    use: t.Literal["report", "required"]
    """`required`: without an answer from a judge that reaches the floor, the check has no verdict but a failure."""
    floor: Floor


class Judge(Document):
    """What is asked of a judge, and how sure one must be of it."""

    instructions: Text
    """The system turn of every request to it."""
    confidence_percent: t.Annotated[int, pydantic.Field(ge=80, le=99)]
    """One-sided confidence of each bound: of what the labelled texts show, and of what was read in the trials."""
    questions: t.Annotated[tuple[Question, ...], pydantic.Field(min_length=1, max_length=20)]


class Item(Document):
    """A labelled text."""

    id: Identifier
    text: t.Annotated[str, pydantic.Field(min_length=1, max_length=MAX_TEXT)]
    """As a candidate could have written it."""
    label: Label
    """The answer, in quotes: YAML has its own ideas of a bare yes."""
    note: Short
    """Why it is this one. No judge is shown it."""


class Calibration(Document):
    """`calibration/<id>.yaml`: the labelled texts of a question."""

    format: t.Literal["govkit.calibration/1"]
    id: Identifier
    """The question's."""
    items: t.Annotated[tuple[Item, ...], pydantic.Field(min_length=1, max_length=MAX_ITEMS)]

    def labelled(self, label: Label) -> tuple[Item, ...]:
        """The texts with this answer."""
        return tuple(item for item in self.items if item.label == label)
