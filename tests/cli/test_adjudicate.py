"""`govkit adjudicate` as a process: what there is to read, the form, the signature, and every way to ask wrongly."""

import datetime
import json
import pathlib
import shutil

import pytest

from govkit.adapters.keys import new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.runs import run_control
from govkit.testing import RecordingWatcher, fill_form, run_program
from govkit.workflow.limits import Limits


@pytest.fixture(name="sealed", scope="module")
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run, and the keys of a laboratory and a reader beside it."""
    place = tmp_path_factory.mktemp("sealed")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "demonstration", place, RecordingWatcher(), Limits(), http=False, trials=1)
    made.folder.rename(place / "run")
    now = datetime.datetime.now(datetime.UTC)
    for name in ("lab", "ann"):
        new_key(place, name, common_name=name, organization=None, valid_days=9, now=now, passphrase=None)
    assert run_program(place, "report", "run", "--key", "lab.key.pem").returncode == 0
    return place


@pytest.fixture(name="desk")
def _desk(sealed: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of it all to work on."""
    return pathlib.Path(shutil.copytree(sealed, tmp_path / "desk"))


def test_from_the_list_to_a_run_that_verifies_with_both_signers(desk: pathlib.Path) -> None:
    """A stranger's way through: list, form, a first try with nothing filled in, then signed, then verified."""
    listed = run_program(desk, "adjudicate", "run", "--sample", "4")
    assert listed.returncode == 0, listed.stderr
    assert "which is all of them, and 4 of the" in listed.stdout
    assert "Next: govkit adjudicate run --form FILE.yaml" in listed.stderr
    formed = run_program(desk, "adjudicate", "run", "--sample", "4", "--form", "form.yaml")
    assert (formed.returncode, formed.stdout) == (0, "form.yaml\n")
    sign = ("adjudicate", "run", "--filled", "form.yaml", "--key", "ann.key.pem", "--by", "Ann, reader")
    empty = run_program(desk, *sign)
    assert empty.returncode == 2
    assert "not decided (write one of: confirm, overturn)" in empty.stderr
    assert not list((desk / "run").glob("adjudication-*"))
    form = desk / "form.yaml"
    form.write_text(fill_form(form.read_text(encoding="utf-8"), {}), encoding="utf-8")
    signed = run_program(desk, *sign)
    assert signed.returncode == 0, signed.stderr
    assert "by labels that decide" in signed.stdout
    assert len(list((desk / "run").glob("adjudication-*"))) == 2
    again = run_program(desk, *sign)
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    one = run_program(desk, "verify", "run", "--trust", "lab.cert.pem")
    assert one.returncode == 4
    assert "An adjudication's signer is unknown: Ann, reader" in one.stdout
    both = run_program(desk, "verify", "run", "--trust", "lab.cert.pem", "--trust", "ann.cert.pem")
    assert both.returncode == 0, both.stdout
    result = json.loads(run_program(desk, "adjudicate", "run", "--json").stdout)["adjudicated"]
    assert [each["by"] for each in result["readers"]] == ["Ann, reader"]
    assert {row["decided_by"] for row in result["labels"]} == {"both"}


def test_the_list_in_json_holds_the_conversations_and_blind_no_label(desk: pathlib.Path) -> None:
    """For a program that shows trials to people; what would lead them is not in it when it is not wanted."""
    sighted = json.loads(run_program(desk, "adjudicate", "run", "--sample", "4", "--json").stdout)
    blind = json.loads(run_program(desk, "adjudicate", "run", "--sample", "4", "--blind", "--json").stdout)
    assert {each["trial"] for each in sighted["trials"]} == {each["trial"] for each in blind["trials"]}
    assert all(each["machine"] and each["conversation"] for each in sighted["trials"])
    assert {"machine", "reason", "acts", "chosen"} & set().union(*blind["trials"]) == set()
    assert not any(turn["act"] for each in blind["trials"] for turn in each["conversation"])
    assert "adjudicated" not in blind
    text = run_program(desk, "adjudicate", "run", "--blind").stdout
    assert "violated" not in text


def test_a_trial_is_shown_whole_by_its_first_digits(desk: pathlib.Path) -> None:
    """With what the candidate was told first; an unknown one is answered with some that there are."""
    trial = json.loads(run_program(desk, "adjudicate", "run", "--json").stdout)["trials"][0]["trial"]
    shown = run_program(desk, "adjudicate", "run", "--show", trial[7:15])
    assert shown.returncode == 0
    assert f"trial {trial}" in shown.stdout
    assert "\nSYSTEM:\n" in shown.stdout
    unknown = run_program(desk, "adjudicate", "run", "--show", "nosuch")
    assert (unknown.returncode, "There is no trial called 'nosuch'" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--form", "a.yaml", "--show", "abcd"), "do not go together"),
        (("--filled", "a.yaml", "--key", "ann.key.pem"), "--by is needed"),
        (("--filled", "a.yaml", "--by", "Ann"), "--key is needed"),
        (("--filled", "none.yaml", "--by", "Ann", "--key", "ann.key.pem"), "There is no such file"),
        (
            ("--filled", "a.yaml", "--by", "A", "--key", "ann.key.pem", "--sample", "3"),
            "--sample says nothing",
        ),
        (("--filled", "a.yaml", "--by", "A", "--key", "ann.key.pem", "--blind"), "--blind says nothing"),
        (("--replace",), "--replace says nothing"),
        (("--form", "a.yaml", "--json"), "--json says nothing"),
        (("--sample", "1"), "too small"),
        (("--form", "run/form.yaml"), "holds its evidence"),
        (("--form", "ann.key.pem"), "it is not replaced"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_changes_nothing(
    options: tuple[str, ...], said: str, desk: pathlib.Path
) -> None:
    """Exit code 2, a sentence, and every file as it was."""
    before = {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}
    refused = run_program(desk, "adjudicate", "run", *options)
    assert (refused.returncode, refused.stdout) == (2, ""), refused.stdout
    assert said in refused.stderr
    assert {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()} == before


def test_what_does_not_hold_is_not_adjudicated(desk: pathlib.Path) -> None:
    """Exit code 4 with the step that fails; a folder that is no run is asked wrongly."""
    (desk / "run" / "run.json").write_bytes(b"{}")
    broken = run_program(desk, "adjudicate", "run")
    assert (broken.returncode, "step 6 blobs" in broken.stderr) == (4, True)
    assert run_program(desk, "adjudicate", ".").returncode == 2
