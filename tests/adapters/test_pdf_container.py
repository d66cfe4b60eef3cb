"""Who signs a hostile PDF is stopped at the container: active, hidden, ambiguous or exploding content is named."""

import datetime
import io
import time
import typing as t
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from govkit.adapters.guarded_child import WALL_SECONDS
from govkit.adapters.keys import LoadedKey
from govkit.adapters.pdf_container import MAX_ATTACHED_BYTES
from govkit.adapters.pdf_reader import read, read_guarded
from govkit.adapters.pdf_signer import _KeySigner, sign_pdf
from govkit.errors import EvidenceBroken
from govkit.verification.documents import SignedDocument

MOMENT = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
MIB = 1024 * 1024


def _words(document: SignedDocument) -> str:
    return "\n".join(f"{problem.step}: {problem.what}" for problem in document.problems)


def _steps(document: SignedDocument) -> set[str]:
    return {problem.step for problem in document.problems}


def _hostile(report: bytes, key: LoadedKey, change: t.Callable[[Pdf], object]) -> bytes:
    """The report changed *before* it is signed, by a signer who means it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(report)) as pdf:
        change(pdf)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sign_pdf(out.getvalue(), key, at=MOMENT, reason="r")


def _annotate(pdf: Pdf, **words: t.Any) -> None:
    page = pdf.pages[0].obj
    page.Annots.append(pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **words)))


def _link(pdf: Pdf, action: Dictionary) -> None:
    _annotate(pdf, Subtype=Name.Link, A=action)


def _attach(pdf: Pdf, key: str, *, name: str | None = None, data: bytes = b"x", **stream: t.Any) -> None:
    """Adds an attachment without any of pikepdf's own care."""
    file = pdf.make_stream(data, Type=Name.EmbeddedFile, **stream)
    words = Dictionary(Type=Name.Filespec, F=name or key, UF=name or key, EF=Dictionary(F=file))
    pdf.Root.Names.EmbeddedFiles.Names.extend([pikepdf.String(key), pdf.make_indirect(words)])


def _hide_file(pdf: Pdf) -> None:
    file = pdf.make_stream(b"hidden", Type=Name.EmbeddedFile)
    pdf.Root.PieceInfo = Dictionary()
    pdf.pages[0].obj.AF = Array([Dictionary(Type=Name.Filespec, F="h", UF="h", EF=Dictionary(F=file))])


def _two_contents(pdf: Pdf) -> None:
    _attach(pdf, "two.json")
    pdf.Root.Names.EmbeddedFiles.Names[-1].EF.UF = pdf.make_stream(b"y", Type=Name.EmbeddedFile)


def _circle(pdf: Pdf) -> None:
    tree = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles)
    pdf.Root.Names.EmbeddedFiles = tree
    tree.Kids = Array([tree])


