"""Whatever is asked, and whatever goes wrong, a fragment is notices: a web server prints it as it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from compliance import Checker
from compliance.blocks import NOTHING, STAND_IN
from compliance.geo.client_address import ProxyTrust
from compliance.web import fragment
from compliance.web.app import create_app
from compliance.web.problems import problem
from tests.web.asking import ARTICLE, NOTICE, PEER, Asker
from tests.web.process import Service, head

PATH = "/v1/fragment"
OURS = f"{PATH}?publisher=rferl.org"
NAME = "Radio Free Europe/Radio Liberty"
VOID = {"br", "img", "hr", "input", "link", "meta"}


class Reading(HTMLParser):
    """The elements of a fragment, each of which has to be closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in VOID
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def is_notices(response: TestResponse) -> str:
    """The HTML of a response, which is notices and nothing else."""
    assert response.content_type == "text/html; charset=utf-8"
    html = response.get_data(as_text=True)
    well_formed(html)
    return html


def well_formed(html: str) -> None:
    read = Reading(html)
    assert html.startswith('<div class="notices">')
    assert {tag for tag, _ in read.seen} <= {"div", "aside", "p", "a"}
    for tag, attributes in read.seen:
        assert attributes.keys() <= {"class", "role", "lang", "dir", "href", "rel"}
        if tag == "aside":
            assert attributes["role"] == "note"
    spoken = [attributes for tag, attributes in read.seen if "lang" in attributes]
    assert all(each["dir"] in {"ltr", "rtl"} for each in spoken)
    assert bool(spoken) == bool(read.words)
    for word in (NOTICE, "ua-russia-controlled", "sha256", "error", "problem", "possible", "required", PEER):
        assert word not in html


