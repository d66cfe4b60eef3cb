"""How two runs are held against each other: by hand, by scipy, and by what must hold of any bounds."""

import math
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from govkit.assessment import paired
from govkit.assessment.paired import Change, ChangeOfDifference, Tails, Template, bounds, tails


@st.composite
def templates(draw: st.DrawFn, *, seeds_alike: bool = True) -> Template:
    """A template, as it may come out."""
    pairs = draw(st.integers(0, 6)) if seeds_alike else 0
    only_baseline = draw(st.integers(0, pairs))
    only_update = draw(st.integers(0, pairs - only_baseline))
    both = draw(st.integers(0, pairs - only_baseline - only_update))
    more, too = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    return Template(
        (only_baseline + both + draw(st.integers(0, more)), pairs + more),
        (only_update + both + draw(st.integers(0, too)), pairs + too),
        pairs,
        only_baseline,
        only_update,
    )


def changes(correlation: float = 0.3) -> st.SearchStrategy[Change]:
    """Changes in which both runs have a trial, matched or not."""
    kinds = st.one_of(
        st.lists(templates(), min_size=1, max_size=11),
        st.lists(templates(seeds_alike=False), min_size=1, max_size=11),
    )
    named = kinds.map(lambda each: {f"t{index}": template for index, template in enumerate(each)})
    return named.map(lambda each: Change(each, correlation)).filter(lambda change: change.manner is not None)


def swapped(change: Change) -> Change:
    """The same with the two runs in each other's place."""
    return Change(
        {
            name: Template(each.update, each.baseline, each.pairs, each.only_update, each.only_baseline)
            for name, each in change.templates.items()
        },
        change.correlation,
    )


def even(
    rows: t.Sequence[tuple[int, int]], size: int, *, pairs: bool = True, correlation: float = 0.3
) -> Change:
    """Templates of one size, in which the runs never show the act in the same trial."""
    return Change(
        {
            f"t{index}": Template((before, size), (now, size), *((size, before, now) if pairs else (0, 0, 0)))
            for index, (before, now) in enumerate(rows)
        },
        correlation,
    )


# --- how trials are held against each other


def test_trials_are_paired_where_half_of_them_have_a_partner() -> None:
    """With fewer partners the templates serve; with fewer than two templates in common, the runs as a whole."""
    half, fewer = Template((0, 10), (1, 6), 3, 0, 0), Template((0, 10), (1, 6), 2, 0, 0)
    alone = {"a": Template((0, 10), (0, 0)), "b": Template((0, 0), (1, 9))}
    assert Change({"a": half}, 0.3).manner == "paired"
    assert Change({"a": fewer, "b": Template((0, 1), (0, 1))}, 0.3).manner == "by-template"
    assert Change({"a": fewer}, 0.3).manner == "unpaired"
    assert Change(alone, 0.3).manner == "unpaired"
    assert Change({"a": Template((0, 10), (0, 0))}, 0.3).manner is None
    assert Change({}, 0.3).manner is None


def test_the_difference_is_that_of_the_pairs_or_of_the_rates() -> None:
    """Where trials are matched, those without a partner do not move the difference."""
    matched = {"a": Template((4, 10), (3, 6), 6, 0, 2)}
    assert Change(matched, 0.3).estimate == pytest.approx(2 / 6)
    assert Change({"a": Template((4, 10), (3, 6))}, 0.3).estimate == pytest.approx(3 / 6 - 4 / 10)


# --- the two kinds of bounds


def test_nothing_seen_in_either_run_leaves_a_width() -> None:
    """No act in sixty trials of each is no proof that nothing changed: bounds of no width would be a lie."""
    lower, upper = bounds(even([(0, 0)] * 10, 6), 0.05)
    effective = 60 / (1 + 5 * 0.3) - 1
    z = stats.norm.ppf(0.95)
    assert upper == pytest.approx(z * z / (effective + z * z), abs=1e-6)
    assert lower == -upper


def test_trials_of_one_template_count_for_less() -> None:
    """The more alike they are, the wider; one trial a template is not touched by it; four alike tell as much as 2.1."""
    sizes = [4, 4, 4]
    assert paired._effective(sizes, 0.3) == pytest.approx(12 / 1.9)
    assert paired._effective(sizes, 0) == 12
    assert paired._effective([1] * 7, 0.9) == 7
    widths = [
        bounds(even([(0, 0)] * 10, 6, correlation=correlation), 0.05)[1] for correlation in (0, 0.1, 0.3, 0.9)
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1] / 2


def test_templates_that_differ_much_are_bounded_by_student() -> None:
    """Where half of the templates got worse and half better, the t interval over templates is the wider one."""
    rows = [(0, 6), (6, 0)] * 5
    change = even(rows, 6, correlation=0)
    differences = [(now - before) / 6 for before, now in rows]
    error = stats.sem(differences)
    half = error * stats.t.ppf(0.95, 9)
    assert bounds(change, 0.05) == pytest.approx((-half, half))
    unmatched = even(rows, 6, pairs=False, correlation=0)
    assert bounds(unmatched, 0.05) == pytest.approx((-half, half))


def test_a_single_template_shows_no_spread() -> None:
    """It is bounded by what is granted alone, and that is wide: its trials are worth about three."""
    lower, upper = bounds(even([(0, 0)], 60), 0.05)
    assert upper == -lower
    assert upper > 0.5


def test_a_single_pair_tells_nothing() -> None:
    """Whatever its two trials show."""
    for row in ((0, 0), (0, 1), (1, 0)):
        change = even([row], 1)
        assert bounds(change, 0.05) == (-1.0, 1.0)
        assert min(tails(change).more, tails(change).less) >= 0.5


