"""
What is due, as a calendar (iCalendar, RFC 5545): an all-day event on the last day on which a thing holds, with
reminders.

The same thing keeps its identifier when its end moves, so that a calendar that subscribes to the file moves the event
and makes no second one. The bytes follow from the arguments alone. Escaping and folding are the library's; what the
standard forbids in a text, control characters, is taken out before.
"""

import datetime
import os
import pathlib
import typing as t

from icalendar import Alarm, Calendar, Event, vDuration

from govkit.approval.register.due import Due
from govkit.errors import AskedWrongly

REMINDERS: t.Final = (datetime.timedelta(days=14), datetime.timedelta(days=1))
"""So long before the day itself; one of two weeks leaves time for a run and a signature."""
MAX_SUMMARY, MAX_TEXT = 200, 2_000
BEGINNING = b"BEGIN:VCALENDAR\r\n"


def calendar_bytes(dues: t.Iterable[Due], now: datetime.datetime) -> bytes:
    """The calendar of these, `now` as the time of its making."""
    calendar = Calendar()
    calendar.add("prodid", "-//govkit//register//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "govkit register")
    for each in dues:
        calendar.add_component(_event(each, now))
    return bytes(calendar.to_ical())


def _event(due: Due, now: datetime.datetime) -> Event:
    of = f": {due.candidate}" if due.candidate else ""
    summary = _text(f"{due.kind.capitalize()} ends{of}" if due.kind != "condition" else f"Condition due{of}")
    event = Event()
    event.add("uid", f"{due.key}@register.govkit")
    event.add("dtstamp", now)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + datetime.timedelta(days=1))
    event.add("summary", summary[:MAX_SUMMARY])
    event.add("description", _text(_described(due))[:MAX_TEXT])
    event.add("categories", [due.kind])
    event.add("transp", "TRANSPARENT")
    for before in REMINDERS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", vDuration(-before))
        alarm.add("description", summary[:MAX_SUMMARY])
        event.add_component(alarm)
    return event


def _described(due: Due) -> str:
    parts = (due.what, f"Owner: {due.owner}" if due.owner else "", f"Where: {due.where}" if due.where else "")
    ends = f"Ends at {due.ends:%Y-%m-%dT%H:%M:%SZ}."
    return "\n".join(each for each in (*parts, ends, "As indexed; verify with govkit verify.") if each)


def _text(text: str) -> str:
    """
    Without control characters, RFC 5545 section 3.1, and without what moves about in a line (U+2028 and its like);
    line feeds stay and are escaped.
    """
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text)


def write_calendar(path: pathlib.Path, data: bytes) -> None:
    """Write the file, or none of it. Raises `AskedWrongly` where another file than a calendar would be lost."""
    beside = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not _is_calendar(path):
            fix = "give another --ical file"
            raise AskedWrongly("This file is no calendar and would be lost.", where=str(path), fix=fix)
        beside.write_bytes(data)
        os.replace(beside, path)  # noqa: PTH105 - over what is there
    except OSError as error:
        fix = "make room or grant the right"
        raise AskedWrongly(
            "The calendar cannot be written.", where=str(path), found=error.strerror, fix=fix
        ) from None


def _is_calendar(path: pathlib.Path) -> bool:
    with path.open("rb") as file:
        return path.is_file() and file.read(len(BEGINNING)) == BEGINNING
