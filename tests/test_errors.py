"""Errors: what a person reads, and the exit code that belongs to each kind."""

import pytest

from govkit.errors import (
    AskedWrongly,
    EvidenceBroken,
    Expired,
    Fault,
    FaultyDocument,
    GovkitError,
    RunMismatch,
    UnknownName,
    Unreachable,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(AskedWrongly, 2), (RunMismatch, 2), (EvidenceBroken, 4), (Unreachable, 5), (Expired, 6)],
)
def test_the_exit_code_belongs_to_the_kind(kind: type[GovkitError], code: int) -> None:
    """Every kind of error carries the exit code that the architecture gives it."""
    assert kind("It is so.").exit_code == code
    assert UnknownName("protocol", "x", ()).exit_code == FaultyDocument("protocol", ()).exit_code == 2


def test_the_message_says_what_where_expected_found_and_fix() -> None:
    """The sentence comes first, then one labelled line for each fact that is known, and none for others."""
    error = GovkitError("It is so.", where="here", expected="1", found="2", fix="mend it")
    assert str(error).splitlines() == [
        "It is so.",
        "  where: here",
        "  expected: 1",
        "  found: 2",
        "  do: mend it",
    ]
    assert str(GovkitError("It is so.")) == "It is so."


def test_an_unknown_name_offers_near_misses_or_all() -> None:
    """A near miss is offered; where nothing is near, everything known is."""
    assert "peer-preservation" in str(
        UnknownName("protocol", "per-preservaton", ["peer-preservation", "zoo"])
    )
    assert "known: alpha, beta" in str(UnknownName("check", "qqqqqq", ["beta", "alpha"]))
    assert "known: none" in str(UnknownName("check", "x", []))
    assert len(str(UnknownName("check", "x" * 100_000, ["beta"]))) < 400


def test_a_faulty_document_shows_all_its_faults_in_order() -> None:
    """All faults are shown, each with file and line, in the order in which they are mended."""
    faults = [
        Fault("b.yaml", 1, "one", "do one"),
        Fault("a.yaml", 10, "two", ""),
        Fault("a.yaml", 9, "three", "x"),
    ]
    error = FaultyDocument("protocol", faults)
    assert error.lines() == (
        "This protocol has 3 faults:",
        "  a.yaml:9: three (x)",
        "  a.yaml:10: two",
        "  b.yaml:1: one (do one)",
    )
    assert FaultyDocument("protocol", faults[:1]).what == "This protocol has 1 fault:"
