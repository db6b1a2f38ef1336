"""What the endpoints share: the service behind them, the body of a request, and JSON back."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Response, current_app, request

from compliance.audit.seal_status import SealStatus
from compliance.check import Checker
from compliance.geo.client_address import ProxyTrust
from compliance.kept import KeptAnswers
from compliance.purging import Purger
from compliance.reader import Sender, sender
from compliance.web import metrics
from compliance.web.access import Access
from compliance.web.telling import AccessLog

EXTENSION = "compliance"
BEGUN = "compliance.begun"
"""Where in the environment of a request stands when it came, by `time.perf_counter`."""
Sealing = Callable[[], SealStatus]
"""Says how the log of evidence is sealed."""


class EncodedError(Exception):
    """The body is encoded in a way that is not read here."""


class Service(msgspec.Struct):
    """What the endpoints share."""

    checker: Checker
    kept: KeptAnswers
    metrics: metrics.Metrics
    trust: ProxyTrust
    sealing: Sealing | None = None
    access: Access = msgspec.field(default_factory=Access.free)
    purger: Purger | None = None
    access_log: AccessLog | None = None
    difference: Callable[[], str | None] = lambda: None
    """Says that other processes have another rule set, if that is so for long."""


def service() -> Service:
    """The service of the running application."""
    found: Service = current_app.extensions[EXTENSION]
    return found


def own_sender() -> Sender:
    """The reader whom the request came from, and what came of looking for one."""
    return sender(request.remote_addr, list(request.headers), service().trust)


def body() -> bytes:
    """The body as it was written; its media type does not matter, how it is encoded does.

    Raises:
        EncodedError: it is compressed, or declared in another charset than JSON's.
    """
    if request.content_encoding not in {None, "", "identity"}:
        raise EncodedError("the body is compressed: send it as it is")
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise EncodedError("the body is in another charset: send JSON in UTF-8")
    return request.get_data(cache=False)


def as_json(body: bytes, cache: str = "no-cache") -> Response:
    """A response of JSON."""
    return Response(body, content_type="application/json", headers={"Cache-Control": cache})
