"""Puts in order what a crash leaves in a directory of evidence, and touches nothing that is damaged.

Theory: what a crash leaves is of no account, but it hides what is: whoever looks for files that do not belong there has
to see none. All of it is found by verifying, and what may go is only what nothing signed and nothing recorded speaks
of. Where anything is damaged nothing is done at all: what looks left over may be all that is left.

A seal that was broken off right before its checkpoint is left to the next one. So is a torn end of a
segment file: it cannot be told from damage to records that nobody had acknowledged.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.audit.bundle_reading import tile_in
from compliance.audit.disk import Disk
from compliance.audit.finding import Finding, Grade, Report
from compliance.audit.leaf import RecordError
from compliance.audit.listing import LOG
from compliance.audit.locking import PATIENCE, alone
from compliance.audit.record import decode
from compliance.audit.tiles import HEIGHT, WIDTH
from compliance.audit.verify import FilesOnDisk, verify
from compliance.audit.verifying_rest import LOCK
from compliance.audit.verifying_segments import SEGMENTS

_REMOVED: Final = {"temporary", "sealed-left", "compaction-left"}
"""What goes whenever nothing is damaged."""
_OF_A_SEAL: Final = "unsealed-tile"
_UNNAMED: Final = "blob-unnamed"


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done, or would be."""

    path: str
    done: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, what was done about it, and what was left as it is."""

    report: Report
    repairs: tuple[Repair, ...]
    left: tuple[Finding, ...]


def fsck(
    directory: Path,
    keys: Sequence[str] = (),
    *,
    is_dry: bool = False,
    disk: Disk | None = None,
    patience: float = PATIENCE,
    progress: Callable[[int], None] = lambda _: None,
) -> Checked:
    """Verify evidence and take away what a crash has left.

    Args:
        directory: that of the evidence.
        keys: what the log signs with; see `verify`.
        is_dry: whether nothing is to be changed.
        disk: the system calls.
        patience: how many seconds another process is waited for.
        progress: is told how many leaves more were looked at.

    Raises:
        EvidenceError: it cannot be read, or another process is at work on it.
        OSError: something cannot be taken away.
    """
    disk = disk or Disk()
    with contextlib.ExitStack() as stack:
        if not is_dry:
            FilesOnDisk(directory).check()
            stack.enter_context(alone(disk, directory, patience))
        quiet = _Quiet(directory, disk, stack)  # before anything is looked at: what is recorded then may name a blob
        report = verify(directory, keys, progress=progress)
        if any(each.check != "views-wrong" for each in report.of(Grade.DAMAGE)):
            return Checked(report, (), report.of(Grade.LEFTOVER))
        repairs = list(_repairs(report, directory, disk, quiet))
        if not is_dry:
            for each in repairs:
                _remove(directory / each.path, disk)
    gone = {each.path for each in repairs}
    return Checked(report, tuple(repairs), tuple(each for each in report.of(Grade.LEFTOVER) if each.path not in gone))


def _repairs(report: Report, directory: Path, disk: Disk, quiet: _Quiet) -> Iterator[Repair]:
    """What can be done."""
    found = report.of(Grade.LEFTOVER)
    is_unfinished = any(each.check == "seal-unfinished" for each in found)
    is_quiet = quiet.is_still
    for each in found:
        may_go = each.check in _REMOVED or (each.check == _OF_A_SEAL and not is_unfinished)
        if may_go or (each.check == _UNNAMED and is_quiet and _is_record(directory / each.path, disk)):
            yield Repair(each.path, f"removed: {each.message}")
    for path in FilesOnDisk(directory).paths():
        tile = tile_in(path) if path.startswith(LOG) else None
        if tile is not None and not tile.is_full:
            count = report.size >> HEIGHT * max(0, tile.level)
            if (tile.index + 1) * WIDTH <= count:
                yield Repair(path, "removed: the full one has taken its place")


class _Quiet:
    """Whether no process records, from before the look at the files to behind it."""

    def __init__(self, directory: Path, disk: Disk, stack: contextlib.ExitStack) -> None:
        """Keep the names of those that did from others; who begins meanwhile has another name."""
        self._segments, self._disk = directory / SEGMENTS, disk
        self._before = self._locks()
        self._is_free = True
        for name in self._before:
            try:
                descriptor = disk.locked(self._segments / name)
            except OSError:  # whoever may not look whether it is in use takes nothing away
                descriptor = None
            if descriptor is None:
                self._is_free = False
                return
            stack.callback(disk.close, descriptor)

    @property
    def is_still(self) -> bool:
        """Whether none did, and none has begun."""
        return self._is_free and self._locks() == self._before

    def _locks(self) -> list[str]:
        names = self._disk.names(self._segments) if self._segments.is_dir() else []
        return [each for each in names if each.endswith(LOCK) and _is_plain(self._segments / each)]


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(os.lstat(path).st_mode)


def _is_record(path: Path, disk: Disk) -> bool:
    """Whether a file is a record: it has a nonce, so nobody will name it again; a rule set may come again."""
    try:
        decode(disk.read(path))
    except RecordError:
        return False
    return True


def _remove(path: Path, disk: Disk) -> None:
    """Take a file away, so that it stays away, and its directory if that is empty then."""
    disk.remove(path)
    disk.sync_directory(path.parent)
    if path.parent.name.endswith(".p") and not disk.names(path.parent):
        disk.remove_directory(path.parent)
        disk.sync_directory(path.parent.parent)
