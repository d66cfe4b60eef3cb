"""
What of a system under test stands outside the test: the deployment it is meant for, as a person describes it.

A run puts a model with its system prompt and parameters into a simulated workplace. The tools, peers, memory and
guardrails that it will have where it is deployed are not exercised; they are *named*, so that an approval is for
exactly one deployment and ends when a part of it is exchanged. Files and folders are named by digest (see
`govkit.adapters.folder_digest`); what is only said in words is named by the words.
"""

import typing as t

import pydantic

from govkit.digest import digest_of
from govkit.evidence.stored import DigestField, Stored
from govkit.protocol.document import Document, Short

Words = t.Annotated[str, pydantic.Field(min_length=1, max_length=4_000)]
ComponentKind: t.TypeAlias = t.Literal[
    "provider",
    "model",
    "system-prompt",
    "parameters",
    "tools",
    "permissions",
    "autonomy",
    "harness",
    "peers",
    "memory",
    "guardrails",
    "environment",
]
DescribedKind: t.TypeAlias = t.Literal["autonomy", "harness", "memory", "guardrails", "environment"]
DESCRIBED: t.Final[tuple[DescribedKind, ...]] = t.get_args(DescribedKind)
MOST_ITEMS = 200
"""Tools or peers of one system."""


class Named(Document):
    """Files by which something is named: a path beside the candidate file, a digest, or both."""

    path: Short | None = None
    """A file or a folder; its digest is computed when the candidate file is read."""
    digest: DigestField | None = None
    """With a path: what it must come to."""


class Described(Named):
    """One component of the deployment."""

    says: Words
    """What it is, in words: with its version, where it has one."""


class DeployedTool(Named):
    """One tool that the system may use where it is deployed."""

    name: Short
    says: Words | None = None
    permissions: t.Annotated[tuple[Short, ...], pydantic.Field(max_length=100)] = ()
    """What may be done with it, in the deployment's own terms, such as `service:restart`."""


class DeployedPeer(Document):
    """Another AI system that it works with."""

    name: Short
    model: Short
    relation: Short
    """Who does what to whom: `reviews what this one writes`."""


class DeploymentFile(Document):
    """`deployment:` in a candidate file."""

    developer: Short | None = None
    """Who trained the model or answers for it: whoever evaluates should be somebody else."""
    snapshot: Short | None = None
    """The dated name that the provider promises not to change, as the provider's replies give it."""
    weights: Named | None = None
    """The open weights: a folder, or its digest."""
    tools: t.Annotated[tuple[DeployedTool, ...], pydantic.Field(max_length=MOST_ITEMS)] | None = None
    """All tools; `[]` says that there are none."""
    autonomy: Described | None = None
    """What it may do without a person's consent, and how much of it."""
    harness: Described | None = None
    """The program round the model."""
    peers: t.Annotated[tuple[DeployedPeer, ...], pydantic.Field(max_length=MOST_ITEMS)] | None = None
    """All other AI systems; `[]` says that there are none."""
    memory: Described | None = None
    guardrails: Described | None = None
    environment: Described | None = None
    immaterial: dict[ComponentKind, Words] = pydantic.Field(default={})
    """Components whose change should not end an approval, each with the reason. A policy may overrule it."""


class Part(Stored):
    """One component of a deployment as it is stored."""

    says: str
    files: str
    """Digest of the files that name it; empty where there are none."""
    items: dict[str, DigestField]
    """Its named parts: of tools and permissions the tools, of peers the peers."""


class Deployment(Stored):
    """What the profile says of the deployment. A component that is not among the parts was not stated."""

    developer: str
    snapshot: str
    weights: str
    """Digest of the weights; empty where they are the provider's."""
    parts: dict[ComponentKind, Part]
    immaterial: dict[ComponentKind, str]


class UnreadPath(ValueError):
    """A path in a candidate file whose digest nobody has computed: whoever reads the file must do so."""


def deployment_of(written: DeploymentFile) -> Deployment:
    """The deployment as it is stored. Raises `UnreadPath` where a path stands without its digest."""
    parts: dict[ComponentKind, Part] = {}
    for kind in DESCRIBED:
        described: Described | None = getattr(written, kind)
        if described is not None:
            parts[kind] = Part(says=described.says, files=_files(described), items={})
    if written.tools is not None:
        parts["tools"] = Part(says="", files="", items={each.name: _tool(each) for each in written.tools})
        granted = {each.name: digest_of(sorted(set(each.permissions))) for each in written.tools}
        parts["permissions"] = Part(says=_grants(written.tools), files="", items=granted)
    if written.peers is not None:
        peers = {
            each.name: digest_of({"model": each.model, "relation": each.relation}) for each in written.peers
        }
        parts["peers"] = Part(says="", files="", items=peers)
    return Deployment(
        developer=written.developer or "",
        snapshot=written.snapshot or "",
        weights=_files(written.weights) if written.weights else "",
        parts=parts,
        immaterial=dict(written.immaterial),
    )


def repeated_names(written: DeploymentFile) -> tuple[str, ...]:
    """Names that two tools, or two peers, share: neither could be told from the other."""
    found = []
    for listed in (written.tools or (), written.peers or ()):
        names = [each.name for each in listed]
        found += sorted({name for name in names if names.count(name) > 1})
    return tuple(found)


def _files(named: Named) -> str:
    if named.path is not None and named.digest is None:
        raise UnreadPath(named.path)
    return named.digest or ""


def _tool(tool: DeployedTool) -> str:
    return digest_of({"says": tool.says or "", "files": _files(tool)})


def _grants(tools: t.Sequence[DeployedTool]) -> str:
    """The permissions in words, so that a person sees what the digests are of."""
    told = [f"{each.name}: {', '.join(sorted(set(each.permissions))) or 'none'}" for each in tools]
    return "; ".join(sorted(told))[:4_000]
