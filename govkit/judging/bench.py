"""
All inquiries that follow from a run's evidence, and what became of each. Holds names and counts, and no texts.

The runner learns from it what there is to ask, the sealer what was answered, and the verifier both: there is one way
from trials and judgements to counts.
"""

import collections
import dataclasses
import typing as t

from govkit.digest import Digest
from govkit.errors import EvidenceBroken
from govkit.judging.answer import Answer, read_answer
from govkit.judging.inquiry import Inquiry, Name, about_item, about_trial, digest_of_messages, text_in
from govkit.judging.judge import JudgeProfile
from govkit.judging.judgement import Judgement
from govkit.protocol.document import Outcome
from govkit.protocol.judging import Label, Question
from govkit.protocol.release import Release
from govkit.trial.dialogue import Dialogue
from govkit.trial.plan import Trial
from govkit.trial.profile import Profile
from govkit.trial.reply import Malformed, read_reply
from govkit.trial.uncounted import ALL_COUNTED, CHARACTERS_PER_TOKEN, Uncounted

MAX_MODELS = 40
"""Names a provider may give for what answered; the first in the alphabet are kept."""
Became: t.TypeAlias = Answer | t.Literal["not-judged", "nothing-said"]
"""What became of an inquiry. `nothing-said`: there was none to make, for the trial has no such text."""
Cell: t.TypeAlias = tuple[str, str, tuple[tuple[str, str], ...], Outcome]
"""Question, check, condition and outcome."""


@dataclasses.dataclass(frozen=True, slots=True)
class JudgeUsage:
    """What judging took, over all records, counted or not."""

    judgements: int = 0
    """Inquiries with a counted record."""
    attempts: int = 0
    faults: int = 0
    interrupted: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    uncounted: Uncounted = ALL_COUNTED
    """Tokens that the provider did not count, estimated."""


