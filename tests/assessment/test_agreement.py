"""Agreement of two readers: the published numbers, and what is not defined."""

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.assessment.agreement import Agreement, agreement

LABELS = ("a", "b", "c")
read_pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), max_size=40)


def _table(both: int, one: int, other: int, neither: int) -> list[tuple[str, str]]:
    """Two readers' labels from a table of two by two."""
    return [("a", "a")] * both + [("a", "b")] * one + [("b", "a")] * other + [("b", "b")] * neither


@pytest.mark.parametrize(
    ("table", "kappa", "ac1"),
    [
        # A common textbook table: p = 0.7, and 0.5 is expected by chance.
        ((20, 5, 10, 15), 400_000, 405_941),
        # The paradox of Feinstein and Cicchetti: 94.4 % agreement, and kappa below nothing.
        ((118, 5, 2, 0), -23_392, 940_776),
        ((0, 3, 3, 0), -1_000_000, -1_000_000),
        ((1, 0, 0, 1), 1_000_000, 1_000_000),
    ],
)
def test_known_tables_give_their_published_coefficients(
    table: tuple[int, int, int, int], kappa: int, ac1: int
) -> None:
    """Cohen's kappa and Gwet's AC1, to the millionth."""
    found = agreement(_table(*table), 2)
    assert (found.kappa_ppm, found.ac1_ppm) == (kappa, ac1)
    assert (found.trials, found.agree) == (sum(table), table[0] + table[3])


def test_of_nothing_nothing_is_known() -> None:
    """Without a trial that both read there is no agreement, and no perfect one either."""
    assert agreement([], 5) == Agreement(0, 0, None, None)


def test_kappa_is_undefined_where_both_gave_one_label_throughout() -> None:
    """All agreement is then expected by chance; AC1 is defined."""
    found = agreement([("a", "a")] * 7, 5)
    assert (found.kappa_ppm, found.ac1_ppm, found.disagree) == (None, 1_000_000, 0)


def test_labels_that_nobody_used_count_among_those_there_are() -> None:
    """The same readings on a scale of five labels show more than on one of two."""
    pairs = _table(20, 5, 10, 15)
    two, five = agreement(pairs, 2), agreement(pairs, 5)
    assert two.kappa_ppm == five.kappa_ppm
    assert (two.ac1_ppm or 0) < (five.ac1_ppm or 0)
    for impossible in (1, 0):
        with pytest.raises(ValueError, match="labels were used"):
            agreement(pairs, impossible)


@hypothesis.given(read_pairs)
def test_it_is_the_same_from_either_side_and_never_above_one(pairs: list[tuple[str, str]]) -> None:
    """Who is called the first reader changes nothing; only full agreement is 1."""
    found = agreement(pairs, 3)
    assert agreement([(other, one) for one, other in pairs], 3) == found
    for ppm in (found.kappa_ppm, found.ac1_ppm):
        assert ppm is None or ppm <= 1_000_000
        assert ppm != 1_000_000 or found.agree == found.trials
