"""
The crosswalk: which clauses of law, code and standard the evidence bears on, how strongly, and what it is not evidence
of.

One YAML file an *instrument*, in one edition (`govkit/crosswalk/`). An entry names a clause, whom it binds, what it
asks for in our own words, what of govkit bears on it, and - always - what that is not evidence of. It is dated by the
day on which somebody last held it against the text, and says whether that was the text itself or what others say of it.

It is a map and not a finding. No entry says that a requirement is met, and no result of the gate follows from one.
Texts of instruments are not copied: most belong to somebody, and a paraphrase that has to be checked against the clause
is more use than a quotation that reads as if it had been. `govkit.approval.crosswalk_lint` holds the files to this.
"""

import dataclasses
import datetime
import typing as t

import pydantic

from govkit.protocol.document import Document, Identifier, Short, Text

Role: t.TypeAlias = t.Literal[
    "high-risk-provider",
    "high-risk-deployer",
    "gpai-provider",
    "systemic-risk-provider",
    "code-signatory",
    "frontier-developer",
    "large-frontier-developer",
    "us-federal-agency",
    "management-system",
    "voluntary",
]
"""Whom a clause binds."""
ROLES: t.Mapping[Role, str] = {
    "high-risk-provider": "provider of an AI system that is high-risk under the EU AI Act",
    "high-risk-deployer": "deployer of an AI system that is high-risk under the EU AI Act",
    "gpai-provider": "provider of a general-purpose AI model under the EU AI Act",
    "systemic-risk-provider": "provider of a general-purpose AI model with systemic risk under the EU AI Act",
    "code-signatory": "provider who signed the EU Code of Practice; nobody has to sign it",
    "frontier-developer": "developer of a frontier model under California's SB 53 or New York's RAISE Act",
    "large-frontier-developer": "frontier developer with revenue above 500 million dollars a year",
    "us-federal-agency": "US federal agency, and who runs systems for one, as far as its baseline asks for it",
    "management-system": "organisation that runs an AI management system by the standard; nobody has to",
    "voluntary": "nobody; anyone may follow it",
}
BOUND_BY_LAW: frozenset[Role] = frozenset(
    {
        "high-risk-provider",
        "high-risk-deployer",
        "gpai-provider",
        "systemic-risk-provider",
        "frontier-developer",
        "large-frontier-developer",
    }
)
"""Roles with a duty that begins on a day, which an entry then has to give."""
Strength: t.TypeAlias = t.Literal["direct", "partial", "context", "analogy"]
STRENGTHS: t.Mapping[Strength, str] = {
    "direct": "the clause asks for something of this kind, and this is it for what was tested or decided",
    "partial": "answers a part of what the clause asks for",
    "context": "informs whoever works on the clause, and answers no part of it",
    "analogy": "the clause is about something alike, such as an attacker where govkit looks at the system itself",
}
OUTPUTS: t.Mapping[str, str] = {
    "released-protocol": "a protocol whose rule and digest were fixed before the run",
    "run-evidence": "the sealed run: plan, every transcript, manifest",
    "signed-report": "the report, signed and dated",
    "verification": "what anybody finds who recomputes a report",
    "adjudication": "labels that people confirmed or overturned, signed",
    "comparison": "two runs held against each other",
    "policy": "what had to hold before deployment, versioned and signed",
    "gate": "the result for each requirement of a policy",
    "decision-record": "who decided what, on which evidence, under which conditions, until when",
    "waiver": "a bounded exception with its risk owner and its end",
    "decision-log": "the hash-chained list of decisions, waivers and revocations",
    "register": "systems, runs, approvals and what is due",
    "retest-triggers": "what changed in a system, and which tests must run again",
}
"""What of govkit may bear on a clause, beside the protocols and their checks."""
NOTICE = (
    "These are govkit's own paraphrases, not the texts, and not legal advice. Whether a clause applies to you, govkit "
    "does not know. What bears on a clause is not evidence of what its row says it is not evidence of, and no row says "
    "that a requirement is met."
)
"""Stands at the end of everything that shows a part of the crosswalk."""


def _on_the_calendar(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Date = t.Annotated[
    str,
    pydantic.Field(pattern=r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
    pydantic.AfterValidator(_on_the_calendar),
]
"""A calendar day, in quotes."""
Name = t.Annotated[
    str,
    pydantic.Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(/[a-z][a-z0-9]*(-[a-z0-9]+)*)?$", max_length=121),
]
"""`protocol/check`, `protocol`, or an output of govkit."""
Reference = t.Annotated[str, pydantic.Field(min_length=1, max_length=60)]


class Entry(Document):
    """One clause, and what of govkit bears on it."""

    ref: Reference
    """The clause by its number, as the instrument counts."""
    binds: t.Annotated[tuple[Role, ...], pydantic.Field(min_length=1)]
    """Whom it binds."""
    binds_words: Short | None = None
    """What else decides whom it binds, such as an exemption."""
    applies_from: Date | None = None
    """Since when, or from when on. Needed where law binds."""
    applies_words: Short | None = None
    """What else decides since when."""
    paraphrase: Short
    """What the clause asks for, in our own words: one or two sentences."""
    strength: Strength
    """How far the evidence goes."""
    evidence: t.Annotated[tuple[Name, ...], pydantic.Field(min_length=1, max_length=40)]
    """What bears on it: `protocol/check`, a whole `protocol`, or an output of govkit."""
    not_evidence_of: Short
    """What that is not evidence of; read after these words, and so begun with `of` or `that`."""
    read: t.Literal["primary", "secondary"]
    """Whether the clause was read in the instrument's text (or a copy of it), or in what others say of it."""
    checked: Date
    """When somebody last held this entry against what was read."""


class Instrument(Document):
    """A law, code, standard, framework or catalogue in one edition."""

    format: t.Literal["govkit.crosswalk/1"]
    id: Identifier
    """How policies and commands name it; the file's name without its ending."""
    framework: Short
    """Its title."""
    edition: Short
    as_of: Date
    """The day for which this file says how things stand."""
    source: t.Annotated[str, pydantic.Field(pattern=r"^https://[^\s]+$", max_length=400)]
    """Where the instrument itself is published."""
    licence: Short
    """Under what its text is published, in words."""
    note: Text
    """What was read for this file, and what a reader has to know of the instrument as a whole."""
    entries: t.Annotated[tuple[Entry, ...], pydantic.Field(min_length=1, max_length=400)]

    def entry(self, ref: str) -> Entry | None:
        """The entry of that clause, if there is one."""
        return next((entry for entry in self.entries if entry.ref == ref), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Entries of one instrument that were asked for."""

    instrument: Instrument
    entries: tuple[Entry, ...]


def find(
    instruments: t.Iterable[Instrument], *, name: str | None = None, role: Role | None = None
) -> tuple[Found, ...]:
    """The entries that `name` bears on and that bind `role`; instruments without any are left out."""
    found = (
        Found(
            instrument,
            tuple(
                entry
                for entry in instrument.entries
                if (name is None or bears(entry, name)) and (role is None or role in entry.binds)
            ),
        )
        for instrument in instruments
    )
    return tuple(each for each in found if each.entries)


def bears(entry: Entry, name: str) -> bool:
    """
    Whether `name` bears on the entry.

    A check does where its whole protocol is named, too; a protocol does where it or one of its checks is named.
    """
    protocol = name.partition("/")[0]
    return any(each in {name, protocol} or each.startswith(f"{name}/") for each in entry.evidence)
