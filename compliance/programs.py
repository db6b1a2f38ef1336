"""Programs of operators, run without a shell: for so long and no longer, and of what they say only the last words.

Theory: a program that hangs, that says no end of things, or that starts others and leaves them behind must not keep
whoever runs it. So it has a process group of its own, which ends as a whole; what it is told is in a file, so that
nobody waits for it to read that; and what it says is read and dropped, but for the last line of its errors.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import IO, Final

from compliance.errors import visible
from compliance.model.address_text import withheld

SECONDS: Final = 30.0
"""So long a program may take, if nobody says otherwise."""
_KEPT: Final = 4096
_MOST_SHOWN: Final = 200
_LOOK: Final = 0.1
"""So many seconds from one look at whether it has ended to the next."""
_LAST_WORDS: Final = 1.0
"""So long what it said is waited for, once it has ended: others that it left behind may go on to speak."""
_WITHHELD: Final = frozenset({"COMPLIANCE_AUDIT_TOKEN", "COMPLIANCE_RULES_URL"})
"""What of the environment of a service is nobody else's business: there may be a secret in an address, too."""


def is_there(program: str) -> bool:
    """Whether there is a program that this process may run, by its path or by its name in `PATH`."""
    return shutil.which(program) is not None


def run(
    arguments: Sequence[str],
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    stopped: threading.Event | None = None,
) -> str | None:
    """Why a program failed, in words for a log line; None if it ended well.

    Args:
        arguments: the program and what it is told.
        given: its standard input.
        environment: variables besides those of this process.
        seconds: how long it may take; then it is ended, with all that it started.
        stopped: set by whoever cannot wait any longer; then it is ended, too.
    """
    try:
        process = _started(arguments, given, environment or {})
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no reason given"
        return f"`{visible(arguments[0])}` cannot be run: {why.lower()}"
    errors = _LastWords(process.stderr)
    is_cut = not _waited(process, seconds, stopped or threading.Event())
    if is_cut:
        _end(process)
    said = errors.last_line()
    if is_cut:
        is_told = stopped is not None and stopped.is_set()
        return "it was ended together with the service" if is_told else f"it took more than {seconds:g} seconds"
    return f"it ended with status {process.returncode}: {said or 'nothing was said'}" if process.returncode else None


def _started(arguments: Sequence[str], given: bytes, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    shared = {name: value for name, value in os.environ.items() if name not in _WITHHELD}
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        return subprocess.Popen(
            arguments,
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**shared, **environment},
            start_new_session=True,
        )


def _waited(process: subprocess.Popen[bytes], seconds: float, stopped: threading.Event) -> bool:
    """Whether it has ended by itself, in time."""
    end = monotonic() + seconds
    while process.poll() is None:
        left = end - monotonic()
        if left <= 0 or stopped.is_set():
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(left, _LOOK))
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, and all that it has started and that did not go away from it."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _LastWords:
    """Reads what a program says, so that it can go on, and keeps the end of it."""

    def __init__(self, output: IO[bytes] | None) -> None:
        self._output, self._end = output, b""
        self._thread = threading.Thread(target=self._listen, name="program", daemon=True)
        self._thread.start()

    def last_line(self) -> str:
        """The last line, without what a terminal obeys, and without addresses."""
        self._thread.join(_LAST_WORDS)
        lines = self._end.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return withheld(visible(last))[:_MOST_SHOWN]

    def _listen(self) -> None:
        if self._output is None:
            return
        with self._output as output, contextlib.suppress(OSError):
            while part := os.read(output.fileno(), _KEPT):
                self._end = (self._end + part)[-_KEPT:]
