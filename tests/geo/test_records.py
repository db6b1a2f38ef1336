"""Records of databases: what each layout says, what its flags mean, and that nothing in a record can do harm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from compliance.geo.observation import Evidence, Flag, Kind, Observation, Point
from compliance.geo.records import (
    CITY_KM,
    LAYOUTS,
    MOST_KM,
    REGION_KM,
    STALE_DAYS,
    country_code,
    network_number,
    number,
    observed,
)
from compliance.model.iso3166 import COUNTRIES
from compliance.model.territory import PLACES

DAY = date(2026, 11, 28)
Record = Mapping[str, object]


def read(
    schema: str, raw: Record, kind: Kind = Kind.LOCATION, build: date | None = DAY - timedelta(days=10)
) -> Observation:
    return observed(Evidence("a database", kind, schema, raw, build), DAY)


def seen(
    country: str | None = None,
    part: str | None = None,
    point: tuple[float, float, float] | None = None,
    zone: str | None = None,
    *flags: Flag,
) -> Observation:
    where = None if point is None else Point(*point)
    return Observation("a database", Kind.LOCATION, country, part, where, zone, frozenset(flags))


# -- what each layout says ------------------------------------------------------------------------------------

TOWN: Record = {
    "city": {"geoname_id": 1, "names": {"en": "Town"}},
    "continent": {"code": "EU"},
    "country": {"iso_code": "UA", "geoname_id": 2},
    "location": {"accuracy_radius": 50, "latitude": 45.2, "longitude": 34.1, "time_zone": "Europe/Simferopol"},
    "registered_country": {"iso_code": "RU"},
    "subdivisions": [{"iso_code": "43", "names": {"en": "Crimea"}}],
    "traits": {"user_type": "residential", "autonomous_system_number": 64496},
}
NOBODY = seen(None, None, None, None, Flag.NOT_KNOWN)
LAID_OUT: list[tuple[str, str, Record, Observation]] = [
    ("MaxMind City", "maxmind", TOWN, seen("UA", "UA-43", (45.2, 34.1, 50 * MOST_KM), "Europe/Simferopol")),
    ("MaxMind Country", "maxmind", {"country": {"iso_code": "UA"}, "continent": {"code": "EU"}}, seen("UA")),
    ("MaxMind Country of nobody", "maxmind", {"registered_country": {"iso_code": "UA"}}, NOBODY),
    (
        "MaxMind Enterprise",
        "maxmind",
        {
            "country": {"iso_code": "GB", "confidence": 99},
            "subdivisions": [{"iso_code": "ENG", "confidence": 90}, {"iso_code": "LND", "confidence": 40}],
            "location": {"latitude": 51.5, "longitude": -0.1},
            "city": {"confidence": 30},
            "traits": {"user_type": "hosting", "is_legitimate_proxy": True},
        },
        seen("GB", "GB-LND", (51.5, -0.1, CITY_KM), None, Flag.HOSTING, Flag.VPN),
    ),
    (
        "MaxMind City by a seller who calls Crimea Russian",
        "maxmind",
        {"country": {"iso_code": "RU"}, "subdivisions": [{"iso_code": "CR"}]},
        seen("RU", "UA-43"),
    ),
    (
        "a seller without radius or city",
        "maxmind",
        {"country": {"iso_code": "UA"}, "location": {"latitude": 48.0, "longitude": 37.8}},
        seen("UA"),
    ),
    (
        "MaxMind Anonymous-IP",
        "maxmind",
        {"is_anonymous": True, "is_anonymous_vpn": True, "is_tor_exit_node": False},
        seen(None, None, None, None, Flag.ANONYMOUS, Flag.VPN),
    ),
    (
        "MaxMind ASN",
        "maxmind",
        {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"},
        seen(),
    ),
    (
        "flat, a city",
        "flat",
        {
            "city": "Town",
            "country_code": "UA",
            "latitude": 48.0,
            "longitude": 37.8,
            "postcode": "",
            "state1": "Donetsk",
            "state2": "",
            "timezone": "",
        },
        seen("UA", "UA-14", (48.0, 37.8, CITY_KM)),
    ),
    (
        "flat, a region",
        "flat",
        {"country_code": "UA", "latitude": 48.0, "longitude": 37.8, "state1": "Nowhere"},
        seen("UA", None, (48.0, 37.8, REGION_KM)),
    ),
    (
        "flat, the smaller region, where the larger is in no table",
        "flat",
        {"country_code": "UA", "state1": "East", "state2": "Luhansk"},
        seen("UA", "UA-09"),
    ),
    ("flat, a country", "flat", {"country_code": "UA", "latitude": 48.0, "longitude": 31.0}, seen("UA")),
    (
        "IPinfo Lite",
        "ipinfo",
        {"asn": "AS64496", "continent": "Europe", "country": "Ukraine", "country_code": "UA"},
        seen("UA"),
    ),
    (
        "IPinfo, standard location",
        "ipinfo",
        {
            "city": "Town",
            "region": "Donetsk",
            "region_code": "14",
            "country": "UA",
            "latitude": "48.0",
            "longitude": "37.8",
            "timezone": "Europe/Kyiv",
            "radius": "5",
        },
        seen("UA", "UA-14", (48.0, 37.8, 5), "Europe/Kyiv"),
    ),
    (
        "IPinfo, older names, without code and radius",
        "ipinfo",
        {"city": "Town", "region": "Donetsk", "country": "UA", "lat": "48.0", "lng": "37.8"},
        seen("UA", "UA-14", (48.0, 37.8, CITY_KM)),
    ),
    (
        "IPinfo Privacy, as text",
        "ipinfo",
        {"hosting": "true", "proxy": "", "tor": "false", "vpn": "true", "relay": "", "service": "Example"},
        seen(None, None, None, None, Flag.HOSTING, Flag.VPN),
    ),
    (
        "IPinfo with flags of today",
        "ipinfo",
        {"country_code": "UA", "is_anycast": True, "is_hosting": True, "is_mobile": True, "is_satellite": True},
        seen("UA", None, None, None, Flag.NOT_KNOWN, Flag.HOSTING),
    ),
    ("a layout that nobody knows", "other", TOWN, seen()),
]


@pytest.mark.parametrize(("schema", "raw", "said"), [row[1:] for row in LAID_OUT], ids=[row[0] for row in LAID_OUT])
def test_a_record_says_what_its_maker_means(schema: str, raw: Record, said: Observation) -> None:
    assert read(schema, raw) == said


@pytest.mark.parametrize(("schema", "raw"), [row[1:3] for row in LAID_OUT], ids=[row[0] for row in LAID_OUT])
def test_a_register_of_networks_says_the_country_and_doubts_and_nothing_finer(schema: str, raw: Record) -> None:
    located, registered = read(schema, raw), read(schema, raw, Kind.REGISTRATION)
    doubts = located.flags if located.country else located.flags - {Flag.NOT_KNOWN}
    assert (registered.country, registered.flags) == (located.country, doubts)
    assert (registered.subdivision, registered.point, registered.time_zone) == (None, None, None)


# -- flags ----------------------------------------------------------------------------------------------------

FLAGS = {
    "maxmind": {
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
    },
    "ipinfo": {
        f"{prefix}{name}": flag
        for prefix in ("", "is_")
        for name, flag in {
            "anonymous": Flag.ANONYMOUS,
            "anycast": Flag.NOT_KNOWN,
            "hosting": Flag.HOSTING,
            "proxy": Flag.ANONYMOUS,
            "relay": Flag.RELAY,
            "res_proxy": Flag.ANONYMOUS,
            "satellite": Flag.NOT_KNOWN,
            "tor": Flag.TOR,
            "vpn": Flag.VPN,
        }.items()
    },
}
EACH_FLAG = [(schema, name, flag) for schema, flags in FLAGS.items() for name, flag in flags.items()]


@pytest.mark.parametrize(("schema", "name", "flag"), EACH_FLAG)
def test_a_flag_is_raised_where_it_is_true_also_as_text(schema: str, name: str, flag: Flag) -> None:
    for value in (True, 1, "true", "True", "TRUE", "1"):
        assert read(schema, {name: value}).flags == {flag}
    no: tuple[object, ...] = (False, 0, "", "false", "0", "no", None, [], {}, 2, nan, "Example")
    for other in no:
        assert read(schema, {name: other}).flags == frozenset()


@pytest.mark.parametrize("name", FLAGS["maxmind"])
def test_a_flag_counts_at_the_top_and_among_traits(name: str) -> None:
    country = {"country": {"iso_code": "UA"}}
    assert read("maxmind", {**country, name: True}) == read("maxmind", {**country, "traits": {name: True}})
    assert read("maxmind", {**country, name: True}).flags


@pytest.mark.parametrize(
    ("user_type", "flags"),
    [
        ("hosting", {Flag.HOSTING}),
        ("content_delivery_network", {Flag.HOSTING}),
        ("consumer_privacy_network", {Flag.RELAY}),
        ("residential", set()),
        (["hosting"], set()),
        (None, set()),
    ],
)
def test_who_uses_an_address_may_be_a_machine_for_people_elsewhere(user_type: object, flags: set[Flag]) -> None:
    record = {"country": {"iso_code": "UA"}, "traits": {"user_type": user_type}}
    assert read("maxmind", record).flags == flags


# -- age ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_stale"), [(-5, False), (0, False), (89, False), (90, False), (91, True)])
def test_after_90_days_a_record_is_flagged_and_kept_whole(days: int, is_stale: bool) -> None:
    assert STALE_DAYS == 90
    found = read("maxmind", TOWN, build=DAY - timedelta(days=days))
    assert found.country == "UA"
    assert (Flag.STALE in found.flags) is is_stale
    assert replace(found, flags=frozenset()) == read("maxmind", TOWN)


@pytest.mark.parametrize("code", ["XX", "A1", "EU", "QQ", "Ukraine", "--"])
@pytest.mark.parametrize("schema", ["flat", "ipinfo"])
def test_whoever_locates_and_names_no_country_that_there_is_does_not_know(schema: str, code: str) -> None:
    assert read(schema, {"country_code": code}).flags == {Flag.NOT_KNOWN}
    assert read("maxmind", {"country": {"iso_code": code}}).flags == {Flag.NOT_KNOWN}
    assert read(schema, {"country_code": code}, kind=Kind.REGISTRATION).is_silent, "that denies agreement already"


@pytest.mark.parametrize(
    ("schema", "raw"),
    [
        ("maxmind", {"continent": {"code": "EU"}}),
        ("maxmind", {"continent": {"code": "EU"}, "registered_country": {"iso_code": "UA"}}),
        ("maxmind", {"represented_country": {"iso_code": "UA", "type": "military"}, "traits": {}}),
        ("maxmind", {"location": {"latitude": 48.0, "longitude": 37.8, "accuracy_radius": 1000}}),
        ("maxmind", {"traits": {"user_type": "residential"}}),
        ("maxmind", {"country": {"geoname_id": 1}}),
        ("maxmind", {"is_anonymous": False, "country": {}}),
        ("flat", {}),
        ("flat", {"country_code": "", "city": "", "state1": ""}),
        ("flat", {"city": "Town", "state1": "Donetsk"}),
        ("ipinfo", {"continent": "Europe", "continent_code": "EU"}),
        ("ipinfo", {"country": "", "region": "Donetsk"}),
        ("ipinfo", {"asn": "AS64496", "country_code": ""}),
    ],
)
def test_a_record_that_is_there_and_names_no_country_is_no_silence(schema: str, raw: Record) -> None:
    """Beside silence two registries would settle another country."""
    assert read(schema, raw).flags == {Flag.NOT_KNOWN}
    assert read(schema, raw, kind=Kind.REGISTRATION).is_silent


@pytest.mark.parametrize(
    ("schema", "raw"),
    [
        ("maxmind", {"is_anonymous": False, "is_tor_exit_node": False}),
        ("maxmind", {"autonomous_system_number": 64496, "isp": "Example", "organization": "Example"}),
        ("ipinfo", {"asn": "AS64496", "name": "Example", "domain": "example.com", "route": "192.0.2.0/24"}),
        ("ipinfo", {"vpn": "", "proxy": "", "tor": "", "relay": "", "hosting": "", "service": ""}),
    ],
)
def test_a_record_of_networks_alone_says_nothing_of_places(schema: str, raw: Record) -> None:
    assert read(schema, raw).is_silent


def test_age_keeps_other_flags_and_makes_silence_speak_of_nothing() -> None:
    old = DAY - timedelta(days=400)
    assert read("maxmind", {**TOWN, "is_anonymous": True}, build=old).flags == {Flag.ANONYMOUS, Flag.STALE}
    assert read("maxmind", {"is_anonymous": False}, build=old).is_silent
    assert read("maxmind", TOWN, build=None) == read("maxmind", TOWN)


# -- codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [("UA", "UA"), ("ua", "UA"), ("UK", "GB"), ("EL", "GR"), ("XK", "XK"), ("XX", None), ("T1", None), ("EU", None)],
)
def test_a_country_is_one_of_the_table_or_none(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("value", [None, 7, True, ["UA"], "UKR", "Ukraine", "", "U", "\u0405\u0405", b"UA", "UA-43"])
def test_what_is_no_code_of_a_country_is_none(value: object) -> None:
    assert country_code(value) is None


@pytest.mark.parametrize(
    "subdivisions",
    [None, [], "43", ["43"], [None], [{}], [{"iso_code": 43}], [{"iso_code": "99"}], {"iso_code": "43"}, [[]], b"43"],
)
def test_subdivisions_that_cannot_be_read_leave_the_country(subdivisions: object) -> None:
    assert read("maxmind", {"country": {"iso_code": "UA"}, "subdivisions": subdivisions}) == seen("UA")


def test_the_finest_subdivision_that_is_a_code_counts() -> None:
    parts = [{"iso_code": "ENG"}, {"iso_code": "LND"}, {"iso_code": "no code"}]
    assert read("maxmind", {"country": {"iso_code": "GB"}, "subdivisions": parts}).subdivision == "GB-LND"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({"autonomous_system_number": 64496}, 64496),
        ({"asn": "AS64496"}, 64496),
        ({"asn": "as64496"}, 64496),
        ({"asn": "64496"}, 64496),
        ({"asn": 64496}, 64496),
        ({}, None),
        ({"asn": ""}, None),
        ({"asn": "AS"}, None),
        ({"asn": "AS-1"}, None),
        ({"asn": "AS٦٤"}, None),
        ({"asn": "AS" + "9" * 11}, None),
        ({"asn": True}, None),
        ({"asn": 0}, None),
        ({"asn": -1}, None),
        ({"asn": 1.5}, None),
        ({"asn": {"asn": 1}}, None),
    ],
)
def test_the_number_of_a_system_is_read_in_any_layout(raw: Record, found: int | None) -> None:
    assert network_number(raw) == found


# -- hostile records ------------------------------------------------------------------------------------------

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.sampled_from(["UA", "RU", "43", "CR", "Donetsk", "50.4", "-200", "true", "nan", "1e400", "9" * 5000])
)
NAMES = st.sampled_from(
    [
        *("country", "location", "subdivisions", "traits", "city", "iso_code", "latitude", "longitude", "time_zone"),
        *("accuracy_radius", "country_code", "state1", "state2", "timezone", "region", "region_code", "lat", "lng"),
        *("radius", "asn", "autonomous_system_number", "user_type", *FLAGS["maxmind"], *FLAGS["ipinfo"]),
    ]
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5)
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=10)


@given(st.sampled_from([*LAYOUTS, "other"]), st.sampled_from(Kind), RECORDS, st.none() | st.dates())
def test_no_record_does_harm_and_what_is_read_is_in_the_tables(
    schema: str, kind: Kind, raw: Record, build: date | None
) -> None:
    found = read(schema, raw, kind, build)
    network_number(raw)
    assert found.country is None or found.country in COUNTRIES
    assert found.subdivision is None or found.subdivision in PLACES
    assert found.time_zone is None or isinstance(found.time_zone, str)
    if (point := found.point) is not None:
        assert abs(point.latitude) <= 90
        assert abs(point.longitude) <= 180
        assert point.radius_km >= 0
        assert (point.latitude, point.longitude) != (0, 0)


@given(VALUES)
def test_a_number_is_finite_or_none(value: object) -> None:
    found = number(value)
    assert found is None or -1e9 < found < 1e9
