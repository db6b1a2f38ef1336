"""What holds of every comparison: nothing of nothing, true examples, and no difference that goes untold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.content.facts import resolved
from compliance.engine.decide import decide
from compliance.model.decision import Instance
from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet, Member, code_of, handed_down, lineage, marks_of
from compliance.model.truth import Truth
from compliance.review.impact import compare
from compliance.review.impact.classes import BOUND, HAS, HAS_NOT
from compliance.review.impact.groups import Condition, Group
from compliance.review.impact.groups import Kind as Change
from compliance.review.impact.places import Places
from compliance.review.impact.report import Impact, NoticeChange
from compliance.review.impact.sides import Side
from compliance.review.results import result_of
from tests.engine import strategies as small
from tests.examples import are_all

DAY = small.DAY
MOST = 512
"""So many questions are asked of a notice in every run; two of three that change need no more."""
Results = Mapping[tuple[str, str], str]


@pytest.fixture(scope="module", autouse=True)
def fewer_questions() -> Iterator[None]:
    """Most pairs with more than some hundred questions have thousands, and those cost nearly all of the time."""
    with pytest.MonkeyPatch.context() as patch:
        if not are_all():
            patch.setattr(compare, "MOST", MOST)
        yield


def in_one_world(one: Ruleset, other: Ruleset) -> Ruleset:
    """The rules of one set with the entities, registers and territories of another."""
    return replace(other, rules=one.rules)


def changes(old: Ruleset, new: Ruleset, *notices: str) -> list[NoticeChange]:
    """What is told of these notices, or of all."""
    impact = Impact(old, new, DAY)
    tasks = [task for task in impact.tasks() if not notices or task.notice in notices]
    return [change for task in tasks if (change := impact.run(task)) is not None]


def counted(old: Ruleset, new: Ruleset, *notices: str) -> dict[str, NoticeChange]:
    return {each.notice: each for each in changes(old, new, *notices) if not each.draft}


def asked(ruleset: Ruleset, facts: Facts, day: date) -> Results:
    """The word for each notice and entity, by the plain evaluator."""
    side = Side.of(ruleset)
    decision = decide(ruleset, resolved(facts, side.directory), dict.fromkeys(ruleset.zones, day))
    found: dict[tuple[str, str], list[Instance]] = {}
    for each in decision.instances:
        found.setdefault((each.notice.id, each.entity or ""), []).append(each)
    order = ("none", "review", "possible", "required")
    return {key: max(map(result_of, each), key=order.index) for key, each in found.items()}


PAIRS = st.tuples(small.rulesets(), small.rulesets())


@settings(max_examples=6)
@given(small.rulesets())
def test_nothing_changes_between_a_rule_set_and_itself(ruleset: Ruleset) -> None:
    assert changes(ruleset, ruleset) == []
    assert changes(ruleset, replace(ruleset, rules=dict(ruleset.rules))) == []


@settings(max_examples=8)
@given(PAIRS)
def test_every_example_comes_out_as_it_says_in_both_whole_rule_sets(pair: tuple[Ruleset, Ruleset]) -> None:
    old, new = pair
    for change in counted(old, new).values():
        for group in change.groups:
            cell = group.example
            key = change.notice, cell.entity
            sides = [Side.of(old), Side.of(new)]
            words = [asked(side.ruleset, side.read(cell.given), cell.day).get(key, "none") for side in sides]
            assert words == [group.before, group.after]
            assert group.kind is Change.of(*words)
            assert any(cell.day in stretch for stretches in group.who.values() for stretch in stretches)


def known_or_not(facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """The facts, those with several possible values left out; a set may have doubtful members."""
    return {
        name: value
        for name, value in facts.items()
        if isinstance(value, Members)
        or (isinstance(value, OneOf) and value.is_known)
        or (isinstance(value, LocationSet) and len(value.places) == 1 and not value.anywhere)
    }


NEAR = st.integers(-5, 6).map(lambda days: DAY + timedelta(days=days))


QUESTIONS = (PAIRS, small.facts(), NEAR, st.booleans())


@settings(max_examples=28)
@given(*QUESTIONS)
def test_a_question_that_gets_something_else_is_told(
    pair: tuple[Ruleset, Ruleset], facts: Facts, day: date, one_world: bool
) -> None:
    """For questions in which each fact is known or not; a set may have doubtful members."""
    check(pair, known_or_not(facts), day, one_world=one_world)


@pytest.mark.prove
@settings(max_examples=500)
@given(*QUESTIONS)
def test_no_question_that_gets_something_else_goes_untold(
    pair: tuple[Ruleset, Ruleset], facts: Facts, day: date, one_world: bool
) -> None:
    check(pair, known_or_not(facts), day, one_world=one_world)


def check(pair: tuple[Ruleset, Ruleset], facts: Facts, day: date, *, one_world: bool) -> None:
    """Every decision on a question that differs between two rule sets is told, if all classes were asked."""
    old, new = pair[0], in_one_world(pair[1], pair[0]) if one_world else pair[1]
    before, after = asked(old, facts, day), asked(new, facts, day)
    wrong = {key for key in before.keys() | after.keys() if before.get(key, "none") != after.get(key, "none")}
    assume(wrong and is_located(facts.get("reader.location"), pair))
    found = counted(old, new, *{notice for notice, _ in wrong})
    for notice, entity in wrong:
        change = found[notice]
        words = before.get((notice, entity), "none"), after.get((notice, entity), "none")
        told = [group for group in change.groups if tells_of(group, words, day, change, facts, entity)]
        assert told or not change.exhaustive, (notice, entity, words)


def is_located(value: FactValue | None, pair: tuple[Ruleset, Ruleset]) -> bool:
    """Whether a place is none or one that sources can name: whoever is inside of something is in a member of it."""
    if not isinstance(value, LocationSet):
        return True
    (where,) = value.places
    inside = {mark for mark, is_in in marks_of(where).items() if is_in}
    near = (
        (name, each)
        for name, each in members(pair)
        if each.code in lineage(where) or code_of(where) in lineage(each.code)
    )
    return all(each.code in lineage(where) for name, each in near if inside & {name, each.area})


def settled(where: str, places: Places) -> list[Truth]:
    """What is settled of a place: for each member that it has to do with, whether who is in both is in it."""
    near = (
        (name, each)
        for name, each in places.members
        if each.code in lineage(where) or code_of(where) in lineage(each.code)
    )
    return [each.holds(where, name) for name, each in near]


def members(pair: Iterable[Ruleset]) -> list[tuple[str, Member]]:
    """Every member of the territories of some rule sets, each with its territory."""
    territories = [territory for ruleset in pair for territory in ruleset.territories.values()]
    return [(territory.id, member) for territory in territories for member in territory.members]


def tells_of(group: Group, words: tuple[str, str], day: date, change: NoticeChange, facts: Facts, entity: str) -> bool:
    """Whether a group tells of a change on a day, and what it says of the facts that are given is so."""
    on_day = any(day in stretch for stretches in group.who.values() for stretch in stretches)
    said = all(is_so(each, facts, change) and stands_so(each, facts, entity) for each in group.conditions)
    return (group.before, group.after) == words and on_day and said


def stands_so(condition: Condition, facts: Facts, entity: str) -> bool:
    """Whether somebody stands in a relation as a condition says, where several relations may bind."""
    dimension, keys = condition.dimension, {choice.key for choice in condition.choices}
    if not entity or dimension.about != BOUND or HAS not in {choice.key for choice in dimension.choices}:
        return True
    value = facts.get(dimension.fact)
    if not isinstance(value, Members):
        return condition.unclear
    if entity in value.certain:
        return HAS in keys
    return condition.unclear if entity in value.perhaps or value.other else HAS_NOT in keys


def is_so(condition: Condition, facts: Facts, change: NoticeChange) -> bool:
    dimension = condition.dimension
    value = facts.get(dimension.fact)
    if dimension.about == BOUND or FACTS[dimension.fact].kind in {Kind.LANGUAGE, Kind.STATUS, Kind.ORDER, Kind.ENTITY}:
        return True  # what follows from somebody, or is told by another of its class
    if value is None or (isinstance(value, OneOf) and not value.is_known):
        return condition.unclear
    if isinstance(value, Members):
        (members,) = {choice.members for choice in dimension.choices}
        if value.certain & members:
            return HAS in {choice.key for choice in condition.choices}
        if value.perhaps & members or value.other:
            return condition.unclear
        return HAS_NOT in {choice.key for choice in condition.choices}
    if isinstance(value, LocationSet):
        assert change.places is not None
        (code,) = value.places
        home = code_of(code)
        near = next((each for each in lineage(home) if each in change.places.codes), None)
        stands_for = change.places.elsewhere if near is None else near
        if near is not None and near != home:
            stands_for = change.places.rests.get(near, near)
        asked = {each for choice in condition.choices for each in choice.members if code_of(each) == stands_for}
        wanted = settled(handed_down(stands_for or "", code), change.places)
        return any(settled(each, change.places) == wanted for each in asked)
    (word,) = value.values
    if FACTS[dimension.fact].kind is Kind.DAY:
        return any(date.fromisoformat(word) in stretch for choice in condition.choices for stretch in choice.days)
    named = any(word in choice.members for choice in dimension.choices)
    return any(word in choice.members or (choice.other and not named) for choice in condition.choices)


@settings(max_examples=10)
@given(small.rulesets(), st.data(), small.facts(), NEAR)
def test_a_rule_that_goes_is_named_and_whatever_goes_with_it_is_told_as_removed(
    old: Ruleset, data: st.DataObject, facts: Facts, day: date
) -> None:
    assume(old.active_rules)
    gone = data.draw(st.sampled_from(old.active_rules))
    new = replace(old, rules={name: rule for name, rule in old.rules.items() if name != gone.id})
    change = counted(old, new, gone.notice.id)[gone.notice.id]
    assert (change.removed, change.added, change.changed) == ((gone.id,), (), ())
    shown = {"possible", "required"}
    facts = known_or_not(facts)
    before, after = asked(old, facts, day), asked(new, facts, day)
    for key, word in before.items():
        if key[0] == gone.notice.id and word in shown and after.get(key) not in shown and change.exhaustive:
            told = [group for group in change.groups if group.kind is Change.REMOVED]
            assert any(day in stretch for group in told for spans in group.who.values() for stretch in spans)
