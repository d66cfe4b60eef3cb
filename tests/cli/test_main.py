"""The command line as a person meets it: help, and a clear message with its exit code for whatever is asked wrongly."""

import json
import pathlib
import re
import socket
import subprocess
import sys

import pytest

from govkit.cli import COMMANDS, printable
from govkit.testing import run_program

CANDIDATE = "format: govkit.candidate/1\nname: nobody\nmodel: openai/nobody\nattempts: 1\n"
FAULTY = "format: govkit.candidate/1\nname: yes\nmodell: openai/x\nname: again\ntimeout_seconds: long\n"


@pytest.fixture(name="desk")
def _desk(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with some files, good and bad."""
    files = {
        "nobody.yaml": CANDIDATE + "api_base: http://127.0.0.1:1/v1\n",
        "nowhere.yaml": CANDIDATE + "api_base: http://model.invalid/v1\napi_key_env: HOME\n",
        "keyless.yaml": CANDIDATE + "api_base: http://127.0.0.1:1/v1\napi_key_env: NO_SUCH_KEY\n",
        "faulty.yaml": FAULTY,
        "warm.yaml": CANDIDATE.replace("attempts: 1", "sampling: {temperature: warm}"),
        "priced.yaml": CANDIDATE + "prices: {input_per_million: 1, output_per_million: 2}\n",
        "latin.yaml": CANDIDATE,
        "broken/protocol.yaml": "format: govkit.protocol/1\nid: [\n",
        "empty/readme.txt": "no protocol",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(CANDIDATE.encode() + b"notes: caf\xe9\n")
    return tmp_path


RUN = ("run", "peer-preservation@0.1.0", "--candidate")
WRONG: dict[str, tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    "command": (("rum",), 2, ("no command called 'rum'", "did you mean run")),
    "option": ((*RUN, "x", "--trails", "3"), 2, ("No such option", "--trials")),
    "no candidate": (("run", "peer-preservation@0.1.0"), 2, ("Missing option '--candidate'",)),
    "protocol": (("run", "peer-preservatoin", "--candidate", "x"), 2, ("did you mean peer-preservation",)),
    "version": (("run", "peer-preservation@9.9.9", "--candidate", "x"), 2, ("peer-preservation@0.1.0",)),
    "long name": (("protocol", "show", "a" * 5000), 2, ("There is no protocol",)),
    "bytes": (("protocol", "show", "\udcff\x1b[31m"), 2, ("There is no protocol",)),
    "no protocol here": (("protocol", "lint", "empty"), 2, ("There is no protocol in this folder", "empty")),
    "broken protocol": (("protocol", "lint", "broken"), 2, ("broken", "protocol.yaml:")),
    "check": ((*RUN, "openai/x", "--check", "shutdwn-control"), 2, ("did you mean shutdown-control",)),
    "no file": ((*RUN, "none.yaml"), 2, ("There is no such candidate file", "none.yaml")),
    "no text": ((*RUN, "latin.yaml"), 2, ("cannot be read", "UTF-8")),
    "folder": ((*RUN, "empty.yaml/x.yaml"), 2, ("candidate file",)),
    "faulty file": ((*RUN, "faulty.yaml"), 2, ("faulty.yaml:2", "faulty.yaml:3", "faulty.yaml:4", "faulty.yaml:5")),
    "no key": ((*RUN, "keyless.yaml"), 2, ("NO_SUCH_KEY holds no key", "do: set it")),
    "no prices": ((*RUN, "nobody.yaml", "--budget-usd", "1"), 2, ("needs prices",)),
    "no trials": ((*RUN, "nobody.yaml", "--trials", "0"), 2, ("0 is not in the range",)),
    "bad out": ((*RUN, "nobody.yaml", "--out", "nobody.yaml"), 2, ("'--out'", "is a file")),
    "bad out below": ((*RUN, "nobody.yaml", "--out", "nobody.yaml/x"), 2, ("folder cannot be used", "Not a directory")),
    "control": (("serve-control", "hones"), 2, ("There is no control", "did you mean honest")),
    "controls": (("protocol", "controls", "peer-preservation@0.1.0", "--control", "idel"), 2, ("did you mean idle",)),
    "port": (("serve-control", "honest", "--port", "70000"), 2, ("70000 is not in the range",)),
    "lock": (("protocol", "release", "empty"), 2, ("There is no protocol in this folder",)),
    "nobody there": ((*RUN, "nobody.yaml", "--trials", "1"), 5, ("cannot be reached", "http://127.0.0.1:1/v1", "do: ")),
    "no such host": ((*RUN, "nowhere.yaml", "--trials", "1"), 5, ("cannot be reached", "http://model.invalid/v1")),
    "no such provider": ((*RUN, "nonsense", "--trials", "1"), 2, ("refuses the request", "LLM Provider NOT provided")),
    "provider's key": ((*RUN, "openai/gpt-4.1", "--trials", "1"), 5, ("refuses the key", "set OPENAI_API_KEY to")),
    "other provider": ((*RUN, "anthropic/claude-x", "--trials", "1"), 5, ("set ANTHROPIC_API_KEY", "`api_key_env`")),
    "no number": ((*RUN, "warm.yaml"), 2, ("warm.yaml:4: ", 'this must be a decimal number in quotes such as "0.7"')),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_asked_wrongly_gets_one_message_and_its_exit_code(name: str, desk: pathlib.Path) -> None:
    """Every mistake is answered on stderr, with what and where and a documented exit code; never with a traceback."""
    arguments, code, said = WRONG[name]
    done = run_program(desk, *arguments)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert [each for each in said if each not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert "fault of govkit" not in done.stderr
    assert "\x1b" not in done.stderr
    if code == 2 and "request" not in said[0]:
        assert not (desk / "evidence").exists()


def test_every_command_has_help(tmp_path: pathlib.Path) -> None:
    """`-h` and `--help` say what a command is for, on stdout; the list names them all."""
    listed = run_program(tmp_path, "--help")
    assert listed.returncode == 0
    assert [name for name in COMMANDS if f"  {name} " not in listed.stdout] == []
    for name in COMMANDS:
        done = run_program(tmp_path, name, "-h")
        assert (done.returncode, done.stderr) == (0, ""), name
        assert done.stdout.startswith(f"Usage: govkit {name}")


def test_a_port_that_is_taken_is_said(tmp_path: pathlib.Path) -> None:
    """`serve-control` on a port where something listens already names the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run_program(tmp_path, "serve-control", "honest", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "choose another --port" in done.stderr


def test_a_reader_that_goes_away_is_no_result(tmp_path: pathlib.Path) -> None:
    """When nobody reads what is printed, the exit code is neither pass nor fail, and nothing is complained of."""
    command = f"{sys.executable} -m govkit protocol list | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_an_output_that_is_full_is_said(tmp_path: pathlib.Path) -> None:
    """A result that cannot be written ends with a message and exit code 2."""
    command = f"exec {sys.executable} -m govkit protocol list > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_spends_and_writes_nothing(desk: pathlib.Path) -> None:
    """The plan with its calls and tokens comes out on stdout, though nobody lives at the address."""
    done = run_program(desk, *RUN, "nobody.yaml", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "in all: 288 trials" in done.stdout
    assert not (desk / "evidence").exists()


NOTES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "key": (("keyless.yaml",), ("note: The environment variable NO_SUCH_KEY (`api_key_env`) holds no key",)),
    "dollars": (("priced.yaml", "--budget-usd", "0.5"), ("budget of $0.50 is less than the estimate of $", " of 288")),
    "tokens": (("nobody.yaml", "--budget-tokens", "1000"), ("budget of 1,000 tokens is less than", "about 1 of 288")),
    "enough": (("priced.yaml", "--budget-usd", "500", "--budget-tokens", "500000000"), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_a_dry_run_notes_what_would_stop_the_run(name: str, desk: pathlib.Path) -> None:
    """A key that is not set and a budget that is too small are said on stderr; it is no error, for nothing is spent."""
    arguments, said = NOTES[name]
    done = run_program(desk, *RUN, *arguments, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trials"] == 288
    assert [each for each in said if each not in done.stderr] == []
    assert ("reports none, it counts a quarter of the characters" in done.stderr) == (
        "--budget" in str(arguments)
    )
    assert len(done.stderr.splitlines()) == bool(said) + ("--budget" in str(arguments))


def test_a_dry_run_refuses_a_budget_that_no_run_could_keep(desk: pathlib.Path) -> None:
    """Dollars without prices are asked wrongly there too."""
    done = run_program(desk, *RUN, "nobody.yaml", "--budget-usd", "1", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs prices" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "time"),
    [
        (("--max-connections", "1"), r"time: 59 minutes to 4\.9 hours with 1 connection,"),
        (("--max-connections", "7"), r"time: 8 to 42 minutes with 7 connections,"),
        (
            ("--check", "shutdown-control", "--trials", "1"),
            r"time: \d+ to \d+ seconds with 16 connections,",
        ),
    ],
)
def test_a_dry_run_says_the_time_for_the_connections_asked_for(
    arguments: tuple[str, ...], time: str, desk: pathlib.Path
) -> None:
    """Hours, minutes under an hour, seconds under two minutes; and with how many connections."""
    done = run_program(desk, *RUN, "nobody.yaml", "--dry-run", *arguments)
    assert re.search(time, done.stdout), done.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve, 日本", "plain, naïve, 日本"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("\x9b2J\u202eabc\ud800", "<U+009B>2J<U+202E>abc<U+D800>"),
        ("over\rwritten\x07", "over<U+000D>written<U+0007>"),
    ],
)
def test_what_could_lie_in_a_terminal_is_escaped(text: str, shown: str) -> None:
    """Control characters and marks of direction come out as their numbers; letters of any script as they are."""
    assert printable(text) == shown
