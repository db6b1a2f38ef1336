"""The sealer that the service starts for itself: a process of its own, so that no web worker ever has the key.

Theory: it says after each round what came of it, a line of JSON, and so the service knows how its log is sealed without
the key. Silence is a sign, too: one that hangs says nothing. What is wrong is logged once, until all is well again.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import IO, Final

import msgspec

from compliance.audit.seal_status import SERVICE, SealStatus, is_waiting
from compliance.cli.audit_seal import Round

_log = logging.getLogger("compliance.audit")
SECONDS: Final = 20.0
"""How long its last round may take at the end; what is left over is sealed at the next start."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Between two starts of one that ends: longer each time, up to this many seconds."""


LATE: Final = 60.0
"""So many seconds after its time a round counts as one that does not come."""
_MOST_TOLD: Final = 3


class SealerProcess:
    """Runs `compliance audit seal` for as long as the service, and begins anew where it ends by itself."""

    def __init__(
        self, arguments: Sequence[str], every: float, directory: Path, first_pause: float = _FIRST_PAUSE
    ) -> None:
        """Start it.

        Args:
            arguments: those of `compliance audit seal`.
            every: how many seconds are from one round to the next.
            directory: that of the evidence.
            first_pause: how many seconds to wait before it is started again.
        """
        base = (sys.executable, "-m", "compliance.cli", "audit", "seal", "--with-parent")
        self._command = (*base, "--every", str(every), *arguments)
        self._pause, self._directory = first_pause, directory
        self._rounds = Rounds(every + LATE)
        self._stopped = threading.Event()
        self._mutex = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="sealer", daemon=True)
        self._thread.start()

    def status(self) -> SealStatus:
        """How it seals."""
        return self._rounds.status(is_waiting(self._directory))

    def stop(self) -> None:
        """Have it seal what there is, and end."""
        with self._mutex:
            self._stopped.set()
            process = self._process
        if process is not None:
            _end(process)
        self._thread.join(SECONDS)

    def _keep_running(self) -> None:
        pause = self._pause
        while (process := self._started()) is not None:
            if process.stdout is not None:
                self._listen(process.stdout)
            status = process.wait()
            _close(process)
            if self._stopped.is_set():
                return
            self._rounds.ended(status)
            self._stopped.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _listen(self, output: IO[bytes]) -> None:
        """Take what it says until it ends."""
        with output:
            for line in output:
                with contextlib.suppress(msgspec.MsgspecError):  # it was ended in the middle of a line
                    self._rounds.take(msgspec.json.decode(line, type=Round))

    def _started(self) -> subprocess.Popen[bytes] | None:
        """The process; None at the end. The pipe to it closes with this process, whatever ends it."""
        with self._mutex:
            if self._stopped.is_set():
                return None
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            return self._process


class Rounds:
    """What came of the rounds of a sealer, for one thread that listens and any number that ask."""

    def __init__(self, patience: float) -> None:
        """No round has ended yet.

        Args:
            patience: after so many seconds without one something is wrong.
        """
        self._patience = patience
        self._mutex = threading.Lock()
        self._begin = monotonic()
        self._good: float | None = None
        """When the last one ended in good order."""
        self._leaves: int | None = None
        self._wrong: tuple[str, ...] = ()
        self._said: set[str] = set()
        """What was logged since all was well."""

    def take(self, done: Round) -> None:
        """Take what a sealer says of a round."""
        with self._mutex:
            if done.size is not None:
                self._good, self._leaves = monotonic(), done.size
            if done.findings is not None:
                self._is_wrong(done.findings)

    def ended(self, status: int) -> None:
        """Take that a sealer has ended by itself; what it said last is why, if it said anything."""
        with self._mutex:
            self._is_wrong(self._wrong or (f"the sealer ended with status {status}, and is started again",))

    def status(self, waiting: bool | None) -> SealStatus:  # noqa: FBT001 - it is passed on
        """How the log is sealed.

        Args:
            waiting: whether something waits, as far as is known.
        """
        with self._mutex:
            now, wrong = monotonic(), list(self._wrong[:_MOST_TOLD])
            if (more := len(self._wrong) - len(wrong)) > 0:
                wrong.append(f"and {more} more")
            since = now - (self._begin if self._good is None else self._good)
            if since > self._patience:
                wrong.insert(0, f"the sealer has ended no round for {since:.0f} seconds")
            age = None if self._good is None else int(now - self._good)
            return SealStatus(SERVICE, self._leaves, age, waiting, "; ".join(wrong) or None)

    def _is_wrong(self, findings: tuple[str, ...]) -> None:
        for each in findings:
            if each not in self._said:
                _log.error("sealing: %s", each, extra={"event": "sealing-failed"})
        if self._said and not findings:
            _log.warning("sealing: all is well again", extra={"event": "sealing-well"})
            self._said.clear()
        self._said.update(findings)
        self._wrong = findings


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe, at which it seals once more and ends; one that has just begun does so, too."""
    _close(process)
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        _log.warning("the sealer has not ended: what is left is sealed at the next start")
        process.kill()


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
