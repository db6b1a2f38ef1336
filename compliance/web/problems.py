"""Errors over HTTP: one shape for all of them, with every problem of the request at once.

Theory: a caller mends a request by a program or by hand, so an error has a stable `type`, the status it
was sent with, and under `problems` each place that is wrong with the help that belongs to it. Nothing of
the request is repeated that could be a reader's address.

Source: RFC 9457.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import msgspec
from flask import Response

from compliance.errors import Problem

MEDIA_TYPE = "application/problem+json"


class Wrong(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong: where in the request, what, and what to write instead."""

    message: str
    where: str | None = None
    help: str | None = None


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an error."""

    type: str
    title: str
    status: int
    detail: str
    problems: tuple[Wrong, ...] = ()


def problem(status: int, kind: str, detail: str, problems: Iterable[Problem] = ()) -> Response:
    """An error of the given kind as a response; the kind names it for programs, the detail for people."""
    wrongs = tuple(Wrong(message=each.message, where=each.where, help=each.help) for each in problems)
    title = HTTPStatus(status).phrase.lower()
    body = ProblemDetails(
        type=f"urn:compliance:problem:{kind}", title=title, status=status, detail=detail, problems=wrongs
    )
    return Response(msgspec.json.encode(body), status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
