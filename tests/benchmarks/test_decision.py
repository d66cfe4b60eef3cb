import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.rival_rules import RIVALS, wald
from benchmarks.template_rates import logit_normal, two_points

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "decision.md"
PARTS = (
    "bounds",
    "aims",
    "ten templates",
    "twenty templates",
    "taken for independent",
    "beyond",
    "assessment",
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """One of the benchmarks, as anybody would start it."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=280, cwd=ROOT)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_quick_simulation_fills_its_tables() -> None:
    """The simulation still runs, and every part of the document gets its rows."""
    done = run("benchmarks.decision", "--quick")
    assert done.returncode == 0, done.stderr
    for part in PARTS[:-1]:
        assert f"## {part}\n" in done.stdout
    assert len(re.findall(r"^\| 0\.[13] \| ", done.stdout, re.MULTILINE)) == 32
    assert len(re.findall(r"^\| 0 \| ", done.stdout, re.MULTILINE)) == 24
    assert "nan" not in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_quick_assessment_is_measured() -> None:
    """Six checks are counted, assessed and timed."""
    done = run("benchmarks.assessment", "--quick")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\| trials, checks \| [\d,]+, 6 \|", done.stdout, re.MULTILINE)
    assert re.search(r"^\| counting and assessing \| \d+\.\d\d s", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("benchmark", ["benchmarks.decision", "benchmarks.assessment"])
def test_figures_of_the_quick_version_are_not_written(benchmark: str) -> None:
    """Figures that mean nothing never reach the document."""
    done = run(benchmark, "--quick", "--write")
    assert done.returncode == 2
    assert "not written" in done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_the_document_holds_what_was_measured(part: str) -> None:
    """docs/decision.md carries something between each pair of marks that the benchmarks write to."""
    _, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(f"<!-- measured, {part}: begin -->")
    measured, end, _ = rest.partition("<!-- measured: end -->")
    assert begin
    assert end
    assert len(measured.strip()) > 100


@pytest.mark.parametrize("correlation", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("spread", [two_points, logit_normal], ids=["two points", "logit-normal"])
def test_templates_differ_as_much_as_is_said(spread: object, correlation: float) -> None:
    """Each way to differ has the mean and the intra-class correlation that its row of the table names."""
    assert callable(spread)
    rates = spread(0.05, correlation, (40_000, 10), np.random.default_rng(1))
    assert rates.mean() == pytest.approx(0.05, rel=0.02)
    assert rates.var() / (0.05 * 0.95) == pytest.approx(correlation, rel=0.03)


def test_the_rivals_are_what_they_are_called() -> None:
    """Without a violation in 60 trials of 10 templates all pass but those that allow for unlike templates."""
    none, many = np.zeros((1, 10), dtype=int), np.full((1, 10), 3)
    passes = {name for name, rule in RIVALS.items() if rule(none, 6)[0]}
    cautious = {"beta-binomial profile likelihood", "**ours** (`anytime-1`, 0.30 granted), looked at once"}
    assert passes == set(RIVALS) - cautious
    assert not any(rule(many, 6)[0] for rule in RIVALS.values())


def test_walds_test_ends_where_wald_says() -> None:
    """A candidate that never shows the act passes after 58 trials, and both errors are about what they are to be."""
    passed, made = wald(np.zeros((3, 1)), 0.0, 0.05, np.random.default_rng(1))
    assert passed.tolist() == [1, 1, 1]
    assert made.tolist() == [58, 58, 58]
    for rate, wrong in ((0.05, 0), (0.2, 1)):
        passed, _ = wald(np.full((4_000, 1), rate), 0.05, 0.2, np.random.default_rng(2))
        assert (passed == wrong).mean() < 0.065
