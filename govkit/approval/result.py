"""What the gate says, as it is stored: a row for each requirement, what was set aside and why, and one bottom line."""

import typing as t

from govkit.approval.records import BasisRun, PolicyNamed, Result
from govkit.evidence.stored import Count, DigestField, Stored, StoredDocument, read_stored
from govkit.protocol.document import Time

Bottom: t.TypeAlias = t.Literal["open", "shut", "undecided", "broken", "expired"]
"""
`open`: everything required is met, waived or met under conditions. `shut`: something required does not hold.
`broken`: evidence, policy or records do not hold as such. `expired`: nothing else stands against it than that something
is past its end or was made void. `undecided`: nothing stands against it than that something was not run, shows too
little, or waits for a person.
"""
EXIT_CODES: t.Final[t.Mapping[Bottom, int]] = {
    "open": 0,
    "shut": 1,
    "undecided": 3,
    "broken": 4,
    "expired": 6,
}
OPENING: t.Final[frozenset[Result]] = frozenset({"pass", "waived", "conditional"})


class Number(Stored):
    """One number of a row: what was required and what was found, in the same unit."""

    what: str
    required: str
    found: str


class Row(Stored):
    """One requirement."""

    requirement: str
    """How waivers name it."""
    title: str
    result: Result
    reason: str
    """A code of `govkit.approval.reasons`."""
    sentence: str
    numbers: tuple[Number, ...] = ()
    evidence: tuple[DigestField, ...] = ()
    """Runs on which it rests."""
    clauses: tuple[str, ...] = ()
    """Clauses that the policy ties it to, `instrument ref`."""
    waived: "WaivedAs | None" = None
    broken: bool = False
    """Whether what failed is the evidence, the policy or a record as such."""


class WaivedAs(Stored):
    """What a waived row would read without its waiver, and who bears it."""

    result: Result
    reason: str
    sentence: str
    waiver: DigestField
    risk_owner: str
    why: str
    compensating_controls: tuple[str, ...]
    valid_until: Time
    signed_by: tuple[str, ...]


class SetAside(Stored):
    """Something that was given and does not count."""

    what: str
    """`run`, `decision`, `waiver`, `fulfilment`, `signature`, and its name."""
    reasons: tuple[str, ...]
    sentence: str


class OpenCondition(Stored):
    """A condition of the decision that counts."""

    decision: DigestField
    id: str
    text: str
    owner: str
    due: str
    met: bool


class GateResult(StoredDocument):
    """What `govkit gate` says."""

    format: t.Literal["govkit.gate/1"]
    govkit: str
    """Version of the program."""
    now: Time
    """The time asked about."""
    policy: PolicyNamed
    subject: DigestField
    """Its identity."""
    subject_name: str
    evidence_only: bool
    """Whether decisions by people were left out of it: what is asked before anybody decides."""
    demonstration: bool
    """Whether the policy accepts scripted candidates: then nothing was tested."""
    rows: tuple[Row, ...]
    runs: tuple[BasisRun, ...]
    """Runs that hold and bear on the subject."""
    waivers: tuple[DigestField, ...]
    """Waivers that were needed."""
    conditions: tuple[OpenCondition, ...]
    set_aside: tuple[SetAside, ...]
    log_head: DigestField
    open_until: Time | None = None
    """When the first thing on which an open gate rests ends, whatever comes first."""
    bottom: Bottom
    sentence: str

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.bottom]

    @property
    def counts(self) -> dict[Result, Count]:
        """How many rows have each result."""
        found: dict[Result, int] = {}
        for row in self.rows:
            found[row.result] = found.get(row.result, 0) + 1
        return found


def parse_gate(data: bytes, *, name: str) -> GateResult:
    """A stored gate result. Raises `EvidenceBroken`."""
    return read_stored(GateResult, data, name=name)


def bottom_of(rows: t.Sequence[Row]) -> Bottom:
    """The bottom line; of no rows, never `open`."""
    against = [row for row in rows if row.result not in OPENING]
    if not rows:
        return "undecided"
    if any(row.broken for row in against):
        return "broken"
    results = {row.result for row in against}
    if "fail" in results:
        return "shut"
    if results & {"needs-review", "not-run", "insufficient"}:
        return "undecided"
    return "expired" if results else "open"
