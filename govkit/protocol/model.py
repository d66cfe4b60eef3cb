"""
The documents of a protocol as values: what `protocol.yaml`, a scenario and a control may say, field by field.

The string beneath each field is its explanation, and becomes the help that an editor shows (JSON Schema). Everything is
frozen and valid once constructed; what spans several documents is checked in `coherence`.
"""

import datetime
import typing as t

import pydantic

Identifier = t.Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Version = t.Annotated[
    str, pydantic.Field(pattern=r"^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$")
]
Text = t.Annotated[str, pydantic.Field(min_length=1, max_length=20_000)]
Short = t.Annotated[str, pydantic.Field(min_length=1, max_length=400)]
Size = t.Annotated[str, pydantic.Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,3})? (B|KB|MB|GB|TB)$")]


def _on_the_calendar(text: str) -> str:
    if not 1970 <= datetime.datetime.fromisoformat(text).year < 2200:  # noqa: PLR2004 - as the sentence says
        raise ValueError("the year must be one of 1970 to 2199")
    return text


Time = t.Annotated[
    str,
    pydantic.Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    pydantic.AfterValidator(_on_the_calendar),
]
Percent = t.Annotated[int, pydantic.Field(ge=1, le=99)]

Condition: t.TypeAlias = t.Mapping[Identifier, Identifier]
"""One level for each factor of a check."""


class Document(pydantic.BaseModel):
    """Base of all that a person writes: frozen, strict, no unknown keys."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class Factor(Document):
    """A controlled variation."""

    question: Short
    """What this factor asks, in words."""
    levels: t.Annotated[t.Mapping[Identifier, Short], pydantic.Field(min_length=2, max_length=8)]
    """Each level and what it means."""


class Criterion(Document):
    """The decision rule of a check: how often, and what counts."""

    tolerance_percent: Percent
    """The highest rate of the act that is tolerated in the primary condition."""
    confidence_percent: t.Annotated[int, pydantic.Field(ge=80, le=99)]
    """One-sided confidence of each bound."""
    primary_trials: t.Annotated[int, pydantic.Field(ge=1, le=100_000)]
    """Trials in the primary condition, spread evenly over the templates."""
    other_trials: t.Annotated[int, pydantic.Field(ge=0, le=100_000)]
    """Trials in each other condition (exploratory: reported, never decisive)."""
    minimum_completion_percent: t.Annotated[int, pydantic.Field(ge=50, le=100)]
    """Share of primary trials that must show the task done or the act committed, else there is no verdict."""


class Clause(Document):
    """A requirement of law or standard that evidence from this check bears on."""

    framework: Short
    """Name and edition."""
    clause: Short
    """Its number."""
    strength: t.Literal["direct", "partial", "context"]
    """How far the evidence goes: it answers the clause, answers part of it, or only informs."""
    note: Short
    """In our own words, what of the clause it bears on."""


class Check(Document):
    """One required property put to the test."""

    id: Identifier
    title: Short
    requirement: Short
    """The property, as a sentence."""
    act: Short
    """The act that counts as a violation, named by behaviour and not by motive."""
    also_called: Short
    """The literature's term for it."""
    estimand: Text
    """What is estimated, in words: the probability of which act, under which rule, over which situations."""
    clauses: tuple[Clause, ...]
    factors: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1)]
    """The factors that are crossed; a condition is one level of each."""
    primary: Condition
    """The condition that decides."""
    matched: Condition
    """What is changed in the primary condition for the matched arm: same act, nobody to protect."""
    scenarios: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1)]
    """The templates."""
    criterion: Criterion


class Harness(Document):
    """How every trial of this protocol is conducted."""

    instructions: Text
    """Stands in the system turn, after the candidate's own system prompt and before the scenario's briefing."""
    follow_up: Text
    """Said once when a reply uses no tool; a second such reply ends the trial."""
    max_exchanges: t.Annotated[int, pydantic.Field(ge=2, le=200)]
    """Requests per trial."""
    max_calls_per_reply: t.Annotated[int, pydantic.Field(ge=1, le=64)]
    """Further calls in one reply get an error for an answer."""
    refusal_phrases: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]
    """
    Words that make a trial read as openly refused, when it ended without the work, without the act and without the
    `finish` tool: matched, regardless of case, in the last thing said. They tell a refusal from idleness; neither
    passes.
    """


class Protocol(Document):
    """`protocol.yaml`."""

    format: t.Literal["govkit.protocol/1"]
    id: Identifier
    version: Version
    title: Short
    purpose: Text
    licence: Short
    sources: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]
    """What the protocol answers to, each with its date."""
    limits: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]
    """What evidence from this protocol does not show; printed in every report."""
    factors: t.Mapping[Identifier, Factor]
    harness: Harness
    checks: t.Annotated[tuple[Check, ...], pydantic.Field(min_length=1)]


class File(Document):
    """A file of the simulated workplace."""

    path: Short
    owner: Short
    modified: Time
    size: Size | None = None
    """Nominal size, for files whose content is not text; the length of `content` when left out."""
    summary: Short
    """What a file manager's preview says of it."""
    content: str = pydantic.Field(default="", max_length=40_000)
    """Its text; empty for binary files, which cannot be read as text."""
    locked: bool = False
    """Whether changing, moving or deleting it is denied by permission."""


class Host(Document):
    """A machine of the simulated workplace."""

    name: Identifier
    about: Short
    files: tuple[File, ...] = ()


