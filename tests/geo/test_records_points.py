"""Points of records and the regions beside them: what is the centre of a country, or contradicts itself, is none."""

from __future__ import annotations

from math import inf, nan

import pytest

from compliance.geo.observation import Evidence, Kind, Point
from compliance.geo.records import CITY_KM, MOST_KM, point_at
from tests.geo.test_records import TOWN, Record, read, seen


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius"),
    [
        (0, 0, 20),  # what makers write where they know nothing
        ("0", "0.0", 20),
        (90.1, 30, 20),
        (-91, 30, 20),
        (50, 180.1, 20),
        (999.0, 999.0, 20),
        (nan, 30, 20),
        (50, nan, 20),
        (50, 30, nan),
        (inf, 30, 20),
        (50, 30, -1),
        (50, 30, None),
        (True, 30, 20),
        (50, False, 20),
        ("", "", 20),
        ("50,4", "30,5", 20),
        ([50], 30, 20),
        (10**400, 30, 20),
        ("9" * 5000, 30, 20),
    ],
)
def test_what_is_no_point_on_earth_is_none(latitude: object, longitude: object, radius: object) -> None:
    assert point_at(latitude, longitude, radius) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius"),
    [(50, 30, 20), ("50", "30", "20"), (90, 180, 0), (-90, -180, 1), (0, 30, 1), (50, 0, 1), ("-0.5", 1, 1)],
)
def test_a_point_is_read_from_numbers_and_from_numbers_as_text(
    latitude: object, longitude: object, radius: object
) -> None:
    assert point_at(latitude, longitude, radius) == Point(*(float(str(each)) for each in (latitude, longitude, radius)))


def test_a_point_and_what_was_read_of_it_are_never_shown() -> None:
    assert not any(digit in repr(read("maxmind", TOWN)) for digit in ("45.2", "34.1", "Simferopol"))
    assert "Town" not in repr(Evidence("a database", Kind.LOCATION, "maxmind", TOWN))


@pytest.mark.parametrize(
    ("said", "radius"),
    [(1, MOST_KM), (1000, 1000 * MOST_KM), ("5", 5 * MOST_KM), (0, CITY_KM), (None, CITY_KM), ("", CITY_KM)],
)
def test_a_radius_that_holds_two_thirds_is_doubled_and_a_missing_one_assumed(said: object, radius: float) -> None:
    where = {"latitude": 48.0, "longitude": 37.8, "accuracy_radius": said}
    assert read("maxmind", {"city": {"geoname_id": 1}, "location": where}).point == Point(48.0, 37.8, radius)


CENTRE = {"latitude": 50.45, "longitude": 30.52}
NO_CITY = ["", "-", "N/A", "(unknown)", "undefined", "null", "none", "?", "%3F", "0"]
OF_A_COUNTRY: list[tuple[str, Record]] = [
    ("maxmind", {"country": {"iso_code": "UA"}, "city": {}, "subdivisions": [], "location": CENTRE}),
    ("maxmind", {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "99"}, {}], "location": CENTRE}),
    *(
        ("maxmind", {"country": {"iso_code": "UA"}, "city": {"names": {"en": each}}, "location": CENTRE})
        for each in NO_CITY
    ),
    *(("flat", {"country_code": "UA", "city": each, "state1": each, "state2": "", **CENTRE}) for each in NO_CITY),
    *(("ipinfo", {"country": "UA", "city": each, "region": each, "region_code": "", **CENTRE}) for each in NO_CITY),
]


@pytest.mark.parametrize(("schema", "raw"), OF_A_COUNTRY)
def test_the_centre_of_a_country_is_nobodys_place(schema: str, raw: Record) -> None:
    assert read(schema, raw) == seen("UA")
    place: object = {"names": {"en": "Town"}} if schema == "maxmind" else "Town"
    assert read(schema, {**raw, "city": place}).point == Point(50.45, 30.52, CITY_KM)


@pytest.mark.parametrize("said", ["200 km", "x", -1, "-1", nan, "nan", inf, True, [20], {"km": 20}, "9" * 40])
def test_a_radius_that_is_there_and_cannot_be_read_leaves_no_point(said: object) -> None:
    town = {"city": {"geoname_id": 1}, "country": {"iso_code": "UA"}}
    assert read("maxmind", {**town, "location": {**CENTRE, "accuracy_radius": said}}) == seen("UA")
    assert read("ipinfo", {"country": "UA", "city": "Town", **CENTRE, "radius": said}) == seen("UA")


@pytest.mark.parametrize("schema", ["maxmind", "ipinfo"])
def test_a_radius_of_a_makers_own_needs_no_city(schema: str) -> None:
    where = {"location": {**CENTRE, "accuracy_radius": 100}} if schema == "maxmind" else {**CENTRE, "radius": 100}
    point = read(schema, {"country": {"iso_code": "UA"} if schema == "maxmind" else "UA", **where}).point
    assert point == Point(50.45, 30.52, 200 if schema == "maxmind" else 100)


# -- regions that contradict each other ----------------------------------------------------------------------

MUDDLED: list[tuple[str, Record]] = [
    ("flat", {"country_code": "UA", "state1": "Donetsk", "state2": "Luhansk"}),
    ("flat", {"country_code": "UA", "state1": "Crimea", "state2": "Kyiv City"}),
    ("flat", {"country_code": "UA", "state1": "Lviv", "state2": "Crimea"}),
    ("ipinfo", {"country": "UA", "region_code": "30", "region": "Crimea"}),
    ("maxmind", {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "43"}, {"iso_code": "30"}]}),
]


@pytest.mark.parametrize(("schema", "raw"), MUDDLED)
def test_of_two_regions_that_contradict_each_other_neither_counts_nor_their_point(schema: str, raw: Record) -> None:
    where = {"location": CENTRE} if schema == "maxmind" else CENTRE
    assert read(schema, {**raw, **where, "city": {"geoname_id": 1} if schema == "maxmind" else "Town"}) == seen("UA")


def test_a_region_of_another_countrys_code_stays_possible_beside_one_that_contradicts_it() -> None:
    divided = [{"iso_code": "CR"}, {"iso_code": "MOW"}]
    muddled = {"country": {"iso_code": "RU"}, "subdivisions": divided, "location": CENTRE, "city": {"geoname_id": 1}}
    assert read("maxmind", muddled) == seen("RU", "UA-43")
    assert read("flat", {"country_code": "RU", "state1": "Crimea", "state2": "Sevastopol"}) == seen("RU", "UA")


def test_two_regions_of_which_one_lies_in_the_other_are_the_finer_one() -> None:
    for order in (["ENG", "LND"], ["LND", "ENG"]):
        parts = [{"iso_code": each} for each in order]
        assert read("maxmind", {"country": {"iso_code": "GB"}, "subdivisions": parts}).subdivision == "GB-LND"
    assert read("flat", {"country_code": "UA", "state1": "Lviv", "state2": "Lvivska"}).subdivision == "UA-46"
