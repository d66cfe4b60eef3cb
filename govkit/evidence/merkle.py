"""
The Merkle tree of RFC 9162, section 2.1 (the tree of RFC 6962): one root for all records, and short
proofs of membership.

SHA-256 throughout. A leaf is hashed as `0x00 || record`, an inner node as `0x01 || left || right`, so that a node can
never be passed off as a record. Plain hashlib: a million leaves take about a second.
"""

import hashlib
import typing as t

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of no leaves at all (RFC 9162, 2.1.1). It is a value, not evidence of anything."""


def leaf_hash(record: bytes) -> bytes:
    """The 32-byte hash of one record (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: t.Sequence[bytes]) -> bytes:
    """The 32-byte root over leaf hashes, in order."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # An odd leaf out rises unhashed: this is what splits at the largest power of two, as the RFC has it.
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def inclusion_proof(leaves: t.Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """
    The sibling hashes that lead from leaf `index` to the root, lowest first (RFC 9162, 2.1.3.1).

    Raises `IndexError` when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    level, proof = list(leaves), []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
        index //= 2
    return tuple(proof)


def is_included(leaf: bytes, index: int, size: int, proof: t.Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` to be number `index` (from 0) of `size` leaves under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root
