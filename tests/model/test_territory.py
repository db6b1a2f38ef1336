"""Places: codes and their aliases, what lies in what, dated territories, and where a reader may be."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.iso3166 import UNKNOWN_CODES
from compliance.model.period import ALWAYS, Period
from compliance.model.territory import (
    PLACES,
    Extent,
    LocationSet,
    Member,
    Territory,
    handed_down,
    lineage,
    marks_of,
    piece,
    place,
    says_nothing,
    within,
)
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

DAY = date(2022, 10, 5)
CODES = st.sampled_from(sorted(PLACES))
FAMILY = ("UA", "UA-43", "UA-14", "GB", "GB-ENG", "GB-LND", "FR", "FR-ARA", "FR-69", "MQ", "RU")
"""Codes that lie in one another, beside one another and apart."""
NEAR = st.integers(-4, 4).map(lambda days: DAY + timedelta(days=days))
PERIODS = st.builds(Period, st.none() | NEAR, st.none() | NEAR)
MEMBERS = st.builds(Member, st.sampled_from(FAMILY), st.sampled_from(Extent), PERIODS)
LOCATIONS = st.builds(
    LocationSet,
    st.frozensets(st.sampled_from(FAMILY), min_size=1, max_size=3),
    st.booleans(),
    st.lists(st.sampled_from(["country header", "two databases agree"]), max_size=2, unique=True).map(tuple),
)


def territory(*members: Member) -> Territory:
    return Territory("t", "A territory", members)


def whole(code: str, period: Period = ALWAYS) -> Member:
    return Member(code, Extent.WHOLE, period)


def partly(code: str, period: Period = ALWAYS) -> Member:
    return Member(code, Extent.PARTLY, period)


# -- codes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UA", "UA"),
        ("ua", "UA"),
        (" ua-43\n", "UA-43"),
        ("ua_43", "UA-43"),
        ("UK", "GB"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("RU-CR", "UA-43"),
        ("ru_cr", "UA-43"),
        ("RU-SEV", "UA-40"),
        ("RU-KR", "RU-KR"),
        ("XK", "XK"),
        ("FR-972", "MQ"),
    ],
)
def test_a_code_is_read_in_any_case_and_aliases_are_followed(text: str, code: str) -> None:
    assert place(text) == code


@pytest.mark.parametrize(
    "text", ["", "XX", "T1", "EU", "RU-CRIMEA", "UA-4", "UA-99", "Ukraine", "QQ", "G B", "ß", "ﬁ", "ıt"]
)
def test_what_is_no_code_is_no_place(text: str) -> None:
    """Not even a letter whose capital happens to spell a country: `ß` is no South Sudan, `ﬁ` no Finland."""
    assert place(text) is None


@settings(max_examples=100)
@given(CODES)
def test_every_code_of_the_table_names_itself(code: str) -> None:
    assert place(code) == place(code.lower()) == place(code.replace("-", "_")) == code


@pytest.mark.parametrize("text", [*sorted(UNKNOWN_CODES), "xx", " t1 "])
def test_what_vendors_send_when_they_do_not_know_says_nothing_and_is_no_place(text: str) -> None:
    assert says_nothing(text)
    assert place(text) is None


@pytest.mark.parametrize("text", ["UA", "RU-KR", "UK", "QQ", "nowhere"])
def test_a_code_and_a_slip_of_the_pen_say_something(text: str) -> None:
    """A slip is reported to whoever made it; only the known words for "no idea" pass in silence."""
    assert not says_nothing(text)


# -- what lies in what ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "chain"),
    [
        ("UA", ("UA",)),
        ("UA-43", ("UA-43", "UA")),
        ("GB-LND", ("GB-LND", "GB-ENG", "GB")),
        ("FR-67", ("FR-67", "FR-6AE", "FR-GES", "FR")),
        ("MQ", ("MQ",)),
    ],
)
def test_the_lineage_runs_from_the_code_to_its_country(code: str, chain: tuple[str, ...]) -> None:
    assert lineage(code) == chain


@settings(max_examples=100)
@given(CODES)
def test_a_lineage_is_made_of_places_and_repeats_none(code: str) -> None:
    chain = lineage(code)
    assert chain[0] == code
    assert chain[-1] == code[:2]
    assert set(chain) <= PLACES
    assert len(set(chain)) == len(chain)


@pytest.mark.parametrize(
    ("inner", "outer", "truth"),
    [
        ("UA-43", "UA", TRUE),
        ("UA", "UA", TRUE),
        ("UA", "UA-43", UNKNOWN),
        ("UA-43", "UA-14", FALSE),
        ("GB-LND", "GB", TRUE),
        ("GB", "GB-LND", UNKNOWN),
        ("GB-SCT", "GB-LND", FALSE),
        ("MQ", "FR", FALSE),
        ("FR", "MQ", FALSE),
        ("RU", "UA", FALSE),
        ("RU", "UA-43", FALSE),
    ],
)
def test_a_finer_place_is_within_and_a_coarser_one_is_maybe_within(inner: str, outer: str, truth: Truth) -> None:
    assert within(inner, outer) is truth


@settings(max_examples=100)
@given(CODES, CODES)
def test_within_is_certain_both_ways_only_for_one_and_the_same_place(one: str, other: str) -> None:
    pair = {within(one, other), within(other, one)}
    assert (pair == {TRUE}) == (one == other)
    assert pair in ({TRUE}, {TRUE, UNKNOWN}, {FALSE})


# -- territories ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "truth"),
    [("UA-43", TRUE), ("UA", UNKNOWN), ("UA-14", UNKNOWN), ("UA-30", FALSE), ("RU", FALSE), ("GB-LND", TRUE)],
)
def test_a_place_is_in_a_territory_maybe_or_not(code: str, truth: Truth) -> None:
    held = territory(whole("UA-43"), partly("UA-14"), whole("GB-ENG"))
    assert held.contains(code, DAY) is truth


def test_a_country_without_its_region_is_maybe_in_even_where_every_known_region_is() -> None:
    """The code may stand for a part that the table does not name."""
    regions = sorted(code for code in PLACES if code.startswith("UA-"))
    assert territory(*map(whole, regions)).contains("UA", DAY) is UNKNOWN


@pytest.mark.parametrize("code", ["UA-14", "UA"])
def test_a_place_partly_in_is_never_in_and_never_out(code: str) -> None:
    assert territory(partly("UA-14")).contains(code, DAY) is UNKNOWN


def test_what_is_within_a_place_partly_in_is_maybe_in_too() -> None:
    assert territory(partly("GB-ENG")).contains("GB-LND", DAY) is UNKNOWN


def test_a_place_partly_in_by_one_line_and_wholly_by_another_is_in() -> None:
    assert territory(partly("UA-43"), whole("UA-43")).contains("UA-43", DAY) is TRUE


@pytest.mark.parametrize(("offset", "truth"), [(-2, FALSE), (-1, TRUE), (0, TRUE), (1, TRUE), (2, FALSE)])
def test_a_member_belongs_from_its_first_to_its_last_day(offset: int, truth: Truth) -> None:
    one = timedelta(days=1)
    dated = territory(whole("UA-43", Period(DAY - one, DAY + one)))
    assert dated.contains("UA-43", DAY + offset * one) is truth


@settings(max_examples=100)
@given(st.lists(MEMBERS, max_size=4), NEAR, st.sampled_from(FAMILY))
def test_a_territory_contains_what_its_members_of_the_day_say(members: list[Member], day: date, code: str) -> None:
    held = territory(*members)
    today = [member for member in members if day in member.period]
    assert list(held.members_on(day)) == today
    certain = any(member.code in lineage(code) for member in today if member.extent is Extent.WHOLE)
    touched = any(member.code in lineage(code) or code in lineage(member.code) for member in today)
    assert held.contains(code, day) is (TRUE if certain else UNKNOWN if touched else FALSE)


@settings(max_examples=100)
@given(st.lists(MEMBERS, max_size=4), NEAR, st.sampled_from(FAMILY))
def test_naming_a_place_more_coarsely_never_settles_it_differently(members: list[Member], day: date, code: str) -> None:
    held = territory(*members)
    fine = held.contains(code, day)
    for coarser in lineage(code)[1:]:
        assert held.contains(coarser, day) in {fine, UNKNOWN}


# -- where a reader may be --------------------------------------------------------------------------


def test_a_reader_is_always_somewhere() -> None:
    with pytest.raises(ValueError, match="always somewhere"):
        LocationSet()
    with pytest.raises(ValueError, match="always somewhere"):
        LocationSet.of([])


def test_a_set_holds_nothing_but_codes_whether_it_may_be_anywhere_and_how_we_know() -> None:
    assert [field.name for field in fields(LocationSet)] == ["places", "anywhere", "basis"]


@pytest.mark.parametrize("text", ["203.0.113.7", "2001:db8::7", "Simferopol", "44.95,34.11", "uk"])
def test_an_address_a_city_and_coordinates_are_refused_and_not_repeated(text: str) -> None:
    """The message of an exception is printed and logged, so it may not hold a reader's address."""
    with pytest.raises(ValueError, match="not in the table of places") as refusal:
        LocationSet.of(["UA", text])
    assert text not in str(refusal.value)


