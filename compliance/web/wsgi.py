"""The application for a WSGI server that is not ours: `gunicorn compliance.web.wsgi:application`.

Theory: settings come from `compliance.toml` and the environment, as ever, but for those that say where to listen and
with how many processes: these are the server's. Everything is opened when the server asks for the application, in the
process that answers with it. So a server must not open it before it forks (gunicorn does not, without `--preload`): the
threads that watch the rules and write the evidence would be left behind.

On which address the server listens nobody tells it, and behind a proxy on this machine every peer is of this machine.
So there have to be keys, or it has to be said that none are needed.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from compliance.audit.seal_status import status_by_others
from compliance.purging import GRACE
from compliance.web.access import Access, check_exposure
from compliance.web.opening import (
    access_log_of,
    evidence_directory,
    log_to_stderr,
    opened,
    purger_of,
    recorder_of,
    settings,
)
from compliance.web.server import application as application_of
from compliance.web.server import leave_no_core
from compliance.web.service import EXTENSION
from compliance.web.starting import check_surroundings

__all__ = ["application"]

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
application: Application
_mutex = threading.Lock()


def __getattr__(name: str) -> Application:
    """The application, opened when it is first asked for: to import a module opens nothing."""
    if name != "application":
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    with _mutex:
        if name not in globals():
            globals()[name] = _opened()
    made: Application = globals()[name]
    return made


def _opened() -> Application:
    """The application by the settings of this process.

    Raises:
        ComplianceError: something cannot be opened.
    """
    leave_no_core()
    configured = settings(None, {})
    log_to_stderr(configured.log_format, 1)
    check_exposure(configured, Access.of(configured), is_host_known=False)
    check_surroundings(replace(configured, seal_seconds=0))  # the sealer is a process beside the server
    recorder = recorder_of(configured)
    checker = opened(configured, recorder)
    directory = evidence_directory(configured)
    app = application_of(checker, configured, lambda: status_by_others(directory))
    seconds = configured.reload_seconds
    app.extensions[EXTENSION].purger = purger = purger_of(configured, checker, grace=GRACE + 3 * seconds)
    if (access_log := access_log_of(configured, app.extensions[EXTENSION])) is not None:
        atexit.register(access_log.lines.close)
    stop_watching = checker.watch(seconds)
    if recorder is not None:
        atexit.register(recorder.close)
    if purger is not None:
        atexit.register(purger.stop)
    atexit.register(stop_watching)
    return app.wsgi_app
