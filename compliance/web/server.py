"""Serving: one process with threads, and errors of the protocol in the shape of all others.

Theory: a reload happens in the process, by swapping a reference, so no request ever meets a worker without
rules. A request body may hold a reader's address, so it stays in memory: it is never spooled to a file,
and what is larger than could ever be asked for is turned away before it is read.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from compliance.check import Checker
from compliance.config import Settings
from compliance.web.app import create_app
from compliance.web.problems import MEDIA_TYPE, problem

_log = logging.getLogger("compliance.web")
DRAINED = 16 * 1024 * 1024
"""A body up to this size is read and then refused, so that the caller is there to hear why."""
_KINDS = {400: "malformed-http", 413: "body-too-large", 431: "headers-too-large", 501: "not-implemented"}


class _ProblemTask(ErrorTask):
    """What is sent for a request that never reaches the application."""

    def execute(self) -> None:
        """Send problem+json in place of the server's own text, which may repeat what was sent."""
        request: Any = self.request
        status = int(getattr(request.error, "code", 400))
        response = problem(status, _KINDS.get(status, "http-error"), "this is not a request that can be answered")
        body = response.get_data()
        self.status = response.status
        self.response_headers = [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):
    """A connection."""

    error_task_class = _ProblemTask


def serve(checker: Checker, settings: Settings, ready: Callable[[str], None]) -> None:
    """Answer requests until the process is told to stop.

    Args:
        checker: what answers.
        settings: where to listen, and how much to take.
        ready: called once with the URL, when requests are answered.

    Raises:
        OSError: the address or port cannot be listened on.
    """
    largest = max(settings.body_limit, DRAINED)
    server: Any = create_server(
        create_app(checker, body_limit=settings.body_limit),
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=largest,
        inbuf_overflow=largest + 1024 * 1024,
        clear_untrusted_proxy_headers=False,  # they are not believed, but they tell that the peer is a proxy
    )
    for each in (server, *getattr(server, "map", {}).values()):  # one for each address that the host name has
        if hasattr(each, "channel_class"):
            each.channel_class = _Channel
    stop_watching = checker.store.watch(settings.reload_seconds)
    signal.signal(signal.SIGTERM, _stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda *_: checker.store.request_reload())
    port = getattr(server, "effective_port", settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    ready(f"http://{host}:{port}")
    try:
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            server.run()
    finally:
        stop_watching()
        server.close()


def _stop(*_: object) -> None:
    raise SystemExit(0)
