"""Grounds and obstacles where several stand side by side: the nearest is named, and nobody is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.model.facts import OneOf
from compliance.model.period import Period
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, Member, Territory
from tests.engine.asking import STATED, grounds
from tests.engine.building import EACH_LISTED, at, block, entry, line, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, ONE
from tests.engine.words import KIND, LISTED, MENTIONS, PAID, PLACE, PUBLISHER, Facts

LATER = Territory("later", "", (Member("RU", Extent.WHOLE, Period(DAY + 3 * ONE, None)),), MOSCOW)
SUSPENDED = "suspended from 2024-05-31"
HERE: Facts = {PLACE: at("RU"), KIND: one("article"), PAID: one("no")}


def obstacle(asked: Rule, known: Facts = HERE) -> str:
    ruleset = replace(rules_of(asked), territories={"later": LATER})
    (only,) = decide(ruleset, known, DAYS, explain=True).not_applied
    return only.because


def details(ruleset: Ruleset, known: Facts) -> list[str]:
    return [ground.detail for ground in grounds(ruleset, known) if ground.detail]


def test_a_condition_that_fails_on_all_days_is_named_before_one_that_fails_today() -> None:
    assert obstacle(rule("r", line(PLACE, "later"))) == "`reader.location` is not `later`"
    assert obstacle(rule("r", line(PLACE, "later"), line(KIND, "video"))) == "`content.kind` is not `video`"


def test_an_exception_of_which_one_line_fails_is_no_obstacle() -> None:
    exception = block(line(KIND, "article"), line(PAID, "yes"))
    asked = rule("r", line(PLACE, "RU"), unless=(exception,), effective=Period(DAY + ONE, None))
    assert obstacle(asked) == "in effect from 2024-06-02 only"


@pytest.mark.parametrize(
    ("period", "because"),
    [
        (Period(DAY - 9 * ONE, DAY - ONE), "in effect until 2024-05-31"),
        (Period(DAY, DAY - ONE), "in effect until 2024-05-31"),
        (Period(None, DAY - ONE), "in effect until 2024-05-31"),
        (Period(DAY + ONE, DAY + ONE), "in effect from 2024-06-02 only"),
    ],
)
def test_a_rule_that_is_over_is_not_told_as_one_that_is_to_come(period: Period, because: str) -> None:
    assert obstacle(rule("r", line(PLACE, "RU"), effective=period)) == because


@pytest.mark.parametrize(("last", "because"), [(DAY, "suspended from 2024-05-31 to 2024-06-01"), (None, SUSPENDED)])
def test_a_rule_that_is_suspended_says_since_when_and_until_when_if_that_is_known(
    last: date | None, because: str
) -> None:
    gap = Period(DAY - ONE, last)
    assert obstacle(rule("r", line(PLACE, "RU"), effective=Period(gaps=(gap,)))) == because


def test_a_register_that_need_not_be_asked_any_more_is_not_called_old() -> None:
    """The publisher stands in one of two registers; that nobody knows of the other makes no difference."""
    registers = {"ru/listed": register("ru/listed", entry("radio")), "ru/old": register("ru/old", fresh_for=1)}
    ruleset = replace(rules_of(rule("r", line(LISTED, "ru/listed", "ru/old"))), registers=registers)
    assert decide(ruleset, {PUBLISHER: one("radio")}, DAYS).stale == ()
    assert decide(ruleset, {PUBLISHER: one("daily")}, DAYS).stale == ("ru/old",)


@pytest.mark.parametrize(
    ("known", "before"),
    [
        ({PUBLISHER: one("radio")}, "`publisher.designated_as` is not `ru/listed`"),
        ({PUBLISHER: one("desk")}, "`publisher.designated_as` is not `ru/listed`"),
        ({MENTIONS: some("daily", "radio")}, "nothing in `content.mentions` meets its conditions"),
    ],
)
def test_of_whom_a_register_lists_on_other_days_the_last_and_the_first_day_are_told(known: Facts, before: str) -> None:
    """The desk belongs to the radio."""
    past = (entry("radio", DAY - 9 * ONE), entry("radio", DAY - ONE), entry("radio", DAY - 5 * ONE, first=DAY))
    ahead = entry("radio", first=DAY + 2 * ONE), entry("radio", first=DAY + 3 * ONE)
    asked = EACH_LISTED if MENTIONS in known else rule("r", line(LISTED, "ru/listed"))
    for entries, told in (
        (past, "`radio` was in `ru/listed` until 2024-05-31"),
        (ahead, "`radio` is in `ru/listed` from 2024-06-03 only"),
        (past + ahead, "`radio` was in `ru/listed` until 2024-05-31; `radio` is in `ru/listed` from 2024-06-03 only"),
    ):
        rules = replace(rules_of(asked), registers={"ru/listed": register("ru/listed", *entries)})
        (only,) = decide(rules, {**HERE, **known}, DAYS, explain=True).not_applied
        assert only.because == f"{before}: {told}"


def test_a_listing_that_is_to_come_and_to_end_is_told_as_one_to_come() -> None:
    ahead = entry("radio", DAY + 9 * ONE, first=DAY + 2 * ONE)
    never = entry("radio", DAY - 9 * ONE, first=DAY - 3 * ONE)
    for entries in ((ahead,), (never, ahead)):
        rules = replace(
            rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": register("ru/listed", *entries)}
        )
        (only,) = decide(rules, {**HERE, PUBLISHER: one("radio")}, DAYS, explain=True).not_applied
        assert (
            only.because
            == "`publisher.designated_as` is not `ru/listed`: `radio` is in `ru/listed` from 2024-06-03 only"
        )


def test_who_is_suspended_is_told_so_though_an_earlier_listing_is_over() -> None:
    suspended = replace(entry("radio", first=DAY - 9 * ONE), suspended=(Period(DAY - ONE, None),))
    over = entry("radio", DAY - 20 * ONE, first=DAY - 30 * ONE)
    copy = register("ru/listed", over, suspended, fresh_for=1)
    (told,) = details(
        replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": copy}),
        {PUBLISHER: one("radio")},
    )
    assert "suspended from 2024-05-31" in told
    assert "until" not in told


def test_an_old_copy_that_would_not_settle_anything_if_it_were_new_is_not_called_old() -> None:
    """Nobody knows of the daily because the copy is not complete; that the radio is in it is known anyway."""
    for is_complete, stale in ((False, ()), (True, ("ru/listed",))):
        copy = register("ru/listed", entry("radio"), complete=is_complete, fresh_for=1)
        rules = replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": copy})
        assert decide(rules, {PUBLISHER: one("radio", "daily")}, DAYS).stale == stale


UNDECLARED = "nobody declared who this is: add an entity file once, and absence from a register is known"


@pytest.mark.parametrize(
    "publisher", [one("radio", other=True), one("radio", "stranger"), one("radio", "stranger", other=True)]
)
def test_of_publishers_of_whom_one_is_declared_the_others_are_not_forgotten(publisher: OneOf) -> None:
    rules = rules_of(rule("r", line(LISTED, "ru/listed")))
    known: Facts = {PUBLISHER: publisher}
    assert details(rules, known) == [f"{STATED}; {UNDECLARED}"]


def test_of_declared_publishers_each_is_told_and_nothing_else() -> None:
    rules = rules_of(rule("r", line(LISTED, "ru/listed")))
    absent = "`daily` is not in the copy of 2024-05-25"
    assert details(rules, {PUBLISHER: one("radio", "daily")}) == [f"{absent}; {STATED}"]
    assert details(rules, {PUBLISHER: one("radio")}) == [STATED]


def test_where_nobody_said_whom_the_page_names_it_says_what_to_give() -> None:
    """To declare somebody would not help: nobody is named."""
    rules = rules_of(EACH_LISTED)
    assert details(rules, {MENTIONS: some(other=True)}) == [
        "nobody said who that is: give `content.mentions`, empty where it is nobody"
    ]
    assert details(rules, {MENTIONS: some("stranger")}) == [UNDECLARED]
    assert details(rules, {MENTIONS: some("radio")}) == [STATED]
