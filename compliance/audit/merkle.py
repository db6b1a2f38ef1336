"""Merkle trees over the leaves of a log: hashes, roots, and proofs of what is in them and of what they grew from.

Theory: the root of a tree is one hash that fixes every leaf and their order. A *subtree* here is a complete one:
`2**level` leaves, the `index`-th of them side by side. What a tree of n leaves hashes is the ones of the bits of n,
the largest first; so a tree that only grows needs these few alone (`Frontier`), and a proof needs at most one hash
for each level, which come from wherever they are kept (`Stored`): from memory, or from tiles.

- An *inclusion proof* says that a leaf stands at an index of a tree: the hash beside it, the one beside both, and so
  on up to the root.
- A *consistency proof* says that a tree begins with all leaves of a smaller one, in their order: the hashes out of
  which both roots are made.

A proof does not say how large a tree is: it fits every size at which the path to the leaf turns alike. The size is
known from the checkpoint, which signs it together with the root.

Source: RFC 9162, section 2.1 (which RFC 6962 has alike), with SHA-256. A tree without leaves is the beginning of
every tree, and its proof is empty: C2SP tlog-witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""
MOST_LEAVES: Final = 2**63 - 1
"""The largest size that a tree may have; more does not fit the numbers of other programs."""

Stored = Callable[[int, int], bytes]
"""Gives the hash of the subtree at (level, index). It is only asked for subtrees of the tree in question."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node, of the hashes under it."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows, of which only the hashes are kept that its growth needs: those of `subtrees(size)`."""

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._size, self._peaks = _known_size(size), list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} subtrees")

    @classmethod
    def of(cls, size: int, stored: Stored) -> Frontier:
        """The frontier of a tree whose hashes are kept somewhere."""
        return cls(size, (stored(level, index) for level, index in subtrees(0, size)))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The hashes of the complete subtrees, the largest first."""
        return tuple(self._peaks)

    def append(self, data: bytes) -> None:
        """Add a leaf."""
        self.append_hash(sha256(b"\x00" + data).digest())

    def append_hash(self, found: bytes) -> None:
        """Add a leaf by its hash."""
        peaks, rest = self._peaks, self._size
        while rest & 1:  # each subtree that is now one of a pair joins it
            found = sha256(b"\x01" + peaks.pop() + found).digest()
            rest >>= 1
        peaks.append(found)
        self._size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _joined(self._peaks) if self._peaks else EMPTY_ROOT


def root(size: int, stored: Stored) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range_hash(0, _known_size(size), stored) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, stored: Stored) -> list[bytes]:
    """The proof that a tree of `size` leaves has the leaf that it has at `index`: from the leaf up.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < _known_size(size):
        raise ValueError(f"a tree of {size} leaves has none at {index}")
    first, end, found = 0, size, []
    while end - first > 1:
        middle = first + _half(end - first)
        if index < middle:
            found.append(_range_hash(middle, end, stored))
            end = middle
        else:
            found.append(_range_hash(first, middle, stored))
            first = middle
    return found[::-1]


def consistency_proof(old: int, new: int, stored: Stored) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` leaves.

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= _known_size(new):
        raise ValueError(f"a tree of {new} leaves does not begin with {old}")
    if old in {0, new}:
        return []
    first, end, found = 0, new, []
    while old != end:
        middle = first + _half(end - first)
        if old <= middle:
            found.append(_range_hash(middle, end, stored))
            end = middle
        else:
            found.append(_range_hash(first, middle, stored))
            first = middle
    if first:  # where it is 0 what is left is the old tree, whose root is known to whoever asks
        found.append(_range_hash(first, end, stored))
    return found[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether a proof shows that the tree of that size and root has this leaf, a hash, at `index`."""
    if not (0 <= index < size <= MOST_LEAVES) or not _are_hashes(leaf, root_hash, *proof):
        return False
    found, node, last = leaf, index, size - 1
    for beside in proof:
        if not last:
            return False
        if node & 1 or node == last:
            found = node_hash(beside, found)
            skipped = _levels_without_a_right(node)
            node, last = node >> skipped, last >> skipped
        else:
            found = node_hash(found, beside)
        node, last = node >> 1, last >> 1
    return not last and found == root_hash


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether a proof shows that the tree of the new size and root begins with that of the old size and root."""
    if not (0 <= old <= new <= MOST_LEAVES) or not _are_hashes(old_root, new_root, *proof):
        return False
    if (not old and old_root != EMPTY_ROOT) or (not new and new_root != EMPTY_ROOT):
        return False
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(path) and _joins(old, new, path, old_root, new_root)


def _joins(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether both roots are made of a path, which begins with the smallest subtree at the end of the old tree."""
    skipped = _trailing_ones(old - 1)
    node, last = (old - 1) >> skipped, (new - 1) >> skipped
    before = after = path[0]
    for beside in path[1:]:
        if not last:
            return False
        if node & 1 or node == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            skipped = _levels_without_a_right(node)
            node, last = node >> skipped, last >> skipped
        else:
            after = node_hash(after, beside)
        node, last = node >> 1, last >> 1
    return not last and before == old_root and after == new_root


def subtrees(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees, by (level, index), that the leaves from `first` to before `end` are hashed from.

    `first` is 0 or where a subtree begins that is larger than the stretch; so they come the largest first.
    """
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def _range_hash(first: int, end: int, stored: Stored) -> bytes:
    return _joined([stored(level, index) for level, index in subtrees(first, end)])


def _joined(peaks: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees, the largest first; there is at least one."""
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def _half(count: int) -> int:
    """The largest power of two that is smaller than a count of at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _trailing_ones(number: int) -> int:
    return (~number & (number + 1)).bit_length() - 1


def _levels_without_a_right(node: int) -> int:
    """How many levels up a node, not the first, has nothing beside it: it is the last of its level, or a right one."""
    return (node & -node).bit_length() - 1


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _known_size(size: int) -> int:
    if not 0 <= size <= MOST_LEAVES:
        raise ValueError(f"no tree has {size} leaves")
    return size
