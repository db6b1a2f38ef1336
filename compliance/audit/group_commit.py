"""Group commit: many threads wait for one sync, and none of them for a disk that does not answer.

Theory: a sync costs the same for one record and for a thousand. So records gather while a sync runs, and the next one
is for all of them, in the order in which they came: each waits for two syncs at most, however much others bring. A
busy disk is timer enough, and an idle one is not waited for. Source: P. Helland et al., "Group Commit Timers and High
Volume Transaction Systems", HPTS 1987.

One thread touches the disk, and no other. Had the first of those who wait synced for the rest, as is usual, it would
hang with the disk, for nothing can break off a call that hangs there. So all wait on a lock, for some seconds at
most, and go on without acknowledgement. Nothing is tried again: the first failure is the last thing that happens, all
who wait are told, and whoever comes later is refused at once. No clock is asked: waiting is measured by the monotonic
one of the system, which stands still for no change of the time and jumps with none.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from compliance.audit.frame import Header, Position
from compliance.errors import ComplianceError

_log = logging.getLogger("compliance.audit")
MOST_WAITING: Final = 16 * 1024 * 1024
"""How many bytes wait for the disk. Whoever brings more waits until these are gone."""
CLOSED: Final = "the log is closed"
SILENT: Final = "the disk did not answer within {seconds:g} seconds"


class NotRecordedError(ComplianceError):
    """A record is not acknowledged. It may be found later or not, so nobody may rely on it."""


class Place(NamedTuple):
    """Where a record is: the name of a segment file, and how many records come before it there."""

    file: str
    number: int


class Reached(NamedTuple):
    """How far a file is durable."""

    header: Header
    position: Position


class Sink(Protocol):
    """Where records go. One thread calls it; after an exception it only lets go."""

    def open(self) -> Reached:
        """Make ready."""

    def commit(self, payloads: Sequence[bytes]) -> Reached:
        """Make records durable, all in one file and in this order."""

    def close(self) -> None:
        """End in good order, after which nothing comes."""

    def let_go(self) -> None:
        """Leave what is written as it is. Nothing is raised."""


class _Batch:
    """Records that one sync covers, and what became of them."""

    __slots__ = ("count", "gate", "is_settled", "payloads", "reached", "size")

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        """Empty once they are settled: tickets may be kept for long."""
        self.count = self.size = 0
        """How many records and bytes."""
        self.is_settled = False
        self.reached: Reached | None = None
        """Set if they are acknowledged, before they are settled."""
        self.gate = threading.Lock()
        """Whoever waits takes it and hands it on: woken one by one, threads do not fight for the interpreter."""
        self.gate.acquire()

    def settle(self, reached: Reached | None) -> None:
        """Say what became of the records: acknowledged, or given up."""
        self.reached = reached
        self.is_settled = True
        self.payloads = []
        self.gate.release()


class Ticket:
    """A record on its way."""

    __slots__ = ("_batch", "_group", "_index")

    def __init__(self, group: GroupCommit, batch: _Batch, index: int) -> None:
        self._group = group
        self._batch = batch
        self._index = index

    @property
    def is_acknowledged(self) -> bool:
        """Whether the record is durable, and will be found whatever happens."""
        return self._batch.reached is not None

    def wait(self) -> Place:
        """Where the record is, once it is durable.

        Raises:
            NotRecordedError: the disk failed, or did not answer in time.
        """
        reached = self._group.waited(self._batch)
        first = reached.position.records - self._batch.count
        return Place(reached.header.name, first + self._index)


class GroupCommit:
    """Takes records until the first failure, or the end."""

    def __init__(self, sink: Sink, seconds: float) -> None:
        """Nothing begins before `start`.

        Args:
            sink: where records go.
            seconds: how long somebody waits for the disk at most, above 0.
        """
        self.reached: Reached | None = None
        """What is acknowledged of the file in use."""
        self.failure: str | None = None
        """Why nothing is taken any more."""
        self.acknowledged = self.unacknowledged = 0
        """How many records were; how many were taken and given up."""
        self._sink = sink
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._wake = threading.Lock()
        """Released when there is something to do."""
        self._wake.acquire()
        self._waiting = _Batch()
        self._in_work: _Batch | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="evidence", daemon=True)

    def start(self, seconds: float) -> None:
        """Make the sink ready, within so many seconds.

        Raises:
            NotRecordedError: it failed, or did not answer in time.
        """
        opening = self._in_work = _Batch()
        try:
            self._thread.start()
        except RuntimeError:
            self._fail("no thread can be started")
        self._wait(opening, seconds)

    def append(self, payload: bytes) -> Ticket:
        """Take a record. The ticket says when it is durable.

        Raises:
            NotRecordedError: nothing is taken any more.
        """
        while True:
            with self._mutex:
                if self.failure is not None or self._is_closing:
                    raise NotRecordedError(self.failure or CLOSED)
                batch = self._waiting
                if batch.size < MOST_WAITING:
                    batch.payloads.append(payload)
                    batch.count += 1
                    batch.size += len(payload)
                    self._awake()
                    return Ticket(self, batch, batch.count - 1)
            self.waited(batch)

    def waited(self, batch: _Batch) -> Reached:
        """How far the file of a batch was durable with it.

        Raises:
            NotRecordedError: it is not acknowledged.
        """
        return self._wait(batch, self._seconds)

    def close(self) -> None:
        """Make durable what was taken, and take nothing more."""
        with self._mutex:
            self._is_closing = True
            self._awake()
        if not self.has_ended():
            self._fail(SILENT.format(seconds=self._seconds))

    def has_ended(self) -> bool:
        """Whether the disk has nothing more to do; a short time is waited for that."""
        if self._thread.ident is not None:
            self._thread.join(self._seconds)
        return not self._thread.is_alive()

    def _awake(self) -> None:
        if self._wake.locked():
            self._wake.release()

    def _wait(self, batch: _Batch, seconds: float) -> Reached:
        if not batch.is_settled:
            if batch.gate.acquire(timeout=seconds):
                batch.gate.release()
            else:
                self._fail(SILENT.format(seconds=seconds), unless=batch)
        if batch.reached is None:
            raise NotRecordedError(self.failure)
        return batch.reached

    def _work(self) -> None:
        """What the thread does that alone touches the disk."""
        try:
            self._acknowledge(self._in_work, self._sink.open())
            while (batch := self._next()) is not None:
                self._acknowledge(batch, self._sink.commit(batch.payloads))
            if self.failure is None:
                self._sink.close()
        except NotRecordedError as error:
            self._fail(str(error))
        except Exception:  # noqa: BLE001 - else all would wait for a thread that has ended
            _log.exception("recording broke down")
            self._fail("recording broke down")
        finally:
            self._sink.let_go()

    def _next(self) -> _Batch | None:
        """All that has come meanwhile, in its order; None at the end."""
        while True:
            with self._mutex:
                if self.failure is not None:
                    return None
                if self._waiting.count:
                    self._in_work, self._waiting = self._waiting, _Batch()
                    return self._in_work
                if self._is_closing:
                    return None
            self._wake.acquire()

    def _acknowledge(self, batch: _Batch | None, reached: Reached) -> None:
        with self._mutex:
            if batch is None or self.failure is not None:  # it came too late: nobody waits for it any more
                return
            self.reached = reached
            self.acknowledged += batch.count
            self._in_work = None
            batch.settle(reached)

    def _fail(self, reason: str, unless: _Batch | None = None) -> None:
        """Take nothing more and tell all who wait, if that was not done, unless a batch has been settled meanwhile."""
        with self._mutex:
            if self.failure is not None or (unless is not None and unless.is_settled):
                return
            self.failure = reason
            for batch in filter(None, (self._in_work, self._waiting)):
                self.unacknowledged += batch.count
                batch.settle(None)
        _log.error("no evidence is recorded: %s", reason, extra={"event": "evidence-failed"})
