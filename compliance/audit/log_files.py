"""The files of a node's evidence: the sealed log as any C2SP client reads it, and what is kept beside it.

Theory: a file that others may rely on is never changed in its place. It is written beside it, synced and renamed, so
that whoever reads finds the old one or the new one; and what names a file is written once that file is durable. A
reader that has an older checkpoint may ask for a partial tile that has been taken away since: then the full one, or a
wider one, begins with it. Full entry bundles may be kept compressed, which web servers pass on as it is or unpack.

Nothing is verified here but that blobs are what their names say. Hold what was read against a checkpoint.

Source: C2SP tlog-tiles.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from compliance.audit.checkpoint import checkpoint_in
from compliance.audit.compressed import COMPRESSED, unpacked
from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.audit.merkle import HASH_SIZE
from compliance.audit.record import BodyRecord, decode
from compliance.audit.tiles import ENTRIES, WIDTH, Tile, bundle, entries_in
from compliance.errors import EvidenceError, visible

LOG: Final = "log"
BLOBS: Final = "blobs"
SEGMENTS: Final = "segments"
CHECKPOINT: Final = "checkpoint"
_SHA256: Final = re.compile("[0-9a-f]{64}")
_BODY: Final = b'"kind":"body"'


class LogFiles:
    """The files of one node, for any number of threads that read; one process writes the log."""

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        """Nothing is read or made yet.

        Args:
            directory: that of the evidence, in which `log` and `blobs` are.
            disk: the system calls.
        """
        self.directory = directory
        self._disk = disk or Disk()
        self._known: set[Path] = set()
        """Directories that are there to stay."""

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint as it stands; None before the first one.

        Raises:
            EvidenceError: it cannot be read.
        """
        return self._read(f"{LOG}/{CHECKPOINT}")

    def size(self) -> int:
        """How many leaves the log has by its checkpoint, whose signature is not looked at; 0 without one.

        Raises:
            EvidenceError: there is no size in it.
        """
        note = self.checkpoint()
        return 0 if note is None else checkpoint_in(text_of(note)).size

    def tile(self, tile: Tile) -> bytes:
        """What is in a tile or entry bundle of just this width, though it may come from a wider one.

        Raises:
            EvidenceError: it is missing, or cannot be read.
        """
        found = self._tile(tile)
        if found is None and not tile.is_full:
            found = self._wider(tile)
        if found is None:
            raise EvidenceError(f"`{tile.path}` is missing")
        return found

    def entries(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        """The leaves from the number `first` to before `end`, or to the end of the log: number and bytes.

        An entry whose bytes were dropped is empty.

        Raises:
            EvidenceError: a bundle is missing or damaged.
        """
        stop = self.size() if end is None else end
        for index in range(first // WIDTH, -(-stop // WIDTH)):
            start = index * WIDTH
            tile = Tile(ENTRIES, index, min(WIDTH, stop - start))
            for number, entry in enumerate(entries_in(tile, self.tile(tile)), start):
                if number >= first:
                    yield number, entry

    def entry(self, number: int) -> bytes:
        """The bytes of one leaf; empty if they were dropped.

        Raises:
            EvidenceError: the log has none there, or its bundle is missing or damaged.
        """
        size = self.size()
        if not 0 <= number < size:
            raise EvidenceError(f"the log has no leaf {number}")
        index, place = divmod(number, WIDTH)
        tile = Tile(ENTRIES, index, min(WIDTH, size - index * WIDTH))  # not a narrower one: it may say what was erased
        return entries_in(tile, self.tile(tile))[place]

    def record(self, entry: bytes) -> bytes:
        """The record in a leaf, which may stand beside the log; empty where the bytes were dropped.

        Raises:
            EvidenceError: it should stand beside the log, and is missing or altered; or the leaf is none.
        """
        if _BODY not in entry:
            return entry
        found = decode(entry)
        return self.blob(found.sha256) if isinstance(found, BodyRecord) else entry

    def blob(self, name: str) -> bytes:
        """What is kept beside the log under its SHA-256.

        Raises:
            EvidenceError: it is missing or altered, or this is no SHA-256 in hexadecimal digits.
        """
        data = self._read(blob_path(name))
        if data is None:
            raise EvidenceError(f"`{blob_path(name)}` is missing")
        if sha256(data).hexdigest() != name:
            raise EvidenceError(f"`{blob_path(name)}` is not what its name says")
        return data

    def put_blob(self, data: bytes) -> str:
        """Keep bytes beside the log, durably, and say under which SHA-256; what is there already stays.

        Raises:
            OSError: they cannot be written.
        """
        name = sha256(data).hexdigest()
        path = self.directory / blob_path(name)
        self._prepare(path.parent)
        try:
            is_there = self._read(blob_path(name)) == data
        except EvidenceError:
            is_there = False
        if not is_there:
            write_file(self._disk, path, data)
        self._disk.sync_directory(path.parent)  # also for one that a process wrote which was killed then
        return name

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Have files with these bytes at paths below the directory; all are durable when it returns.

        Raises:
            OSError: one cannot be written; some may be there.
        """
        changed: set[Path] = set()
        for relative, data in files:
            path = self.directory / relative
            self._prepare(path.parent)
            try:
                write_file(self._disk, path, data)
            except FileNotFoundError:  # another process tidied an empty directory away
                self._known.clear()
                self._prepare(path.parent)
                write_file(self._disk, path, data)
            changed.add(path.parent)
        for each in sorted(changed):
            self._disk.sync_directory(each)

    def remove_directory(self, relative: str) -> None:
        """Take an empty directory away; one that is not empty, or cannot be taken away, stays."""
        self._known.discard(self.directory / relative)
        with contextlib.suppress(OSError):
            self._disk.remove_directory(self.directory / relative)

    def _prepare(self, directory: Path) -> None:
        """Have a directory there to stay."""
        if directory in self._known:
            return
        if directory == self.directory:
            ensure_directory(self._disk, directory)
        else:
            self._prepare(directory.parent)
            self._disk.make_directory(directory)
            self._disk.sync_directory(directory.parent)
        self._known.add(directory)

    def _tile(self, tile: Tile) -> bytes | None:
        """What stands at the path of a tile, or at that of a compressed bundle."""
        path = f"{LOG}/{tile.path}"
        found = self._read(path)
        if found is None and tile.level == ENTRIES and tile.is_full:
            data = self._read(path + COMPRESSED)
            return None if data is None else unpacked(data, tile.path + COMPRESSED)
        return found

    def _wider(self, tile: Tile) -> bytes | None:
        """A partial tile, cut from a wider one."""
        full = Tile(tile.level, tile.index)
        widths = (Tile(tile.level, tile.index, width) for width in self._widths(full) if width > tile.width)
        for each in (full, *widths, full):  # once more, if it has taken the place of the others meanwhile
            found = self._tile(each)
            if found is not None:
                return _cut(found, each, tile.width)
        return None

    def _widths(self, full: Tile) -> list[int]:
        """How wide the partial tiles are of which some are kept."""
        try:
            names = self._disk.names(self.directory / LOG / f"{full.path}.p")
        except OSError:
            return []
        return sorted(int(name) for name in names if name.isdecimal() and name.isascii())

    def _read(self, relative: str) -> bytes | None:
        try:
            return self._disk.read(self.directory / relative)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            raise EvidenceError(f"`{relative}` cannot be read: {reason}") from error


def text_of(note: bytes) -> str:
    """The text of a note, of whose signatures nothing is known."""
    return note.decode(errors="replace").rpartition("\n\n")[0] + "\n"


def blob_path(name: str) -> str:
    """Where bytes are kept that have this SHA-256.

    Raises:
        EvidenceError: it is none in hexadecimal digits.
    """
    if _SHA256.fullmatch(name) is None:
        raise EvidenceError(f"`{visible(name)}` is no SHA-256")
    return f"{BLOBS}/{name[:2]}/{name}"


def _cut(data: bytes, tile: Tile, width: int) -> bytes:
    """The beginning of a tile."""
    if tile.level == ENTRIES:
        return bundle(entries_in(tile, data)[:width])
    if len(data) != tile.width * HASH_SIZE:
        raise EvidenceError(f"`{tile.path}` has {len(data)} bytes, not {tile.width * HASH_SIZE}")
    return data[: width * HASH_SIZE]
