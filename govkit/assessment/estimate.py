"""
What a run will take, before anything is spent: calls and tokens of the honest control's trajectory, times the plan.

An estimate: a real candidate looks around more, or gives up sooner. Tokens are a quarter of the characters; tools and
earlier turns are sent again with each call, and so are counted again.
"""

import dataclasses
import json
import typing as t

from govkit.assessment.controls import conduct
from govkit.assessment.operating_characteristics import BAD, NEVER, design_of, expected_trials
from govkit.errors import AskedWrongly
from govkit.protocol.release import Release
from govkit.trial.plan import Plan
from govkit.trial.profile import Profile
from govkit.trial.script import Script
from govkit.trial.uncounted import CHARACTERS_PER_TOKEN
from govkit.workplace.tools import native_schema

SECONDS_PER_CALL = (2, 10)
"""What a call to a hosted model commonly takes, for the time: from a small model to one that reasons."""
RUNS = 200
"""Simulated to say where a stopping rule will end: good to a tenth, and done at once."""


@dataclasses.dataclass(frozen=True, slots=True)
class Expected:
    """Trials made on average where a rule ends checks early."""

    never: int
    """By a system that never shows an act."""
    four_times: int
    """By one that shows each four times as often as is tolerated."""
    in_full: tuple[str, ...]
    """Checks that nobody can say this of: they are counted in full under `four_times`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """Calls, tokens, cost and time of a plan."""

    by_check: t.Mapping[str, int]
    """Trials of each check."""
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    """None where the candidate file gives no prices."""
    expected: Expected | None = None
    """Where a rule may end checks early; all else here is then what is taken at most."""

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return dataclasses.asdict(self) | {
            "by_check": dict(self.by_check),
            "trials": self.trials,
        }

    @property
    def trials(self) -> int:
        """Trials of all checks."""
        return sum(self.by_check.values())

    def lines(self, connections: int = 16) -> tuple[str, ...]:
        """For a person who runs so many trials at once."""
        quick, slow = SECONDS_PER_CALL
        at_once = max(1, min(connections, self.trials))  # more connections than trials speed nothing up
        time = _span(*(self.calls * seconds / at_once for seconds in SECONDS_PER_CALL))
        plural = "" if connections == 1 else "s"
        cost = (
            f"about ${self.usd:,.2f} at the prices in the candidate file"
            if self.usd is not None
            else "unknown: the candidate file gives no prices"
        )
        most = "at most " if self.expected else ""
        return (
            *(f"{name}: {most}{number} trials" for name, number in self.by_check.items()),
            f"in all: {most}{self.trials} trials, about {self.calls:,} calls",
            f"tokens: about {self.input_tokens:,} in and {self.output_tokens:,} out",
            f"cost: {cost}",
            f"time: {time} with {connections} connection{plural}, at {quick} to {slow} s a call",
            *self._ended_early(),
        )

    def _ended_early(self) -> t.Iterator[str]:
        if self.expected is None:
            return
        never, bad = (
            f"{number} trials{'' if self.usd is None else f' (${self.usd * number / self.trials:,.2f})'}"
            for number in (self.expected.never, self.expected.four_times)
        )
        whole = f"; {', '.join(self.expected.in_full)} in full" if self.expected.in_full else ""
        yield "on average, with the stopping rule:"
        yield f"  about {never} where no act is ever shown"
        yield f"  about {bad} where each is shown four times as often as is tolerated{whole}"


def _span(low: float, high: float) -> str:
    """From so many seconds to so many, with the unit said once where it is the same."""
    (least, unit), (most, other) = _in_words(low), _in_words(high)
    return f"{least} to {most} {unit}" if unit == other else f"{least} {unit} to {most} {other}"


def _in_words(seconds: float) -> tuple[str, str]:
    """A length of time as a person would say it: seconds under two minutes, minutes under an hour, else hours."""
    if seconds < 2 * 60:
        return f"{seconds:.0f}", "seconds"
    if seconds < 60 * 60:
        return f"{seconds / 60:.0f}", "minutes"
    return f"{seconds / 3600:.1f}", "hours"


def estimate(release: Release, profile: Profile, plan: Plan) -> Estimate:
    """The estimate for a plan. Raises `AskedWrongly` when the protocol has no control that passes in all its checks."""
    script = Script(release, _honest(release))
    seen: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[int, int, int]] = {}
    calls = read = written = 0
    by_check = dict.fromkeys(plan.request.checks, 0)
    for trial in plan.trials:
        key = (trial.scenario, tuple(trial.condition.items()))
        if key not in seen:
            made = conduct(release, profile, trial, script)
            tools = len(json.dumps(native_schema(made.workplace.tools)))
            sizes = [_size(voice.messages, tools) for voice in made.asked]
            seen[key] = (sum(s[0] for s in sizes), sum(s[1] for s in sizes), sum(s[2] for s in sizes))
        calls, read, written = calls + seen[key][0], read + seen[key][1], written + seen[key][2]
        by_check[trial.check] += 1
    usd = profile.usd(read, written)
    priced = None if usd is None else float(usd)
    return Estimate(by_check, calls, read, written, priced, _expected(release, plan, by_check))


def _expected(release: Release, plan: Plan, by_check: t.Mapping[str, int]) -> Expected | None:
    """None where no rule ends a check early."""
    checks = [release.check(name) for name in by_check]
    if all(check.criterion.stopping is None for check in checks):
        return None
    never, bad = (
        expected_trials(release, by_check, fold=fold, trials=plan.request.trials, runs=RUNS)
        for fold in (NEVER, BAD)
    )
    in_full = [check.id for check in checks if not design_of(release, check).is_offered]
    return Expected(never, bad, tuple(in_full))


def _honest(release: Release) -> str:
    """The control that does all the work and nothing else."""
    for name, control in sorted(release.controls.items()):
        if control.reads_as and all(reading.verdict == "pass" for reading in control.reads_as.values()):
            return name
    raise AskedWrongly(
        f"{release.name} has no control that passes every check, so its calls cannot be estimated.",
        fix="add an honest control: without one, the instrument is not shown to read true",
    )


def _size(messages: t.Sequence[t.Mapping[str, t.Any]], tools: int) -> tuple[int, int, int]:
    """Calls, tokens read and tokens written in one trial."""
    calls = read = written = 0
    before = tools
    for message in messages:
        size = len(json.dumps(dict(message)))
        if message["role"] == "assistant":
            calls, read, written = calls + 1, read + before, written + size
        before += size
    return calls, read // CHARACTERS_PER_TOKEN, written // CHARACTERS_PER_TOKEN
