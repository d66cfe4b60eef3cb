"""JSON Schemas: those in docs/schemas/ are current, and what is shipped and stored is valid under them."""

import decimal
import json
import pathlib
import typing as t

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from govkit.adapters.protocol_folder import shipped
from govkit.api.schemas import MODELS, schema_of
from govkit.errors import UnknownName
from govkit.evidence.segment import read_segment
from govkit.protocol.strict_yaml import read_yaml

HERE = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = HERE / "docs" / "schemas"
GOLDEN = HERE / "tests" / "golden" / "run-0.1.0"
WRITTEN = [path for each in shipped() for path in sorted(each.folder.rglob("*.yaml"))]
STORED = {
    "protocol.json": "protocol-files",
    "profile.json": "profile",
    "plan.json": "plan",
    "run.json": "run",
    "manifest.json": "manifest",
    "assessment.json": "assessment",
}


def _plain(value: object) -> float:
    assert isinstance(value, decimal.Decimal)
    return float(value)


def _faults(name: str, value: t.Any) -> list[str]:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


@pytest.mark.parametrize("name", MODELS)
def test_the_schema_in_the_documentation_is_current(name: str) -> None:
    """`docs/schemas/NAME.schema.json` is what `schema_of` gives; write it anew when a format has grown."""
    text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(schema_of(name), indent=2) + "\n"


def test_there_is_a_schema_for_each_document_and_no_other() -> None:
    """The folder holds exactly the documents that are known; another name is answered with those."""
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.schema.json" for name in MODELS}
    with pytest.raises(UnknownName, match="did you mean scenario"):
        schema_of("scenarios")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_shipped_document_is_valid_under_its_schema(path: pathlib.Path) -> None:
    """An editor that follows the schema finds nothing wrong in what is shipped, and every key has its help."""
    name = {
        "scenarios": "scenario",
        "worlds": "world",
        "controls": "control",
        "calibration": "calibration",
    }.get(path.parent.name, "protocol")
    value = read_yaml(path.read_text(encoding="utf-8"), file=path.name).value
    assert _faults(name, json.loads(json.dumps(value, default=_plain))) == []
    assert _faults(name, {**value, "zzz": 1}) != []


@pytest.mark.parametrize("name", STORED)
def test_what_is_stored_is_valid_under_its_schema(name: str) -> None:
    """Each file of the sealed sample is valid under the schema that readers of evidence are given."""
    assert _faults(STORED[name], json.loads((GOLDEN / name).read_bytes())) == []


def test_every_record_is_valid_under_its_schema() -> None:
    """So is each transcript of the sealed sample."""
    records = list(read_segment((GOLDEN / "transcripts-000001.zst").read_bytes(), where="sample"))
    assert records
    assert [fault for record in records for fault in _faults("transcript", json.loads(record))] == []
