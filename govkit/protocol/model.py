"""
The documents of a protocol as values: what `protocol.yaml`, a scenario and a control may say, field by field.

The string beneath each field is its explanation, and becomes the help that an editor shows (JSON Schema). Everything is
frozen and valid once constructed; what spans several documents is checked in `coherence`.
"""

import typing as t

import pydantic

from govkit.protocol.criterion import Criterion
from govkit.protocol.document import (
    Condition,
    Document,
    Identifier,
    Short,
    Size,
    Text,
    Time,
    Version,
)
from govkit.protocol.document import Outcome as Outcome  # noqa: PLC0414 - a word of protocols, wherever it is written
from govkit.protocol.judging import Judge
from govkit.protocol.truth import GroundTruth


class Factor(Document):
    """A controlled variation."""

    question: Short
    """What this factor asks, in words."""
    levels: t.Annotated[t.Mapping[Identifier, Short], pydantic.Field(min_length=2, max_length=8)]
    """Each level and what it means."""


class Contrast(Document):
    """A comparison with the primary condition: a difference of rates, reported with its interval, never decisive."""

    id: Identifier
    question: Short
    """What the difference answers, in words."""
    change: Condition
    """The levels that differ from the primary condition."""


class Figure(Document):
    """A figure somebody published of a model, in the words and numbers of its source."""

    model: Short
    """As the source names it."""
    found: Short
    """Such as `up to 99.7 (highest of three), 82.8 on average`."""
    trials: Short
    """How many, such as `300`, or `300 pairs`."""


class Published(Document):
    """What others published of this behaviour: context for a reader of a report, never a pass mark."""

    source: Short
    """Who, where, and when or in which version."""
    measured: Short
    """What the figures are of: unit, condition, and what they are over."""
    figures: t.Annotated[tuple[Figure, ...], pydantic.Field(min_length=1, max_length=40)]


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
    matched: Condition | None = None
    """What is changed in the primary condition for the matched arm: same act, nobody to protect. Format 1 needs it."""
    explore: tuple[tuple[Identifier, ...], ...] | None = None
    """
    Which conditions there are beside the primary one and those named: for each group of factors here, their levels
    crossed while all others stay as in the primary condition. Left out: every factor is crossed with every other.
    """
    held: tuple[Identifier, ...] = ()
    """Factors that keep their level of the primary condition throughout; so texts that name them can be shared."""
    against: Condition | None = None
    """
    Where the *difference* between two conditions is what is required: what is changed in the primary condition for the
    other one. The criterion then holds for the rate of the primary condition less the rate of this one.
    """
    contrasts: tuple[Contrast, ...] = ()
    capability: Condition | None = None
    """
    What is changed in the primary condition for an arm in which nothing tempts, so that the work gets done there by
    whoever can do it. A candidate that does not do it there has not shown that it can; one that does it there and not
    in the primary condition could have. It gets `other_trials`.
    """
    must_see: t.Mapping[Identifier, Identifier] = pydantic.Field(default_factory=dict)
    """
    Factor -> slot: texts that the candidate must have been shown before its first act, or its end. A trial in which one
    was not shown tells nothing of what the text changes.
    """
    scenarios: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1)]
    """The templates."""
    criterion: Criterion
    published: tuple[Published, ...] = ()
    """Printed beside the result. Nothing is computed from it."""


class Awareness(Document):
    """Phrases by which a candidate shows what it takes the situation for, matched regardless of case."""

    suspects_test: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]
    """Such as: this may be a test."""
    believes_live: t.Annotated[tuple[Short, ...], pydantic.Field(min_length=1)]
    """Such as: this is a production system."""


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
    awareness: Awareness | None = None
    """A first reading of whether it took the trial for a test. Reported beside the outcomes; decides nothing."""


class Protocol(Document):
    """`protocol.yaml`."""

    format: t.Literal["govkit.protocol/1", "govkit.protocol/2", "govkit.protocol/3"]
    """
    What stands in `explore`, `held`, `against`, `contrasts`, `capability`, `must_see`, `published`, in the criterion's
    `minimum_seen_percent`, `maximum_baseline_percent` and `minimum_capability_percent` and in the harness's
    `awareness`, came with 2. The criterion's `stopping`, which 3 requires of each check, `family` and `judge` came with
    3.
    """
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
    family: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1)] | None = None
    """
    The checks whose failures are corrected for their number (Holm): the more properties are tested, the likelier is a
    false alarm in one of them. All checks when left out. A pass needs no correction, since every check must pass.
    """
    judge: Judge | None = None
    """Questions that only reading a text can answer; asked of a language model, whose answers change no outcome."""

    @property
    def primary_checks(self) -> tuple[str, ...]:
        """The family, written out."""
        return self.family or tuple(check.id for check in self.checks)


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
    """A message in the candidate's inbox, from the beginning or from a moment in the middle of its work."""

    sender: Short
    sent: Time | None = None
    """When it was sent; left out where it arrives later."""
    subject: Short
    body: Text
    arrives_after: t.Annotated[int, pydantic.Field(ge=1, le=200)] | None = None
    """Comes in with the answer to the candidate's call of this number, of whatever kind, and is shown with it."""

    @pydantic.model_validator(mode="after")
    def _one_of_the_two(self) -> "Mail":
        if (self.sent is None) == (self.arrives_after is None):
            raise ValueError("a message says either when it was sent or after how many calls it arrives")
        return self


class Notice(Document):
    """A note on the team's board."""

    by: Short
    posted: Time
    text: Text


class FormField(Document):
    """A field of a form."""

    name: Identifier
    type: t.Literal["choice", "integer", "text"]
    choices: tuple[Short, ...] = ()
    about: Short


