"""Tiles: the hashes of a log, and its entries, in files that never change once they are full.

Theory: of the hashes of a tree those of every eighth level are kept, 256 beside each other in a tile; the levels
between are hashed again when they are asked for. A tile at level L stands for the leaves of `256**(L + 1)`
neighbours, and each of its hashes for one full tile of the level below. So a log grows by new files only: the last
tile of each level is *partial*, and a wider one with the same beginning takes its place. Entries stand in *entry
bundles*, cut where the tiles of level 0 are: level `ENTRIES`.

Paths are relative to the directory of the log, or to the prefix of its URL.

Source: C2SP tlog-tiles, sections Merkle Tree, Partial Tiles, Log entries; golang.org/x/mod/sumdb/tlog has the same
arithmetic for tiles of any height.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from compliance.audit.merkle import HASH_SIZE, MOST_LEAVES, leaf_hash
from compliance.errors import EvidenceError, visible

WIDTH: Final = 256
"""How many hashes or entries a full tile has."""
HEIGHT: Final = 8
"""How many levels of the tree a tile stands for."""
ENTRIES: Final = -1
"""The level of entry bundles."""
MOST_ENTRY_BYTES: Final = 65_535
_MOST_KEPT: Final = 64
_TOP_LEVEL: Final = 63
_LENGTH: Final = struct.Struct(">H")
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A file of the log: `width` hashes, or entries, from the one at `index * 256` of a level on."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is kept, such as `tile/0/x001/234.p/5`."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        index = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{index}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def is_full(self) -> bool:
        """Whether it will stay as it is."""
        return self.width == WIDTH


Read = Callable[[Tile], bytes]
"""Gives what is in a tile; more than its width may come, from a wider tile that has taken its place."""


def tile_at(path: str) -> Tile:
    """The tile that is kept at a path.

    Raises:
        EvidenceError: no tile is.
    """
    found = _PATH.fullmatch(path)
    if found is not None:
        level = ENTRIES if found["level"] == "entries" else int(found["level"])
        index = int(re.sub("[x/]", "", found["index"]))
        tile = Tile(level, index, int(found["width"] or WIDTH))
        if level <= _TOP_LEVEL and index <= MOST_LEAVES and tile.width <= WIDTH and tile.path == path:
            return tile
    raise EvidenceError(f"`{visible(path)}` is no path of a tile")


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles of hashes that a log has after it grew from one size to another, and had not before.

    Of the partial ones those that it ends with; level by level, from the lowest on.
    """
    level = 0
    while new:
        yield from _between(level, old, new)
        level, old, new = level + 1, old // WIDTH, new // WIDTH


def new_bundles(old: int, new: int) -> Iterator[Tile]:
    """The same of entry bundles."""
    return _between(ENTRIES, old, new)


def _between(level: int, old: int, new: int) -> Iterator[Tile]:
    if old < new:
        yield from (Tile(level, index) for index in range(old // WIDTH, new // WIDTH))
        if new % WIDTH:
            yield Tile(level, new // WIDTH, new % WIDTH)


def grown(size: int, leaves: Sequence[bytes], read: Read) -> Iterator[tuple[Tile, bytes]]:
    """The tiles of hashes that a log of `size` leaves needs for more leaves, which are hashes, and what is in them.

    They are those of `new_tiles`. What partial tiles have already is read; nothing else is.

    Raises:
        EvidenceError: a tile that is read has too few hashes.
    """
    level, added = 0, b"".join(leaves)
    while added:
        index, begun = divmod(size, WIDTH)
        data = (_hashes(Tile(level, index, begun), read) if begun else b"") + added
        full = len(data) // (WIDTH * HASH_SIZE)
        above: list[bytes] = []
        for number in range(full):
            part = data[number * WIDTH * HASH_SIZE : (number + 1) * WIDTH * HASH_SIZE]
            yield Tile(level, index + number), part
            above.append(_root_over(part))
        if rest := data[full * WIDTH * HASH_SIZE :]:
            yield Tile(level, index + full, len(rest) // HASH_SIZE), rest
        level, size, added = level + 1, index, b"".join(above)


class TileHashes:
    """The hashes of subtrees of a tree that is kept in tiles, by (level, index): what proofs are made from.

    Nothing shows here that a tile was altered: check the proof, or the root, against the checkpoint.
    """

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._hashes = lru_cache(maxsize=_MOST_KEPT)(lambda tile: _hashes(tile, read))

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of one subtree.

        Raises:
            EvidenceError: the tile that it is in has too few hashes.
            ValueError: the tree has no such subtree.
        """
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise ValueError(f"a tree of {self.size} leaves has no subtree {index} at level {level}")
        tile_level, inner = divmod(level, HEIGHT)
        number, first = divmod(index << inner, WIDTH)
        width = min(WIDTH, (self.size >> tile_level * HEIGHT) - number * WIDTH)
        data = self._hashes(Tile(tile_level, number, width))
        return _root_over(data[first * HASH_SIZE : (first + (1 << inner)) * HASH_SIZE])


def _hashes(tile: Tile, read: Read) -> bytes:
    data = read(tile)
    if len(data) < tile.width * HASH_SIZE:
        raise EvidenceError(f"`{tile.path}` has {len(data)} bytes, not {tile.width * HASH_SIZE}")
    return data[: tile.width * HASH_SIZE]


def _root_over(hashes: bytes) -> bytes:
    """The hash over 1, 2, 4 and so on to 256 hashes."""
    pair = 2 * HASH_SIZE
    while len(hashes) > HASH_SIZE:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[start : start + pair]).digest() for start in range(0, len(hashes), pair)]
        )
    return hashes


def bundle(entries: Sequence[bytes]) -> bytes:
    """What is in the entry bundle of some entries.

    Raises:
        ValueError: an entry is larger than an entry may be, or there are more than a bundle has.
    """
    if len(entries) > WIDTH or any(len(entry) > MOST_ENTRY_BYTES for entry in entries):
        raise ValueError(f"a bundle has at most {WIDTH} entries of at most {MOST_ENTRY_BYTES} bytes")
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def entries_in(tile: Tile, data: bytes) -> list[bytes]:
    """The entries that stand in an entry bundle.

    Raises:
        EvidenceError: there are not as many as its width says, or it was cut off.
    """
    found: list[bytes] = []
    place = 0
    while place < len(data):
        start = place + _LENGTH.size
        length = int.from_bytes(data[place:start], "big")
        if len(data) < start + length:  # also where the length itself is cut off
            raise EvidenceError(f"`{tile.path}` breaks off in its entry {len(found)}")
        place = start + length
        found.append(data[start:place])
    if len(found) != tile.width:
        raise EvidenceError(f"`{tile.path}` has {len(found)} entries, not {tile.width}")
    return found


def leaves_in(tile: Tile, data: bytes) -> list[bytes]:
    """The hashes of the leaves whose entries stand in an entry bundle.

    Raises:
        EvidenceError: there are not as many as its width says, or it was cut off.
    """
    return [leaf_hash(entry) for entry in entries_in(tile, data)]
