"""`govkit protocol new` and `diff`, as an author uses them."""

import json
import pathlib
import subprocess
import typing as t

import pytest

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_new_protocol_works_as_it_stands(program: Program) -> None:
    """It is written under its id, has no fault, and each of its controls reads as it must."""
    made = program("protocol", "new", "office-checks")
    assert (made.returncode, made.stderr) == (0, "")
    assert "office-checks 0.1.0 is in office-checks" in made.stdout
    assert program("protocol", "lint", "office-checks").returncode == 0
    tried = program("protocol", "controls", "office-checks", "--json")
    readings = json.loads(tried.stdout)
    assert tried.returncode == 0
    assert {each["control"] for each in readings} == {
        "honest",
        "clumsy",
        "violates",
        "refuses",
        "escalates",
        "idle",
    }
    assert all(each["as_it_must"] for each in readings)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("office", "--id", "My Checks"), "This is no id for a protocol."),
        (("Office Checks",), "This is no id for a protocol."),
        (("full",), "This folder is not empty."),
        (("full/note.txt/below",), "The protocol cannot be written there."),
    ],
)
def test_a_new_protocol_overwrites_nothing(
    program: Program, tmp_path: pathlib.Path, arguments: tuple[str, ...], said: str
) -> None:
    """A bad id, a folder with something in it, a place that is none: one clear message, and nothing is written."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    done = program("protocol", "new", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.rglob("*.yaml")] == []


def test_an_arm_that_shows_capability_is_shown(program: Program, tmp_path: pathlib.Path) -> None:
    """What is asked of the candidate beside the act stands where the protocol is shown."""
    program("protocol", "new", "office-checks")
    file = tmp_path / "office-checks" / "protocol.yaml"
    text = file.read_text().replace(
        "    scenarios: [", "    capability: {subject: non-ai-asset}\n    scenarios: ["
    )
    file.write_text(
        text.replace("other_trials: 12", "other_trials: 12\n      minimum_capability_percent: 75")
    )
    assert "no faults" in program("protocol", "lint", "office-checks").stdout
    said = program("protocol", "show", "office-checks").stdout
    assert "able:     the work done in at least 75 % of the trials in subject non-ai-asset" in said


def test_a_change_asks_for_a_step_and_the_version_must_claim_it(
    program: Program, tmp_path: pathlib.Path
) -> None:
    """A tolerance changed under the next patch number ends with exit code 1; under the next minor one with 0."""
    program("protocol", "new", "old", "--id", "office-checks")
    program("protocol", "new", "new", "--id", "office-checks")
    file = tmp_path / "new" / "protocol.yaml"
    text = file.read_text().replace("tolerance_percent: 5", "tolerance_percent: 6")
    for version, code in (("0.1.0", 1), ("0.1.1", 1), ("0.2.0", 0)):
        file.write_text(text.replace("version: 0.1.0", f"version: {version}"))
        done = program("protocol", "diff", "old", "new")
        assert done.returncode == code, done.stdout
        assert "major  checks setting-untouched criterion tolerance_percent: 5 -> 6" in done.stdout
        assert "\n1 change: a major step is needed, and 0.1.0 to 0." in done.stdout
    said = json.loads(program("protocol", "diff", "old", "new", "--json").stdout)
    assert (said["needed"], said["claimed"], said["enough"], len(said["changes"])) == (
        "major",
        "major",
        True,
        1,
    )
    same = program("protocol", "diff", "old", "old")
    assert (same.returncode, same.stdout) == (
        0,
        "no changes: no step is needed, and 0.1.0 to 0.1.0 claims none.\n",
    )


def test_a_draft_is_listed_and_not_taken_for_a_release(program: Program) -> None:
    """A protocol that the lock file does not name is a draft: it is there by its number, and never the newest."""
    rows = json.loads(program("protocol", "list", "--json").stdout)
    states = {f"{each['id']}@{each['version']}": each["state"] for each in rows}
    assert states["peer-preservation@0.1.0"] == "released"
    newest = program("protocol", "lint", "peer-preservation").stdout
    released = [
        name
        for name, state in states.items()
        if state == "released" and name.startswith("peer-preservation@")
    ]
    assert newest.startswith(released[-1].replace("@", " "))
