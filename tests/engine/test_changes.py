"""When an answer may next differ: never too late, and not at all where nothing can move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.engine.decide import decide
from compliance.model.decision import Decision
from compliance.model.facts import FactValue
from compliance.model.period import Period
from compliance.model.rule import Line, Reach, Rule, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, Member, Territory
from tests.engine.asking import alone
from tests.engine.building import EACH_LISTED, at, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, ONE, TOKYO
from tests.engine.strategies import DAYS as RANDOM_DAYS
from tests.engine.strategies import facts, rulesets
from tests.engine.words import ANSWERS, LISTED, MENTIONS, PLACE, PUBLISHER, Facts

Changes = tuple[tuple[str, date], ...]
HERE: Facts = {PLACE: at("UA-43")}
LAST_FRESH = date(2024, 6, 24)
"""Of a copy of 25 May that is fresh for 30 days."""


def after(days: int, zone: str = MOSCOW) -> Changes:
    """One change, that many days after the law day of the zone."""
    return ((zone, DAYS[zone] + days * ONE),)


def in_effect(first: int | None, last: int | None, zone: str = MOSCOW, status: Status = Status.ACTIVE) -> Rule:
    """A rule whose period is counted from the law day of its zone."""
    ends = [None if offset is None else DAYS[zone] + offset * ONE for offset in (first, last)]
    return rule("r", line(PLACE, "UA"), effective=Period(ends[0], ends[1]), zone=zone, status=status)


def changes(rules: Ruleset | Rule, known: Facts = HERE, days: Mapping[str, date] = DAYS) -> Changes:
    return decide(alone(rules), known, days).changes


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (in_effect(None, None), ()),
        (in_effect(-5, None), ()),
        (in_effect(0, None), ()),
        (in_effect(1, None), after(1)),
        (in_effect(5, 9), after(5)),
        (in_effect(None, 0), after(1)),
        (in_effect(-5, 3), after(4)),
        (in_effect(-5, -1), ()),
        (in_effect(1, None, TOKYO), after(1, TOKYO)),
        (in_effect(None, 0, TOKYO), after(1, TOKYO)),
        (in_effect(1, None, status=Status.DRAFT), ()),
    ],
)
def test_a_rule_changes_an_answer_on_its_first_day_and_on_the_day_after_its_last(
    asked: Rule, expected: Changes
) -> None:
    assert changes(asked) == expected


def test_for_each_zone_the_first_change_is_named_and_zones_are_sorted() -> None:
    rules = {"a": in_effect(5, None), "b": in_effect(3, None), "c": in_effect(None, 1, TOKYO)}
    assert changes(rules_of(*(replace(each, id=id_) for id_, each in rules.items()))) == after(2, TOKYO) + after(3)


def dated(code: str, first: int | None, last: int | None, zone: str | None = None) -> Ruleset:
    """A rule on a territory of one member, whose period is counted from the day in Moscow."""
    ends = [None if offset is None else DAY + offset * ONE for offset in (first, last)]
    territory = Territory("t", "", (Member(code, Extent.WHOLE, Period(ends[0], ends[1])),), zone)
    return replace(rules_of(rule("r", line(PLACE, "t"))), territories={"t": territory})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (dated("UA-43", None, None), ()),
        (dated("UA-43", 2, None), after(2)),
        (dated("UA-43", None, 2), after(3)),
        (dated("UA-43", 3, None, TOKYO), after(2, TOKYO)),
        (dated("UA-14", 2, None), ()),
    ],
)
def test_a_territory_changes_an_answer_when_a_member_in_which_the_reader_may_be_comes_or_goes(
    rules: Ruleset, expected: Changes
) -> None:
    assert changes(rules) == expected


@pytest.mark.parametrize("place", ["UA", "UA-14"])
def test_a_reader_who_may_be_in_a_member_waits_for_its_day(place: str) -> None:
    assert changes(dated("UA-14", 2, None), {PLACE: at(place)}) == after(2)


def listing(first: int, last: int | None, *, complete: bool = True, zone: str | None = None) -> Ruleset:
    """A rule on a register that lists the radio, on days counted from the day in Moscow."""
    listed = entry("radio", None if last is None else DAY + last * ONE, first=DAY + first * ONE)
    copy = register("ru/listed", listed, complete=complete, zone=zone)
    return replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": copy})


OLD = ((MOSCOW, LAST_FRESH + ONE),)


@pytest.mark.parametrize(
    ("rules", "publisher", "expected"),
    [
        (listing(3, None), "radio", after(3)),
        (listing(3, None), "desk", after(3)),
        (listing(3, None), "daily", OLD),
        (listing(-3, 5), "radio", after(6)),
        (listing(3, None, zone=TOKYO), "radio", after(2, TOKYO)),
        (listing(3, None, complete=False), "daily", ()),
        (listing(3, None), "stranger", ()),
    ],
)
def test_a_register_changes_an_answer_when_an_entry_comes_or_goes_and_when_absence_stops_to_count(
    rules: Ruleset, publisher: str, expected: Changes
) -> None:
    assert changes(rules, {PUBLISHER: one(publisher)}) == expected


def test_a_register_changes_an_answer_for_whoever_is_mentioned() -> None:
    rules = replace(listing(3, None), rules={"r": EACH_LISTED})
    assert changes(rules, {MENTIONS: some("daily", perhaps=("desk",))}) == after(3)
    assert changes(rules, {MENTIONS: some()}) == ()


def test_a_register_that_the_caller_speaks_for_changes_nothing() -> None:
    assert changes(listing(3, None), {PUBLISHER: one("radio"), LISTED: some()}) == ()
    for given_ in (some("ru/listed"), some(perhaps=("ru/listed",))):
        assert changes(listing(-3, 5), {PUBLISHER: one("radio"), LISTED: given_}) == ()


def test_nothing_of_a_rule_matters_before_its_first_day_and_after_its_last() -> None:
    rules = dated("UA-43", 2, None)
    later = replace(rules.rules["r"], effective=Period(DAY + 9 * ONE, None))
    over = replace(rules.rules["r"], effective=Period(None, DAY - ONE))
    assert changes(replace(rules, rules={"r": later})) == after(9)
    assert changes(replace(rules, rules={"r": over})) == ()


@pytest.mark.parametrize(("reach", "expected"), [(Reach.WHERE_POSSIBLE, ()), (Reach.EVERYWHERE, after(1))])
def test_a_rule_that_cannot_concern_the_reader_changes_nothing_unless_its_notice_goes_to_everybody(
    reach: Reach, expected: Changes
) -> None:
    asked = replace(in_effect(1, None), notice=notice(reach=reach))
    assert changes(asked, {PLACE: at("FR")}) == expected


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        (line(ANSWERS, "RU"), {PUBLISHER: one("daily")}, ()),
        (line(ANSWERS, "RU"), {PUBLISHER: one("radio")}, after(5)),
        (line(ANSWERS, "RU"), {PUBLISHER: one("stranger")}, after(5)),
        (line(LISTED, "ru/listed"), {LISTED: some()}, ()),
        (line(LISTED, "ru/listed"), {LISTED: some(perhaps=("ru/listed",))}, after(5)),
        (line(LISTED, "ru/listed"), {PUBLISHER: one("daily")}, after(5)),
    ],
)
def test_a_rule_that_is_to_come_waits_for_those_only_whom_it_may_concern_some_day(
    asked: Line, known: Facts, expected: Changes
) -> None:
    assert changes(rule("r", asked, effective=Period(DAY + 5 * ONE, None)), known) == expected


def test_a_change_that_is_announced_is_one() -> None:
    rules = rules_of(in_effect(2, None))
    days = {**DAYS, MOSCOW: DAY + 2 * ONE}
    assert decide(rules, HERE, DAYS).instances == ()
    assert decide(rules, HERE, {**DAYS, MOSCOW: DAY + ONE}).instances == ()
    assert len(decide(rules, HERE, days).instances) == 1
    assert decide(rules, HERE, days).changes == ()


HORIZON = 12
"""Days after which nothing of what is drawn moves any more, so that years later nothing does either."""
MUCH_LATER = (400, 4000)


def said(decision: Decision) -> Decision:
    """Everything but the announcement itself."""
    return replace(decision, changes=())


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(rulesets(), facts(), st.data())
def test_no_day_before_the_announced_change_decides_anything_else(
    rules: Ruleset, known: Mapping[str, FactValue], data: st.DataObject
) -> None:
    """Each zone is moved alone, then both at once."""
    today = decide(rules, known, RANDOM_DAYS)
    announced = dict(today.changes)
    waits: dict[str, list[int]] = {}
    for zone, day in RANDOM_DAYS.items():
        assert zone not in announced or announced[zone] > day
        later = [*range(HORIZON), *MUCH_LATER]
        waits[zone] = [n for n in later if zone not in announced or day + n * ONE < announced[zone]]
    moved = [{**RANDOM_DAYS, zone: RANDOM_DAYS[zone] + n * ONE} for zone, steps in waits.items() for n in steps[1:]]
    both = st.fixed_dictionaries({zone: st.sampled_from(steps) for zone, steps in waits.items()})
    moved += [
        {zone: RANDOM_DAYS[zone] + n * ONE for zone, n in steps.items()}
        for steps in data.draw(st.lists(both, min_size=4, max_size=4))
    ]
    for days in moved:
        assert said(decide(rules, known, days)) == said(today)
