"""The candidate file as it lies on a disk: paths in it are named by what stands there."""

import os
import pathlib

import pytest

from govkit.adapters.candidate_file import MAX_FILE, find_candidate
from govkit.adapters.folder_digest import path_digest
from govkit.approval.subject import Subject, subject_of
from govkit.digest import digest
from govkit.errors import AskedWrongly, GovkitError
from govkit.trial.profile import profile_of

LEAST = "format: govkit.candidate/1\nname: Mine\nmodel: openai/gpt-x\napi_base: http://127.0.0.1:9/v1\n"
WITH_PATHS = (
    LEAST
    + """\
deployment:
  weights: {path: weights}
  harness: {says: The program., path: harness.py}
  tools: [{name: shell, path: tools/shell.json}]
"""
)


def _laid(folder: pathlib.Path, text: str) -> pathlib.Path:
    for name, data in (("weights/w.bin", b"w"), ("harness.py", b"run()"), ("tools/shell.json", b"{}")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "candidate.yaml").write_text(text, encoding="utf-8")
    return folder / "candidate.yaml"


def _subject(path: pathlib.Path) -> Subject:
    return subject_of(profile_of(find_candidate(str(path))))


def test_a_path_is_named_by_the_digest_of_what_stands_there(tmp_path: pathlib.Path) -> None:
    """Beside the candidate file, wherever it is read from."""
    found = find_candidate(str(_laid(tmp_path, WITH_PATHS))).deployment
    assert found is not None
    assert found.weights is not None
    assert found.harness is not None
    assert found.tools is not None
    assert found.weights.digest == path_digest(tmp_path / "weights")
    assert found.harness.digest == digest(b"run()")
    assert found.tools[0].digest == digest(b"{}")


def test_the_same_files_elsewhere_are_the_same_subject(tmp_path: pathlib.Path) -> None:
    """And with their digests instead of paths too: what is approved does not depend on whose disk it lies on."""
    one, other = tmp_path / "one", tmp_path / "other"
    written = WITH_PATHS
    _laid(one, WITH_PATHS)
    for name in ("weights", "harness.py", "tools/shell.json"):
        written = written.replace(f"path: {name}", f'digest: "{path_digest(one / name)}"')
    assert _subject(one / "candidate.yaml").identity == _subject(_laid(other, WITH_PATHS)).identity
    assert _subject(_laid(other, written)).identity == _subject(one / "candidate.yaml").identity


@pytest.mark.parametrize("name", ["weights/w.bin", "weights/more.bin", "harness.py", "tools/shell.json"])
def test_a_file_that_is_another_makes_another_subject(tmp_path: pathlib.Path, name: str) -> None:
    """Though not a word of the candidate file is another."""
    path = _laid(tmp_path, WITH_PATHS)
    before = _subject(path).identity
    (tmp_path / name).write_bytes(b"another")
    assert _subject(path).identity != before


def test_a_path_that_is_not_what_its_digest_says_is_refused(tmp_path: pathlib.Path) -> None:
    """Expected and found are told, and the right files pass."""
    right = digest(b"run()")
    text = WITH_PATHS.replace("path: harness.py", f'path: harness.py, digest: "{right}"')
    assert find_candidate(str(_laid(tmp_path, text))).deployment is not None
    (tmp_path / "harness.py").write_bytes(b"run(fast=True)")
    with pytest.raises(AskedWrongly, match="not what the candidate file says") as told:
        find_candidate(str(tmp_path / "candidate.yaml"))
    assert (told.value.expected, told.value.found) == (right, digest(b"run(fast=True)"))


@pytest.mark.parametrize(
    "path", ["none", "empty", "pipe", "out", '"a\\0b"', "/dev/zero", "x" * 390, "../../../../../../none"]
)
def test_a_path_that_names_nothing_is_told(tmp_path: pathlib.Path, path: str) -> None:
    """Nothing there, an empty folder, a pipe, a link out of the folder, no name at all."""
    laid = _laid(tmp_path, WITH_PATHS.replace("path: weights", f"path: {path}"))
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to("../harness.py")
    with pytest.raises(GovkitError):
        find_candidate(str(laid))


def test_a_candidate_file_without_a_deployment_reads_no_other_file(tmp_path: pathlib.Path) -> None:
    """As it always was."""
    path = _laid(tmp_path, LEAST)
    assert find_candidate(str(path)).deployment is None
    assert profile_of(find_candidate(str(path))).deployment is None


def test_a_candidate_file_that_is_none_is_told(tmp_path: pathlib.Path) -> None:
    """Not there, too large, or no text."""
    with pytest.raises(AskedWrongly, match="no such candidate file"):
        find_candidate(str(tmp_path / "none.yaml"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_FILE + 1))
    with pytest.raises(AskedWrongly, match="too large"):
        find_candidate(str(tmp_path / "large.yaml"))
    (tmp_path / "bytes.yaml").write_bytes(b"\xff")
    with pytest.raises(AskedWrongly, match="cannot be read"):
        find_candidate(str(tmp_path / "bytes.yaml"))
