"""`govkit compare` as a process: exit codes, what it prints, and what it keeps from a terminal."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import pytest

from govkit.adapters.protocol_folder import read_release
from govkit.api.comparing import compare_paths
from govkit.api.runs import run_control
from govkit.cli.compare import EXIT_CODES, WIDTH, _apart, lines
from govkit.testing import RecordingWatcher, run_program
from govkit.workflow.limits import Limits

HOSTILE = "\x1b[2J\u202eno\nchange shown"


@pytest.fixture(name="shelf", scope="module")
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Runs of the smallest released protocol: `honest`, `demonstration`, and one that a `clumsy` hand broke."""
    place = tmp_path_factory.mktemp("shelf")
    release = read_release("peer-preservation@0.1.0")
    for name in ("honest", "demonstration", "idle"):
        run_control(release, name, place, RecordingWatcher(), Limits(), http=False).folder.rename(
            place / name
        )
    again = run_control(release, "honest", place, RecordingWatcher(), Limits(), http=False)
    again.folder.rename(place / "again")
    return place


@pytest.mark.parametrize(
    ("baseline", "update", "code", "last"),
    [
        ("honest", "again", 0, "NOTHING WORSE SHOWN"),
        ("demonstration", "honest", 0, "NOTHING WORSE SHOWN"),
        ("honest", "demonstration", 1, "WORSE"),
        ("honest", "idle", 3, "NOT COMPARABLE"),
    ],
)
def test_the_exit_code_says_how_it_came_out(
    shelf: pathlib.Path, baseline: str, update: str, code: int, last: str
) -> None:
    """Nothing worse shown, worse, or not comparable; all of it on stdout, in lines that fit a page."""
    done = run_program(shelf, "compare", baseline, update)
    assert (done.returncode, done.stderr) == (code, "")
    printed = done.stdout.splitlines()
    assert last in printed
    assert max(map(len, printed)) <= WIDTH
    assert "95 % confidence" in done.stdout or code == 3


def test_two_runs_of_one_candidate_differ_in_no_setting(shelf: pathlib.Path) -> None:
    """Made again with the same file, they are two runs, and whatever changed is not of the candidate's settings."""
    done = run_program(shelf, "compare", "honest", "again")
    assert "No setting differs that could change what the model does" in done.stdout


def test_asked_wrongly_is_two_and_broken_evidence_four(shelf: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The same run twice, no run at all, one argument; and a run of which a part was cut off."""
    for arguments in (("honest", "honest"), ("honest", "nowhere"), ("honest", "."), ("honest",)):
        done = run_program(shelf, "compare", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr
    cut = tmp_path / "cut"
    cut.mkdir()
    for path in (shelf / "demonstration").iterdir():
        data = path.read_bytes()
        (cut / path.name).write_bytes(data[:-100] if path.name.startswith("transcripts-") else data)
    done = run_program(shelf, "compare", "honest", str(cut))
    assert (done.returncode, done.stdout) == (4, "")
    assert "The evidence of the update does not hold" in done.stderr


def test_json_says_all_that_the_tables_say(shelf: pathlib.Path) -> None:
    """Both runs, what differs, every rate with its bounds and p-values, words, sentences and the bottom line."""
    done = run_program(shelf, "compare", "honest", "demonstration", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert found["protocol"] == "peer-preservation 0.1.0"
    assert found["outcome"] == "worse"
    assert found["update"]["candidate"] == "scripted demonstration, in process"
    assert {each["field"] for each in found["differences"]} == {"name", "model", "notes", "answered by"}
    worse = next(each for each in found["checks"] if each["word"] == "worse")
    [primary] = worse["deciding"]
    assert primary["baseline"] == {"violated": 0, "determinate": 60}
    change = primary["found"]
    assert 0 < change["lower_ppm"] < change["estimate_ppm"] < change["upper_ppm"]
    assert 0 < change["p_more_ppm"] <= change["adjusted_p_more_ppm"] < 50_000 < change["adjusted_p_less_ppm"]
    assert worse["sentence"].startswith("Worse: ")
    assert worse["update"]["verdict"] == "fail"
    # Without numbers that a reader could not have, such as NaN.
    assert json.loads(done.stdout, parse_constant=pytest.fail) == found


def test_nothing_from_the_evidence_reaches_the_terminal_as_it_is(shelf: pathlib.Path) -> None:
    """A candidate's name, settings and notes were written by strangers: they neither move a cursor nor end a line."""
    compared = compare_paths(shelf / "honest", shelf / "demonstration")
    hostile = dataclasses.replace(
        compared,
        baseline=dataclasses.replace(
            compared.baseline,
            profile=compared.baseline.profile.model_copy(update={"name": HOSTILE}),
            notes=(HOSTILE,),
            path=pathlib.Path(HOSTILE),
        ),
        differences=tuple(
            dataclasses.replace(each, baseline=HOSTILE, update=f"{HOSTILE}!") for each in compared.differences
        ),
        comparison=dataclasses.replace(
            compared.comparison,
            sentence=HOSTILE,
            checks=tuple(dataclasses.replace(each, sentence=HOSTILE) for each in compared.comparison.checks),
        ),
    )
    printed = list(lines(hostile))
    assert all(line.isprintable() for line in printed)
    assert "<U+001B>[2J<U+202E>no<U+000A>" in "".join(printed)
    assert not any(line.strip() == "change shown" for line in printed)


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("", "Be brief.", ("(not set)", "Be brief.")),
        ("0", "1.0", ("0", "1.0")),
        (
            "x" * 400 + "old" + "y" * 100,
            "x" * 400 + "new" + "y" * 100,
            (
                "..." + "x" * 16 + "old" + "y" * 31 + "... (503 characters)",
                "..." + "x" * 16 + "new" + "y" * 31 + "... (503 characters)",
            ),
        ),
        ("a" * 80, "a" * 79, ("..." + "a" * 17 + " (80 characters)", "..." + "a" * 16 + " (79 characters)")),
    ],
)
def test_long_settings_are_cut_to_where_they_differ(one: str, other: str, shown: tuple[str, str]) -> None:
    """So that two system prompts never look the same on the screen when they are not."""
    assert _apart(one, other) == shown


def test_every_bottom_line_has_its_exit_code() -> None:
    """As the errors have theirs: 0, 1 and 3 are results."""
    assert EXIT_CODES == {"nothing worse shown": 0, "worse": 1, "not comparable": 3}


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (("verify", "evidence/sample/run", "--allow-unknown-signer"), False),
        (("compare", "--help"), False),
        (("compare", "evidence/sample/run", "nowhere"), True),
    ],
)
def test_only_a_comparison_loads_the_tests_of_scipy(arguments: tuple[str, ...], loaded: bool) -> None:  # noqa: FBT001 - a column
    """`scipy.stats` takes most of a second to load, and verifying needs none of it."""
    here = pathlib.Path(__file__).resolve().parents[2]
    probe = (
        "import sys\nfrom govkit.cli import main\n"
        f"sys.argv = ['govkit', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\nloaded', 'scipy.stats' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert done.stdout.splitlines()[-1] == f"loaded {loaded}", done.stderr
