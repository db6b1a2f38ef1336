"""What a content delivery network (CDN) tells of the reader's place, from its headers to an observation.

Theory: a CDN looks the reader up in a database of its own, and writes what it found into headers. So:

1. They count as that database does, but only where the *peer* is a trusted proxy, and only those that the
   operator named: a header that the CDN was not set up to write, most pass on as the reader wrote it.
2. A CDN that says that it does not know (`XX`, `ZZ`, nothing, a word for Tor or a proxy) is believed in
   that: the reader may be anywhere. So is one whose country cannot be read, or stands there twice: several lines
   of one name are a list (as every server gives them), and a list of countries is none.
3. Without a country nothing else counts. Whatever else cannot be read is silence, which never excludes a place.
4. No CDN says how wrong its coordinates may be. They count only beside a city, or beside a region whose code or
   name is in our tables, and the circle is rather too large: a centre of a country is nobody's place. What stands
   for no city (`N/A`, `?`, `undefined`, also where it is escaped) is none.
5. Names of regions are the last resort. Akamai's codes of regions are described in terms of ISO 3166-1, which has
   none, so they are not read: a code of another table might be that of another region.
   Where the CDN itself was reached (`Fly-Region`, `CF-Ray`) is not where the reader is.

Source (read in November 2026): Cloudflare, "Available Managed Transforms" and "Cloudflare HTTP headers"; Amazon
CloudFront, "Add CloudFront request headers"; Fastly, "Geolocation" of the VCL reference, `client.geo.proxy_type`,
`client.geo.proxy_description`; Akamai, "Content Targeting (EdgeScape)" and "User Location Object"; Google, "Request
headers" of App Engine and "Create custom headers in backend services"; Vercel, "Request headers"; Netlify, "Functions
API reference" (the shape of `geo`) and the source of its command line (`x-nf-geo`), while `x-country` is in none of its
documents; Fly.io, "Request headers"; RFC 9110, section 5.3 (several lines); RFC 3986, section 2.1; Unicode CLDR,
subdivision identifiers.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from compliance.geo.client_address import Client, Headers, ProxyTrust
from compliance.geo.observation import Evidence, Flag, Kind, Observation, Point, Trust
from compliance.geo.records import country_code, point_at
from compliance.geo.records import observed as observed_record
from compliance.geo.region_names import is_name, region_named
from compliance.model.territory import place
from compliance.setting_values import CDNS

CITY_KM: Final = 50.0
"""How far from the point of a city its readers are taken to be."""
AKAMAI_CITY_KM: Final = 81.0
"""The same at Akamai, which says 50 miles."""
REGION_KM: Final = 250.0
"""The same for the point of a region."""

_LONGEST: Final = 200
_LONGEST_WHOLE: Final = 4000
_NUMBER: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_WITH_COUNTRY: Final = re.compile(r"([A-Za-z]{2})(-?)([A-Za-z0-9]{1,3})")
_ZONE: Final = re.compile(r"[A-Za-z_]{1,20}(?:/[A-Za-z0-9_+-]{1,30}){1,2}")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")

_SAID_OF_COUNTRIES: Final[Mapping[str, Flag]] = {"T1": Flag.TOR, "A1": Flag.ANONYMOUS}
_SAID_OF_PROXIES: Final[Mapping[str, Flag]] = {
    **dict.fromkeys(("anonymous", "aol", "blackberry", "dns"), Flag.ANONYMOUS),
    **dict.fromkeys(("tor-exit", "tor-relay"), Flag.TOR),
    **dict.fromkeys(("cloud", "hosting"), Flag.HOSTING),
    **dict.fromkeys(("apple", "consumer-privacy", "google", "web-browser"), Flag.RELAY),
    **dict.fromkeys(("cloud-security", "corporate", "edu", "public", "transparent"), Flag.RELAY),
    "vpn": Flag.VPN,
}
"""What Fastly says of proxies; each word but these is a doubt, too, and `?` and nothing are none."""


def evidence(cdn: str, headers: Headers, told: Iterable[tuple[str, str]] | None = None) -> Evidence | None:
    """What a CDN says, as it came; None if it says nothing at all.

    It is evidence whoever wrote it: whether to believe it is for `cdn_evidence` to say.

    Args:
        cdn: the name of the CDN, one of `compliance.config.CDNS`.
        headers: names and values, one pair for each line.
        told: what is told and in which header (in lower case); without it, all that the CDN is known to tell.

    >>> evidence("fly", [("Fly-Region", "ams")]) is None
    True
    """
    header_of = dict(CDNS.get(cdn, {}) if told is None else told)
    lines: dict[str, list[str]] = {}
    for name, value in headers:
        lines.setdefault(name.lower(), []).append(value)
    raw = {what: ", ".join(lines[header]) for what, header in header_of.items() if header in lines}
    return Evidence(cdn, Kind.LOCATION, cdn, raw, trust=Trust.PEER) if raw else None


def cdn_evidence(client: Client, peer: str | None, headers: Headers, trust: ProxyTrust) -> tuple[Evidence, ...]:
    """What the CDN of a request may be believed in; nothing where the peer is no trusted proxy.

    Where the trusted proxies are to name the reader's address and do not, the request did not come as it should,
    and what it says of the place does not count either.

    Args:
        client: the reader's address, as `client_address` found it.
        peer: the address that the connection came from.
        headers: names and values in the order of the request, one pair for each line.
        trust: which peers are proxies, and what is believed of theirs.
    """
    if trust.cdn is None or not trust.covers(peer) or (trust.header is not None and client.address is None):
        return ()
    said = evidence(trust.cdn, headers, trust.told)
    return () if said is None else (said,)


def observed(said: Evidence, day: date) -> Observation:
    """What a piece of evidence says: the headers of a CDN, or a record of a database.

    Args:
        said: what came.
        day: today, from which the age of a database counts.
    """
    return _observed(said) if said.schema in CDNS else observed_record(said, day)


def _observed(said: Evidence) -> Observation:
    """What the headers of a CDN say."""
    told = _told(said.raw)
    country = None if told is None else country_code(told.get("country"))
    if told is None or country is None:
        written = "" if told is None else told.get("country", "")
        flag = _SAID_OF_COUNTRIES.get(written.upper(), Flag.NOT_KNOWN)
        return Observation(said.source, said.kind, flags=frozenset({flag}))
    zone, part = told.get("time_zone", ""), _part(country, told)
    return Observation(
        said.source,
        said.kind,
        country,
        part,
        _point(told, part, AKAMAI_CITY_KM if "edgescape" in said.raw else CITY_KM),
        zone if _ZONE.fullmatch(zone) else None,
        frozenset(_doubts(told)),
    )


def _told(raw: Mapping[str, object]) -> Mapping[str, str] | None:
    """What is told, each by its own name; None where two countries are, or what holds all cannot be read."""
    told: dict[str, str] = {}
    for what, value in raw.items():
        text = value.strip(" \t") if isinstance(value, str) else ""
        whole = _WHOLE.get(what)
        found = {what: text[:_LONGEST]} if whole is None else whole(text) if len(text) <= _LONGEST_WHOLE else None
        if found is None or ("country" in told and found.get("country", told["country"]) != told["country"]):
            return None
        told |= found
    return told


def _edgescape(text: str) -> Mapping[str, str] | None:
    """Akamai's list of `key=value`; None if it is none, or has a key twice."""
    pairs = [each.strip(" \t").partition("=") for each in text.split(",")]
    values = {key: value for key, is_pair, value in pairs if key and is_pair}
    if len(values) < len(pairs):
        return None
    names = {"country_code": "country", "city": "city", "lat": "latitude", "long": "longitude"}
    return {name: values[key] for key, name in names.items() if key in values}


