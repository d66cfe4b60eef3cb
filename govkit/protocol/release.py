"""
A protocol as one value and as one stored document, whose digest is its name.

`protocol.json` is ``{"files": {name: text}, "format": "govkit.protocol-files/1"}`` in RFC 8785 canonical form. It holds
the YAML texts verbatim: a reader has what the author wrote, comments and all, and the digest covers every byte of it.
"""

import dataclasses
import json
import re
import types
import typing as t

from govkit.digest import Digest, canonical, digest
from govkit.errors import EvidenceBroken, Fault, FaultyDocument, UnknownName
from govkit.evidence.strict_json import read_json
from govkit.protocol.calibration import calibration_faults
from govkit.protocol.coherence import misfits
from govkit.protocol.judging import Calibration
from govkit.protocol.model import Check, Control, Protocol, Scenario, World
from govkit.protocol.strict_yaml import Document, read_yaml
from govkit.protocol.validation import validate
from govkit.protocol.world import settled

FORMAT = "govkit.protocol-files/1"
NAME = "protocol.json"
FILE_NAME = re.compile(r"protocol\.yaml|(worlds|scenarios|controls|calibration)/[a-z][a-z0-9-]{0,59}\.yaml")
MAX_FILES = 500
MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of a stored protocol; the first one has 70 thousand. Bounds what a hostile one makes a verifier read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Release:
    """A protocol with its scenarios and controls: whole, coherent, and named by digest."""

    protocol: Protocol
    scenarios: t.Mapping[str, Scenario]
    controls: t.Mapping[str, Control]
    document: bytes
    """The bytes of `protocol.json`."""
    calibration: t.Mapping[str, Calibration] = dataclasses.field(default_factory=dict)
    """The labelled texts of each question to a judge, by its id."""

    @property
    def digest(self) -> Digest:
        return digest(self.document)

    @property
    def name(self) -> str:
        """`id version`, as people cite it."""
        return f"{self.protocol.id} {self.protocol.version}"

    def check(self, check_id: str) -> Check:
        """The check of that id. Raises `UnknownName`."""
        for check in self.protocol.checks:
            if check.id == check_id:
                return check
        raise UnknownName("check", check_id, [check.id for check in self.protocol.checks], where=self.name)


def from_files(files: t.Mapping[str, str], *, folder: str = "") -> Release:
    """
    The release made of these texts (`protocol.yaml`, `worlds/w.yaml`, `scenarios/x.yaml`, `controls/y.yaml`,
    `calibration/z.yaml`).

    Raises `FaultyDocument` with all faults of all files; `folder` only serves to name them.
    """
    prefix = f"{folder}/" if folder else ""
    if bulk := _bulk(files, f"{prefix}protocol.yaml"):
        raise FaultyDocument("protocol", bulk)
    documents = read_documents(files, folder=folder)
    faults = [fault for document in documents.values() for fault in document.faults]
    faults += _misnamed(files, prefix)
    parsed = {
        name: _parse(name, document, faults)
        for name, document in documents.items()
        if FILE_NAME.fullmatch(name)
    }
    if "protocol.yaml" not in files:
        faults.append(
            Fault(f"{prefix}protocol.yaml", 1, "there is no such file", "a protocol folder holds one")
        )
    elif parsed["protocol.yaml"] is not None:
        faults += _together(parsed, documents)
    if faults:
        # What is wrong with a world is found once for itself, and again in each scenario that is set in it.
        raise FaultyDocument("protocol", list(dict.fromkeys(faults)))
    return Release(
        protocol=t.cast(Protocol, parsed["protocol.yaml"]),
        scenarios=t.cast("dict[str, Scenario]", _folder(parsed, "scenarios/")),
        controls=t.cast("dict[str, Control]", _folder(parsed, "controls/")),
        document=document_of(files),
        calibration=t.cast("dict[str, Calibration]", _folder(parsed, "calibration/")),
    )


def document_of(files: t.Mapping[str, str]) -> bytes:
    """The bytes of `protocol.json`, whose digest names the protocol; whether the texts make one is not asked."""
    return canonical({"format": FORMAT, "files": dict(files)})


def read_documents(files: t.Mapping[str, str], *, folder: str = "") -> dict[str, Document]:
    """The texts as read, each scenario put together with its world, by name; `folder` only serves to name them."""
    prefix = f"{folder}/" if folder else ""
    return _settled({name: read_yaml(text, file=prefix + name) for name, text in sorted(files.items())})


def from_document(data: bytes) -> Release:
    """The release stored as `protocol.json`. Raises `EvidenceBroken` when these are not the bytes we store."""
    value = read_json(data, where=NAME, limit=MAX_DOCUMENT)
    files = value.get("files") if isinstance(value, dict) else None
    if (
        not isinstance(files, dict)
        or value != {"format": FORMAT, "files": files}
        or not all(isinstance(text, str) for text in files.values())
    ):
        raise EvidenceBroken(
            "This is not a stored protocol.", where=NAME, expected=f'{{"files": ..., "format": "{FORMAT}"}}'
        )
    try:
        release = from_files(files, folder=NAME)
    except FaultyDocument as error:
        raise EvidenceBroken(
            "The stored protocol has faults.", where=NAME, found=str(error.faults[0])
        ) from None
    if release.document != data:
        raise EvidenceBroken("The stored protocol is not in canonical form.", where=NAME)
    return release


