"""A check has two doors, and one voice: what comes in front of the application is answered as behind it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, NoReturn

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import EnvironHeaders
from werkzeug.test import EnvironBuilder, run_wsgi_app

from compliance import Checker
from compliance.config import Settings
from compliance.geo.client_address import ProxyTrust, _tells, client_address
from compliance.web import fast_lane
from compliance.web.app import create_app
from compliance.web.fast_lane import Environ, FastLane, StartResponse, headers_of
from tests.examples import are_all
from tests.web.asking import ARTICLE, DAY, PEER
from tests.web.test_answer_shape import QUESTIONS

BODY = json.dumps({"content": ARTICLE, "reader": {"address": PEER}}).encode()
Told = tuple[str, list[tuple[str, str]], bytes]


def lane(app: Flask) -> FastLane:
    found = app.wsgi_app
    assert isinstance(found, FastLane)
    return found


def environ(body: bytes, **more: Any) -> Environ:
    made = EnvironBuilder("/v1/check", method="POST", input_stream=BytesIO(body), environ_base={"REMOTE_ADDR": PEER})
    return {**made.get_environ(), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json", **more}


def said(application: Any, asked: Environ) -> Told:
    chunks, status, headers = run_wsgi_app(application, asked)
    return status, sorted((name.title(), value) for name, value in headers), b"".join(chunks)


def both(app: Flask, body: bytes, **more: Any) -> tuple[Told, Told]:
    """What is said in front, and what behind."""
    return said(app.wsgi_app, environ(body, **more)), said(lane(app).behind, environ(body, **more))


def only_in_front(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, whatever is handed on fails."""

    def nobody(environ: Environ, start_response: StartResponse) -> NoReturn:
        raise AssertionError("handed on")

    monkeypatch.setattr(lane(app), "behind", nobody)


@pytest.fixture
def own(checker: Checker) -> Flask:
    """An application that has answered nothing yet."""
    return create_app(checker, trust=ProxyTrust.of(Settings(trusted_proxies=("95.165.0.0/24",), cdn="cloudflare")))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_pinned_answer_is_the_same_at_both_doors(own: Flask, name: str) -> None:
    for _ in range(2):
        front, back = both(own, json.dumps(QUESTIONS[name]).encode())
        assert front == back
        assert front[0] == "200 OK"


READERS: Mapping[str, Any] = {
    "address": {"address": "95.165.0.9"},
    "IPv6": {"address": "2a00:1450:4001::1"},
    "no address": {"address": "300.1.1.1"},
    "nonsense in hexadecimal": {"address": "dead.beef"},
    "documentation": {"address": "203.0.113.7"},
    "empty": {"address": ""},
    "country": {"location": {"country": "UA"}},
    "small": {"location": {"country": "ua"}},
    "subdivision": {"location": {"country": "UA", "subdivision": "UA-43"}},
    "of another country": {"location": {"country": "RU", "subdivision": "UA-43"}},
    "nobody's country": {"location": {"country": "QQ"}},
    "unknown": {"location": {"country": "XX"}},
    "no country": {"location": {"subdivision": "UA-43"}},
    "nothing": {},
    "null": None,
    "request": {"from": "request"},
    "twice": {"from": "request", "address": "95.165.0.9"},
    "typo": {"adress": "95.165.0.9"},
    "text": "95.165.0.9",
}
PAGES: Mapping[str, Any] = {
    "article": {"content": ARTICLE},
    "preview": {"content": ARTICLE, "as_of": DAY, "languages": ["ru"]},
    "explained": {"content": {"publisher": "rferl.org"}, "explain": True},
    "reader in the text": {"content": {**ARTICLE, "text": 'see "reader": {"address": "95.165.0.1"} there'}},
    "reader in an article": {
        "content": {"@context": "https://schema.org", "@type": "NewsArticle", "reader": {"address": "95.165.0.1"}}
    },
    "reader as a fact": {"content": {"publisher": "rferl.org", "facts": {"reader": {"address": "95.165.0.1"}}}},
    "unknown fact": {"content": {"facts": {"content.kind": "nonsense"}}},
    "no day": {"content": ARTICLE, "as_of": "2025-13-01"},
    "no page": {},
}


