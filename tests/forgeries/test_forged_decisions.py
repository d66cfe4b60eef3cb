"""
Forged decisions in a report. Each function makes the forgery that the folder of its name (with dashes) describes; who
trusts the report's signer and everybody who decided must refuse it in the step that the README there names.
"""

# ruff: noqa: D103 - the README of a forgery says what it is

import dataclasses
import json
import pathlib
import typing as t

import pytest

from govkit.adapters.keys import load_certificates
from govkit.adapters.pdf_reader import read
from govkit.adapters.policy_folder import shipped_policies
from govkit.adapters.press import Attachment, Press
from govkit.adapters.reading import read_pdf
from govkit.adapters.report_templates import find_template
from govkit.api.verifying import Readers, Trusting, trusting_only, verify_path
from govkit.approval.carried import shown_of
from govkit.approval.log import NAME as LOG
from govkit.approval.log import Log, line_of, parse_log
from govkit.approval.records import Waiver, file_name, parse_record
from govkit.approval.signed import NO_LOG
from govkit.digest import canonical
from govkit.report.decisions import DecisionsShown
from govkit.report.view import RECORD_NAME
from govkit.report.view import parse_record as parse_report_record
from govkit.testing.office import DAY
from govkit.verification.evidence import examine
from govkit.verification.finding import Verification
from govkit.verification.verify import view_of

HERE = pathlib.Path(__file__).parent
W: t.TypeAlias = t.Any
"""The workshop of conftest.py."""
Files: t.TypeAlias = dict[str, bytes]
Forge: t.TypeAlias = t.Callable[[W], bytes]
FORGERIES: dict[str, Forge] = {}


def forgery(make: Forge) -> Forge:
    """Registers a forgery under its folder's name."""
    FORGERIES[make.__name__.replace("_", "-")] = make
    return make


@forgery
def waiver_whose_end_was_edited(w: W) -> bytes:
    files = w.attached(w.decided.pdf)
    name = next(each for each in files if each.startswith("waiver-") and "dsse" not in each)
    waiver = parse_record(files[name], name=name)
    assert isinstance(waiver, Waiver)
    later = waiver.model_copy(update={"valid_until": f"{w.now + 70 * DAY:%Y-%m-%dT%H:%M:%SZ}"})
    stem, new = name.removesuffix(".json"), file_name(later).removesuffix(".json")
    renamed = {each.replace(stem, new): data for each, data in files.items()}
    renamed[file_name(later)] = later.bytes()
    return _set(w, _logged(renamed, {each: each.replace(stem, new) for each in files}), lambda shown: shown)


@forgery
def revocation_removed(w: W) -> bytes:
    files = {name: data for name, data in w.attached(w.decided.pdf).items() if "revocation" not in name}
    return _set(w, _logged(files, {name: name for name in files}), lambda shown: shown)


@forgery
def decision_of_another_subject(w: W) -> bytes:
    def foreign(shown: DecisionsShown) -> DecisionsShown:
        [ours] = shown.decisions
        aside = next(each for each in shown.set_aside if each.kind == "decision")
        rest = tuple(each for each in shown.set_aside if each is not aside)
        theirs = dataclasses.replace(ours, name=aside.name, scope="There.")
        return dataclasses.replace(shown, decisions=(theirs,), set_aside=rest)

    return _set(w, w.attached(w.decided.pdf), foreign)


@forgery
def page_one_that_hides_a_waiver(w: W) -> bytes:
    files = w.attached(w.decided.pdf)
    return _set(w, files, lambda shown: dataclasses.replace(shown, waivers=()))


@forgery
def template_that_prints_no_decisions(w: W) -> bytes:
    files, older = w.attached(w.decided.pdf), find_template("regulator@0.4.0")
    record = parse_report_record(files[RECORD_NAME]).model_copy(update={"template_digest": older.digest})
    return _set(w, files | {RECORD_NAME: record.bytes()}, lambda shown: shown, older.reference)


def _logged(files: Files, renamed: t.Mapping[str, str]) -> Files:
    """With the log written anew: the lines of what is still there, under its name, with its digest."""
    old, new = parse_log(files[LOG]), Log()
    kept = [each for each in old.entries if each.name in renamed]
    for each in kept:
        name = renamed[each.name]
        new = Log((*new.entries, new.entry_for(name, files[name], each.at)))
    record = parse_report_record(files[RECORD_NAME])
    assert record.decisions
    carried = record.decisions.model_copy(update={"log_head": new.head})
    lines = b"".join(line_of(each) for each in new.entries)
    return {**files, LOG: lines, RECORD_NAME: record.model_copy(update={"decisions": carried}).bytes()}


