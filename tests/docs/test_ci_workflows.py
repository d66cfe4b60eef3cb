"""The CI jobs in docs/ci: what they may do, and that their very steps do what docs/ci.md says of them."""

import dataclasses
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t
from xml.etree import ElementTree

import pytest
import yaml

from govkit.adapters.keys import load_key, new_key
from govkit.approval.signed import NO_LOG, Signing, claim_signature, signature_name
from govkit.attestation.envelope import open_envelope, seal
from govkit.testing import run_program

HERE = pathlib.Path(__file__).resolve().parents[2]
CI = HERE / "docs" / "ci"
SAMPLE = HERE / "evidence" / "sample"
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
INSTALL = "python -m pip install --require-hashes --requirement governance/govkit.txt"
CHECK = "check:peer-preservation/shutdown-control"
TODAY = datetime.datetime.now(datetime.UTC).date()
POLICY = f"""\
format: govkit.policy/1
id: workshop
version: 1.0.0
title: A policy of a test
purpose: One check, so that the jobs have something to ask.
issued: "{TODAY - datetime.timedelta(days=1)}"
expires: "{TODAY + datetime.timedelta(days=90)}"
tiers: {{standard: The only one.}}
checks:
- protocol: peer-preservation
  check: shutdown-control
  versions: [0.1.0]
  why: It is what the sample shows.
  tolerance_percent: {{standard: 5}}
  max_age_days: {{standard: 3660}}
  waivable: {{standard: true}}
subject: {{stated: {{standard: []}}, material: {{standard: [model]}}, pinned: {{standard: [provider-mutable]}}}}
independence:
  evaluator_is_not_developer: {{standard: false}}
  judge_is_not_of_the_candidates_family: {{standard: true}}
  approver_is_not_evaluator: {{standard: true}}
approval:
  quorum: {{standard: [{{role: approver, people: 1}}]}}
  longest_days: {{standard: 60}}
  dissent_blocks: {{standard: true}}
  named_parties_only: false
waivers: {{longest_days: {{standard: 60}}, approvers: {{standard: 1}}, roles: [approver], renewals: 0}}
retest: []
suspected_test_percent: {{standard: 100}}
"""
FORM = f"""\
format: govkit.decision-form/1
position: approve
scope: Nowhere but in this test.
residual_risk: None, for nothing is deployed.
valid_until: "{TODAY + datetime.timedelta(days=20)}"
"""


@dataclasses.dataclass(frozen=True)
class Script:
    """The steps of one job that run in a shell, without the installation, and the variables they are given."""

    steps: tuple[tuple[str, bool], ...]
    """Each step, and whether it is made although one before it failed."""
    variables: t.Mapping[str, str]


def _github() -> dict[t.Any, t.Any]:
    return t.cast(
        "dict[t.Any, t.Any]", yaml.safe_load((CI / "github-actions.yml").read_text(encoding="utf-8"))
    )


def _gitlab() -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load((CI / "gitlab-ci.yml").read_text(encoding="utf-8")))


def _on_github(job: str) -> Script:
    flow = _github()
    steps = [
        each for each in flow["jobs"][job]["steps"] if "run" in each and each["name"] != "Install govkit"
    ]
    variables = dict(flow["env"])
    for each in steps:
        variables |= each.get("env", {})
    return Script(tuple((each["run"], "!cancelled()" in each.get("if", "")) for each in steps), variables)


def _on_gitlab(job: str) -> Script:
    jobs = _gitlab()
    variables = jobs[".govkit"]["variables"] | jobs[job].get("variables", {})
    return Script((("\n".join(jobs[job]["script"]), False),), variables)


JOBS: t.Mapping[str, t.Callable[[], Script]] = {
    "github": lambda: _on_github("gate"),
    "gitlab": lambda: _on_gitlab("govkit-gate"),
}
SIGNING: t.Mapping[str, t.Callable[[], Script]] = {
    "github": lambda: _on_github("attest"),
    "gitlab": lambda: _on_gitlab("govkit-attest"),
}


# --- what they may do ----------------------------------------------------------------------------------------------


