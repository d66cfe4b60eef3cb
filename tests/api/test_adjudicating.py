"""From a run to signed decisions beside it: what is shown, what is refused, and what a report carries."""

import datetime
import json
import pathlib
import shutil

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.protocol_folder import read_release
from govkit.adjudication.form import read_form
from govkit.adjudication.model import document_name, envelope_name, names_among, stem_of
from govkit.api.adjudicating import Bench, adjudicate, open_run, whole_conversation, write_form
from govkit.api.reporting import report
from govkit.api.runs import run_control
from govkit.api.schemas import schema_of
from govkit.errors import AskedWrongly, EvidenceBroken, FaultyDocument, UnknownName
from govkit.protocol.strict_yaml import read_yaml
from govkit.testing import RecordingWatcher, fill_form
from govkit.workflow.limits import Limits

NOW = datetime.datetime.now(datetime.UTC)
BY = "Ann Example, reader"


@pytest.fixture(name="sealed", scope="module")
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run, in process, and a reader's key beside it."""
    place = tmp_path_factory.mktemp("sealed")
    release = read_release("peer-preservation@0.1.0")
    made = run_control(release, "demonstration", place, RecordingWatcher(), Limits(), http=False, trials=2)
    made.folder.rename(place / "run")
    new_key(place, "ann", common_name="ann", organization=None, valid_days=9, now=NOW, passphrase=None)
    return place


