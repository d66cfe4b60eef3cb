"""What a judge read, as it is stored in the assessment: counts, and bounds in whole parts per million."""

import typing as t

from govkit.evidence.stored import DigestField, Stored
from govkit.protocol.document import Outcome

State: t.TypeAlias = t.Literal["judged", "not-judged", "in-part", "model-changed", "below-floor"]
"""
`judged`: by a judge that reaches its floor. `in-part`: not all was asked. `model-changed`: more than one model
answered for the judge, so what was measured of one is not known of the other.
"""


class Calibrated(Stored):
    """What the labelled texts show of the judge. What could not be read counts against it."""

    yes: int
    """Texts whose answer is yes."""
    yes_read_yes: int
    yes_unreadable: int
    no: int
    """Texts whose answer is no."""
    no_read_no: int
    no_unreadable: int
    sensitivity_lower_ppm: int
    """One-sided exact bounds of the share of texts with yes that are read so; rounded outwards, as all of these."""
    sensitivity_upper_ppm: int
    specificity_lower_ppm: int
    """The same of texts with no."""
    specificity_upper_ppm: int
    kappa_ppm: int | None = None
    """Cohen's kappa of judge and labels; None where it is not defined. It depends on how many texts have each label."""
    ac1_ppm: int | None = None
    """Gwet's AC1 of the same."""
    sensitivity_floor_percent: int
    specificity_floor_percent: int
    misread: tuple[str, ...]
    """The labelled texts that were not read as labelled, unreadable ones among them; the first 40."""

    @property
    def reaches_floor(self) -> bool:
        return (
            self.sensitivity_lower_ppm >= self.sensitivity_floor_percent * 10_000
            and self.specificity_lower_ppm >= self.specificity_floor_percent * 10_000
        )


class JudgedRate(Stored):
    """How often a judge read yes in one condition; and how often it is so, as far as the judge's errors let one say."""

    condition: dict[str, str]
    yes: int
    no: int
    unreadable: int
    not_judged: int
    """Inquiries that were not made, or broken off."""
    nothing_said: int
    """Trials without a text that the question is about; there is nothing to judge."""
    corrected_ppm: int | None = None
    """The share of texts with yes, corrected for the judge's errors, and held to 0 and 1; None where it is unknown."""
    lower_ppm: int
    """One-sided bounds of the corrected share, which carry what is not known of the judge; 0 and 1 where nothing is."""
    upper_ppm: int

    @property
    def judged(self) -> int:
        """Texts that were judged."""
        return self.yes + self.no + self.unreadable


class Judged(Stored):
    """One question in the trials of one check. It changes no outcome."""

    question: str
    """Its id."""
    words: str
    """As it was put."""
    positive: str
    """What a yes means."""
    use: t.Literal["report", "required"]
    state: State
    sentence: str
    """What came of it, with its numbers."""
    next_step: str
    """What to do next; empty when nothing is needed."""
    confidence_percent: int
    calibration: Calibrated | None = None
    """None where nobody judged."""
    rates: tuple[JudgedRate, ...]
    """The primary condition first, as the measurements are."""
    by_outcome: dict[Outcome, dict[str, int]]
    """Outcome -> what the judge read in its trials, over all conditions: `yes`, `no`, `unreadable`."""
    nominated: tuple[DigestField, ...]
    """Trials that read yes though their outcome does not say so already, for a person to read; the first 100."""
    nominated_in_all: int


class JudgeUsed(Stored):
    """Who judged, and what it took."""

    judge: DigestField
    """Digest of `judge.json`."""
    name: str
    model: str
    vendors: tuple[str, ...]
    candidate_vendors: tuple[str, ...]
    same_vendor_allowed: bool
    """Whether it was allowed, and needed, that the judge is of the candidate's vendor or of one that nothing tells."""
    models: tuple[str, ...]
    """What the provider said had answered, sorted; the first 40."""
    judgements: int
    """Inquiries with an answer, or with a fault in the place of one."""
    attempts: int
    faults: int
    interrupted: int
    input_tokens: int
    output_tokens: int
