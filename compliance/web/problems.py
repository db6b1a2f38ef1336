"""Errors over HTTP: one shape for all of them, with every problem of the request at once.

Theory: a caller mends a request by a program or by hand, so an error has a stable `type`, the status it
was sent with, and under `problems` each place that is wrong with the help that belongs to it. Nothing of
the request is repeated that could be a reader's address.

Source: RFC 9457.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice
from typing import Final

import msgspec
from flask import Response

from compliance.errors import Problem
from compliance.model.address_text import withheld

MEDIA_TYPE: Final = "application/problem+json"
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer, unless it has its own: it is taken for what it says, loads nothing, and is in no frame."""
NEVER_KEPT: Final = {"Cache-Control": "no-store", **SAFE}
MOST_SENT: Final = 50
_TITLES: Final = {413: "content too large"}
"""Where the phrase of a status differs between versions of Python."""


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


def details(status: int, kind: str, detail: str, problems: Iterable[Problem] = ()) -> ProblemDetails:
    """An error of the given kind; the kind names it for programs, the detail for people."""
    wrongs = tuple(
        Wrong(message=withheld(each.message), where=_maybe(each.where), help=_maybe(each.help))
        for each in islice(problems, MOST_SENT)
    )
    return ProblemDetails(
        type=f"urn:compliance:problem:{kind}", title=_title(status), status=status, detail=detail, problems=wrongs
    )


def problem(status: int, kind: str, detail: str, problems: Iterable[Problem] = ()) -> Response:
    """The same as a response."""
    body = msgspec.json.encode(details(status, kind, detail, problems))
    return Response(body, status, content_type=MEDIA_TYPE, headers=NEVER_KEPT)


def _maybe(text: str | None) -> str | None:
    return None if text is None else withheld(text)


def _title(status: int) -> str:
    try:
        return _TITLES.get(status) or HTTPStatus(status).phrase.lower()
    except ValueError:
        return "error"
