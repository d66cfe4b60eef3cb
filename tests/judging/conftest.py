"""The sample protocol with questions to a judge, and trials of its controls."""

import pathlib

import pytest

from govkit.adapters.protocol_folder import read_folder
from govkit.protocol.release import Release

SAMPLE = pathlib.Path(__file__).parents[1] / "samples" / "parcels"


@pytest.fixture(name="release", scope="session")
def _release() -> Release:
    return read_folder(SAMPLE)
