"""What remains of a reader in a running service once the answer is sent: nothing that anybody can read, in no memory.

The service is as an operator starts it, but that every logger says all that it can. Memory is read as a core dump would
hold it, with what `deploy/compliance.service` sets so that freed memory is overwritten.
"""

from __future__ import annotations

import contextlib
import json
import platform
import re
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from compliance.geo.address import parse_address
from tests.examples import are_all
from tests.geo.sources import city, spread, write
from tests.web.asking import ARTICLE
from tests.web.memory import doubles, held, spellings
from tests.web.process import SECONDS, Service, eventually, head, received, serving

ROOT: Final = Path(__file__).resolve().parents[2]
ADDRESSES: Final = ("203.0.113.77", "2001:db8:5a17:c0de:9e3:b1a5:77:c3d4", "95.165.77.203", "2a02:6b8:5a17::9e3:b1a5")
"""Two for documentation, of which no database is asked, and two that databases know."""
PEER: Final = "127.113.77.203"
CITY: Final = "Hurzufka-Verkhnya"
LATITUDE, LONGITUDE = "47.7654321", "37.1234567"
AGENT: Final = "Marked-Agent/7.31"
TRACE: Final = "0af7651916cd43dd8448eb211c80319c"
MARKS: Final[Mapping[str, bytes]] = {
    **{f"{address}, {how}": mark for address in (*ADDRESSES, PEER) for how, mark in spellings(address).items()},
    **{f"{number}, {how}": mark for number in (LATITUDE, LONGITUDE) for how, mark in doubles(float(number)).items()},
    **{mark: mark.encode() for mark in (CITY, LATITUDE, LONGITUDE, AGENT, TRACE)},
}
TEXTS: Final = {name: mark for name, mark in MARKS.items() if len(mark) > 4}
"""Those that nobody writes by chance: four bytes may be anything."""
SETTINGS: Final = """\
trusted_proxies = ["127.0.0.1/32"]
client_address = "x-forwarded-for"
cdn = "cloudflare"
cdn_headers = ["country", "region", "region_name", "city", "latitude", "longitude", "time_zone"]
geo_databases = ["city.mmdb"]
geo_overlays = ["overlay.csv"]
"""
OVERLAY: Final = """\
network,asn,territory,first_day,last_day,action,source
203.0.113.0/24,,ua-russia-controlled,none,none,add,a letter
2001:db8::/32,,ua-russia-controlled,none,none,add,a letter
"""
TALKATIVE: Final = """
import logging
import compliance.reader
from compliance.cli import main

configure, parse_address = logging.basicConfig, compliance.reader.parse_address

def everything(**how):
    configure(**{**how, "level": logging.DEBUG})
    logging.Logger.setLevel = lambda *_: None
    logging.getLogger("test").debug("all is said")

def failing(text):
    if text.endswith("!"):
        raise RuntimeError(f"cannot read {text}")
    return parse_address(text)

logging.basicConfig, compliance.reader.parse_address = everything, failing
"""
"""A service that logs all that anybody wants to log, and fails at an address with an exclamation mark."""
LEAKING: Final = f"""
{TALKATIVE}
import base64

kept = []

def keeping(text):
    found = parse_address(text)
    if found is not None:
        packed = found.number.to_bytes(4 if found.version == 4 else 16, "big")
        kept.append([text[:], found.number, packed, packed[::-1], base64.b64encode(packed), str(found.number)])
        logging.getLogger("compliance.reader").debug("asked for %s", text)
    return found
compliance.reader.parse_address = keeping
"""
CHECK: Final = "POST /v1/check HTTP/1.1"
SAID: Final = {"content": ARTICLE, "reader": {"from": "request"}}
CDN: Final = (
    "CF-IPCountry: UA",
    f"CF-IPCity: {CITY}",
    f"CF-IPLatitude: {LATITUDE}",
    f"CF-IPLongitude: {LONGITUDE}",
    f"CF-Region: {CITY}",
    f"CF-Region-Code: {CITY}",
    f"CF-Timezone: Europe/{CITY}",
)
NAMED: Final = (
    "X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "CloudFront-Viewer-Address",
    "Fastly-Client-IP", "Fly-Client-IP", "X-Nf-Client-Connection-Ip", "X-Akamai-Edgescape", "X-Envoy-External-Address",
    "X_Forwarded_For", "X-Unheard-Of", "Via", "Cookie", "Referer", "User-Agent", "Host", "CF-IPCountry", "CF-IPCity",
    "CF-Region", "CF-Region-Code", "CF-IPLatitude", "CF-Timezone", "Content-Type", "Content-Encoding",
    "Accept-Language", "Transfer-Encoding", "Expect",
)  # fmt: skip

