"""The recipe that answers from a table, in a real nginx: hundreds of pages in five zones, and whatever goes wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

import pytest

from compliance.check import Checker
from compliance.edge.table import EdgeTable
from tests.deploy import edging
from tests.deploy.edging import CDN, HOST, NOTICE, PLACES, READER, StandIn, due, get, headers, leaks, one
from tests.deploy.proxying import DEPLOY, Proxy, dead_port, proxying
from tests.edge.world import WORLD
from tests.examples import are_all
from tests.tiny import written
from tests.web.process import serving

RECIPE = DEPLOY / "recipes" / "nginx-edge-table"
PAGES = 1000 if are_all() else 300
ODD = (
    "/a b",
    '/"quoted"',
    "/it's",
    "/$remote_addr",
    "/${host}",
    "/a;b{c}",
    "/~tilde",
    "/a|b",
    "/a|b|c",
    "/%25",
    "/я/статья",
    "/Upper",
    "/upper",
    "/default",
    "/#hash",
    "/" + "long" * 60,
)
"""Paths, without escapes, of which each has a sign that means something to nginx."""
PATHS = [*(quote(each) for each in ODD), *(f"/a/{number}.html" for number in range(PAGES - len(ODD)))]
LIES = (
    "X-Reader-Country: US",
    "X-Compliance-Zone: 8",
    "X-Forwarded-For: 8.8.8.8",
    "CF_IPCountry: US",
    "CF-Region-Codes: MOW",
    "X-Country: US",
    "True-Client-IP: 8.8.8.8",
)
SAID = b'<div class="notices">said by the service</div>'


@dataclass(frozen=True)
class Edge:
    """nginx with a table, and who stands behind it."""

    proxy: Proxy
    table: EdgeTable
    service: StandIn
    site: StandIn


def answers(_: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, SAID


def publishes(heard: edging.Heard) -> tuple[int, dict[str, str], bytes]:
    """A publishing system, which would have its pages kept by everybody."""
    status = 404 if heard.path.startswith("/missing") else 200
    kept = {"ETag": '"page"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "Cache-Control": "public, max-age=600"}
    told = {"Vary": "Accept-Encoding", "CDN-Cache-Control": "max-age=600", "Expires": "Fri, 01 Jan 2100 00:00:00 GMT"}
    if heard.path.startswith("/style"):
        return status, {"Content-Type": "text/css", **kept, **told}, b"p {}"
    return status, {"Content-Type": "text/html; charset=utf-8", **kept, **told}, f"<p>site</p>{NOTICE}".encode()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> EdgeTable:
    checker = Checker.open(written(tmp_path_factory.mktemp("rules"), WORLD))
    return edging.made(checker, [edging.page(path, number) for number, path in enumerate(PATHS)])


def running(nginx: str, where: Path, table: EdgeTable, service: int, site: int, stack: ExitStack) -> Proxy:
    pages = where / "site"
    for path, name in zip(PATHS[: len(ODD)], ODD, strict=True):
        (pages / name[1:]).mkdir(parents=True, exist_ok=True)
        (pages / name[1:] / "index.html").write_text(f"<p>{path}</p>{NOTICE}", encoding="utf-8")
    (pages / "a").mkdir(exist_ok=True)
    for path in PATHS[len(ODD) :]:
        (pages / path[1:]).write_text(f"<p>{path}</p>{NOTICE}", encoding="utf-8")
    moved = {
        **edging.included(edging.installed(table, where / "table")),
        "set $tables /etc/nginx/compliance;": f"set $tables {where / 'table'};",
        "root /srv/site;": f"root {pages};",
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{site};",
    }
    config, place = RECIPE / "nginx.conf", where / "nginx"
    return stack.enter_context(proxying(nginx, config, place, service, is_told_the_reader=True, moved=moved))


@pytest.fixture(scope="module")
def shared(nginx: str, table: EdgeTable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One nginx for all tests."""
    with ExitStack() as stack:
        service = stack.enter_context(edging.standing_in(answers))
        site = stack.enter_context(edging.standing_in(publishes))
        where = tmp_path_factory.mktemp("edge")
        yield Edge(running(nginx, where, table, service.server_port, site.server_port, stack), table, service, site)


