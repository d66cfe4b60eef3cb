"""A sound run and its report, made once."""

import dataclasses
import datetime
import pathlib
import shutil

import pytest

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.reporting import report
from govkit.api.runs import run_control
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress


class Unwatched:
    """Nobody looks on."""

    def show(self, progress: Progress) -> None:
        """Nothing."""


@dataclasses.dataclass(frozen=True)
class Sound:
    """A run, its report, and who signed it."""

    folder: pathlib.Path
    pdf: pathlib.Path
    key: LoadedKey
    certificate: pathlib.Path


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A small run of a scripted candidate, in process, with its report."""
    place = tmp_path_factory.mktemp("sound")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "demonstration", place, Unwatched(), Limits(), http=False, trials=2)
    now = datetime.datetime.now(datetime.UTC)
    pair = new_key(
        place, "signer", common_name="signer", organization=None, valid_days=9, now=now, passphrase=None
    )
    key = load_key(str(pair.key_path), None)
    reported = report(made.folder, key, out=place / "report.pdf")
    return Sound(made.folder, reported.path, key, pair.certificate_path)


@pytest.fixture
def sound_copy(sound: Sound, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the run folder, to be damaged."""
    return pathlib.Path(shutil.copytree(sound.folder, tmp_path / "run"))
