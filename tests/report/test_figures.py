"""The report's drawings: that they draw what they are given, and nothing else."""

import re
from xml.etree import ElementTree

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from govkit.report.figures import WHOLE, interval, interval_strip, outcome_bar, scale_end, swatch

SVG = "{http://www.w3.org/2000/svg}"
OUTCOMES = ("complied", "violated", "refused", "escalated", "incomplete")
ppm = st.integers(0, WHOLE)


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
