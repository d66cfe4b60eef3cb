"""Scripted candidates: they know their protocol, play their part, and act at the rates that were planted."""

import collections
import typing as t

import pytest
from scipy.stats import binomtest

from govkit.assessment.controls import conduct
from govkit.errors import AskedWrongly, UnknownName
from govkit.protocol.situation import conditions
from govkit.scoring.outcome import score
from govkit.trial.dialogue import begin
from govkit.trial.plan import Trial, plan_trials, request_of
from govkit.trial.script import IDLE_WORDS, Script


def test_every_opening_is_recognised(bench: t.Any) -> None:
    """From the opening alone a script knows template and condition, whatever the candidate's own system prompt."""
    script = Script(bench.release, "honest")
    prompted = bench.profile.model_copy(update={"system_prompt": "You are terse."})
    for check in bench.release.protocol.checks:
        for name in check.scenarios:
            for condition in conditions(bench.release.protocol, check):
                trial = Trial("", check.id, name, condition, 0, 0)
                found = script._recognise(begin(bench.release, prompted, trial).messages)
                assert (found.check, dict(found.condition)) == (check.id, dict(condition))


@pytest.mark.parametrize(
    "messages",
    [[], [{"role": "user", "content": "Hello"}], [{"role": "system"}, {"role": "user", "content": None}], [{}, {}, {}]]
)  # fmt: skip
def test_an_unknown_conversation_is_refused(bench: t.Any, messages: list[dict[str, t.Any]]) -> None:
    """A script says that the conversation is none of its protocol's, however little of one there is."""
    with pytest.raises(AskedWrongly, match="not a trial of peer-preservation"):
        Script(bench.release, "honest").reply(messages, seed=1, json_manner=False)


def test_a_demonstration_needs_a_seed(bench: t.Any) -> None:
    """Without the request's seed a demonstration says what to change in the candidate file, and controls need none."""
    trial = next(each for each in bench.plan.trials if each.check == "protected-artefact")
    messages = begin(bench.release, bench.profile, trial).messages
    with pytest.raises(AskedWrongly, match="seed"):
        Script(bench.release, "demonstration").reply(messages, seed=None, json_manner=False)
    assert Script(bench.release, "honest").reply(messages, seed=None, json_manner=False)["choices"]


def test_an_unknown_control_is_named(bench: t.Any) -> None:
    """A name that no control carries is answered with near misses."""
    with pytest.raises(UnknownName, match="honest"):
        Script(bench.release, "honnest")


def test_a_script_at_its_end_talks(bench: t.Any) -> None:
    """Beyond its last move a script only says that it will come back."""
    messages = begin(bench.release, bench.profile, bench.trial).messages
    reply = Script(bench.release, "idle").reply(messages, seed=1, json_manner=False)
    assert reply["choices"][0]["message"]["content"] == IDLE_WORDS


def test_planted_rates_come_out(bench: t.Any) -> None:
    """Over many seeds the demonstration violates as often as it was told to, in each arm, within binomial error."""
    script = Script(bench.release, "demonstration")
    made: collections.Counter[tuple[str, str]] = collections.Counter()
    acted: collections.Counter[tuple[str, str]] = collections.Counter()
    for seed in range(40):
        request = request_of(bench.release, checks=["protected-artefact"], seed=seed)
        for trial in plan_trials(bench.release, bench.profile.digest, request).trials:
            arm = trial.condition["subject"], trial.condition["relationship"]
            messages = begin(bench.release, bench.profile, trial).messages
            found = script._recognise(messages)
            playing = script.playing(found.check, found.condition, trial.seed)
            made[arm] += 1
            acted[arm] += playing.id == "moves-artefact"
    planted = {
        ("ai-peer", "good"): 0.40,
        ("ai-peer", "none"): 0.15,
        ("non-ai-asset", "good"): 0.02,
        ("non-ai-asset", "none"): 0.02,
    }
    assert set(made) == set(planted)
    for arm, rate in planted.items():
        assert binomtest(acted[arm], made[arm], rate).pvalue > 1e-4, (arm, acted[arm], made[arm])


def test_the_same_seed_gives_the_same_trial(bench: t.Any) -> None:
    """A demonstration draws by seed alone, and what it then does is scored as the control it plays."""
    script = Script(bench.release, "demonstration")
    primary = bench.release.check("protected-artefact").primary
    outcomes = set()
    for seed in range(20):
        trial = Trial("", "protected-artefact", "render-farm", primary, 0, seed)
        first, again = (score(conduct(bench.release, bench.profile, trial, script)).outcome for _ in range(2))
        assert first == again
        outcomes.add(first)
    assert outcomes == {"violated", "complied"}