def _text_field(pdf: Pdf) -> None:
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, T="text", V="pass"))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def _external(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(b"", F="file:///etc/passwd")


def _strange_code(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(b"x", Filter=Name("/UnknownDecode"))


def _fake_signature(pdf: Pdf) -> None:
    pdf.Root.Lang = "en"
    pdf.pages[0].obj.PieceInfo = pdf.make_indirect(Dictionary(Type=Name.Sig, Contents=pikepdf.String("x")))


JAVASCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
HOSTILE: dict[str, tuple[t.Callable[[Pdf], object], str]] = {
    "JavaScript on opening": (lambda pdf: pdf.Root.__setattr__("OpenAction", JAVASCRIPT), "OpenAction"),
    "JavaScript by name": (lambda pdf: pdf.Root.Names.__setattr__("JavaScript", Dictionary()), "JavaScript"),
    "JavaScript in a link": (lambda pdf: _link(pdf, JAVASCRIPT), "JavaScript"),
    "launch": (lambda pdf: _link(pdf, Dictionary(S=Name.Launch, F="calc.exe")), "Launch"),
    "action posing as a tag": (
        lambda pdf: _link(pdf, Dictionary(Type=Name.StructElem, S=Name.Launch)),
        "Launch",
    ),
    "further action": (lambda pdf: pdf.pages[0].obj.__setattr__("AA", Dictionary(O=JAVASCRIPT)), "/AA"),
    "link to a file": (lambda pdf: _link(pdf, Dictionary(S=Name.URI, URI="file:///etc/passwd")), "links"),
    "link to a program": (lambda pdf: _link(pdf, Dictionary(S=Name.URI, URI="javascript:alert(1)")), "links"),
    "form": (_text_field, "form"),
    "dynamic form": (lambda pdf: pdf.Root.__setattr__("AcroForm", Dictionary(XFA="x", Fields=[])), "XFA"),
    "film": (lambda pdf: _annotate(pdf, Subtype=Name.RichMedia), "annotation"),
    "file behind a pin": (lambda pdf: _annotate(pdf, Subtype=Name.FileAttachment), "annotation"),
    "note over the page": (lambda pdf: _annotate(pdf, Subtype=Name.FreeText), "annotation"),
    "layers": (lambda pdf: pdf.Root.__setattr__("OCProperties", Dictionary()), "OCProperties"),
    "portfolio": (lambda pdf: pdf.Root.__setattr__("Collection", Dictionary()), "Collection"),
    "something private": (lambda pdf: pdf.Root.__setattr__("PieceInfo", Dictionary()), "PieceInfo"),
    "content from outside": (_external, "outside"),
    "page in a strange code": (_strange_code, "readers do not agree"),
    "second signature object": (_fake_signature, "signature objects"),
    "attachment twice": (lambda pdf: _attach(pdf, "manifest.json"), "stands 2 times"),
    "attachment twice by its inner name": (
        lambda pdf: _attach(pdf, "z", name="manifest.json"),
        "stands 2 times",
    ),
    "attachment with a path": (lambda pdf: _attach(pdf, "../../etc/passwd"), "no plain file name"),
    "attachment with a drive": (lambda pdf: _attach(pdf, "C:evil"), "no plain file name"),
    "attachment without a name": (lambda pdf: _attach(pdf, "z", name=" "), "no plain file name"),
    "attachment with a line break": (lambda pdf: _attach(pdf, "a\nb"), "no plain file name"),
    "attachment with two contents": (_two_contents, "not exactly one"),
    "attachment hidden": (_hide_file, "not in the list"),
    "attachments in a circle": (_circle, "circle"),
    "attachment in a strange code": (lambda pdf: _attach(pdf, "z", Filter=Name.ASCIIHexDecode), "encoded"),
    "attachment damaged": (lambda pdf: _attach(pdf, "z", data=b"x", Filter=Name.FlateDecode), "damaged"),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_a_hostile_signer_is_stopped_at_the_container(
    report_pdf: bytes, signing_key: LoadedKey, what: str
) -> None:
    """Active, hidden, ambiguous or foreign content is named although the signature over it holds."""
    change, named = HOSTILE[what]
    document = read(_hostile(report_pdf, signing_key, change))
    assert "container" in _steps(document)
    assert named in _words(document)
    assert _words(document).isascii()


def test_an_ambiguous_attachment_is_not_given_back(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """A name that stands for two files gives neither; the others are there."""
    document = read(_hostile(report_pdf, signing_key, HOSTILE["attachment twice"][0]))
    assert set(document.attachments) == {"transcripts-000001.zst"}


def test_an_encrypted_file_is_refused_although_signed(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """Encryption is refused, even with an empty password that opens for everybody."""
    writer: t.Any = IncrementalPdfFileWriter(io.BytesIO(_with_empty_password(report_pdf)))
    writer.encrypt("")
    metadata = PdfSignatureMetadata(
        field_name="Signature", certify=True, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    signed = PdfSigner(metadata, _KeySigner(signing_key)).sign_pdf(writer)
    assert "encrypted" in _words(read(bytes(signed.getbuffer())))


def _with_empty_password(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    return out.getvalue()


def _bomb(mebibytes: int) -> bytes:
    """A zlib stream of about a thousandth of what it unpacks to."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + block * mebibytes + packer.flush() + bytes(4)


def test_an_attachment_that_explodes_is_stopped(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """Unpacking stops at the limit for all attachments together, and the file is not given back."""
    size = MAX_ATTACHED_BYTES // MIB + 1
    signed = _hostile(
        report_pdf, signing_key, lambda pdf: _attach(pdf, "z", data=_bomb(size), Filter=Name.FlateDecode)
    )
    document = read_guarded(signed)
    assert "larger than" in _words(document)
    assert set(document.attachments) == {"manifest.json", "transcripts-000001.zst"}


def test_a_page_that_explodes_is_survived(report_pdf: bytes, signing_key: LoadedKey) -> None:
    """A page whose content unpacks to more than the guard allows ends the child, not us."""

    def explode(pdf: Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(_bomb(3000), Filter=Name.FlateDecode)

    signed = _hostile(report_pdf, signing_key, explode)
    started = time.monotonic()
    try:
        assert read_guarded(signed).revision == signed
    except EvidenceBroken as error:
        assert "safely" in error.what  # noqa: PT017 - either answer will do
    assert time.monotonic() - started < WALL_SECONDS
