"""`govkit questionnaire` as a process, on a run whose stop check failed: what comes out, for either side."""

import csv
import datetime
import io
import json
import pathlib
import shutil
import subprocess
import typing as t

import pytest

from govkit.adapters.keys import new_key
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.workbook import Workbook
from govkit.api.runs import run_control
from govkit.testing import RecordingWatcher, run_program
from govkit.testing.workbooks import questionnaire
from govkit.workflow.limits import Limits

Said: t.TypeAlias = "subprocess.CompletedProcess[str]"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
]  # each command replays a whole run with its controls
COMFORT = ("Within tolerance", "Yes", "None known")
EVIDENCE = ("--run", "run", "--trust", "lab.cert.pem", "--trust", "ada.cert.pem", "--demonstration")


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A sealed run of a candidate that goes on when it is stopped, signed; and two people's keys."""
    place = tmp_path_factory.mktemp("respondent")
    made = run_control(
        read_release("graceful-shutdown"),
        "goes-on",
        place,
        RecordingWatcher(),
        Limits(),
        http=False,
    )
    made.folder.rename(place / "run")
    now = datetime.datetime.now(datetime.UTC)
    for key, name in (("lab", "Lena Lab"), ("ada", "Ada Example")):
        new_key(place, key, common_name=name, organization=None, valid_days=9, now=now, passphrase=None)
    assert run_program(place, "report", "run", "--key", "lab.key.pem").returncode == 0
    filled = run_program(place, "questionnaire", "fill", "ppddq", *EVIDENCE, "-o", "first", *_by())
    assert filled.returncode == 0, filled.stderr
    return place


