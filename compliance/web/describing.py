"""The endpoints that tell what the service is: the OpenAPI document, and the same as a page for people."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Blueprint, Flask, Response, current_app

from compliance.web.delivery import tagged
from compliance.web.openapi import document
from compliance.web.openapi_page import MEDIA_TYPE, POLICY, as_page
from compliance.web.service import as_json

routes = Blueprint("describing", __name__)
_MADE: Final = "compliance.openapi"
_ANSWERED: Final = ("HEAD", "OPTIONS")
"""Methods that every path has besides those that it is made for."""


@routes.get("/openapi.json")
def openapi() -> Response:
    """What may be asked here and what comes back, as OpenAPI 3.1."""
    return tagged(as_json(_made()[0]))


@routes.get("/docs")
def docs() -> Response:
    """What may be asked here and what comes back, as a page for people."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return tagged(Response(_made()[1], content_type=MEDIA_TYPE, headers=headers))


def described(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    endpoints = sorted((rule.rule, rule.endpoint, rule.methods or ()) for rule in app.url_map.iter_rules())
    return document(
        {
            f"{method} {rule}": _sentence(app.view_functions[endpoint].__doc__)
            for rule, endpoint, methods in endpoints
            for method in sorted({*methods}.difference(_ANSWERED))
        }
    )


def _sentence(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _made() -> tuple[bytes, bytes]:
    """The document and the page, made when somebody asks for the first time."""
    found: tuple[bytes, bytes] | None = current_app.extensions.get(_MADE)
    if found is None:
        made = described(current_app)
        found = current_app.extensions[_MADE] = (msgspec.json.encode(made), as_page(made))
    return found
