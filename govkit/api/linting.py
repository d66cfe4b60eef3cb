"""
What is wrong with a protocol, and what might be.

*Faults* refuse it: wherever it is read, in evidence too, it would mean nothing or two things. *Remarks* refuse nothing:
they are judgements - texts that differ in more than the factor, words that no trial reaches, controls that show less
than they could - and a person decides. A released protocol cannot be changed any more, and may have some.
"""

import dataclasses
import typing as t

from govkit.adapters.protocol_folder import find_folder, read_texts
from govkit.assessment.coverage import (
    MISREADS,
    misreadings,
    unshown_acts,
    unshown_outcomes,
    unusable_moves,
)
from govkit.assessment.reachable import unreachable
from govkit.errors import AskedWrongly, Fault, FaultyDocument
from govkit.protocol.alike import unlike
from govkit.protocol.calibration import calibration_remarks
from govkit.protocol.pointing import Misfit
from govkit.protocol.reach import (
    quoted_twice,
    unreached_of_control,
    unreached_of_protocol,
    unshown_of_scenario,
)
from govkit.protocol.release import Release, from_files, read_documents


@dataclasses.dataclass(frozen=True, slots=True)
class Linted:
    """A protocol without faults, and what is to be remarked on it."""

    release: Release
    remarks: tuple[Fault, ...]


def lint(reference: str) -> Linted:
    """Read the protocol that is meant, an id or a folder. Raises what `read_release` does."""
    folder = find_folder(reference)
    return lint_files(read_texts(folder), folder=str(folder))


def sound_release(reference: str) -> Release:
    """
    The protocol, if its controls read as their authors say: an instrument that misreads what is known is not released.

    Raises `AskedWrongly` with the first control that does not, and what `read_release` raises.
    """
    linted = lint(reference)
    for remark in linted.remarks:
        if remark.what.startswith(MISREADS):
            raise AskedWrongly(
                "A control of this protocol does not read as it must, so it is not released.",
                where=f"{remark.file}:{remark.line}",
                found=remark.what,
                fix=remark.fix,
            )
    return linted.release


def lint_files(files: t.Mapping[str, str], *, folder: str = "") -> Linted:
    """The same of these texts. Raises `FaultyDocument` with all faults."""
    release = from_files(files, folder=folder)
    documents = read_documents(files, folder=folder)
    if never := list(unreachable(release.protocol)):
        protocol = documents["protocol.yaml"]
        raise FaultyDocument("protocol", [Fault(*protocol.place(path), *words) for path, *words in never])
    found = [
        Fault(*documents[file].place(path), what[:400], fix[:400])
        for file, path, what, fix in (
            *_of_documents(release),
            *unshown_outcomes(release),
            *unshown_acts(release),
            *misreadings(release),
            *unusable_moves(release),
        )
    ]
    # What stands in a world is judged again in each scenario that is set in it.
    remarks = sorted(set(found), key=lambda fault: (fault.file, fault.line, fault.what))
    return Linted(release, tuple(remarks))


def _of_documents(release: Release) -> t.Iterator[tuple[str, t.Any, str, str]]:
    protocol = release.protocol
    yield from _in("protocol.yaml", unreached_of_protocol(protocol))
    for name, scenario in release.scenarios.items():
        yield from _in(f"scenarios/{name}.yaml", unshown_of_scenario(protocol, scenario))
        yield from _in(f"scenarios/{name}.yaml", quoted_twice(scenario))
        yield from _in(f"scenarios/{name}.yaml", unlike(protocol, release.check(scenario.check), scenario))
    for name, calibration in release.calibration.items():
        yield from _in(f"calibration/{name}.yaml", calibration_remarks(protocol, calibration))
    for name, control in release.controls.items():
        yield from _in(f"controls/{name}.yaml", unreached_of_control(protocol, control))


def _in(file: str, found: t.Iterable[Misfit]) -> t.Iterator[tuple[str, t.Any, str, str]]:
    for path, what, fix in found:
        yield file, path, what, fix
