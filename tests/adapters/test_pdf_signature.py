"""The signature of a PDF, meddled with: what is done in place, to its byte range or inside its hole is named."""

import datetime
import io
import re
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from asn1crypto import cms, core, parser
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from govkit.adapters.keys import LoadedKey
from govkit.adapters.pdf_reader import read
from govkit.adapters.pdf_signer import _KeySigner, sign_pdf
from govkit.errors import EvidenceBroken
from govkit.verification.documents import SignedDocument

MOMENT = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def _words(document: SignedDocument) -> str:
    return "\n".join(f"{problem.step}: {problem.what}" for problem in document.problems)


def _steps(document: SignedDocument) -> set[str]:
    return {problem.step for problem in document.problems}


def _range(pdf: bytes) -> tuple[int, int, int, int]:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf)
    assert found
    first, second, third, fourth = map(int, found.groups())
    return first, second, third, fourth


def _with_range(pdf: bytes, *numbers: int) -> bytes:
    old = re.search(rb"/ByteRange \[[\d ]+\] *", pdf)
    assert old
    new = b"/ByteRange [%s]" % b" ".join(b"%d" % each for each in numbers)
    return pdf.replace(old[0], new.ljust(len(old[0])))


def _with_contents(pdf: bytes, change: t.Callable[[bytes], bytes], *, upper: bool = True) -> bytes:
    """The PDF with its signature's DER changed, filled up with zeros to its old length."""
    _, hole, after, _ = _range(pdf)
    contents = bytes.fromhex(pdf[hole + 1 : after - 1].decode())
    new = change(contents[: parser.peek(contents)]).ljust(len(contents), b"\0").hex()
    return pdf[: hole + 1] + (new.upper() if upper else new).encode() + pdf[after - 1 :]


def _cms(change: t.Callable[[t.Any], object]) -> t.Callable[[bytes], bytes]:
    """A change to the parsed CMS."""

    def changed(der: bytes) -> bytes:
        parsed = cms.ContentInfo.load(der)
        change(parsed["content"])
        return bytes(parsed.dump(force=True))

    return changed


def _strip(content: t.Any) -> None:
    content["signer_infos"][0]["unsigned_attrs"] = None


