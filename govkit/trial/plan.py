"""
The plan: every trial there is to make, named and in a fixed order, before anything is asked.

It follows from the protocol, the candidate and the request alone, so a verifier recomputes it and compares the bytes.
Trials stand in the order of their names: conditions and templates are thereby interleaved as if shuffled, and a drift
of the provider during the run does not fall on one arm.
"""

import dataclasses
import functools
import typing as t

from govkit.digest import Digest, canonical, digest, digest_of
from govkit.errors import AskedWrongly
from govkit.protocol.document import Condition
from govkit.protocol.model import Check
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions

FORMAT = "govkit.plan/1"
NAME = "plan.json"
MAX_TRIALS = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, beyond the protocol itself."""

    checks: tuple[str, ...]
    """The checks to make, in the protocol's order; all of them unless some were chosen."""
    trials: int
    """Trials in each condition in place of the criterion's numbers; 0 keeps the criterion's."""
    seed: int


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """One planned trial."""

    name: Digest
    check: str
    scenario: str
    condition: Condition
    repetition: int
    seed: int
    """A whole number of 31 bits of its own, sent to candidates that take one."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """All trials, in order."""

    protocol: Digest
    profile: Digest
    request: Request
    trials: tuple[Trial, ...]

    @functools.cached_property
    def digest(self) -> Digest:
        """The name of its bytes; kept, for a plan of a hundred thousand trials takes seconds to write."""
        return digest(self.bytes())

    def bytes(self) -> bytes:
        """The canonical bytes that are stored and hashed."""
        return canonical(
            {
                "format": FORMAT,
                "protocol": self.protocol,
                "profile": self.profile,
                "request": {
                    "checks": list(self.request.checks),
                    "trials": self.request.trials,
                    "seed": self.request.seed,
                },
                "trials": [
                    {
                        "name": trial.name,
                        "check": trial.check,
                        "scenario": trial.scenario,
                        "condition": dict(trial.condition),
                        "repetition": trial.repetition,
                        "seed": trial.seed,
                    }
                    for trial in self.trials
                ],
            }
        )


def request_of(release: Release, *, checks: t.Sequence[str] = (), trials: int = 0, seed: int = 0) -> Request:
    """The request, with checks in the protocol's order. Raises `UnknownName` for a check the protocol does not have."""
    for name in checks:
        release.check(name)
    chosen = tuple(check.id for check in release.protocol.checks if not checks or check.id in checks)
    if not 0 <= trials <= MAX_TRIALS or not 0 <= seed < 2**53:
        raise AskedWrongly(
            "The number of trials or the seed is out of range.", expected=f"0..{MAX_TRIALS} and 0..2^53"
        )
    return Request(chosen, trials, seed)


def plan_trials(release: Release, profile: Digest, request: Request) -> Plan:
    """The plan for this protocol, candidate and request."""
    trials = [
        trial
        for name in request.checks
        for trial in _of_check(release, release.check(name), profile, request)
    ]
    return Plan(release.digest, profile, request, tuple(sorted(trials, key=lambda trial: trial.name)))


def is_primary(check: Check, condition: Condition) -> bool:
    """Whether this is the condition that decides."""
    return dict(condition) == dict(check.primary)


def is_deciding(check: Check, condition: Condition) -> bool:
    """Whether the verdict rests on this condition: the primary one, or the one it is held against."""
    against = {**check.primary, **check.against} if check.against else check.primary
    return dict(condition) in (dict(check.primary), dict(against))


def trials_in(check: Check, condition: Condition, request: Request) -> int:
    """How many trials are planned in a condition."""
    rule = check.criterion
    if is_deciding(check, condition):
        return request.trials or rule.primary_trials
    return min(request.trials, rule.other_trials) if request.trials else rule.other_trials


def _of_check(release: Release, check: Check, profile: Digest, request: Request) -> t.Iterator[Trial]:
    for condition in conditions(release.protocol, check):
        for number in range(trials_in(check, condition, request)):
            scenario = check.scenarios[number % len(check.scenarios)]
            repetition = number // len(check.scenarios)
            identity = {
                "format": "govkit.trial/1",
                "protocol": release.digest,
                "check": check.id,
                "scenario": scenario,
                "condition": dict(condition),
                "repetition": repetition,
                "run_seed": request.seed,
            }
            # The seed leaves the candidate out: a scripted one draws alike whatever its file calls it.
            seed = int(digest_of(identity)[len("sha256:") :][:8], 16) >> 1
            yield Trial(
                digest_of({**identity, "profile": profile}), check.id, scenario, condition, repetition, seed
            )
