"""What the gate is asked, all of it; and what follows from it before the first row."""

import collections
import dataclasses
import datetime
import functools
import typing as t

from govkit.approval.book import Book
from govkit.approval.evidence import Evidence
from govkit.approval.matching import About
from govkit.approval.policy import ReadPolicy
from govkit.approval.reasons import REASONS
from govkit.approval.result import Number, Row
from govkit.approval.signed import Signature
from govkit.approval.subject import Subject
from govkit.digest import Digest
from govkit.verification.signer import Judge


@dataclasses.dataclass(frozen=True)
class Case:
    """All arguments of the gate."""

    policy: ReadPolicy
    policy_signatures: tuple[Signature, ...]
    """Those beside the policy that hold."""
    policy_problem: str
    """Why a signature beside the policy does not hold; empty when none does not."""
    shipped_policies: t.Mapping[str, Digest]
    """`id version` -> digest of the policies that travel with govkit."""
    tier: str
    subject: Subject
    evidence: tuple[Evidence, ...]
    book: Book
    judge: Judge
    now: datetime.datetime
    evidence_only: bool = False
    govkit: str = ""
    """Version of the program, to be written into the result."""

    def __post_init__(self) -> None:
        if self.now.utcoffset() != datetime.timedelta(0):
            raise ValueError("the time asked about is in UTC: days would begin elsewhere otherwise")

    @property
    def shipped(self) -> bool:
        """Whether the policy is, byte for byte, one that travels with govkit."""
        return self.shipped_policies.get(self.policy_name) == self.policy.digest

    @property
    def policy_name(self) -> str:
        return f"{self.policy.policy.id} {self.policy.policy.version}"

    @functools.cached_property
    def about(self) -> About:
        """What records must be about."""
        return About(
            subject=self.subject,
            policy=self.policy.policy,
            policy_digest=self.policy.digest,
            tier=self.tier,
            now=self.now,
            judge=self.judge,
            evaluators=frozenset(each.evaluator_key for each in self.holding if each.evaluator_key),
        )

    @property
    def holding(self) -> tuple[Evidence, ...]:
        """All that holds, as it was given: one run may be there twice, signed by two."""
        return tuple(each for each in self.evidence if each.holds)

    @functools.cached_property
    def sound(self) -> tuple[Evidence, ...]:
        """Runs that hold, as `sound_runs` leaves them."""
        return sound_runs(self.holding)


def sound_runs(holding: t.Sequence[Evidence]) -> tuple[Evidence, ...]:
    """
    Of runs that hold: each once, however often it was given, and none that another one goes on from. Where people read
    one copy of a run and not the other, both are kept: neither stands in for the other.
    """
    once: list[Evidence] = []
    for each in holding:
        if not any((each.run, each.people) == (other.run, other.people) for other in once):
            once.append(each)
    return tuple(each for each in once if not any(_goes_on(each, other) for other in once))


def _goes_on(earlier: Evidence, later: Evidence) -> bool:
    """
    Whether the later run has all trials of the earlier, and more: then it stands for both. Only where bounds hold
    however often one looks; elsewhere going on until it passes is what a worst-of-all rule is there to stop. And only
    where it says everything that the earlier said: a check that failed there failed, and what people read is not lost.
    """
    same = (earlier.protocol_digest, earlier.subject) == (later.protocol_digest, later.subject)
    sequential = all(each.sequential is not None for each in earlier.checks.values())
    covered = earlier.checks.keys() <= later.checks.keys() and all(
        each.verdict != "fail" or later.checks[check].verdict == "fail"
        for check, each in earlier.checks.items()
    )
    read = any(each.verdict != each.machine for each in earlier.people.values())
    more = bool(earlier.records) and earlier.records < later.records
    return same and sequential and covered and not read and more


def row(
    requirement: str,
    title: str,
    reason: str,
    sentence: str = "",
    *,
    numbers: t.Iterable[Number] = (),
    evidence: t.Iterable[Digest] = (),
    clauses: t.Iterable[str] = (),
    broken: bool = False,
) -> Row:
    """A row; its result follows from the reason, and its sentence too where no better one is given."""
    result, meaning = REASONS[reason]
    return Row(
        requirement=requirement,
        title=title,
        result=result,
        reason=reason,
        sentence=sentence or meaning,
        numbers=tuple(numbers),
        evidence=tuple(collections.OrderedDict.fromkeys(evidence)),
        clauses=tuple(clauses),
        broken=broken,
    )
