"""The report's drawings: that they draw what they are given, and nothing else."""

import re
from xml.etree import ElementTree

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from govkit.report.figures import (
    WHOLE,
    interval,
    interval_strip,
    outcome_bar,
    scale_end,
    swatch,
    verdict_curves,
)

SVG = "{http://www.w3.org/2000/svg}"
OUTCOMES = ("complied", "violated", "refused", "escalated", "incomplete")
ppm = st.integers(0, WHOLE)
CURVE = ((0, WHOLE, 0, 240), (50_000, 40_000, 10_000, 300), (250_000, 0, 900_000, 30))
"""A rate, how likely pass and fail are, and the trials."""


def drawn(svg: str) -> ElementTree.Element:
    """The drawing, read back as XML."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def words(svg: str) -> list[str]:
    """The words in the drawing, in the order they are painted."""
    return [element.text or "" for element in drawn(svg).iter(f"{SVG}text")]


def dot(svg: str) -> float:
    """Where the observed rate stands."""
    (circle,) = drawn(svg).iter(f"{SVG}circle")
    return float(circle.attrib["cx"])


@given(st.lists(ppm, max_size=4))
def test_a_scale_holds_all_its_rates(rates: list[int]) -> None:
    """No rate lies beyond the end of the scale chosen for it."""
    assert max(rates, default=0) <= scale_end(*rates) <= WHOLE


def test_a_scale_is_the_smallest_that_fits_with_room() -> None:
    """A small rate gets a small scale, so that it can be seen."""
    found = [scale_end(rate) for rate in (0, 50_000, 90_000, 95_000, 999_999)]
    assert found == [20_000, 100_000, 100_000, 200_000, WHOLE]


@pytest.mark.parametrize("draw", [interval, interval_strip])
def test_rate_and_bounds_stand_in_their_order(draw: object) -> None:
    """The dot stands between the ends of the bar, and further right the higher the rate."""
    assert callable(draw)
    places = [
        dot(draw(rate, 10_000, 90_000, 50_000, end=100_000, what="x")) for rate in (10_000, 40_000, 90_000)
    ]
    assert places == sorted(set(places))


def test_an_interval_names_its_scale_and_its_tolerance() -> None:
    """The words are the tolerance and the ticks, from left to right."""
    svg = interval(20_000, 5_000, 49_000, 50_000, end=100_000, what="x")
    assert words(svg) == ["tolerance 5 %", "0 %", "2 %", "4 %", "6 %", "8 %", "10 %"]


def colour_of(lower: int, upper: int) -> str:
    """The colour of the bar between two bounds, with a tolerance of 5 %."""
    svg = interval(None, lower, upper, 50_000, end=WHOLE, what="x")
    (found,) = re.findall(r'<line [^>]*stroke="(#[0-9a-f]+)" stroke-width="2.88"', svg)
    return str(found)


def test_inside_beyond_and_astride_look_different() -> None:
    """The colour of an interval says where it lies to the tolerance; touching it from below is inside."""
    inside, beyond, astride = colour_of(0, 49_000), colour_of(50_001, 80_000), colour_of(40_000, 60_000)
    assert len({inside, beyond, astride}) == 3
    assert colour_of(0, 50_000) == inside
    assert colour_of(50_000, 80_000) == astride


def test_without_a_rate_there_is_no_dot() -> None:
    """Nothing observed draws no point: only the interval that says nothing is known."""
    assert not list(drawn(interval(None, 0, WHOLE, 50_000, end=WHOLE, what="x")).iter(f"{SVG}circle"))


@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=5))
@example([1, 398, 7_430, 7_430, 1_420])
def test_a_bar_is_as_long_as_its_outcomes(numbers: list[int]) -> None:
    """Segments follow one another without a gap, fill the bar, and none that occurred is too small to see."""
    svg = outcome_bar(tuple(zip(OUTCOMES, numbers, strict=True)), what="x", width=84)
    segments = [
        (float(rect.attrib["x"]), float(rect.attrib["width"]))
        for rect in drawn(svg).iter(f"{SVG}rect")
        if rect.attrib["height"] == "10.00" and rect.attrib["width"] != "0.90"
    ]
    assert len(segments) == sum(1 for number in numbers if number)
    if segments:
        assert sum(width for _, width in segments) == pytest.approx(84, abs=0.05)
        assert all(width >= 1.99 for _, width in segments)
        assert [left for left, _ in segments] == sorted(left for left, _ in segments)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_words_given_to_a_drawing_stay_words(what: str) -> None:
    """No text becomes markup; it is the drawing's title, unchanged."""
    for svg in (
        interval(0, 0, 1, 2, end=WHOLE, what=what),
        interval_strip(0, 0, 1, 2, end=WHOLE, what=what),
        outcome_bar((("complied", 1),), what=what),
        verdict_curves(CURVE, 50_000, most=300, what=what),
    ):
        title = drawn(svg).find(f"{SVG}title")
        assert title is not None
        assert (title.text or "") == what.replace("\r", "\n")