def _geo(text: str) -> Mapping[str, str] | None:
    """Netlify's object, in base64 or as it is; None if it is none."""
    try:
        found = json.loads(text if text.startswith("{") else b64decode(text, validate=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    country, region = (each if isinstance(each, dict) else {} for each in map(found.get, ("country", "subdivision")))
    values = {
        "country": country.get("code"),
        "region": region.get("code"),
        "region_name": region.get("name"),
        "city": found.get("city"),
        "time_zone": found.get("timezone"),
        "latitude": found.get("latitude"),
        "longitude": found.get("longitude"),
    }
    numbers = {name: str(each) for name, each in values.items() if isinstance(each, int | float)}
    return {name: each for name, each in values.items() if isinstance(each, str)} | numbers


_WHOLE: Final = {"edgescape": _edgescape, "geo": _geo}


def _part(country: str, told: Mapping[str, str]) -> str | None:
    """The subdivision, by a code as `43`, `UA-43` or `ua43` (CLDR), or by a name of the reviewed table."""
    code = told.get("region", "")
    if found := place(f"{country}-{code}"):
        return found
    whole = _WITH_COUNTRY.fullmatch(code)
    if whole and (whole[2] or country_code(whole[1]) == country) and (found := place(f"{whole[1]}-{whole[3]}")):
        return found
    return region_named(country, _unescaped(told.get("region_name", "")))


def _point(told: Mapping[str, str], part: str | None, city_km: float) -> Point | None:
    """Where the CDN's database puts the reader; None where that is no more than the country."""
    north, east = told.get("latitude", ""), told.get("longitude", "")
    if "coordinates" in told:
        north, _, east = told["coordinates"].partition(",")
    if not _NUMBER.fullmatch(north) or not _NUMBER.fullmatch(east):
        return None
    if is_name(_unescaped(told.get("city", ""))):
        return point_at(north, east, city_km)
    return None if part is None else point_at(north, east, REGION_KM)


def _doubts(told: Mapping[str, str]) -> Iterator[Flag]:
    for each in ("proxy_type", "proxy_description"):
        word = told.get(each, "").lower()
        if word not in {"", "?"}:
            yield _SAID_OF_PROXIES.get(word, Flag.NOT_KNOWN)


def _unescaped(text: str) -> str:
    r"""A name without escapes: CDNs write the bytes of UTF-8 as `%C3%A3` or, each of them, as `\u00c3\u00a3`."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    try:
        return plain.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return plain
