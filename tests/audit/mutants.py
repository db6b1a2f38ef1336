"""Mistakes that a log may make, each planted into the writer or its disk: the checks have to find every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from compliance.audit import frame, segment_file, segment_writer
from compliance.audit.disk import Disk
from compliance.audit.frame import Position
from compliance.audit.group_commit import NotRecordedError, Reached
from compliance.audit.segment_file import SegmentFiles
from tests.audit.disks import SimulatedDisk

Plant = Callable[[pytest.MonkeyPatch], None]


class WithoutSync(SegmentFiles):
    """Nothing is synced after a write."""

    def _append(self, data: bytes, end: Position) -> None:
        self._write(data)
        self._position = end


class SyncedLater(SegmentFiles):
    """Records are acknowledged, and synced before the next ones are written."""

    _is_due = False

    def _append(self, data: bytes, end: Position) -> None:
        if self._is_due:
            self._disk.sync_data(self._opened)
        self._write(data)
        self._is_due = True
        self._position = end


class WrittenLater(SegmentFiles):
    """Records are acknowledged, and written when some more have come, as through a buffer."""

    _held: tuple[Sequence[bytes], ...] = ()

    def commit(self, payloads: Sequence[bytes]) -> Reached:
        self._held = (*self._held, payloads)
        if len(self._held) > 3:
            super().commit(self._held[0])
            self._held = self._held[1:]
        return Reached(self._header, self._position)


class TriesAgain(SegmentFiles):
    """A sync that failed is tried again, and believed."""

    def _append(self, data: bytes, end: Position) -> None:
        self._write(data)
        try:
            self._disk.sync_data(self._opened)
        except OSError:
            self._disk.sync_data(self._opened)
        self._position = end


class GoesOn(SegmentFiles):
    """After a failure the rest of the file is used: the failed write or sync counts as done."""

    def _append(self, data: bytes, end: Position) -> None:
        try:
            super()._append(data, end)
        except NotRecordedError:
            self._position = end


class WrittenOnce(SegmentFiles):
    """A write that took a part counts as a whole one."""

    def _write(self, data: bytes) -> None:
        self._disk.write(self._opened, data)


def _files(mutant: type[SegmentFiles]) -> Plant:
    return lambda patch: patch.setattr(segment_writer, "SegmentFiles", mutant)


def _no_directory_sync(patch: pytest.MonkeyPatch) -> None:
    """Not of the directory that files are made in."""
    before = SimulatedDisk.sync_directory

    def only_above(self: SimulatedDisk, path: Path) -> None:
        if path.name != "segments":
            before(self, path)

    patch.setattr(SimulatedDisk, "sync_directory", only_above)


def _directory_made_and_no_more(patch: pytest.MonkeyPatch) -> None:
    """What is above it is not synced."""

    def make(disk: Disk, path: Path) -> None:
        for each in [*reversed(path.parents), path]:
            disk.make_directory(each)

    patch.setattr(segment_file, "ensure_directory", make)


def _checksums_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(frame, "is_sound", lambda _data, _checksum: True)


POWER: dict[str, Plant] = {
    "no sync": _files(WithoutSync),
    "acknowledged before the sync": _files(SyncedLater),
    "no checksum": _checksums_believed,
    "no sync of the directory": _no_directory_sync,
    "no sync above the directory": _directory_made_and_no_more,
    "a failed sync tried again": _files(TriesAgain),
    "goes on after a failure": _files(GoesOn),
    "written later": _files(WrittenLater),
}
"""Those that a power cut brings to light."""
FAULTY: dict[str, Plant] = {
    "a failed sync tried again": _files(TriesAgain),
    "goes on after a failure": _files(GoesOn),
    "a part taken for the whole": _files(WrittenOnce),
}
"""Those that a failing call brings to light."""
