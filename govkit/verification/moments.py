"""Times as evidence writes them: `2026-11-21T14:03:22Z` and no other way, so that they compare and print alike."""

import datetime
import re

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def moment_of(text: str) -> datetime.datetime | None:
    """The time, to the second, UTC; None for text that is not a time in this one form."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def written(moment: datetime.datetime) -> str:
    """A time in this one form; `moment` has a zone."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_order(earlier: str, later: str) -> bool:
    """Whether both are times, and the second is not before the first."""
    one, other = moment_of(earlier), moment_of(later)
    return one is not None and other is not None and one <= other