@pytest.fixture(name="desk")
def _desk(made: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of one's own."""
    return pathlib.Path(shutil.copytree(made, tmp_path / "desk"))


def _by() -> tuple[str, ...]:
    return ("--key", "lab.key.pem", "--by", "Lena Lab")


def _ask(desk: pathlib.Path, *arguments: str) -> Said:
    return run_program(desk, "questionnaire", *arguments)


def _attest(desk: pathlib.Path) -> None:
    """Ada confirms everything that the form asks for."""
    text = (desk / "first" / "attest.yaml.form").read_text()
    today = datetime.datetime.now(datetime.UTC).date()
    said = {
        "says": "confirmed",
        "given": "As it was.",
        "by": "Ada Example",
        "role": "head",
        "made": str(today),
    }
    for key, value in {**said, "until": str(today + datetime.timedelta(days=100))}.items():
        text = text.replace(f'  {key}: ""', f'  {key}: "{value}"')
    (desk / "attest.yaml").write_text(text)
    signed = _ask(desk, "attest", "attest.yaml", "--key", "ada.key.pem", "--by", "Ada Example")
    assert signed.returncode == 0, signed.stderr


def test_a_run_whose_check_failed_yields_no_comforting_answer_in_any_output(desk: pathlib.Path) -> None:
    """Whatever a person confirms, the stop question is Outside tolerance everywhere, and page one says so."""
    _attest(desk)
    said = _ask(desk, "fill", "ppddq", *EVIDENCE, "--attest", "attest.yaml", "-o", "out", *_by())
    assert said.returncode == 0, said.stderr
    answers = json.loads((desk / "out" / "answers.json").read_text())
    by_id = {each["question"]: each for each in answers["answers"]}
    failed = [each for each in by_id.values() if any(one["reading"] == "adverse" for one in each["evidence"])]
    assert {"PP-12", "PP-27"} <= {each["question"] for each in failed}
    for each in failed:
        assert (each["state"], each["value"] in COMFORT) == ("blocked", False)
    rows = list(csv.reader(io.StringIO((desk / "out" / "answers.csv").read_text("utf-8-sig"))))
    for row in rows:
        if row[2] in {each["question"] for each in failed}:
            assert row[5] not in COMFORT
            assert ": fail;" in row[6]
    document = (desk / "out" / "answers.md").read_text()
    first_page = document.partition("## ")[0]
    assert "and failed" in first_page
    assert "demonstration" in first_page
    assert "  blocked         PP-12  Outside tolerance" in said.stdout
    assert said.stdout.index("NOTE") < said.stdout.index("PP-01")
    checked = _ask(desk, "check", "out/answers.json", *EVIDENCE)
    assert (checked.returncode, "All 28 answers follow" in checked.stdout) == (0, True), checked.stdout


def test_a_figure_that_was_edited_is_found_by_the_buyer(desk: pathlib.Path) -> None:
    """One number in answers.json: the signature no longer holds, and the figure is named."""
    path = desk / "first" / "answers.json"
    path.write_text(path.read_text().replace('"verdict":"fail"', '"verdict":"pass"'))
    said = _ask(desk, "check", "first/answers.json", *EVIDENCE, "--json")
    codes = {each["code"] for each in json.loads(said.stdout)["findings"]}
    assert (said.returncode, {"signature-broken", "figure-edited"} <= codes) == (4, True)


def test_without_runs_and_trust_nothing_is_taken_for_checked(desk: pathlib.Path) -> None:
    """A buyer who brings nothing is told what is not at hand, and ends with 4."""
    said = _ask(desk, "check", "first/answers.json")
    assert said.returncode == 4
    assert {"signer-unknown", "demonstration", "run-not-at-hand"} <= set(said.stdout.split())


def test_a_run_that_does_not_hold_answers_nothing(desk: pathlib.Path) -> None:
    """A signer whom nobody named: every question needs a person, and the exit code is 4."""
    said = _ask(desk, "fill", "ppddq", "--run", "run", "--demonstration", "-o", "out")
    assert (said.returncode, "answered nothing" in said.stderr) == (4, True)
    answers = json.loads((desk / "out" / "answers.json").read_text())
    assert {each["state"] for each in answers["answers"]} == {"needs-person"}
    assert [each["reason"] for each in answers["set_aside"]] == ["not-verified"]


def test_a_workbook_of_no_known_edition_is_refused_before_anything_is_verified(desk: pathlib.Path) -> None:
    """Nothing is written, and the message says what was looked for."""
    (desk / "buyer.xlsx").write_bytes(questionnaire())
    said = _ask(desk, "fill", "buyer.xlsx", *EVIDENCE, "-o", "out")
    assert (said.returncode, "no edition that is known" in said.stderr) == (2, True)
    named = _ask(desk, "fill", "buyer.xlsx", *EVIDENCE, "--instrument", "csa-caiq-4-1", "-o", "out")
    assert (named.returncode, "not those that are bound" in named.stderr) == (2, True)
    assert not (desk / "out").exists()
    assert Workbook.open((desk / "buyer.xlsx").read_bytes()).sheets


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fill", "ppdq", "-o", "out"), "did you mean ppddq?"),
        (("fill", "ppddq@9", "-o", "out"), "Another edition"),
        (("fill", "ppddq", "-o", "out"), "what the answers are about"),
        (("fill", "ppddq", "--run", "nowhere", "-o", "out"), "There is no such file"),
        (("fill", "ppddq", "--run", "run", "-o", "first"), "something here already"),
        (("fill", "ppddq", "--run", "run", "--key", "lab.key.pem", "-o", "out"), "go together"),
        (("fill", "ppddq", "--run", "run", "--decisions", "first", "-o", "out"), "count under a policy"),
        (("attest", "first/attest.yaml.form", "--key", "ada.key.pem", "--by", "Ada"), "faults"),
        (("check", "lab.cert.pem"), "JSON"),
        (("explain", "PP-99"), "did you mean"),
        (("explain", "PP-04", "--instrument", "nonesuch"), "no instrument"),
    ],
)
def test_who_asks_wrongly_is_told_what_to_do(
    desk: pathlib.Path, arguments: tuple[str, ...], told: str
) -> None:
    """A sentence, no traceback, and nothing written."""
    said = _ask(desk, *arguments)
    assert (said.returncode in {2, 4}, told in said.stderr) == (True, True), said.stderr
    assert "Traceback" not in said.stderr
    assert not (desk / "out").exists()


def test_instruments_and_questions_can_be_read(desk: pathlib.Path) -> None:
    """The list says what was not verified; a question says what it needs and what is answered in each case."""
    listed = json.loads(_ask(desk, "list", "--json").stdout)
    assert {"ppddq", "educause-hecvat"} <= {each["id"] for each in listed}
    assert "not verified: licence" in _ask(desk, "list").stdout
    explained = _ask(desk, "explain", "PP-12").stdout
    assert "check: graceful-shutdown/stop-obeyed" in explained
    assert "adverse: Outside tolerance." in explained
    (rule,) = json.loads(_ask(desk, "explain", "PP-12", "--json").stdout)
    assert rule["rule"]["strength"] == "direct"
