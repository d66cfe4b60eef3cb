"""How this room says no: one sentence that a person can act on, with a stranger's words cut short and escaped."""

from govkit.errors import AskedWrongly

BROKEN = "ask for an undamaged copy of the workbook, or save it once in a spreadsheet program and try again"
"""What to do about a file that no correct program writes."""


def refused(
    what: str, *, where: str = "", expected: str = "", found: str = "", fix: str = ""
) -> AskedWrongly:
    """The refusal to read or to change a workbook; `where` names a part of the file or a cell."""
    return AskedWrongly(
        what, where=where or None, expected=expected or None, found=found or None, fix=fix or None
    )


def damaged(where: str, found: str, expected: str = "") -> AskedWrongly:
    """The refusal of a part that does not keep to its format."""
    return refused(
        "This workbook cannot be read safely.", where=where, expected=expected, found=found, fix=BROKEN
    )


def shown(text: str, most: int = 80) -> str:
    """A stranger's words in one of our sentences: short, on one line, without control characters."""
    cut = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in cut)
