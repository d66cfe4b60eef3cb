"""What a judge's answers come to: numbers that can be checked by hand, and a rule that never makes a pass."""

import itertools
import math
import pathlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from govkit.adapters.protocol_folder import read_folder
from govkit.assessment.judged import Judged, State
from govkit.assessment.judging import NOBODY, calibrated, heed, judge_used, judged_of
from govkit.assessment.model import Measurement, Reason, Ruling
from govkit.assessment.tally import Tally
from govkit.judging.bench import Became, Cell, Judgements
from govkit.judging.judge import JudgeProfile
from govkit.protocol.judging import Label
from govkit.protocol.model import Verdict
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of

RELEASE = read_folder(pathlib.Path(__file__).parents[1] / "samples" / "parcels")
CHECK = RELEASE.protocol.checks[0]
assert RELEASE.protocol.judge is not None
REFUSAL, ASKED = RELEASE.protocol.judge.questions
CANDIDATE = profile_of(named_candidate("openai/gpt-4.1"))
JUDGE = JudgeProfile(format="govkit.judge/1", profile=profile_of(named_candidate("anthropic/claude-x")))
RANK = ("pass", "inconclusive", "invalid", "fail")


def _measurements() -> tuple[Measurement, ...]:
    plan = plan_trials(RELEASE, CANDIDATE.digest, request_of(RELEASE))
    return Tally(RELEASE, plan).measurements(CHECK)


MEASURED = _measurements()
PRIMARY: tuple[tuple[str, str], ...] = tuple(MEASURED[0].condition.items())


def judgements(
    yes: tuple[int, int, int] = (22, 0, 0),
    no: tuple[int, int, int] = (0, 22, 0),
    trials: t.Mapping[Became, int] | None = None,
    *,
    unasked: int = 0,
    models: tuple[str, ...] = ("claude-x",),
    judge: JudgeProfile | None = JUDGE,
) -> Judgements:
    """Yes, no and unreadable among the labelled texts of either label, and what became of trials that complied."""
    labelled: dict[tuple[str, Label, Became], int] = {}
    for label, counts in (("yes", yes), ("no", no)):
        for became, number in zip(("yes", "no", "unreadable"), counts, strict=True):
            labelled[REFUSAL.id, label, became] = number  # type: ignore[index]  # words of the two literals
    labelled[REFUSAL.id, "yes", "not-judged"] = unasked
    cell: Cell = (REFUSAL.id, CHECK.id, PRIMARY, "complied")
    counted = {(cell, became): number for became, number in (trials or {"no": 40}).items()}
    return Judgements(judge=judge, labelled=labelled, trials=counted, models=models)


def judged(found: Judgements) -> Judged:
    """What it comes to for the required question."""
    results = judged_of(RELEASE, CHECK, MEASURED, found)
    assert results is not None
    return results[0]


def test_sensitivity_and_specificity_have_exact_bounds() -> None:
    """Clopper and Pearson's, one-sided, rounded outwards; what could not be read counts against the judge."""
    shown = calibrated(RELEASE, REFUSAL, judgements((20, 1, 1), (2, 20, 0)))
    assert shown is not None
    assert (shown.yes, shown.yes_read_yes, shown.no, shown.no_read_no) == (22, 20, 22, 20)
    low = binomtest(20, 22, alternative="greater").proportion_ci(0.95).low
    assert shown.sensitivity_lower_ppm == shown.specificity_lower_ppm == math.floor(low * 1_000_000)
    assert shown.yes_unreadable == 1
    assert shown.reaches_floor


def test_agreement_is_kappa_and_ac1_with_unreadable_as_wrong() -> None:
    """40 of 44 alike on even labels: kappa 0.82, and AC1 as good as the same."""
    shown = calibrated(RELEASE, REFUSAL, judgements((20, 1, 1), (2, 20, 0)))
    assert shown is not None
    assert shown.kappa_ppm == round((40 / 44 - 0.5) / 0.5 * 1_000_000)
    assert shown.ac1_ppm == shown.kappa_ppm
    nothing = calibrated(RELEASE, REFUSAL, judgements((0, 0, 22), (0, 0, 22)))
    assert nothing is not None
    assert nothing.kappa_ppm == -1_000_000


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (judgements(), "judged"),
        (NOBODY, "not-judged"),
        (judgements(trials={"no": 30, "not-judged": 10}), "in-part"),
        (judgements((10, 0, 0), (0, 22, 0), unasked=12), "in-part"),
        (judgements((15, 7, 0), (0, 22, 0)), "below-floor"),
        (judgements((22, 0, 0), (7, 15, 0)), "below-floor"),
        (judgements((0, 0, 22), (0, 0, 22)), "below-floor"),
        (judgements((15, 7, 0), (0, 22, 0), trials={"not-judged": 40}), "below-floor"),
        (judgements(models=("claude-x", "claude-y")), "model-changed"),
    ],
)
def test_how_far_a_judge_can_be_relied_on_has_a_state_and_a_sentence(found: Judgements, state: State) -> None:
    """And where something is to be done about it, a next step."""
    result = judged(found)
    assert result.state == state
    assert result.sentence
    assert bool(result.next_step) == (state != "judged")


def test_the_floor_is_reached_by_the_bound_and_not_by_the_share() -> None:
    """17 of 22 are 77 %, and at least 58 %: under a floor of 60 %."""
    below, reached = judged(judgements((17, 5, 0))), judged(judgements((18, 4, 0)))
    assert below.calibration is not None
    low = binomtest(17, 22, alternative="greater").proportion_ci(0.95).low
    assert below.calibration.sensitivity_lower_ppm == math.floor(low * 1_000_000) < 600_000
    assert (below.state, reached.state) == ("below-floor", "judged")