@dataclasses.dataclass(frozen=True, slots=True)
class Judgements:
    """What a judge said, counted."""

    judge: JudgeProfile | None = None
    """None where nobody judged."""
    labelled: t.Mapping[tuple[str, Label, Became], int] = dataclasses.field(default_factory=dict)
    """Question, label and what became of it -> how many labelled texts."""
    misread: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Question -> labelled texts that were not read as labelled, in their order."""
    trials: t.Mapping[tuple[Cell, Became], int] = dataclasses.field(default_factory=dict)
    """Cell and what became of it -> how many trials."""
    nominated: t.Mapping[tuple[str, str], tuple[Digest, ...]] = dataclasses.field(default_factory=dict)
    """Question and check -> trials that read yes, though their outcome does not say so already; sorted."""
    models: tuple[str, ...] = ()
    """What the provider said had answered, sorted."""
    usage: JudgeUsage = JudgeUsage()


@dataclasses.dataclass(frozen=True, slots=True)
class _Expected:
    digest: Digest
    cell: Cell | None
    label: Label | None


class Bench:
    """The inquiries of a run. Changes as trials and judgements come in, trials first."""

    def __init__(self, release: Release, checks: t.Sequence[str]) -> None:
        self._judge = release.protocol.judge
        questions = self._judge.questions if self._judge else ()
        self._questions = tuple(each for each in questions if set(each.checks) & set(checks))
        self._expected: dict[Name, _Expected] = {}
        self._answers: dict[Name, Answer] = {}
        self._silent: collections.Counter[Cell] = collections.Counter()
        self._salts: set[str] = set()
        self._models: set[str] = set()
        self._usage = JudgeUsage()
        self.labelled: tuple[Inquiry, ...] = tuple(self._of_items(release))
        """The inquiries about labelled texts."""

    @property
    def planned(self) -> int:
        """Inquiries so far, labelled texts included."""
        return len(self._expected)

    @property
    def left(self) -> int:
        """Of these, those without a counted judgement."""
        return len(self._expected) - len(self._answers)

    @property
    def usage(self) -> JudgeUsage:
        return self._usage

    def is_left(self, inquiry: Inquiry) -> bool:
        """Whether it has no counted judgement."""
        return inquiry.name not in self._answers

    def add(self, trial: Trial, dialogue: Dialogue, outcome: Outcome) -> tuple[Inquiry, ...]:
        """A counted trial: the inquiries that it gives rise to."""
        found = []
        for question in self._questions:
            if self._judge is None or trial.check not in question.checks or outcome not in question.asked_of:
                continue
            cell: Cell = (question.id, trial.check, tuple(trial.condition.items()), outcome)
            inquiry = about_trial(self._judge, question, trial.name, dialogue)
            if inquiry is None:
                self._silent[cell] += 1
            else:
                self._expected[inquiry.name] = _Expected(inquiry.digest, cell, None)
                found.append(inquiry)
        return tuple(found)

    def take(self, judgement: Judgement, profile: Profile, *, where: str) -> None:
        """
        A stored judgement. Raises `EvidenceBroken` where it is of no inquiry, a second one of the same, a copy, or was
        not asked as the inquiry has to be.
        """
        name = (judgement.question, judgement.about)
        expected = self._expected.get(name)
        if expected is None or (expected.label is None) != (judgement.item is None):
            raise EvidenceBroken(
                "A judgement is about a question or a text that does not follow from the run.",
                where=where,
                found=f"{judgement.question}, {judgement.about}",
            )
        if judgement.counted and name in self._answers:
            raise EvidenceBroken("An inquiry was judged twice.", where=where, found=" ".join(name))
        if judgement.salt in self._salts:
            raise EvidenceBroken("A judgement is a copy of another: they carry the same salt.", where=where)
        self._salts.add(judgement.salt)
        sent = _name_of(judgement)
        if sent != expected.digest:
            raise EvidenceBroken(
                "A judge was asked otherwise than follows from the protocol and the trial.",
                where=where,
                expected=expected.digest,
                found=sent,
            )
        self._count(name, judgement, profile, where)

    def judgements(self, judge: JudgeProfile | None) -> Judgements:
        """What was said, counted."""
        became: dict[Name, Became] = {name: self._answers.get(name, "not-judged") for name in self._expected}
        labelled: collections.Counter[tuple[str, Label, Became]] = collections.Counter()
        trials: collections.Counter[tuple[Cell, Became]] = collections.Counter(
            {(cell, "nothing-said"): number for cell, number in self._silent.items()}
        )
        for name, expected in self._expected.items():
            if expected.label is not None:
                labelled[name[0], expected.label, became[name]] += 1
            elif expected.cell is not None:
                trials[expected.cell, became[name]] += 1
        return Judgements(
            judge, dict(labelled), self._misread(), dict(trials), self._nominated(), tuple(sorted(self._models)),
            self._usage )  # fmt: skip

    def _of_items(self, release: Release) -> t.Iterator[Inquiry]:
        for question in self._questions:
            if self._judge is None:
                return
            for item in release.calibration[question.id].items:
                inquiry = about_item(self._judge, question, item)
                self._expected[inquiry.name] = _Expected(inquiry.digest, None, item.label)
                yield inquiry

    def _count(self, name: Name, judgement: Judgement, profile: Profile, where: str) -> None:
        usage = self._usage
        tokens_in = tokens_out = 0
        estimated = ALL_COUNTED
        if judgement.reply is not None:
            try:
                reply = read_reply(judgement.reply, profile, 0)
            except Malformed as error:
                raise EvidenceBroken(
                    "A stored reply of the judge cannot be read.", where=where, found=str(error)
                ) from None
            tokens_in, tokens_out = reply.input_tokens, reply.output_tokens
            estimated = _uncounted(judgement, tokens_in, tokens_out, reply.written)
            self._models.add(reply.model)
            self._answers[name] = read_answer(reply.content, text_in(judgement.sent)).answer
        elif judgement.counted:
            self._answers[name] = "unreadable"
        self._usage = JudgeUsage(
            judgements=len(self._answers),
            attempts=usage.attempts + len(judgement.attempts),
            faults=usage.faults + sum(attempt.fault is not None for attempt in judgement.attempts),
            interrupted=usage.interrupted + (not judgement.counted),
            input_tokens=usage.input_tokens + tokens_in,
            output_tokens=usage.output_tokens + tokens_out,
            uncounted=usage.uncounted + estimated,
        )

    def _misread(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = collections.defaultdict(list)
        for (question, about), answer in self._answers.items():
            label = self._expected[question, about].label
            if label is not None and answer != label:
                found[question].append(about)
        order = {name: number for number, name in enumerate(self._expected)}
        return {
            question: tuple(sorted(items, key=lambda item: order[question, item]))
            for question, items in found.items()
        }

    def _nominated(self) -> dict[tuple[str, str], tuple[Digest, ...]]:
        confirms = {question.id: question.confirms for question in self._questions}
        found: dict[tuple[str, str], list[Digest]] = collections.defaultdict(list)
        for (question, about), answer in self._answers.items():
            cell = self._expected[question, about].cell
            if cell is not None and answer == "yes" and cell[3] not in confirms[question]:
                found[question, cell[1]].append(about)
        return {place: tuple(sorted(trials)) for place, trials in found.items()}


def questions_of(release: Release, check: str) -> tuple[Question, ...]:
    """The questions that are asked in the trials of a check."""
    judge = release.protocol.judge
    return tuple(each for each in judge.questions if check in each.checks) if judge else ()


def _name_of(judgement: Judgement) -> str:
    try:
        return digest_of_messages(judgement.sent)
    except TypeError:
        return "messages that have no canonical form"


def _uncounted(judgement: Judgement, tokens_in: int, tokens_out: int, written: int) -> Uncounted:
    """What the provider did not count of this reply, estimated as for trials (`govkit.trial.uncounted`)."""
    sent = sum(len(str(message.get("content") or "")) for message in judgement.sent)
    read = 0 if tokens_in else sent // CHARACTERS_PER_TOKEN
    said = 0 if tokens_out else written // CHARACTERS_PER_TOKEN
    return Uncounted(1, read, said) if read or said else ALL_COUNTED
