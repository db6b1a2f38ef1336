"""What the index keeps of one question is used only for those that look alike to every rule concerned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.engine.views import View, word_view
from compliance.model.facts import FACTS, OneOf
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import IfUnknown, Line, Reach, Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, LocationSet, Member, Territory
from tests.engine.asking import agree
from tests.engine.building import at, block, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, LATER, MOSCOW, ONE, OVER, SOON, TOKYO
from tests.engine.words import KIND, LANGUAGE, LISTED, LISTS, MENTIONS, PAID, PLACE, PUBLISHER, Facts

QUOTES = "content.quotes"


def with_members(asked: Rule, *members: Member) -> Ruleset:
    return replace(rules_of(asked), territories={"t": Territory("t", "", members, MOSCOW)})


def in_doubt(name: str, *places: str, effective: Period = ALWAYS) -> Rule:
    """A rule that keys alone cannot answer."""
    return rule(name, line(PLACE, *places), unless=(block(line(KIND, "video")),), effective=effective)


def test_two_places_of_which_one_leaves_a_territory_earlier_are_kept_apart() -> None:
    members = (
        Member("RU", Extent.WHOLE, Period(None, DAY + 3 * ONE)),
        Member("UA", Extent.WHOLE, Period(None, DAY + 7 * ONE)),
        Member("FR", Extent.WHOLE, ALWAYS),
    )
    agree(with_members(in_doubt("r", "t"), *members), *({PLACE: at(code)} for code in ("RU", "UA", "FR", "GB")))


@pytest.mark.parametrize("first", [-9, 4])
def test_a_place_that_was_or_will_be_in_a_territory_is_kept_apart_from_one_that_never_is(first: int) -> None:
    member = Member("RU", Extent.WHOLE, Period(DAY + first * ONE, DAY + (first + 2) * ONE))
    asked = in_doubt("r", "t", effective=Period(None, DAY + 5 * ONE))
    agree(with_members(asked, member), {PLACE: at("RU")}, {PLACE: at("FR")}, {KIND: one("article"), PLACE: at("RU")})


def video(name: str, *more: Line, unless: Line | None = None, effective: Period = ALWAYS) -> Rule:
    """A rule that is found by the kind of the content, with a notice of its own."""
    exceptions = () if unless is None else (block(unless),)
    return rule(name, line(KIND, "video"), *more, says=notice(name), unless=exceptions, effective=effective)


def outside(codes: dict[str, Period], extent: Extent = Extent.WHOLE) -> tuple[Member, ...]:
    return tuple(Member(code, extent, period) for code, period in codes.items())


T = Territory("t", "", outside({"RU": SOON, "UA": ALWAYS, "FR": OVER, "GB": LATER, "US": SOON}), MOSCOW)
U = Territory("u", "", outside({"RU": ALWAYS, "UA": SOON, "BY": OVER, "GB-ENG": SOON, "FR": SOON}), MOSCOW)
PARTLY = Territory("p", "", outside({"RU": SOON, "US": ALWAYS, "BY": ALWAYS}, Extent.PARTLY), MOSCOW)
KINDS = ("audio", "image", "page")
CODES = ["RU", "UA", "FR", "GB", "GB-ENG", "US", "BY", "DE", "UA-43"]


@pytest.mark.parametrize("first", CODES)
@pytest.mark.parametrize("second", CODES)
def test_two_places_that_an_exception_tells_apart_never_share_an_answer(first: str, second: str) -> None:
    """The rules are found by another fact, so that only what an exception sees of the places keeps them apart."""
    rules = rules_of(
        *(video(name, unless=line(PLACE, name)) for name in ("t", "u", "p", "RU", "UA", "GB-ENG")),
        video("over", unless=line(PLACE, "t"), effective=OVER),
    )
    ruleset = replace(rules, territories={"t": T, "u": U, "p": PARTLY})
    known: Facts = {KIND: one("video")}
    agree(ruleset, {**known, PLACE: at(first)}, {**known, PLACE: at(second)}, {**known, PLACE: at(first, second)})


@pytest.mark.parametrize("name", ["t", "u"])
def test_which_of_two_territories_turns_is_not_confused(name: str) -> None:
    over = {"t": video("a", unless=line(PLACE, "t"), effective=OVER), "u": video("a", unless=line(PLACE, "u"))}
    other = "u" if name == "t" else "t"
    rules = rules_of(over[name], video("b", unless=line(PLACE, other)))
    known: Facts = {KIND: one("video")}
    ruleset = replace(rules, territories={"t": T, "u": U})
    agree(ruleset, {**known, PLACE: at("RU")}, {**known, PLACE: at("UA")})


def test_a_place_that_was_in_one_territory_is_not_taken_for_one_that_was_in_another() -> None:
    """The rule concerns whoever was in its territory: it announces its own end to them, and to nobody else."""
    ends = Period(None, DAY + 5 * ONE)
    paid = line(PAID, "no")
    rules = rules_of(
        video("a", line(PLACE, "t"), unless=paid, effective=ends),
        *(rule(kind, line(KIND, kind), line(PLACE, "u"), says=notice(kind), unless=(block(paid),)) for kind in KINDS),
    )
    known: Facts = {KIND: one("video")}
    ruleset = replace(rules, territories={"t": T, "u": U})
    agree(ruleset, *({**known, PLACE: at(code)} for code in ("FR", "BY", "DE", "GB")))


def test_publishers_of_whom_an_old_copy_says_nothing_are_told_from_those_nobody_declared() -> None:
    registers = {
        "ru/listed": register("ru/listed", entry("radio")),
        "ru/old": register("ru/old", fresh_for=1),
    }
    rules = rules_of(video("a", unless=line(LISTED, "ru/old")), video("b", unless=line(LISTED, "ru/listed")))
    known: Facts = {KIND: one("video")}
    publishers = [one("daily"), one("stranger"), one("radio"), one("daily", "stranger")]
    agree(replace(rules, registers=registers), *({**known, PUBLISHER: each} for each in publishers))


@pytest.mark.parametrize("tag", ["ru", "ru-UA", "en", "r"])
@pytest.mark.parametrize("asked", ["ru", "ru-UA", "en", "ru-UA-x-a"])
def test_a_language_that_a_rule_does_not_ask_for_has_nothing_to_wait_for(tag: str, asked: str) -> None:
    rules = rules_of(rule("r", line(LANGUAGE, asked), effective=Period(None, DAY + 5 * ONE)))
    agree(rules, {LANGUAGE: one(tag)}, {LANGUAGE: one(tag, "fr")}, {LANGUAGE: one("fr")}, {LANGUAGE: one(asked)})


def test_a_word_that_is_given_as_a_place_is_refused() -> None:
    with pytest.raises(TypeError, match=f"`{KIND}` is not given as a place"):
        word_view(KIND, at("RU"), frozenset())


@pytest.mark.parametrize("known", [one("ru", "fr"), one("ru"), one("ru", other=True), one("ru-UA", "fr"), one("ru-RU")])
def test_a_language_that_is_in_doubt_is_so_for_its_finer_tags_too(known: OneOf) -> None:
    rules = rules_of(*(rule(tag, line(LANGUAGE, tag), says=notice(tag)) for tag in ("ru", "ru-UA", "fr")))
    agree(rules, {LANGUAGE: known}, {LANGUAGE: one("ru-UA")}, {LANGUAGE: one("fr")})


def test_what_the_caller_says_of_registers_is_taken_register_by_register() -> None:
    registers = {name: register(name) for name in ("ru/listed", "ru/old")}
    until = Period(None, DAY + 5 * ONE)
    rules = rules_of(*(rule(name, line(LISTED, name), says=notice(name), effective=until) for name in registers))
    given = [
        some(),
        some("ru/old"),
        some(perhaps=("ru/listed",)),
        some("ru/old", perhaps=("ru/listed",)),
        some("ru/listed", other=True),
    ]
    agree(replace(rules, registers=registers), *({LISTED: each} for each in given[:3]))
    agree(replace(rules, registers=registers), *({LISTED: each} for each in given[2:]))


def test_a_question_is_entered_by_the_fact_that_leaves_the_fewest_rules() -> None:
    rules = rules_of(
        *(rule(f"a{n:02}", line(KIND, "video"), line(PLACE, "RU")) for n in range(10)),
        *(rule(f"b{n:02}", line(KIND, "video"), line(PLACE, "FR")) for n in range(30)),
        *(rule(f"c{n:02}", line(KIND, "audio"), line(PLACE, "FR")) for n in range(10)),
    )
    (shape,) = Index(rules).prepared.page_shapes
    for kind, code, wanted in (("video", "RU", "a"), ("audio", "FR", "c")):
        found = shape.find({KIND: View(frozenset({kind})), PLACE: View(frozenset({code}))})
        assert found is not None
        assert [ready.rule.id for ready in found.rules] == [f"{wanted}{n:02}" for n in range(10)]


def test_a_rule_that_its_place_finds_and_its_kind_rules_out_announces_nothing() -> None:
    until = Period(None, DAY + 5 * ONE)
    rules = rules_of(*(video(code, line(PLACE, code), effective=until) for code in ("RU", "FR", "UA")))
    agree(rules, {KIND: one("article"), PLACE: at("RU")}, {KIND: one("video"), PLACE: at("RU")}, {PLACE: at("RU")})


def test_two_notices_that_the_same_buckets_ask_for_stay_two() -> None:
    paid = (block(line(PAID, "no")),)
    rules = rules_of(
        *(
            rule(f"{name}-{number}", *when, says=notice(name), unless=paid)
            for name in ("n1", "n2", "n3")
            for number, when in enumerate([(line(KIND, "video"), line(PLACE, "RU")), (line(PLACE, "RU"),)])
        )
    )
    agree(rules, {KIND: one("video"), PLACE: at("RU")}, {PLACE: at("RU")}, {KIND: one("video")})


def test_a_place_that_sources_only_named_is_not_known_from_one_who_was_there() -> None:
    rules = rules_of(
        rule("a", line(PLACE, "RU")), rule("b", line(PLACE, "RU"), says=notice("b", reach=Reach.EVERYWHERE))
    )
    agree(rules, {PLACE: at("RU")}, {PLACE: LocationSet.unknown(named=["RU"])}, {PLACE: LocationSet.unknown()})


def test_what_registers_say_of_a_publisher_is_not_taken_for_what_they_say_of_a_mention() -> None:
    """One entity is both, and each fact asks another register."""
    registers = {"ru/listed": register("ru/listed"), "ru/old": register("ru/old", complete=False)}
    rules = rules_of(
        rule("a", line(LISTED, "ru/listed"), says=notice("a")),
        rule("b", line(LISTS, "ru/old"), says=notice("b"), for_each=MENTIONS),
    )
    agree(
        replace(rules, registers=registers),
        {PUBLISHER: one("daily"), MENTIONS: some("daily")},
        {PUBLISHER: one("radio"), MENTIONS: some("daily", perhaps=("radio",))},
        {MENTIONS: some("radio")},
    )


@pytest.mark.parametrize("zone", [MOSCOW, TOKYO, None])
def test_days_on_which_a_register_or_a_territory_turns_are_kept_apart(zone: str | None) -> None:
    listed = entry("radio", DAY + 5 * ONE, first=DAY + 2 * ONE)
    copy = register("ru/listed", listed, fresh_for=18, zone=zone)
    member = Member("RU", Extent.WHOLE, Period(DAY + 3 * ONE, DAY + 7 * ONE))
    rules = rules_of(
        rule("a", line(LISTED, "ru/listed"), says=notice("a")),
        rule("b", line(PLACE, "t"), says=notice("b"), effective=Period(None, DAY + 6 * ONE)),
    )
    ruleset = replace(rules, registers={"ru/listed": copy}, territories={"t": Territory("t", "", (member,), zone)})
    index = Index(ruleset)
    known: Facts = {PUBLISHER: one("radio"), PLACE: at("RU")}
    for step in [*range(-2, 20), *range(20, -3, -1)]:
        days = {each: day + step * ONE for each, day in DAYS.items()}
        assert index.decide(known, days) == decide(ruleset, known, days)


def test_a_memory_counts_what_is_young_and_what_is_old_once() -> None:
    memo: Memo[int] = Memo(4)
    lengths = []
    for key in ("a", "b", "c", "a"):
        memo.put(key, 1)
        lengths.append(len(memo))
    assert lengths == [1, 2, 3, 3]


def test_who_may_be_anywhere_is_in_no_territory_without_members_but_in_every_place_that_is_named() -> None:
    members = Member("RU", Extent.WHOLE, OVER)
    asked = [rule("t", line(PLACE, "t")), rule("u", line(PLACE, "t", "FR"), says=notice("u"))]
    ruleset = replace(rules_of(*asked), territories={"t": Territory("t", "", (members,), MOSCOW)})
    agree(ruleset, {}, {KIND: one("video")})
    assert [each.notice.id for each in Index(ruleset).decide({}, DAYS).instances] == ["u"]


@pytest.mark.parametrize(("number", "is_approximated"), [(10, False), (11, True)])
def test_a_reader_who_may_be_anywhere_has_no_more_worlds_than_the_plain_evaluator_counts(
    number: int, is_approximated: bool
) -> None:
    """In Russia, in Belarus and in Ukraine each of the territories may hold or not: three times all combinations."""
    names = [f"t{each:02}" for each in range(number)]
    ruleset = replace(
        rules_of(rule("ru", line(PLACE, "RU")), rule("by", line(PLACE, "BY")), *(in_or(name, "DE") for name in names)),
        territories={
            name: Territory(name, "", outside(dict.fromkeys(("RU", "BY", "UA"), ALWAYS), Extent.PARTLY), MOSCOW)
            for name in names
        },
    )
    agree(ruleset, {})
    (found,) = Index(ruleset).decide({}, DAYS).instances
    assert found.approximated is is_approximated


@pytest.mark.parametrize(("number", "is_approximated"), [(12, False), (13, True)])
def test_a_rule_with_an_open_line_for_each_of_many_facts_has_no_more_worlds_than_the_plain_evaluator_counts(
    number: int, is_approximated: bool
) -> None:
    closed = [line(name, min(spec.domain)) for name, spec in FACTS.items() if spec.domain]
    every = [*closed, line("content.promotes", "x"), line("content.depicts", "x")]
    ruleset = rules_of(rule("r", *every[-number:]))
    agree(ruleset, {}, {PAID: one("yes", "no")})
    (found,) = Index(ruleset).decide({}, DAYS).instances
    assert (found.approximated, len(found.unknowns)) == (is_approximated, number)


@pytest.mark.parametrize("kind", IfUnknown)
@pytest.mark.parametrize("paid", IfUnknown)
def test_what_a_lone_rule_does_about_its_open_facts_is_what_the_worlds_say(kind: IfUnknown, paid: IfUnknown) -> None:
    asked = rule("r", line(KIND, "video"), line(PAID, "yes"), line(PLACE, "RU"))
    ruleset = rules_of(replace(asked, if_unknown={KIND: kind, PAID: paid}))
    known = {PLACE: at("RU")}
    agree(ruleset, known, {**known, KIND: one("video")}, {**known, PAID: one("yes")}, {KIND: one("audio")}, {})


def in_or(*places: str) -> Rule:
    return rule(places[0], line(PLACE, *places))


def test_every_stretch_of_days_has_a_number_of_its_own() -> None:
    index = Index(rules_of(rule("r", line(KIND, "video"), effective=Period(None, DAY))))
    before, after = index.on(DAY), index.on(DAY + ONE)
    assert before.number != after.number != Index(rules_of()).on(DAY).number


@pytest.mark.parametrize("sure", [MENTIONS, QUOTES])
def test_an_entity_that_is_in_one_set_for_certain_and_perhaps_in_another_hangs_on_more_than_the_place(
    sure: str,
) -> None:
    rules = rules_of(
        *(
            rule(fact, line(PLACE, code), line(KIND, "video"), for_each=fact)
            for fact, code in ((MENTIONS, "RU"), (QUOTES, "BY"))
        )
    )
    doubtful = QUOTES if sure == MENTIONS else MENTIONS
    known: Facts = {KIND: one("video"), sure: some("radio"), doubtful: some(perhaps=("radio",))}
    agree(rules, known, {**known, doubtful: some("radio")}, {**known, doubtful: some()})
    (found,) = Index(rules).decide(known, DAYS).instances
    assert found.unknowns == (doubtful, PLACE)
