"""The bytes of leaves dropped for good: their hashes stay, and another leaf says that they were erased, and why.

Theory: a log cannot forget that something was in it, but it can forget what. First a leaf is sealed that names the
erased ones by number and hash; an empty entry without it is damage. Then their bytes are written out of the bundles,
the partial ones that were superseded among them, what stood beside the log for them is removed, and the views are made
anew. After a crash in between the leaf is there and the bytes are too: then they are erased again.

What is replaced or removed here is overwritten before its blocks go back to the file system. More a program cannot
do: a file system that writes elsewhere, a drive that spreads its writes, a copy or a backup may keep what was there.
Segment files are taken away once they are sealed, and not overwritten; one that a worker still writes keeps its copy
until it is full or the worker ends. That is said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from compliance.audit.compressed import COMPRESSED, packed, unpacked
from compliance.audit.disk import Disk
from compliance.audit.frame import MOST_BYTES
from compliance.audit.leaf import NONCE_BYTES, nonce_of
from compliance.audit.log_files import LOG, SEGMENTS, LogFiles, blob_path
from compliance.audit.merkle import leaf_hash
from compliance.audit.record import (
    BodyRecord,
    ErasureRecord,
    RecordError,
    decode,
    encode,
)
from compliance.audit.sealer import Sealed, Sealer
from compliance.audit.sealing import KEPT, key_in, kind_in
from compliance.audit.segment_file import read_file
from compliance.audit.tiles import ENTRIES, WIDTH, Tile, TileHashes, bundle, entries_in
from compliance.audit.views import VIEWS, rebuild
from compliance.errors import EvidenceError

_MOST_AT_ONCE: Final = 500
"""So many are named by one leaf."""
_BESIDE_VIEWS: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of it."""

    leaves: tuple[int, ...]
    """Those whose bytes were dropped now."""
    before: tuple[int, ...]
    """Those that had none any more."""
    size: int
    """How many leaves the log has now."""
    findings: tuple[str, ...]
    """Where the bytes still are, and what else was found while sealing."""


@dataclass(frozen=True, slots=True)
class _Target:
    number: int
    entry: bytes
    hash: bytes


