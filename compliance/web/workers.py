"""Serving with several processes, by granian: for behind a proxy that reads a whole request before it passes it on.

Theory: one process uses one core. The parent opens nothing that answers: it looks after the workers, which share the
port, and tells them to reload; none is replaced for that. A port that somebody listens on is refused, which sharing
it would hide. Workers are started afresh and not forked, since a parent that has threads may not be.

The server reads a body in the thread that answers. So whoever sends a head and no body holds a thread, and a proxy in
front has to see to it that nobody can (decision 0016).
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.web.respawning import PATIENCE, STARTED, Respawning
from compliance.web.server import MOST_CONNECTIONS, leave_no_core, url_of
from compliance.web.worker import Plan, run

_log = logging.getLogger("compliance.web")
LEAST_THREADS: Final = 32
"""Threads that wait for bodies do no work, so there are more than processors."""
HEAD_SECONDS: Final = 75
"""A head may take so long, and a connection may wait for the next one: longer than proxies keep theirs."""
MOST_OF_HEAD: Final = 64 * 1024
STOP_SECONDS: Final = 10
"""So long a worker may take to end; then it is killed."""
_IN_MEMORY: Final = "/dev/shm"  # noqa: S108 - what is made there is private
_HANGUP: Final = getattr(signal, "SIGHUP", None)


class _Server(MPServer):
    """The server, with a reload inside of the workers."""

    def signal_handler_reload(self, *_: object, **__: object) -> None:
        """Have every worker read what changed."""
        for each in list(self.wrks):
            pid = each.inner.pid
            if pid is not None and each.inner.is_alive() and _HANGUP is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, _HANGUP)

    def _spawn_workers(self, *args: Any) -> None:
        with _hangups_kept():
            super()._spawn_workers(*args)  # type: ignore[no-untyped-call]

    def _serve_loop(self, *targets: Any) -> None:
        """Start workers that ended again, until the process is told to stop or there is no hope left."""
        respawning = Respawning(time.monotonic())
        while True:
            self.main_loop_interrupt.wait(respawning.wait(time.monotonic()))
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            while self.interrupt_children:
                ended = self.interrupt_children.pop(0)
                self._tell(ended, respawning)
                if respawning.is_hopeless(time.monotonic()):
                    self.interrupt_children.append(ended)  # by which the server ends as one that failed
                    return
            for each in respawning.due(time.monotonic()):
                with _hangups_kept():
                    self._respawn_workers([each], *targets)

    def _tell(self, ended: int, respawning: Respawning) -> None:
        """Say that a worker has ended, and when it is started again."""
        now = time.monotonic()
        is_another_well = any(each.inner.is_alive() and now - each.birth >= STARTED for each in self.wrks)
        pause = respawning.ended(ended, now - self.wrks[ended].birth, now, is_another_well=is_another_well)
        said = {"event": "worker-ended", "facts": {"worker": ended + 1, "pause": round(pause)}}
        after = f" in {pause:.0f} s" if pause else ""
        _log.error("worker %d has ended by itself, and is started again%s", ended + 1, after, extra=said)


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Answer requests until the process is told to stop.

    Args:
        settings: where to listen, with how many processes, and how much to take.
        ready: called once with the URL, when requests are answered.

    Raises:
        OSError: the address or port cannot be listened on.
        ConfigError: for long, workers have ended as soon as they were started.
    """
    leave_no_core()
    host, port = _free_address(settings)
    multiprocessing.set_start_method("spawn", force=True)
    with _private_directory() as directory:
        server = _server(settings, host, port)
        telling = threading.Thread(
            target=_tell, args=(host, port, Path(directory), settings.workers, ready), name="ready", daemon=True
        )
        server.on_startup(telling.start)
        try:
            server.serve(spawn_target=partial(run, Plan(settings, directory, os.getpid())))
        except SystemExit as ended:
            if ended.code and not server.interrupt_signal:  # whoever stops all at once stops workers, too
                raise ConfigError(
                    f"no worker could be started for {PATIENCE:.0f} seconds: the log says why, if anything does"
                ) from None


def _server(settings: Settings, host: str, port: int) -> _Server:
    return _Server(
        "compliance.web.worker",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=max(settings.threads, LEAST_THREADS),
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=MOST_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=1000 * HEAD_SECONDS, max_buffer_size=MOST_OF_HEAD),
        log_enabled=False,  # it names paths, and what an application did not catch
        log_level=LogLevels.critical,
        log_dictconfig={"incremental": True, "handlers": {}, "loggers": {}},  # else it closes the log of the service
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )


def _free_address(settings: Settings) -> tuple[str, int]:
    """Where to listen, as numbers: the first address of a host name, and a free port for port 0.

    Raises:
        OSError: somebody listens there, or nobody can.
    """
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # after a restart old connections are in the way
        probe.bind(address)
        taken: tuple[Any, ...] = probe.getsockname()
        return str(taken[0]), int(taken[1])


@contextlib.contextmanager
def _private_directory() -> Iterator[str]:
    """A directory for this process and its workers, in memory if there is one that is; it is gone at the end."""
    places = (os.environ.get("RUNTIME_DIRECTORY"), _IN_MEMORY)
    where = next((each for each in places if each and os.access(each, os.W_OK)), None)
    directory = tempfile.mkdtemp(prefix="compliance-", dir=where)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def _hangups_kept() -> Iterator[None]:
    """Whoever is started in here keeps a SIGHUP until it can heed it."""
    if _HANGUP is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {_HANGUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _tell(host: str, port: int, directory: Path, workers: int, ready: Callable[[str], None]) -> None:
    """Say that requests are answered, once all workers are open and one has answered; nothing if that never comes."""
    try:
        while len([name for name in os.listdir(directory) if name.isdigit()]) < workers or not _answers(host, port):
            time.sleep(0.02)
    except FileNotFoundError:  # everything has ended meanwhile
        return
    ready(url_of(host, port))


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
