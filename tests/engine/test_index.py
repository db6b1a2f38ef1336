"""The index says what the plain evaluator says, in every way in which it can find it out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.engine import segment
from compliance.engine.decide import decide
from compliance.engine.index import MOST_SEGMENTS, Index
from compliance.engine.memo import Memo
from compliance.engine.postings import make_ready
from compliance.engine.views import View
from compliance.model.designation import Entity
from compliance.model.facts import OneOf
from compliance.model.period import Period
from compliance.model.rule import Block, Line, Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from tests.engine.building import entry, line, one, register, rule, some
from tests.engine.strategies import DAYS, Facts, facts, rulesets

quick = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
MANY = st.lists(facts(), min_size=3, max_size=8)


def same(ruleset: Ruleset, questions: Sequence[Facts]) -> None:
    """Asked twice, so that what was kept of one question is used for the others."""
    index = Index(ruleset)
    for known in (*questions, *questions):
        assert index.decide(known, DAYS) == decide(ruleset, known, DAYS)


@quick
@given(rulesets(), MANY)
def test_many_questions_to_one_index_get_the_plain_decisions(ruleset: Ruleset, questions: list[Facts]) -> None:
    same(ruleset, questions)


@quick
@given(rulesets(), MANY)
def test_rules_that_are_judged_in_worlds_get_the_plain_decisions_too(ruleset: Ruleset, questions: list[Facts]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "FEW", 0)
        same(ruleset, questions)


@quick
@given(rulesets(), rulesets(), rulesets(), MANY)
def test_rules_of_several_shapes_that_share_notices_are_judged_together(
    one: Ruleset, two: Ruleset, three: Ruleset, questions: list[Facts]
) -> None:
    notices = {**three.notices, **two.notices, **one.notices}  # one definition for each, as the loader sees to
    more = {
        f"{prefix}-{name}": replace(each, id=f"{prefix}-{name}", notice=notices[each.notice.id])
        for prefix, other in (("b", two), ("c", three))
        for name, each in other.rules.items()
    }
    same(replace(one, rules={**one.rules, **more}), questions)


@quick
@given(rulesets(), facts(), st.integers(-6, 6))
def test_days_that_share_a_segment_share_a_decision(ruleset: Ruleset, known: Facts, step: int) -> None:
    index = Index(ruleset)
    later = {zone: day + timedelta(days=step) for zone, day in DAYS.items()}
    assert index.decide(known, DAYS) == decide(ruleset, known, DAYS)
    assert index.decide(known, later) == decide(ruleset, known, later)
    if index.segment(later) is index.segment(DAYS):
        assert decide(ruleset, known, later) == decide(ruleset, known, DAYS)


@quick
@given(rulesets(), facts())
def test_an_explained_decision_is_the_served_one_with_reasons(ruleset: Ruleset, known: Facts) -> None:
    index = Index(ruleset)
    assert index.decide(known, DAYS, explain=True) == decide(ruleset, known, DAYS, explain=True)
    assert index.decide(known, DAYS, explain=True).instances == index.decide(known, DAYS).instances


def publishers(number: int) -> Ruleset:
    """So many rules, each about one publisher, each with a notice of its own."""
    rules: dict[str, Rule] = {}
    for each in range(number):
        when = Block((Line("publisher", frozenset({f"p{each}"})), Line("reader.location", frozenset({"RU", "BY"}))))
        base = rule(f"r{each}")
        rules[base.id] = replace(base, when=when, notice=replace(base.notice, id=f"n{each}"))
    return Ruleset(rules=rules)


def test_only_the_rules_of_the_publisher_are_looked_at() -> None:
    index = Index(publishers(500))
    (shape,) = index.prepared.page_shapes
    view = View(frozenset({"p7"}))
    found = shape.find({"publisher": view, "reader.location": View(rest=True)})
    assert found is not None
    assert [ready.rule.id for ready in found.rules] == ["r7"]


def test_a_publisher_that_no_rule_names_costs_no_rule_at_all() -> None:
    index = Index(publishers(500))
    (shape,) = index.prepared.page_shapes
    views = {"publisher": View(frozenset({"nobody"})), "reader.location": View(rest=True)}
    assert shape.find(views) is None


def test_where_the_publisher_is_hidden_the_place_finds_the_rules() -> None:
    rules = publishers(50).rules
    home = Block((Line("publisher", frozenset({"p0"})), Line("reader.location", frozenset({"FR"}))))
    index = Index(Ruleset(rules={**rules, "french": replace(rules["r0"], id="french", when=home)}))
    (shape,) = index.prepared.page_shapes
    views = {"publisher": View(rest=True), "reader.location": View(frozenset({"FR"}))}
    found = shape.find(views)
    assert found is not None
    assert [ready.rule.id for ready in found.rules] == ["french"]


def test_a_hidden_publisher_makes_every_notice_of_the_place_possible() -> None:
    decision = Index(publishers(40)).decide({"reader.location": LocationSet.of(["RU"])}, DAYS)
    assert len(decision.instances) == 40
    assert decision.unknowns == ("publisher",)


def test_nothing_is_kept_beyond_its_bound() -> None:
    index = Index(publishers(3))
    seen = {id(index.on(date(2024, 1, 1) + timedelta(days=each))) for each in range(400)}
    assert len(seen) == 1
    turning = replace(publishers(1).rules["r0"], effective=Period(date(2024, 1, 1), date(2024, 1, 1)))
    many = {f"r{n}": replace(turning, id=f"r{n}", effective=_day(n)) for n in range(3 * MOST_SEGMENTS)}
    index = Index(Ruleset(rules=many))
    for each in range(3 * MOST_SEGMENTS):
        index.on(date(2024, 1, 1) + timedelta(days=each))
    assert len(index._segments) <= MOST_SEGMENTS + 1


def _day(number: int) -> Period:
    day = date(2024, 1, 1) + timedelta(days=number)
    return Period(day, day)


@pytest.mark.parametrize("most", [1, 2, 3, 10])
def test_a_memo_keeps_what_was_asked_for_lately_and_never_too_much(most: int) -> None:
    memo: Memo[int] = Memo(most)
    for number in range(100):
        assert memo.put(number, -number) == -number
        assert memo.get(number) == -number
        assert len(memo) <= most + 1
    assert memo.get(0) is None


def test_what_is_asked_for_again_and_again_is_never_forgotten() -> None:
    memo: Memo[str] = Memo(4)
    memo.put("kept", "yes")
    for number in range(50):
        memo.put(number, "no")
        assert memo.get("kept") == "yes"


@pytest.mark.parametrize("most", [0, 3])
def test_a_memo_says_how_many_values_it_may_keep(most: int) -> None:
    """Whoever knows that nothing is kept need not work out a key."""
    memo: Memo[str] = Memo(most)
    assert memo.most == most


def test_a_memo_of_nothing_keeps_nothing() -> None:
    memo: Memo[int] = Memo(0)
    assert memo.put("a", 1) == 1
    assert memo.get("a") is None
    assert len(memo) == 0


def test_threads_that_share_an_index_get_the_decisions_of_one_alone() -> None:
    ruleset = publishers(60)
    index = Index(ruleset)
    questions: list[Facts] = [
        {"publisher": OneOf(frozenset({f"p{n}"})), "reader.location": LocationSet.of([code])}
        for n in range(60)
        for code in ("RU", "UA", "BY")
    ]
    wanted = [decide(ruleset, each, DAYS) for each in questions]
    wrong: list[int] = []

    def ask(start: int) -> None:
        for step in range(len(questions)):
            place = (start + step) % len(questions)
            if index.decide(questions[place], DAYS) != wanted[place]:
                wrong.append(place)

    threads = [threading.Thread(target=ask, args=(number * 31,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_equal_keys_and_days_are_one_object_in_a_large_rule_set() -> None:
    ruleset = publishers(2)
    share: dict[object, object] = {}

    class Sharing(dict[object, object]):
        def __missing__(self, key: object) -> object:
            return share.setdefault(key, key)

    one, two = (make_ready(each, ruleset, Sharing()) for each in ruleset.rules.values())
    assert one.facts is two.facts
    place = one.facts.index("reader.location")
    assert one.keys[place] is two.keys[place]


def listing(*listed: str) -> Ruleset:
    """A rule about whoever is mentioned and listed; nobody's name means anything to the engine."""
    names = ("paper", "unlisted", "None", "rest")
    bound = replace(rule("r", line("mention.designated_as", "x/list")), for_each="content.mentions")
    return Ruleset(
        rules={"r": bound},
        entities={name: Entity(name, name) for name in names},
        registers={"x/list": register("x/list", *(entry(name) for name in listed))},
    )


