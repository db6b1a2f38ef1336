"""Records of databases, in the layouts of their makers, to observations.

Theory: a layout is a contract with a maker, kept to the letter: what stands where it should is read, whatever
is of another type is silence. Codes and coordinates come before names: a name becomes a code only by the
reviewed table in `region_names`. No record of any maker says how wrong it may be unless it has a radius, so
where one is missing we assume one for a city or a region, and rather too large. Without either, makers write the
centre of the country or its capital, which is nobody's place: that is no point. Nor is one whose radius is there
and cannot be read: it may have been a large one. Of a record that names two regions, neither of them in the other,
the country alone is believed, and no coordinates: one of the two it has from elsewhere.

Layouts: `maxmind` (City, Country, Enterprise, Anonymous-IP, ASN; DB-IP sells the same), `flat` (ip-location-db)
and `ipinfo`.

Source: MaxMind GeoIP2 field references; ip-location-db readme; IPinfo database field references.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import inf
from typing import Final

from compliance.geo.observation import Evidence, Flag, Kind, Observation, Point
from compliance.geo.region_names import NAMES, is_name, region_named
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import lineage, place

CITY_KM: Final = 20.0
"""How far from the point of a city its addresses are taken to be, where a record does not say."""
REGION_KM: Final = 250.0
"""The same for the point of a region."""
MOST_KM: Final = 2.0
"""How many times MaxMind's radius: two thirds of the readers are within the radius, nearly all within this."""
STALE_DAYS: Final = 90
"""Databases older than this settle countries only: about so fast do networks move between cities."""

NO_FLAGS: Final = frozenset[Flag]()
_TRAITS: Final[Mapping[str, Flag]] = {
    "is_anonymous": Flag.ANONYMOUS,
    "is_anonymous_proxy": Flag.ANONYMOUS,
    "is_anonymous_vpn": Flag.VPN,
    "is_anycast": Flag.NOT_KNOWN,
    "is_hosting_provider": Flag.HOSTING,
    "is_legitimate_proxy": Flag.VPN,
    "is_public_proxy": Flag.ANONYMOUS,
    "is_residential_proxy": Flag.ANONYMOUS,
    "is_satellite_provider": Flag.NOT_KNOWN,
    "is_tor_exit_node": Flag.TOR,
}
_USER_TYPES: Final[Mapping[object, Flag]] = {
    "consumer_privacy_network": Flag.RELAY,
    "content_delivery_network": Flag.HOSTING,
    "hosting": Flag.HOSTING,
}
_SHORT_PRIVACY: Final[Mapping[str, Flag]] = {
    "anonymous": Flag.ANONYMOUS,
    "anycast": Flag.NOT_KNOWN,
    "hosting": Flag.HOSTING,
    "proxy": Flag.ANONYMOUS,
    "relay": Flag.RELAY,
    "res_proxy": Flag.ANONYMOUS,
    "satellite": Flag.NOT_KNOWN,
    "tor": Flag.TOR,
    "vpn": Flag.VPN,
}
_PRIVACY: Final = {**_SHORT_PRIVACY, **{f"is_{name}": flag for name, flag in _SHORT_PRIVACY.items()}}
"""Older and newer files of IPinfo spell their flags without and with `is_`."""


_OF_NETWORKS: Final = frozenset(
    {
        *(*_TRAITS, *_PRIVACY, "is_anonymizer", "anonymizer_confidence", "network_last_seen", "provider_name"),
        *("autonomous_system_number", "autonomous_system_organization", "asn", "as_name", "as_domain"),
        *("connection_type", "domain", "isp", "name", "network", "organization", "route", "service", "type"),
    }
)
"""What records hold that tell of networks and not of places: that they name no country means nothing."""


