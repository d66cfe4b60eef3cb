"""
`govkit run` as a process, against a slow scripted candidate over real HTTP: killed, interrupted, resumed, limited.

The candidate is the protocol's demonstration, which draws by the request's seed; so two runs can be held against each
other, and each request tells of which trial it was.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading
import time
import typing as t

import pytest
import uvicorn

from govkit.adapters.control_server import application, listen
from govkit.adapters.directory_store import DirectoryStore
from govkit.adapters.protocol_folder import read_release
from govkit.trial.transcript import parse_transcript

PAUSE = 0.03
"""Seconds that the candidate takes to answer."""
CANARY = "sk-canary-0b5c77d1f24a4e9f"
COMPLYING = ("--check", "shutdown-control", "--trials", "12")
"""What the demonstration never violates, so that a part of it has no verdict; some seconds long."""
CANDIDATE = """
format: govkit.candidate/1
name: "Slow \\e[31m demonstration"
model: openai/demonstration
api_base: {address}
api_key_env: GOVKIT_TEST_KEY
sampling: {{temperature: "0", seed: per-trial}}
timeout_seconds: 10
attempts: 2
"""


class SlowControl:
    """The demonstration behind HTTP, slowly; remembers the seed of every request."""

    def __init__(self) -> None:
        self._app = application(read_release("peer-preservation@0.1.0"), "demonstration")
        self.seeds: list[int] = []
        self.status = 0
        """Another status than 0 is what every request gets, with an answer full of hostile characters."""

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        parts = []

        async def heard() -> t.Any:
            message = await receive()
            parts.append(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                self.seeds.append(json.loads(b"".join(parts))["seed"])
            return message

        if self.status:
            await heard()
            text = json.dumps({"error": {"message": "\x1b[2J\u202eno [bold]"}}).encode()
            head = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
            await send({"type": "http.response.start", "status": self.status, "headers": head})
            await send({"type": "http.response.body", "body": text})
            return
        await asyncio.sleep(PAUSE)
        await self._app(scope, heard, send)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the commands of a test are given."""

    folder: pathlib.Path
    control: SlowControl

    def command(self, *arguments: str, out: str = "evidence") -> list[str]:
        """`govkit run` with the candidate of this place."""
        candidate = str(self.folder / "candidate.yaml")
        base = [sys.executable, "-m", "govkit", "run", "peer-preservation@0.1.0", "--candidate", candidate]
        return [*base, "--out", str(self.folder / out), *arguments]

    def run(self, *arguments: str, out: str = "evidence") -> "subprocess.CompletedProcess[str]":
        """The command, to its end."""
        return subprocess.run(
            self.command(*arguments, out=out),
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    @contextlib.contextmanager
    def begun(self, *arguments: str, stored: int) -> t.Iterator["subprocess.Popen[str]"]:
        """The command, under way: more than so many bytes of transcripts are stored."""
        with subprocess.Popen(
            self.command(*arguments),
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            while process.poll() is None and self.size() <= stored:
                time.sleep(0.01)
            yield process

    def size(self) -> int:
        """Bytes of transcripts stored so far."""
        return sum(path.stat().st_size for path in self.folder.rglob("evidence/*/transcripts-*.zst"))

    def run_folder(self, out: str = "evidence") -> pathlib.Path:
        """The only run under `out`."""
        [folder] = (self.folder / out).iterdir()
        return folder

    def seeds_of(self, names: t.Iterable[str]) -> set[int]:
        """The seeds that were sent in these trials."""
        plan = json.loads((self.run_folder() / "plan.json").read_bytes())["trials"]
        wanted = set(names)
        return {trial["seed"] for trial in plan if trial["name"] in wanted}


def _environment() -> dict[str, str]:
    return {**os.environ, "GOVKIT_TEST_KEY": CANARY, "PYTHONWARNINGS": "default"}


def _counted(segments: t.Mapping[str, bytes], folder: pathlib.Path) -> list[str]:
    """The trials counted in these segments, in order; a torn tail is none."""
    folder.mkdir(exist_ok=True)
    for name, data in segments.items():
        (folder / name).write_bytes(data)
    store = DirectoryStore(folder)
    store.cut_torn_tail()
    found = [parse_transcript(record, where="a record") for record in store.records()]
    return [each.trial for each in found if each.counted]


def _segments(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("transcripts-*.zst"))}


def _result(folder: pathlib.Path) -> t.Any:
    """What a run came to: checks and verdict, and how each trial ended."""
    assessment = json.loads((folder / "assessment.json").read_bytes())
    records = [parse_transcript(each, where="a record") for each in DirectoryStore(folder).records()]
    states = sorted((each.trial, each.end, each.final_state) for each in records if each.counted)
    return assessment["checks"], assessment["verdict"], states


@pytest.fixture(name="place")
def _place(tmp_path: pathlib.Path) -> t.Iterator[Place]:
    """A folder with a candidate file, and the candidate at its address."""
    control, sock = SlowControl(), listen(0)
    address = f"http://127.0.0.1:{sock.getsockname()[1]}/v1"
    (tmp_path / "candidate.yaml").write_text(CANDIDATE.format(address=address), encoding="utf-8")
    config = uvicorn.Config(
        control, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield Place(tmp_path, control)
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_it_comes_to_the_same(place: Place) -> None:
    """
    After SIGKILL at several moments and the same command again, every planned trial is there once, what was stored
    before each kill stands unchanged at the front, nothing stored was asked again, and the result is that of a run
    nobody killed.
    """
    whole = place.run("--trials", "2", out="whole")
    place.control.seeds.clear()
    chance = random.Random()  # noqa: S311 - any moments will do; the point is that no moment matters
    for _ in range(3):
        before = _segments(place.run_folder()) if (place.folder / "evidence").exists() else {}
        done = _counted(before, place.folder / f"seen-{len(list(place.folder.iterdir()))}")
        asked = len(place.control.seeds)
        with place.begun("--trials", "2", stored=place.size()) as process:
            time.sleep(chance.uniform(0, 0.4))
            process.kill()
        assert not place.seeds_of(done) & set(place.control.seeds[asked:])
        _assert_prefix(before, place)
    asked, last = len(place.control.seeds), _segments(place.run_folder())
    done = _counted(last, place.folder / "seen-last")
    again = place.run("--trials", "2")
    assert not place.seeds_of(done) & set(place.control.seeds[asked:])
    assert again.returncode == whole.returncode
    plan = json.loads((place.run_folder() / "plan.json").read_bytes())["trials"]
    assert sorted(_counted(_segments(place.run_folder()), place.folder / "all")) == [
        each["name"] for each in plan
    ]
    assert _result(place.run_folder()) == _result(place.run_folder("whole"))


def _assert_prefix(before: t.Mapping[str, bytes], place: Place) -> None:
    """Every whole frame that was there is there still; a torn tail may have been cut."""
    kept = place.folder / "prefix"
    _counted(before, kept)
    after = _segments(place.run_folder())
    for name, data in _segments(kept).items():
        assert after[name].startswith(data)


@pytest.mark.slow
def test_interrupted_it_stops_soon_and_the_same_command_finishes(place: Place) -> None:
    """Ctrl-C ends a run within seconds with exit code 3, keeps what was counted and says how to go on; so it does."""
    with place.begun(*COMPLYING, "--trials", "12", stored=0) as process:
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, said = process.communicate(timeout=20)
        assert time.monotonic() - begun < 8
    assert process.returncode == 3, said
    assert "it was interrupted. What was counted is kept; the same command goes on from here." in said
    assert "Traceback" not in said
    assert "Warning" not in said
    kept = _counted(_segments(place.run_folder()), place.folder / "seen")
    assert kept
    asked = len(place.control.seeds)
    again = place.run(*COMPLYING, "--trials", "12")
    assert "Stopped" not in again.stderr
    assert re.search(
        rf"\(of these, {len(kept)} trials, \d+ calls, [\d,]+ tokens before this command\)", again.stderr
    )
    assert not place.seeds_of(kept) & set(place.control.seeds[asked:])
    before, sealed = len(place.control.seeds), _files(place.run_folder())
    third = place.run(*COMPLYING, "--trials", "12")
    assert len(place.control.seeds) == before
    assert (third.returncode, third.stdout) == (again.returncode, again.stdout)
    assert _files(place.run_folder()) == sealed
    assert output.splitlines()[-1].startswith("run: ")


def _files(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_run_in_the_same_folder_is_refused(place: Place) -> None:
    """While one command is at work, the same command again is refused with exit code 2, and harms nothing."""
    with place.begun(*COMPLYING, "--max-connections", "1", stored=0) as process:
        second = place.run(*COMPLYING, "--max-connections", "1")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert second.returncode == 2
    assert "Another run is at work in this folder." in second.stderr
    assert second.stdout == ""
    assert process.returncode == 3


def test_options_reach_the_run_and_results_go_to_stdout(place: Place) -> None:
    """One check, a seed, a budget: JSON alone on stdout, prose on stderr, names escaped, the key nowhere."""
    done = place.run(
        "--check", "shutdown-control", "--trials", "1", "--seed", "7", "--max-connections", "1",
        "--budget-tokens", "4000", "--json",
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assessment = json.loads(done.stdout)
    assert [each["check"] for each in assessment["checks"]] == ["shutdown-control"]
    assert "the budget of 4000 tokens is used up" in done.stderr
    assert "the same command with a larger budget goes on from here" in done.stderr
    assert "\x1b" not in done.stderr
    assert "Slow <U+001B>[31m demonstration" in done.stderr
    request = json.loads((place.run_folder() / "plan.json").read_bytes())["request"]
    assert request == {"checks": ["shutdown-control"], "trials": 1, "seed": 7}
    files = b"".join(_files(place.run_folder()).values())
    assert CANARY.encode() not in files + (done.stdout + done.stderr).encode()
    assert "Warning" not in done.stderr


@pytest.mark.parametrize(("status", "code"), [(401, 5), (400, 2)])
def test_what_a_service_says_is_escaped_on_the_terminal(place: Place, status: int, code: int) -> None:
    """A refusal full of control characters comes out as one harmless message with the documented exit code."""
    place.control.status = status
    done = place.run("--trials", "1")
    assert done.returncode == code
    assert done.stdout == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", done.stderr)
    assert "<U+001B>[2J<U+202E>no [bold]" in done.stderr
    assert done.stderr.count("refuses the") == 2  # the last line of progress, and the message


@pytest.mark.parametrize("named", [True, False])
def test_a_refused_key_says_where_to_set_another(place: Place, named: bool) -> None:  # noqa: FBT001 - the case
    """The variable that the candidate file names; without one, that it can name one."""
    file = place.folder / "candidate.yaml"
    if not named:
        file.write_text(
            file.read_text(encoding="utf-8").replace("api_key_env: GOVKIT_TEST_KEY\n", ""), encoding="utf-8"
        )
    place.control.status = 401
    done = place.run("--trials", "1")
    assert done.returncode == 5
    assert ("do: set GOVKIT_TEST_KEY to a valid key" in done.stderr) is named
    assert ("as `api_key_env` in the candidate file" in done.stderr) is not named


def test_a_full_disk_ends_the_run_with_one_message(place: Place) -> None:
    """When evidence cannot be written any more, the run ends soon with exit code 2; with room again, it goes on."""
    limit = (
        f"ulimit -f 12; exec {' '.join(place.command('--trials', '3'))}"  # blocks of 1024 bytes: 12 KB a file
    )
    done = subprocess.run(
        ["bash", "-c", limit], env=_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "Evidence cannot be written." in done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_gets_a_live_table(place: Place) -> None:
    """On a terminal the run is drawn as a table in place; NO_COLOR takes its colours and nothing else."""
    environment = {**_environment(), "TERM": "xterm-256color", "COLUMNS": "150", "NO_COLOR": "1"}
    command = " ".join(place.command("--check", "shutdown-control", "--trials", "1"))
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "complied" in done.stdout
    assert "8/8 trials" in done.stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", done.stdout)
