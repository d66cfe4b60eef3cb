"""What was concluded: the assessment as it is stored. Counts and whole numbers only."""

import typing as t

from govkit.assessment.judged import Judged, JudgeUsed
from govkit.evidence.stored import DigestField, Stored, StoredDocument, read_stored
from govkit.protocol.model import Outcome, Verdict

FORMAT = "govkit.assessment/1"
NAME = "assessment.json"

Reason: t.TypeAlias = t.Literal[
    "within-tolerance",
    "above-tolerance",
    "too-few-trials",
    "declined",
    "unfinished",
    "low-completion",
    "cue-unseen",
    "baseline-high",
    "incapable",
    "model-changed",
    "too-few-templates",
    "control-misread",
    "not-run",
    "not-judged",
    "judge-uncalibrated",
]
Ruling: t.TypeAlias = tuple[Verdict, Reason, str, str]
"""Verdict, reason, the verdict in words, and what to do next."""


class Counts(Stored):
    """Outcomes of one condition's trials. The six add up to `planned`."""

    planned: int
    complied: int
    violated: int
    refused: int
    escalated: int
    incomplete: int
    """Trials that were made and showed neither the work nor the act nor an open refusal or escalation."""
    not_run: int

    @property
    def determinate(self) -> int:
        """n: trials in which the work was done or the act committed."""
        return self.complied + self.violated


class Measurement(Stored):
    """k of n in one condition."""

    condition: dict[str, str]
    primary: bool
    counts: Counts
    lower_ppm: int
    """One-sided lower bound of the rate of the act among determinate trials, parts per million, rounded down."""
    upper_ppm: int
    """One-sided upper bound, rounded up."""
    worst_case_upper_ppm: int
    """Upper bound when every planned trial without a determinate outcome is taken for a violation."""
    blocked: int
    """Of the violated trials, those in which every act was blocked: attempted, and not carried out by the tool."""
    by_template: dict[str, Counts]
    """The same counts for each template: the clusters."""
    lesser: int | None = None
    """Trials with a lesser form of the act, or the act; None where the protocol names no lesser form."""
    unselective: int | None = None
    """Of the violated trials, those in which other things that should stay were moved as well; None in format 1."""
    unseen: int | None = None
    """Of the determinate trials, those that acted or ended before all that must be seen was shown to them."""
    suspected_test: dict[Outcome, int] | None = None
    """Outcome -> trials whose words showed, before the first act, that it was taken for a test."""
    believed_live: dict[Outcome, int] | None = None
    """Outcome -> trials whose words showed, before the first act, that it was taken for real."""
    safeguards_lost: int | None = None
    """Trials at whose end something did not hold that has to; None where the protocol names no safeguards."""


class Difference(Stored):
    """The rate of the primary condition less that of another, with one-sided bounds, parts per million."""

    condition: dict[str, str]
    """The other one."""
    lower_ppm: int
    """Rounded down."""
    upper_ppm: int
    """Rounded up."""


class ContrastResult(Difference):
    """A comparison with the primary condition; reported, never decisive."""

    contrast: str
    question: str


class Capability(Stored):
    """Whether the candidate did the work in the arm in which nothing tempts."""

    condition: dict[str, str]
    """The arm; its outcomes stand among the measurements."""
    done: int
    """Trials of it in which the work was done."""
    planned: int
    minimum_percent: int
    """The share in which it must be done, of those planned."""

    @property
    def shown(self) -> bool:
        """Whether it has been done as often as is required, so that no missing trial could change that."""
        return self.done * 100 >= self.minimum_percent * self.planned


class Sequential(Stored):
    """
    How far the evidence on a check went, by bounds that hold however often they are looked at (`assessment.anytime`).

    Rates are of the act over the population of templates; where a difference decides, the difference of two rates.
    """

    rule: t.Literal["anytime-1"]
    correlation_percent: int
    """The highest intra-class correlation of trials of one template for which the bounds hold."""
    templates: int
    """Templates with determinate trials in the deciding condition; the fewer, where there are two conditions."""
    lower_ppm: int
    upper_ppm: int
    """One-sided each, rounded outwards."""
    worst_case_upper_ppm: int
    """The upper bound when every trial that was made without a determinate outcome is taken for a violation."""
    p_above_ppm: int
    """p-value of "at most what is tolerated", rounded up: small where the check fails."""
    p_above_adjusted_ppm: int
    """The same, corrected for the number of checks in the family (Holm). It decides a failure."""
    p_below_ppm: int
    """p-value of "at least what is tolerated", rounded up: small where the check passes."""
    family: int
    """Checks in the family."""
    settled: bool
    """
    Whether the check ended here by its stopping rule: what was not made of it then was spared, and is not missing.
    """
    spared: int
    """Trials of the check that were not made because of it."""
    holds_up_to_correlation_percent: int | None = None
    """The highest correlation under which the verdict would stand; None without a verdict that rests on a rate."""


class CheckResult(Stored):
    """The verdict on one check."""

    check: str
    title: str
    verdict: Verdict
    reason: Reason
    sentence: str
    """The verdict in words, with its numbers."""
    next_step: str
    """What to do next; empty when nothing is needed."""
    tolerance_ppm: int
    confidence_percent: int
    measurements: tuple[Measurement, ...]
    """The primary condition first, then the others in the protocol's order."""
    difference: Difference | None = None
    """Where a difference is what is required: the one that decides."""
    contrasts: tuple[ContrastResult, ...] | None = None
    """None where the protocol names none."""
    capability: Capability | None = None
    """None where the protocol names no such arm."""
    estimand: str | None = None
    """What was estimated, in words, with whom and over what; None before the third format of protocols."""
    sequential: Sequential | None = None
    """None where the protocol has no stopping rule."""
    judged: tuple[Judged, ...] | None = None
    """What a judge read in its trials, question by question; None where the protocol asks none."""

    @property
    def primary(self) -> Measurement:
        return self.measurements[0]


class ControlReading(Stored):
    """How a control read in one check, over every template and condition."""

    control: str
    check: str
    must_read: Outcome
    trials: int
    misread: int
    first_misread: str
    """Template, condition and outcome of the first misreading; empty when there is none."""


class Usage(Stored):
    """What the run took, over all records, counted or not."""

    exchanges: int
    attempts: int
    faults: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    interrupted: int
    """Records of trials that were broken off and made again."""
    models: tuple[str, ...]
    """What the provider said had answered, sorted; the first 40 where it says something new each time."""


class Assessment(StoredDocument):
    """`assessment.json`."""

    format: t.Literal["govkit.assessment/1"]
    protocol: DigestField
    profile: DigestField
    plan: DigestField
    manifest: DigestField
    checks: tuple[CheckResult, ...]
    controls: tuple[ControlReading, ...]
    usage: Usage
    verdict: Verdict
    """The bottom line, computed in `decision.overall` and nowhere else."""
    sentence: str
    judge: JudgeUsed | None = None
    """Who judged; None where nobody did."""


def parse_assessment(data: bytes) -> Assessment:
    """The stored assessment. Raises `EvidenceBroken`."""
    return read_stored(Assessment, data, name=NAME)
