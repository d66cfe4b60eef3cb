"""
Forged reports. Each function makes the forgery that the folder of its name (with dashes) describes;
`govkit verify --allow-unknown-signer` must refuse it in the step that the README there names.

Files are read in this process, since we made them; a few go through the command itself, guards and all.
"""

# ruff: noqa: D103, ARG001 - the README of a forgery says what it is; all take the same arguments

import dataclasses
import io
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pikepdf
import pytest

from govkit.adapters.press import Attachment, Press
from govkit.attestation.claim import claim
from govkit.attestation.envelope import seal
from govkit.digest import canonical
from govkit.report.view import parse_record
from govkit.verification.evidence import examine
from govkit.verification.verify import view_of

HERE = pathlib.Path(__file__).parent
SEGMENT = "transcripts-000001.zst"
W: t.TypeAlias = t.Any
"""The workshop of conftest.py."""
Forge: t.TypeAlias = t.Callable[[W], bytes]
FORGERIES: dict[str, Forge] = {}


def forgery(make: Forge) -> Forge:
    """Registers a forgery under its folder's name."""
    FORGERIES[make.__name__.replace("_", "-")] = make
    return make


# --- no key ---


@forgery
def unsigned_pdf(w: W) -> bytes:
    return t.cast(bytes, w.unsigned(w.sound.pdf))


@forgery
def no_pdf(w: W) -> bytes:
    return b"All is well, and this is a report.\n"


@forgery
def empty_file(w: W) -> bytes:
    return b""


@forgery
def report_appended_to(w: W) -> bytes:
    data = w.sound.pdf.read_bytes()
    start = re.findall(rb"startxref\s+(\d+)", data)[-1]
    return t.cast(bytes, data + b"\n%% harmless\nstartxref\n" + start + b"\n%%EOF\n")


@forgery
def attachment_swapped(w: W) -> bytes:
    with pikepdf.open(io.BytesIO(w.sound.pdf.read_bytes())) as opened:
        del opened.attachments["assessment.json"]
        opened.attachments["assessment.json"] = pikepdf.AttachedFileSpec(opened, b"{}")  # type: ignore[call-arg]  # the stubs know no defaults
        buffer = io.BytesIO()
        opened.save(buffer)
    return buffer.getvalue()


# --- own key ---


@forgery
def attachment_swapped_and_signed(w: W) -> bytes:
    return t.cast(bytes, w.sign(w.unsigned(w.sound.pdf), w.forger))


@forgery
def evidence_of_another_run(w: W) -> bytes:
    files = w.attached(w.other.pdf)
    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, files=files)))


@forgery
def pages_that_say_pass(w: W) -> bytes:
    files = w.attached(w.sound.pdf)
    found = examine(files, {}, allow_unreleased=True, derived=set(files))
    assert found.manifest
    assert found.recomputed
    reported = f"{w.signed_at:%Y-%m-%dT%H:%M:%SZ}"
    payload = claim(found.manifest, found.recomputed, signed=reported, certificates=[w.forger.certificate])
    record = parse_record(files["report.json"])
    mine = {"signer": "CN=forger", "signer_fingerprint": w.forger.fingerprint}
    record = record.model_copy(update=mine)
    view = view_of(found, record)
    assert view
    kinder = view.assessment.model_copy(update={"verdict": "pass", "sentence": "All is well."})
    html = Press().html(dataclasses.replace(view, assessment=kinder))
    files |= {"report.json": record.bytes(), "attestation.json": seal(payload, w.forger)}
    enclosed = [Attachment(name, data, name, "application/json") for name, data in sorted(files.items())]
    pdf = Press().render(html, title="Report", language="en", attachments=enclosed, created=w.signed_at)
    return t.cast(bytes, w.sign(pdf, w.forger))


# --- the signer's own key ---


def _with(w: W, **files: bytes | None) -> bytes:
    named = {name.replace("__", "."): data for name, data in files.items()}
    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, files=named)))


@forgery
def extra_attachment(w: W) -> bytes:
    return _with(w, notes__json=b"{}")


@forgery
def report_in_a_report(w: W) -> bytes:
    return _with(w, report__pdf=w.other.pdf.read_bytes())


@forgery
def attachment_name_in_other_case(w: W) -> bytes:
    return _with(w, Manifest__json=b"{}")


@forgery
def attachment_name_with_a_path(w: W) -> bytes:
    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, files={"../plan.json": b"{}"})))


@forgery
def transcripts_left_out_of_the_report(w: W) -> bytes:
    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, files={SEGMENT: None})))


