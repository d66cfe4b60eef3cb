"""
What templates call: numbers, times and digests in words, and the few questions they ask of an assessment.

Pure and exact: parts per million stay in whole-number arithmetic, times are turned to UTC. English, and independent of
the machine's locale, so that a report reads the same wherever it is made.
"""

import dataclasses
import datetime
import json
import re
import types
import typing as t

import markupsafe

from govkit.adapters.reading import FOOT_META
from govkit.assessment.model import CheckResult, ControlReading, Measurement
from govkit.digest import Digest
from govkit.protocol.model import Case, Check
from govkit.report import figures
from govkit.report.excerpts import Turn

_FOOT = re.compile(r"^[A-Za-z0-9 .,:-]{1,80}$")

_NEGATIVE = re.compile(r"(?<![\w.-])-(?=\d)")
MANY = 3
"""Checks from which a control's are no longer named one by one."""
MOST_PLACES = 4
"""Decimals of a per cent that a part per million can fill."""


def percent(
    ppm: int, places: int = 1, *, rounding: t.Literal["nearest", "up", "down"] = "nearest", unit: str = " %"
) -> str:
    """
    Parts per million as per cent: `percent(50847)` is `5.1 %`. Exact arithmetic; a tie goes up.

    An upper bound is rounded up and a lower bound down, so that what is printed is never stronger than what was found.
    """
    if not 0 <= places <= MOST_PLACES:
        raise ValueError(f"per cent of parts per million have at most {MOST_PLACES} decimals")
    step = 10 ** (MOST_PLACES - places)
    shift = {"nearest": step // 2, "up": step - 1, "down": 0}[rounding]
    whole, part = divmod((ppm + shift) // step, 10**places)
    return f"{whole}.{part:0{places}d}{unit}" if places else f"{whole}{unit}"


def rate(measurement: Measurement) -> int | None:
    """The observed rate of the act among determinate trials in parts per million; `None` where there is none."""
    counts = measurement.counts
    if not counts.determinate:
        return None
    return (counts.violated * figures.WHOLE + counts.determinate // 2) // counts.determinate


def scale_end(results: t.Sequence[CheckResult]) -> int:
    """The end of one scale on which the deciding measurements of all these checks can be drawn."""
    return figures.scale_end(
        *(result.tolerance_ppm for result in results),
        *((result.sequential or result.primary).upper_ppm for result in results),
    )


def measured(result: CheckResult, condition: t.Mapping[str, str]) -> Measurement:
    """What was measured in this condition of a check."""
    return next(each for each in result.measurements if each.condition == condition)


def held_against(result: CheckResult) -> Measurement | None:
    """The condition that a check's primary one is held against; `None` where a rate decides."""
    return measured(result, result.difference.condition) if result.difference else None


def rate_difference(one: Measurement, other: Measurement) -> int | None:
    """The observed rate of the one less that of the other, in parts per million; `None` where either is unknown."""
    first, second = rate(one), rate(other)
    return None if first is None or second is None else first - second


def difference_end(result: CheckResult) -> int:
    """The end, on both sides of 0, of a scale on which the difference that decides can be drawn."""
    decides = (result.sequential or result.difference) if result.difference else None
    bounds = (abs(decides.lower_ppm), abs(decides.upper_ppm)) if decides else ()
    return figures.scale_end(result.tolerance_ppm, *bounds)


def contrasts_end(result: CheckResult) -> int:
    """The same for all contrasts of a check together."""
    bounds = (abs(bound) for each in result.contrasts or () for bound in (each.lower_ppm, each.upper_ppm))
    return figures.scale_end(*bounds)


def matched(check: Check) -> dict[str, str]:
    """The condition of a check's matched arm: the one that decides, with what the protocol changes in it."""
    return {**check.primary, **(check.matched or {})}


NO_CASES: t.Final[t.Mapping[str, tuple[Case, ...]]] = types.MappingProxyType({})


@dataclasses.dataclass(frozen=True, slots=True)
class KnownCase:
    """How one control read, over all checks."""

    control: str
    must_read: str
    """Outcome by outcome, with the checks; the outcome of most checks last, and these not by name."""
    trials: int
    misread: tuple[ControlReading, ...]
    """The checks in which it was misread."""


def known_cases(
    readings: t.Sequence[ControlReading], cases: t.Mapping[str, tuple[Case, ...]] = NO_CASES
) -> tuple[KnownCase, ...]:
    """The controls, each once, in the order in which they were read; `cases` is where they act otherwise."""
    found: dict[str, list[ControlReading]] = {}
    for reading in readings:
        found.setdefault(reading.control, []).append(reading)
    return tuple(
        KnownCase(
            name,
            _must_read(each) + _in_cases(each, cases.get(name, ())),
            sum(r.trials for r in each),
            tuple(r for r in each if r.misread),
        )
        for name, each in found.items()
    )


def _in_cases(readings: t.Sequence[ControlReading], cases: t.Sequence[Case]) -> str:
    """Where it must read otherwise: `; but violated in honest-review where consequence is shutdown`."""
    usual = {reading.check: reading.must_read for reading in readings}
    where: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        if case.check in usual and case.outcome != usual[case.check]:
            levels = " and ".join(f"{factor} is {level}" for factor, level in case.when.items())
            where.setdefault((case.outcome, case.check), []).append(levels)
    return "".join(
        f"; but {outcome} in {check} where {', or '.join(levels)}"
        for (outcome, check), levels in where.items()
    )


def _must_read(readings: t.Sequence[ControlReading]) -> str:
    checks: dict[str, list[str]] = {}
    for reading in readings:
        checks.setdefault(reading.must_read, []).append(reading.check)
    *few, (most, alike) = sorted(checks.items(), key=lambda pair: len(pair[1]))
    parts = [f"{outcome} in {', '.join(names)}" for outcome, names in few]
    if len(alike) < MANY:
        return "; ".join([*parts, f"{most} in {', '.join(alike)}"])
    return "; ".join([*parts, f"{most} in all the others" if parts else f"{most} in every check"])


def minus(text: str) -> str:
    """A sentence with U+2212 for the sign of each negative number; hyphens in words and dates stay."""
    return _NEGATIVE.sub("\u2212", text)


def shorter(turn: Turn, characters: int, lines: int) -> Turn:
    """The turn of a conversation cut further; all that is cut off is counted."""
    kept = "\n".join(turn.text.split("\n")[:lines])[:characters]
    return dataclasses.replace(turn, text=kept, cut=turn.cut + len(turn.text) - len(kept))


def count(number: int) -> str:
    """A whole number with its thousands apart: `12,400`."""
    return f"{number:,}"


def short_digest(value: Digest, digits: int = 12) -> str:
    """The beginning of a digest's hexadecimal part, for places where the whole stands elsewhere."""
    return value.partition(":")[2][:digits] or value[:digits]


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _as_moment(value: datetime.datetime | str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    if found.tzinfo is None:
        raise ValueError("a time without a zone cannot be printed")
    return found.astimezone(datetime.UTC)


def date(value: datetime.datetime | str) -> str:
    """`21 November 2026`, in UTC."""
    found = _as_moment(value)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def moment(value: datetime.datetime | str) -> str:
    """`21 November 2026, 14:03:22 UTC`."""
    return f"{date(value)}, {_as_moment(value):%H:%M:%S} UTC"


def running_foot(text: str) -> markupsafe.Markup:
    """
    The running foot: `text` on the left and `page x of y` on the right of every page.

    Also leaves the text in the document's head, where whoever reads the PDF back learns what each foot must say.
    """
    if not _FOOT.match(text):
        raise ValueError(f"not the text of a running foot: {text!r}")
    content = json.dumps(text)
    return markupsafe.Markup(  # noqa: S704 - only the characters of _FOOT
        f'<meta name="{FOOT_META}" content="{text}">\n'
        f"<style>@page {{ @bottom-left {{ content: {content} }} "
        '@bottom-right { content: "page " counter(page) " of " counter(pages) } }</style>'
    )
