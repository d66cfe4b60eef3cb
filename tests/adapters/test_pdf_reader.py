"""
Reading a signed PDF that a stranger sent: what was signed and nothing else, whole or not at all, and without harm.

What is appended to a signed file is a *change*, and what is no signed PDF at all is broken evidence. What is done to
the signature itself stands in `test_pdf_signature.py`, what a hostile signer may try in `test_pdf_container.py`.
"""

import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import typing as t

import hypothesis
import hypothesis.strategies as st
import pikepdf
import pytest
from pyhanko.pdf_utils import generic as pyhanko_generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from govkit.adapters import guarded_child, pdf_reader
from govkit.adapters.keys import LoadedKey
from govkit.adapters.pdf_reader import GuardedReader, document_in, read, read_guarded
from govkit.adapters.pdf_signer import _KeySigner, sign_pdf
from govkit.adapters.trust import check_trust
from govkit.errors import EvidenceBroken, GovkitError
from govkit.verification.documents import DocumentReader, SignedDocument

generic: t.Any = pyhanko_generic

ATTACHED = {"manifest.json": b'{"root":"0"}', "transcripts-000001.zst": bytes(range(256)) * 40}
MOMENT = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
MIB = 1024 * 1024


def _words(document: SignedDocument) -> str:
    return "\n".join(f"{problem.step}: {problem.what}" for problem in document.problems)


def _steps(document: SignedDocument) -> set[str]:
    return {problem.step for problem in document.problems}


def test_a_sound_report_is_read_whole(signed_pdf: bytes, signing_key: LoadedKey) -> None:
    """A report as we make it has no problem, and gives back attachments, pages, signer and claimed time."""
    document = read(signed_pdf)
    assert document.problems == ()
    assert document.revision == signed_pdf
    assert document.attachments == ATTACHED
    assert len(document.pages) == 2
    assert "Verdict: pass" in document.pages[0]
    assert "Second page" in document.pages[1]
    assert (document.certificate, document.chain) == (signing_key.certificate, ())
    assert document.signed_at is not None
    assert document.signed_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert document.timestamped_at is None


def test_a_timestamp_is_read_with_who_gave_it(stamped_pdf: bytes, timestamp_service: t.Any) -> None:
    """A timestamp that holds gives its time and the service's certificate, which the person may trust or not."""
    document = read(stamped_pdf)
    assert document.problems == ()
    assert document.timestamped_at is not None
    assert document.timestamp_certificate is not None
    assert document.timestamp_certificate == timestamp_service.certificate
    trust = check_trust(
        document.timestamp_certificate,
        document.timestamp_chain,
        (timestamp_service.certificate,),
        document.timestamped_at,
        purpose="timestamping",
    )
    assert trust.standing == "trusted"


def test_what_is_read_cannot_be_changed(signed_pdf: bytes) -> None:
    """The attachments are read-only."""
    with pytest.raises(TypeError):
        read(signed_pdf).attachments["manifest.json"] = b""  # type: ignore[index]


def _encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda _: b"", "empty"),
        (lambda _: b"PK\x03\x04", "not a PDF"),
        (lambda pdf: b"\n" + pdf, "not a PDF"),
        (lambda pdf: pdf, "not signed"),
        (_encrypted, "encrypted"),
        (lambda _: b"%PDF-1.7\n%%EOF", "not signed"),
        (lambda _: b"%PDF-1.7\n/ByteRange [0 1 2 9999]\n%%EOF", "byte range"),
    ],
)
def test_what_is_no_signed_pdf_is_broken_evidence(
    report_pdf: bytes, make: t.Callable[[bytes], bytes], named: str
) -> None:
    """An empty, foreign, unsigned or encrypted file raises, and says which it is."""
    with pytest.raises(EvidenceBroken, match=named):
        read(make(report_pdf))


def test_a_file_beyond_the_limit_is_not_read() -> None:
    """A file larger than any report of ours is refused by its size alone."""
    with pytest.raises(EvidenceBroken, match="too large"):
        read_guarded(b"%PDF-" + bytes(pdf_reader.MAX_PDF_BYTES))


def _updated(pdf: bytes, change: t.Callable[[t.Any], object]) -> bytes:
    writer: t.Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: t.Any) -> t.Any:
    page = writer.find_page_for_modification(0)[0].get_object()
    writer.update_container(page)
    return page


def _stream(data: bytes, **entries: str) -> t.Any:
    words = {pdf_name(f"/{key}"): pdf_name(f"/{value}") for key, value in entries.items()}
    return generic.StreamObject(words, stream_data=data)


