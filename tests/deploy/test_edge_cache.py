"""The recipe that keeps pages by zone, in a real nginx: what is kept for one zone never reaches another."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from compliance.check import Checker
from compliance.edge.table import EdgeTable
from tests.deploy import edging
from tests.deploy.edging import PLACES, READER, Heard, StandIn, due, get, headers, leaks, one
from tests.deploy.proxying import DEPLOY, Proxy, proxying
from tests.edge.world import WORLD
from tests.tiny import written
from tests.web.process import eventually

CONFIG = DEPLOY / "recipes" / "nginx-edge-cache" / "nginx.conf"
PATHS = [f"/a/{number}.html" for number in range(40)]
KEPT = {
    "Content-Type": "text/html; charset=utf-8",
    "ETag": '"page"',
    "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT",
    "Cache-Control": "public, max-age=600",
    "CDN-Cache-Control": "max-age=600",
    "Surrogate-Control": "max-age=600",
    "Expires": "Fri, 01 Jan 2100 00:00:00 GMT",
}
"""A publishing system would have its pages kept by everybody."""


@dataclass(frozen=True)
class Edge:
    """nginx with a cache before a publishing system that puts notices into its pages."""

    proxy: Proxy
    table: EdgeTable
    site: StandIn

    def text(self, path: str, country: str, region: str) -> bytes:
        return f"<p>{path}</p>{due(self.table, path, country, region)}".encode()

    def publishes(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        told = [heard.headers.get(f"x-reader-{each}", "") for each in ("country", "region")]
        status = 404 if "missing" in heard.path else 200
        return status, KEPT, self.text(heard.path.partition("?")[0], *told)


@pytest.fixture(scope="module")
def shared(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One nginx for all tests."""
    checker = Checker.open(written(tmp_path_factory.mktemp("rules"), WORLD))
    table = edging.made(checker, [edging.page(path, number) for number, path in enumerate(PATHS)])
    with ExitStack() as stack:
        site = stack.enter_context(edging.standing_in(lambda _: None))
        where = tmp_path_factory.mktemp("edge")
        yield Edge(running(nginx, where, table, site.server_port, stack), table, site)


def running(nginx: str, where: Path, table: EdgeTable, site: int, stack: ExitStack) -> Proxy:
    moved = {
        **edging.included(edging.installed(table, where / "table")),
        "proxy_cache_path /var/cache/nginx/pages": f"proxy_cache_path {where / 'pages'}",
    }
    text = CONFIG.read_text(encoding="utf-8").replace("server 127.0.0.1:8080;", "server 127.0.0.1:8000;")
    (where / "recipe.conf").write_text(text, encoding="utf-8")  # the site takes the place of the service
    config, place = where / "recipe.conf", where / "nginx"
    return stack.enter_context(proxying(nginx, config, place, site, is_told_the_reader=True, moved=moved))


@pytest.fixture
def edge(shared: Edge) -> Edge:
    """The same, with a site that publishes and nothing heard yet."""
    shared.site.answer = shared.publishes
    shared.site.heard.clear()
    return shared


def test_pages_are_made_once_for_each_zone_and_no_zone_gets_those_of_another(edge: Edge) -> None:
    wanted = [(path, place) for path in PATHS for place in (*PLACES, ("DE", "BY"), ("US", "CA"))] * 3
    random.Random(0).shuffle(wanted)  # noqa: S311 - any order will do
    own = "?utm_source=of-this-test"
    found = edging.asked(edge.proxy, [get(path + own, *headers(*place)) for path, place in wanted])
    for (path, place), reply in zip(wanted, found, strict=True):
        assert (reply.status, reply.body) == (200, edge.text(path, *place))
        assert (reply.headers["cache-control"], reply.headers["vary"]) == ("private, no-store", "*")
        assert leaks(edge.table, reply) == []
    made = Counter(heard.path for heard in edge.site.heard)
    assert set(made) == {path + own for path in PATHS}
    assert set(made.values()) == {len(PLACES)}  # places of one zone share what is kept


@pytest.mark.parametrize("place", PLACES)
def test_nobody_puts_a_page_into_the_zone_of_others(edge: Edge, place: tuple[str, str]) -> None:
    lies = ("X-Reader-Country: US", "X-Reader-Region: CA", "CF_IPCountry: US", "X-Forwarded-For: 8.8.8.8")
    path = f"{PATHS[1]}?utm_source={place[0]}"
    for peer, lines in ((READER, headers("US", "")), ("192.0.2.9", headers(*place))):
        first = one(edge.proxy, path, *lies, *lines, peer=peer).body
        assert first == edge.text(PATHS[1], *(place if peer != READER else ("", "")))
    for country, region in PLACES:
        assert one(edge.proxy, path, *headers(country, region)).body == edge.text(PATHS[1], country, region)
    told = {
        (each.headers.get("x-reader-country", ""), each.headers.get("x-reader-region", "")) for each in edge.site.heard
    }
    assert told <= set(PLACES)
    assert not {name for heard in edge.site.heard for name in heard.headers if name.startswith(("cf", "x-forwarded"))}


