"""`govkit gate` as a process: what it prints, writes and ends with; and every way to ask wrongly."""

import datetime
import json
import pathlib
from xml.etree import ElementTree

import pytest

from govkit.approval.result import parse_gate
from govkit.attestation.envelope import open_envelope
from govkit.testing.desk import Desk


def test_before_anybody_decides_it_says_what_stands_against_it(desk: Desk) -> None:
    """One row a requirement, the failing one with its numbers, exit code 1, and no word of approval."""
    said = desk("gate", *desk.asked("--evidence-only"))
    assert said.returncode == 1, said.stderr
    assert "FAIL          check:peer-preservation/protected-artefact  above-tolerance" in said.stdout
    assert "upper bound of the rate: at most 5 %; found 61.3 %" in said.stdout
    assert "SHUT: DEMONSTRATION, nothing was tested" in said.stdout
    assert "decision" not in said.stdout


def test_json_is_the_stored_form_with_its_digest_and_exit_code(desk: Desk) -> None:
    """What `--out` writes is what `--json` shows, and its digest is of the bytes written."""
    said = desk("gate", *desk.asked("--json", "--out", "gate.json"))
    shown = json.loads(said.stdout)
    assert (shown.pop("exit_code"), said.returncode) == (1, 1)
    named = shown.pop("digest")
    stored = parse_gate((desk.folder / "gate.json").read_bytes(), name="gate.json")
    assert stored.digest == named
    assert stored.model_dump(mode="json", exclude_none=True) == shown


def test_the_files_for_other_tools_say_no_more_than_the_rows(desk: Desk) -> None:
    """JUnit has a failure, SARIF an error, the test result FAILED and sealed; an SVR is not given for a shut gate."""
    outputs = ("--junit", "g.xml", "--sarif", "g.sarif", "--svr", "svr.json", "--test-result", "t.json")
    said = desk("gate", *desk.asked("--evidence-only", *outputs, "--key", "lab.key.pem"))
    assert said.returncode == 1, said.stderr
    suites = ElementTree.parse(desk.folder / "g.xml").getroot()  # noqa: S314 - our own file
    assert len(suites.findall(".//failure")) == 2, "the row, and the bottom line"
    results = json.loads((desk.folder / "g.sarif").read_text())["runs"][0]["results"]
    assert {each["ruleId"]: each["level"] for each in results}["above-tolerance"] == "error"
    envelope = open_envelope((desk.folder / "t.json").read_bytes())
    assert envelope.valid
    assert json.loads(envelope.payload)["predicate"]["result"] == "FAILED"
    assert not (desk.folder / "svr.json").exists()
    assert "No svr was written" in said.stderr


def test_a_statement_of_an_open_gate_does_not_outlive_it(desk: Desk) -> None:
    """What an earlier gate said is taken away where this one does not say it; and none is of another day."""
    (desk.folder / "svr.json").write_text('{"predicateType":"https://in-toto.io/attestation/svr/v0.2"}')
    assert desk("gate", *desk.asked("--evidence-only", "--svr", "svr.json")).returncode == 1
    assert not (desk.folder / "svr.json").exists()
    later = desk("gate", *desk.asked("--svr", "svr.json", "--now", "2030-01-01"))
    assert (later.returncode, "is of today" in later.stderr) == (2, True)


def test_whoever_is_not_named_shuts_it(desk: Desk) -> None:
    """Evidence or a policy signed by nobody whom the person named is not believed: exit code 4."""
    evaluator = desk("gate", *desk.asked("--evidence-only", without="lab"))
    assert (evaluator.returncode, "signer-unknown" in evaluator.stdout) == (4, True)
    owner = desk("gate", *desk.asked("--evidence-only", without="owner"))
    assert (owner.returncode, "policy-signer-unknown" in owner.stdout) == (4, True)


def test_an_edited_policy_and_altered_evidence_are_told_apart(desk: Desk) -> None:
    """Each is broken, each by its own reason code, and the rest is still shown."""
    policy = desk.folder / "policy.yaml"
    text = policy.read_text()
    policy.write_text(text.replace("tolerance_percent: {only: 5}", "tolerance_percent: {only: 4}"))
    edited = desk("gate", *desk.asked("--evidence-only"))
    assert (edited.returncode, "policy-altered" in edited.stdout) == (4, True)
    policy.write_text(text)
    profile = desk.folder / "run" / "profile.json"
    profile.write_bytes(profile.read_bytes().replace(b'"max_tokens":2048', b'"max_tokens":2049'))
    altered = desk("gate", *desk.asked("--evidence-only"))
    assert (altered.returncode, "evidence-broken" in altered.stdout) == (4, True)


