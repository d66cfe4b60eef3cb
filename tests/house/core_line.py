"""
The core's whole line in one watched process: started by test_core_is_pure.py, one JSON object on standard output.

All imports are made and the protocol's texts are read first. From then on an audit hook notes what the interpreter
reports of files, sockets, processes, imports and executed code, and clocks and chance are replaced by ones that note
that they were asked. With an argument, one such fault is committed on the way, to show that it would be noticed.
"""

import dataclasses
import importlib
import json
import os
import pathlib
import pkgutil
import random
import socket
import sys
import time
import tomllib
import typing as t

from govkit.assessment.controls import read_controls
from govkit.assessment.decision import assess
from govkit.assessment.model import Assessment
from govkit.assessment.tally import Tally
from govkit.attestation.statement import parse_statement, statement
from govkit.digest import canonical, digest
from govkit.evidence import merkle
from govkit.evidence.manifest import Leaf, Manifest, seal
from govkit.evidence.segment import encode
from govkit.protocol.release import Release, from_document, from_files
from govkit.scoring.outcome import score
from govkit.trial.dialogue import answer, begin
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import Profile, named_candidate, parse_profile, profile_of
from govkit.trial.replay import replay
from govkit.trial.reply import read_reply
from govkit.trial.script import Script
from govkit.trial.transcript import Attempt, Exchange, Transcript, parse_transcript
from govkit.verification.evidence import Examined, examine

BEGUN = "2026-01-01T00:00:00Z"
HERE = pathlib.Path(__file__).resolve().parents[2]
WORLDLY = [
    "open",
    "import",
    "exec",
    "compile",
    "ctypes.",
    "glob.",
    "mmap.",
    "os.",
    "pty.",
    "shutil.",
    "signal.",
    "socket.",
    "sqlite3.",
    "subprocess.",
    "tempfile.",
    "time.",
    "urllib.",
]
"""Audit events (or, with a full stop, their beginnings) that tell of the world outside the arguments."""

FIRST_USE = ["_strptime", "encodings.utf_16_be"]
"""What the standard library itself loads when it is first asked (to read a time, to sort as RFC 8785 does)."""

PLANTED: t.Mapping[str, t.Callable[[], object]] = {
    "file": lambda: pathlib.Path(__file__).read_bytes(),
    "folder": lambda: list(pathlib.Path("/").iterdir()),
    "socket": lambda: socket.socket().close(),
    "process": lambda: os.system("true"),  # noqa: S605 - harmless, and only ever here
    "import": lambda: importlib.import_module("wave"),
    "clock": lambda: time.time(),  # noqa: PLW0108 - looked up when called: by then it is watched
    "chance": lambda: random.random(),  # noqa: PLW0108, S311 - (the same)
    "entropy": lambda: os.urandom(1),
}


@dataclasses.dataclass
class Watch:
    """What the process did that is not computing, while the watch was on."""

    on: bool = False
    noted: list[str] = dataclasses.field(default_factory=list)

    def note(self, event: str, arguments: object) -> None:
        """An audit hook: notes the event if it is of the world."""
        if self.on and any(event == word or (word[-1] == "." and event.startswith(word)) for word in WORLDLY):
            self.on = False  # what noting itself needs is not noted
            self.noted.append(f"{event} {arguments!r:.200}")
            self.on = True

    def over(self, module: t.Any, *names: str) -> None:
        """Put a note on these functions of a module; they work as before."""
        for name in names:
            setattr(module, name, self._noting(f"{module.__name__}.{name}", getattr(module, name)))

    def _noting(self, name: str, function: t.Callable[..., object]) -> t.Callable[..., object]:
        def noting(*arguments: object) -> object:
            if self.on:
                self.noted.append(name)
            return function(*arguments)

        return noting


