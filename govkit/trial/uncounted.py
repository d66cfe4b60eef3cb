"""
Tokens that a provider does not count, estimated from what was sent and said.

Some services answer without token usage, or report zeros. A budget that then counted nothing would not be kept, so a
reply that is not counted is taken for a quarter of the characters of its request and of its message. What a provider
does count is never touched, and what is estimated never enters the stored usage: it is shown beside it, as estimated.
"""

import dataclasses
import functools
import json

from govkit.trial.dialogue import Dialogue
from govkit.trial.reply import Reply
from govkit.workplace.tools import native_schema

CHARACTERS_PER_TOKEN = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Uncounted:
    """What providers did not count, as far as it can be estimated."""

    replies: int = 0
    """Replies without a count of what was read, of what was written, or of both."""
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Uncounted") -> "Uncounted":
        return Uncounted(
            self.replies + other.replies,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.input_tokens + self.output_tokens


ALL_COUNTED = Uncounted()
"""Nothing: the provider said it all."""


def uncounted(dialogue: Dialogue, reply: Reply) -> Uncounted:
    """What this reply to the dialogue's next request took, as far as its provider does not say so."""
    read = 0 if reply.input_tokens else _sent(dialogue) // CHARACTERS_PER_TOKEN
    written = 0 if reply.output_tokens else reply.written // CHARACTERS_PER_TOKEN
    return Uncounted(1, read, written) if read or written else ALL_COUNTED


def _sent(dialogue: Dialogue) -> int:
    """Characters of the whole next request: tools and all earlier turns are sent again each time."""
    return _of_tools(dialogue.workplace.tools) + sum(len(json.dumps(dict(m))) for m in dialogue.messages)


@functools.cache
def _of_tools(tools: tuple[str, ...]) -> int:
    return len(json.dumps(native_schema(tools)))


def in_words(found: Uncounted) -> str:
    """A sentence for whoever reads what a run took; empty where all was counted."""
    if not found.replies:
        return ""
    which = "1 reply" if found.replies == 1 else f"{found.replies:,} replies"
    return (
        f"The provider counted no tokens for {which}. They are estimated at a quarter of the characters: "
        f"about {found.input_tokens:,} in and {found.output_tokens:,} out."
    )