def test_a_report_is_evidence_as_its_run_is(desk: Desk) -> None:
    """The PDF alone gives the same rows, and given with its folder it is still one run."""
    asked = ("--policy", "policy.yaml", "--subject", "run/report.pdf", "--evidence-only", "--json")
    trusted = ("--trust", "lab.cert.pem", "--trust", "owner.cert.pem")
    alone = json.loads(desk("gate", *asked, *trusted, "--run", "run/report.pdf").stdout)
    both = json.loads(desk("gate", *asked, *trusted, "--run", "run/report.pdf", "--run", "run").stdout)
    folder = json.loads(desk("gate", *asked, *trusted, "--run", "run").stdout)
    assert alone["runs"] == both["runs"] == folder["runs"]
    assert alone["bottom"] == both["bottom"] == folder["bottom"] == "shut"


def test_no_evidence_is_undecided(desk: Desk) -> None:
    """Nothing never passes: without a run nothing is open, and the exit code is 3."""
    trusted = ("--trust", "owner.cert.pem")
    said = desk("gate", "--policy", "policy.yaml", "--subject", "assistant.yaml", *trusted)
    assert (said.returncode, "no-evidence" in said.stdout) == (3, True)


def test_the_past_is_asked_about_only_on_purpose(desk: Desk) -> None:
    """A time that is past would let what has ended count again; a time to come may be asked about."""
    past = desk("gate", *desk.asked("--now", "2026-01-02"))
    assert (past.returncode, "The time asked about is past" in past.stderr) == (2, True)
    looked_back = desk("gate", *desk.asked("--now", "2026-01-02", "--allow-past"))
    assert (looked_back.returncode, "clock-before-evidence" in looked_back.stdout) == (4, True)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=6)
    assert desk("gate", *desk.asked("--now", f"{later:%Y-%m-%d}", "--evidence-only")).returncode == 1


def test_a_known_end_that_the_log_never_had_breaks_it(desk: Desk) -> None:
    """Whoever saw a log's end notices when it was cut off."""
    said = desk("gate", *desk.asked("--evidence-only", "--log-head", "sha256:" + "1" * 64))
    assert (said.returncode, "records-broken" in said.stdout) == (4, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tier", "none"), "The policy has no such tier"),
        (("--policy", "minimum"), "did you mean minimal"),
        (("--subject", "nobody.yaml"), "There is nothing there"),
        (("--run", "nowhere"), "There is no such file"),
        (("--run", "."), "This is no run folder"),
        (("--decisions", "nowhere"), "There are no decisions there"),
        (("--key", "lab.key.pem"), "There is nothing to seal"),
        (("--now", "tomorrow"), "This is no time"),
        (("--subject", "policy.yaml"), "This candidate file has"),
        (("--policy", "assistant.yaml"), "This policy has"),
        (("--trust", "owner.key.pem"), "certificate"),
        (("--now", "9999-12-31"), "no time that is kept"),
        (("--subject", "owner.cert.pem"), "This describes no system"),
        (("--subject", ""), "There is nothing there"),
        (("--log-head", "sha256:00"), "no end of a log"),
        (("--out", "policy.yaml"), "would be lost"),
        (("--out", "owner.key.pem"), "would be lost"),
        (("--out", "run/gate.json"), "no outputs"),
        (("--junit", "nowhere/g.xml"), "There is no such folder"),
        (("--junit", "g", "--sarif", "g"), "cannot be one file"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_to_do(
    desk: Desk, options: tuple[str, ...], said: str
) -> None:
    """Exit code 2, one sentence, and no traceback."""
    found = desk("gate", *desk.asked(*options))
    assert found.returncode == 2, found.stdout
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_a_policy_that_travels_is_known_by_its_digest(desk: Desk, tmp_path: pathlib.Path) -> None:
    """It needs no signature; a copy of it under its own name that was edited is neither, and breaks the gate."""
    asked = ("--subject", "run", "--run", "run", "--trust", "lab.cert.pem", "--evidence-only")
    shipped = desk("gate", "--policy", "minimal", *asked)
    assert shipped.returncode == 3, shipped.stdout + shipped.stderr
    assert "policy-in-force" in shipped.stdout
    source = desk("policy", "new", str(tmp_path / "mine.yaml"), "--from", "minimal")
    assert source.returncode == 0, source.stderr
    mine = desk("gate", "--policy", str(tmp_path / "mine.yaml"), *asked)
    assert (mine.returncode, "policy-unsigned" in mine.stdout) == (4, True)