@pytest.mark.parametrize("page", PAGES)
def test_every_reader_of_a_page_is_told_the_same_at_both_doors(checker: Checker, page: str) -> None:
    """All are asked once, and then some of them again, at each page others; all of them in the proofs."""
    app, readers = create_app(checker), [*READERS.values()]
    for reader in (*readers, *(readers if are_all() else readers[[*PAGES].index(page) % 5 :: 5])):
        for body in ({**PAGES[page], "reader": reader}, {"reader": reader, **PAGES[page]}):
            front, back = both(app, json.dumps(body).encode())
            assert front == back, body


FIELDS = st.sampled_from(
    [
        '"content":{"publisher":"rferl.org"}',
        '"content":{"publisher":"paper.example","headline":"\\"reader\\":{}"}',
        '"content":{"text":"\\\\","publisher":"rferl.org"}',
        '"content":{"reader":{"address":"95.165.0.9"}}',
        '"reader":{"address":"95.165.0.9"}',
        '"reader" : {"address" :"8.8.8.8"}',
        '"reader":{"location":{"country":"RU"}}',
        '"reader":{"location":{"country":"UA","subdivision":"UA-43"}}',
        '"reader":{"location":{"country":"UA","country":"RU"}}',
        '"reader":{"address":"8.8.8.8","address":"95.165.0.9"}',
        '"re\\u0061der":{"address":"95.165.0.9"}',
        '"reader":{"\\u0061ddress":"95.165.0.9"}',
        '"reader":null',
        '"as_of":"2025-01-10"',
        '"languages":["ru"]',
        '"x":{"reader":{"address":"95.165.0.9"}}',
        '"x":[',
        '"explain":false',
        '"languages":"reader":{"address":"95.165.0.9"}',
    ]
)


@settings(max_examples=300)
@example(['"content":{"publisher":"rferl.org"}', '"reader":{"address":"8.8.8.8"}', '"reader":{"address":"95.165.0.9"}'])
@example(['"content":{"reader":{"address":"95.165.0.9"}}', '"reader":{"address":"8.8.8.8"}'])
@given(st.lists(FIELDS, max_size=4))
def test_no_way_to_write_a_body_makes_the_doors_differ(app: Flask, fields: list[str]) -> None:
    """The application is one that answered all of the others before."""
    front, back = both(app, ("{" + ",".join(fields) + "}").encode())
    assert front == back


@given(data=st.data())
def test_two_readers_of_one_page_are_told_as_if_each_were_the_first(checker: Checker, data: st.DataObject) -> None:
    page = data.draw(st.lists(FIELDS.filter(lambda each: not each.startswith('"reader')), max_size=3))
    at = data.draw(st.integers(0, len(page)))
    readers = data.draw(st.lists(FIELDS.filter(lambda each: each.startswith('"reader')), min_size=2, max_size=5))
    warm = create_app(checker)
    bodies = [("{" + ",".join([*page[:at], reader, *page[at:]]) + "}").encode() for reader in readers]
    told = [said(warm.wsgi_app, environ(body)) for body in bodies]
    for body, answer in zip(bodies[1:], told[1:], strict=True):
        assert answer == said(create_app(checker).wsgi_app, environ(body))


