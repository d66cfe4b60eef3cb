"""
Where the data folders are: in the installed package, or beside it in a checkout.

Protocols and report templates travel in the wheel (`govkit/_data/`); in a checkout they stand at its top.
"""

import pathlib

from govkit.errors import AskedWrongly

_PACKAGE = pathlib.Path(__file__).resolve().parent.parent


def data_folder(name: str) -> pathlib.Path:
    """The folder of that name. Raises `AskedWrongly` when the installation lacks it."""
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise AskedWrongly(
        f"This installation lacks its {name} folder.", where=str(_PACKAGE), fix="install govkit again"
    )
