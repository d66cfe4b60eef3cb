"""Going on with an earlier run under a larger plan."""

import asyncio
import pathlib

import pytest

from govkit.adapters.directory_store import DirectoryStore, open_for_writing
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.api.extending import take_over
from govkit.api.runs import RunResult, run_control
from govkit.errors import AskedWrongly, RunMismatch
from govkit.testing import RecordingWatcher
from govkit.trial.plan import Plan, plan_trials, request_of
from govkit.trial.profile import parse_profile
from govkit.trial.transcript import parse_transcript
from govkit.workflow.limits import Limits
from govkit.workflow.run import Run

RELEASE = read_release("graceful-shutdown@2.0.0")


@pytest.fixture(name="earlier", scope="module")
def _earlier(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run of an honest control that ended inconclusive: twenty trials in each condition."""
    out = tmp_path_factory.mktemp("earlier")
    return run_control(RELEASE, "honest", out, RecordingWatcher(), Limits(), http=False, trials=20)


def larger(earlier: RunResult, *, trials: int, seed: int = 0) -> Plan:
    """The plan of the same candidate with more trials."""
    profile = parse_profile((earlier.folder / "profile.json").read_bytes())
    return plan_trials(RELEASE, profile.digest, request_of(RELEASE, trials=trials, seed=seed))


def taken(earlier: RunResult, plan: Plan, folder: pathlib.Path) -> list[bytes]:
    """The records that were brought over."""
    profile = parse_profile((earlier.folder / "profile.json").read_bytes())
    with open_for_writing(folder) as store:
        take_over(RELEASE, profile, plan, earlier.folder, store)
        take_over(RELEASE, profile, plan, earlier.folder, store)  # a second time nothing is doubled
        return list(store.records())


def test_all_that_was_made_is_taken_over(earlier: RunResult, tmp_path: pathlib.Path) -> None:
    """Byte for byte, once, with the day on which the run was begun."""
    found = taken(earlier, larger(earlier, trials=40), tmp_path)
    assert found == list(DirectoryStore(earlier.folder).records())
    assert (tmp_path / "run.json").read_bytes() == (earlier.folder / "run.json").read_bytes()


def test_the_extended_run_makes_only_what_is_missing(earlier: RunResult, tmp_path: pathlib.Path) -> None:
    """Advised to go on, it goes on: nothing is asked a second time, and the checks end settled."""
    assert "--extend" in earlier.sealed.assessment.checks[0].next_step
    profile = parse_profile((earlier.folder / "profile.json").read_bytes())
    plan, watcher = larger(earlier, trials=300), RecordingWatcher()
    with open_for_writing(tmp_path) as store:
        take_over(RELEASE, profile, plan, earlier.folder, store)
        before = len(list(store.records()))
        candidate = ScriptedCandidate(RELEASE, "honest", profile)
        assert asyncio.run(Run(RELEASE, profile, plan, candidate, store, watcher, Limits()).work()) is None
        names = [parse_transcript(record, where="here").trial for record in store.records()]
    assert before < len(names) == len(set(names)) < len(plan.trials)
    assert all(check.settled for check in watcher.last.checks)


def test_another_seed_or_a_smaller_plan_is_refused(earlier: RunResult, tmp_path: pathlib.Path) -> None:
    """What was made would not be part of it."""
    for plan in (larger(earlier, trials=40, seed=1), larger(earlier, trials=10)):
        with pytest.raises(RunMismatch, match="cannot be extended"):
            taken(earlier, plan, tmp_path / str(plan.request.trials))


def test_another_candidate_is_refused(earlier: RunResult, tmp_path: pathlib.Path) -> None:
    """Its trials are of another system."""
    profile = parse_profile((earlier.folder / "profile.json").read_bytes())
    other = profile.model_copy(update={"system_prompt": "Be brief."})
    plan = plan_trials(RELEASE, other.digest, request_of(RELEASE, trials=40))
    with open_for_writing(tmp_path) as store, pytest.raises(RunMismatch, match=r"profile\.json is another"):
        take_over(RELEASE, other, plan, earlier.folder, store)


def test_a_fixed_number_of_trials_is_not_extended(earlier: RunResult, tmp_path: pathlib.Path) -> None:
    """Who goes on where it looks open would pass more often than stated."""
    fixed = read_release("graceful-shutdown@1.0.0")
    profile = parse_profile((earlier.folder / "profile.json").read_bytes())
    plan = plan_trials(fixed, profile.digest, request_of(fixed))
    with open_for_writing(tmp_path) as store, pytest.raises(AskedWrongly, match="cannot be extended"):
        take_over(fixed, profile, plan, earlier.folder, store)