def get(app: Flask, path: str, peer: str = PEER, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": peer})


def post(asker: Asker, question: Any, path: str = PATH) -> TestResponse:
    return asker.send(json.dumps(question).encode(), path=path)


# -- answers ----------------------------------------------------------------------------------------


def test_a_fragment_is_what_a_check_says_to_show(asker: Asker) -> None:
    for country in ("RU", "UA", "US", "NO"):
        question = {"content": ARTICLE, "reader": {"location": {"country": country}}}
        answer: Any = asker.check(question).json
        shown = [each["html"] for each in answer["notices"] if each["display"] == "show"]
        response = post(asker, question)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Ruleset"] == answer["ruleset"]["meaning"]
        assert "Fallback" not in response.headers
        assert is_notices(response) == (f'<div class="notices">{"".join(shown)}</div>')
    assert is_notices(post(asker, {"content": ARTICLE, "reader": {"location": {"country": "US"}}})) == NOTHING


def test_a_query_asks_the_same_as_a_body(asker: Asker, app: Flask) -> None:
    by_query = get(app, f"{OURS}&language=uk&languages=ru,en&url=https%3A%2F%2Frferl.org%2Fa")
    page = {"publisher": "rferl.org", "language": "uk", "url": "https://rferl.org/a"}
    assert is_notices(by_query) == is_notices(post(asker, {"content": page, "languages": ["ru", "en"]}))
    assert 'lang="ru"' in by_query.text
    assert 'lang="ru"' in get(app, f"{OURS}&languages=ru&languages=en").text
    assert 'lang="ru"' in get(app, f"{OURS}&language=ru").text  # that of the page, where nothing else is known


def test_held_notices_are_not_printed_and_an_undeclared_publisher_is_not_accused(app: Flask) -> None:
    assert get(app, f"{PATH}?publisher=nobody.example").text == NOTHING


def test_only_the_placements_that_are_asked_for_are_printed(app: Flask, asker: Asker) -> None:
    assert NAME in get(app, f"{OURS}&placement=top,footer").text
    assert get(app, f"{OURS}&placement=top").text == NOTHING
    assert post(asker, {"content": ARTICLE}, f"{PATH}?placement=beside").text == NOTHING
    assert NAME in post(asker, {"content": ARTICLE}, f"{PATH}?placement=footer").text


def test_the_reader_of_a_query_is_nobody_unless_an_operator_says_whom_to_believe(checker: Checker, app: Flask) -> None:
    anonymous = get(app, OURS, X_Forwarded_For=PEER)
    assert "If you are in Russia" in anonymous.text
    assert anonymous.headers["Cache-Control"] == "private, max-age=3600"
    trust = ProxyTrust("x-forwarded-for", None, False, None, (), (0x7F000001, 0x7F000002), ())  # 127.0.0.1
    assert trust.covers("127.0.0.1")
    behind = create_app(checker, trust=trust)
    in_norway = get(behind, OURS, "127.0.0.1", **{"X-Forwarded-For": "193.213.112.4"})
    assert in_norway.headers["Cache-Control"] == "no-store"
    assert in_norway.text == NOTHING
    in_russia = get(behind, OURS, "127.0.0.1", **{"X-Forwarded-For": PEER})
    assert NAME in in_russia.text
    assert NAME in get(behind, OURS, "127.0.0.1").text  # the proxy says nothing of the reader


def test_head_and_options_say_what_get_would(app: Flask) -> None:
    client = app.test_client()
    whole, head_only = client.get(OURS), client.head(OURS)
    assert (head_only.status_code, head_only.data) == (200, b"")
    assert head_only.headers["Content-Length"] == str(len(whole.data))
    options = client.options(PATH)
    assert (options.status_code, options.data) == (204, b"")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_requests_and_notices_are_counted(checker: Checker) -> None:
    app = create_app(checker)
    for _ in range(10):
        get(app, OURS)
    get(app, f"{PATH}?x=1")
    told = app.test_client().get("/metrics").text
    assert 'compliance_requests_total{route="/v1/fragment",status="200"} 10' in told
    assert 'compliance_requests_total{route="/v1/fragment",status="400"} 1' in told
    assert 'compliance_notices_total{display="show",status="possible"} 10' in told


# -- what goes wrong --------------------------------------------------------------------------------

WRONG: Mapping[str, tuple[str, str, bytes | None, int]] = {
    "an unknown parameter": ("GET", f"{OURS}&lang=ru", None, 400),
    "a parameter twice": ("GET", f"{OURS}&publisher=rferl.org", None, 400),
    "no such placement": ("GET", f"{OURS}&placement=bottom", None, 400),
    "no such language": ("GET", f"{OURS}&languages=%21%21", None, 400),
    "a parameter of a check in the query of a body": (
        "POST", f"{PATH}?publisher=rferl.org", b'{"content": {"publisher": "rferl.org"}}', 400,
    ),
    "a country that is none": (
        "POST", PATH, b'{"content": {"publisher": "rferl.org"}, "reader": {"location": {"country": "R"}}}', 400,
    ),
    "an unknown field": ("POST", PATH, b'{"content": {"publisher": "rferl.org"}, "readr": {}}', 400),
    "a fact that is none": (
        "POST", PATH, b'{"content": {"publisher": "rferl.org", "facts": {"content.kin": "article"}}}', 400,
    ),
    "languages that are none": ("POST", PATH, b'{"content": {"publisher": "rferl.org"}, "languages": ["?"]}', 400),
    "another method": ("PUT", OURS, None, 405),
    "another path": ("GET", f"{PATH}/x?publisher=rferl.org", None, 404),
}  # fmt: skip
NAMELESS: Mapping[str, tuple[str, str, bytes | None, int]] = {
    "no JSON": ("POST", PATH, b"{", 400),
    "no body": ("POST", PATH, b"", 400),
    "bytes that are no text": ("POST", PATH, b'{"content": {"publisher": "\xff"}}', 400),
    "a body that is too large": ("POST", PATH, b" " * 5_000_000, 413),
    "an address that is half": ("GET", f"{PATH}?url=http://[::1&x=1", None, 400),
}


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_the_notices_of_the_publisher_are_printed(asker: Asker, case: str) -> None:
    method, path, written, status = WRONG[case]
    response = asker.send(written, method, path)
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r'[a-z-]+; detail="[ !#-\[\]-~]+"', response.headers["Fallback"])
    html = is_notices(response)
    assert NAME in html
    assert "If you are in Russia" in html


