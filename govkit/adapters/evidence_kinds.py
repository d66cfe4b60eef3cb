"""
What somebody points `govkit verify` at, before anything in it is believed: a report, a run folder, or neither.

Whoever hands over something else by mistake is told so. But evidence that was tampered with must never pass for such a
mistake, so the question is asked in favour of evidence: one mark of a PDF or one file of a run is enough.
"""

import itertools
import os
import pathlib
import typing as t

from govkit.adapters.evidence_files import MAX_NAMES, RUN_FILES, RUN_NAME, read_file
from govkit.adapters.pdf_reader import MAX_PDF_BYTES
from govkit.errors import AskedWrongly

PDF_MARKS = (b"%PDF", b"startxref", b"%%EOF")
"""Any of them, anywhere: a report whose beginning was cut off is a damaged report."""
LOOKED_INTO = 200
"""Entries of each folder that are looked at to find runs to propose."""
SHOWN = 5


def check_asked(path: pathlib.Path) -> None:
    """
    Raises `AskedWrongly` when there is neither a report nor a run folder at the path, saying what there is.

    What cannot be looked into is left to verification, which says why.
    """
    if path.is_dir():
        _check_folder(path)
    else:
        _check_file(path)


def _check_file(path: pathlib.Path) -> None:
    if path.suffix.lower() == ".pdf":
        return
    data = read_file(path, MAX_PDF_BYTES)
    if any(mark in data for mark in PDF_MARKS):
        return
    beside = RUN_FILES.fullmatch(path.name) is not None
    raise AskedWrongly(
        "This is neither a report nor a run folder.",
        where=str(path),
        expected="a PDF, or a folder that `govkit run` made",
        found="one file of a run" if beside else "a file that is no PDF" if data else "an empty file",
        fix=f"give the whole folder: {path.parent}"
        if beside
        else "give the report's PDF, or the run's folder",
    )


def _check_folder(path: pathlib.Path) -> None:
    entries = _entries(path, MAX_NAMES + 1)
    if entries is None or len(entries) > MAX_NAMES or _is_run(path, entries):
        return
    runs = [str(each) for each in _runs_below(entries)]
    reports = [str(each) for each in entries if each.suffix.lower() == ".pdf"]
    raise AskedWrongly(
        "This is no run folder.",
        where=str(path),
        expected="a PDF, or a folder that `govkit run` made",
        found=_found(entries, len(runs), len(reports)),
        fix=f"give {_listed(runs + reports)}"
        if runs or reports
        else "give the folder that `govkit run` printed",
    )


def _runs_below(entries: list[pathlib.Path], levels: int = 2) -> t.Iterator[pathlib.Path]:
    """Run folders among these and one level further down, as `govkit demo` makes them."""
    for each in entries[:LOOKED_INTO]:
        inside = _entries(each, LOOKED_INTO) if os.path.isdir(each) else None  # noqa: PTH112 - false where refused
        if inside is None:
            continue
        if _is_run(each, inside):
            yield each
        elif levels > 1:
            yield from _runs_below(inside, levels - 1)


def _entries(folder: pathlib.Path, most: int) -> list[pathlib.Path] | None:
    """What is in a folder, of too much a part; None when it cannot be read."""
    try:
        return sorted(itertools.islice(folder.iterdir(), most))
    except OSError:
        return None


def _is_run(folder: pathlib.Path, entries: list[pathlib.Path]) -> bool:
    named = RUN_NAME.fullmatch(folder.resolve().name) is not None
    return named or any(RUN_FILES.fullmatch(each.name) for each in entries)


def _found(entries: list[pathlib.Path], runs: int, reports: int) -> str:
    if not entries:
        return "an empty folder"
    parts = [f"{runs} run folder{'s' * (runs != 1)}"] * bool(runs)
    parts += [f"{reports} PDF{'s' * (reports != 1)}"] * bool(reports)
    return f"a folder with {' and '.join(parts)} in it" if parts else "a folder with nothing of a run in it"


def _listed(paths: list[str]) -> str:
    more = f" or one of {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return " or ".join(paths[:SHOWN]) + more
