"""What `decide` answers on rule sets small enough to check by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from compliance.engine.decide import decide
from compliance.model.decision import Decision
from compliance.model.designation import Register
from compliance.model.facts import FACTS, FactValue, OneOf, unknown
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import (
    AnyOf,
    IfUnknown,
    Line,
    Reach,
    Rule,
    Status,
)
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, LocationSet, Member, Territory
from tests.engine.asking import Outcome, due, outcome, said, whole_page
from tests.engine.building import EACH, EACH_LISTED, at, block, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, MOSCOW, ONE, TOKYO
from tests.engine.words import (
    AI,
    ANSWERS,
    KIND,
    LANGUAGE,
    LISTED,
    LISTS,
    MENTIONS,
    PAID,
    PLACE,
    PROMOTES,
    PUBLISHED,
    PUBLISHER,
    Facts,
)

SHOW, REVIEW, SKIP = IfUnknown.SHOW, IfUnknown.REVIEW, IfUnknown.SKIP

# -- required, possible, absent ---------------------------------------------------------------------

TODAY = DAY.isoformat()


@pytest.mark.parametrize(
    ("asked", "known", "status"),
    [
        (line(PLACE, "RU"), at("RU"), "required"),
        (line(PLACE, "RU"), at("RU", "FR"), "possible"),
        (line(PLACE, "RU"), at("FR"), None),
        (line(PLACE, "RU"), LocationSet.unknown(), "possible"),
        (line(PLACE, "RU"), LocationSet.unknown(named=["FR"]), "possible"),
        (line(PLACE, "UA"), at("UA-43"), "required"),
        (line(PLACE, "UA-43"), at("UA"), "possible"),
        (line(PLACE, "held"), at("UA-43"), "required"),
        (line(PLACE, "held"), at("UA-14"), "possible"),
        (line(PLACE, "held"), at("UA"), "possible"),
        (line(PLACE, "held"), at("UA-30"), None),
        (line(PLACE, "FR"), at("MQ"), None),
        (line(PLACE, "RU", "held"), at("RU", "UA-43"), "required"),
        (line(KIND, "article"), one("article"), "required"),
        (line(KIND, "article"), one("article", "video"), "possible"),
        (line(KIND, "article", "video"), one("article", "video"), "required"),
        (line(KIND, "article"), one("video"), None),
        (line(KIND, *(FACTS[KIND].domain or ())), None, "required"),
        (line(PAID, "yes"), None, "possible"),
        (line(LANGUAGE, "ru"), one("ru"), "required"),
        (line(LANGUAGE, "ru"), one("ru-UA"), "required"),
        (line(LANGUAGE, "ru"), one("rum"), None),
        (line(LANGUAGE, "ru"), one("ru", other=True), "possible"),
        (line(LANGUAGE, "ru"), None, "possible"),
        (Line(PUBLISHED, period=Period(DAY, DAY)), one(TODAY), "required"),
        (Line(PUBLISHED, period=Period(DAY, None)), one("2024-05-31"), None),
        (Line(PUBLISHED, period=Period(DAY, None)), one("2024-05-31", TODAY), "possible"),
        (Line(PUBLISHED, period=Period(DAY, None)), None, "possible"),
        (Line(PUBLISHED, period=ALWAYS), None, "required"),
        (line(PROMOTES, "gambling"), some("gambling", other=True), "required"),
        (line(PROMOTES, "gambling"), some(perhaps=("gambling",)), "possible"),
        (line(PROMOTES, "gambling"), some("alcohol"), None),
        (line(PROMOTES, "gambling"), some("alcohol", other=True), "possible"),
        (line(PROMOTES, "gambling"), None, "possible"),
        (line(PROMOTES, "gambling", "alcohol"), some("alcohol"), "required"),
    ],
)
def test_a_notice_is_required_in_all_worlds_possible_in_some_and_absent_in_none(
    asked: Line, known: FactValue | None, status: str | None
) -> None:
    facts = {} if known is None else {asked.fact: known}
    assert said(rule("r", asked), facts) == whole_page(status)


@pytest.mark.parametrize(
    ("asked", "publisher", "status"),
    [
        (line(LISTED, "ru/listed"), one("radio"), "required"),
        (line(LISTED, "ru/listed"), one("desk"), "required"),
        (line(LISTED, "ru/listed"), one("daily"), None),
        (line(LISTED, "ru/listed"), one("radio", "daily"), "possible"),
        (line(LISTED, "ru/listed"), one("radio", "desk"), "required"),
        (line(LISTED, "ru/listed"), one("radio", other=True), "possible"),
        (line(LISTED, "ru/listed"), one("stranger"), "possible"),
        (line(LISTED, "ru/listed"), None, "possible"),
        (line(ANSWERS, "RU"), one("radio"), "required"),
        (line(ANSWERS, "RU"), one("daily"), None),
        (line(ANSWERS, "RU"), one("desk"), "possible"),
        (line(ANSWERS, "RU"), one("radio", "daily"), "possible"),
        (line(ANSWERS, "RU"), one("stranger"), "possible"),
        (line(PUBLISHER, "radio"), one("radio"), "required"),
        (line(PUBLISHER, "radio"), one("desk"), None),
        (line(PUBLISHER, "radio"), None, "possible"),
    ],
)
def test_what_is_derived_from_a_publisher_is_as_certain_as_the_publisher_and_its_file(
    asked: Line, publisher: OneOf | None, status: str | None
) -> None:
    facts = {} if publisher is None else {PUBLISHER: publisher}
    assert said(rule("r", asked), facts) == whole_page(status)


def test_a_derived_fact_that_the_caller_gives_takes_the_place_of_the_registers() -> None:
    asked = rule("r", line(LISTED, "ru/listed"))
    assert said(asked, {PUBLISHER: one("radio"), LISTED: some()}) == {}
    assert said(asked, {PUBLISHER: one("daily"), LISTED: some("ru/listed")}) == due("required")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETIRED])
def test_only_active_rules_fire(status: Status) -> None:
    assert said(rule("r", line(PLACE, "RU"), status=status), {PLACE: at("RU")}) == {}


def test_every_line_must_hold_and_a_fact_that_nobody_gave_is_never_a_no() -> None:
    both = rule("r", line(PLACE, "RU"), line(KIND, "article"))
    assert said(both, {PLACE: at("RU"), KIND: one("article")}) == due("required")
    assert said(both, {PLACE: at("RU")}) == due("possible")
    assert said(both, {}) == due("possible")
    assert said(both, {PLACE: at("RU"), KIND: one("video")}) == {}


def test_two_lines_on_one_set_are_each_met_on_their_own() -> None:
    both = rule("r", line(PROMOTES, "gambling"), line(PROMOTES, "alcohol"))
    assert said(both, {PROMOTES: some("gambling", "alcohol")}) == due("required")
    assert said(both, {PROMOTES: some("gambling")}) == {}


def test_any_of_holds_if_one_of_its_blocks_does() -> None:
    either = AnyOf((block(line(KIND, "article"), line(PAID, "yes")), block(line(KIND, "video"))))
    asked = rule("r", line(PLACE, "RU"), either)
    assert said(asked, {PLACE: at("RU"), KIND: one("video")}) == due("required")
    assert said(asked, {PLACE: at("RU"), KIND: one("article"), PAID: one("yes")}) == due("required")
    assert said(asked, {PLACE: at("RU"), KIND: one("article"), PAID: one("no")}) == {}
    assert said(asked, {PLACE: at("RU"), KIND: one("article")}) == due("possible")
    assert said(asked, {PLACE: at("FR"), KIND: one("video")}) == {}


def test_an_exception_needs_all_its_lines_and_one_exception_is_enough() -> None:
    asked = rule(
        "r", line(PLACE, "RU"), unless=(block(line(KIND, "article"), line(PAID, "no")), block(line(AI, "none")))
    )
    here: Facts = {PLACE: at("RU"), AI: one("fully")}
    assert said(asked, {**here, KIND: one("article"), PAID: one("no")}) == {}
    assert said(asked, {**here, KIND: one("article"), PAID: one("yes")}) == due("required")
    assert said(asked, {**here, KIND: one("article")}) == due("possible")
    assert said(asked, {**here, KIND: one("video"), AI: one("none")}) == {}


def test_rules_that_ask_for_one_notice_are_judged_together() -> None:
    """One for articles and one for the rest: whatever the page is, the notice is due."""
    rest = set(FACTS[KIND].domain or ()) - {"article"}
    rules = rules_of(rule("a", line(KIND, "article")), rule("b", line(KIND, *rest)))
    assert said(rules, {}) == due("required")
    (instance,) = decide(rules, {}, DAYS).instances
    assert instance.rules == ("a", "b")
    (instance,) = decide(rules, {KIND: one("article")}, DAYS).instances
    assert instance.rules == ("a",)


def test_a_group_removes_nothing() -> None:
    rules = rules_of(
        rule("a", line(PLACE, "RU"), says=notice("a", group="g")),
        rule("b", line(PLACE, "RU"), says=notice("b", group="g")),
    )
    assert said(rules, {PLACE: at("RU")}) == {**due("required", name="a"), **due("required", name="b")}


# -- facts that are not known -----------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "status"), [(SHOW, "possible"), (REVIEW, "possible hold"), (SKIP, None)])
@pytest.mark.parametrize("known", [one("article", "video"), unknown(KIND)])
def test_in_doubt_a_rule_shows_has_it_reviewed_or_says_nothing(
    known: FactValue, answer: IfUnknown, status: str | None
) -> None:
    assert said(rule("r", line(KIND, "article"), if_unknown={KIND: answer}), {KIND: known}) == whole_page(status)


@pytest.mark.parametrize("answer", list(IfUnknown))
def test_what_a_rule_does_in_doubt_does_not_matter_where_there_is_none(answer: IfUnknown) -> None:
    asked = rule("r", line(KIND, "article"), if_unknown={KIND: answer})
    assert said(asked, {KIND: one("article")}) == due("required")
    assert said(asked, {KIND: one("video")}) == {}


@pytest.mark.parametrize(
    ("place", "kind", "status"),
    [
        (at("RU"), None, None),
        (None, one("article"), "possible"),
        (None, None, None),
        (None, one("article", "video"), None),
        (at("RU"), one("article"), "required"),
    ],
)
def test_a_skipped_fact_must_fit_whatever_it_is(
    place: LocationSet | None, kind: OneOf | None, status: str | None
) -> None:
    """Possible is what some place makes due under every kind that the page may be of."""
    asked = rule("r", line(PLACE, "RU"), line(KIND, "article"), if_unknown={KIND: SKIP})
    facts = {name: value for name, value in ((PLACE, place), (KIND, kind)) if value is not None}
    assert said(asked, facts) == whole_page(status)


def test_a_skipped_fact_that_cannot_matter_skips_nothing() -> None:
    either = AnyOf((block(line(KIND, "article")), block(line(PAID, "yes"))))
    asked = rule("r", either, if_unknown={KIND: SKIP})
    assert said(asked, {}) == due("possible")
    assert said(asked, {PAID: one("no")}) == {}
    assert said(asked, {PAID: one("yes")}) == due("required")


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({PLACE: at("RU")}, "possible hold"),
        ({AI: one("fully")}, "possible"),
        ({}, "possible hold"),
        ({PLACE: at("RU"), AI: one("fully", "none")}, "possible hold"),
    ],
)
def test_a_notice_is_held_exactly_where_a_review_fact_has_to_turn_out_for_it(facts: Facts, status: str) -> None:
    asked = rule("r", line(PLACE, "RU"), line(AI, "fully"), if_unknown={AI: REVIEW})
    assert said(asked, facts) == due(status)


def test_a_notice_that_can_be_due_without_its_review_fact_is_shown() -> None:
    either = AnyOf((block(line(AI, "fully")), block(line(PAID, "yes"))))
    assert said(rule("r", either, if_unknown={AI: REVIEW}), {}) == due("possible")
    assert said(rule("r", either, if_unknown={AI: REVIEW}), {PAID: one("no")}) == due("possible hold")


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (SHOW, REVIEW, "possible"),
        (SHOW, SKIP, "possible"),
        (REVIEW, SKIP, "possible hold"),
        (REVIEW, REVIEW, "possible hold"),
        (SKIP, SKIP, None),
    ],
)
def test_where_two_rules_differ_the_more_visible_answer_counts(
    first: IfUnknown, second: IfUnknown, status: str | None
) -> None:
    for one_way, other_way in ((first, second), (second, first)):
        rules = rules_of(
            rule("a", line(KIND, "article"), if_unknown={KIND: one_way}),
            rule("b", line(KIND, "video"), if_unknown={KIND: other_way}),
        )
        assert said(rules, {}) == whole_page(status)


def test_a_rule_that_fires_in_no_world_has_no_say_in_how_the_notice_is_shown() -> None:
    """Kleene logic keeps the second rule, which contradicts itself; worlds do not."""
    rules = rules_of(
        rule("a", line(AI, "fully"), if_unknown={AI: REVIEW}),
        rule("b", line(AI, "fully"), line(AI, "none"), if_unknown={AI: SHOW}),
    )
    assert said(rules, {}) == due("possible hold")
    (instance,) = decide(rules, {}, DAYS).instances
    assert instance.rules == ("a",)


# -- bound entities ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        (some(), {}),
        (some("radio", "daily"), {**due("required", "radio"), **due("required", "daily")}),
        (some("radio", perhaps=("daily",)), {**due("required", "radio"), **due("possible", "daily")}),
        (some(other=True), due("possible")),
        (some("radio", other=True), {**due("required", "radio"), **due("possible")}),
        (unknown(MENTIONS), due("possible")),
    ],
)
def test_each_entity_that_is_or_may_be_mentioned_has_an_instance_of_its_own(
    mentions: FactValue, expected: Outcome
) -> None:
    """And where more may be mentioned, one for an entity that nobody named."""
    assert said(EACH, {PLACE: at("RU"), MENTIONS: mentions}) == expected


def test_mentions_that_nobody_gave_bind_an_entity_that_nobody_named() -> None:
    assert said(EACH, {PLACE: at("RU")}) == due("possible")
    assert said(EACH, {PLACE: at("FR")}) == {}


def test_lines_on_a_mention_speak_of_the_bound_entity_alone() -> None:
    assert said(EACH_LISTED, {MENTIONS: some("desk", "daily")}) == due("required", "desk")
    assert said(EACH_LISTED, {MENTIONS: some("daily", perhaps=("radio",))}) == due("possible", "radio")
    assert said(EACH_LISTED, {MENTIONS: some("stranger")}) == due("possible", "stranger")
    assert said(EACH_LISTED, {MENTIONS: some("daily", other=True)}) == due("possible")


def test_rules_that_bind_and_rules_that_do_not_make_instances_apart() -> None:
    rules = rules_of(EACH, rule("page", line(PLACE, "UA")))
    assert said(rules, {PLACE: at("RU", "UA"), MENTIONS: some("radio")}) == {
        **due("possible", "radio"),
        **due("possible"),
    }


def test_doubt_about_a_mention_is_answered_as_the_rule_says() -> None:
    facts: Facts = {PLACE: at("RU"), MENTIONS: some("radio", perhaps=("daily",))}
    expected = {REVIEW: {**due("required", "radio"), **due("possible hold", "daily")}, SKIP: due("required", "radio")}
    for answer, outcomes in expected.items():
        assert said(replace(EACH, if_unknown={MENTIONS: answer}), facts) == outcomes


# -- days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "in_effect"),
    [(0, 0, True), (None, 0, True), (0, None, True), (1, None, False), (None, -1, False), (-3, -1, False)],
)
@pytest.mark.parametrize("zone", [MOSCOW, TOKYO])
def test_a_rule_is_in_effect_from_its_first_to_its_last_day_in_its_own_zone(
    zone: str, first: int | None, last: int | None, in_effect: bool
) -> None:
    first_day, last_day = (None if offset is None else DAYS[zone] + offset * ONE for offset in (first, last))
    asked = rule("r", line(PLACE, "RU"), effective=Period(first_day, last_day), zone=zone)
    assert said(asked, {PLACE: at("RU")}) == (due("required") if in_effect else {})


@pytest.mark.parametrize(
    ("rule_zone", "own_zone", "status"), [(MOSCOW, None, None), (TOKYO, None, "required"), (MOSCOW, TOKYO, "required")]
)
def test_a_territory_counts_days_in_its_zone_and_without_one_in_the_rules(
    rule_zone: str, own_zone: str | None, status: str | None
) -> None:
    tomorrow = Period(DAY + ONE, None)
    dated = Territory("dated", "", (Member("UA-43", Extent.WHOLE, tomorrow),), own_zone)
    rules = replace(rules_of(rule("r", line(PLACE, "dated"), zone=rule_zone)), territories={"dated": dated})
    assert said(rules, {PLACE: at("UA-43")}) == whole_page(status)


@pytest.mark.parametrize(
    ("rule_zone", "own_zone", "status"), [(MOSCOW, None, None), (TOKYO, None, "required"), (MOSCOW, TOKYO, "required")]
)
def test_a_register_counts_days_in_its_zone_and_without_one_in_the_rules(
    rule_zone: str, own_zone: str | None, status: str | None
) -> None:
    dated = register("ru/listed", entry("radio", first=DAY + ONE), zone=own_zone)
    rules = replace(rules_of(rule("r", line(LISTED, "ru/listed"), zone=rule_zone)), registers={"ru/listed": dated})
    assert said(rules, {PUBLISHER: one("radio")}) == whole_page(status)


# -- registers --------------------------------------------------------------------------------------


def listed_by(copy: Register, facts: Facts, asked: Rule | None = None) -> Decision:
    asked = asked or rule("r", line(LISTED, copy.id))
    return decide(replace(rules_of(asked), registers={copy.id: copy}), facts, DAYS)


@pytest.mark.parametrize(
    ("publisher", "complete", "fresh_for", "status", "stale"),
    [
        ("radio", True, 30, "required", ()),
        ("radio", True, 6, "required", ()),
        ("daily", True, 30, None, ()),
        ("daily", True, 7, None, ()),
        ("daily", True, 6, "possible", ("ru/listed",)),
        ("daily", False, 30, "possible", ()),
        ("daily", False, 6, "possible", ()),
        ("stranger", True, 6, "possible", ()),
    ],
)
def test_absence_counts_while_a_complete_copy_is_fresh_and_an_old_copy_is_named(
    publisher: str, complete: bool, fresh_for: int, status: str | None, stale: tuple[str, ...]
) -> None:
    """Stale is said only of a register whose age is what leaves the question open."""
    copy = register("ru/listed", entry("radio"), complete=complete, fresh_for=fresh_for)
    decision = listed_by(copy, {PUBLISHER: one(publisher)})
    assert outcome(decision) == whole_page(status)
    assert decision.stale == stale


def test_an_old_copy_is_named_for_a_mention_too_and_for_a_child_of_whom_it_speaks() -> None:
    copy = register("ru/listed", fresh_for=6)
    decision = listed_by(copy, {MENTIONS: some("desk")}, EACH_LISTED)
    assert outcome(decision) == due("possible", "desk")
    assert decision.stale == ("ru/listed",)


def test_an_old_copy_is_not_named_where_no_notice_hangs_on_it() -> None:
    copy = register("ru/listed", fresh_for=6)
    asked = rule("r", line(LISTED, "ru/listed"), line(PLACE, "RU"))
    assert listed_by(copy, {PUBLISHER: one("daily"), PLACE: at("FR")}, asked).stale == ()


def test_an_entry_whose_last_day_is_unknown_makes_the_notice_possible() -> None:
    copy = register("ru/listed", entry("radio", unknown=True))
    assert outcome(listed_by(copy, {PUBLISHER: one("desk")})) == due("possible")


# -- reach ------------------------------------------------------------------------------------------

EVERYWHERE = notice(reach=Reach.EVERYWHERE)


@pytest.mark.parametrize(
    ("place", "kind", "status", "by_reach"),
    [
        ("RU", "article", "required", False),
        ("UA", "article", "possible", False),
        ("FR", "article", "possible", True),
        ("FR", "video", None, False),
    ],
)
def test_a_notice_with_reach_goes_to_every_reader_and_only_the_place_is_set_aside(
    place: str, kind: str, status: str | None, by_reach: bool
) -> None:
    asked = rule("r", line(PLACE, "RU", "UA-43"), line(KIND, "article"), says=EVERYWHERE)
    decision = decide(rules_of(asked), {PLACE: at(place), KIND: one(kind)}, DAYS)
    assert outcome(decision) == whole_page(status)
    assert any(each.by_reach for each in decision.instances) == by_reach


def test_what_is_due_by_reach_supersedes_nothing() -> None:
    """A reader whom the law does not name is told of it, and keeps what is due to them."""
    rules = rules_of(
        rule("a", line(PLACE, "RU"), says=replace(EVERYWHERE, id="a", supersedes=("b",))),
        rule("b", line(KIND, "article"), says=notice("b")),
    )
    assert said(rules, {PLACE: at("FR"), KIND: one("article")}) == {
        **due("possible", name="a"),
        **due("required", name="b"),
    }


# -- superseding ------------------------------------------------------------------------------------

FRANCE: Facts = {PLACE: at("FR")}
HERE = line(PLACE, "FR")
MAYBE = line(PAID, "yes")
"""Nobody says whether somebody paid, so what asks for it is possible."""


def names(decision: Decision) -> list[tuple[str, str | None]]:
    return sorted(outcome(decision), key=repr)


@pytest.mark.parametrize("weaker", [HERE, MAYBE])
def test_a_required_notice_takes_the_place_of_what_it_supersedes_required_or_possible(weaker: Line) -> None:
    rules = rules_of(rule("a", HERE, says=notice("a", supersedes=("b",))), rule("b", weaker, says=notice("b")))
    decision = decide(rules, FRANCE, DAYS)
    assert outcome(decision) == due("required", name="a")
    (gone,) = decision.not_applied
    assert (gone.rule, gone.notice, gone.because) == ("b", "b", "superseded by the required notice `a`")


def test_a_possible_notice_supersedes_nothing() -> None:
    rules = rules_of(rule("a", MAYBE, says=notice("a", supersedes=("b",))), rule("b", HERE, says=notice("b")))
    decision = decide(rules, FRANCE, DAYS)
    assert outcome(decision) == {**due("possible", name="a"), **due("required", name="b")}
    assert decision.not_applied == ()


def test_what_was_superseded_leaves_no_unknowns_and_no_stale_registers_behind() -> None:
    rules = rules_of(
        rule("a", HERE, says=notice("a", supersedes=("b",))),
        rule("b", MAYBE, line(LISTED, "ru/listed"), says=notice("b")),
    )
    decision = decide(replace(rules, registers={"ru/listed": register("ru/listed", fresh_for=1)}), FRANCE, DAYS)
    assert (decision.unknowns, decision.stale) == ((), ())


@pytest.mark.parametrize(
    ("stronger_binds", "weaker_binds", "left"),
    [
        (True, True, [("a", "radio"), ("b", "daily")]),
        (False, True, [("a", None)]),
        (True, False, [("a", "radio"), ("b", None)]),
        (False, False, [("a", None)]),
    ],
)
def test_a_notice_on_an_entity_supersedes_for_that_entity_and_one_on_the_page_for_all(
    stronger_binds: bool, weaker_binds: bool, left: list[tuple[str, str | None]]
) -> None:
    stronger = rule("a", HERE, says=notice("a", supersedes=("b",)))
    if stronger_binds:
        stronger = replace(stronger, for_each=MENTIONS, when=block(HERE, line(LISTS, "ru/listed")))
    weaker = rule("b", HERE, says=notice("b"), for_each=MENTIONS if weaker_binds else None)
    facts: Facts = {**FRANCE, MENTIONS: some("radio", "daily")}
    assert names(decide(rules_of(stronger, weaker), facts, DAYS)) == left


@pytest.mark.parametrize(
    ("supersedes", "left"),
    [
        ({"a": ("b",), "b": ("c",), "c": ()}, ["a"]),
        ({"a": ("b",), "b": ("a",), "c": ()}, ["a", "b", "c"]),
        ({"a": ("b",), "b": ("c",), "c": ("a",)}, ["a", "b", "c"]),
        ({"a": ("a",), "b": (), "c": ()}, ["a", "b", "c"]),
        ({"a": ("b", "c"), "b": ("a",), "c": ()}, ["a", "b"]),
        ({"a": ("nothing",), "b": (), "c": ()}, ["a", "b", "c"]),
    ],
)
def test_of_notices_that_supersede_one_another_in_a_circle_each_stays(
    supersedes: Mapping[str, tuple[str, ...]], left: list[str]
) -> None:
    rules = rules_of(*(rule(name, HERE, says=notice(name, supersedes=below)) for name, below in supersedes.items()))
    assert [name for name, _ in names(decide(rules, FRANCE, DAYS))] == left


def test_an_empty_rule_set_says_nothing() -> None:
    assert decide(Ruleset(), {}, {}) == Decision()
