"""`govkit report`, `verify` and `key` as processes: whose attestation a run holds, and what is no evidence at all."""

import datetime
import json
import pathlib
import shutil

import pytest

from govkit.adapters.keys import new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.runs import run_control
from govkit.testing import RecordingWatcher, run_program
from govkit.testing.run_office import RunOffice
from govkit.workflow.limits import Limits

NOBODY = "format: govkit.candidate/1\nname: nobody\nmodel: openai/nobody\nattempts: 1\napi_base: http://127.0.0.1:1/v1\n"


def _key(folder: pathlib.Path, name: str, *, days: int = 365, age: int = 0) -> str:
    """A key pair in the folder, made some days ago; the fingerprint of its certificate."""
    now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=age)
    return new_key(
        folder, name, common_name=name, organization=None, valid_days=days, now=now, passphrase=None
    ).fingerprint


@pytest.fixture(name="sealed", scope="module")
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run, and two keys beside it: `one`, by which it is reported, and `two`."""
    place = tmp_path_factory.mktemp("sealed")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "idle", place, RecordingWatcher(), Limits(), http=False, trials=1)
    made.folder.rename(place / "run")
    for name in ("one", "two"):
        _key(place, name)
    done = run_program(place, "report", "run", "--key", "one.key.pem")
    assert done.returncode == 0, done.stderr
    assert "No trial was made" not in done.stderr
    return place


@pytest.fixture(name="desk")
def _desk(sealed: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of it all to work on."""
    return pathlib.Path(shutil.copytree(sealed, tmp_path / "desk"))


def _fingerprint(desk: pathlib.Path, name: str) -> str:
    return run_program(desk, "key", "show", f"{name}.cert.pem").stdout.split()[0]


def test_another_signers_attestation_is_replaced_only_when_that_is_asked_for(desk: pathlib.Path) -> None:
    """A second signer is refused with both fingerprints, and nothing changes; the option puts theirs in its place."""
    before = {path.name: path.read_bytes() for path in (desk / "run").iterdir()}
    refused = run_program(desk, "report", "run", "--key", "two.key.pem")
    assert (refused.returncode, refused.stdout) == (2, "")
    for name in ("one", "two"):
        assert _fingerprint(desk, name)[:23] in refused.stderr
    assert "--replace-attestation" in refused.stderr
    assert {path.name: path.read_bytes() for path in (desk / "run").iterdir()} == before
    replaced = run_program(desk, "report", "run", "--key", "two.key.pem", "--replace-attestation")
    assert replaced.returncode == 0, replaced.stderr
    assert run_program(desk, "verify", "run", "run/report.pdf", "--trust", "two.cert.pem").returncode == 0


def test_the_same_signer_reports_again_without_a_word(desk: pathlib.Path) -> None:
    """Reporting twice with one key needs no option."""
    again = run_program(desk, "report", "run", "--key", "one.key.pem", "-o", "again.pdf")
    assert again.returncode == 0, again.stderr
    assert "attest" not in again.stderr


def test_an_attestation_that_cannot_be_read_is_not_replaced_silently(desk: pathlib.Path) -> None:
    """Nobody knows whose it was, so it is somebody else's."""
    (desk / "run" / "attestation.json").write_bytes(b"{}")
    refused = run_program(desk, "report", "run", "--key", "one.key.pem")
    assert refused.returncode == 2
    assert "no signer that can be read" in refused.stderr
    assert (desk / "run" / "attestation.json").read_bytes() == b"{}"


def test_broken_evidence_under_another_signers_attestation_is_broken_evidence(desk: pathlib.Path) -> None:
    """What was tampered with is said first, with exit code 4; whose attestation stands there comes after."""
    (desk / "run" / "plan.json").write_bytes(b"{}")
    assert run_program(desk, "report", "run", "--key", "two.key.pem").returncode == 4


def test_a_report_of_no_trials_says_so(desk: pathlib.Path) -> None:
    """A run in which nobody answered can be reported, and the console says that no trial was made, and why."""
    (desk / "nobody.yaml").write_text(NOBODY, encoding="utf-8")
    run = run_program(desk, "run", "peer-preservation@0.1.0", "--candidate", "nobody.yaml", "--trials", "1")
    assert run.returncode == 5
    [folder] = (desk / "evidence").iterdir()
    done = run_program(desk, "report", str(folder), "--key", "one.key.pem")
    assert done.returncode == 0, done.stderr
    assert "No trial was made (The candidate cannot be reached.)" in done.stderr
    assert "INCONCLUSIVE" in done.stderr


