"""Entry bundles as they stand in files, whole or not, compressed or not: what of them can be read, and where it is."""

from __future__ import annotations

from typing import Final, NamedTuple

from compliance.audit.compressed import COMPRESSED, packed, unpacked
from compliance.audit.listing import LOG, Listing
from compliance.audit.merkle import leaf_hash
from compliance.audit.tiles import WIDTH, Tile, tile_at
from compliance.errors import EvidenceError

_LENGTH: Final = 2


class Entries(NamedTuple):
    """The entries of a bundle, and the path of its file."""

    path: str
    first: int
    """The number of the first leaf."""
    entries: tuple[bytes | None, ...]
    """None where the file breaks off."""
    starts: tuple[int, ...]
    """At which byte each begins, with its length."""
    end: int = 0
    """Behind the last entry that is whole."""
    is_missing: bool = False

    @property
    def hashes(self) -> tuple[bytes | None, ...]:
        """The hash of each entry; None where none is there or its bytes were dropped."""
        return tuple(leaf_hash(each) if each else None for each in self.entries)


class BundleReader:
    """Reads the bundles of a log."""

    def __init__(self, files: Listing) -> None:
        self._files = files
        self._findings = files.findings

    def read(self, tile: Tile) -> Entries:
        """The entries of a bundle; what of the file is no entry is a finding."""
        path = LOG + tile.path
        data = self._files.read(path)
        if tile.is_full:
            path, data = self._compressed(path, data)
        if data is None:
            data = self.wider(tile)
            if data is None or not self._files.has_moved():
                self._findings.add("entries-missing", path, "the bundle is missing", leaf=tile.index * WIDTH)
            if data is None:
                return Entries(path, tile.index * WIDTH, (None,) * tile.width, (0,) * tile.width, is_missing=True)
            return entries_at(path, tile, data)
        found = entries_at(path, tile, data)
        if found.end != len(data) and None not in found.entries:
            why = f"{len(data) - found.end} bytes follow its last entry"
            self._findings.add("entry-altered", path, why, byte=found.end)
        return found

    def wider(self, tile: Tile) -> bytes | None:
        """What a wider tile or bundle has that begins with this partial one."""
        if tile.is_full:
            return None
        full = LOG + Tile(tile.level, tile.index).path
        for path in [full, *self._files.under(f"{full}.p/")]:
            other = tile_in(path)
            data = self._files.read(path) if other is not None and other.width > tile.width else None
            if data is not None:
                return data
        return None

    def _compressed(self, path: str, raw: bytes | None) -> tuple[str, bytes | None]:
        """Where a full bundle is, and what is in it."""
        small = path + COMPRESSED
        data = self._files.read(small) if raw is None or small in self._files else None
        if data is None:
            return path, raw
        try:
            found = unpacked(data, small)
        except EvidenceError:
            self._findings.add("entry-altered", small, "it cannot be unpacked")
            return (path, raw) if raw is not None else (small, b"")
        if packed(found) != data:
            self._findings.add("packed-otherwise", small, "it would be other bytes if packed here")
        if raw is None:
            return small, found
        if found != raw:
            self._findings.add("entry-altered", small, "it has other entries than the same without `.gz`")
        else:
            self._findings.add("compaction-left", path, "it is there compressed, too")
        return path, raw


def tile_in(path: str) -> Tile | None:
    """The tile or bundle that stands at a path of a listing; None where none does."""
    try:
        return tile_at(path.removeprefix(LOG))
    except EvidenceError:
        return None


def entries_at(path: str, tile: Tile, data: bytes) -> Entries:
    """The entries that stand in the bytes of a bundle, up to its width."""
    found: list[bytes | None] = []
    starts: list[int] = []
    place = 0
    is_broken = False
    for _ in range(tile.width):
        starts.append(place)
        body = place + _LENGTH
        end = body + int.from_bytes(data[place:body], "big")
        is_broken = is_broken or end > len(data) or body > len(data)
        found.append(None if is_broken else data[body:end])
        place = place if is_broken else end
    return Entries(path, tile.index * WIDTH, tuple(found), tuple(starts), place)
