"""Decisions that earlier versions kept still read, hold, and count as they did."""

import json
import pathlib
import typing as t

import pytest

from govkit.adapters.decision_folder import read_decisions
from govkit.approval.book import read_book
from govkit.approval.records import Decision, Validity, Waiver
from govkit.approval.result import parse_gate

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = sorted(path.name for path in HERE.glob("decisions-*") if path.is_dir())


def _expected(name: str) -> t.Any:
    return json.loads((HERE / f"{name}.expected.json").read_bytes())


def test_the_first_sample_is_there() -> None:
    """There is something to read: the sample of the first version is never taken away."""
    assert "decisions-0.1.0" in SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_decisions_holds(name: str) -> None:
    """Chain, records and signatures fit one another, and are those that were sealed."""
    book, expected = read_book(read_decisions(HERE / name)), _expected(name)
    assert book.problems == ()
    assert book.log.head == expected["log_head"]
    assert {each.name: each.record.digest for each in book.filed} == expected["records"]
    signers = {each.name: [found.signing.by for found in each.signatures] for each in book.filed}
    assert signers == expected["signers"]
    subjects = {each.record.subject.identity for each in book.filed if isinstance(each.record, Validity)}
    assert subjects == {expected["subject"]}
    assert {type(each.record) for each in book.filed} >= {Decision, Waiver}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_the_gate_said_still_reads(name: str) -> None:
    """The stored result is in the form that this version reads, and names what it named."""
    said = parse_gate((HERE / f"{name}.gate.json").read_bytes(), name=name)
    assert said.digest == _expected(name)["gate"]
    assert said.bottom == "open"
    assert said.log_head == _expected(name)["log_head"]
