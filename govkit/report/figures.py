"""
The report's drawings, as SVG text: intervals against a tolerance, bars of outcomes, and how likely each verdict is.

Rules:

- Whole numbers in, text out; the same numbers give the same drawing. Rates are parts per million.
- Every drawing names in its `<title>` everything it shows, for a reader who hears the page instead of seeing it.
- No meaning hangs on colour alone: places, sizes and textures carry it too, so that a grey copy says the same and the
  usual forms of colour blindness lose nothing.
- Words in a drawing come in reading order - line by line from the top, left to right - and from the caller only through
  escaping. A drawing computes no statistic: an interval drawn is the interval given.
"""

import dataclasses
import html
import typing as t

WHOLE = 1_000_000
"""One, in parts per million."""

_FONT = "IBM Plex Sans,IBM Plex Mono"
_INK, _QUIET, _LINE, _GROUND = "#14202b", "#55636f", "#c9d1d7", "#eef1f3"
_INSIDE, _BEYOND = "#1d5b79", "#b3391f"

# Ends of a scale, in ppm, tried from the smallest. Few, so that drawings side by side mostly share one.
_ENDS = (20_000, 50_000, 100_000, 200_000, 400_000, 600_000, 1_000_000)
_STEPS = {
    20_000: 5_000,
    50_000: 10_000,
    100_000: 20_000,
    200_000: 50_000,
    400_000: 100_000,
    600_000: 100_000,
    1_000_000: 200_000,
}


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    """Where a rate from 0 to `end`, or a difference from `-end` to `end`, stands between `left` and `right`."""

    end: int
    left: float
    right: float
    signed: bool = False

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def at(self, ppm: int) -> float:
        if self.signed:
            return self.middle + (self.right - self.left) / 2 * min(max(ppm, -self.end), self.end) / self.end
        return self.left + (self.right - self.left) * min(ppm, self.end) / self.end


def scale_end(*rates: int) -> int:
    """The end of the smallest scale that holds all the rates with a little room, in ppm."""
    needed = max(rates, default=0) * 11 // 10
    return next((end for end in _ENDS if end >= needed), WHOLE)


def interval(
    rate: int | None, lower: int, upper: int, tolerance: int, *, end: int, what: str, signed: bool = False,
    unit: str = "",
) -> str:  # fmt: skip
    """
    One measured rate with its bounds on a scale from 0 to `end`, and the tolerance as a marked line.

    `rate` is `None` where nothing was determinate. `what` names the thing measured and its numbers in words: it is the
    text alternative. With `signed` it is a difference of two rates, on a scale from `-end`, with a line at 0;
    `unit` then follows the tolerance.
    """
    scale = _Scale(end, 8, 592, signed)
    place = scale.at(tolerance)
    anchor = "start" if place < scale.middle else "end"
    parts = (
        _rect(place, 22, scale.right - place, 30, "#f7ebe7") if tolerance < end else "",
        _text(
            place + (5 if anchor == "start" else -5),
            13,
            f"tolerance {f'{_points(tolerance)}{unit}' if signed else _percent(tolerance)}",
            anchor,
            ink=_INK,
        ),
        *_axis(scale, 52),
        _stroke(scale.at(0), 20, scale.at(0), 56, _QUIET, 0.9) if signed else "",
        _measured(scale, rate, lower, upper, tolerance, middle=37, half=8),
        _stroke(place, 4, place, 58, _INK, 1.4, dashes="4 2.5"),
    )
    return _drawing(600, 74, what, parts)


def interval_strip(
    rate: int | None,
    lower: int,
    upper: int,
    tolerance: int | None,
    *,
    end: int,
    what: str,
    signed: bool = False,
) -> str:
    """
    The same in the height of a table row and without words, for the eye to run down a column.

    Where nothing is decided by it, `tolerance` is `None`, and nothing is marked as inside or beyond.
    """
    scale = _Scale(end, 3, 157, signed)
    place = None if tolerance is None else scale.at(tolerance)
    parts = (
        _rect(scale.left, 8, scale.right - scale.left, 8, _GROUND),
        _stroke(scale.at(0), 5, scale.at(0), 19, _QUIET, 0.9) if signed else "",
        _measured(scale, rate, lower, upper, tolerance, middle=12, half=5),
        "" if place is None else _stroke(place, 1, place, 23, _INK, 1.2, dashes="3 2"),
    )
    return _drawing(160, 24, what, parts)


_TEXTURES: dict[str, tuple[str, str | None]] = {
    "complied": ("#8fb3c7", None),
    "violated": ("#9c2a12", None),
    "refused": ("#5d6b76", None),
    "escalated": ("#e9dcae", "#8a6d1d"),
    "incomplete": ("#ffffff", "#9aa5ad"),
}
"""Fill and stripe of each outcome: five steps of lightness, the two lightest striped as well."""


