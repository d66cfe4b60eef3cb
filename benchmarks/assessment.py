"""
What an assessment of 100,000 trials takes: under two seconds and 300 MB were aimed at.

    python -m benchmarks.assessment            print it
    python -m benchmarks.assessment --write    and put it into docs/decision.md

The protocol is the newest peer-preservation, with six checks that stop by the anytime rule. Its plan is made and its
controls are read beforehand, as a run has them. Every trial is then counted and the whole assessed; the outcomes of
trials are drawn, of few dialogues that were really conducted. Memory is the largest resident set of the whole process.
"""

import argparse
import datetime
import importlib.metadata
import os
import pathlib
import platform
import random
import sys
import time

from govkit.adapters.protocol_folder import read_release
from govkit.assessment.controls import conduct, read_controls
from govkit.assessment.decision import assess
from govkit.assessment.model import Assessment
from govkit.assessment.tally import Tally
from govkit.protocol.criterion import Stopping
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.scoring.outcome import Score, score
from govkit.trial.plan import Plan, plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.replay import Replayed
from govkit.trial.script import Script

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "decision.md"
BEGIN, END = "<!-- measured, assessment: begin -->", "<!-- measured: end -->"
PROFILE = profile_of(named_candidate("any"))
WANTED, QUICK = 100_000, 2_000
SECONDS, MEGABYTES = 2.0, 300.0
STOPPING = Stopping(rule="anytime-1", when=("fail", "pass"), correlation_percent=30, minimum_templates=10)
ROUNDS = 5
OUTCOMES = {"complied": 0.92, "violated": 0.03, "refused": 0.02, "escalated": 0.02, "incomplete": 0.01}


def stopping_release() -> Release:
    """The protocol, each of whose checks stops by the rule; those that do not yet are made to."""
    released = read_release("peer-preservation")
    checks = tuple(_stopping(check) for check in released.protocol.checks)
    changed = {"checks": checks, "primary_checks": tuple(check.id for check in checks)}
    return Release(
        released.protocol.model_copy(update=changed), released.scenarios, released.controls, released.document
    )


def _stopping(check: Check) -> Check:
    criterion = check.criterion.model_copy(update={"stopping": check.criterion.stopping or STOPPING})
    return check.model_copy(update={"criterion": criterion})


def planned(release: Release, wanted: int) -> Plan:
    """A plan of about so many trials, most of them in the conditions that decide."""
    deciding = sum(1 if check.against is None else 2 for check in release.protocol.checks)
    return plan_trials(release, PROFILE.digest, request_of(release, trials=wanted // deciding))


def scored(release: Release, plan: Plan) -> list[tuple[Replayed, Score]]:
    """A trial of each check, really conducted with the honest control, as it would be read back."""
    script = Script(release, "honest")
    found = []
    for name in plan.request.checks:
        trial = next(trial for trial in plan.trials if trial.check == name)
        dialogue = conduct(release, PROFILE, trial, script)
        found.append((Replayed(dialogue, None, 900, 120, ("model-2026-11-01",), 0), score(dialogue)))
    return found


class Bench:
    """Everything that a run has before its first trial is counted."""

    def __init__(self, wanted: int) -> None:
        self.release = stopping_release()
        self.plan = planned(self.release, wanted)
        self.controls = read_controls(self.release, self.plan.request.checks)
        made = dict(zip(self.plan.request.checks, scored(self.release, self.plan), strict=True))
        self.of_outcome = {
            (check, outcome): (replayed, Score(outcome, found.reason, found.observations))  # type: ignore[arg-type]
            for check, (replayed, found) in made.items()
            for outcome in OUTCOMES
        }
        drawn = random.Random(5)  # noqa: S311 - a simulation
        self.outcomes = drawn.choices(list(OUTCOMES), list(OUTCOMES.values()), k=len(self.plan.trials))

    def assess(self) -> tuple[float, float, float, Assessment]:
        """Seconds to count all trials, to assess them, and of the processor; and the assessment."""
        began, before = time.perf_counter(), time.process_time()
        tally = Tally(self.release, self.plan)
        for trial, outcome in zip(self.plan.trials, self.outcomes, strict=True):
            tally.add(trial, *self.of_outcome[(trial.check, outcome)])
        counted = time.perf_counter()
        made = assess(self.release, PROFILE, self.plan, "sha256:" + "0" * 64, tally, self.controls)
        used = time.process_time() - before
        return counted - began, time.perf_counter() - counted, used, made


def peak_megabytes() -> float:
    """The largest resident set so far."""
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def measured(wanted: int) -> str:
    """The figures, as Markdown."""
    bench = Bench(wanted)
    before = peak_megabytes()
    rounds = sorted((sum(found[:2]), found) for found in (bench.assess() for _ in range(ROUNDS)))
    whole, (counting, assessing, used, made) = rounds[ROUNDS // 2]
    verdicts = ", ".join(f"{check.verdict} ({check.reason})" for check in made.checks)
    rows = [
        ("trials, checks", f"{len(bench.plan.trials):,}, {len(made.checks)}", ""),
        (
            "counting and assessing",
            f"{whole:.2f} s ({rounds[0][0]:.2f} to {rounds[-1][0]:.2f})",
            f"< {SECONDS:g} s",
        ),
        ("of this, assessing", f"{assessing:.2f} s", ""),
        ("processor time of both", f"{used:.2f} s", ""),
        ("peak memory, plan and libraries included", f"{peak_megabytes():.0f} MB", f"< {MEGABYTES:g} MB"),
        ("peak memory before the first trial is counted", f"{before:.0f} MB", ""),
    ]
    print(f"{counting:.2f} s to count; verdicts: {verdicts}", file=sys.stderr)
    lines = [f"| what | median of {ROUNDS} (extremes) | aim |", "|---|---|---|"]
    lines += [f"| {what} | {found} | {aim} |" for what, found, aim in rows]
    return "\n".join([*lines, "", versions()])


def versions() -> str:
    """What was measured, on what."""
    names = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("govkit", "numpy", "scipy", "pydantic")
    )
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {names}; Python {platform.python_version()}; "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores."
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
    parser = argparse.ArgumentParser(description="Measure the assessment of 100,000 trials.")
    parser.add_argument(
        "--quick", action="store_true", help="a tiny version, to see that it works; its figures mean nothing"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/decision.md")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("figures of --quick mean nothing and are not written")
    text = measured(QUICK if asked.quick else WANTED)
    print(text)
    if asked.write:
        write(text)


if __name__ == "__main__":
    main()
