"""Segment files on a disk: made, written at the end, filled, closed, and read.

Theory: a file and its entry in the directory are synced before anything is promised about it; what is written at its
end is promised after a sync that covers it, if the file is still there. A full file is closed with a frame of its own,
and the header of the next one says how far it was durable. What failed once is left as it is: after a failed write or
sync nobody knows what of it is on the disk, and whatever followed in this file could not be promised either.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.audit.disk import Disk, ensure_directory
from compliance.audit.frame import (
    HEADER_SIZE,
    Header,
    Position,
    Prefix,
    ended,
    file_name,
    framed,
    header_of,
    prefix,
    start,
    worker_and_number,
)
from compliance.audit.group_commit import NotRecordedError, Reached
from compliance.audit.segment_reading import Reading, read, read_on


class SegmentFiles:
    """The files of one worker, one after the other. One thread uses them, and not again after a failure."""

    def __init__(self, disk: Disk, directory: Path, worker: str, most_bytes: int, before: Prefix | None) -> None:
        """Nothing is made before `open`.

        Args:
            disk: the system calls.
            directory: where the files are; made if it is missing.
            worker: the first part of their names.
            most_bytes: at this size a file is full; the last records may pass it.
            before: how far the last file is durable, if somebody knows better than the file.
        """
        self._disk = disk
        self._directory = directory
        self._worker = worker
        self._most_bytes = most_bytes
        self._before = before
        self._descriptor: int | None = None
        self._header: Header
        self._position: Position

    def open(self) -> Reached:
        """Begin a new file behind all others, so that it stays.

        Raises:
            NotRecordedError: it cannot be made.
        """
        with _doing(f"make files in `{self._directory}`"):
            ensure_directory(self._disk, self._directory)
            numbers = _numbers(self._disk, self._directory, self._worker)
        before = self._before or self._last_proven(numbers)
        last = max([*numbers, before.number if before else 0])  # the one before may be sealed and taken away
        self._create(last + 1, before)
        return Reached(self._header, self._position)

    def commit(self, payloads: Sequence[bytes]) -> Reached:
        """Write records at the end, and return when they are durable.

        Raises:
            NotRecordedError: nobody knows whether they are.
        """
        if self._position.offset >= self._most_bytes:
            self._append(*ended(self._position))
            self.let_go()
            self._create(self._header.number + 1, prefix(self._header, self._position))
        self._append(*framed(payloads, self._position))
        return Reached(self._header, self._position)

    def close(self) -> None:
        """Say in the file that nothing will follow.

        Raises:
            NotRecordedError: nobody knows whether that is durable; the records are.
        """
        self._append(*ended(self._position))

    def let_go(self) -> None:
        """Leave the file as it is."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                self._disk.close(self._descriptor)
            self._descriptor = None

    def _append(self, data: bytes, end: Position) -> None:
        with _doing(f"write `{self._header.name}`"):
            self._write(data)
        with _doing(f"sync `{self._header.name}`"):
            self._disk.sync_data(self._opened)
        with _doing(f"find `{self._header.name}`"):
            if not self._disk.is_there(self._opened):
                raise FileNotFoundError(errno.ENOENT, "")
        self._position = end

    @property
    def _opened(self) -> int:
        if self._descriptor is None:
            raise NotRecordedError("no segment file is open")
        return self._descriptor

    def _write(self, data: bytes) -> None:
        """Write all. A disk that takes a part says with the next one why."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._disk.write(self._opened, rest) :]

    def _create(self, number: int, before: Prefix | None) -> None:
        """Make a file with nothing but a header; where that fails it is taken away, for nothing is lost with it."""
        name = file_name(self._worker, number)
        with _doing(f"make `{name}`"):
            header = Header(self._worker, number, self._disk.chance(16), before)
            self._descriptor = self._disk.create(self._directory / name)
            try:
                self._write(header.encoded())
                self._disk.sync(self._descriptor)
                self._disk.sync_directory(self._directory)
            except OSError:
                self.let_go()
                with contextlib.suppress(OSError):
                    self._disk.remove(self._directory / name)
                raise
        self._header, self._position = header, start(header)

    def _last_proven(self, numbers: Sequence[int]) -> Prefix | None:
        """How far the last file with records is durable by what it says itself; more may be in memory only."""
        for number in sorted(numbers, reverse=True):
            with contextlib.suppress(OSError):
                reading = read_file(self._disk, self._directory / file_name(self._worker, number))
                if reading.proven is not None and reading.proven.records:
                    return reading.proven
        return None


@dataclass(frozen=True, slots=True)
class Segments:
    """What the files of a directory hold."""

    files: Mapping[str, Reading]
    """By name, in the order of workers and numbers."""
    missing: tuple[str, ...]
    """Files that others speak of, and that are not there: sealed and taken away, or lost."""

    @property
    def records(self) -> Iterator[bytes]:
        """All records, those of each worker in order."""
        return (record for reading in self.files.values() for record in reading.records)


def read_file(disk: Disk, path: Path, at_least: Prefix | None = None) -> Reading:
    """What a segment file holds.

    Args:
        disk: the system calls.
        path: where it is.
        at_least: what is known of it from elsewhere; where that is not in it, it is damaged.

    Raises:
        OSError: it cannot be read.
    """
    return read(disk.read(path), name=path.name, at_least=at_least)


def read_file_on(disk: Disk, path: Path, header: Header, since: Position) -> Reading:
    """What came to a segment file since it was read up to a position.

    Raises:
        OSError: it cannot be read.
    """
    return read_on(disk.read(path, since.offset), header, since)


def read_directory(disk: Disk, directory: Path) -> Segments:
    """What all segment files of a directory hold, each held against what the next one says of it.

    Raises:
        OSError: one of them cannot be read.
    """
    found = {name: parts for name in disk.names(directory) if (parts := worker_and_number(name)) is not None}
    names = sorted(found, key=found.__getitem__)
    known: dict[str, Prefix] = {}
    for name in names:
        header = header_of(disk.read(directory / name, 0, HEADER_SIZE))
        if isinstance(header, Header) and (before := header.before) is not None and before.records:
            former = file_name(header.worker, before.number)
            known[former] = max(before, known.get(former, before), key=lambda each: each.records)
    files = {name: read_file(disk, directory / name, known.get(name)) for name in names}
    return Segments(files, tuple(name for name in known if name not in files))


def _numbers(disk: Disk, directory: Path, worker: str) -> list[int]:
    parts = map(worker_and_number, disk.names(directory))
    return [found[1] for found in parts if found is not None and found[0] == worker]


@contextlib.contextmanager
def _doing(what: str) -> Iterator[None]:
    """Say what could not be done, and why."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "no reason given"
        raise NotRecordedError(f"cannot {what}: {reason}") from error
