"""
A buyer's workbook, filled in place: which edition it is, where its questions stand, what may be written, what was.

1. The edition is recognised by its stamp, and rows by the id of their question, never by number or order. An id that
   stands twice or not at all, and a question whose text is not the one that was bound, refuse the file by name.
2. Written are cells that the binding names, that are empty, and that the file itself lets be written
   (`govkit.adapters.workbook`): no formula, no locked cell, no word that the drop-down does not have. An answer and its
   comment go together: where one cannot be written, neither is. What was not written is told with its reason.
3. A question that another one switches off is left alone.
"""

import dataclasses
import re
import typing as t

from govkit.adapters.instrument_folder import Bound
from govkit.adapters.workbook import Cell, Edit, Workbook, patch, receipt, refusals
from govkit.errors import AskedWrongly
from govkit.evidence.strict_json import read_json
from govkit.questionnaire.answers import Answer, Answers
from govkit.questionnaire.instrument import Instrument, Layout, SheetLayout, Stamp, text_digest

SHOWN = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands."""

    sheet: str
    row: int
    layout: SheetLayout

    def ref(self, column: str) -> str:
        return f"{column}{self.row}"


@dataclasses.dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """A workbook with answers in it, and what is to be said of it."""

    data: bytes
    receipt: dict[str, t.Any]
    """Digests before and after, each changed cell with what it rests on, and what was not written and why."""


def recognise(book: Workbook, known: t.Sequence[Bound]) -> Bound:
    """The instrument whose stamps stand in this workbook. Raises `AskedWrongly` for none, with what was looked for."""
    looked: list[str] = []
    for each in known:
        layout = each[0].instrument.layout
        stamps = layout.recognise if layout is not None else None
        if stamps and all(_stands(book, stamp) for stamp in stamps):
            return each
        looked += [
            f"{each[0].instrument.id} {each[0].instrument.edition} ({stamp.sheet}!{stamp.cell})"
            for stamp in (stamps or ())[:1]
        ]
    fix = "where its edition has no stamp, name it with --instrument; else it is not bound"
    raise AskedWrongly("This workbook is of no edition that is known.", expected="; ".join(looked), fix=fix)


def _stands(book: Workbook, stamp: Stamp) -> bool:
    if stamp.sheet not in {each.name for each in book.sheets}:
        return False
    text = book.read(stamp.sheet, [stamp.cell])[stamp.cell].text
    if stamp.json_key is None:
        return text.strip() == stamp.equals
    try:
        value = read_json(text.encode("utf-8", "replace"), where=stamp.cell)
    except Exception:  # noqa: BLE001 - a stranger's cell: whatever it is, it is not the stamp
        return False
    return isinstance(value, dict) and value.get(stamp.json_key) == stamp.equals


def places(book: Workbook, instrument: Instrument) -> dict[str, Place]:
    """
    Where the bound questions stand, each with the text that was bound.

    Raises `AskedWrongly` where an id is lacking or stands twice, or where a text is another.
    """
    layout = _layout(instrument)
    asked = {each.id for each in instrument.questions}
    found: dict[str, list[Place]] = {}
    for sheet in layout.sheets:
        for name in _sheets(book, sheet):
            for row, text in _ids(book, name, sheet, layout):
                if text in asked:
                    found.setdefault(text, []).append(Place(name, row, sheet))
    lacking = sorted(asked - found.keys())
    twice = sorted(name for name, where in found.items() if len(where) > 1)
    if lacking or twice:
        told = f"lacking: {_several(lacking)}; more than once: {_several(twice)}"
        fix = "take the buyer's own file, or bind this one"
        raise AskedWrongly(
            "The questions of this workbook are not those that are bound.", found=told, fix=fix
        )
    placed = {name: where[0] for name, where in found.items()}
    _check_texts(book, instrument, placed)
    return placed


def _layout(instrument: Instrument) -> Layout:
    if instrument.layout is None:
        fix = "use the answer pack"
        raise AskedWrongly("This instrument is no workbook.", found=instrument.id, fix=fix)
    return instrument.layout


def _sheets(book: Workbook, layout: SheetLayout) -> list[str]:
    names = [each.name for each in book.sheets if each.has_cells]
    if layout.name is not None:
        return [name for name in names if name == layout.name]
    return [name for name in names if name.startswith(layout.name_begins or "")]


def _ids(book: Workbook, sheet: str, columns: SheetLayout, layout: Layout) -> t.Iterator[tuple[int, str]]:
    pattern = re.compile(layout.id_pattern) if layout.id_pattern else None
    for cell in book.cells(sheet):
        letters = cell.ref.rstrip("0123456789")
        text = cell.text.strip()
        if letters == columns.ids and 0 < len(text) <= 60 and (pattern is None or pattern.fullmatch(text)):  # noqa: PLR2004 - as ids are
            yield int(cell.ref[len(letters) :]), text


def _check_texts(book: Workbook, instrument: Instrument, placed: t.Mapping[str, Place]) -> None:
    """Ids are used again for other questions: the text under each must be the one that was bound."""
    other = []
    for name, cell in _read(book, placed, lambda place: place.layout.question).items():
        question = instrument.question(name)
        if question is None:
            continue
        bound = question.text_digest or (text_digest(question.text) if question.text is not None else None)
        if bound is not None and text_digest(cell.text) != bound:
            other.append(name)
    if other:
        fix = "bind this file anew: whoever wrote the rules has to read these questions first"
        raise AskedWrongly(
            "Questions of this workbook have another text than the one that was bound.",
            found=_several(sorted(other)),
            fix=fix,
        )


def _read(
    book: Workbook, placed: t.Mapping[str, Place], column: t.Callable[[Place], str | None]
) -> dict[str, Cell]:
    """One cell of each question, by id; each sheet is read once."""
    wanted: dict[str, dict[str, str]] = {}
    for name, place in placed.items():
        letters = column(place)
        if letters is not None:
            wanted.setdefault(place.sheet, {})[name] = place.ref(letters)
    found: dict[str, Cell] = {}
    for sheet, refs in wanted.items():
        cells = book.read(sheet, refs.values())
        found |= {name: cells[ref] for name, ref in refs.items()}
    return found


def written_in(book: Workbook, instrument: Instrument) -> dict[str, tuple[str, str]]:
    """What stands in the cells of each question: the answer and the comment."""
    placed = places(book, instrument)
    answers = _read(book, placed, lambda place: place.layout.answer)
    comments = _read(book, placed, lambda place: place.layout.comment)
    return {name: (answers[name].text, comments[name].text) for name in placed}


def fill_workbook(data: bytes, instrument: Instrument, answers: Answers) -> FilledWorkbook:
    """
    The workbook with these answers in it. Raises `AskedWrongly` for one that may not be filled at all, and for one that
    takes none of them.
    """
    book = Workbook.open(data)
    placed = places(book, instrument)
    off = _switched_off(book, instrument)
    edits: dict[str, list[Edit]] = {}
    left: dict[str, str] = {}
    for each in answers.answers:
        if each.question in off:
            left[each.question] = off[each.question]
        else:
            edits[each.question] = list(_edits(each, placed[each.question]))
    _drop_taken(book, edits, left)
    for refusal in refusals(book, [one for each in edits.values() for one in each]):
        name = next((name for name, each in edits.items() if refusal.edit in each), None)
        if name is not None:
            left[name] = " ".join(refusal.why.lines())
    kept = {name: each for name, each in edits.items() if name not in left}
    filled = patch(data, [one for each in kept.values() for one in each])
    return FilledWorkbook(filled, _receipt(data, filled, answers, kept, left))


def _edits(answer: Answer, place: Place) -> t.Iterator[Edit]:
    layout = place.layout
    remedy = "; ".join(f"{each.field}: {each.value}" for each in answer.remediation if each.value)
    texts = (
        (layout.answer, answer.value),
        (layout.comment, answer.comment),
        (layout.owner, answer.owner or ""),
        (layout.remediation, remedy),
    )
    for column, text in texts:
        if column is not None and text and column not in (layout.never or ()):
            yield Edit(place.sheet, place.ref(column), text)


def _drop_taken(book: Workbook, edits: t.Mapping[str, list[Edit]], left: dict[str, str]) -> None:
    """Note the questions of which a cell holds something already: nobody's words are written over."""
    by_sheet: dict[str, list[tuple[str, str]]] = {}
    for name, each in edits.items():
        for edit in each:
            by_sheet.setdefault(edit.sheet, []).append((name, edit.ref))
    for sheet, refs in by_sheet.items():
        cells = book.read(sheet, [ref for _, ref in refs])
        for name, ref in refs:
            if cells[ref].text and not cells[ref].formula:
                left[name] = f"The cell {sheet}!{ref} holds something already."