def test_pages_that_the_table_does_not_know_are_never_kept(edge: Edge) -> None:
    for path in ("/new", f"{PATHS[2]}?id=7", "/a%2f2.html", "/A/2.html"):
        edge.site.heard.clear()
        for _ in range(2):
            reply = one(edge.proxy, path, *headers("RU", ""))
            assert (reply.status, reply.headers["cache-control"]) == (200, "private, no-store")
        assert len(edge.site.heard) == 2, path


def test_what_is_for_somebody_who_is_logged_in_is_neither_kept_nor_taken_from_what_is(edge: Edge) -> None:
    path, us = PATHS[3], headers("US", "")
    one(edge.proxy, path, *us)
    edge.site.heard.clear()
    edge.site.answer = lambda _: (200, KEPT, b"for somebody")
    for line in ("Cookie: session=1", "Authorization: Basic x"):
        assert one(edge.proxy, path, *us, line).body == b"for somebody"
    assert len(edge.site.heard) == 2
    assert one(edge.proxy, path, *us).body == edge.text(path, "US", "")


def test_no_page_is_said_to_be_as_before(edge: Edge) -> None:
    conditions = ('If-None-Match: "page"', "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "Range: bytes=0-3")
    path = PATHS[4]
    for lines in ((), conditions, conditions[:1], conditions[1:2], conditions[2:]):
        reply = one(edge.proxy, path, *lines, *headers("RU", ""))
        assert (reply.status, reply.body) == (200, edge.text(path, "RU", "")), lines
        assert leaks(edge.table, reply) == []
    assert not {"if-none-match", "if-modified-since", "range"} & {
        name for each in edge.site.heard for name in each.headers
    }
    head = one(edge.proxy, path, *headers("RU", ""), method="HEAD")
    assert (head.status, head.headers["vary"]) == (200, "*")


def test_while_the_site_is_down_a_zone_has_what_was_kept_for_it_and_no_other_has(edge: Edge) -> None:
    path = f"{PATHS[5]}?utm_medium=down"
    assert one(edge.proxy, path, *headers("RU", "")).status == 200
    edge.site.answer = lambda _: None
    assert one(edge.proxy, path, *headers("RU", "")).body == edge.text(PATHS[5], "RU", "")
    assert one(edge.proxy, path, *headers("FR", "")).status == 502
    assert one(edge.proxy, path).status == 502


def test_with_a_new_table_nothing_of_the_former_one_is_found(nginx: str, shared: Edge, tmp_path: Path) -> None:
    renewed = replace(shared.table, basis=replace(shared.table.basis, meaning="sha256:other"))
    shared.site.answer = lambda _: (200, KEPT, b"words of then")
    with ExitStack() as stack:
        one(running(nginx, tmp_path, shared.table, shared.site.server_port, stack), PATHS[6])
    shared.site.answer = lambda _: (200, KEPT, b"words of now")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "pages").symlink_to(tmp_path / "pages")  # the same cache
    with ExitStack() as stack:
        proxy = running(nginx, tmp_path / "again", renewed, shared.site.server_port, stack)
        assert one(proxy, PATHS[6]).body == b"words of now"


def test_a_page_that_was_made_anew_is_what_readers_get_although_files_are_kept_open(edge: Edge) -> None:
    brief = {**KEPT, "Cache-Control": "public, max-age=1"}
    path = f"{PATHS[8]}?utm_source=brief"
    edge.site.answer = lambda _: (200, brief, b"words of then")
    assert {one(edge.proxy, path, *headers("RU", "")).body for _ in range(3)} == {b"words of then"}
    edge.site.answer = lambda _: (200, brief, b"words of now")
    assert eventually(lambda: one(edge.proxy, path, *headers("RU", "")).body == b"words of now", seconds=5)
    edge.site.answer = lambda _: None
    assert {one(edge.proxy, path, *headers("RU", "")).body for _ in range(3)} == {b"words of now"}


def test_what_is_kept_names_no_reader(edge: Edge) -> None:
    one(edge.proxy, PATHS[7], *headers("RU", "MOW"), "User-Agent: reader-7", peer=READER)
    one(edge.proxy, PATHS[7], *headers("RU", "MOW"), "User-Agent: reader-7")
    kept = b"".join(path.read_bytes() for path in (edge.proxy.where.parent / "pages").rglob("*") if path.is_file())
    assert PATHS[7].encode() in kept
    assert not [each for each in (READER, "192.0.2.9", "reader-7", "MOW") if each.encode() in kept]
    assert not any(edge.proxy.written().values())
