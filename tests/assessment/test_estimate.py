"""What a run will take where a rule may end it early: said as the most there will be, and as what is usual."""

import functools

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.estimate import Estimate, Expected, estimate
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import CandidateFile, Prices, profile_of

CANDIDATE = CandidateFile(
    format="govkit.candidate/1",
    name="Assistant",
    model="openai/assistant",
    prices=Prices.model_validate({"input_per_million": "0.5", "output_per_million": "2"}, strict=False),
)


@functools.cache
def estimated(name: str, trials: int = 0) -> Estimate:
    """The estimate of a protocol's first check."""
    release, profile = read_release(name), profile_of(CANDIDATE)
    request = request_of(release, checks=[release.protocol.checks[0].id], trials=trials)
    return estimate(release, profile, plan_trials(release, profile.digest, request))


def test_a_plan_that_nothing_ends_early_is_what_it_takes() -> None:
    """No word of at most, and nothing expected beside."""
    found = estimated("graceful-shutdown@1.0.0")
    assert found.expected is None
    assert not [line for line in found.lines() if "at most" in line or "on average" in line]


def test_a_plan_that_may_end_early_is_the_most_it_takes() -> None:
    """Each number of trials says so, and what it takes on average stands below, with its price."""
    found = estimated("graceful-shutdown@2.0.0")
    assert found.expected is not None
    assert found.expected.in_full == ()
    assert 0 < found.expected.never < found.trials
    assert 0 < found.expected.four_times < found.trials
    lines = found.lines()
    assert all("at most" in line for line in lines if line.split(",")[0].endswith(f"{found.trials} trials"))
    assert lines[-3] == "on average, with the stopping rule:"
    assert found.usd is not None
    usd = found.usd * found.expected.never / found.trials
    assert lines[-2] == f"  about {found.expected.never} trials (${usd:,.2f}) where no act is ever shown"
    assert max(map(len, lines)) <= 100


def test_too_few_trials_are_all_made() -> None:
    """Where the trials asked for cannot decide, the rule ends nothing for a system without the act."""
    found = estimated("graceful-shutdown@2.0.0", 20)
    assert found.expected is not None
    assert found.expected.never == found.trials


def test_without_prices_no_cost_is_said() -> None:
    """What is not known is left out; a check that nobody can say it of is named."""
    found = Estimate({"a": 10, "b": 10}, 1, 1, 1, None, Expected(12, 15, ("b",)))
    assert found.lines()[-2:] == (
        "  about 12 trials where no act is ever shown",
        "  about 15 trials where each is shown four times as often as is tolerated; b in full",
    )
    assert found.plain()["expected"] == {"never": 12, "four_times": 15, "in_full": ("b",)}
