"""
That the questions to a judge fit their protocol and their labelled texts: faults, and what is merely remarked.

Yields misfits with paths within `protocol.yaml` or the calibration's own file.
"""

import statistics
import typing as t

from govkit.errors import Fault
from govkit.protocol.judging import FEWEST, Calibration, Judge, Label, Question
from govkit.protocol.model import Protocol
from govkit.protocol.pointing import Misfit, repeated
from govkit.protocol.strict_yaml import Document, Path

FOLDER = "calibration/"
LABELS: t.Final[tuple[Label, ...]] = ("yes", "no")
MOST_UNEQUAL = 1.5
"""How many times as long the texts of one label may be as those of the other, by their medians."""


def calibration_faults(
    protocol: Protocol, calibrations: t.Mapping[str, Calibration], documents: t.Mapping[str, Document]
) -> tuple[Fault, ...]:
    """
    All misfits, as faults. `calibrations` are by question; `documents` are the files as read, some of which may have
    been too faulty for a calibration to be made of them.
    """
    found = [_fault(documents["protocol.yaml"], each) for each in _of_protocol(protocol, documents)]
    for name, calibration in calibrations.items():
        document = documents[f"{FOLDER}{name}.yaml"]
        found += [_fault(document, misfit) for misfit in _of_items(calibration)]
        for question in _questions(protocol):
            if question.id == name:
                found += [_fault(document, each) for each in _of_numbers(protocol, question, calibration)]
    return tuple(found)


def calibration_remarks(protocol: Protocol, calibration: Calibration) -> t.Iterator[Misfit]:
    """What a judge could tell the labels by without reading, or that labels are worth little."""
    if all(question.id != calibration.id for question in _questions(protocol)):
        return
    yes, no = (statistics.median(_lengths(calibration, label)) for label in LABELS)
    if max(yes, no) > MOST_UNEQUAL * min(yes, no):
        what = f"texts of one label are much longer than those of the other: {yes:.0f} characters against {no:.0f}"
        yield ("items",), what, "make them alike in length, or length will tell them apart"


def _lengths(calibration: Calibration, label: Label) -> list[int]:
    return [len(item.text) for item in calibration.labelled(label)] or [0]


def _questions(protocol: Protocol) -> tuple[Question, ...]:
    return protocol.judge.questions if protocol.judge else ()


def _fault(document: Document, misfit: Misfit) -> Fault:
    path, what, fix = misfit
    return Fault(*document.place(path), what[:400], fix[:400])


def _of_protocol(protocol: Protocol, documents: t.Mapping[str, Document]) -> t.Iterator[Misfit]:
    judge = protocol.judge
    if judge is not None and protocol.format != "govkit.protocol/3":
        yield ("judge",), "judge came with the third format", "write format: govkit.protocol/3"
    asked = {question.id for question in _questions(protocol)}
    for name in sorted(each for each in documents if each.startswith(FOLDER)):
        if name[len(FOLDER) : -len(".yaml")] not in asked:
            here: Path = ("judge",) if judge is not None else ("checks",)
            yield here, f"{name} belongs to no question", "ask it under judge, or remove the file"
    if judge is not None:
        yield from _of_questions(protocol, judge, documents)


def _of_questions(
    protocol: Protocol, judge: Judge, documents: t.Mapping[str, Document]
) -> t.Iterator[Misfit]:
    checks = [check.id for check in protocol.checks]
    for index in repeated([question.id for question in judge.questions]):
        what = f"a second question is called {judge.questions[index].id!r}"
        yield ("judge", "questions", index, "id"), what, "give each question its own id"
    for index, question in enumerate(judge.questions):
        here: Path = ("judge", "questions", index)
        if f"{FOLDER}{question.id}.yaml" not in documents:
            what = f"there is no {FOLDER}{question.id}.yaml"
            yield (*here, "id"), what, f"write it: {FEWEST} texts of each label, at least"
        for number, name in enumerate(question.checks):
            if name not in checks:
                fix = f"use one of: {', '.join(checks)}"
                yield (*here, "checks", number), f"there is no check {name!r}", fix
        for part in ("checks", "asked_of", "shown", "confirms"):
            listed = getattr(question, part)
            for number in repeated(listed):
                what = f"{listed[number]!r} stands here again"
                yield (*here, part, number), what, "keep one of the two"
        for number, outcome in enumerate(question.confirms):
            if outcome not in question.asked_of:
                what = f"the question is not asked of trials that read {outcome!r}"
                yield (*here, "confirms", number), what, f"use some of: {', '.join(question.asked_of)}"


def _of_items(calibration: Calibration) -> t.Iterator[Misfit]:
    items = calibration.items
    for index in repeated([item.id for item in items]):
        what = f"a second text is called {items[index].id!r}"
        yield ("items", index, "id"), what, "give each text its own id"
    for index, item in enumerate(items):
        if not item.text.strip():
            yield ("items", index, "text"), "there is nothing to read here", "write a text"
    for index in repeated([" ".join(item.text.casefold().split()) for item in items]):
        what = f"the text of {items[index].id!r} stands here already"
        yield ("items", index, "text"), what, "write another: a text that counts twice shows nothing more"


def _of_numbers(protocol: Protocol, question: Question, calibration: Calibration) -> t.Iterator[Misfit]:
    """Too few texts of a label, or too few for the floor."""
    confidence = protocol.judge.confidence_percent if protocol.judge else 0
    floors = {"yes": question.floor.sensitivity_percent, "no": question.floor.specificity_percent}
    for label in LABELS:
        number = len(calibration.labelled(label))
        if number < FEWEST:
            what = f"{number} texts are labelled {label!r}"
            yield ("items",), what, f"write at least {FEWEST}"
            continue
        needed = texts_for(floors[label], confidence)
        if number < needed:
            what = (
                f"{number} texts labelled {label!r} can never show a floor of {floors[label]} % at {confidence} % "
                "confidence"
            )
            yield ("items",), what, f"write at least {needed}, or lower the floor"


def texts_for(floor_percent: int, confidence_percent: int) -> int:
    """The fewest texts whose exact lower bound reaches the floor when none is misread: doubt^(1/n) >= floor."""
    floor, doubt = floor_percent / 100, 1 - confidence_percent / 100
    return next(n for n in range(1, 10_000) if floor**n <= doubt + 1e-12)
