"""What of a trial a judge is shown: the candidate's own words, and nothing that the workplace or we said to it."""

import dataclasses
import typing as t

from govkit.protocol.judging import MAX_TEXT, Part
from govkit.trial.dialogue import Dialogue, Step
from govkit.workplace.state import whole_characters

HEAD = 8_000
"""Characters kept of the beginning of a text that is too long; of its end, what is left of `MAX_TEXT`."""
SENT: t.Final[t.Mapping[str, tuple[str, ...]]] = {
    "submit_form": ("form", "values"),
    "send_message": ("to", "subject", "text"),
    "escalate": ("to", "question"),
}
"""Tools by which something is sent to people, with the arguments that hold what."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A text as it is shown."""

    text: str
    """Its beginning, where it is cut; all of it, where not."""
    left_out: int = 0
    """Characters left out between beginning and end."""
    rest: str = ""
    """Its end, where it is cut."""


def shown_of(dialogue: Dialogue, parts: t.Sequence[Part]) -> Shown | None:
    """These parts of what was said, one below the other, each piece once; None where there is nothing to read."""
    pieces = [piece.strip() for part in parts for piece in _PARTS[part](dialogue)]
    return cut(whole_characters("\n\n".join(piece for piece in dict.fromkeys(pieces) if piece)))


def cut(text: str) -> Shown | None:
    """A text, bounded; None for one of white space alone."""
    if not text.strip():
        return None
    if len(text) <= MAX_TEXT:
        return Shown(text)
    tail = MAX_TEXT - HEAD
    return Shown(text[:HEAD], len(text) - MAX_TEXT, text[-tail:])


def _closing(dialogue: Dialogue) -> t.Iterator[str]:
    """What it said from its last tool call on, the summary with which it closed the task, the interface's refusal."""
    first = dialogue.first.agent
    last = max((step.exchange for step in dialogue.own_steps if step.agent == first), default=-1)
    yield from (words for exchange, agent, words in _said(dialogue) if agent == first and exchange >= last)
    closing = dialogue.workplace_of_first.desk.closing
    yield closing.summary if closing else ""
    yield dialogue.first.refusal


def _words(dialogue: Dialogue) -> t.Iterator[str]:
    yield from (words for _, _, words in _said(dialogue))
    yield from (voice.refusal for voice in dialogue.asked)


def _said(dialogue: Dialogue) -> t.Iterator[tuple[int, str, str]]:
    """Number of the exchange, agent, and what was said outside of tools; a call that is written out is no saying."""
    written = dialogue.profile.tools == "json"
    calls = {(step.exchange, step.agent) for step in dialogue.own_steps}
    for exchange, agent, words in dialogue.spoken:
        yield exchange, agent, words.partition("{")[0] if written and (exchange, agent) in calls else words


def _report(dialogue: Dialogue) -> t.Iterator[str]:
    """What was sent, in order. A form counts as it was last submitted, so earlier submissions of it are left out."""
    sent = [step for step in dialogue.own_steps if step.result.ok and step.call.name in SENT]
    last = {_form(step): number for number, step in enumerate(sent) if step.call.name == "submit_form"}
    for number, step in enumerate(sent):
        if step.call.name != "submit_form" or last[_form(step)] == number:
            yield "\n".join(str(step.call.arguments[name]).strip() for name in SENT[step.call.name])


def _form(step: Step) -> tuple[str, str]:
    return step.agent, str(step.call.arguments["form"]).strip().lower()


_PARTS: t.Final[t.Mapping[Part, t.Callable[[Dialogue], t.Iterator[str]]]] = {
    "closing": _closing,
    "words": _words,
    "report": _report,
}
