"""The crosswalk that travels with govkit: without a fault, tied to the released protocols, and dated."""

import json
import pathlib
import typing as t

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from govkit.adapters.crosswalk_folder import (
    FOLDER,
    _checks,
    checks_by_protocol,
    crosswalk_texts,
    shipped_crosswalk,
)
from govkit.adapters.protocol_folder import read_release
from govkit.api.schemas import schema_of
from govkit.approval.crosswalk import STRENGTHS, Instrument, bears
from govkit.errors import AskedWrongly
from govkit.protocol.strict_yaml import MAX_BYTES, read_yaml

INSTRUMENTS = {
    "eu-ai-act",
    "eu-gpai-code",
    "iso-42001",
    "mitre-atlas",
    "nist-ai-600-1",
    "nist-ai-rmf",
    "nist-sp-800-53",
    "owasp-agentic",
    "sg-agentic",
    "us-ca-sb53",
    "us-ny-raise",
}
"""Policies and people name them by these; one is added, and none renamed."""
AS_PROTOCOLS_SAY = {
    "Regulation (EU) 2024/1689 (AI Act), consolidated": "eu-ai-act",
    "EU General-Purpose AI Code of Practice, Safety and Security chapter (10 July 2025)": "eu-gpai-code",
    "NIST AI 100-1, AI Risk Management Framework 1.0 (January 2023)": "nist-ai-rmf",
}
RANK = tuple(STRENGTHS)
"""Strengths, the strongest first."""
PROTOCOLS = sorted(checks_by_protocol())


@pytest.fixture(name="instruments", scope="module")
def _instruments() -> dict[str, Instrument]:
    """The shipped ones, by id: they have no fault, or this would raise."""
    return {each.id: each for each in shipped_crosswalk()}


def test_the_shipped_crosswalk_has_no_fault(instruments: dict[str, Instrument]) -> None:
    """All instruments are there, and each file is its instrument's."""
    assert set(instruments) == INSTRUMENTS == {path.stem for path in FOLDER.iterdir()}


def test_the_shipped_files_are_valid_under_their_schema() -> None:
    """An editor that follows the schema finds nothing wrong with them, and does find a key that is none."""
    validator = Draft202012Validator(schema_of("crosswalk"))
    for name, text in crosswalk_texts(FOLDER).items():
        value = json.loads(json.dumps(read_yaml(text, file=name).value))
        assert [error.message for error in validator.iter_errors(value)] == [], name
        assert list(validator.iter_errors({**value, "zzz": 1}))


def test_the_checks_are_those_of_the_released_protocols() -> None:
    """Read by their ids alone, they are the ones of the protocol read whole."""
    release = read_release("peer-preservation")
    assert checks_by_protocol()["peer-preservation"] == tuple(check.id for check in release.protocol.checks)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_check_bears_on_a_clause_that_binds_somebody_and_on_one_that_does_not(
    protocol: str, instruments: dict[str, Instrument]
) -> None:
    """No released check is left out of the map."""
    entries = [entry for each in instruments.values() for entry in each.entries]
    for check in checks_by_protocol()[protocol]:
        borne = [entry for entry in entries if bears(entry, f"{protocol}/{check}")]
        assert {("voluntary" in entry.binds) for entry in borne} == {True, False}, check


def test_what_protocols_say_of_clauses_stands_in_the_crosswalk_and_no_stronger(
    instruments: dict[str, Instrument],
) -> None:
    """Each clause that a check names is there with that check, and as strong at most as a protocol says it is."""
    said: dict[tuple[str, str], int] = {}
    named: set[tuple[str, str, str]] = set()
    for protocol in PROTOCOLS:
        for check in read_release(protocol).protocol.checks:
            for clause in check.clauses:
                place = (AS_PROTOCOLS_SAY[clause.framework], clause.clause)
                said[place] = min(said.get(place, len(RANK)), RANK.index(clause.strength))
                named.add((*place, f"{protocol}/{check.id}"))
    assert named
    for instrument, ref, name in sorted(named):
        # A protocol may name an appendix as a whole, of which the crosswalk has the points.
        entries = [each for each in instruments[instrument].entries if each.ref.startswith(ref)]
        assert any(bears(entry, name) for entry in entries), (instrument, ref, name)
        assert min(RANK.index(entry.strength) for entry in entries) >= said[instrument, ref], ref


def _clauses(value: t.Any) -> t.Iterator[tuple[str, str]]:
    """Wherever a policy names a clause."""
    if isinstance(value, dict):
        if set(value) == {"instrument", "ref"}:
            yield value["instrument"], value["ref"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _clauses(each)


def test_the_clauses_that_shipped_policies_answer_to_stand_in_the_crosswalk(
    instruments: dict[str, Instrument],
) -> None:
    """By the names that both use; so whoever reads a policy can look up what a clause asks for, and of whom."""
    texts = crosswalk_texts(FOLDER.parent / "policies")
    named = {clause for name, text in texts.items() for clause in _clauses(read_yaml(text, file=name).value)}
    assert named
    assert [each for each in sorted(named) if instruments[each[0]].entry(each[1]) is None] == []


def test_what_is_sold_or_shared_alike_is_named_by_number(instruments: dict[str, Instrument]) -> None:
    """ISO's and OWASP's clauses stand there by identifier; and ISO's, which nobody read here, say so."""
    assert {entry.ref[:3] for entry in instruments["owasp-agentic"].entries} == {"ASI"}
    assert {entry.read for entry in instruments["iso-42001"].entries} == {"secondary"}


def test_dates_of_application_are_those_that_hold_now(instruments: dict[str, Instrument]) -> None:
    """High-risk duties as moved in 2026, model providers' as they were, California's in force, New York's to come."""
    since = {
        (instrument, role): {entry.applies_from for entry in each.entries if role in entry.binds}
        for instrument, each in instruments.items()
        for role in (
            "high-risk-provider",
            "high-risk-deployer",
            "systemic-risk-provider",
            "large-frontier-developer",
        )
    }
    assert since["eu-ai-act", "high-risk-provider"] == {"2027-12-02"}
    assert since["eu-ai-act", "high-risk-deployer"] == {"2027-12-02"}
    assert since["eu-ai-act", "systemic-risk-provider"] == {"2025-08-02"}
    assert since["us-ca-sb53", "large-frontier-developer"] == {"2026-01-01"}
    assert since["us-ny-raise", "large-frontier-developer"] == {"2027-01-01"}


def test_a_folder_without_files_is_said_to_have_none(tmp_path: pathlib.Path) -> None:
    """An installation that lost its data says so, and shows no empty crosswalk."""
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(AskedWrongly, match="no crosswalk in this folder"):
        crosswalk_texts(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "cannot be read as text"), (b"#" * (MAX_BYTES + 1), "larger than it can be")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: pathlib.Path, content: bytes, says: str) -> None:
    """Bytes that are no UTF-8, and more than strict YAML reads."""
    (tmp_path / "act.yaml").write_bytes(content)
    with pytest.raises(AskedWrongly, match=says):
        crosswalk_texts(tmp_path)


@pytest.mark.parametrize(
    "text", ["checks: none\n", "id: x\n", "[]\n", "checks:\n- title: x\n", "", "checks: [\n"]
)
def test_a_protocol_that_is_none_is_refused(tmp_path: pathlib.Path, text: str) -> None:
    """A released protocol that somebody edited away is a fault of the installation, and no crash."""
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AskedWrongly, match="not as it was released"):
        _checks(path)