def _append_attribute(content: t.Any) -> None:
    attribute = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(b"rubbish")]})
    content["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])


def test_a_stripped_timestamp_is_noticed(stamped_pdf: bytes) -> None:
    """A timestamp taken out of the signature leaves the demand for one behind, which is signed."""
    document = read(_with_contents(stamped_pdf, _cms(_strip)))
    assert _steps(document) == {"signature"}
    assert "timestamp" in _words(document)
    assert document.timestamped_at is None


def test_a_timestamp_of_another_signature_does_not_hold(
    stamped_pdf: bytes, report_pdf: bytes, signing_key: LoadedKey, timestamp_service: t.Any
) -> None:
    """A genuine token for something else proves nothing here."""
    other = sign_pdf(report_pdf, signing_key, at=MOMENT, reason="other", timestamp_url=timestamp_service.url)
    _, hole, after, _ = _range(other)
    theirs = cms.ContentInfo.load(bytes.fromhex(other[hole + 1 : after - 1].decode()))["content"][
        "signer_infos"
    ][0]

    def swap(content: t.Any) -> None:
        content["signer_infos"][0]["unsigned_attrs"] = theirs["unsigned_attrs"]

    document = read(_with_contents(stamped_pdf, _cms(swap)))
    assert _steps(document) == {"signature"}
    assert "not for this signature" in _words(document)
    assert document.timestamped_at is None


@pytest.mark.parametrize(
    ("what", "change", "named"),
    [
        ("padding", lambda der: der + b"\0rubbish", "padding"),
        ("unsigned attribute", _cms(_append_attribute), "unsigned attribute"),
        (
            "no signed attributes",
            _cms(lambda c: c["signer_infos"][0].__setitem__("signed_attrs", None)),
            "attribute",
        ),
        ("no signer", _cms(lambda c: c.__setitem__("signer_infos", cms.SignerInfos([]))), "signature"),
        ("two signers", _cms(lambda c: c["signer_infos"].append(c["signer_infos"][0].copy())), "signature"),
        (
            "no certificate",
            _cms(lambda c: c.__setitem__("certificates", cms.CertificateSet([]))),
            "signature",
        ),
        ("emptied", lambda _: b"", "signature"),
        ("junk", lambda der: b"\xff" * len(der), "signature"),
    ],
)
def test_a_meddled_signature_is_named(signed_pdf: bytes, what: str, change: t.Any, named: str) -> None:
    """Padding, attributes, signers, certificates: whatever is changed inside the signature's hole is found."""
    document = read(_with_contents(signed_pdf, change))
    assert _steps(document) == {"signature"}, what
    assert named in _words(document)


def test_the_hole_holds_one_spelling(signed_pdf: bytes) -> None:
    """Hexadecimal digits in upper case, as they are written, are read; in lower or mixed case, or others, refused."""
    _, hole, _, _ = _range(signed_pdf)
    assert read(_with_contents(signed_pdf, lambda der: der, upper=True)).problems == ()
    assert "not in upper case" in _words(read(_with_contents(signed_pdf, lambda der: der, upper=False)))
    index = next(i for i in range(hole, len(signed_pdf)) if signed_pdf[i] in b"ABCDEF")
    mixed = signed_pdf[:index] + signed_pdf[index : index + 1].lower() + signed_pdf[index + 1 :]
    assert "not in upper case" in _words(read(mixed))
    assert _steps(read(signed_pdf[: hole + 1] + b" " + signed_pdf[hole + 2 :])) >= {"signature"}


@pytest.mark.parametrize(
    "numbers",
    [
        lambda a, b, c, d: (a, b, c, d - 50),
        lambda a, b, c, d: (a, b, c, d + 1),
        lambda a, b, c, d: (a, b - 1, c, d),
        lambda a, b, c, d: (a, b + 1, c, d),
        lambda a, b, c, d: (a, b, c + 1, d - 1),
        lambda a, b, c, d: (a, b, c - 1, d + 1),
        lambda _a, b, c, d: (1, b - 1, c, d),
        lambda *_: (0, 0, 0, 0),
        lambda a, _b, c, d: (a, c + d),
        lambda a, b, c, d: (a, b, c, d, 0, 0),
        lambda a, b, c, d: (c, d, a, b),
    ],
)
def test_another_byte_range_is_noticed(signed_pdf: bytes, numbers: t.Callable[..., tuple[int, ...]]) -> None:
    """A shrunk, grown, shifted, zeroed or reordered byte range is broken evidence or a broken signature."""
    _unsound(_with_range(signed_pdf, *numbers(*_range(signed_pdf))))


def _unsound(data: bytes) -> None:
    """Asserts that reading finds something wrong and raises nothing but our own error."""
    try:
        document = read(data)
    except EvidenceBroken:
        return
    assert document.problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/P 1", b"/P 3"),
        (b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"),
        (b"07220260301", b"07220250301"),
        (b"/Type /Sig\n", b"/Type /Sid\n"),
        (b"/DocMDP", b"/DocMDQ"),
        (b"author", b"editor"),
        (b"%%EOF", b"%%EOG"),
    ],
)
def test_a_changed_word_is_noticed(signed_pdf: bytes, old: bytes, new: bytes) -> None:
    """Permissions, format, time, kind and reason of the signature are themselves signed."""
    assert old in signed_pdf
    _unsound(signed_pdf.replace(old, new))


@hypothesis.given(st.data())
def test_no_flipped_bit_goes_unnoticed(signed_pdf: bytes, data: st.DataObject) -> None:
    """One bit flipped anywhere in the file, the signature's own bytes included, is found."""
    _, hole, after, _ = _range(signed_pdf)
    everywhere = st.integers(0, len(signed_pdf) - 1)
    index = data.draw(everywhere | st.integers(hole, after - 1))
    flipped = signed_pdf[index] ^ (1 << data.draw(st.integers(0, 7)))
    _unsound(signed_pdf[:index] + bytes([flipped]) + signed_pdf[index + 1 :])


@hypothesis.given(st.data())
def test_no_cut_or_insertion_goes_unnoticed(stamped_pdf: bytes, data: st.DataObject) -> None:
    """Bytes cut out of, put into or put after the file are found."""
    start = data.draw(st.integers(0, len(stamped_pdf)))
    end = data.draw(st.integers(start, len(stamped_pdf)))
    instead = data.draw(st.binary(max_size=50))
    changed = stamped_pdf[:start] + instead + stamped_pdf[end:]
    if changed != stamped_pdf:
        _unsound(changed)


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


@pytest.mark.parametrize(
    ("particulars", "named"),
    [
        ({"certify": False}, "no certification"),
        ({"certify": True}, "permits changes"),
        ({"certify": True, "subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}, "SubFilter"),
    ],
)
def test_a_weaker_signature_is_not_enough(
    report_pdf: bytes, signing_key: LoadedKey, particulars: dict[str, t.Any], named: str
) -> None:
    """An approval, a certification that permits changes, and the older format are each refused by name."""
    document = read(_signed_again(report_pdf, signing_key, "Signature", **particulars))
    assert "signature" in _steps(document)
    assert named in _words(document)
