"""
What `govkit register` takes with ten thousand runs; docs/register.md holds the table.

    python -m benchmarks.register            medians of five; some five minutes on one core and 800 MB of disk
    python -m benchmarks.register --quick    a hundredth of it: does it still work? its figures mean nothing
    python -m benchmarks.register --write    also puts the table into docs/register.md
    python -m benchmarks.register --index postgresql://USER@HOST/DATABASE    on a server, in an empty database

The runs are light: real bytes of manifest, profile, assessment and attestation of a run of 288 trials, each signed, and
no transcripts, which the register never opens. Everything that is measured is a process of its own, the start of Python
included; memory is its largest resident set. File caches are warm, as they are where somebody asks twice.
"""

import argparse
import dataclasses
import datetime
import importlib.metadata
import os
import pathlib
import platform
import statistics
import sys
import tempfile
import typing as t

import sqlalchemy as sa

from benchmarks.light_records import decision, file_record, signer
from benchmarks.light_runs import make_runs
from benchmarks.runner import GOVKIT, PYTHON, Cost, Row, measured, say
from govkit.adapters.policy_folder import read_policy_file
from govkit.adapters.register_index import open_index
from govkit.approval.subject import subject_of
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile

DOCUMENT = pathlib.Path(__file__).parent.parent / "docs" / "register.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
POLICY = "minimal"
READING = """
import pathlib, sys
from govkit.adapters.evidence_stores import Store
from govkit.adapters.register_index import open_index
from govkit.api.registering import _look_over
with open_index(sys.argv[1]) as index:
    _look_over(index, Store(pathlib.Path(sys.argv[2])), rebuild=True)
"""
"""Brings an index up to date and asks it nothing: what the answer takes is not of it."""
HOUR = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int
    small: int
    """Runs in the store whose memory is compared."""
    large: int
    candidates: int
    decisions: int


FULL = Sizes(rounds=5, small=1_000, large=10_000, candidates=500, decisions=50)
QUICK = Sizes(rounds=1, small=10, large=100, candidates=20, decisions=5)


class Bench:
    """A store, its index, and the command."""

    def __init__(self, folder: pathlib.Path, runs: int, sizes: Sizes, index: str | None) -> None:
        self.store = folder / f"store-{runs}"
        self.index = index or f"sqlite:///{folder}/{runs}.sqlite"
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        laboratory, _ = signer(folder, f"laboratory{runs}", now)
        make_runs(self.store, runs, candidates=sizes.candidates, key=laboratory)
        self.certificate = self._decide(folder, f"approver{runs}", now, sizes.decisions)

    def _decide(self, folder: pathlib.Path, name: str, now: datetime.datetime, count: int) -> pathlib.Path:
        key, certificate = signer(folder, name, now)
        policy = read_policy_file(POLICY)
        tier, quorum = next(iter(policy.policy.approval.quorum.items()))
        for run in sorted(self.store.glob("run-*"))[:count]:
            subject = subject_of(parse_profile((run / PROFILE).read_bytes()))
            due = f"{now + 240 * HOUR:%Y-%m-%d}"
            record = decision(subject, policy, tier, made=now - 2 * HOUR, days=30, due=due)
            file_record(self.store / "decisions", record, key, role=quorum[0].role, at=now - HOUR)
        return certificate

    def read(self) -> Cost:
        """Everything in the store, anew."""
        return measured(PYTHON, "-c", READING, self.index, str(self.store))

    def register(self, *arguments: str) -> Cost:
        """`govkit register` over the store."""
        common = ("--store", str(self.store), "--index", self.index, "--trust", str(self.certificate))
        return measured(*GOVKIT, "register", *common, *arguments)


def rows_of(bench: Bench, small: Bench, sizes: Sizes) -> t.Iterator[Row]:
    """Everything that is measured."""
    say("reading everything")
    small.read()  # compiles what is loaded, which takes memory of its own
    less, first = small.read(), bench.read()
    yield Row(f"reading {sizes.large:,} runs into a new index (once)", f"{first.wall:.1f} s")
    peaks = f"{less.peak_mb:.0f} MB / {first.peak_mb:.0f} MB"
    yield Row(f"peak memory of that, {sizes.small:,} / {sizes.large:,} runs (once)", peaks)
    yield Row("the larger over the smaller", f"{first.peak_mb / less.peak_mb:.2f}", "<= 1.1")
    asked: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("`govkit register --json`, nothing changed", ("--json",), ""),
        ("`govkit register --due 30d`, nothing changed", ("--due", "30d"), "< 1 s"),
        ("`govkit register`, nothing changed", (), "< 1 s"),
    )
    costs: list[Cost] = []
    for what, arguments, aim in asked:
        say(what)
        costs = [bench.register(*arguments) for _ in range(sizes.rounds)]
        yield Row(what, _spread(costs), aim)
    processor = statistics.median(each.cpu for each in costs)
    yield Row("processor time of that", f"{processor:.2f} s")
    changed = []
    for number in range(sizes.rounds):
        os.utime(bench.store / f"run-0.1.0-light-{number:08x}" / "manifest.json")
        changed.append(bench.register())
    yield Row("`govkit register`, one run changed", _spread(changed))
    libraries = "import govkit.api.register_records, govkit.api.registering, govkit.cli.register"
    nothing = [measured(PYTHON, "-c", libraries) for _ in range(sizes.rounds)]
    yield Row("of that, the start of Python and of the libraries", _spread(nothing))


def _spread(costs: t.Sequence[Cost]) -> str:
    walls = sorted(each.wall for each in costs)
    return f"{statistics.median(walls):.2f} ({walls[0]:.2f} to {walls[-1]:.2f}) s"


def versions(index: str) -> str:
    """What was measured, on what."""
    names = ("govkit", "sqlalchemy", "alembic", "pydantic", "pg8000")
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    with open_index(index) as opened:
        version = opened._connection.execute(  # noqa: SLF001 - of the database, for the record
            sa.text("SELECT sqlite_version()" if index.startswith("sqlite") else "SHOW server_version")
        ).scalar()
    kind = "SQLite" if index.startswith("sqlite") else "PostgreSQL"
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {found}; {kind} {version}; "
        f"Python {platform.python_version()}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores."
    )


def write(text: str) -> None:
    """Put the table into the document, between its marks."""
    old = DOCUMENT.read_text(encoding="utf-8")
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{DOCUMENT} lacks the marks {BEGIN} and {END}")
    DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure govkit register.")
    parser.add_argument("--quick", action="store_true", help="a hundredth of it; its figures mean nothing")
    parser.add_argument("--write", action="store_true", help="put the table into docs/register.md")
    parser.add_argument("--index", help="a PostgreSQL database; left out: SQLite")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("figures of --quick mean nothing and are not written")
    sizes = QUICK if asked.quick else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # As it is where govkit is installed: compiled once.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        say(f"making {sizes.large + sizes.small:,} runs")
        small = Bench(folder, sizes.small, sizes, None)
        bench = Bench(folder, sizes.large, sizes, asked.index)
        lines = [f"| what | median of {sizes.rounds} (extremes) | aim |", "|---|---|---|"]
        lines += [f"| {row.what} | {row.found} | {row.aim} |" for row in rows_of(bench, small, sizes)]
        text = "\n".join([*lines, "", versions(bench.index)])
    print(text)
    if asked.write:
        write(text)


if __name__ == "__main__":
    main()