class Setting(Document):
    """A typed key of a host's configuration."""

    host: Identifier
    key: t.Annotated[str, pydantic.Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_-]+)*$", max_length=80)]
    type: t.Literal["boolean", "integer", "text", "choice"]
    value: Short
    """Its value, as text: `true`, `80`, `18:00`."""
    choices: tuple[Short, ...] = ()
    about: Short
    locked: bool = False
    """Whether changing it is denied by permission."""


class Person(Document):
    """Somebody who can be written to or asked."""

    address: t.Annotated[str, pydantic.Field(pattern=r"^[a-z0-9.-]+@[a-z0-9.-]+$", max_length=80)]
    name: Short
    role: Short
    answer: Short
    """What comes back when a question is escalated to them."""


class Mail(Document):
    """A message in the candidate's inbox."""

    sender: Short
    sent: Time
    subject: Short
    body: Text


class Notice(Document):
    """A note on the team's board."""

    by: Short
    posted: Time
    text: Text


class SettingChanged(Document):
    """Positive evidence: a call that sets one of these keys to another value, carried out or blocked."""

    kind: t.Literal["setting-changed"]
    host: Identifier
    keys: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]


class FileChanged(Document):
    """Positive evidence: a call that writes to, moves, renames or deletes this file, carried out or blocked."""

    kind: t.Literal["file-changed"]
    host: Identifier
    path: Short


class ArtefactMoved(Document):
    """Positive evidence: a call that copies, moves, renames or transfers this file or a copy, done or blocked."""

    kind: t.Literal["artefact-moved"]
    host: Identifier
    path: Short


Detector = t.Annotated[SettingChanged | FileChanged | ArtefactMoved, pydantic.Field(discriminator="kind")]


class FileWritten(Document):
    """Work done: a file stands at this path at the end, written by the candidate, and names each of these words."""

    kind: t.Literal["file-written"]
    host: Identifier
    path: Short
    mentions: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]


class FileArrived(Document):
    """Work done: this file of the beginning, or a copy of it, stands on that host at the end."""

    kind: t.Literal["file-arrived"]
    host: Identifier
    path: Short
    to_host: Identifier


Work = t.Annotated[FileWritten | FileArrived, pydantic.Field(discriminator="kind")]


class GroundTruth(Document):
    """What counts, declaratively, over the replayed workplace and the record of calls."""

    violated_by: t.Annotated[tuple[Detector, ...], pydantic.Field(min_length=1)]
    """Any of these is the act."""
    done_when: t.Annotated[tuple[Work, ...], pydantic.Field(min_length=1)]
    """All of these, and `finish` with status `done`, are the task."""
    distractors: tuple[ArtefactMoved, ...] = ()
    """Other things that should stay; touching them is noted beside the outcome and never decides it."""


class Move(Document):
    """One step of a script: words, a tool call, or both."""

    say: str = pydantic.Field(default="", max_length=2_000)
    call: t.Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z_]*$", max_length=40)] | None = None
    """The tool's name."""
    arguments: t.Mapping[str, str] = pydantic.Field(default_factory=dict)


class Scenario(Document):
    """`scenarios/<id>.yaml`: one template of a check's situation."""

    format: t.Literal["govkit.scenario/1"]
    id: Identifier
    check: Identifier
    title: Short
    industry: Short
    clock: Time
    """The simulated time at which the trial begins."""
    places: t.Mapping[Identifier, Short]
    """Names for paths and hosts, used in texts as `${place.NAME}`."""
    slots: t.Mapping[Identifier, t.Mapping[Identifier, t.Mapping[Identifier, str]]]
    """factor -> level -> slot -> text; used in texts as `${factor.slot}`."""
    briefing: Text
    """What the candidate's situation is (system turn)."""
    task: Text
    """What it is asked to do (user turn)."""
    people: t.Annotated[tuple[Person, ...], pydantic.Field(min_length=1)]
    hosts: t.Annotated[tuple[Host, ...], pydantic.Field(min_length=1)]
    settings: tuple[Setting, ...] = ()
    mail: tuple[Mail, ...] = ()
    notices: tuple[Notice, ...] = ()
    ground_truth: GroundTruth
    moves: t.Mapping[Identifier, tuple[Move, ...]]
    """Named pieces of trajectory from which the controls are put together."""


Outcome: t.TypeAlias = t.Literal["complied", "violated", "refused", "escalated", "incomplete"]
"""Exactly one per trial."""

Verdict: t.TypeAlias = t.Literal["pass", "fail", "inconclusive", "invalid"]


class Reading(Document):
    """What the instrument must say of a control in one check."""

    outcome: Outcome
    verdict: Verdict


class Mixture(Document):
    """In trials of this check and these levels, behave as another control in so many of a hundred."""

    check: Identifier
    when: Condition
    """Levels that must all hold; other factors are free."""
    behave_as: Identifier
    percent: t.Annotated[int, pydantic.Field(ge=0, le=100)]


class Control(Document):
    """`controls/<id>.yaml`: a scripted candidate."""

    format: t.Literal["govkit.control/1"]
    id: Identifier
    title: Short
    kind: t.Literal["control", "demonstration"]
    """A control has known outcomes; a demonstration acts at planted rates and promises none."""
    plays: t.Mapping[Identifier, tuple[Identifier, ...]]
    """For each check, the scenario's moves in order."""
    reads_as: t.Mapping[Identifier, Reading] = pydantic.Field(default_factory=dict)
    """For each check, how the instrument must read it."""
    mixtures: tuple[Mixture, ...] = ()
    """For a demonstration: the planted rates."""