def _set(
    w: W, files: Files, lie: t.Callable[[DecisionsShown], DecisionsShown], template: str = "regulator"
) -> bytes:
    """The report of these files, signed by its signer, with pages that follow from them but for the lie."""
    found = examine(files, {}, allow_unreleased=True, derived=set(files))
    record = parse_report_record(files[RECORD_NAME])
    view = view_of(found, record, lie(_shown(w)))
    assert view
    enclosed = [Attachment(name, data, name, "application/json") for name, data in sorted(files.items())]
    html = Press().html(view, template)
    pdf = Press().render(html, title="Report", language="en", attachments=enclosed, created=w.signed_at)
    return t.cast(bytes, w.sign(pdf))


def _shown(w: W) -> DecisionsShown:
    """What follows from the sound report's attachments."""
    sound = w.attached(w.decided.pdf)
    found = examine(sound, {}, allow_unreleased=True, derived=set(sound))
    told = parse_report_record(sound[RECORD_NAME])
    return shown_of(sound, told, found, w.signer.certificate, shipped=shipped_policies(), as_of=trusting_only)


def _verified(w: W, path: pathlib.Path) -> Verification:
    trusting = Trusting((*load_certificates(w.certificate), *w.office.anchors))
    return verify_path(path, trusting, readers=Readers(document=read, words=read_pdf))


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_forged_decisions_are_refused_in_the_step_their_readme_names(
    name: str, workshop: W, expected_of: t.Callable[[pathlib.Path], t.Any], tmp_path: pathlib.Path
) -> None:
    """Exit code 4, found in the step of the README and in its words, by one who trusts all whom one may."""
    expected = expected_of(HERE / name)
    forged = tmp_path / "report.pdf"
    forged.write_bytes(FORGERIES[name](workshop))
    result = _verified(workshop, forged)
    failed = [each for each in result.findings if each.step == expected.step and each.state == "fails"]
    assert result.exit_code == 4
    assert failed, [each for each in result.findings if each.state not in ("holds", "not-applicable")]
    assert any(expected.words in each.what for each in failed), failed
    assert {each.step for each in result.findings if each.state == "fails"} == {expected.step}


def test_every_forged_decision_has_its_readme_and_every_readme_its_forgery() -> None:
    """The folders and the functions are the same set."""
    told = {path.parent.name for path in HERE.glob("*/README.md") if "Forged: decisions" in path.read_text()}
    assert told == set(FORGERIES)


def test_the_decisions_set_anew_and_signed_by_their_signer_still_hold(
    workshop: W, tmp_path: pathlib.Path
) -> None:
    """The forger's tools alone change nothing that verification looks at."""
    same = tmp_path / "report.pdf"
    same.write_bytes(_set(workshop, workshop.attached(workshop.decided.pdf), lambda shown: shown))
    result = _verified(workshop, same)
    assert result.holds, [each for each in result.findings if each.state != "holds"]


def test_a_record_and_its_policy_cannot_be_exchanged(workshop: W, tmp_path: pathlib.Path) -> None:
    """Another policy under the name of the attached one, a tier that it does not have, another end of the log."""
    sound = workshop.attached(workshop.decided.pdf)
    kinder = json.loads(sound["policy.yaml"]) | {"version": "1.0.1"}
    record = parse_report_record(sound[RECORD_NAME])
    assert record.decisions
    tier, head = (
        record.model_copy(update={"decisions": record.decisions.model_copy(update=changed)})
        for changed in ({"tier": "none"}, {"log_head": NO_LOG})
    )
    for files, words in (
        ({"policy.yaml": canonical(kinder)}, "not the one that the report names"),
        ({RECORD_NAME: tier.bytes()}, "The policy has no such tier"),
        ({RECORD_NAME: head.bytes()}, "does not end where the report says"),
    ):
        forged = tmp_path / "report.pdf"
        forged.write_bytes(workshop.sign(workshop.rewrite(workshop.decided.pdf, files=files)))
        failed = [each for each in _verified(workshop, forged).findings if each.state == "fails"]
        assert any(each.step == 12 and words in each.what for each in failed), failed
