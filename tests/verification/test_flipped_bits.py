"""One bit of what is handed over is turned, anywhere: it never holds, it never raises, damaged records name a trial."""

import pathlib
import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.adapters.pdf_reader import read
from govkit.adapters.reading import read_pdf
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.verification.finding import Verification

SEARCH = hypothesis.settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
IN_PROCESS = Readers(document=read, words=read_pdf)


def _verified(path: pathlib.Path) -> Verification:
    return verify_path(path, Trusting(allow_unknown_signer=True), readers=IN_PROCESS)


def _flipped(data: bytes, place: float, bit: int) -> bytes:
    index = min(int(place * len(data)), len(data) - 1)
    return data[:index] + bytes([data[index] ^ 1 << bit]) + data[index + 1 :]


PLACE = st.floats(0, 1, exclude_max=True)
BIT = st.integers(0, 7)


@hypothesis.given(place=PLACE, bit=BIT)
@SEARCH
def test_a_flipped_bit_of_the_report_is_found(
    sound: t.Any, tmp_path: pathlib.Path, place: float, bit: int
) -> None:
    """Whatever bit of the PDF is turned, some step fails."""
    forged = tmp_path / "report.pdf"
    forged.write_bytes(_flipped(sound.pdf.read_bytes(), place, bit))
    assert _verified(forged).exit_code == 4


@pytest.mark.parametrize(
    "name",
    [
        "assessment.json",
        "attestation.json",
        "manifest.json",
        "plan.json",
        "profile.json",
        "protocol.json",
        "run.json",
    ],
)
@hypothesis.given(place=PLACE, bit=BIT)
@hypothesis.settings(SEARCH, max_examples=6)
def test_a_flipped_bit_of_a_file_of_the_run_is_found(
    sound_copy: pathlib.Path, name: str, place: float, bit: int
) -> None:
    """Whatever bit of whatever file is turned, some step fails. The report in the folder is verified by itself."""
    before = (sound_copy / name).read_bytes()
    try:
        (sound_copy / name).write_bytes(_flipped(before, place, bit))
        assert _verified(sound_copy).exit_code == 4
    finally:
        (sound_copy / name).write_bytes(before)


@hypothesis.given(place=PLACE, bit=BIT)
@SEARCH
def test_a_flipped_bit_of_the_transcripts_is_found_and_names_a_trial(
    sound_copy: pathlib.Path, place: float, bit: int
) -> None:
    """Whatever bit of the transcripts is turned, step 6 fails and says from which trial on."""
    path = sound_copy / "transcripts-000001.zst"
    before = path.read_bytes()
    try:
        path.write_bytes(_flipped(before, place, bit))
        result = _verified(sound_copy)
    finally:
        path.write_bytes(before)
    assert result.exit_code == 4
    assert any(each.step == 6 and each.trial for each in result.findings if each.state == "fails")