@pytest.fixture
def edge(shared: Edge) -> Iterator[Edge]:
    """The same, with a service that answers and nothing heard yet."""
    shared.service.answer = answers
    shared.service.heard.clear()
    shared.site.heard.clear()
    yield shared
    assert not any(shared.proxy.written().values())


def fetched(path: str, number: int) -> str:
    """The path at which a page is asked for: of some there is a directory."""
    return f"{path}/" if number < len(ODD) else path


def test_hundreds_of_pages_in_five_zones_have_their_own_notices_and_the_service_is_never_asked(edge: Edge) -> None:
    wanted = [(number, place) for number in range(len(PATHS)) for place in PLACES]
    random.Random(0).shuffle(wanted)  # noqa: S311 - any order will do
    found = edging.asked(
        edge.proxy, [get(fetched(PATHS[number], number), *headers(*place)) for number, place in wanted]
    )
    for (number, place), reply in zip(wanted, found, strict=True):
        path = PATHS[number]
        assert (reply.status, reply.body.decode()) == (200, f"<p>{path}</p>{due(edge.table, path, *place)}"), path
        assert (reply.headers["cache-control"], reply.headers["vary"]) == ("private, no-store", "*")
        assert leaks(edge.table, reply) == []
    assert len({due(edge.table, PATHS[0], *place) for place in PLACES}) == len(PLACES)
    assert edge.service.heard == []


@pytest.mark.parametrize("place", PLACES)
def test_only_the_cdn_is_believed_and_in_its_own_headers_alone(edge: Edge, place: tuple[str, str]) -> None:
    path = PATHS[-1]
    from_cdn = one(edge.proxy, path, *LIES, *headers(*place)).body.decode()
    assert from_cdn.endswith(due(edge.table, path, *place))
    for peer in (READER, "127.0.0.1"):
        past_it = one(edge.proxy, path, *LIES, *headers(*place), peer=peer).body.decode()
        assert past_it.endswith(due(edge.table, path, "", ""))


@pytest.mark.parametrize(
    "value", ["XX", "T1", "A1", "garbage", "US, BY", "U$", "USA", "-", '"', "US;", "1 US", "0", "%55S", "ÜS", "US\t43"]
)
def test_whatever_is_no_country_is_where_nobody_knows(edge: Edge, value: str) -> None:
    for region in ("", "43", "MOW"):
        reply = one(edge.proxy, PATHS[-1], f"CF-IPCountry: {value}", *headers("", region))
        assert reply.body.decode().endswith(due(edge.table, PATHS[-1], "", ""))
        assert "Perhaps words of in-belarus" in reply.body.decode()


def test_a_country_that_is_told_twice_is_the_first_or_none(edge: Edge) -> None:
    """nginx before 1.23 takes the first line, as its CDN wrote it; later ones join them, and then none is known."""
    reply = one(edge.proxy, PATHS[-1], "CF-IPCountry: BY", "CF-IPCountry: US").body.decode()
    assert reply.endswith((due(edge.table, PATHS[-1], "BY", ""), due(edge.table, PATHS[-1], "", "")))


@pytest.mark.parametrize("region", ["43", "UA-43", "ua43", "14", "30", "99", "", "RU-MOW", "UAUA", "-43", "43-", "4 3"])
@pytest.mark.parametrize("country", ["UA", "ua", "RU"])
def test_nginx_reads_regions_as_the_table_does(edge: Edge, country: str, region: str) -> None:
    lines = (f"CF-IPCountry: {country}", *([f"CF-Region-Code: {region}"] if region else []))
    assert one(edge.proxy, PATHS[-2], *lines).body.decode().endswith(due(edge.table, PATHS[-2], country, region))


def test_pages_are_told_apart_as_the_table_does_and_anything_else_is_asked_of_the_service(edge: Edge) -> None:
    known, us = "/a/1.html", headers("US", "")
    same = (
        known,
        f"{known}?utm_source=x",
        f"{known}?fbclid=1&utm_medium=y",
        "/a/./1.html",
        "/b/../a/1.html",
        "/a/%31.html",
    )
    for path in same:
        assert one(edge.proxy, path, *us).body.decode() == f"<p>{known}</p>{due(edge.table, known, 'US', '')}", path
    assert edge.service.heard == []
    others = (
        f"{known}?id=7",
        f"{known}?utm_source=x&id=7",
        "/A/1.html",
        "/a/1.HTML",
        "/a%2f1.html",
        "/a//1.html",
        "/a\\1.html",
    )
    for number, path in enumerate(others, 1):
        assert one(edge.proxy, path, *us).body.endswith(SAID), path
        assert len(edge.service.heard) == number
    for path, number in (("/Upper", ODD.index("/Upper")), ("/upper", ODD.index("/upper"))):
        assert one(edge.proxy, f"{path}/").body.decode().endswith(due(edge.table, PATHS[number], "", ""))
    assert due(edge.table, "/Upper", "RU", "") != due(edge.table, "/upper", "RU", "")


