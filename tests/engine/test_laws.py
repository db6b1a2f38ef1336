"""The laws that hold for every rule set and every question, over random ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compliance.engine.decide import decide
from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.facts import FactValue, Members
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, LocationSet, lineage, marks_of
from tests.engine.strategies import DAYS, RELATIONS, facts, less_and_more, rulesets

Facts = Mapping[str, FactValue]
HONEST = settings(max_examples=150, suppress_health_check=list(HealthCheck))
LESS_AND_MORE = less_and_more()


class Key(NamedTuple):
    """The page and an entity that nobody named both have no name, and are two instances all the same."""

    notice: str
    entity: str | None
    is_bound: bool


def due(rules: Ruleset, known: Facts) -> dict[Key, Instance]:
    found = decide(rules, known, DAYS).instances
    keyed = {Key(each.notice.id, each.entity, rules.rules[each.rules[0]].for_each is not None): each for each in found}
    assert len(keyed) == len(found)
    return keyed


def without_circles(rules: Ruleset) -> Ruleset:
    """The same rules, of whose notices each supersedes only those that come after it."""
    lower = {
        name: replace(notice, supersedes=tuple(each for each in notice.supersedes if each > name))
        for name, notice in rules.notices.items()
    }
    return replace(rules, rules={id_: replace(rule, notice=lower[rule.notice.id]) for id_, rule in rules.rules.items()})


def required(found: Mapping[Key, Instance]) -> set[Key]:
    return {key for key, instance in found.items() if instance.status is NoticeStatus.REQUIRED}


def stand_for(key: Key, less: Facts) -> set[Key]:
    """The instances in which a notice may go on: its own, or if nobody is named any more an unnamed entity's."""
    related = [less.get(relation, Members(other=True)) for relation in RELATIONS]
    open_ended = key.is_bound and any(isinstance(each, Members) and each.other for each in related)
    return {key, key._replace(entity=None)} if open_ended else {key}


def contradicts(rules: Ruleset, known: Facts) -> bool:
    """Whether the reader is said to be outside of a territory that has all of the place: no world is like that."""
    location = known.get("reader.location")
    return isinstance(location, LocationSet) and any(
        not is_inside and any(each.extent is Extent.WHOLE and each.code in lineage(where) for each in members)
        for where in location.places
        for name, is_inside in marks_of(where).items()
        for members in [rules.territories[name].members if name in rules.territories else ()]
    )


@HONEST
@given(rulesets(skip=False).map(without_circles), LESS_AND_MORE)
def test_hiding_or_widening_a_fact_never_removes_a_notice(rules: Ruleset, known: tuple[Facts, Facts]) -> None:
    less, more = known
    assume(not contradicts(rules, more))
    wider = due(rules, less)
    assert [key for key in due(rules, more) if not wider.keys() & stand_for(key, less)] == []


@HONEST
@given(rulesets(skip=False, supersede=False), LESS_AND_MORE)
def test_more_knowledge_never_removes_a_required_notice_nor_adds_a_possible_one(
    rules: Ruleset, known: tuple[Facts, Facts]
) -> None:
    less, more = known
    assume(not contradicts(rules, more))
    wider, closer = due(rules, less), due(rules, more)
    assert required(wider) <= required(closer)
    assert [key for key in closer if not wider.keys() & stand_for(key, less)] == []


@HONEST
@given(rulesets(skip=False, supersede=False), facts(), st.data())
def test_adding_a_rule_that_supersedes_nothing_never_removes_or_weakens_a_notice(
    rules: Ruleset, known: Facts, data: st.DataObject
) -> None:
    added = data.draw(st.sampled_from(sorted(rules.rules)))
    fewer = due(replace(rules, rules={id_: rule for id_, rule in rules.rules.items() if id_ != added}), known)
    more = due(rules, known)
    assert fewer.keys() <= more.keys()
    assert required(fewer) <= required(more)
    for key, instance in fewer.items():
        if not instance.by_reach:
            assert set(instance.rules) <= set(more[key].rules)
            assert instance.display is Display.HOLD or more[key].display is Display.SHOW


@HONEST
@given(rulesets(), facts(), st.randoms(use_true_random=False))
def test_the_order_of_rules_and_of_facts_makes_no_difference(rules: Ruleset, known: Facts, chance: Any) -> None:
    def shuffled(mapping: Mapping[str, Any]) -> dict[str, Any]:
        items = list(mapping.items())
        chance.shuffle(items)
        return dict(items)

    other = Ruleset(
        shuffled(rules.rules), shuffled(rules.entities), shuffled(rules.registers), shuffled(rules.territories)
    )
    assert decide(other, shuffled(known), DAYS, explain=True) == decide(rules, known, DAYS, explain=True)


def named_by(rule: Rule) -> set[str]:
    """The facts on which a rule rests; what is derived from the publisher rests on the publisher."""
    facts_of_lines = {line.fact for line in rule.each_line()}
    derived = {"publisher"} if any(fact.startswith("publisher.") for fact in facts_of_lines) else set()
    return facts_of_lines | derived | ({rule.for_each} if rule.for_each else set()) | {"reader.location"}


@HONEST
@given(rulesets(), facts(), facts())
def test_facts_that_no_rule_names_make_no_difference(rules: Ruleset, known: Facts, others: Facts) -> None:
    named = set[str]().union(*map(named_by, rules.rules.values()))
    idle = {name: value for name, value in others.items() if name not in named}
    assume(idle)
    asked = {name: value for name, value in known.items() if name in named}
    assert decide(rules, {**asked, **idle}, DAYS, explain=True) == decide(rules, asked, DAYS, explain=True)
