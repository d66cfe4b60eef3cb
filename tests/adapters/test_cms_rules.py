"""The frame of a CMS: what no signature covers says one thing, in one encoding, and holds nothing more."""

import re
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from asn1crypto import cms, core, parser

from govkit.adapters.cms_rules import MAX_PARTS, algorithm_faults, attribute_faults, frame_faults


def _content_info(pdf: bytes) -> bytes:
    hole = re.search(rb"/Contents <([0-9A-F]+)>", pdf)
    assert hole
    contents = bytes.fromhex(hole[1].decode())
    return contents[: parser.peek(contents)]


def _faults(content_info: bytes, *, timestamp: bool = False) -> list[str]:
    """What is wrong, an exception being one fault more."""
    try:
        signed = cms.ContentInfo.load(content_info)["content"]
        certificate = signed["certificates"][0].chosen
        return list(frame_faults(content_info, certificate, timestamp=timestamp))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        return [str(error)]


def _token(pdf: bytes) -> bytes:
    signer = cms.ContentInfo.load(_content_info(pdf))["content"]["signer_infos"][0]
    return bytes(signer["unsigned_attrs"][0]["values"][0].dump())


def _element(encoded: bytes, *path: int, instead: t.Callable[[bytes], bytes]) -> bytes:
    """An encoded element with one inside it, named by its place at each level, replaced; lengths are made right."""
    if not path:
        return instead(encoded)
    class_, method, tag, _, contents, _ = parser.parse(encoded)
    parts = []
    while contents:
        size = parser.peek(contents)
        parts.append(contents[:size])
        contents = contents[size:]
    parts[path[0]] = _element(parts[path[0]], *path[1:], instead=instead)
    return bytes(parser.emit(class_, method, tag, b"".join(parts)))


def _with_more(encoded: bytes) -> bytes:
    class_, method, tag, _, contents, _ = parser.parse(encoded)
    return bytes(parser.emit(class_, method, tag, contents + core.OctetString(b"rubbish").dump()))


def _longer_length(encoded: bytes) -> bytes:
    """The same element, its length written in four bytes more than it takes: BER, not DER."""
    *_, contents, _ = parser.parse(encoded)
    return bytes(encoded[:1]) + b"\x84" + len(contents).to_bytes(4, "big") + bytes(contents)


def test_a_sound_frame_has_no_fault(signed_pdf: bytes, stamped_pdf: bytes) -> None:
    """The CMS we make passes, with and without a timestamp, and so does the timestamp's own."""
    for pdf in (signed_pdf, stamped_pdf):
        content_info = _content_info(pdf)
        assert _faults(content_info) == []
        signed = cms.ContentInfo.load(content_info)["content"]
        signer, certificate = signed["signer_infos"][0], signed["certificates"][0].chosen
        assert not [*attribute_faults(signer), *algorithm_faults(signer, certificate.dump())]
    assert _faults(_token(stamped_pdf), timestamp=True) == []


def test_a_signature_is_no_timestamp_and_the_reverse(signed_pdf: bytes, stamped_pdf: bytes) -> None:
    """Content inside where it is expected outside, or the reverse, is a fault."""
    assert _faults(_content_info(signed_pdf), timestamp=True)
    assert _faults(_token(stamped_pdf))


# ContentInfo, its content, SignedData; in that digest algorithms, content, signers, signer; of the signer, name and
# algorithm.
PLACES = [(), (1,), (1, 0), (1, 0, 1), (1, 0, 2), (1, 0, 4), (1, 0, 4, 0), (1, 0, 4, 0, 1), (1, 0, 4, 0, 2)]
UNSIGNED = [(1, 0, 4, 0, 6), (1, 0, 4, 0, 6, 0), (1, 0, 4, 0, 6, 0, 1)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("instead", [_with_more, _longer_length])
def test_nothing_hides_in_the_frame(
    signed_pdf: bytes, place: tuple[int, ...], instead: t.Callable[[bytes], bytes]
) -> None:
    """A further element, or another encoding of the same length, is a fault at every level."""
    assert _faults(_element(_content_info(signed_pdf), *place, instead=instead))


@pytest.mark.parametrize("place", PLACES + UNSIGNED)
def test_nothing_hides_round_a_timestamp(stamped_pdf: bytes, place: tuple[int, ...]) -> None:
    """The same holds with a timestamp, for the attribute that carries it, and within the timestamp itself."""
    assert _faults(_element(_content_info(stamped_pdf), *place, instead=_with_more))
    if place in PLACES:
        assert _faults(_element(_token(stamped_pdf), *place, instead=_with_more), timestamp=True)


def test_a_heap_of_elements_is_not_walked(signed_pdf: bytes) -> None:
    """More elements than any signature has end the walk."""
    heap = core.Null().dump() * (MAX_PARTS + 1)
    grown = _element(
        _content_info(signed_pdf), 1, 0, instead=lambda each: bytes(parser.emit(0, 1, 16, heap) or each)
    )
    assert _faults(grown)


@hypothesis.given(st.binary(max_size=200))
def test_junk_is_a_fault(junk: bytes) -> None:
    """Arbitrary bytes are no frame."""
    assert _faults(junk)
    assert _faults(bytes(parser.emit(0, 1, 16, junk)))
