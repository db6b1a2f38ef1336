"""Serving: one process with threads, and errors of the protocol in the shape of all others.

Theory: a reload happens in the process, by swapping a reference, so no request ever meets a worker without
rules. A request body may hold a reader's address, so it stays in memory: it is never spooled to a file,
and what is larger than could ever be asked for is turned away before it is read. What the server and the
standard library keep of a request that was answered (its target, its peer) is dropped, so that nothing in the
process holds a reader; what was freed is overwritten where an operator says so.
"""

from __future__ import annotations

import contextlib
import logging
import re
import signal
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask

from compliance.check import Checker
from compliance.config import JSON, Settings
from compliance.geo.client_address import ProxyTrust
from compliance.web.access import Access
from compliance.web.app import create_app
from compliance.web.auditing import Auditing
from compliance.web.fragment import FALLBACK, PATH, at_the_door
from compliance.web.fragment import MEDIA_TYPE as NOTICES
from compliance.web.opening import access_log_of, purger_of
from compliance.web.problems import MEDIA_TYPE, NEVER_KEPT, problem
from compliance.web.service import EXTENSION, Sealing
from compliance.web.withheld import silence_words

try:
    import resource
except ImportError:  # there are no such limits on Windows
    resource = None  # type: ignore[assignment]

_log = logging.getLogger("compliance.web")
DRAINED = 16 * 1024 * 1024
"""A body up to this size is read, dropped and refused, so that the caller is there to hear why."""
MOST_CONNECTIONS = 500
_KINDS = {
    400: ("malformed-http", "this is not a request that can be answered"),
    413: ("body-too-large", "the body is larger than could ever be asked for"),
    431: ("headers-too-large", "the headers are larger than could ever be asked for"),
    500: ("internal", "something went wrong here, not in the request"),
    501: ("not-implemented", "the transfer coding is not known here"),
}
_LONGEST = 64
_CHUNKED_TWICE = re.compile(rb"chunked[\s,]+chunked", re.IGNORECASE)
_FRAGMENT = re.compile(rb"\s*[A-Z]+ " + re.escape(PATH.encode()) + rb"[ ?/]")


class _ProblemTask(ErrorTask):
    """What is sent for a request that never reaches the application."""

    def execute(self) -> None:
        """Send problem+json in place of the server's own text, which may repeat what was sent."""
        request: Any = self.request
        status = int(getattr(request.error, "code", 400))
        kind, detail = _KINDS.get(status, ("http-error", _KINDS[400][1]))
        response = problem(status, kind, detail)
        body, headers = response.get_data(), [("Content-Type", MEDIA_TYPE), *NEVER_KEPT.items()]
        if getattr(request, "is_fragment", False):  # whoever asked for it prints whatever comes
            body = at_the_door(getattr(self.channel.server.application, "extensions", {}))
            headers = [("Content-Type", NOTICES), *NEVER_KEPT.items(), (FALLBACK, kind)]
        self.status = response.status
        self.response_headers = headers
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Kept:
    """A body in memory, for as long as it is not larger than could be answered; then only its size."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._file = BytesIO()

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Keep or count some more."""
        self._size += len(data)
        if self._size <= self._most:
            self._file.write(data)
        else:
            self._file = BytesIO()

    def getfile(self) -> BytesIO:
        """What was kept, from the start."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Forget it."""
        self._file.close()


