"""What is served to be measured: the service, parts of it, and a bare answer of the same size.

Each is a factory that the server calls; where the evidence goes and how large the bare answer is, the environment says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from compliance import Checker
from compliance.audit.log import Log
from compliance.config import TABLES, Settings
from compliance.recording import Recorder
from compliance.web.app import create_app
from compliance.web.fast_lane import FastLane
from compliance.web.metrics import Metrics
from compliance.web.opening import access_log_of
from compliance.web.service import EXTENSION

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
DIRECTORY: Final = "BENCH_DIRECTORY"
SIZE: Final = "BENCH_SIZE"


def echo() -> Application:
    """Reads the body, and answers with as many bytes and headers as a check does."""
    answer = b"x" * int(os.environ[SIZE])
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(answer))),
        ("Cache-Control", "no-store"),
        ("Ruleset", "sha256:" + 64 * "0"),
        *((f"X-Header-{number}", 20 * "x") for number in range(3)),
    ]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", headers)
        return [answer]

    return application


def lane() -> Application:
    """The service with everything that it does beside answering: evidence, counters, a line for each request."""
    return _with_all("lane")


def news() -> Application:
    """The same for pages that nobody asked about before, which drive out whatever is kept of others."""
    return _with_all("news")


def _with_all(name: str) -> Application:
    app = create_app(_checker(name))
    settings = Settings(access_log=os.path.join(os.environ[DIRECTORY], f"{name}.jsonl"))
    access_log_of(settings, app.extensions[EXTENSION])
    return app.wsgi_app


def flask() -> Application:
    """The same handler behind the framework."""
    found: Application = create_app(_checker("flask")).wsgi_app.behind  # type: ignore[attr-defined]
    return found


def bare() -> Application:
    """The fast lane that counts and records nothing."""
    nothing: Any = lambda *_, **__: None  # noqa: E731 - of any shape
    setattr(Metrics, "add", nothing)  # noqa: B010 - of another shape
    setattr(FastLane, "settle", lambda lane: lane._given.clear())  # noqa: B010
    return create_app(Checker.open()).wsgi_app


def _checker(name: str) -> Checker:
    log = Log(Path(os.environ[DIRECTORY], name), TABLES, lambda: datetime.now(UTC).date())  # noqa: TID251 - of records
    return Checker.open(recorder=Recorder(log, TABLES))
