"""What came to the segment files since they were sealed, and how far each will be sealed then.

Theory: only what is sound is taken, up to the first frame that is not. A file goes on being read where it was left, for
a chain leads from there to what follows. Once nothing can follow, because the file was closed or the same worker began
the next one, it is read once more as a whole and held against what the next one says of it; if it has all of that, it
is done and can go. What a crash left torn is no finding, for nobody was promised it. Damage is one: the file stays,
what is sound before it is sealed, and it is said at every seal.

A file that is gone before it was done is one, too. So of the files that went those are remembered that another one
names, and the last of each worker, which the next one may name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from compliance.audit.disk import Disk
from compliance.audit.frame import (
    HEADER_SIZE,
    OVERHEAD,
    Header,
    Prefix,
    file_name,
    header_of,
    start,
    worker_and_number,
)
from compliance.audit.frame import MOST_BYTES as MOST_RECORD_BYTES
from compliance.audit.sealed_state import SealedSegment
from compliance.audit.segment_file import read_file
from compliance.audit.segment_reading import Ending, read_on

MOST_BYTES: Final = 4 * 1024 * 1024
"""When so much was taken the rest waits for the next batch, so that none takes long."""
_LEAST_READ: Final = 2 * (MOST_RECORD_BYTES + OVERHEAD)
"""So much is read of a file at least: more than one frame."""


@dataclass(slots=True)
class Intake:
    """What waits, and how far the files are sealed once it is."""

    records: list[bytes] = field(default_factory=list)
    segments: list[SealedSegment] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    """The names of files that can go once this is sealed."""
    is_all: bool = True
    """Whether nothing else waits."""


class _Said(NamedTuple):
    """How far a file is durable, as a later one says."""

    name: str
    prefix: Prefix


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    worker: str
    header: Header | str | None
    """What it says of itself, or why it says nothing; None if it cannot be read."""
    is_last: bool
    """Whether its worker has begun no other one since."""


class SegmentIntake:
    """Reads the segment files of a node again and again."""

    def __init__(self, disk: Disk, directory: Path, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is read yet.

        Args:
            disk: the system calls.
            directory: where the files are; it may be missing.
            most_bytes: after so many bytes of records the rest waits.
        """
        self._disk, self._directory, self._most_bytes = disk, directory, most_bytes
        self._stuck: dict[str, str] = {}
        """What is wrong with files that were judged as a whole, by identity."""

    def read(self, sealed: Iterable[SealedSegment]) -> Intake:
        """All that came since files were sealed so far.

        Raises:
            OSError: the directory cannot be read.
        """
        found, known = Intake(), {each.identity: each for each in sealed}
        files = self._files(found)
        said = _said_of_others(files)
        _look_for_gone(files, known, said, found)
        waits = {each.worker for each in files if each.header is None}
        size = 0
        for file in files:
            if size >= self._most_bytes:
                found.is_all = False
            if file.worker in waits or not found.is_all:  # what follows may name what is in it
                _keep(file, known, found)
                continue
            taken = len(found.records)
            try:
                self._take(file, known, said, found)
            except OSError as error:
                waits.add(file.worker)
                _keep(file, known, found)
                found.findings.append(_unreadable(file.name, error))
            size += sum(map(len, found.records[taken:]))
        return found

    def _files(self, found: Intake) -> list[_File]:
        try:
            names = self._disk.names(self._directory)
        except FileNotFoundError:
            return []
        parts = sorted((parts, name) for name in names if (parts := worker_and_number(name)) is not None)
        last = {worker: name for (worker, _), name in parts}
        files = []
        for (worker, _), name in parts:
            header: Header | str | None = None
            try:
                header = header_of(self._disk.read(self._directory / name, 0, HEADER_SIZE))
            except OSError as error:
                found.findings.append(_unreadable(name, error))
            files.append(_File(name, worker, header, last[worker] == name))
        return files

    def _take(self, file: _File, known: Mapping[str, SealedSegment], said: Mapping[str, _Said], found: Intake) -> None:
        """All that came to a file since it was sealed."""
        header = file.header
        if not isinstance(header, Header) or header.name != file.name:
            self._take_nameless(file, found)
            return
        identity = header.identity.hex()
        old = known.get(identity) or SealedSegment.at(file.name, header.identity, start(header))
        if old.is_whole:
            found.segments.append(old)
            found.done.append(file.name)
            return
        if identity in self._stuck:
            found.segments.append(old)
            found.findings.append(self._stuck[identity])
            return
        size = max(self._most_bytes, _LEAST_READ)
        data = self._disk.read(self._directory / file.name, old.offset, size)
        reading = read_on(data, header, old.position)
        if len(data) == size and reading.position.offset > old.offset:  # it ends where we stopped reading
            found.records += reading.records
            found.segments.append(SealedSegment.at(file.name, header.identity, reading.position))
            found.is_all = False
            return
        readings = [reading]
        if not file.is_last:
            known_of = said[identity].prefix if identity in said else None
            readings.append(read_file(self._disk, self._directory / file.name, known_of))
        why = next((each.why for each in readings if each.ending is Ending.DAMAGED), "")
        if why:
            found.findings.append(f"`{file.name}` is damaged: {why}")
            if not file.is_last:
                self._stuck[identity] = found.findings[-1]
        is_whole = not why and (not file.is_last or reading.ending is Ending.CLOSED)
        found.records += reading.records
        new = SealedSegment.at(file.name, header.identity, reading.position)
        found.segments.append(replace(new, is_whole=is_whole))
        if is_whole:
            found.done.append(file.name)

    def _take_nameless(self, file: _File, found: Intake) -> None:
        """A file without a header, as a crash leaves it that was just made, or with that of another one. It stays."""
        whole = read_file(self._disk, self._directory / file.name)
        if whole.ending is Ending.DAMAGED:
            found.findings.append(f"`{file.name}` is damaged: {whole.why}")


