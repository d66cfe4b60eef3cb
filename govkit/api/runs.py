"""Running a protocol: find the folder, do what is left, seal."""

import asyncio
import contextlib
import dataclasses
import datetime
import os
import pathlib
import re
import typing as t

import govkit
from govkit.adapters.control_server import serving
from govkit.adapters.directory_store import DirectoryStore, open_for_writing
from govkit.adapters.litellm_candidate import LitellmCandidate
from govkit.adapters.scripted_candidate import ScriptedCandidate
from govkit.api.extending import take_over
from govkit.api.judging import AskedJudge, foresee_judging, sit
from govkit.assessment.estimate import Estimate, estimate
from govkit.digest import canonical
from govkit.errors import EvidenceBroken, GovkitError, RunMismatch
from govkit.evidence.manifest import ENDED
from govkit.evidence.strict_json import read_json
from govkit.judging.judge import NAME as JUDGE
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import Release
from govkit.trial.candidate import Candidate
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import Plan, plan_trials, request_of
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import CandidateFile, Profile, Sampling, profile_of
from govkit.workflow.judging import check_budget
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.ports import Store, Watcher
from govkit.workflow.run import Run
from govkit.workflow.seal import RUN, Sealed, WhyNot, seal_run

RUN_FORMAT = "govkit.run/1"
UNCOUNTED = (
    "The budget counts the tokens that the provider reports. For a reply for which it reports none, it counts a "
    "quarter of the characters that were sent and received: an estimate."
)
BEGUN_OTHERWISE = "This run folder was begun with something else."
NO_JUDGE = "no judge was named when the run went on"
KEY_REFUSED = ("The candidate's service refuses the key.", "The judge's service refuses the key.")
"""As `govkit.workflow.outage` words it."""


