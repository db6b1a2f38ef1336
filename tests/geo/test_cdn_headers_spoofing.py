"""What readers write to be taken for somebody elsewhere by what a CDN tells: in no case is it believed.

In each case FORGED was written by the reader, or by whoever is on the way without being trusted, and UA is what the
CDN found. A case without an expected country is one in which nothing is said, or that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from compliance.config import Settings
from compliance.geo import Observation, ProxyTrust, cdn_evidence, client_address, locate, observed
from compliance.geo.client_address import Headers
from compliance.geo.records import country_code
from compliance.setting_values import CDNS
from tests.geo.proxies import NETWORKS, PROXY, PROXY_SIX, READER, STRANGER, joined, lines, trust

DAY = date(2026, 3, 1)
FORGED = "US"
XFF = f"X-Forwarded-For: {READER}"
CF = "CF-IPCountry: "
FINE = ["country", "region", "city", "latitude", "longitude", "time_zone"]


def by(cdn: str = "cloudflare", *told: str, header: str | None = "x-forwarded-for", **more: object) -> ProxyTrust:
    """The trust of an operator behind a CDN."""
    settings: dict[str, object] = {"trusted_proxies": list(NETWORKS), "cdn": cdn, **more}
    if told:
        settings["cdn_headers"] = list(told)
    if header is not None:
        settings["client_address"] = header
    return ProxyTrust.of(Settings.of(settings))


@dataclass(frozen=True)
class Case:
    """A request, the trust it meets, and the country that should come out."""

    tried: str
    headers: tuple[str, ...]
    country: str | None
    by: ProxyTrust
    peer: str | None

    def __str__(self) -> str:
        return self.tried


def case(
    tried: str, *headers: str, country: str | None = None, told: ProxyTrust | None = None, peer: str | None = PROXY
) -> Case:
    return Case(tried, headers, country, told or by(), peer)


ALL, EDGE = by("cloudflare", *FINE), "X-Akamai-Edgescape: "
PLACE_ONLY, UNIX = by(header=None), by(header=None, trusted_proxies=["unix"])
FASTLY = by("fastly", "country=x-geo-country", "proxy_type=x-geo-proxy")
CASES = [
    case("a country from a peer that is no proxy", CF + FORGED, peer=STRANGER),
    case("the same, with an address", XFF, CF + FORGED, peer=STRANGER),
    case("the same, where no address is told", CF + FORGED, peer=STRANGER, told=PLACE_ONLY),
    case("a peer whose address holds that of a proxy (6to4)", XFF, CF + FORGED, peer="2002:c000:201::1"),
    case("a peer whose address holds that of a proxy (NAT64)", XFF, CF + FORGED, peer="64:ff9b::192.0.2.1"),
    case("a peer beside the CDN", XFF, CF + FORGED, peer="192.0.3.0"),
    case("a unix socket that nobody trusted", XFF, CF + FORGED, peer="unix:"),
    case("no peer at all", CF + FORGED, peer=None, told=PLACE_ONLY),
    case("a peer that calls itself a proxy in words", XFF, CF + FORGED, peer="192.0.2.1, 203.0.113.99"),
    case("no CDN that anybody named", XFF, CF + FORGED, told=trust()),
    case("a proxy that names no address", CF + FORGED),
    case("a proxy that names `unknown`", "X-Forwarded-For: unknown", CF + FORGED),
    case("a proxy that names itself", "X-Forwarded-For: 192.0.2.9", CF + FORGED),
    case("a proxy that names an address and nothing", f"{XFF},", CF + FORGED),
    case("a second line", XFF, CF + "UA", CF + FORGED),
    case("a second line before it", XFF, CF + FORGED, CF + "UA"),
    case("a second line in other letters", XFF, CF + "UA", f"cf-ipcountry: {FORGED}"),
    case("a list in one line", XFF, f"{CF}{FORGED}, UA"),
    case("a list the other way", XFF, f"{CF}UA,{FORGED}"),
    case("the same line twice", XFF, CF + FORGED, CF + FORGED),
    case("an empty line before it", XFF, CF, CF + FORGED),
    case("underscores", XFF, CF + "UA", f"CF_IPCountry: {FORGED}", country="UA"),
    case("underscores alone", XFF, f"CF_IPCountry: {FORGED}"),
    case("a name with a space", XFF, CF + "UA", f"CF-IPCountry : {FORGED}", country="UA"),
    case("a name that ends alike", XFF, CF + "UA", f"X-CF-IPCountry: {FORGED}", country="UA"),
    case("what another CDN tells", XFF, CF + "UA", f"CloudFront-Viewer-Country: {FORGED}", country="UA"),
    case("what another CDN tells, alone", XFF, f"x-vercel-ip-country: {FORGED}"),
    case(
        "every header in which some CDN tells a country",
        *(XFF, CF + "UA"),
        *(f"{known['country']}: {FORGED}" for known in CDNS.values() if known.get("country", "cf-i")[:4] != "cf-i"),
        *(f"{name}: {FORGED}" for name in ("GeoIP-Country", "X-Geo-Country", "X-Country-Code", "X-GeoIP-Country")),
        country="UA",
    ),
    case("a language", XFF, "Accept-Language: en-US", country=None),
    case("a city and a zone in place of a country", XFF, "cf-ipcity: Austin", "cf-timezone: America/Chicago", told=ALL),
    case("where nobody knows, and a region beside it", XFF, CF + "XX", "cf-region-code: US-TX", told=ALL),
    case("behind Tor, and a region beside it", XFF, CF + "T1", "cf-region-code: US-TX", told=ALL),
    case("where Fly was reached", XFF, f"Fly-Region: {FORGED}", told=by("fly")),
    case("a country for Fly", XFF, f"Fly-Country: {FORGED}", "Fly-Region: iad", told=by("fly")),
    case(
        "the header of others, where names are one's own",
        XFF,
        "X-Geo-Country: UA",
        f"X-Country: {FORGED}",
        told=FASTLY,
        country="UA",
    ),
    case(
        "that one is behind no proxy, in a second line",
        XFF,
        "X-Geo-Country: US",
        "X-Geo-Proxy: anonymous",
        "X-Geo-Proxy: ?",
        told=FASTLY,
    ),
    case("a key in a list", XFF, EDGE + "country_code=UA,country_code=US", told=by("akamai")),
    case("a list in a second line", XFF, EDGE + "country_code=UA", EDGE + "country_code=US", told=by("akamai")),
    case("a key with other letters", XFF, EDGE + "country_code=UA,Country_Code=US", told=by("akamai"), country="UA"),
    case(
        "an object beside a country",
        XFF,
        "x-country: UA",
        'x-nf-geo: {"country": {"code": "US"}}',
        told=by("netlify", "country", "geo"),
    ),
    case(
        "an object that nobody named",
        XFF,
        "x-country: UA",
        'x-nf-geo: {"country": {"code": "US"}}',
        told=by("netlify"),
        country="UA",
    ),
    case("a code that is none", XFF, f"{CF}U\x00S"),
    case("a code of another width", XFF, f"{CF}ＵＳ"),
    case("a code and more", XFF, f"{CF}{FORGED};q=1"),
    case("a code in quotes", XFF, f'{CF}"{FORGED}"'),
    case("a code that is escaped", XFF, f"{CF}%55%53"),
    case("an endless code", XFF, CF + FORGED * 40000),
    case("through a proxy of the other version", XFF, CF + "UA", peer=PROXY_SIX, country="UA"),
    case("where no address is told", CF + "UA", told=PLACE_ONLY, country="UA"),
    case("an address of the reader's, where none is told", XFF, CF + "UA", told=PLACE_ONLY, country="UA"),
    case("through a unix socket that is trusted", CF + "UA", told=UNIX, peer="unix:", country="UA"),
]


def said(peer: str | None, headers: Headers, trust: ProxyTrust) -> list[Observation]:
    client = client_address(peer, headers, trust)
    return [observed(each, DAY) for each in cdn_evidence(client, peer, headers, trust)]


def place(peer: str | None, headers: Headers, trust: ProxyTrust) -> str | None:
    """The country where the reader surely is, as far as the CDN tells; None if it may be anywhere."""
    found = locate(said(peer, headers, trust))
    return None if found.anywhere else next(iter(found.places))


@pytest.mark.parametrize("each", CASES, ids=str)
def test_no_forged_place_is_believed(each: Case) -> None:
    for headers in (lines(*each.headers), joined(lines(*each.headers))):
        assert place(each.peer, headers, each.by) == each.country


# -- simpler ways, which are fooled -----------------------------------------------------------------------


def header_of(trust: ProxyTrust) -> str:
    return dict(trust.told).get("country", "cf-ipcountry")


def first(peer: str | None, headers: Headers, trust: ProxyTrust) -> str | None:
    """The first country, from a trusted peer."""
    named = [value for name, value in headers if name.lower() == header_of(trust)]
    return named[0].split(",")[0].strip() if named and trust.covers(peer) else None


def last(peer: str | None, headers: Headers, trust: ProxyTrust) -> str | None:
    """The last country, under names as in `HTTP_CF_IPCOUNTRY`."""
    named = {name.lower().strip().replace("_", "-"): value for name, value in headers}
    return named.get(header_of(trust), "").split(",")[-1].strip() if trust.covers(peer) else None


def from_anybody(peer: str | None, headers: Headers, trust: ProxyTrust) -> str | None:
    return first(PROXY, headers, trust) if trust.told else None


@pytest.mark.parametrize(("believe", "least"), [(first, 8), (last, 8), (from_anybody, 12)])
def test_who_reads_the_place_in_a_simpler_way_is_fooled(
    believe: Callable[[str | None, Headers, ProxyTrust], str | None], least: int
) -> None:
    fooled = [each for each in CASES if country_code(believe(each.peer, lines(*each.headers), each.by)) == FORGED]
    assert len(fooled) >= least


def test_there_are_many_cases_and_no_two_are_alike() -> None:
    assert (
        len({each.tried for each in CASES}) == len({(each.headers, each.by, each.peer) for each in CASES}) == len(CASES)
    )
    assert sum(FORGED in str(each.headers) for each in CASES) >= 35
