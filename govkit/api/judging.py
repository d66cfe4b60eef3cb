"""Judges: who is asked, whether they may be, and the sitting in which they are asked what follows from a run."""

import contextlib
import dataclasses
import pathlib
import tempfile
import typing as t

from govkit.adapters.directory_store import DirectoryStore
from govkit.adapters.litellm_candidate import LitellmCandidate
from govkit.assessment.judged import Calibrated
from govkit.assessment.judging import calibrated
from govkit.assessment.tally import Tally
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.judging.bench import Bench, questions_of
from govkit.judging.inquiry import Inquiry
from govkit.judging.judge import JudgeProfile, check_kinship, kinship
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.trial.candidate import Candidate
from govkit.trial.plan import Plan
from govkit.trial.profile import CandidateFile, Profile, profile_of
from govkit.trial.replay import replay
from govkit.trial.transcript import parse_transcript
from govkit.trial.uncounted import CHARACTERS_PER_TOKEN
from govkit.workflow.asking import Asking
from govkit.workflow.judging import Sitting, Spent
from govkit.workflow.limits import Limits, Stop
from govkit.workflow.ports import Store, Watcher
from govkit.workflow.seal import take_judgements

Opened: t.TypeAlias = t.Callable[[], contextlib.AbstractAsyncContextManager[Candidate]]


@dataclasses.dataclass(frozen=True, slots=True)
class AskedJudge:
    """Who is to judge, and how they are reached."""

    judge: JudgeProfile
    opened: Opened
    key_variables: t.Callable[[], tuple[str, ...]] = tuple

    @property
    def profile(self) -> Profile:
        return self.judge.profile


def ask_judge(
    release: Release,
    checks: t.Sequence[str],
    candidate: Profile | None,
    judge: CandidateFile,
    *,
    allow_same_vendor: bool = False,
) -> AskedJudge:
    """
    The judge that is meant, for these checks of a protocol and this candidate; without one where nobody is tested.

    Raises `AskedWrongly` where the checks ask nothing of a judge, where the judge may be of the candidate's vendor, and
    where its key is missing.
    """
    questions = release.protocol.judge.questions if release.protocol.judge else ()
    if not any(set(question.checks) & set(checks) for question in questions):
        raise AskedWrongly(
            "Nothing is asked of a judge here.",
            where=release.name,
            found="no question for these checks" if questions else "a protocol without questions to a judge",
            fix="leave --judge out",
        )
    profile = profile_of(judge)
    needed = candidate is not None and bool(kinship(candidate, profile))
    asked = JudgeProfile(
        format="govkit.judge/1",
        profile=profile,
        same_vendor_allowed=True if needed and allow_same_vendor else None,
    )
    if candidate is not None:
        check_kinship(candidate, asked)
    client = LitellmCandidate(profile)
    return AskedJudge(asked, lambda: _plain(client), client.key_variables)


@contextlib.asynccontextmanager
async def _plain(candidate: Candidate) -> t.AsyncIterator[Candidate]:
    yield candidate


async def sit(
    release: Release,
    profile: Profile,
    plan: Plan,
    store: Store,
    judge: AskedJudge,
    watcher: Watcher,
    limits: Limits,
) -> Stop | None:
    """
    Ask the judge what follows from the stored trials and is not answered yet. Returns why it stopped early.

    Raises `EvidenceBroken` where what is stored does not replay.
    """
    bench = Bench(release, plan.request.checks)
    inquiries, spent = _from_trials(bench, release, profile, plan, store)
    take_judgements(bench, judge.judge, store)
    async with judge.opened() as candidate:
        asking = Asking(candidate, judge.profile)
        try:
            return await Sitting(
                bench, (*bench.labelled, *inquiries), asking, store.judgements, watcher, limits, spent=spent
            ).work()
        finally:
            await candidate.close()


def _from_trials(
    bench: Bench, release: Release, profile: Profile, plan: Plan, store: Store
) -> tuple[list[Inquiry], Spent]:
    """The inquiries about the stored trials, and what these took."""
    trials = {trial.name: trial for trial in plan.trials}
    tally, found = Tally(release, plan), list[Inquiry]()
    for number, record in enumerate(store.records()):
        transcript = parse_transcript(record, where=f"record {number}")
        trial = trials.get(transcript.trial)
        replayed = replay(release, profile, trial, transcript) if trial else None
        if trial is None or replayed is None or replayed.mismatch is not None:
            raise EvidenceBroken("A stored trial does not replay.", where=transcript.trial)
        scored = score(replayed.dialogue)
        tally.add(trial, replayed, scored)
        if transcript.counted:
            found += bench.add(trial, replayed.dialogue, scored.outcome)
    return found, _spent(tally, profile)


def _spent(tally: Tally, profile: Profile) -> Spent:
    usage, uncounted = tally.usage(), tally.uncounted()
    read = usage.input_tokens + uncounted.input_tokens
    written = usage.output_tokens + uncounted.output_tokens
    return Spent(read + written, float(profile.usd(read, written) or 0))


def foresee_judging(release: Release, plan: Plan) -> str:
    """What a judge would be asked at most, as a sentence; trials are only known when they are made."""
    bench = Bench(release, plan.request.checks)
    labelled = len(bench.labelled)
    trials = sum(len(questions_of(release, trial.check)) for trial in plan.trials)
    characters = sum(len(str(message["content"])) for each in bench.labelled for message in each.messages)
    tokens = characters // max(1, labelled) // CHARACTERS_PER_TOKEN * (labelled + trials)
    return (
        f"The judge would be asked {labelled} questions about labelled texts and at most {trials} about trials: about "
        f"{tokens:,} tokens in. They are not part of the estimate above."
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What the labelled texts of one question show of a judge."""

    question: str
    use: str
    calibrated: Calibrated

    def plain(self) -> dict[str, t.Any]:
        """For `--json`."""
        return {
            "question": self.question,
            "use": self.use,
            **self.calibrated.model_dump(mode="json"),
            "reaches_floor": self.calibrated.reaches_floor,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class JudgeMeasured:
    """A judge, measured alone."""

    questions: tuple[Measured, ...]
    models: tuple[str, ...]
    """What the provider said had answered."""

    @property
    def reaches_floors(self) -> bool:
        return bool(self.questions) and all(each.calibrated.reaches_floor for each in self.questions)


async def measure(release: Release, judge: AskedJudge, watcher: Watcher, limits: Limits) -> JudgeMeasured:
    """
    Put the labelled texts of a protocol, and nothing else, to a judge.

    Raises the error that stopped it before all was asked.
    """
    checks = [check.id for check in release.protocol.checks]
    bench = Bench(release, checks)
    with tempfile.TemporaryDirectory() as folder:
        records = DirectoryStore(pathlib.Path(folder)).judgements
        async with judge.opened() as candidate:
            asking = Asking(candidate, judge.profile)
            try:
                stop = await Sitting(bench, bench.labelled, asking, records, watcher, limits).work()
            finally:
                await candidate.close()
    if stop is not None:
        raise stop.error or KeyboardInterrupt
    found = bench.judgements(judge.judge)
    questions = release.protocol.judge.questions if release.protocol.judge else ()
    shown = [(each, calibrated(release, each, found)) for each in questions]
    return JudgeMeasured(
        tuple(Measured(each.id, each.use, what) for each, what in shown if what is not None), found.models
    )
