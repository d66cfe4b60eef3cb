import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.register", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.mark.slow
def test_the_quick_benchmark_fills_its_table_in_flat_memory() -> None:
    """It still runs, every row is a number, and ten times the runs do not take a fifth more memory to read."""
    done = _run("--quick")
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^\| (.+?) \| (\d[^|]*) \|", done.stdout, re.MULTILINE))
    assert len(rows) == 9
    assert float(rows["the larger over the smaller"]) < 1.2


def test_figures_of_the_quick_version_are_not_written() -> None:
    """Figures that mean nothing never reach the document."""
    done = _run("--quick", "--write")
    assert done.returncode == 2
    assert "not written" in done.stderr


def test_the_document_holds_a_measured_table() -> None:
    """docs/register.md carries a table between the marks, with the figures that are promised."""
    text = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
    _, begin, rest = text.partition("<!-- measured: begin -->")
    table, end, _ = rest.partition("<!-- measured: end -->")
    assert begin
    assert end
    assert re.search(r"^\| `govkit register`, nothing changed \| \d", table, re.MULTILINE)
    assert "reading 10,000 runs" in table
