"""From what the sources say to possible places: joined by union, each excluding only what it can know."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from compliance.geo import Atlas, Observation, from_place, locate
from compliance.geo.observation import BLIND, WIDENING, Flag, Kind, Point
from compliance.geo.overlay import Overlaid
from compliance.model.period import ALWAYS, Period
from compliance.model.territory import Area, Extent, LocationSet, Member, Territory
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

DAY = date(2026, 3, 1)
SQUARE = Area("held.square", ((((36.0, 46.0), (40.0, 46.0), (40.0, 50.0), (36.0, 50.0), (36.0, 46.0)),),), 10.0)
ISLAND = Area("held.island", ((((30.0, 44.0), (32.0, 44.0), (32.0, 45.0), (30.0, 45.0), (30.0, 44.0)),),), 5.0)
HELD = Territory(
    "held",
    "Held",
    (
        Member("UA-43", Extent.WHOLE, ALWAYS, "held.island"),
        Member("UA-14", Extent.PARTLY, ALWAYS, "held.square"),
        Member("UA-63", Extent.PARTLY, ALWAYS, "held.square"),
        Member("UA-65", Extent.PARTLY, Period(None, DAY - timedelta(days=1)), "held.square"),
    ),
    areas=(SQUARE, ISLAND),
    labelled_as=("RU",),
    time_zones=("Europe/Simferopol",),
)
ATLAS = Atlas([HELD])
DEEP, NEAR, FAR = Point(48.0, 38.0, 20), Point(48.0, 35.9, 20), Point(50.4, 30.5, 20)
ON_ISLAND = Point(44.5, 31.0, 20)
MEMBERS = {"UA-43", "UA-14/+held", "UA-63/+held"}


def registry(*named: str | None) -> list[Observation]:
    return [Observation(f"registry-{number}", Kind.REGISTRATION, country) for number, country in enumerate(named)]


def vendor(
    country: str | None, part: str | None = None, point: Point | None = None, *flags: Flag, zone: str | None = None
) -> Observation:
    return Observation("vendor", Kind.LOCATION, country, part, point, zone, frozenset(flags))


countries = st.sampled_from(["RU", "UA", "US", None])
registrations = st.builds(Observation, st.just("registry"), st.just(Kind.REGISTRATION), countries)
locations = st.builds(
    Observation,
    st.just("vendor"),
    st.just(Kind.LOCATION),
    countries,
    st.sampled_from([None, None, "UA-14", "UA-43", "UA-30"]),
    st.sampled_from([None, None, DEEP, NEAR, FAR, ON_ISLAND]),
    st.sampled_from([None, None, "Europe/Simferopol", "Europe/Kyiv"]),
    st.sampled_from([frozenset(), frozenset(), frozenset({Flag.STALE})]),
)
observations = st.lists(registrations | locations, max_size=4)


def truth(where: LocationSet, code: str | None = None) -> Truth:
    """Whether the reader is in the territory, or in a country."""
    named = HELD if code is None else Territory(code, "", (Member(code, Extent.WHOLE, ALWAYS),))
    truths = {named.contains(each, DAY) for each in where.places}
    return UNKNOWN if where.anywhere or len(truths) > 1 else truths.pop()


# -- countries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "places", "anywhere"),
    [
        # registries alone: two have to agree, and none may be silent
        (registry("DE", "DE"), {"DE"}, False),
        (registry("DE", "UA"), {"DE", "UA"}, True),
        (registry("DE"), {"DE"}, True),
        (registry("DE", None), {"DE"}, True),
        (registry("DE", "DE", None), {"DE"}, True),
        (registry("DE", "DE", "US"), {"DE", "US"}, True),
        (registry(None, None), set(), True),
        # whoever locates excludes what nobody names; nobody's place is lost
        ([vendor("US")], {"US"}, False),
        ([vendor("US"), *registry(None, None)], {"US"}, False),
        ([vendor("US"), *registry("US", "DE")], {"US", "DE"}, False),
        ([vendor("US"), *registry("DE", "DE")], {"US", "DE"}, False),
        ([vendor("US"), vendor("FR")], {"US", "FR"}, False),
    ],
)
def test_countries_are_joined_and_settled_by_those_who_can_know(
    said: list[Observation], places: set[str], anywhere: bool
) -> None:
    for order in permutations(said):
        found = locate(order, ATLAS, DAY)
        assert (set(found.places), found.anywhere) == (places, anywhere)


def test_a_label_without_a_region_stands_for_the_territory_that_makers_label_so() -> None:
    for said in (registry("RU", "RU"), [vendor("RU")]):
        found = locate(said, ATLAS, DAY)
        assert set(found.places) == {"RU", *MEMBERS}
        assert "RU without a region may be held" in found.basis
    assert set(locate([vendor("RU", "RU-MOW")], ATLAS, DAY).places) == {"RU-MOW"}
    assert set(locate([vendor("RU", None, FAR)], ATLAS, DAY).places) == {"RU"}


def test_members_of_other_days_are_no_places_of_today() -> None:
    assert "UA-65/+held" in locate([vendor("RU")], ATLAS, DAY - timedelta(days=1)).places


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (vendor("UA"), UNKNOWN),
        (vendor("UA", "UA-43"), TRUE),
        (vendor("RU", "UA-43"), UNKNOWN),  # or in Russia
        (vendor("UA", "UA-14"), UNKNOWN),
        (vendor("UA", "UA-14", DEEP), TRUE),
        (vendor("UA", "UA-14", NEAR), UNKNOWN),
        (vendor("UA", "UA-14", FAR), FALSE),
        (vendor("UA", None, DEEP), TRUE),
        (vendor("UA", None, FAR), FALSE),
        (vendor("UA", "UA-30", FAR), FALSE),
        (vendor("UA", "UA-30", NEAR), UNKNOWN),
        (vendor("UA", "UA-30", replace(FAR, radius_km=1000)), UNKNOWN),
        (vendor("UA", "UA-65", ON_ISLAND), UNKNOWN),  # the label says one thing, the coordinates another
        (vendor("UA", "UA-43", FAR), TRUE),  # a label that says a wholly held region is not argued away
        (vendor("RU", None, DEEP), UNKNOWN),
        (vendor("UA", "UA-30", FAR, zone="Europe/Simferopol"), UNKNOWN),
        (vendor("UA", "UA-14", FAR, zone="Europe/Simferopol"), UNKNOWN),  # in a member, and outside of the line
        (vendor("UA", "UA-14", NEAR, zone="Europe/Simferopol"), UNKNOWN),
        (vendor("UA", "UA-14", DEEP, zone="Europe/Simferopol"), TRUE),
        (vendor("UA", "UA-43", FAR, zone="Europe/Simferopol"), TRUE),
        (vendor("UA", None, FAR, zone="Europe/Simferopol"), UNKNOWN),
        (vendor("UA", "UA-14", DEEP, Flag.STALE), UNKNOWN),
        (vendor("UA", "UA-14", FAR, Flag.STALE), UNKNOWN),
    ],
)
def test_coordinates_settle_a_partly_held_region_as_far_as_their_circle_allows(
    said: Observation, expected: Truth
) -> None:
    assert truth(locate([said], ATLAS, DAY)) is expected


def test_whoever_may_be_in_either_country_is_surely_in_one_of_them() -> None:
    """A rule that asks for both must fire for certain: no place is left that is in neither."""
    found = locate([vendor("RU", None, DEEP), *registry("RU", "RU")], ATLAS, DAY)
    assert all(place == "RU" or HELD.contains(place, DAY) is TRUE for place in found.places)


@pytest.mark.parametrize("point", [FAR, NEAR, replace(FAR, radius_km=1000), None])
def test_the_time_of_a_territory_adds_all_of_it_to_a_place_that_is_not_surely_in_it(point: Point | None) -> None:
    found = locate([vendor("UA", "UA-14", point, zone="Europe/Simferopol")], ATLAS, DAY)
    assert set(found.codes) >= {"UA-14", "UA-43", "UA-63"}
    assert "vendor: has the time of held" in found.basis


# -- doubts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", sorted(BLIND | WIDENING))
def test_whoever_hides_may_be_anywhere_and_what_was_named_is_kept(flag: Flag) -> None:
    found = locate([vendor("US"), vendor(None, None, None, flag), *registry("DE", "DE")], ATLAS, DAY)
    assert (set(found.places), found.anywhere) == ({"US", "DE"}, True)
    assert found.basis == (f"said to be {flag.value}",)


@given(observations, registrations | locations)
def test_one_more_source_that_is_silent_never_takes_a_place_away(said: list[Observation], more: Observation) -> None:
    before = locate(said, ATLAS, DAY)
    after = locate([*said, Observation(more.source, more.kind)], ATLAS, DAY)
    assert before.places <= after.places or after.anywhere
    assert after.anywhere >= before.anywhere


@given(st.lists(locations, max_size=4), registrations | locations)
def test_one_more_source_never_takes_a_located_place_away(said: list[Observation], more: Observation) -> None:
    before, after = locate(said, ATLAS, DAY), locate([*said, more], ATLAS, DAY)
    for asked in (None, "RU", "UA", "US"):
        if not before.anywhere and truth(before, asked) is not FALSE:
            assert truth(after, asked) is not FALSE


@given(observations, st.integers(0, 3), st.sampled_from(Flag))
def test_a_doubt_about_a_source_never_takes_a_place_away(said: list[Observation], which: int, flag: Flag) -> None:
    """Not even that of age: what is fine becomes coarse."""
    doubted = [replace(each, flags=each.flags | {flag}) if n == which else each for n, each in enumerate(said)]
    before, after = locate(said, ATLAS, DAY), locate(doubted, ATLAS, DAY)
    for asked in (None, "RU", "UA", "US"):
        if truth(before, asked) is not FALSE:
            assert truth(after, asked) is not FALSE


@given(observations, st.sampled_from([5.0, 100.0, 400.0]))
def test_a_wider_circle_never_takes_a_place_away(said: list[Observation], more: float) -> None:
    wide = [
        each if each.point is None else replace(each, point=replace(each.point, radius_km=each.point.radius_km + more))
        for each in said
    ]
    before, after = locate(said, ATLAS, DAY), locate(wide, ATLAS, DAY)
    for asked in (None, "RU", "UA", "US", "UA-43", "UA-14", "UA-63"):
        if truth(before, asked) is not FALSE:
            assert truth(after, asked) is not FALSE


# -- overlays ---------------------------------------------------------------------------------------------


def test_an_overlay_adds_the_members_of_a_territory_or_a_code() -> None:
    found = locate([vendor("DE")], ATLAS, DAY, Overlaid(adds=("held", "PL"), basis=("overlay: why",)))
    assert set(found.places) == {"DE", "PL", *MEMBERS}
    assert "overlay: why" in found.basis


def test_an_overlay_that_adds_settles_nothing() -> None:
    assert locate([], ATLAS, DAY, Overlaid(adds=("held",))).anywhere


@pytest.mark.parametrize("said", [vendor("UA", "UA-14"), vendor("UA", "UA-43"), vendor("UA", "UA-14", DEEP)])
def test_what_an_overlay_removes_is_no_longer_possible(said: Observation) -> None:
    assert truth(locate([said], ATLAS, DAY, Overlaid(removes=("held",)))) is FALSE


def test_what_an_overlay_removes_leaves_other_places_alone() -> None:
    assert locate([vendor("DE")], ATLAS, DAY, Overlaid(removes=("held",))).places == {"DE"}


@pytest.mark.parametrize("added", ["held", "UA-43", "UA-14"])
@pytest.mark.parametrize("said", [vendor("UA", "UA-30", FAR), vendor("UA", "UA-43"), vendor("UA", "UA-14", DEEP)])
def test_what_one_row_of_an_overlay_adds_no_other_one_removes(said: Observation, added: str) -> None:
    """The wide network may be an office, and the narrow one a held town in it."""
    found = locate([said], ATLAS, DAY, Overlaid(adds=(added,), removes=("held",)))
    assert truth(found) is UNKNOWN
    assert locate([said], ATLAS, DAY, Overlaid(removes=("held",))).places <= found.places


# -- words ------------------------------------------------------------------------------------------------


def test_what_differs_is_named_so_that_a_person_sees_why() -> None:
    assert locate(registry("DE", "UA"), ATLAS, DAY).basis == ("sources differ: DE, UA",)
    assert locate(registry("DE", None), ATLAS, DAY).basis == ("only registry-0 has a record: DE",)
    found = locate([vendor("US"), *registry("DE", "US")], ATLAS, DAY)
    assert found.basis == ("vendor locates it; registered in DE",)


def test_a_source_that_is_too_old_for_regions_is_named() -> None:
    found = locate([vendor("UA", None, None, Flag.STALE)], ATLAS, DAY)
    assert found.basis == ("vendor locates it", "vendor is older than 90 days: its regions do not count")


@given(observations)
def test_no_coordinate_is_in_the_words(said: list[Observation]) -> None:
    text = repr(locate(said, ATLAS, DAY)) + repr(said)
    assert not any(number in text for number in ("48.0", "38.0", "35.9", "50.4", "44.5", "Simferopol"))


@pytest.mark.parametrize(
    ("country", "subdivision", "places", "anywhere"),
    [
        ("UA", None, {"UA"}, False),
        ("UA", "43", {"UA-43"}, False),
        ("RU", "RU-CR", {"RU", "UA-43"}, False),
        ("UA", "UA-99", {"UA"}, False),
        ("Ukraine", "UA-43", {"UA-43"}, True),
        (None, None, set(), True),
    ],
)
def test_a_place_that_is_given_is_that_place_as_far_as_it_is_one(
    country: str | None, subdivision: str | None, places: set[str], anywhere: bool
) -> None:
    found = from_place(country, subdivision)
    assert (set(found.places), found.anywhere) == (places, anywhere)