def _settled(documents: t.Mapping[str, Document]) -> dict[str, Document]:
    """The documents, each scenario that names a world put together with it."""
    factors = _factors(documents.get("protocol.yaml"))
    result = dict(documents)
    for name, document in documents.items():
        if not name.startswith("scenarios/") or not isinstance(document.value, dict):
            continue
        world, check = document.value.get("world"), document.value.get("check")
        if world is not None:
            known = factors.get(check) if isinstance(check, str) else None
            result[name] = _in_world(document, documents, world, known)
    return result


def _in_world(
    scenario: Document, documents: t.Mapping[str, Document], name: t.Any, factors: frozenset[str] | None
) -> Document:
    """The scenario in its world. Without one it would lack half of itself, and is not judged further."""
    world = documents.get(f"worlds/{name}.yaml")
    if world is None:
        worlds = [each[len("worlds/") : -len(".yaml")] for each in documents if each.startswith("worlds/")]
        fix = f"use one of: {', '.join(worlds) or 'none there is; write it'}"
        fault = Fault(*scenario.place(("world",)), f"there is no worlds/{str(name)[:80]}.yaml", fix)
        return dataclasses.replace(scenario, value=None, faults=(*scenario.faults, fault))
    if not isinstance(world.value, dict):
        return dataclasses.replace(scenario, value=None)
    return settled(scenario, world, factors)


def _factors(document: Document | None) -> dict[str, frozenset[str]]:
    """Check -> its factors, as far as the protocol's file can be read before it is judged."""
    checks = document.value.get("checks") if document and isinstance(document.value, dict) else None
    found: dict[str, frozenset[str]] = {}
    for check in checks if isinstance(checks, list) else ():
        if (
            isinstance(check, dict)
            and isinstance(check.get("id"), str)
            and isinstance(check.get("factors"), list)
        ):
            found[check["id"]] = frozenset(map(str, check["factors"]))
    return found


def _bulk(files: t.Mapping[str, str], file: str) -> tuple[Fault, ...]:
    """What is too much to be read at all: a protocol that could not be read back from evidence is refused at once."""
    if len(files) > MAX_FILES:
        return (Fault(file, 1, f"the protocol has {len(files)} files", f"at most {MAX_FILES}"),)
    # Each scenario takes over the whole of its world, and is judged with it.
    worlds = [len(text) for name, text in files.items() if name.startswith("worlds/")]
    scenarios = sum(name.startswith("scenarios/") for name in files)
    if max(worlds, default=0) * scenarios > MAX_DOCUMENT:
        what = f"its largest world has {max(worlds)} characters, and there are {scenarios} scenarios"
        return (Fault(file, 1, what, f"at most {MAX_DOCUMENT} for the two multiplied: split it"),)
    size = sum(len(json.dumps(text)) for text in files.values())
    if size > MAX_DOCUMENT // 2:
        return (Fault(file, 1, f"the protocol has about {size} bytes", f"at most {MAX_DOCUMENT // 2}"),)
    return ()


def _misnamed(files: t.Mapping[str, str], prefix: str) -> list[Fault]:
    fix = "name it scenarios/<id>.yaml, worlds/<id>.yaml, controls/<id>.yaml or calibration/<question>.yaml"
    return [
        Fault(prefix + name, 1, "this file has no place in a protocol", fix)
        for name in files
        if not FILE_NAME.fullmatch(name)
    ]


Written: t.TypeAlias = Protocol | World | Scenario | Control | Calibration
"""What a file of a protocol is read as."""
_MODELS: t.Final[t.Mapping[str, type[Written]]] = types.MappingProxyType(
    {
        "protocol.yaml": Protocol,
        "worlds": World,
        "scenarios": Scenario,
        "controls": Control,
        "calibration": Calibration,
    }
)


def _parse(name: str, document: Document, faults: list[Fault]) -> Written | None:
    if document.value is None:
        return None
    parsed, found = validate(_MODELS[name.partition("/")[0]], document)
    faults += found
    stem = name.rpartition("/")[2].removesuffix(".yaml")
    if parsed is not None and name != "protocol.yaml" and parsed.id != stem:
        faults.append(
            Fault(
                document.file,
                document.line(("id",)),
                f"the id is {parsed.id!r}",
                f"it must be the file's name: {stem!r}",
            )
        )
    return parsed


def _folder(parsed: t.Mapping[str, t.Any], prefix: str) -> dict[str, t.Any]:
    """What was made of the files in this folder, by their names; without those that were too faulty."""
    return {
        name[len(prefix) : -len(".yaml")]: value
        for name, value in parsed.items()
        if name.startswith(prefix) and value is not None
    }


def _together(parsed: t.Mapping[str, t.Any], documents: t.Mapping[str, Document]) -> tuple[Fault, ...]:
    protocol = parsed["protocol.yaml"]
    return (
        *misfits(protocol, _folder(parsed, "scenarios/"), _folder(parsed, "controls/"), documents),
        *calibration_faults(protocol, _folder(parsed, "calibration/"), documents),
    )
