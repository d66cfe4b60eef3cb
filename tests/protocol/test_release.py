"""Releases: one document, one digest, and no other bytes under a released name."""

# ruff: noqa: E501 - tables: one case, one row

import json

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.adapters.protocol_folder import Released, locked_digests, read_folder, released
from govkit.digest import canonical, digest
from govkit.errors import EvidenceBroken, FaultyDocument, UnknownName
from govkit.protocol.release import FORMAT, MAX_DOCUMENT, MAX_FILES, from_document, from_files

FIRST = next(each for each in released() if (each.id, each.version) == ("peer-preservation", "0.1.0"))
RELEASE = read_folder(FIRST.folder)
FILES: dict[str, str] = json.loads(RELEASE.document)["files"]


@pytest.mark.parametrize("each", released(), ids=lambda each: f"{each.id} {each.version}")
def test_every_released_version_is_the_one_that_is_locked(each: Released) -> None:
    """The folder's own name, its document's and the lock file's agree, and so does the digest."""
    release = read_folder(each.folder)
    assert release.name == f"{each.id} {each.version}"
    assert locked_digests()[release.name] == release.digest


def test_every_locked_version_is_there() -> None:
    """Nothing is locked that is not released."""
    assert {f"{each.id} {each.version}" for each in released()} == set(locked_digests())


@pytest.mark.parametrize("each", released(), ids=lambda each: f"{each.id} {each.version}")
def test_the_document_holds_the_files_and_reads_back_as_the_release(each: Released) -> None:
    """`protocol.json` holds every file word for word, and gives the same release under the same digest."""
    release = read_folder(each.folder)
    value = json.loads(release.document)
    assert value == {"format": FORMAT, "files": value["files"]}
    for name, text in value["files"].items():
        assert (each.folder / name).read_text(encoding="utf-8") == text
    assert from_document(release.document) == release
    assert digest(release.document) == release.digest


def test_the_digest_does_not_depend_on_the_folder_or_the_order() -> None:
    """The same files give the same digest from any folder and in any order; a comment more gives another."""
    assert from_files(dict(reversed(FILES.items())), folder="/elsewhere").digest == RELEASE.digest
    changed = {**FILES, "protocol.yaml": FILES["protocol.yaml"] + "# one word\n"}
    assert from_files(changed).digest != RELEASE.digest


VALUE = {"format": FORMAT, "files": FILES}
TAMPERED: dict[str, bytes] = {
    "a space more": RELEASE.document + b" ",
    "another order": json.dumps(VALUE, ensure_ascii=False, separators=(",", ":")).encode(),
    "escapes": RELEASE.document.replace(b"shutdown", b"\\u0073hutdown", 1),
    "a key more": canonical({**VALUE, "more": 1}),
    "a key less": canonical({"files": FILES}),
    "another format": canonical({**VALUE, "format": "govkit.protocol-files/2"}),
    "a file less": canonical({**VALUE, "files": {k: v for k, v in FILES.items() if k != "scenarios/freight-desk.yaml"}}),
    "no protocol": canonical({**VALUE, "files": {k: v for k, v in FILES.items() if k != "protocol.yaml"}}),
    "no files": canonical({**VALUE, "files": {}}),
    "a file elsewhere": canonical({**VALUE, "files": {**FILES, "../x.yaml": "a: b"}}),
    "a list of files": canonical({**VALUE, "files": list(FILES)}),
    "a file that is no text": canonical({**VALUE, "files": {**FILES, "protocol.yaml": 1}}),
    "a faulty file": canonical({**VALUE, "files": {**FILES, "protocol.yaml": "a: no"}}),
    "half a character": json.dumps({**VALUE, "files": {**FILES, "protocol.yaml": "a: \ud800"}}).encode(),
    "half a character in a name": json.dumps({**VALUE, "files": {**FILES, "\ud800": ""}}).encode(),
    "a list": canonical([VALUE]),
    "text": b'"x"',
    "nothing": b"",
    "too much": b'{"files":{"x":"' + b"x" * MAX_DOCUMENT + b'"}}',
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_no_other_bytes_are_read_as_a_stored_protocol(name: str) -> None:
    """Bytes that we would not have written are refused as broken evidence, never as a fault of the operator."""
    with pytest.raises(EvidenceBroken):
        from_document(TAMPERED[name])


@hypothesis.given(st.integers(0, len(RELEASE.document) - 1), st.integers(0, 7))
@hypothesis.settings(max_examples=25)
def test_an_altered_bit_is_refused_or_makes_another_name(place: int, bit: int) -> None:
    """A flipped bit in a stored protocol is broken evidence, or a protocol of another digest."""
    bent = bytearray(RELEASE.document)
    bent[place] ^= 1 << bit
    try:
        assert from_document(bytes(bent)).digest not in locked_digests().values()
    except EvidenceBroken:
        return


def test_too_much_is_refused_before_it_is_read() -> None:
    """Too many files, or too much text to be read back from evidence, is one fault."""
    for files in (
        {f"scenarios/s{n}.yaml": "" for n in range(MAX_FILES + 1)},
        {"protocol.yaml": "x" * MAX_DOCUMENT},
    ):
        with pytest.raises(FaultyDocument, match="1 fault:"):
            from_files(files)


@pytest.mark.parametrize("folder", ["", "here"])
def test_files_without_a_place_and_a_missing_protocol_are_told(folder: str) -> None:
    """A file that no protocol has, and the file that every protocol has, are named as the author knows them."""
    with pytest.raises(FaultyDocument) as caught:
        from_files({"scenario/x.yaml": "a: no"}, folder=folder)
    prefix = f"{folder}/" if folder else ""
    assert [str(fault)[: len(prefix) + 18] for fault in caught.value.faults] == [
        f"{prefix}protocol.yaml:1: t", f"{prefix}scenario/x.yaml:1:", f"{prefix}scenario/x.yaml:1:",
    ]  # fmt: skip


def test_a_check_is_found_by_its_id_or_offered() -> None:
    """A check of the protocol is found by id; a near miss is offered."""
    assert RELEASE.check("shutdown-control").id == "shutdown-control"
    with pytest.raises(UnknownName, match="did you mean shutdown-control"):
        RELEASE.check("shutdown-controls")
