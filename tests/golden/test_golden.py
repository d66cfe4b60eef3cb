"""Evidence that earlier versions sealed still reads, replays and concludes as it did."""

import json
import pathlib
import typing as t

import pytest

from govkit.adapters.evidence_files import FolderFiles
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.attestation.envelope import open_envelope
from govkit.digest import digest
from govkit.verification.evidence import examine

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = sorted(path.name for path in HERE.glob("run-*") if path.is_dir())


def _expected(name: str) -> t.Any:
    return json.loads((HERE / f"{name}.expected.json").read_bytes())


def test_the_first_sample_is_there() -> None:
    """There is something to read: the sample of the first version is never taken away."""
    assert "run-0.1.0" in SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sealed_sample_is_untouched(name: str) -> None:
    """The manifest and the assessment are the bytes that were sealed (the manifest names all others)."""
    for part in ("manifest", "assessment"):
        assert digest((HERE / name / f"{part}.json").read_bytes()) == _expected(name)[part]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sealed_sample_holds(name: str) -> None:
    """Steps 5 to 10 hold: manifest, files, protocol, plan, replay of every trial, and the verdict."""
    found = examine(FolderFiles(HERE / name), _expected(name)["protocol"])
    assert [(finding.step, finding.state) for finding in found.findings] == [
        (step, "holds") for step in range(5, 11)
    ]
    assert found.recomputed is not None
    assert found.recomputed.digest == _expected(name)["assessment"]
    assert found.tool_calls > 0


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sealed_sample_is_still_signed(name: str) -> None:
    """Its envelope opens, and the key that signed is the one whose certificate was kept."""
    opened = open_envelope((HERE / name / ATTESTATION).read_bytes())
    assert opened.problem is None
    assert opened.certificate_der == (HERE / f"{name}.signer.crt").read_bytes()
