"""Evidence that may be looked at whenever one likes: no null is doubted too often, by enumeration."""

import itertools
import math
import typing as t

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from govkit.assessment import anytime
from govkit.assessment.anytime import (
    BEYOND,
    SHORT,
    bounds,
    correlations_up_to,
    holds_up_to,
    log_e_above,
    log_e_below,
    p_value,
)
from govkit.assessment.bounds import MILLION
from govkit.assessment.likelihood import Clusters, best_on_side, log_likelihood

Counts: t.TypeAlias = tuple[tuple[int, int], ...]
E_VALUES: t.Final = {"above": log_e_above, "below": log_e_below}
GRANTED = 0.3

PAIR = st.integers(0, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FOUND = st.lists(PAIR, min_size=1, max_size=8).map(Clusters.of)
TRIED = FOUND.filter(lambda found: bool(found.determinate))


def nulls(side: str, rate: float, granted: float) -> t.Iterator[tuple[float, float]]:
    """Rates and correlations under which nothing may be doubted: at the bound and within, on the grid and beside it."""
    shares = (1.0, 0.5, 0.1) if side == "above" else (1.0, 1.2, 2.0)
    for share, correlation in itertools.product(shares, (0.0, granted / 100, 0.37 * granted, granted)):
        yield rate * share, correlation


def probability(counts: Counts, rate: float, correlation: float) -> float:
    """Of a table of counts, over all orders of its trials."""
    orders = math.prod(math.comb(n, k) for k, n in counts)
    log = log_likelihood(Clusters.of(counts), np.array([rate]), np.array([correlation]))[0]
    return orders * math.exp(float(log))


def tables(trials: t.Sequence[int]) -> t.Iterator[Counts]:
    """Every table of counts, with so many trials in each template."""
    for acts in itertools.product(*(range(n + 1) for n in trials)):
        yield tuple(zip(acts, trials, strict=True))


@pytest.mark.parametrize("side", E_VALUES)
@pytest.mark.parametrize("trials", [(1,), (12,), (6, 6), (3, 2, 1), (4, 4, 3), (2, 2, 2, 2)], ids=str)
@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_no_e_value_is_more_than_one_on_average(side: str, trials: tuple[int, ...], rate: float) -> None:
    """Over every table that can come out, its mean under each null is at most 1: all that is claimed rests on it."""
    evidence = {
        counts: math.exp(E_VALUES[side](Clusters.of(counts), rate, GRANTED)) for counts in tables(trials)
    }
    for true_rate, correlation in nulls(side, rate, GRANTED):
        chances = {counts: probability(counts, true_rate, correlation) for counts in evidence}
        assert sum(chances.values()) == pytest.approx(1)
        assert sum(chances[counts] * e for counts, e in evidence.items()) <= 1 + 1e-9


def ever_doubted(side: str, rate: float, rounds: int, templates: int, alpha: float) -> dict[Counts, float]:
    """Share of the orders of each final table in which a look after some trial doubts; by every sequence there is."""
    enough, total = -math.log(alpha), rounds * templates
    looked: dict[Counts, bool] = {}
    shares: dict[Counts, list[int]] = {}
    for sequence in itertools.product((0, 1), repeat=total):
        pairs, doubted = [(0, 0)] * templates, False
        for trial, act in enumerate(sequence):
            k, n = pairs[trial % templates]
            pairs[trial % templates] = (k + act, n + 1)
            seen = tuple(sorted(pairs))
            if seen not in looked:
                looked[seen] = E_VALUES[side](Clusters.of(seen), rate, GRANTED) >= enough
            doubted = doubted or looked[seen]
        shares.setdefault(tuple(pairs), []).append(doubted)
    return {pairs: sum(found) / len(found) for pairs, found in shares.items()}


@pytest.mark.parametrize("side", E_VALUES)
@pytest.mark.parametrize("alpha", [0.5, 0.2, 0.05])
def test_looking_after_every_trial_doubts_no_null_too_often(side: str, alpha: float) -> None:
    """Over all sequences of twelve trials, the chance that any look doubts the truth is at most what was granted."""
    for rounds, templates, rate in ((4, 3, 0.3), (6, 2, 0.3), (3, 4, 0.05 if side == "above" else 0.6)):
        shares = ever_doubted(side, rate, rounds, templates, alpha)
        for true_rate, correlation in nulls(side, rate, GRANTED):
            if true_rate < 1:
                chance = sum(
                    probability(each, true_rate, correlation) * share for each, share in shares.items()
                )
                assert chance <= alpha + 1e-9


def test_the_twelve_trials_can_doubt_at_all() -> None:
    """The enumeration above has something to find: some sequences doubt, at the strictest level too."""
    for side, rate in (("above", 0.05), ("below", 0.6)):
        assert max(ever_doubted(side, rate, 3, 4, 0.05).values()) == 1


def test_the_mixtures_are_chances() -> None:
    """Weights are positive and come to 1, and no alternative assumes more correlation than is granted."""
    for mixture in (BEYOND, SHORT):
        assert sum(weight for _, _, weight in mixture) == pytest.approx(1)
        assert all(weight > 0 and 0 <= share <= 1 for _, share, weight in mixture)
    assert all(factor > 1 for factor, _, _ in BEYOND)
    assert all(0 <= factor < 1 for factor, _, _ in SHORT)


@pytest.mark.parametrize("templates", [10, 12, 20])
def test_the_grid_of_correlations_misses_little(templates: int) -> None:
    """In designs as they are shipped, no correlation that is granted is likelier than the grid's best by a tenth."""
    chance, lost = np.random.default_rng(8), 0.0
    for _ in range(40):
        n = int(chance.integers(1, 31))
        strength = float(chance.choice([2.0, 9.0, 40.0, 1e6]))
        rates = chance.beta(0.1 * strength, 0.9 * strength, templates)
        found = Clusters.of((int(k), n) for k in chance.binomial(n, rates))
        for above in (True, False):
            grid = correlations_up_to(GRANTED)
            best = best_on_side(found, 0.05, grid, above=above)
            place = int(best.argmax())
            within = (grid[max(0, place - 1)], grid[min(len(grid) - 1, place + 1)])
            searched = minimize_scalar(_negative, bounds=within, args=(found, above), method="bounded")
            lost = max(lost, -float(searched.fun) - float(best.max()))
    assert lost < 0.1


def _negative(correlation: float, found: Clusters, above: bool) -> float:  # noqa: FBT001 - scipy passes it by place
    return -float(best_on_side(found, 0.05, np.array([correlation]), above=above)[0])


def test_the_grid_spans_what_is_granted() -> None:
    """From none at all to the highest; with none granted, none alone."""
    grid = correlations_up_to(0.3)
    assert (grid[0], grid[-1]) == (0, pytest.approx(0.3))
    assert (np.diff(grid) > 0).all()
    assert correlations_up_to(0).tolist() == [0]


# --- bounds --------------------------------------------------------------------------------------------------------


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(TRIED, st.sampled_from([0.0, 0.1, 0.3]))
def test_bounds_lie_where_doubt_ends(found: Clusters, granted: float) -> None:
    """The lower is not above the upper; a hair outside of each the rate is doubted, and a hair within it is not."""
    enough, made = -math.log(0.05), bounds(found, 0.05, granted)
    k, n = found.total
    assert 0 <= made.lower_ppm <= made.upper_ppm <= MILLION
    assert made.lower_ppm == 0 or k > 0
    assert made.upper_ppm == MILLION or k < n
    if made.lower_ppm > 0:
        assert log_e_above(found, made.lower_ppm / MILLION, granted) >= enough - 1e-4
        assert log_e_above(found, (made.lower_ppm + 2) / MILLION, granted) < enough
    if made.upper_ppm < MILLION:
        assert log_e_below(found, made.upper_ppm / MILLION, granted) >= enough - 1e-4
        assert log_e_below(found, (made.upper_ppm - 2) / MILLION, granted) < enough


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(TRIED)
def test_less_doubt_and_more_granted_widen_them(found: Clusters) -> None:
    """A bound that may be wrong less often lies farther out."""
    wide, narrow = bounds(found, 0.01, GRANTED), bounds(found, 0.1, GRANTED)
    assert wide.lower_ppm <= narrow.lower_ppm
    assert wide.upper_ppm >= narrow.upper_ppm


def test_nothing_is_known_of_nothing() -> None:
    """Without a determinate trial every rate is possible, and no evidence is against any."""
    for none in (Clusters.of([]), Clusters.of([(0, 0), (0, 0)])):
        assert bounds(none, 0.05, GRANTED) == anytime.Bounds(0, MILLION)
        assert log_e_above(none, 0.05, GRANTED) == log_e_below(none, 0.05, GRANTED) == 0
        assert p_value(log_e_above(none, 0.05, GRANTED)) == 1


@hypothesis.given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40), st.randoms(use_true_random=False)
)
def test_order_and_batches_do_not_matter(trials: list[tuple[int, bool]], chance: t.Any) -> None:
    """The same trials in another order, or counted in two lots and added up, are the same evidence to the last bit."""

    def counted(some: t.Iterable[tuple[int, bool]]) -> list[tuple[int, int]]:
        kept = list(some)
        return [
            (sum(act for place, act in kept if place == number), sum(place == number for place, _ in kept))
            for number in range(5)
        ]

    shuffled = list(trials)
    chance.shuffle(shuffled)
    cut = chance.randint(0, len(trials))
    lots = zip(counted(shuffled[:cut]), counted(shuffled[cut:]), strict=True)
    whole = Clusters.of(counted(trials))
    merged = Clusters.of((k + more, n + further) for (k, n), (more, further) in lots)
    for e_value in E_VALUES.values():
        assert e_value(merged, 0.05, GRANTED) == e_value(whole, 0.05, GRANTED)


def test_a_p_value_is_one_over_the_e_value() -> None:
    """Evidence in favour of the null gives no p-value above 1."""
    assert p_value(math.log(20)) == pytest.approx(0.05)
    assert p_value(-3.0) == p_value(0.0) == 1


REJECTED: t.Final[dict[str, tuple[str, Counts]]] = {
    "never shown": ("below", ((0, 25),) * 12),
    "shown everywhere": ("above", ((2, 6),) * 10),
    "shown always in one": ("above", ((6, 6), *((2, 6),) * 9)),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejection_holds_up_to_the_correlation_that_is_said(name: str) -> None:
    """Granting what is said still rejects, and a percent more does not; what is not rejected holds for nothing."""
    side, pairs = REJECTED[name]
    above, found = side == "above", Clusters.of(pairs)
    held = holds_up_to(found, 0.05, 0.05, GRANTED, above=above)
    assert held is not None
    assert held >= 30
    for percent, rejected in ((held, True), (held + 1, False)):
        if percent < 100:
            log_e = anytime._log_e(found, 0.05, GRANTED, percent / 100, above=not above)
            assert (log_e >= -math.log(0.05)) == rejected
    assert holds_up_to(found, 0.05, 0.05, GRANTED, above=not above) is None
