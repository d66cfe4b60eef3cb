"""One person's decisions, as they are stored; and the names of the files that hold them."""

import re
import typing as t

import pydantic

from govkit.digest import Digest
from govkit.errors import EvidenceBroken
from govkit.evidence.stored import Count, DigestField, Stored, StoredDocument, read_stored
from govkit.protocol.model import Outcome

Chosen: t.TypeAlias = t.Literal["violation", "sample"]
"""Why a trial is read: it read *violated*, or it was drawn from the others."""

MAX_REASON = 2_000
"""Characters of a reason: a paragraph. What takes more belongs into a letter."""
MAX_BY = 200
MAX_LABELS = 20_000
"""More than anybody has read."""

SHORT = 16
"""Digits of the signer's fingerprint in a file's name: they keep two apart; trust is decided by all 64."""
_NAME = re.compile(rf"(adjudication-[0-9a-f]{{{SHORT}}})(\.json|\.dsse\.json)")


class Label(Stored):
    """One trial: what the machine read, and what a person did."""

    trial: DigestField
    """The trial's name."""
    chosen: Chosen
    machine: Outcome
    person: Outcome
    """The same as `machine` where it is confirmed."""
    reason: str = pydantic.Field(min_length=1, max_length=MAX_REASON)
    """Why, in the person's words."""

    @property
    def confirmed(self) -> bool:
        return self.person == self.machine


class Adjudication(StoredDocument):
    """`adjudication-FINGERPRINT.json`: one person's decisions on one run."""

    format: t.Literal["govkit.adjudication/1"]
    manifest: DigestField
    """The run."""
    sample: Count
    """How many of the trials that did not read *violated* were asked for; where there are fewer, all of them."""
    blind: bool
    """Whether the form kept the machine's labels from the person who filled it in."""
    by: str = pydantic.Field(min_length=1, max_length=MAX_BY)
    """Name and role, in the person's words; the signature is what binds it to a certificate."""
    signed: str
    """When; UTC, RFC 3339."""
    labels: tuple[Label, ...] = pydantic.Field(max_length=MAX_LABELS)
    """The whole worklist, in its order."""

    @property
    def confirmed(self) -> int:
        """How many of the machine's labels were confirmed; the others were overturned."""
        return sum(label.confirmed for label in self.labels)


def parse_adjudication(data: bytes, *, name: str) -> Adjudication:
    """The adjudication in the file `name`. Raises `EvidenceBroken`."""
    found = read_stored(Adjudication, data, name=name)
    for label in found.labels:
        if not label.reason.strip():
            raise EvidenceBroken("A decision stands without a reason.", where=name, found=label.trial)
    return found


def stem_of(fingerprint: Digest) -> str:
    """How the files of this signer begin; `fingerprint` is that of the certificate."""
    return f"adjudication-{fingerprint.removeprefix('sha256:')[:SHORT]}"


def document_name(stem: str) -> str:
    """The file with the decisions."""
    return f"{stem}.json"


def envelope_name(stem: str) -> str:
    """The file with the signature."""
    return f"{stem}.dsse.json"


def names_among(names: t.Iterable[str]) -> frozenset[str]:
    """Those of these file names that an adjudication's files have."""
    return frozenset(name for name in names if _NAME.fullmatch(name))


def stems_among(names: t.Iterable[str]) -> tuple[str, ...]:
    """The beginnings of those names, each once, sorted: one for each adjudication, whole or not."""
    return tuple(sorted({match[1] for name in names if (match := _NAME.fullmatch(name))}))