@pytest.mark.parametrize(
    "more",
    [
        {"QUERY_STRING": "explain=1"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": "application/json; charset=latin-1"},
        {"HTTP_CONTENT_ENCODING": "gzip"},
        {"HTTP_ORIGIN": "https://radio.example"},
        {"REQUEST_METHOD": "GET"},
        {"REQUEST_METHOD": "PUT"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"PATH_INFO": "/v1/check/"},
        {"PATH_INFO": "//v1/check"},
        {"CONTENT_LENGTH": "0"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-5"},
        {"CONTENT_LENGTH": "+5"},
        {"CONTENT_LENGTH": "\u0665"},
        {"CONTENT_LENGTH": "9" * 30},
        {"CONTENT_LENGTH": "999999999"},
        {"CONTENT_LENGTH": "5"},
        {"CONTENT_LENGTH": str(len(BODY) + 1)},
    ],
    ids=str,
)
def test_what_is_unusual_is_answered_as_behind_the_other_door(own: Flask, more: dict[str, str]) -> None:
    for _ in range(2):
        front, back = both(own, BODY, **more)
        assert front == back


HOSTILE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"reader"',
    b"\xff\xfe{}",
    b"\x1f\x8b",
    b"{}" * 2,
    b"[" * 100_000,
    b'{"content":NaN}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:12]))
def test_what_is_no_question_is_refused_the_same_way(own: Flask, body: bytes) -> None:
    front, back = both(own, body)
    assert front == back
    assert front[0].startswith("4")


def test_a_plain_check_never_reaches_the_application(own: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    only_in_front(own, monkeypatch)
    for reader in ({"address": "95.165.0.9"}, {"location": {"country": "UA"}}, {"from": "request"}):
        body = json.dumps({"content": ARTICLE, "reader": reader}).encode()
        assert said(own.wsgi_app, environ(body))[0] == "200 OK"


@pytest.mark.parametrize("reader", [{"from": "request"}, None, {"address": "95.165.0.9"}])
def test_both_doors_count_alike(checker: Checker, reader: Any) -> None:
    trust = ProxyTrust.of(Settings(trusted_proxies=("10.0.0.0/8",), cdn="cloudflare"))
    body = json.dumps({"content": ARTICLE, **({"reader": reader} if reader else {})}).encode()
    told = []
    for is_front in (True, False):
        app = create_app(checker, trust=trust)
        for _ in range(11):
            said(app.wsgi_app if is_front else lane(app).behind, environ(body))
        said(app.wsgi_app if is_front else lane(app).behind, environ(b"{"))
        told.append(re.sub(r"compliance_slow_requests_total\{.*\n", "", app.test_client().get("/metrics").text))
    assert told[0] == told[1]
    assert 'compliance_requests_total{route="/v1/check",status="200"} 11' in told[0]
    assert 'compliance_requests_total{route="/v1/check",status="400"} 1' in told[0]


@pytest.mark.parametrize(
    ("took", "expected"),
    [(0.004, []), (0.006, ["0.005"]), (0.2, ["0.005", "0.05"]), (9.0, ["0.005", "0.05", "0.5", "5"])],
)
@pytest.mark.parametrize("body", [BODY, b"{"], ids=["in front", "behind"])
def test_slow_requests_are_counted_by_how_slow_they_are(
    own: Flask, monkeypatch: pytest.MonkeyPatch, body: bytes, took: float, expected: list[str]
) -> None:
    for steps in (itertools.repeat(0.0), itertools.count(1_000.0, took)):
        for module in ("fast_lane", "app"):
            monkeypatch.setattr(f"compliance.web.{module}.perf_counter", lambda steps=steps: next(steps))
        said(own.wsgi_app, environ(body))
    told = own.extensions["compliance"].metrics.text()
    assert re.findall(r'slow_requests_total\{route="/v1/check",seconds="([0-9.]+)"\} 1\n', told) == expected


def test_a_failure_in_front_is_an_answer_from_behind(own: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> NoReturn:
        raise RuntimeError

    expected = said(own.wsgi_app, environ(BODY))
    monkeypatch.setattr("compliance.web.fast_lane.answered", fails)
    assert said(own.wsgi_app, environ(BODY)) == expected


def test_an_answer_that_cannot_be_counted_is_an_answer_all_the_same(
    own: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> NoReturn:
        raise RuntimeError

    expected = said(own.wsgi_app, environ(BODY))
    monkeypatch.setattr("compliance.web.fast_lane._MOST_GIVEN", 1)
    monkeypatch.setattr("compliance.web.fast_lane.count", fails)
    assert said(own.wsgi_app, environ(BODY)) == expected


def test_a_body_larger_than_allowed_is_not_read_in_front(checker: Checker) -> None:
    app = create_app(checker, body_limit=len(BODY) - 1)

    class Untouched(BytesIO):
        def read(self, *_: Any) -> NoReturn:
            raise AssertionError("read")

    seen: list[Any] = []

    def behind(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(asked["wsgi.input"])
        start_response("413 Too Large", [])
        return ()

    lane(app).behind = behind
    stream = Untouched()
    assert said(app.wsgi_app, environ(BODY, **{"wsgi.input": stream}))[0].startswith("413")
    assert seen == [stream]


def test_a_reader_in_an_odd_shape_is_not_kept_with_the_page(checker: Checker) -> None:
    app = create_app(checker)
    kept = app.extensions["compliance"].kept
    for text in (
        '{"content":{"publisher":"rferl.org"},"reader":{"\\u0061ddress":"95.165.0.9"}}',
        '{"content":{"publisher":"rferl.org"},"re\\u0061der":{"address":"95.165.0.9"}}',
        '{"content":{"publisher":"rferl.org"},"reader":{"address":"95.165.0.9","location":null}}',
    ):
        assert said(app.wsgi_app, environ(text.encode()))[0] == "200 OK"
        assert kept.page((text.encode(), b"")) is None
    assert not kept._pages._young


@pytest.mark.parametrize("field", ["publisher", "headline", "url", "text"])
def test_a_page_with_an_address_in_it_is_answered_and_not_kept(checker: Checker, field: str) -> None:
    """It may be a reader's, put there by mistake."""
    app = create_app(checker)
    body = json.dumps({"content": {"publisher": "rferl.org", field: "https://203.0.113.77/a"}}).encode()
    first, second = (said(app.wsgi_app, environ(body)) for _ in range(2))
    assert first == second
    kept = app.extensions["compliance"].kept
    assert not kept._pages._young
    assert not kept._sitting.answers._young
    assert not kept._sitting.whole._young


KEYS = st.sampled_from(
    ["CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_", "REMOTE_ADDR", "wsgi.input"]
) | st.text("ABZ_9a-", max_size=80).map(lambda text: f"HTTP_{text}")


@given(st.lists(st.dictionaries(KEYS, st.sampled_from(["", "a", "192.0.2.7"]), max_size=8), max_size=3))
def test_headers_in_front_are_those_of_the_framework_in_its_order(several: list[dict[str, str]]) -> None:
    """However many requests with other names came before."""
    for each in several:
        assert headers_of(each) == list(EnvironHeaders(each))


def test_no_long_name_that_a_reader_chose_is_remembered() -> None:
    for kept, ask in (
        (fast_lane._name, lambda: headers_of({f"HTTP_{'A' * 64}": "a"})),
        (_tells, lambda: client_address(PEER, [("A" * 65, "a")], ProxyTrust())),
    ):
        kept.cache_clear()
        ask()
        assert kept.cache_info().currsize == 0


def test_an_annotated_page_is_counted_as_a_checked_one(checker: Checker) -> None:
    body = json.dumps({"content": {**ARTICLE, "text": "Words."}, "reader": {"location": {"country": "RU"}}}).encode()
    told = []
    for path in ("/v1/check", "/v1/annotate"):
        app = create_app(checker)
        for _ in range(10):
            assert said(app.wsgi_app, environ(body, PATH_INFO=path))[0] == "200 OK"
        found = re.findall(
            r"compliance_(?:notices|rule_notices|unknowns)_total\{.*", app.test_client().get("/metrics").text
        )
        told.append(found)
    assert told[0] == told[1] != []
