"""Trees as RFC 9162, section 2.1, defines them: by recursion over the leaves, slow and plain."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from compliance.audit.merkle import Stored


def leaves_of(count: int) -> list[bytes]:
    """Leaves that all differ."""
    return [b"leaf %d" % number for number in range(count)]


def half(count: int) -> int:
    """The largest power of two smaller than a count."""
    found = 1
    while found * 2 < count:
        found *= 2
    return found


def head(leaves: Sequence[bytes]) -> bytes:
    """MTH: the root."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(bytes([0]) + leaves[0]).digest()
    middle = half(len(leaves))
    return sha256(bytes([1]) + head(leaves[:middle]) + head(leaves[middle:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH: the inclusion proof."""
    if len(leaves) == 1:
        return []
    middle = half(len(leaves))
    if index < middle:
        return [*path(index, leaves[:middle]), head(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), head(leaves[:middle])]


def proof(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF: the consistency proof, for 0 < old < new."""
    return subproof(old, leaves, is_known=True)


def subproof(old: int, leaves: Sequence[bytes], *, is_known: bool) -> list[bytes]:
    """SUBPROOF: `is_known` while what is looked at is the beginning of the old tree, whose root one has."""
    if old == len(leaves):
        return [] if is_known else [head(leaves)]
    middle = half(len(leaves))
    if old <= middle:
        return [*subproof(old, leaves[:middle], is_known=is_known), head(leaves[middle:])]
    return [*subproof(old - middle, leaves[middle:], is_known=False), head(leaves[:middle])]


def turns(index: int, size: int) -> list[str]:
    """On which side the hashes of an inclusion proof stand."""
    if size == 1:
        return []
    middle = half(size)
    if index < middle:
        return [*turns(index, middle), "right"]
    return [*turns(index - middle, size - middle), "left"]


def joints(old: int, new: int, *, is_known: bool = True) -> list[str]:
    """What the hashes of a consistency proof are joined to: the new tree alone, or both."""
    if old == new:
        return ["old root" if is_known else "old end"]
    middle = half(new)
    if old <= middle:
        return [*joints(old, middle, is_known=is_known), "new"]
    return [*joints(old - middle, new - middle, is_known=False), "both"]


def kept(leaves: Sequence[bytes]) -> Stored:
    """The hashes of the complete subtrees; whoever asks for another one has gone wrong."""

    def stored(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert level >= 0
        assert index >= 0
        assert len(part) == 1 << level
        return head(part)

    return stored


def changed(data: bytes, place: int, mask: int) -> bytes:
    """Bytes of which some bits of one byte are the other way."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
