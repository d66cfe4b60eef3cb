"""
What govkit costs, beside a bare litellm loop that makes the same calls; docs/benchmarks.md says how it is measured.

    python benchmarks/runner.py            medians of five; some ten minutes on two cores, a quiet machine
    python benchmarks/runner.py --quick    one round of a tiny version: does it still work? its figures mean nothing
    python benchmarks/runner.py --write    also puts the table into docs/benchmarks.md

Everything measured is a process of its own, and so is the server; CPU is user and system time of that one process. The
two systems alternate, and the order is turned round from round to round. A round in which they did not send the same
requests, byte for byte, is a failure and not a figure.
"""

import argparse
import contextlib
import dataclasses
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.request

from govkit.adapters.directory_store import DirectoryStore

# The options themselves, so that both ask for the same.
from govkit.adapters.litellm_candidate import options_of, tools_offered
from govkit.adapters.protocol_folder import read_release
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile
from govkit.workplace.tools import offered

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PYTHON = sys.executable
GOVKIT = (PYTHON, "-m", "govkit")
PROTOCOL, CONTROL = "peer-preservation@0.1.0", "honest"
CONNECTIONS = 16
REPLAY = 9
"""The step of verification that replays."""
CHECKS, OTHER_CONDITIONS, OTHER_TRIALS = 2, 7, 12
"""Of the protocol: `--trials N` makes N trials in a check's deciding condition, and at most 12 in each other."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int
    small: int
    """`--trials` of the run whose cost is subtracted."""
    large: int
    memory: tuple[int, ...]
    """`--trials` of the runs whose memory is compared, and whose replay is timed."""


FULL = Sizes(rounds=5, small=1, large=60, memory=(416, 4916))
QUICK = Sizes(rounds=1, small=1, large=2, memory=())


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system."""
    peak_mb: float
    """Largest resident set."""
    output: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    found: str
    aim: str = ""


def planned(trials: int) -> int:
    """How many trials `--trials` comes to."""
    return CHECKS * (trials + OTHER_CONDITIONS * min(trials, OTHER_TRIALS))


