"""Pages of ASGI sites get their notices; the rest passes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from compliance import Checker
from compliance.blocks import STAND_IN
from compliance.client import AsyncClient, Client
from compliance.middleware import AsgiNotices, ProxyTrust
from compliance.web.app import create_app
from tests.client.service import dead, serving
from tests.middleware.sites import NAME, NORWAY, PAGE, PUBLISHER, RUSSIA, Broken

HTML = {"Accept": "text/html"}


async def page(request: Request) -> Response:
    headers = {"ETag": '"v1"', "Cache-Control": "max-age=60"}
    if '"v1"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(PAGE, headers=headers)


async def stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        for at in range(0, len(PAGE), 7):
            yield PAGE[at : at + 7]

    return StreamingResponse(parts(), media_type="text/html")


async def said(request: Request) -> Response:
    return PlainTextResponse(repr((sorted(request.headers), request.scope.get("extensions"))))


def site(source: Any, **settings: Any) -> AsgiNotices:
    routes = [Route("/page", page, methods=["GET", "HEAD"]), Route("/stream", stream), Route("/said", said)]
    return AsgiNotices(Starlette(routes=routes), source, **{"publisher": PUBLISHER, **settings})


def ask(
    app: AsgiNotices, path: str = "/page", peer: str = RUSSIA, method: str = "GET", **headers: str
) -> httpx.Response:
    named = {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://site", trust_env=False) as client:
            return await client.request(method, path, headers=named)

    return asyncio.run(asked())


def is_whole(response: httpx.Response) -> None:
    text = response.text
    start, end = text.index('<div class="notices">'), text.index("</div></body>") + len("</div>")
    assert text[:start] + text[end:] == PAGE
    assert NAME in text[start:end]


def test_a_page_gets_its_notices_and_the_right_length(checker: Checker) -> None:
    for path in ("/page", "/stream"):
        response = ask(site(checker), path)
        assert response.status_code == 200
        is_whole(response)
    assert ask(site(checker)).headers["content-length"] == str(len(ask(site(checker)).content))
    assert "content-length" not in ask(site(checker), "/stream").headers


def test_where_the_reader_is_decides_and_then_the_page_is_private(checker: Checker) -> None:
    local = site(checker, trust=ProxyTrust())
    is_whole(ask(local))
    norway = ask(local, peer=NORWAY)
    assert (norway.text, norway.headers["cache-control"]) == (PAGE, "private, max-age=60")


def test_a_page_that_did_not_change_is_not_sent_again_and_one_that_did_is(checker: Checker) -> None:
    local = site(checker, trust=ProxyTrust())
    tag, elsewhere = ask(local).headers["etag"], ask(local, peer=NORWAY).headers["etag"]
    again = ask(local, If_None_Match=tag)
    assert (again.status_code, again.headers["etag"]) == (304, tag)
    for other in (elsewhere, '"v1"'):
        is_whole(ask(local, If_None_Match=other))


def test_head_is_not_touched_and_pages_are_asked_for_as_plain_bytes(checker: Checker) -> None:
    assert ask(site(checker), method="HEAD").headers["etag"] == '"v1"'
    assert "accept-encoding" not in ask(site(checker), "/said").text


def test_files_are_sent_as_bytes_and_other_extensions_stay(checker: Checker) -> None:
    app, seen = site(checker), []

    async def inner(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope)

    app._application = inner
    extensions: dict[str, Any] = {"http.response.pathsend": {}, "http.response.trailers": {}}
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "extensions": extensions}
    asyncio.run(app(scope, None, None))  # type: ignore[arg-type]
    for kind in ("websocket", "lifespan"):
        asyncio.run(app({"type": kind}, None, None))  # type: ignore[arg-type]
    assert seen[0]["extensions"] == {"http.response.trailers": {}}
    assert seen[1:] == [{"type": "websocket"}, {"type": "lifespan"}]


def test_a_broken_checker_or_client_gets_pages_what_they_may_need(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = site(checker, trust=ProxyTrust())

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(RUSSIA)

    monkeypatch.setattr(Checker, "check", fail)
    with caplog.at_level(logging.ERROR):
        is_whole(ask(app, peer=NORWAY))
        assert STAND_IN[:40] in ask(site(Broken())).text
    assert RUSSIA not in caplog.text


def test_a_site_asks_a_service_with_either_client_and_lives_without_it(checker: Checker) -> None:
    async def both(url: str, settings: Mapping[str, Any]) -> list[str]:
        found = []
        async with AsyncClient(url, **settings) as soon:
            with Client(url, **settings) as waiting:
                for client in (soon, waiting):
                    app = site(client)
                    transport = httpx.ASGITransport(app)
                    async with httpx.AsyncClient(
                        transport=transport, base_url="http://site", trust_env=False
                    ) as asking:
                        found.append((await asking.get("/page", headers=HTML)).text)
        return found

    with serving(create_app(checker)) as service:
        for text in asyncio.run(both(service, {"timeout": 5})):
            assert "If you are in Russia" in text
    for text in asyncio.run(both(dead(), {"retries": 0})):
        assert STAND_IN[:40] in text