@pytest.mark.parametrize("name", ["unlisted", "None", "rest", "undeclared"])
def test_no_name_of_an_entity_is_taken_for_a_sign_of_the_engine(name: str) -> None:
    questions: list[Facts] = [{"content.mentions": some("paper")}, {"content.mentions": some(name)}]
    for ruleset in (listing(name) if name != "undeclared" else listing("paper"), listing()):
        same(ruleset, questions)
        same(ruleset, questions[::-1])


def test_what_is_said_does_not_hang_on_whether_two_zones_have_the_same_day() -> None:
    listed = line("publisher.designated_as", "x/list")
    rules = {
        "a": replace(rule("a", listed), zone="Europe/Moscow"),
        "b": replace(rule("b", line("content.kind", "article")), zone="Asia/Tokyo", unless=(Block((listed,)),)),
    }
    doubtful = register("x/list", complete=False)
    ruleset = Ruleset(rules=rules, registers={"x/list": replace(doubtful, zone=None)})
    known: Facts = {"content.kind": one("article")}
    index = Index(ruleset)
    days = dict.fromkeys(("Europe/Moscow", "Asia/Tokyo"), date(2024, 6, 1))
    for asked in (days, {**days, "Asia/Tokyo": date(2024, 6, 2)}, days):
        assert index.decide(known, asked) == decide(ruleset, known, asked) == index.decide(known, days)


def test_words_that_no_rule_asks_for_take_no_room() -> None:
    index = Index(Ruleset(rules={"r": rule("r", line("content.promotes", "gambling"), line("reader.location", "RU"))}))
    segment_ = index.segment(DAYS)
    for number in range(50):
        segment_.decide({"content.promotes": some(f"word-{number}", other=True)})
    assert len(segment_._results) <= 2


@given(rulesets(), st.integers(-4, 4), st.integers(-4, 4))
def test_a_stretch_is_all_the_days_of_a_segment(ruleset: Ruleset, here: int, there: int) -> None:
    index = Index(ruleset)
    days = {zone: DAYS[zone] + timedelta(days=step) for zone, step in zip(DAYS, (here, there), strict=True)}
    stretch = index.stretch(days)
    for zone, step in product(days, range(-9, 10)):
        moved = {**days, zone: days[zone] + timedelta(days=step)}
        is_in_it = zone not in stretch or moved[zone] in stretch[zone]
        assert (index.segment(moved) is index.segment(days)) is is_in_it
