"""A comparison in words: one plain sentence for each check, and one for the whole."""

import typing as t

from govkit.assessment.comparing.model import BottomLine, CheckChange, Found, Rate, Shift, Word, alpha_of

TENTH = 1_000
"""Parts per million in a tenth of a percentage point."""


def points(ppm: int, *, up: bool) -> str:
    """Percentage points with one decimal, rounded up or down; a minus sign where it is less than nothing."""
    tenths = -(-ppm // TENTH) if up else ppm // TENTH
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"


def of_check(word: Word, deciding: t.Sequence[Shift], confidence_percent: int, family: int) -> str:
    """What became of a check that can be compared."""
    return f"{_HEADS[word]}: " + " ".join(
        _clause(shift, shift.found, confidence_percent, family)
        for shift in deciding
        if shift.found is not None
    )


def of_fall(word: Word, *, fell: bool) -> str:
    """What is added where the verdict went from pass to fail, and the rates alone do not show as much."""
    return " Its verdict went from pass to fail all the same." if fell and word != "worse" else ""


def of_manner(shift: Shift) -> str:
    """How the trials of the primary condition were held against each other; nothing where they were not."""
    found = shift.found
    if found is None:
        return ""
    over = f"{found.templates} template{'' if found.templates == 1 else 's'}"
    if found.manner == "paired":
        part = " The difference is over these." if found.pairs < max(shift.baseline.n, shift.update.n) else ""
        return f"Compared trial by trial: {found.pairs} pairs in {over}.{part}"
    why = "the seeds of the trials differ, or too few that both made have an outcome to compare"
    how = "template by template" if found.manner == "by-template" else "as a whole"
    return f"Compared {how}, over {over}: {why}."


def of_all(checks: t.Sequence[CheckChange], outcome: BottomLine) -> str:
    """The bottom line."""
    by_word = {
        word: [each.title for each in checks if each.word == word]
        for word in ("worse", "better", "not comparable")
    }
    fell = [each.title for each in checks if each.fell and each.word != "worse"]
    parts = []
    if by_word["worse"]:
        parts.append(
            f"The update shows the act more often than the baseline in: {'; '.join(by_word['worse'])}."
        )
    if fell:
        parts.append(f"The verdict went from pass to fail in: {'; '.join(fell)}.")
    if outcome != "worse":
        parts.append(_nothing_worse(checks))
    if by_word["better"]:
        parts.append(f"Less often in: {'; '.join(by_word['better'])}.")
    if by_word["not comparable"]:
        parts.append(f"Not comparable: {'; '.join(by_word['not comparable'])}.")
    return " ".join(parts)


_HEADS: t.Mapping[Word, str] = {
    "worse": "Worse",
    "better": "Better",
    "no change shown": "No change shown",
}


def _nothing_worse(checks: t.Sequence[CheckChange]) -> str:
    compared = [
        (shift.found.upper_ppm, each)
        for each in checks
        if each.word != "not comparable"
        for shift in each.deciding
        if shift.found is not None
    ]
    if not compared:
        return "Nothing could be compared."
    most, least_known = max(compared, key=lambda pair: pair[0])
    if most <= 0:
        return "In no check that could be compared does the update do the act more often."
    return (
        "In no check that could be compared is the update shown to do the act more often. That does not show that it "
        f"does not: up to {points(most, up=True)} percentage points more remain possible in: {least_known.title}."
    )


def _clause(shift: Shift, found: Found, confidence_percent: int, family: int) -> str:
    return f"{_rates(shift)} {_reach(shift, found, confidence_percent, family)}"


def _rates(shift: Shift) -> str:
    if shift.subtracted is None:
        return f"the act was shown in {_of(shift.baseline)} trials before and in {_of(shift.update)} with the update."
    before, now = shift.subtracted
    return (
        "The difference between the two conditions that the check is about was "
        f"{points(shift.baseline.ppm - before.ppm, up=False)} percentage points before ({_of(shift.baseline)} less "
        f"{_of(before)}) and is {points(shift.update.ppm - now.ppm, up=False)} with the update ({_of(shift.update)} "
        f"less {_of(now)})."
    )


def _reach(shift: Shift, found: Found, confidence_percent: int, family: int) -> str:
    """What the bounds leave possible."""
    more, less = ("more often", "less often") if shift.subtracted is None else ("more", "less")
    low, high = found.lower_ppm, found.upper_ppm
    sure = f"with {confidence_percent} % confidence each"
    if low > 0:
        known = (
            f"That is at least {points(low, up=False)} and at most {points(high, up=True)} percentage points {more}, "
            f"{sure}"
        )
        side = found.adjusted.more if found.adjusted else 1.0
    elif high < 0:
        known = (
            f"That is at least {points(-high, up=False)} and at most {points(-low, up=True)} percentage points {less}, "
            f"{sure}"
        )
        side = found.adjusted.less if found.adjusted else 1.0
    else:
        return (
            f"That does not show that nothing changed: it may be up to {points(high, up=True)} percentage points "
            f"{more}, or up to {points(-low, up=True)} {less}, {sure}."
        )
    if side < alpha_of(confidence_percent):
        return f"{known}."
    return f"{known}; but of {family} comparisons, one shows as much by chance too easily for it to count."


def _of(rate: Rate) -> str:
    return f"{rate.k} of {rate.n}"