def test_the_host_may_be_written_with_www_and_another_one_is_another_site(edge: Edge) -> None:
    request = get(PATHS[-1], *headers("RU", ""))
    found = edging.asked(
        edge.proxy, [request.replace(HOST.encode(), each) for each in (b"www.radio.example", b"RADIO.example:80")]
    )
    assert [reply.body.decode().endswith(due(edge.table, PATHS[-1], "RU", "")) for reply in found] == [True, True]
    edge.service.answer = lambda _: None
    [other] = edging.asked(edge.proxy, [request.replace(HOST.encode(), b"other.example")])
    assert other.body.decode().endswith(edge.table.find("", "other.example", edge.table.zone("RU")))


def test_of_a_page_that_the_table_does_not_know_the_service_hears_page_and_place_and_nothing_else(edge: Edge) -> None:
    one(edge.proxy, "/new?id=7", *headers("UA", "43"), *LIES, "Cookie: session=1", "User-Agent: reader")
    one(edge.proxy, "/new", *headers("UA", "43"), peer=READER)
    one(edge.proxy, '/x","publisher":"y', *headers("US", ""))
    first, second, third = edge.service.heard
    assert (first.path, json.loads(first.body)) == (
        "/v1/fragment",
        {"content": {"url": f"https://{HOST}/new?id=7"}, "reader": {"from": "request"}},
    )
    assert (first.headers["x-reader-country"], first.headers["x-reader-region"]) == ("UA", "43")
    assert first.headers.keys() == {
        *("host", "content-type", "content-length", "x-reader-country", "x-reader-region"),
    } | (first.headers.keys() & {"connection"})
    assert {"x-reader-country", "x-reader-region"}.isdisjoint(second.headers)
    assert json.loads(third.body)["content"] == {"publisher": "my-daily.example"}
    assert READER not in str(edge.service.heard) + str(edge.site.heard)


WORDS = b"<h1>Internal error</h1> traceback"


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: None,
        lambda _: (500, {"Content-Type": "text/html"}, WORDS),
        lambda _: (503, {"Content-Type": "application/problem+json"}, WORDS),
        lambda _: (404, {"Content-Type": "text/html"}, WORDS),
        lambda _: (400, {"Content-Type": "text/html"}, WORDS),
        lambda _: (429, {"Retry-After": "5"}, WORDS),
    ],
    ids=["says nothing", "500", "503", "404", "400", "429"],
)
def test_where_the_service_fails_the_page_stands_with_what_any_page_of_the_site_may_need(
    edge: Edge, answer: edging.Answer
) -> None:
    edge.service.answer = answer
    for place in PLACES:
        reply = one(edge.proxy, "/new", *headers(*place))
        fallback = edge.table.find("", HOST, edge.table.zone(*place))
        assert (reply.status, reply.body.decode()) == (200, f"<p>site</p>{fallback}")
        assert leaks(edge.table, reply) == []
        known = one(edge.proxy, PATHS[-1], *headers(*place)).body.decode()
        assert known.endswith(due(edge.table, PATHS[-1], *place))
    assert {json.loads(heard.body)["content"]["url"] for heard in edge.service.heard} == {f"https://{HOST}/new"}