class Eraser:
    """Erases leaves of the log of a node."""

    def __init__(self, directory: Path, sealer: Sealer, *, disk: Disk | None = None) -> None:
        """Nothing is read or made yet.

        Args:
            directory: that of the evidence.
            sealer: seals what says that leaves were erased.
            disk: the system calls.
        """
        self._directory, self._sealer = directory, sealer
        self._disk = disk or Disk()

    def erase(self, leaves: Iterable[int], reason: str, today: date, by: str | None = None) -> Erased:
        """Drop the bytes of leaves, once the log says that they are dropped.

        Args:
            leaves: their numbers, from 0.
            reason: why, for whoever reads the log; it stays for good.
            today: the day (UTC).
            by: who decided it, if that is to be told.

        Raises:
            EvidenceError: there are no such leaves, others rely on one, or the log cannot be read or written.
        """
        sealed = self._sealed()  # a copy that waits is dropped now, while its key is known
        files = LogFiles(self._directory, self._disk)
        targets = self._targets(files, leaves, sealed.size)
        found = [each for each in targets if each.entry]
        if found:
            parts = (found[first : first + _MOST_AT_ONCE] for first in range(0, len(found), _MOST_AT_ONCE))
            said = [self._said(each, reason, today, by) for each in parts]
            sealed = self._sealer.seal(said, lambda: self._drop(files, found))
        left = [
            f"`{name}` has a copy until it is full, or its worker ends and begins anew" for name in self._left(found)
        ]
        return Erased(
            tuple(each.number for each in found),
            tuple(each.number for each in targets if not each.entry),
            sealed.size,
            (*sealed.findings, *left),
        )

    def _sealed(self) -> Sealed:
        while True:
            done = self._sealer.seal()
            if done.is_all:
                return done

    def _targets(self, files: LogFiles, leaves: Iterable[int], size: int) -> list[_Target]:
        numbers = sorted({*leaves})
        wrong = [each for each in numbers if not 0 <= each < size]
        if wrong:
            told = ", ".join(map(str, wrong))
            raise EvidenceError(f"the log has {size} leaves, from 0 on, and none with the number {told}")
        hashes = TileHashes(size, files.tile)
        found = [_Target(each, files.entry(each), hashes(0, each)) for each in numbers]
        for each in found:
            if each.entry and leaf_hash(each.entry) != each.hash:
                raise EvidenceError(f"leaf {each.number} was altered: verify the log first")
            if (kind := kind_in(each.entry)) in KEPT:
                raise EvidenceError(f"leaf {each.number} is of the kind `{kind}`, which others rely on: it stays")
        return found

    def _said(self, targets: Sequence[_Target], reason: str, today: date, by: str | None) -> bytes:
        """The leaf that says which ones are erased. No segment file has it, where others write, too."""
        said = ErasureRecord(
            nonce=nonce_of(self._disk.chance(NONCE_BYTES)),
            day=today,
            leaves=tuple(each.number for each in targets),
            hashes=tuple(each.hash.hex() for each in targets),
            reason=reason,
            by=by,
        )
        if len(encode(said)) > MOST_BYTES:
            raise EvidenceError("nothing was erased: the reason is too long for a leaf")
        return encode(said)

    # -- dropping the bytes -----------------------------------------------------------------------------

    def _drop(self, files: LogFiles, targets: Sequence[_Target]) -> None:
        """Write the bytes out of everything in which they are.

        Raises:
            EvidenceError: the disk fails; nobody knows where they still are.
        """
        try:
            self._drop_all(files, targets)
        except OSError as error:
            why = (error.strerror or "no reason given").lower()
            raise EvidenceError(f"the bytes may not be gone everywhere, erase them again: {why}") from error

    def _drop_all(self, files: LogFiles, targets: Sequence[_Target]) -> None:
        numbers = {each.number for each in targets}
        for index in sorted({number // WIDTH for number in numbers}):
            for tile, path in self._copies(index):
                self._replace(files, tile, path, numbers)
        for each in targets:
            record = _decoded(each.entry)
            if isinstance(record, BodyRecord):
                self._remove(blob_path(record.sha256))
        with contextlib.ExitStack() as held:
            old = [self._held(f"{VIEWS}{each}", held) for each in _BESIDE_VIEWS]
            if old[0] is not None:
                rebuild(files)
                for descriptor in filter(None, old):
                    self._disk.blank(descriptor)

    def _copies(self, index: int) -> Iterator[tuple[Tile, str]]:
        """All files of an entry bundle that are there: raw, compressed, and partial ones."""
        full = Tile(ENTRIES, index)
        paths = {f"{LOG}/{full.path}": full, f"{LOG}/{full.path}{COMPRESSED}": full}
        for name in self._names(f"{LOG}/{full.path}.p"):
            if name.isdecimal():
                paths[f"{LOG}/{full.path}.p/{name}"] = Tile(ENTRIES, index, int(name))
        for path, tile in paths.items():
            if Path(path).name in self._names(str(Path(path).parent)):
                yield tile, path

    def _replace(self, files: LogFiles, tile: Tile, path: str, numbers: set[int]) -> None:
        """One file without the bytes of some leaves."""
        data = self._disk.read(self._directory / path)
        is_packed = path.endswith(COMPRESSED)
        entries = entries_in(tile, unpacked(data, path) if is_packed else data)
        first = tile.index * WIDTH
        left = bundle([b"" if first + at in numbers else each for at, each in enumerate(entries)])
        with contextlib.ExitStack() as held:
            old = self._held(path, held)
            files.write([(path, packed(left) if is_packed else left)])
            if old is not None:
                self._disk.blank(old)

    def _remove(self, path: str) -> None:
        with contextlib.ExitStack() as held:
            old = self._held(path, held)
            if old is not None:
                self._disk.remove(self._directory / path)
                self._disk.sync_directory((self._directory / path).parent)
                self._disk.blank(old)

    def _held(self, path: str, held: contextlib.ExitStack) -> int | None:
        try:
            descriptor = self._disk.hold(self._directory / path)
        except FileNotFoundError:
            return None
        held.callback(self._disk.close, descriptor)
        return descriptor

    def _left(self, targets: Sequence[_Target]) -> Iterator[str]:
        """The names of segment files that have the bytes, or others that say the same."""
        keys = {key for each in targets if (key := key_in(each.entry)) is not None}
        entries = {each.entry for each in targets}
        for name in self._names(SEGMENTS):
            if name.endswith(".seg"):
                with contextlib.suppress(OSError):
                    records = read_file(self._disk, self._directory / SEGMENTS / name).records
                    if any(each in entries or key_in(each) in keys for each in records):
                        yield name

    def _names(self, directory: str) -> list[str]:
        try:
            return self._disk.names(self._directory / directory)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            why = (error.strerror or "no reason given").lower()
            raise EvidenceError(f"`{directory}` cannot be read, so nobody knows what is left there: {why}") from error


def _decoded(entry: bytes) -> object:
    try:
        return decode(entry) if entry else None
    except RecordError:
        return None