def observed(evidence: Evidence, day: date) -> Observation:
    """What a record says; silence if its layout is not known or nothing in it can be read.

    Where a record of a source that locates names no country, or one that there is not (`XX`, `A1`, damage), the
    source does not know, which is no silence: a continent, or the country where the network is registered, says
    nothing of the reader. What is stale is flagged and kept whole: it may still add a place (see `locate`).

    Args:
        evidence: the record as it came.
        day: today, from which the age of the database counts.
    """
    read = LAYOUTS.get(evidence.schema)
    if read is None:
        return Observation(evidence.source, evidence.kind)
    country, part, point, zone, flags = read(evidence.raw)
    if evidence.kind is Kind.REGISTRATION:
        part = point = zone = None
    elif country is None and not (evidence.raw and evidence.raw.keys() <= _OF_NETWORKS):
        flags = {*flags, Flag.NOT_KNOWN}
    is_stale = evidence.build is not None and (day - evidence.build).days > STALE_DAYS
    if is_stale and (country or part or point or zone or flags):
        flags = {*flags, Flag.STALE}
    return Observation(evidence.source, evidence.kind, country, part, point, zone, frozenset(flags))


def network_number(raw: Mapping[str, object]) -> int | None:
    """The number of the autonomous system that a record names, in any layout; None if it names none."""
    found = raw.get("autonomous_system_number", raw.get("asn"))
    if isinstance(found, str):
        found = found.upper().removeprefix("AS")
        return int(found) if found.isascii() and found.isdigit() and len(found) <= 10 else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


_Read = tuple[str | None, str | None, Point | None, str | None, Collection[Flag]]
"""What a record says, whoever knows it from where: country, subdivision, point, time zone and flags."""


def _maxmind(raw: Mapping[str, object]) -> _Read:
    traits, where = _map(raw.get("traits")), _map(raw.get("location"))
    country = country_code(_map(raw.get("country")).get("iso_code"))
    flags = {*_raised(traits, _TRAITS), *_raised(raw, _TRAITS)}
    user_type = traits.get("user_type")
    if isinstance(user_type, str) and user_type in _USER_TYPES:
        flags.add(_USER_TYPES[user_type])
    divisions = raw.get("subdivisions")
    part, is_one = _agreed(country, _divisions(country, divisions))
    is_regional = part is not None or any(_is_named(each) for each in _list(divisions))
    radius = _radius_km(where.get("accuracy_radius"), MOST_KM, is_city=_is_city(raw.get("city")), is_region=is_regional)
    point = point_at(where.get("latitude"), where.get("longitude"), radius) if is_one else None
    return country, part, point, _zone(where.get("time_zone")), flags


def _divisions(country: str | None, subdivisions: object) -> Iterator[str | None]:
    """The subdivisions whose codes are in the table."""
    for entry in _list(subdivisions) if country else ():
        code = _map(entry).get("iso_code")
        yield place(f"{country}-{code}") if isinstance(code, str) else None


def _agreed(country: str | None, parts: Iterable[str | None]) -> tuple[str | None, bool]:
    """The finest of some subdivisions, and True; False where one of them does not lie in another.

    Then there is none beside the country, but where another country's are among them (`UA-43` beside Russia): that
    one, or what holds all of them, for the reader may be there too.
    """
    known = [part for part in parts if part is not None]
    if len(known) < 2:  # so it nearly always is
        return (known[0] if known else None), True
    known.sort(key=lambda part: len(lineage(part)))
    if set(known) <= set(lineage(known[-1])):
        return known[-1], True
    elsewhere = {part for part in known if country not in lineage(part)}
    return (elsewhere.pop() if len(elsewhere) < 2 else lineage(elsewhere.pop())[-1]) if elsewhere else None, False


def _flat(raw: Mapping[str, object]) -> _Read:
    country = country_code(raw.get("country_code"))
    large, small = raw.get("state1"), raw.get("state2")
    names = [each for each in (large, small) if isinstance(each, str) and each]
    part, is_one = (
        _agreed(country, [region_named(country, each) for each in names]) if country in NAMES else (None, True)
    )
    is_city = _is_text(raw.get("city"))
    radius = _radius_km(None, is_city=is_city, is_region=is_city or _is_text(large) or _is_text(small))
    point = point_at(raw.get("latitude"), raw.get("longitude"), radius) if is_one else None
    return country, part, point, _zone(raw.get("timezone")), NO_FLAGS