def core_modules() -> list[str]:
    """Every module of the rooms that pyproject.toml calls the core, imported."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    found = []
    for room in contracts["pure-core"]["source_modules"]:
        module = importlib.import_module(room)
        found.append(room)
        for inside in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
            importlib.import_module(inside.name)
            found.append(inside.name)
    return found


def protocol_texts() -> dict[str, str]:
    """The files of the first released protocol."""
    folder = HERE / "test_protocols" / "peer-preservation" / "0.1.0"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.yaml"))
    }


def converse(release: Release, profile: Profile, trial: Trial, script: Script) -> bytes:
    """A trial with a scripted candidate, as the record that a run would store."""
    dialogue = begin(release, profile, trial)
    exchanges = []
    while dialogue.end is None:
        sent = tuple(dict(message) for message in dialogue.fresh)
        raw = script.reply(dialogue.messages, seed=trial.seed, json_manner=False)
        exchanges.append(Exchange(sent=sent, attempts=(Attempt(at=BEGUN, took_ms=1, reply=raw),)))
        dialogue = answer(dialogue, read_reply(raw, profile, dialogue.exchanges))
    return Transcript(
        format="govkit.transcript/1",
        trial=trial.name,
        salt=trial.name[-32:],
        client="core_line",
        exchanges=tuple(exchanges),
        end=dialogue.end,
        final_state=dialogue.workplace.digest(),
    ).line()


def manifest_of(files: t.Mapping[str, bytes], plan: Plan, records: t.Sequence[bytes]) -> Manifest:
    """The manifest of a run that made all its trials."""
    return seal(
        govkit="0.1.0",
        begun=BEGUN,
        sealed="2026-01-01T00:00:01Z",
        blobs={name: (len(data), digest(data)) for name, data in files.items()},
        leaves=[
            Leaf(trial=trial.name, counted=True, hash=merkle.leaf_hash(record).hex())
            for trial, record in zip(plan.trials, records, strict=True)
        ],
        planned=[trial.name for trial in plan.trials],
        not_run_reason="",
    )


def concluded(
    release: Release, profile: Profile, plan: Plan, records: t.Iterable[bytes], manifest: Manifest
) -> Assessment:
    """Replayed, scored and assessed."""
    tally = Tally(release, plan)
    for trial, record in zip(plan.trials, records, strict=True):
        replayed = replay(release, profile, trial, parse_transcript(record, where="here"))
        tally.add(trial, replayed, score(replayed.dialogue))
    return assess(
        release, profile, plan, digest(manifest.bytes()), tally, read_controls(release, plan.request.checks)
    )


def line(texts: t.Mapping[str, str]) -> Examined:
    """From the protocol's texts to evidence that is sealed, concluded, claimed and verified, all in memory."""
    release = from_document(from_files(texts).document)
    profile = parse_profile(profile_of(named_candidate("script:here")).bytes())
    plan = plan_trials(release, profile.digest, request_of(release, trials=2, seed=7))
    control = next(name for name, each in sorted(release.controls.items()) if each.kind == "control")
    script = Script(release, control)
    records = [converse(release, profile, trial, script) for trial in plan.trials]
    files = {
        "protocol.json": release.document,
        "profile.json": profile.bytes(),
        "plan.json": plan.bytes(),
        "run.json": canonical({"format": "govkit.run/1", "begun": BEGUN, "govkit": "0.1.0"}),
        "transcripts-000001.zst": encode(records),
    }
    manifest = manifest_of(files, plan, records)
    assessment = concluded(release, profile, plan, records, manifest)
    claim = {"assessment": assessment.digest, "verdict": assessment.verdict}
    parse_statement(statement("run", digest(manifest.bytes()), "https://example.invalid/claim/1", claim))
    files |= {"manifest.json": manifest.bytes(), "assessment.json": assessment.bytes()}
    return examine(files, {release.name: release.digest})


def main() -> None:
    """Walk the line under watch, and say what was noted."""
    modules, texts, watch = core_modules(), protocol_texts(), Watch()
    for module in FIRST_USE:
        importlib.import_module(module)
    watch.over(
        time, "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep", "localtime", "gmtime"
    )
    watch.over(random, "random", "randint", "randrange", "choice", "getrandbits", "shuffle")
    watch.over(os, "urandom", "getpid", "getenv")
    sys.addaudithook(watch.note)
    watch.on = True
    examined = line(texts)
    for fault in sys.argv[1:]:
        PLANTED[fault]()
    watch.on = False
    states = sorted({finding.state for finding in examined.findings})
    said = {"modules": modules, "noted": watch.noted, "states": states, "tool_calls": examined.tool_calls}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
