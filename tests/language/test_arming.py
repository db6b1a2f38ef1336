"""`arms` of a rule: for this rule another date of the register starts the effect, and for no other rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.content.facts import facts_from
from compliance.content.publisher import Directory
from compliance.engine.decide import decide
from compliance.engine.explain import explain
from compliance.engine.index import Index
from compliance.errors import RequestError
from compliance.model.designation import Milestone
from compliance.model.facts import FactValue, Members, OneOf
from compliance.model.rule import AnyOf
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from compliance.review.lint import lint
from compliance.review.scenarios import run
from tests.language.reading import loaded, messages
from tests.tiny import TINY, changed

BY = "x/list by announced_on"
DATED = (
    '    listed_on: {day: 2021-01-01, source: "https://law.example/list", confidence: A}\n',
    "    announced_on: {day: 2020-11-01}\n    listed_on: {day: 2021-01-01}\n",
)
EARLY = (
    TINY["warn.yaml"].replace("rule: warn", "rule: early").replace("when:\n", "arms: {x/list: announced_on}\nwhen:\n")
)
ONE_DAY = timedelta(days=1)
FACTS: dict[str, FactValue] = {"publisher": OneOf(frozenset({"radio"})), "reader.location": LocationSet.of(["RU"])}


def files(*, early: str = EARLY) -> dict[str, str]:
    """The tiny rule set, with a second rule that counts from the announcement."""
    return changed("list.yaml", DATED, also={"early.yaml": early})


RULES = loaded(files())


def due(rules: Ruleset, day: date, **facts: str) -> set[str]:
    """The notices that are due for certain to a reader in Russia."""
    given_ = facts_from({"publisher": "radio", "reader.location": "RU", **facts}, _directory(rules))
    days = dict.fromkeys(rules.zones, day)
    decision = decide(rules, given_, days)
    assert Index(rules).decide(given_, days) == decision
    return {each.notice.id for each in decision.instances if each.status.value == "required"}


def _directory(rules: Ruleset) -> Directory:
    return Directory.of(rules.entities.values(), rules.registers)


@pytest.mark.parametrize(
    ("day", "notices"),
    [
        (date(2020, 10, 31), set()),
        (date(2020, 11, 1), {"early"}),
        (date(2020, 12, 31), {"early"}),
        (date(2021, 1, 1), {"early", "warn"}),
    ],
)
def test_each_rule_counts_from_the_date_that_it_chose(day: date, notices: set[str]) -> None:
    assert due(RULES, day) == notices


def test_a_variant_is_the_same_list_armed_by_another_date() -> None:
    declared, variant = RULES.registers["x/list"], RULES.registers[BY]
    assert variant == replace(declared, id=BY, arms=Milestone.ANNOUNCED_ON)
    assert (variant.declared_id, variant.is_variant, declared.is_variant) == ("x/list", True, False)
    assert list(RULES.registers) == ["x/list", BY]
    assert list(RULES.declared_registers) == ["x/list"]


def test_every_line_of_the_rule_asks_for_the_variant_however_deep_and_in_exceptions_too() -> None:
    edits = (
        ("when:\n", "for_each: content.mentions\nwhen:\n  any_of: [{mention.designated_as: x/list}]\n"),
        ("if_unknown:\n", "unless: {mention.designated_as: [x/list, x/other]}\nif_unknown:\n"),
    )
    early = EARLY
    for old, new in edits:
        early = early.replace(old, new)
    other = TINY["list.yaml"].replace("x/list", "x/other")
    rule = loaded({**files(early=early), "other.yaml": other}).rules["early"]
    asked = [line.values for line in rule.each_line() if line.fact.endswith("designated_as")]
    assert asked == [{BY}, {BY}, {BY, "x/other"}]
    assert isinstance(rule.when.lines[0], AnyOf)
    assert all(line.span is not None for line in rule.each_line())


def test_the_date_that_the_register_has_anyway_makes_no_variant() -> None:
    rules = loaded(files(early=EARLY.replace("announced_on", "listed_on")))
    assert list(rules.registers) == ["x/list"]
    assert rules.meaning == loaded(files(early=EARLY.replace("arms: {x/list: announced_on}\n", ""))).meaning
    assert rules.meaning != RULES.meaning


def test_two_rules_share_a_variant() -> None:
    third = EARLY.replace("rule: early", "rule: third")
    assert list(loaded({**files(), "third.yaml": third}).registers) == ["x/list", BY]


# -- what callers and scenarios say ---------------------------------------------------------------------


def test_a_caller_who_gives_the_register_gives_its_variants_with_it() -> None:
    assert due(RULES, date(2025, 1, 1), **{"publisher.designated_as": "x/list"}) == {"early", "warn"}
    assert due(RULES, date(2025, 1, 1), **{"publisher.designated_as": "nothing"}) == set()


def test_a_doubtful_register_is_doubtful_by_each_of_its_dates() -> None:
    directory = _directory(RULES)
    facts = facts_from({"publisher.designated_as": ["perhaps x/list", "unknown"]}, directory)
    assert facts == {"publisher.designated_as": Members(frozenset(), frozenset({"x/list", BY}), other=True)}


def test_what_a_caller_says_of_a_register_without_variants_stays_as_it_is() -> None:
    directory = Directory.of([], ["x/list", BY, "x/other"])
    said = Members(frozenset({"x/other"}), frozenset({"x/list"}))
    assert directory.with_variants(said) == Members(frozenset({"x/other"}), frozenset({"x/list", BY}))
    assert directory.registers == {"x/list", "x/other"}


def test_a_caller_cannot_give_a_variant_alone() -> None:
    with pytest.raises(RequestError, match="unknown register `x/list by announced_on`"):
        facts_from({"publisher.designated_as": BY}, _directory(RULES))


def test_a_scenario_gives_the_register_and_the_rule_asks_its_variant() -> None:
    given_ = "{publisher: radio, reader.location: RU}"
    rules = loaded(files(early=EARLY.replace(given_, "{publisher.designated_as: x/list, reader.location: RU}")))
    assert [outcome.problem for outcome in run(rules)] == [None] * 6


def test_a_rule_cannot_name_a_variant_in_a_line() -> None:
    assert messages(files(early=EARLY.replace("as: x/list", f"as: {BY}"))) == [
        "`arms` names `x/list`, and no line of the rule asks for it",
        f"unknown register `{BY}`",
    ]


# -- words ----------------------------------------------------------------------------------------------


def test_an_explanation_names_the_register_and_the_date_that_counts() -> None:
    said = list(explain(RULES, FACTS, dict.fromkeys(RULES.zones, date(2020, 12, 1))).sentences())
    assert (
        f"    `publisher.designated_as` holds (asks for `{BY}`): "
        "`radio` is declared in `x/list` (An authority): announced on 2020-11-01"
    ) in said
    assert said[-1] == (
        "`warn` is not asked for: `publisher.designated_as` is not `x/list`: "
        "`radio` is in `x/list` from 2021-01-01 only; that changes on 2021-01-01"
    )


def test_a_variant_is_no_register_of_its_own_to_a_colleague() -> None:
    found = [each.message for each in lint(RULES, date(2029, 1, 1)).findings if each.id == "stale-register"]
    assert found == ["the copy of `x/list` was fresh until 2026-01-31"]


# -- laws -----------------------------------------------------------------------------------------------

NEAR = st.integers(-5, 5).map(lambda number: date(2025, 1, 1) + number * ONE_DAY)


def _texts(listed: date, announced: date, asked: str, own: str) -> dict[str, str]:
    """The tiny rule set with an entry of two dates; the rule asks by `asked`, the register is armed by `own`."""
    entry = f"    announced_on: {{day: {announced}}}\n    listed_on: {{day: {listed}}}\n"
    found = changed("list.yaml", (DATED[0], entry), ("arms: listed_on", f"arms: {own}"))
    rule = (
        found["warn.yaml"].partition("scenarios:")[0]
        + "scenarios:\n  - {name: x, date: 2025-01-01, given: {}, expect: none}\n"
    )
    return {**found, "warn.yaml": rule.replace("when:\n", f"arms: {{x/list: {asked}}}\nwhen:\n")}


@settings(max_examples=25, deadline=None)
@given(NEAR, NEAR, NEAR, st.sampled_from(["listed_on", "announced_on"]), st.sampled_from(["listed_on", "announced_on"]))
def test_a_rule_that_chooses_a_date_decides_as_if_the_register_had_it(
    listed: date, announced: date, day: date, asked: str, own: str
) -> None:
    chosen, armed = (loaded(_texts(listed, announced, asked, each)) for each in (own, asked))
    days = dict.fromkeys(chosen.zones, day)
    one, other = (decide(rules, FACTS, days) for rules in (chosen, armed))
    assert one == other
    assert Index(chosen).decide(FACTS, days) == one
