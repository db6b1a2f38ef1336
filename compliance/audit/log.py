"""The evidence of one process: what is recorded once, and durable before anybody relies on it.

Theory: what a record says is said once, however many readers, threads and processes it comes from: its key is looked
for among the records of this process and in the sealed log, and only what is in neither is written. Two processes may
still write the same within a moment; sealing leaves one of them. Whoever asks waits for the disk some seconds at most
and goes on without evidence. Then nothing is tried again on the way of a request: a thread of the log begins a new
file when the disk answers again, and the log says what it lacks.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.audit.frame import MOST_BYTES, worker_and_number
from compliance.audit.group_commit import NotRecordedError, Ticket
from compliance.audit.leaf import NONCE_BYTES, nonce_of
from compliance.audit.log_files import BLOBS, SEGMENTS, LogFiles
from compliance.audit.record import AnyRecord, BodyRecord, ModeRecord, encode
from compliance.audit.segment_file import read_file
from compliance.audit.segment_reading import Ending
from compliance.audit.segment_writer import SECONDS, SegmentWriter

_log = logging.getLogger("compliance.audit")
LEAST_TOLD: Final = 10
"""Numbers below it are not recorded: they could be about few readers."""
_MOST_WORKERS: Final = 1024
_MOST_KEPT: Final = 262_144
"""The keys of so many records are remembered; of others the sealed log is asked."""
_TRY_AGAIN: Final = 1.0
"""So many seconds pass from a failure, or from a trial, to the next trial."""
_NOT_YET: Final = "the log is not open yet"
_BROKEN_OFF: Final = "the process before ended without a word: what it had not recorded yet is lacking"
_PROBE: Final = ".probe.new"
"""A file that is written beside the log to see whether that can be done again; a crash may leave it, unfinished."""
_VIEWS_SECONDS: Final = 0.5
"""How long somebody waits at most to hear whether something is sealed; without an answer it is written once more."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A record with its key; what has none is written whenever it comes."""

    record: AnyRecord
    key: str | None = None


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How recording stands."""

    failure: str | None
    """Why nothing is recorded; None if it is."""
    acknowledged: int
    """How many records this process has made durable."""
    lost: int
    """How many it could not, since its start."""


class Log:
    """What one process records. Threads may share it."""

    def __init__(
        self,
        directory: Path,
        mode: str,
        today: Callable[[], date],
        *,
        is_sealed: Callable[[str], bool] | None = None,
        disk: Disk | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Open a log; where that fails it is there all the same, and tries again.

        Args:
            directory: the evidence of this node.
            mode: what is recorded, as it stands in the settings.
            today: says which day it is (UTC).
            is_sealed: says whether a record with some key is in the sealed log; without it nobody knows.
            disk: the system calls.
            seconds: how long a thread waits for the disk at most.
        """
        self._directory, self._mode, self._today = directory, mode, today
        self._sealed = None if is_sealed is None else _InTime(is_sealed, _VIEWS_SECONDS)
        self._disk, self._seconds = disk or Disk(), seconds
        self._files = LogFiles(directory, self._disk)
        self._mutex, self._kept = threading.Lock(), dict[str, None]()
        self._pending: dict[str, Ticket] = {}
        self._writer: SegmentWriter | None = None
        self._lock: int | None = None
        self._trouble: str | None = _NOT_YET
        self._beside: str | None = None
        """Why the log cannot be opened or no new file be begun, and why nothing can be written beside it."""
        self._failed_on: date | None = None
        self.generation = self._lost = 0
        """Another generation begins after each outage: what was durable may be gone with its file, so ask again."""
        self._bodies: list[tuple[bytes, Future[str]]] = []
        self._wake, self._stopped, self._opened = threading.Event(), threading.Event(), threading.Event()
        self._each_time: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._work, name="evidence-log", daemon=True)
        self._thread.start()
        self._opened.wait(seconds)

    # -- recording --------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Whether a record with this key is durable."""
        return key in self._kept or (self._sealed is not None and self._sealed.ask(key))

    def keep(self, records: Sequence[Keyed]) -> None:
        """Return when all records are durable, in their order; those whose key is known are so already.

        Raises:
            NotRecordedError: one is not, within some seconds.
        """
        try:
            for ticket in [ticket for each in records if (ticket := self._ticket(each)) is not None]:
                ticket.wait()
        except NotRecordedError:
            self._forget(records)
            raise
        for each in records:
            if each.key is not None:
                self._remember(each.key)

    def blob(self, data: bytes) -> str:
        """The SHA-256 of what is now kept beside the log.

        Raises:
            NotRecordedError: it is not, within some seconds.
        """
        if threading.current_thread() is self._thread:
            return self._files.put_blob(data)
        told: Future[str] = Future()
        waiting = (data, told)
        with self._mutex:
            if self._beside is not None:
                raise NotRecordedError(self._beside)
            self._bodies.append(waiting)
        self._wake.set()
        try:
            return told.result(self._seconds)
        except TimeoutError:
            why = f"the disk did not answer within {self._seconds:g} seconds"
        except OSError as error:
            why = f"cannot write beside the log: {_why(error)}"
        with self._mutex:
            if waiting in self._bodies:
                self._bodies.remove(waiting)
        self._note(why, is_beside=True)
        raise NotRecordedError(why)

    def status(self) -> LogStatus:
        """How recording stands."""
        writer = self._writer
        if writer is None:
            return LogStatus(self._trouble, 0, self._lost)
        status = writer.status()
        return LogStatus(status.failure or self._trouble or self._beside, status.acknowledged, self._lost)

    def attend(self, each_time: Callable[[], object]) -> None:
        """Have something done about once a second, by the thread of the log."""
        self._each_time = each_time

    def nonce(self) -> bytes:
        """Sixteen random bytes."""
        return self._disk.chance(NONCE_BYTES)

    def close(self) -> None:
        """Make durable what was taken, and take nothing more."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(2 * self._seconds)
        if (writer := self._writer) is not None:
            writer.close()
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._disk.close(self._lock)

    def _ticket(self, keyed: Keyed) -> Ticket | None:
        """The way of a record to the disk; None if it is there."""
        key = keyed.key
        if key is not None and self.has(key):
            return None
        payload = self._payload(keyed.record)
        with self._mutex:
            if (writer := self._writer) is None:
                raise NotRecordedError(self._trouble or _NOT_YET)
            if key in self._kept:  # since it was asked
                return None
            if key is not None and (found := self._pending.get(key)) is not None:
                return found
            ticket = writer.append(payload)
            if key is not None:
                self._pending[key] = ticket
            return ticket

    def _payload(self, record: AnyRecord) -> bytes:
        """The leaf of a record; of a large one the leaf that stands for it, once the record is kept beside the log."""
        data = encode(record)
        if len(data) <= MOST_BYTES:
            return data
        kind = str(record.__struct_config__.tag)
        return encode(BodyRecord(nonce=record.nonce, day=record.day, of=kind, sha256=self.blob(data), size=len(data)))

    def _remember(self, key: str) -> None:
        with self._mutex:
            self._pending.pop(key, None)
            self._kept[key] = None
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def _forget(self, records: Sequence[Keyed]) -> None:
        """Have records that are not durable written again when they come again."""
        with self._mutex:
            self._lost += len(records)
            for each in records:
                if each.key is not None:
                    self._pending.pop(each.key, None)

    # -- the thread of the log --------------------------------------------------------------------------

    def _work(self) -> None:
        """Open the log, write what stands beside it, and begin anew after a failure."""
        while not self._stopped.is_set():
            self._round()
            self._opened.set()
            self._wake.wait(_TRY_AGAIN)
            self._wake.clear()
            self._write_bodies()
        self._write_bodies()

    def _round(self) -> None:
        try:
            if self._writer is None:
                self._open()
            else:
                self._recover(self._writer)
        except (OSError, NotRecordedError) as error:
            self._note(f"cannot open `{self._directory}`: {_why(error)}")
            return
        try:
            if self._beside is not None:
                self._try_beside()
            self._each_time()
        except (OSError, NotRecordedError) as error:
            self._note(f"cannot write beside the log: {_why(error)}", is_beside=True)
        except Exception:  # noqa: BLE001 - else the log would never record again
            _log.exception("looking after the log failed; the next trial comes")

    def _note(self, trouble: str, *, is_beside: bool = False) -> None:
        self._failed_on = self._failed_on or self._today()
        if trouble not in {self._trouble, self._beside}:
            _log.error("no evidence is recorded: %s", trouble, extra={"event": "evidence-failed"})
        if is_beside:
            self._beside = trouble
        else:
            self._trouble = trouble

    def _try_beside(self) -> None:
        """See whether something can be written beside the log again."""
        path = self._directory / BLOBS / _PROBE
        ensure_directory(self._disk, path.parent)
        write_file(self._disk, path, b"probe")
        self._disk.remove(path)
        reason, stopped_on, self._beside, self._failed_on = self._beside, self._failed_on, None, None
        self._say(reason, stopped_on)

    def _open(self) -> None:
        ensure_directory(self._disk, self._directory / SEGMENTS)
        worker, self._lock = self._claimed()
        is_in_order = self._ended_in_order(worker)
        writer = SegmentWriter(self._directory / SEGMENTS, worker, disk=self._disk, seconds=self._seconds)
        reason, stopped_on, self._failed_on, self._trouble = self._trouble, self._failed_on, None, None
        self._writer = writer
        if writer.status().failure is None:
            before = None if is_in_order else _BROKEN_OFF
            self._say(before if reason == _NOT_YET else reason, stopped_on)

    def _ended_in_order(self, worker: str) -> bool:
        """Whether the process that had these files before said that nothing would follow."""
        segments = self._directory / SEGMENTS
        parts = {name: worker_and_number(name) for name in self._disk.names(segments)}
        numbers = {found[1]: name for name, found in parts.items() if found is not None and found[0] == worker}
        if not numbers:
            return True
        return read_file(self._disk, segments / numbers[max(numbers)]).ending is Ending.CLOSED

    def _claimed(self) -> tuple[str, int]:
        """A name for the files of this process that no process has which lives; it says nothing of the process."""
        for number in range(1, _MOST_WORKERS + 1):
            worker = f"worker-{number}"
            lock = self._disk.locked(self._directory / SEGMENTS / f"{worker}.lock")
            if lock is not None:
                return worker, lock
        raise NotRecordedError(f"{_MOST_WORKERS} processes record here already")

    def _recover(self, writer: SegmentWriter) -> None:
        """Begin a new file after a failure. That the log lacks something is the first that stands there."""
        if writer.status().failure is None:
            return
        self._failed_on = self._failed_on or self._today()
        outage = writer.recover()
        if outage is not None:
            stopped_on, self._failed_on, self._trouble = self._failed_on, None, None
            with self._mutex:
                self._kept.clear()
                self._pending.clear()
            self.generation += 1
            self._say(outage.reason, stopped_on, outage.unacknowledged + outage.refused)

    def _say(self, reason: str | None, stopped_on: date | None, missed: int = 0) -> None:
        """Record that recording began, or why it had stopped."""
        said = ModeRecord(
            nonce=nonce_of(self.nonce()),
            day=self._today(),
            mode=self._mode,
            reason=reason,
            stopped_on=stopped_on,
            missed=missed if missed >= LEAST_TOLD else None,
        )
        self.keep([Keyed(said)])

    def _write_bodies(self) -> None:
        with self._mutex:
            waiting, self._bodies = self._bodies, []
        for data, told in waiting:
            try:
                told.set_result(self._files.put_blob(data))
            except Exception as error:  # noqa: BLE001 - whoever waits for it is told
                told.set_exception(error)


def _why(error: OSError | NotRecordedError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or "no reason given").lower()
    return str(error)


class _InTime:
    """Asks something that may hang, such as a file system, in a thread of its own; late answers are a no."""

    def __init__(self, ask: Callable[[str], bool], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._questions: SimpleQueue[tuple[str, Future[bool]]] = SimpleQueue()
        self._late: Future[bool] | None = None
        self._thread: threading.Thread | None = None
        self._mutex = threading.Lock()

    def ask(self, key: str) -> bool:
        """Whether it is so; no while a former question has no answer yet."""
        if self._late is not None and not self._late.done():
            return False
        with self._mutex:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="evidence-views", daemon=True)
                self._thread.start()
        told: Future[bool] = Future()
        self._questions.put((key, told))
        try:
            return told.result(self._seconds)
        except TimeoutError:
            self._late = told
            return False

    def _work(self) -> None:
        while True:
            key, told = self._questions.get()
            try:
                told.set_result(self._ask(key))
            except Exception as error:  # noqa: BLE001 - what cannot be read says nothing
                _log.error("the views cannot be asked: %s", type(error).__name__)
                told.set_result(False)
