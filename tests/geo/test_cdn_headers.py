"""What CDNs tell of a reader's place, in the words of each, and what becomes of what they do not know."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import date

import pytest

from compliance.geo.cdn_headers import AKAMAI_CITY_KM, CITY_KM, REGION_KM, evidence, observed
from compliance.geo.observation import Evidence, Flag, Kind, Observation, Trust
from compliance.setting_values import CDNS
from tests.geo.proxies import lines

DAY = date(2026, 3, 1)
NORTH, EAST = 44.9521, 34.1024
NOT_KNOWN, TOR, ANONYMOUS, VPN = Flag.NOT_KNOWN, Flag.TOR, Flag.ANONYMOUS, Flag.VPN
OWN = {
    "country": "x-geo-country",
    "region": "x-geo-region",
    "city": "x-geo-city",
    "latitude": "x-geo-latitude",
    "longitude": "x-geo-longitude",
    "coordinates": "x-geo-coordinates",
    "proxy_type": "x-geo-proxy",
    "proxy_description": "x-geo-proxy-kind",
}


@dataclass(frozen=True)
class Case:
    """The headers of a CDN, and what they mean."""

    cdn: str
    headers: tuple[str, ...]
    country: str | None = None
    part: str | None = None
    radius: float | None = None
    flags: frozenset[Flag] = frozenset()

    def __str__(self) -> str:
        return f"{self.cdn} {' '.join(self.headers)[:60]}"


def case(
    cdn: str,
    *headers: str,
    country: str | None = None,
    part: str | None = None,
    radius: float | None = None,
    flag: Flag | None = None,
) -> Case:
    return Case(cdn, headers, country, part, radius, frozenset() if flag is None else frozenset({flag}))


def told(cdn: str, *headers: str) -> Evidence | None:
    """What a CDN says; where operators name the headers, under the names of OWN."""
    is_own = cdn in {"fastly", "custom"} or any("x-geo" in each for each in headers)
    return evidence(cdn, lines(*headers), OWN.items() if is_own else None)


def read(cdn: str, *headers: str) -> Observation:
    found = told(cdn, *headers)
    assert found is not None
    return observed(found, DAY)


def geo(**values: object) -> str:
    return "x-nf-geo: " + b64encode(json.dumps(values).encode()).decode()


SIMFEROPOL = {"country": {"code": "UA"}, "subdivision": {"code": "43"}, "city": "Simferopol"}
AT = {"latitude": NORTH, "longitude": EAST}
CF_POINT = (f"cf-iplatitude: {NORTH}", f"cf-iplongitude: {EAST}")
VIEWER_POINT = (f"CloudFront-Viewer-Latitude: {NORTH}", f"CloudFront-Viewer-Longitude: {EAST}")
EDGE = "X-Akamai-Edgescape: georegion=263,"

CLOUDFLARE = [
    case("cloudflare", "CF-IPCountry: UA", country="UA"),
    case("cloudflare", "cf-ipcountry: ua", country="UA"),
    case("cloudflare", "CF-IPCountry: XX", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: T1", flag=TOR),
    case("cloudflare", "CF-IPCountry: t1", flag=TOR),
    case("cloudflare", "CF-IPCountry: ", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA", "cf-region-code: 43", country="UA", part="UA-43"),
    case("cloudflare", "CF-IPCountry: RU", "cf-region-code: CR", country="RU", part="UA-43"),
    case("cloudflare", "CF-IPCountry: UA", "cf-region-code: UA-14", country="UA", part="UA-14"),
    case("cloudflare", "CF-IPCountry: UA", "cf-region-code: ", "cf-region: Donetsk", country="UA", part="UA-14"),
    case("cloudflare", "CF-IPCountry: RU", "cf-region: Rostov", "cf-ipcity: Donetsk", country="RU"),
    case("cloudflare", "CF-IPCountry: UA", "cf-region: Luhans\\u0027ka Oblast\\u0027", country="UA", part="UA-09"),
    case("cloudflare", "CF-IPCountry: UA", "cf-region: Luhans\\u00ca\\u00b9ka", country="UA", part="UA-09"),
    case("cloudflare", "CF-IPCountry: UA", *CF_POINT, "cf-ipcity: Sim", country="UA", radius=CITY_KM),
    case("cloudflare", "CF-IPCountry: UA", *CF_POINT, "cf-region: Krym", country="UA", part="UA-43", radius=REGION_KM),
    case("cloudflare", "CF-IPCountry: UA", *CF_POINT, country="UA"),
    case("cloudflare", "CF-IPCountry: UA", *CF_POINT, "cf-ipcity: ", "cf-region-code: ", country="UA"),
    case("cloudflare", "CF-IPCountry: XX", *CF_POINT, "cf-ipcity: Sim", "cf-region-code: 43", flag=NOT_KNOWN),
    case("cloudflare", *CF_POINT, "cf-ipcity: Sim", "cf-region-code: 43", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA", "cf-iplatitude: 44.9", "cf-ipcity: Sim", country="UA"),
    case("cloudflare", "CF-IPCountry: EU", flag=NOT_KNOWN),
]
CLOUDFRONT = [
    case("cloudfront", "CloudFront-Viewer-Country: UA", country="UA"),
    case(
        "cloudfront",
        "CloudFront-Viewer-Country: UA",
        "CloudFront-Viewer-Country-Region: 43",
        country="UA",
        part="UA-43",
    ),
    case(
        "cloudfront",
        "CloudFront-Viewer-Country: GB",
        "CloudFront-Viewer-Country-Region: LND",
        country="GB",
        part="GB-LND",
    ),
    case("cloudfront", "CloudFront-Viewer-Country: GB", "CloudFront-Viewer-Country-Region: LNDX", country="GB"),
    case(
        "cloudfront",
        "CloudFront-Viewer-Country: UA",
        "CloudFront-Viewer-Country-Region-Name: Luhans%CA%B9ka",
        country="UA",
        part="UA-09",
    ),
    case(
        "cloudfront",
        "CloudFront-Viewer-Country: UA",
        *VIEWER_POINT,
        "CloudFront-Viewer-City: Simferopol%E2%80%B2",
        country="UA",
        radius=CITY_KM,
    ),
    case("cloudfront", "CloudFront-Viewer-Country: %55A", flag=NOT_KNOWN),
    case("cloudfront", *VIEWER_POINT, flag=NOT_KNOWN),
]
FASTLY = [
    case("fastly", "X-Geo-Country: UA", "X-Geo-Region: 43", country="UA", part="UA-43"),
    case("fastly", "X-Geo-Country: UA", "X-Geo-Region: NO REGION", country="UA"),
    case("fastly", "X-Geo-Country: UA", "X-Geo-Region: ?", "X-Geo-City: ?", country="UA"),
    case("fastly", "X-Geo-Country: **", "X-Geo-Region: ?", flag=NOT_KNOWN),
    case("fastly", "X-Geo-Country: ", "X-Geo-Latitude: 999.0", "X-Geo-Longitude: 999.0", flag=NOT_KNOWN),
    case(
        "fastly",
        "X-Geo-Country: UA",
        "X-Geo-City: kyiv",
        "X-Geo-Latitude: 999.0",
        "X-Geo-Longitude: 999.0",
        country="UA",
    ),
    case(
        "fastly",
        "X-Geo-Country: UA",
        "X-Geo-City: kyiv",
        "X-Geo-Latitude: 0.000",
        "X-Geo-Longitude: 0.000",
        country="UA",
    ),
    case(
        "fastly",
        *("X-Geo-Country: UA", "X-Geo-City: simferopol", "X-Geo-Latitude: 44.950", "X-Geo-Longitude: 34.100"),
        country="UA",
        radius=CITY_KM,
    ),
    case("fastly", "X-Geo-Country: US", "X-Geo-Proxy: ?", "X-Geo-Proxy-Kind: ?", country="US"),
    case("fastly", "X-Geo-Country: US", "X-Geo-Proxy: ", "X-Geo-Proxy-Kind: ", country="US"),
    *(
        case("fastly", "X-Geo-Country: US", f"X-Geo-Proxy: {word}", country="US", flag=flag)
        for word, flag in {
            "anonymous": ANONYMOUS,
            "aol": ANONYMOUS,
            "blackberry": ANONYMOUS,
            "consumer-privacy": Flag.RELAY,
            "corporate": Flag.RELAY,
            "edu": Flag.RELAY,
            "hosting": Flag.HOSTING,
            "public": Flag.RELAY,
            "transparent": Flag.RELAY,
            "something new": NOT_KNOWN,
        }.items()
    ),
    *(
        case("fastly", "X-Geo-Country: US", f"X-Geo-Proxy-Kind: {word}", country="US", flag=flag)
        for word, flag in {
            "apple": Flag.RELAY,
            "cloud": Flag.HOSTING,
            "cloud-security": Flag.RELAY,
            "dns": ANONYMOUS,
            "google": Flag.RELAY,
            "tor-exit": TOR,
            "tor-relay": TOR,
            "vpn": VPN,
            "VPN": VPN,
            "web-browser": Flag.RELAY,
            "tor-something": NOT_KNOWN,
        }.items()
    ),
]
AKAMAI = [
    case("akamai", f"{EDGE}country_code=UA,region_code=KV,city=KYIV,continent=EU,throughput=vhigh", country="UA"),
    case(
        "akamai",
        f"{EDGE}country_code=UA,region_code=KV,city=KYIV,areacode=1+2,lat={NORTH},long={EAST},asnum=64496",
        country="UA",
        radius=AKAMAI_CITY_KM,
    ),
    case("akamai", f"{EDGE}country_code=UA,region_code=14,city=,lat={NORTH},long={EAST}", country="UA"),
    case("akamai", f"{EDGE}country_code=UA,region_code=XX,city=N/A,lat={NORTH},long={EAST}", country="UA"),
    case("akamai", f"{EDGE}country_code=UA,region_code=,city=,lat={NORTH},long={EAST}", country="UA"),
    case("akamai", f"{EDGE}country_code=US, region_code=CA, city=SANJOSE", country="US"),
    case("akamai", f"{EDGE}country_code=,region_code=,city=,lat=,long=", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=reserved,region_code=reserved,lat=reserved", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=A1", flag=ANONYMOUS),
    case("akamai", f"{EDGE}country_code=UA,country_code=US", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=UA", f"{EDGE}country_code=UA", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=UA,=x", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=UA,garbage", flag=NOT_KNOWN),
    case("akamai", "X-Akamai-Edgescape: ", flag=NOT_KNOWN),
    case("akamai", f"{EDGE}country_code=UA,city={'x' * 5000}", flag=NOT_KNOWN),
]
GOOGLE = [
    case("google", "X-Appengine-Country: US", "X-Appengine-Region: ca", country="US", part="US-CA"),
    case("google", "X-AppEngine-Country: ZZ", flag=NOT_KNOWN),
    case(
        "google",
        *("X-Appengine-Country: UA", "X-Appengine-City: kyiv", "X-Appengine-CityLatLong: 50.450100,30.523400"),
        country="UA",
        radius=CITY_KM,
    ),
    case(
        "google",
        *("X-Appengine-Country: UA", "X-Appengine-City: ?", "X-Appengine-CityLatLong: 0.000000,0.000000"),
        country="UA",
    ),
    case("google", "X-Appengine-Country: UA", "X-Appengine-CityLatLong: 50.45", country="UA"),
    case("google", "X-Appengine-Country: UA", "X-Appengine-CityLatLong: 50.45,30.52,1", country="UA"),
    case("google", "x-geo-country: PL", "x-geo-region: PL14", country="PL", part="PL-14"),
    case("google", "x-geo-country: UA", "x-geo-region: ua43", country="UA", part="UA-43"),
    case("google", "x-geo-country: US", "x-geo-region: USCA", country="US", part="US-CA"),
    case("google", "x-geo-country: RU", "x-geo-region: UA43", country="RU"),
    case("google", "x-geo-country: UA", "x-geo-coordinates: 44.95,34.10", country="UA"),
    case(
        "google",
        *("x-geo-country: UA", "x-geo-region: ua43", "x-geo-coordinates: 44.95,34.10"),
        country="UA",
        part="UA-43",
        radius=REGION_KM,
    ),
    case(
        "google",
        *("x-geo-country: UA", "x-geo-city: Simferopol", "x-geo-coordinates: 44.95,34.10"),
        country="UA",
        radius=CITY_KM,
    ),
    case("google", "x-geo-country: ", "x-geo-region: ", "x-geo-coordinates: ", flag=NOT_KNOWN),
]
OTHERS = [
    case("vercel", "x-vercel-ip-country: UA", "x-vercel-ip-country-region: 43", country="UA", part="UA-43"),
    case(
        "vercel",
        *("x-vercel-ip-country: UA", "x-vercel-ip-latitude: 50.45", "x-vercel-ip-longitude: 30.52"),
        "x-vercel-ip-city: Bila%20Tserkva",
        country="UA",
        radius=CITY_KM,
    ),
    case("vercel", "x-vercel-ip-country: GB", "x-vercel-ip-country-region: ENG", country="GB", part="GB-ENG"),
    case("netlify", "x-country: UA", country="UA"),
    case("netlify", "x-country: Ukraine", flag=NOT_KNOWN),
    case("netlify", geo(**SIMFEROPOL, **AT), country="UA", part="UA-43", radius=CITY_KM),
    case("netlify", "x-country: UA", geo(**SIMFEROPOL), country="UA", part="UA-43"),
    case("netlify", "x-country: RU", geo(**SIMFEROPOL), flag=NOT_KNOWN),
    case("netlify", geo(city="Kyiv", **AT), flag=NOT_KNOWN),
    case("netlify", geo(country="UA"), flag=NOT_KNOWN),
    case("netlify", geo(country={"code": 380}), flag=NOT_KNOWN),
    case("netlify", 'x-nf-geo: {"country": {"code": "UA"}}', country="UA"),
    case("netlify", "x-nf-geo: {", flag=NOT_KNOWN),
    case("netlify", "x-nf-geo: W10=", flag=NOT_KNOWN),
    case("netlify", "x-nf-geo: not base64", flag=NOT_KNOWN),
    case("netlify", "x-nf-geo: /////w==", flag=NOT_KNOWN),
    case("netlify", "x-nf-geo: " + b64encode(b"[" * 2900).decode(), flag=NOT_KNOWN),
    case("netlify", geo(**SIMFEROPOL), geo(**SIMFEROPOL), flag=NOT_KNOWN),
    case("custom", "X-Geo-Country: UA", "X-Geo-Region: UA-43", country="UA", part="UA-43"),
    case("custom", "X-Geo-Country: RU", "X-Geo-Region: UA-43", country="RU", part="UA-43"),
    case("custom", "X-Geo-Country: RU", "X-Geo-Region: ua_43", country="RU"),
    case("custom", "X-Geo-Country: --", flag=NOT_KNOWN),
]
GARBAGE = [
    case("cloudflare", f"CF-IPCountry: {value}", flag=NOT_KNOWN)
    for value in ("Ukraine", "UKR", "U", "UA-43", "804", "QQ", "ßß", "ÙÁ", "UA US", "UA;q=1", '"UA"', "UA,", "x" * 5000)
]
TWICE = [
    case("cloudflare", "CF-IPCountry: UA", "CF-IPCountry: US", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA", "cf-ipcountry: UA", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA, UA", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: ", "CF-IPCountry: UA", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA", "cf-region-code: 43", "cf-region-code: 30", country="UA"),
    case("cloudflare", "CF-IPCountry: UA", *CF_POINT, *CF_POINT, "cf-ipcity: Kyiv", country="UA"),
    case("google", "X-Appengine-Country: UA", *["X-Appengine-CityLatLong: 50.4"] * 2, country="UA"),
    case("fastly", "X-Geo-Country: US", "X-Geo-Proxy: ?", "X-Geo-Proxy: ?", country="US", flag=NOT_KNOWN),
    case("cloudflare", "CF-IPCountry: UA", "CF_IPCountry: US", "CF-IP_Country: US", country="UA"),
]
NUMBERS = [
    case(
        "cloudflare",
        "CF-IPCountry: UA",
        "cf-ipcity: x",
        f"cf-iplatitude: {value}",
        "cf-iplongitude: 34.1",
        country="UA",
    )
    for value in (
        "",
        "north",
        "nan",
        "inf",
        "1e1",
        "4_4",
        "91",
        "-90.1",
        "999.0",
        "٤٤",
        "0x2c",
        "44,9",
        "+44",
        "44." + "9" * 50,
    )
]
CASES = [*CLOUDFLARE, *CLOUDFRONT, *FASTLY, *AKAMAI, *GOOGLE, *OTHERS, *GARBAGE, *TWICE, *NUMBERS]


@pytest.mark.parametrize("each", CASES, ids=str)
def test_what_a_cdn_tells_is_read_in_its_own_words(each: Case) -> None:
    found = read(each.cdn, *each.headers)
    radius = found.point.radius_km if found.point else None
    assert (found.country, found.subdivision, radius) == (each.country, each.part, each.radius)
    assert found.flags == each.flags


def test_a_time_zone_is_one_of_iana_or_none() -> None:
    for written, zone in {
        "Europe/Simferopol": "Europe/Simferopol",
        "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
        "GMT+3": None,
        "Europe/Kyiv, Europe/Kyiv": None,
        "": None,
    }.items():
        assert read("cloudflare", "CF-IPCountry: UA", f"cf-timezone: {written}").time_zone == zone


def test_every_cdn_has_a_case_except_those_that_tell_nothing() -> None:
    assert {each.cdn for each in CASES} == set(CDNS) - {"fly"}


@pytest.mark.parametrize("cdn", CDNS)
def test_where_the_edge_is_or_another_cdn_tells_is_no_evidence(cdn: str) -> None:
    own = set(CDNS[cdn].values())
    others = [f"{header}: UA" for name, known in CDNS.items() for header in known.values() if header not in own]
    edge = ["Fly-Region: ams", "CF-Ray: 230b030023ae2822-SJC", "X-Vercel-Id: iad1::x", "X-Amz-Cf-Pop: FRA1"]
    near = [
        "CF_IPCountry: UA",
        "X-CF-IPCountry: UA",
        "CF-IPCountry-: UA",
        "Accept-Language: uk-UA",
        "GeoIP-Country: UA",
    ]
    assert evidence(cdn, lines(*others, *edge, *near)) is None


def test_evidence_holds_what_came_and_says_whose_it_is() -> None:
    found = told("cloudflare", "CF-IPCountry: XX", "cf-ipcity: Kyiv", "Cookie: a", "CF-Connecting-IP: 192.0.2.7")
    assert found == Evidence(
        "cloudflare", Kind.LOCATION, "cloudflare", {"country": "XX", "city": "Kyiv"}, None, Trust.PEER
    )


def test_only_what_is_named_is_read() -> None:
    headers = lines("CF-IPCountry: UA", "cf-region-code: 30", *CF_POINT, "cf-ipcity: Kyiv")
    found = evidence("cloudflare", headers, [("country", "cf-ipcountry")])
    assert found is not None
    assert found.raw == {"country": "UA"}


def test_records_of_databases_are_read_as_before() -> None:
    record = Evidence("city", Kind.LOCATION, "flat", {"country_code": "UA", "state1": "Crimea"})
    assert observed(record, DAY).subdivision == "UA-43"
    assert observed(Evidence("x", Kind.LOCATION, "nobody's", {"country": "UA"}), DAY).is_silent


@pytest.mark.parametrize(
    "raw", [{"country": None}, {"country": ["UA"]}, {"country": 1}, {"edgescape": 1}, {"geo": b"x"}]
)
def test_what_is_no_text_is_not_known(raw: dict[str, object]) -> None:
    found = observed(Evidence("cloudflare", Kind.LOCATION, "cloudflare", raw), DAY)
    assert found.flags == {NOT_KNOWN}


def test_neither_evidence_nor_observation_shows_city_or_coordinates() -> None:
    found = told("cloudflare", "CF-IPCountry: UA", "cf-ipcity: Hurzuf", "cf-timezone: Europe/Simferopol", *CF_POINT)
    assert found is not None
    shown = repr(found) + str(found) + repr(observed(found, DAY))
    assert not any(word in shown for word in ("Hurzuf", "Simferopol", "44.95", "34.10"))
