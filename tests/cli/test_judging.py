"""`govkit run --judge` and `govkit protocol controls --judge` as processes, against scripted judges over real HTTP."""
# ruff: noqa: E501 - the table below is read line by line

import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from govkit.adapters.control_server import application, serving_beside
from govkit.adapters.directory_store import DirectoryStore
from govkit.adapters.protocol_folder import read_folder
from govkit.judging.judgement import parse_judgement
from govkit.testing import judge_file, run_program, serving_judge

SAMPLE = pathlib.Path(__file__).parents[1] / "samples" / "parcels"
RELEASE = read_folder(SAMPLE)
CANDIDATE = """
format: govkit.candidate/1
name: scripted
model: openai/{name}
vendor: candidates
api_base: {address}
sampling: {{temperature: "0", seed: per-trial}}
"""
COMMAND = ("run", str(SAMPLE), "--candidate", "candidate.yaml")


@contextlib.contextmanager
def desk(folder: pathlib.Path, control: str, judge: str) -> t.Iterator[pathlib.Path]:
    """A folder with the files of a candidate and of a judge, while both are served."""
    with serving_beside(application(RELEASE, control)) as candidate, serving_judge(judge) as address:
        (folder / "candidate.yaml").write_text(CANDIDATE.format(name=control, address=candidate))
        (folder / "judge.yaml").write_text(judge_file(address, judge))
        yield folder


def run_of(folder: pathlib.Path) -> pathlib.Path:
    """The one run folder."""
    (found,) = (folder / "evidence").iterdir()
    return found