class _Parser(HTTPRequestParser):
    """The server's parser, which neither dies of a request nor lets it have two lengths."""

    is_fragment = False
    """Whether the request begins as one for a fragment, whatever is wrong with the rest."""

    def received(self, data: bytes) -> int:
        """Take some more of a request."""
        if not self.headers_finished and not self.is_fragment:
            self.is_fragment = _FRAGMENT.match((self.header_plus + data)[:_LONGEST]) is not None
        return int(super().received(data))

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request.

        Raises:
            ParsingError: it is none, or says in two ways where the body ends (RFC 9112, sections 6.1 and 6.3).
        """
        try:
            super().parse_header(header_plus)
        except ValueError:  # half an IPv6 address in the target, or a length of thousands of digits
            raise ParsingError("not a head") from None
        finally:
            _forget_targets()
        if self.chunked and ("CONTENT_LENGTH" in self.headers or _CHUNKED_TWICE.search(header_plus)):
            raise ParsingError("two lengths")
        receiver: Any = self.body_rcv
        if receiver is not None:
            receiver.buf = _Kept(self.adj.inbuf_overflow)


def _forget_targets() -> None:
    """Have the standard library drop the targets of requests that it keeps: a caller may have put anything there."""
    forget = getattr(urlsplit, "cache_clear", None)
    if forget is not None:
        forget()


class _Channel(HTTPChannel):
    """A connection."""

    error_task_class = _ProblemTask
    parser_class = _Parser

    def handle_close(self) -> None:
        """Close it, and forget who it was with: an idle thread keeps its last connection until the next one comes."""
        super().handle_close()
        self.addr = ("", 0)


def application(checker: Checker, settings: Settings, sealing: Sealing | None) -> Flask:
    """The application of a service, by its settings."""
    return create_app(
        checker,
        body_limit=settings.body_limit,
        trust=ProxyTrust.of(settings),
        auditing=Auditing.of(settings, checker.recorder),
        sealing=sealing,
        access=Access.of(settings),
        origins=settings.allowed_origins,
    )


def serve(checker: Checker, settings: Settings, ready: Callable[[str], None], sealing: Sealing | None = None) -> None:
    """Answer requests until the process is told to stop.

    Args:
        checker: what answers.
        settings: where to listen, and how much to take.
        ready: called once with the URL, when requests are answered.
        sealing: says how the log of evidence is sealed.

    Raises:
        OSError: the address or port cannot be listened on.
    """
    leave_no_core()
    app = application(checker, settings, sealing)
    server = _server(app, settings)
    servers = _with_our_channels(server)
    silence_words("waitress")
    app.extensions[EXTENSION].purger = purger = purger_of(settings, checker)
    access_log = access_log_of(settings, app.extensions[EXTENSION])
    stop_watching = checker.watch(settings.reload_seconds)
    _heed_signals(checker)
    if settings.log_format == JSON:  # people are told on standard output
        said = {"event": "service-started", "facts": {"ruleset": checker.ruleset.meaning}}
        _log.info("answers by %s", checker.ruleset.meaning, extra=said)
    ready(_url(server, settings))
    try:
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            server.run()
    finally:
        stop_watching()
        if purger is not None:
            purger.stop()
        _close(servers)
        if settings.log_format == JSON:
            _log.info("ended", extra={"event": "service-stopped"})
        if access_log is not None:
            access_log.lines.close()


def _server(app: Flask, settings: Settings) -> Any:
    """What listens."""
    return create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=max(settings.body_limit, DRAINED),
        inbuf_overflow=settings.body_limit,  # not spooled to a file: `_Kept` forgets what is larger
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # `client_address` says which one counts; the others tell of proxies
    )


def _with_our_channels(server: Any) -> Sequence[Any]:
    """All that listens: one for each address that the host name has."""
    servers = [server, *getattr(server, "map", {}).values()]
    for each in (each for each in servers if hasattr(each, "channel_class")):
        each.channel_class = _Channel
    return servers


def _heed_signals(checker: Checker) -> None:
    for told_to_stop in (signal.SIGTERM, signal.SIGINT):  # the latter too: a shell starts background jobs without it
        signal.signal(told_to_stop, _stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda *_: checker.request_reload())


def leave_no_core() -> None:
    """Ask the system to write no core dump of this process: memory may hold a reader's address. It can be undone."""
    if resource is not None:
        with contextlib.suppress(OSError, ValueError):
            _, most = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _close(servers: Sequence[Any]) -> None:
    """Close what listens and every connection that is still open."""
    for each in servers:
        for channel in list(getattr(each, "active_channels", {}).values()):
            channel.handle_close()
        each.close()


def _url(server: Any, settings: Settings) -> str:
    """Where the server listens; the first place where a host name has several."""
    listening = getattr(server, "effective_listen", None)
    return url_of(*(listening[0] if listening else (settings.host, server.effective_port)))


def url_of(host: str, port: int) -> str:
    """How what listens there is reached."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop(*_: object) -> None:
    raise SystemExit(0)
