"""Versions of report templates: found by name and by digest, and never changed once a report was made with them."""

import pathlib
import shutil

import pytest

from govkit.adapters.report_templates import find_template, template_with, templates, templates_folder
from govkit.errors import UnknownName

RELEASED = {
    "regulator@0.1.0": "sha256:3f1d994e4daf557bab388e10a647fa118747caf58202c38af1eb1d397de3aa15",
    "regulator@0.2.0": "sha256:b00448c6d2a389333a6666c0a60d53f9d2f236648ea63bb612bd24484aad1b2f",
    "regulator@0.3.0": "sha256:b2175286cd0b2a91cd07e3c12dae3b154d841bafcf53920b19fd33acf570bf6e",
    "regulator@0.4.0": "sha256:85da26b1e8a26a6bdd749ba980fe9ddc84c2d79c537212bddc48438dfcfa20e5",
    "regulator@0.5.0": "sha256:92c36cfd51e0efae916808f446413b0a08fdff3a0d502a4f407ef0238ad2286b",
}
"""What reports in other people's hands name. A line is added with each version, and none is ever changed."""


@pytest.fixture(name="folder")
def _folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the templates, to change."""
    return pathlib.Path(shutil.copytree(templates_folder(), tmp_path / "templates"))


def test_released_templates_are_never_changed() -> None:
    """Each released version is there, byte for byte. A better template is a new version, in a folder of its own."""
    assert {each.reference: each.digest for each in templates()} == RELEASED


def test_a_name_means_its_newest_version(folder: pathlib.Path) -> None:
    """Versions are numbers and not words, so 0.10.0 comes after 0.9.0; a version that is named is taken."""
    for version in ("0.9.0", "0.10.0"):
        shutil.copytree(folder / "regulator" / "0.1.0", folder / "regulator" / version)
    assert find_template("regulator", folder).version == "0.10.0"
    assert find_template("regulator@0.1.0", folder).version == "0.1.0"


def test_a_template_is_found_by_its_digest() -> None:
    """Every released version by its own; another name, or a digest that nobody has, finds none."""
    for reference, digest in RELEASED.items():
        found = template_with("regulator", digest)
        assert found is not None
        assert found.reference == reference
        assert template_with("executive", digest) is None
    assert template_with("regulator", "sha256:" + "0" * 64) is None


@pytest.mark.parametrize(
    "change", ["regulator/0.1.0/report.css", "fonts/IBMPlexSans-Regular.ttf", "regulator/0.1.0/new.j2"]
)
def test_any_change_to_a_template_or_a_font_changes_its_digest(folder: pathlib.Path, change: str) -> None:
    """The digest in the report names every byte that shaped the page, wherever the folder lies."""
    assert find_template("regulator@0.1.0", folder).digest == RELEASED["regulator@0.1.0"]
    with (folder / change).open("ab") as file:
        file.write(b"\n")
    assert find_template("regulator@0.1.0", folder).digest != RELEASED["regulator@0.1.0"]


@pytest.mark.parametrize(
    "reference", ["regulater", "../regulator", "regulator@9.0.0", "regulator@", "regulator/0.1.0", ""]
)
def test_an_unknown_template_is_answered_with_what_there_is(reference: str) -> None:
    """A mistyped name or version is met with the right ones; a path is no name."""
    with pytest.raises(UnknownName) as caught:
        find_template(reference)
    assert "regulator" in (caught.value.fix or "")


def test_a_folder_that_is_no_version_is_no_template(folder: pathlib.Path) -> None:
    """What somebody keeps beside the versions is neither offered nor used."""
    shutil.copytree(folder / "regulator" / "0.1.0", folder / "regulator" / "draft")
    assert {each.reference for each in templates(folder)} == set(RELEASED)