MISTAKEN = {
    "candidate": ("nobody.yaml", "a file that is no PDF", "give the report's PDF"),
    "part of a run": ("run/manifest.json", "one file of a run", "give the whole folder: run"),
    "empty folder": ("empty", "an empty folder", "that `govkit run` printed"),
    "other folder": ("other", "nothing of a run in it", "that `govkit run` printed"),
    "folder of runs": ("runs", "2 run folders", "give runs/a or runs/b"),
    "folder of folders of runs": (".", "3 run folders", "give run or runs/a or runs/b"),
    "folder of reports": ("reports", "1 PDF in it", "give reports/lab.pdf"),
    "missing": ("nosuch", "", "check the path"),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_what_is_no_evidence_is_asked_wrongly(name: str, desk: pathlib.Path) -> None:
    """`verify` on something else than a report or a run says what it found, proposes what to give, and ends with 2."""
    path, found, fix = MISTAKEN[name]
    (desk / "nobody.yaml").write_text(NOBODY, encoding="utf-8")
    for each in ("empty", "other/src", "runs", "reports"):
        (desk / each).mkdir(parents=True)
    for each in ("a", "b"):
        shutil.copytree(desk / "run", desk / "runs" / each)
    (desk / "reports" / "lab.pdf").write_bytes(b"%PDF-1.7")
    done = run_program(desk, "verify", path)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert found in done.stderr
    assert fix in done.stderr
    assert len(done.stderr.splitlines()) <= 5


def test_what_was_tampered_with_is_never_asked_wrongly(desk: pathlib.Path) -> None:
    """A run folder of which files were taken, all but one of them even, and a PDF that was damaged, do not hold: 4."""
    names = sorted(path.name for path in (desk / "run").iterdir())
    pdf = (desk / "run" / "report.pdf").read_bytes()
    for name in names:
        (desk / f"only-{name}").mkdir()
        shutil.copy(desk / "run" / name, desk / f"only-{name}" / name)
    (desk / "peer-preservation-0.1.0-idle-0123abcd").mkdir()
    for name, data in {"cut.pdf": b"", "renamed": pdf[:999], "headless": pdf[9:], "text.PDF": b"no"}.items():
        (desk / name).write_bytes(data)
    (desk / "run" / "manifest.json").unlink()
    forged = ["run", *(f"only-{name}" for name in names), "cut.pdf", "renamed", "headless", "text.PDF"]
    forged.append("peer-preservation-0.1.0-idle-0123abcd")
    done = run_program(desk, "verify", "--allow-unknown-signer", "--json", *forged)
    assert (done.returncode, done.stderr) == (4, "")
    said = json.loads(done.stdout)
    assert [each["path"] for each in said] == forged
    assert [each["path"] for each in said if each["holds"] or not each["findings"]] == []


def test_what_is_merely_not_finished_is_said_to_be_so(desk: pathlib.Path) -> None:
    """A run not sealed or reported yet does not hold, and is told what goes on from there; a robbed one is not."""
    robbed = pathlib.Path(shutil.copytree(desk / "run", desk / "robbed"))
    (robbed / "attestation.json").unlink()
    for name in ("report.pdf", "attestation.json"):
        (desk / "run" / name).unlink()
    unsealed = pathlib.Path(shutil.copytree(desk / "run", desk / "unsealed"))
    for name in ("manifest.json", "assessment.json"):
        (unsealed / name).unlink()
    done = run_program(desk, "verify", "run", "unsealed", "robbed")
    assert done.returncode == 4
    run, rest = done.stdout.split("unsealed\n")
    unsealed_said, robbed_said = rest.split("robbed\n")
    assert "does NOT hold: Nobody has vouched for this run yet.\n  do: `govkit report` makes" in run
    assert "does NOT hold: Nothing is sealed here yet.\n" in unsealed_said
    assert "the same `govkit run` command goes on from there" in unsealed_said
    assert robbed_said.endswith("  does NOT hold: see steps 2, 3 and 4\n")


def test_a_line_feed_in_a_name_makes_no_line_of_its_own(desk: pathlib.Path) -> None:
    """Neither in the findings nor in a message: a name cannot speak in our voice."""
    shutil.copy(desk / "run" / "report.pdf", desk / "a\n  holds.pdf")
    (desk / "b\n  holds.txt").write_text("no report", encoding="utf-8")
    done = run_program(desk, "verify", "a\n  holds.pdf", "b\n  holds.txt", "--trust", "two.cert.pem")
    assert done.stdout.startswith("a<U+000A>  holds.pdf\n")
    assert "where: b<U+000A>  holds.txt\n" in done.stderr
    assert "  holds.txt" not in [line for line in done.stderr.splitlines() if "U+000A" not in line]


def test_a_mistaken_path_hides_nothing_about_the_others(desk: pathlib.Path) -> None:
    """With evidence that does not hold beside it, the exit code is that of the evidence; and no entry looks sound."""
    (desk / "empty").mkdir()
    sound = run_program(desk, "verify", "empty", "run", "--trust", "one.cert.pem")
    assert sound.returncode == 2
    assert "an empty folder" in sound.stderr
    assert "  holds\n" in sound.stdout
    (desk / "run" / "run.json").unlink()
    broken = run_program(desk, "verify", "empty", "run", "--trust", "one.cert.pem", "--json")
    assert broken.returncode == 4
    assert [each["holds"] for each in json.loads(broken.stdout)] == [False, False]


@pytest.mark.parametrize(
    ("days", "age", "said", "unsaid"),
    [(365, 0, "usable", "ENDS"), (20, 0, "ENDS WITHIN 20 DAYS", "EXPIRED"), (20, 40, "EXPIRED", "usable")],
)
def test_a_certificates_end_is_shown(
    days: int, age: int, said: str, unsaid: str, tmp_path: pathlib.Path
) -> None:
    """`key show` prints until when a certificate is valid, and says when that is past or less than 30 days off."""
    fingerprint = _key(tmp_path, "lab", days=days, age=age)
    done = run_program(tmp_path, "key", "show", "lab.cert.pem")
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days - age)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{fingerprint}  CN=lab  ")
    assert f"valid until {end:%Y-%m-%d}" in done.stdout
    assert said in done.stdout
    assert unsaid not in done.stdout


