"""The program, run as a user runs it."""

import datetime
import functools
import pathlib
import re
import shutil
import subprocess
import typing as t

import pytest

from govkit.adapters.keys import new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.runs import run_control
from govkit.testing import RecordingWatcher, run_program
from govkit.testing.desk import PEOPLE, Desk
from govkit.workflow.limits import Limits

Program: t.TypeAlias = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(name="program")
def _program(tmp_path: pathlib.Path) -> Program:
    """`govkit ...` in a folder of its own."""
    return functools.partial(run_program, tmp_path)


HERE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(name="office_made", scope="session")
def _office_made(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    place = tmp_path_factory.mktemp("office")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "demonstration", place, RecordingWatcher(), Limits(), http=False)
    made.folder.rename(place / "run")
    now = datetime.datetime.now(datetime.UTC)
    for name in PEOPLE:
        new_key(
            place, name, common_name=name, organization=f"{name} Ltd", valid_days=9, now=now, passphrase=None
        )
    assert run_program(place, "report", "run", "--key", "lab.key.pem").returncode == 0
    text = (HERE / "docs/approval.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n# ([a-z-]+\.yaml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for name, block in blocks:
        (place / name).write_text(block, encoding="utf-8")
    signed = run_program(
        place, "policy", "sign", "policy.yaml", "--key", "owner.key.pem", "--by", "Owner Person"
    )
    assert signed.returncode == 0, signed.stderr
    return place


@pytest.fixture(name="desk")
def _desk(office_made: pathlib.Path, tmp_path: pathlib.Path) -> Desk:
    """A desk of one's own."""
    return Desk(pathlib.Path(shutil.copytree(office_made, tmp_path / "desk")))