@settings(max_examples=100)
@given(LOCATIONS, LOCATIONS)
def test_a_union_never_loses_a_place_nor_that_it_may_be_anywhere(one: LocationSet, other: LocationSet) -> None:
    either = one | other
    assert either.places == one.places | other.places
    assert either.anywhere == (one.anywhere or other.anywhere)
    assert set(either.basis) == {*one.basis, *other.basis}
    assert len(either.basis) == len(set(either.basis))
    assert (either.places, either.anywhere) == ((other | one).places, (other | one).anywhere)
    assert one | one == one


def test_an_unknown_place_is_anywhere_and_remembers_what_sources_named() -> None:
    nowhere = LocationSet.unknown()
    assert (nowhere.places, nowhere.anywhere) == (frozenset(), True)
    named = LocationSet.unknown("databases differ", named=["RU"])
    assert (named.places, named.anywhere, named.basis) == (frozenset({"RU"}), True, ("databases differ",))


# -- pieces of codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "truth"),
    [
        ("UA-14", UNKNOWN),
        ("UA-14/+t", TRUE),
        ("UA-14/-t", FALSE),
        ("UA-14/+other", UNKNOWN),
        ("UA/-t", FALSE),
        ("UA/+t", UNKNOWN),  # in it, if in that part at all
        ("UA-30/+t", FALSE),
    ],
)
def test_a_mark_settles_a_membership(where: str, truth: Truth) -> None:
    assert territory(partly("UA-14")).contains(where, DAY) is truth


