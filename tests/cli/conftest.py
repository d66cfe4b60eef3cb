"""The program, run as a user runs it."""

import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(name="program")
def _program(tmp_path: pathlib.Path) -> Program:
    """`govkit ...` in a folder of its own, with no key in its environment."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "GOVKIT"))
        }
        return subprocess.run(
            [sys.executable, "-m", "govkit", *arguments],
            cwd=tmp_path,
            env=clean,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
