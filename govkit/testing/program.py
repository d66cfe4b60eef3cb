"""The program as a user runs it: a process of its own, in a folder, with no key in its environment."""

import os
import pathlib
import subprocess
import sys

SECONDS = 100


def run_program(
    folder: pathlib.Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """`govkit ...` in the folder, with these variables set; what it printed and its exit code, whatever that is."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "GOVKIT"))}
    return subprocess.run(  # noqa: S603 - our own program, and no shell
        [sys.executable, "-m", "govkit", *arguments],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
