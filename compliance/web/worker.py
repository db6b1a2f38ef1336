"""A worker: one of several processes that answer, each with the rules, what records, and a thread that counts.

Theory: the server that starts processes replaces those that end, and that is all it is asked for. Rules are read and
exchanged inside of the worker, so that no request meets one without rules; and one whose rules cannot be read when it
starts waits until they can, and is not there for requests meanwhile: the others have the last good set. The server
gives every request the environment of the process, where names that begin with `HTTP_` would be taken for headers.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from granian.server import MPServer

from compliance.audit.seal_status import status_by_others
from compliance.check import Checker
from compliance.config import Settings
from compliance.errors import ComplianceError
from compliance.recording import Recorder
from compliance.web.gauges import gauges
from compliance.web.opening import access_log_of, evidence_directory, log_to_stderr, opened, purger_of, recorder_of
from compliance.web.server import application, leave_no_core
from compliance.web.service import EXTENSION, Service
from compliance.web.tally import Tally

_log = logging.getLogger("compliance.web")
_HANGUP: Final = getattr(signal, "SIGHUP", None)
_EVERY: Final = 1.0
"""So many seconds from one time that a worker tells what it counted to the next."""
_PATIENCE: Final = 30.0
"""Reading a rule set takes less than that."""
_LEAKED: Final = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What every worker is told when it starts."""

    settings: Settings
    directory: str
    """Where workers tell each other what they count."""
    parent: int
    """The process that starts them."""


def run(plan: Plan, number: int, name: str | None, _loader: object, *rest: Any) -> None:
    """Answer requests until the process is told to stop.

    Args:
        plan: what every worker is told.
        number: which one this is, from 1.
        name: of the process, for the server.
        rest: what the server passes on to itself.
    """
    worker = _Worker(plan, number)
    try:
        MPServer._spawn_wsgi_worker(number, name, worker.open, *rest)  # noqa: SLF001 - as it calls it itself
    finally:
        worker.close()


class _Worker:
    """What a worker has open."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._plan, self._number = plan, number
        self._ends = contextlib.ExitStack()  # what comes last is done though something before it goes wrong
        self._stopped = threading.Event()

    def open(self) -> Any:
        """The application, once everything is open."""
        leave_no_core()
        _forget_what_looks_like_headers()
        settings = self._plan.settings
        log_to_stderr(settings.log_format, self._number)
        self._ends.callback(logging.shutdown)
        recorder = recorder_of(settings)
        if recorder is not None:
            self._ends.callback(recorder.close)
        checker = self._opened(recorder)
        directory = evidence_directory(settings)
        app = application(checker, settings, lambda: status_by_others(directory))
        shared: Service = app.extensions[EXTENSION]
        tally = self._tally()
        shared.purger = purger = purger_of(settings, checker, tally.have_all)
        if purger is not None:
            self._ends.callback(purger.stop)
        if (access_log := access_log_of(settings, shared, self._number)) is not None:
            self._ends.callback(access_log.lines.close)
        self._ends.callback(checker.watch(settings.reload_seconds))
        if _HANGUP is not None:
            _heed_hangups(checker.request_reload, self._stopped)
        self._count(shared, tally)
        said = {"event": "worker-started", "facts": {"ruleset": checker.ruleset.meaning}}
        _log.info("worker %d answers by %s", self._number, checker.ruleset.meaning, extra=said)
        return app.wsgi_app

    def close(self) -> None:
        """Stop watching, tell what was counted, and close what records."""
        self._stopped.set()
        self._ends.close()

    def _opened(self, recorder: Recorder | None) -> Checker:
        """What answers; where the rules cannot be read, once they can."""
        said = ""
        while True:
            try:
                return opened(self._plan.settings, recorder)
            except ComplianceError as error:
                if said != str(error):
                    said_as = {"event": "worker-waits"}
                    _log.error("worker %d waits until this is mended:\n%s", self._number, error, extra=said_as)
                said = str(error)
            time.sleep(max(self._plan.settings.reload_seconds, _EVERY))

    def _tally(self) -> Tally:
        """What this worker counts, beside the others."""
        patience = _PATIENCE + 2 * self._plan.settings.reload_seconds
        return Tally(Path(self._plan.directory), self._number, patience)

    def _count(self, service: Service, tally: Tally) -> None:
        """Tell the others what is counted, from time to time and at the end."""
        service.metrics.joined, service.difference = tally.joined, tally.difference

        def publish() -> None:
            tally.publish(service.metrics.samples(gauges(service, None)), service.checker.ruleset.source)

        def keep_publishing() -> None:
            while not self._stopped.wait(_EVERY):
                publish()
                if os.getppid() != self._plan.parent:
                    _log.error("worker %d ends: whoever started it is gone", self._number)
                    shutil.rmtree(self._plan.directory, ignore_errors=True)
                    os.kill(os.getpid(), signal.SIGTERM)
                    return

        publish()
        self._ends.callback(publish)
        threading.Thread(target=keep_publishing, name="tally", daemon=True).start()


def _heed_hangups(reload: Callable[[], object], stopped: threading.Event) -> threading.Thread:
    """A thread that waits for each SIGHUP, which the parent blocked, so that none was missed.

    A handler would run in the main thread only, and that sleeps: a signal that comes just before it falls asleep would
    be heeded at the next one, and the rules until then be those of before.
    """

    def heed() -> None:
        while not stopped.is_set():
            signal.sigwait({signal.SIGHUP})
            reload()

    thread = threading.Thread(target=heed, name="hangups", daemon=True)
    thread.start()
    return thread


def _forget_what_looks_like_headers() -> None:
    for name in [name for name in os.environ if name.startswith("HTTP_") or name in _LEAKED]:
        with contextlib.suppress(KeyError):
            del os.environ[name]