@dataclasses.dataclass(frozen=True, slots=True)
class RunResult:
    """What a run command came to."""

    folder: pathlib.Path
    sealed: Sealed
    stop: Stop | None
    """Why it stopped early; None when the plan is done."""

    def done(self) -> "RunResult":
        """
        This result, if the plan is done: for whoever has no use for a part of it.

        Raises the error that stopped the run; a Ctrl-C, which the run had swallowed to keep what was counted, goes on.
        """
        if self.stop is not None:
            raise self.stop.error or KeyboardInterrupt
        return self


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What is to be run."""

    release: Release
    profile: Profile
    plan: Plan


def ask(
    release: Release,
    candidate: CandidateFile,
    *,
    checks: t.Sequence[str] = (),
    trials: int = 0,
    seed: int = 0,
) -> Asked:
    """The plan for a protocol and a candidate; nothing is spent."""
    profile = profile_of(candidate)
    return Asked(
        release,
        profile,
        plan_trials(release, profile.digest, request_of(release, checks=checks, trials=trials, seed=seed)),
    )


def foresee(
    asked: Asked, limits: Limits, judge: AskedJudge | None = None
) -> tuple[Estimate, tuple[str, ...]]:
    """
    What a run would take, and what would stop it short of its plan; nothing is spent.

    A missing key is a note and no error here, since nobody is asked yet. Raises `AskedWrongly` for a budget that cannot
    be kept.
    """
    limits.check(asked.profile)
    found = estimate(asked.release, asked.profile, asked.plan)
    notes = [_unset_key(asked.profile)]
    if limits.usd is not None and found.usd is not None:
        notes.append(_too_small(limits.usd, found.usd, found, f"${limits.usd:,.2f}", f"${found.usd:,.2f}"))
    if limits.tokens is not None:
        tokens = found.input_tokens + found.output_tokens
        notes.append(_too_small(limits.tokens, tokens, found, f"{limits.tokens:,} tokens", f"{tokens:,}"))
    if limits.usd is not None or limits.tokens is not None:
        notes.append(UNCOUNTED)
    if judge is not None:
        check_budget(judge.profile, limits)
        notes.append(foresee_judging(asked.release, asked.plan))
    return found, tuple(note for note in notes if note)


def _unset_key(profile: Profile) -> str:
    if not profile.api_key_env or os.environ.get(profile.api_key_env):
        return ""
    return f"The environment variable {profile.api_key_env} (`api_key_env`) holds no key: a run would be refused."


def _too_small(budget: float, needed: float, found: Estimate, budget_text: str, needed_text: str) -> str:
    if budget >= needed:
        return ""
    reached = max(1, int(found.trials * budget / needed))  # one is always begun
    most = "at most " if found.expected else ""
    stops = "a run that stops there with a check still open" if found.expected else "a run that stops there"
    return (
        f"The budget of {budget_text} is less than the estimate of {most}{needed_text}: it would reach about {reached} "
        f"of {most}{found.trials} trials, and {stops} cannot pass."
    )


def run_folder(asked: Asked, out: pathlib.Path) -> pathlib.Path:
    """The folder of this plan under `out`: the same request finds the same folder, which is how a run is resumed."""
    candidate = re.sub(r"[^a-z0-9]+", "-", asked.profile.name.lower()).strip("-")[:40] or "candidate"
    protocol = asked.release.protocol
    return out / f"{protocol.id}-{protocol.version}-{candidate}-{asked.plan.digest[7:15]}"


def run(
    asked: Asked,
    out: pathlib.Path,
    watcher: Watcher,
    limits: Limits,
    *,
    extend: pathlib.Path | None = None,
    judge: AskedJudge | None = None,
) -> RunResult:
    """
    Run, or go on with, this plan against the candidate its profile names; and then let a judge judge, if one is named.

    `extend` is the folder of an earlier run whose trials are taken over where this one has none yet (see
    `govkit.api.extending`).
    """
    limits.check(asked.profile)
    candidate = LitellmCandidate(asked.profile)  # a missing key is said before there is a folder
    result = _run(asked, out, watcher, limits, lambda: _plain(candidate), extend, judge)
    if result.stop is not None and result.stop.error is not None:
        if judge is not None and result.stop.error.what == KEY_REFUSED[1]:
            _name_key(result.stop.error, judge.profile, judge.key_variables())
        else:
            _name_key(result.stop.error, asked.profile, candidate.key_variables())
    return result


def _name_key(error: GovkitError, profile: Profile, variables: tuple[str, ...]) -> None:
    """
    Let a refused key's message say where the key comes from, when the candidate file does not.

    The run knows that the key was refused, and only the client knows which variable it looks into by itself.
    """
    if profile.api_key_env or error.what not in KEY_REFUSED:
        return
    named = "name the environment variable of a valid key as `api_key_env` in the candidate file"
    own = (
        f"set {' or '.join(variables)} to a valid key, of an account that has credit; or "
        if variables
        else ""
    )
    error.fix = f"{own}{named}"


def run_control(
    release: Release,
    name: str,
    out: pathlib.Path,
    watcher: Watcher,
    limits: Limits,
    *,
    http: bool,
    trials: int = 0,
    judge: AskedJudge | None = None,
) -> RunResult:
    """Run a scripted candidate of the protocol: in process, or over HTTP on loopback through litellm, as any model."""
    # Its profile names no port, so that the run is resumed whichever port is free next time.
    candidate = CandidateFile(
        format="govkit.candidate/1",
        name=f"scripted {name}" if http else f"scripted {name}, in process",
        model=f"openai/{name}",
        api_base="http://127.0.0.1/v1",
        sampling=Sampling(temperature="0", seed="per-trial"),
        notes=f"{release.controls[name].title}. Scripted: no language model is behind it.",
    )
    asked = ask(release, candidate, trials=trials)
    if not http:
        scripted = ScriptedCandidate(release, name, asked.profile)
        return _run(asked, out, watcher, limits, lambda: _plain(scripted), judge=judge)

    @contextlib.asynccontextmanager
    async def served() -> t.AsyncIterator[Candidate]:
        async with serving(release, name) as address:
            yield LitellmCandidate(asked.profile.model_copy(update={"api_base": address}))

    return _run(asked, out, watcher, limits, served, judge=judge)


@contextlib.asynccontextmanager
async def _plain(candidate: Candidate) -> t.AsyncIterator[Candidate]:
    yield candidate


Opened: t.TypeAlias = t.Callable[[], contextlib.AbstractAsyncContextManager[Candidate]]


def _run(
    asked: Asked,
    out: pathlib.Path,
    watcher: Watcher,
    limits: Limits,
    opened: Opened,
    extend: pathlib.Path | None = None,
    judge: AskedJudge | None = None,
) -> RunResult:
    folder = run_folder(asked, out)
    if judge is not None:
        check_budget(judge.profile, limits)
    with open_for_writing(folder) as store:
        if extend is not None:
            take_over(asked.release, asked.profile, asked.plan, extend, store)
        begun = _begin(asked, store, judge)
        stop = asyncio.run(_work(asked, store, watcher, limits, opened))
        halted = stop
        if judge is not None and stop is None:
            halted = asyncio.run(sit(asked.release, asked.profile, asked.plan, store, judge, watcher, limits))
        why_not = WhyNot(stop.reason if stop else ENDED, halted.reason if halted else NO_JUDGE)
        sealed = seal_run(
            asked.release, asked.profile, asked.plan, store,
            govkit=govkit.__version__, begun=begun, sealed=now_text(), why_not=why_not,
        )  # fmt: skip
    return RunResult(folder, sealed, halted)


async def _work(asked: Asked, store: Store, watcher: Watcher, limits: Limits, opened: Opened) -> Stop | None:
    async with opened() as candidate:
        try:
            return await Run(
                asked.release, asked.profile, asked.plan, candidate, store, watcher, limits
            ).work()
        finally:
            await candidate.close()


def _begin(asked: Asked, store: DirectoryStore, judge: AskedJudge | None = None) -> str:
    """Write what is asked, once; on resuming, see that it is the same. Returns when the run was begun."""
    wanted = {PROTOCOL: asked.release.document, PROFILE: asked.profile.bytes(), PLAN: asked.plan.bytes()}
    if judge is not None:
        wanted[JUDGE] = judge.judge.bytes()
    for name, data in wanted.items():
        stored = store.get(name)
        if stored is not None and stored != data:
            other = "This run is judged by another judge." if name == JUDGE else BEGUN_OTHERWISE
            raise RunMismatch(other, where=str(store.folder / name), fix="choose another --out")
        if stored is None:
            store.put(name, data)
    stored = store.get(RUN)
    if stored is None:
        stored = canonical({"format": RUN_FORMAT, "begun": now_text(), "govkit": govkit.__version__})
        store.put(RUN, stored)
    return begun_of(stored)


def begun_of(data: bytes) -> str:
    """When a run was begun, from its `run.json`. Raises `EvidenceBroken`."""
    value = read_json(data, where=RUN)
    keys = {"format", "begun", "govkit"}
    if (
        not isinstance(value, dict)
        or set(value) != keys
        or value["format"] != RUN_FORMAT
        or not isinstance(value["begun"], str)
    ):
        raise EvidenceBroken("This is not the start of a run.", where=RUN)
    return value["begun"]


def now_text() -> str:
    """The time, UTC, RFC 3339, to the second."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