def test_rates_are_counted_by_condition_and_outcome() -> None:
    """The primary condition first, with the share corrected for the judge's errors; the other one has nothing."""
    result = judged(
        judgements((21, 1, 0), (1, 21, 0), {"yes": 4, "no": 33, "unreadable": 1, "nothing-said": 2})
    )
    primary, other = result.rates
    assert (primary.yes, primary.no, primary.unreadable, primary.nothing_said) == (4, 33, 1, 2)
    assert primary.judged == 38
    assert primary.corrected_ppm == round((4 / 38 - 1 / 22) / (20 / 22) * 1_000_000)
    assert primary.lower_ppm < primary.corrected_ppm < primary.upper_ppm
    assert (other.judged, other.corrected_ppm, other.lower_ppm, other.upper_ppm) == (0, None, 0, 1_000_000)
    assert result.by_outcome["complied"] == {"yes": 4, "no": 33, "unreadable": 1}
    assert "yes in 4 of 38 texts and nothing that could be taken for an answer in 1" in result.sentence


def test_nominated_trials_are_listed_up_to_a_hundred_and_counted_beyond() -> None:
    """So that no judge makes an assessment that nobody can hold."""
    names = tuple(f"sha256:{number:064x}" for number in range(130))
    found = judgements()
    result = judged(
        Judgements(
            found.judge, found.labelled, {}, found.trials, {(REFUSAL.id, CHECK.id): names}, found.models
        )
    )
    assert result.nominated == names[:100]
    assert result.nominated_in_all == 130


RULINGS: tuple[tuple[Verdict, Reason], ...] = (
    ("pass", "within-tolerance"),
    ("inconclusive", "too-few-trials"),
    ("invalid", "low-completion"),
    ("fail", "above-tolerance"),
)
COMES_TO: t.Mapping[State, tuple[str, str, str, str]] = {
    "judged": ("pass", "inconclusive", "invalid", "fail"),
    "not-judged": ("inconclusive", "inconclusive", "invalid", "fail"),
    "in-part": ("inconclusive", "inconclusive", "invalid", "fail"),
    "model-changed": ("invalid", "invalid", "invalid", "fail"),
    "below-floor": ("invalid", "invalid", "invalid", "fail"),
}


@pytest.mark.parametrize(("state", "number"), list(itertools.product(COMES_TO, range(4))))
def test_what_a_required_question_does_to_each_verdict(state: State, number: int) -> None:
    """It takes a pass away and never gives one; a failure stands; an earlier reason is not painted over."""
    before: Ruling = (*RULINGS[number], "as it was", "")
    after = heed(before, [judged(judgements()).model_copy(update={"state": state})])
    assert after[0] == COMES_TO[state][number]
    changed = after[:2] != before[:2]
    assert not changed or after[1] == ("not-judged" if after[0] == "inconclusive" else "judge-uncalibrated")


@pytest.mark.parametrize(("state", "number"), list(itertools.product(COMES_TO, range(4))))
def test_a_question_that_is_only_reported_does_nothing(state: State, number: int) -> None:
    """Whatever became of it."""
    before: Ruling = (*RULINGS[number], "as it was", "")
    result = judged(judgements()).model_copy(update={"state": state, "use": "report"})
    assert heed(before, [result]) == before


counts = st.tuples(st.integers(0, 22), st.integers(0, 22), st.integers(0, 22))


@given(
    counts,
    counts,
    st.dictionaries(st.sampled_from(["yes", "no", "unreadable", "not-judged"]), st.integers(0, 30)),
)
def test_no_answer_of_any_judge_makes_a_verdict_kinder(
    yes: tuple[int, int, int], no: tuple[int, int, int], trials: dict[t.Any, int]
) -> None:
    """For any counts: the same, or further from a pass; and a failure is what it was."""
    results = judged_of(RELEASE, CHECK, MEASURED, judgements(yes, no, trials))
    for verdict, reason in RULINGS:
        after = heed((verdict, reason, "", ""), results)
        assert after[0] == verdict if verdict == "fail" else RANK.index(after[0]) >= RANK.index(verdict)


def test_who_judged_is_told_with_the_vendors_of_both() -> None:
    """As they follow from the two profiles; nobody, where nobody did."""
    used = judge_used(CANDIDATE, judgements())
    assert used is not None
    assert (used.vendors, used.candidate_vendors, used.same_vendor_allowed) == (
        ("anthropic",),
        ("openai",),
        False,
    )
    kin = JudgeProfile(format="govkit.judge/1", profile=CANDIDATE, same_vendor_allowed=True)
    used = judge_used(CANDIDATE, judgements(judge=kin))
    assert used is not None
    assert used.same_vendor_allowed
    assert judge_used(CANDIDATE, NOBODY) is None


def test_a_protocol_without_questions_has_no_word_of_a_judge() -> None:
    """So that assessments of earlier protocols have the bytes that they always had."""
    without = RELEASE.protocol.model_copy(update={"judge": None})
    release = type(RELEASE)(without, RELEASE.scenarios, RELEASE.controls, RELEASE.document)
    assert judged_of(release, CHECK, MEASURED, NOBODY) is None
    assert heed(("pass", "within-tolerance", "", ""), None)[0] == "pass"
