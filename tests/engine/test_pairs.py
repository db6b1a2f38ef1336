"""Rules that two facts find together: one look for a publisher and a country, and the same decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from compliance.engine.index import Index
from compliance.engine.postings import FEW, MOST_PAIRS, Shape
from compliance.engine.views import View
from compliance.model.facts import OneOf, unknown
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Line, Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, Member, Territory
from tests.engine.asking import agree
from tests.engine.building import at, block, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, LATER, MOSCOW, ONE, SOON, TOKYO
from tests.engine.words import KIND, LISTED, MENTIONS, PAID, PLACE, PUBLISHED, PUBLISHER, Facts


def pair(name: str, publishers: Iterable[str], places: Iterable[str], effective: Period = ALWAYS) -> Rule:
    """A rule about some publishers and some places, with a notice of its own."""
    return rule(name, line(PUBLISHER, *publishers), line(PLACE, *places), says=notice(name), effective=effective)


def asked(publisher: OneOf, *places: str) -> Facts:
    return {PUBLISHER: publisher, PLACE: at(*places)}


def shape_of(rules: Ruleset) -> Shape:
    (shape,) = Index(rules).prepared.page_shapes
    return shape


def few(rules: Ruleset, publishers: Iterable[str], places: Iterable[str]) -> list[str] | None:
    """The rules that one look finds; None if it is no help."""
    views = {PUBLISHER: View(frozenset(publishers)), PLACE: View(maybe=frozenset(places))}
    found = shape_of(rules).few(views)
    return None if found is None else [ready.rule.id for ready in found]


def letters(number: int) -> list[str]:
    return [f"p{each}" for each in range(number)]


# -- the same decisions -----------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [MOSCOW, TOKYO, None])
def test_a_territory_is_a_key_of_a_pair_like_any_code(zone: str | None) -> None:
    members = (
        Member("RU", Extent.WHOLE, ALWAYS),
        Member("UA-14", Extent.PARTLY, SOON),
        Member("GB", Extent.WHOLE, LATER),
    )
    rules = rules_of(
        pair("t", ["radio"], ["t"], Period(None, DAY + 9 * ONE)),
        pair("both", ["radio", "daily"], ["t", "FR"]),
        replace(pair("tokyo", ["daily"], ["t"]), zone=TOKYO),
        pair("code", ["daily"], ["UA-14"]),
    )
    ruleset = replace(rules, territories={"t": Territory("t", "", members, zone)})
    for publisher in ("radio", "daily", "stranger"):
        agree(ruleset, *(asked(one(publisher), code) for code in ("RU-MOW", "UA-14", "GB-LND", "FR")))
        agree(ruleset, *(asked(one(publisher), *codes) for codes in (("UA",), ("RU", "UA-14"), ("DE",), ("GB", "FR"))))


@pytest.mark.parametrize(
    "places", [("RU",), ("RU", "BY"), ("RU", "DE"), ("RU-MOW",), ("UA-43", "BY"), ("UA",), ("DE", "JP")]
)
def test_several_keys_of_both_facts_find_every_rule_of_any_of_them(places: tuple[str, ...]) -> None:
    rules = rules_of(
        pair("a", ["radio", "daily"], ["RU", "BY", "UA-43"]),
        pair("b", ["radio"], ["RU-MOW", "UA"]),
        pair("c", ["daily", "desk"], ["BY", "UA-43", "DE"]),
        pair("d", ["desk"], ["RU", "JP"]),
    )
    publishers = [one("radio"), one("radio", "daily"), one("desk", "stranger"), one("daily", other=True)]
    agree(rules, *(asked(publisher, *places) for publisher in publishers))


def test_a_publisher_that_may_be_one_of_two_has_the_rules_of_both() -> None:
    rules = rules_of(
        *(pair(name, [name], ["RU"], Period(None, DAY + n * ONE)) for n, name in enumerate(("radio", "daily", "desk"))),
        pair("either", ["radio", "daily"], ["RU"]),
    )
    known = asked(one("radio", "daily"), "RU")
    agree(rules, known, asked(one("radio"), "RU"), asked(one("daily", "desk"), "RU"), asked(one("radio", "x"), "BY"))
    found = Index(rules).decide(known, DAYS)
    assert {each.notice.id: each.status.value for each in found.instances} == {
        "radio": "possible",
        "daily": "possible",
        "either": "required",
    }


@pytest.mark.parametrize("number", [FEW - 1, FEW, FEW + 1, 3 * FEW])
def test_however_many_rules_one_pair_has_all_of_them_are_asked(number: int) -> None:
    rules = rules_of(*(pair(f"r{n:02}", ["radio"], ["RU"]) for n in range(number)), pair("s", ["daily"], ["BY"]))
    agree(rules, asked(one("radio"), "RU"), asked(one("daily"), "BY"), asked(one("radio", "daily"), "RU", "BY"))
    assert len(Index(rules).decide(asked(one("radio"), "RU"), DAYS).instances) == number


@pytest.mark.parametrize("number", [FEW, FEW + 1])
def test_rules_of_two_pairs_are_asked_each_once_however_many_they_are(number: int) -> None:
    """One of them is found by both, and the places tell whether the notice is required."""
    rules = rules_of(
        *(pair(f"{'ab'[n % 2]}{n}", ["radio"], [("RU", "BY")[n % 2]]) for n in range(number - 1)),
        pair("both", ["radio"], ["RU", "BY"]),
    )
    agree(rules, asked(one("radio"), "RU", "BY"), asked(one("radio"), "RU"), asked(one("radio"), "BY", "FR"))


def test_rules_with_exceptions_are_found_by_pairs_and_judged_in_worlds() -> None:
    paid = (block(line(PAID, "no")),)
    rules = rules_of(
        *(replace(pair(name, ["radio"], [code]), unless=paid) for name, code in (("a", "RU"), ("b", "BY"))),
        pair("c", ["radio"], ["RU", "BY"]),
    )
    known = asked(one("radio"), "RU")
    agree(rules, known, {**known, PAID: one("yes")}, {**known, PAID: one("no")}, asked(one("radio"), "BY", "RU"))


def test_rules_of_one_notice_found_by_two_pairs_make_one_instance_that_names_them_in_order() -> None:
    rules = rules_of(
        *(
            rule(name, line(PUBLISHER, "radio"), line(PLACE, code))
            for name, code in (("z", "RU"), ("m", "BY"), ("a", "RU"))
        )
    )
    known = asked(one("radio"), "BY", "RU")
    agree(rules, known, asked(one("radio"), "RU"))
    (found,) = Index(rules).decide(known, DAYS).instances
    assert found.rules == ("a", "m", "z")


def test_rules_about_mentions_are_found_by_pairs_for_each_entity() -> None:
    rules = rules_of(*(replace(pair(name, [name], ["RU"]), for_each=MENTIONS) for name in ("radio", "daily")))
    known = asked(one("radio"), "RU")
    agree(rules, {**known, MENTIONS: some("desk", "daily")}, {**known, MENTIONS: some("desk", perhaps=("x",))}, known)


def test_a_register_is_no_key_of_a_pair() -> None:
    rules = rules_of(
        *(
            rule(name, line(LISTED, "ru/listed"), line(PLACE, code), says=notice(name))
            for name, code in (("a", "RU"), ("b", "BY"))
        ),
        rule("c", line(LISTED, "ru/listed"), line(KIND, "video"), line(PLACE, "RU"), says=notice("c")),
    )
    known = {**asked(one("radio"), "RU"), KIND: one("video")}
    agree(rules, known, {**known, PUBLISHER: one("daily")}, {LISTED: some("ru/listed"), PLACE: at("BY")})


# -- how they are found -----------------------------------------------------------------------------


def test_a_pair_finds_its_own_rules_and_no_other() -> None:
    rules = rules_of(*(pair(f"{who}-{code}", [who], [code]) for who in ("a", "b") for code in ("RU", "BY")))
    assert few(rules, ["a"], ["RU"]) == ["a-RU"]
    assert few(rules, ["a"], ["RU", "BY"]) == ["a-BY", "a-RU"]
    assert few(rules, ["a", "x"], ["BY", "FR"]) == ["a-BY"]
    assert few(rules, ["x"], ["RU"]) == few(rules, ["x", "y"], ["RU", "BY"]) == []


def test_where_a_fact_is_unknown_pairs_are_no_help() -> None:
    shape = shape_of(rules_of(pair("a", ["a"], ["RU"]), pair("b", ["b"], ["RU"])))
    known, hidden = View(frozenset({"RU"})), View(rest=True)
    assert shape.few({PUBLISHER: hidden, PLACE: known}) is None
    assert shape.few({PUBLISHER: View(frozenset({"a"})), PLACE: hidden}) is None


def test_rules_on_one_fact_have_no_pairs() -> None:
    rules = rules_of(rule("a", line(PLACE, "RU")), rule("b", line(PLACE, "BY")))
    assert shape_of(rules).few({PLACE: View(frozenset({"RU"}))}) is None


@pytest.mark.parametrize(("more", "is_help"), [(0, True), (1, False)])
def test_pairs_help_where_no_pair_has_more_than_a_few_rules(more: int, is_help: bool) -> None:
    rules = rules_of(*(pair(f"r{n:02}", ["a"], ["RU"]) for n in range(FEW + more)), pair("s", ["b"], ["BY"]))
    assert (few(rules, ["b"], ["BY"]) == ["s"]) is is_help


@pytest.mark.parametrize(("more", "is_help"), [(0, True), (1, False)])
def test_pairs_help_where_several_find_no_more_than_a_few_rules_together(more: int, is_help: bool) -> None:
    rules = rules_of(
        *(pair(f"r{n}", ["a"], ["RU"]) for n in range(FEW // 2)),
        *(pair(f"s{n}", ["a"], ["BY"]) for n in range(FEW // 2 + more - 1)),
        pair("t", ["a"], ["RU", "BY"]),
    )
    found = few(rules, ["a"], ["RU", "BY"])
    assert (found is not None) is is_help
    assert found in (None, sorted(rules.rules))


@pytest.mark.parametrize(("number", "is_help"), [(MOST_PAIRS, True), (MOST_PAIRS + 1, False)])
def test_pairs_help_where_a_rule_has_not_too_many(number: int, is_help: bool) -> None:
    rules = rules_of(pair("r", letters(number), ["RU"]), pair("s", ["q"], letters(MOST_PAIRS)))
    assert (few(rules, ["p1"], ["RU"]) == ["r"]) is is_help


@pytest.mark.parametrize(("number", "is_help"), [(MOST_PAIRS // 2, True), (MOST_PAIRS // 2 + 1, False)])
def test_pairs_help_where_a_question_has_not_too_many(number: int, is_help: bool) -> None:
    rules = rules_of(pair("r", ["p1"], ["RU"]), pair("s", ["q"], ["BY"]))
    assert (few(rules, letters(number), ["RU", "BY"]) == ["r"]) is is_help


def test_of_three_facts_the_two_that_leave_the_fewest_rules_make_the_pairs() -> None:
    rules = rules_of(
        *(rule(f"r{n}", line(PUBLISHER, f"p{n}"), line(PLACE, "RU", "BY"), line(KIND, "video")) for n in range(3)),
        rule("s", line(PUBLISHER, "p0"), line(PLACE, "FR"), line(KIND, "video")),
    )
    assert shape_of(rules).facts == (PUBLISHER, PLACE, KIND)
    assert few(rules, ["p0"], ["FR"]) == ["s"]


def test_registers_tell_much_and_are_passed_over_for_pairs() -> None:
    """What a publisher may be on another day leaves out few of them."""
    names = [f"x/{letter}" for letter in "abc"]
    rules = replace(
        rules_of(*(rule(each, line(LISTED, each), line(PUBLISHER, "a"), line(PLACE, "RU")) for each in names)),
        registers={name: register(name) for name in names},
    )
    assert shape_of(rules).facts[0] == LISTED
    assert few(rules, ["a"], ["RU"]) == names
    assert few(rules, ["a"], ["BY"]) == []


# -- fact by fact -----------------------------------------------------------------------------------


def entered(shape: Shape, publishers: Iterable[str], place: str) -> list[str]:
    """The rules that are found one fact after the other."""
    found = shape.find({PUBLISHER: View(frozenset(publishers)), PLACE: View(frozenset({place}))})
    return [] if found is None else [ready.rule.id for ready in found.rules]


def by_publisher(number: int) -> Shape:
    """So many rules of one publisher, one of them in France, and others in France of whom each has one."""
    return shape_of(
        rules_of(
            *(pair(f"a{n}", ["a"], ["FR" if n == 0 else "RU"]) for n in range(number)),
            *(pair(f"b{n:02}", [f"b{n:02}"], ["FR"]) for n in range(3 * FEW)),
        )
    )


def test_a_few_rules_are_told_apart_by_another_fact_only_when_they_are_asked_for_again() -> None:
    shape = by_publisher(FEW)
    assert entered(shape, "a", "FR") == [f"a{n}" for n in range(FEW)]
    assert entered(shape, "a", "FR") == ["a0"]


def test_more_rules_are_told_apart_at_once() -> None:
    assert entered(by_publisher(FEW + 1), "a", "FR") == ["a0"]


def test_two_rules_are_never_told_apart() -> None:
    shape = by_publisher(2)
    assert [entered(shape, "a", "FR") for _ in range(3)] == [["a0", "a1"]] * 3


def test_what_was_put_together_for_several_publishers_is_kept_and_told_apart_no_further() -> None:
    shape = by_publisher(FEW)
    views = {PUBLISHER: View(maybe=frozenset({"a", "b00"})), PLACE: View(frozenset({"FR"}))}
    found = shape.find(views)
    assert found is not None
    assert len(found.rules) == FEW + 1
    assert shape.find(views) is found


def test_a_fact_of_which_each_value_leaves_few_rules_is_looked_at_first() -> None:
    rules = rules_of(
        *(rule(name, line(KIND, "video"), line(PUBLISHER, "a", "b")) for name in ("r", "s")),
        rule("t", line(KIND, "video"), line(PUBLISHER, "c")),
    )
    assert shape_of(rules).facts == (PUBLISHER, KIND)


# -- periods of days --------------------------------------------------------------------------------


@pytest.mark.parametrize("unless", [False, True])
def test_two_days_between_which_no_period_turns_are_alike_and_others_are_not(unless: bool) -> None:
    published = Line(PUBLISHED, period=Period(DAY, DAY + 5 * ONE))
    when = (line(KIND, "video"),) if unless else (line(KIND, "video"), published)
    rules = rules_of(rule("r", *when, unless=(block(published),) if unless else ()))
    texts = [(DAY + n * ONE).isoformat() for n in (-2, -1, 0, 1, 5, 6, 9)]
    known: Facts = {KIND: one("video")}
    for first in texts:
        each = [one(first), one(first, texts[0]), one(first, texts[-1]), one(first, texts[3])]
        agree(rules, *({**known, PUBLISHED: value} for value in each))
    agree(rules, *({**known, PUBLISHED: one(text)} for text in texts[:4]))
    agree(rules, *({**known, PUBLISHED: one(text)} for text in texts[3:]))
    agree(rules, known, {**known, PUBLISHED: unknown(PUBLISHED)})
    agree(rules, *({**known, PUBLISHED: one(texts[0], other=other)} for other in (False, True)))


def test_days_between_two_turns_of_the_periods_asked_for_take_room_once() -> None:
    period = Period(DAY, DAY + 90 * ONE)
    segment = Index(rules_of(rule("r", line(KIND, "video"), Line(PUBLISHED, period=period)))).segment(DAYS)
    for number in range(50):
        segment.decide({KIND: one("video"), PUBLISHED: one((DAY + number * ONE).isoformat())})
    assert len(segment._results) == 1
