"""Whom `{"from": "request"}` means behind proxies: over WSGI, and over sockets as HTTP is really sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.config import Settings
from compliance.geo.client_address import ProxyTrust
from compliance.web.app import create_app
from tests.tiny import written
from tests.warm import run
from tests.web.asking import ARTICLE, DAY
from tests.web.process import COMMAND, SECONDS, Service, head, serving

READER = "95.165.0.1"
CLAIMED = "8.8.8.8"
QUESTION = {"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}
ANYWHERE = (True, False)
IN_RUSSIA = (False, True)


def where(answer: Any) -> tuple[bool, bool]:
    """Whether the reader may be anywhere, and whether Russia is among the places."""
    return answer["location"]["anywhere"], "RU" in answer["location"]["places"]


def trusting(**settings: object) -> ProxyTrust:
    return ProxyTrust.of(Settings.of({"trusted_proxies": ["127.0.0.1", "::1"], **settings}))


def asked(checker: Checker, trust: ProxyTrust | None, question: Any, peer: str, **headers: str) -> tuple[bool, bool]:
    client = create_app(checker, trust=trust).test_client()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.post("/v1/check", json=question, headers=named, environ_base={"REMOTE_ADDR": peer})
    assert response.status_code == 200
    return where(response.json)


LIST = trusting(client_address="x-forwarded-for")
PLACE = trusting(cdn="cloudflare")


def test_the_reader_that_a_trusted_proxy_names_is_the_reader(checker: Checker) -> None:
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert asked(checker, LIST, QUESTION, peer, X_Forwarded_For=READER) == IN_RUSSIA
        assert asked(checker, LIST, QUESTION, peer, X_Forwarded_For=f"{CLAIMED}, {READER}") == IN_RUSSIA
        assert asked(checker, LIST, QUESTION, peer, X_Forwarded_For=f"{READER}, unknown") == ANYWHERE
        assert asked(checker, LIST, QUESTION, peer) == ANYWHERE


@pytest.mark.parametrize(
    ("settings", "headers"),
    [
        ({"client_address": "forwarded"}, {"Forwarded": f'for={CLAIMED};x=", for="{READER}:80"'}),
        (
            {"client_address": "x-forwarded-for", "trusted_hops": 2},
            {"X_Forwarded_For": f"{CLAIMED}, {READER}, 10.0.0.1"},
        ),
        ({"client_address": "X-Real-IP"}, {"X_Real_IP": READER, "X_Forwarded_For": CLAIMED}),
        ({"client_address": "cloudfront-viewer-address"}, {"CloudFront_Viewer_Address": f"{READER}:46532"}),
    ],
)
def test_each_way_of_naming_a_reader_is_read(checker: Checker, settings: Any, headers: dict[str, str]) -> None:
    assert asked(checker, trusting(**settings), QUESTION, "127.0.0.1", **headers) == IN_RUSSIA
    assert asked(checker, trusting(**settings), QUESTION, "10.9.9.9", **headers) == ANYWHERE
    assert asked(checker, None, QUESTION, "127.0.0.1", **headers) == ANYWHERE


def test_a_caller_that_leaves_the_reader_out_is_not_taken_for_the_one_that_a_proxy_names(checker: Checker) -> None:
    for reader in ({}, None, {"address": None}):
        question = {**QUESTION, "reader": reader}
        assert asked(checker, LIST, question, "127.0.0.1", X_Forwarded_For=READER) == ANYWHERE


def test_a_reader_in_the_body_is_the_reader_whatever_the_headers_say(checker: Checker) -> None:
    question = {**QUESTION, "reader": {"location": {"country": "RU"}}}
    assert asked(checker, LIST, question, "127.0.0.1", X_Forwarded_For=CLAIMED)[1]


def test_a_peer_that_is_no_proxy_is_the_reader_only_where_nothing_tells_of_a_proxy(checker: Checker) -> None:
    assert asked(checker, LIST, QUESTION, READER) == IN_RUSSIA
    assert asked(checker, LIST, QUESTION, READER, X_Forwarded_For=CLAIMED) == ANYWHERE
    assert asked(checker, LIST, QUESTION, READER, Via="1.1 cache") == ANYWHERE


@pytest.mark.parametrize(
    ("trust", "peer", "headers", "result", "basis"),
    [
        (LIST, READER, {"X_Forwarded_For": CLAIMED}, "untrusted-peer", "passed on by a proxy that is not trusted"),
        (None, "127.0.0.1", {"Via": "1.1 cache"}, "untrusted-peer", "passed on by a proxy that is not trusted"),
        (LIST, "127.0.0.1", {}, "missing-header", "the trusted proxy sent no header that names the reader"),
        (LIST, "127.0.0.1", {"Forwarded": f"for={READER}"}, "missing-header", "the trusted proxy sent no header"),
        (PLACE, "127.0.0.1", {}, "missing-header", "the trusted proxy sent no header that names the reader"),
        (LIST, "127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}, "no-reader", "the trusted proxy named nobody"),
        (LIST, "127.0.0.1", {"X_Forwarded_For": f"{READER}, unknown"}, "no-reader", "the trusted proxy named nobody"),
        (LIST, "192.0.2.7", {}, "not-public", "not a public address"),
        (LIST, "127.0.0.1", {"X_Forwarded_For": "10.0.0.7"}, "not-public", "not a public address"),
        (LIST, "127.0.0.1", {"X_Forwarded_For": READER}, "address", ""),
        (LIST, READER, {}, "address", ""),
        (PLACE, "127.0.0.1", {"CF_IPCountry": "RU"}, "place", ""),
    ],
)
def test_a_request_that_does_not_say_who_the_reader_is_says_why_and_is_counted(
    checker: Checker, trust: Any, peer: str, headers: dict[str, str], result: str, basis: str
) -> None:
    client = create_app(checker, trust=trust).test_client()
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    for question in (QUESTION, QUESTION, {**QUESTION, "reader": {}}, {**QUESTION, "languages": ["?"]}):
        last = client.post("/v1/check", json=question, headers=lines, environ_base={"REMOTE_ADDR": peer})
        if question is QUESTION:
            said = json.loads(last.text)["location"]
            assert said["anywhere"] is bool(basis)
            assert [each for each in said["basis"] if each.startswith(basis)], said
            assert "no place given" not in said["basis"]
    counted = [line for line in client.get("/metrics").text.splitlines() if line.startswith("compliance_readers_total")]
    assert counted == [f'compliance_readers_total{{from="request",result="{result}"}} 2']


def test_an_address_that_is_meant_for_one_link_does_not_become_one_of_the_internet(checker: Checker) -> None:
    assert asked(checker, LIST, QUESTION, "127.0.0.1", X_Forwarded_For="2a00:1370::1") == IN_RUSSIA
    assert asked(checker, LIST, QUESTION, "127.0.0.1", X_Forwarded_For="2a00:1370::1%eth0") == ANYWHERE


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that believes X-Forwarded-For from this machine."""
    where = tmp_path_factory.mktemp("proxied")
    yield from _serving(where, 'client_address = "x-forwarded-for"')


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that believes X-Real-IP from this machine."""
    yield from _serving(tmp_path_factory.mktemp("told"), 'client_address = "x-real-ip"')


def _serving(where: Path, line: str) -> Iterator[Service]:
    toml = where / "compliance.toml"
    toml.write_text(f'trusted_proxies = ["127.0.0.0/8"]\n{line}\n', encoding="utf-8")
    rules = written(where / "rules")
    with serving(where / "log", "--config", str(toml), "--rules", str(rules)) as service:
        yield service


def sent(service: Service, *lines: str) -> tuple[bool, bool]:
    """What is answered to a request with these lines, as they are."""
    body = json.dumps(QUESTION).encode()
    reply = service.exchange(head("POST /v1/check HTTP/1.1", *lines, f"Content-Length: {len(body)}") + body)
    assert reply.status == 200, reply.body
    return where(reply.json)


@pytest.mark.parametrize(
    "lines",
    [
        (f"X-Forwarded-For: {READER}",),
        (f"x-forwarded-for:{READER}:51234",),
        (f"X-Forwarded-For: {CLAIMED}", f"X-Forwarded-For: {READER}"),
        (f"X-Forwarded-For: {CLAIMED},{CLAIMED}", "Accept: */*", f"X-FORWARDED-FOR: {READER}, 127.0.0.7"),
        (f"X-Forwarded-For: {READER}", f"X_Forwarded_For: {CLAIMED}"),
        (f"X-Forwarded-For: {READER}", f"X-Forwarded_For: {CLAIMED}"),
        (f"X_FORWARDED_FOR: {CLAIMED}", f"X-Forwarded-For: {READER}", f"Forwarded: for={CLAIMED}"),
        (f"X-Forwarded-For: {CLAIMED},\t{READER}\t",),
    ],
)
def test_over_the_wire_the_reader_is_the_one_that_the_last_proxy_appended(
    proxied: Service, lines: tuple[str, ...]
) -> None:
    assert sent(proxied, *lines) == IN_RUSSIA


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (f"X_Forwarded_For: {READER}",),
        (f"X-Forwarded-For: {READER}", "X-Forwarded-For:"),
        (f"X-Forwarded-For: {READER},",),
        (f"X-Forwarded-For: {READER}, unknown",),
        (f"X-Forwarded-For: {READER}", "X-Forwarded-For: _x"),
        (f"Forwarded: for={READER}",),
        (f"X-Forwarded-For: {READER}", f"X-Forwarded-For: {READER} {READER}"),
        (f"X-Forwarded-For: {READER}", "X-Forwarded-For: \xb2\xb3.1.1.1"),
    ],
)
def test_over_the_wire_what_cannot_be_read_is_unknown(proxied: Service, lines: tuple[str, ...]) -> None:
    assert sent(proxied, *lines) == ANYWHERE


def test_over_the_wire_a_header_with_one_address_counts_only_once(told: Service) -> None:
    assert sent(told, f"X-Real-IP: {READER}", f"X_Real_IP: {CLAIMED}", f"X-Forwarded-For: {CLAIMED}") == IN_RUSSIA
    assert sent(told, f"X-Real-IP: {READER}", f"X-Real-IP: {CLAIMED}") == ANYWHERE
    assert sent(told, f"X-Real-IP: {READER}", f"X-Real-IP: {READER}") == ANYWHERE
    assert sent(told, f"X-Real-IP: {READER}, {READER}") == ANYWHERE


def test_what_proxies_write_is_neither_logged_nor_answered(proxied: Service) -> None:
    body = json.dumps({**QUESTION, "explain": True}).encode()
    for value in (READER, f"{READER}x", f"{CLAIMED}, {READER}, unknown", "\x01" + READER):
        lines = (f"X-Forwarded-For: {value}", f"Content-Length: {len(body)}")
        reply = proxied.exchange(head("POST /v1/check HTTP/1.1", *lines) + body)
        assert "95.165" not in f"{reply.body.decode()} {reply.headers}"
    for path in ("/metrics", "/readyz"):
        assert "95.165" not in proxied.ask("GET", path).body.decode()
    assert proxied.logged() == ""


def test_a_failure_in_reading_headers_says_nothing_of_them(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError(f"cannot read {arguments}")

    monkeypatch.setattr("compliance.reader.client_address", broken)
    with caplog.at_level(logging.DEBUG):
        client = create_app(checker, trust=LIST).test_client()
        response = client.post("/v1/check", json=QUESTION, headers={"X-Forwarded-For": READER})
    assert response.status_code == 500
    assert "RuntimeError at " in caplog.text
    assert "95.165" not in caplog.text + response.text


def test_settings_that_trust_everybody_do_not_start(tmp_path: Path) -> None:
    toml = tmp_path / "compliance.toml"
    toml.write_text('trusted_proxies = ["0.0.0.0/0"]\nclient_address = "x-forwarded-for"\n', encoding="utf-8")
    command = [*COMMAND, "serve", "--config", str(toml)]
    done = run(command, cwd=tmp_path, timeout=SECONDS)
    assert done.returncode == 2
    assert "`trusted_proxies` names `0.0.0.0/0`, which is wider than any network of proxies" in done.stderr
