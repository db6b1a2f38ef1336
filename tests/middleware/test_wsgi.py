"""Pages of WSGI sites get their notices; whatever is no page, and every page when something is broken, is served."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from compliance import Checker, ConfigError
from compliance.blocks import STAND_IN
from compliance.client import AsyncClient, Client
from compliance.config import Settings
from compliance.middleware import PageRequest, ProxyTrust, WsgiNotices
from compliance.middleware.headers import mended
from compliance.middleware.insertion import Insertion
from compliance.web.app import create_app
from tests.client.service import dead, serving
from tests.middleware.sites import NAME, NORWAY, PAGE, RUSSIA, Broken, flask_site, with_notices

HTML = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def site(checker: Checker) -> Browser:
    """A site for readers anywhere."""
    return Browser(with_notices(flask_site(), checker))


@pytest.fixture(scope="module")
def local(checker: Checker) -> Browser:
    """The same for readers where they are."""
    return Browser(with_notices(flask_site(), checker, trust=ProxyTrust()))


def ask(site: Browser, path: str = "/page", peer: str = RUSSIA, method: str = "GET", **headers: str) -> TestResponse:
    named = {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return site.open(path, method=method, headers=named, environ_base={"REMOTE_ADDR": peer})


def is_whole(response: TestResponse) -> str:
    """The page with its notices; without them it is the page."""
    text = response.text
    start, end = text.index('<div class="notices">'), text.index("</div></body>") + len("</div>")
    assert text[:start] + text[end:] == PAGE
    assert NAME in text[start:end]
    return text


# -- pages ------------------------------------------------------------------------------------------


def test_a_page_gets_the_notices_of_its_publisher_and_the_right_length(site: Browser) -> None:
    response = ask(site)
    assert response.status_code == 200
    assert "If you are in Russia" in is_whole(response)
    assert response.headers["Content-Length"] == str(len(response.data))
    assert "Last-Modified" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=600, s-maxage=900"


def test_a_page_that_comes_in_parts_gets_them_too(site: Browser) -> None:
    response = ask(site, "/stream")
    assert "If you are in Russia" in is_whole(response)
    assert "Content-Length" not in response.headers


def test_where_the_reader_is_decides_and_then_the_page_is_private(local: Browser) -> None:
    russia, norway = ask(local), ask(local, peer=NORWAY)
    is_whole(russia)
    assert norway.text == PAGE
    for each in (russia, norway):  # also the page without notices: another reader needs them
        assert each.headers["Cache-Control"] == "private, max-age=600"
    assert russia.headers["ETag"] != norway.headers["ETag"]


def test_a_page_that_a_form_gives_is_a_page(site: Browser) -> None:
    is_whole(ask(site, "/as/200", method="POST"))


@pytest.mark.parametrize("status", [201, 206, 301, 404, 500])
def test_what_is_not_a_whole_good_page_is_not_touched(site: Browser, status: int) -> None:
    response = ask(site, f"/as/{status}")
    assert (response.status_code, response.text) == (status, PAGE)


@pytest.mark.parametrize("query", ["Content-Encoding=gzip", "Content-Range=bytes 0-1/9", "Content-Type=text/plain"])
def test_what_is_compressed_a_part_or_of_another_kind_is_not_touched(site: Browser, query: str) -> None:
    assert ask(site, f"/as/200?{query}").text == PAGE


def test_head_is_not_touched(site: Browser, checker: Checker) -> None:
    plain = Browser(flask_site())
    assert ask(site, method="HEAD").headers == ask(plain, method="HEAD").headers


def test_pages_are_asked_for_uncompressed_and_files_as_ever(site: Browser) -> None:
    assert "Accept-Encoding" not in ask(site, "/said", Accept_Encoding="gzip").text
    assert "Accept-Encoding" in ask(site, "/said", Accept_Encoding="gzip", Accept="text/css").text


def test_a_page_of_which_the_site_says_that_it_gets_none_is_not_touched(checker: Checker) -> None:
    seen: list[PageRequest] = []

    def page(request: PageRequest) -> dict[str, Any] | None:
        seen.append(request)
        return None

    site = Browser(with_notices(flask_site(), checker, page=page))
    assert ask(site, "/page?a=b").text == PAGE
    assert seen[0].url == "http://localhost/page?a=b"
    assert RUSSIA not in repr(seen[0])


# -- pages that a reader has already ------------------------------------------------------------------


def test_a_page_that_did_not_change_is_not_sent_again(local: Browser) -> None:
    tag = ask(local).headers["ETag"]
    assert tag.startswith('W/"v1.notices-')
    again = ask(local, If_None_Match=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_a_page_with_other_notices_or_from_before_there_were_any_is_sent_anew(local: Browser) -> None:
    elsewhere = ask(local, peer=NORWAY).headers["ETag"]
    for tag in (elsewhere, '"v1"', 'W/"v1"', f'"x", {elsewhere}', "*", "nonsense"):
        is_whole(ask(local, If_None_Match=tag, If_Modified_Since="Wed, 21 Oct 2099 07:28:00 GMT"))
    is_whole(ask(local, If_Modified_Since="Wed, 21 Oct 2099 07:28:00 GMT"))


def test_a_file_that_did_not_change_is_not_sent_again(local: Browser) -> None:
    tag = ask(local, "/file.css", Accept="text/css").headers["ETag"]
    assert tag == '"css"'
    assert ask(local, "/file.css", Accept="text/css,*/*", If_None_Match=tag).status_code == 304


def test_what_names_the_bytes_is_taken_away_and_shared_caches_keep_nothing() -> None:
    headers = [("Content-MD5", "x"), ("Digest", "x"), ("Accept-Ranges", "bytes"), ("ETag", "oops"), ("X", "y")]
    shared = [("Surrogate-Control", "max-age=9"), ("CDN-Cache-Control", "max-age=9"), ("Expires", "0")]
    found = dict(mended([*headers, *shared], "0" * 16, length=7, is_private=True))
    assert found.pop("ETag").endswith(f'.notices-{"0" * 16}"')
    assert found == {"Content-Length": "7", "X": "y", "Cache-Control": "private"}
    kept = dict(mended([("Cache-Control", "no-store")], "0" * 16, length=None, is_private=True))
    assert kept == {"Cache-Control": "no-store"}


# -- what goes wrong ----------------------------------------------------------------------------------


def test_a_broken_checker_gets_pages_what_any_page_of_the_publisher_may_need(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = Browser(with_notices(flask_site(), checker, trust=ProxyTrust()))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(RUSSIA)

    monkeypatch.setattr(Checker, "check", fail)
    with caplog.at_level(logging.ERROR):
        assert "If you are in Russia" in is_whole(ask(site, peer=NORWAY))
    assert RUSSIA not in caplog.text


@pytest.mark.parametrize("page", [{"publisher": 7}, {"knd": 1}, 7, {"facts": {"content.kin": "x"}}])
def test_a_page_that_cannot_be_understood_gets_them_too(checker: Checker, page: Any) -> None:
    is_whole(ask(Browser(with_notices(flask_site(), checker, page=lambda _: page))))


def test_a_function_of_the_site_that_fails_takes_no_notice_away(checker: Checker) -> None:
    is_whole(ask(Browser(with_notices(flask_site(), checker, page=lambda request: {"url": request.nothing}))))


def test_a_mistake_while_putting_in_loses_no_page(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Insertion, "_walk", lambda _: 1 / 0)
    for path in ("/page", "/stream"):
        text = ask(Browser(with_notices(flask_site(), checker)), path).text
        assert text.startswith(PAGE)
        assert NAME in text[len(PAGE) :]


def test_a_broken_client_gets_pages_the_words_that_nobody_knows() -> None:
    text = ask(Browser(with_notices(flask_site(), Broken()))).text
    assert STAND_IN.encode("ascii", "xmlcharrefreplace").decode() in text


def test_a_client_that_does_not_wait_is_refused() -> None:
    with pytest.raises(ConfigError, match="AsyncClient"):
        WsgiNotices(flask_site(), AsyncClient(dead()))


def test_an_application_that_fails_fails_as_ever(checker: Checker) -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"<body>"
            raise KeyError("mine")

        def close(self) -> None:
            closed.append(1)

    def application(_: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return Body()

    with pytest.raises(KeyError, match="mine"):
        ask(Browser(with_notices(application, checker))).get_data()
    assert closed == [1]


def test_an_error_page_in_place_of_a_page_is_sent_as_an_error(checker: Checker) -> None:
    def application(_: Any, start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "9")])
        error = KeyError("mine")
        start_response("500 Oops", [("Content-Type", "text/html")], (KeyError, error, None))
        yield b"<p>sorry"

    response = ask(Browser(with_notices(application, checker)))
    assert (response.status_code, response.text) == (500, "<p>sorry")


def test_what_is_written_and_not_given_back_comes_first(checker: Checker) -> None:
    def application(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        kind = "text/html" if environ["PATH_INFO"] == "/page" else "text/plain"
        start_response("200 OK", [("Content-Type", kind)])(b"<body>1")
        return [b"2</body>"]

    site = Browser(with_notices(application, checker))
    assert ask(site).text.startswith("<body>12<div")
    assert ask(site, "/x").text == "<body>12</body>"


@given(st.lists(st.integers(0, len(PAGE))), st.booleans())
def test_however_a_page_is_cut_it_comes_out_the_same(checker: Checker, cuts: list[int], has_length: bool) -> None:
    bounds = [0, *sorted(cuts), len(PAGE)]
    parts = [PAGE[start:end].encode() for start, end in pairwise(bounds)]

    def application(_: Any, start_response: Callable[..., Any]) -> Iterator[bytes]:
        length = [("Content-Length", str(len(PAGE)))] if has_length else []
        start_response("200 OK", [("Content-Type", "text/html"), *length])
        yield from parts

    response = ask(Browser(_site(checker, application)))
    is_whole(response)
    assert ("Content-Length" in response.headers) == has_length


def _site(checker: Checker, application: Any) -> WsgiNotices:
    made = _KEPT.setdefault("site", with_notices(application, checker))
    made._application = application
    return made


_KEPT: dict[str, WsgiNotices] = {}


# -- a real server and a service ----------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 1000, b"<p>" * 100_000, gzip.compress(PAGE.encode(), mtime=0)])
def test_hostile_pages_come_out_of_a_real_server_whole(checker: Checker, body: bytes) -> None:
    def application(_: Any, start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
        return [body]

    with serving(_site(checker, application)) as url:
        got = httpx.get(url, headers=HTML, trust_env=False)
    assert got.status_code == 200
    assert len(got.content) > len(body)
    assert NAME.encode() in got.content


def test_a_site_asks_a_service_and_lives_without_it(checker: Checker) -> None:
    with serving(create_app(checker)) as service, Client(service, retries=0, timeout=5, pause=0) as client:
        site = Browser(with_notices(flask_site(), client, trust=ProxyTrust()))
        assert ask(site, peer=NORWAY).text == PAGE
        is_whole(ask(site))
    is_whole(ask(site, peer=NORWAY))  # it is dead now, and the notices are conditional
    with Client(dead(), retries=0) as client:
        never = Browser(with_notices(flask_site(), client))
        assert STAND_IN[:40] in ask(never).text


def test_a_reader_is_described_to_a_service_by_an_address_or_not_at_all() -> None:
    asked: list[Any] = []

    class Listening:
        def check(self, page: Any, reader: Any = None, *, languages: Any = ()) -> Any:
            asked.append((page, reader, languages))
            raise ConnectionError

    ask(Browser(with_notices(flask_site(), Listening(), trust=ProxyTrust(), languages=["ru"])))
    ask(Browser(with_notices(flask_site(), Listening())))
    told = ProxyTrust.of(Settings(trusted_proxies=("127.0.0.1",), client_address="x-forwarded-for", cdn="cloudflare"))
    behind = Browser(with_notices(flask_site(), Listening(), trust=told))
    for more in ({}, {"CF_IPCountry": "UA"}):
        ask(behind, peer="127.0.0.1", X_Forwarded_For=NORWAY, **more)
    assert asked[0] == ({"url": "http://localhost/page", "publisher": "rferl.org"}, {"address": RUSSIA}, ("ru",))
    assert [reader for _, reader, _ in asked[1:]] == [None, {"address": NORWAY}, None]