@forgery
def page_text_cut(w: W) -> bytes:
    def cut(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        steps = list(pikepdf.parse_content_stream(page))
        last = max(i for i, step in enumerate(steps) if str(step.operator) in ("Tj", "TJ"))
        del steps[last]
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(steps))

    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, edit=cut)))


@forgery
def page_cut(w: W) -> bytes:
    def cut(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[-1]

    return t.cast(bytes, w.sign(w.rewrite(w.sound.pdf, edit=cut)))


def _recorded(w: W, **changes: t.Any) -> bytes:
    record = json.loads(w.attached(w.sound.pdf)["report.json"])
    return _with(w, report__json=canonical({**record, **changes}))


@forgery
def record_names_another_signer(w: W) -> bytes:
    return _recorded(w, signer="CN=European Commission, AI Office")


@forgery
def record_hides_a_demonstration(w: W) -> bytes:
    return _recorded(w, demonstration=False)


@forgery
def record_of_another_time(w: W) -> bytes:
    return _recorded(w, reported="2031-01-01T00:00:00Z")


@forgery
def record_with_an_unknown_template(w: W) -> bytes:
    return _recorded(w, template="regulator", template_digest="sha256:" + "0" * 64)


@forgery
def record_says_transcripts_travel_apart(w: W) -> bytes:
    return _recorded(w, transcripts_attached=False)


@forgery
def pdf_signed_at_another_time(w: W) -> bytes:
    at = w.signed_at.replace(year=w.signed_at.year + 1, day=1)
    return t.cast(bytes, w.sign(w.unsigned(w.sound.pdf), at=at))


# --- all of them ---


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_report_is_refused_in_the_step_its_readme_names(
    name: str, workshop: W, expected_of: t.Callable[[pathlib.Path], t.Any], tmp_path: pathlib.Path
) -> None:
    """Exit code 4, found in the step of the README and in its words; every step says what became of it."""
    expected = expected_of(HERE / name)
    forged = tmp_path / "report.pdf"
    forged.write_bytes(FORGERIES[name](workshop))
    result = workshop.verify(forged)
    failed = [each for each in result.findings if each.step == expected.step and each.state == "fails"]
    assert result.exit_code == 4
    assert failed, [each for each in result.findings if each.state not in ("holds", "not-applicable")]
    assert any(expected.words in each.what for each in failed), failed
    assert {each.step for each in result.findings} == set(range(1, 13))


def test_every_forgery_of_a_report_has_its_readme_and_every_readme_its_forgery() -> None:
    """The folders and the functions are the same set, so none is described and not made, or made and not described."""
    told = {path.parent.name for path in HERE.glob("*/README.md") if "Forged: report" in path.read_text()}
    assert told == set(FORGERIES)


def test_the_report_written_anew_and_signed_by_its_signer_still_holds(
    workshop: W, tmp_path: pathlib.Path
) -> None:
    """The forger's tools alone change nothing that verification looks at, so a refusal is the forgery's doing."""
    same = tmp_path / "report.pdf"
    same.write_bytes(workshop.sign(workshop.rewrite(workshop.sound.pdf)))
    result = workshop.verify(same, trusting_signer=True)
    assert result.holds, [each for each in result.findings if each.state != "holds"]


def test_transcripts_that_travel_apart_are_read_from_the_run_folder_and_the_record_must_say_so(
    workshop: W, tmp_path: pathlib.Path
) -> None:
    """A report without transcripts is made whole by its run's folder; that its record says otherwise is found."""
    forged = tmp_path / "report.pdf"
    forged.write_bytes(transcripts_left_out_of_the_report(workshop))
    command = ["verify", "--allow-unknown-signer", "--json", str(forged), str(workshop.sound.folder)]
    code, said = _govkit(*command, cwd=tmp_path)
    failed = {each["step"] for each in said[0]["findings"] if each["state"] == "fails"}
    assert (code, failed) == (4, {11})


def _govkit(*arguments: str, cwd: pathlib.Path) -> tuple[int, t.Any]:
    done = subprocess.run(
        [sys.executable, "-m", "govkit", *arguments], cwd=cwd, capture_output=True, check=False, text=True
    )
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith(("[", "{")) else done.stderr


@pytest.mark.parametrize("name", ["no-pdf", "report-appended-to", "extra-attachment"])
def test_the_command_itself_refuses(name: str, workshop: W, tmp_path: pathlib.Path) -> None:
    """The same through the command and its guarded readers: exit code 4 and a finding, never a traceback."""
    forged = tmp_path / "report.pdf"
    forged.write_bytes(FORGERIES[name](workshop))
    code, said = _govkit("verify", "--allow-unknown-signer", "--json", "report.pdf", cwd=tmp_path)
    assert code == 4
    assert any(each["state"] == "fails" for each in said[0]["findings"])
