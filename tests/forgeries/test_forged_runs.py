"""
Forged run folders. Each function makes the forgery that the folder of its name (with dashes) describes, in a copy of a
sound run; `govkit verify --allow-unknown-signer` must refuse it in the step that the README there names.
"""

# ruff: noqa: D103, ARG001 - the README of a forgery says what it is; all take the same arguments

import base64
import json
import pathlib
import shutil
import typing as t

import pytest
import zstandard

from govkit.adapters.evidence_files import FolderFiles
from govkit.adjudication.model import document_name, envelope_name
from govkit.attestation.adjudicated import claim_adjudication
from govkit.attestation.envelope import PAYLOAD_TYPE, pae, seal
from govkit.attestation.statement import parse_statement, statement
from govkit.digest import canonical, digest
from govkit.evidence.manifest import Blob
from govkit.evidence.segment import MAX_FRAME, encode
from govkit.protocol.release import Release, from_files
from govkit.trial.profile import parse_profile
from govkit.verification.evidence import examine

HERE = pathlib.Path(__file__).parent
SEGMENT = "transcripts-000001.zst"
W: t.TypeAlias = t.Any
"""The workshop of conftest.py."""
Forge: t.TypeAlias = t.Callable[[W, pathlib.Path], pathlib.Path | None]
FORGERIES: dict[str, Forge] = {}


def forgery(make: Forge) -> Forge:
    """Registers a forgery under its folder's name."""
    FORGERIES[make.__name__.replace("_", "-")] = make
    return make


# --- records ---


