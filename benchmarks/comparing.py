"""
Whether the bounds of `govkit compare` cover what they say, by simulation; docs/comparing.md holds the tables.

    python -m benchmarks.comparing            some three minutes on one core; seeded, so it prints the same each time
    python -m benchmarks.comparing --quick    a hundredth of it: does it still work? its figures mean little
    python -m benchmarks.comparing --write    also puts the tables into docs/comparing.md

Two runs are drawn from known rates. Each template has a rate of its own in each run, from a beta distribution whose
mean is the run's rate and whose spread is the intra-class correlation; a template's rates in the two runs are drawn
apart, or go together. Trials of one seed are drawn apart, or come out alike in four of five pairs. What is held against
the truth is the difference of the two means: a verdict is about the population of templates, not about the ten at hand.

Conclusion. With ten templates of six trials, only the bounds that are used (`govkit.assessment.paired`) cover 90 % or
more at every point for correlations up to 0.3, those without any act included. Newcombe's bounds for pairs fall to 64 %
as soon as templates differ. The t interval over templates and the bootstrap over templates have no width where nothing
was seen, and cover less than half of the small differences. The envelope of Newcombe's and t falls to 81 % where the
act is likely in few templates, of which ten seldom hold one. The price is width: on average twice Newcombe's. And exact
tests alone, corrected by Holm's method, call one of eight unchanged checks worse in up to 31 % of all comparisons; the
rule that is used does so in 2 % at most.
"""

import argparse
import dataclasses
import datetime
import importlib.metadata
import itertools
import pathlib
import platform
import sys
import time
import typing as t

import numpy as np

from benchmarks.simulated_pairs import (
    ALPHA,
    Array,
    Both,
    Bounds,
    Layout,
    bootstrap,
    draw,
    envelope,
    newcombe,
    student,
)
from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.multiplicity import holm
from govkit.assessment.paired import Change, ChangeOfDifference, Compared, Template, bounds, tails

DOCUMENT = pathlib.Path(__file__).parent.parent / "docs" / "comparing.md"
BEGIN, END = "<!-- simulated: begin -->", "<!-- simulated: end -->"
SEED = 20260421
GRANTED = 0.3
TOLERANCE_PPM = 50_000

RATES = (
    (0.0, 0.0), (0.005, 0.005), (0.02, 0.02), (0.05, 0.05), (0.1, 0.1), (0.2, 0.2), (0.5, 0.5),
    (0.0, 0.01), (0.0, 0.02), (0.0, 0.05), (0.0, 0.1), (0.0, 0.2), (0.02, 0.1), (0.1, 0.2), (0.2, 0.5),
)  # fmt: skip
FEWER_RATES = (
    (0.0, 0.0),
    (0.02, 0.02),
    (0.1, 0.1),
    (0.5, 0.5),
    (0.0, 0.05),
    (0.0, 0.1),
    (0.0, 0.2),
    (0.2, 0.5),
)
CORRELATIONS = (0.0, 0.1, 0.3)


@dataclasses.dataclass(slots=True)
class Record:
    """How some bounds did over many points."""

    coverage: float = 1.0
    """The least."""
    miss: float = 0.0
    """The largest share in which one bound alone was on the wrong side."""
    widths: list[float] = dataclasses.field(default_factory=list)

    def add(self, found: Bounds, truth: float) -> None:
        """Count one point."""
        above, below = (float(np.mean(each)) for each in (found[0] > truth + 1e-6, found[1] < truth - 1e-6))
        self.coverage = min(self.coverage, 1 - above - below)
        self.miss = max(self.miss, above, below)
        self.widths.append(float(np.mean(found[1] - found[0])))

    def cell(self) -> str:
        """For a table."""
        return f"{100 * self.coverage:.1f} / {100 * self.miss:.1f}"


# --- what `govkit compare` makes of it


def change_of(baseline: Array, update: Array, *, paired: bool = True) -> Change:
    """One simulation, as `govkit compare` sees it."""
    ours, theirs = baseline.sum(1).tolist(), update.sum(1).tolist()
    only = (baseline & ~update).sum(1).tolist(), (update & ~baseline).sum(1).tolist()
    n = baseline.shape[1]
    return Change(
        {
            f"{index:03}": Template(
                (k, n),
                (j, n),
                n if paired else 0,
                only[0][index] if paired else 0,
                only[1][index] if paired else 0,
            )
            for index, (k, j) in enumerate(zip(ours, theirs, strict=True))
        },
        GRANTED,
    )


def used(changes: t.Iterable[Compared]) -> Bounds:
    """The bounds that `govkit compare` uses: the product's own code."""
    found = np.array([bounds(change, ALPHA) for change in changes])
    return found[:, 0], found[:, 1]


def changes_of(both: Both, *, paired: bool = True) -> list[Compared]:
    """Every simulation, as `govkit compare` sees it."""
    return [change_of(one, two, paired=paired) for one, two in zip(*both, strict=True)]