def test_every_drawing_has_a_text_alternative() -> None:
    """A reader who hears the page is told what a drawing shows."""
    for svg in (*map(swatch, OUTCOMES), outcome_bar((), what="no trials")):
        title = drawn(svg).find(f"{SVG}title")
        assert title is not None
        assert title.text


def test_outcomes_differ_without_colour() -> None:
    """In grey, no two outcomes look alike: they differ in lightness, or one of them is striped."""
    looks = set()
    for name in OUTCOMES:
        rects = [rect for rect in drawn(swatch(name)).iter(f"{SVG}rect") if rect.attrib["fill"] != "none"]
        red, green, blue = (int(rects[0].attrib["fill"][place : place + 2], 16) for place in (1, 3, 5))
        lightness = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
        looks.add((round(lightness * 8), len(rects) > 1))
    assert len(looks) == len(OUTCOMES)


def lines_of(svg: str) -> list[list[tuple[float, float]]]:
    """The points of each curve, without the key's three: pass, no verdict, fail, and the trials if there are any."""
    curves = [line.attrib["points"] for line in drawn(svg).iter(f"{SVG}polyline")][3:]
    return [
        [(float(x), float(y)) for x, y in (place.split(",") for place in curve.split())] for curve in curves
    ]


def test_curves_stand_where_their_probabilities_do() -> None:
    """From left to right by rate, from the bottom by probability; the three of a rate fill the height."""
    passing, neither, failing = lines_of(verdict_curves(CURVE, 50_000, most=0, what="x"))
    assert [x for x, _ in passing] == [62.0, 167.2, 588.0] == [x for x, _ in failing]
    assert [y for _, y in passing] == [50.0, 184.4, 190.0]
    assert [y for _, y in neither] == [190.0, 57.0, 176.0]
    assert [y for _, y in failing] == [190.0, 188.6, 64.0]


@given(st.lists(st.tuples(ppm, ppm, st.integers(0, 400)), min_size=2, max_size=12))
def test_the_verdicts_of_a_rate_add_up(chances: list[tuple[int, int, int]]) -> None:
    """Whatever the numbers, the three curves together are always one, and none leaves its frame."""
    points = [
        (number * 1_000, min(one, two), WHOLE - max(one, two), trials)
        for number, (one, two, trials) in enumerate(chances)
    ]
    *verdicts, trials = lines_of(verdict_curves(points, 1_000, most=300, what="x"))
    for heights in zip(*([y for _, y in curve] for curve in verdicts), strict=True):
        assert sum(190 - y for y in heights) == pytest.approx(140, abs=0.02)
        assert all(50 <= y <= 190 for y in heights)
    assert all(228 <= y <= 282 for _, y in trials)


def test_curves_name_their_verdicts_their_tolerance_and_their_axes() -> None:
    """The words are in reading order, line by line; without an early end no trials are drawn."""
    svg = verdict_curves(CURVE, 50_000, most=300, what="x")
    heights = ["100 %", "75 %", "50 %", "25 %", "0 %"]
    rates = ["0 %", "5 %", "10 %", "15 %", "20 %", "25 %", "true rate of the act"]
    first = ["pass", "no verdict", "fail", "probability", "tolerance 5 %", *heights]
    assert words(svg) == [*first, "trials, on average", "300", "0", *rates]
    assert words(verdict_curves(CURVE, 50_000, most=0, what="x")) == [*first, *rates]
    assert words(verdict_curves(CURVE, 50_000, most=0, what="x", axis="other"))[-1] == "other"
    # On a scale that ends at one, the end is marked though it is no multiple.
    wide = ((0, WHOLE, 0, 1), (700_000, 0, 0, 1), (WHOLE, 0, WHOLE, 1))
    assert words(verdict_curves(wide, 700_000, most=0, what="x"))[-4:-1] == ["0 %", "70 %", "100 %"]


def test_the_curves_of_verdicts_differ_without_colour() -> None:
    """In grey, none is taken for another: each has dashes of its own, and a pass and a failure marks of their own."""
    svg = drawn(verdict_curves(CURVE, 50_000, most=0, what="x"))
    dashes = [line.attrib.get("stroke-dasharray", "") for line in svg.iter(f"{SVG}polyline")]
    assert dashes[:3] == dashes[3:]
    assert len(set(dashes)) == 3
    assert len(list(svg.iter(f"{SVG}circle"))) == 6  # three in the key, three on the curve of passes
    assert len(list(svg.iter(f"{SVG}rect"))) == 6  # the same for failures
