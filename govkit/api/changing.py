"""What changed between two systems, or two runs, and what a policy asks for on account of it."""

import dataclasses
import datetime
import pathlib
import typing as t

from govkit.adapters.evidence_files import FolderFiles
from govkit.adapters.policy_folder import read_policy_file
from govkit.api.gating import read_subject
from govkit.approval.changes import (
    Change,
    Retesting,
    calendar_due,
    changes_between,
    markings_between,
    protocol_change,
    retesting,
)
from govkit.approval.policy import Policy
from govkit.approval.subject import Subject
from govkit.digest import digest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.manifest import parse_manifest
from govkit.judging.judge import NAME as JUDGE
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import from_document
from govkit.verification.moments import moment_of


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """Two systems side by side."""

    before: Subject
    after: Subject
    changes: tuple[Change, ...]
    retesting: Retesting | None
    """None where no policy was named."""

    @property
    def same_identity(self) -> bool:
        """Whether an approval of the first is one of the second: no material component differs."""
        return self.before.identity == self.after.identity

    @property
    def asks_for_nothing(self) -> bool:
        """Whether neither an approval ends nor a protocol must run again."""
        return self.same_identity and (self.retesting is None or self.retesting.extent == "none")


def compare_subjects(
    before: str, after: str, *, policy: str | None, incident: str, now: datetime.datetime
) -> Compared:
    """
    What changed from the one to the other; each is a candidate file, a run, a report or a decision.

    Of two runs of one protocol the protocol's major version and the judge are compared as well; of the first one's age
    the policy's calendar is asked.
    """
    one, other = read_subject(before), read_subject(after)
    named = read_policy_file(policy).policy if policy else None
    changes = [*changes_between(one, other), *_of_runs(before, after)]
    if incident.strip():
        changes.append(Change("incident", f"An incident: {incident.strip()}"))
    changes += _by_calendar(before, named, now)
    asking = retesting(named, changes) if named else None
    return Compared(one, other, (*changes, *markings_between(one, other)), asking)


def _of_runs(before: str, after: str) -> t.Iterator[Change]:
    """What two runs of one protocol differ in beside their subjects."""
    if not (pathlib.Path(before).is_dir() and pathlib.Path(after).is_dir()):
        return
    one, other = FolderFiles(pathlib.Path(before)), FolderFiles(pathlib.Path(after))
    protocols = [from_document(each.get(PROTOCOL) or b"").protocol for each in (one, other)]
    if protocols[0].id == protocols[1].id:
        change = protocol_change(protocols[0].id, protocols[0].version, protocols[1].version)
        yield from [change] if change else []
    judges = [each.get(JUDGE) for each in (one, other)]
    if judges[0] != judges[1]:
        was, now = (digest(each) if each else "nobody judged" for each in judges)
        yield Change("judge", "The judge is another.", was, now)


def _by_calendar(before: str, policy: Policy | None, now: datetime.datetime) -> t.Iterator[Change]:
    if policy is None or not pathlib.Path(before).is_dir():
        return
    files = FolderFiles(pathlib.Path(before))
    begun = moment_of(parse_manifest(files[MANIFEST]).begun) if MANIFEST in files else None
    due = calendar_due(policy, begun) if begun else None
    if due is not None and due <= now:
        yield Change(
            "calendar",
            "The policy's calendar asks for a new test.",
            f"begun {begun:%Y-%m-%d}",
            f"due {due:%Y-%m-%d}",
        )
