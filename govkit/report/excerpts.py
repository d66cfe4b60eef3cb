"""
Trials to read: which ones are shown, and how their conversations are told in little room.

The rules:

- *Nobody picks.* The order is by SHA-256 of the manifest's Merkle root and the trial's name: it is fixed only once all
  evidence is, and anybody finds the same ones again. First come random trials, then violations of each check; of these,
  one of every template comes before a second one of any.
- *A call is a call*, whichever form it came in: tool calls of the interface and JSON objects read alike, each with its
  answer after it. What was said around a JSON object is shown as said.
- *What repeats is told once*: an exchange, or a call within one, that comes again at once with the same answer is
  counted. What differs in one character is not the same.
- *The act is in it.* However long the trial, its beginning, its end and the first act are shown; what is left out in
  between is counted.

Texts are not yet fit for print: `govkit.report.shown` sees to that.
"""

import dataclasses
import hashlib
import itertools
import json
import typing as t

from govkit.digest import Digest
from govkit.protocol.model import Outcome
from govkit.protocol.release import Release
from govkit.scoring.outcome import Score
from govkit.trial.dialogue import Dialogue, Step
from govkit.trial.plan import Trial

RANDOM_TRIALS = 5
"""At least five random samples per evaluation: GPAI Code of Practice, Safety and Security, Measure 7.3(1)(f)."""
VIOLATIONS = 3
"""And so many trials with violations of each check, where there are any: trajectories that matter."""
FIRST_TURNS, LAST_TURNS = 10, 4
MOST_CHARACTERS, MOST_LINES = 600, 10
"""Of one turn."""

Who: t.TypeAlias = t.Literal["system", "task", "candidate", "call", "answer", "follow-up", "aside"]
"""`system` only where a whole conversation is told: what the candidate is told before its task."""


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """One thing said or done; or an `aside`: our own word about what repeats or was left out."""

    who: Who
    text: str
    """As it was said; in an excerpt without runs of spaces, and cut at `MOST_CHARACTERS` and `MOST_LINES`."""
    cut: int = 0
    """How many characters were cut off."""
    act: bool = False
    """Whether this call committed the act, or tried to."""
    agent: str = ""
    """Who said or did it, where there are several agents."""


@dataclasses.dataclass(frozen=True, slots=True)
class Excerpt:
    """A trial that is shown."""

    trial: Digest
    check: str
    """Title of its check."""
    scenario: str
    """Title of its template."""
    condition: t.Mapping[str, str]
    outcome: Outcome
    reason: str
    chosen: t.Literal["random", "violation"]
    turns: tuple[Turn, ...]


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class _Ranked:
    rank: str
    excerpt: Excerpt = dataclasses.field(compare=False)


class Excerpts:
    """Chooses the trials that are shown, while they go by."""

    def __init__(self, release: Release, root: str) -> None:
        self._release = release
        self._root = root
        self._random: list[_Ranked] = []
        self._violations: dict[str, dict[str, list[_Ranked]]] = {
            check.id: {} for check in release.protocol.checks
        }

    def add(self, trial: Trial, dialogue: Dialogue, found: Score) -> None:
        """Consider a counted trial."""
        rank = hashlib.sha256(f"{self._root}/{trial.name}".encode()).hexdigest()
        kept = [(self._random, RANDOM_TRIALS)]
        if found.outcome == "violated":
            of_template = self._violations[trial.check].setdefault(trial.scenario, [])
            # As many as the random ones may take away, and then enough.
            kept.append((of_template, RANDOM_TRIALS + VIOLATIONS))
        for ranked, limit in kept:
            if len(ranked) < limit or rank < ranked[-1].rank:
                ranked.append(_Ranked(rank, self._excerpt(trial, dialogue, found)))
                ranked.sort()
                del ranked[limit:]

    def chosen(self) -> tuple[Excerpt, ...]:
        """The random ones first, then violations not among them, in the protocol's order of checks."""
        first = [ranked.excerpt for ranked in self._random]
        shown = {excerpt.trial for excerpt in first}
        for of_check in self._violations.values():
            left = (
                [each for each in ranked if each.excerpt.trial not in shown] for ranked in of_check.values()
            )
            # Each with how many of its template come before it: one of every template before a second of any.
            ordered = sorted((place, each) for ranked in left for place, each in enumerate(ranked))
            first += [
                dataclasses.replace(each.excerpt, chosen="violation") for _, each in ordered[:VIOLATIONS]
            ]
        return tuple(first)

    def _excerpt(self, trial: Trial, dialogue: Dialogue, found: Score) -> Excerpt:
        acts = {(each.exchange, each.call) for each in found.observations if each.kind == "act"}
        return Excerpt(
            trial=trial.name,
            check=self._release.check(trial.check).title,
            scenario=self._release.scenarios[trial.scenario].title,
            condition=trial.condition,
            outcome=found.outcome,
            reason=found.reason,
            chosen="random",
            turns=turns_of(dialogue, acts),
        )


