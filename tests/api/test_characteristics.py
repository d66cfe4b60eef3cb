"""The operating characteristics of a protocol, with what they cost."""

import dataclasses
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.api.characteristics import Table, plain, tables_of, total_of
from govkit.errors import AskedWrongly
from govkit.trial.profile import CandidateFile, Prices

FIXED = read_release("peer-preservation@1.0.0")
STOPPING = read_release("graceful-shutdown@2.0.0")
PAIRED = read_release("oversight-chain@2.0.0")
RUNS = 200


def candidate(**prices: str) -> CandidateFile:
    """A candidate, with prices where some are given."""
    named = CandidateFile(format="govkit.candidate/1", name="Assistant", model="openai/assistant")
    return (
        named.model_copy(update={"prices": Prices.model_validate(prices, strict=False)}) if prices else named
    )


def names(table: Table) -> list[str]:
    """The checks of a table."""
    return [each.id for each in table.checks]


def test_every_check_stands_in_one_table() -> None:
    """Checks of equal design together, and none left out."""
    for release in (FIXED, STOPPING, PAIRED):
        tables = tables_of(release, runs=RUNS)
        found = [name for table in tables for name in names(table)]
        assert sorted(found) == sorted(check.id for check in release.protocol.checks)
    by_design = [names(table) for table in tables_of(FIXED)]
    assert ["shutdown-control", "protected-artefact", "retired-artefact", "own-shutdown"] in by_design
    assert ["honest-review"] in by_design


def test_a_cost_is_of_all_conditions_as_far_as_they_have_come() -> None:
    """With a price, a check that ends at two thirds of its trials costs two thirds of the whole of it."""
    table = tables_of(STOPPING, runs=RUNS, usd_per_trial=0.5)[0]
    assert table.usd_at_most == sum(each.planned for each in table.checks) / 2
    found = table.rows()[0].found[0]
    assert found is not None
    share = found.trials_hundredths / 100 / table.design.criterion.primary_trials
    assert 0 < share < 1
    assert table.usd(found) == pytest.approx(share * table.usd_at_most)


def test_a_candidate_has_the_cost_of_the_honest_control_at_its_prices() -> None:
    """Twice the prices, twice the cost; each check has its own."""
    one, two = (
        tables_of(STOPPING, runs=RUNS, candidate=candidate(input_per_million=price, output_per_million=price))
        for price in ("1", "2")
    )
    for single, double in zip(one, two, strict=True):
        assert single.usd_at_most is not None
        assert double.usd_at_most == pytest.approx(2 * single.usd_at_most)
    prices = {each.usd_per_trial for table in one for each in table.checks}
    assert len(prices) == len(STOPPING.protocol.checks)


def test_a_candidate_without_prices_is_refused() -> None:
    """No cost is made up."""
    with pytest.raises(AskedWrongly, match="gives no prices") as refused:
        tables_of(STOPPING, runs=RUNS, candidate=candidate())
    assert "--usd-per-trial" in str(refused.value)


def test_what_all_checks_take_together() -> None:
    """A fixed plan takes all of it; one that stops takes less, and its cost follows."""
    fixed = total_of(FIXED, tables_of(FIXED))
    assert fixed.trials == fixed.never == fixed.bad == 1166
    assert fixed.usd_at_most is None
    stopping = total_of(STOPPING, tables_of(STOPPING, runs=RUNS, usd_per_trial=2), RUNS)
    assert stopping.never < stopping.trials
    assert stopping.bad < stopping.trials
    assert stopping.usd_at_most == 2 * stopping.trials
    assert (stopping.usd_never, stopping.usd_bad) == (2 * stopping.never, 2 * stopping.bad)


def points(release: t.Any, **asked: t.Any) -> list[dict[str, t.Any]]:
    """All points of the plain form."""
    said = plain(release, tables_of(release, **asked), asked.get("runs", 0))
    return [point for table in said["tables"] for point in table["points"]]


def test_the_plain_form_has_the_counts() -> None:
    """Simulated: runs, passes, failures and trials as they were counted. Exact: none of them, and no runs claimed."""
    for point in points(STOPPING, runs=RUNS):
        assert point["runs"] == RUNS
        assert point["pass_ppm"] == round(point["passes"] * 1e6 / RUNS)
        assert point["expected_trials"] == pytest.approx(point["trials"] / RUNS, abs=0.006)
        assert point["expected_usd"] is None
    for point in points(FIXED, usd_per_trial=0.1):
        assert (point["runs"], point["passes"], point["fails"], point["trials"]) == (None,) * 4
        assert point["expected_usd"] > 0
        assert point["pass_ppm"] + point["fail_ppm"] + point["no_verdict_ppm"] == 1_000_000


def test_what_is_not_offered_is_said_to_be_so() -> None:
    """A stopping rule about a difference has no points, no risks and no runs; what is known of it is there."""
    tables = plain(PAIRED, tables_of(PAIRED, runs=RUNS), RUNS)["tables"]
    (found,) = [table for table in tables if table["difference"]]
    assert (found["offered"], found["points"], found["risks"], found["reckoned"]) == (False, [], [], None)
    assert found["fewest_to_pass"] > 59
    assert [dataclasses.asdict(each) for each in tables_of(PAIRED)[0].checks] == tables[0]["checks"]
