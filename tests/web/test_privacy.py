"""No reader's address in any answer, error or log line, wherever in a request it stands and whatever goes wrong."""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from compliance import Checker, Content
from compliance.config import Settings
from compliance.errors import Problem, RequestError
from compliance.geo.client_address import ProxyTrust
from compliance.web.app import create_app
from compliance.web.withheld import silence_words
from tests.examples import are_all
from tests.web.asking import ARTICLE, DAY, PEER, Asker, refused, status_of, words

ADDRESSES = (
    "95.165.0.1",
    "::ffff:95.165.0.1",
    "[::ffff:95.165.0.1]:443",
    "95.165.0.1:51234",
    "2a02:6b8::2:242",
    "2a02:06b8:0000:0000:0000:0000:0002:0242",
    "[2a02:6b8::2:242]:443",
    "fe80::95:165%eth0",
    "http://95.165.0.1/x",
    "http://[2a02:6b8::2:242]/x",
    "user@95.165.0.1",
    "reader 95.165.0.1",
    "９５.１６５.０.１",
)
WHERE = {
    "CF_IPCity": "Hurzuf",
    "CF_IPLatitude": "44.951773",
    "CF_IPLongitude": "34.102417",
    "CF_Timezone": "Europe/Hurzuf",
    "CF_Region": "Hurzuf",
    "CF_Region_Code": "43",
}
"""What a CDN tells of a reader beside the country, which no answer and no line shows."""
TELLING = (
    "95.165.0.1",
    "95:165",
    "2a02:6b8",
    "2a02:06b8",
    "2:242",
    "９５.１６５",
    "95.165",
    "Hurzuf",
    "44.95",
    "34.10",
)
PLACES = words(
    "content.url content.publisher content.headline content.text content.html content.language content.date_published "
    "content.facts.content.kind content.facts.content.mentions content.facts.content.language content.facts.publisher "
    "content.facts.content.date_published content.facts.publisher.answers_to content.facts.publisher.designated_as "
    "content.facts.reader.location content.facts.content.promotes content.facts.nonsense reader reader.address "
    "reader.location reader.location.country reader.location.subdivision reader.from languages as_of explain nonsense "
    "content.nonsense reader.nonsense reader.location.nonsense"
)


def placed(where: str, value: Any) -> dict[str, Any]:
    """A question with a value at a place; facts have dots in their names."""
    question: dict[str, Any] = {"content": json.loads(json.dumps(ARTICLE)), "as_of": DAY, "explain": True}
    fact = where.removeprefix("content.facts.")
    if fact != where:
        question["content"]["facts"][fact] = value
        return question
    *path, last = where.split(".")
    holder = question
    for name in path:
        holder = holder.setdefault(name, {})
    holder[last] = value
    return question