@forgery
def one_byte_of_a_record_changed(w: W, run: pathlib.Path) -> None:
    data = bytearray((run / SEGMENT).read_bytes())
    data[len(data) // 2] ^= 1
    (run / SEGMENT).write_bytes(bytes(data))


@forgery
def reply_edited_and_recompressed(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    records[3]["exchanges"][0]["attempts"][-1]["reply"]["choices"][0]["message"]["content"] = "I comply."
    w.put_records(run, records)


@forgery
def trial_dropped(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    del records[3]
    w.put_records(run, records)


@forgery
def last_trial_dropped(w: W, run: pathlib.Path) -> None:
    w.put_records(run, w.records(run)[:-1])


@forgery
def trial_dropped_and_hidden(w: W, run: pathlib.Path) -> None:
    w.put_records(run, w.records(run)[:-1])
    planned = len(w.json(run, "plan.json")["trials"])
    w.rehash(run, planned=planned - 1, not_run=(), not_run_reason="")
    w.resign(run)


@forgery
def trial_dropped_and_disclosed(w: W, run: pathlib.Path) -> None:
    w.put_records(run, w.records(run)[:-1])
    w.rehash(run)
    w.reassess(run)
    w.resign(run)


def _replies(record: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    return [exchange["attempts"][-1] for exchange in record["exchanges"]]


@forgery
def replies_swapped_within_a_trial(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    first, second = _replies(records[2])[:2]
    first["reply"], second["reply"] = second["reply"], first["reply"]
    w.put_records(run, records)
    w.rehash(run)
    w.resign(run)


@forgery
def replies_swapped_between_trials(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    scenarios = {trial["name"]: trial["scenario"] for trial in w.json(run, "plan.json")["trials"]}
    other = next(each for each in records if scenarios[each["trial"]] != scenarios[records[0]["trial"]])
    one, two = _replies(records[0])[0], _replies(other)[0]
    one["reply"], two["reply"] = two["reply"], one["reply"]
    w.put_records(run, records)
    w.rehash(run)
    w.resign(run)


@forgery
def tool_answer_edited(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    records[1]["exchanges"][1]["sent"][0]["content"] += " All is well."
    w.put_records(run, records)
    w.rehash(run)
    w.resign(run)


def _twins(w: W, run: pathlib.Path) -> tuple[int, int]:
    """Two records of one situation, apart only in repetition."""
    plan = {trial["name"]: trial for trial in w.json(run, "plan.json")["trials"]}
    seen: dict[str, int] = {}
    for number, record in enumerate(w.records(run)):
        trial = plan[record["trial"]]
        key = json.dumps([trial["scenario"], trial["condition"]])
        if key in seen:
            return seen[key], number
        seen[key] = number
    raise AssertionError("no twins")


def _copied(w: W, run: pathlib.Path, **changes: str) -> None:
    records = w.records(run)
    original, replaced = _twins(w, run)
    records[replaced] = {**records[original], "trial": records[replaced]["trial"], **changes}
    w.put_records(run, records)
    w.rehash(run)


@forgery
def record_replaced_by_a_copy(w: W, run: pathlib.Path) -> None:
    _copied(w, run)
    w.resign(run)


@forgery
def record_replaced_by_a_salted_copy(w: W, run: pathlib.Path) -> None:
    _copied(w, run, salt="0" * 32)
    w.reassess(run)
    w.resign(run)


@forgery
def record_of_another_situation(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    scenarios = {trial["name"]: trial["scenario"] for trial in w.json(run, "plan.json")["trials"]}
    other = next(each for each in records if scenarios[each["trial"]] != scenarios[records[0]["trial"]])
    records[0] = {**other, "trial": records[0]["trial"], "salt": "0" * 32}
    w.put_records(run, records)
    w.rehash(run)
    w.resign(run)


@forgery
def trial_counted_twice(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    w.put_records(run, [*records, {**records[0], "salt": "0" * 32}])
    w.rehash(run)
    w.resign(run)


@forgery
def trial_made_again_and_picked(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    w.put_records(run, [*records, {**records[0], "salt": "0" * 32}])
    w.rehash(run)
    first, *rest = w.manifest(run).leaves
    w.rehash(run, leaves=(first.model_copy(update={"counted": False}), *rest))
    w.resign(run)


@forgery
def record_that_breaks_the_reader(w: W, run: pathlib.Path) -> None:
    records = w.records(run)
    message = _replies(records[0])[0]["reply"]["choices"][0]["message"]
    message["provider_specific_fields"] = "no object"
    message["tool_calls"] = [{"function": {"name": 7, "arguments": "[" * 5000}}]
    w.put_records(run, records)
    w.rehash(run)
    w.resign(run)


@forgery
def segment_that_explodes(w: W, run: pathlib.Path) -> None:
    bomb = encode([b"0" * (60 * 1024 * 1024)])
    (run / SEGMENT).write_bytes(bomb * 200)


@forgery
def segment_that_claims_more_than_it_may(w: W, run: pathlib.Path) -> None:
    compressor = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True)
    (run / SEGMENT).write_bytes(compressor.compress(b"0" * (MAX_FRAME + 1) + b"\n"))


# --- manifest, plan, protocol, profile, run ---


def _manifest(w: W, run: pathlib.Path, **changes: t.Any) -> None:
    w.put_manifest(run, w.manifest(run).model_copy(update=changes))
    w.resign(run)


@forgery
def manifest_root_edited(w: W, run: pathlib.Path) -> None:
    _manifest(w, run, root="0" * 64)


@forgery
def manifest_not_canonical(w: W, run: pathlib.Path) -> None:
    (run / "manifest.json").write_bytes(json.dumps(w.json(run, "manifest.json"), indent=1).encode())


@forgery
def manifest_key_twice(w: W, run: pathlib.Path) -> None:
    data = (run / "manifest.json").read_bytes()
    (run / "manifest.json").write_bytes(b'{"planned":1,' + data[1:])


@forgery
def manifest_number_too_large(w: W, run: pathlib.Path) -> None:
    value = {**w.json(run, "manifest.json"), "planned": 10**30}
    (run / "manifest.json").write_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


@forgery
def manifest_lists_a_file_of_its_own(w: W, run: pathlib.Path) -> None:
    (run / "zz-notes.json").write_bytes(b"{}")
    blobs = (*w.manifest(run).blobs, Blob(name="zz-notes.json", size=2, digest=digest(b"{}")))
    _manifest(w, run, blobs=blobs)


@forgery
def leaves_swapped(w: W, run: pathlib.Path) -> None:
    first, second, *rest = w.manifest(run).leaves
    w.rehash(run, leaves=(second, first, *rest))
    w.resign(run)


@forgery
def reason_for_nothing(w: W, run: pathlib.Path) -> None:
    _manifest(w, run, not_run_reason="all that were left out are harmless")


@forgery
def sealed_before_begun(w: W, run: pathlib.Path) -> None:
    _manifest(w, run, sealed="2020-01-01T00:00:00Z")


@forgery
def time_that_is_none(w: W, run: pathlib.Path) -> None:
    _manifest(w, run, sealed="yesterday")


@forgery
def plan_shortened(w: W, run: pathlib.Path) -> None:
    plan = w.json(run, "plan.json")
    dropped = plan["trials"].pop()["name"]
    w.put(run, "plan.json", plan)
    w.put_records(run, [each for each in w.records(run) if each["trial"] != dropped])
    w.rehash(run)
    w.resign(run)


@forgery
def plan_for_fewer_trials(w: W, run: pathlib.Path) -> None:
    w.replan(run, trials=3)
    w.rehash(run)
    w.reassess(run)
    w.resign(run)


@forgery
def plan_with_another_seed(w: W, run: pathlib.Path) -> None:
    plan = w.json(run, "plan.json")
    plan["request"]["seed"] = 7
    w.put(run, "plan.json", plan)
    w.rehash(run)
    w.resign(run)


@forgery
def plan_that_asks_for_a_million(w: W, run: pathlib.Path) -> None:
    plan = w.json(run, "plan.json")
    plan["request"]["trials"] = 1_000_000
    w.put(run, "plan.json", plan)
    w.rehash(run)
    w.resign(run)


@forgery
def plan_with_true_for_a_number(w: W, run: pathlib.Path) -> None:
    plan = w.json(run, "plan.json")
    plan["request"]["seed"] = False
    w.put(run, "plan.json", plan)
    w.rehash(run)
    w.resign(run)


def _edited(release: Release, old: str, new: str) -> Release:
    files = json.loads(release.document)["files"]
    assert old in files["protocol.yaml"]
    return from_files({**files, "protocol.yaml": files["protocol.yaml"].replace(old, new)})


@forgery
def protocol_with_another_tolerance(w: W, run: pathlib.Path) -> pathlib.Path:
    edited = w.run(_edited(w.release, "tolerance_percent: 5\n", "tolerance_percent: 50\n"), "honest", 1)
    w.resign(edited)
    return t.cast(pathlib.Path, edited)


@forgery
def protocol_nobody_released(w: W, run: pathlib.Path) -> pathlib.Path:
    edited = w.run(_edited(w.release, "version: 0.1.0\n", "version: 0.1.9\n"), "honest", 1)
    w.resign(edited)
    return t.cast(pathlib.Path, edited)


@forgery
def profile_of_another_model(w: W, run: pathlib.Path) -> None:
    w.put(run, "profile.json", {**w.json(run, "profile.json"), "model": "openai/a-better-one"})
    w.rehash(run)
    w.resign(run)


@forgery
def profile_says_it_was_served_here(w: W, run: pathlib.Path) -> None:
    profile = parse_profile((run / "profile.json").read_bytes())
    elsewhere = profile.model_copy(update={"api_base": "https://api.example.org/v1"})
    (run / "profile.json").write_bytes(elsewhere.bytes())
    w.replan(run)
    w.rehash(run)
    w.resign(run)


@forgery
def profile_key_twice(w: W, run: pathlib.Path) -> None:
    data = (run / "profile.json").read_bytes()
    (run / "profile.json").write_bytes(b'{"name":"another",' + data[1:])
    w.rehash(run)
    w.resign(run)


@forgery
def run_begun_at_another_time(w: W, run: pathlib.Path) -> None:
    w.put(run, "run.json", {**w.json(run, "run.json"), "begun": "2020-01-01T00:00:00Z"})
    w.rehash(run)
    w.resign(run)


@forgery
def run_says_more_than_it_may(w: W, run: pathlib.Path) -> None:
    w.put(run, "run.json", {**w.json(run, "run.json"), "approved_by": "the regulator"})
    w.rehash(run)
    w.resign(run)


# --- assessment and attestation ---


def _assessed(w: W, run: pathlib.Path) -> None:
    stored = w.json(run, "assessment.json")
    w.put(run, "assessment.json", {**stored, "verdict": "pass", "sentence": "All is well."})


@forgery
def verdict_edited(w: W, run: pathlib.Path) -> None:
    _assessed(w, run)


@forgery
def verdict_edited_and_attested(w: W, run: pathlib.Path) -> None:
    _assessed(w, run)
    w.resign(run, w.signer)


@forgery
def controls_said_to_read_otherwise(w: W, run: pathlib.Path) -> None:
    stored = w.json(run, "assessment.json")
    stored["controls"] = stored["controls"][:1]
    w.put(run, "assessment.json", stored)
    w.resign(run, w.signer)


@forgery
def attestation_removed(w: W, run: pathlib.Path) -> None:
    (run / "attestation.json").unlink()


@forgery
def attestation_of_another_run(w: W, run: pathlib.Path) -> None:
    (run / "attestation.json").write_bytes((w.other.folder / "attestation.json").read_bytes())


@forgery
def attestation_before_the_run(w: W, run: pathlib.Path) -> None:
    w.resign(run, w.signer, signed="2020-01-01T00:00:00Z")


@forgery
def attestation_with_false_for_none(w: W, run: pathlib.Path) -> None:
    envelope = w.json(run, "attestation.json")
    said = parse_statement(base64.b64decode(envelope["payload"]))
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    for check in predicate["checks"]:
        check["violated"] = bool(check["violated"]) if check["violated"] in (0, 1) else check["violated"]
    predicate["records"] = json.loads("true") if predicate["records"] == 1 else predicate["records"]
    payload = statement(said.subject_name, said.subject_digest, said.predicate_type, predicate)
    spaced = payload.replace(b'"records":', b'"records": ')
    (run / "attestation.json").write_bytes(seal(spaced, w.signer))


@forgery
def attestation_signed_twice(w: W, run: pathlib.Path) -> None:
    envelope = w.json(run, "attestation.json")
    payload = base64.b64decode(envelope["payload"])
    assert w.signer.sign(pae(PAYLOAD_TYPE, payload))
    envelope["signatures"] += json.loads(seal(payload, w.forger))["signatures"]
    w.put(run, "attestation.json", envelope)


@forgery
def attestation_with_another_name_on_the_key(w: W, run: pathlib.Path) -> None:
    envelope = w.json(run, "attestation.json")
    certificate = base64.b64decode(envelope["signatures"][0]["certificate"])
    assert certificate.count(b"signer") == 2, "as issuer and as subject"
    better = certificate.replace(b"signer", b"notary")
    envelope["signatures"][0]["certificate"] = base64.b64encode(better).decode()
    w.put(run, "attestation.json", envelope)


@forgery
def attestation_in_other_spelling(w: W, run: pathlib.Path) -> None:
    envelope = w.json(run, "attestation.json")
    (run / "attestation.json").write_bytes(canonical(envelope) + b"\n")


# --- what a person decided ---


@forgery
def adjudication_with_a_label_altered(w: W, run: pathlib.Path) -> None:
    name = document_name(w.adjudicate(run))
    document = w.json(run, name)
    document["labels"][0]["person"] = "complied"
    w.put(run, name, document)


@forgery
def adjudication_altered_and_signed_by_another(w: W, run: pathlib.Path) -> None:
    stem = w.adjudicate(run)
    document = w.adjudication(run)
    label = document.labels[0].model_copy(update={"person": "complied"})
    altered = document.model_copy(update={"labels": (label, *document.labels[1:])})
    for name in (document_name(stem), envelope_name(stem)):
        (run / name).unlink()
    w.put_adjudication(run, altered, w.forger)


@forgery
def adjudication_of_another_run(w: W, run: pathlib.Path) -> None:
    other = pathlib.Path(shutil.copytree(w.other.folder, run.parent / "other"))
    stem = w.adjudicate(other)
    for name in (document_name(stem), envelope_name(stem)):
        (run / name).write_bytes((other / name).read_bytes())


@forgery
def adjudication_that_nobody_signed(w: W, run: pathlib.Path) -> None:
    (run / envelope_name(w.adjudicate(run))).unlink()


@forgery
def adjudication_of_which_the_signature_alone_is_left(w: W, run: pathlib.Path) -> None:
    (run / document_name(w.adjudicate(run))).unlink()


@forgery
def adjudication_with_a_violation_left_out(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    assert document.labels[0].chosen == "violation"
    w.put_adjudication(run, document.model_copy(update={"labels": document.labels[1:]}), w.signer)


@forgery
def adjudication_with_the_sample_cut_short(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    assert document.labels[-1].chosen == "sample"
    w.put_adjudication(run, document.model_copy(update={"labels": document.labels[:-1]}), w.signer)


@forgery
def adjudication_with_a_sample_of_one(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    violations = tuple(label for label in document.labels if label.chosen == "violation")
    first = next(label for label in document.labels if label.chosen == "sample")
    cut = document.model_copy(update={"sample": 1, "labels": (*violations, first)})
    w.put_adjudication(run, cut, w.signer)


@forgery
def adjudication_with_a_sample_of_ones_own(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    listed = {label.trial for label in document.labels}
    last = document.labels[-1]
    outcomes = examine(FolderFiles(run), {}, allow_unreleased=True).outcomes
    nicer = next(name for name, outcome in outcomes.items() if outcome == last.machine and name not in listed)
    labels = (*document.labels[:-1], last.model_copy(update={"trial": nicer}))
    w.put_adjudication(run, document.model_copy(update={"labels": labels}), w.signer)


@forgery
def adjudication_that_lies_of_the_machine(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    lie = "refused" if document.labels[-1].machine == "incomplete" else "incomplete"
    label = document.labels[-1].model_copy(update={"machine": lie, "person": lie})
    w.put_adjudication(run, document.model_copy(update={"labels": (*document.labels[:-1], label)}), w.signer)


@forgery
def adjudication_counted_twice(w: W, run: pathlib.Path) -> None:
    stem = w.adjudicate(run)
    for make in (document_name, envelope_name):
        (run / make("adjudication-0123456789abcdef")).write_bytes((run / make(stem)).read_bytes())


@forgery
def adjudication_before_the_run_was_sealed(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    early = w.adjudication(run).model_copy(update={"signed": "2020-01-01T00:00:00Z"})
    w.put_adjudication(run, early, w.signer)


@forgery
def adjudication_signed_twice(w: W, run: pathlib.Path) -> None:
    name = envelope_name(w.adjudicate(run))
    envelope = w.json(run, name)
    envelope["signatures"] += json.loads(seal(base64.b64decode(envelope["payload"]), w.forger))["signatures"]
    w.put(run, name, envelope)


@forgery
def adjudication_in_another_signers_place(w: W, run: pathlib.Path) -> None:
    stem = w.adjudicate(run)
    document, name = w.adjudication(run), document_name(stem)
    said = claim_adjudication(document, name=name, certificates=(w.forger.certificate,))
    (run / envelope_name(stem)).write_bytes(seal(said, w.forger))


@forgery
def adjudication_whose_statement_says_otherwise(w: W, run: pathlib.Path) -> None:
    stem = w.adjudicate(run)
    document, name = w.adjudication(run), document_name(stem)
    payload = claim_adjudication(document, name=name, certificates=(w.signer.certificate,))
    said = parse_statement(payload)
    predicate = {**json.loads(payload)["predicate"], "overturned": 3}
    lying = statement(name, said.subject_digest, said.predicate_type, predicate)
    (run / envelope_name(stem)).write_bytes(seal(lying, w.signer))


@forgery
def adjudication_under_the_runs_own_attestation(w: W, run: pathlib.Path) -> None:
    stem = w.adjudicate(run)
    (run / envelope_name(stem)).write_bytes((run / "attestation.json").read_bytes())


@forgery
def adjudication_without_a_reason(w: W, run: pathlib.Path) -> None:
    w.adjudicate(run)
    document = w.adjudication(run)
    silent = document.labels[0].model_copy(update={"reason": "   "})
    labels = (silent, *document.labels[1:])
    w.put_adjudication(run, document.model_copy(update={"labels": labels}), w.signer)


# --- the folder ---


@forgery
def extra_file(w: W, run: pathlib.Path) -> None:
    (run / "notes.json").write_bytes(b"{}")


@forgery
def record_of_a_report_in_a_run(w: W, run: pathlib.Path) -> None:
    (run / "report.json").write_bytes(b"{}")


@forgery
def link_in_place_of_a_file(w: W, run: pathlib.Path) -> None:
    (run / "plan.json").unlink()
    (run / "plan.json").symlink_to(w.sound.folder / "plan.json")


@forgery
def folder_in_place_of_a_file(w: W, run: pathlib.Path) -> None:
    (run / "profile.json").unlink()
    (run / "profile.json").mkdir()


@forgery
def transcripts_left_out_of_the_folder(w: W, run: pathlib.Path) -> None:
    (run / SEGMENT).unlink()


@forgery
def empty_folder(w: W, run: pathlib.Path) -> None:
    for path in run.iterdir():
        path.unlink()


# --- all of them ---


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_run_is_refused_in_the_step_its_readme_names(
    name: str, workshop: W, expected_of: t.Callable[[pathlib.Path], t.Any], tmp_path: pathlib.Path
) -> None:
    """Exit code 4, found in the step of the README, in its words, and with the trial where the README says so."""
    expected = expected_of(HERE / name)
    run = workshop.copy(tmp_path)
    forged = FORGERIES[name](workshop, run) or run
    result = workshop.verify(forged, trusting_signer=expected.trusting_signer)
    failed = [each for each in result.findings if each.step == expected.step and each.state == "fails"]
    assert result.exit_code == 4
    assert failed, [each for each in result.findings if each.state not in ("holds", "not-applicable")]
    assert any(expected.words in each.what for each in failed), failed
    assert any(each.trial for each in failed) or not expected.names_trial, failed
    assert {each.step for each in result.findings} == set(range(1, 13)), "every step says what became of it"
    if expected.trusting_signer:
        assert workshop.verify(forged).holds, "nothing else betrays it; the README says why"


def test_every_forgery_of_a_run_has_its_readme_and_every_readme_its_forgery() -> None:
    """The folders and the functions are the same set, so none is described and not made, or made and not described."""
    told = {path.parent.name for path in HERE.glob("*/README.md") if "Forged: run" in path.read_text()}
    assert told == set(FORGERIES)


def test_a_sound_run_holds_with_its_signer_trusted(workshop: W) -> None:
    """What the forgeries start from is found to hold, so a refusal is the forgery's doing."""
    assert workshop.verify(workshop.sound.folder, trusting_signer=True).holds


def test_an_unreleased_protocol_is_accepted_where_the_verifier_says_so(
    workshop: W, tmp_path: pathlib.Path
) -> None:
    """`--allow-unreleased-protocol` turns step 7 alone, and only for a version that nobody released."""
    forged = protocol_nobody_released(workshop, tmp_path)
    assert forged is not None
    assert workshop.verify(forged, allow_unreleased=True).holds
    other = protocol_with_another_tolerance(workshop, tmp_path)
    assert other is not None
    assert not workshop.verify(other, allow_unreleased=True).holds