def _switched_off(book: Workbook, instrument: Instrument) -> dict[str, str]:
    """Questions that another one's answer does not ask for, with why."""
    off: dict[str, str] = {}
    layout = _layout(instrument)
    for route in instrument.routing or ():
        columns = next((each for each in layout.sheets if each.name == route.sheet), layout.sheets[0])
        names = {each.name for each in book.sheets if each.has_cells}
        given = _routed(book, route.sheet, columns, route.id) if route.sheet in names else None
        if given != route.needs:
            found = "no answer" if not given else repr(given[:60])
            why = f"{route.id} on {route.sheet} has to be answered {route.needs} first, and has {found}. {route.why}"
            off |= dict.fromkeys(route.questions or [each.id for each in instrument.questions], why)
    return off


def _routed(book: Workbook, sheet: str, columns: SheetLayout, name: str) -> str | None:
    """What the question of this id is answered with; None where it does not stand there."""
    for cell in book.cells(sheet):
        if cell.text.strip() == name and cell.ref.rstrip("0123456789") == columns.ids:
            ref = f"{columns.answer}{cell.ref.removeprefix(columns.ids)}"
            return book.read(sheet, [ref])[ref].text.strip()
    return None


def _receipt(
    before: bytes,
    after: bytes,
    answers: Answers,
    kept: t.Mapping[str, list[Edit]],
    left: t.Mapping[str, str],
) -> dict[str, t.Any]:
    found = receipt(before, after)
    owner = {(edit.sheet, edit.ref): name for name, each in kept.items() for edit in each}
    cells = []
    for change in found.cells:
        answer = answers.of(owner[change.sheet, change.ref])
        runs = dict.fromkeys(each.run for each in answer.evidence) if answer else {}
        people = dict.fromkeys(each.document for each in answer.attestations) if answer else {}
        cells.append(
            {
                "sheet": change.sheet,
                "cell": change.ref,
                "question": owner[change.sheet, change.ref],
                "before": change.before.text,
                "after": change.after.text,
                "runs": list(runs),
                "attestations": list(people),
            }
        )
    return {
        "format": "govkit.workbook-receipt/1",
        "answers": answers.digest,
        "before": found.before,
        "after": found.after,
        "identical_parts": found.identical,
        "changed_parts": [each.name for each in found.parts],
        "cells": cells,
        "not_written": [{"question": name, "why": why} for name, why in left.items()],
    }


def _several(names: t.Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else "none"
