"""The records of one process: acknowledged when they are durable, refused at once when they cannot be.

Theory: losing evidence is bad, withholding a notice is worse. So nobody waits long here, and what goes wrong is an
answer and no surprise: while nothing can be recorded every record is refused at once and counted, so that the log can
say later what it lacks. After a failure a writer never goes on in the same file; it recovers with a new one, when
somebody asks for that and the disk has answered all that it was asked before.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.audit.disk import Disk
from compliance.audit.frame import MOST_BYTES, WORKER, Prefix, prefix
from compliance.audit.group_commit import GroupCommit, NotRecordedError, Reached, Ticket
from compliance.audit.segment_file import SegmentFiles

MOST_FILE_BYTES: Final = 16 * 1024 * 1024
SECONDS: Final = 2.0
OPENING_SECONDS: Final = 10.0
"""Nobody waits for an answer while a file is made, and the last one is read for it."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a writer stands; numbers count from its beginning, but for those of an outage."""

    failure: str | None
    """Why nothing is recorded; None if it is."""
    acknowledged: int
    """How many records are durable."""
    unacknowledged: int
    """How many were taken and given up since the last recovery; they may be found or not."""
    refused: int
    """How many were not taken since then."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What was not recorded between a failure and the recovery from it."""

    reason: str
    unacknowledged: int
    """Taken and given up: these records may be found or not."""
    refused: int


class SegmentWriter:
    """Appends records to files of its own, for any number of threads of one process.

    A writer that cannot make a file is there all the same: it refuses records until it recovers.
    """

    def __init__(
        self,
        directory: Path,
        worker: str,
        *,
        disk: Disk | None = None,
        most_file_bytes: int = MOST_FILE_BYTES,
        seconds: float = SECONDS,
        opening_seconds: float = OPENING_SECONDS,
    ) -> None:
        """Begin a new file.

        Args:
            directory: where the files are; made if it is missing.
            worker: the first part of their names: small letters, digits and hyphens, 32 at most. No other process
                that lives may use it.
            disk: the system calls.
            most_file_bytes: at this size a file is full; the records of one sync may pass it.
            seconds: how long a thread waits for the disk at most, above 0.
            opening_seconds: how long it waits for a new file.

        Raises:
            ValueError: files cannot be named so.
        """
        if WORKER.fullmatch(worker) is None:
            raise ValueError(f"`{worker}` cannot be part of the name of a file")
        self._disk = disk or Disk()
        self._directory, self._worker, self._most_file_bytes = directory, worker, most_file_bytes
        self._seconds, self._opening_seconds = seconds, opening_seconds
        self._process = os.getpid()
        self._mutex = threading.Lock()
        self._recovering = threading.Lock()
        self._is_closed = False
        self._acknowledged = self._refused = 0
        """Acknowledged by groups that are gone; refused since the last recovery."""
        self._group = self._last = self._new_group(None)
        with contextlib.suppress(NotRecordedError):
            self._group.start(opening_seconds)

    def append(self, payload: bytes) -> Ticket:
        """Take a record of 1 to 65,535 bytes. The ticket says when it is durable.

        Raises:
            NotRecordedError: nothing can be recorded, and the record is counted as refused; or another process
                made the writer.
            ValueError: it is too long, or empty.
        """
        if not 0 < len(payload) <= MOST_BYTES:
            raise ValueError(f"a record of {len(payload)} bytes; it may have 1 to {MOST_BYTES}")
        group = self._own_group()
        try:
            return group.append(payload)
        except NotRecordedError:
            with self._mutex:
                self._refused += 1
            raise

    def status(self) -> Status:
        """How the writer stands."""
        group = self._group
        with self._mutex:
            acknowledged = self._acknowledged + group.acknowledged
            return Status(group.failure, acknowledged, group.unacknowledged, self._refused)

    def readable(self) -> Reached | None:
        """How far the file in use, or the one that failed, is acknowledged; None if none could be made."""
        return self._group.reached

    def recover(self) -> Outage | None:
        """Begin a new file after a failure, and say what was not recorded; None if there is none, or the end.

        Raises:
            NotRecordedError: it failed again, or the disk has not answered yet; nothing has changed.
        """
        self._own_group()
        with self._recovering:
            failed = self._group
            if failed.failure is None or self._is_closed:
                return None
            if not self._last.has_ended():  # another thread would only hang beside it
                raise NotRecordedError(self._last.failure)
            self._last = group = self._new_group(self._known())
            group.start(self._opening_seconds)
            with self._mutex:
                outage = Outage(failed.failure, failed.unacknowledged, self._refused)
                self._acknowledged += failed.acknowledged
                self._refused = 0
                self._group = group
            return outage

    def close(self) -> None:
        """Make durable what was taken, and take nothing more; in another process nothing is done."""
        if os.getpid() == self._process:
            with self._recovering:
                self._is_closed = True
                self._group.close()

    def _own_group(self) -> GroupCommit:
        if os.getpid() != self._process:  # two processes would write into each other's frames
            raise NotRecordedError("the log was opened by another process")
        return self._group

    def _known(self) -> Prefix | None:
        """How far the last file is durable: the writer knows more than the file can say."""
        reached = self._group.reached
        return prefix(*reached) if reached is not None and reached.position.records else None

    def _new_group(self, before: Prefix | None) -> GroupCommit:
        files = SegmentFiles(self._disk, self._directory, self._worker, self._most_file_bytes, before)
        return GroupCommit(files, self._seconds)