def assessed(printed: str) -> dict[str, t.Any]:
    """The one check of a printed assessment."""
    return t.cast("dict[str, t.Any]", json.loads(printed)["checks"][0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("control", "judge", "code", "verdict", "reason", "state"),
    [
        ("honest", "keyword", 0, "pass", "within-tolerance", "judged"),
        ("honest", "always-yes", 3, "invalid", "judge-uncalibrated", "below-floor"),
        ("violates", "rubbish", 1, "fail", "above-tolerance", "below-floor"),
        ("refuses-in-prose", "keyword", 3, "invalid", "low-completion", "judged"),
    ],
)
def test_a_judge_that_cannot_be_relied_on_costs_the_pass_and_nothing_else(
    tmp_path: pathlib.Path, control: str, judge: str, code: int, verdict: str, reason: str, state: str
) -> None:
    """Scripted candidates and judges, all over HTTP; what was stored verifies."""
    with desk(tmp_path, control, judge):
        done = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml", "--json")
    assert done.returncode == code, done.stderr
    check = assessed(done.stdout)
    assert (check["verdict"], check["reason"], check["judged"][0]["state"]) == (verdict, reason, state)
    found = run_program(tmp_path, "verify", str(run_of(tmp_path)), "--allow-unreleased-protocol", "--json")
    steps = {each["step"]: each["state"] for each in json.loads(found.stdout)[0]["findings"]}
    assert {steps[number] for number in (5, 6, 8, 9, 10)} == {"holds"}, found.stdout


@pytest.mark.slow
def test_a_gullible_judge_is_misled_by_texts_that_instruct_it(tmp_path: pathlib.Path) -> None:
    """The labelled texts that tell their reader what to answer are the ones that it misreads."""
    with desk(tmp_path, "honest", "gullible"):
        done = run_program(tmp_path, "protocol", "controls", str(SAMPLE), "--judge", "judge.yaml", "--json")
    measured = json.loads(done.stdout)["questions"][0]
    assert measured["misread"] == ["refuses-21", "works-22"]
    assert done.returncode == 1, "the other question's floor is not reached"


@pytest.mark.slow
def test_a_judge_is_measured_alone_with_its_bounds(tmp_path: pathlib.Path) -> None:
    """On stdout, for people; 1 where any floor is not reached."""
    with desk(tmp_path, "honest", "keyword"):
        done = run_program(tmp_path, "protocol", "controls", str(SAMPLE), "--judge", "judge.yaml")
    assert done.returncode == 1
    assert "ok      refusal-wording (required)" in done.stdout
    assert (
        "sensitivity: 22 of 22, at least 87.26 % and at most 100.00 % (95 % confidence each); 60 % required"
        in done.stdout
    )
    assert "agreement with the labels: kappa 1.00, AC1 1.00" in done.stdout
    assert "BELOW   person-asked (report)" in done.stdout
    assert not (tmp_path / "evidence").exists()


@pytest.mark.slow
def test_without_a_judge_there_is_no_pass_and_with_one_later_there_is(tmp_path: pathlib.Path) -> None:
    """Nothing that was made is made again; and who has judged once is not replaced by another."""
    with desk(tmp_path, "honest", "keyword"):
        first = run_program(tmp_path, *COMMAND, "--json")
        assert first.returncode == 3
        assert "Without --judge there is no pass" in first.stderr
        check = assessed(first.stdout)
        assert (check["verdict"], check["reason"]) == ("inconclusive", "not-judged")
        transcripts = (run_of(tmp_path) / "transcripts-000001.zst").read_bytes()
        second = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml", "--json")
        assert (second.returncode, assessed(second.stdout)["verdict"]) == (0, "pass")
        assert (run_of(tmp_path) / "transcripts-000001.zst").read_bytes() == transcripts
        before = {path.name: path.read_bytes() for path in run_of(tmp_path).iterdir()}
        third = run_program(tmp_path, *COMMAND, "--json")
        assert (third.returncode, third.stdout) == (0, second.stdout)
        assert {path.name: path.read_bytes() for path in run_of(tmp_path).iterdir()} == before
        other = (tmp_path / "judge.yaml").read_text().replace("attempts: 2", "attempts: 3")
        (tmp_path / "judge.yaml").write_text(other)
        fourth = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml")
        assert fourth.returncode == 2
        assert "judged by another judge" in fourth.stderr
        copy = tmp_path / "other" / run_of(tmp_path).name
        shutil.copytree(run_of(tmp_path), copy, ignore=shutil.ignore_patterns("judge*"))
        fifth = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml", "--out", "other", "--json")
        assert (fifth.returncode, assessed(fifth.stdout)["verdict"]) == (0, "pass")
        assert (copy / "transcripts-000001.zst").read_bytes() == transcripts


@pytest.mark.slow
def test_a_budget_that_ends_during_judging_leaves_the_verdict_open(tmp_path: pathlib.Path) -> None:
    """What is missing is in the manifest with its reason; a larger budget goes on from there."""
    with desk(tmp_path, "honest", "keyword"):
        judged = (*COMMAND, "--judge", "judge.yaml", "--max-connections", "1", "--json")
        spent = run_program(tmp_path, *COMMAND, "--json")
        tokens = sum(json.loads(spent.stdout)["usage"][f"{way}_tokens"] for way in ("input", "output"))
        short = run_program(tmp_path, *judged, "--budget-tokens", str(tokens + 90))
        assert short.returncode == 3
        assert "budget" in short.stderr
        assert assessed(short.stdout)["reason"] == "not-judged"
        manifest = json.loads((run_of(tmp_path) / "manifest.json").read_bytes())
        assert manifest["not_judged"] == 100 - 45
        assert manifest["not_judged_reason"] == f"the budget of {tokens + 90} tokens is used up"
        whole = run_program(tmp_path, *judged, "--budget-tokens", str(tokens + 900))
        assert (whole.returncode, assessed(whole.stdout)["verdict"]) == (0, "pass")
        assert json.loads((run_of(tmp_path) / "manifest.json").read_bytes())["not_judged"] == 0


@pytest.mark.slow
def test_killed_while_judging_it_loses_no_answer_and_asks_none_twice(tmp_path: pathlib.Path) -> None:
    """`kill -9` at some moment of the judging; the same command does the rest."""
    with desk(tmp_path, "honest", "keyword"):
        assert run_program(tmp_path, *COMMAND).returncode == 3
        judged = (*COMMAND, "--judge", "judge.yaml", "--max-connections", "2")
        killed = subprocess.Popen([sys.executable, "-m", "govkit", *judged], cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
        there = run_of(tmp_path) / "judgements-000001.zst"
        while not there.exists() and killed.poll() is None:
            time.sleep(0.005)
        time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        shutil.copy(there, tmp_path / "kept.zst")
        assert run_program(tmp_path, *judged).returncode == 0
    stored = [
        parse_judgement(each, where="here") for each in DirectoryStore(run_of(tmp_path)).judgements.records()
    ]
    counted = [(each.question, each.about) for each in stored if each.counted]
    assert len(counted) == len(set(counted)) == 100
    kept = (tmp_path / "kept.zst").read_bytes()
    assert there.read_bytes()[: len(kept)].startswith(kept[: len(kept) // 2]), (
        "what was stored stays as it was"
    )


WRONG = {
    "same vendor": (("--candidate", "openai/gpt-4.1", "--judge", "openai/gpt-4o"), "both of openai"),
    "vendor unknown": (("--candidate", "openai/gpt-4.1", "--judge", "azure/mine"), "nothing tells whose model is the judge (azure/mine)"),
    "no such file": (("--candidate", "openai/gpt-4.1", "--judge", "none.yaml"), "no such candidate file"),
    "no price": (("--candidate", "priced.yaml", "--judge", "anthropic/claude-x", "--budget-usd", "5"), "the judge's prices"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_judge_that_may_not_judge_is_refused_before_anything_is_spent(
    tmp_path: pathlib.Path, name: str
) -> None:
    """Exit code 2, what is wrong, and what to do; and no run folder."""
    options, words = WRONG[name]
    (tmp_path / "priced.yaml").write_text(
        "format: govkit.candidate/1\nname: priced\nmodel: openai/gpt-4.1\n"
        'prices: {input_per_million: "1", output_per_million: "1"}\n'
    )
    keys = {"OPENAI_API_KEY": "sk-none", "ANTHROPIC_API_KEY": "sk-none", "AZURE_API_KEY": "sk-none"}
    done = run_program(tmp_path, "run", str(SAMPLE), *options, **keys)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "do: " in done.stderr
    assert not (tmp_path / "evidence").exists()


def test_a_protocol_that_asks_nothing_takes_no_judge(tmp_path: pathlib.Path) -> None:
    """Neither to run nor to measure."""
    for command in (
        ("run", "peer-preservation@0.1.0", "--candidate", "openai/gpt-4.1"),
        ("protocol", "controls", "peer-preservation@0.1.0"),
    ):
        done = run_program(tmp_path, *command, "--judge", "anthropic/claude-x", OPENAI_API_KEY="sk-none")
        assert done.returncode == 2
        assert "Nothing is asked of a judge here." in done.stderr


@pytest.mark.slow
def test_a_judge_of_the_same_vendor_is_taken_where_it_is_allowed_and_that_is_said(
    tmp_path: pathlib.Path,
) -> None:
    """On the screen and in the evidence."""
    with desk(tmp_path, "honest", "keyword"):
        kin = (tmp_path / "judge.yaml").read_text().replace("scripted-judges", "Candidates")
        (tmp_path / "judge.yaml").write_text(kin)
        refused = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml")
        assert refused.returncode == 2
        taken = run_program(tmp_path, *COMMAND, "--judge", "judge.yaml", "--allow-same-vendor", "--json")
    assert taken.returncode == 0
    assert "judge: candidates; candidate: candidates" in taken.stderr
    assert json.loads(taken.stdout)["judge"]["same_vendor_allowed"] is True
    assert json.loads((run_of(tmp_path) / "judge.json").read_bytes())["same_vendor_allowed"] is True
