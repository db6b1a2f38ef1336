"""What registers and entity files say of a publisher or a mention, kept for all of whom they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.postings import Prepared
from compliance.engine.sight import Sight
from compliance.engine.views import View
from compliance.model.designation import Entity, Entry, Register, Stance
from compliance.model.facts import OneOf
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from tests.engine.asking import agree
from tests.engine.building import at, block, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, ONE, TOKYO
from tests.engine.words import ANSWERS, KIND, LANGUAGE, LISTED, LISTS, MENTIONS, PLACE, PROMOTES, PUBLISHER, Facts

ENTITIES = {
    "radio": Entity("radio", "Radio", answers_to=("RU",), excludes=("sold",)),
    "desk": Entity("desk", "Desk", parent="radio"),
    "podcast": Entity("podcast", "Podcast", parent="desk"),
    "sold": Entity("sold", "Sold", parent="radio"),
    "twin": Entity("twin", "Twin"),
    "paper": Entity("paper", "Paper", answers_to=("RU", "CZ"), stance={"CZ": Stance.COMPLY}),
    "former": Entity("former", "Former"),
    "coming": Entity("coming", "Coming"),
    "doubtful": Entity("doubtful", "Doubtful"),
    "daily": Entity("daily", "Daily", answers_to=()),
    "weekly": Entity("weekly", "Weekly"),
}
COMPLIES = "publisher.complies_with"
NAMES = [*ENTITIES, "stranger"]


def registers(own: str | None) -> dict[str, Register]:
    """One that is fresh, one that soon grows old, one that is old, one that is not complete."""
    return {
        "ru/listed": register("ru/listed", entry("radio"), entry("twin"), entry("coming", first=DAY + ONE), zone=own),
        "ru/ageing": register("ru/ageing", entry("former", DAY), entry("paper", DAY + 4 * ONE), fresh_for=7, zone=own),
        "ru/old": register("ru/old", entry("paper"), entry("former", DAY - ONE), fresh_for=1, zone=own),
        "ru/part": register(
            "ru/part",
            entry("doubtful", DAY + 3 * ONE, unknown=True),
            entry("coming", first=DAY + 2 * ONE),
            complete=False,
        ),
    }


def asking(names: Iterable[str]) -> Iterable[Rule]:
    """For each register a rule about publishers in each zone, one about mentions, and one with an exception."""
    for name in names:
        yield rule(f"{name}-m", line(LISTED, name), says=notice(f"{name}-m"))
        yield rule(f"{name}-t", line(LISTED, name), says=notice(f"{name}-t"), zone=TOKYO)
        yield rule(f"{name}-e", line(LISTS, name), says=notice(f"{name}-e"), for_each=MENTIONS, zone=TOKYO)
        yield rule(f"{name}-u", line(KIND, "video"), says=notice(f"{name}-u"), unless=(block(line(LISTED, name)),))


def ruleset(own: str | None = None, entities: Sequence[str] = tuple(ENTITIES)) -> Ruleset:
    copies = registers(own)
    kept = {name: ENTITIES[name] for name in entities}
    return replace(rules_of(*asking(copies)), registers=copies, entities=kept)


def same(rules: Ruleset, questions: Sequence[Facts]) -> None:
    """One after the other, twice, and in the other direction: what is kept of one is used for the next."""
    wanted = [decide(rules, known, DAYS) for known in questions]
    forward = list(zip(questions, wanted, strict=True))
    for each in (forward, forward[::-1]):
        index = Index(rules)
        for known, decision in (*each, *each):
            assert index.decide(known, DAYS) == decision, known


LISTED_ONES = ("radio", "desk", "podcast", "twin", "paper", "former", "coming", "doubtful")
"""Those that some register names, themselves or a parent."""


@pytest.mark.parametrize("own", [None, MOSCOW, TOKYO])
@pytest.mark.parametrize("entities", [tuple(ENTITIES), LISTED_ONES], ids=["some unlisted", "all listed"])
def test_of_every_publisher_the_index_says_what_its_registers_say(own: str | None, entities: tuple[str, ...]) -> None:
    same(ruleset(own, entities), [{KIND: one("video"), PUBLISHER: one(name)} for name in NAMES])


@pytest.mark.parametrize("own", [None, MOSCOW, TOKYO])
@pytest.mark.parametrize("entities", [tuple(ENTITIES), LISTED_ONES], ids=["some unlisted", "all listed"])
def test_of_every_mention_the_index_says_what_its_registers_say(own: str | None, entities: tuple[str, ...]) -> None:
    same(ruleset(own, entities), [{MENTIONS: some(name), PUBLISHER: one("radio")} for name in NAMES])


@pytest.mark.parametrize("first", ["radio", "paper", "daily", "stranger"])
def test_a_publisher_that_may_be_one_of_two_is_designated_where_both_are(first: str) -> None:
    same(ruleset(), [{KIND: one("video"), PUBLISHER: one(first, name)} for name in NAMES])


def test_a_publisher_that_may_be_anyone_else_too_is_told_from_one_that_is_known() -> None:
    same(ruleset(), [{PUBLISHER: one(name, other=other)} for name in ("radio", "daily") for other in (False, True)])


def test_two_that_no_register_names_are_told_from_one_of_them_and_a_listed_one() -> None:
    pairs = [("daily", "weekly"), ("daily", "radio"), ("daily", "stranger"), ("daily",)]
    agree(ruleset(), *({PUBLISHER: one(*pair)} for pair in pairs))


def test_an_entity_is_listed_through_its_parents_unless_one_excludes_it() -> None:
    rules = replace(
        rules_of(rule("r", line(LISTS, "ru/listed"), for_each=MENTIONS)),
        registers=registers(None),
        entities=ENTITIES,
    )
    known = {MENTIONS: some("podcast", "sold", "desk", "daily")}
    agree(rules, known, {MENTIONS: some("sold")}, {MENTIONS: some("podcast")})
    assert [each.entity for each in Index(rules).decide(known, DAYS).instances] == ["desk", "podcast"]


def test_mentions_of_whom_some_are_in_doubt_get_each_the_view_of_themselves() -> None:
    questions = [
        {MENTIONS: some("radio", perhaps=("daily", "paper"))},
        {MENTIONS: some("daily", perhaps=("radio",), other=True)},
        {MENTIONS: some("stranger", "coming")},
        {MENTIONS: some(other=True)},
    ]
    agree(ruleset(), *questions)


def test_what_the_caller_says_of_registers_goes_before_what_they_say() -> None:
    rules = ruleset()
    given: list[Facts] = [
        {PUBLISHER: one("radio"), LISTED: some()},
        {PUBLISHER: one("daily"), LISTED: some("ru/old", perhaps=("ru/part",))},
        {PUBLISHER: one("radio")},
        {LISTED: some("ru/listed")},
    ]
    agree(rules, *({**each, KIND: one("video")} for each in given))


@pytest.mark.parametrize("day", [-200, -1, 0, 1, 2, 3, 4, 5, 40])
def test_on_every_day_registers_say_of_their_own_what_the_plain_evaluator_reads(day: int) -> None:
    rules, days = ruleset(), {zone: each + day * ONE for zone, each in DAYS.items()}
    index = Index(rules)
    for name in (*NAMES, *NAMES):
        known: Facts = {PUBLISHER: one(name), MENTIONS: some(name), KIND: one("video")}
        assert index.decide(known, days) == decide(rules, known, days), name


def test_the_legal_orders_that_a_publisher_answers_to_or_complies_with_stand_in_its_entity_file() -> None:
    rules = replace(
        rules_of(
            *(rule(order, line(ANSWERS, order), says=notice(order)) for order in ("RU", "CZ")),
            *(rule(f"c-{order}", line(COMPLIES, order), says=notice(f"c-{order}")) for order in ("RU", "CZ")),
            rule("b", line(KIND, "video"), says=notice("b"), unless=(block(line(ANSWERS, "RU")),)),
        ),
        entities=ENTITIES,
    )
    same(rules, [{KIND: one("video"), PUBLISHER: one(name)} for name in NAMES])
    same(rules, [{PUBLISHER: one("radio", name)} for name in NAMES])
    agree(rules, {PUBLISHER: one("daily"), ANSWERS: some("RU")}, {ANSWERS: some("CZ", other=True)}, {})
    agree(rules, {PUBLISHER: one("paper"), COMPLIES: some()}, {COMPLIES: some("RU")}, {PUBLISHER: one("paper")})


def test_a_question_that_says_nothing_of_the_publisher_is_answered_for_anyone() -> None:
    agree(ruleset(), {}, {KIND: one("video")}, {PUBLISHER: one("daily"), KIND: one("video")})


def test_facts_that_no_rule_asks_for_change_nothing() -> None:
    agree(ruleset(), {}, {PLACE: at("RU"), PROMOTES: some("gambling"), LANGUAGE: one("ru")}, {PROMOTES: some()})


EVER = 10**7  # days; a copy that never grows old, so that nothing about it changes


def lasting(*entries: Entry, name: str, complete: bool) -> Register:
    return register(name, *entries, complete=complete, fresh_for=EVER)


def of_three_registers(*rules: Rule) -> Ruleset:
    """One complete, one not, one that has an entry of which nobody knows whether it has ended."""
    over = DAY - 9 * ONE
    copies = (
        lasting(*map(entry, ("sure", "over-too", "doubtful-too")), name="a", complete=True),
        lasting(entry("over-too", over), entry("over", over), name="b", complete=False),
        lasting(entry("doubtful-too", unknown=True), name="c", complete=True),
    )
    entities = {name: Entity(name, name) for name in ("sure", "over", "over-too", "doubtful-too", "nowhere")}
    return replace(rules_of(*rules), registers={each.id: each for each in copies}, entities=entities)


def test_entities_that_differ_in_what_one_of_several_registers_says_are_told_apart() -> None:
    rules = of_three_registers(*asking("abc"))
    same(rules, [{PUBLISHER: one(name), KIND: one("video")} for name in rules.entities])
    same(rules, [{MENTIONS: some(name)} for name in rules.entities])


def test_a_register_that_only_rules_about_publishers_ask_is_not_forgotten_after_a_mention() -> None:
    rules = of_three_registers(
        *(rule(name, line(LISTED, name), says=notice(name)) for name in "ab"),
        rule("m", line(LISTS, "a"), says=notice("m"), for_each=MENTIONS),
    )
    agree(rules, {MENTIONS: some("sure")}, {PUBLISHER: one("sure")}, {MENTIONS: some("sure"), PUBLISHER: one("over")})


def test_an_entity_that_an_old_copy_cannot_deny_is_told_from_one_whose_entry_is_in_doubt() -> None:
    """Both may stand in both registers; a newer copy would settle another one for each of them."""
    copies = {name: register(name, entry(f"in-{name}", unknown=True), fresh_for=1) for name in "ab"}
    entities = {name: Entity(name, name) for name in ("in-a", "in-b", "nowhere")}
    asked = (rule(name, line(KIND, "video"), line(LISTED, name), says=notice(name)) for name in copies)
    rules = replace(rules_of(*asked), registers=copies, entities=entities)
    agree(rules, *({KIND: one("video"), PUBLISHER: one(name)} for name in entities))
    found = [Index(rules).decide({KIND: one("video"), PUBLISHER: one(name)}, DAYS).stale for name in entities]
    assert found == [("b",), ("a",), ("a", "b")]


# -- what is kept -----------------------------------------------------------------------------------


def sight(rules: Ruleset) -> Sight:
    return Sight(Prepared.of(rules), DAYS)


def of(seen: Sight, publisher: OneOf) -> View:
    return seen.views({PUBLISHER: publisher})[LISTED]


def test_all_whom_no_register_names_have_one_view() -> None:
    seen = sight(ruleset())
    assert of(seen, one("daily")) is of(seen, one("weekly")) is of(seen, one("sold"))


def test_listed_entities_of_whom_registers_say_the_same_have_one_view() -> None:
    seen = sight(ruleset())
    assert of(seen, one("radio")) is of(seen, one("twin")) is of(seen, one("desk"))
    assert of(seen, one("radio")) is not of(seen, one("coming"))


def test_a_view_of_a_publisher_is_made_once() -> None:
    seen = sight(ruleset())
    for publisher in (one("radio", "daily"), one("stranger"), one("paper")):
        assert of(seen, publisher) is of(seen, publisher)


def test_what_is_said_of_a_mention_is_kept_apart_from_what_is_said_of_a_publisher() -> None:
    seen = sight(ruleset())
    views = seen.views({})
    mentioned = [seen.about(name, {}, views)[LISTS] for name in ("daily", "weekly", "radio")]
    assert mentioned[0] is mentioned[1]
    assert not {id(each) for each in mentioned} & {id(of(seen, one(name))) for name in NAMES}


def test_a_view_of_what_was_asked_for_before_stands_for_itself() -> None:
    """So that what came of it is found again without looking at it key by key."""
    seen = sight(ruleset())
    for publisher in (one("daily"), one("radio"), one("radio", "daily")):
        assert of(seen, publisher).mark is of(seen, publisher)
    assert seen.unknown[LISTED].mark is seen.unknown[LISTED]


@pytest.mark.parametrize("fact", [PUBLISHER, PROMOTES, LANGUAGE, PLACE])
def test_a_fact_of_which_nothing_is_known_leaves_out_no_rule(fact: str) -> None:
    rules = rules_of(rule("r", line(PUBLISHER, "radio"), line(PROMOTES, "x"), line(LANGUAGE, "ru"), line(PLACE, "RU")))
    assert sight(rules).unknown[fact].keys is None
