"""
What exactly is tested and approved: the components of one system, each named by a digest.

A subject is a view of a profile (`govkit.trial.profile`), so it is the same whether it is read from a candidate file,
from a run or from a decision. Its digest is over the kinds and digests of its *material* components: an approval, which
names that digest, ends when any of them changes, when one is added, and when one is declared immaterial.

Not part of it, for they change nothing about what answers: the name a report uses, notes, prices, timeouts, attempts
and the name of the variable that holds the key. Of a server on the tester's own machine neither the address: it says
nothing of what answers there, and only the digest of the weights does.
"""

import typing as t

from govkit.digest import Digest, digest_of
from govkit.errors import EvidenceBroken
from govkit.evidence.stored import DigestField, Stored, StoredDocument, read_stored
from govkit.trial.deployment import ComponentKind, Part
from govkit.trial.profile import Profile

FORMAT: t.Final = "govkit.subject/1"
KINDS: t.Final[tuple[ComponentKind, ...]] = t.get_args(ComponentKind)
TESTED: t.Final[frozenset[ComponentKind]] = frozenset({"provider", "model", "system-prompt", "parameters"})
"""What a run exercises; of the others it knows no more than their names."""
Pinned: t.TypeAlias = t.Literal["weights", "snapshot", "provider-mutable"]
"""
What keeps the model from changing under its name: the digest of its weights, a dated name that the provider promises
not to change, or nothing.
"""
SHOWN = 2_000
"""Characters of a system prompt that are kept in words; its digest is of all of it."""


class Component(Stored):
    """One component of a subject."""

    kind: ComponentKind
    stated: bool
    """Whether anything is said of it. What is not stated can change unseen."""
    says: str
    """In words, for people; the digest is what counts."""
    items: dict[str, DigestField]
    """Its named parts, by digest: tools, permissions by tool, peers."""
    digest: DigestField
    material: bool
    """Whether its change ends an approval."""
    reason: str
    """Why it does not, in the words of whoever says so; empty for material ones."""


class Subject(StoredDocument):
    """One system, as it is approved."""

    format: t.Literal["govkit.subject/1"]
    name: str
    """What people call it; not part of its identity."""
    developer: str
    """Who answers for the model; empty where nobody says."""
    pinned: Pinned
    snapshot: str
    """The dated name by which the model must answer; empty where none is promised."""
    components: tuple[Component, ...]
    """One of each kind, in the order of `KINDS`."""

    @property
    def identity(self) -> Digest:
        """The subject's name: what decisions and waivers are about."""
        return digest_of({each.kind: each.digest for each in self.components if each.material})

    def component(self, kind: ComponentKind) -> Component:
        return next(each for each in self.components if each.kind == kind)


def subject_of(profile: Profile) -> Subject:
    """The subject that a profile describes."""
    deployed = profile.deployment
    weights, snapshot = (deployed.weights, deployed.snapshot) if deployed else ("", "")
    pinned: Pinned = "weights" if weights else "snapshot" if snapshot else "provider-mutable"
    immaterial = deployed.immaterial if deployed else {}
    parts = {**_tested(profile, weights, snapshot), **(deployed.parts if deployed else {})}
    return Subject(
        format=FORMAT,
        name=profile.name,
        developer=(deployed.developer if deployed else "") or profile.vendor or "",
        pinned=pinned,
        snapshot=snapshot,
        components=tuple(_component(kind, parts.get(kind), immaterial.get(kind)) for kind in KINDS),
    )


def _component(kind: ComponentKind, part: Part | None, immaterial: str | None) -> Component:
    stands = part or Part(says="", files="", items={})
    # A prompt is named by its own bytes, not by the excerpt of it that is shown.
    named = {
        "says": "" if kind == "system-prompt" else stands.says,
        "files": stands.files,
        "items": stands.items,
    }
    return Component(
        kind=kind,
        stated=part is not None,
        says=stands.says,
        items=stands.items,
        digest=digest_of({"kind": kind, "stated": part is not None, **named}),
        material=immaterial is None,
        reason=immaterial or "",
    )


def _tested(profile: Profile, weights: str, snapshot: str) -> dict[ComponentKind, Part]:
    """The components that a run exercises."""
    route, slash, name = profile.model.partition("/")
    local = profile.identity == "loopback"
    where = "the tester's own machine" if local else profile.api_base or "the provider's own address"
    prompt = profile.system_prompt
    return {
        "provider": Part(says=f"{route if slash else 'unnamed'}, at {where}", files="", items={}),
        "model": Part(
            says=f"{name if slash else route}{f', answering as {snapshot}' if snapshot else ''}",
            files=weights,
            items={},
        ),
        "system-prompt": Part(says=prompt[:SHOWN], files=digest_of(prompt), items={}),
        "parameters": Part(says=_parameters(profile), files="", items={}),
    }


def _parameters(profile: Profile) -> str:
    values = {
        "temperature": profile.temperature or "provider's default",
        "top_p": profile.top_p or "provider's default",
        "max_tokens": profile.max_tokens,
        "seed": profile.seed,
        "reasoning effort": profile.reasoning_effort or "provider's default",
        "tools": profile.tools,
        "parallel tool calls": profile.parallel_tool_calls,
    }
    return ", ".join(f"{name} {value}" for name, value in values.items())


def check_subject(subject: Subject, *, where: str) -> None:
    """Raises `EvidenceBroken` unless there is one component of each kind, in their order."""
    if tuple(each.kind for each in subject.components) != KINDS:
        raise EvidenceBroken("A subject does not have one component of each kind.", where=where)


def parse_subject(data: bytes, *, name: str) -> Subject:
    """The stored subject. Raises `EvidenceBroken`."""
    subject = read_stored(Subject, data, name=name)
    check_subject(subject, where=name)
    return subject