class Form(Document):
    """A form of the company: what is submitted with it is checked field by field, as a real one is."""

    name: Identifier
    about: Short
    fields: t.Annotated[tuple[FormField, ...], pydantic.Field(min_length=1, max_length=60)]


class Job(Document):
    """A scheduled job of a host."""

    host: Identifier
    name: Identifier
    about: Short
    when: Short
    """When it runs, as text: `daily 18:00`."""
    state: t.Literal["active", "paused"] = "active"
    answer: Short
    """What it prints when it is run by hand."""
    locked: bool = False
    """Whether changing it is denied by permission; running it is not."""


class Permission(Document):
    """Who may do what on a host: a person's or a job's account."""

    host: Identifier
    account: Identifier
    right: Identifier
    """Such as `stop-planner`."""
    allowed: bool
    about: Short
    locked: bool = False


class Memory(Document):
    """A note of the candidate's own, from earlier work."""

    noted: Time
    text: Text


Slots: t.TypeAlias = t.Mapping[Identifier, t.Mapping[Identifier, t.Mapping[Identifier, str]]]


class Move(Document):
    """One step of a script: words, a tool call, or both."""

    say: str = pydantic.Field(default="", max_length=2_000)
    call: t.Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z_]*$", max_length=40)] | None = None
    """The tool's name."""
    arguments: t.Mapping[str, str] = pydantic.Field(default_factory=dict)


class Speaker(Document):
    """Who the candidate is in a workplace that it shares with other agents."""

    name: Identifier
    """Its account: files that it makes are its own under this name."""
    address: t.Annotated[str, pydantic.Field(pattern=r"^[a-z0-9.-]+@[a-z0-9.-]+$", max_length=80)]
    """Where messages reach it."""


class Agent(Speaker):
    """
    Another agent at work in the same workplace, at the same time: it has a conversation of its own, its own inbox and
    notes, and sees what the others did. The agents take turns, a reply each.
    """

    played_by: Short
    """
    `candidate`: the system under test once more; `nobody`: it is not there; or one of `moves`: it follows that script.
    Usually a slot, so that a factor decides.
    """
    briefing: Text
    task: Text
    mail: tuple[Mail, ...] = ()
    memory: tuple[Memory, ...] = ()
    moves: t.Mapping[Identifier, tuple[Move, ...]] = pydantic.Field(default_factory=dict)
    """Scripts by which it can be played; and what a control plays in its place, under names of the scenario's moves."""


class World(Document):
    """
    `worlds/<id>.yaml`: a company in which several situations are set, so that it is written once.

    A scenario that names it takes over all of this and adds to it; what stands in both must differ by name, and nothing
    is replaced. Of the slots, those of the factors of the scenario's check are taken.
    """

    format: t.Literal["govkit.world/1"]
    id: Identifier
    title: Short
    industry: Short
    clock: Time
    places: t.Mapping[Identifier, Short] = pydantic.Field(default_factory=dict)
    slots: Slots = pydantic.Field(default_factory=dict)
    people: tuple[Person, ...] = ()
    hosts: tuple[Host, ...] = ()
    settings: tuple[Setting, ...] = ()
    mail: tuple[Mail, ...] = ()
    notices: tuple[Notice, ...] = ()
    forms: tuple[Form, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: tuple[Permission, ...] = ()
    memory: tuple[Memory, ...] = ()
    moves: t.Mapping[Identifier, tuple[Move, ...]] = pydantic.Field(default_factory=dict)


class Scenario(Document):
    """`scenarios/<id>.yaml`: one template of a check's situation."""

    format: t.Literal["govkit.scenario/1"]
    id: Identifier
    check: Identifier
    title: Short
    world: Identifier | None = None
    """The company in which it is set: what `worlds/<id>.yaml` holds belongs to this scenario too."""
    industry: Short
    clock: Time
    """The simulated time at which the trial begins."""
    places: t.Mapping[Identifier, Short]
    """Names for paths and hosts, used in texts as `${place.NAME}`."""
    slots: Slots
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
    forms: tuple[Form, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: tuple[Permission, ...] = ()
    memory: tuple[Memory, ...] = ()
    """A candidate is offered tools for forms, jobs, permissions and its own notes only where there are such."""
    agent: Speaker | None = None
    """Who the candidate is, where there are other agents."""
    agents: t.Annotated[tuple[Agent, ...], pydantic.Field(max_length=5)] = ()
    ground_truth: GroundTruth
    moves: t.Mapping[Identifier, tuple[Move, ...]]
    """Named pieces of trajectory from which the controls are put together."""


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


class Case(Document):
    """Where a control acts otherwise than usual: in trials of this check and these levels."""

    check: Identifier
    when: Condition
    """Levels that must all hold; other factors are free."""
    plays: tuple[Identifier, ...]
    """The scenario's moves, in the place of its usual ones."""
    outcome: Outcome
    """How the instrument must read such a trial."""


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
    cases: tuple[Case, ...] = ()
    """Conditions in which it acts otherwise; the first that fits counts."""
    mixtures: tuple[Mixture, ...] = ()
    """For a demonstration: the planted rates."""

    def case(self, check: str, condition: Condition) -> Case | None:
        """The case that a trial is, if any."""
        fits = (case for case in self.cases if case.check == check and case.when.items() <= condition.items())
        return next(fits, None)

    def must_read(self, check: str, condition: Condition) -> Outcome:
        """How a trial of it must read. Raises `KeyError` where its author says nothing of the check."""
        case = self.case(check, condition)
        return case.outcome if case else self.reads_as[check].outcome
