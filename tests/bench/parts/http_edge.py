"""nginx that answers from an exported table, beside the same nginx with the same bytes in files.

Theory: what the table costs is what a web server does more than to send a file: the place and the page are looked up,
and the file of the notices is found. So both servers send the same bytes with the same headers to the same requests, on
one core; wrk asks from another one. A round asks each for a moment, and what is compared are ratios of a round. Where
wrk is slower than nginx, all are equal, so how busy nginx was is told, too.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Final

from compliance.check import Asked as Question
from compliance.check import Checker
from compliance.content.facts import Content
from compliance.edge.table import EdgeTable
from compliance.exporting import Item, exported
from tests.bench.parts.http_load import Asked, load, pinned, rounds
from tests.deploy.edging import HOST, NOTICE, due, get, headers, included, installed
from tests.deploy.proxying import DEPLOY, LISTEN, command, dead_port, free_port, started
from tests.deploy.proxying import installed as configured
from tests.web.process import eventually

TABLE_CONF: Final = DEPLOY / "recipes" / "nginx-edge-table" / "nginx.conf"
CACHE_CONF: Final = DEPLOY / "recipes" / "nginx-edge-cache" / "nginx.conf"
FRAGMENT, FRAGMENT_FILE = "notices from the table", "the same bytes as files"
PAGE, CACHED, PAGE_FILE = "pages with notices by SSI", "pages kept by zone", "the same pages as files"
TOLD: Final = {
    FRAGMENT: FRAGMENT_FILE,
    FRAGMENT_FILE: None,
    PAGE: PAGE_FILE,
    CACHED: PAGE_FILE,
    PAGE_FILE: None,
}
"""What is told, and with what each is compared."""
PLACES: Final = (("RU", ""), ("UA", "43"), ("BY", ""), ("US", ""), ("", ""))
"""Country and region of readers, as a CDN tells them."""
PUBLISHERS: Final = ("rferl.org", "meduza.io", "dw.com", "novayagazeta.eu", "tvrain.tv", "daily.example")
LANGUAGES: Final = ("en", "ru")
PAGES: Final = 1_000
SIZE: Final = 20_000
"""Bytes of a page without its notices."""
CONNECTIONS: Final = 16
_FILLER: Final = "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>\n"
_SCRIPT: Final = """
local sent, number = {%s}, 0
request = function() number = number %% #sent + 1; return sent[number] end
"""
_STAND: Final = "upstream site {"
_FILES: Final = """server {{
    listen 127.0.0.1:{port};
    access_log off;
    server_tokens off;
    add_header Cache-Control "private, no-store" always;
    add_header Vary "*" always;
    location / {{
      root {root};
      etag off;
      if_modified_since off;
      open_file_cache max=4096 inactive=10m;
    }}
  }}
  """
_SITE: Final = """server {{
    listen 127.0.0.1:{port};
    access_log off;
    root {root};
  }}
  """
_FRAGMENTS: Final = """server {{
    listen 127.0.0.1:{port};
    access_log off;
    server_tokens off;
    add_header Cache-Control $page_caching always;
    add_header Vary $page_varies always;
    location / {{
      root {root};
      try_files /fragments/$compliance_fragment.html =404;
      etag off;
      if_modified_since off;
      open_file_cache max=4096 inactive=10m;
    }}
  }}
  """


@dataclass(frozen=True)
class Visit:
    """A page, and where its reader is."""

    path: str
    country: str
    region: str

    @property
    def request(self) -> bytes:
        return get(self.path, *headers(self.country, self.region))


@dataclass(frozen=True)
class Edge:
    """What runs: the port of each, and the process that has it."""

    ports: Mapping[str, int]
    processes: Mapping[str, int]
    visits: Sequence[Visit]


@dataclass(frozen=True)
class Served:
    """What was found in each round."""

    found: Mapping[str, Sequence[Asked]]
    busy: Mapping[str, Sequence[float]]
    """The share of its time that nginx worked."""

    def rate(self, name: str) -> float:
        """Requests a second."""
        return statistics.median(each.a_second for each in self.found[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as fast, in the same rounds."""
        pairs = zip(self.found[name], self.found[other], strict=True)
        return statistics.median(one.a_second / two.a_second for one, two in pairs)

    def time(self, name: str, what: str) -> float:
        """Milliseconds."""
        return statistics.median(float(getattr(each, what)) for each in self.found[name])


def visits(number: int) -> list[Visit]:
    """So many pages, each for a reader somewhere."""
    return [Visit(f"/a/{each}.html", *PLACES[each % len(PLACES)]) for each in range(number)]


def tabled(checker: Checker, seen: Sequence[Visit], publishers: Sequence[str]) -> EdgeTable:
    """The table of the pages, which publishers share in turn."""
    pages = [
        Content(f"https://{HOST}{each.path}", publishers[number % len(publishers)]) for number, each in enumerate(seen)
    ]
    return exported(checker, [Item(Question(each, LANGUAGES)) for each in pages]).table


