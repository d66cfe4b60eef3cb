"""Texts written and read: every text that may be written comes back as it was."""

from xml.etree import ElementTree as Tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.workbook.texts import decoded, encoded, units, unwritable

ANY = st.text(max_size=60) | st.from_regex(r"(_x?[0-9A-Fa-f]{3,5}_?){1,4}", fullmatch=True)


@given(text=ANY)
def test_what_may_be_written_comes_back(text: str) -> None:
    """Through another XML parser and back, whatever it looks like; what may not be written is named."""
    odd = unwritable(text)
    if odd:
        assert odd in {f"U+{ord(each):04X}" for each in text}
        return
    read = Tree.fromstring(f'<t xml:space="preserve">{encoded(text)}</t>').text or ""  # noqa: S314 - made here
    assert decoded(read) == text


@pytest.mark.parametrize("text", ["\0", "\x1b", "\r", "\x7f", "\x85", "\ud800", "\uffff"])
def test_what_nobody_sees_is_not_written(text: str) -> None:
    """Control characters, halves of characters and no characters, each by its number."""
    assert unwritable(f"a{text}b") == f"U+{ord(text):04X}"


def test_length_is_counted_as_excel_does() -> None:
    """A character beyond the basic plane counts as two."""
    assert (units("abc"), units("\U0001f600"), units("")) == (3, 2, 0)
