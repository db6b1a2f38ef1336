"""Requests as somebody sends them who means harm, over a real socket: each gets a clear refusal, and service goes on.

A refusal is a 4xx in the one shape that refusals have, which repeats nothing of what was sent. Nothing may be taken
for two requests, or for another one than it is.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Mapping
from typing import Any

import pytest

from compliance.web.wire import understand
from tests.web.asking import ARTICLE, status_of, well_formed
from tests.web.process import SECONDS, Reply, Service, chunked, parsed, received

QUESTION = json.dumps({"content": ARTICLE, "reader": {"location": {"country": "RU"}}}).encode()
ADDRESS = "95.165.0.77"
"""Stands in what is sent, and may stand in nothing that is said."""
HOST = b"Host: service\r\n"


def raw(first: str, *lines: str, body: bytes = b"") -> bytes:
    """A request; the connection closes after it."""
    return "\r\n".join([first, "Host: service", "Connection: close", *lines, "", ""]).encode("latin-1") + body


def check(body: bytes, *lines: str, path: str = "/v1/check") -> bytes:
    """A check with a body, whose length is right unless lines say something of it."""
    lengths = (
        []
        if any("ength:" in each or "ncoding: chunked" in each for each in lines)
        else [f"Content-Length: {len(body)}"]
    )
    return raw(f"POST {path} HTTP/1.1", *lengths, *lines, body=body)


def content(text: str) -> bytes:
    return check(f'{{"content": {text}}}'.encode())


HIDDEN = b"GET /v1/ruleset HTTP/1.1\r\nHost: service\r\n\r\n"
"""What a front might take for the body of a request, and we for the next request."""
SMUGGLING: Mapping[str, bytes] = {
    "a length and chunks": check(b"0\r\n\r\n" + HIDDEN, "Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunks and a length": check(b"0\r\n\r\n" + HIDDEN, "Transfer-Encoding: chunked", "Content-Length: 5"),
    "two lengths": check(b"{}" + HIDDEN, "Content-Length: 2", "Content-Length: 80"),
    "two lengths in one line": check(b"{}" + HIDDEN, "Content-Length: 2, 80"),
    "a length with a sign": check(b"{}", "Content-Length: +2"),
    "a length below nothing": check(b"{}", "Content-Length: -2"),
    "a length in hexadecimal digits": check(b"{}", "Content-Length: 0x2"),
    "a length in other digits": check(b"{}", "Content-Length: \xb2"),
    "a length of thousands of digits": check(b"{}", f"Content-Length: {'9' * 4000}"),
    "a transfer coding with a space before the colon": check(b"0\r\n\r\n" + HIDDEN, "Transfer-Encoding : chunked"),
    "a transfer coding that is nearly chunked": check(b"0\r\n\r\n", "Transfer-Encoding: xchunked"),
    "chunked twice": check(b"0\r\n\r\n", "Transfer-Encoding: chunked, chunked"),
    "chunked and then something else": check(b"0\r\n\r\n", "Transfer-Encoding: chunked, identity"),
    "a size of a chunk that is no number": check(b"zz\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "a size of a chunk with a sign": check(b"+2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "a size of a chunk below nothing": check(b"-2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "a chunk longer than it says": check(b"1\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "a length and folded chunks": check(b"0\r\n\r\n" + HIDDEN, "Content-Length: 5", "Transfer-Encoding:\r\n chunked"),
    "a bare line feed between headers": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\nY: b\r\n\r\n",
    "a bare carriage return in a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n\r\n",
    "a zero byte in a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    "a header without a name": b"GET /healthz HTTP/1.1\r\n" + HOST + b": x\r\n\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\n" + HOST + ADDRESS.encode() + b"\r\n\r\n",
}
"""Requests whose end two servers could see at two places."""
HEADS: Mapping[str, bytes] = {
    "a head without an end": b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 300_000,
    "thousands of headers": raw("GET /healthz HTTP/1.1", *(f"X{number}: {'a' * 100}" for number in range(3_000))),
    "a target of hundreds of kilobytes": raw(f"GET /{'a' * 300_000} HTTP/1.1"),
    "a method that is none": raw("G\x01T /healthz HTTP/1.1"),
    "a method in small letters": raw("get /healthz HTTP/1.1"),
    "a method that nobody knows": raw("BREW /v1/check HTTP/1.1"),
    "a trace": raw("TRACE /v1/check HTTP/1.1", f"X: {ADDRESS}"),
    "a tunnel": raw("CONNECT service:443 HTTP/1.1"),
    "the greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "half an address in the target": raw("GET http://[::1/ HTTP/1.1"),
    "a target of dots": raw("GET /v1/../../etc/passwd HTTP/1.1"),
    "a target of dots in disguise": raw("GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1"),
    "a target of dots twice in disguise": raw("GET /v1/%252e%252e/etc/passwd HTTP/1.1"),
    "backslashes in the target": raw("GET /v1\\..\\..\\etc\\passwd HTTP/1.1"),
    "a path with a semicolon": raw("GET /v1/ruleset;x=1 HTTP/1.1"),
    "a zero byte in the target": raw("GET /v1/ruleset%00.html HTTP/1.1"),
    "half a letter in the target": raw("GET /v1/reports/%ff%fe HTTP/1.1"),
    "another site in the target": raw(f"GET http://{ADDRESS}/nowhere HTTP/1.1"),
    "no host": b"GET /v1/nowhere HTTP/1.1\r\nConnection: close\r\n\r\n",
    "a post where one reads": raw("POST /v1/ruleset HTTP/1.1", "Content-Length: 2", body=b"{}"),
    "a browser of another site": check(QUESTION, "Origin: https://strange.example"),
    "no origin that anybody could name": check(QUESTION, "Origin: null"),
    "a filter that is code": raw("GET /v1/designations?entity=%27%20OR%201=1-- HTTP/1.1"),
    "a filter of half letters": raw("GET /v1/designations?entity=%ff HTTP/1.1"),
    "a thousand filters": raw(f"GET /v1/rules?{'&'.join('status=x' for _ in range(1_000))} HTTP/1.1"),
    "a digest that is a pattern": raw("GET /v1/changes?since=((((a*)*)*)*)b HTTP/1.1"),
}
BODIES: Mapping[str, bytes] = {
    "no body": raw("POST /v1/check HTTP/1.1"),
    "an empty body": check(b""),
    "no JSON": check(b"content=rferl.org"),
    "half of JSON": check(QUESTION[:-1]),
    "JSON twice": check(QUESTION + QUESTION),
    "a comment in JSON": check(b'{"content": {} /* x */}'),
    "JSON in UTF-16": check(QUESTION.decode().encode("utf-16")),
    "bad UTF-8": check(b'{"content": {"text": "\xff\xfe\xc0\xaf"}}'),
    "half a letter": content('{"text": "\\ud800"}'),
    "a zero byte": check(b'{"content": {"text": "a\x00b"}}'),
    "not a number": content('{"facts": {"content.kind": NaN}}'),
    "infinity": content('{"text": -Infinity}'),
    "a number of thousands of digits": content('{"text": ' + "9" * 5_000 + "}"),
    "a number with a huge exponent": content('{"text": 1e999999999}'),
    "a field twice": check(b'{"content": {}, "content": {"publisher": "rferl.org"}}'),
    "a field twice in disguise": check(b'{"content": {}, "c\\u006fntent": {}}'),
    "a reader twice": check(f'{{"content": {{}}, "reader": {{}}, "reader": {{"address": "{ADDRESS}"}}}}'.encode()),
    "deep lists": check(b"[" * 100_000 + b"]" * 100_000),
    "deep maps": check(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "deep lists in a fact": content('{"facts": {"content.kind": ' + "[" * 30_000 + "]" * 30_000 + "}}"),
    "a hundred thousand fields": check(b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}"),
    "a hundred thousand languages": check(b'{"content": {}, "languages": [' + b'"x",' * 100_000 + b'"x"]}'),
    "fields of objects in other languages": content('{"__proto__": {"publisher": "x"}, "constructor": 1}'),
    "a body that says it is packed": check(QUESTION, "Content-Encoding: gzip"),
    "a body that is packed": check(b"\x1f\x8b\x08\x00" + b"a" * 50),
    "another charset": check(QUESTION, "Content-Type: application/json; charset=utf-16"),
    "XML with an entity": check(
        b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>', "Content-Type: application/xml"
    ),
    "a form": check(b"------x\r\n", "Content-Type: multipart/form-data; boundary=----x"),
    "a body larger than any": check(b"{}", "Content-Length: 99999999999"),
    "chunks larger than are taken": check(chunked([b" " * 600_000] * 2), "Transfer-Encoding: chunked"),
    "an answer in no form": check(QUESTION, "Accept: application/x-nothing"),
    "a batch of too many": check(b"[" + b"{}," * 1_000 + b"{}]", path="/v1/checks"),
    "an address that is none": check(f'{{"content": {{}}, "reader": {{"address": "{ADDRESS}.1"}}}}'.encode()),
    "an address with a zone that is code": check(b'{"content": {}, "reader": {"address": "fe80::1%;reboot"}}'),
    "a passport": check(b'{"content": {"facts": {"reader.citizenship": "RU"}}}'),
}
HOSTILE: Mapping[str, bytes] = {**SMUGGLING, **HEADS, **BODIES}


def refused(reply: Reply) -> Any:
    """The refusal that came, which is a clear one, and which repeats nothing."""
    assert 400 <= reply.status < 500 or reply.status == 501, reply.status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    assert ADDRESS not in reply.body.decode() + str(reply.headers)
    return well_formed(reply.json, reply.status)


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_meant_to_harm_is_refused_and_a_good_request_is_answered_after_it(service: Service, case: str) -> None:
    reply = service.exchange(HOSTILE[case])
    problem = refused(reply)
    assert problem["status"] != 501 or "coding" in case or "hunked" in case
    good = service.exchange(check(QUESTION))
    assert (good.status, status_of(good.json)) == (200, "required")
    assert ADDRESS not in service.logged()


def test_there_are_many_hostile_requests() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("case", SMUGGLING)
def test_behind_a_request_with_two_ends_nothing_is_answered(service: Service, case: str) -> None:
    """What a front may have taken for its body is never taken for another request."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as sock:
        sock.sendall(SMUGGLING[case].replace(b"Connection: close\r\n", b"") + HIDDEN)
        assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", received(sock))) == 1