@pytest.mark.parametrize(
    ("where", "truth"),
    [("UA-14/+drawn", TRUE), ("UA-14/-drawn/+t", FALSE), ("UA-14/+t", TRUE), ("UA-14/+redrawn", UNKNOWN)],
)
def test_a_drawn_area_speaks_before_the_territory(where: str, truth: Truth) -> None:
    drawn = Member("UA-14", Extent.PARTLY, ALWAYS, "drawn")
    assert territory(drawn).contains(where, DAY) is truth


def test_a_piece_lies_in_the_codes_that_its_code_lies_in() -> None:
    assert lineage("GB-LND/-t") == ("GB-LND/-t", "GB-LND", "GB-ENG", "GB")
    assert within("GB-LND/-t", "GB-ENG") is TRUE
    assert within("GB-ENG/-t", "GB-LND") is UNKNOWN
    assert within("GB-ENG/-t", "UA") is FALSE


def test_a_piece_has_one_spelling_and_what_contradicts_itself_is_not_known() -> None:
    assert piece("UA-14", ["b", "a"], ["c"]) == "UA-14/+a/+b/-c"
    assert piece("UA-14", ["a"], ["a"]) == "UA-14"
    assert marks_of("UA-14/+a/-c") == {"a": True, "c": False}
    assert handed_down("UA-14", "UA/-c") == "UA-14/-c"


@pytest.mark.parametrize("where", ["UA-14/", "UA-14/a", "UA-99/+a", "/+a", "203.0.113.7", "UA-14/+a b"])
def test_what_is_no_piece_is_no_place(where: str) -> None:
    with pytest.raises(ValueError, match="not in the table") as error:
        LocationSet.of([where])
    assert where not in str(error.value)


def test_the_codes_of_a_location_do_not_tell_its_pieces() -> None:
    assert LocationSet.of(["UA-14/+t", "RU"]).codes == {"UA-14", "RU"}
