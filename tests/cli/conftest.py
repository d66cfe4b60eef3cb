"""The program, run as a user runs it."""

import functools
import pathlib
import subprocess
import typing as t

import pytest

from govkit.testing import run_program

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(name="program")
def _program(tmp_path: pathlib.Path) -> Program:
    """`govkit ...` in a folder of its own."""
    return functools.partial(run_program, tmp_path)
