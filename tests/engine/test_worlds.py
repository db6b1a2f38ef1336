"""Worlds: lines that cannot hold together, facts on which a result hangs, and what happens past 4,096 worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from compliance.engine import worlds
from compliance.engine.decide import decide
from compliance.engine.reading import Reading
from compliance.engine.worlds import judge
from compliance.model.decision import Decision, Instance, NoticeStatus
from compliance.model.facts import FACTS, FactValue
from compliance.model.period import Period
from compliance.model.rule import AnyOf, IfUnknown, Line, Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from tests.engine.asking import due, said, whole_page
from tests.engine.building import EACH, at, block, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, TOKYO
from tests.engine.strategies import DAYS as RANDOM_DAYS
from tests.engine.strategies import facts, rulesets
from tests.engine.words import AI, KIND, LANGUAGE, LISTED, MENTIONS, PAID, PLACE, PROMOTES, PUBLISHED, PUBLISHER, Facts

ANYWHERE = LocationSet.unknown()


def published(*, since: int) -> Line:
    return Line(PUBLISHED, period=Period(DAY + timedelta(days=since), None))


# -- what cannot hold together ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "unless", "known", "status"),
    [
        (line(PLACE, "RU"), line(PLACE, "RU", "FR"), ANYWHERE, None),
        (line(PLACE, "RU", "FR"), line(PLACE, "RU"), ANYWHERE, "possible"),
        (line(PLACE, "UA-43"), line(PLACE, "UA"), at("UA"), None),
        (line(PLACE, "UA"), line(PLACE, "UA-43"), at("UA"), "possible"),
        (line(PLACE, "held"), line(PLACE, "held"), at("UA-14"), None),
        (line(PLACE, "UA-14"), line(PLACE, "held"), at("UA-14"), "possible"),
        (line(PLACE, "UA-43"), line(PLACE, "held"), at("UA"), None),
        (line(LANGUAGE, "ru-UA"), line(LANGUAGE, "ru"), None, None),
        (line(LANGUAGE, "ru"), line(LANGUAGE, "ru-UA"), None, "possible"),
        (published(since=0), published(since=-1), None, None),
        (published(since=-1), published(since=0), None, "possible"),
        (line(KIND, "article"), line(KIND, "article", "video"), None, None),
        (line(PROMOTES, "gambling"), line(PROMOTES, "gambling", "alcohol"), None, None),
        (line(PROMOTES, "gambling", "alcohol"), line(PROMOTES, "gambling"), None, "possible"),
        (line(PUBLISHER, "radio"), line(PUBLISHER, "radio"), None, None),
        (line(LISTED, "ru/listed"), line(LISTED, "ru/listed"), None, None),
    ],
)
def test_a_condition_and_an_exception_on_one_fact_are_judged_in_the_same_world(
    when: Line, unless: Line, known: FactValue | None, status: str | None
) -> None:
    """Line by line both would be unknown, and unknown they would stay."""
    given_ = {} if known is None else {when.fact: known}
    assert said(rule("r", when, unless=(block(unless),)), given_) == whole_page(status)


@pytest.mark.parametrize(
    ("first", "second", "known", "status"),
    [
        (line(PLACE, "RU"), line(PLACE, "FR"), ANYWHERE, None),
        (line(PLACE, "UA-43"), line(PLACE, "UA-14"), at("UA"), None),
        (line(PLACE, "UA-43"), line(PLACE, "held"), at("UA"), "possible"),
        (line(KIND, "article"), line(KIND, "video"), None, None),
        (line(PROMOTES, "gambling"), line(PROMOTES, "alcohol"), None, "possible"),
    ],
)
def test_two_conditions_on_one_fact_must_hold_in_one_world(
    first: Line, second: Line, known: FactValue | None, status: str | None
) -> None:
    given_ = {} if known is None else {first.fact: known}
    assert said(rule("r", first, second), given_) == whole_page(status)


@pytest.mark.parametrize(
    "asked",
    [
        line(PLACE, "RU"),
        line(PLACE, "held"),
        line(PUBLISHER, "radio"),
        line(KIND, "article"),
        line(PROMOTES, "gambling"),
        line(LANGUAGE, "ru"),
        published(since=0),
        line(LISTED, "ru/listed"),
    ],
)
def test_a_notice_that_is_due_whichever_way_an_unknown_fact_turns_out_is_required(asked: Line) -> None:
    for_it = rule("a", asked, line(PAID, "yes"))
    against = rule("b", line(PAID, "yes"), unless=(block(asked),))
    assert said(rules_of(for_it, against), {PAID: one("yes")}) == due("required")
    assert said(for_it, {PAID: one("yes")}) == said(against, {PAID: one("yes")}) == due("possible")


@pytest.mark.parametrize(("zone", "status"), [(MOSCOW, "required"), (None, "possible")])
def test_a_register_asked_on_two_days_may_give_two_answers(zone: str | None, status: str) -> None:
    """A register with a zone of its own is asked on one day by all rules."""
    rules = rules_of(
        rule("a", line(LISTED, "ru/listed"), zone=MOSCOW),
        rule("b", line(PLACE, "RU"), zone=TOKYO, unless=(block(line(LISTED, "ru/listed")),)),
    )
    known: Facts = {PUBLISHER: one("stranger"), PLACE: at("RU")}
    assert said(replace(rules, registers={"ru/listed": register("ru/listed", zone=zone)}), known) == due(status)


# -- pivotal facts ----------------------------------------------------------------------------------

EVERY_KIND = line(KIND, *(FACTS[KIND].domain or ()))


@pytest.mark.parametrize(
    ("asked", "known", "unknowns"),
    [
        (rule("r", line(PLACE, "RU"), line(KIND, "article")), {}, (KIND, PLACE)),
        (rule("r", line(PLACE, "RU"), line(KIND, "article")), {PLACE: at("RU")}, (KIND,)),
        (rule("r", line(PLACE, "RU"), line(KIND, "article")), {KIND: one("article")}, (PLACE,)),
        (rule("r", line(PLACE, "RU"), line(KIND, "article")), {PLACE: at("RU"), KIND: one("article")}, ()),
        (rule("r", line(PLACE, "RU"), EVERY_KIND), {}, (PLACE,)),
        (rule("r", line(PLACE, "RU"), unless=(block(line(KIND, "article")),)), {PLACE: at("RU")}, (KIND,)),
        (rule("r", line(LISTED, "ru/listed")), {}, (LISTED,)),
        (rule("r", line(LISTED, "ru/listed")), {PUBLISHER: one("stranger")}, (LISTED,)),
        (EACH, {PLACE: at("RU"), MENTIONS: some(perhaps=("radio",))}, (MENTIONS,)),
        (EACH, {}, (MENTIONS, PLACE)),
    ],
)
def test_a_decision_hangs_on_the_facts_whose_change_alone_can_change_it(
    asked: Rule, known: Facts, unknowns: tuple[str, ...]
) -> None:
    decision = decide(rules_of(asked), known, DAYS)
    assert decision.unknowns == unknowns
    assert [each.unknowns for each in decision.instances] == [unknowns]


def test_a_fact_that_is_open_but_decides_nothing_is_not_pivotal() -> None:
    """Whether somebody paid matters to one rule; the other asks for the notice anyhow."""
    rules = rules_of(
        rule("a", line(PLACE, "RU"), line(PAID, "yes")),
        rule("b", line(PLACE, "RU"), line(KIND, "article")),
    )
    assert decide(rules, {KIND: one("article")}, DAYS).unknowns == (PLACE,)
    assert decide(rules, {}, DAYS).unknowns == (KIND, PAID, PLACE)


def test_a_decision_names_the_pivotal_facts_of_all_its_notices_once() -> None:
    rules = rules_of(
        rule("a", line(PLACE, "RU"), line(PAID, "yes"), says=notice("a")),
        rule("b", line(PLACE, "UA"), line(AI, "fully"), says=notice("b")),
        rule("c", line(KIND, "article"), says=notice("c")),
    )
    assert decide(rules, {KIND: one("article")}, DAYS).unknowns == (AI, PAID, PLACE)


# -- too many worlds --------------------------------------------------------------------------------


def words(number: int) -> AnyOf:
    """Holds if the content promotes one of some words, each on a line of its own."""
    return AnyOf(tuple(block(line(PROMOTES, f"word-{n}")) for n in range(number)))


def due_either_way(number: int, *more: Line) -> Ruleset:
    """Two rules, of which one fires in every world where the lines `more` hold."""
    return rules_of(rule("a", *more, words(number)), rule("b", *more, unless=(block(words(number)),)))


def only_instance(decision: Decision) -> Instance:
    (found,) = decision.instances
    return found


def test_up_to_4096_worlds_the_answer_is_exact_and_past_them_it_is_marked() -> None:
    exact = only_instance(decide(due_either_way(12), {}, DAYS))
    assert (exact.status, exact.approximated, exact.rules) == (NoticeStatus.REQUIRED, False, ("a", "b"))
    rough = only_instance(decide(due_either_way(13), {}, DAYS))
    assert (rough.status, rough.approximated, rough.rules) == (NoticeStatus.POSSIBLE, True, ("a", "b"))
    assert rough.unknowns == (PROMOTES,)


def test_worlds_of_several_facts_multiply() -> None:
    rules = due_either_way(11, line(PAID, "yes"))
    assert not only_instance(decide(rules, {}, DAYS)).approximated
    assert only_instance(decide(due_either_way(11, line(PAID, "yes"), line(AI, "fully")), {}, DAYS)).approximated


def test_one_world_more_than_4096_is_too_many() -> None:
    """241 publishers, one of whom no rule names, in 17 languages."""
    publishers = AnyOf(tuple(block(line(PUBLISHER, f"p-{n}")) for n in range(240)))
    languages = AnyOf(tuple(block(line(LANGUAGE, tag)) for tag in "abcdefghijklmnop"))
    rules = rules_of(rule("a", publishers, languages), rule("b", unless=(block(publishers, languages),)))
    assert only_instance(decide(rules, {}, DAYS)).approximated


def test_past_the_bound_what_kleene_logic_settles_is_settled() -> None:
    plain = rule("c", line(PLACE, "RU"))
    rules = replace(due_either_way(13), rules={**due_either_way(13).rules, "c": plain})
    found = only_instance(decide(rules, {PLACE: at("RU")}, DAYS))
    assert (found.status, found.approximated) == (NoticeStatus.REQUIRED, False)
    assert decide(due_either_way(13, line(PLACE, "RU")), {PLACE: at("FR")}, DAYS).instances == ()


@pytest.mark.parametrize(
    ("policies", "status"),
    [
        ({PROMOTES: IfUnknown.SHOW}, "possible"),
        ({PROMOTES: IfUnknown.REVIEW}, "possible hold"),
        ({PROMOTES: IfUnknown.SKIP}, "possible hold"),
        ({PLACE: IfUnknown.REVIEW}, "possible hold"),
    ],
)
def test_past_the_bound_a_notice_is_held_if_no_rule_fires_once_its_review_facts_go_against_it(
    policies: Mapping[str, IfUnknown], status: str
) -> None:
    asked = rule("r", line(PLACE, "RU"), words(13), if_unknown=policies)
    assert said(asked, {}) == due(status)


@pytest.mark.parametrize(("answer", "status"), [(IfUnknown.SHOW, "possible"), (IfUnknown.REVIEW, "possible hold")])
def test_past_the_bound_an_exception_that_a_person_has_to_settle_holds_a_notice(answer: IfUnknown, status: str) -> None:
    asked = rule("r", words(13), unless=(block(line(KIND, "article")),), if_unknown={KIND: answer})
    assert said(asked, {}) == due(status)


def test_past_the_bound_one_rule_that_can_be_shown_is_enough() -> None:
    held = rule("a", words(13), line(PLACE, "RU"), if_unknown={PLACE: IfUnknown.REVIEW})
    assert said(held, {}) == due("possible hold")
    assert said(rules_of(held, rule("b", words(13))), {}) == due("possible")


def test_past_the_bound_a_rule_that_cannot_fire_is_none_of_those_that_ask() -> None:
    known: Facts = {KIND: one("article")}
    reading = Reading(rules_of(), known, DAYS)
    never = rule("a", line(KIND, "video"), words(13))
    verdict = judge([never, rule("b", words(13))], reading)
    assert verdict is not None
    assert verdict.rules == ("b",)
    assert judge([never], reading) is None


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(rulesets(supersede=False), facts())
def test_approximation_loses_no_notice_and_settles_nothing_that_worlds_leave_open(
    rules: Ruleset, known: Mapping[str, FactValue]
) -> None:
    """Every question is asked again as if there were too many worlds."""
    exact = decide(rules, known, RANDOM_DAYS).instances
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "MOST_WORLDS", 0)
        rough = decide(rules, known, RANDOM_DAYS).instances
    assert {named(each) for each in exact} <= {named(each) for each in rough}
    required = [named(each) for each in exact if each.status is NoticeStatus.REQUIRED]
    for each in rough:
        if each.status is NoticeStatus.REQUIRED:
            assert named(each) in required
        assert each.approximated == (each.status is NoticeStatus.POSSIBLE)


def named(instance: Instance) -> tuple[str, str | None]:
    return instance.notice.id, instance.entity
