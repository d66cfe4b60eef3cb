"""The digest of a file or a folder: what anybody computes again, and what is refused because nobody could."""

import hashlib
import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.folder_digest import CHUNK, path_digest
from govkit.digest import digest, digest_of
from govkit.errors import AskedWrongly


def _tree(root: pathlib.Path, files: dict[str, bytes]) -> pathlib.Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


TREE = {"config.json": b"{}", "weights/one.bin": b"one", "weights/two.bin": b"two"}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1])
def test_a_file_is_named_by_its_bytes(tmp_path: pathlib.Path, size: int) -> None:
    """As `sha256sum` has it, read in pieces or not."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert path_digest(path) == digest(b"x" * size)


def test_a_folder_is_named_by_its_files_with_size_and_digest(tmp_path: pathlib.Path) -> None:
    """Sorted by path, as canonical JSON."""
    rows = [[name, len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"] for name, data in TREE.items()]
    assert path_digest(_tree(tmp_path, TREE)) == digest_of(sorted(rows))


@given(st.permutations(sorted(TREE)))
def test_the_order_in_which_files_came_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    """Nor do times, permissions and folders without a file in them."""
    one = _tree(tmp_path_factory.mktemp("one"), TREE)
    other = _tree(tmp_path_factory.mktemp("other"), {name: TREE[name] for name in order})
    (other / "empty" / "deeper").mkdir(parents=True)
    (other / "config.json").chmod(0o600)
    os.utime(other / "config.json", (0, 0))
    assert path_digest(one) == path_digest(other)


@pytest.mark.parametrize(
    "changed",
    [
        TREE | {"config.json": b"{ }"},
        TREE | {"more": b""},
        {name: data for name, data in TREE.items() if name != "config.json"},
        {name.replace("two", "three"): data for name, data in TREE.items()},
        {name.replace("weights/", "weights-"): data for name, data in TREE.items()},
        TREE | {"weights/one.bin": b"two", "weights/two.bin": b"one"},
    ],
    ids=["another byte", "one more", "one less", "another name", "another folder", "exchanged"],
)
def test_whatever_is_another_in_it_changes_its_name(
    tmp_path: pathlib.Path, changed: dict[str, bytes]
) -> None:
    """Bytes, names, and which has which."""
    one, other = _tree(tmp_path / "one", TREE), _tree(tmp_path / "other", changed)
    assert path_digest(one) != path_digest(other)


def test_a_link_within_the_folder_is_the_file_it_leads_to(tmp_path: pathlib.Path) -> None:
    """So model hubs lay their files out."""
    plain = _tree(tmp_path / "plain", {"blob": b"weights", "model.bin": b"weights"})
    linked = _tree(tmp_path / "linked", {"blob": b"weights"})
    (linked / "model.bin").symlink_to("blob")
    assert path_digest(linked) == path_digest(plain)


def test_what_leads_elsewhere_is_refused(tmp_path: pathlib.Path) -> None:
    """A link out of the folder, also by way of a folder, can change without a byte of the folder changing."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(b"x")
    for number, (name, target) in enumerate((("file", "../outside/file"), ("folder", "../outside"))):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        (folder / name).symlink_to(target)
        with pytest.raises(AskedWrongly, match="link"):
            path_digest(folder)


def test_what_names_nothing_is_refused(tmp_path: pathlib.Path) -> None:
    """Nothing there, an empty folder, a broken link, links in a circle, a pipe: each is told, and nobody waits."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "link").symlink_to("nothing")
    (tmp_path / "circle").mkdir()
    (tmp_path / "circle" / "link").symlink_to("link")
    (tmp_path / "piped").mkdir()
    os.mkfifo(tmp_path / "piped" / "pipe")
    os.mkfifo(tmp_path / "pipe")
    for name in ("none", "empty", "broken", "circle", "piped", "pipe", "x" * 5_000, "a\0b"):
        with pytest.raises(AskedWrongly):
            path_digest(tmp_path / name)


def test_a_name_that_is_no_text_is_refused(tmp_path: pathlib.Path) -> None:
    """It has no canonical form; nobody else would come to the same digest."""
    (tmp_path / os.fsdecode(b"\xff")).write_bytes(b"x")
    with pytest.raises(AskedWrongly, match="cannot be named"):
        path_digest(tmp_path)


def test_two_spellings_of_one_letter_are_two_names(tmp_path: pathlib.Path) -> None:
    """A path is its bytes: nothing is normalised on the way."""
    one = _tree(tmp_path / "one", {"\u00e9": b"x"})
    other = _tree(tmp_path / "other", {"e\u0301": b"x"})
    assert path_digest(one) != path_digest(other)
