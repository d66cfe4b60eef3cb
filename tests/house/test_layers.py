"""The contracts of pyproject.toml on who may import whom, and that they bite."""

import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

HERE = pathlib.Path(__file__).resolve().parents[2]


def _lint(folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the package in `folder`, in a process of its own: it keeps the graph it once read."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import importlinter.cli; importlinter.cli.lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(name="house")
def _house(tmp_path: pathlib.Path) -> pathlib.Path:
    """A house under our own contracts, with every room they name, all of them empty."""
    contracts = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(contracts, encoding="utf-8")
    package = tmp_path / "govkit"
    package.mkdir()
    (package / "__init__.py").touch()
    rooms = tomllib.loads(contracts)["tool"]["importlinter"]["contracts"][0]["layers"]
    for room in re.findall(r"\w+", " ".join(rooms)):
        (package / f"{room}.py").touch()
    return tmp_path


def test_the_contracts_hold() -> None:
    """Every import of the package runs downwards, and the core imports nothing that touches the world."""
    found = _lint(HERE)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


def test_an_empty_house_keeps_the_contracts(house: pathlib.Path) -> None:
    """The faults below are found for their own sake: without them the copy is clean."""
    found = _lint(house)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("errors", "import govkit.digest", "A room knows only the rooms below it"),
        ("trial", "from govkit import scoring", "A room knows only the rooms below it"),
        ("workflow", "import govkit.adapters", "A room knows only the rooms below it"),
        ("adapters", "import govkit.workflow", "A room knows only the rooms below it"),
        ("lounge", "", "A room knows only the rooms below it"),
        ("scoring", "import random", "The core computes"),
        ("report", "import weasyprint", "The core computes"),
        ("workplace", "from time import monotonic", "The core computes"),
        ("verification", "import asyncio.tasks", "The core computes"),
    ],
)
def test_a_planted_fault_is_found(house: pathlib.Path, room: str, line: str, contract: str) -> None:
    """An upward or sideways import, a room nobody planned, and the world inside the core each break a contract."""
    (house / "govkit" / f"{room}.py").write_text(line + "\n", encoding="utf-8")
    found = _lint(house)
    assert found.returncode != 0, found.stdout
    assert contract in found.stdout