def named(where: str, name: str) -> dict[str, Any]:
    """A question with a field that has `name` beside the field at a place."""
    question = placed(where, None)
    holder: Any = question
    for step in where.split(".")[:-1] if "facts" not in where else ["content", "facts"]:
        holder = holder[step]
    holder[name] = "x"
    return question


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Collects what is said to anybody: texts that the test adds, log records of every level, output."""
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        yield said
    said += [str(record.__dict__) for record in caplog.records]
    said += capfd.readouterr()
    for word in TELLING:
        assert not [text for text in said if word in text], word


def tried(place: int) -> Sequence[str]:
    """Every third address, from another one on at each place; all of them in the proofs."""
    return ADDRESSES if are_all() else ADDRESSES[place % 3 :: 3]


def said_of(asker: Asker, where: str, addresses: Sequence[str], in_lists: Sequence[str]) -> Iterator[str]:
    """What is answered to addresses at a place, and to some also in a list and in an object."""
    values = [*addresses, *([address] for address in in_lists), *({address: address} for address in in_lists)]
    for value in values:
        response = asker.check(placed(where, value))
        assert response.status_code in {200, 400}
        yield from (response.text, str(response.headers))


@pytest.mark.parametrize("where", PLACES)
def test_an_address_anywhere_in_a_question_is_never_repeated(asker: Asker, everything: list[str], where: str) -> None:
    everything += said_of(asker, where, tried(PLACES.index(where)), (ADDRESSES[0], ADDRESSES[6]))


@pytest.mark.prove
@pytest.mark.parametrize("where", PLACES)
def test_no_address_in_a_list_or_an_object_is_repeated(asker: Asker, everything: list[str], where: str) -> None:
    everything += said_of(asker, where, ADDRESSES, ADDRESSES)


NEAR = ("x", "content.x", "content.facts.x", "reader.x", "reader.location.x", "content.facts.content.kind")


@pytest.mark.parametrize("where", NEAR)
def test_an_address_as_the_name_of_a_field_is_never_repeated(asker: Asker, everything: list[str], where: str) -> None:
    for address in tried(NEAR.index(where)):
        question = json.dumps(named(where, address))
        for body in (question, question.replace('"x"}', f'"x", "{address}": "y"}}', 1)):
            response = asker.send(body.encode())
            refused(response, 400)
            everything += [response.text, str(response.headers)]


def test_an_address_in_headers_path_or_query_is_never_repeated(asker: Asker, everything: list[str]) -> None:
    for address in ADDRESSES[:9]:
        for path in ("/v1/check?a=", "/v1//check?a=", "/v1/check/?a=", "/", "/v1/check/"):
            for method in ("POST", "GET", "OPTIONS", "TRACE"):
                response = asker.send(b"{", method, path + address, Forwarded=f"for={address}")
                everything += [response.text, str(response.headers)]
        response = asker.send(b"{}", Content_Type=f"x/y; charset={address}", Content_Encoding=address)
        everything += [response.text, str(response.headers)]


@pytest.mark.parametrize("body", ['{"reader": {"address": "95.165.0.1"', '"95.165.0.1', "95.165.0.1", '{"95.165.0.1'])
def test_what_is_not_json_is_not_repeated(asker: Asker, everything: list[str], body: str) -> None:
    everything.append(asker.send(body.encode()).text)


def telling(checker: Checker, *, is_trusted: bool) -> Asker:
    """Asks from a peer that is a proxy of the operator's, or nobody, with all that a CDN tells."""
    settings: dict[str, object] = {
        "trusted_proxies": [PEER if is_trusted else "192.0.2.1"],
        "client_address": "x-forwarded-for",
        "cdn": "cloudflare",
        "cdn_headers": words("country region region_name city latitude longitude time_zone"),
    }
    return Asker(create_app(checker, trust=ProxyTrust.of(Settings.of(settings))))


@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize("country", ["UA", "RU", "XX", "T1", "Hurzuf", "UA, Hurzuf", ""])
def test_what_a_cdn_tells_beside_the_country_is_never_repeated(
    checker: Checker, everything: list[str], is_trusted: bool, country: str
) -> None:
    asker = telling(checker, is_trusted=is_trusted)
    for reader in ({"from": "request"}, {"location": {"country": "UA"}}, {"from": "nobody"}, {}):
        for address in ("95.165.0.2", "garbage"):
            question = {"content": ARTICLE, "as_of": DAY, "reader": reader, "explain": True}
            response = asker.check(question, X_Forwarded_For=address, CF_IPCountry=country, **WHERE)
            everything += [response.text, str(response.headers)]
    everything += [asker.send(None, "GET", path).text for path in ("/metrics", "/readyz")]


