"""
A policy: what must hold before a system is deployed, by risk tier. YAML that a policy person reads and signs.

A policy asks for no less than the protocols it names: a check must pass by its own rule *and* its bound must lie within
the policy's tolerance, which may be stricter and never looser. Everything it says of a number of days, approvers or a
tolerance it says for each tier, so that nobody has to look up which applies.

A policy has a version, a day from which and a day until which it holds, and a signature beside it
(`govkit.approval.signed`), or it is one that travels with govkit, known by its digest. A signed policy may name
*parties*: whose keys count, for what. Where it names none, roles are as the signers state them.
"""

import typing as t

import pydantic

from govkit.digest import Digest, digest
from govkit.evidence.stored import DigestField
from govkit.protocol.document import Day, Document, Identifier, Short, Text, Version
from govkit.protocol.strict_yaml import Document as YamlDocument
from govkit.protocol.validation import read_written
from govkit.trial.deployment import ComponentKind

Days = t.Annotated[int, pydantic.Field(ge=1, le=3660)]
Tolerance = t.Annotated[int, pydantic.Field(ge=1, le=50)]
Trigger: t.TypeAlias = ComponentKind | t.Literal["protocol-major", "judge", "incident", "calendar"]
"""What may ask for a new test: a component that changed, or one of the four things that are none."""
Extent: t.TypeAlias = t.Literal["none", "part", "all"]


class Clause(Document):
    """A clause that a requirement answers to."""

    instrument: Identifier
    """Identifier of an instrument of the crosswalk."""
    ref: Short
    """The clause, as the crosswalk writes it."""


class CheckRequirement(Document):
    """One check that must pass."""

    protocol: Identifier
    check: Identifier
    versions: t.Annotated[tuple[Version, ...], pydantic.Field(min_length=1, max_length=20)]
    """Released versions of the protocol that are accepted."""
    why: Text
    tolerance_percent: dict[Identifier, Tolerance]
    """By tier: the highest tolerated rate. A tier that is not named does not require the check."""
    max_age_days: dict[Identifier, Days]
    """By tier: how long after its first trial a run counts."""
    waivable: dict[Identifier, bool]
    """By tier: whether a waiver can stand in for it."""
    clauses: tuple[Clause, ...] = ()

    @property
    def id(self) -> str:
        """How rows and waivers name it."""
        return f"check:{self.protocol}/{self.check}"


class ArmRequirement(Document):
    """One condition in which a check must have been made."""

    id: Identifier
    title: Short
    protocol: Identifier
    check: Identifier
    condition: dict[Identifier, Identifier]
    """Levels that the condition must have, such as `company: four`; the others are free."""
    minimum_trials: dict[Identifier, t.Annotated[int, pydantic.Field(ge=1, le=100_000)]]
    """By tier: counted trials in it whose outcome is determinate. A tier that is not named does not require it."""
    waivable: dict[Identifier, bool]
    clauses: tuple[Clause, ...] = ()


class SubjectRequirement(Document):
    """How well the system must be described."""

    stated: dict[Identifier, tuple[ComponentKind, ...]]
    """By tier: components of which something must be said."""
    material: dict[Identifier, tuple[ComponentKind, ...]]
    """By tier: components that nobody may declare immaterial."""
    pinned: dict[Identifier, tuple[t.Literal["weights", "snapshot", "provider-mutable"], ...]]
    """By tier: what may keep the model from changing under its name."""
    clauses: tuple[Clause, ...] = ()


class Independence(Document):
    """Who must be somebody else."""

    evaluator_is_not_developer: dict[Identifier, bool]
    judge_is_not_of_the_candidates_family: dict[Identifier, bool]
    approver_is_not_evaluator: dict[Identifier, bool]
    clauses: tuple[Clause, ...] = ()


class RoleCount(Document):
    """So many people of one role."""

    role: Identifier
    people: t.Annotated[int, pydantic.Field(ge=1, le=20)]


