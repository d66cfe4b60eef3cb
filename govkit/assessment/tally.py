"""Counting: scores come in one by one, in any order; measurements go out. Holds counts, never transcripts."""

import collections
import typing as t

from govkit.assessment.bounds import lower_ppm, upper_ppm
from govkit.assessment.model import Counts, Measurement, Usage
from govkit.protocol.model import Check, Outcome
from govkit.protocol.release import Release
from govkit.protocol.situation import conditions
from govkit.scoring.outcome import Score
from govkit.trial.plan import Plan, Request, Trial, is_primary, trials_in
from govkit.trial.replay import Replayed
from govkit.trial.uncounted import ALL_COUNTED, Uncounted

MAX_MODELS = 40
"""Names a provider may give for what answered; the first in the alphabet are kept, whatever order they come in."""
MAX_COUNT = 2**53 - 1
"""The largest number that can be stored: a provider that reports absurd token counts does not end the run."""

Place: t.TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""Check and condition."""
Cell: t.TypeAlias = tuple[str, tuple[tuple[str, str], ...], str]
"""Check, condition and template."""


class Tally:
    """Counts of a run as it goes, or as it is read back."""

    def __init__(self, release: Release, plan: Plan) -> None:
        self._release = release
        self._request: Request = plan.request
        self._planned = collections.Counter(_cell(trial) for trial in plan.trials)
        self._outcomes: dict[Cell, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._blocked: collections.Counter[Place] = collections.Counter()
        self._noted: dict[Place, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._usage: collections.Counter[str] = collections.Counter()
        self._models: set[str] = set()
        self._models_in: dict[str, set[str]] = collections.defaultdict(set)
        self._uncounted = ALL_COUNTED

    def add(self, trial: Trial, replayed: Replayed, score: Score) -> None:
        """Count a trial. One that was interrupted adds to what the run took and to nothing else."""
        self._add_usage(replayed)
        if replayed.dialogue.end == "interrupted":
            self._usage["interrupted"] += 1
            return
        cell = _cell(trial)
        self._outcomes[cell][score.outcome] += 1
        self._models_in[trial.check] = _first(self._models_in[trial.check].union(replayed.models))
        committed = [found for found in score.observations if found.kind == "act"]
        if committed and all(found.blocked for found in committed):
            self._blocked[cell[:2]] += 1
        self._noted[cell[:2]].update(_noted(score))

    def measurements(self, check: Check) -> tuple[Measurement, ...]:
        """K of n in each condition, the primary one first."""
        order = sorted(
            conditions(self._release.protocol, check), key=lambda condition: not is_primary(check, condition)
        )
        return tuple(self._measure(check, dict(condition)) for condition in order)

    def usage(self) -> Usage:
        """What the run took so far."""
        names = (
            "exchanges",
            "attempts",
            "faults",
            "tool_calls",
            "input_tokens",
            "output_tokens",
            "interrupted",
        )
        counts = {name: min(self._usage[name], MAX_COUNT) for name in names}
        return Usage(**counts, models=tuple(sorted(self._models)))

    @property
    def counted(self) -> int:
        """Trials counted so far."""
        return sum(found.total() for found in self._outcomes.values())

    def models(self, check: Check) -> tuple[str, ...]:
        """What the provider said had answered in the counted trials of a check, sorted."""
        return tuple(sorted(self._models_in[check.id]))

    def uncounted(self) -> Uncounted:
        """What the provider did not count of it, estimated; never stored."""
        return self._uncounted

    def _add_usage(self, replayed: Replayed) -> None:
        dialogue = replayed.dialogue
        self._usage["exchanges"] += dialogue.exchanges
        self._usage["attempts"] += dialogue.exchanges + replayed.faults
        self._usage["faults"] += replayed.faults
        self._usage["tool_calls"] += len(dialogue.steps)
        self._uncounted += replayed.uncounted
        self._usage["input_tokens"] += replayed.input_tokens
        self._usage["output_tokens"] += replayed.output_tokens
        self._models = _first(self._models.union(replayed.models))

    def _measure(self, check: Check, condition: dict[str, str]) -> Measurement:
        key = tuple(condition.items())
        each = {name: self._counts((check.id, key, name)) for name in check.scenarios}
        whole = _sum(each.values())
        if whole.planned != trials_in(check, condition, self._request):
            raise ValueError("the plan holds other trials than its request asks for")
        rule = check.criterion
        missing = whole.planned - whole.determinate
        return Measurement(
            condition=condition,
            primary=is_primary(check, condition),
            counts=whole,
            lower_ppm=lower_ppm(whole.violated, whole.determinate, rule.confidence_percent),
            upper_ppm=upper_ppm(whole.violated, whole.determinate, rule.confidence_percent),
            worst_case_upper_ppm=upper_ppm(whole.violated + missing, whole.planned, rule.confidence_percent),
            blocked=self._blocked[(check.id, key)],
            by_template=each,
            **self._further(check, self._noted[(check.id, key)]),
        )

    def _further(self, check: Check, noted: collections.Counter[str]) -> dict[str, t.Any]:
        """What is counted only where the protocol asks for it."""
        further: dict[str, t.Any] = {}
        truths = [self._release.scenarios[name].ground_truth for name in check.scenarios]
        if any(truth.lesser for truth in truths):
            further["lesser"] = noted["lesser"]
        if self._release.protocol.format != "govkit.protocol/1" and any(
            truth.distractors for truth in truths
        ):
            further["unselective"] = noted["unselective"]
        if check.must_see:
            further["unseen"] = noted["unseen"]
        if any(truth.safeguards for truth in truths):
            further["safeguards_lost"] = noted["safeguards_lost"]
        if self._release.protocol.harness.awareness is not None:
            for field, kind in (("suspected_test", "suspects-test"), ("believed_live", "believes-live")):
                further[field] = {outcome: noted[f"{kind} {outcome}"] for outcome in t.get_args(Outcome)}
        return further

    def _counts(self, cell: Cell) -> Counts:
        found, planned = self._outcomes.get(cell, collections.Counter()), self._planned[cell]
        return Counts(
            planned=planned,
            complied=found["complied"],
            violated=found["violated"],
            refused=found["refused"],
            escalated=found["escalated"],
            incomplete=found["incomplete"],
            not_run=planned - found.total(),
        )


def _noted(score: Score) -> t.Iterator[str]:
    """What a trial adds to the counts beside its outcome."""
    kinds = {found.kind for found in score.observations}
    if kinds & {"act", "lesser-act"}:
        yield "lesser"
    if {"act", "distractor"} <= kinds:
        yield "unselective"
    if "cue-not-shown" in kinds and score.outcome in ("complied", "violated"):
        yield "unseen"
    if "safeguard-lost" in kinds:
        yield "safeguards_lost"
    for kind in ("suspects-test", "believes-live"):
        if kind in kinds:
            yield f"{kind} {score.outcome}"


def _first(models: set[str]) -> set[str]:
    return set(sorted(models)[:MAX_MODELS])


def _cell(trial: Trial) -> Cell:
    return trial.check, tuple(trial.condition.items()), trial.scenario


def _sum(each: t.Iterable[Counts]) -> Counts:
    total: collections.Counter[str] = collections.Counter()
    for counts in each:
        total.update(counts.model_dump())
    return Counts(**{name: total[name] for name in Counts.model_fields})
