"""A run and a record, as the register knows them. Plain values: whatever is not known is empty."""

import dataclasses
import typing as t

from govkit.digest import Digest

State: t.TypeAlias = t.Literal["signed", "sealed", "unfinished", "broken"]
"""
`signed`: sealed, and the signature holds; whether the signer is known is not said. `sealed`: nobody vouched for it.
`unfinished`: a run that goes on, or was broken off. `broken`: its files do not fit together, or cannot be read.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class RunEntry:
    """One run folder, as it describes itself."""

    state: State
    why: str = ""
    """Of a broken or unfinished one: why it is called so."""
    run: Digest = ""
    """Its manifest."""
    protocol: str = ""
    """Identifier; of a protocol that nobody released, empty."""
    version: str = ""
    protocol_digest: Digest = ""
    candidate: str = ""
    identity: Digest = ""
    """Of the subject: what approvals name."""
    pinned: str = ""
    """What keeps the model as it is: `weights`, `snapshot` or `provider-mutable`."""
    developer: str = ""
    verdict: str = ""
    """By the machine's labels."""
    checks: tuple[str, ...] = ()
    made: int = 0
    """Trials of the plan with a counted record."""
    planned: int = 0
    begun: str = ""
    """From then on it ages."""
    sealed: str = ""
    signed: str = ""
    signer: str = ""
    """Whom the certificate names; nobody was asked whether that is so."""
    signer_key: str = ""
    certificate: Digest = ""
    certificate_ends: str = ""
    store: str = ""
    """The evidence store in which it was found, and ..."""
    folder: str = ""
    """... the folder in it."""


@dataclasses.dataclass(frozen=True, slots=True)
class ConditionEntry:
    """A condition of a decision."""

    id: str
    text: str
    owner: str
    due: str
    """The last day."""
    met: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Certificate:
    """With which somebody signed."""

    fingerprint: Digest
    name: str
    ends: str


@dataclasses.dataclass(frozen=True, slots=True)
class RecordEntry:
    """A decision or a waiver, here and now."""

    kind: t.Literal["decision", "waiver"]
    name: str
    """Its file."""
    record: Digest
    says: str
    """A decision's position; of a waiver, the requirement and the result it bears with."""
    candidate: str
    identity: Digest
    policy: str
    """Identifier and version."""
    policy_digest: Digest
    tier: str
    made: str
    valid_from: str
    valid_until: str
    judged: bool
    """Whether the policy that it names was at hand; without, nobody can say whether it counts."""
    against: tuple[str, ...]
    """What stands against it, as `govkit.approval.matching` says; of one that counts, nothing."""
    missing: tuple[str, ...] = ()
    """What the quorum lacks, in words."""
    signed_by: tuple[str, ...] = ()
    """Everybody who signed for it, in their words, whether or not that counts."""
    owner: str = ""
    """Who bears the risk of a waiver."""
    conditions: tuple[ConditionEntry, ...] = ()
    basis: tuple[Digest, ...] = ()
    """The runs on which a decision rests."""
    certificates: tuple[Certificate, ...] = ()
    store: str = ""
    folder: str = ""

    @property
    def counts(self) -> bool:
        return self.judged and not self.against

    @property
    def approves(self) -> bool:
        """Whether it lets something be deployed, if it counts."""
        return self.kind == "decision" and self.says in ("approve", "approve-with-conditions")