# --- the tables -------------------------------------------------------------------------------------------------------


def candidates(chance: np.random.Generator, runs: int) -> t.Iterator[str]:
    """Table 1: every kind of bounds, at ten templates of six trials."""
    names = (
        "Newcombe, pairs",
        "t over templates",
        "bootstrap over templates",
        "envelope of Newcombe and t",
        "used",
    )
    records = {(name, correlation): Record() for name in names for correlation in CORRELATIONS}
    places = itertools.product(CORRELATIONS, RATES, (False, True), (0.0, 0.8))
    for correlation, rates, together, alike in places:
        both = draw(chance, runs, Layout(together=together, alike=alike), rates, correlation)
        few = tuple(each[: max(1, runs // 8)] for each in both)
        pairs, over = newcombe(both), student(both)
        made = (
            pairs,
            over,
            bootstrap((few[0], few[1]), chance),
            envelope(pairs, over),
            used(changes_of(both)),
        )
        for name, found in zip(names, made, strict=True):
            records[name, correlation].add(found, rates[1] - rates[0])
    yield (
        "| bounds | "
        + " | ".join(f"correlation {each:g}" for each in CORRELATIONS)
        + " | mean width, points |"
    )
    yield "|---|" + "---|" * (len(CORRELATIONS) + 1)
    for name in names:
        mine = [records[name, correlation] for correlation in CORRELATIONS]
        width = np.mean([width for each in mine for width in each.widths])
        yield f"| {name} | " + " | ".join(each.cell() for each in mine) + f" | {100 * width:.1f} |"


LAYOUTS: t.Mapping[str, tuple[Layout, bool]] = {
    "10 templates of 6, pairs": (Layout(alike=0.8), True),
    "10 templates of 6, other seeds": (Layout(), False),
    "10 templates of 26, pairs": (Layout(trials=26, alike=0.8), True),
    "3 templates of 20, pairs": (Layout(templates=3, trials=20, alike=0.8), True),
    "40 templates of 6, pairs": (Layout(templates=40, alike=0.8), True),
    "10 templates of 1, pairs": (Layout(trials=1, alike=0.8), True),
    "templates that show it never or often": (Layout(all_or_nothing=True), True),
}


def layouts(chance: np.random.Generator, runs: int) -> t.Iterator[str]:
    """Table 2: the bounds that are used, elsewhere, and where more is alike than they grant."""
    correlations = (*CORRELATIONS, 0.5)
    yield "| what | " + " | ".join(f"correlation {each:g}" for each in correlations) + " |"
    yield "|---|" + "---|" * len(correlations)
    for name, (layout, paired) in LAYOUTS.items():
        cells = []
        for correlation in correlations:
            record = Record()
            for rates in FEWER_RATES:
                both = draw(chance, runs, layout, rates, correlation)
                record.add(used(changes_of(both, paired=paired)), rates[1] - rates[0])
            cells.append(record.cell())
        yield f"| {name} | " + " | ".join(cells) + " |"
    for name, made in (
        ("a difference of two conditions", _differences),
        ("each run stops by itself", _stopped),
    ):
        cells = []
        for correlation in correlations:
            record = Record()
            for rates in FEWER_RATES:
                record.add(used(made(chance, runs, rates, correlation)), rates[1] - rates[0])
            cells.append(record.cell())
        yield f"| {name} | " + " | ".join(cells) + " |"


def _differences(
    chance: np.random.Generator, runs: int, rates: tuple[float, float], correlation: float
) -> list[Compared]:
    """Where a difference of two conditions is what changes; the condition held against stays at the baseline's rate."""
    primary = draw(chance, runs, Layout(alike=0.8), rates, correlation)
    other = draw(chance, runs, Layout(alike=0.8), (rates[0], rates[0]), correlation)
    return [
        ChangeOfDifference(change_of(a, b), change_of(c, d))
        for a, b, c, d in zip(*primary, *other, strict=True)
    ]


def _stopped(
    chance: np.random.Generator, runs: int, rates: tuple[float, float], correlation: float
) -> list[Compared]:
    """Each run ends, in an order of trials of its own, as soon as exact bounds decide on five percent."""
    both = draw(chance, runs, Layout(alike=0.8), rates, correlation)
    shape = both[0].shape
    made = []
    for act in both:
        order = np.argsort(chance.random((runs, shape[1] * shape[2])), axis=1)
        seen = np.cumsum(np.take_along_axis(act.reshape(runs, -1), order, axis=1), axis=1)
        ended = _decided()[seen, np.arange(1, seen.shape[1] + 1)]
        last = np.where(ended.any(1), ended.argmax(1), seen.shape[1] - 1)
        made.append((np.argsort(order, axis=1) <= last[:, None]).reshape(shape))
    return [_partly(a, b, c, d) for a, b, c, d in zip(*both, *made, strict=True)]


def _decided(n: int = 60) -> Array:
    """Whether exact bounds decide on the tolerance, by acts and trials so far."""
    table = np.zeros((n + 1, n + 1), dtype=bool)
    for k, of in itertools.product(range(n + 1), range(1, n + 1)):
        if k <= of:
            table[k, of] = lower_ppm(k, of, 95) > TOLERANCE_PPM or upper_ppm(k, of, 95) <= TOLERANCE_PPM
    return table


def _partly(baseline: Array, update: Array, made: Array, made_too: Array) -> Change:
    """A simulation in which not every trial was made."""
    pairs = made & made_too
    templates = {}
    for index in range(len(baseline)):
        before, now = baseline[index], update[index]
        one, two, both = made[index], made_too[index], pairs[index]
        templates[f"{index:03}"] = Template(
            (int((before & one).sum()), int(one.sum())),
            (int((now & two).sum()), int(two.sum())),
            int(both.sum()),
            int((before & ~now & both).sum()),
            int((now & ~before & both).sum()),
        )
    return Change(templates, GRANTED)


def false_alarms(chance: np.random.Generator, runs: int) -> t.Iterator[str]:
    """Table 3: how often *worse* is said of any check though no rate changed."""
    yield "| comparisons that decide | rate in both runs | correlation | exact tests | exact tests and bounds | used |"
    yield "|---|---|---|---|---|---|"
    for family, rate, correlation in itertools.product((3, 8), (0.05, 0.2), CORRELATIONS):
        alarms = np.zeros(3)
        drawn = [draw(chance, runs, Layout(), (rate, rate), correlation) for _ in range(family)]
        for changes in zip(*(changes_of(both) for both in drawn), strict=True):
            alarms += _alarms(changes)
        cells = " | ".join(f"{100 * each / runs:.1f} %" for each in alarms)
        yield f"| {family} | {100 * rate:g} % | {correlation:g} | {cells} |"


def _alarms(changes: t.Sequence[Compared]) -> Array:
    """By exact tests alone; by exact tests and bounds that exclude none; and by the rule."""
    exact = [each.exact() for each in changes]
    tested = holm([each.more for each in exact if each is not None])
    excluded = [bounds(each, ALPHA)[0] > 0 for each in changes]
    ruled = holm([tails(each).more for each in changes])
    return np.array(
        [
            any(p < ALPHA for p in tested),
            any(p < ALPHA and out for p, out in zip(tested, excluded, strict=True)),
            any(p < ALPHA and out for p, out in zip(ruled, excluded, strict=True)),
        ],
        dtype=float,
    )


def power(_: np.random.Generator, __: int) -> t.Iterator[str]:
    """Table 4: how many of sixty trials of an update must show the act, that the baseline never showed."""
    yield "| comparisons that decide | the act in at least |"
    yield "|---|---|"
    for family in (1, 2, 3, 8):
        yield f"| {family} | {_fewest(family)} of 60 |"


def _fewest(family: int) -> int:
    """Where the acts are spread evenly over the templates, and the other comparisons show nothing."""
    for k in range(61):
        shares = [k // 10 + (index < k % 10) for index in range(10)]
        change = Change(
            {str(index): Template((0, 6), (share, 6), 6, 0, share) for index, share in enumerate(shares)},
            GRANTED,
        )
        if family * tails(change).more < ALPHA and bounds(change, ALPHA)[0] > 0:
            return k
    return 61


TABLES: t.Mapping[str, t.Callable[[np.random.Generator, int], t.Iterator[str]]] = {
    "Ten templates of six trials: least coverage in percent (90 is stated) / most misses of one bound (5)": candidates,
    "The bounds that are used, elsewhere: the same two figures, over fewer rates": layouts,
    "False alarms: how often *worse* is said though no rate changed": false_alarms,
    "What it takes: trials of the update that must show an act that the baseline showed in none of 60": power,
}


def tables(runs: int) -> t.Iterator[str]:
    """All of it, as Markdown."""
    began = time.perf_counter()
    for title, table in TABLES.items():
        # A generator of its own for each table: what one of them draws does not change another.
        yield f"**{title}.**\n"
        yield from table(np.random.default_rng([SEED, len(title)]), runs)
        yield ""
        print(f"{time.perf_counter() - began:.0f} s: {title}", file=sys.stderr, flush=True)
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("govkit", "numpy", "scipy"))
    day = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    yield f"{runs:,} simulated pairs of runs a point; {day}; {names}; Python {platform.python_version()}."


def write(text: str) -> None:
    """Put the tables into the document, between its marks."""
    head, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{DOCUMENT} lacks the marks {BEGIN} and {END}")
    DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description="Simulate the bounds of `govkit compare`.")
    parser.add_argument(
        "--quick", action="store_true", help="a hundredth of the simulations: does it still work?"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/comparing.md")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("the quick version's figures mean little: they are not written")
    text = "\n".join(tables(20 if asked.quick else 2_000))
    print(text)
    if asked.write:
        write(text)


if __name__ == "__main__":
    main()
