"""How likely each verdict is, whichever rule decides: the same each time, shared where it may be, and true."""

import dataclasses
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.assessment import operating_characteristics as module
from govkit.assessment.operating_characteristics import (
    BAD,
    GOOD,
    NEVER,
    RATES_PPM,
    Characteristic,
    Design,
    Situation,
    characteristic,
    design_of,
    expected_trials,
    fewest_to_pass,
    percent,
    rates_ppm,
    situations,
)
from govkit.protocol.model import Check
from govkit.protocol.release import Release

FIXED = read_release("peer-preservation@1.0.0")
STOPPING = read_release("graceful-shutdown@2.0.0")
PAIRED = read_release("oversight-chain@2.0.0")
INDEPENDENT, ALIKE = Situation(0, None), Situation(30, None)
RUNS = 300


def check_of(release: Release, *, difference: bool = False) -> Check:
    """The first check about a rate, or about a difference."""
    return next(each for each in release.protocol.checks if (each.against is not None) == difference)


def design(release: Release = STOPPING, *, difference: bool = False, **criterion: t.Any) -> Design:
    """The design of that check, with its criterion changed like this."""
    check = check_of(release, difference=difference)
    return design_of(
        release, check.model_copy(update={"criterion": check.criterion.model_copy(update=criterion)})
    )


def found_at(what: Design, rate: int, beside: Situation = ALIKE) -> Characteristic:
    """What becomes of it at this rate."""
    found = characteristic(what, beside, rate, RUNS)
    assert found is not None
    return found


def test_the_same_protocol_gives_the_same_numbers() -> None:
    """Drawn twice from nothing, and whatever was asked before: the same counts."""
    what = design()
    first = [found_at(what, rate) for rate in (10_000, 200_000)]
    module._simulated.cache_clear()
    assert [found_at(what, rate) for rate in (200_000, 10_000)] == first[::-1]


def test_another_protocol_draws_other_chances() -> None:
    """The seed is the digest's: two designs that differ in it alone are not the same."""
    one = design()
    assert f"sha256:{one.seed:064x}" == STOPPING.digest
    other = dataclasses.replace(one, seed=one.seed + 1)
    assert one != other
    assert found_at(one, 100_000) != found_at(other, 100_000)


def test_checks_of_equal_design_share_their_points() -> None:
    """What does not bear on the verdicts of a rate does not count as another design."""
    module._simulated.cache_clear()
    found_at(design(), 50_000)
    found_at(design(minimum_seen_percent=95), 50_000)
    found_at(design(minimum_capability_percent=60, other_trials=3), 50_000)
    assert module._simulated.cache_info().misses == 1
    found_at(design(tolerance_percent=4), 50_000)
    found_at(design(primary_trials=200), 50_000)
    assert module._simulated.cache_info().misses == 3


def test_a_difference_is_never_taken_for_a_rate() -> None:
    """A check about a difference whose criterion is that of one about a rate has another design."""
    rate = check_of(STOPPING)
    pair = check_of(PAIRED, difference=True).model_copy(
        update={"criterion": rate.criterion, "scenarios": rate.scenarios}
    )
    one, other = (design_of(STOPPING, each.model_copy(update={"id": rate.id})) for each in (rate, pair))
    assert dataclasses.replace(one, is_difference=True) == other
    assert one != other
    assert one.is_offered
    assert not other.is_offered


def test_what_nobody_can_say_is_not_said() -> None:
    """For a stopping rule about a difference there is no number, not even a wrong one."""
    with pytest.raises(ValueError, match="does not stop by a rule about a rate"):
        characteristic(design(PAIRED, difference=True), Situation(0, 0), 0, RUNS)


def test_both_risks_are_kept_at_the_tolerance() -> None:
    """At the tolerance, with templates as different as is granted, it passes and fails as seldom as is stated."""
    found = found_at(design(), 50_000)
    assert found.counted is not None
    # Three standard errors of a share of one in twenty over so many runs.
    assert found.pass_ppm <= 50_000 + 3 * 12_600
    assert found.fail_ppm <= 50_000 + 3 * 12_600
    assert found.pass_ppm + found.no_verdict_ppm + found.fail_ppm == 1_000_000


def test_a_system_that_never_shows_the_act_passes_as_soon_as_it_can() -> None:
    """Its expected number of trials is the fewest that pass, to the trial."""
    what = design()
    found = found_at(what, 0)
    assert (found.pass_ppm, found.fail_ppm) == (1_000_000, 0)
    assert found.trials_hundredths == (fewest_to_pass(what) or 0) * 100


