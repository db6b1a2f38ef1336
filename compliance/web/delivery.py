"""How answers travel: said to be as before, packed, and with the time that they took.

Theory: what follows from the rule set alone is the same until that changes, so it has a tag by which a caller asks
whether it did. The tag is weak: it names what is said, packed or not. An answer about a reader has none.

A time tells whether something was at hand, so whether somebody had asked before; of an answer that rests on where a
reader is it would tell that another one was there. So only what rests on the rule set is timed, in whole milliseconds.
A fragment is never packed: web servers that put fragments into pages ask with the headers of the page's reader, and do
not unpack what comes.

Source: RFC 9110, sections 8.8.3, 12.5.3 and 13.1.2; W3C Server Timing.
"""

from __future__ import annotations

import gzip
from hashlib import sha256
from time import perf_counter_ns
from typing import Final

from flask import Flask, Response, g, request

from compliance.web.fragment import PATH as FRAGMENT

LEAST_PACKED: Final = 1024
"""Smaller bodies are not packed."""
TIMED: Final = frozenset(
    {"/v1/ruleset", "/v1/rules", "/v1/designations", "/v1/territories", "/v1/changes", "/openapi.json", "/docs"}
)
"""The paths whose answers follow from the rule set alone, or from the product."""
_LEVEL: Final = 5
_MILLISECOND: Final = 1_000_000


def tagged(response: Response) -> Response:
    """A response with a tag of what it says; one that says it is as before, where whoever asks has it."""
    tag = sha256(response.get_data()).hexdigest()[:32]
    response.set_etag(tag, weak=True)
    if not request.if_none_match.contains_weak(tag):
        return response
    unchanged = Response(status=304, headers=response.headers)
    for name in ("Content-Type", "Content-Length"):
        unchanged.headers.pop(name, None)
    return unchanged


def deliver(app: Flask) -> None:
    """Have an application pack and time its responses; to be called before whatever else looks at responses."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter_ns()

    @app.after_request
    def pack(response: Response) -> Response:
        if request.path in TIMED and request.method != "OPTIONS":
            response.vary.add("Accept-Encoding")
            response.headers["Server-Timing"] = f"total;dur={(perf_counter_ns() - g.began) // _MILLISECOND}"
        return _packed(response) if _may_be_packed(response) else response


def _may_be_packed(response: Response) -> bool:
    return (
        not response.is_streamed
        and response.status_code not in {204, 304}
        and "Content-Encoding" not in response.headers
        and not request.path.startswith(FRAGMENT)
        and len(response.get_data()) > LEAST_PACKED
    )


def _packed(response: Response) -> Response:
    """The response packed, if whoever asks wants it so."""
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
