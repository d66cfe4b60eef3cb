"""
The report's own fonts: where they lie, what they cover, and how a style sheet names them.

One reader of the font files (fontTools). Everything printed is set in these fonts and in no other, so the code points
they cover are the characters that may be printed as themselves (`govkit.report.shown`).
"""

import functools
import io
import pathlib
import re
import typing as t

from fontTools.ttLib import TTFont, TTLibError

from govkit.errors import AskedWrongly

SCHEME = "govkit-font"
"""The only address a style sheet may name: `govkit-font:NAME`, a file of the fonts folder without its suffix."""

# The style sheets end every font list with these two, in this order, so a character either of them holds can be drawn
# wherever it stands. A family that is only used for headings adds nothing to the cover.
FALLBACK = ("IBMPlexSans-Regular", "IBMPlexMono-Regular")

_NAME = re.compile(r"^[A-Za-z0-9-]{1,64}$")
_WEIGHTS = {
    "Regular": (400, "normal"),
    "Italic": (400, "italic"),
    "SemiBold": (600, "normal"),
    "Bold": (700, "normal"),
}


def font_files(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """The fonts of the folder by name (`IBMPlexSans-Regular`), sorted."""
    found = {path.stem: path for path in sorted(folder.glob("*.ttf")) if _NAME.match(path.stem)}
    if not found:
        raise AskedWrongly(
            "The report's fonts are missing.",
            where=str(folder),
            expected="the TrueType fonts govkit ships",
            found="none",
            fix="install govkit again; system fonts are never used instead",
        )
    return found


def font_faces(folder: pathlib.Path) -> str:
    """The `@font-face` rules of all fonts of the folder, in CSS."""
    return "\n".join(_face(name) for name in font_files(folder))


def _face(name: str) -> str:
    family, _, style = name.partition("-")
    weight, slope = _WEIGHTS[style]
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=IBM)(?=[A-Z])", " ", family)
    return (
        f'@font-face {{ font-family: "{spaced}"; font-weight: {weight}; font-style: {slope}; '
        f'src: url("{SCHEME}:{name}") format("truetype") }}'
    )


@functools.cache
def cover(folder: pathlib.Path) -> frozenset[int]:
    """The code points that can be drawn in any text of a report set with the fonts of this folder."""
    files = font_files(folder)
    return frozenset().union(*(_code_points(files[name]) for name in FALLBACK if name in files))


def _code_points(path: pathlib.Path) -> t.Iterable[int]:
    try:
        # From memory: given a path, the library leaves a file that is no font open.
        with TTFont(io.BytesIO(path.read_bytes()), lazy=True) as font:
            return tuple(font.getBestCmap() or ())
    except (TTLibError, OSError) as error:
        raise AskedWrongly(
            "A font of the report cannot be read.", where=str(path), found=str(error)
        ) from error
