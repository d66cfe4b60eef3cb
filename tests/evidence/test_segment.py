"""Segments: what was appended is read back; what was torn is told from what was damaged; hostile frames are bounded."""

import io

import hypothesis
import hypothesis.strategies as st
import pytest
import zstandard

from govkit.errors import EvidenceBroken
from govkit.evidence import segment
from govkit.evidence.segment import MAX_FRAME, MAX_RECORDS, encode, read_segment, whole_frames

RECORD = st.binary(min_size=1, max_size=60).filter(lambda record: b"\n" not in record)
FRAMES = [encode([b'{"n":%d,"text":"%s"}' % (number, b"word " * number)]) for number in range(1, 6)]
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"


def _frame(content: bytes, *, checksum: bool = True, size: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=checksum, write_content_size=size).compress(content)


def _read(data: bytes) -> list[bytes]:
    return list(read_segment(data, where="s"))


@hypothesis.given(st.lists(st.lists(RECORD, min_size=1, max_size=5), max_size=5))
def test_what_was_appended_is_read_back(appends: list[list[bytes]]) -> None:
    """All records come back in order, each append is one frame, and its end is where the next one begins."""
    data = b"".join(encode(records) for records in appends)
    assert _read(data) == [record for records in appends for record in records]
    frames = list(whole_frames(data, where="s"))
    assert [list(frame.records) for frame in frames] == appends
    assert (frames[-1].end if frames else 0) == len(data)


def test_any_zstandard_reader_reads_a_segment() -> None:
    """A segment is one zstandard file: a reader that knows nothing of us gives its lines."""
    data = b"".join(FRAMES)
    stream = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
    assert stream.read().splitlines() == _read(data)


def test_a_write_torn_at_any_byte_loses_nothing_that_counted() -> None:
    """Cut at every byte of the last frame, all earlier frames are still there and the tail is known for torn."""
    earlier = b"".join(FRAMES[:-1])
    for length in range(1, len(FRAMES[-1])):
        torn = earlier + FRAMES[-1][:length]
        frames = list(whole_frames(torn, where="s"))
        assert [frame.end for frame in frames][-1] == len(earlier), length
        with pytest.raises(EvidenceBroken, match="no whole frame"):
            _read(torn)


def test_zeros_that_a_power_cut_leaves_are_a_torn_write() -> None:
    """Some file systems leave zeros where data was not yet written: they are cut off, not taken for damage."""
    for tail in (bytes(1), bytes(5000)):
        frames = list(whole_frames(FRAMES[0] + tail, where="s"))
        assert [frame.end for frame in frames] == [len(FRAMES[0])]


def test_no_altered_bit_is_ever_cut_off_or_read() -> None:
    """With any one bit of any frame but the last altered, reading and resuming both say that evidence is broken."""
    whole = b"".join(FRAMES)
    for place in range(len(whole) - len(FRAMES[-1])):
        for bit in (0, 3, 7):
            bent = bytearray(whole)
            bent[place] ^= 1 << bit
            with pytest.raises(EvidenceBroken):
                list(whole_frames(bytes(bent), where="s"))
            with pytest.raises(EvidenceBroken):
                _read(bytes(bent))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SKIPPABLE, id="skippable frame"),
        pytest.param(FRAMES[0] + SKIPPABLE + FRAMES[1], id="skippable frame between"),
        pytest.param(FRAMES[0] + b"garbage", id="garbage behind"),
        pytest.param(FRAMES[0] + b"{}\n", id="plain JSON behind"),
        pytest.param(_frame(b"{}\n", checksum=False), id="no checksum"),
        pytest.param(_frame(b"{}\n", size=False), id="no size"),
        pytest.param(_frame(b""), id="zero size"),
        pytest.param(_frame(b"{}"), id="no line feed"),
        pytest.param(_frame(b"\n"), id="empty record"),
        pytest.param(_frame(b"{}\n\n{}\n"), id="empty record between"),
        pytest.param(_frame(b"a\n" * (MAX_RECORDS + 1)), id="too many records"),
        pytest.param(_frame(bytes(MAX_FRAME) + b"\n"), id="larger than allowed"),
        pytest.param(b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 7 + b"\x7f" + b"\x01\x00\x00", id="an exabyte declared"),
        pytest.param(b"\x28\xb5\x2f\xfd\xa4" + (MAX_FRAME - 1).to_bytes(4, "little") + b"\x01\x00\x00" + b"1234",
                     id="64 MiB declared, none there"),
        pytest.param(b"\x28\xb5\x2f\xfd\x25\x07\x03" + b"\x19\x00\x00" + b"{}\n" + b"1234", id="a dictionary"),
        pytest.param(b"\x28\xb5\x2f\xfd\x24\x03" + b"\x07\x00\x00" + b"1234", id="reserved block"),
    ],
)  # fmt: skip
def test_hostile_frames_are_refused(data: bytes) -> None:
    """Nothing but a frame of the kind we write is read, and nothing hostile is cut off as if it were a torn write."""
    with pytest.raises(EvidenceBroken):
        _read(data)
    with pytest.raises(EvidenceBroken):
        list(whole_frames(data, where="s"))


def test_many_tiny_frames_are_read_one_by_one() -> None:
    """A segment of many tiny frames is read in a time that grows with its length."""
    assert len(_read(FRAMES[0] * 20_000)) == 20_000


def test_a_tail_full_of_frame_beginnings_is_bounded() -> None:
    """A tail that looks like the start of a frame everywhere is refused after a few looks."""
    with pytest.raises(EvidenceBroken):
        list(whole_frames((segment.MAGIC + b"\x24") * 200_000, where="s"))


@hypothesis.given(data=st.binary(max_size=200), begun=st.booleans())
def test_arbitrary_bytes_raise_nothing_else(data: bytes, *, begun: bool) -> None:
    """Whatever bytes stand in a segment, the only error is `EvidenceBroken`."""
    for read in (read_segment, whole_frames):
        try:
            list(read((segment.MAGIC if begun else b"") + data, where="s"))
        except EvidenceBroken:
            continue


@pytest.mark.parametrize("records", [[], [b""], [b"a", b""], [b"a\nb"], [b"\n"], [bytes(MAX_FRAME)]], ids=len)
def test_what_no_frame_holds_is_not_written(records: list[bytes]) -> None:
    """An empty list, an empty record, one with a line feed or one too large is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one record"):
        encode(records)


def test_a_batch_too_large_for_one_frame_becomes_several() -> None:
    """Whatever is appended together can be read again: it is spread over as many frames as it needs."""
    half = b"x" * (MAX_FRAME // 2)
    assert [len(frame.records) for frame in whole_frames(encode([half, half, b"y"]), where="s")] == [1, 2]
    many = [b"a"] * (MAX_RECORDS + 1)
    assert [len(frame.records) for frame in whole_frames(encode(many), where="s")] == [MAX_RECORDS, 1]
