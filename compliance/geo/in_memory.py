"""An MMDB file read once and for all: whatever happens to the file afterwards, the database stays what it was.

Theory: the fast reader maps its file, and a mapped file that is cut short kills the process (SIGBUS). The slow
one reads it into memory, at ten times the cost of a look-up. So the bytes are copied into a file that has no
name and that nobody else can write to, and the fast reader maps that.

Damage may end the process, too: in a record the fast reader follows a type that there is not, and its iterator
writes past its buffer in a tree that is deeper than an address. So what it gets is sound (`soundness`), and networks
are found by look-ups, each of which says how wide its answer is; a walk that takes more steps than the tree has room
for ends as damage.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from pathlib import Path
from typing import Final, NamedTuple

import maxminddb

from compliance.geo.soundness import Tree, UnsoundError, check

_ALIASES: Final = {
    int(network[0]): int(network[-1]) + 1
    for network in map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "2001::/32", "2002::/16"))
}
"""Where trees for both IP versions hold the IPv4 part once more, from the first address to behind the last."""
_MOST_STEPS_FOR_A_NODE: Final = 4
_found_sound: Final[dict[bytes, Tree]] = {}
"""Trees by the SHA-256 of files that this process found sound: that takes seconds, and what is the same stays sound."""


class Found(NamedTuple):
    """A network of a database, by IP version, first address and length of its prefix, and its record."""

    version: int
    first: int
    bits: int
    record: object


def networks(reader: maxminddb.Reader) -> Iterator[Found]:
    """Every network that has a record, in order of addresses; those of IPv4 count as such in a tree for both.

    Raises:
        Exception: any, if the tree or a record is damaged; its text may hold parts of it.
    """
    about = reader.metadata()
    width = 32 if about.ip_version == 4 else 128
    kind = IPv4Address if width == 32 else IPv6Address
    first, steps = 0, 1000 + _MOST_STEPS_FOR_A_NODE * about.node_count
    while first < 1 << width:
        if width == 128 and first in _ALIASES:
            first = _ALIASES[first]
            continue
        record, bits = reader.get_with_prefix_len(kind(first))
        if record is not None:
            is_four = width == 32 or (first >> 32 == 0 and bits >= 96)
            yield Found(4 if is_four else 6, first, bits - 96 if is_four and width == 128 else bits, record)
        first = (first >> width - bits) + 1 << width - bits
        steps -= 1
        if steps < 0:
            raise ValueError("the tree has more networks than nodes")


def open_bytes(data: bytes) -> maxminddb.Reader:
    """A reader of an MMDB file with these bytes.

    Raises:
        Exception: any, if they are none; its text may hold parts of them.
    """
    digest = sha256(data).digest()
    tree = _found_sound.get(digest)
    if tree is None:
        tree = _found_sound[digest] = check(data)
    reader = _opened(data)
    about = reader.metadata()
    if (about.node_count, about.record_size, about.ip_version) != tree:  # then something else was gone through
        reader.close()
        raise UnsoundError("the reader sees another tree")
    return reader


def _opened(data: bytes) -> maxminddb.Reader:
    """A reader of a copy of the bytes that nobody else can write to."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handle = os.memfd_create("compliance-geo", os.MFD_CLOEXEC)
        try:
            _write(handle, data)
            return maxminddb.open_database(f"/proc/self/fd/{handle}", maxminddb.MODE_AUTO)
        finally:
            os.close(handle)  # the map stays
    handle, name = tempfile.mkstemp(prefix="compliance-geo-")
    try:
        _write(handle, data)
        return maxminddb.open_database(name, maxminddb.MODE_AUTO)
    finally:
        os.close(handle)
        Path(name).unlink()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
