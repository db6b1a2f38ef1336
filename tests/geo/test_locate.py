"""From what the sources say to possible places: nothing is settled where several speak and no two agree."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.geo import Reading, from_place, locate, parse_address
from compliance.geo.address import Address

SOMEBODY = parse_address("95.165.0.1")
countries = st.sampled_from(["RU", "UA", "US", None])
registrations = st.builds(Reading, st.just("registry"), st.just("registration"), countries)
locations = st.builds(Reading, st.just("vendor"), st.just("location"), countries)
readings = st.lists(registrations | locations, max_size=5)


def registry(*named: str | None) -> list[Reading]:
    return [Reading(f"registry-{number}", "registration", country) for number, country in enumerate(named)]


def vendor(*named: str | None) -> list[Reading]:
    return [Reading(f"vendor-{number}", "location", country) for number, country in enumerate(named)]


@pytest.mark.parametrize(
    ("said", "places", "anywhere"),
    [
        # registries alone: two have to agree, and none may be silent
        (registry("RU", "RU"), {"RU"}, False),
        (registry("RU", "UA"), {"RU", "UA"}, True),
        (registry("RU"), {"RU"}, True),
        (registry("RU", None), {"RU"}, True),
        (registry("RU", "RU", None), {"RU"}, True),
        (registry("RU", "RU", "US"), {"RU", "US"}, True),
        (registry(None, None), set(), True),
        # somebody who measures: alone, or with one who agrees
        (vendor("US"), {"US"}, False),
        (vendor("US") + registry(None, None), {"US"}, False),
        (vendor("US") + registry("US", None), {"US"}, False),
        (vendor("US") + registry("US", "RU"), {"US"}, False),
        (vendor("US") + registry("US", "US"), {"US"}, False),
        (vendor("US", "US") + registry("RU", "UA"), {"US"}, False),
        # several speak, and no two agree
        (vendor("US") + registry("RU", "UA"), {"RU", "UA", "US"}, True),
        (vendor("US") + registry("RU", None), {"RU", "US"}, True),
        (vendor("US") + registry("RU"), {"RU", "US"}, True),
        (vendor("US", "RU") + registry("UA"), {"RU", "UA", "US"}, True),
        # two agree on another
        (vendor("US") + registry("RU", "RU"), {"RU", "US"}, True),
        (vendor("US") + registry("RU", "RU", "UA"), {"RU", "UA", "US"}, True),
        (vendor("US") + registry("US", "RU", "RU"), {"RU", "US"}, True),
        (vendor("US", "RU") + registry("RU", "RU"), {"RU", "US"}, True),
    ],
)
def test_a_country_is_settled_where_two_agree_and_nobody_outweighs_them(
    said: list[Reading], places: set[str], anywhere: bool
) -> None:
    for order in permutations(said):
        found = locate(SOMEBODY, order)
        assert (set(found.places), found.anywhere) == (places, anywhere)


@given(readings)
def test_a_place_is_settled_only_where_no_two_name_another_and_two_or_the_only_one_name_it(said: list[Reading]) -> None:
    found = locate(SOMEBODY, said)
    named = [reading.country for reading in said if reading.country]
    assert found.places == set(named) or not found.anywhere
    if not found.anywhere:
        (country,) = found.places
        assert named.count(country) >= 2 or len(named) == 1
        assert all(named.count(other) < 2 for other in set(named) - {country})


@given(readings, registrations | locations)
def test_one_more_source_that_is_silent_never_takes_a_place_away(said: list[Reading], more: Reading) -> None:
    before = locate(SOMEBODY, said)
    after = locate(SOMEBODY, [*said, Reading(more.source, more.kind)])
    assert before.places <= after.places
    assert after.anywhere >= before.anywhere


def test_what_differs_is_named_so_that_a_person_sees_why() -> None:
    found = locate(SOMEBODY, vendor("US") + registry("RU", "UA"))
    assert found.basis == ("sources differ: RU, UA, US",)


def test_a_subdivision_counts_within_a_settled_country_only() -> None:
    crimea = Reading("vendor", "location", "UA", "UA-43")
    assert locate(SOMEBODY, [crimea]).places == {"UA-43"}
    assert locate(SOMEBODY, [crimea, *registry("RU", "US")]).anywhere


@pytest.mark.parametrize("address", [None, parse_address("10.0.0.1"), parse_address("fe80::1")])
def test_an_address_that_nobody_can_know_may_be_anywhere(address: Address | None) -> None:
    found = locate(address, registry("RU", "RU"))
    assert (found.places, found.anywhere) == (frozenset(), True)


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
