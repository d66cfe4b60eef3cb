"""
Answer rules: which evidence and whose word a question needs, and what is answered in each of four cases.

YAML that a person reads: `rules.yaml`, beside the binding. Comments are templates with four placeholders; what stands
in for them are whole sentences that the program makes of evidence and of people's words (`govkit.questionnaire.told`),
so that no template can state a result.
"""

import re
import typing as t

import pydantic

from govkit.digest import Digest, digest
from govkit.protocol.document import Document, Identifier, Short, Version
from govkit.protocol.strict_yaml import Document as YamlDocument
from govkit.protocol.validation import read_written
from govkit.questionnaire.instrument import QuestionId, Word

KIND: t.Final = "set of answer rules"
Strength: t.TypeAlias = t.Literal["direct", "support", "context"]
"""
`direct`: the evidence answers. `support`: evidence and people, both. `context`: people answer; the evidence is told,
and where it is adverse it forbids the comforting answer all the same.
"""
Product: t.TypeAlias = t.Literal[
    "signed",
    "released-protocol",
    "replayed",
    "independent-evaluator",
    "all-runs",
    "subject-identity",
    "judge",
    "decision",
    "waivers",
]
"""A fact that evidence and records give beside their results (`govkit.questionnaire.facts`)."""
CaseName: t.TypeAlias = t.Literal["shown", "adverse", "open", "missing"]
RemediationField: t.TypeAlias = t.Literal["owner", "due", "plan", "milestones"]
PLACEHOLDERS: t.Final = frozenset({"subject", "results", "attested", "gap"})
PLACEHOLDER = re.compile(r"\{(\w*)\}")
Comment = t.Annotated[str, pydantic.Field(min_length=1, max_length=700)]


class ClaimNeeded(Document):
    """A check of a released protocol."""

    protocol: Identifier
    check: Identifier


class AttestationNeeded(Document):
    """A sentence that a person confirms or denies. One id is one sentence, over all instruments."""

    id: Identifier
    asks: Short
    give: Short
    """What the person writes with it."""


class Reply(Document):
    """What is answered in one case."""

    answer: Word | None = None
    """Left out: the cell stays blank, for a person."""
    comment: Comment
    remediation: (
        t.Annotated[tuple[RemediationField, ...], pydantic.Field(min_length=1, max_length=4)] | None
    ) = None
    """Fields that a person has to fill; the program fills none of them."""


class Replies(Document):
    """The four cases."""

    shown: Reply
    """Every part that the strength asks for is there."""
    adverse: Reply
    """A check failed, a fact is otherwise, or a person says that it is not so."""
    open: Reply
    """Some parts are there, or a run has no verdict."""
    missing: Reply
    """None is there."""

    def of(self, case: CaseName) -> Reply:
        """The reply in this case."""
        reply: Reply = getattr(self, case)
        return reply


class Rule(Document):
    """How one question is answered."""

    question: QuestionId
    asks: t.Literal["measured", "process", "both", "fact"]
    strength: Strength
    claims: t.Annotated[tuple[ClaimNeeded, ...], pydantic.Field(min_length=1, max_length=60)] | None = None
    need: t.Literal["any"] | None = None
    """`any`: one of the claims is enough to be shown. Each of them counts where it is adverse."""
    product: t.Annotated[tuple[Product, ...], pydantic.Field(min_length=1, max_length=9)] | None = None
    attest: t.Annotated[tuple[AttestationNeeded, ...], pydantic.Field(min_length=1, max_length=20)] | None = (
        None
    )
    answers: Replies


class Notices(Document):
    """Sentences for the first page of every output."""

    adverse: Comment
    waived: Comment


class Rules(Document):
    """`rules.yaml`."""

    format: t.Literal["govkit.answer-rules/1"]
    instrument: Identifier
    edition: Short
    version: Version
    notices: Notices
    rules: t.Annotated[tuple[Rule, ...], pydantic.Field(min_length=1, max_length=2000)]


class ReadRules(t.NamedTuple):
    """Rules with the bytes they were read from."""

    rules: Rules
    data: bytes
    document: YamlDocument

    @property
    def digest(self) -> Digest:
        return digest(self.data)


def read_rules(data: bytes, *, file: str) -> ReadRules:
    """The rules in these bytes. Raises `FaultyDocument` with all faults of form."""
    rules, document = read_written(KIND, Rules, data, file=file)
    return ReadRules(rules, data, document)
