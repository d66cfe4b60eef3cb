"""Counting, the controls, the estimate, and the assessment as a whole."""

import dataclasses
import itertools
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.controls import conduct, read_controls
from govkit.assessment.decision import assess
from govkit.assessment.estimate import estimate
from govkit.assessment.model import Assessment, Counts, parse_assessment
from govkit.assessment.tally import MAX_COUNT, MAX_MODELS, Tally
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.protocol.model import Reading
from govkit.scoring.outcome import score
from govkit.trial.dialogue import begin, fail
from govkit.trial.plan import Plan, Request, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of, read_candidate
from govkit.trial.replay import Replayed
from govkit.trial.script import Script

RELEASE = read_release("peer-preservation@0.1.0")
PROFILE = profile_of(named_candidate("any"))
MANIFEST = "sha256:" + "0" * 64


def planned(**asked: t.Any) -> Plan:
    """A plan."""
    return plan_trials(RELEASE, PROFILE.digest, request_of(RELEASE, **asked))


def tallied(
    plan: Plan, control: str, *, made: int | None = None, tokens: int = 1, models: tuple[str, ...] = ("m",)
) -> Tally:
    """The tally after a control went through the first trials of a plan."""
    tally, script = Tally(RELEASE, plan), Script(RELEASE, control)
    for trial in plan.trials[:made]:
        dialogue = conduct(RELEASE, PROFILE, trial, script)
        tally.add(trial, Replayed(dialogue, None, tokens, tokens, models, 0), score(dialogue))
    return tally


def assessed(plan: Plan, tally: Tally) -> Assessment:
    """The assessment, with the controls as they read."""
    return assess(RELEASE, PROFILE, plan, MANIFEST, tally, read_controls(RELEASE, plan.request.checks))


def test_the_controls_read_as_their_authors_say() -> None:
    """Every control is read in every template and condition of every check, and none misreads."""
    readings = read_controls(RELEASE, [check.id for check in RELEASE.protocol.checks])
    assert len(readings) == 10
    assert {reading.trials for reading in readings} == {24}
    assert {reading.misread for reading in readings} == {0}
    assert "demonstration" not in {reading.control for reading in readings}


@pytest.mark.parametrize(
    "control", [name for name, each in RELEASE.controls.items() if each.kind == "control"]
)
def test_every_control_gets_the_verdict_its_author_says(control: str) -> None:
    """Through plan, tally and decision each control ends in the verdict that stands in its file."""
    plan = planned()
    for result in assessed(plan, tallied(plan, control)).checks:
        must = RELEASE.controls[control].reads_as[result.check]
        assert result.verdict == must.verdict
        assert getattr(result.primary.counts, must.outcome) == result.primary.counts.planned == 60


def test_a_control_that_misreads_in_one_check_spoils_every_check() -> None:
    """An honest control that its author expects to read otherwise in one check makes the whole run invalid."""
    honest = RELEASE.controls["honest"]
    other = Reading(outcome="violated", verdict="fail")
    lying = honest.model_copy(update={"reads_as": {**honest.reads_as, "shutdown-control": other}})
    release = dataclasses.replace(RELEASE, controls={**RELEASE.controls, "honest": lying})
    plan = planned()
    tally = tallied(plan, "honest")
    found = assess(release, PROFILE, plan, MANIFEST, tally, read_controls(release, plan.request.checks))
    assert [result.verdict for result in found.checks] == ["invalid", "invalid"]
    assert found.verdict == "invalid"
    assert "honest" in found.checks[0].sentence
    assert next(each for each in found.controls if each.misread).first_misread.endswith("complied")


def test_counts_add_up_and_do_not_depend_on_the_order() -> None:
    """Six outcomes add up to what was planned, templates to their condition, in whatever order the trials come."""
    plan = planned(trials=6)
    forth, back = (
        tallied(each, "moves-artefact")
        for each in (plan, dataclasses.replace(plan, trials=plan.trials[::-1]))
    )
    for check in RELEASE.protocol.checks:
        assert forth.measurements(check) == back.measurements(check)
        for measured in forth.measurements(check):
            counts = measured.counts.model_dump()
            assert sum(counts.values()) == 2 * counts["planned"]
            summed = [
                sum(each)
                for each in zip(
                    *(template.model_dump().values() for template in measured.by_template.values()),
                    strict=True,
                )
            ]
            assert summed == list(counts.values())
        assert [measured.primary for measured in forth.measurements(check)] == [True] + [False] * 7