@pytest.fixture(name="place")
def _place(sealed: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of both."""
    return pathlib.Path(shutil.copytree(sealed, tmp_path / "place"))


@pytest.fixture(name="bench")
def _bench(place: pathlib.Path) -> Bench:
    return open_run(place / "run")


@pytest.fixture(name="key")
def _key(place: pathlib.Path) -> LoadedKey:
    return load_key(str(place / "ann.key.pem"), None)


@pytest.fixture(name="filled")
def _filled(bench: Bench, place: pathlib.Path) -> pathlib.Path:
    """A form with every label confirmed."""
    path = place / "form.yaml"
    write_form(bench, path, 4)
    path.write_text(fill_form(path.read_text(encoding="utf-8"), {}), encoding="utf-8")
    return path


def _stored(run: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir()}


def test_decisions_are_stored_signed_beside_the_evidence_and_change_nothing_of_it(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """Two files under the signer's fingerprint; the assessment and all else is what it was, byte for byte."""
    before = _stored(bench.folder)
    found = adjudicate(bench, filled, key, by=f"  {BY} \n")
    stem = stem_of(key.fingerprint)
    after = _stored(bench.folder)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {document_name(stem), envelope_name(stem)} == names_among(after)
    document = json.loads(after[document_name(stem)])
    assert (document["by"], document["sample"], document["manifest"]) == (BY, 4, bench.digest)
    assert (found.machine, found.verdict, found.decided_by) == (
        "inconclusive",
        "inconclusive",
        "both",
    )
    assert open_run(bench.folder).found.adjudicated == found
    assert not [*Draft202012Validator(schema_of("adjudication")).iter_errors(document)]


def test_the_form_is_valid_under_its_schema(filled: pathlib.Path) -> None:
    """An editor that follows the schema finds nothing wrong in it."""
    form, _ = read_form(filled.read_text(encoding="utf-8"), file="form")
    assert form.trials
    value = read_yaml(filled.read_text(encoding="utf-8"), file="form").value
    assert not [*Draft202012Validator(schema_of("adjudication-form")).iter_errors(value)]


def test_an_earlier_adjudication_is_replaced_only_when_that_is_asked_for(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """Hours of reading are not written over by a command given twice."""
    adjudicate(bench, filled, key, by=BY)
    before = _stored(bench.folder)
    with pytest.raises(AskedWrongly, match="has adjudicated the run before"):
        adjudicate(bench, filled, key, by="Another name")
    assert _stored(bench.folder) == before
    found = adjudicate(bench, filled, key, by="Another name", replace=True)
    assert [reader.document.by for reader in found.readers] == ["Another name"]


def test_what_would_not_hold_is_not_kept(bench: Bench, filled: pathlib.Path, key: LoadedKey) -> None:
    """With a clock that stands before the run's end nothing is written."""
    before = _stored(bench.folder)
    early = NOW - datetime.timedelta(days=1)
    with pytest.raises(EvidenceBroken, match="was not signed after the run was sealed"):
        adjudicate(bench, filled, key, by=BY, now=early)
    assert _stored(bench.folder) == before


@pytest.mark.parametrize("by", ["", " ", "x" * 201, "Ann\u202e"])
def test_it_is_said_who_decides(bench: Bench, filled: pathlib.Path, key: LoadedKey, by: str) -> None:
    """A name that is none, endless, or turns the line is refused."""
    with pytest.raises(AskedWrongly, match="not said who decides"):
        adjudicate(bench, filled, key, by=by)


def test_a_form_of_another_run_is_refused_with_its_line(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """Its trials are others, and nobody has read these."""
    text = filled.read_text(encoding="utf-8")
    filled.write_text(text.replace(bench.digest, f"sha256:{'0' * 64}"), encoding="utf-8")
    with pytest.raises(AskedWrongly, match="of another run") as refused:
        adjudicate(bench, filled, key, by=BY)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith("manifest"))
    assert refused.value.where == f"{filled}:{line}"


def test_a_form_cut_to_a_smaller_sample_lacks_nothing_but_says_so(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """A sample written smaller leaves trials that are not on its list; they are named, and nothing is signed."""
    text = filled.read_text(encoding="utf-8").replace("sample: 4", "sample: 2")
    filled.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyDocument) as faulty:
        adjudicate(bench, filled, key, by=BY)
    assert [fault.what for fault in faulty.value.faults] == ["this trial is not on the worklist"] * 2


@pytest.mark.parametrize("data", [b"\xff\xfe", b"", b"- a list"])
def test_a_file_that_is_no_form_is_asked_wrongly(
    bench: Bench, filled: pathlib.Path, key: LoadedKey, data: bytes
) -> None:
    """Whatever it is, what is wrong is said in words."""
    filled.write_bytes(data)
    with pytest.raises(AskedWrongly):
        adjudicate(bench, filled, key, by=BY)


def test_no_form_takes_the_place_of_a_file_or_stands_in_the_evidence(
    bench: Bench, filled: pathlib.Path
) -> None:
    """A form that somebody may have filled in is not written over, and a run folder stays what it is."""
    before = filled.read_bytes()
    with pytest.raises(AskedWrongly, match="not replaced"):
        write_form(bench, filled, 4)
    assert filled.read_bytes() == before
    with pytest.raises(AskedWrongly, match="holds its evidence"):
        write_form(bench, bench.folder / "form.yaml", 4)
    assert not (bench.folder / "form.yaml").exists()


def test_broken_evidence_is_not_read_for_hours(bench: Bench) -> None:
    """What does not verify is said at once, with the step that fails."""
    (bench.folder / "plan.json").write_bytes(b"{}")
    with pytest.raises(EvidenceBroken, match="does not hold") as broken:
        open_run(bench.folder)
    assert "step 6" in (broken.value.where or "")


def test_a_blind_reader_is_not_led(bench: Bench, place: pathlib.Path) -> None:
    """No label, no reason, no mark on the act; violations stand among the others, in the order of the ranks."""
    path = place / "blind.yaml"
    write_form(bench, path, 4, blind=True)
    text = path.read_text(encoding="utf-8")
    assert "(the act)" not in text
    assert "The machine read" not in text
    form, _ = read_form(text, file="blind.yaml")
    ranked = sorted(bench.worklist(4), key=lambda each: each.rank)
    assert [entry.trial for entry in form.trials] == [each.trial.name for each in ranked]
    sighted = place / "sighted.yaml"
    write_form(bench, sighted, 4)
    assert "(the act)" in sighted.read_text(encoding="utf-8")


def test_a_form_leaves_nothing_out_where_something_may_have_been_missed(
    bench: Bench, place: pathlib.Path
) -> None:
    """Violations are told in little room, the others whole; blind every one is whole, so that length tells nothing."""
    for blind in (False, True):
        path = place / f"{blind}.yaml"
        write_form(bench, path, 4, blind=blind)
        told = path.read_text(encoding="utf-8").split("- trial:")[:-1]
        listed = bench.worklist(4, blind=blind)
        whole = [blind or each.chosen == "sample" for each in listed]
        assert ["# SYSTEM:" in text for text in told] == whole
        assert [text.count("All of it: govkit adjudicate") for text in told] == [1] * len(listed)


def test_a_whole_conversation_leaves_nothing_out(bench: Bench) -> None:
    """What the candidate was told first, its task, and every answer at full length; by the first digits of its name."""
    violations = [each for each in bench.worklist(4) if each.chosen == "violation"]
    assert any(turn.cut for shown in bench.read(violations) for turn in shown.turns)
    listed = violations[0]
    whole = whole_conversation(bench, listed.trial.name[7:19])
    assert [turn.who for turn in whole.turns[:2]] == ["system", "task"]
    assert not any(turn.cut or turn.who == "aside" for turn in whole.turns)
    assert sum(turn.act for turn in whole.turns) == len(whole.acts)
    assert not any(turn.act for turn in whole_conversation(bench, listed.trial.name, blind=True).turns)
    for unknown in ("", "abc", "zzzzzzzz"):
        with pytest.raises(UnknownName, match="no trial"):
            whole_conversation(bench, unknown)


def test_a_report_carries_the_adjudications_and_the_values_to_print(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """Both files are attached, so that who has the PDF alone comes to the same; the view holds what they come to."""
    found = adjudicate(bench, filled, key, by=BY)
    made = report(bench.folder, key)
    assert made.view.adjudicated == found
    assert made.verification.holds
    assert any(each.step == 12 and each.state == "holds" for each in made.verification.findings)
    attached = read(made.path.read_bytes()).attachments
    there = _stored(bench.folder)
    assert {name: attached[name] for name in names_among(there)} == {
        name: there[name] for name in names_among(there)
    }


def test_a_report_of_a_run_with_a_spoilt_adjudication_is_refused(
    bench: Bench, filled: pathlib.Path, key: LoadedKey
) -> None:
    """Nothing is printed beside what does not hold, and reading on is refused with what to do."""
    adjudicate(bench, filled, key, by=BY)
    (bench.folder / envelope_name(stem_of(key.fingerprint))).unlink()
    with pytest.raises(EvidenceBroken, match="that nobody signed"):
        report(bench.folder, key)
    with pytest.raises(EvidenceBroken, match="that nobody signed") as broken:
        open_run(bench.folder)
    assert "take it out of the folder" in (broken.value.fix or "")
