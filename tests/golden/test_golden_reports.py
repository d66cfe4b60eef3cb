"""Reports that earlier versions made still hold, every printed word included."""

import datetime
import pathlib

import pytest

from govkit.adapters.keys import load_certificates
from govkit.adapters.pdf_reader import read
from govkit.adapters.reading import read_pdf
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.digest import digest
from govkit.report.view import RECORD_NAME, parse_record

HERE = pathlib.Path(__file__).resolve().parent
REPORTS = {"report-0.1.0": "sha256:dcc527bcb63a0c19ed17fac028023e081bfed0b7f43d5c8ebc3fc6c62e362ba5"}
"""Each folder, and the digest of its PDF."""
MADE = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
"""A moment at which the signers' certificates were valid."""


@pytest.mark.parametrize("name", REPORTS)
def test_a_golden_report_is_untouched(name: str) -> None:
    """The file is the one that was signed."""
    assert digest((HERE / name / "report.pdf").read_bytes()) == REPORTS[name]


@pytest.mark.parametrize("name", REPORTS)
def test_a_golden_report_holds(name: str) -> None:
    """All steps hold for whom the signer is known; step 11 sets it in the very template it was made with."""
    trusting = Trusting(load_certificates(HERE / name / "signer.crt"))
    readers = Readers(document=read, words=read_pdf)
    result = verify_path(HERE / name / "report.pdf", trusting, now=MADE, readers=readers)
    assert [finding for finding in result.findings if finding.state not in ("holds", "not-applicable")] == []
    [compared] = [finding for finding in result.findings if finding.step == 11]
    assert (compared.state, compared.what) == ("holds", "Every word of 19 pages follows from the evidence.")


def test_the_first_report_was_made_with_the_first_template() -> None:
    """It names the template 0.1.0 by its digest, which is no longer the newest."""
    document = read((HERE / "report-0.1.0" / "report.pdf").read_bytes())
    record = parse_record(document.attachments[RECORD_NAME])
    assert record.template_digest == "sha256:3f1d994e4daf557bab388e10a647fa118747caf58202c38af1eb1d397de3aa15"
