"""Asking for help is quick: the heavy libraries are loaded by the commands that need them, and by no others."""

import pathlib
import subprocess
import sys

import pytest

HEAVY = (
    "aiohttp", "alembic", "icalendar", "litellm", "numpy", "openai", "pikepdf", "pyhanko", "scipy", "sqlalchemy",
    "weasyprint",
)  # fmt: skip

PROBE = """
import sys
{before}
from govkit.cli import main
sys.argv = ["govkit", *{arguments!r}]
try:
    main()
except SystemExit as end:
    code = end.code
else:
    code = 0
print("\\nexit", code or 0)
print("loaded", *sorted({heavy!r} & sys.modules.keys()))
"""


def _loaded(*arguments: str, before: str = "") -> list[str]:
    """The heavy libraries that one call of govkit loads, in a fresh interpreter."""
    probe = PROBE.format(before=before, arguments=arguments, heavy=set(HEAVY))
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    *_, ended, loaded = found.stdout.splitlines() or ["", ""]
    assert ended == "exit 0", found.stdout + found.stderr
    return loaded.split()[1:]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("run", "--help"),
        ("verify", "--help"),
        ("compare", "--help"),
        ("register", "--help"),
    ],
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """The help of govkit and of its commands, and its version, come without any heavy library."""
    assert _loaded(*arguments) == []


def test_the_probe_sees_a_heavy_library() -> None:
    """A heavy library that is loaded on the way is reported, so that the silence above means something."""
    assert _loaded("--help", before="import numpy") == ["numpy"]


def test_an_unchanged_register_loads_no_more_than_it_needs(tmp_path: pathlib.Path) -> None:
    """Looked over a second time, a store without records costs neither migrations nor the statistics of a run."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_bytes(b"{}")
    arguments = ("register", "--store", str(tmp_path), "--index", f"sqlite:///{tmp_path}/register.sqlite")
    assert "alembic" in _loaded(*arguments)
    assert _loaded(*arguments) == ["sqlalchemy"]