# --- p-values


def test_exact_tests_are_those_of_scipy() -> None:
    """McNemar's for pairs; Boschloo's for others; and Fisher's, which is never smaller, where that takes too long."""
    change = even([(1, 3)] * 5, 6)
    assert change.exact() == Tails(
        stats.binomtest(15, 20, alternative="greater").pvalue,
        stats.binomtest(5, 20, alternative="greater").pvalue,
    )
    unmatched = even([(1, 3)] * 5, 6, pairs=False)
    found = unmatched.exact()
    assert found is not None
    assert found.more == pytest.approx(
        stats.boschloo_exact([[15, 5], [15, 25]], alternative="greater").pvalue
    )
    large = Change({"a": Template((40, 300), (70, 301)), "b": Template((0, 1), (0, 1))}, 0.3).exact()
    assert large is not None
    fisher = stats.fisher_exact([[70, 40], [232, 261]], alternative="greater").pvalue
    assert large.more == pytest.approx(fisher)
    assert large.less > 0.99


@pytest.mark.parametrize("row", [(0, 1), (1, 3), (3, 1), (2, 2), (0, 4), (6, 0)])
def test_statsmodels_agrees_with_mcnemar(row: tuple[int, int]) -> None:
    """Its exact p-value is two-sided: twice the smaller of ours."""
    exact = even([row] * 5, 6).exact()
    assert exact is not None
    less, more = (5 * each for each in row)
    expected = mcnemar([[0, less], [more, 30 - less - more]], exact=True).pvalue
    assert min(1.0, 2 * min(exact.more, exact.less)) == pytest.approx(expected)


def test_a_change_in_few_templates_is_judged_by_the_templates() -> None:
    """Eighteen acts more in sixty trials, all of them in three of ten templates: Student says how little three are."""
    change = even([(0, 6)] * 3 + [(0, 0)] * 7, 6, correlation=0)
    exact = change.exact()
    assert exact is not None
    expected = stats.ttest_1samp([1.0] * 3 + [0.0] * 7, 0, alternative="greater").pvalue
    assert tails(change).more == pytest.approx(expected)
    assert exact.more < 1e-5
    assert expected > 0.04


def test_pairs_that_never_differ_are_no_evidence() -> None:
    """Two runs that show the act in the very same trials."""
    same = Change({f"t{index}": Template((3, 6), (3, 6), 6, 0, 0) for index in range(10)}, 0.3)
    assert tails(same) == Tails(1.0, 1.0)
    assert bounds(same, 0.05)[0] < 0 < bounds(same, 0.05)[1]


@hypothesis.given(changes(), st.sampled_from([0.01, 0.05, 0.1, 0.2]))
def test_bounds_that_exclude_no_change_go_with_a_small_p_value(change: Change, alpha: float) -> None:
    """A p-value below alpha never stands beside bounds that leave "no change" possible."""
    found, (lower, upper) = tails(change), bounds(change, alpha)
    assert lower > -1e-7 or found.more >= alpha * (1 - 1e-6)
    assert upper < 1e-7 or found.less >= alpha * (1 - 1e-6)
    exact = change.exact()
    assert exact is not None
    assert found.more >= exact.more
    assert found.less >= exact.less
    assert all(0 <= each <= 1 for each in (found.more, found.less))


# --- what must hold of all


@hypothesis.given(changes(), changes())
def test_with_the_runs_swapped_everything_is_mirrored(change: Change, other: Change) -> None:
    """To the last digit: neither run has an advantage from being named first."""
    both = (
        (change, swapped(change)),
        (
            ChangeOfDifference(change, other),
            ChangeOfDifference(swapped(change), swapped(other)),
        ),
    )
    for one, two in both:
        (lower, upper), (low, high) = bounds(one, 0.05), bounds(two, 0.05)
        assert (lower, upper) == (-high, -low)
        mine, theirs = tails(one), tails(two)
        assert (mine.more, mine.less) == (theirs.less, theirs.more)


@hypothesis.given(changes(), st.randoms(use_true_random=False))
def test_the_order_of_templates_does_not_matter(change: Change, chance: t.Any) -> None:
    """To the last digit."""
    names = list(change.templates)
    chance.shuffle(names)
    shuffled = Change({name: change.templates[name] for name in names}, change.correlation)
    assert bounds(shuffled, 0.05) == bounds(change, 0.05)
    assert tails(shuffled) == tails(change)


@hypothesis.given(changes(), changes())
def test_bounds_lie_round_what_was_observed(change: Change, other: Change) -> None:
    """And so do those of a difference of two conditions, which are wider than either's."""
    lower, upper = bounds(change, 0.05)
    assert lower <= change.estimate <= upper
    assert upper - lower > 0.01
    difference = ChangeOfDifference(change, other)
    low, high = difference.granted(0.05)
    assert low <= difference.estimate <= high
    assert high - low >= max(
        each.granted(0.05)[1] - each.granted(0.05)[0] for each in (change, other)
    ) / math.sqrt(2)


def test_a_difference_of_two_conditions_has_no_exact_test() -> None:
    """Its p-values are those of the bounds, which a large change makes small."""
    worse, same = even([(0, 5)] * 10, 6), even([(0, 0)] * 10, 6)
    difference = ChangeOfDifference(worse, same)
    assert difference.exact() is None
    assert tails(difference).more < 0.001
    assert tails(difference).less == 1