@pytest.mark.parametrize("case", NAMELESS)
def test_where_nobody_is_named_it_is_said_that_nobody_knows(asker: Asker, case: str) -> None:
    method, path, written, status = NAMELESS[case]
    response = asker.send(written, method, path)
    assert (response.status_code, is_notices(response)) == (status, STAND_IN)


def test_an_encoding_that_is_not_read_prints_notices(asker: Asker) -> None:
    response = asker.send(b"{}", path=PATH, Content_Encoding="gzip")
    assert (response.status_code, is_notices(response)) == (415, STAND_IN)
    assert response.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("broken", ["checked", "block", "service"])
def test_an_unforeseen_failure_prints_what_was_made_beforehand(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    app = create_app(checker)
    asker = Asker(app)
    good = is_notices(get(app, OURS))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(PEER)

    monkeypatch.setattr(fragment, broken, fail)
    monkeypatch.setattr(Checker, "check", fail)
    for response in (get(app, OURS), post(asker, {"content": {"publisher": "rferl.org"}})):
        assert response.status_code == 500
        html = is_notices(response)
        assert html in ({STAND_IN} if broken == "block" else {good, STAND_IN})
    if broken == "checked":
        assert is_notices(get(app, OURS)) == good
        assert is_notices(get(app, f"{PATH}?publisher=nobody.example")) == STAND_IN


@pytest.mark.parametrize("status", [401, 403, 429])
def test_who_may_not_ask_gets_what_is_ready_and_has_nothing_worked_out(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    app, refusals = create_app(checker), list[bool]()
    app.before_request(lambda: problem(status, "no-key", "send a key") if refusals else None)
    known = is_notices(get(app, OURS))
    refusals.append(True)
    monkeypatch.delattr(Checker, "check")
    refused = get(app, OURS)
    assert (refused.status_code, is_notices(refused)) == (status, known)
    assert is_notices(get(app, f"{PATH}?publisher=meduza.io")) == STAND_IN
    assert is_notices(app.test_client().post(PATH, data=b'{"content": {"publisher": "rferl.org"}}')) == STAND_IN


@given(st.binary(max_size=60))
def test_no_body_whatever_brings_anything_but_notices(checker: Checker, written: bytes) -> None:
    response = Asker(_app(checker)).send(written, path=PATH)
    assert response.status_code in {200, 400}
    is_notices(response)


_MADE: list[Flask] = []


def _app(checker: Checker) -> Flask:
    if not _MADE:
        _MADE.append(create_app(checker))
    return _MADE[0]


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_query_whatever_is_repeated(checker: Checker, name: str, value: str) -> None:
    marked = f"<b>{value}"
    response = _app(checker).test_client().get(PATH, query_string={name: marked, "publisher": marked})
    html = is_notices(response)
    assert "<b" not in html
    assert response.headers.get("Fallback", "").isascii()


BROKEN = {
    "two lengths": head(f"POST {PATH} HTTP/1.1", "Content-Length: 2", "Content-Length: 3") + b"{}",
    "a length that is no number": head(f"POST {PATH} HTTP/1.1", "Content-Length: 0x10"),
    "headers without an end": f"GET {PATH}?publisher=x HTTP/1.1\r\nX: ".encode() + b"95.165.0.1" * 30_000,
    "a transfer coding that nobody knows": head(f"POST {PATH} HTTP/1.1", "Transfer-Encoding: gzip"),
    "a body that could never be asked for": head(f"POST {PATH} HTTP/1.1", "Content-Length: 99999999999"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_never_reaches_the_application_is_answered_with_notices_too(service: Service, case: str) -> None:
    reply = service.exchange(BROKEN[case])
    assert reply.status in {400, 413, 431, 501}
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.body.decode() == STAND_IN
    assert service.ask("GET", OURS).body.decode() == is_notices(get(_app_of(service), OURS))


def _app_of(service: Service) -> Flask:
    if not _MADE:
        _MADE.append(create_app(Checker.open()))
    assert service.process.poll() is None
    return _MADE[0]
