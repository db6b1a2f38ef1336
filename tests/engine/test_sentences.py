"""Explanations of small rule sets, sentence by sentence, and the days on which they will be others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.engine.explain import explain
from compliance.engine.reasons import MOST_REASONS
from compliance.model.designation import Entry
from compliance.model.period import Period
from compliance.model.rule import IfUnknown, Reach
from compliance.model.ruleset import Ruleset
from tests.engine.building import EACH_LISTED, at, block, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, ONE, TOKYO
from tests.engine.words import AI, KIND, LISTED, MENTIONS, PLACE, PUBLISHER, Facts


def sentences(rules: Ruleset, known: Facts) -> list[str]:
    return list(explain(rules, known, DAYS).sentences())


def turns(rules: Ruleset, known: Facts) -> list[date | None]:
    """For each notice that is due, from when something else is said of it."""
    return [each.changes_on for each in explain(rules, known, DAYS).due]


def listed(entity: str, first: int, last: int | None = None) -> Entry:
    return entry(entity, None if last is None else DAY + last * ONE, first=DAY + first * ONE)


def test_a_notice_is_told_with_its_rules_its_grounds_its_doubts_and_its_end() -> None:
    rules = rules_of(
        rule("a", line(PLACE, "RU"), line(KIND, "video"), says=notice("n")),
        rule("b", line(PLACE, "RU"), says=notice("n"), effective=Period(None, DAY + 3 * ONE)),
        rule("c", line(PLACE, "FR"), says=notice("n")),
        rule("m", line(PLACE, "FR"), says=notice("m")),
        rule("o", line(PLACE, "RU"), says=notice("o"), effective=Period(DAY + ONE, None)),
    )
    assert sentences(rules, {PLACE: at("RU")}) == [
        "`n` is required",
        "  rule `a` asks for it, perhaps:",
        "    `reader.location` holds (asks for `RU`): the reader is in RU",
        "    `content.kind` is not known (asks for `video`)",
        "  rule `b` asks for it:",
        "    `reader.location` holds (asks for `RU`): the reader is in RU",
        "  that changes on 2024-06-05",
        "`n` is not asked for by `c`: `reader.location` is not `FR`",
        "`m` is not asked for: `reader.location` is not `FR`",
        "`o` is not asked for: in effect from 2024-06-02 only; that changes on 2024-06-02",
    ]


def test_a_notice_in_doubt_is_told_with_what_it_hangs_on_and_one_by_reach_with_why() -> None:
    rules = rules_of(
        rule("n", line(PLACE, "RU"), line(KIND, "video"), if_unknown={KIND: IfUnknown.REVIEW}),
        rule("w", line(PLACE, "RU"), says=notice("w", reach=Reach.EVERYWHERE)),
    )
    assert sentences(rules, {PLACE: at("RU", "FR")})[0] == "`n` is possible, held until a person has looked"
    assert "  it hangs on what is not known: `content.kind`, `reader.location`" in sentences(rules, {})
    assert "`w` is possible, because it goes to readers everywhere" in sentences(rules, {PLACE: at("FR")})


@pytest.mark.parametrize("more", [0, 1, 5])
def test_of_many_rules_the_first_are_told_and_the_others_are_counted(more: int) -> None:
    rules = rules_of(*(rule(f"r{n:03}", line(PLACE, "RU")) for n in range(MOST_REASONS + more)))
    found = sentences(rules, {PLACE: at("RU")})
    assert sum(each.startswith("  rule `") for each in found) == MOST_REASONS
    assert [each for each in found if "more" in each] == ([f"  and {more} more rule(s)"] if more else [])


def test_of_what_turns_in_several_zones_the_first_day_is_named() -> None:
    copy = register("ru/listed", listed("radio", -9, 3), zone=TOKYO)
    rules = rules_of(rule("r", line(LISTED, "ru/listed"), effective=Period(None, DAY + 9 * ONE)))
    ruleset = replace(rules, registers={"ru/listed": copy})
    assert turns(ruleset, {PUBLISHER: one("radio")}) == [DAY + 4 * ONE]


def test_it_is_a_change_that_a_notice_is_about_somebody_else() -> None:
    copy = register("ru/listed", listed("radio", -9, 3), listed("daily", 4), fresh_for=99)
    ruleset = replace(rules_of(EACH_LISTED), registers={"ru/listed": copy})
    assert turns(ruleset, {MENTIONS: some("radio", "daily")}) == [DAY + 4 * ONE]


def test_it_is_a_change_that_a_required_notice_is_only_possible() -> None:
    copy = register("ru/listed", fresh_for=10)
    rules = rules_of(rule("r", line(PLACE, "RU"), unless=(block(line(LISTED, "ru/listed")),)))
    ruleset = replace(rules, registers={"ru/listed": copy})
    assert turns(ruleset, {PLACE: at("RU"), PUBLISHER: one("daily")}) == [date(2024, 6, 5)]


def test_it_is_a_change_that_a_notice_that_was_shown_is_held() -> None:
    rules = rules_of(
        rule("a", line(KIND, "video"), if_unknown={KIND: IfUnknown.REVIEW}),
        rule("b", line(AI, "fully"), effective=Period(None, DAY + 3 * ONE)),
    )
    assert turns(rules, {}) == [DAY + 4 * ONE]


def test_a_day_on_which_nothing_else_is_said_is_no_change() -> None:
    rules = rules_of(rule("a", line(PLACE, "RU")), rule("b", line(PLACE, "RU"), effective=Period(None, DAY + 3 * ONE)))
    assert turns(rules, {PLACE: at("RU")}) == [None]


def test_what_turns_about_one_entity_is_no_change_of_what_is_said_about_another() -> None:
    copy = register("ru/listed", listed("radio", -9, 3), listed("daily", -9))
    ruleset = replace(rules_of(EACH_LISTED), registers={"ru/listed": copy})
    due = explain(ruleset, {MENTIONS: some("radio", "daily")}, DAYS).due
    assert [(each.instance.entity, each.changes_on) for each in due] == [("daily", None), ("radio", DAY + 4 * ONE)]


@pytest.mark.parametrize(("number", "turn"), [(64, DAY + 64 * ONE), (65, None)])
def test_the_sixty_fourth_turn_is_the_last_that_is_looked_at(number: int, turn: date | None) -> None:
    """One rule after another ends, and the notice goes with the last of them."""
    rules = (rule(f"r{n:02}", line(PLACE, "RU"), effective=Period(None, DAY + n * ONE)) for n in range(number))
    assert turns(rules_of(*rules), {PLACE: at("RU")}) == [turn]