def _keep(file: _File, known: Mapping[str, SealedSegment], found: Intake) -> None:
    """Leave a file where it is."""
    if isinstance(file.header, Header) and (old := known.get(file.header.identity.hex())) is not None:
        found.segments.append(old)


def _look_for_gone(
    files: Sequence[_File], known: Mapping[str, SealedSegment], said: Mapping[str, _Said], found: Intake
) -> None:
    """Remember what is not there any more, and say what should be."""
    there = {each.header.identity.hex() for each in files if isinstance(each.header, Header)}
    unread = {each.name for each in files if each.header is None}
    gone = [each for each in known.values() if each.identity not in there]
    last = {_worker(each.name): each.identity for each in gone if each.is_whole}
    for each in gone:
        if not each.is_whole and each.name not in unread:
            found.findings.append(f"`{each.name}` is gone before it was closed; {each.records} records were sealed")
        if not each.is_whole or each.identity in {last[_worker(each.name)], *said}:
            found.segments.append(each)
    for identity, (name, prefix) in said.items():
        if identity not in there and identity not in known and name not in unread:
            found.findings.append(f"`{name}` is gone, of which {prefix.records} records had been durable")


def _said_of_others(files: Iterable[_File]) -> dict[str, _Said]:
    """What later files say of those before them, by the identities of these."""
    found: dict[str, _Said] = {}
    for each in files:
        if isinstance(each.header, Header) and (before := each.header.before) is not None and before.records:
            said = _Said(file_name(each.worker, before.number), before)
            old = found.get(before.identity.hex(), said)
            found[before.identity.hex()] = max(old, said, key=lambda one: one.prefix.records)
    return found


def _unreadable(name: str, error: OSError) -> str:
    return f"`{name}` cannot be read: {(error.strerror or 'no reason given').lower()}"


def _worker(name: str) -> str:
    parts = worker_and_number(name)
    return parts[0] if parts else name
