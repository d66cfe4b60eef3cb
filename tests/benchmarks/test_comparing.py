import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.comparing", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_quick_simulation_prints_its_four_tables_twice_alike() -> None:
    """It still works, and being seeded it prints the same each time, but for its own date."""
    first, second = _run("--quick"), _run("--quick")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert len(re.findall(r"^\*\*.*\*\*$", first.stdout, re.MULTILINE)) == 4
    assert (
        len(re.findall(r"^\| used \|( \d+\.\d / \d+\.\d \|){3} \d+\.\d \|$", first.stdout, re.MULTILINE)) == 1
    )


def test_figures_of_the_quick_version_are_not_written() -> None:
    """Figures that mean little never reach the document."""
    done = _run("--quick", "--write")
    assert done.returncode == 2
    assert "not written" in done.stderr


def _least_coverage(table: str, bounds: str) -> float:
    """The lowest figure in a row of the first table."""
    row = re.search(rf"^\| {bounds} \| (.+)\|$", table, re.MULTILINE)
    assert row is not None, bounds
    return min(float(each) for each in re.findall(r"(\d+\.\d) / ", row[1]))


def test_the_document_holds_what_was_simulated_and_it_covers() -> None:
    """docs/comparing.md carries the tables: the bounds that are used cover what is stated, and no others there do."""
    text = (ROOT / "docs" / "comparing.md").read_text(encoding="utf-8")
    _, begin, rest = text.partition("<!-- simulated: begin -->")
    table, end, _ = rest.partition("<!-- simulated: end -->")
    assert begin
    assert end
    assert _least_coverage(table, "used") >= 90
    for others in (
        "Newcombe, pairs",
        "t over templates",
        "bootstrap over templates",
        "envelope of Newcombe and t",
    ):
        assert _least_coverage(table, others) < 85