def _ipinfo(raw: Mapping[str, object]) -> _Read:
    country = country_code(raw.get("country_code")) or country_code(raw.get("country"))
    code, name = raw.get("region_code"), raw.get("region")
    by_code = place(f"{country}-{code}") if isinstance(code, str) and country else None
    by_name = region_named(country, name) if isinstance(name, str) else None
    part, is_one = _agreed(country, (by_code, by_name))
    is_regional = part is not None or _is_text(name)
    radius = _radius_km(raw.get("radius"), is_city=_is_text(raw.get("city")), is_region=is_regional)
    at = raw.get("latitude", raw.get("lat")), raw.get("longitude", raw.get("lng"))
    point = point_at(*at, radius) if is_one else None
    return country, part, point, _zone(raw.get("timezone")), set(_raised(raw, _PRIVACY))


LAYOUTS: Final[Mapping[str, Callable[[Mapping[str, object]], _Read]]] = {
    "maxmind": _maxmind,
    "flat": _flat,
    "ipinfo": _ipinfo,
}


def _zone(said: object) -> str | None:
    return said if isinstance(said, str) and said else None


def _radius_km(said: object, times: float = 1.0, *, is_city: bool, is_region: bool) -> float | None:
    """How far from its point a record's addresses may be; None where nobody knows, and the point means nothing."""
    if said is not None and said != "":
        radius = number(said)
        if radius is None or radius < 0:
            return None
        if radius > 0:
            return radius * times
    return CITY_KM if is_city else REGION_KM if is_region else None


def _is_city(entry: object) -> bool:
    """Whether a city of MaxMind's layout is one: numbers count in place of names, names that stand for none do not."""
    city = _map(entry)
    return _is_named(city) if city.get("names") else bool(city)


def _is_named(entry: object) -> bool:
    """Whether an entry of MaxMind's layout has a name in any language, be it one that no table knows."""
    return any(map(_is_text, _map(_map(entry).get("names")).values()))


def _is_text(name: object) -> bool:
    return isinstance(name, str) and is_name(name)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _raised(raw: Mapping[str, object], known: Mapping[str, Flag]) -> Iterator[Flag]:
    """The flags that a record raises; some makers write truth as text."""
    return (flag for name, flag in known.items() if _is_true(raw.get(name)))


def _is_true(value: object) -> bool:
    return value.casefold() in {"true", "yes", "1"} if isinstance(value, str) else value == 1


def country_text(raw: Mapping[str, object]) -> str | None:
    """What a record has as the country, in any layout; None if it has no text there."""
    country = raw.get("country")
    code = country.get("iso_code") if isinstance(country, Mapping) else country
    found = raw.get("country_code", code)
    return found if isinstance(found, str) else None


def country_code(value: object) -> str | None:
    """The country that a maker's code names, in our own table; None for anything else."""
    return _country(value) if isinstance(value, str) and len(value) == 2 else None


@lru_cache(maxsize=4096)
def _country(letters: str) -> str | None:
    """The same, worked out once for each two letters: what is kept is too short to be anything of a reader's."""
    found = place(letters)
    return found if found in COUNTRIES else None


def point_at(latitude: object, longitude: object, radius_km: object) -> Point | None:
    """A point on Earth; None for anything else, and for 0, 0, which makers write where they know nothing."""
    north, east, radius = number(latitude), number(longitude), number(radius_km)
    if north is None or east is None or radius is None or (north == 0 and east == 0):
        return None
    if not (-90 <= north <= 90 and -180 <= east <= 180 and radius >= 0):
        return None
    return Point(north, east, radius)


def number(value: object) -> float | None:
    """A finite number, also where it is written as text."""
    if type(value) is not float:
        if isinstance(value, bool) or not isinstance(value, int | str | float):
            return None
        try:
            value = float(value) if len(str(value)) <= 32 else inf
        except ValueError:
            return None
    return value if -1e9 < value < 1e9 else None
