"""Checkpoints given to others: to a file, to a command, or to an address of the web.

Theory: who has a checkpoint from elsewhere sees when the log was altered or cut back since. So each new one is given
away, and a target that fails is told, and keeps nothing from being sealed: it is tried again a minute later, and gets
the next one. A thread of its own
waits for slow ones; what comes meanwhile waits too, and of that only the newest, which says all that the others said.
Nothing of an address is told but its host, for there may be a secret in it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from time import monotonic
from typing import IO, Final
from urllib.parse import urlsplit

from compliance.errors import visible

SECONDS: Final = 20.0
"""How long one target may take."""
AGAIN: Final = 60.0
"""After so many seconds one that failed is tried again, though there is nothing new."""
_MOST_SHOWN: Final = 200
_WITHOUT_PUT: Final = frozenset({405, 501})


class ExportError(Exception):
    """A target did not take a checkpoint, and why."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """To go elsewhere would mean to ask with GET, and to believe that something was kept."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nowhere."""


class Exporter:
    """Gives checkpoints to targets, one after the other."""

    def __init__(self, targets: Sequence[str], seconds: float = SECONDS, again: float = AGAIN) -> None:
        """Nothing is given yet.

        Args:
            targets: `file:PATH`, `command:PROGRAM ARGUMENTS` or `https://HOST/PATH`.
            seconds: how long each may take.
            again: after how many seconds one that failed is tried again.
        """
        self._targets, self._seconds, self._again = targets, seconds, again
        self._mutex = threading.Lock()
        self._offered: bytes | None = None
        self._waiting: bytes | None = None
        self._thread: threading.Thread | None = None
        self._due = targets
        """Who is to have what waits."""
        self._tried = 0.0
        self._findings: dict[str, str] = {}

    def offer(self, note: bytes) -> None:
        """Have a checkpoint given to all targets; if it was the last one that was, to those that failed."""
        with self._mutex:
            is_due = bool(self._findings) and monotonic() >= self._tried + self._again
            if not self._targets or (note == self._offered and not is_due):
                return
            self._due = self._targets if note != self._offered else tuple(self._findings)
            self._offered = self._waiting = note
            self._tried = monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="checkpoint-export", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when nothing waits to be given, or all targets have had their time."""
        with self._mutex:
            thread = self._thread
        if thread is not None:
            thread.join(2 * self._seconds * len(self._targets))

    def findings(self) -> tuple[str, ...]:
        """Which targets did not take what they were last given, and why."""
        with self._mutex:
            return tuple(self._findings.values())

    def _work(self) -> None:
        while True:
            with self._mutex:
                note, due, self._waiting = self._waiting, self._due, None
                if note is None:
                    self._thread = None
                    return
            for target in due:
                try:
                    send(target, note, self._seconds)
                except Exception as error:  # noqa: BLE001 - whatever it is, the log goes on
                    finding = f"the checkpoint was not given to `{shown(target)}`: {_why(error)}"
                    with self._mutex:
                        self._findings[target] = finding
                else:
                    with self._mutex:
                        self._findings.pop(target, None)


def send(target: str, note: bytes, seconds: float = SECONDS) -> None:
    """Give a checkpoint to a target.

    Raises:
        ExportError: it did not take it.
        OSError: it could not be reached or written.
    """
    kind, _, rest = target.partition(":")
    if kind == "file":
        _to_file(Path(rest), note)
    elif kind == "command":
        _to_command(shlex.split(rest), note, seconds)
    else:
        _to_web(target, note, seconds)


def shown(target: str) -> str:
    """A target without what may be secret in it."""
    kind, _, rest = target.partition(":")
    if kind == "file":
        return visible(target)
    if kind == "command":
        return f"command:{visible(rest.split()[0])}"
    return f"https://{visible(urlsplit(target).hostname or '')}"


def _to_file(path: Path, note: bytes) -> None:
    """Whole or not at all; others may read it as far as the settings of the process say."""
    if not path.parent.is_dir():  # what is not mounted must not be made on this machine
        raise ExportError("its directory is not there: mount or make it")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(unfinished, "wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _to_command(arguments: Sequence[str], note: bytes, seconds: float) -> None:
    """Without a shell; what it says is not kept, but for its last line if it fails."""
    try:
        done = subprocess.run(
            arguments, input=note, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise ExportError(f"it took more than {seconds:g} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise ExportError(f"it ended with {done.returncode}: {visible(said)[:_MOST_SHOWN] or 'nothing was said'}")


def _to_web(url: str, note: bytes, seconds: float) -> None:
    """By PUT, or by POST where PUT is not known."""
    opener = urllib.request.build_opener(_NoRedirects)
    for method in ("PUT", "POST"):
        request = urllib.request.Request(  # noqa: S310 - the settings take `https` only
            url, data=note, method=method, headers={"Content-Type": "text/plain; charset=utf-8"}
        )
        try:
            opener.open(request, timeout=seconds).close()
        except urllib.error.HTTPError as error:
            error.close()
            if method == "PUT" and error.code in _WITHOUT_PUT:
                continue
            raise ExportError(f"it answered {error.code}") from None
        except (urllib.error.URLError, HTTPException) as error:
            reason = getattr(error, "reason", None)
            raise ExportError(_why(reason) if isinstance(reason, Exception) else "no connection") from None
        return


def _why(error: Exception) -> str:
    if isinstance(error, ExportError):
        return str(error)
    said = getattr(error, "strerror", None) or getattr(error, "reason", None)
    return visible(str(said or "no reason given")).lower()[:_MOST_SHOWN]
