"""Whether an MMDB file is put together soundly: told without the fast reader, which trusts what it reads.

Theory: one flipped bit in a record can make the fast reader follow a type that there is not, and end the process. So
before it sees a file, all of it is gone through once: every value from the first to the last byte of the data, and
every leaf of the search tree. A value has a known type and a size that such a type can have; a key is text; a pointer
leads back to a value that has ended, so nothing contains itself; a leaf leads to where a value begins, and nothing to
the root. The size of the tree is read as the fast reader reads it: from the keys of the description itself, of the
types that the format names, each of them once, since of two readers one takes the first and the other the last. What
is sound may still be wrong (another letter, another number): this is about the process, not about the answer.

Source: MaxMind DB File Format Specification 2.0.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

MARKER: Final = b"\xab\xcd\xefMaxMind.com"
_FROM_END: Final = 128 * 1024
_BETWEEN: Final = 16
"""Zero bytes between the tree and the data."""
_MOST_DEEP: Final = 64
_TEXT, _MAP, _POINTER, _OTHER = 1, 2, 3, 4
_REFERENCE, _STRING, _BYTES, _UINT16, _UINT32, _IS_MAP, _LIST, _BOOLEAN = 1, 2, 4, 5, 6, 7, 11, 14
"""Types of the format; the other numbers are in `_SIZES`."""
_SIZES: Final[dict[int, range]] = {
    3: range(8, 9),  # double
    5: range(3),  # uint16
    6: range(5),  # uint32
    8: range(5),  # int32
    9: range(9),  # uint64
    10: range(17),  # uint128
    15: range(4, 5),  # float
}
"""How many bytes a number of a type may have."""
_KEYS: Final[dict[bytes, int]] = {b"\x4anode_count": _UINT32, b"\x4brecord_size": _UINT16, b"\x4aip_version": _UINT16}
"""Keys of the description that say how the tree is read, as they stand in the file, with the types of their values."""
_LONGER: Final = (29, 285, 65_821)
_HIGH: Final = bytes(each >> 4 for each in range(256))
_LOW: Final = bytes(each & 15 for each in range(256))


class UnsoundError(Exception):
    """The file is not put together as the format says; the text says nothing of its content."""


class Tree(NamedTuple):
    """The search tree as the description gives it: how many nodes, bits of each half of one, and IP version."""

    nodes: int
    bits: int
    ip_version: int


def check(data: bytes) -> Tree:
    """The tree of a sound file, after going through all of it; a reader has to see the same one.

    Raises:
        UnsoundError: it is damaged, cut short, or of another format.
    """
    try:
        return _check(data)
    except (IndexError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise UnsoundError("a value ends behind the end, or is none") from error


def _check(data: bytes) -> Tree:
    marker = data.rfind(MARKER, max(0, len(data) - _FROM_END))
    if marker < 0:
        raise UnsoundError("there is no description at the end")
    tree = _described(data[marker + len(MARKER) :])
    nodes, bits, ip_version = tree
    if bits not in {24, 28, 32} or ip_version not in {4, 6}:
        raise UnsoundError("the description is of no tree")
    tree_size = nodes * bits // 4
    begin = tree_size + _BETWEEN
    if begin > marker or any(data[tree_size:begin]):
        raise UnsoundError("the tree does not have its size")
    # what a record of the tree may be: a node but the root, to which no way leads back (zeroes are what a hole in a
    # file reads as), none, or where a value begins; in between there is nothing
    leads = bytes([0]) + bytes([1]) * nodes + bytes(_BETWEEN - 1) + _values(data[begin:marker])
    if not all(all(map(leads.__getitem__, half)) for half in _halves(data[:tree_size], bits)):
        raise UnsoundError("a record of the tree leads to no value, or back to the root")
    return tree


def _described(data: bytes) -> Tree:
    """The tree of a description, which is one map: only its own keys count, not what stands in its texts."""
    starts = _values(data, is_one=True)
    if starts[0] != _MAP:
        raise UnsoundError("the description is no map")
    at, _, inside = _value(data, 0)
    found: dict[bytes, int] = {}
    for _ in range(inside // 2):
        begin, at = at, _after(data, at, starts)
        key = data[begin:at]
        if starts[begin] != _TEXT or key in found:
            raise UnsoundError("a key of the description stands there twice, or elsewhere")
        found[key], at = at, _after(data, at, starts)
    return Tree(*(_number(data, found[key], kind) for key, kind in _KEYS.items()))


def _after(data: bytes, at: int, starts: bytearray) -> int:
    """Where a value ends, with all that is inside of it."""
    left = 1
    while left:
        left -= 1
        if data[at] >> 5 == _REFERENCE:
            at, _ = _pointed(data, at, starts)
        else:
            at, _, inside = _value(data, at)
            left += inside
    return at


def _number(data: bytes, at: int, kind: int) -> int:
    """A number that has to be of a type, and stands where it is meant."""
    if data[at] >> 5 != kind:
        raise UnsoundError("a number of the description is of another type")
    end, _, _ = _value(data, at)
    return int.from_bytes(data[at + 1 : end], "big")


def _values(data: bytes, *, is_one: bool = False) -> bytearray:
    """For each byte what kind of value begins there, 0 for none; the values follow each other up to the end.

    Args:
        data: the values.
        is_one: only look at the first one.
    """
    starts = bytearray(len(data) + _BETWEEN + 1)
    stack: list[tuple[int, int, int]] = []  # of each map and list around the open one what is open of that one:
    begin, open_kind, left = 0, _OTHER, -1  # where it begins, its kind, and how many values are to come
    at, end = 0, len(data)
    while at < end:
        start, control = at, data[at]
        if control >> 5 == _REFERENCE:  # most values
            at, kind = _pointed(data, at, starts)
            starts[start] = _POINTER
        else:
            at, kind, inside = _value(data, at)
            if inside:
                if len(stack) >= _MOST_DEEP:
                    raise UnsoundError("values are nested too deeply")
                stack.append((begin, open_kind, left))
                begin, open_kind, left = start, kind, inside
                continue
            starts[start] = kind
        while left > 0:
            if kind != _TEXT and open_kind == _MAP and not left & 1:
                raise UnsoundError("a key is no text")
            left -= 1
            if left:
                break
            starts[begin] = kind = open_kind
            begin, open_kind, left = stack.pop()
        if is_one and not stack:
            return starts
    if at != end or stack:
        raise UnsoundError("the last value is cut short")
    return starts


def _pointed(data: bytes, at: int, starts: bytearray) -> tuple[int, int]:
    """Where a pointer ends, and the kind of the value that it leads to."""
    control = data[at]
    if control < 0x28:
        target, end = (control & 7) << 8 | data[at + 1], at + 2
    elif control < 0x30:
        target, end = ((control & 7) << 16 | data[at + 1] << 8 | data[at + 2]) + 2048, at + 3
    elif control < 0x38:
        target, end = (control & 7) << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3], at + 4
        target += 526_336
    else:
        target, end = int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
    kind = starts[target]
    if kind in {0, _POINTER}:
        raise UnsoundError("a pointer leads to no value that has ended")
    return end, kind


def _value(data: bytes, at: int) -> tuple[int, int, int]:
    """Where a value ends, or the inside of a map or list begins; its kind; and how many values are inside."""
    control = data[at]
    at += 1
    kind = control >> 5
    if kind == 0:
        kind = data[at] + 7
        at += 1
    size = control & 31
    if size > 28:
        more = size - 28
        size = _LONGER[more - 1] + int.from_bytes(data[at : at + more], "big")
        at += more
    if kind == _STRING:
        str(data[at : at + size], "utf-8")
        return at + size, _TEXT, 0
    if kind == _IS_MAP:
        return at, _MAP, 2 * size
    if kind == _LIST:
        return at, _OTHER, size
    if kind == _BOOLEAN and size < 2:
        return at, _OTHER, 0
    if kind != _BYTES and size not in _SIZES[kind]:
        raise UnsoundError("a number has a size that it cannot have")
    return at + size, _OTHER, 0


def _halves(tree: bytes, bits: int) -> Iterator[array[int]]:
    """The left and the right values of all nodes."""
    width = bits // 4
    if bits == 28:
        middle = tree[3::7]
        halves = [[middle.translate(_HIGH), *(tree[n::7] for n in (0, 1, 2))]]
        halves.append([middle.translate(_LOW), *(tree[n::7] for n in (4, 5, 6))])
    else:
        own = bits // 8
        halves = [[tree[n::width] for n in range(first, first + own)] for first in (0, own)]
    for columns in halves:
        raw = bytearray(4 * len(columns[-1]))
        for place, column in enumerate(columns, start=4 - len(columns)):
            raw[place::4] = column
        values = array("I", bytes(raw))
        if sys.byteorder == "little":
            values.byteswap()
        yield values
