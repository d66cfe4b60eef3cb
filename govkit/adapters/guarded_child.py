"""
Reading what a stranger sent in a child process that may die: limits of memory and time hold only for a whole process.

The child is a module of ours; it inherits nothing of the environment, takes the bytes on stdin and answers on stdout.
"""

import contextlib
import pathlib
import resource
import subprocess
import sys
import tempfile

from govkit.errors import AskedWrongly, EvidenceBroken

MEMORY_BYTES = 2 * 1024**3
PROCESSOR_SECONDS = 120
WALL_SECONDS = 180
"""Limits of the child. The largest report we make needs a tenth of each."""


def ask_child(module: str, data: bytes, *, most: int) -> bytes:
    """
    The answer of `python -m module` to these bytes, of `most` bytes and one at the most.

    Raises `EvidenceBroken` when it dies or exceeds its limits, `AskedWrongly` when it cannot be started.
    """
    # Nothing of our environment goes along - it may hold keys - but where this very package lies.
    environment = {
        "PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as sink:
            source.write(data)
            source.seek(0)
            done = subprocess.run(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-s", "-m", module],
                stdin=source,
                stdout=sink,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=WALL_SECONDS,
                check=False,
            )
            sink.seek(0)
            answer = sink.read(most + 1)
    except subprocess.TimeoutExpired:
        raise gave_up(f"no answer within {WALL_SECONDS} seconds") from None
    except OSError as error:
        fix = "check the free space in the temporary folder"
        raise AskedWrongly("The PDF reader cannot be started.", found=error.strerror, fix=fix) from None
    if done.returncode != 0:
        raise gave_up(f"the reader ended with {done.returncode}")
    return answer


def gave_up(found: str) -> EvidenceBroken:
    """What is said of a file that could not be read within the limits."""
    limits = f"{MEMORY_BYTES >> 20} MiB of memory and {PROCESSOR_SECONDS} seconds of work"
    expected = f"a PDF that is read within {limits}"
    return EvidenceBroken("The PDF could not be read safely.", expected=expected, found=found)


def limit_this_process(most: int) -> None:
    """For the child: the limits of this process, with `most` bytes of output."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: PROCESSOR_SECONDS,
        resource.RLIMIT_FSIZE: most,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        # A system that cannot set one (macOS: memory) still has the others, and the parent's clock.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, value))