needs_memory = pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc",
    reason="memory of another process is read, and freed memory overwritten, on Linux with the GNU C library only",
)


@dataclass(frozen=True)
class Asked:
    """A service that readers asked, and everything that it answered."""

    service: Service
    answers: list[bytes]

    def send(self, body: Any, *lines: str, line: str = CHECK, source: str = "127.0.0.1", agent: str = AGENT) -> None:
        """One request, and what came back to it."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        trace = f"Traceparent: 00-{TRACE}-b7ad6b7169203331-01"
        request = head(line, f"Content-Length: {len(data)}", f"User-Agent: {agent}", trace, *lines) + data
        where = ("127.0.0.1", self.service.port)
        with socket.create_connection(where, timeout=SECONDS, source_address=(source, 0)) as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(request)
            self.answers.append(received(sock))

    def break_off(self, data: bytes) -> None:
        """The beginning of a request, and nothing more."""
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=SECONDS) as sock:
            sock.sendall(data)

    def written(self) -> bytes:
        """The log, which is what it writes to; its standard output is read when it starts."""
        return self.service.log.read_bytes()


def shipped_settings() -> dict[str, str]:
    """The variables that the unit sets."""
    unit = (ROOT / "deploy" / "compliance.service").read_text(encoding="utf-8")
    return dict(found.split("=", 1) for found in re.findall(r"^Environment=(.+)$", unit, re.MULTILINE))


@contextlib.contextmanager
def started(where: Path, code: str, *, seals: bool = True) -> Iterator[Asked]:
    write(where / "city.mmdb", spread("UA", city("UA", "14", at=(48.0, 37.8))), "GeoLite2-City")
    (where / "overlay.csv").write_text(OVERLAY, encoding="utf-8")
    (where / "compliance.toml").write_text(SETTINGS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**shipped_settings(), "PYTHONHASHSEED": "0"}.items():
            patch.setenv(name, value)
        program = (sys.executable, "-c", f"{code}\nmain()")
        with serving(where / "log", command=program, seals=seals) as service:
            yield Asked(service, [])


def bodies(address: str) -> Iterator[Any]:
    """What a caller may write, with an address where it belongs and everywhere else."""
    yield from ({"content": ARTICLE, "reader": reader} for reader in readers(address))
    page = {"url": f"https://{address}/a", "publisher": address, "headline": address, "text": address}
    yield {"content": page}
    yield {"content": {"url": f"https://[{address}]/{address}", "publisher": f"//{address}/x"}}
    yield {"content": {"publisher": f"http://[{address}]:80/", "date_published": address, "language": address}}
    yield {"content": {"facts": {address: address, "content.kind": address, "content.mentions": [address]}}}
    yield {"content": {"@context": "https://schema.org", "@type": "NewsArticle", "url": address, address: address}}
    yield {address: {address: [address]}, "as_of": address, "languages": [address]}
    yield json.dumps({"content": {address: address}}).encode() + address.encode()
    yield f'{{"content": {{"{address}": "'.encode()
    yield b"\x1f\x8b" + address.encode()


def readers(address: str) -> Iterator[Any]:
    yield from ({"address": address}, {"address": f"[{address}]:443"}, {"address": f"{address}x"})
    yield {"location": {"country": address, "subdivision": address}}
    yield {"address": address, "location": {"country": "UA"}}
    yield {"address": f"{address}!"}
    yield {address: address}


def everything_is_sent(asked: Asked, address: str) -> None:
    """An address in each place of a request, right, garbled, cut and hostile."""
    for value in (address, f"{address}, unknown", f"x{address}", f"{address}\x80", f'for="[{address}]:80";by=_x'):
        asked.send(SAID, f"X-Forwarded-For: {value}", *CDN)
    asked.send(SAID, f"X-Forwarded-For: {address}", f"X-Forwarded-For: {address}", "CF-IPCountry: XX", *CDN)
    for name in NAMED:
        asked.send(SAID, "X-Forwarded-For: 198.51.100.1", f"{name}: {address}")
        asked.send(SAID, f"{name}: {address}")
    for body in bodies(address):
        asked.send(body)
    for line in (
        f"POST /v1/check?reader={address} HTTP/1.1",
        f"POST /v1/{address}#{address} HTTP/1.1",
        f"POST http://{address}/v1/check HTTP/1.1",
        f"POST http://[{address}/v1/check HTTP/1.1",
        f"GET /metrics?{address} HTTP/1.1",
        f"GET /readyz?{address} HTTP/1.1",
        f"{address} /v1/check HTTP/1.1",
        f"POST /v1/check {address}",
    ):
        asked.send(SAID, line=line)
    asked.send(SAID, f"broken {address}", f" folded {address}")
    asked.send(SAID, *[f"X-Long: {address}"] * 20_000)
    asked.send(address.encode() * 100_000)
    asked.break_off(f"POST /v1/check?{address} HTTP/1.1\r\nX-Forwarded-For: {address}".encode())
    asked.break_off(f"POST /v1/check?{address} HTTP/1.1\r\nContent-Length: 500\r\n\r\n{address}".encode())


def everybody_asks(asked: Asked, addresses: Sequence[str]) -> None:
    """The same for several addresses, from a peer that is the reader, and what operators ask."""
    for address in addresses:
        everything_is_sent(asked, address)
    for source in (PEER, "127.0.0.1"):
        asked.send(SAID, source=source)
        asked.send({"content": {}, "reader": 7}, source=source)
    for path in ("/metrics", "/readyz", "/healthz", "/v1/ruleset", "/v1/nothing"):
        asked.send(b"", line=f"GET {path} HTTP/1.1")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A service that was sent everything; in every run it seals nothing, for a sealer hears of no reader."""
    with started(tmp_path_factory.mktemp("asked"), TALKATIVE, seals=are_all()) as service:
        everybody_asks(service, (ADDRESSES[0], ADDRESSES[-1]))
        yield service