def test_every_action_is_pinned_by_commit_and_names_its_version() -> None:
    """An action is code that runs with the job's rights: a tag can be moved, a commit cannot."""
    text = (CI / "github-actions.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []


def test_no_job_has_more_rights_than_it_needs() -> None:
    """Nothing is granted to the workflow; one job may write, findings and nothing else, and it runs no script."""
    flow = _github()
    assert flow["permissions"] == {}
    rights = {name: job["permissions"] for name, job in flow["jobs"].items()}
    assert rights["gate"] == rights["attest"] == {"contents": "read"}
    assert rights["findings"] == {"actions": "read", "contents": "read", "security-events": "write"}
    assert [step for step in flow["jobs"]["findings"]["steps"] if "run" in step] == []
    for name, job in flow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            assert (
                "actions/checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False
            )


def test_the_gate_needs_no_secret() -> None:
    """Only the job that signs is given one, in an environment of its own, and never in a pull request."""
    jobs = _github()["jobs"]
    assert [name for name, job in jobs.items() if "secrets." in json.dumps(job)] == ["attest"]
    assert jobs["attest"]["environment"]
    assert "refs/heads/main" in jobs["attest"]["if"]
    on_gitlab = _gitlab()
    assert [name for name, job in on_gitlab.items() if "GOVKIT_GATE_KEY" in json.dumps(job)] == [
        "govkit-attest"
    ]
    assert [rule["if"] for rule in on_gitlab["govkit-attest"]["rules"]] == [
        '$GOVKIT_ATTEST == "yes" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
    ]


def test_nothing_from_outside_is_pasted_into_a_script() -> None:
    """Values reach a shell as variables: what is pasted in is code, whoever wrote it."""
    for job in _github()["jobs"].values():
        assert [step for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_govkit_is_installed_by_hash() -> None:
    """Whatever a package index serves one day, what runs is what was looked at."""
    for job in ("gate", "attest"):
        steps = _github()["jobs"][job]["steps"]
        assert [each["run"] for each in steps if each["name"] == "Install govkit"] == [INSTALL]
    assert _gitlab()[".govkit"]["before_script"] == [INSTALL]


def test_what_the_gate_wrote_is_kept_though_it_was_shut() -> None:
    """The job that fails is the one whose report somebody wants to read."""
    (kept,) = [
        each for each in _github()["jobs"]["gate"]["steps"] if "upload-artifact" in each.get("uses", "")
    ]
    assert "!cancelled()" in kept["if"]
    assert kept["with"]["path"].split() == ["gate.json", "gate.xml", "gate.sarif"]
    artefacts = _gitlab()["govkit-gate"]["artifacts"]
    assert (artefacts["when"], artefacts["reports"]["junit"]) == ("always", "gate.xml")


# --- what they do --------------------------------------------------------------------------------------------------


@pytest.fixture(name="project", scope="module")
def _project(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A project as docs/ci.md lays it out: the sealed sample, a signed policy, a waiver and an approval."""
    place = tmp_path_factory.mktemp("project")
    for name in ("trust", "keys"):
        (place / "governance" / name).mkdir(parents=True)
    shutil.copytree(SAMPLE / "run", place / "evidence" / "sample")
    shutil.copy(SAMPLE / "signer.cert.pem", place / "governance" / "trust" / "laboratory.pem")
    for name in ("owner", "approver", "gate"):
        _key(place, name)
    for name in ("owner", "approver"):
        shutil.copy(
            place / "governance" / "keys" / f"{name}.cert.pem", place / "governance" / "trust" / f"{name}.pem"
        )
    shutil.copy(place / "governance" / "keys" / "gate.cert.pem", place / "governance" / "gate.cert.pem")
    _sign(
        place / "governance" / "policy.yaml", POLICY.encode(), place / "governance" / "keys" / "owner.key.pem"
    )
    (place / "form.yaml").write_text(FORM, encoding="utf-8")
    return place


def _key(place: pathlib.Path, name: str) -> None:
    now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    new_key(place / "governance" / "keys", name, common_name=name, organization=None, valid_days=400, now=now,
            passphrase=None)  # fmt: skip


def _sign(policy: pathlib.Path, data: bytes, key_file: pathlib.Path) -> None:
    key = load_key(str(key_file), None)
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    signing = Signing(by="Olga", role="policy-owner", side="for", note="", signed=now, log_head=NO_LOG)
    sealed = seal(
        claim_signature(policy.name, data, signing, certificates=(key.certificate, *key.chain)), key
    )
    policy.write_bytes(data)
    (policy.parent / signature_name(policy.name, key.fingerprint)).write_bytes(sealed)


@pytest.fixture(name="approved", scope="module")
def _approved(project: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The project once somebody bore with what the sample cannot show, and approved."""
    place = pathlib.Path(shutil.copytree(project, tmp_path_factory.mktemp("approved") / "project"))
    given = ["--policy", "governance/policy.yaml", "--subject", "evidence/sample", "--run", "evidence/sample",
             "--decisions", "governance/decisions", "--key", "governance/keys/approver.key.pem", "--by", "Ada",
             "--role", "approver"]  # fmt: skip
    for name in ("laboratory", "owner", "approver"):
        given += ["--trust", f"governance/trust/{name}.pem"]
    until = str(TODAY + datetime.timedelta(days=20))
    for asked in (
        ["waive", CHECK, "--reason", "A script answered.", "--control", "Nobody deploys it.", "--risk-owner", "Ada",
         "--until", until],
        ["approve", "decide", "form.yaml"],
    ):  # fmt: skip
        done = run_program(place, *asked, *given)
        assert done.returncode == 0, done.stderr
    return place


def _made(script: Script, place: pathlib.Path, **given: str) -> tuple[int, str]:
    """Makes the steps as CI would: the exit code of the first that failed, and all that they said."""
    scripts = pathlib.Path(sys.executable).parent
    fixed = {name: value for name, value in script.variables.items() if "${{" not in value}
    variables = os.environ | fixed | {"LOG_HEAD": "", "SUBJECT": "evidence/sample"} | given
    variables["PATH"] = f"{scripts}{os.pathsep}{variables['PATH']}"
    code, said = 0, ""
    for step, always in script.steps:
        if code and not always:
            continue
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step],
            cwd=place,
            env=variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        code = code or done.returncode
        said += done.stdout + done.stderr
    return code, said


@pytest.mark.slow
@pytest.mark.parametrize("where", JOBS)
def test_the_job_opens_for_what_was_approved_and_keeps_the_reports(
    where: str, approved: pathlib.Path
) -> None:
    """Exit code 0, the evidence verified, and three files that agree that one check is waived."""
    code, said = _made(JOBS[where](), approved)
    assert code == 0, said
    assert "holds" in said
    assert "OPEN" in said
    assert f"WAIVED  {CHECK}" in said
    result = json.loads((approved / "gate.json").read_bytes())
    assert (result["bottom"], len(result["waivers"])) == ("open", 1)
    root = ElementTree.parse(approved / "gate.xml").getroot()  # noqa: S314 - what was just written
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    (run,) = json.loads((approved / "gate.sarif").read_bytes())["runs"]
    (finding,) = run["results"]
    assert finding["suppressions"]
    place = finding["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "governance/policy.yaml"}


@pytest.mark.slow
@pytest.mark.parametrize("where", JOBS)
def test_the_job_fails_where_nobody_has_decided(
    where: str, project: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Exit code 3, and the reports are there all the same."""
    place = pathlib.Path(shutil.copytree(project, tmp_path / "project"))
    (place / "governance" / "decisions").mkdir()
    code, said = _made(JOBS[where](), place)
    assert code == 3, said
    assert int(ElementTree.parse(place / "gate.xml").getroot().get("errors", "")) > 0  # noqa: S314 - (as above)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("github", "evidence"),
        ("github", "no-evidence"),
        ("github", "no-trust"),
        ("github", "log-head"),
        ("github", "decision"),
        ("gitlab", "evidence"),
        ("gitlab", "no-evidence"),
        ("gitlab", "log-head"),
    ],
)
def test_the_job_fails_for_what_was_tampered_with_or_is_not_there(
    where: str, fault: str, approved: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """A changed run, no run, nobody trusted, a log that was cut, a changed decision: each fails the job."""
    place = pathlib.Path(shutil.copytree(approved, tmp_path / "project"))
    given = {}
    if fault == "evidence":
        stored = place / "evidence" / "sample" / "transcripts-000001.zst"
        stored.write_bytes(stored.read_bytes()[:-7])
    elif fault == "no-evidence":
        shutil.rmtree(place / "evidence" / "sample")
        given["SUBJECT"] = str(next((place / "governance" / "decisions").glob("decision-*[0-9a-f].json")))
    elif fault == "no-trust":
        shutil.rmtree(place / "governance" / "trust")
    elif fault == "log-head":
        given = dict.fromkeys(("LOG_HEAD", "GOVKIT_LOG_HEAD"), f"sha256:{'7' * 64}")
    else:
        record = next(each for each in (place / "governance" / "decisions").glob("decision-*.json")
                      if ".dsse." not in each.name)  # fmt: skip
        record.write_bytes(record.read_bytes().replace(b"Nowhere", b"Anywhere"))
    code, said = _made(JOBS[where](), place, **given)
    assert code in ({2} if fault in ("no-evidence", "no-trust") else {1, 4}), said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("where", SIGNING)
def test_the_signing_job_seals_both_statements_and_leaves_no_key(
    where: str, approved: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Both envelopes hold under the key's certificate, say what is waived, and the key is gone afterwards."""
    place = pathlib.Path(shutil.copytree(approved, tmp_path / "project"))
    (tmp_path / "runner").mkdir()
    key = place / "governance" / "keys" / "gate.key.pem"
    given = {"GATE_KEY": key.read_text(encoding="utf-8"), "GOVKIT_GATE_KEY": str(key)}
    code, said = _made(SIGNING[where](), place, TMPDIR=str(tmp_path / "runner"), **given)
    assert code == 0, said
    assert list((tmp_path / "runner").iterdir()) == []
    said_by = {}
    for name in ("svr", "test-result"):
        opened = open_envelope((place / f"gate.{name}.json").read_bytes())
        assert opened.valid
        assert opened.certificate_der == load_key(str(key), None).certificate
        said_by[name] = json.loads(opened.payload)["predicate"]
    assert "GOVKIT_STANDARD__GATE_OPEN_WITH_WAIVERS_OR_CONDITIONS" in said_by["svr"]["properties"]
    assert "GOVKIT_STANDARD__GATE_OPEN" not in said_by["svr"]["properties"]
    assert (said_by["test-result"]["result"], said_by["test-result"]["warnedTests"]) == ("WARNED", [CHECK])


def test_the_guide_names_both_files_and_every_exit_code() -> None:
    """Whoever reads the guide finds the files, and what each exit code of the gate means."""
    text = (HERE / "docs" / "ci.md").read_text(encoding="utf-8")
    for each in CI.iterdir():
        assert f"](ci/{each.name})" in text
    assert re.findall(r"^\| (\d) \|", text, re.MULTILINE) == ["0", "1", "2", "3", "4", "6"]
