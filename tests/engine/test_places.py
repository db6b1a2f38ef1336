"""What rules see of places: key by key what the worlds say, however many territories there are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest

from compliance.engine.changes import earliest, may_ever_hold, territory_changes
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.places import Places
from compliance.engine.reading import Atom, Reading
from compliance.engine.views import View, zone_of
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Line
from compliance.model.ruleset import Ruleset
from compliance.model.territory import PLACES, Extent, LocationSet, Member, Territory
from compliance.model.truth import FALSE, TRUE, UNKNOWN
from tests.engine.asking import agree
from tests.engine.building import at, block, line, notice, one, rule, rules_of
from tests.engine.days import DAY, DAYS, LATER, MOSCOW, ONE, OVER, SOON, TOKYO
from tests.engine.words import KIND, PAID, PLACE, PUBLISHER, Facts

WHOLE, PARTLY = Extent.WHOLE, Extent.PARTLY
BRIEF = Period(DAY - ONE, DAY)  # over in Tokyo already

MEMBERS = {
    "whole": (Member("UA", WHOLE, ALWAYS), Member("GB-ENG", WHOLE, SOON), Member("BY", WHOLE, BRIEF)),
    "partly": (Member("UA-14", PARTLY, ALWAYS), Member("GB", PARTLY, LATER), Member("RU", PARTLY, BRIEF, "drawn")),
    "both": (Member("RU", PARTLY, SOON), Member("RU-MOW", WHOLE, OVER), Member("UA-14", WHOLE, LATER)),
    "twice": (Member("GB-LND", WHOLE, OVER), Member("GB-LND", PARTLY, LATER), Member("UA-43", WHOLE, SOON)),
}
CODES = ("UA", "UA-43", "UA-14", "GB", "GB-ENG", "GB-LND", "RU", "RU-MOW", "BY", "FR")
PIECES = (
    *("UA-14/+partly", "UA-14/-both/-partly", "UA/-partly/-whole", "GB/+partly", "GB/-drawn"),
    *("RU/+both/-partly", "RU/+drawn/-partly", "GB-LND/-twice"),
)  # fmt: skip
NAMED = ("UA", "UA-43", "GB-LND", "BY")


def territories(own: str | None) -> Ruleset:
    return Ruleset(territories={name: Territory(name, "", each, own) for name, each in MEMBERS.items()})


def keys(own: str | None) -> frozenset[str]:
    """What rules of two zones ask for."""
    dated = MEMBERS if own else [f"{name}@{zone}" for name in MEMBERS for zone in (MOSCOW, TOKYO)]
    return frozenset({*dated, *NAMED})


WHERE = [frozenset(each) for number in (1, 2) for each in combinations((*CODES, *PIECES), number)]


@pytest.mark.parametrize("own", [None, TOKYO])
def test_a_view_says_of_each_key_what_the_worlds_say(own: str | None) -> None:
    ruleset, asked = territories(own), keys(own)
    places = Places(ruleset, DAYS, asked)
    for where in map(LocationSet.of, WHERE):
        view, reading = places.view(where), Reading(ruleset, {PLACE: where}, DAYS)
        for key in asked:
            name, zone = zone_of(key)
            truth = reading.truth(Atom(PLACE, frozenset({name}), None, zone))
            assert (TRUE if key in view.sure else UNKNOWN if key in view.maybe else FALSE) is truth, (where, key)


@pytest.mark.parametrize("own", [None, TOKYO])
def test_a_view_has_the_keys_of_every_day_and_the_days_on_which_they_turn(own: str | None) -> None:
    ruleset, asked = territories(own), keys(own)
    places = Places(ruleset, DAYS, asked)
    for where in map(LocationSet.of, WHERE):
        view, reading = places.view(where), Reading(ruleset, {PLACE: where}, DAYS)
        for key in asked:
            name, zone = zone_of(key)
            is_ever = may_ever_hold(Line(PLACE, frozenset({name})), zone, reading)
            assert (key in view.sure | view.maybe | view.ever) is is_ever, (where, key)
            found = ruleset.territories.get(name)
            turns = territory_changes(found, found.zone or zone, where, DAYS) if found else ()
            assert view.changes.get(key, ()) == earliest(turns), (where, key)


def test_who_may_be_anywhere_waits_for_every_turn_of_every_territory() -> None:
    ruleset, asked = territories(None), keys(None)
    view = Places(ruleset, DAYS, asked).view(LocationSet.unknown(named=["FR"]))
    assert view.rest
    for name, found in ruleset.territories.items():
        for zone in (MOSCOW, TOKYO):
            turns = earliest(territory_changes(found, zone, LocationSet.unknown(), DAYS))
            assert view.changes[f"{name}@{zone}"] == turns


def test_what_holds_today_is_not_counted_among_what_holds_on_another_day() -> None:
    view = Places(territories(TOKYO), DAYS, keys(TOKYO)).view(at("UA-14"))
    assert [sorted(each & MEMBERS.keys()) for each in (view.sure, view.maybe, view.ever)] == [
        ["whole"],
        ["partly"],
        ["both"],
    ]


def test_places_that_lie_in_the_same_keys_are_one_place_to_the_rules() -> None:
    """What is found by its keys is found for all of them at once, as long as nothing is in doubt."""
    places = Places(Ruleset(), DAYS, frozenset({"RU", "UA-43"}))
    assert places.view(at("RU-MOW")).mark == places.view(at("RU-SPE")).mark == places.view(at("RU")).mark
    assert places.view(at("FR")).mark == places.view(at("UA-30")).mark == View().mark
    assert places.view(at("UA")).mark is None


# -- decisions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [None, TOKYO])
def test_rules_of_two_zones_see_each_the_territory_of_their_own_day(own: str | None) -> None:
    asked = [
        rule(f"{name}-{zone[0]}", line(PLACE, name, "BY"), says=notice(f"{name}-{zone[0]}"), zone=zone)
        for name in MEMBERS
        for zone in (MOSCOW, TOKYO)
    ]
    ruleset = replace(rules_of(*asked), territories=territories(own).territories)
    for start in range(0, len(CODES), 3):
        agree(ruleset, *({PLACE: at(code)} for code in CODES[start : start + 3]), {PLACE: at("GB-LND", "RU-MOW")})


def test_two_readers_who_may_be_in_one_of_two_places_are_told_apart_by_an_exception() -> None:
    unless = (block(line(PLACE, "both"), line(KIND, "article")),)
    asked = rule("r", line(KIND, "video", "article"), unless=unless)
    ruleset = replace(rules_of(asked), territories=territories(None).territories)
    known: Facts = {KIND: one("article")}
    agree(ruleset, *({**known, PLACE: at(*codes)} for codes in (("RU-MOW", "FR"), ("RU", "BY"), ("UA", "FR"), ("FR",))))


def test_places_that_lay_in_other_territories_before_are_told_apart_where_other_facts_find_the_rules() -> None:
    """Each rule announces its own end to whoever was in its territory, and to nobody else; kinds tell more."""
    members = {
        "t": (Member("FR", WHOLE, OVER), Member("DE", WHOLE, OVER)),
        "u": (Member("BY", WHOLE, OVER), Member("DE", WHOLE, ALWAYS)),
    }
    asked = (
        rule(
            name,
            line(KIND, "video"),
            line(PUBLISHER, "radio"),
            line(PLACE, name),
            says=notice(name),
            unless=(block(line(PAID, "no")),),
            effective=Period(None, DAY + days * ONE),
        )
        for name, days in (("t", 5), ("u", 7))
    )
    others = (rule(kind, line(KIND, kind), line(PUBLISHER, kind), line(PLACE, *members)) for kind in ("audio", "page"))
    ruleset = replace(
        rules_of(*asked, *others),
        territories={name: Territory(name, "", each, MOSCOW) for name, each in members.items()},
    )
    known: Facts = {KIND: one("video"), PUBLISHER: one("radio")}
    agree(ruleset, *({**known, PLACE: at(code)} for code in ("FR", "JP", "BY", "DE")))
    turns = [Index(ruleset).decide({**known, PLACE: at(code)}, DAYS).changes for code in ("FR", "BY", "JP")]
    assert turns == [((MOSCOW, DAY + 6 * ONE),), ((MOSCOW, DAY + 8 * ONE),), ()]


# -- many large territories -------------------------------------------------------------------------


@cache
def large() -> Ruleset:
    """A hundred territories of a hundred members, and a rule for each."""
    codes, every = sorted(PLACES), [(WHOLE, ALWAYS), (PARTLY, ALWAYS), (WHOLE, SOON), (PARTLY, LATER)]
    found = {}
    for number in range(100):
        extent, period = every[number // 25]
        members = tuple(Member(code, extent, period) for code in codes[number % 50 :: 50][:100])
        found[f"t{number}"] = Territory(f"t{number}", "", members, (MOSCOW, TOKYO, None)[number % 3])
    asked = (rule(f"r-{name}", line(PLACE, name), says=notice(f"n-{name}")) for name in found)
    return replace(rules_of(*asked), territories=found)


@cache
def index_of_large() -> Index:
    return Index(large())


def test_every_place_is_in_one_zone_of_many_large_territories() -> None:
    assert {len(each.members) for each in large().territories.values()} == {100}
    zones = index_of_large().segment(DAYS).zones
    assert sorted(place for each in zones.places for place in each) == sorted(PLACES)


def test_the_zones_of_many_large_territories_decide_as_their_places_do() -> None:
    index = index_of_large()
    shared = [each for each in index.segment(DAYS).zones.places if len(each) > 1]
    for places in shared[:: len(shared) // 3]:
        wanted = decide(large(), {PLACE: at(places[-1])}, DAYS)
        assert wanted == decide(large(), {PLACE: at(places[0])}, DAYS), places
        assert wanted == index.decide({PLACE: at(places[0])}, DAYS) == index.decide({PLACE: at(places[-1])}, DAYS)


def test_countries_full_of_members_of_many_large_territories_are_decided_as_the_worlds_do() -> None:
    known = {PLACE: at("RU", "US-NY")}
    assert index_of_large().decide(known, DAYS) == decide(large(), known, DAYS)