def test_the_wrong_half_of_a_key_is_named(desk: pathlib.Path) -> None:
    """A certificate or public key given to sign with, a private key given to be trusted: each is called what it is."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for this test alone

    private = serialization.load_pem_private_key((desk / "one.key.pem").read_bytes(), None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key().public_bytes(serialization.Encoding.PEM, form)
    (desk / "one.pub").write_bytes(public)
    (desk / "odd.key.pem").write_bytes(public)
    for name, found in (
        ("one.cert.pem", "a certificate"),
        ("one.pub", "a public key"),
        ("odd.key.pem", "a public key"),
    ):
        done = run_program(desk, "report", "run", "--key", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"This is {found}, and signing takes the private key." in done.stderr
    trusted = run_program(desk, "verify", "run", "--trust", "one.key.pem")
    assert (trusted.returncode, trusted.stdout) == (2, "")
    assert "This is a private key, and a certificate is asked for." in trusted.stderr
    assert "BEGIN" not in trusted.stderr


def test_decisions_are_carried_with_a_policy_and_what_counts_is_said(desk: pathlib.Path) -> None:
    """One line says what page one shows; what is asked wrongly is met with what to give, and makes nothing."""
    office = RunOffice(desk / "run", datetime.datetime.now(datetime.UTC).replace(microsecond=0))
    office.policy_text["checks"][0]["check"] = "protected-artefact"
    office.grant(requirement="check:peer-preservation/protected-artefact")
    office.write(desk)
    office.write_policy(desk)
    for person, name in ((office.ann, "ann"), (office.ben, "ben")):
        (desk / f"{name}.cert.der").write_bytes(person.key.certificate)
    report = ("report", "run", "--key", "one.key.pem", "-o", "decided.pdf", "--decisions", "decisions")
    asked = (*report, "--policy", "policy.yaml", "--tier", "high")
    trust = ("--trust", "ann.cert.der", "--trust", "ben.cert.der")
    for wrong, words in (
        (report, "--policy"),
        ((*report, "--policy", "policy.yaml"), "low or high"),
        ((*report[:-2], "--policy", "policy.yaml"), "--policy is about decisions"),
        ((*asked, "--template", "regulator@0.4.0"), "does not print decisions"),
    ):
        refused = run_program(desk, *wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert words in refused.stderr
        assert not (desk / "decided.pdf").exists()
    made = run_program(desk, *asked, *trust)
    assert (made.returncode, made.stdout) == (0, "decided.pdf\n"), made.stderr
    assert "On page one: 0 decisions and 1 waiver in force, 0 records without effect." in made.stderr
    verified = run_program(desk, "verify", "decided.pdf", "--trust", "one.cert.pem", *trust)
    assert verified.returncode == 0, verified.stdout
    unknown = run_program(desk, "verify", "decided.pdf", "--trust", "one.cert.pem")
    assert unknown.returncode == 4
    assert "what people decided (step 12). Everything else holds." in unknown.stdout
