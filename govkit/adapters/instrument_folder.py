"""
Instruments on disk: those that travel with govkit (`govkit/instruments/`), and anybody's own folder.

A folder holds `instrument.yaml` and `rules.yaml`. Those that travel with govkit are linted by its tests; one of
somebody's own is linted whenever it is read.
"""

import os
import pathlib
import re

from govkit.adapters.crosswalk_folder import checks_by_protocol, shipped_crosswalk
from govkit.adapters.evidence_files import read_file
from govkit.errors import AskedWrongly, FaultyDocument, UnknownName
from govkit.protocol.strict_yaml import MAX_BYTES
from govkit.questionnaire.instrument import KIND, ReadInstrument, read_instrument
from govkit.questionnaire.lint import Named, lint_instrument, lint_rules
from govkit.questionnaire.rules import ReadRules, read_rules

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "instruments"
INSTRUMENT, RULES = "instrument.yaml", "rules.yaml"
AGAIN = "install govkit again"
REFERENCE = re.compile(r"([a-z][a-z0-9-]*)(?:@(.{1,100}))?")

Bound = tuple[ReadInstrument, ReadRules]
"""A binding with its rules."""


def shipped_instruments(folder: pathlib.Path = FOLDER) -> tuple[Bound, ...]:
    """Every instrument of this installation, by id. Raises `AskedWrongly` or `FaultyDocument` for a damaged one."""
    folders = sorted(each for each in folder.iterdir() if (each / INSTRUMENT).is_file())
    if not folders:
        raise AskedWrongly("There are no instruments in this folder.", where=str(folder), fix=AGAIN)
    return tuple(_read(each) for each in folders)


def find_instrument(reference: str) -> Bound:
    """
    The instrument that is meant: `id` or `id@edition` of one that travels with govkit, or a folder of one's own.

    Raises `UnknownName` with near misses, `FaultyDocument` with all faults of a folder's two files.
    """
    path = pathlib.Path(reference)
    if os.path.isdir(reference):  # noqa: PTH112 - answers for any text, also one too long for a path
        return read_own(path)
    match = REFERENCE.fullmatch(reference.strip())
    name, edition = (match[1], match[2]) if match is not None else (reference, None)
    known = {each.name for each in FOLDER.iterdir() if (each / INSTRUMENT).is_file()}
    if name not in known:
        raise UnknownName("instrument", reference, known)
    found = _read(FOLDER / name)
    there = found[0].instrument.edition
    if edition is not None and edition != there:
        fix = "an answer for one edition is none for another; bind it as one of your own"
        raise AskedWrongly(
            f"Another edition of {name} travels with govkit.", expected=edition, found=there, fix=fix
        )
    return found


def read_own(folder: pathlib.Path) -> Bound:
    """The instrument in somebody's own folder. Raises `FaultyDocument` with all faults of form and of sense."""
    instrument, rules = _read(folder)
    names = named()
    faults = (*lint_instrument(instrument, names), *lint_rules(rules, instrument, names))
    if faults:
        raise FaultyDocument(KIND, faults)
    return instrument, rules


def named() -> Named:
    """What bindings and rules may name: released checks, and clauses of the crosswalk."""
    clauses = {each.id: frozenset(entry.ref for entry in each.entries) for each in shipped_crosswalk()}
    return Named(checks_by_protocol(), clauses)


def _read(folder: pathlib.Path) -> Bound:
    instrument = read_instrument(_bytes(folder / INSTRUMENT), file=f"{folder.name}/{INSTRUMENT}")
    rules = read_rules(_bytes(folder / RULES), file=f"{folder.name}/{RULES}")
    return instrument, rules


def _bytes(path: pathlib.Path) -> bytes:
    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise AskedWrongly(
            "This file is larger than it can be.", where=str(path), expected=f"{MAX_BYTES} bytes"
        )
    return data
