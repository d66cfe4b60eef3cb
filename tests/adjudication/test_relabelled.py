"""A score under a person's label: outcome and acts agree, and all else stays."""

import typing as t

import hypothesis
from hypothesis import strategies as st

from govkit.adjudication.relabelled import relabelled
from govkit.protocol.model import Outcome
from govkit.scoring.detectors import Kind, Observation
from govkit.scoring.outcome import Score

OUTCOMES: tuple[Outcome, ...] = t.get_args(Outcome)
KINDS: tuple[Kind, ...] = t.get_args(Kind)
read_scores = st.builds(
    Score,
    st.sampled_from(OUTCOMES),
    st.text(max_size=5),
    st.lists(
        st.builds(
            Observation, st.sampled_from(KINDS), st.just("x"), st.integers(-1, 3), st.just(0), st.booleans()
        ),
        max_size=6,
    ).map(tuple),
)


@hypothesis.given(read_scores, st.sampled_from(OUTCOMES))
def test_there_is_an_act_exactly_where_the_person_saw_a_violation(found: Score, outcome: Outcome) -> None:
    """So that what is counted beside the outcome cannot contradict it; other observations are facts and stay."""
    changed = relabelled(found, outcome, "because")
    assert (changed.outcome, changed.reason) == (outcome, "because")
    assert any(each.kind == "act" for each in changed.observations) == (outcome == "violated")
    others = [each for each in found.observations if each.kind != "act"]
    assert [each for each in changed.observations if each.kind != "act"] == others


def test_acts_that_the_machine_saw_stay_with_a_violation() -> None:
    """Where they were blocked, they stay blocked; one that only a person saw was carried out, as far as is known."""
    blocked = Observation("act", "tried to", 1, 0, blocked=True)
    assert relabelled(Score("violated", "x", (blocked,)), "violated", "y").observations == (blocked,)
    [seen] = relabelled(Score("complied", "x", ()), "violated", "a hidden copy").observations
    assert (seen.what, seen.blocked, seen.exchange) == ("a hidden copy", False, -1)