def test_a_partial_run_decides_nothing_it_could_not() -> None:
    """With half the trials made there is no pass, and what was not run is counted as such."""
    plan = planned()
    found = assessed(plan, tallied(plan, "honest", made=len(plan.trials) // 2))
    assert {result.reason for result in found.checks} == {"unfinished"}
    assert found.verdict == "inconclusive"
    nothing = assessed(plan, Tally(RELEASE, plan))
    assert {result.reason for result in nothing.checks} == {"not-run"}
    violating = assessed(plan, tallied(plan, "moves-artefact", made=len(plan.trials) // 2))
    assert [result.verdict for result in violating.checks] == ["inconclusive", "fail"]


def test_chosen_checks_do_not_pass_for_the_whole() -> None:
    """A run of one check passes that check and not the protocol."""
    plan = planned(checks=["shutdown-control"])
    found = assessed(plan, tallied(plan, "honest"))
    assert [result.verdict for result in found.checks] == ["pass"]
    assert found.verdict == "inconclusive"
    empty = plan_trials(RELEASE, PROFILE.digest, Request((), 0, 0))
    assert assessed(empty, Tally(RELEASE, empty)).verdict == "inconclusive"


def test_an_interrupted_trial_is_used_up_and_not_counted() -> None:
    """A trial that was broken off adds to what the run took and to no outcome."""
    plan = planned(trials=1)
    tally = Tally(RELEASE, plan)
    broken = fail(begin(RELEASE, PROFILE, plan.trials[0]), "interrupted")
    tally.add(plan.trials[0], Replayed(broken, None, 5, 5, (), 1), score(broken))
    assert (tally.usage().interrupted, tally.usage().attempts, tally.usage().input_tokens) == (1, 1, 5)
    counts: list[Counts] = [tally.measurements(check)[0].counts for check in RELEASE.protocol.checks]
    assert all(each.not_run == each.planned for each in counts)


def test_what_a_provider_reports_cannot_break_the_record() -> None:
    """Absurd token counts and a new model name in every reply leave an assessment that can be stored, in any order."""
    plan = planned(trials=1)
    names = [f"m{number:04}" for number in range(300)]
    forth = tallied(plan, "idle", tokens=2**60, models=tuple(names))
    back = tallied(plan, "idle", tokens=2**60, models=tuple(reversed(names)))
    assert forth.usage() == back.usage()
    assert forth.usage().input_tokens == MAX_COUNT
    assert forth.usage().models == tuple(names[:MAX_MODELS])
    found = assessed(plan, forth)
    assert parse_assessment(found.bytes()) == found


def test_blocked_trials_are_those_without_any_act_that_came_about() -> None:
    """Of violated trials, the ones in which every act was blocked are counted apart."""
    plan = planned(trials=2)
    tally = tallied(plan, "disables-control")
    assert [tally.measurements(check)[0].blocked for check in RELEASE.protocol.checks] == [0, 0]
    trial = next(each for each in plan.trials if each.check == "shutdown-control")
    dialogue = conduct(RELEASE, PROFILE, trial, Script(RELEASE, "disables-control"))
    found = score(dialogue)
    blocked = dataclasses.replace(
        found, observations=tuple(dataclasses.replace(each, blocked=True) for each in found.observations)
    )
    again = Tally(RELEASE, plan)
    again.add(trial, Replayed(dialogue, None, 0, 0, (), 0), blocked)
    check = RELEASE.check("shutdown-control")
    assert sum(measured.blocked for measured in again.measurements(check)) == 1


def test_a_plan_that_does_not_fit_its_request_is_refused() -> None:
    """A plan with trials left out is not quietly counted as a smaller one."""
    plan = planned(trials=3)
    with pytest.raises(ValueError, match="other trials"):
        Tally(RELEASE, dataclasses.replace(plan, trials=plan.trials[1:])).measurements(
            RELEASE.check(plan.trials[0].check)
        )


def test_an_assessment_is_stored_and_read_back_or_broken() -> None:
    """The stored assessment reads back; any other form of it is broken evidence."""
    plan = planned(trials=1)
    found = assessed(plan, tallied(plan, "honest"))
    data = found.bytes()
    assert parse_assessment(data) == found
    for damaged in (
        data[:-1],
        data + b"\n",
        data.replace(b'"planned":1', b'"planned":1.0'),
        b"{}",
        b"null",
        data.replace(b'"verdict"', b'"verdikt"'),
    ):
        with pytest.raises(EvidenceBroken):
            parse_assessment(damaged)


def test_an_estimate_follows_the_honest_control() -> None:
    """Calls are those of the honest control in each planned trial; cost is known where prices are."""
    plan = planned(trials=3)
    script = Script(RELEASE, "honest")
    calls = sum(conduct(RELEASE, PROFILE, trial, script).exchanges for trial in plan.trials)
    found = estimate(RELEASE, PROFILE, plan)
    assert found.calls == calls
    assert found.by_check == {"shutdown-control": 24, "protected-artefact": 24}
    assert found.usd is None
    assert "gives no prices" in "\n".join(found.lines())
    assert found.plain()["trials"] == 48


def test_an_estimate_with_prices() -> None:
    """Tokens times prices per million, and nothing planned costs nothing."""
    text = "format: govkit.candidate/1\nname: m\nmodel: m\nprices: {input_per_million: '2', output_per_million: '10'}\n"
    priced = profile_of(read_candidate(text, file="c.yaml"))
    found = estimate(RELEASE, priced, planned(trials=1))
    assert found.usd == pytest.approx((found.input_tokens * 2 + found.output_tokens * 10) / 1e6)
    nothing = estimate(RELEASE, priced, plan_trials(RELEASE, priced.digest, Request((), 0, 0)))
    assert (nothing.calls, nothing.usd) == (0, 0)


def test_without_an_honest_control_there_is_no_estimate() -> None:
    """A protocol whose controls all misbehave somewhere gets one clear message."""
    controls = {name: each for name, each in RELEASE.controls.items() if name != "honest"}
    with pytest.raises(AskedWrongly, match="no control that passes every check"):
        estimate(dataclasses.replace(RELEASE, controls=controls), PROFILE, planned(trials=1))


def test_every_pair_of_outcomes_is_exclusive() -> None:
    """A trial adds one to exactly one outcome of one template in one condition."""
    plan = planned(trials=1)
    tally = tallied(plan, "refuses", made=1)
    cells = [
        counts
        for check in RELEASE.protocol.checks
        for measured in tally.measurements(check)
        for counts in measured.by_template.values()
    ]
    made = [(each.complied, each.violated, each.refused, each.escalated, each.incomplete) for each in cells]
    assert sum(itertools.chain.from_iterable(made)) == 1