def test_a_page_of_the_site_is_kept_by_nobody_and_never_said_to_be_as_before(edge: Edge) -> None:
    conditions = ('If-None-Match: "page"', "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "Range: bytes=0-3")
    for path in ("/new", PATHS[-1], fetched(PATHS[0], 0)):
        for lines in ((), conditions, conditions[:1], conditions[1:2], conditions[2:]):
            reply = one(edge.proxy, path, *lines, *headers("RU", ""))
            assert (reply.status, reply.body.count(b"notices")) == (200, 1), (path, lines)
            assert (reply.headers["cache-control"], reply.headers["vary"]) == ("private, no-store", "*")
            assert leaks(edge.table, reply) == []
    file = (edge.proxy.where.parent / "site" / PATHS[-1][1:]).stat()
    known = (
        f'If-None-Match: "{int(file.st_mtime):x}-{file.st_size:x}"',
        f"If-Modified-Since: {formatdate(file.st_mtime, usegmt=True)}",
    )
    for told in (known, known[:1], known[1:]):  # as nginx would have told them of the file
        assert one(edge.proxy, PATHS[-1], *told, *headers("RU", "")).status == 200
    sent = {name for heard in edge.site.heard for name in heard.headers}
    assert sent == {"host", "connection"}
    style = one(edge.proxy, "/style.css")
    assert (style.headers["cache-control"], style.headers["vary"]) == ("public, max-age=600", "Accept-Encoding")


def test_the_error_pages_of_the_site_have_notices_too(edge: Edge) -> None:
    reply = one(edge.proxy, "/missing", *headers("RU", ""))
    assert (reply.status, reply.body) == (404, b"<p>site</p>" + SAID)
    assert reply.headers["cache-control"] == "private, no-store"


def test_head_has_no_body_and_the_notices_themselves_cannot_be_asked_for(edge: Edge) -> None:
    reply = one(edge.proxy, PATHS[-1], *headers("RU", ""), method="HEAD")
    assert (reply.status, reply.headers["cache-control"]) == (200, "private, no-store")
    for path in ("/compliance/notice", "/compliance/notice?x", "/fragments/", "/compliance.conf", "/v1/fragment"):
        reply = one(edge.proxy, path)
        assert reply.body.count(b"<p>site</p>") == (path not in {"/compliance/notice", "/compliance/notice?x"})
        assert leaks(edge.table, reply) == []


def test_a_real_service_answers_for_pages_that_the_table_does_not_know(
    nginx: str, table: EdgeTable, tmp_path: Path
) -> None:
    rules = written(tmp_path / "rules", WORLD)
    settings = RECIPE / "compliance.toml"
    with (
        ExitStack() as stack,
        edging.standing_in(publishes) as site,
        serving(tmp_path / "log", "--config", str(settings), "--rules", str(rules)) as service,
    ):
        (tmp_path / "edge").mkdir()
        proxy = running(nginx, tmp_path / "edge", table, service.port, site.server_port, stack)
        found = [one(proxy, "/new", *headers(*place)).body.decode() for place in PLACES]
        assert [
            [words in body for words in ("in-held.", "Words of in-held", "in-france", "If you are in Russia")]
            for body in found
        ] == [
            [True, False, False, True],
            [True, True, False, False],
            [False, False, True, False],
            [False, False, False, False],
            [True, False, True, True],
        ]


def test_with_a_table_that_is_over_and_a_dead_service_pages_have_what_any_page_may_need(
    nginx: str, table: EdgeTable, tmp_path: Path
) -> None:
    over = replace(table, basis=replace(table.basis, valid_until=datetime(2026, 1, 1, tzinfo=UTC)))
    with ExitStack() as stack, dead_port() as service, dead_port() as site:
        proxy = running(nginx, tmp_path, over, service, site, stack)
        for place in PLACES:
            body = one(proxy, PATHS[-1], *headers(*place)).body.decode()
            assert body == f"<p>{PATHS[-1]}</p>{table.find_when_over(HOST)}"
            assert all(words in body for words in ("in-held", "in-belarus", "in-france", "If you are in Russia"))
            [other] = edging.asked(proxy, [get(PATHS[-1]).replace(HOST.encode(), b"other.example")])
            assert other.body.decode().endswith(table.find_when_over("other.example"))
        for name in table.fragments:
            (tmp_path / "table" / "fragments" / f"{name}.html").unlink()
        assert one(proxy, PATHS[-1]).body.decode() == f"<p>{PATHS[-1]}</p>{table.fallback}"
        (tmp_path / "table" / "fallback.html").unlink()
        assert "Depending on where you are" in one(proxy, PATHS[-1]).body.decode()
        assert one(proxy, "/new", peer=CDN).status == 502