def test_a_fixed_number_of_trials_is_exact() -> None:
    """Nothing is drawn, every trial is made, and no runs are claimed."""
    found = found_at(design(FIXED), 10_000, INDEPENDENT)
    assert (found.counted, found.trials_hundredths, found.pass_ppm) == (None, 6600, round(0.99**66 * 1e6))


def test_there_is_no_rate_beyond_one() -> None:
    """A difference that its baseline leaves no room for has no point."""
    what = design(FIXED, difference=True)
    assert characteristic(what, Situation(0, 600_000), 500_000) is None
    assert characteristic(what, Situation(0, 500_000), 500_000) is not None


def test_what_is_asked_about() -> None:
    """The usual rates and multiples of the tolerance, none beyond one; and two situations where there are two."""
    assert rates_ppm(design()) == RATES_PPM
    assert rates_ppm(design(tolerance_percent=2)) == tuple(sorted({*RATES_PPM, 4_000, 40_000, 80_000}))
    assert max(rates_ppm(design(tolerance_percent=60))) == 1_000_000
    assert situations(design()) == (INDEPENDENT, ALIKE)
    assert situations(design(FIXED)) == (INDEPENDENT, ALIKE)
    assert situations(design(FIXED, difference=True)) == (Situation(0, 0), Situation(0, 50_000))
    assert situations(design(FIXED, difference=True, tolerance_percent=50)) == (Situation(0, 0),)


def test_a_rule_that_grants_no_correlation_is_shown_without() -> None:
    """Where trials are granted to be independent, there is one situation."""
    check = check_of(STOPPING)
    assert check.criterion.stopping is not None
    stopping = check.criterion.stopping.model_copy(update={"correlation_percent": 0})
    assert situations(design(stopping=stopping)) == (INDEPENDENT,)


def test_other_numbers_of_trials_are_another_plan() -> None:
    """Trials asked for in place of the criterion's are those that are simulated."""
    what = design_of(STOPPING, check_of(STOPPING), 40)
    found = characteristic(what, ALIKE, 0, RUNS)
    assert found is not None
    assert (found.trials_hundredths, found.pass_ppm) == (4000, 0)


def test_large_plans_are_simulated_less() -> None:
    """The number of runs falls with the trials, and never below a hundred."""
    assert [
        design(primary_trials=trials).runs for trials in (1, 300, 3_000, 100_000)
    ] == [4_000, 4_000, 400, 100]  # fmt: skip


def test_expected_trials_of_a_protocol() -> None:
    """All of a fixed plan; of one that stops early, as large a share of all conditions as of the deciding one."""
    names = {check.id: 100 for check in FIXED.protocol.checks}
    assert expected_trials(FIXED, names, fold=NEVER) == 100 * len(names)
    name, what = check_of(STOPPING).id, design()
    fewest, most = fewest_to_pass(what), what.criterion.primary_trials
    assert fewest is not None
    assert expected_trials(STOPPING, {name: most}, fold=NEVER, runs=RUNS) == fewest
    assert expected_trials(STOPPING, {name: 2 * most}, fold=NEVER, runs=RUNS) == 2 * fewest
    bad = expected_trials(STOPPING, {name: most}, fold=BAD, runs=RUNS)
    assert bad == -(-found_at(what, 200_000).trials_hundredths // 100)
    assert expected_trials(STOPPING, {name: 20}, fold=NEVER, trials=20, runs=RUNS) == 20


def test_what_nobody_can_say_counts_in_full() -> None:
    """A difference counts with all its trials, but for the system that never shows the act."""
    name = check_of(PAIRED, difference=True).id
    what = design(PAIRED, difference=True)
    assert expected_trials(PAIRED, {name: 700}, fold=BAD) == 700
    assert expected_trials(PAIRED, {name: 700}, fold=GOOD) == 700
    fewest, most = fewest_to_pass(what), what.criterion.primary_trials
    assert fewest is not None
    assert expected_trials(PAIRED, {name: 700}, fold=NEVER) == -(-700 * fewest // most) < 700
    check = check_of(PAIRED, difference=True)
    assert check.criterion.stopping is not None


@pytest.mark.parametrize(
    ("ppm", "words"), [(0, "0 %"), (5_000, "0.5 %"), (50_000, "5 %"), (1_000_000, "100 %"), (123, "0.0123 %")]
)
def test_rates_are_written_as_people_write_them(ppm: int, words: str) -> None:
    """No digit that says nothing, and none lost."""
    assert percent(ppm) == words