def conversation_of(dialogue: Dialogue, acts: t.Container[tuple[int, int]]) -> tuple[Turn, ...]:
    """The whole conversation, every turn as it was, what each agent was told first; `acts` as for `turns_of`."""
    turns = []
    for voice in dialogue.asked:
        first = zip(_OPENING, voice.messages, strict=False)
        turns += [_whole_turn(who, str(message["content"]), voice.agent) for who, message in first]
    told = itertools.chain.from_iterable(_exchanges(dialogue, acts, _whole_turn))
    return (*turns, *itertools.chain.from_iterable(told))


_OPENING: t.Final[tuple[Who, ...]] = ("system", "task")


def turns_of(dialogue: Dialogue, acts: t.Container[tuple[int, int]]) -> tuple[Turn, ...]:
    """The conversation told in little room; `acts` names exchange and index of the calls that commit the act."""
    task = _turn("task", str(dialogue.first.messages[1]["content"]))
    turns = [task]
    for exchange, again in _runs(_exchanges(dialogue, acts, _turn)):
        for part, more in _runs(exchange):
            turns += part
            turns += _again(part, more)
        turns += _again(tuple(itertools.chain(*exchange)), again)
    return _within(tuple(turns))


_Part: t.TypeAlias = tuple[Turn, ...]
"""What was said; or a call and its answer."""
T = t.TypeVar("T")


class _Teller(t.Protocol):
    """Makes a turn of what was said, in as much room as it gives it."""

    def __call__(self, who: Who, text: str, agent: str = "", *, act: bool = False) -> Turn: ...


def _exchanges(
    dialogue: Dialogue, acts: t.Container[tuple[int, int]], turn: _Teller
) -> t.Iterator[tuple[_Part, ...]]:
    steps: dict[int, list[Step]] = {}
    for step in dialogue.steps:
        steps.setdefault(step.exchange, []).append(step)
    for number, agent, words in dialogue.spoken:
        made = [step for step in steps.get(number, []) if step.agent == agent]
        around = _around_object(words) if made and dialogue.profile.tools == "json" else words
        parts: list[_Part] = [(turn("candidate", around, agent),)] if around.strip() else []
        parts += [_called(step, agent, turn, act=(number, step.index) in acts) for step in made]
        if not made:
            parts.append((turn("follow-up", dialogue.harness.follow_up, agent),))
        # What scripted agents did after it; theirs is no act of the candidate's.
        others = [step for step in steps.get(number, []) if step.agent != agent]
        parts += [_called(step, f"{step.agent} (a script)", turn, act=False) for step in others]
        yield tuple(parts)


def _called(step: Step, agent: str, turn: _Teller, *, act: bool) -> _Part:
    return turn("call", _call(step), agent, act=act), turn("answer", step.result.text, agent)


def _around_object(words: str) -> str:
    """What a reply says beside the JSON object that is its tool call, a fence around it left out."""
    try:
        begin = words.index("{")
        _, end = json.JSONDecoder().raw_decode(words, begin)
    except (ValueError, RecursionError):
        return words
    before, after = words[:begin].strip(), words[end:].strip()
    if "```" in before and after.startswith("```"):
        before, after = before[: before.rindex("```")], after.removeprefix("```")
    return "\n".join(each for each in (before.strip(), after.strip()) if each)


def _call(step: Step) -> str:
    given = (f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in step.call.arguments.items())
    return f"{step.call.name}({', '.join(given)})"


def _turn(who: Who, text: str, agent: str = "", *, act: bool = False) -> Turn:
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    whole, kept = "\n".join(lines), "\n".join(lines[:MOST_LINES])[:MOST_CHARACTERS]
    return Turn(who, kept, len(whole) - len(kept), act, agent)


def _whole_turn(who: Who, text: str, agent: str = "", *, act: bool = False) -> Turn:
    return Turn(who, text, act=act, agent=agent)


def _runs(items: t.Iterable[T]) -> t.Iterator[tuple[T, int]]:
    """Each item that differs from the one before it, with how often it comes again at once."""
    for item, same in itertools.groupby(items):
        yield item, sum(1 for _ in same) - 1


def _again(turns: _Part, more: int) -> tuple[Turn, ...]:
    if not more:
        return ()
    called = any(turn.who == "call" for turn in turns)
    what = "call" if called and turns[0].who == "call" else "reply"
    often = "once more" if more == 1 else f"{more:,} more times"
    return (Turn("aside", f"the same {what}{' and answer' if called else ''}, {often}"),)


def _within(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The beginning, the first act with its answer, and the end; what is left out in between is counted."""
    act = next((place for place, turn in enumerate(turns) if turn.act), 0)
    kept = {*range(FIRST_TURNS), *range(len(turns) - LAST_TURNS, len(turns)), act, act + 1}
    shown: list[Turn] = []
    for is_kept, group in itertools.groupby(enumerate(turns), key=lambda pair: pair[0] in kept):
        told = [turn for _, turn in group]
        shown += (
            told if is_kept or len(told) == 1 else [Turn("aside", f"{len(told):,} lines are left out here")]
        )
    return tuple(shown)
