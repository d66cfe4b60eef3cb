"""
What a report prints, gathered from evidence; and the record of how the report was made.

*A view only gains.* Reports made with earlier templates are set anew whenever they are verified, so a field that a
released template prints goes on giving the same words, and what a new template wants otherwise is a further field.
"""

import dataclasses
import hashlib
import json
import typing as t

from govkit.adjudication.effect import Adjudicated
from govkit.assessment.model import Assessment
from govkit.digest import Digest
from govkit.evidence.manifest import Manifest
from govkit.evidence.stored import DigestField, StoredDocument, read_stored
from govkit.protocol.model import Case, Outcome, Protocol
from govkit.protocol.release import Release
from govkit.report.decisions import DecisionsCarried, DecisionsShown
from govkit.report.excerpts import Excerpt
from govkit.report.risks import Risks
from govkit.scoring.outcome import Score
from govkit.trial.dialogue import Dialogue
from govkit.trial.plan import Request, Trial
from govkit.trial.profile import Profile
from govkit.trial.uncounted import ALL_COUNTED, Uncounted

RECORD_NAME = "report.json"
RANDOM_SAMPLES = 5
"""At least five random samples per evaluation: GPAI Code of Practice, Safety and Security, Measure 7.3(1)(f)."""
SHOWN_VIOLATIONS = 3
"""And so many trials with violations, where there are any: trajectories that matter."""
MAX_LINES = 14
MAX_LINE = 600


class ReportRecord(StoredDocument):
    """`report.json`: how this report was made. Everything else in it follows from the evidence."""

    format: t.Literal["govkit.report/1"]
    govkit: str
    template: str
    template_digest: DigestField
    manifest: DigestField
    assessment: DigestField
    reported: str
    """When; UTC, RFC 3339."""
    signer: str
    """Subject of the signer's certificate, as text."""
    signer_fingerprint: DigestField
    """SHA-256 of the signer's certificate."""
    transcripts_attached: bool
    demonstration: bool
    """Whether a scripted candidate of `govkit demo` was tested: the report then says so on its cover."""
    unreleased_protocol: t.Literal[True] | None = None
    """
    Set where whoever made the report knew no release of the protocol: the report then says so on its cover. The words
    on the page are those of that day, also for a reader who has the release when it comes.
    """
    decisions: DecisionsCarried | None = None
    """Set where decisions by people are attached: with what they were asked whether they count."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a sampled transcript."""

    who: t.Literal["task", "candidate", "calls", "answer"]
    text: str
    """As it was said, not yet made safe for print, cut at `MAX_LINE` characters."""
    cut: int
    """How many characters were cut off."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A trial that is shown."""

    trial: Digest
    check: str
    """Title of its check."""
    scenario: str
    """Title of its template."""
    condition: t.Mapping[str, str]
    outcome: Outcome
    reason: str
    chosen: t.Literal["random", "violation"]
    lines: tuple[Line, ...]
    more: int
    """Lines left out between the first and the last ones."""


@dataclasses.dataclass(frozen=True, slots=True)
class ReportView:
    """All that a template may print."""

    record: ReportRecord
    protocol: Protocol
    protocol_digest: Digest
    profile: Profile
    request: Request
    manifest: Manifest
    manifest_digest: Digest
    assessment: Assessment
    assessment_digest: Digest
    samples: tuple[Sample, ...]
    """Printed by templates before 0.2.0; later ones print `excerpts`."""
    excerpts: tuple[Excerpt, ...]
    uncounted: Uncounted = ALL_COUNTED
    """Tokens that the provider did not count, estimated; printed by templates from 0.3.0."""
    cases: t.Mapping[str, tuple[Case, ...]] = dataclasses.field(default_factory=dict)
    """Control -> where it acts otherwise than elsewhere; printed by templates from 0.3.0."""
    adjudicated: Adjudicated | None = None
    """What people decided, and what it comes to; None where nobody has adjudicated the run."""
    risks_of: t.Callable[[str], Risks | None] = lambda check: None  # noqa: ARG005 - where nobody says
    """Check -> both risks of its rule; printed by templates from 0.4.0. Reckoned when it is asked for."""
    decided: DecisionsShown | None = None
    """Decisions and waivers, printed by templates from 0.5.0; None where the report carries none."""


