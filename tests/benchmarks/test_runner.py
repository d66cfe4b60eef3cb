import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
RUNNER = ROOT / "benchmarks" / "runner.py"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_quick_benchmark_fills_its_table() -> None:
    """The benchmark still runs, both systems send the same requests, and each promised figure is a number."""
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--quick"], capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", done.stdout, re.MULTILINE))
    for promised in (
        "CPU per call of `govkit run` over a bare litellm loop",
        "trials per second",
        "tool calls replayed a second",
        "start-up of `govkit --help`",
    ):
        found = [value for name, value in rows.items() if name.startswith(promised)]
        assert len(found) == 1, promised
        assert re.match(r"-?\d", found[0]), found


def test_figures_of_the_quick_version_are_not_written() -> None:
    """Figures that mean nothing never reach the document."""
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--quick", "--write"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "not written" in done.stderr


def test_the_document_holds_a_measured_table() -> None:
    """docs/benchmarks.md carries a table between the marks that the runner writes to."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    _, begin, rest = text.partition("<!-- measured: begin -->")
    table, end, _ = rest.partition("<!-- measured: end -->")
    assert begin
    assert end
    assert "| CPU per call of `govkit run` over a bare litellm loop" in table
