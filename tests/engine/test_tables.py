"""Tables that are kept: one for all pages that no rule tells apart, and never that of a page that some rule does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.partial import tabulate
from compliance.engine.segment import MOST_TABLES
from compliance.engine.table import NotTabulatedError
from compliance.model.period import Period
from compliance.model.rule import Line, Rule
from compliance.model.ruleset import Ruleset
from tests.engine.building import EACH, EACH_LISTED, at, line, notice, one, rule, rules_of, some
from tests.engine.strategies import DAY, DAYS, facts, rulesets
from tests.engine.words import KIND, LANGUAGE, LISTED, LISTS, MENTIONS, PLACE, PUBLISHED, PUBLISHER, Facts

few = settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
many = settings(few, max_examples=300)
LINKS = "content.links_to"
CODES = ["UA-43", "UA-14", "RU", "GB-ENG", "FR"]
TERM = Period(DAY, DAY + timedelta(days=5))


def near(pages: Sequence[Facts]) -> list[Facts]:
    """The pages, and those that differ from one of them in what another one says of one fact."""
    found = list(pages)
    for first, second in pairwise(pages):
        found += [{**first, name: value} for name, value in second.items()]
        found += [{other: value for other, value in first.items() if other != name} for name in first]
    return found


def are_decided_alone(ruleset: Ruleset, pages: Sequence[Facts]) -> None:
    segment = Index(ruleset).segment(DAYS)
    for number, known in enumerate(near(pages)):
        table, code = tabulate(segment, known), CODES[number % len(CODES)]
        hidden = {name: value for name, value in known.items() if name != PLACE}
        assert table.find({}) == decide(ruleset, hidden, DAYS)
        assert table.find({PLACE: at(code)}) == decide(ruleset, {**known, PLACE: at(code)}, DAYS)


@few
@given(rulesets(), st.lists(facts(), min_size=2, max_size=3))
def test_tables_of_other_pages_change_none(ruleset: Ruleset, pages: list[Facts]) -> None:
    are_decided_alone(ruleset, pages)


@pytest.mark.prove
@many
@given(rulesets(), st.lists(facts(), min_size=2, max_size=4))
def test_tables_of_other_pages_change_none_under_any_rules(ruleset: Ruleset, pages: list[Facts]) -> None:
    are_decided_alone(ruleset, pages)


VIDEO = rule("v", line(KIND, "video"))
IN_TERM = rule("d", Line(PUBLISHED, period=TERM))
BY_LINKS = rule("s", line(PLACE, "RU"), for_each=LINKS, says=notice("m"))
IN_REGISTER = rule("l", line(LISTED, "ru/listed"))
Pair = tuple[tuple[Rule, ...], Facts, Facts]
ALIKE: Mapping[str, Pair] = {
    "a word that no rule asks for": ((VIDEO,), {KIND: one("article")}, {KIND: one("comment")}),
    "a fact that no rule asks for": ((VIDEO,), {LANGUAGE: one("de")}, {}),
    "the place": ((rule("p", line(PLACE, "RU")),), {PLACE: at("RU")}, {}),
    "a day of one term": ((IN_TERM,), {PUBLISHED: one("2024-06-02")}, {PUBLISHED: one("2024-06-03")}),
    "a publisher": ((IN_REGISTER,), {PUBLISHER: one("radio")}, {PUBLISHER: one("desk")}),
    "a mention that no rule binds": ((VIDEO,), {MENTIONS: some("radio")}, {MENTIONS: some("desk")}),
}
UNLIKE: Mapping[str, Pair] = {
    "a word": ((VIDEO,), {KIND: one("video")}, {KIND: one("comment")}),
    "what is not known": ((VIDEO,), {KIND: one("comment")}, {}),
    "a day in and out of a term": ((IN_TERM,), {PUBLISHED: one("2024-06-02")}, {PUBLISHED: one("2025-06-02")}),
    "a publisher in a register": ((IN_REGISTER,), {PUBLISHER: one("daily")}, {PUBLISHER: one("radio")}),
    "who is bound": ((EACH,), {MENTIONS: some("radio")}, {MENTIONS: some("desk")}),
    "whether one is bound for certain": ((EACH,), {MENTIONS: some("radio")}, {MENTIONS: some(perhaps=("radio",))}),
    "how many are bound": ((EACH,), {MENTIONS: some("radio")}, {MENTIONS: some("radio", "desk")}),
    "as what one is bound": (
        (EACH, BY_LINKS),
        {MENTIONS: some("radio"), LINKS: some()},
        {MENTIONS: some(), LINKS: some("radio")},
    ),
    "what registers say of who is bound": (
        (EACH_LISTED,),
        {MENTIONS: some("radio"), LISTS: some("ru/listed")},
        {MENTIONS: some("radio"), LISTS: some()},
    ),
}


def are_one(pair: Pair) -> bool:
    rules, first, second = pair
    segment = Index(rules_of(*rules)).segment(DAYS)
    one_table, other = tabulate(segment, first), tabulate(segment, second)
    assert tabulate(segment, first) is one_table
    return one_table is other


@pytest.mark.parametrize("what", ALIKE)
def test_pages_that_differ_in_what_no_rule_sees_have_one_table(what: str) -> None:
    assert are_one(ALIKE[what])


@pytest.mark.parametrize("what", UNLIKE)
def test_pages_that_differ_in_what_some_rule_sees_have_two(what: str) -> None:
    assert not are_one(UNLIKE[what])


def test_tables_are_forgotten_once_there_are_too_many() -> None:
    segment = Index(rules_of(EACH)).segment(DAYS)
    first = tabulate(segment, {MENTIONS: some("radio")})
    for number in range(MOST_TABLES):
        tabulate(segment, {MENTIONS: some(f"somebody-{number}")})
    assert tabulate(segment, {MENTIONS: some("radio")}) is not first


def test_where_no_rule_asks_for_a_place_there_is_a_row_for_the_whole_world() -> None:
    table = tabulate(Index(rules_of(VIDEO)).segment(DAYS), {KIND: one("video")})
    assert len(table.rows) == 2
    assert [each.instances[0].status.value for each in table.rows.values()] == ["required"] * 2


def test_a_piece_of_a_code_has_no_row() -> None:
    table = tabulate(Index(rules_of(rule("p", line(PLACE, "RU")))).segment(DAYS), {})
    with pytest.raises(NotTabulatedError, match="not for pieces of them"):
        table.find({PLACE: at("UA-14/+held")})
