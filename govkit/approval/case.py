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
        """Runs that hold: each once, however often it was given, and none that another one goes on from."""
        once = {each.run: each for each in self.holding}
        return tuple(
            each for each in once.values() if not any(_goes_on(each, other) for other in once.values())
        )


def _goes_on(earlier: Evidence, later: Evidence) -> bool:
    """
    Whether the later run has all trials of the earlier, and more: then it stands for both. Only where bounds hold
    however often one looks; elsewhere going on until it passes is what a worst-of-all rule is there to stop.
    """
    same = (earlier.protocol_digest, earlier.subject) == (later.protocol_digest, later.subject)
    sequential = all(each.sequential is not None for each in earlier.checks.values())
    return same and sequential and bool(earlier.records) and earlier.records < later.records


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
