"""The report's own fonts."""

import pathlib

import pytest

from govkit.adapters.report_templates import templates_folder
from govkit.adapters.typeface import cover, font_faces, font_files
from govkit.errors import AskedWrongly

FONTS = templates_folder() / "fonts"


def test_the_fonts_travel_with_their_licence_and_stay_small() -> None:
    """Each family has its styles, the licence lies beside them, and all together are below three megabytes."""
    assert {name.partition("-")[0] for name in font_files(FONTS)} == {
        "IBMPlexSans",
        "IBMPlexSerif",
        "IBMPlexMono",
    }
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000


def test_the_cover_is_what_the_fonts_hold() -> None:
    """Latin, Greek, Cyrillic and common signs can be printed; other scripts and emoji cannot."""
    covered = cover(FONTS)
    assert all(ord(character) in covered for character in "Aé ßΩЖ≤≥–—“”…→✓×€")
    assert not any(ord(character) in covered for character in "中ไא🙂")


def test_every_font_is_named_by_a_rule_and_by_a_private_address() -> None:
    """The style sheet names each font once, under a scheme that only the press serves."""
    rules = font_faces(FONTS).splitlines()
    assert len(rules) == len(font_files(FONTS))
    assert all('src: url("govkit-font:IBMPlex' in rule for rule in rules)
    assert sum('font-family: "IBM Plex Sans"' in rule for rule in rules) == 4


def test_no_folder_of_the_system_is_configured() -> None:
    """The font configuration of the press names no folder and includes no other configuration."""
    text = (FONTS / "fonts.conf").read_text()
    assert "<dir" not in text
    assert "<include" not in text


def test_missing_fonts_are_an_error_and_not_replaced(tmp_path: pathlib.Path) -> None:
    """An empty folder is refused with what to do; no other font takes the place."""
    with pytest.raises(AskedWrongly) as caught:
        font_files(tmp_path)
    assert caught.value.fix


def test_a_broken_font_is_an_error_that_names_it(tmp_path: pathlib.Path) -> None:
    """A file that is no font is named in the error."""
    for name in ("IBMPlexSans-Regular", "IBMPlexMono-Regular"):
        (tmp_path / f"{name}.ttf").write_bytes(b"no font")
    with pytest.raises(AskedWrongly) as caught:
        cover(tmp_path)
    assert "IBMPlex" in (caught.value.where or "")
