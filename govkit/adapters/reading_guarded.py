"""
The words of a stranger's PDF, read in a child process that may die: `govkit.adapters.reading.read_pdf` under guard.

PDFium is native code that parses what a stranger wrote, and limits of memory and time can only be set for a whole
process. The child inherits nothing of the environment; it takes the PDF on stdin and answers in JSON.
"""

import json
import sys

import pydantic

from govkit.adapters.guarded_child import ask_child, gave_up, limit_this_process
from govkit.adapters.reading import PrintedPage, read_pdf
from govkit.errors import EvidenceBroken

OUTPUT_BYTES = 256 * 1024 * 1024
"""A page of dense text is a few kilobytes."""

_PAGES = pydantic.TypeAdapter(tuple[PrintedPage, ...])


def read_pdf_guarded(data: bytes) -> tuple[PrintedPage, ...]:
    """
    The printed words of every page, read in a child process with limits.

    Raises `EvidenceBroken` when it is no readable PDF, or not readable within the limits.
    """
    answer = ask_child("govkit.adapters.reading_guarded", data, most=OUTPUT_BYTES)
    try:
        return _PAGES.validate_json(answer)
    except pydantic.ValidationError:
        raise gave_up("the reader's answer is none") from None


def main() -> int:
    """The guarded child: a PDF on stdin, its words on stdout; 1 when it has none to give."""
    limit_this_process(OUTPUT_BYTES)
    try:
        pages = read_pdf(sys.stdin.buffer.read())
    except EvidenceBroken:
        return 1
    # ASCII: PDFium may report half a surrogate pair, and UTF-8 has no word for it.
    sys.stdout.write(json.dumps(_PAGES.dump_python(pages)))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
