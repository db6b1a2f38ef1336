"""What comes over a socket: bad HTTP, large and slow bodies, many connections. Nothing kills the service."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
from pathlib import Path

import pytest

from tests.components import missing
from tests.tiny import written
from tests.web.asking import ARTICLE, status_of, well_formed
from tests.web.process import SECONDS, Reply, Service, chunked, eventually, head, parsed, received, serving

CHECK = "POST /v1/check HTTP/1.1"
QUESTION = json.dumps({"content": ARTICLE, "reader": {"location": {"country": "RU"}}}).encode()
MEBIBYTE = 1024 * 1024
BROKEN = {
    "half an address in the target": head("GET http://[95.165.0.1/ HTTP/1.1"),
    "another half of an address": head("GET http://95.165.0.1]/ HTTP/1.1"),
    "a length of thousands of digits": head(CHECK, f"Content-Length: {'9' * 5000}"),
    "a negative length": head(CHECK, "Content-Length: -1"),
    "a length that is no number": head(CHECK, "Content-Length: 0x10"),
    "two lengths": head(CHECK, "Content-Length: 2", "Content-Length: 3") + b"{}",
    "a length and chunks": head(CHECK, "Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "chunks that are none": head(CHECK, "Transfer-Encoding: chunked") + b"zz\r\n",
    "a chunk without an end": head(CHECK, "Transfer-Encoding: chunked") + b"1\r\nab\r\n",
    "a header that is none": b"GET /healthz HTTP/1.1\r\nreader 95.165.0.1\r\n\r\n",
    "a header that begins the head": b"GET /healthz HTTP/1.1\r\n 95.165.0.1\r\n\r\n",
    "a bare line feed": b"GET /healthz HTTP/1.1\r\nX: 95.165.0.1\nY: z\r\n\r\n",
    "a method in small letters": head("get /healthz HTTP/1.1"),
    "the greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a line of an address": b"95.165.0.1\r\n\r\n",
    "headers without an end": b"GET /healthz HTTP/1.1\r\nX: " + b"95.165.0.1" * 30_000,
    "a transfer coding that nobody knows": head(CHECK, "Transfer-Encoding: gzip"),
    "a body that could never be asked for": head(CHECK, "Content-Length: 99999999999"),
}


def refused(reply: Reply, *statuses: int) -> str:
    assert reply.status in statuses
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    return str(well_formed(reply.json, reply.status)["type"]).rpartition(":")[2]


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_request_is_refused_in_the_one_shape_and_without_a_word_of_it(service: Service, case: str) -> None:
    reply = service.exchange(BROKEN[case])
    assert refused(reply, 400, 413, 431, 501) in {
        "malformed-http",
        "body-too-large",
        "headers-too-large",
        "not-implemented",
    }
    said = reply.body.decode() + str(reply.headers) + service.logged()
    assert "95.165" not in said
    assert "127.0.0.1:" not in said
    assert service.ask("GET", "/healthz").status == 200


def test_an_empty_connection_and_half_a_request_harm_nobody(service: Service) -> None:
    for part in (b"", b"\r\n\r\n", b"POST", head(CHECK, "Content-Length: 100") + b"{"):
        with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as sock:
            sock.sendall(part)
    assert service.check({"content": ARTICLE}).status == 200
    assert service.logged() == ""


def test_a_body_of_ten_megabytes_is_refused_with_the_limit(service: Service) -> None:
    for body in (
        head(CHECK, f"Content-Length: {10 * MEBIBYTE}") + b" " * (10 * MEBIBYTE),
        head(CHECK, "Transfer-Encoding: chunked") + chunked([b" " * MEBIBYTE] * 10),
    ):
        reply = service.exchange(body)
        assert refused(reply, 413) == "body-too-large"
        assert reply.json["detail"] == "the body is larger than 1048576 bytes"


def test_bodies_over_the_limit_are_not_kept_in_memory_nor_on_disk(service: Service) -> None:
    if not Path("/proc/self/status").exists():
        missing("memory is read from `/proc`, which is not here")

    def largest() -> int:
        status = Path(f"/proc/{service.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def files() -> list[str]:
        found = []
        for each in Path(f"/proc/{service.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a connection that the service closes just now
                found.append(str(each.readlink()))
        return found

    before = largest()
    with contextlib.ExitStack() as connections:
        socks = [
            connections.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS))
            for _ in range(8)
        ]
        for sock in socks:
            sock.sendall(head(CHECK, f"Content-Length: {15 * MEBIBYTE}") + b" " * (10 * MEBIBYTE))
        assert service.ask("GET", "/healthz").status == 200
        assert not [name for name in files() if "deleted" in name]
    assert largest() - before < 40 * MEBIBYTE


def test_a_body_in_chunks_is_read_like_any_other(service: Service) -> None:
    body = chunked([QUESTION[begin : begin + 7] for begin in range(0, len(QUESTION), 7)])
    reply = service.exchange(head(CHECK, "Transfer-Encoding: chunked") + body)
    assert (reply.status, status_of(reply.json)) == (200, "required")


def test_a_body_that_comes_slowly_is_waited_for_while_others_are_answered(service: Service) -> None:
    with contextlib.ExitStack() as connections:
        slow = [
            connections.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS))
            for _ in range(30)
        ]
        for sock in slow:
            sock.sendall(head(CHECK, f"Content-Length: {len(QUESTION)}") + QUESTION[:10])
        assert service.check({"content": ARTICLE}).status == 200
        for sock in slow:
            sock.sendall(QUESTION[10:])
        for sock in slow:
            assert status_of(parsed(received(sock)).json) == "required"


def test_a_caller_that_waits_to_be_told_to_go_on_is_told(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as sock:
        sock.sendall(head(CHECK, f"Content-Length: {len(QUESTION)}", "Expect: 100-continue"))
        assert sock.recv(1024).startswith(b"HTTP/1.1 100 Continue")
        sock.sendall(QUESTION)
        assert parsed(received(sock)).status == 200


def test_a_request_without_a_body_or_its_length_is_refused_and_not_waited_for(service: Service) -> None:
    assert refused(service.exchange(head(CHECK)), 400) == "malformed-json"


def test_several_requests_on_one_connection_are_answered_in_their_order(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as sock:
        first = head("GET /healthz HTTP/1.1").replace(b"Connection: close\r\n", b"")
        sock.sendall(first + first + head("GET /v1/ruleset HTTP/1.1"))
        assert len(re.findall(rb"HTTP/1\.1 200 OK", received(sock))) == 3


def test_headers_with_underscores_are_not_taken_for_those_with_hyphens(service: Service) -> None:
    """`X_Forwarded_For` and `Content_Length` are dropped, not read under another name."""
    lines = (f"Content-Length: {len(QUESTION)}", "Content_Length: 1", "X_Forwarded_For: 8.8.8.8")
    reply = service.exchange(head(CHECK, *lines) + QUESTION)
    assert (reply.status, status_of(reply.json)) == (200, "required")


def test_a_head_has_the_length_of_what_it_stands_for_and_no_body(service: Service) -> None:
    reply, whole = service.exchange(head("HEAD /healthz HTTP/1.1")), service.ask("GET", "/healthz")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(len(whole.body))


def test_more_idle_connections_than_threads_keep_nobody_out(service: Service) -> None:
    with contextlib.ExitStack() as connections:
        for _ in range(150):
            connections.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS))
        assert service.check({"content": ARTICLE}).status == 200


def test_a_failure_that_leaves_the_application_is_logged_and_refused_without_what_was_sent(tmp_path: Path) -> None:
    program = (
        "import compliance.web.api as api, compliance.cli as cli\n"
        "def fail(*_):\n    raise RuntimeError('cannot say this of 95.165.0.1')\n"
        "api.problem = fail\n"
        "cli.main()"
    )
    rules = written(tmp_path / "rules")
    with serving(tmp_path / "log", "--rules", str(rules), command=(sys.executable, "-c", program)) as service:
        reply = service.exchange(head(f"{CHECK.replace('check', 'check?95.165.0.1')}", "Content-Length: 1") + b"{")
        assert refused(reply, 500) == "internal"
        assert eventually(lambda: "RuntimeError at fail" in service.logged())
        assert "95.165" not in reply.body.decode() + service.logged()
        assert service.ask("GET", "/healthz").status == 200