def outcome_bar(counts: t.Sequence[tuple[str, int]], *, what: str, width: int = 160) -> str:
    """
    The outcomes of one condition as one bar, in the order given; a whole bar is all its trials.

    An outcome that occurred at all gets at least two units of width, so that one violation among thousands is seen.
    """
    total = sum(number for _, number in counts)
    if not total:
        return _drawing(width, 14, what, (_box(0.5, 2.5, width - 1, 9),))
    parts: list[str] = []
    left = 0.0
    for (name, number), share in zip(counts, _widths([number for _, number in counts], width), strict=True):
        if number:
            parts.append(_segment(left, share, name, top=2, height=10))
        left += share
    return _drawing(width, 14, what, (*parts, _box(0.5, 2.5, width - 1, 9)))


def swatch(name: str) -> str:
    """A small square in an outcome's texture, for the key beside the bars."""
    return _drawing(12, 12, f"Key: {name}", (_segment(1, 10, name, top=1, height=10), _box(1, 1, 10, 10)))


_VERDICTS: dict[str, tuple[str, str, float]] = {
    "pass": (_INSIDE, "", 2.2),
    "no verdict": (_QUIET, "1.5 2.5", 1.6),
    "fail": (_BEYOND, "7 3", 2.2),
}
"""The curve of each verdict: colour, dashes and width. A pass has dots, a failure squares, and neither has none."""


Point: t.TypeAlias = tuple[int, int, int, int]
"""A true rate, the probability of a pass and that of a failure, all in ppm; and the expected number of trials."""


