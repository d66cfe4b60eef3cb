"""The candidate that is meant: a candidate YAML file, or a bare litellm model name."""

import os
import pathlib

from govkit.adapters.folder_digest import path_digest
from govkit.errors import AskedWrongly
from govkit.trial.deployment import DESCRIBED, DeploymentFile, Named
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
    candidate = read_candidate(text, file=str(path))
    if candidate.deployment is None:
        return candidate
    return candidate.model_copy(update={"deployment": _with_digests(candidate.deployment, path)})


def _with_digests(deployment: DeploymentFile, file: pathlib.Path) -> DeploymentFile:
    """The deployment, every path in it with its digest. Raises `AskedWrongly` where one is another than it says."""
    update: dict[str, object] = {
        kind: _with_digest(named, file)
        for kind in (*DESCRIBED, "weights")
        if (named := getattr(deployment, kind)) is not None
    }
    if deployment.tools is not None:
        update["tools"] = tuple(_with_digest(each, file) for each in deployment.tools)
    return deployment.model_copy(update=update)


def _with_digest(named: Named, file: pathlib.Path) -> Named:
    if named.path is None:
        return named
    found = path_digest(file.parent / named.path)
    if named.digest not in (None, found):
        raise AskedWrongly(
            "What stands there is not what the candidate file says.",
            where=f"{file}: {named.path}",
            expected=named.digest,
            found=found,
            fix="put the right files there, or take the digest out and have the system tested and approved anew",
        )
    return named.model_copy(update={"digest": found})
