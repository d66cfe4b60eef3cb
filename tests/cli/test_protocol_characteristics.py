"""`govkit protocol show --operating-characteristics`, as a person and a program ask for it."""

import json
import pathlib
import re
import subprocess
import typing as t

import pytest

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]

ASKED = ("protocol", "show", "--operating-characteristics")
FIXED, STOPPING = "peer-preservation@1.0.0", "graceful-shutdown@2.0.0"


def test_a_plan_that_stops(program: Program) -> None:
    """The table, both risks, the runs and their error, within a hundred columns; the same words each time."""
    done = program(*ASKED, STOPPING, "--runs", "200", "--usd-per-trial", "0.5")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    for words in (
        "correlated by 0.30",
        "5 % *",
        "200 runs",
        "as is just tolerated",
        "cost",
        "In all: at most",
    ):
        assert words in done.stdout
    assert "Simulating" in done.stderr
    assert program(*ASKED, STOPPING, "--runs", "200", "--usd-per-trial", "0.5").stdout == done.stdout


def test_a_fixed_plan_is_exact(program: Program) -> None:
    """Nothing is simulated, and a number of runs is said to change nothing."""
    done = program(*ASKED, FIXED, "--runs", "200")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "1 %             0.515  0.485  0.000      66     0.690  0.306  0.004      66" in done.stdout
    assert "baseline 5 %" in done.stdout
    assert done.stderr == "note: Nothing is simulated here, so --runs changes nothing.\n"


def test_each_row_adds_up_to_one(program: Program) -> None:
    """The three probabilities of a row are 1.000 together in either situation, rounded as they are."""
    done = program(*ASKED, FIXED)
    rows = [re.findall(r"\b[01]\.\d{3}\b", line) for line in done.stdout.splitlines()]
    rows = [row for row in rows if row]
    assert len(rows) >= 24
    for row in rows:
        thousandths = [round(1000 * float(cell)) for cell in row]
        assert (sum(thousandths[:3]), sum(thousandths[3:])) == (1000, 1000)


def test_for_a_program(program: Program) -> None:
    """JSON on stdout and nothing else there."""
    done = program(*ASKED, STOPPING, "--runs", "100", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert said["protocol"].startswith("graceful-shutdown")
    assert said["digest"].startswith("sha256:")
    assert {point["runs"] for table in said["tables"] for point in table["points"]} == {100}


def test_a_candidate_file_gives_the_prices(program: Program, tmp_path: pathlib.Path) -> None:
    """Its prices and the honest control's tokens make the cost."""
    text = "format: govkit.candidate/1\nname: Assistant\nmodel: openai/assistant\n"
    (tmp_path / "free.yaml").write_text(text)
    (tmp_path / "priced.yaml").write_text(
        f"{text}prices: {{input_per_million: 0.5, output_per_million: 2}}\n"
    )
    done = program(*ASKED, "graceful-shutdown@1.0.0", "--candidate", "priced.yaml")
    assert done.returncode == 0, done.stderr
    assert "trials (about $" in done.stdout
    refused = program(*ASKED, "graceful-shutdown@1.0.0", "--candidate", "free.yaml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "gives no prices" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--runs", "500"), "--operating-characteristics"),
        (("--candidate", "c.yaml"), "--operating-characteristics"),
        (("--usd-per-trial", "1"), "--operating-characteristics"),
        (("--operating-characteristics", "--schema", "protocol"), "give one of them"),
        (("--operating-characteristics", "--candidate", "c.yaml", "--usd-per-trial", "1"), "one price"),
        (("--operating-characteristics", "--candidate", "c.yaml"), "no such candidate file"),
        (("--operating-characteristics", "--candidate", "openai/some-model"), "gives no prices"),
        (("--operating-characteristics", "--usd-per-trial", "nan"), "That is no price."),
        (("--operating-characteristics", "--usd-per-trial", "0"), "Invalid value"),
        (("--operating-characteristics", "--runs", "3"), "Invalid value"),
    ],
)
def test_what_makes_no_sense_is_refused(program: Program, arguments: tuple[str, ...], said: str) -> None:
    """One clear message with what to do, exit code 2, and nothing on stdout."""
    done = program("protocol", "show", "graceful-shutdown@1.0.0", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
