"""The reader's address of a request, as proxies of all kinds write it, and what is said of how it was found."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from compliance.config import Settings
from compliance.geo.client_address import Client, ProxyTrust, client_address
from compliance.setting_values import CHAINS, SINGLES
from tests.geo.proxies import PROXY, READER, READER_SIX, STRANGER, address, ask, joined, lines, trust

NOBODY = ProxyTrust()


def unknown(found: Client, because: str) -> None:
    assert (found.address, found.because) == (None, because)


@pytest.mark.parametrize("peer", [READER, READER_SIX, f"::ffff:{READER}", "8.8.8.8"])
def test_a_peer_that_is_no_proxy_is_the_reader(peer: str) -> None:
    for by in (NOBODY, trust(), trust("x-real-ip"), trust(hops=1)):
        found = ask("Accept: */*", "Host: service", peer=peer, by=by)
        assert (found.address, found.because) == (address(peer), "the peer is the reader")


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For: ",
        "Forwarded: for=_x",
        "Via: 1.1 cache",
        "X_Forwarded_For: x",
        "CF-Ray: x",
        "x-forwarded-proto: x",
        *(
            f"{name}: x"
            for name in (
                *(
                    "X-Forward-For",
                    "Forwarded-For",
                    "X-Originating-IP",
                    "X-Remote-IP",
                    "X-Remote-Addr",
                    "X-ProxyUser-Ip",
                ),
                *("X-Via", "X-Bluecoat-Via", "X-Varnish", "Surrogate-Capability", "Max-Forwards", "Proxy-Connection"),
                *(
                    "CDN-RequestCountryCode",
                    "Cdn-Src-Ip",
                    "X-CDN",
                    "X-Sucuri-Country",
                    "X-Original-URL",
                    "X-Cluster-IP",
                ),
                *(
                    "X-GeoIP-Country",
                    "X-Country-Code",
                    "X-Envoy-Peer-Metadata",
                    "X-Google-Real-IP",
                    "EO-Client-IPCountry",
                ),
                *("WL-Proxy-Client-IP", "Client-IP", "True-Client-IP", "X-Cloud-Trace-Context", "X-ARR-SSL"),
            )
        ),
    ],
)
def test_a_peer_that_passes_on_and_is_no_proxy_of_ours_is_nobody(header: str) -> None:
    for by in (NOBODY, trust(), trust("x-real-ip")):
        unknown(ask(header, peer=STRANGER, by=by), "the request was passed on, and not by a trusted proxy")


def test_what_browsers_and_programs_send_by_themselves_tells_of_no_proxy() -> None:
    usual = (
        *("Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Cookie"),
        *(
            "Connection",
            "Content-Length",
            "Content-Type",
            "DNT",
            "Date",
            "Expect",
            "From",
            "Host",
            "If-Match",
            "If-Range",
        ),
        *("If-Modified-Since", "If-None-Match", "Keep-Alive", "Origin", "Pragma", "Priority", "Range", "Referer", "TE"),
        *(
            "Transfer-Encoding",
            "Upgrade",
            "Upgrade-Insecure-Requests",
            "User-Agent",
            "X-Requested-With",
            "X-CSRF-Token",
        ),
        *("Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Sec-GPC", "Sec-CH-UA-Platform"),
        *("Sec-WebSocket-Key", "Save-Data", "Downlink", "RTT", "ECT", "Viewport-Width", "Device-Memory", "Traceparent"),
        *("Access-Control-Request-Headers", "Service-Worker", "X-Request-ID", "Idempotency-Key", "X-API-Key"),
    )
    assert ask(*(f"{name}: x" for name in usual), peer=STRANGER).address == address(STRANGER)


@pytest.mark.parametrize("peer", [None, "", "unix:", "localhost", "garbage", "fe80::1%eth0", "2a00:1450::1%eth0"])
def test_a_peer_without_an_address_of_its_own_is_nobody(peer: str | None) -> None:
    for by in (NOBODY, trust()):
        unknown(ask(peer=peer, by=by), "the peer has no address that could be a reader's")


@pytest.mark.parametrize("peer", [None, "", "unix:", "localhost"])
def test_a_unix_socket_is_a_proxy_only_where_the_operator_says_so(peer: str | None) -> None:
    said = trust(networks=["unix"])
    assert ask(f"X-Forwarded-For: {READER}", peer=peer, by=said).address == address(READER)
    assert ask(f"X-Forwarded-For: {READER}", peer=peer).address is None
    assert ask(f"X-Forwarded-For: {READER}", peer=PROXY, by=said).address is None
    assert ask(f"X-Forwarded-For: {READER}, unix:", peer=peer, by=said).address == address(READER)


@pytest.mark.parametrize(
    ("written", "reader"),
    [
        (READER, READER),
        (f"{READER}:51234", READER),
        (f"  {READER}\t", READER),
        (f"::ffff:{READER}", READER),
        (f"[::ffff:{READER}]:51234", READER),
        (READER_SIX, READER_SIX),
        (f"[{READER_SIX}]", READER_SIX),
        (f"[{READER_SIX}]:51234", READER_SIX),
        (READER_SIX.upper(), READER_SIX),
        ("2001:0db8:0007:0000:0000:0000:0000:0007", READER_SIX),
        ("10.1.2.3", "10.1.2.3"),
        ("64:ff9b::203.0.113.7", READER),
        ("2002:cb00:7107::1", READER),
    ],
)
def test_one_reader_is_the_same_however_proxies_write_the_address(written: str, reader: str) -> None:
    for headers in ([f"X-Forwarded-For: {written}"], [f"X-Forwarded-For: {written}", "X-Forwarded-For: 192.0.2.9"]):
        assert ask(*headers).address == address(reader)
    for name in sorted(set(SINGLES) - {"cloudfront-viewer-address"}):
        assert ask(f"{name.title()}: {written}", by=trust(name)).address == address(reader)


@pytest.mark.parametrize(
    "peer", ["192.0.2.0", "192.0.2.255", "2001:db8:ffff::", "2001:db8:ffff:ffff::1", "192.0.2.1:99"]
)
def test_every_address_of_a_trusted_network_is_a_proxy(peer: str) -> None:
    assert ask(f"X-Forwarded-For: {READER}", peer=peer).address == address(READER)
    assert ask(f"X-Forwarded-For: {READER}, {peer}").address == address(READER)


def test_networks_may_overlap_and_stand_in_any_order() -> None:
    by = trust(networks=["192.0.2.128/25", "198.51.100.0/24", "192.0.2.0/24", "10.0.0.0/8", "192.0.2.129"])
    for peer in ("192.0.2.1", "192.0.2.129", "192.0.2.200", "198.51.100.1", "10.1.1.1"):
        assert ask(f"X-Forwarded-For: {READER}", peer=peer, by=by).address == address(READER)
    for peer in ("192.0.3.0", "198.51.101.0", "11.0.0.0", "9.255.255.255"):
        assert ask(f"X-Forwarded-For: {READER}", peer=peer, by=by).address is None


def test_a_proxy_on_a_link_is_in_the_network_of_the_link() -> None:
    by = trust(networks=["fe80::/10"])
    assert ask(f"X-Forwarded-For: {READER}", peer="fe80::1%eth0", by=by).address == address(READER)
    assert ask(f"X-Forwarded-For: {READER}", peer="fec0::1%eth0", by=by).address is None


@pytest.mark.parametrize(
    ("written", "reader"),
    [
        (f"for={READER}", READER),
        (f'for="{READER}"', READER),
        (f'for="{READER}:51234"', READER),
        (f'for="{READER}:_port"', READER),
        (f'for="[{READER_SIX}]"', READER_SIX),
        (f'FOR="[{READER_SIX}]:51234"', READER_SIX),
        (f"for={READER};proto=https;by=203.0.113.43", READER),
        (f'host="a;b=c,d";for={READER}', READER),
        (f"for={READER}; proto=https ;", READER),
        (f";for={READER};;", READER),
        ('for="\\2\\0\\3\\.0.113.7";x="\\""', READER),
        (f'for={READER};host="\xe9"', READER),
    ],
)
def test_an_element_is_read_as_the_standard_writes_it(written: str, reader: str) -> None:
    by = trust("forwarded")
    assert ask(f"Forwarded: {written}", by=by).address == address(reader)
    assert ask(f"Forwarded: {written}, for=192.0.2.9", by=by).address == address(reader)
    assert ask(f"Forwarded: {written}", 'forwarded: for="192.0.2.9:80";by=_x', by=by).address == address(reader)


@pytest.mark.parametrize(
    ("written", "reader"),
    [
        (f"{READER}:46532", READER),
        (f"{READER_SIX}:46532", READER_SIX),
        (f"[{READER_SIX}]:46532", READER_SIX),
        ("2001:db8:7:0:0:0:0:7:46532", READER_SIX),
    ],
)
def test_the_viewer_of_cloudfront_comes_with_a_port_and_without_brackets(written: str, reader: str) -> None:
    by = trust("cloudfront-viewer-address")
    assert ask(f"CloudFront-Viewer-Address: {written}", by=by).address == address(reader)


@pytest.mark.parametrize(("hops", "reader"), [(1, "192.0.2.9"), (2, READER), (3, "198.51.100.1"), (4, None)])
def test_where_proxies_are_counted_the_reader_is_at_that_place(hops: int, reader: str | None) -> None:
    by = trust(hops=hops, networks=["10.0.0.0/8"])
    found = ask(f"X-Forwarded-For: 198.51.100.1, {READER}", "X-Forwarded-For: 192.0.2.9", peer="10.0.0.1", by=by)
    assert found.address == address(reader)


def test_as_many_proxies_as_may_be_counted_are_read() -> None:
    chain = ", ".join([READER] + ["192.0.2.9"] * 19)
    assert ask(f"X-Forwarded-For: {chain}", by=trust(hops=20)).address == address(READER)
    assert ask(f"X-Forwarded-For: {chain}").address == address(READER)
    unknown(ask(f"X-Forwarded-For: {READER}, {chain}, 192.0.2.9"), "`x-forwarded-for` names more than 20 proxies")


def test_without_a_header_to_believe_a_proxy_is_nobody() -> None:
    by = ProxyTrust.of(Settings(trusted_proxies=("192.0.2.0/24",)))
    unknown(ask(f"X-Forwarded-For: {READER}", by=by), "no header is believed")


@pytest.mark.parametrize(
    ("headers", "by", "because"),
    [
        (("Host: service",), trust(), "the trusted proxy sent no `x-forwarded-for`"),
        (("X-Forwarded-For: unknown",), trust(), "`x-forwarded-for` holds no address where one has to be"),
        (("X-Forwarded-For: 192.0.2.9",), trust(), "`x-forwarded-for` names trusted proxies only"),
        (("Forwarded: for=_x",), trust("forwarded"), "`forwarded` holds no address where one has to be"),
        (("X-Forwarded-For: 1.1.1.1",), trust(hops=2), "`x-forwarded-for` holds fewer values than proxies are counted"),
        (("X-Real-IP: 192.0.2.9",), trust("x-real-ip"), "`x-real-ip` names a trusted proxy and no reader"),
        (
            ("X-Forwarded-For: 64:ff9b::192.0.2.9",),
            trust(),
            "`x-forwarded-for` names a trusted proxy and no reader",
        ),
        (("X-Real-IP: x",), trust("x-real-ip"), "`x-real-ip` holds no address that could be a reader's"),
        (("X-Real-IP: fe80::1%a",), trust("x-real-ip"), "`x-real-ip` holds no address that could be a reader's"),
        (("X-Real-IP: 1.1.1.1", "X-Real-IP: 1.1.1.1"), trust("x-real-ip"), "`x-real-ip` is there more than once"),
    ],
)
def test_what_is_unknown_says_why(headers: tuple[str, ...], by: ProxyTrust, because: str) -> None:
    unknown(ask(*headers, by=by), because)


def test_a_peer_that_holds_the_address_of_a_proxy_is_nobody_and_is_told_why() -> None:
    because = "the peer holds the address of a trusted proxy and is no reader"
    for peer in ("64:ff9b::192.0.2.1", "2002:c000:201::1"):
        unknown(ask(peer=peer), because)
        assert ask(peer=peer, by=NOBODY).address == address("192.0.2.1")


def test_each_step_says_which_value_it_looked_at() -> None:
    assert ask("X-Forwarded-For: 198.51.100.1, 203.0.113.7, 192.0.2.9").steps == (
        "the peer, `192.0.2.1`, is a trusted proxy",
        "value 1 from the right, `192.0.2.9`, is a trusted proxy",
        "value 2 from the right, `203.0.113.7`, is where the reader has to be",
        "`x-forwarded-for` names the reader",
    )
    assert ask("X-Forwarded-For: 203.0.113.7, 198.51.100.1", by=trust(hops=2)).steps[1] == (
        "value 1 from the right, `198.51.100.1`, is a counted proxy"
    )
    assert ask("Via: x", peer=STRANGER).steps == (
        "the peer, `203.0.113.99`, is no trusted proxy: no header counts",
        "`Via` tells of a proxy: the peer is not the reader",
        "the request was passed on, and not by a trusted proxy: unknown",
    )
    assert ask(peer=None).steps[0] == "the peer, a unix socket, is no trusted proxy: no header counts"


@pytest.mark.parametrize("value", ["\x1b[2J\x07\r\n", "x" * 5000, "\u202e7.0.0.1"])
def test_a_step_shows_what_was_written_and_no_terminal_obeys_it(value: str) -> None:
    steps = ask(f"X-Forwarded-For: {value}").steps
    assert all(step.isprintable() and step.isascii() and len(step) < 500 for step in steps)
    assert "is no address" in steps[1]
    assert ("too long to be read" in steps[1]) == (len(value) > 1000)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (ask(f"X-Forwarded-For: {READER}"), "113.7"),
        (ask(peer=STRANGER), "113.99"),
        (ask(f"X-Forwarded-For: {STRANGER}, x{READER}"), "113.7"),
        (ask(f"X-Real-IP: {READER}, {READER}", by=trust("x-real-ip")), "113.7"),
    ],
)
def test_nobody_prints_an_address_by_accident(found: Client, text: str) -> None:
    assert text in str(found.steps)
    assert text not in f"{found} {found!r} {found.because}"
    if found.address is not None:
        with pytest.raises(TypeError):
            pickle.dumps(found)


PAGE = Path(__file__).resolve().parents[2] / "docs" / "proxies.md"
ROW = re.compile(r"^\| `([\w-]+)` \| (\d*) ?\| `([^|`]+)` \| (unknown|[\w.:]+) \|$", re.MULTILINE)


def test_every_example_on_the_page_about_proxies_is_true() -> None:
    examples = ROW.findall(PAGE.read_text(encoding="utf-8").partition("## Examples")[2].partition("\n## ")[0])
    assert len(examples) == 13
    for header, hops, written, reader in examples:
        by = trust(header, hops=int(hops) if hops else None, networks=["192.0.2.0/24"])
        assert ask(written, by=by).address == address(None if reader == "unknown" else reader), written


def test_the_page_about_proxies_names_every_header_that_can_be_configured() -> None:
    rows = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*CHAINS, *SINGLES) if f"`{name}`" not in rows] == []


def test_the_trust_of_an_operator_does_not_list_the_networks() -> None:
    assert "192" not in repr(trust())


def test_headers_of_a_server_that_joins_lines_say_the_same() -> None:
    headers = lines("X-Forwarded-For: 198.51.100.1", f"x-forwarded-for: {READER}", "X-FORWARDED-FOR: 192.0.2.9", "A: b")
    assert client_address(PROXY, headers, trust()).address == address(READER)
    assert client_address(PROXY, joined(headers), trust()).address == address(READER)
