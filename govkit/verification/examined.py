"""
How far the examination of evidence came: what was read and derived on the way, and the findings.

Whatever goes wrong inside a step is a finding of that step. Our own errors say what in their words; any other exception
comes from bytes that a stranger chose and that nobody thought of, and counts against the evidence like the rest.
"""

import dataclasses
import typing as t

from govkit.adjudication.effect import Adjudicated
from govkit.adjudication.model import Adjudication
from govkit.assessment.model import Assessment
from govkit.digest import Digest, digest
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.manifest import Manifest
from govkit.judging.bench import Judgements
from govkit.judging.judge import JudgeProfile
from govkit.protocol.model import Outcome
from govkit.protocol.release import Release
from govkit.report.excerpts import Excerpt
from govkit.report.view import Sample
from govkit.trial.plan import Plan
from govkit.trial.profile import Profile
from govkit.trial.uncounted import ALL_COUNTED, Uncounted
from govkit.verification.finding import Finding, State, broken_off, in_words

NAMED = 5
"""Trials and files that are named one by one; further ones are counted."""
T = t.TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class SignedAdjudication:
    """An adjudication that is about this run and whose signature holds; nothing is said of trust."""

    document: Adjudication
    certificate: bytes
    """The signer's, DER."""
    chain: tuple[bytes, ...]

    @property
    def fingerprint(self) -> Digest:
        return digest(self.certificate)


@dataclasses.dataclass(slots=True)
class Examined:
    """How far the examination came. Parts are None where they could not be had."""

    manifest: Manifest | None = None
    release: Release | None = None
    profile: Profile | None = None
    plan: Plan | None = None
    judge: JudgeProfile | None = None
    """None where nobody judged, too."""
    judgements: Judgements = dataclasses.field(default_factory=Judgements)
    """What the judge said, when every record replays and every judgement follows."""
    stored: Assessment | None = None
    """The assessment as stored."""
    recomputed: Assessment | None = None
    samples: tuple[Sample, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    uncounted: Uncounted = ALL_COUNTED
    """Tokens that the provider did not count, estimated."""
    outcomes: dict[Digest, Outcome] = dataclasses.field(default_factory=dict)
    """How each counted trial read, by its name."""
    adjudications: tuple[SignedAdjudication, ...] = ()
    """Those that hold, in the order of their names."""
    adjudicated: Adjudicated | None = None
    """What they come to together; None where there is none, or one does not hold."""
    tool_calls: int = 0
    """How many were replayed."""
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def note(
        self, step: int, state: State, what: str, *, trial: str = "", expected: str = "", found: str = ""
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(step, state, what, trial, expected, found))

    def attempt(self, step: int, action: t.Callable[[], T]) -> T | None:
        """The action's value; None, and a finding, when the evidence does not allow it."""
        try:
            return action()
        except GovkitError as broken:
            self.findings.append(Finding(step, "fails", **in_words(broken)))
        except Exception as error:  # noqa: BLE001 - hostile bytes: whatever they break, the step fails
            self.findings.append(broken_off(step, error))
        return None


def needed(files: t.Mapping[str, bytes], name: str) -> bytes:
    """The file of that name. Raises `EvidenceBroken` when there is none."""
    try:
        return files[name]
    except KeyError:
        raise EvidenceBroken("A file is missing.", where=name) from None
