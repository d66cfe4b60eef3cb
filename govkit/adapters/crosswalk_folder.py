"""The crosswalk that travels with govkit: `govkit/crosswalk/`, one YAML file an instrument."""

import pathlib

from govkit.adapters.protocol_folder import released
from govkit.approval.crosswalk import Instrument
from govkit.approval.crosswalk_lint import ENDING, Protocols, read_crosswalk
from govkit.errors import AskedWrongly
from govkit.protocol.strict_yaml import MAX_BYTES, read_yaml

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "crosswalk"
AGAIN = "install govkit again"


def shipped_crosswalk() -> tuple[Instrument, ...]:
    """Every instrument of this installation, by id. Raises `FaultyDocument` with all faults of all files."""
    return read_crosswalk(crosswalk_texts(FOLDER), checks_by_protocol())


def crosswalk_texts(folder: pathlib.Path) -> dict[str, str]:
    """The texts of a crosswalk folder by file name. Raises `AskedWrongly` where there are none."""
    paths = sorted(folder.glob(f"*{ENDING}"))
    if not paths:
        raise AskedWrongly("There is no crosswalk in this folder.", where=str(folder), fix=AGAIN)
    return {path.name: _text(path) for path in paths}


def checks_by_protocol() -> Protocols:
    """The checks of each released protocol in its newest version: what an entry may name as bearing on a clause."""
    newest = {each.id: each.folder for each in released()}
    return {name: _checks(folder / "protocol.yaml") for name, folder in newest.items()}


def _checks(path: pathlib.Path) -> tuple[str, ...]:
    # Their ids alone: reading the protocols whole takes seconds, and says no more of what is asked here.
    value = read_yaml(_text(path), file=path.name).value
    try:
        return tuple(str(check["id"]) for check in value["checks"])
    except (KeyError, TypeError):
        raise AskedWrongly("This protocol is not as it was released.", where=str(path), fix=AGAIN) from None


def _text(path: pathlib.Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise AskedWrongly(
                "This file is larger than it can be.",
                where=str(path),
                expected=f"{MAX_BYTES} bytes",
                fix=AGAIN,
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AskedWrongly(
            "This file cannot be read as text.",
            where=str(path),
            found=str(error)[:200],
            fix="save it as UTF-8",
        ) from None
