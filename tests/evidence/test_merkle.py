"""The Merkle tree: the reference vectors of certificate transparency, and that no forged proof holds."""

import hashlib

import hypothesis
import hypothesis.strategies as st
import pytest

from govkit.evidence.merkle import EMPTY_ROOT, inclusion_proof, is_included, leaf_hash, node_hash, root_of

RECORDS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
"""The leaves of the reference tree in the test data of the certificate-transparency project."""
LEAVES = [leaf_hash(record) for record in RECORDS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOFS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference_tree(size: int) -> None:
    """The roots over the first 0 to 8 reference leaves are the published ones."""
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PROOFS)
def test_the_proofs_are_those_of_the_reference_tree(index: int, size: int) -> None:
    """The inclusion proofs published for the reference tree come out, and hold."""
    proof = inclusion_proof(LEAVES[:size], index)
    assert [node.hex() for node in proof] == PROOFS[index, size]
    assert is_included(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


def test_a_leaf_and_a_node_are_never_hashed_alike() -> None:
    """The empty root is the hash of nothing, a leaf begins with 0x00 and a node with 0x01 (RFC 9162, 2.1.1)."""
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert leaf_hash(b"ab") == hashlib.sha256(b"\x00ab").digest()
    assert node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()


def by_the_book(leaves: list[bytes]) -> bytes:
    """The root as RFC 9162 defines it: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_the_book(leaves[:split]), by_the_book(leaves[split:]))


TREES = st.lists(st.binary(max_size=3), min_size=1, max_size=40).map(
    lambda records: [leaf_hash(record) for record in records]
)


@hypothesis.given(TREES)
def test_the_root_is_the_one_the_rfc_defines(leaves: list[bytes]) -> None:
    """The loop that pairs level by level gives what the RFC's recursion gives."""
    assert root_of(leaves) == by_the_book(leaves)


@hypothesis.given(TREES, st.data())
def test_every_proof_holds_and_no_altered_one_does(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof holds for its leaf, index, size and root; with any one of these altered it does not."""
    size, root = len(leaves), root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    assert is_included(leaves[index], index, size, proof, root)
    assert not is_included(leaf_hash(b"another"), index, size, proof, root)
    assert not is_included(leaves[index], index, size, proof, leaf_hash(b"another"))
    assert not is_included(leaves[index], index, size, (*proof, root), root)
    other = data.draw(
        st.integers(-2, size + 2).filter(lambda n: not (0 <= n < size and leaves[n] == leaves[index]))
    )
    assert not is_included(leaves[index], other, size, proof, root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        bent = bytearray(proof[place])
        bent[bit // 8] ^= 1 << bit % 8
        assert not is_included(
            leaves[index], index, size, (*proof[:place], bytes(bent), *proof[place + 1 :]), root
        )
        assert not is_included(leaves[index], index, size, proof[:-1], root)


@pytest.mark.parametrize("index", [-1, 8, 10**9])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    """Asking for the proof of a leaf outside the tree raises `IndexError`; nothing is included in an empty tree."""
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)
    assert not is_included(LEAVES[0], 0, 0, (), EMPTY_ROOT)
