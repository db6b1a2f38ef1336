"""Pages of a Django site get their notices, under WSGI and ASGI."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from compliance import Checker
from compliance.middleware import ProxyTrust
from tests.middleware.django_site import application
from tests.middleware.sites import NAME, NORWAY, PAGE, RUSSIA


def ask(site: Browser, path: str = "/page", peer: str = RUSSIA, method: str = "GET", **headers: str) -> TestResponse:
    named = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return site.open(path, method=method, headers=named, environ_base={"REMOTE_ADDR": peer})


def is_whole(text: str) -> None:
    start, end = text.index('<div class="notices">'), text.index("</div></body>") + len("</div>")
    assert text[:start] + text[end:] == PAGE
    assert NAME in text[start:end]


@pytest.fixture
def site(checker: Checker) -> Browser:
    return Browser(application(checker, trust=ProxyTrust()))


def test_a_page_gets_its_notices_and_is_private(site: Browser) -> None:
    response = ask(site)
    is_whole(response.text)
    assert response.headers["Content-Length"] == str(len(response.data))
    norway = ask(site, peer=NORWAY)
    assert (norway.text, norway.headers["Cache-Control"]) == (PAGE, "private, max-age=60")


def test_a_page_that_comes_in_parts_gets_them_too(site: Browser) -> None:
    is_whole(ask(site, "/stream").text)


def test_what_is_no_page_is_not_touched(site: Browser) -> None:
    assert ask(site, "/text").text == PAGE
    assert NAME not in ask(site, "/nothing").text
    assert ask(site, method="HEAD").headers["Cache-Control"] == "public, max-age=60"


def test_a_page_that_did_not_change_is_not_sent_again_and_one_that_did_is(site: Browser) -> None:
    tag, elsewhere = ask(site, "/tagged").headers["ETag"], ask(site, "/tagged", peer=NORWAY).headers["ETag"]
    assert tag.startswith('W/"v1.notices-')
    again = ask(site, "/tagged", If_None_Match=tag)
    assert (again.status_code, again.headers["ETag"]) == (304, tag)
    for other in (elsewhere, '"v1"'):
        is_whole(ask(site, "/tagged", If_None_Match=other).text)


def test_a_page_may_be_compressed_behind_it(site: Browser) -> None:
    response = ask(site, Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"


def test_a_broken_checker_gets_pages_what_they_may_need(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Browser(application(checker, trust=ProxyTrust()))
    ask(site)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(RUSSIA)

    monkeypatch.setattr(Checker, "check", fail)
    is_whole(ask(site, peer=NORWAY).text)


@pytest.mark.parametrize("path", ["/page", "/soon"])
def test_a_page_under_asgi_gets_them_too(checker: Checker, path: str) -> None:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(application(checker, is_async=True), client=(RUSSIA, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://site", trust_env=False) as client:
            return await client.get(path, headers={"Accept": "text/html", "Accept-Encoding": "identity"})

    is_whole(asyncio.run(asked()).text)
