"""Holm's adjusted p-values, against a published example and against the closed testing that they are a shortcut for."""

import itertools
import math
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from govkit.assessment.multiplicity import holm

FAMILY = st.lists(st.floats(0, 1), max_size=7)


def closed(p_values: t.Sequence[float]) -> list[float]:
    """Each hypothesis, adjusted by testing every set that it is in with Bonferroni: Holm, the long way."""
    indices = range(len(p_values))
    sets = [chosen for size in indices for chosen in itertools.combinations(indices, size + 1)]
    return [
        max(
            min(1.0, len(chosen) * min(p_values[each] for each in chosen))
            for chosen in sets
            if index in chosen
        )
        for index in indices
    ]


def test_a_worked_example_comes_out_as_printed() -> None:
    """R's own: `p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")` prints 0.05 0.08 0.09 0.09 0.09."""
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.05, 0.01, 0.04, 0.02, 0.03]) == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])


@hypothesis.given(FAMILY)
def test_it_is_closed_testing_by_bonferroni(p_values: list[float]) -> None:
    """Every adjusted value is the one that testing all sets of hypotheses gives."""
    assert holm(p_values) == pytest.approx(closed(p_values))


@hypothesis.given(FAMILY.filter(bool))
def test_statsmodels_agrees(p_values: list[float]) -> None:
    """A second opinion on every family."""
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


@hypothesis.given(FAMILY, st.randoms(use_true_random=False))
def test_each_value_stays_with_its_hypothesis(p_values: list[float], chance: t.Any) -> None:
    """In whatever order the hypotheses come, each gets the same value; none gets smaller, none exceeds 1."""
    order = list(range(len(p_values)))
    chance.shuffle(order)
    adjusted, shuffled = holm(p_values), holm([p_values[index] for index in order])
    assert shuffled == tuple(adjusted[index] for index in order)
    assert all(p <= found <= 1 for p, found in zip(p_values, adjusted, strict=True))


def test_one_test_alone_is_left_as_it_is_and_none_is_none() -> None:
    """A family of one needs no adjustment; an empty one has nothing to adjust."""
    assert holm([0.03]) == (0.03,)
    assert holm([]) == ()


@pytest.mark.parametrize("p", [-0.001, 1.001, math.nan, math.inf])
def test_what_is_no_probability_is_refused(p: float) -> None:
    """A p-value that was never computed does not slip into a family."""
    with pytest.raises(ValueError, match="not every one"):
        holm([0.5, p])
