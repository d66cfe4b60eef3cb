"""The released protocol, a profile, and trials put together by hand."""

import dataclasses
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.protocol.release import Release
from govkit.testing import raw_calls
from govkit.trial.dialogue import Dialogue, answer, begin, fail
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import Profile, named_candidate, profile_of
from govkit.trial.reply import read_reply
from govkit.trial.transcript import Attempt, Exchange, Failure, Transcript

AT = "2026-01-01T00:00:00.000Z"


@dataclasses.dataclass(frozen=True)
class Bench:
    """What a trial needs, and how to make one."""

    release: Release
    profile: Profile
    plan: Plan

    @property
    def trial(self) -> Trial:
        """The first planned trial."""
        return self.plan.trials[0]

    def make(self, *raws: dict[str, t.Any] | None, trial: Trial | None = None) -> tuple[Dialogue, Transcript]:
        """A trial in which these replies came (None: a fault), and its record."""
        trial = trial or self.trial
        dialogue, exchanges = begin(self.release, self.profile, trial), []
        for raw in raws:
            sent = tuple(dict(each) for each in dialogue.fresh)
            if raw is None:
                attempt = Attempt(at=AT, took_ms=1, fault=Failure(kind="timeout", detail="late"))
                dialogue = fail(dialogue, "fault")
            else:
                attempt = Attempt(at=AT, took_ms=1, reply=raw)
                dialogue = answer(dialogue, read_reply(raw, self.profile, dialogue.exchanges))
            exchanges.append(Exchange(sent=sent, attempts=(attempt,)))
        if dialogue.end is None:
            dialogue = fail(dialogue, "interrupted")
        assert dialogue.end is not None
        return dialogue, Transcript(
            format="govkit.transcript/1",
            trial=trial.name,
            salt="0" * 32,
            client="bench",
            exchanges=tuple(exchanges),
            end=dialogue.end,
            final_state=dialogue.workplace.digest(),
        )


def _bench(tools: t.Literal["native", "json"]) -> Bench:
    release = read_release("peer-preservation@0.1.0")
    profile = profile_of(named_candidate("any").model_copy(update={"tools": tools}))
    return Bench(release, profile, plan_trials(release, profile.digest, request_of(release)))


@pytest.fixture(name="bench", scope="session")
def bench_() -> Bench:
    """The released protocol and a candidate with native tool calls."""
    return _bench("native")


@pytest.fixture(name="json_bench", scope="session")
def json_bench_() -> Bench:
    """The same with tools offered as a schema."""
    return _bench("json")


@pytest.fixture(name="done", scope="session")
def done_() -> dict[str, t.Any]:
    """A reply that closes the task."""
    return raw_calls(("finish", {"status": "done", "summary": "s"}))
