"""`govkit policy` as a process: list, show, lint, new, sign - and what it says to somebody who asks wrongly."""

import json
import pathlib
import subprocess
import typing as t

import pytest

from govkit.adapters.policy_folder import shipped_policies
from govkit.cli.tables import WIDTH

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


def _words(text: str) -> str:
    return " ".join(text.split())


def test_the_list_names_every_shipped_policy(program: Program) -> None:
    """Each with tiers, days and the digest that the lock states, for people and for machines."""
    done = program("policy", "list")
    rows = json.loads(program("policy", "list", "--json").stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {f"{row['id']} {row['version']}": row["digest"] for row in rows} == shipped_policies()
    for row in rows:
        assert all(part in done.stdout for part in (row["digest"], row["title"], ", ".join(row["tiers"])))


@pytest.mark.parametrize(
    "arguments",
    [
        ("minimal",),
        ("enterprise-deployer",),
        ("enterprise-deployer", "--tier", "critical"),
        ("frontier-developer@1.0.0",),
    ],
)
def test_a_policy_is_shown_as_a_table_that_fits(program: Program, arguments: tuple[str, ...]) -> None:
    """What is required, at which tolerance, who decides and what can be waived, within the width; nothing boasts."""
    done = program("policy", "show", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    text = _words(done.stdout)
    for part in (
        "checks that must pass",
        "shutdown-control",
        "5 %, ",
        "never waived",
        "approved by",
        "run again",
    ):
        assert part in text
    assert max(map(len, done.stdout.splitlines())) <= WIDTH
    assert "complian" not in done.stdout.lower()
    assert "\x1b" not in done.stdout


def test_a_tier_shows_what_it_asks_for_with_reasons(program: Program) -> None:
    """Of one tier, only its requirements, and with each the clauses that it answers to."""
    low = program("policy", "show", "enterprise-deployer", "--tier", "assistive").stdout
    assert "gate-untouched" not in low
    assert "stop-for-all-kept" not in low
    assert "eu-ai-act Article 14(4)(e)" in _words(low)
    assert "gate-untouched" in program("policy", "show", "enterprise-deployer", "--tier", "critical").stdout


def test_a_shown_policy_is_whole_in_json(program: Program) -> None:
    """JSON has the policy, its digest and its signatures."""
    found = json.loads(program("policy", "show", "minimal", "--json").stdout)
    assert found["digest"] == shipped_policies()["minimal 1.0.0"]
    assert found["policy"]["approval"]["quorum"] == {"standard": [{"role": "approver", "people": 1}]}
    assert (found["signatures"], found["problem"]) == ([], "")


def test_lint_tells_faults_and_remarks(program: Program, tmp_path: pathlib.Path) -> None:
    """No faults: 0 and remarks on stdout. Faults: 2, all of them with their lines, on stderr or as JSON on stdout."""
    done = program("policy", "lint", "minimal")
    assert done.returncode == 0
    assert done.stdout.startswith("minimal 1.0.0: no faults, 5 remarks.")
    assert len(json.loads(program("policy", "lint", "minimal", "--json").stdout)["remarks"]) == 5
    assert program("policy", "new", "ours.yaml", "--from", "minimal").returncode == 0
    path = tmp_path / "ours.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("[2.0.0]", "[2.1.0]", 1).replace("{standard: 5}", "{standard: 50}"), encoding="utf-8"
    )
    wrong = program("policy", "lint", "ours.yaml")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "peer-preservation 2.1.0 was never released" in wrong.stderr
    assert "ours.yaml:" in wrong.stderr
    as_json = program("policy", "lint", "ours.yaml", "--json")
    assert as_json.returncode == 2
    assert len(json.loads(as_json.stdout)["faults"]) == len(wrong.stderr.splitlines()) - 1


def test_a_policy_is_made_signed_and_changed(program: Program, tmp_path: pathlib.Path) -> None:
    """From a copy to a signed policy; changed afterwards, its signature no longer holds, and that is shown."""
    assert program("key", "new", "owner", "--common-name", "Ada Owner").returncode == 0
    assert (
        program("policy", "new", "ours.yaml", "--from", "enterprise-deployer", "--id", "acme").stdout
        == "ours.yaml\n"
    )
    sign = ("policy", "sign", "ours.yaml", "--key", "owner.key.pem", "--by", "Ada Owner, head of risk")
    done = program(*sign)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / done.stdout.strip()).is_file()
    assert "no parties are named" in done.stderr
    assert "signed by Ada Owner, head of risk (policy-owner, for)" in _words(
        program("policy", "show", "ours.yaml").stdout
    )
    again = program(*sign)
    assert again.returncode == 2
    assert "has signed the policy before" in again.stderr
    path = tmp_path / "ours.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# later\n", encoding="utf-8")
    assert "A SIGNATURE DOES NOT HOLD" in program("policy", "show", "ours.yaml").stdout
    renewed = json.loads(program(*sign, "--replace", "--json").stdout)
    assert renewed["problem"] == ""
    assert [each["by"] for each in renewed["signatures"]] == ["Ada Owner, head of risk"]


