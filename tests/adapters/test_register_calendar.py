"""What is due, as a calendar."""

import datetime
import pathlib
import typing as t

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.register_calendar import calendar_bytes, write_calendar
from govkit.approval.register.due import Due, key_of
from govkit.errors import AskedWrongly

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)


def _due(ends: datetime.datetime = ENDS, **changes: t.Any) -> Due:
    said = {
        "what": "The approval ends.",
        "candidate": "Assistant",
        "owner": "Ann",
        "where": "decisions/x.json",
    }
    return Due("approval", ends, identity="sha256:1", key=key_of("x"), **{**said, **changes})


def _events(data: bytes) -> list[t.Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_an_event_lies_on_the_last_day_on_which_a_thing_holds() -> None:
    """What ends at midnight has its event on the day before, what ends at noon on that day; with reminders."""
    (midnight,) = _events(calendar_bytes([_due()], NOW))
    (noon,) = _events(calendar_bytes([_due(ENDS + datetime.timedelta(hours=12))], NOW))
    assert midnight["DTSTART"].dt == datetime.date(2026, 12, 23)
    assert midnight["DTEND"].dt == datetime.date(2026, 12, 24)
    assert noon["DTSTART"].dt == datetime.date(2026, 12, 24)
    assert [alarm["TRIGGER"].dt.days for alarm in midnight.walk("VALARM")] == [-14, -1]


def test_the_same_thing_keeps_its_identifier_when_its_end_moves() -> None:
    """A calendar that reads the file again moves the event and makes no second one."""
    (before,) = _events(calendar_bytes([_due()], NOW))
    (after,) = _events(calendar_bytes([_due(ENDS + datetime.timedelta(days=90))], NOW))
    assert before["UID"] == after["UID"]
    assert before["DTSTART"].dt != after["DTSTART"].dt


def test_the_bytes_follow_from_the_arguments() -> None:
    """Made twice, at the same time asked about, it is the same file; lines end as the standard says."""
    data = calendar_bytes([_due()], NOW)
    assert data == calendar_bytes([_due()], NOW)
    assert b"\r\n".join(data.split(b"\r\n")) == data
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"DTSTAMP:20261121T120000Z" in data
    assert calendar_bytes([], NOW).endswith(b"END:VCALENDAR\r\n")


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_hostile_text_stays_a_text(candidate: str, what: str) -> None:
    """Whatever a candidate is called, the calendar has one event and no control character, and the name is in it."""
    data = calendar_bytes([_due(candidate=candidate, what=what)], NOW)
    (event,) = _events(data)
    assert event["UID"] == f"{key_of('x')}@register.govkit"
    assert all(byte >= 32 for byte in data.replace(b"\r\n", b""))
    assert len(event.walk("VALARM")) == 2


def test_an_injected_event_is_none() -> None:
    """A name that ends its line and begins an event of its own stays in its line."""
    name = "Assistant\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:All is well"
    assert len(_events(calendar_bytes([_due(candidate=name)], NOW))) == 1


def test_a_calendar_is_replaced_and_nothing_else(tmp_path: pathlib.Path) -> None:
    """An earlier calendar is replaced whole; another file is left alone, and a folder that is not there is named."""
    path = tmp_path / "due.ics"
    write_calendar(path, calendar_bytes([], NOW))
    write_calendar(path, calendar_bytes([_due()], NOW))
    assert path.read_bytes() == calendar_bytes([_due()], NOW)
    assert [each.name for each in tmp_path.iterdir()] == ["due.ics"]
    (tmp_path / "thesis").write_bytes(b"years")
    with pytest.raises(AskedWrongly, match="would be lost"):
        write_calendar(tmp_path / "thesis", b"")
    with pytest.raises(AskedWrongly, match="cannot be written"):
        write_calendar(tmp_path / "no" / "due.ics", b"")
    assert (tmp_path / "thesis").read_bytes() == b"years"