def test_what_a_cdn_tells_is_what_an_answer_rests_on(checker: Checker) -> None:
    """Otherwise there would be nothing to repeat."""
    asker = telling(checker, is_trusted=True)
    question = {"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}
    location = json.loads(asker.check(question, X_Forwarded_For="8.8.8.8", CF_IPCountry="UA", **WHERE).data)["location"]
    assert "cloudflare locates it" in location["basis"][0]
    assert {"UA-43", "US"} <= set(location["places"])


_CACHE = type(lru_cache(str))


def caches() -> dict[str, int]:
    """How much is in each cache of a function, of ours and of the libraries; the test's own client keeps its URLs."""
    modules = [value for module in list(sys.modules.values()) for value in list(vars(module).values())]
    found = [each for each in (*modules, *gc.get_objects()) if type(each) is _CACHE]
    sizes = {
        f"{each.__module__}.{getattr(each, '__qualname__', id(each))}": each.cache_info().currsize for each in found
    }
    return {name: size for name, size in sizes.items() if name != "urllib.parse.urlsplit"}


def asks_everywhere(asker: Asker, number: int) -> None:
    """A reader whose address and city are nobody else's, in each place where they may stand."""
    address, city = f"95.165.0.{number + 10}", f"Hurzuf {number}"
    told = {"CF_Region": city, "CF_Region_Code": city, "CF_IPCity": city, "CF_Timezone": f"Europe/H{number}"}
    for reader in ({"from": "request"}, {"address": address}, {"location": {"country": city}}):
        question = {"content": {"publisher": f"{city}.example", "url": f"https://{address}"}, "reader": reader}
        for country in ("UA", city, address):
            asker.check(question, X_Forwarded_For=address, **{**WHERE, **told}, CF_IPCountry=country)


def test_no_cache_grows_with_another_reader_of_the_same_place(checker: Checker) -> None:
    asker = telling(checker, is_trusted=True)
    asks_everywhere(asker, 0)
    before = caches()
    asks_everywhere(asker, 1)
    assert caches() == before


def test_a_host_is_read_without_a_cache_of_the_standard_library(checker: Checker) -> None:
    info = getattr(urlsplit, "cache_info", None)
    before = info and info()
    for url in ("https://203.0.113.77/a", "//203.0.113.78", "https://[2001:db8::77]:80/", "radio.example"):
        checker.check(Content(url=url, publisher=url))
    assert (info and info()) == before


class _BrokenError(Exception):
    """Tells what it was given, as exceptions of libraries do."""


def _broken(checker: Checker, monkeypatch: pytest.MonkeyPatch, room: str) -> None:
    def fail(*arguments: object, **_: object) -> NoReturn:
        raise _BrokenError(f"cannot handle 95.165.0.1 in {arguments}")

    monkeypatch.setattr(room, fail)


@pytest.mark.parametrize(
    "room",
    [
        "compliance.check.Checker.located",
        "compliance.reader.locate",
        "compliance.reader.parse_address",
        "compliance.check.told",
        "compliance.check.explain_plainly",
        "compliance.check.assemble",
        "compliance.answer.Answer.to_json",
        "compliance.web.checking.understand",
        "compliance.reader.cdn_evidence",
        "compliance.web.metrics.Metrics.add",
    ],
)
def test_a_failure_inside_is_refused_and_logged_without_what_was_sent(
    checker: Checker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    everything: list[str],
    room: str,
) -> None:
    _broken(checker, monkeypatch, room)
    asker = Asker(create_app(checker))
    body = json.dumps(placed("reader.address", "95.165.0.1")).encode()
    response = asker.send(body, path="/v1/check?reader=95.165.0.1")
    everything += [response.text, str(response.headers)]
    assert response.status_code == 500
    assert any("_BrokenError at " in record.getMessage() for record in caplog.records)
    assert refused(response, 500)["type"] == "urn:compliance:problem:internal"


@pytest.mark.parametrize("room", ["compliance.reader.cdn_evidence", "compliance.reader.observed"])
def test_a_failure_in_reading_what_a_cdn_tells_says_nothing_of_it(
    checker: Checker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    everything: list[str],
    room: str,
) -> None:
    _broken(checker, monkeypatch, room)
    question = {"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}
    asker = telling(checker, is_trusted=True)
    response = asker.check(question, X_Forwarded_For="95.165.0.2", CF_IPCountry="UA", **WHERE)
    everything += [response.text, str(response.headers)]
    assert refused(response, 500)["type"] == "urn:compliance:problem:internal"
    assert any("_BrokenError at " in record.getMessage() for record in caplog.records)


def test_a_message_that_repeats_an_address_by_mistake_is_sent_without_it(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, everything: list[str]
) -> None:
    def careless(*_: object, **__: object) -> NoReturn:
        raise RequestError([Problem(f"no {each}", where=f"x[{each}]", help=f"not {each}") for each in ADDRESSES])

    monkeypatch.setattr(Checker, "answered", careless)
    response = Asker(create_app(checker)).check({"content": {}})
    everything.append(response.text)
    assert len(refused(response, 400)["problems"]) == len(ADDRESSES)


def test_a_library_that_names_peers_and_values_logs_only_where_it_did(
    caplog: pytest.LogCaptureFixture, everything: list[str]
) -> None:
    library = logging.getLogger("a.library")
    for _ in range(2):
        silence_words("a.library")
    try:
        int("95.165.0.1")
    except ValueError:
        library.exception("closing %s", "95.165.0.1", stack_info=True)
    library.info("95.165.0.1 is gone")
    messages = [record.getMessage() for record in caplog.records]
    assert [message.startswith("reported from test_a_library") for message in messages] == [True, True]
    assert "ValueError at test_a_library" in messages[0]


CLAIMS = words(
    "X-Forwarded-For X-Real-IP True-Client-IP CF-Connecting-IP X-Client-IP Client-IP X-Cluster-Client-IP X-Forwarded "
    "Forwarded-For X-Original-Forwarded-For Fastly-Client-IP Fly-Client-IP X-Azure-ClientIP X-Envoy-External-Address "
    "X-Appengine-User-IP Forwarded Via CDN-Loop CF-IPCountry CF-Ray X-Azure-SocketIP X-Azure-Ref X-Akamai-Edgescape "
    "CloudFront-Viewer-Address CloudFront-Viewer-Country X-Amz-Cf-Id X-Amzn-Trace-Id Fly-Region X-Vercel-IP-Country "
    "X-Nf-Client-Connection-Ip"
)


def test_a_caller_that_leaves_the_reader_out_never_has_its_own_address_used(asker: Asker) -> None:
    readers: tuple[Any, ...] = (None, {}, {"location": {}}, {"address": None})
    for reader in readers:
        answer = asker.answer(reader)
        assert (status_of(answer), answer["location"]["anywhere"], answer["location"]["places"]) == (
            "possible",
            True,
            [],
        )


def test_only_a_caller_that_asks_for_it_has_its_own_address_used(asker: Asker) -> None:
    answer = asker.answer({"from": "request"})
    assert (status_of(answer), answer["location"]["anywhere"]) == ("required", False)
    assert "RU" in answer["location"]["places"]


@pytest.mark.parametrize("header", CLAIMS)
def test_no_header_is_believed_and_one_that_tells_of_a_proxy_makes_the_peer_nobody(asker: Asker, header: str) -> None:
    for claim in ("8.8.8.8", "95.165.0.1", "for=8.8.8.8", ""):
        for reader in (None, {"from": "request"}):
            question = {"content": ARTICLE, "as_of": DAY, **({"reader": reader} if reader else {})}
            location = json.loads(asker.check(question, **{header: claim}).data)["location"]
            assert (location["anywhere"], location["places"]) == (True, [])


@pytest.mark.parametrize(
    "header", ["CF-IPCountry", "X-Country", "X-Geo-Country", "CloudFront-Viewer-Country", "Accept-Language"]
)
def test_no_header_places_the_reader(asker: Asker, header: str) -> None:
    response = asker.check({"content": ARTICLE, "as_of": DAY}, **{header: "US"})
    assert json.loads(response.data)["location"]["places"] == []


@pytest.mark.parametrize("peer", ["", "localhost", "unix:", "@", "127.0.0.1", "::1", "fe80::1%eth0"])
def test_a_peer_that_is_nobody_in_particular_may_be_anywhere(asker: Asker, peer: str) -> None:
    body = json.dumps({"content": ARTICLE, "reader": {"from": "request"}, "as_of": DAY})
    response = asker.app.test_client().post("/v1/check", data=body, environ_base={"REMOTE_ADDR": peer})
    assert response.json is not None
    assert response.json["location"]["anywhere"]