def test_what_differs_between_two_policies_is_told_value_by_value(
    program: Program, tmp_path: pathlib.Path
) -> None:
    """A stricter number is one line; what moved in the file, and comments, are none."""
    program("policy", "new", "ours.yaml", "--from", "minimal")
    program("policy", "new", "theirs.yaml", "--from", "minimal", "--id", "ours")
    assert program("policy", "diff", "ours.yaml", "ours.yaml").stderr == "The same bytes.\n"
    path = tmp_path / "theirs.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("max_age_days: {standard: 180}", "max_age_days: {standard: 90}", 1), encoding="utf-8"
    )
    done = program("policy", "diff", "ours.yaml", "theirs.yaml")
    assert done.returncode == 0
    assert done.stdout == "  checks peer-preservation/shutdown-control.max_age_days.standard: 180 -> 90\n"
    found = json.loads(program("policy", "diff", "minimal", "enterprise-deployer", "--json").stdout)
    where = {each["where"]: each for each in found["changes"]}
    assert where["checks graceful-shutdown/stop-obeyed.why"]["before"] is None
    assert where["approval.quorum.standard"]["after"] is None


WRONG: t.Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mistyped": (("show", "minmal"), ("There is no policy called 'minmal'", "did you mean minimal")),
    "tier": (
        ("show", "enterprise-deployer", "--tier", "crtical"),
        ("no tier called", "did you mean critical"),
    ),
    "tier in json": (("show", "minimal", "--tier", "standard", "--json"), ("--tier says nothing",)),
    "no file": (("lint", "none.yaml"), ("There is no such policy file", "govkit policy list")),
    "another document": (("lint", "other.yaml"), ("This policy has", "other.yaml:1")),
    "signing an id": (
        ("sign", "minimal", "--key", "x.key.pem", "--by", "A"),
        ("private key cannot be read",),
    ),
    "no key": (("sign", "other.yaml", "--by", "A"), ("Missing option '--key'",)),
    "no source": (("new", "x.yaml"), ("Missing option '--from'",)),
    "id": (("new", "X Y.yaml", "--from", "minimal"), ("no id for a policy", "give --id")),
    "there": (("new", "other.yaml", "--from", "minimal"), ("not replaced",)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_asked_wrongly_gets_one_message(name: str, program: Program, tmp_path: pathlib.Path) -> None:
    """On stderr, with what to do, exit code 2, and never a traceback."""
    (tmp_path / "other.yaml").write_text("format: govkit.candidate/1\nname: x\n", encoding="utf-8")
    arguments, said = WRONG[name]
    done = program("policy", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert [each for each in said if each not in done.stderr] == []
    assert "Traceback" not in done.stderr


def test_what_a_file_says_cannot_draw_on_the_terminal(program: Program, tmp_path: pathlib.Path) -> None:
    """Markup stays text, and what would move a cursor is refused when the file is read."""
    program("policy", "new", "ours.yaml", "--from", "minimal")
    path = tmp_path / "ours.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title: The least", "title: '[bold red]The' # \n#"), encoding="utf-8")
    assert "ours 1.0.0: [bold red]The" in program("policy", "show", "ours.yaml").stdout
    path.write_text(text.replace("title: The least", "title: \x1b[31mThe least"), encoding="utf-8")
    done = program("policy", "show", "ours.yaml")
    assert done.returncode == 2
    assert "cannot be seen" in done.stderr
