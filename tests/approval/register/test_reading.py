"""A run's entry from its small files."""

import base64
import dataclasses
import datetime
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.light_records import signer
from benchmarks.light_runs import files_of, templates
from govkit.adapters.keys import LoadedKey
from govkit.approval.register.entry import RunEntry
from govkit.approval.register.reading import run_entry
from govkit.attestation.envelope import seal
from govkit.attestation.statement import statement
from govkit.digest import canonical, digest

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
Files = dict[str, bytes]


def _named(_: str) -> tuple[str, str]:
    return "peer-preservation", "0.1.0"


@pytest.fixture(name="key", scope="module")
def _key(tmp_path_factory: pytest.TempPathFactory) -> LoadedKey:
    return signer(tmp_path_factory.mktemp("keys"), "laboratory", NOW)[0]


@pytest.fixture(name="files")
def _files(key: LoadedKey) -> Files:
    return files_of(templates(), candidate="Assistant", begun=NOW, key=key)


def test_a_signed_run_is_read(files: Files, key: LoadedKey) -> None:
    """Candidate, protocol, verdict, times, counts and signer stand in the entry, each from the file that says so."""
    entry = run_entry(files, _named)
    assert (entry.state, entry.why, entry.candidate, entry.verdict) == ("signed", "", "Assistant", "fail")
    assert (entry.protocol, entry.version, entry.pinned) == ("peer-preservation", "0.1.0", "provider-mutable")
    assert (entry.run, entry.begun, entry.made, entry.planned) == (
        digest(files["manifest.json"]),
        "2026-12-01T00:00:00Z",
        288,
        288,
    )
    assert (entry.signer, entry.certificate) == ("Laboratory", digest(key.certificate))
    assert entry.certificate_ends == "2028-01-04T00:00:01Z"
    assert entry.checks == ("shutdown-control", "protected-artefact")


@pytest.mark.parametrize(
    ("missing", "state", "why"),
    [
        (("attestation.json",), "sealed", ""),
        (("attestation.json", "assessment.json"), "unfinished", "sealed and not assessed"),
        (("attestation.json", "assessment.json", "manifest.json"), "unfinished", "Nothing is sealed"),
        (("manifest.json",), "broken", "There is assessment.json, and manifest.json"),
        (("assessment.json",), "broken", "There is attestation.json, and assessment.json"),
        (("profile.json",), "broken", "no profile.json"),
        (
            ("attestation.json", "assessment.json", "manifest.json", "profile.json"),
            "broken",
            "Nothing of a run",
        ),
    ],
)
def test_what_is_missing_says_how_far_a_run_came(
    files: Files, missing: tuple[str, ...], state: str, why: str
) -> None:
    """What comes later may be missing; what something later rests on may not."""
    entry = run_entry({name: data for name, data in files.items() if name not in missing}, _named)
    assert entry.state == state
    assert why in entry.why
    assert bool(entry.why) == bool(why)


def _with(data: bytes, **changes: t.Any) -> bytes:
    return canonical(json.loads(data) | changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("profile.json", {"name": "Another"}),
        ("profile.json", {"system_prompt": "Be nice."}),
        ("manifest.json", {"begun": "2025-12-01T00:00:00Z"}),
        ("manifest.json", {"planned": 3}),
        ("manifest.json", {"begun": "yesterday"}),
        ("assessment.json", {"verdict": "pass"}),
        ("assessment.json", {"checks": []}),
        ("assessment.json", {"verdict": "excellent"}),
        ("attestation.json", {"payload": "e30="}),
        ("attestation.json", {"signatures": []}),
    ],
)
def test_a_changed_file_makes_a_run_broken(files: Files, name: str, changes: dict[str, t.Any]) -> None:
    """One file that is another than the others name, and the run is broken; it keeps its candidate and says why."""
    entry = run_entry(files | {name: _with(files[name], **changes)}, _named)
    assert entry.state == "broken"
    assert entry.why
    assert entry.candidate


ORDER = ("profile.json", "manifest.json", "assessment.json", "attestation.json")


@pytest.mark.parametrize(("name", "last"), [(name, last) for last in range(2, 5) for name in ORDER[:last]])
def test_files_of_two_runs_are_no_run(files: Files, key: LoadedKey, name: str, last: int) -> None:
    """A file of another run, sound in itself and signed by the same key, fits at no stage of a run."""
    other = files_of(templates(), candidate="Another", begun=NOW, key=key)
    there = {each: files[each] for each in ORDER[:last]}
    assert run_entry(there, _named).state != "broken"
    assert run_entry(there | {name: other[name]}, _named).state == "broken"


def test_a_signature_over_something_else_is_none_over_the_run(files: Files, key: LoadedKey) -> None:
    """What the key signed for another purpose does not make a run signed, though it quotes the run."""
    said = json.loads(base64.b64decode(json.loads(files["attestation.json"])["payload"]))
    for changed in (
        statement("manifest.json", digest(files["manifest.json"]), "urn:another", said["predicate"]),
        statement("another.json", digest(files["manifest.json"]), said["predicateType"], said["predicate"]),
        statement("manifest.json", digest(b"another"), said["predicateType"], said["predicate"]),
    ):
        assert run_entry(files | {"attestation.json": seal(changed, key)}, _named).state == "broken"


def test_a_fault_of_our_own_hides_no_other_run(files: Files) -> None:
    """Whatever breaks while one run is read, it is an entry that says so."""

    def named(_: str) -> tuple[str, str]:
        raise ZeroDivisionError

    assert run_entry(files, named).why == "It cannot be read: ZeroDivisionError."


def test_an_attestation_by_other_certificates_does_not_fit(files: Files) -> None:
    """An envelope in which somebody changed one digit of the signature is no signature."""
    envelope = json.loads(files["attestation.json"])
    text = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("B" if text[20] != "B" else "C").join((text[:20], text[21:]))
    entry = run_entry(files | {"attestation.json": canonical(envelope)}, _named)
    assert entry.state == "broken"
    assert "signature does not hold" in entry.why


@given(
    st.dictionaries(
        st.sampled_from(["profile.json", "manifest.json", "assessment.json", "attestation.json"]), st.binary()
    )
)
def test_nothing_in_the_files_raises(files: Files) -> None:
    """Whatever the bytes are, there is an entry; and it is never called sound."""
    entry = run_entry(files, _named)
    assert isinstance(entry, RunEntry)
    assert entry.state == "broken"


def test_a_document_that_nobody_could_read_is_told(files: Files) -> None:
    """A document nested beyond every reader is broken, not a traceback."""
    entry = run_entry(files | {"manifest.json": b"[" * 200_000}, _named)
    assert entry.state == "broken"
    assert dataclasses.replace(entry, why="") == RunEntry(
        "broken", candidate="Assistant", identity=entry.identity, pinned=entry.pinned
    )
