"""In which ways a fact may turn out: doubts that lines share, that they do not, and that are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.engine.reasons import reasons
from compliance.model.facts import FactValue
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Line
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, Member, Territory
from tests.engine.asking import due, said, whole_page
from tests.engine.building import EACH, at, block, line, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, ONE, TOKYO
from tests.engine.words import KIND, LISTED, MENTIONS, PLACE, PROMOTES, PUBLISHED, PUBLISHER, Facts


def territories(**members: tuple[Member, ...]) -> dict[str, Territory]:
    return {name: Territory(name, "", each, MOSCOW) for name, each in members.items()}


def test_a_certain_member_settles_a_line_whatever_the_others_are() -> None:
    rules = rules_of(
        rule("a", line(PROMOTES, "gambling", "alcohol")),
        rule("b", line(PROMOTES, "medicine")),
    )
    assert said(rules, {PROMOTES: some("gambling", other=True)}) == due("required")


@pytest.mark.parametrize(("known", "status"), [(at("UA", "FR"), "possible"), (at("UA-43", "FR"), "possible")])
def test_a_part_of_one_possible_place_is_possible(known: FactValue, status: str) -> None:
    assert said(rule("r", line(PLACE, "UA-43")), {PLACE: known}) == due(status)


@pytest.mark.parametrize(("number", "is_rough"), [(12, False), (13, True)])
def test_of_a_set_that_nobody_knows_twelve_words_are_told_apart_and_no_more(number: int, is_rough: bool) -> None:
    """No two words stand in the same of four lines, so that many sets come of them, and few ways to meet the lines."""
    lines = [line(PROMOTES, *(f"w{n}" for n in range(1, number + 1) if n >> bit & 1)) for bit in range(4)]
    (found,) = decide(rules_of(rule("r", *lines)), {}, DAYS).instances
    assert found.approximated == is_rough


@pytest.mark.parametrize("extents", [(Extent.WHOLE, Extent.PARTLY), (Extent.PARTLY, Extent.WHOLE)])
def test_a_code_that_is_listed_wholly_and_partly_is_wholly_in(extents: tuple[Extent, ...]) -> None:
    members = tuple(Member("UA-14", extent, ALWAYS) for extent in extents)
    rules = replace(rules_of(rule("r", line(PLACE, "t"))), territories=territories(t=members))
    assert said(rules, {PLACE: at("UA-14")}) == due("required")


def test_many_territories_that_hold_a_place_wholly_leave_few_worlds() -> None:
    russia, crimea = Member("RU", Extent.WHOLE, ALWAYS), Member("UA-43", Extent.WHOLE, ALWAYS)
    many = {f"t{n}": (russia, crimea) if n % 2 else (russia,) for n in range(20)}
    overlapping = {f"t{n}": (russia, Member(f"UA-{n:02}", Extent.WHOLE, ALWAYS)) for n in (5, 7, 9, 12, 14, 18)}
    rules = rules_of(*(rule(f"r{name}", line(PLACE, name)) for name in {**many, **overlapping}))
    (found,) = decide(
        replace(rules, territories=territories(**{**many, **overlapping})), {PLACE: at("RU", "FR")}, DAYS
    ).instances
    assert (found.status.value, found.approximated) == ("possible", False)


@pytest.mark.parametrize(
    ("period", "status"),
    [
        (Period(None, DAY), "possible"),
        (Period(DAY, None), "possible"),
        (Period(DAY, DAY), "possible"),
        (Period(DAY - ONE, DAY), "possible"),
        (Period(date.max, date.max), "possible"),
        (Period(date.min, date.min), "possible"),
        (Period(date.min, date.max), "required"),
        (Period(DAY, DAY - ONE), None),
    ],
)
def test_a_day_that_nobody_knows_may_be_in_a_period_and_may_not(period: Period, status: str | None) -> None:
    assert said(rule("r", Line(PUBLISHED, period=period)), {}) == whole_page(status)


def test_days_on_either_side_of_a_period_are_two_ways_to_be_outside() -> None:
    """Before the one is not after the other."""
    rules = rules_of(
        rule("r", Line(PUBLISHED, period=Period(None, DAY - ONE))),
        rule("s", Line(PUBLISHED, period=Period(DAY, DAY))),
        rule("t", Line(PUBLISHED, period=Period(DAY + ONE, None))),
    )
    assert said(rules, {}) == due("required")
    without_middle = replace(rules, rules={name: rules.rules[name] for name in "rt"})
    assert said(without_middle, {}) == due("possible")


def test_what_the_caller_says_of_a_register_has_no_day() -> None:
    """Two rules of two zones ask one thing: the caller speaks for the register on either law day."""
    rules = rules_of(
        rule("a", line(LISTED, "ru/listed"), zone=MOSCOW),
        rule("b", line(PLACE, "RU"), zone=TOKYO, unless=(block(line(LISTED, "ru/listed")),)),
    )
    assert said(rules, {PLACE: at("RU"), LISTED: some(perhaps=("ru/listed",))}) == due("required")


def test_an_answer_may_change_for_one_whom_the_publisher_only_may_be() -> None:
    later = replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": register("ru/listed")})
    copy = later.registers["ru/listed"]
    for publisher in (one("daily"), one("daily", other=True), one("daily", "stranger")):
        changes = decide(later, {PUBLISHER: publisher}, DAYS).changes
        assert changes == ((MOSCOW, copy.fresh_until + ONE),)


def test_an_entity_that_nobody_named_is_no_ground() -> None:
    rules = rules_of(EACH)
    known: Facts = {PLACE: at("RU")}
    (instance,) = decide(rules, known, DAYS).instances
    (reason,) = reasons(instance, rules, known, DAYS)
    assert [ground.fact for ground in reason.grounds] == [PLACE]


def test_a_mention_is_a_ground_of_what_is_said_about_it() -> None:
    rules = rules_of(EACH)
    known: Facts = {PLACE: at("RU"), MENTIONS: some("radio")}
    (instance,) = decide(rules, known, DAYS).instances
    (reason,) = reasons(instance, rules, known, DAYS)
    assert [(ground.fact, ground.asks_for) for ground in reason.grounds] == [(MENTIONS, ("radio",)), (PLACE, ("RU",))]


@pytest.mark.parametrize(
    ("asked", "given", "message"),
    [
        (line(KIND, "article"), some("article"), "content.kind is single-valued"),
        (line(PLACE, "RU"), one("RU"), "reader.location is a place"),
    ],
)
def test_a_fact_of_another_form_is_refused_and_never_read_as_no(asked: Line, given: FactValue, message: str) -> None:
    ruleset: Ruleset = rules_of(rule("r", asked))
    with pytest.raises(TypeError, match=message):
        decide(ruleset, {asked.fact: given}, DAYS)


@pytest.mark.parametrize(("kind", "stale"), [("article", ()), ("video", ("ru/listed",))])
def test_a_rule_that_fires_in_no_world_names_no_old_copy(kind: str, stale: tuple[str, ...]) -> None:
    rules = rules_of(
        rule("a", line(PLACE, "RU")),
        rule("b", line(LISTED, "ru/listed"), line(KIND, "video")),
    )
    old = {"ru/listed": register("ru/listed", fresh_for=1)}
    known: Facts = {PLACE: at("RU"), PUBLISHER: one("daily"), KIND: one(kind)}
    assert decide(replace(rules, registers=old), known, DAYS).stale == stale