def test_each_mark_would_be_believed_somewhere(asked: Asked) -> None:
    """Otherwise there would be nothing to keep: addresses are read, asked for, and told beside what the CDN says."""
    assert [getattr(parse_address(each), "is_public", None) for each in ADDRESSES] == [False, False, True, True]
    told = [each.partition(b"\r\n\r\n")[2] for each in asked.answers if b'"location":' in each]
    because = {words for each in told for words in json.loads(each)["location"]["basis"]}
    for words in ("overlay.csv adds ua-russia-controlled", "city and cloudflare locate it", "city locates it"):
        assert any(words in each for each in because), (words, because)
    statuses = {each[9:12] for each in asked.answers}
    assert statuses >= {b"200", b"400", b"404", b"405", b"413", b"415", b"431", b"500", b"501"}


def test_nothing_of_a_reader_is_in_any_answer(asked: Asked) -> None:
    for name, mark in TEXTS.items():
        assert not [each for each in asked.answers if mark in each], name


def test_nothing_of_a_reader_is_in_a_log_that_says_all_it_can(asked: Asked) -> None:
    said = asked.written()
    assert b"DEBUG test: all is said" in said
    assert b"unforeseen RuntimeError at failing" in said
    for name, mark in TEXTS.items():
        assert mark not in said, name


def test_the_service_asks_for_no_core_dump(asked: Asked) -> None:
    limits = Path(f"/proc/{asked.service.process.pid}/limits")
    if not limits.exists():
        pytest.skip("limits of another process are read on Linux only")
    (line,) = (
        each for each in limits.read_text(encoding="ascii").splitlines() if each.startswith("Max core file size")
    )
    assert line.split()[4] == "0"


@pytest.mark.prove
@needs_memory
def test_nothing_of_a_reader_stays_in_memory(tmp_path: Path) -> None:
    with started(tmp_path, TALKATIVE) as asked:
        everybody_asks(asked, ADDRESSES)
        for _ in range(4):  # Python keeps freed numbers as they are for the next ones, so a coordinate until then
            told = ("CF-IPCountry: UA", "CF-IPCity: Town", "CF-IPLatitude: 50.1", "CF-IPLongitude: 30.2")
            asked.send(SAID, "X-Forwarded-For: 198.51.100.1", *told, agent="another")
        asked.send(SAID, source=PEER, agent="another")  # last, for a thread forgets its peer with the next one
        pid = asked.service.process.pid
        eventually(lambda: held(pid, MARKS) == {}, seconds=5)  # connections that broke off are closed by and by
        assert held(pid, MARKS) == {}


@pytest.mark.prove
@needs_memory
def test_a_service_that_kept_its_readers_would_be_found_out(tmp_path: Path) -> None:
    """The planted mistake: a list of everybody who asked, in every form, and a line in the log."""
    with started(tmp_path, LEAKING) as asked:
        assert held(asked.service.process.pid, MARKS) == {}
        for address in ADDRESSES:
            asked.send({"content": ARTICLE, "reader": {"address": address}})
        found = held(asked.service.process.pid, MARKS)
        for address in ADDRESSES:
            ways = {name.removeprefix(f"{address}, ") for name in found if name.startswith(f"{address}, ")}
            assert ways >= {"text", "decimal", "big-endian", "little-endian", "a number of Python"}
            assert any("base64" in each for each in ways)
            assert address in asked.written().decode()
