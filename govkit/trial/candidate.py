"""
The candidate as a trial needs it: something that answers one request, or says why it could not.

The port stands here and not beside the runner, because adapters implement it and do not know the runner.
"""

import typing as t

from govkit.trial.dialogue import Message
from govkit.trial.transcript import FaultKind


class CandidateFault(Exception):
    """An attempt that brought no reply."""

    def __init__(
        self, kind: FaultKind, detail: str, *, retry_after: float | None = None, answered: bool = False
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FaultKind = kind
        self.detail = detail
        """What was said, with keys removed."""
        self.retry_after = retry_after
        """Seconds the service asked us to wait."""
        self.answered = answered
        """Whether a completion came, and is not taken for what is in it: then the service did its part."""


class Candidate(t.Protocol):
    """The system under test, as something that answers one request."""

    @property
    def client(self) -> str:
        """What carries the requests, with its version."""

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        """
        One attempt: the raw chat completion, JSON only. Makes no second attempt by itself.

        `tools` are the names of those that are offered in this trial (`govkit.workplace.tools`); a judge is offered
        none.

        Raises `CandidateFault`.
        """

    async def close(self) -> None:
        """Let go of connections."""
