"""`govkit register` as a process: what it lists, exit codes, and what it keeps from a terminal."""

import datetime
import functools
import json
import pathlib
import subprocess
import typing as t

import icalendar
import pytest

from benchmarks.light_records import decision, file_record, signer
from benchmarks.light_runs import files_of, templates, write_run
from govkit.adapters.policy_folder import read_policy_file
from govkit.adapters.protocol_folder import locked_digests
from govkit.approval.subject import subject_of
from govkit.cli.register import NOTE, RUNS_SHOWN
from govkit.testing import run_program
from govkit.trial.profile import parse_profile

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
HOSTILE = "\x1b[2J\u202enothing is due"
POLICY = read_policy_file("minimal")
TIER = next(iter(POLICY.policy.tiers))

Register: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A store `evidence`: two candidates with runs, one of them approved, and a broken folder."""
    place = tmp_path_factory.mktemp("desk")
    laboratory, _ = signer(place, "laboratory", NOW - DAY)
    ann, _ = signer(place, "ann", NOW - DAY)
    for number in range(RUNS_SHOWN + 2):
        begun = NOW - (10 + number) * DAY
        made = files_of(
            templates(),
            candidate="Assistant",
            begun=begun,
            key=laboratory,
            protocol=locked_digests()["peer-preservation 2.0.0"],
        )
        write_run(place / "evidence" / f"run-{number}", made)
    write_run(place / "evidence" / "x", files_of(templates(), candidate=HOSTILE, begun=NOW, key=None))
    (place / "evidence" / "bad\x1b[2J").mkdir()
    (place / "evidence" / "bad\x1b[2J" / "manifest.json").write_bytes(b"")
    subject = subject_of(parse_profile((place / "evidence" / "run-0" / "profile.json").read_bytes()))
    approval = decision(subject, POLICY, TIER, made=NOW - 2 * HOUR, days=20, due="2026-12-05")
    file_record(
        place / "evidence" / "decisions",
        approval,
        ann,
        role=POLICY.policy.approval.quorum[TIER][0].role,
        at=NOW - HOUR,
    )
    return place


@pytest.fixture(name="register")
def _register(place: pathlib.Path) -> Register:
    """`govkit register ...` at a fixed time, over that store."""
    common = (
        "register",
        "--store",
        "evidence",
        "--index",
        f"sqlite:///{place}/register.sqlite",
        "--trust",
        "ann.cert.pem",
    )
    return functools.partial(run_program, place, *common)


def test_the_register_for_a_person(register: Register) -> None:
    """Candidates, runs with verdict and age, decisions and whether they count, what is due; that it is no evidence."""
    done = register("--now", "2026-12-01")
    assert (done.returncode, done.stderr) == (0, "")
    for said in (
        "2 candidates, 9 runs, 1 decision or waiver, at 2026-12-01T00:00:00Z",
        NOTE,
        "peer-preservation 2.0.0",
        "10 d  signed by Laboratory",
        "SEALED",
        "approve-with-conditions, 2026-11-30 to 2026-12-20, minimal 1.0.0",
        "      counts\n",
        "2 older runs: --candidate ",
        "There is no profile.json.",
        "in 4 d  2026-12-05  condition",
    ):
        assert said in done.stdout, said
    assert done.stdout.count("signed by Laboratory") == RUNS_SHOWN


def test_nothing_hostile_reaches_the_terminal(register: Register) -> None:
    """Names of candidates and folders cannot move the cursor or turn the line round."""
    for arguments in (("--candidate", HOSTILE), ("--due", "400d")):
        done = register(*arguments)
        assert done.returncode in (0, 6), done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("now", "days", "code", "kinds"),
    [
        ("2026-12-01", "3d", 0, []),
        ("2026-12-01", "4", 0, ["condition"]),
        ("2026-12-07", "0d", 6, ["condition"]),
        ("2027-01-01", "0", 6, ["condition", "approval"]),
    ],
)
def test_due_lists_what_falls_due_and_says_by_its_code_that_something_is_overdue(
    register: Register, now: str, days: str, code: int, kinds: list[str]
) -> None:
    """Overdue is exit code 6; what is still to come, however near, is not."""
    done = register("--now", now, "--due", days, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, [each["kind"] for each in said["due"]]) == (code, kinds)
    assert "candidates" not in said


def test_the_register_for_machines(register: Register) -> None:
    """JSON has every run, every record with whether it counts, and what is due."""
    said = json.loads(register("--json", "--now", "2026-12-01").stdout)
    by_name = {each["name"]: each for each in said["candidates"]}
    assert len(by_name["Assistant"]["runs"]) == RUNS_SHOWN + 2
    assert [each["counts"] for each in by_name["Assistant"]["records"]] == [True]
    assert HOSTILE in by_name
    assert [each["state"] for each in said["nameless"]] == ["broken"]
    assert said["note"] == NOTE


def test_one_candidate_with_all_its_runs(register: Register) -> None:
    """`--candidate` leaves nothing out of the one that is asked about."""
    done = register("--candidate", "Assistant")
    assert done.stdout.count("signed by Laboratory") == RUNS_SHOWN + 2
    assert "older runs" not in done.stdout


def test_the_calendar_holds_what_is_due(register: Register, place: pathlib.Path) -> None:
    """`--ical` writes a calendar, twice the same; results stay on stdout, prose on stderr."""
    arguments = ("--now", "2026-12-01", "--due", "30d", "--ical", "due.ics")
    done = register(*arguments)
    assert (done.returncode, done.stderr) == (0, "calendar: due.ics (2 events)\n")
    first = (place / "due.ics").read_bytes()
    register(*arguments)
    assert (place / "due.ics").read_bytes() == first
    events = icalendar.Calendar.from_ical(first).walk("VEVENT")
    assert [str(each.decoded("DTSTART")) for each in events] == ["2026-12-05", "2026-12-20"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--due", "soon"), "This is no number of days."),
        (("--due", "٣"), "This is no number of days."),
        (("--candidate", "nobody"), "There is no such candidate."),
        (("--store", "nowhere"), "There is no such evidence store."),
        (("--policy", "nothing"), "There is no policy called"),
        (("--trust", "nowhere"), ""),
        (("--now", "yesterday"), "This is no time."),
        (("--ical", "ann.cert.pem"), "This file is no calendar and would be lost."),
    ],
)
def test_what_is_asked_wrongly_is_said(register: Register, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, what is wrong and what to do; nothing on stdout."""
    done = register(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_reminders_of_a_broken_log_are_not_all(
    register: Register, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Where decisions cannot be relied on, the list of what is due says on stderr that it may lack something."""
    (tmp_path / "log.jsonl").write_bytes(b"{}\n")
    done = register("--due", "1d", "--decisions", str(tmp_path), "--now", "2026-12-01")
    assert "Something may be due that is not listed." in done.stderr
    assert place.exists()
