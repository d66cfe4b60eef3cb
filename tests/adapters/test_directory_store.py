import pathlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.directory_store import FRAME_BYTES, DirectoryStore, open_for_writing
from govkit.errors import AskedWrongly, EvidenceBroken

LINES = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda each: b"\n" not in each), min_size=1, max_size=4
)
SEGMENT = "transcripts-000001.zst"


@given(batches=st.lists(LINES, min_size=1, max_size=4), torn=st.integers(min_value=1, max_value=200))
def test_a_tail_torn_anywhere_is_cut_to_whole_batches(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], torn: int
) -> None:
    """After losing any number of bytes at its end, the folder opens with a prefix of its batches, and takes more."""
    folder = tmp_path_factory.mktemp("torn")
    store = DirectoryStore(folder)
    ends = [0]
    for batch in batches:
        store.append(batch)
        ends.append((folder / SEGMENT).stat().st_size)
    left = max(0, ends[-1] - torn)
    with (folder / SEGMENT).open("r+b") as file:
        file.truncate(left)
    with open_for_writing(folder) as opened:
        whole = max(number for number, end in enumerate(ends) if end <= left)
        assert (folder / SEGMENT).stat().st_size == ends[whole]
        opened.append([b"further"])
        kept = [record for batch in batches[:whole] for record in batch]
        assert list(opened.records()) == [*kept, b"further"]


def test_many_large_records_at_once_stay_readable(tmp_path: pathlib.Path) -> None:
    """A batch larger than a frame may be is spread over frames, in order."""
    records = [bytes([65 + number]) * (FRAME_BYTES - 10) for number in range(18)]
    store = DirectoryStore(tmp_path)
    store.append(records)
    assert list(store.records()) == records


def test_a_segment_that_is_full_is_followed_by_another(tmp_path: pathlib.Path) -> None:
    """Segments are numbered, and read back in that order."""
    store = DirectoryStore(tmp_path)
    store.append([b"one"])
    with (tmp_path / SEGMENT).open(
        "ab"
    ) as file:  # skippable frame (RFC 8878, 3.1.2) of 33 MB would be foreign: a hole
        file.truncate(33 * 1024 * 1024)
    store.append([b"two"])
    assert [name for name, _, _ in store.segments()] == [SEGMENT, "transcripts-000002.zst"]


def test_what_is_put_is_all_or_nothing(tmp_path: pathlib.Path) -> None:
    """A file is replaced whole, and what is not there is none."""
    store = DirectoryStore(tmp_path)
    assert store.get("plan.json") is None
    store.put("plan.json", b"one")
    store.put("plan.json", b"two")
    assert store.get("plan.json") == b"two"
    store.remove("plan.json")
    store.remove("plan.json")
    assert [path.name for path in tmp_path.iterdir()] == []


def test_two_processes_cannot_write_in_one_folder(tmp_path: pathlib.Path) -> None:
    """While a folder is open for writing, another opening is refused; afterwards it is not."""
    other = (
        "import pathlib, sys\n"
        "from govkit.adapters.directory_store import open_for_writing\n"
        "with open_for_writing(pathlib.Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", other, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(AskedWrongly, match="Another run is at work"), open_for_writing(tmp_path):
            pass
        holder.communicate("")
    with open_for_writing(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path: pathlib.Path) -> None:
    """Where a file stands in the way, no folder is made, and the message names it."""
    (tmp_path / "file").write_text("")
    said = pytest.raises(AskedWrongly, match="The run folder cannot be used")
    with said as caught, open_for_writing(tmp_path / "file" / "run"):
        pass
    assert caught.value.found == "Not a directory"


FILLING = """
import pathlib, resource, sys
from govkit.adapters.directory_store import DirectoryStore
from govkit.errors import AskedWrongly
store = DirectoryStore(pathlib.Path(sys.argv[1]))
store.append([b"first"])
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
import random
large = random.Random(1).randbytes(100_000).replace(b"\\n", b" ")
try:
    store.append([large])
except AskedWrongly as error:
    print(error.what, error.found)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.append([b"second"])
print(*[record.decode() for record in store.records()])
"""


def test_a_write_that_fails_in_the_middle_leaves_nothing_half(tmp_path: pathlib.Path) -> None:
    """When the machine takes only part of a batch, the store says so; what comes later stands behind whole frames."""
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["Evidence cannot be written. File too large", "first second"], (
        done.stderr
    )


def test_damage_before_the_tail_is_no_torn_tail(tmp_path: pathlib.Path) -> None:
    """A frame that is whole and does not read is damage: nothing is cut, and nothing is opened."""
    store = DirectoryStore(tmp_path)
    store.append([b"a record that was counted"])
    data = bytearray((tmp_path / SEGMENT).read_bytes())
    data[-6] ^= 1
    (tmp_path / SEGMENT).write_bytes(data)
    with pytest.raises(EvidenceBroken), open_for_writing(tmp_path):
        pass
    assert (tmp_path / SEGMENT).read_bytes() == bytes(data)
