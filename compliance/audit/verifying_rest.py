"""Verifies the files that are beside the log as it stands: tiles of before and after, blobs, and what is none of it.

Theory: a partial tile that a wider one has taken the place of begins it, and is compared with it. A tile behind the end
is of a seal that was broken off, or is under way; what it seals is in segment files, which are taken away once a
checkpoint covers them, or was sealed since. If it is in neither, the log was longer once. What has no place in the
directory is said: nobody reads it, and so nobody would miss it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Final

from compliance.audit.bundle_reading import Entries, entries_at, tile_in
from compliance.audit.compressed import COMPRESSED
from compliance.audit.ledger import NOWHERE, Ledger
from compliance.audit.listing import CHECKPOINT, LOG, Listing
from compliance.audit.merkle import HASH_SIZE, leaf_hash
from compliance.audit.tiles import ENTRIES, HEIGHT, WIDTH, Tile
from compliance.audit.verifying_tiles import TilesVerifier

BLOB: Final = re.compile("blobs/([0-9a-f]{2})/(\\1[0-9a-f]{62})")
KEY: Final = "key.pub"
_OWN: Final = re.compile(
    rf"{CHECKPOINT}|{re.escape(KEY)}|sealer\.lock|views\.sqlite(-wal|-shm|-journal)?"
    r"|sealed/(0|[1-9][0-9]*)\.json|segments/[a-z0-9][a-z0-9-]{0,31}(-[0-9]{8,}\.seg|\.lock)"
)
_DIRECTORY: Final = re.compile(
    r"(log|log/tile|log/tile/(entries|[0-9]{1,2})(/x[0-9]{3})*(/[0-9]{3}\.p)?|segments|sealed|blobs|blobs/[0-9a-f]{2})/"
)
"""Those that a crash may leave empty, or a file that was taken away."""
LOCK: Final = ".lock"
_TEMPORARY: Final = re.compile(r"(.*/)?\.[^/]+\.[0-9a-f]{8}\.new")


class RestVerifier:
    """One look at each file that the pass over the log has not looked at."""

    def __init__(
        self, files: Listing, size: int, tiles: TilesVerifier, erased: Collection[int], ledger: Ledger
    ) -> None:
        """Nothing is read yet.

        Args:
            files: those of the evidence.
            size: how many leaves the log has.
            tiles: the pass over its tiles.
            erased: the numbers of the leaves that were erased.
            ledger: takes which blobs there are, and which entries have to be in segment files.
        """
        self._files, self._size, self._tiles = files, size, tiles
        self._erased, self._ledger = erased, ledger
        self._findings = files.findings
        self.superseded = 0
        """How many partial tiles and bundles have been superseded."""

    def verify(self) -> None:
        """Look at all of them."""
        others = []
        for path in self._files:
            if _TEMPORARY.fullmatch(path):
                self._findings.add("temporary", path, "it has the name of a file that is being written")
            elif BLOB.fullmatch(path):
                self._blob(path)
            elif (tile := self._tile(path)) is not None:
                if not self._is_part(tile):
                    others.append(tile)
            elif path.endswith(LOCK):
                self._lock(path)
            elif (_DIRECTORY if path.endswith("/") else _OWN).fullmatch(path) is None:
                self._findings.add("stray", path, "it has no place in the directory")
        for _, group in groupby(others, lambda tile: (tile.level, tile.index)):
            self._beside(list(group))

    def _tile(self, path: str) -> Tile | None:
        """The tile at a path; compressed ones are full bundles that the log has."""
        if not path.startswith(LOG):
            return None
        tile = tile_in(path.removesuffix(COMPRESSED))
        if tile is None or not path.endswith(COMPRESSED):
            return tile
        return tile if tile.level == ENTRIES and tile.is_full and self._is_part(tile) else None

    def _count(self, tile: Tile) -> int:
        """How many hashes or entries the log has at the level of a tile."""
        return self._size >> HEIGHT * max(0, tile.level)

    def _is_part(self, tile: Tile) -> bool:
        """Whether the log as it stands has this tile."""
        count, end = self._count(tile), tile.index * WIDTH + tile.width
        return end <= count and (tile.is_full or end == count)

    def _beside(self, others: Iterable[Tile]) -> None:
        """Partial tiles beside the one that the log has, and tiles behind its end; all of one level and index."""
        for tile in others:
            width = min(self._count(tile) - tile.index * WIDTH, WIDTH)
            true = Tile(tile.level, tile.index, width) if width > 0 else None
            if true is not None and tile.width < width:
                self.superseded += 1
            else:
                why = f"it is wider than a log of {self._size} leaves has it"
                self._findings.add("unsealed-tile", LOG + tile.path, why)
            data = self._files.read(LOG + tile.path)
            if data is not None and tile.level == ENTRIES:
                self._bundle(true, entries_at(LOG + tile.path, tile, data), len(data))
            elif data is not None:
                self._hashes(tile, true, data)

    def _hashes(self, tile: Tile, true: Tile | None, data: bytes) -> None:
        """Compare what two tiles of hashes have both."""
        path = LOG + tile.path
        if len(data) != tile.width * HASH_SIZE:
            self._findings.add("tile-altered", path, f"it has {len(data)} bytes, not {tile.width * HASH_SIZE}")
        for at, known in enumerate(self._tiles.stored(true)[: tile.width] if true else ()):
            if known is not None and data[at * HASH_SIZE : (at + 1) * HASH_SIZE] != known:
                why = f"it has other hashes than `{true.path}`" if true else ""
                self._findings.add("tile-altered", path, why, byte=at * HASH_SIZE)
                return

    def _bundle(self, true: Tile | None, found: Entries, size: int) -> None:
        """Compare the entries of a bundle with the hashes of their leaves; those behind the end wait in segments."""
        known = self._tiles.stored(Tile(0, true.index, true.width)) if true else ()
        for at, entry in enumerate(found.entries):
            number, byte = found.first + at, found.starts[at]
            if number >= self._size:
                if entry:
                    self._ledger.needs("leaf", leaf_hash(entry), number)
            elif entry is None or not self._is_it(number, entry, known[at]):
                why = "an entry in it is not the one that the log has"
                self._findings.add("entry-altered", found.path, why, leaf=number, byte=byte)
                return
            elif entry and number in self._erased:
                self._findings.add("erasure-left", found.path, "it has bytes that were erased", leaf=number, byte=byte)
        if found.end != size:
            self._findings.add("entry-altered", found.path, "bytes follow its last entry", byte=found.end)

    def _is_it(self, number: int, entry: bytes, known: bytes | None) -> bool:
        """Whether an entry may be that of a leaf; one without bytes, if the leaf was erased."""
        return number in self._erased if not entry else known in {None, leaf_hash(entry)}

    def _lock(self, path: str) -> None:
        """A file that is only locked."""
        if _OWN.fullmatch(path) is None:
            self._findings.add("stray", path, "it has no place in the directory")
        elif self._files.read(path):
            self._findings.add("stray", path, "a file that is only locked has no bytes, and this one has some")

    def _blob(self, path: str) -> None:
        name = path.rpartition("/")[2]
        found = self._files.digest(path)
        self._ledger.has("blob", bytes.fromhex(name), NOWHERE)
        if found is not None and found[0] != name:
            self._findings.add("blob-altered", path, "its hash is not its name")
