"""What counts as evidence before anything is verified: in doubt, everything that is left of a report or a run."""

import pathlib
import typing as t

import pytest

from govkit.adapters.evidence_kinds import LOOKED_INTO, check_asked
from govkit.errors import AskedWrongly

RUN = (
    "protocol.json", "profile.json", "plan.json", "run.json", "manifest.json", "assessment.json", "attestation.json",
    "report.json", "report.pdf", "transcripts-000001.zst", ".plan.json.part", "MANIFEST.JSON", "manifest.json.part",
    "adjudication-0123456789abcdef.json", "adjudication-0123456789abcdef.dsse.json",
)  # fmt: skip


@pytest.mark.parametrize("name", RUN)
def test_any_one_file_of_a_run_makes_a_run_folder(name: str, tmp_path: pathlib.Path) -> None:
    """Whatever else was taken out, it is for verification to say what is missing; also where it is a folder or link."""
    kinds: tuple[t.Callable[[pathlib.Path], None], ...] = (
        pathlib.Path.touch,
        pathlib.Path.mkdir,
        lambda path: path.symlink_to("nowhere"),
    )
    for number, make in enumerate(kinds):
        (folder := tmp_path / str(number)).mkdir()
        make(folder / name)
        check_asked(folder)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b""),
        ("a.PDF", b"x"),
        ("a", b"%PDF-1.7"),
        ("a", b"junk %PDF-"),
        ("a", b"x startxref"),
        ("a", b"%%EOF"),
    ],
)
def test_one_mark_of_a_pdf_makes_a_report(name: str, data: bytes, tmp_path: pathlib.Path) -> None:
    """Its name, its beginning or its end: a damaged report is a report."""
    (tmp_path / name).write_bytes(data)
    check_asked(tmp_path / name)


def test_an_emptied_run_folder_that_kept_its_name_is_one(tmp_path: pathlib.Path) -> None:
    """The name that `govkit run` gave it is enough, and an empty folder of another name is none."""
    (named := tmp_path / "peer-preservation-0.1.0-my-model-0123abcd").mkdir()
    check_asked(named)
    (other := tmp_path / "other").mkdir()
    with pytest.raises(AskedWrongly, match="no run folder"):
        check_asked(other)


def test_many_runs_are_proposed_in_part(tmp_path: pathlib.Path) -> None:
    """Of many, some are named and the rest counted; no more are looked into than a bound."""
    for number in range(LOOKED_INTO + 5):
        (tmp_path / f"{number:04}").mkdir()
        (tmp_path / f"{number:04}" / "plan.json").touch()
    with pytest.raises(AskedWrongly) as caught:
        check_asked(tmp_path)
    assert caught.value.found == f"a folder with {LOOKED_INTO} run folders in it"
    assert (caught.value.fix or "").endswith(f"0004 or one of {LOOKED_INTO - 5} more")
