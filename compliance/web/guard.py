"""What stands before and behind every endpoint: keys, browsers of other sites, and headers that keep answers harmless.

Theory: nothing here is asked by a browser. A page of another site that has its readers' browsers send something here
would use what those can reach and the site cannot; so what may change anything is refused where it comes with an
origin, unless settings name that. No answer gives leave to read it to any other origin, and none is a page that loads
anything, but for reports, which say so themselves.

Source: the Fetch standard, "HTTP extensions"; Content Security Policy Level 3.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

from compliance.web.access import GRANT, NOTHING, Access, Grant, Refusal
from compliance.web.problems import SAFE, problem

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}
_EXPOSED: Final = "Retry-After, Ruleset"


def stand_guard(app: Flask, access: Access, origins: Collection[str]) -> None:
    """Have an application answer only whom it may.

    Args:
        app: the application.
        access: says who may ask for what.
        origins: those that browsers may ask from, as they write them.
    """
    allowed = frozenset(origins)

    @app.before_request
    def look() -> Response | None:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in allowed and request.method not in _READING:
            detail = "browsers do not ask here: the setting `allowed_origins` says from which sites they may"
            return problem(403, "foreign-origin", detail)
        if origin in allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Response(status=204, headers=_PREFLIGHT)  # it never has a key
        if GRANT not in request.environ:
            path = request.path if request.url_rule is None else request.url_rule.rule
            found = access.ask(path, request.headers.get("Authorization"))
            if isinstance(found, Refusal):
                return refusal(found)
            request.environ[GRANT] = found
        return None

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        if allowed:
            response.vary.add("Origin")
            if request.headers.get("Origin") in allowed:
                response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
                response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        return response


def refusal(found: Refusal) -> Response:
    """The response to somebody who may not ask."""
    response = problem(found.status, found.kind, found.detail)
    response.headers.extend(found.headers)
    return response


def grant() -> Grant:
    """What whoever sent this request may see."""
    found: Grant = request.environ.get(GRANT, NOTHING)
    return found
