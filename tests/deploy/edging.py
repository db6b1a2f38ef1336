"""nginx that answers from a table for the edge: the table, the pages, who stands behind it, and who asks.

Thousands of pages are asked for on few connections, with many requests under way at once.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from pathlib import Path
from typing import Final

from compliance.check import Asked, Checker
from compliance.cli import table_files
from compliance.content.facts import Content
from compliance.edge.formats import CONFIG, HASHES, site_of, to_nginx
from compliance.edge.table import Basis, Classes, EdgeTable, Row, table_of
from compliance.exporting import Item, exported
from compliance.model.territory import LocationSet
from compliance.model.web_address import canonical_url
from tests.deploy.proxying import Proxy
from tests.web.process import SECONDS, Reply

HOST: Final = "radio.example"
CDN: Final = "192.0.2.9"
READER: Final = "198.51.100.7"
NOTICE: Final = '<!--# include virtual="/compliance/notice" -->'
PLACES: Final = (("RU", ""), ("UA", "43"), ("FR", ""), ("US", ""), ("", ""))
"""Country and region of readers in five zones."""
AT_ONCE: Final = 100


def headers(country: str, region: str) -> tuple[str, ...]:
    """What the CDN writes of a reader."""
    named = [("CF-IPCountry", country), ("CF-Region-Code", region)]
    return tuple(f"{name}: {value}" for name, value in named if value)


def page(path: str, number: int = 0) -> Content:
    """A page at a path as people write it in a URL; the number says what it is."""
    publisher, kind = ("radio", "paper")[number % 2], ("article", "comment", None)[number % 3]
    return Content(
        url=f"https://{HOST}{path}", publisher=publisher, facts={} if kind is None else {"content.kind": kind}
    )


def made(checker: Checker, pages: Sequence[Content]) -> EdgeTable:
    return exported(checker, [Item(Asked(each)) for each in pages]).table


def without_pages() -> EdgeTable:
    """The smallest table."""
    basis = Basis("sha256:meaning", "sha256:source", date(2026, 11, 29), preview=False, valid_until=None)
    return table_of(Classes({}, (LocationSet.unknown(),)), [], [Row("", ("",))], basis, {"": ""}, "")


def installed(table: EdgeTable, directory: Path) -> Path:
    table_files.write(directory, to_nginx(table))
    return directory


def included(directory: Path) -> dict[str, str]:
    """What a recipe includes, and the same from a directory. Where root runs tests, nobody else could read it."""
    found = {f"include /etc/nginx/compliance/{name};": f"include {directory / name};" for name in (HASHES, CONFIG)}
    return {**found, "events {}": "user root;\nevents {}"} if os.geteuid() == 0 else found


def due(table: EdgeTable, path: str, country: str, region: str) -> str:
    """The notices of a page for readers in a place."""
    name = canonical_url(f"https://{HOST}{path}") or ""
    return table.find(name, site_of(name), table.zone(country, region))


# -- readers --------------------------------------------------------------------------------------------


def get(path: str, *lines: str, method: str = "GET") -> bytes:
    """A request after which the connection stays open."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {HOST}", *lines, "", ""]).encode()


def asked(proxy: Proxy, requests: Sequence[bytes], *, peer: str = CDN) -> list[Reply]:
    """The replies to many requests on connections from one address, in order."""
    found: list[Reply] = []
    for first in range(0, len(requests), AT_ONCE):
        batch = requests[first : first + AT_ONCE]
        with socket.create_connection((proxy.host, proxy.port), timeout=SECONDS) as sock:
            sock.sendall(f"PROXY TCP4 {peer} 127.0.0.1 51234 80\r\n".encode() + b"".join(batch))
            with sock.makefile("rb") as answers:
                found += [_reply(answers, has_body=not each.startswith(b"HEAD ")) for each in batch]
    return found


def one(proxy: Proxy, path: str, *lines: str, peer: str = CDN, method: str = "GET") -> Reply:
    return asked(proxy, [get(path, *lines, method=method)], peer=peer)[0]


def _reply(answers: BufferedReader, *, has_body: bool) -> Reply:
    status = int(answers.readline().split()[1])
    found: dict[str, str] = {}
    while line := answers.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(": ")
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    body = b""
    if has_body and "chunked" in found.get("transfer-encoding", ""):
        while size := int(answers.readline(), 16):
            body += answers.read(size)
            answers.readline()
        answers.readline()
    elif has_body and status != 304:
        body = answers.read(int(found.get("content-length", "0")))
    return Reply(status, found, body)


# -- who stands behind nginx ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """A request as it came to a stand-in."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Heard], tuple[int, dict[str, str], bytes] | None]
"""Status, headers and body; None closes the connection without a word."""


class StandIn(ThreadingHTTPServer):
    """A server that answers what it is told to, and remembers what it heard."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.heard: list[Heard] = []


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        heard = Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.heard.append(heard)
        answer = self.server.answer(heard)
        if answer is None:
            self.close_connection = True
            return
        status, lines, said = answer
        self.send_response(status)
        for name, value in {**lines, "Content-Length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_HEAD = do_GET  # noqa: N815 - the name is the server's
    do_POST = do_GET  # noqa: N815 - the name is the server's

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the server's
        """Say nothing."""


@contextmanager
def standing_in(answer: Answer) -> Iterator[StandIn]:
    with StandIn(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)


def leaks(table: EdgeTable, reply: Reply) -> list[str]:
    """What a reply tells of zones, of the table, or of how it was found: nothing of it is for browsers."""
    known = {
        "server",
        "date",
        "content-type",
        "content-length",
        "connection",
        "transfer-encoding",
        "cache-control",
        "vary",
    }
    said = f"{reply.headers} {reply.body.decode('utf-8', 'replace')}"
    found = [name for name in reply.headers if name not in known]
    found += [word for word in (table.digest, *table.fragments) if word in said]
    return found + re.findall(r"zone|compliance|<!--#", said)
