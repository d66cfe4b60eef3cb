"""The candidate that is meant: a candidate YAML file, or a bare litellm model name."""

import os
import pathlib

from govkit.errors import AskedWrongly
from govkit.trial.profile import CandidateFile, named_candidate, read_candidate

MAX_FILE = 1024 * 1024
BASE_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
"""Where litellm looks for another address of its own accord; what decides must stand in the profile."""


def find_candidate(reference: str) -> CandidateFile:
    """
    The candidate file at this path, or the candidate of this model name.

    Raises `AskedWrongly` for a path where there is no file, `FaultyDocument` for its faults.
    """
    if not reference.endswith((".yaml", ".yml")):
        return named_candidate(reference, _address_in_environment(reference))
    candidate = _from_file(pathlib.Path(reference))
    address = None if candidate.api_base else _address_in_environment(candidate.model)
    return candidate if address is None else candidate.model_copy(update={"api_base": address})


def _address_in_environment(model: str) -> str | None:
    """Another address for OpenAI's models, which the client would take from the environment unseen by the profile."""
    if not model.startswith("openai/"):
        return None
    return next((os.environ[name] for name in BASE_VARIABLES if os.environ.get(name)), None)


def _from_file(path: pathlib.Path) -> CandidateFile:
    try:
        if path.stat().st_size > MAX_FILE:
            raise AskedWrongly(
                "This is too large for a candidate file.", where=str(path), expected=f"{MAX_FILE} bytes"
            )
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AskedWrongly(
            "There is no such candidate file.",
            where=str(path),
            fix="give the path of a candidate YAML file, or a litellm model name",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AskedWrongly(
            "The candidate file cannot be read.",
            where=str(path),
            found=str(error)[:200],
            fix="save it as UTF-8 text",
        ) from None
    return read_candidate(text, file=str(path))
