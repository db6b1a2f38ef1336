"""The short way for a check: in front of the application, which has every other request.

Theory: a framework spends more on a request than the answer costs. So the one request that comes before every page
view is taken at the door, where it has nothing unusual: its head is looked at without touching the body, and what is
not plainly a check goes on as it came. It is the same function that answers here and behind the other door; and where
it does not answer, for whatever reason, the application is asked with the body that was read. So what is wrong with a
request is said by one voice, and a failure in here is a slow answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

from werkzeug.datastructures import EnvironHeaders

from compliance.reader import Sender, sender
from compliance.web.access import GRANT, Refusal
from compliance.web.checking import checked
from compliance.web.problems import SAFE
from compliance.web.service import Service

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

ROUTE: Final = "/v1/check"
_PLAIN: Final = frozenset({"", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_AS_JSON: Final = frozenset(
    {"", "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"}
)
"""What programs write that take JSON, or anything; whoever wants something else is not answered here."""
_PART: Final = 65_536
_UNUSUAL: Final = frozenset({"HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_ORIGIN"})


class FastLane:
    """A WSGI application that answers checks, and hands on what is anything else."""

    def __init__(self, application: Application, service: Service, body_limit: int) -> None:
        """Stand before `application`.

        Args:
            application: has what is not answered here.
            service: what answers.
            body_limit: the largest body of a request, in bytes.
        """
        self.behind, self._service, self._most = application, service, body_limit
        self._answered = service.metrics.counter("compliance_requests_total", route=ROUTE, status="200")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The response to a request, by PEP 3333."""
        if environ["PATH_INFO"] == ROUTE and (size := self._size(environ)) and self._may_ask(environ):
            body = environ["wsgi.input"].read(size)
            if len(body) == size and (found := self._answer(environ, body)) is not None:
                start_response("200 OK", found[1])
                return [found[0]]  # a list: some servers have a quick way for it
            environ["wsgi.input"] = BytesIO(body)
        elif "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
            _measure(environ, self._most)
        return self.behind(environ, start_response)

    def _may_ask(self, environ: Environ) -> bool:
        """Whether whoever asks may; if not, the application says why."""
        found = self._service.access.ask(ROUTE, environ.get("HTTP_AUTHORIZATION"))
        if isinstance(found, Refusal):
            return False
        environ[GRANT] = found
        return True

    def _size(self, environ: Environ) -> int:
        """How many bytes the body of a plain check has; 0 for anything else."""
        if (
            environ["REQUEST_METHOD"] != "POST"
            or environ.get("CONTENT_TYPE", "") not in _PLAIN
            or environ.get("QUERY_STRING")
            or environ.get("HTTP_ACCEPT", "") not in _AS_JSON
            or not _UNUSUAL.isdisjoint(environ)
        ):
            return 0
        length = environ.get("CONTENT_LENGTH") or ""
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else 0
        return size if size <= self._most else 0

    def _answer(self, environ: Environ, body: bytes) -> tuple[bytes, list[tuple[str, str]]] | None:
        """The body and the headers of an answer; None where the application has to say what is wrong."""
        try:
            ready = checked(self._service, body, lambda: self._sender(environ))
        except Exception:  # noqa: BLE001 - the application meets it again, and tells it
            return None
        self._answered.add()
        return ready.body, [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(ready.body))),
            ("Cache-Control", "no-store"),
            ("Ruleset", ready.meaning),
            *SAFE.items(),
        ]

    def _sender(self, environ: Environ) -> Sender:
        return sender(environ.get("REMOTE_ADDR"), list(EnvironHeaders(environ)), self._service.trust)


def _measure(environ: Environ, most: int) -> None:
    """Give a body in chunks its length, or one byte more than may be: else what is beyond were cut off unseen."""
    parts, size = [], 0
    while size <= most and (part := environ["wsgi.input"].read(min(_PART, most + 1 - size))):
        parts.append(part)
        size += len(part)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(b"".join(parts)), str(size)
    del environ["HTTP_TRANSFER_ENCODING"]