def verdict_curves(
    points: t.Sequence[Point], tolerance: int, *, most: int, what: str, axis: str = "true rate of the act"
) -> str:
    """
    How likely each verdict is over the true rate, and beneath it the trials that it takes on average.

    At least two points, by rising rates. `most` is the number of trials at which the plan ends; where it is 0 no trials
    are drawn. `what` says in words what the curves say: it is the text alternative.
    """
    across = _Scale(points[-1][0], 62, 588)
    foot = 282 if most else 190
    curves = {
        "pass": [(rate, passing) for rate, passing, _, _ in points],
        "no verdict": [(rate, WHOLE - passing - failing) for rate, passing, failing, _ in points],
        "fail": [(rate, failing) for rate, _, failing, _ in points],
    }
    place = across.at(tolerance)
    side, anchor = (5, "start") if place < across.middle else (-5, "end")
    parts = (
        *_key(across),
        _text(0, 36, "probability", "start", ink=_QUIET),
        _text(place + side, 36, f"tolerance {_percent(tolerance)}", anchor, ink=_INK),
        *_heights(
            across, 50, 190, tuple((WHOLE * step // 4, _percent(WHOLE * step // 4)) for step in range(5))
        ),
        _stroke(place, 26, place, foot, _INK, 1.4, dashes="4 2.5"),
        *(_curve(name, [(across.at(x), 190 - 140 * y / WHOLE) for x, y in curves[name]]) for name in curves),
        *(_trials(across, points, most) if most else ()),
        *_rates(across, tolerance, foot),
        _text(across.right, foot + 34, axis, "end", ink=_QUIET),
    )
    return _drawing(600, foot + 40, what, parts)


def _key(across: _Scale) -> t.Iterator[str]:
    """What each curve looks like, in one line."""
    for left, name in zip((across.left, across.left + 80, across.left + 190), _VERDICTS, strict=True):
        yield _curve(name, [(left, 8), (left + 14, 8), (left + 28, 8)])
        yield _text(left + 34, 12, name, "start", ink=_INK)


def _curve(name: str, places: t.Sequence[tuple[float, float]]) -> str:
    colour, dashes, width = _VERDICTS[name]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    parts = [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width:.2f}"{dashed}/>']
    for x, y in places:
        if name == "pass":
            parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.60" fill="{colour}"/>')
        if name == "fail":
            parts.append(_rect(x - 2.3, y - 2.3, 4.6, 4.6, colour))
    return "".join(parts)


def _heights(across: _Scale, top: float, foot: float, levels: t.Sequence[tuple[int, str]]) -> t.Iterator[str]:
    """Lines across at some heights of what goes up to the last of them, with their words, from the top."""
    highest = levels[-1][0]
    for value, words in reversed(levels):
        place = foot - (foot - top) * value / highest
        yield _stroke(across.left, place, across.right, place, _LINE if value else _QUIET, 0.8)
        yield _text(across.left - 6, place + 4, words, "end", ink=_QUIET)


def _trials(across: _Scale, points: t.Sequence[Point], most: int) -> t.Iterator[str]:
    """The trials that it takes, beneath the curves."""
    top, foot = 228.0, 282.0
    yield _text(0, top - 11, "trials, on average", "start", ink=_QUIET)
    yield from _heights(across, top, foot, ((0, "0"), (most, f"{most:,}")))
    places = [
        (across.at(rate), foot - (foot - top) * min(number, most) / most) for rate, _, _, number in points
    ]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    yield f'<polyline points="{line}" fill="none" stroke="{_INK}" stroke-width="1.60"/>'
    yield from (f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.80" fill="{_INK}"/>' for x, y in places)


def _rates(across: _Scale, tolerance: int, base: float) -> t.Iterator[str]:
    """The axis of true rates: marked at each multiple of what is tolerated, and at its end."""
    ticks = list(range(0, across.end + 1, max(tolerance, across.end // 10)))
    if across.end - ticks[-1] > across.end // 10:
        ticks.append(across.end)
    for tick in ticks:
        place = across.at(tick)
        at_end = tick == across.end
        yield _stroke(place, base, place, base + 4, _QUIET, 1)
        yield _text(
            place + (8 if at_end else 0), base + 17, _percent(tick), "end" if at_end else "middle", ink=_QUIET
        )


def _widths(numbers: t.Sequence[int], width: int) -> list[float]:
    least = 2.0
    room, rest = float(width), sum(numbers)
    small: set[int] = set()
    # What the small ones are given is taken from the others, and may make one of them small in its turn.
    while found := {n for n in numbers if n and n not in small and n * room < least * rest}:
        small |= found
        room -= least * sum(number in found for number in numbers)
        rest -= sum(number for number in numbers if number in found)
    return [0.0 if not number else least if number in small else room * number / rest for number in numbers]


def _segment(left: float, width: float, name: str, *, top: float, height: float) -> str:
    fill, stripe = _TEXTURES[name]
    parts = [_rect(left, top, width, height, fill)]
    place = left + 1.5
    while stripe and place + 1 <= left + width:
        parts.append(_rect(place, top, 0.9, height, stripe))
        place += 3.5
    return "".join(parts)


def _measured(
    scale: _Scale,
    rate: int | None,
    lower: int,
    upper: int,
    tolerance: int | None,
    *,
    middle: float,
    half: float,
) -> str:
    colour = _QUIET
    if tolerance is not None:
        colour = _INSIDE if upper <= tolerance else _BEYOND if lower > tolerance else _QUIET
    left, right = scale.at(lower), scale.at(upper)
    parts = [
        _stroke(left, middle, right, middle, colour, half * 0.36),
        _stroke(left, middle - half, left, middle + half, colour, 1.6),
        _stroke(right, middle - half, right, middle + half, colour, 1.6),
    ]
    if rate is not None:
        place = f'cx="{scale.at(rate):.2f}" cy="{middle:.2f}" r="{half * 0.56:.2f}"'
        parts.append(f'<circle {place} fill="{colour}" stroke="#ffffff" stroke-width="1.2"/>')
    return "".join(parts)


def _axis(scale: _Scale, base: float) -> t.Iterator[str]:
    yield _stroke(scale.left, base, scale.right, base, _QUIET, 1)
    first = -scale.end if scale.signed else 0
    for tick in range(first, scale.end + 1, _STEPS[scale.end]):
        place = scale.at(tick)
        anchor = "start" if tick == first else "end" if tick == scale.end else "middle"
        shift = {"start": -0.5, "end": 0.5}.get(anchor, 0)
        yield _stroke(place, base, place, base + 4, _QUIET, 1)
        yield _text(
            place + shift, base + 17, _points(tick) if scale.signed else _percent(tick), anchor, ink=_QUIET
        )


def _percent(ppm: int) -> str:
    whole, part = divmod(ppm, 10_000)
    return f"{whole}{f'.{part:04d}'.rstrip('0') if part else ''} %"


def _points(ppm: int) -> str:
    """Percentage points with their sign: a difference of rates is no rate."""
    sign = "\u2212" if ppm < 0 else "+" if ppm else ""
    return sign + _percent(abs(ppm)).removesuffix(" %")


def _drawing(width: int, height: int, what: str, parts: t.Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{html.escape(what)}</title>{"".join(parts)}</svg>'
    )


def _rect(left: float, top: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"/>'


def _box(left: float, top: float, width: float, height: float) -> str:
    size = f'x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {size} fill="none" stroke="{_QUIET}" stroke-width="0.8"/>'


def _stroke(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, *, dashes: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:.2f}"{dashed}/>'


def _text(x: float, y: float, words: str, anchor: str, *, ink: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{_FONT}" font-size="11" fill="{ink}" '
        f'text-anchor="{anchor}">{html.escape(words)}</text>'
    )