def test_bad_requests_among_good_ones_on_one_connection_end_it_where_they_stand(service: Service) -> None:
    good = check(QUESTION).replace(b"Connection: close\r\n", b"")
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as sock:
        sock.sendall(good + good + SMUGGLING["two lengths"] + good)
        statuses = [each[:3] for each in re.split(rb"HTTP/1\.[01] ", received(sock))[1:]]
    assert statuses == [b"200", b"200", b"400"]


def test_too_many_languages_are_looked_for_in_no_notice() -> None:
    """What else is wrong is looked for by asking the rules: a hundred thousand languages cost them seconds."""
    asked, problems = understand(json.dumps({"content": {}, "languages": ["x" * 3] * 21}).encode(), None)
    assert (len(problems), asked.languages) == (1, ())


@pytest.mark.parametrize("target", ["/v1%2fruleset", "//v1/ruleset", "/%76%31/ruleset"])
def test_another_way_to_write_a_path_leads_to_the_same_door(service: Service, target: str) -> None:
    """Who may ask is looked up by the path that is answered (`needed`), however it was written."""
    assert service.exchange(raw(f"GET {target} HTTP/1.1")).json["rules"]


def test_a_target_with_our_own_host_is_what_it_says(service: Service) -> None:
    """A request as to a proxy is a valid one (RFC 9112, section 3.2.2)."""
    assert service.exchange(raw("GET http://service/healthz HTTP/1.1")).status == 200


def test_a_body_that_drips_keeps_nobody_waiting(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as slow:
        slow.sendall(raw("POST /v1/check HTTP/1.1", f"Content-Length: {len(QUESTION)}"))
        for at in range(0, len(QUESTION), len(QUESTION) // 8 + 1):
            slow.sendall(QUESTION[at : at + len(QUESTION) // 8 + 1])
            time.sleep(0.01)
            assert service.exchange(raw("GET /healthz HTTP/1.1")).status == 200
        assert status_of(parsed(received(slow)).json) == "required"
