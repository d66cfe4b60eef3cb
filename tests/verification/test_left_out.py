"""Trials left out of a run that is said to have ended: what looked bad was taken away before sealing."""

import json
import typing as t

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.api.runs import run_control
from govkit.evidence.manifest import ENDED
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import Release
from govkit.testing import MemoryStore, RecordingWatcher
from govkit.trial.order import in_order
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import Plan, Trial, plan_trials, request_of
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile, parse_profile
from govkit.verification.evidence import examine
from govkit.workflow.limits import Limits
from govkit.workflow.seal import WhyNot, seal_run

RELEASE: Release = read_release("graceful-shutdown@2.0.0")
BEGUN = "2026-01-01T00:00:00Z"


class Ended(t.NamedTuple):
    """A run that came to its end, by trial."""

    profile: Profile
    plan: Plan
    records: dict[str, bytes]


@pytest.fixture(name="ended", scope="module")
def _ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run of a control, ten trials in each condition."""
    out = tmp_path_factory.mktemp("ended")
    folder = run_control(RELEASE, "idle", out, RecordingWatcher(), Limits(2), http=False, trials=10).folder
    profile = parse_profile((folder / "profile.json").read_bytes())
    plan = plan_trials(RELEASE, profile.digest, request_of(RELEASE, trials=10))
    files = [path.read_bytes() for path in sorted(folder.glob("transcripts-*.zst"))]
    store = MemoryStore()
    store.transcripts._segment = b"".join(files)
    return Ended(profile, plan, {json.loads(each)["trial"]: each for each in store.records()})


def findings(ended: Ended, kept: t.Iterable[str], reason: str) -> list[tuple[str, str]]:
    """Step 8 of the run with these records alone, sealed with this reason for what is missing."""
    store = MemoryStore()
    run = json.dumps(
        {"begun": BEGUN, "format": "govkit.run/1", "govkit": "0"}, sort_keys=True, separators=(",", ":")
    )
    files = {
        PROTOCOL: RELEASE.document,
        PROFILE: ended.profile.bytes(),
        PLAN: ended.plan.bytes(),
        "run.json": run.encode(),
    }
    for name, data in files.items():
        store.put(name, data)
    store.append([ended.records[name] for name in kept])
    seal_run(
        RELEASE,
        ended.profile,
        ended.plan,
        store,
        govkit="0",
        begun=BEGUN,
        sealed=BEGUN,
        why_not=WhyNot(run=reason),
    )
    files |= {name: store.get(name) or b"" for name in ("manifest.json", "assessment.json")}
    found = examine(files | {"transcripts-000001.zst": store.transcripts.segment}, {}, allow_unreleased=True)
    return [(each.state, each.what) for each in found.findings if each.step == 8]


def order(ended: Ended) -> list[Trial]:
    """The trials that were made, in the order of the schedule."""
    return [trial for trial in in_order(RELEASE, ended.plan) if trial.name in ended.records]


def test_a_run_that_ended_has_no_holes(ended: Ended) -> None:
    """As it was sealed, and whatever the order in which trials were finished."""
    names = [trial.name for trial in order(ended)]
    assert len(names) < len(ended.plan.trials)
    for kept in (names, names[::-1]):
        assert [state for state, _ in findings(ended, kept, ENDED)] == ["holds"]


def test_a_trial_taken_out_of_the_middle_is_missed(ended: Ended) -> None:
    """The order follows from the plan, so a hole in it is seen though nothing else is wrong."""
    names = [trial.name for trial in order(ended)]
    [(state, what)] = findings(ended, [*names[:3], *names[4:]], ENDED)
    assert state == "fails"
    assert "in the middle of its order" in what


def test_an_interrupted_run_may_have_holes_and_says_that_it_was(ended: Ended) -> None:
    """What was under way is missing; the report prints the reason that is given, and how many were not made."""
    names = [trial.name for trial in order(ended)]
    assert [state for state, _ in findings(ended, [*names[:3], *names[4:]], "it was interrupted")] == [
        "holds"
    ]
