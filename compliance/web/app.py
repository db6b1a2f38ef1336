"""The application, and serving it.

Theory: the application is made from a checker and a few settings, so that tests and other servers can make
it as they like. Serving is one process with threads: a reload happens in it, by swapping a reference, so
no request ever meets a worker without rules.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Callable

from flask import Flask, Response, request
from waitress.server import create_server

from compliance.check import Checker
from compliance.config import Settings
from compliance.web.api import EXTENSION, Service, routes
from compliance.web.metrics import Metrics

_log = logging.getLogger("compliance.web")


def create_app(checker: Checker, *, body_limit: int = Settings().body_limit) -> Flask:
    """The WSGI application that answers with `checker`."""
    app = Flask("compliance", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.extensions[EXTENSION] = shared = Service(checker, Metrics())
    app.register_blueprint(routes)

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        shared.metrics.add("compliance_requests_total", route=route, status=str(response.status_code))
        return response

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Ruleset"] = checker.ruleset.meaning
        return response

    return app


def serve(checker: Checker, settings: Settings, ready: Callable[[str], None]) -> None:
    """Answer requests until the process is told to stop.

    Args:
        checker: what answers.
        settings: where to listen, and how much to take.
        ready: called once with the URL, when requests are answered.
    """
    app = create_app(checker, body_limit=settings.body_limit)
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        # the application refuses larger bodies with problem+json; this only bounds what is ever read
        max_request_body_size=max(settings.body_limit * 2, 64 * 1024 * 1024),
        clear_untrusted_proxy_headers=True,
    )
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
