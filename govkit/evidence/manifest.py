"""
The manifest: a run's table of contents, whose digest names the run.

It lists every blob by digest and length, every counted trial by its leaf in the Merkle tree, and accounts for every
planned trial: stored, faulted, or not run and why. It is RFC 8785 canonical JSON and is compared byte for byte.
"""

import collections
import typing as t

import pydantic

from govkit.digest import Digest
from govkit.errors import EvidenceBroken
from govkit.evidence import merkle
from govkit.evidence.stored import Count, DigestField, HexField, Stored, StoredDocument, read_stored

FORMAT: t.Final = "govkit.manifest/1"
NAME = "manifest.json"
ENDED: t.Final = "the stopping rule of the protocol ended their checks"
"""Why trials were not run, where a run came to its end without them; anything else is an interruption."""

BlobName = t.Annotated[str, pydantic.Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,79}$")]


class Blob(Stored):
    """One file of the run folder."""

    name: BlobName
    """Its name in the run folder, and as an attachment of the report."""
    size: Count
    """Length in bytes."""
    digest: DigestField
    """SHA-256 of its bytes."""


class Leaf(Stored):
    """One stored record: a trial counted, or an attempt at one that was broken off."""

    trial: DigestField
    """The trial's name."""
    counted: bool
    """False for a record of a trial that was interrupted and made again: disclosed, never scored."""
    hash: HexField
    """RFC 9162 leaf hash of the record's bytes."""


class Manifest(StoredDocument):
    """The table of contents of one run."""

    format: t.Literal["govkit.manifest/1"]
    govkit: str
    """Version of the program that sealed the run."""
    begun: str
    """When the run's first planning was stored; UTC, RFC 3339."""
    sealed: str
    """When this manifest was written; UTC, RFC 3339."""
    blobs: tuple[Blob, ...]
    """All files that were there at sealing, sorted by name."""
    leaves: tuple[Leaf, ...]
    """All records, in the order in which they are stored."""
    root: HexField
    """RFC 9162 root over the leaves."""
    planned: Count
    """Trials in the plan."""
    not_run: tuple[DigestField, ...]
    """Planned trials without a counted record, in plan order."""
    not_run_reason: str
    """Why they were not run; empty when there are none."""
    not_judged: Count | None = None
    """Where a judge was named: inquiries that follow from the run and have no counted judgement."""
    not_judged_reason: str | None = None
    """Why; None where there are none."""


def seal(
    *, govkit: str, begun: str, sealed: str, blobs: t.Mapping[str, tuple[int, Digest]], leaves: t.Sequence[Leaf],
    planned: t.Sequence[Digest], not_run_reason: str, not_judged: tuple[int, str] | None = None,
) -> Manifest:  # fmt: skip
    """
    The manifest of these blobs (`name -> (size, digest)`) and records. `not_judged` is how many inquiries were not
    made, and why; None where no judge was named.

    Raises `EvidenceBroken` when a trial was planned or counted twice, or a record's trial is not in the plan.
    """
    counted = [leaf.trial for leaf in leaves if leaf.counted]
    for names, what in ((planned, "planned"), (counted, "counted")):
        if twice := _first_repeated(names):
            raise EvidenceBroken(f"A trial is {what} twice.", found=twice)
    foreign = {leaf.trial for leaf in leaves} - set(planned)
    if foreign:
        raise EvidenceBroken("A stored trial is not in the plan.", found=min(foreign))
    done = set(counted)
    missing = tuple(name for name in planned if name not in done)
    return Manifest(
        format=FORMAT,
        govkit=govkit,
        begun=begun,
        sealed=sealed,
        blobs=tuple(
            Blob(name=name, size=size, digest=named) for name, (size, named) in sorted(blobs.items())
        ),
        leaves=tuple(leaves),
        root=merkle.root_of([bytes.fromhex(leaf.hash) for leaf in leaves]).hex(),
        planned=len(planned),
        not_run=missing,
        not_run_reason=not_run_reason if missing else "",
        not_judged=not_judged[0] if not_judged else None,
        not_judged_reason=not_judged[1] if not_judged and not_judged[0] else None,
    )


def parse_manifest(data: bytes) -> Manifest:
    """
    The manifest in these bytes.

    Raises `EvidenceBroken` when they are not what `Manifest.bytes` writes, or list a name twice or out of order.
    """
    manifest = read_stored(Manifest, data, name=NAME)
    names = [blob.name for blob in manifest.blobs]
    for listed, what in ((names, "a file"), (manifest.not_run, "a trial that was not run")):
        if twice := _first_repeated(listed):
            raise EvidenceBroken(f"The manifest lists {what} twice.", where=NAME, found=twice)
    if names != sorted(names):
        raise EvidenceBroken("The manifest's files are not in the order of their names.", where=NAME)
    return manifest


def _first_repeated(names: t.Iterable[str]) -> str:
    """The first name that stands there more than once; empty when none does."""
    return next((name for name, count in collections.Counter(names).items() if count > 1), "")
