"""Whether two organisations are one, as far as their names and certificates tell."""

import pytest

from govkit.approval.independence import plain
from govkit.testing.office import Office


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("OpenAI", "openai, Inc.", True),
        ("Maker Ltd", "MAKER LIMITED", True),
        ("Maker GmbH & Co", "maker", True),
        ("Maker-Labs", "Maker Labs", True),
        ("Ltd", "Inc", False),
        ("Maker", "Maker Labs", False),
        ("Maker", "Testing Lab", False),
        ("ＭＡＫＥＲ", "Maker", True),
    ],
)
def test_organisations_are_compared_without_case_punctuation_and_legal_form(
    one: str,
    other: str,
    same: bool,  # noqa: FBT001 - drawn
) -> None:
    """A name that is nothing but a legal form stays what it is."""
    assert (plain(one) == plain(other)) == same


def test_a_tier_that_does_not_ask_has_no_row() -> None:
    """What is not required is not shown as met."""
    office = Office()
    office.tier = "low"
    rows = {row.requirement for row in office.gate(evidence_only=True).rows}
    assert "independence:evaluator" not in rows
    assert "independence:judge" in rows


def test_where_the_policy_says_nothing_of_a_tier_it_is_asked() -> None:
    """Left out is never allowed."""
    office = Office()
    for rule in ("evaluator_is_not_developer", "judge_is_not_of_the_candidates_family"):
        del office.policy_text["independence"][rule]["high"]
    rows = {row.requirement for row in office.gate(evidence_only=True).rows}
    assert {"independence:evaluator", "independence:judge"} <= rows


def test_of_several_runs_the_least_independent_counts() -> None:
    """One run by the developer among ten by others is one too many."""
    office = Office()
    office.evidence = [office.run(name=f"run {number}") for number in range(3)]
    office.evidence.append(office.run(name="theirs", organisation="Maker"))
    row = next(
        row for row in office.gate(evidence_only=True).rows if row.requirement == "independence:evaluator"
    )
    assert (row.reason, row.evidence) == ("evaluator-is-developer", (office.evidence[-1].run,))
