"""
Going on with an earlier run under a larger plan, so that what was paid for is not paid for again.

Only where the protocol has a stopping rule: its bounds hold however often and for whatever reason somebody looks and
goes on. After a fixed number of trials, whoever goes on where it looks open passes more often than stated.
"""

import pathlib

from govkit.adapters.directory_store import DirectoryStore
from govkit.errors import AskedWrongly, RunMismatch
from govkit.evidence.strict_json import read_json
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import Release
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import Plan
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile
from govkit.trial.transcript import parse_transcript
from govkit.workflow.ports import Store
from govkit.workflow.seal import RUN

BATCH = 64
"""Records written at a time."""


def take_over(release: Release, profile: Profile, plan: Plan, earlier: pathlib.Path, store: Store) -> None:
    """
    Bring the records of an earlier run into an empty one. One that has records already is left as it is.

    Raises `AskedWrongly` where the protocol decides after a fixed number of trials, and `RunMismatch` where the earlier
    run was of another protocol, candidate or seed, or has trials that this plan has not.
    """
    lacking = [name for name in plan.request.checks if release.check(name).criterion.stopping is None]
    if lacking:
        raise AskedWrongly(
            "This protocol decides after a fixed number of trials, and a run of it cannot be extended.",
            where="--extend",
            found=lacking[0],
            fix="leave --extend out: all trials are then made anew",
        )
    source = DirectoryStore(earlier)
    for name, wanted in ((PROTOCOL, release.document), (PROFILE, profile.bytes())):
        if source.get(name) != wanted:
            raise _mismatch(earlier, f"its {name} is another, or there is none")
    planned = read_json(source.get(PLAN) or b"null", where=str(earlier / PLAN))
    request = planned.get("request") if isinstance(planned, dict) else None
    if not isinstance(request, dict) or request.get("seed") != plan.request.seed:
        raise _mismatch(earlier, "its seed is another")
    if any(True for _ in store.records()):
        return
    _copy(plan, source, earlier, store)
    begun = source.get(RUN)
    if begun is not None:
        store.put(RUN, begun)


def _copy(plan: Plan, source: DirectoryStore, earlier: pathlib.Path, store: Store) -> None:
    planned = {trial.name for trial in plan.trials}
    batch: list[bytes] = []
    for number, record in enumerate(source.records()):
        if parse_transcript(record, where=f"{earlier}, record {number}").trial not in planned:
            raise _mismatch(earlier, "it has trials that the plan asked for now has not")
        batch.append(record)
        if len(batch) == BATCH:
            store.append(batch)
            batch = []
    if batch:
        store.append(batch)


def _mismatch(earlier: pathlib.Path, found: str) -> RunMismatch:
    return RunMismatch(
        "This run cannot be extended by what is asked for.",
        where=str(earlier),
        found=found,
        fix="ask for the same protocol, candidate, checks and seed, with more --trials",
    )
