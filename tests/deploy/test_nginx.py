"""The nginx example, as it is shipped, in a real nginx before a real service; only places of files are changed."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.proxying import (
    CHECK,
    DEPLOY,
    LISTEN,
    SERVICE,
    Proxy,
    command,
    dead_port,
    free_port,
    installed,
    proxying,
)
from tests.web.asking import ARTICLE, DAY, status_of, well_formed
from tests.web.process import SECONDS, Reply, Service, chunked, head, serving

CONFIG = DEPLOY / "nginx.conf"
QUESTION = json.dumps({"content": ARTICLE, "as_of": DAY}).encode()
CLAIMS = (
    "X-Forwarded-For: 8.8.8.8",
    "X-Forwarded-For: 8.8.4.4",
    "Forwarded: for=8.8.8.8",
    "X-Real-IP: 8.8.8.8",
    "True-Client-IP: 8.8.8.8",
    "CF-IPCountry: US",
    "X_Forwarded_For: 8.8.8.8",
    "Cookie: session=1",
    "User-Agent: reader",
    "Referer: https://example.org/8.8.8.8",
    "Accept-Language: uk",
    "Content-Type: application/json",
)


@contextmanager
def shipped(nginx: str, where: Path, service: Service) -> Iterator[Proxy]:
    with proxying(nginx, CONFIG, where / "nginx", service.port) as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests, which change nothing of it."""
    with serving(tmp_path_factory.mktemp("service") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def proxy(nginx: str, service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """One for all tests that change nothing."""
    with shipped(nginx, tmp_path_factory.mktemp("shipped"), service) as running:
        yield running


def refused(reply: Reply, status: int) -> None:
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    well_formed(reply.json, status)


def test_the_example_is_good_as_it_is_shipped(nginx: str, tmp_path: Path) -> None:
    path = installed(CONFIG, tmp_path, {LISTEN: f"listen 127.0.0.1:{free_port()};", SERVICE: SERVICE})
    done = subprocess.run(
        [*command(nginx, tmp_path, path), "-t", "-q"], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_for_callers_passes_and_what_is_for_operators_stays_inside(proxy: Proxy) -> None:
    reply = proxy.check(body=QUESTION)
    assert (reply.status, status_of(reply.json)) == (200, "possible")
    assert reply.headers["ruleset"] == reply.json["ruleset"]["meaning"]
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "server" not in reply.headers or not re.search(r"\d", reply.headers["server"])
    assert proxy.get("/healthz").json == {"status": "ok"}
    assert proxy.get("/v1/ruleset").status == 200
    for path in (
        "/metrics",
        "/readyz",
        "/v1/../metrics",
        "/v1/..%2freadyz",
        "//metrics",
        "/metrics/",
        "/",
        "/v1",
        "/x",
    ):
        refused(proxy.get(path), 404)


def test_an_error_of_the_service_is_passed_on_as_it_is(proxy: Proxy) -> None:
    reply = proxy.check(body=b'{"content": {"pulisher": "x"}}')
    refused(reply, 400)
    assert reply.json["problems"][0]["help"] == "the nearest is `publisher`"
    refused(proxy.get("/v1/check"), 405)
    assert proxy.get("/v1/check").headers["allow"].upper() == "OPTIONS, POST"
    reply = proxy.check("Content-Encoding: gzip", body=gzip.compress(QUESTION))
    refused(reply, 415)
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 10 * 1024 * 1024])
def test_a_body_over_the_limit_is_refused_whether_its_length_is_said_or_not(proxy: Proxy, size: int) -> None:
    refused(proxy.check(body=b" " * size), 413)
    parts = [b" " * 65536] * (size // 65536 + 1)
    refused(proxy.exchange(head(CHECK, "Transfer-Encoding: chunked") + chunked(parts)), 413)


def test_a_body_just_under_the_limit_passes_and_is_written_nowhere(
    nginx: str, service: Service, tmp_path: Path
) -> None:
    with shipped(nginx, tmp_path, service) as proxy:
        for each in ("client_body", "proxy"):
            shutil.rmtree(proxy.where / each)  # a file could only be written there, and then the request would fail
        padded = QUESTION.ljust(1024 * 1024)
        assert proxy.check(body=padded).status == 200
        in_parts = head(CHECK, "Transfer-Encoding: chunked") + chunked([QUESTION, b" " * 900_000])
        assert proxy.exchange(in_parts).status == 200
        assert not any(each for each in proxy.written().values())


@pytest.mark.parametrize(
    ("config", "forwarded"),
    [(CONFIG, "127.0.0.1"), (DEPLOY / "recipes/nginx-behind-cdn/nginx.conf", "8.8.8.8, 8.8.4.4, 127.0.0.1")],
    ids=["nginx.conf", "nginx-behind-cdn"],
)
def test_what_a_client_claims_of_the_reader_reaches_nobody(
    nginx: str, tmp_path: Path, config: Path, forwarded: str
) -> None:
    """The service is stood in for by a socket that keeps what it gets."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as upstream:

        def answer() -> None:
            connection, _ = upstream.accept()
            with connection:
                connection.settimeout(SECONDS)
                while not b"".join(got).endswith(QUESTION):
                    got.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with proxying(nginx, config, tmp_path / "nginx", upstream.getsockname()[1]) as proxy:
            assert proxy.check(*CLAIMS, body=QUESTION).status == 200
        thread.join(SECONDS)
    sent = b"".join(got).partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")[1:]
    headers = dict(line.split(": ", 1) for line in sent)
    assert len(headers) == len(sent)
    assert headers["x-forwarded-for"] == forwarded
    assert headers["accept-language"] == "uk"
    assert headers["content-type"] == "application/json"
    assert headers.keys() <= {
        *("host", "connection", "content-type", "content-length", "accept-language"),
        *("x-forwarded-for", "x-forwarded-proto"),
    }


def test_the_peer_behind_the_proxy_is_never_taken_for_the_reader(proxy: Proxy) -> None:
    asked = json.dumps({"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}).encode()
    location = proxy.check("X-Forwarded-For: 95.165.0.1", "X-Real-IP: 95.165.0.1", body=asked).json["location"]
    assert (location["anywhere"], location["places"]) == (True, [])


def test_a_dead_service_is_said_in_the_same_shape_at_once_and_logged_without_addresses(
    nginx: str, tmp_path: Path
) -> None:
    with dead_port() as port, proxying(nginx, CONFIG, tmp_path / "nginx", port) as proxy:
        for reply in (proxy.check(body=QUESTION), proxy.get("/healthz")):
            refused(reply, 503)
            assert int(reply.headers["retry-after"]) >= 1
        assert not any(proxy.written().values())


def test_bad_http_is_refused_without_a_word_of_it_and_logged_nowhere(proxy: Proxy) -> None:
    for data in (
        b"95.165.0.1\r\n\r\n",
        head(CHECK, "Content-Length: 95.165.0.1"),
        head(CHECK, "X: " + "95.165.0.1" * 3000),
        head("GET /%zz95.165.0.1 HTTP/1.1"),
        head("GET /" + "95.165.0.1" * 1000 + " HTTP/1.1"),
    ):
        reply = proxy.exchange(data)
        refused(reply, 400)
        assert "95.165" not in reply.body.decode() + str(reply.headers)
    refused(proxy.exchange(head(CHECK, "X: " + "x" * 30_000)), 400)
    refused(proxy.exchange(head(CHECK, "Content-Length: x")), 400)
    assert not any(proxy.written().values())
