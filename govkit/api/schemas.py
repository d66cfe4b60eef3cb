"""
JSON Schemas of the documents people write, for editors, and of the records we store, for readers of evidence.

A schema is what pydantic says of the very model that reads the document. Three stored documents are written as plain
canonical values; their shapes stand here, for the schema alone.
"""

import typing as t

import pydantic

from govkit.adjudication.form import Form
from govkit.adjudication.model import Adjudication
from govkit.api.deciding import DecisionForm
from govkit.approval.crosswalk import Instrument as Crosswalk
from govkit.approval.log import Entry
from govkit.approval.policy import Policy
from govkit.approval.records import Decision, Fulfilment, Revocation, Waiver
from govkit.approval.result import GateResult
from govkit.assessment.model import Assessment
from govkit.errors import UnknownName
from govkit.evidence.manifest import Manifest
from govkit.evidence.stored import Count, DigestField, Stored
from govkit.judging.judge import JudgeProfile
from govkit.judging.judgement import Judgement
from govkit.protocol.document import Condition, Identifier
from govkit.protocol.judging import Calibration
from govkit.protocol.model import Control, Protocol, Scenario, World
from govkit.protocol.world import OWN
from govkit.questionnaire.answers import Answers
from govkit.questionnaire.attested import Attestations
from govkit.questionnaire.instrument import Instrument
from govkit.questionnaire.rules import Rules
from govkit.report.view import ReportRecord
from govkit.trial.profile import CandidateFile, Profile
from govkit.trial.transcript import Transcript


class ProtocolFiles(Stored):
    """`protocol.json`: the files of a protocol, verbatim. Its digest is the protocol's name."""

    format: t.Literal["govkit.protocol-files/1"]
    files: dict[str, str]
    """Name in the protocol's folder -> text."""


class RunStart(Stored):
    """`run.json`: written once, when a run folder is begun."""

    format: t.Literal["govkit.run/1"]
    begun: str
    """UTC, RFC 3339."""
    govkit: str
    """Version of the program that began it."""


class RequestShape(Stored):
    """What was asked for, beyond the protocol itself."""

    checks: tuple[Identifier, ...]
    trials: Count
    """Trials in each condition in place of the criterion's numbers; 0 keeps the criterion's."""
    seed: Count


class TrialShape(Stored):
    """One planned trial."""

    name: DigestField
    """Digest of everything below together with protocol, profile and the run's seed."""
    check: Identifier
    scenario: Identifier
    condition: Condition
    repetition: Count
    seed: Count
    """Sent to candidates that take one."""


class PlanShape(Stored):
    """`plan.json`: every trial there is to make, in the order of their names."""

    format: t.Literal["govkit.plan/1"]
    protocol: DigestField
    profile: DigestField
    request: RequestShape
    trials: tuple[TrialShape, ...]


MODELS: t.Mapping[str, type[pydantic.BaseModel]] = {
    "protocol": Protocol,
    "world": World,
    "scenario": Scenario,
    "control": Control,
    "calibration": Calibration,
    "candidate": CandidateFile,
    "protocol-files": ProtocolFiles,
    "profile": Profile,
    "plan": PlanShape,
    "run": RunStart,
    "transcript": Transcript,
    "judge": JudgeProfile,
    "judgement": Judgement,
    "manifest": Manifest,
    "assessment": Assessment,
    "adjudication-form": Form,
    "adjudication": Adjudication,
    "report": ReportRecord,
    "decision-form": DecisionForm,
    "decision": Decision,
    "waiver": Waiver,
    "fulfilment": Fulfilment,
    "revocation": Revocation,
    "log-entry": Entry,
    "gate": GateResult,
    "crosswalk": Crosswalk,
    "policy": Policy,
    "instrument": Instrument,
    "answer-rules": Rules,
    "attestations": Attestations,
    "answers": Answers,
}


def schema_of(name: str) -> dict[str, t.Any]:
    """The JSON Schema (2020-12) of a document. Raises `UnknownName`."""
    if name not in MODELS:
        raise UnknownName("document", name, MODELS)
    schema = MODELS[name].model_json_schema()
    if name == "scenario":
        _in_a_world(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _in_a_world(schema: dict[str, t.Any]) -> None:
    """A scenario that names a world need not say what stands there; nor of a host more than its name and new files."""
    inherited = [field for field in schema["required"] if field in World.model_fields and field not in OWN]
    schema["required"] = [field for field in schema["required"] if field not in inherited]
    schema["$defs"]["Host"]["required"].remove("about")
    schema["if"], schema["else"] = {"required": ["world"]}, {"required": inherited}
