"""The short way for a check: in front of the application, which has every other request.

Theory: a framework spends more on a request than the answer costs. So the one request that comes before every page
view is taken at the door, where it has nothing unusual: its head is looked at without touching the body, and what is
not plainly a check goes on as it came. It is the same function that answers here and behind the other door; and where
it does not answer, for whatever reason, the application is asked with the body that was read. So what is wrong with a
request is said by one voice, and a failure in here is a slow answer.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from time import perf_counter
from typing import Any, Final

from compliance.kept import Ready, Sort
from compliance.reader import Sender, sender
from compliance.web.access import GRANT, Grant
from compliance.web.checking import answered, count
from compliance.web.metrics import SLOW
from compliance.web.problems import SAFE
from compliance.web.service import BEGUN, Service

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

ROUTE: Final = "/v1/check"
_PLAIN: Final = frozenset({"", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_AS_JSON: Final = frozenset(
    {"", "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"}
)
"""What programs write that take JSON, or anything; whoever wants something else is not answered here."""
_WITHOUT_PREFIX: Final = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
_IF_SAID: Final = frozenset({"Content-Type", "Content-Length"})
"""The headers that servers give empty where there are none."""
_LONGEST_KEPT: Final = 64
"""Readers choose names of headers, so a longer one is not remembered."""
_PART: Final = 65_536
_MOST_GIVEN: Final = 256
"""So many answers are counted at once."""


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
        self._given: deque[Sort] = deque()
        self._settling = threading.Lock()
        self._ask, self._moment = service.access.ask, service.checker.moment
        service.metrics.settle = self.settle
        if (recorder := service.checker.recorder) is not None:
            recorder.before_flush(self.settle)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The response to a request, by PEP 3333."""
        begun = perf_counter()
        if environ["PATH_INFO"] == ROUTE and (size := self._size(environ)):
            found = self._ask(ROUTE, environ.get("HTTP_AUTHORIZATION"))
            if not isinstance(found, Grant):
                return self._handed_on(environ, start_response, begun)  # who says why
            environ[GRANT] = found
            body = environ["wsgi.input"].read(size)
            if len(body) == size and (ready := self._answer(environ, body)) is not None:
                if (seconds := perf_counter() - begun) > SLOW[0]:
                    self._service.metrics.took(ROUTE, seconds)
                start_response("200 OK", [*ready.head])  # servers may change what they are given
                return [ready.body]  # a list: some servers have a quick way for it
            environ["wsgi.input"] = BytesIO(body)
        elif "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
            _measure(environ, self._most)
        return self._handed_on(environ, start_response, begun)

    def _handed_on(self, environ: Environ, start_response: StartResponse, begun: float) -> Iterable[bytes]:
        environ[BEGUN] = begun
        return self.behind(environ, start_response)

    def _size(self, environ: Environ) -> int:
        """How many bytes the body of a plain check has; 0 for anything else."""
        if (
            environ["REQUEST_METHOD"] != "POST"
            or environ.get("CONTENT_TYPE", "") not in _PLAIN
            or environ.get("QUERY_STRING")
            or environ.get("HTTP_ACCEPT", "") not in _AS_JSON
            or "HTTP_ORIGIN" in environ
            or "HTTP_CONTENT_ENCODING" in environ
            or "HTTP_TRANSFER_ENCODING" in environ
            or "HTTP_EXPECT" in environ
        ):
            return 0
        length = environ.get("CONTENT_LENGTH") or ""
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else 0
        return size if size <= self._most else 0

    def _answer(self, environ: Environ, body: bytes) -> Ready | None:
        """The answer to a check; None where the application has to say what is wrong."""
        service = self._service
        try:
            ready = answered(service, body, lambda: self._sender(environ), self._moment())
            self._given.append(ready.sort)
            if len(self._given) >= _MOST_GIVEN:
                self.settle()
        except Exception:  # noqa: BLE001 - the application meets it again, and tells it
            return None
        return ready

    def settle(self) -> None:
        """Count the answers that were given and are not counted yet: many at once, since each one alone costs more."""
        if not self._settling.acquire(blocking=False):
            return  # somebody does it
        try:
            given = [self._given.popleft() for _ in range(len(self._given))]
        finally:
            self._settling.release()
        if given:
            self._service.metrics.add("compliance_requests_total", len(given), route=ROUTE, status="200")
        for sort, number in Counter(given).items():
            count(self._service, sort, number)

    def _sender(self, environ: Environ) -> Sender:
        return sender(environ.get("REMOTE_ADDR"), headers_of(environ), self._service.trust)


def headers_of(environ: Environ) -> list[tuple[str, str]]:
    """The headers of a request, as the framework names them and in its order, in a fraction of its time."""
    return [
        (name, value)
        for key, value in environ.items()
        if (name := _name(key) if len(key) <= _LONGEST_KEPT else _named(key)) is not None
        and (value or name not in _IF_SAID)
    ]


def _named(key: str) -> str | None:
    """The header that stands in the environment under a key; None if it is none."""
    if key.startswith("HTTP_"):
        return None if key[5:] in _WITHOUT_PREFIX else key[5:].replace("_", "-").title()
    return key.replace("_", "-").title() if key in _WITHOUT_PREFIX else None


_name = lru_cache(maxsize=1_024)(_named)


@lru_cache(maxsize=4_096)
def head(size: int, meaning: str) -> list[tuple[str, str]]:
    """The headers of an answer, from the size of its body and the digest of the rule set; nobody may change them."""
    return [
        ("Content-Type", "application/json"),
        ("Content-Length", str(size)),
        ("Cache-Control", "no-store"),
        ("Ruleset", meaning),
        *SAFE.items(),
    ]


def _measure(environ: Environ, most: int) -> None:
    """Give a body in chunks its length, or one byte more than may be: else what is beyond were cut off unseen."""
    parts, size = [], 0
    while size <= most and (part := environ["wsgi.input"].read(min(_PART, most + 1 - size))):
        parts.append(part)
        size += len(part)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(b"".join(parts)), str(size)
    del environ["HTTP_TRANSFER_ENCODING"]