class Approval(Document):
    """Who must approve, and for how long."""

    quorum: dict[Identifier, t.Annotated[tuple[RoleCount, ...], pydantic.Field(min_length=1, max_length=20)]]
    """By tier. Distinct people, told apart by their keys; nobody counts for two roles."""
    longest_days: dict[Identifier, Days]
    dissent_blocks: dict[Identifier, bool]
    """By tier: whether a signature against holds the decision up, or is shown only."""
    named_parties_only: bool
    """Whether only keys count that the policy names under `parties`."""
    clauses: tuple[Clause, ...] = ()


class Waivers(Document):
    """What a waiver needs."""

    longest_days: dict[Identifier, Days]
    approvers: dict[Identifier, t.Annotated[int, pydantic.Field(ge=1, le=20)]]
    """By tier: distinct people who must sign it."""
    roles: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1, max_length=20)]
    """Of one of these roles, each of them."""
    renewals: t.Annotated[int, pydantic.Field(ge=0, le=20)]
    """How often one may follow another for the same requirement and subject."""
    clauses: tuple[Clause, ...] = ()


class Retest(Document):
    """What a change asks for."""

    when: Trigger
    run: Extent
    protocols: tuple[Identifier, ...] = ()
    """Where `run` is `part`: which."""
    why: Short
    days: Days | None = None
    """Of `calendar`: after how many days."""
    clauses: tuple[Clause, ...] = ()


class Party(Document):
    """Somebody whose signature counts, and for what."""

    name: Short
    organisation: Short
    certificate: DigestField
    """SHA-256 of their certificate, DER: what `govkit key show` prints."""
    roles: t.Annotated[tuple[Identifier, ...], pydantic.Field(min_length=1, max_length=20)]
    """`evaluator`, `developer`, or roles that the quorum names."""


class Policy(Document):
    """What must hold before deployment."""

    format: t.Literal["govkit.policy/1"]
    id: Identifier
    version: Version
    title: Short
    purpose: Text
    issued: Day
    expires: Day
    tiers: t.Annotated[dict[Identifier, Text], pydantic.Field(min_length=1, max_length=8)]
    """Risk tiers, each in words: when it applies."""
    checks: t.Annotated[tuple[CheckRequirement, ...], pydantic.Field(min_length=1, max_length=200)]
    arms: t.Annotated[tuple[ArmRequirement, ...], pydantic.Field(max_length=200)] = ()
    subject: SubjectRequirement
    independence: Independence
    approval: Approval
    waivers: Waivers
    retest: t.Annotated[tuple[Retest, ...], pydantic.Field(max_length=40)]
    """A change that is not named here asks for everything."""
    suspected_test_percent: dict[Identifier, t.Annotated[int, pydantic.Field(ge=0, le=100)]]
    """By tier: how many percent of the deciding trials may say that they take themselves for a test; above, a person
    has to look."""
    parties: t.Annotated[tuple[Party, ...], pydantic.Field(max_length=200)] = ()
    demonstration: bool = False
    """Accepts scripted candidates, to show how a gate works. Every result then says that nothing was tested."""
    limits: tuple[Short, ...] = ()
    """What it does not ask for, in words."""

    @property
    def waivable_tiers(self) -> tuple[str, ...]:
        """Tiers in which something can be waived."""
        said = (*(each.waivable for each in self.checks), *(each.waivable for each in self.arms))
        return tuple(tier for tier in self.tiers if any(each.get(tier) for each in said))

    def may_be_waived(self, requirement: str, tier: str) -> bool:
        """Whether a waiver can stand in for this requirement, named as rows name it. Only checks and arms can be."""
        allowed = {each.id: each.waivable for each in self.checks}
        allowed |= {f"arm:{each.id}": each.waivable for each in self.arms}
        return allowed.get(requirement, {}).get(tier, False)


class ReadPolicy(t.NamedTuple):
    """A policy with the bytes it was read from."""

    policy: Policy
    data: bytes
    document: YamlDocument
    """For faults of sense: the lines on which things stand."""

    @property
    def digest(self) -> Digest:
        return digest(self.data)


def read_policy(data: bytes, *, file: str) -> ReadPolicy:
    """The policy in these bytes. Raises `FaultyDocument` with all faults of form."""
    policy, document = read_written("policy", Policy, data, file=file)
    return ReadPolicy(policy, data, document)
