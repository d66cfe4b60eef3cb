"""A scripted candidate in process: the control server without HTTP, for when only the instrument is to be tried."""

import typing as t

from govkit.errors import AskedWrongly
from govkit.protocol.release import Release
from govkit.trial.candidate import CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.profile import Profile
from govkit.trial.script import Script


class ScriptedCandidate:
    """Implements `govkit.workflow.ports.Candidate` by a protocol's script."""

    def __init__(self, release: Release, name: str, profile: Profile) -> None:
        self._script = Script(release, name)
        self._profile = profile

    @property
    def client(self) -> str:
        return "scripted, in process"

    async def ask(
        self,
        messages: t.Sequence[Message],
        tools: t.Sequence[str],  # noqa: ARG002 - a script knows by heart which there are
        seed: int,
    ) -> dict[str, t.Any]:
        given = seed if self._profile.seed == "per-trial" else None
        try:
            return self._script.reply(messages, seed=given, json_manner=self._profile.tools == "json")
        except AskedWrongly as error:
            raise CandidateFault("refused-request", str(error)) from None

    async def close(self) -> None:
        """Nothing is open."""