def measured(*command: str, codes: t.Container[int] = (0,)) -> Cost:
    """Run a command to its end and take its time. Fails loudly when it does."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if process.returncode not in codes:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{text[-2000:]}")
    per_mb = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_mb, text)


class Referee:
    """The server, seen from here."""

    def __init__(self, address: str) -> None:
        self.address = address

    def counts(self) -> dict[str, t.Any]:
        """What passed through since the last time."""
        with urllib.request.urlopen(f"{self.address}/counts", timeout=30) as answer:  # noqa: S310  # our own, on loopback
            return t.cast("dict[str, t.Any]", json.load(answer))


@contextlib.contextmanager
def refereeing() -> t.Iterator[Referee]:
    """The server in a process of its own, for as long as the block runs."""
    command = [PYTHON, str(HERE / "referee.py"), PROTOCOL, CONTROL]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None  # noqa: S101  # what PIPE means
    assert process.stdout is not None  # noqa: S101
    try:
        yield Referee(process.stdout.readline().strip())
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Bench:
    """The systems, the place where they leave things, and the server they talk to."""

    def __init__(self, folder: pathlib.Path, referee: Referee) -> None:
        self._folder, self._referee = folder, referee
        self._runs = 0
        self._candidate = folder / "candidate.yaml"
        self._candidate.write_text(
            f"format: govkit.candidate/1\nname: honest\nmodel: openai/{CONTROL}\napi_base: {referee.address}/v1\n"
            "sampling: {temperature: '0'}\n"
        )

    def govkit(self, trials: int) -> tuple[Cost, dict[str, t.Any], pathlib.Path]:
        """A whole run, sealed: what it took, what the server counted, its folder."""
        self._runs += 1
        out = self._folder / f"run-{self._runs}"
        self._referee.counts()
        # A run of few trials is inconclusive (3), and meant to be.
        cost = measured(*GOVKIT, "run", PROTOCOL, "--candidate", str(self._candidate), "--out", str(out),
                        "--trials", str(trials), "--max-connections", str(CONNECTIONS), codes=(0, 3))  # fmt: skip
        return cost, self._referee.counts(), next(out.iterdir())

    def conversations(self, run: pathlib.Path) -> pathlib.Path:
        """The calls of a run, for the bare loop."""
        profile = parse_profile((run / PROFILE).read_bytes())
        trials = [
            [exchange["sent"] for exchange in json.loads(record)["exchanges"]]
            for record in DirectoryStore(run).records()
        ]
        path = run / "conversations.json"
        # All situations of this protocol offer the same tools.
        tools = offered(next(iter(read_release(PROTOCOL).scenarios.values())))
        options = options_of(profile) | tools_offered(profile, tools)
        path.write_text(json.dumps({"options": options, "connections": CONNECTIONS, "trials": trials}))
        return path

    def bare(self, conversations: pathlib.Path) -> tuple[Cost, dict[str, t.Any]]:
        """The bare loop on these calls."""
        self._referee.counts()
        cost = measured(PYTHON, str(HERE / "bare_loop.py"), str(conversations))
        return cost, self._referee.counts()


@dataclasses.dataclass(slots=True)
class Rounds:
    """What the two systems took, round by round and size by size."""

    ours: list[dict[int, Cost]] = dataclasses.field(default_factory=list)
    theirs: list[dict[int, Cost]] = dataclasses.field(default_factory=list)
    requests: dict[int, int] = dataclasses.field(default_factory=dict)
    folders: dict[int, pathlib.Path] = dataclasses.field(default_factory=dict)
    peak: int = 0


def side_by_side(bench: Bench, sizes: Sizes) -> Rounds:
    """Both systems at two sizes, so that what does not grow with the calls can be told from what does."""
    rounds = Rounds()
    recorded: dict[int, pathlib.Path] = {}
    for number in range(sizes.rounds):
        us: dict[int, Cost] = {}
        them: dict[int, Cost] = {}
        for n in (sizes.small, sizes.large):
            seen = []
            for system in ("ours", "theirs") if number % 2 == 0 else ("theirs", "ours"):
                if system == "ours":
                    us[n], counts, rounds.folders[n] = bench.govkit(n)
                else:
                    recorded[n] = recorded.get(n) or bench.conversations(rounds.folders[n])
                    them[n], counts = bench.bare(recorded[n])
                seen.append(counts)
            if seen[0]["bodies"] != seen[1]["bodies"] or seen[0]["requests"] != seen[1]["requests"]:
                sys.exit(f"the two systems did not send the same requests: {seen}")
            rounds.requests[n] = seen[0]["requests"]
            rounds.peak = max(rounds.peak, *(each["peak"] for each in seen))
        rounds.ours.append(us)
        rounds.theirs.append(them)
        per_call = [1000 * _per_call(each, sizes, rounds.requests) for each in (us, them)]
        say(
            f"round {number + 1} of {sizes.rounds}: {per_call[0]:.2f} ms a call, bare loop {per_call[1]:.2f} ms"
        )
    return rounds


def _per_call(costs: dict[int, Cost], sizes: Sizes, requests: dict[int, int]) -> float:
    return (costs[sizes.large].cpu - costs[sizes.small].cpu) / (requests[sizes.large] - requests[sizes.small])


def calls(rounds: Rounds, sizes: Sizes) -> list[Row]:
    """CPU per call and trials per second, over the difference of the two sizes: start-up falls out."""
    small, large, requests = sizes.small, sizes.large, rounds.requests
    us = [_per_call(each, sizes, requests) for each in rounds.ours]
    them = [_per_call(each, sizes, requests) for each in rounds.theirs]
    ratios = [a / b for a, b in zip(us, them, strict=True)]
    trials = planned(large) - planned(small)

    def rate(costs: list[dict[int, Cost]]) -> float:
        return statistics.median(trials / max(0.001, each[large].wall - each[small].wall) for each in costs)

    fixed = [
        statistics.median(
            each[small].cpu - requests[small] * cost for each, cost in zip(costs, per, strict=True)
        )
        for costs, per in ((rounds.ours, us), (rounds.theirs, them))
    ]
    each_trial = (requests[large] - requests[small]) / trials
    return [
        Row(
            "CPU per call of `govkit run` over a bare litellm loop, evidence included",
            _with_range(ratios, "{:.2f}"),
            "<= 1.25",
        ),
        Row("CPU per call, `govkit run`", _with_range([1000 * each for each in us], "{:.2f}") + " ms"),
        Row("CPU per call, bare loop", _with_range([1000 * each for each in them], "{:.2f}") + " ms"),
        Row(
            "CPU beside the calls (start-up, controls, plan), `govkit run` / bare loop",
            f"{fixed[0]:.1f} s / {fixed[1]:.1f} s",
        ),
        Row(
            f"trials per second, `govkit run` / bare loop ({each_trial:.1f} calls a trial)",
            f"{rate(rounds.ours):.1f} / {rate(rounds.theirs):.1f}",
        ),
        Row(f"most requests in flight ({CONNECTIONS} connections allowed)", str(rounds.peak)),
    ]


def memory_and_replay(bench: Bench, rounds: Rounds, sizes: Sizes) -> list[Row]:
    """Peak memory of a run of a thousand trials and one of ten thousand, and the speed of replay."""
    rows, peaks, folders = [], [], [rounds.folders[sizes.large]]
    for n in sizes.memory:
        say(f"a run of {planned(n):,} trials")
        cost, _, folder = bench.govkit(n)
        rows.append(Row(f"peak memory, {planned(n):,} trials (one run)", f"{cost.peak_mb:.0f} MB"))
        peaks.append(cost.peak_mb)
        folders = [*folders[-1:], folder] if len(peaks) > 1 else [folder]
    if len(peaks) > 1:
        rows.append(
            Row("peak memory, the larger over the smaller run", f"{peaks[-1] / peaks[0]:.2f}", "<= 1.2")
        )
    say("replay")
    return [*rows, *(_replay_row(rounds.folders[sizes.small], each, sizes.rounds) for each in folders)]


def _replay_row(small: pathlib.Path, large: pathlib.Path, rounds: int) -> Row:
    """Tool calls replayed a second, over the difference of two runs; the fixed cost of the command falls out."""
    found = []
    total = 0
    for _ in range(rounds):
        # An unsigned run folder: its signature is missing (4), all the rest is verified.
        few, many = (
            measured(*GOVKIT, "verify", str(folder), "--json", codes=(0, 4)) for folder in (small, large)
        )
        total = _replayed(many.output)
        found.append((total - _replayed(few.output)) / max(0.001, many.wall - few.wall))
    return Row(
        f"tool calls replayed a second by `govkit verify` ({total:,} calls)", _with_range(found, "{:,.0f}")
    )


def _replayed(output: str) -> int:
    """The tool calls that step 9 says came out the same."""
    findings = json.loads(output)[0]["findings"]
    what = next(
        (each["what"] for each in findings if each["step"] == REPLAY and each["state"] == "holds"), ""
    )
    match = re.search(r"(\d+) tool calls", what)
    if match is None:
        sys.exit(f"the run does not replay: {output[:2000]}")
    return int(match[1])


def start_up(rounds: int) -> list[Row]:
    """`govkit --help` over Python that does nothing."""
    extra = []
    for _ in range(max(1, rounds) * 3):  # short and noisy: thrice as many
        bare = measured(PYTHON, "-c", "pass")
        extra.append(measured(*GOVKIT, "--help").wall - bare.wall)
    return [
        Row("start-up of `govkit --help` over bare Python", _with_range(extra, "{:.3f}") + " s", "< 0.15 s")
    ]


def _with_range(values: t.Sequence[float], form: str) -> str:
    """The median, and the extremes where there is more than one value."""
    middle = form.format(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))} to {form.format(max(values))})"


def versions() -> str:
    """What was measured, on what."""
    names = ("govkit", "litellm", "openai", "aiohttp", "pydantic", "zstandard", "uvicorn")
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {found}; Python {platform.python_version()}; "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    )


def table(rows: t.Sequence[Row], sizes: Sizes) -> str:
    """The rows as Markdown."""
    lines = ["| what | median of " + str(sizes.rounds) + " (extremes) | aim |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.found} | {row.aim} |" for row in rows]
    return "\n".join([*lines, "", versions() + "."])


def write(text: str) -> None:
    """Put the table into the document, between its marks."""
    old = DOCUMENT.read_text(encoding="utf-8")
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{DOCUMENT} lacks the marks {BEGIN} and {END}")
    DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure govkit against a bare litellm loop.")
    parser.add_argument(
        "--quick", action="store_true", help="a tiny version, to see that it works; its figures mean nothing"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("figures of --quick mean nothing and are not written")
    sizes = QUICK if asked.quick else FULL
    with tempfile.TemporaryDirectory() as folder, refereeing() as referee:
        bench = Bench(pathlib.Path(folder), referee)
        rounds = side_by_side(bench, sizes)
        rows = [
            *calls(rounds, sizes),
            *memory_and_replay(bench, rounds, sizes),
            *start_up(sizes.rounds),
        ]
    text = table(rows, sizes)
    print(text)
    if asked.write:
        write(text)


if __name__ == "__main__":
    main()
