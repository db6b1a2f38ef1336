"""Verifies the hashes and entries of a log: each tile against what is under it, and all of them against the root.

Theory: a tile is compared with the hashes of what lies under it. Where the two differ, one of them fits the hash that
the level above has, or at the right edge of the tree the root, and the other one was altered: nobody can make other
bytes with the same hash. So it is known which file is wrong, unless all that speaks of a leaf was altered, and then
that is known. Entries whose bytes were erased have their hashes in tiles alone.

One pass from the first leaf to the last keeps one tile for each level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import product
from typing import NamedTuple

from compliance.audit.bundle_reading import BundleReader, Entries
from compliance.audit.listing import CHECKPOINT, LOG, Listing
from compliance.audit.merkle import HASH_SIZE, Frontier, subtrees
from compliance.audit.tiles import ENTRIES, HEIGHT, WIDTH, Tile

Hashes = tuple[bytes | None, ...]
"""None stands where nothing is known."""


class Leaf(NamedTuple):
    """A leaf whose hash is known; `entry` is empty if it was dropped, None if what stands there has another hash."""

    number: int
    hash: bytes
    entry: bytes | None
    path: str
    """Of the bundle."""


class _Edge(NamedTuple):
    """The partial tile at the end of a level: as it is stored, and as it should be by what is under it."""

    tile: Tile
    stored: Hashes
    under: Hashes


class TilesVerifier:
    """One pass over the tiles and entries of a log of a known size."""

    def __init__(self, files: Listing, size: int, root: bytes) -> None:
        """Nothing is read yet.

        Args:
            files: those of the evidence.
            size: how many leaves the log has.
            root: their root.
        """
        self._files, self._size, self._root = files, size, root
        self._findings = files.findings
        self._bundles = BundleReader(files)
        self._under: list[list[bytes | None]] = []
        """For each level above the first the hashes that its unfinished tile should have."""
        self._done: list[int] = []
        """For each of these levels how many of its tiles are finished."""
        self._edges: list[_Edge] = []
        self._kept: dict[int, tuple[Tile, Hashes]] = {}
        """For each level the tile that was read last."""
        self._blamed: set[tuple[int, int]] = set()
        """Tiles by level and index that are known to be altered."""
        self.is_proven = False
        """Whether the hashes have the root; known at the end."""

    def leaves(self) -> Iterator[Leaf]:
        """All leaves whose hashes are known, in order."""
        last: Entries | None = None
        for index in range(-(-self._size // WIDTH)):
            tile = Tile(0, index, min(WIDTH, self._size - index * WIDTH))
            found = self._bundles.read(Tile(ENTRIES, index, tile.width))
            chosen = self._compared(tile, found.hashes)
            if chosen is None:
                last = found
            else:
                self._blame_entries(found, chosen)
                yield from _leaves(found, chosen)
        for level, rest in enumerate(self._under, 1):
            if rest:
                self._compared(Tile(level, self._done[level - 1], len(rest)), tuple(rest))
        chosen = self._settled()
        if last is not None and chosen is not None:
            self._blame_entries(last, chosen)
            yield from _leaves(last, chosen)

    def stored(self, tile: Tile) -> Hashes:
        """The hashes in a tile of the log; None for all of them if it is missing."""
        kept = self._kept.get(tile.level)
        if kept is not None and kept[0] == tile:
            return kept[1]
        hashes = self._read(tile)
        self._kept[tile.level] = (tile, hashes)
        return hashes

    def _read(self, tile: Tile) -> Hashes:
        path = LOG + tile.path
        data = self._files.read(path)
        if data is None:
            data = self._bundles.wider(tile)
            if data is None or not self._files.has_moved():
                self._findings.add("tile-missing", path, f"the log has {self._size} leaves, and the tile is missing")
        elif len(data) != tile.width * HASH_SIZE:
            self._blame(tile, f"it has {len(data)} bytes, not {tile.width * HASH_SIZE}")
        data = data or b""
        parts = [data[start : start + HASH_SIZE] for start in range(0, tile.width * HASH_SIZE, HASH_SIZE)]
        return tuple(part if len(part) == HASH_SIZE else None for part in parts)

    def _compared(self, tile: Tile, under: Hashes) -> Hashes | None:
        """The true hashes of a tile, as far as can be known; None for a partial one, which waits for the root."""
        stored = self.stored(tile)
        if not tile.is_full:
            self._edges.append(_Edge(tile, stored, under))
            return None
        above = self._above(tile)
        true = [each for each in _candidates(stored, under) if _root_over(each) == above]
        chosen = true[0] if true else stored if any(stored) else _merged(under, stored)
        self._blame_differences(tile, stored, under, chosen, is_known=bool(true))
        self._push(tile.level + 1, _root_over(chosen))
        return chosen

    def _push(self, level: int, found: bytes | None) -> None:
        """Put the hash over a full tile into the level above."""
        if len(self._under) < level:
            self._under.append([])
            self._done.append(0)
        waiting = self._under[level - 1]
        waiting.append(found)
        if len(waiting) == WIDTH:
            tile, hashes = Tile(level, self._done[level - 1]), tuple(waiting)
            self._done[level - 1] += 1
            waiting.clear()
            self._compared(tile, hashes)

    def _above(self, tile: Tile) -> bytes | None:
        """What the level above has for a full tile."""
        count = self._size >> HEIGHT * (tile.level + 1)
        index, at = divmod(tile.index, WIDTH)
        return self.stored(Tile(tile.level + 1, index, min(WIDTH, count - index * WIDTH)))[at]

    def _settled(self) -> Hashes | None:
        """Choose the hashes of the partial tiles so that they have the root; those of the lowest one, if it is one."""
        edges = sorted(self._edges, key=lambda edge: -edge.tile.level)
        choices = [_candidates(edge.stored, edge.under) for edge in edges]
        chosen = next((each for each in product(*choices) if self._is_root(edges, each)), None)
        self.is_proven = chosen is not None
        if chosen is None and all(choices):
            why = f"the {self._size} leaves have another root than the checkpoint says"
            self._findings.add("root-wrong", CHECKPOINT, why)
        for number, edge in enumerate(edges):
            best = edge.stored if any(edge.stored) else _merged(edge.under, edge.stored)
            true = best if chosen is None else chosen[number]
            self._blame_differences(edge.tile, edge.stored, edge.under, true, is_known=chosen is not None)
            if edge.tile.level == 0:
                return true
        return None

    def _is_root(self, edges: Sequence[_Edge], chosen: Sequence[Hashes]) -> bool:
        peaks: list[bytes] = []
        for edge, hashes in zip(edges, chosen, strict=True):
            for level, index in subtrees(0, edge.tile.width):
                peaks.append(_root_over(hashes[index << level : (index + 1) << level]) or b"")
        return len(peaks) == self._size.bit_count() and Frontier(self._size, peaks).root() == self._root

    def _blame_differences(self, tile: Tile, stored: Hashes, under: Hashes, true: Hashes, *, is_known: bool) -> None:
        """Say of a tile, or of the tiles under it, that they are not the true ones; of entries others say it."""
        for at, (one, other, right) in enumerate(zip(stored, under, true, strict=True)):
            if one is None or other is None or one == other:
                continue
            if one != right or not is_known:
                self._blame(tile, "it has other hashes than what lies under it", at)
            if tile.level and (other != right or not is_known):
                below = Tile(tile.level - 1, tile.index * WIDTH + at)
                if (below.level, below.index) not in self._blamed:
                    self._blame(below, "it has not the hash that the level above has for it")

    def _blame(self, tile: Tile, message: str, at: int = 0) -> None:
        self._blamed.add((tile.level, tile.index))
        self._findings.add("tile-altered", LOG + tile.path, message, byte=at * HASH_SIZE)

    def _blame_entries(self, found: Entries, true: Hashes) -> None:
        if found.is_missing:
            return
        for at, (entry, its_hash, right) in enumerate(zip(found.entries, found.hashes, true, strict=True)):
            if entry is None or (its_hash is not None and its_hash != right):
                number = found.first + at
                why = "it breaks off there" if entry is None else "its hash is not the one that the log has for it"
                self._findings.add("entry-altered", found.path, why, leaf=number, byte=found.starts[at])


def _leaves(found: Entries, true: Hashes) -> Iterator[Leaf]:
    for at, (entry, its_hash, right) in enumerate(zip(found.entries, found.hashes, true, strict=True)):
        if right is not None:
            is_it = entry == b"" or its_hash == right
            yield Leaf(found.first + at, right, entry if is_it else None, found.path)


def _candidates(stored: Hashes, under: Hashes) -> list[Hashes]:
    """The hashes that a tile may have, as far as all of them are known."""
    merged = _merged(under, stored)
    found = [stored] if stored == merged else [stored, merged]
    return [each for each in found if None not in each]


def _merged(under: Hashes, stored: Hashes) -> Hashes:
    """What is under a tile, and what is stored where nothing is."""
    return tuple(one if one is not None else other for one, other in zip(under, stored, strict=True))


def _root_over(hashes: Sequence[bytes | None]) -> bytes | None:
    """The hash over 1, 2, 4 and so on to 256 hashes; None if one is not known."""
    known = [each for each in hashes if each is not None]
    if len(known) != len(hashes):
        return None
    while len(known) > 1:
        known = [sha256(b"\x01" + known[at] + known[at + 1]).digest() for at in range(0, len(known), 2)]
    return known[0]
