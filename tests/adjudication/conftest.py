"""A small run to be read, made once, and two readers with keys of their own."""

import dataclasses
import datetime
import pathlib
import shutil
import typing as t

import pytest

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.protocol_folder import read_release
from govkit.api.adjudicating import Bench, adjudicate, open_run, write_form
from govkit.api.runs import run_control
from govkit.testing import RecordingWatcher, fill_form
from govkit.workflow.limits import Limits

SAMPLE = 6


@dataclasses.dataclass(frozen=True)
class Desk:
    """Where a person reads."""

    bench: Bench
    place: pathlib.Path
    keys: t.Mapping[str, LoadedKey]

    def form(self, name: str, *, sample: int = SAMPLE, blind: bool = False) -> pathlib.Path:
        """An empty form."""
        path = self.place / f"{name}.yaml"
        write_form(self.bench, path, sample, blind=blind)
        return path

    def sign(
        self, name: str, outcomes: t.Mapping[str, str], *, sample: int = SAMPLE, blind: bool = False
    ) -> t.Any:
        """What all adjudications come to, once this reader has overturned these."""
        path = self.form(name, sample=sample, blind=blind)
        path.write_text(fill_form(path.read_text(encoding="utf-8"), outcomes), encoding="utf-8")
        return adjudicate(self.bench, path, self.keys[name], by=f"{name}, reader")

    def violations(self) -> list[str]:
        """What the machine read as violations, in the order of the worklist."""
        return [each.trial.name for each in self.bench.worklist(SAMPLE) if each.chosen == "violation"]

    def others(self) -> list[str]:
        """The sample."""
        return [each.trial.name for each in self.bench.worklist(SAMPLE) if each.chosen == "sample"]


@pytest.fixture(name="made", scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run of a scripted candidate, in process, and keys beside it."""
    place = tmp_path_factory.mktemp("read")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "demonstration", place, RecordingWatcher(), Limits(), http=False, trials=4)
    made.folder.rename(place / "run")
    for name in ("ann", "bob"):
        new_key(
            place,
            name,
            common_name=name,
            organization=None,
            valid_days=9,
            now=datetime.datetime.now(datetime.UTC),
            passphrase=None,
        )
    return place


@pytest.fixture
def desk(made: pathlib.Path, tmp_path: pathlib.Path) -> Desk:
    """A copy of the run, opened to be read."""
    folder = pathlib.Path(shutil.copytree(made, tmp_path / "desk"))
    keys = {name: load_key(str(folder / f"{name}.key.pem"), None) for name in ("ann", "bob")}
    return Desk(open_run(folder / "run"), folder, keys)
