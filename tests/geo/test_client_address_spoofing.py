"""What readers write to be taken for somebody elsewhere: in no case is the forged address believed.

In each case FORGED was written by the reader, and READER is what the outermost trusted proxy saw. The first
column says what is tried; a case without an expected address is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from compliance.geo.address import Address, parse_address
from compliance.geo.client_address import Headers, ProxyTrust, client_address
from tests.geo.proxies import (
    FORGED,
    PROXY,
    PROXY_SIX,
    READER,
    READER_SIX,
    STRANGER,
    address,
    joined,
    lines,
    trust,
)

FORGED_SIX = "2001:db8:66::66"
XFF = "X-Forwarded-For: "
FWD = "Forwarded: "
LOAD_BALANCER = "198.51.100.200"


@dataclass(frozen=True)
class Case:
    """A request, the trust it meets, and the reader that should come out."""

    tried: str
    headers: tuple[str, ...]
    reader: str | None = None
    by: ProxyTrust = trust()  # noqa: RUF009 - immutable
    peer: str | None = PROXY

    def __str__(self) -> str:
        return self.tried


def case(tried: str, *headers: str, reader: str | None = None, by: ProxyTrust | None = None, peer: str = PROXY) -> Case:
    return Case(tried, headers, reader, by or trust(), peer)


def element(tried: str, *values: str, by: ProxyTrust | None = None) -> Case:
    """A case with `Forwarded`, in which the reader is found."""
    return Case(tried, tuple(FWD + value for value in values), READER, by or trust("forwarded"))


FORWARDED, HOPS, FORWARDED_HOPS = trust("forwarded"), trust(hops=2), trust("forwarded", hops=2)
REAL, CF, TRUE = trust("x-real-ip"), trust("cf-connecting-ip"), trust("true-client-ip")
FASTLY, FLY, VIEWER = trust("fastly-client-ip"), trust("fly-client-ip"), trust("cloudfront-viewer-address")
UNIX = trust(networks=["unix", "192.0.2.0/24"])
FLY_LIST = trust(networks=["192.0.2.0/24", "2001:db8:1::1"])
GOOGLE = trust(networks=["192.0.2.0/24", LOAD_BALANCER])

FROM_NO_PROXY = [
    case("a list from a peer that is no proxy", XFF + FORGED, peer=STRANGER),
    case("an element from a peer that is no proxy", f"{FWD}for={FORGED}", peer=STRANGER, by=FORWARDED),
    case("a counted list from a peer that is no proxy", f"{XFF}{FORGED}, {READER}", peer=STRANGER, by=HOPS),
    case("one address from a peer that is no proxy", f"X-Real-IP: {FORGED}", peer=STRANGER, by=REAL),
    case("the header of a network of servers, past it", f"CF-Connecting-IP: {FORGED}", peer=STRANGER, by=CF),
    case("the same in another network of servers", f"Fly-Client-IP: {FORGED}", peer=STRANGER, by=FLY),
    case("viewer and port, past the network", f"CloudFront-Viewer-Address: {FORGED}:1", peer=STRANGER, by=VIEWER),
    case("proxies named by a peer that is none", f"{XFF}{FORGED}, 192.0.2.9", peer=STRANGER),
    case("a peer whose address holds that of a proxy (6to4)", XFF + FORGED, peer="2002:c000:201::1"),
    case("a peer whose address holds that of a proxy (NAT64)", XFF + FORGED, peer="64:ff9b::192.0.2.1"),
    case("a peer whose address holds that of a proxy (Teredo)", XFF + FORGED, peer="2001:0:c000:201::1"),
    case("a peer that is a neighbour of the network", XFF + FORGED, peer="192.0.3.0"),
    case("a peer that is a neighbour of the network on the other side", XFF + FORGED, peer="192.0.1.255"),
    case("a unix socket that nobody trusted", XFF + FORGED, peer="unix:"),
    case("a peer without an address that nobody trusted", XFF + FORGED, peer=""),
    case("a peer that calls itself a proxy in words", XFF + FORGED, peer="192.0.2.1, 203.0.113.99"),
    case("an underscore in place of a hyphen, from no proxy", f"X_Forwarded_For: {FORGED}", peer=STRANGER),
]
ON_THE_LEFT = [
    case("an address before the proxy's", f"{XFF}{FORGED}, {READER}", reader=READER),
    case("a whole list before the proxy's", f"{XFF}{FORGED}, {FORGED}, {FORGED}, {READER}", reader=READER),
    case("a line before the proxy's", XFF + FORGED, XFF + READER, reader=READER),
    case("lines and a list", XFF + FORGED, f"{XFF}{FORGED}, {READER}, 192.0.2.9", "Via: x", reader=READER),
    case("the names of proxies before the proxy's", f"{XFF}{FORGED}, 192.0.2.9, {READER}", reader=READER),
    case("an address with a port", f"{XFF}{FORGED}:80, {READER}:51234", reader=READER),
    case("an address of the other version", f"{XFF}{FORGED_SIX}, {READER_SIX}", reader=READER_SIX),
    case("an address in brackets", f"{XFF}[{FORGED_SIX}]:80, [{READER_SIX}]:51234", reader=READER_SIX),
    case("the local machine", f"{XFF}127.0.0.1, {READER}", reader=READER),
    case("a private network", f"{XFF}10.0.0.1, {READER}, 192.0.2.9", reader=READER),
    case("an endless list", XFF + f"{FORGED}, " * 5000 + READER, reader=READER),
    case("an endless value", f"{XFF}{'9' * 70000}, {FORGED}, {READER}", reader=READER),
    case("other white space than that of HTTP", f"{XFF}{FORGED},\x0b{FORGED}\x85, {READER}", reader=READER),
    case("quotes that hold no list together", f'{XFF}"{FORGED}, {READER}', reader=READER),
    case("nothing but commas before it", f"{XFF},,,{READER}", reader=READER),
    case("through a proxy of the other version", f"{XFF}{FORGED}, {READER}, {PROXY_SIX}", reader=READER),
    case("through a proxy as IPv6 sockets show it", f"{XFF}{FORGED}, {READER}, ::ffff:192.0.2.9", reader=READER),
    case("from a proxy as IPv6 sockets show it", f"{XFF}{FORGED}, {READER}", reader=READER, peer="::ffff:192.0.2.1"),
    case("through a unix socket that is trusted", f"{XFF}{FORGED}, {READER}, unix:", reader=READER, by=UNIX),
    case("the word for a unix socket", f"{XFF}{FORGED}, unix:, {READER}", reader=READER, by=UNIX),
    case("before what Fly appends", f"{XFF}{FORGED}, {READER}, 2001:db8:1::1", reader=READER, by=FLY_LIST),
    case("before what Google appends", f"{XFF}{FORGED}, {READER}, {LOAD_BALANCER}", reader=READER, by=GOOGLE),
    case("the same where proxies are counted", f"{XFF}{FORGED}, {READER}, {LOAD_BALANCER}", reader=READER, by=HOPS),
    case("a longer list than is counted", f"{XFF}{FORGED}, {FORGED}, {READER}, 192.0.2.9", reader=READER, by=HOPS),
]
NO_ADDRESS = [
    case(f"{what} where the reader should be", f"{XFF}{FORGED}, {value}")
    for what, value in {
        "`unknown`": "unknown",
        "a hidden name": "_reader",
        "nothing": "",
        "a word": "garbage",
        "the name of a host": "reader.example",
        "a unix socket": "unix:",
        "two addresses without a comma": f"{READER} {FORGED}",
        "a list with semicolons": f"{READER};{FORGED}",
        "an address in quotes": f'"{READER}"',
        "a network": "203.0.113.0/24",
        "an address with zeros before its numbers": "203.000.113.007",
        "an address as one number": "3405803783",
        "an address in hexadecimal": "0xcb.0x0.0x71.0x7",
        "a short address": "203.113.7",
        "a port that is none": f"{READER}:99999",
        "white space that is none in HTTP": f"\x0b{READER}\xa0",
        "an IPv4 address in brackets": f"[{READER}]",
        "half a pair of brackets": f"[{READER_SIX}",
        "digits of another width": "２０３.0.113.7",
        "a percent escape": "203%2e0.113.7",
        "a byte that ends a text in other languages": f"{READER}\x00",
        "an address that is meant for one link": "fe80::1%eth0",
        "an element of the other header": f"for={READER}",
    }.items()
] + [
    case("a comma after the list", f"{XFF}{FORGED}, 192.0.2.9,"),
    case("commas only", f"{XFF}{FORGED},,,"),
    case("an empty line after the list", XFF + FORGED, XFF),
    case("a word between proxies", f"{XFF}{FORGED}, unknown, 192.0.2.9"),
    case("nothing between proxies", f"{XFF}{FORGED}, , 192.0.2.9"),
    case("a value without end", f"{XFF}{FORGED}, {'1' * 5000}"),
    case("more proxies than anybody has", f"{XFF}{FORGED}" + ", 192.0.2.9" * 21),
    case("nothing, where unix sockets are trusted", f"{XFF}{FORGED}, ", by=UNIX),
    case("the name of this machine, where unix sockets are trusted", f"{XFF}{FORGED}, localhost", by=UNIX),
    case("a unix socket between proxies, which nobody trusted", f"{XFF}{FORGED}, unix:, 192.0.2.9"),
]
PROXIES_ONLY = [
    case("a list of proxies only", f"{XFF}192.0.2.66, 192.0.2.9"),
    case("an element of a proxy only", f"{FWD}for=192.0.2.66", by=FORWARDED),
    case("the address of a proxy in place of the reader's", "X-Real-IP: 192.0.2.66", by=REAL),
    case("one of the network's own servers as the reader", f"CF-Connecting-IP: {PROXY_SIX}", by=CF),
    case("a proxy at the counted place", f"{XFF}{FORGED}, 192.0.2.66, 192.0.2.9", by=HOPS),
    *(
        case(f"{what} that holds the address of a proxy, {where}", *headers, by=by)
        for what, written in (("NAT64", "64:ff9b::192.0.2.66"), ("6to4", "2002:c000:242::1"))
        for where, headers, by in (
            ("in a list", (f"{XFF}{FORGED}, {written}",), trust()),
            ("before a proxy", (f"{XFF}{FORGED}, {written}, 192.0.2.9",), trust()),
            ("at the counted place", (f"{XFF}{FORGED}, {written}, 192.0.2.9",), HOPS),
            ("in an element", (f'{FWD}for={FORGED}, for="[{written}]"',), FORWARDED),
            ("as one address", (f"X-Real-IP: {written}",), REAL),
        )
    ),
    case("a peer that holds the address of a proxy (NAT64), without a header", peer="64:ff9b::192.0.2.1"),
    case("a peer that holds the address of a proxy (6to4), without a header", peer="2002:c000:201::1"),
    case("no header at all", "Accept: */*"),
    case("a list that is empty", XFF),
]
OTHER_HEADERS = [
    case("the other list", f"{FWD}for={FORGED}", XFF + READER, reader=READER),
    case("the other list, the other way", XFF + FORGED, f"{FWD}for={READER}", reader=READER, by=FORWARDED),
    case("the other list alone", f"{FWD}for={FORGED}"),
    case("the other list alone, the other way", XFF + FORGED, by=FORWARDED),
    case("underscores", f"X_Forwarded_For: {FORGED}", XFF + READER, reader=READER),
    case("one underscore, after the list", XFF + READER, f"X-Forwarded_For: {FORGED}", reader=READER),
    case("underscores alone", f"X_Forwarded_For: {FORGED}"),
    case("underscores in one address", f"X_Real_IP: {FORGED}", f"X-Real-IP: {READER}", reader=READER, by=REAL),
    case("a name that begins alike", XFF + READER, f"X-Forwarded-For-Original: {FORGED}", reader=READER),
    case("a name with a space", XFF + READER, f"X-Forwarded-For : {FORGED}", reader=READER),
    case("what an ingress moved aside", XFF + READER, f"X-Original-Forwarded-For: {FORGED}", reader=READER),
    case("another network's header", f"CF-Connecting-IP: {READER}", f"True-Client-IP: {FORGED}", reader=READER, by=CF),
    case("the edge's region and other claims", "Fly-Region: ams", f"X-Client-IP: {FORGED}", by=FLY),
    case(
        "all the headers that somebody reads somewhere",
        XFF + READER,
        *(
            f"{name}: {FORGED}"
            for name in ("Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Real-IP", "WL-Proxy-Client-IP")
        ),
        reader=READER,
    ),
]
SINGLE = [
    case("a second line", f"X-Real-IP: {READER}", f"X-Real-IP: {FORGED}", by=REAL),
    case("a second line before it", f"CF-Connecting-IP: {FORGED}", f"CF-Connecting-IP: {READER}", by=CF),
    case("the same line twice", f"True-Client-IP: {FORGED}", f"True-Client-IP: {FORGED}", by=TRUE),
    case("a list where one address belongs", f"True-Client-IP: {FORGED}, {READER}", by=TRUE),
    case("a list the other way", f"Fastly-Client-IP: {READER}, {FORGED}", by=FASTLY),
    case("nothing, and a list beside it", "X-Real-IP: ", XFF + FORGED, by=REAL),
    case("`unknown`, and a list beside it", "X-Real-IP: unknown", XFF + FORGED, by=REAL),
    case("no such header, and a list beside it", XFF + FORGED, by=REAL),
    case("a viewer without a port", f"CloudFront-Viewer-Address: {FORGED}", by=VIEWER),
    case("a viewer with two ports", f"CloudFront-Viewer-Address: {FORGED}:1:2", by=VIEWER),
    case("a viewer and more", f"CloudFront-Viewer-Address: {FORGED}:1, {READER}:2", by=VIEWER),
]
ELEMENTS = [
    element("an element before", f"for={FORGED}, for={READER}"),
    element("an element in a line before", f"for={FORGED}", f"for={READER}"),
    element("a string left open", f'for={FORGED};by=", for={READER}'),
    element("a string left open in a line", f'for={FORGED};by="', f"for={READER}"),
    element("a string left open with a backslash", f'for={FORGED};by="\\, for={READER}'),
    element("a string left open around a string", f'for={FORGED};x=", for="{READER}"'),
    element("an element in a string", f'for={READER};host="x, for={FORGED}"'),
    element("an element behind an escaped quote", f'for={READER};x="a\\", for={FORGED}"'),
    element("an element before an escaped quote", f'for={READER};x="a, for={FORGED};\\"b"'),
    element("an element behind two escapes", f'for={READER};x="\\\\\\", for={FORGED}"'),
    element("a string that ends with a backslash", f'for={FORGED}, for={READER};x="\\\\"'),
    element("other parameters", f'for={READER};by="{FORGED}";xfor={FORGED}'),
    element("an escaped address", f'for={FORGED}, for="2\\03.0.113.\\7"'),
    element("names in capitals", f"FOR={FORGED}, For={READER}"),
    element("elements of proxies", f'for={FORGED}, for={READER}, for="[{PROXY_SIX}]:1"'),
    element("a hidden port", f'for={FORGED}, for="{READER}:_p"'),
    element("elements that are counted", f"for={FORGED}, for={READER}, for=192.0.2.9", by=FORWARDED_HOPS),
] + [
    case(f"{what} in the element of the reader", f"{FWD}for={FORGED}, {element}", by=FORWARDED)
    for what, element in {
        "`unknown`": "for=unknown",
        "a hidden name": "for=_reader",
        "a hidden name with a port": 'for="_reader:80"',
        "no reader": "by=203.0.113.1;proto=https",
        "nothing": "",
        "an empty value": "for=",
        "an empty string": 'for=""',
        "two readers": f"for={READER};for={FORGED}",
        "a string that does not end": f'for="{READER}',
        "a string that does not begin": f'for={READER}"',
        "a string and more": f'for="{READER}"x',
        "a space around the sign": f"for = {READER}",
        "a comment": f"for={READER} (x)",
        "IPv6 without a string": f"for=[{READER_SIX}]",
        "IPv6 without brackets": f'for="{READER_SIX}"',
        "an address and a port without a string": f"for={READER}:80",
        "an address without a name": READER,
        "a list in a string": f'for="{READER}, {FORGED}"',
        "a string without end": 'for="' + "x" * 5000 + '"',
    }.items()
]
COUNTED = [
    case("a list that is too short by one", XFF + FORGED, by=HOPS),
    case("a list that is too short by all", "Accept: */*", by=HOPS),
    case("`unknown` at the counted place", f"{XFF}{FORGED}, unknown, 192.0.2.9", by=HOPS),
    case("`unknown` at a place that is counted over", f"{XFF}{FORGED}, {READER}, unknown", by=HOPS),
    case("nothing at a place that is counted over", f"{XFF}{FORGED}, {READER},", by=HOPS),
    case("a hidden name that is counted over", f"{FWD}for={FORGED}, for={READER}, for=_x", by=FORWARDED_HOPS),
    case("an element that is counted over and broken", f"{FWD}for={FORGED}, for={READER}, for", by=FORWARDED_HOPS),
]
CASES = [
    *(*FROM_NO_PROXY, *ON_THE_LEFT, *NO_ADDRESS, *PROXIES_ONLY, *OTHER_HEADERS, *SINGLE, *ELEMENTS, *COUNTED),
]


def fooled(believe: Callable[[str | None, Headers, ProxyTrust], str | None]) -> list[str]:
    """What a simpler way to read headers takes for the reader and should not."""
    found = []
    for each in CASES:
        believed = address_or_none(believe(each.peer, lines(*each.headers), each.by))
        if believed is not None and believed != address(each.reader):
            found.append(each.tried)
    return found


def address_or_none(text: str | None) -> Address | None:
    return None if text is None else parse_address(text.strip())


def values(headers: Headers, by: ProxyTrust) -> list[str]:
    """The values of the header that counts, as one list; an element of `Forwarded` without its name."""
    named = [value for name, value in headers if name.lower() == by.header]
    return [each.strip().removeprefix("for=") for value in named for each in value.split(",")]


def leftmost(peer: str | None, headers: Headers, by: ProxyTrust) -> str | None:
    return next(iter(values(headers, by)), None) if by.covers(peer) else None


def rightmost_address(peer: str | None, headers: Headers, by: ProxyTrust) -> str | None:
    """The first address from the right that is no proxy, whatever stands between."""
    found = [each for each in values(headers, by) if parse_address(each) and not by.covers(each)]
    return found[-1] if found and by.covers(peer) else None


def from_anybody(peer: str | None, headers: Headers, by: ProxyTrust) -> str | None:
    return client_address_text(PROXY, headers, by)


def without_looking_at_names(peer: str | None, headers: Headers, by: ProxyTrust) -> str | None:
    """As servers that know headers by `HTTP_X_FORWARDED_FOR`, the last of one name."""
    found = {name.lower().strip().replace("_", "-"): value for name, value in headers}
    return client_address_text(peer, list(found.items()), by)


def client_address_text(peer: str | None, headers: Headers, by: ProxyTrust) -> str | None:
    found = client_address(peer, headers, by).address
    return None if found is None else str(ip_address(found.number))


def test_there_are_many_cases_and_no_two_are_alike() -> None:
    assert len({(each.headers, each.by, each.peer) for each in CASES}) == len(CASES)
    assert len({each.tried for each in CASES}) == len(CASES)
    assert sum(FORGED in str(each.headers) for each in CASES) >= 60


@pytest.mark.parametrize(
    ("believe", "least"),
    [(leftmost, 60), (rightmost_address, 30), (from_anybody, 10), (without_looking_at_names, 5)],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_who_reads_headers_in_a_simpler_way_is_fooled(
    believe: Callable[[str | None, Headers, ProxyTrust], str | None], least: int
) -> None:
    assert len(fooled(believe)) >= least


@pytest.mark.parametrize("each", CASES, ids=str)
def test_no_forged_address_is_believed(each: Case) -> None:
    for headers in (lines(*each.headers), joined(lines(*each.headers))):
        found = client_address(each.peer, headers, each.by)
        assert found.address == address(each.reader), found.because
        assert found.address not in {address(FORGED), address(FORGED_SIX)}
