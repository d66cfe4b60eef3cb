"""
The program as a user runs it, in a folder: in a process of its own, with no key in its environment; or, a second sooner
and for the many calls that are about what it says, inside of this one.
"""

import contextlib
import importlib.metadata
import io
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


def run_inside(folder: pathlib.Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """By the program's entry point in this process: what it printed, and the code with which it would have ended."""
    (program,) = importlib.metadata.entry_points(group="console_scripts", name="govkit")
    output, said, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["govkit", *arguments]
    main, code = program.load(), None
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(output), contextlib.redirect_stderr(said):
            main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.argv = before
    return subprocess.CompletedProcess(
        arguments, code if isinstance(code, int) else 1, output.getvalue(), said.getvalue()
    )
