"""
How often the rule `anytime-1` errs, and how many trials it takes: the tables of docs/decision.md, simulated.

    python -m benchmarks.decision            print them
    python -m benchmarks.decision --write    and put them into the document
    python -m benchmarks.decision --quick    a tiny version, to see that it works

Every point has a seed of its own, so the same numbers come out in whatever order and on however many processors the
points are made. A few minutes on two cores.
"""

import argparse
import concurrent.futures
import datetime
import importlib.metadata
import os
import pathlib
import platform
import sys
import time
import typing as t

from benchmarks import decision_tables as tables
from benchmarks.decision_points import (
    CORRELATIONS,
    SEED,
    TAKEN_FOR_INDEPENDENT,
    TEN,
    TWENTY,
    Found,
    Task,
    done,
    tasks,
)

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "decision.md"
PROCESSES = 2
FULL, QUICK = 20_000, 40
"""Runs of each point."""


def simulated(wanted: t.Sequence[Task]) -> dict[Task, Found]:
    """All points, on two processors, with progress."""
    found: dict[Task, Found] = {}
    began = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        waiting = {pool.submit(done, task): task for task in wanted}
        for future in concurrent.futures.as_completed(waiting):
            task = waiting[future]
            found[task] = future.result()
            say(
                f"{len(found):3} of {len(wanted)}, {time.monotonic() - began:4.0f} s: {task.kind}, "
                f"rate {task.rate:g}, correlation {task.correlation:g}"
            )
    return found


def parts(found: t.Mapping[Task, Found], runs: int) -> dict[str, str]:
    """What goes between which marks of the document."""
    reader = tables.Reader(found)
    return {
        "aims": tables.aims(reader) + "\n\n" + versions(runs),
        "ten templates": tables.characteristics(reader, TEN, CORRELATIONS),
        "twenty templates": tables.characteristics(reader, TWENTY, CORRELATIONS),
        "taken for independent": tables.characteristics(reader, TAKEN_FOR_INDEPENDENT, (0.0,)),
        "bounds": tables.rivals(reader),
        "beyond": tables.beyond(reader),
    }


def versions(runs: int) -> str:
    """What was measured, on what."""
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("govkit", "numpy", "scipy"))
    return (
        f"{runs:,} runs a point, seed {SEED}; {datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {names}; "
        f"Python {platform.python_version()}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores."
    )


def written(document: str, made: t.Mapping[str, str]) -> str:
    """The document with each part between its marks."""
    for name, text in made.items():
        begin, end = f"<!-- measured, {name}: begin -->", "<!-- measured: end -->"
        head, found, rest = document.partition(begin)
        _, ended, tail = rest.partition(end)
        if not found or not ended:
            sys.exit(f"{DOCUMENT} lacks the marks {begin} and {end}")
        document = f"{head}{begin}\n{text}\n{end}{tail}"
    return document


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description="Simulate the decision rule.")
    parser.add_argument(
        "--quick", action="store_true", help="a tiny version, to see that it works; its figures mean nothing"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/decision.md")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("figures of --quick mean nothing and are not written")
    runs = QUICK if asked.quick else FULL
    made = parts(simulated(tasks(runs)), runs)
    for name, text in made.items():
        print(f"## {name}\n\n{text}\n")
    if asked.write:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