def _replace_page(writer: t.Any) -> None:
    _page(writer)["/Contents"] = writer.add_object(_stream(b"BT ET"))


def _swap_attachment(writer: t.Any) -> None:
    files = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]
    files["/F"] = writer.add_object(_stream(b'{"root":"1"}', Type="EmbeddedFile"))
    writer.update_container(files)


def _add_attachment(writer: t.Any) -> None:
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    file = generic.DictionaryObject({pdf_name("/F"): writer.add_object(_stream(b"x", Type="EmbeddedFile"))})
    words = {
        pdf_name("/Type"): pdf_name("/Filespec"),
        pdf_name("/F"): pdf_string("z.json"),
        pdf_name("/EF"): file,
    }
    names.append(pdf_string("z.json"))
    names.append(writer.add_object(generic.DictionaryObject(words)))
    writer.update_container(names)


def _cover_page(writer: t.Any) -> None:
    box = generic.ArrayObject([generic.NumberObject(each) for each in (0, 0, 600, 850)])
    words = {
        pdf_name("/Type"): pdf_name("/Annot"),
        pdf_name("/Subtype"): pdf_name("/Square"),
        pdf_name("/Rect"): box,
    }
    annotations = _page(writer)["/Annots"]
    annotations.append(writer.add_object(generic.DictionaryObject(words)))
    writer.update_container(annotations)


def _alter_tags(writer: t.Any) -> None:
    tree = writer.root["/StructTreeRoot"]
    tree["/K"] = generic.ArrayObject()
    writer.update_container(tree)


def _replace_xmp(writer: t.Any) -> None:
    writer.root["/Metadata"] = writer.add_object(_stream(b"<x/>", Type="Metadata", Subtype="XML"))
    writer.update_root()


def _replace_info(writer: t.Any) -> None:
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): pdf_string("Verdict: fail")}))


APPENDED: dict[str, t.Callable[[t.Any], None]] = {
    "page content replaced": _replace_page,
    "attachment swapped": _swap_attachment,
    "attachment added": _add_attachment,
    "annotation over the page": _cover_page,
    "tag tree altered": _alter_tags,
    "XMP metadata replaced": _replace_xmp,
    "document information replaced": _replace_info,
}


@pytest.mark.parametrize("what", sorted(APPENDED))
@pytest.mark.parametrize("stamped", [False, True])
def test_a_revision_appended_is_a_change(
    signed_pdf: bytes, stamped_pdf: bytes, what: str, *, stamped: bool
) -> None:
    """An appended revision is named as a change, and all that is given back is what was signed."""
    original = stamped_pdf if stamped else signed_pdf
    changed = _updated(original, APPENDED[what])
    assert changed.startswith(original)
    document = read(changed)
    assert _steps(document) == {"change"}
    assert "unsigned revision" in _words(document)
    before = read(original)
    assert document.revision == original
    assert (document.attachments, document.pages) == (before.attachments, before.pages)


class _Reckless(PdfSigner):
    """A signer that does not care what an earlier certification permits."""

    def _enforce_certification_constraints(self, reader: t.Any) -> None:
        pass


def _signed_again(pdf: bytes, key: LoadedKey, field: str = "Second", **particulars: t.Any) -> bytes:
    words = {"subfilter": SigSeedSubFilter.PADES, "md_algorithm": "sha256", **particulars}
    metadata = PdfSignatureMetadata(field_name=field, **words)
    signer = _Reckless(metadata, _KeySigner(key), new_field_spec=SigFieldSpec(field))
    out = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(out.getbuffer())


def test_a_second_signature_is_a_change(signed_pdf: bytes, signing_key: LoadedKey) -> None:
    """Another signature, even by the same signer, is named; the first one's document is what is given back."""
    document = read(_signed_again(signed_pdf, signing_key))
    assert _steps(document) == {"change"}
    assert "further signature" in _words(document)
    assert document.revision == signed_pdf


@pytest.mark.parametrize(
    "tail", [b"\n", b"\x00", b"%%EOF\n", b"rubbish behind the end", b"%PDF-1.7\n" + bytes(5000)]
)
def test_bytes_after_the_end_are_a_change(signed_pdf: bytes, tail: bytes) -> None:
    """Not one byte may follow what was signed."""
    document = read(signed_pdf + tail)
    assert _steps(document) == {"change"}
    assert f"{len(tail)} {'byte follows' if len(tail) == 1 else 'bytes follow'}" in _words(document)


