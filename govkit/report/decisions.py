"""
What people decided about the system tested, as a report prints it: their words, beside the verdict and no part of it.

A report that carries decisions has them attached as they were stored, with their log and the policy; its record says
which policy, for which tier and whom the evaluator trusted (`DecisionsCarried`). From these alone follows what counted
when the report was made, so whoever verifies it derives the same words, whomever they trust themselves.
"""

import dataclasses
import typing as t

import pydantic

from govkit.digest import Digest
from govkit.evidence.stored import DigestField, Stored
from govkit.protocol.document import Identifier
from govkit.protocol.model import Verdict

MOST_TRUSTED = 200


class DecisionsCarried(Stored):
    """In the report's record: with what the attached decisions were asked whether they count."""

    policy_file: t.Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.ya?ml$")]
    """Name of the attached policy. Signatures beside it are about a file of this name."""
    policy_digest: DigestField
    tier: Identifier
    log_head: DigestField
    """The end of the attached log."""
    trusted: tuple[DigestField, ...] = pydantic.Field(max_length=MOST_TRUSTED)
    """Certificates whose holders the evaluator trusted, sorted. Whoever verifies the report trusts whom they name."""


@dataclasses.dataclass(frozen=True, slots=True)
class SignatureShown:
    """One person's signature on a record."""

    by: str
    role: str
    side: t.Literal["for", "against"]
    signed: str
    note: str
    certificate: Digest
    subject: str
    """Whom the certificate names."""
    against: str = ""
    """Why it does not count, a code of `govkit.approval.matching`; empty where it does."""


@dataclasses.dataclass(frozen=True, slots=True)
class WaiverShown:
    """A waiver that was in force when the report was made."""

    name: str
    """Its file."""
    requirement: str
    bears_with: str
    """The one result that it bears with."""
    verdict: Verdict | None
    """What this report says of the same check; None for what is no check of this run."""
    reason: str
    controls: tuple[str, ...]
    risk_owner: str
    valid_from: str
    valid_until: str
    signatures: tuple[SignatureShown, ...]

    @property
    def covers(self) -> bool:
        """Whether it bears with what this report says: one for another result does not bear with *fail*."""
        return self.verdict != "fail" or self.bears_with == "fail"


@dataclasses.dataclass(frozen=True, slots=True)
class ConditionShown:
    """A condition of a decision."""

    id: str
    text: str
    owner: str
    due: str
    verification: str
    met: bool
    """Whether somebody whose signature counts says so."""


@dataclasses.dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision that counted when the report was made."""

    name: str
    position: str
    scope: str
    residual_risk: str
    void_when: tuple[str, ...]
    valid_from: str
    valid_until: str
    runs: int
    """On how many runs it rests."""
    on_this_run: bool
    """Whether this report's is among them."""
    conditions: tuple[ConditionShown, ...]
    signatures: tuple[SignatureShown, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SetAsideShown:
    """A record that did not count when the report was made, and why."""

    kind: str
    name: str
    says: str
    """What it would do, did it count: a position, or a requirement with its result."""
    subject: str
    """What the system is called that it is about; empty where it names none."""
    valid_until: str
    """Empty where it has no end."""
    reasons: tuple[str, ...]
    """Codes: of `govkit.approval.matching`, of the policy's state, `condition-overdue` or `not-confirmed`."""
    missing: tuple[str, ...]
    """What the quorum lacks."""
    signatures: tuple[SignatureShown, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class DecisionsShown:
    """All that a report prints of what people decided."""

    policy: str
    """Identifier and version."""
    policy_digest: Digest
    tier: str
    policy_state: str
    """In a sentence."""
    in_force: bool
    """Whether the policy was: where it was not, nothing counts under it."""
    decisions: tuple[DecisionShown, ...]
    """Rejections first, then the latest."""
    waivers: tuple[WaiverShown, ...]
    """In the order of the log."""
    set_aside: tuple[SetAsideShown, ...]
    entries: int
    """Lines of the log."""
    log_head: Digest
