"""A small Django site, for one process: its settings are made here, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import etag

from tests.middleware.sites import PAGE, PUBLISHER

MIDDLEWARE: Final = ["django.middleware.gzip.GZipMiddleware", "compliance.middleware.django.notices"]


def _show(_: Any) -> Any:
    return HttpResponse(PAGE, headers={"Cache-Control": "public, max-age=60"})


def _parts(_: Any) -> Any:
    def parts() -> Iterator[str]:
        yield from (PAGE[at : at + 7] for at in range(0, len(PAGE), 7))

    return StreamingHttpResponse(parts(), content_type="text/html")


async def _soon(_: Any) -> Any:
    async def parts() -> AsyncIterator[str]:
        for at in range(0, len(PAGE), 7):
            yield PAGE[at : at + 7]
            await asyncio.sleep(0)

    return StreamingHttpResponse(parts(), content_type="text/html")


def _text(_: Any) -> Any:
    return HttpResponse(PAGE, content_type="text/plain")


urlpatterns = [
    path("page", _show),
    path("tagged", etag(lambda *_: '"v1"')(_show)),
    path("stream", _parts),
    path("soon", _soon),
    path("text", _text),
]


def application(source: Any, *, is_async: bool = False, **notices: Any) -> Any:
    """The site as an application of WSGI or ASGI."""
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE, SECRET_KEY="x" * 50, USE_TZ=True
        )
        django.setup(set_prefix=False)
    settings.COMPLIANCE_NOTICES = {"source": source, "publisher": PUBLISHER, **notices}
    return ASGIHandler() if is_async else WSGIHandler()