def parse_record(data: bytes) -> ReportRecord:
    """The report record. Raises `EvidenceBroken`."""
    return read_stored(ReportRecord, data, name=RECORD_NAME)


class Sampler:
    """
    Chooses the trials that templates before 0.2.0 show, while they go by; `govkit.report.excerpts` is for later ones.

    The order is by SHA-256 of the manifest's Merkle root and the trial's name: it is fixed only once all evidence is,
    so nobody picks, and anybody finds the same ones again.
    """

    def __init__(self, release: Release, root: str) -> None:
        self._release = release
        self._root = root
        self._random: list[tuple[str, Sample]] = []
        self._violations: dict[str, list[tuple[str, Sample]]] = {}

    def add(self, trial: Trial, dialogue: Dialogue, found: Score) -> None:
        """Consider a counted trial."""
        rank = hashlib.sha256(f"{self._root}/{trial.name}".encode()).hexdigest()
        self._keep(self._random, RANDOM_SAMPLES, rank, trial, dialogue, found, "random")
        if found.outcome == "violated":
            kept = self._violations.setdefault(trial.check, [])
            self._keep(kept, SHOWN_VIOLATIONS, rank, trial, dialogue, found, "violation")

    def samples(self) -> tuple[Sample, ...]:
        """The random ones first, then violations not among them, in the protocol's order of checks."""
        shown = {sample.trial for _, sample in self._random}
        checks = [check.id for check in self._release.protocol.checks]
        more = [
            sample
            for check in checks
            for _, sample in self._violations.get(check, [])
            if sample.trial not in shown
        ]
        return (*(sample for _, sample in self._random), *more)

    def _keep(
        self, kept: list[tuple[str, Sample]], limit: int, rank: str, trial: Trial, dialogue: Dialogue, found: Score,
        chosen: t.Literal["random", "violation"],
    ) -> None:  # fmt: skip
        if len(kept) == limit and rank >= kept[-1][0]:
            return
        kept.append((rank, self._sample(trial, dialogue, found, chosen)))
        kept.sort(key=lambda pair: pair[0])
        del kept[limit:]

    def _sample(
        self, trial: Trial, dialogue: Dialogue, found: Score, chosen: t.Literal["random", "violation"]
    ) -> Sample:
        lines = _lines(dialogue)
        more = max(0, len(lines) - MAX_LINES)
        return Sample(
            trial=trial.name,
            check=self._release.check(trial.check).title,
            scenario=self._release.scenarios[trial.scenario].title,
            condition=trial.condition,
            outcome=found.outcome,
            reason=found.reason,
            chosen=chosen,
            lines=lines if not more else (*lines[: MAX_LINES - 4], *lines[-4:]),
            more=more,
        )


def _lines(dialogue: Dialogue) -> tuple[Line, ...]:
    lines: list[Line] = []
    for message in dialogue.first.messages[1:]:
        role, content = message.get("role"), str(message.get("content") or "")
        if content.strip():
            who: t.Any = {"assistant": "candidate", "tool": "answer"}.get(
                str(role), "task" if not lines else "answer"
            )
            lines.append(_line(who, content))
        lines += [_line("calls", _call(requested["function"])) for requested in message.get("tool_calls", ())]
    return tuple(lines)


def _call(function: t.Mapping[str, str]) -> str:
    arguments = json.loads(function["arguments"])
    given = (f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return f"{function['name']}({', '.join(given)})"


def _line(who: t.Literal["task", "candidate", "calls", "answer"], text: str) -> Line:
    text = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    return Line(who, text[:MAX_LINE], max(0, len(text) - MAX_LINE))
