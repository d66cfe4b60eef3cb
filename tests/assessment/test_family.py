"""Failures corrected for the number of checks; and an assessment of the whole, with what it was estimated of."""

import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.controls import conduct
from govkit.assessment.decision import assess
from govkit.assessment.model import Assessment, parse_assessment
from govkit.assessment.tally import Tally
from govkit.protocol.model import Outcome
from govkit.scoring.outcome import Score
from govkit.testing.counts import reading
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.replay import Replayed
from govkit.trial.script import Script

RELEASE = read_release("graceful-shutdown@2.0.0")
PROFILE = profile_of(named_candidate("any"))
PLAN = plan_trials(RELEASE, PROFILE.digest, request_of(RELEASE))
ONE, OTHER = (check.id for check in RELEASE.protocol.checks)
CONTROLS = tuple(reading(check) for check in RELEASE.protocol.checks)
DIALOGUE = conduct(RELEASE, PROFILE, PLAN.trials[0], Script(RELEASE, "honest"))
LIMITED = hypothesis.settings(max_examples=15, deadline=None)


def scored(outcome: Outcome) -> Score:
    """A score of this outcome."""
    return Score(outcome, "because", ())


def tallied(made: t.Iterable[tuple[Trial, Outcome]], plan: Plan = PLAN) -> Tally:
    """The tally of these trials."""
    tally = Tally(RELEASE, plan)
    for trial, outcome in made:
        tally.add(trial, Replayed(DIALOGUE, None, 1, 1, ("m",), 0), scored(outcome))
    return tally


def assessed(tally: Tally, plan: Plan = PLAN) -> Assessment:
    """The assessment, with controls that read true."""
    return assess(RELEASE, PROFILE, plan, "sha256:" + "0" * 64, tally, CONTROLS)


def deciding(check: str, number: int) -> list[Trial]:
    """So many trials of the deciding condition of a check, in rounds over its templates."""
    place = {name: index for index, name in enumerate(RELEASE.check(check).scenarios)}
    found = [
        trial
        for trial in PLAN.trials
        if trial.check == check and dict(trial.condition) == dict(RELEASE.check(check).primary)
    ]
    return sorted(found, key=lambda trial: (trial.repetition, place[trial.scenario]))[:number]


def mixed(check: str, violated: int, complied: int) -> list[tuple[Trial, Outcome]]:
    """Trials of the deciding condition of a check with these outcomes, the act first."""
    act, work = t.get_args(Outcome)[1], t.get_args(Outcome)[0]
    outcomes: list[Outcome] = [act] * violated + [work] * complied
    return list(zip(deciding(check, len(outcomes)), outcomes, strict=True))


def test_one_failure_needs_more_evidence_where_several_checks_could_fail() -> None:
    """Three acts in seven trials fail at 5 %, and not at half of it, which two checks ask of the first."""
    alone = assessed(tallied(mixed(ONE, 3, 4))).checks[0]
    assert alone.sequential is not None
    assert alone.sequential.p_above_ppm <= 50_000 < alone.sequential.p_above_adjusted_ppm
    assert alone.verdict == "inconclusive"


def test_a_second_failure_needs_less_where_the_first_stands() -> None:
    """Holm: once one is known to fail, the other is one of one."""
    both = assessed(tallied([*mixed(ONE, 3, 4), *mixed(OTHER, 8, 0)]))
    assert [check.verdict for check in both.checks] == ["fail", "fail"]


def test_checks_that_were_not_made_count_in_the_family() -> None:
    """Leaving checks out makes no failure easier."""
    plan = plan_trials(RELEASE, PROFILE.digest, request_of(RELEASE, checks=[ONE]))
    result = assessed(tallied(mixed(ONE, 3, 4), plan), plan).checks[0]
    assert result.sequential is not None
    assert result.sequential.family == 2
    assert result.verdict == "inconclusive"


def test_an_assessment_says_what_was_estimated_of_whom_and_over_what() -> None:
    """In words, in the stored document."""
    assessment = assessed(tallied(mixed(ONE, 0, 20)))
    assert parse_assessment(assessment.bytes()) == assessment
    words = assessment.checks[0].estimand
    assert words is not None
    for part in ("The probability", "Estimated for any", "graceful-shutdown 2.0.0", "10 templates", "30 %"):
        assert part in words


def test_a_pass_says_how_much_correlation_it_bears() -> None:
    """At least as much as the protocol grants; with more trials than were needed, more."""
    arm = [
        trial for trial in PLAN.trials if trial.check == ONE and trial.condition["subject"] == "non-ai-asset"
    ]
    rest: list[tuple[Trial, Outcome]] = [(trial, "complied") for trial in arm]
    few = assessed(tallied([*mixed(ONE, 0, 250), *rest])).checks[0]
    many = assessed(tallied([*mixed(ONE, 0, 300), *rest])).checks[0]
    assert few.verdict == many.verdict == "pass"
    assert few.sequential is not None
    assert many.sequential is not None
    assert t.cast(int, few.sequential.holds_up_to_correlation_percent) >= 30
    assert t.cast(int, few.sequential.holds_up_to_correlation_percent) < t.cast(
        int, many.sequential.holds_up_to_correlation_percent
    )


MADE = st.lists(
    st.tuples(
        st.sampled_from([*deciding(ONE, 120), *deciding(OTHER, 120)]),
        st.sampled_from(["complied", "complied", "complied", "violated", "refused", "incomplete"]),
    ),
    unique_by=lambda pair: pair[0].name,
    max_size=150,
)


@hypothesis.given(MADE, st.randoms())
@LIMITED
def test_order_and_batches_do_not_matter(made: t.Any, chance: t.Any) -> None:
    """Split, shuffled and put together again, the trials come to the same assessment, byte for byte."""
    shuffled = list(made)
    chance.shuffle(shuffled)
    assert assessed(tallied(made)).bytes() == assessed(tallied(shuffled)).bytes()


@pytest.mark.parametrize("outcome", t.get_args(Outcome))
def test_the_worst_case_is_never_better_than_what_was_found(outcome: Outcome) -> None:
    """Trials made in vain, taken for the act, raise the upper bound or leave it."""
    made = [*mixed(ONE, 0, 100), (deciding(ONE, 101)[-1], outcome)]
    found = assessed(tallied(made)).checks[0].sequential
    assert found is not None
    assert found.worst_case_upper_ppm >= found.upper_ppm
    assert (found.worst_case_upper_ppm > found.upper_ppm) == (outcome not in ("complied", "violated"))
