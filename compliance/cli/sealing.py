"""The sealer that the service starts for itself: a process of its own, so that no web worker ever has the key."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Final

_log = logging.getLogger("compliance.audit")
SECONDS: Final = 20.0
"""How long its last round may take at the end; what is left over is sealed at the next start."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Between two starts of one that ends: longer each time, up to this many seconds."""


class SealerProcess:
    """Runs `compliance audit seal` for as long as the service, and begins anew where it ends by itself."""

    def __init__(self, arguments: Sequence[str], first_pause: float = _FIRST_PAUSE) -> None:
        """Start it.

        Args:
            arguments: those of `compliance audit seal`.
            first_pause: how many seconds to wait before it is started again.
        """
        self._command = (sys.executable, "-m", "compliance.cli", "audit", "seal", "--with-parent", *arguments)
        self._pause = first_pause
        self._stopped = threading.Event()
        self._mutex = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="sealer", daemon=True)
        self._thread.start()

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
            status = process.wait()
            _close(process)
            if self._stopped.is_set():
                return
            _log.error("the sealer ended with status %d; it is started again in %g seconds", status, pause)
            self._stopped.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _started(self) -> subprocess.Popen[bytes] | None:
        """The process; None at the end. The pipe to it closes with this process, whatever ends it."""
        with self._mutex:
            if self._stopped.is_set():
                return None
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            return self._process


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
