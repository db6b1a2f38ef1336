"""Lines of a log, gathered in memory and written together by a thread of its own: whoever answers waits for no disk.

Theory: a line that is written at once costs more than the answer that it tells of, and a disk that is full or slow
would keep a notice from a reader. So lines wait, for a second at most, and where they cannot be written, or too many
wait, they are dropped and counted. Several processes may write one file: each writes whole lines at once, at its end,
under a lock that they share.
A file is opened for each time of writing, so one that was moved away is made anew, and nobody has to be told.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Final

from compliance.errors import visible

_log = logging.getLogger("compliance.web")
OUTPUT: Final = "-"
"""Stands for standard output in the place of a path."""
MOST_WAITING: Final = 65_536
"""So many entries wait at most; one may stand for several equal lines."""
_EVERY: Final = 1.0
_LAST: Final = 5.0
"""So many seconds the last lines may take at the end."""
_PATIENCE: Final = 1.0
"""So many seconds others who write are waited for ..."""
_LOOK: Final = 0.002
"""... and looked at again after so many."""
_MANY: Final = 8_192
"""So many that wait are written before their time."""
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK


class Lines:
    """Writes lines to a file, or to a stream that is open. Threads may share it."""

    def __init__(
        self,
        target: str | int,
        before: Callable[[], object] = lambda: None,
        every: float = _EVERY,
        most: int = MOST_WAITING,
    ) -> None:
        """Begin.

        Args:
            target: a path, or the number of an open file.
            before: done before each time of writing: whoever gathers lines, too, gives them now.
            every: so many seconds a line may wait.
            most: so many entries may wait.
        """
        self._target, self._before, self._every, self._most = target, before, every, most
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._wake, self._stopped, self._writing = threading.Event(), threading.Event(), threading.Lock()
        self._is_well, self._counting = True, threading.Lock()
        self.written = self.dropped = 0
        self._thread = threading.Thread(target=self._keep_writing, name="log", daemon=True)
        self._thread.start()

    def add(self, line: bytes, number: int = 1) -> None:
        """Have a line, which ends in a line feed, written soon, as often as that; this does not wait for anything."""
        waiting = self._waiting
        if len(waiting) >= self._most:
            with self._counting:
                self.dropped += number
            return
        waiting.append((line, number))
        if len(waiting) >= _MANY:
            self._wake.set()

    def hurry(self) -> None:
        """Have what waits written at once."""
        self._wake.set()

    def flush(self) -> None:
        """Write what waits; return when that is done, or was tried."""
        with self._writing:
            self._before()
            waiting = self._waiting
            lines = [waiting.popleft() for _ in range(len(waiting))]
            data = b"".join([line * number for line, number in lines])
            if data:
                self._write(data)

    def close(self) -> None:
        """Write what waits, and end; a target that takes nothing is not waited for."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(_LAST)

    def _keep_writing(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(self._every)
            self._wake.clear()
            self._try()
        self._try()

    def _try(self) -> None:
        try:
            self.flush()
        except Exception:  # noqa: BLE001 - else this thread would end, and nothing were ever written again
            self._tell("something went wrong here")

    def _write(self, data: bytes) -> None:
        done, why = 0, None
        try:
            with self._opened() as descriptor:
                for part in _parts(descriptor, data):
                    written = os.write(descriptor, part)
                    done += written
                    if written < len(part):
                        why = "it took a part only"
                        break
        except OSError as error:
            why = (error.strerror or "no reason given").lower()
        self.written += data.count(b"\n", 0, done)
        with self._counting:
            self.dropped += data.count(b"\n", done)
        if why is not None:
            self._tell(why)
        else:
            self._is_well = True

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        """Where lines go; a line that was cut off before them ends there."""
        if isinstance(self._target, int):
            yield self._target
            return
        descriptor = os.open(self._target, _FLAGS, 0o640)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                _end_what_was_cut(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _tell(self, why: str) -> None:
        """Say once that lines are lost, until some are written again; a log of its own troubles would feed itself."""
        if self._is_well and not isinstance(self._target, int):
            self._is_well = False
            _log.error(
                "lines of `%s` are dropped: %s", visible(self._target), why, extra={"event": "access-log-failed"}
            )


def _end_what_was_cut(descriptor: int) -> None:
    """End a line of a file that was cut off; from here until it is closed the others know that somebody writes."""
    _lock(descriptor, fcntl.LOCK_SH)
    if _is_cut(descriptor):  # or another process is in the middle of it: that is so until nobody writes
        _lock(descriptor, fcntl.LOCK_EX)
        if _is_cut(descriptor):
            os.write(descriptor, b"\n")


def _lock(descriptor: int, how: int) -> None:
    """Lock a file as far as that can be had soon: lines are written all the same where somebody keeps it locked."""
    end = monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() < end:
                sleep(_LOOK)
                continue
        except OSError:  # a file system without locks
            pass
        return


def _is_cut(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def why_not_written(path: str) -> str | None:
    """Why no lines can be written to a file; None if they can, and then it is there."""
    try:
        os.close(os.open(path, _FLAGS, 0o640))
    except (OSError, ValueError) as error:
        return (getattr(error, "strerror", None) or "no reason given").lower()
    return None


def _parts(descriptor: int, data: bytes) -> Iterator[bytes]:
    """What can be written at once without lines of others in between: all of it to a file, some lines to a pipe."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        yield data
        return
    start = 0
    while start < len(data):
        end = (
            len(data) if len(data) - start <= select.PIPE_BUF else data.rfind(b"\n", start, start + select.PIPE_BUF) + 1
        )
        end = end if end > start else data.index(b"\n", start) + 1  # one line alone is longer
        yield data[start:end]
        start = end