def test_earlier_layers_are_refused(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """A file that was updated before it was signed may hide what it showed before, and is refused."""
    updated = _updated(report_pdf, _replace_info)
    document = read(sign_pdf(updated, signing_key, at=MOMENT, reason="r"))
    assert "revisions" in _words(document)


def _unsound(data: bytes) -> None:
    """Asserts that reading finds something wrong and raises nothing but our own error."""
    try:
        document = read(data)
    except EvidenceBroken:
        return
    assert document.problems


@hypothesis.given(st.binary(max_size=400))
def test_junk_raises_our_error_alone(junk: bytes) -> None:
    """Whatever the bytes, with or without a PDF's beginning and a byte range: our own error or a problem."""
    for head in (b"", b"%PDF-1.7\n", b"%PDF-1.7\n/ByteRange [0 9 10 40]"):
        _unsound(head + junk)
        _unsound(head + junk + b"\n%%EOF")


def test_the_guard_changes_nothing(stamped_pdf: bytes) -> None:
    """The child gives back what reading in this process gives, for sound files and for those with problems."""
    changed = stamped_pdf.replace(b"author", b"editor") + b"rubbish"
    for data in (stamped_pdf, changed):
        assert read_guarded(data) == read(data)
    with pytest.raises(EvidenceBroken, match="not signed"):
        read_guarded(b"%PDF-1.7\n")


def test_the_guarded_reader_fits_the_port(signed_pdf: bytes) -> None:
    """The guarded reader is a `DocumentReader`."""
    reader: DocumentReader = GuardedReader()
    assert reader.read(signed_pdf).problems == ()


def test_the_child_inherits_no_secret(
    monkeypatch: pytest.MonkeyPatch, signed_pdf: bytes, tmp_path: pathlib.Path
) -> None:
    """Keys in our environment are not in the child's: it is started with an environment of its own."""
    monkeypatch.setenv("CANARY_API_KEY", "canary")
    # A stand-in for the interpreter writes down what it was given, and dies.
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\nexit 3\n")
    spy.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(spy))
    with pytest.raises(EvidenceBroken, match="safely"):
        read_guarded(signed_pdf)
    assert "canary" not in (tmp_path / "environment").read_text()


def test_a_reader_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch, signed_pdf: bytes) -> None:
    """Without an interpreter to start, the error is ours."""
    monkeypatch.setattr(sys, "executable", os.devnull)
    with pytest.raises(GovkitError):
        read_guarded(signed_pdf)


def test_the_child_is_limited(signed_pdf: bytes) -> None:
    """The child that reads has limits on memory, processor time and output, and leaves no core dump."""
    script = (
        "import json, resource, sys; from govkit.adapters import guarded_child, pdf_reader\n"
        "pdf_reader.main()\n"
        "names = ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_CORE')\n"
        "print(json.dumps([resource.getrlimit(getattr(resource, each))[0] for each in names]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=signed_pdf, capture_output=True, check=True)
    expected = [
        guarded_child.MEMORY_BYTES,
        guarded_child.PROCESSOR_SECONDS,
        pdf_reader.OUTPUT_BYTES,
        0,
    ]
    assert json.loads(done.stderr) == expected


@hypothesis.given(st.data())
def test_a_child_that_lies_is_caught_or_heard_out(signed_pdf: bytes, data: st.DataObject) -> None:
    """Whatever a child answers, the parent gets a document no larger than the answer, or our own error."""
    header = data.draw(
        st.binary(max_size=50)
        | st.fixed_dictionaries(
            {},
            optional={
                "revision": st.integers(-1, 10**9),
                "blobs": st.lists(st.integers(-1, 100), max_size=4),
                "chain": st.integers(-1, 5),
                "timestamp_chain": st.integers(-1, 5),
                "names": st.lists(st.text(max_size=5), max_size=3),
                "pages": st.lists(st.text(max_size=5), max_size=3),
                "signed_at": st.text(max_size=5) | st.just("2026-01-01T00:00:00Z"),
                "problems": st.lists(
                    st.fixed_dictionaries({"step": st.text(max_size=5), "what": st.text()}), max_size=2
                ),
                "broken": st.none()
                | st.dictionaries(st.sampled_from(["what", "fix", "extra"]), st.text(max_size=5)),
            },
        ).map(lambda value: json.dumps(value).encode())
    )
    answer = len(header).to_bytes(8, "big") + header + data.draw(st.binary(max_size=100))
    try:
        document = document_in(answer, signed_pdf)
    except EvidenceBroken:
        return
    assert len(document.revision) <= len(signed_pdf)
    assert all(problem.what.isprintable() for problem in document.problems)
