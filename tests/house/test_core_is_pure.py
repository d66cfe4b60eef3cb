"""The core computes and does nothing else: bytes and values in, bytes and values out."""

import ast
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest

HERE = pathlib.Path(__file__).resolve().parents[2]
ASKS_THE_TIME = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "monotonic",
    "perf_counter",
    "uuid1",
    "uuid4",
    "urandom",
}


def _walk_the_line(*planted: str) -> dict[str, t.Any]:
    """What core_line.py noted, in a process of its own: an audit hook cannot be taken off again."""
    found = subprocess.run(
        [sys.executable, "-X", "utf8", str(pathlib.Path(__file__).with_name("core_line.py")), *planted],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    said: dict[str, t.Any] = json.loads(found.stdout)
    return said


def test_the_core_touches_nothing_outside_its_arguments() -> None:
    """From a protocol's texts to verified evidence the core opens no file or socket, imports nothing, asks no clock."""
    said = _walk_the_line()
    assert said["noted"] == []
    assert said["states"] == ["holds"]
    assert said["tool_calls"] > 0


@pytest.mark.parametrize(
    "fault", ["file", "folder", "socket", "process", "import", "clock", "chance", "entropy"]
)
def test_a_planted_fault_is_noted(fault: str) -> None:
    """A single call of that kind on the way would be noted."""
    assert _walk_the_line(fault)["noted"] != []


def _asked_times(source: str) -> list[str]:
    """Calls that ask for the present moment or for chance: `datetime.now()` reports nothing to an audit hook."""
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [each.attr for each in called if isinstance(each, ast.Attribute) and each.attr in ASKS_THE_TIME]


def test_the_core_never_asks_what_time_it_is() -> None:
    """No module of the core calls `datetime.now` or a relative of it, in any branch."""
    modules = _walk_the_line()["modules"]
    assert len(modules) > len({name.split(".")[1] for name in modules})
    for name in modules:
        path = HERE.joinpath(*name.split("."))
        source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        assert _asked_times(source.read_text(encoding="utf-8")) == [], source


def test_asking_for_the_time_is_seen() -> None:
    """The search above finds the call it looks for."""
    assert _asked_times("import datetime\nmoment = datetime.datetime.now(datetime.UTC)\n") == ["now"]
