"""Partial decisions: substituting and then deciding is the same as deciding and then looking up."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings

from compliance import Checker
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.partial import MOST_ROWS, tabulate
from compliance.engine.table import NotTabulatedError, Table
from compliance.model.facts import FactValue, Members, OneOf, unknown
from compliance.model.rule import Line
from compliance.model.ruleset import Ruleset
from compliance.model.territory import PLACES, LocationSet
from tests.engine.building import rule
from tests.engine.strategies import DAYS, Facts, facts, rulesets
from tests.engine.words import PLACE

CODES = ["UA", "UA-43", "UA-14", "UA-30", "RU", "RU-MOW", "GB", "GB-ENG", "GB-LND", "GB-SCT", "FR", "MQ"]
KINDS = ("article", "comment", "page")
WHO = ("one", "two", "child", None)
few = settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
many = settings(few, max_examples=400)
"""A table takes as long as a hundred decisions: each one is asked for all there is, and proofs make many."""


def table_of(ruleset: Ruleset, known: Facts, *open_facts: str) -> Table:
    return tabulate(Index(ruleset).segment(DAYS), known, open_facts or (PLACE,))


def rows_are_decisions(ruleset: Ruleset, known: Facts) -> None:
    table = table_of(ruleset, known)
    for code in CODES:
        here: Facts = {PLACE: LocationSet.of([code])}
        assert table.find(here) == decide(ruleset, {**known, **here}, DAYS)
    hidden = {name: value for name, value in known.items() if name != PLACE}
    assert table.find({}) == table.find({PLACE: LocationSet.unknown()}) == decide(ruleset, hidden, DAYS)


def rows_of_several_facts_are_decisions(ruleset: Ruleset, known: Facts) -> None:
    table = table_of(ruleset, known, PLACE, "content.kind", "publisher")
    for code, kind, who in product(CODES, KINDS, WHO):
        values: Facts = {
            PLACE: LocationSet.of([code]),
            "content.kind": OneOf(frozenset({kind})),
            "publisher": OneOf(frozenset({who})) if who else unknown("publisher"),
        }
        assert table.find(values) == decide(ruleset, {**known, **values}, DAYS)


def every_place_has_one_zone(ruleset: Ruleset) -> None:
    zones = Index(ruleset).segment(DAYS).zones
    assert zones.of_place.keys() == PLACES
    assert sorted(place for each in zones.places for place in each) == sorted(PLACES)
    assert all(zones.of_place[place] == number for number, each in enumerate(zones.places) for place in each)


@few
@given(rulesets(), facts())
def test_the_row_of_a_place_known_or_hidden_is_the_decision_there(ruleset: Ruleset, known: Facts) -> None:
    rows_are_decisions(ruleset, known)


@few
@given(rulesets(), facts())
def test_several_facts_may_be_left_open(ruleset: Ruleset, known: Facts) -> None:
    rows_of_several_facts_are_decisions(ruleset, known)


@few
@given(rulesets())
def test_every_place_is_in_exactly_one_zone(ruleset: Ruleset) -> None:
    every_place_has_one_zone(ruleset)


@pytest.mark.prove
@many
@given(rulesets(), facts())
def test_a_table_of_any_rules_says_what_is_decided(ruleset: Ruleset, known: Facts) -> None:
    rows_are_decisions(ruleset, known)
    rows_of_several_facts_are_decisions(ruleset, known)
    every_place_has_one_zone(ruleset)


def test_places_that_no_shipped_rule_tells_apart_share_a_zone(checker: Checker) -> None:
    zones = checker.store.current.index.on(date(2026, 9, 1)).zones
    assert len(zones.places) < 40
    zone = zones.of_place
    for one, other in pairwise(["UA-09", "UA-14", "UA-23", "UA-65", "UA-63"]):
        assert zone[one] == zone[other]
    assert zone["UA-43"] == zone["UA-40"]
    assert zone["DE-BE"] == zone["DE"]
    assert len({zone[each] for each in ("UA", "UA-30", "UA-14", "UA-43", "RU", "FR", "MQ")}) >= 6


def test_zones_are_worked_out_once_for_a_segment(checker: Checker) -> None:
    index = checker.store.current.index
    assert index.on(date(2026, 9, 1)).zones is index.on(date(2026, 9, 2)).zones


def test_the_table_of_the_model_case_tells_moscow_from_kyiv(checker: Checker) -> None:
    segment = checker.store.current.index.on(date(2025, 1, 10))
    table = tabulate(segment, {"publisher": OneOf(frozenset({"rfe-rl"}))})
    name = "ru-undesirable-organization-reader-risk"

    def status(code: str) -> str | None:
        found = table.find({PLACE: LocationSet.of([code])}).instances
        return next((each.status.value for each in found if each.notice.id == name), None)

    assert [status(code) for code in ("RU-MOW", "UA-30", "UA-43", "UA-14", "UA", "US")] == [
        "required", None, "required", "possible", "possible", None,
    ]  # fmt: skip


def test_a_table_ends_with_the_first_of_its_rows(checker: Checker) -> None:
    table = tabulate(checker.store.current.index.on(date(2024, 2, 19)), {"publisher": OneOf(frozenset({"rfe-rl"}))})
    firsts = [day for decision in table.rows.values() for zone, day in decision.changes if zone == "Europe/Moscow"]
    assert dict(table.changes)["Europe/Moscow"] == min(firsts) == date(2024, 2, 20)


@pytest.mark.parametrize("fact", ["content.mentions", "content.date_published", "content.language"])
def test_a_fact_without_finite_classes_is_not_tabulated(checker: Checker, fact: str) -> None:
    with pytest.raises(NotTabulatedError, match=f"`{fact}` has no finite classes"):
        tabulate(checker.store.current.index.on(date(2025, 1, 10)), {}, [fact])


def test_a_table_that_would_be_too_large_is_refused(checker: Checker) -> None:
    segment = checker.store.current.index.on(date(2025, 1, 10))
    closed = ["content.kind", "content.ai_generated", "content.human_review", "content.audience", "content.age_rating"]
    with pytest.raises(NotTabulatedError, match=f"more than {MOST_ROWS} rows"):
        tabulate(segment, {}, [PLACE, "publisher", "content.surface", *closed])


@pytest.mark.parametrize(
    "value", [LocationSet.of(["RU", "UA"]), OneOf(frozenset({"article", "page"})), Members(frozenset({"x"}))]
)
def test_a_table_has_rows_for_single_values_only(checker: Checker, value: FactValue) -> None:
    segment = checker.store.current.index.on(date(2025, 1, 10))
    fact = PLACE if isinstance(value, LocationSet) else "content.kind"
    with pytest.raises(NotTabulatedError, match="a row for each single one"):
        tabulate(segment, {}, [fact]).find({fact: value})


def test_a_value_that_no_rule_names_has_the_row_of_all_others(checker: Checker) -> None:
    segment = checker.store.current.index.on(date(2026, 9, 1))
    table = tabulate(segment, {PLACE: LocationSet.of(["RU"])}, ["publisher"])
    stranger: Facts = {"publisher": OneOf(frozenset({"stranger"}))}
    assert table.find(stranger) == segment.decide({PLACE: LocationSet.of(["RU"]), **stranger})


def test_a_table_of_one_row_more_than_65536_is_refused() -> None:
    """A row for each of the publishers, one for any other, one for a publisher who is not known."""
    named = frozenset(f"p{n}" for n in range(65_535))
    ruleset = Ruleset(rules={"r": rule("r", Line("publisher", named))})
    with pytest.raises(NotTabulatedError, match="more than 65536 rows"):
        table_of(ruleset, {}, "publisher")
