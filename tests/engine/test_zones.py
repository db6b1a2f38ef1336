"""Zones of places, on rules small enough to see why two places are apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace

import pytest

from compliance.engine import partial
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.partial import tabulate
from compliance.engine.places import Places
from compliance.engine.table import NotTabulatedError
from compliance.engine.zones import Zones
from compliance.model.facts import unknown
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import PLACES, Extent, LocationSet, Member, Territory, lineage
from tests.engine.building import at, block, line, notice, one, rule, rules_of
from tests.engine.days import DAY, DAYS, LATER, ONE, OVER, SOON, TOKYO
from tests.engine.words import KIND, PLACE, PUBLISHER, Facts

PARTS = ["UA-43", "UA-14", "UA-30", "RU-MOW", "GB-ENG", "GB-LND", "GB-SCT", "US-NY", "FR-75C", "DE-BE"]
CODES = sorted({code for part in PARTS for code in lineage(part)} & PLACES | {"BY", "MQ", "JP", "NZ"})


def whole(code: str, period: Period = ALWAYS) -> Member:
    return Member(code, Extent.WHOLE, period)


def partly_in(code: str, period: Period = ALWAYS) -> Member:
    return Member(code, Extent.PARTLY, period)


def asking(*names: str) -> tuple[Rule, ...]:
    return tuple(rule(name, line(PLACE, name), says=notice(name)) for name in names)


def territory(name: str, *members: Member, zone: str | None = None) -> Territory:
    return Territory(name, "", members, zone)


def ruleset(*rules: Rule, **territories: tuple[Member, ...]) -> Ruleset:
    return replace(
        rules_of(*rules), territories={name: territory(name, *members) for name, members in territories.items()}
    )


CASES = {
    "codes": ruleset(*asking("UA", "UA-43", "GB-LND", "GB-ENG", "MQ")),
    "whole members": ruleset(*asking("t"), t=(whole("UA-43"), whole("RU"), whole("GB-LND"))),
    "partly members": ruleset(
        *asking("t", "UA"), t=(partly_in("UA-14"), partly_in("RU"), whole("RU-MOW"), whole("UA-43"))
    ),
    "two territories": ruleset(
        *asking("t", "u"), t=(partly_in("UA-14"), whole("RU")), u=(partly_in("UA-14"), partly_in("RU"))
    ),
    "one in two rules": ruleset(
        *asking("t"), rule("other", line(PLACE, "t"), says=notice("other"), zone=TOKYO), t=(partly_in("UA-14", SOON),)
    ),
    "members that come and go": ruleset(
        *asking("t", "u"),
        t=(whole("UA-43", SOON), whole("RU", LATER), whole("GB", OVER), partly_in("US", SOON)),
        u=(whole("UA-43", LATER), whole("BY", SOON), whole("DE", OVER)),
    ),
    "a rule that ends": ruleset(
        rule("r", line(PLACE, "t"), effective=SOON), t=(whole("RU", OVER), whole("UA-43", OVER), whole("BY"))
    ),
    "the end of another day": ruleset(
        *asking("t"), t=(whole("RU", SOON), whole("BY", Period(None, DAY + 9 * ONE)), whole("FR"), whole("GB", SOON))
    ),
    "one of two memberships ends": ruleset(
        *asking("t"),
        rule("over", line(PLACE, "u"), says=notice("over"), effective=OVER),
        t=(whole("RU", SOON), whole("BY")),
        u=(whole("RU"), whole("BY", SOON)),
    ),
    "an exception": ruleset(
        rule("r", line(PLACE, "GB", "UA"), unless=(block(line(PLACE, "t")),)), t=(whole("GB-ENG"), partly_in("UA-14"))
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_table_says_of_each_place_what_the_plain_evaluator_says(case: Ruleset) -> None:
    table = tabulate(Index(case).segment(DAYS), {})
    for code in CODES:
        assert table.find({PLACE: at(code)}) == decide(case, {PLACE: at(code)}, DAYS), code
    assert table.find({}) == decide(case, {}, DAYS)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_table_of_two_facts_says_what_the_plain_evaluator_says(case: Ruleset) -> None:
    table = tabulate(Index(case).segment(DAYS), {}, [KIND, PLACE])
    for code in CODES[::3]:
        assert table.find({PLACE: at(code)}) == decide(case, {PLACE: at(code)}, DAYS), code


def zones(case: Ruleset) -> Zones:
    return Index(case).segment(DAYS).zones


def test_places_that_no_rule_tells_apart_are_one_zone() -> None:
    found = zones(CASES["codes"])
    together = [{"FR", "FR-75C", "JP", "GB-SCT"}, {"UA-14", "UA-30"}, {"GB-ENG"}, {"GB"}, {"UA"}, {"MQ"}, {"GB-LND"}]
    numbers = [{found.of_place[code] for code in codes} for codes in together]
    assert [len(each) for each in numbers] == [1] * len(together)
    assert len(set.union(*numbers)) == len(together)


def by_itself(places: Places) -> tuple[tuple[str, ...], ...]:
    """The zones of every place, each looked at alone."""
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for place in sorted(PLACES):
        groups[places.signature(place)].append(place)
    return tuple(tuple(each) for each in groups.values())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_places_with_the_same_named_codes_around_them_are_each_in_the_zone_that_they_are_in_by_themselves(
    case: Ruleset,
) -> None:
    segment = Index(case).segment(DAYS)
    assert segment.zones.places == by_itself(segment._sight.places)


def test_zones_are_numbered_by_their_first_places_which_stand_for_all() -> None:
    found = zones(CASES["whole members"])
    assert [each[0] for each in found.places] == sorted(each[0] for each in found.places)
    assert all(found.of_place[place] == number for number, each in enumerate(found.places) for place in each)
    assert {place for each in found.places for place in each} == PLACES


def test_without_a_rule_on_places_the_world_is_one_zone() -> None:
    assert len(zones(ruleset(rule("r", line(KIND, "video")))).places) == 1


def test_members_that_nobody_asks_for_tell_nothing_apart() -> None:
    asked = ruleset(*asking("t"), t=(whole("RU"),), unasked=(whole("FR"), partly_in("UA-14")))
    assert len(zones(asked).places) == 2


def test_a_part_that_is_in_anyhow_is_not_told_apart_for_being_partly_in_too() -> None:
    assert len(zones(ruleset(*asking("t"), t=(whole("RU"), partly_in("RU-MOW")))).places) == 2


def test_parts_are_not_told_apart_by_a_doubt_of_a_day_on_which_they_are_in_anyhow() -> None:
    """Today all of Russia is in for the rule of Moscow, tomorrow both cities are in doubt; in Tokyo it is tomorrow."""
    russia, moscow = whole("RU", Period(None, DAY)), partly_in("RU-MOW")
    petersburg = partly_in("RU-SPE", Period(DAY + ONE, None))
    other = rule("other", line(PLACE, "t"), says=notice("other"), zone=TOKYO)
    found = zones(ruleset(*asking("t"), other, t=(russia, moscow, petersburg)))
    assert found.of_place["RU-MOW"] == found.of_place["RU-SPE"] != found.of_place["RU"]


@pytest.mark.parametrize("fact", [KIND, PUBLISHER, PLACE])
def test_a_fact_that_is_said_to_be_unknown_has_the_row_of_one_that_was_left_out(fact: str) -> None:
    rules = rules_of(rule("r", line(KIND, "video"), line(PUBLISHER, "radio"), line(PLACE, "RU")))
    table = tabulate(Index(rules).segment(DAYS), {}, [fact])
    assert table.find({fact: unknown(fact)}) == table.find({}) == decide(rules, {}, DAYS)


def test_a_table_has_a_row_for_each_word_and_one_for_all_others() -> None:
    rules = rules_of(rule("r", line(PUBLISHER, "elsewhere"), line(PLACE, "RU")))
    table = tabulate(Index(rules).segment(DAYS), {PLACE: at("RU"), PUBLISHER: one("elsewhere")}, [PUBLISHER])
    for name in ("elsewhere", "radio", "other", "stranger"):
        known: Facts = {PLACE: at("RU"), PUBLISHER: one(name)}
        assert table.find(known) == decide(rules, known, DAYS), name
    assert {name for (name,) in table.rows} == {
        "unknown", "other", "value elsewhere", "value radio", "value desk", "value daily",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["other", "unknown"])
def test_a_word_that_is_named_like_a_class_has_a_row_of_its_own(name: str) -> None:
    rules = rules_of(rule("r", line(PUBLISHER, name), line(PLACE, "RU")))
    table = tabulate(Index(rules).segment(DAYS), {PLACE: at("RU")}, [PUBLISHER])
    for publisher in (one(name), one("stranger"), unknown(PUBLISHER)):
        known: Facts = {PLACE: at("RU"), PUBLISHER: publisher}
        assert table.find(known) == decide(rules, known, DAYS)


def test_values_that_may_be_one_of_several_or_any_other_have_no_row() -> None:
    rules = rules_of(rule("r", line(PUBLISHER, "radio"), line(PLACE, "RU")))
    table = tabulate(Index(rules).segment(DAYS), {}, [PUBLISHER])
    for publisher in (one("radio", other=True), one("radio", "daily")):
        with pytest.raises(NotTabulatedError, match=f"`{PUBLISHER}` has one of several values"):
            table.find({PUBLISHER: publisher})


def test_a_place_that_was_only_named_has_the_row_of_any_place() -> None:
    table = tabulate(Index(CASES["codes"]).segment(DAYS), {})
    for named in (["UA"], ["UA", "MQ"]):
        assert table.find({PLACE: LocationSet.unknown(named=named)}) == table.find({})


def test_a_fact_that_no_rule_asks_for_has_rows_for_what_is_declared_only() -> None:
    table = tabulate(Index(CASES["codes"]).segment(DAYS), {}, [PUBLISHER])
    assert {name for (name,) in table.rows} == {"unknown", "other", "value radio", "value desk", "value daily"}


def test_a_table_may_have_exactly_the_most_rows_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    segment = Index(CASES["codes"]).segment(DAYS)
    rows = len(tabulate(segment, {}, [PUBLISHER]).rows)
    monkeypatch.setattr(partial, "MOST_ROWS", rows)
    assert len(tabulate(segment, {}, [PUBLISHER]).rows) == rows
    monkeypatch.setattr(partial, "MOST_ROWS", rows - 1)
    with pytest.raises(NotTabulatedError, match=f"more than {rows - 1} rows"):
        tabulate(segment, {}, [PUBLISHER])


@pytest.mark.parametrize("named", [("other",), ("other", "other-than-any")])
def test_those_that_no_rule_names_are_never_taken_for_one_that_is_named(named: tuple[str, ...]) -> None:
    rules = rules_of(rule("r", line(PUBLISHER, *named), line(PLACE, "RU")))
    table = tabulate(Index(rules).segment(DAYS), {PLACE: at("RU")}, [PUBLISHER])
    assert table.find({PUBLISHER: one("stranger")}).instances == ()


@pytest.mark.parametrize("name", CASES)
def test_from_the_borders_alone_the_zone_of_every_place_is_found(name: str) -> None:
    zones = Index(CASES[name]).segment(DAYS).zones
    named = {place: zone for place, zone, _ in zones.borders}
    assert {place: next(named[each] for each in lineage(place) if each in named) for place in PLACES} == zones.of_place
    for place, zone, above in zones.borders:
        around = lineage(place)[1:]
        assert above == (zones.of_place[around[0]] if around else None) != zone
