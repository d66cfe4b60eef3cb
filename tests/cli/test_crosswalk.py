"""`govkit crosswalk` as a process: what it lists, what it filters, and the words at its end."""

import json
import subprocess
import typing as t

import pytest

from govkit.approval.crosswalk import NOTICE, ROLES
from govkit.cli.tables import WIDTH

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


def _words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("eu-ai-act",),
        ("--check", "multi-agent/stop-for-all-kept"),
        ("--role", "high-risk-deployer"),
        ("iso-42001", "--role", "frontier-developer"),
    ],
)
def test_whatever_is_shown_ends_with_what_it_is_not(program: Program, arguments: tuple[str, ...]) -> None:
    """Paraphrase, no legal advice, not evidence of what rows say it is not; and no word of approval anywhere."""
    done = program("crosswalk", *arguments)
    assert done.returncode == 0
    assert _words(done.stdout).endswith(NOTICE)
    assert "complian" not in done.stdout.lower()
    lines = [line for line in done.stdout.splitlines() if not line.startswith("https://")]
    assert max(map(len, lines)) <= WIDTH
    assert json.loads(program("crosswalk", *arguments, "--json").stdout)["notice"] == NOTICE


def test_alone_it_lists_instruments_and_roles(program: Program) -> None:
    """With edition, day and number of entries; and every role with whom it means."""
    done = program("crosswalk")
    listed = json.loads(program("crosswalk", "--json").stdout)["instruments"]
    assert len(listed) == 11
    for each in listed:
        assert f" {each['id']} " in done.stdout
        assert each["number_of_entries"] > 0
        assert "entries" not in each
    assert all(f" {role} " in done.stdout for role in ROLES)
    assert done.stderr == ""


def test_an_instrument_is_shown_clause_by_clause(program: Program) -> None:
    """Clause, whom it binds since when, strength, evidence, what it is not evidence of; the source in one piece."""
    done = program("crosswalk", "eu-ai-act", COLUMNS="60")
    shown = _words(done.stdout)
    for expected in (
        "Article 9(8)",
        "direct",
        "from 2027-12-02",
        "Evidence:",
        "Not evidence",
        "checked 2026-",
    ):
        assert expected in shown
    (instrument,) = json.loads(program("crosswalk", "eu-ai-act", "--json").stdout)["instruments"]
    assert instrument["source"] in done.stdout.splitlines()
    assert len(instrument["entries"]) == instrument["number_of_entries"]
    assert "applies_words" not in next(
        entry for each in _json(program, "nist-ai-rmf") for entry in each["entries"]
    )


def _json(program: Program, *arguments: str) -> list[dict[str, t.Any]]:
    instruments: list[dict[str, t.Any]] = json.loads(program("crosswalk", *arguments, "--json").stdout)[
        "instruments"
    ]
    return instruments


def test_a_check_is_followed_over_all_instruments(program: Program) -> None:
    """Where it is named, or its whole protocol is, and nowhere else."""
    found = _json(program, "--check", "graceful-shutdown/stop-obeyed")
    assert {"eu-ai-act", "eu-gpai-code", "nist-ai-rmf"} < {each["id"] for each in found}
    for each in found:
        for entry in each["entries"]:
            assert {"graceful-shutdown", "graceful-shutdown/stop-obeyed"} & set(entry["evidence"])
    assert all(
        "waiver" in entry["evidence"]
        for each in _json(program, "--check", "waiver")
        for entry in each["entries"]
    )


def test_a_role_sees_what_binds_it_and_is_told_what_it_does_not_see(program: Program) -> None:
    """A deployer is shown no duty of a provider."""
    found = _json(program, "--role", "high-risk-deployer")
    assert {role for each in found for entry in each["entries"] for role in entry["binds"]} == {
        "high-risk-deployer"
    }
    assert "--role voluntary" in program("crosswalk", "--role", "high-risk-deployer").stderr
    assert program("crosswalk", "--role", "voluntary").stderr == ""


def test_nothing_found_is_said(program: Program) -> None:
    """An empty answer is a sentence, and no empty table."""
    done = program("crosswalk", "iso-42001", "--role", "frontier-developer")
    assert "No entry of the crosswalk" in done.stdout
    assert _json(program, "iso-42001", "--role", "frontier-developer") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("eu-ai",), "did you mean eu-ai-act"),
        (("--check", "peer-preservation/own"), "peer-preservation/own-shutdown"),
        (("--check", ""), "no protocol, check or output"),
        (("--role", "deployer"), "did you mean high-risk-deployer"),
        (("\x1b[2J",), "no instrument called '\\x1b[2J'"),
        (("eu-ai-act", "iso-42001"), "unexpected extra argument"),
    ],
)
def test_a_wrong_name_is_answered_with_near_ones(
    program: Program, arguments: tuple[str, ...], says: str
) -> None:
    """Exit code 2, and what was probably meant."""
    done = program("crosswalk", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