@contextmanager
def serving(nginx: str, table: EdgeTable, seen: Sequence[Visit], where: Path) -> Iterator[Edge]:
    """nginx by both recipes, each with files beside it, once it answers; all on one core."""
    written(table, seen, where)
    with ExitStack() as stack:
        service = stack.enter_context(dead_port())  # all pages are in the table
        ports = {name: free_port() for name in (FRAGMENT, FRAGMENT_FILE, PAGE, PAGE_FILE, CACHED)}
        site = free_port()
        files = [
            _FRAGMENTS.format(port=ports[FRAGMENT], root=where / "table"),
            _FILES.format(port=ports[FRAGMENT_FILE], root=where / "notices"),
            _FILES.format(port=ports[PAGE_FILE], root=where / "whole"),
            _SITE.format(port=site, root=where / "whole"),
        ]
        shared = {**included(where / "table"), "server 127.0.0.1:8080;": f"server 127.0.0.1:{site};"}
        table_moved = {
            **shared,
            LISTEN: f"listen 127.0.0.1:{ports[PAGE]};",
            "192.0.2.0/24 1;": "127.0.0.0/8 1;",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{service};",
            "set $tables /etc/nginx/compliance;": f"set $tables {where / 'table'};",
            "root /srv/site;": f"root {where / 'pages'};",
            _STAND: "".join([*files, _STAND]),
        }
        cache_moved = {
            **shared,
            LISTEN: f"listen 127.0.0.1:{ports[CACHED]};",
            "192.0.2.0/24 1;": "127.0.0.0/8 1;",
            "/var/cache/nginx/pages": str(where / "kept"),
        }
        of_table = stack.enter_context(_nginx(nginx, TABLE_CONF, where / "by-table", table_moved))
        of_cache = stack.enter_context(_nginx(nginx, CACHE_CONF, where / "by-cache", cache_moved))
        yield Edge(ports, {name: of_cache if name == CACHED else of_table for name in ports}, seen)


def compared(
    nginx: str, table: EdgeTable, seen: Sequence[Visit], where: Path, *, is_quick: bool, tell: Callable[[str], None]
) -> Served:
    """All of it measured, once it was seen that all answer right; ends the program where one does not."""
    with serving(nginx, table, seen, where) as edge:
        if wrong := differing(edge, where, len(PLACES) * len(PUBLISHERS)):
            raise SystemExit(f"answers differ from what was written: {', '.join(wrong[:5])}")
        served = measured(edge, where, is_quick=is_quick, tell=tell)
    if failed := {name: number for name, some in served.found.items() if (number := sum(each.failed for each in some))}:
        raise SystemExit(f"requests failed: {failed}")
    return served


def written(table: EdgeTable, seen: Sequence[Visit], where: Path) -> None:
    """The table, the pages that ask for their notices, and the same bytes as they are sent."""
    installed(table, where / "table")
    for name in ("notices", "pages", "whole"):
        (where / name / "a").mkdir(parents=True)
    for each in seen:
        notices, path = due(table, each.path, each.country, each.region), each.path[1:]
        begin = f"<title>{each.path}</title>\n"
        page = begin + _FILLER * ((SIZE - len(begin)) // len(_FILLER))
        (where / "notices" / path).write_text(notices, encoding="utf-8")
        (where / "pages" / path).write_text(page + NOTICE, encoding="utf-8")
        (where / "whole" / path).write_text(page + notices, encoding="utf-8")


@contextmanager
def _nginx(program: str, config: Path, where: Path, moved: Mapping[str, str]) -> Iterator[int]:
    """The number of the process that works."""
    where.mkdir()
    line = [*pinned(0), *command(program, where, configured(config, where, moved))]
    with started(line, where) as said:
        if said is not None:
            raise SystemExit(f"nginx does not start: {said}")
        assert eventually(lambda: bool(_workers(where)))
        yield _workers(where)[0]


def _workers(where: Path) -> list[int]:
    """The numbers of the processes that work, as far as they are there."""
    if not (master := (where / "pid").read_text(encoding="ascii").strip()):
        return []
    return [int(each) for each in Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()]


def differing(edge: Edge, where: Path, number: int) -> list[str]:
    """Of the first pages, those that some server does not answer with the bytes that are expected."""
    found = []
    for name, port in edge.ports.items():
        root = where / ("notices" if name in {FRAGMENT, FRAGMENT_FILE} else "whole")
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        for each in edge.visits[:number]:
            lines = dict(line.split(": ") for line in headers(each.country, each.region))
            connection.request("GET", each.path, headers={"Host": HOST, **lines})
            reply = connection.getresponse()
            said = (reply.status, reply.read(), reply.headers["Cache-Control"], reply.headers["Vary"])
            if said != (200, (root / each.path[1:]).read_bytes(), "private, no-store", "*"):
                found.append(f"{name}: {each.path}")
        connection.close()
    return found


def asking(seen: Sequence[Visit], where: Path) -> Path:
    """What wrk asks, over and over."""
    path = where / "visits.lua"
    sent = ",\n".join(json.dumps(each.request.decode("ascii")) for each in seen)
    path.write_text(_SCRIPT % sent, encoding="ascii")
    return path


def measured(edge: Edge, where: Path, *, is_quick: bool, tell: Callable[[str], None]) -> Served:
    """Each asked in each round; where it is quick all at once, which tells nothing but that they answer."""
    script, busy = asking(edge.visits, where), {name: list[float]() for name in edge.ports}

    def asked(name: str, seconds: float) -> Asked:
        before, begun = _worked(edge.processes[name]), perf_counter()
        found = load(edge.ports[name], script, seconds, CONNECTIONS)
        busy[name].append((_worked(edge.processes[name]) - before) / (perf_counter() - begun))
        return found

    if is_quick:
        with ThreadPoolExecutor(len(edge.ports)) as pool:
            at_once = {name: pool.submit(asked, name, 1.0) for name in edge.ports}
        return Served({name: [each.result()] for name, each in at_once.items()}, busy)
    for name in edge.ports:
        asked(name, 1.0)  # each page once, so that what is kept is there
        busy[name].clear()
    return Served(rounds(7, {name: partial(asked, name, 3.0) for name in edge.ports}, tell), busy)


def _worked(process: int) -> float:
    """Seconds of CPU of a process until now."""
    after = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")
