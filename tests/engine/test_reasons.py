"""Why a notice is due, and why another one is not: what was read, in words that can be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.engine.reasons import reasons
from compliance.model.decision import Ground, NoticeStatus, Reason
from compliance.model.period import Period
from compliance.model.rule import AnyOf, IfUnknown, Line, Reach, Rule, Status
from compliance.model.territory import LocationSet
from compliance.model.truth import TRUE, UNKNOWN, Truth
from tests.engine.asking import STATED, grounds, why
from tests.engine.building import EACH, EACH_LISTED, at, block, entry, line, notice, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, ONE
from tests.engine.words import KIND, LISTED, LISTS, MENTIONS, PAID, PLACE, PROMOTES, PUBLISHED, PUBLISHER, Facts

# -- why it is due ----------------------------------------------------------------------------------


def test_a_reason_names_the_rule_and_every_line_with_what_it_asks_for_and_how_it_stands() -> None:
    asked = rule("r", line(PLACE, "UA-43", "RU"), line(KIND, "article"))
    assert why(asked, {PLACE: at("UA"), KIND: one("article")}) == (
        Reason(
            "r",
            NoticeStatus.POSSIBLE,
            (
                Ground(PLACE, ("RU", "UA-43"), UNKNOWN, "the reader may be UA"),
                Ground(KIND, ("article",), TRUE),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("place", "truth", "detail"),
    [
        (at("RU"), TRUE, "the reader is in RU"),
        (at("RU", "FR"), UNKNOWN, "the reader may be FR or RU"),
        (LocationSet.unknown(), UNKNOWN, "the reader may be anywhere"),
        (LocationSet.unknown(named=["RU"]), UNKNOWN, "the reader may be anywhere"),
    ],
)
def test_a_place_is_told_as_coarsely_as_it_is_known(place: LocationSet, truth: Truth, detail: str) -> None:
    (ground,) = grounds(rule("r", line(PLACE, "RU")), {PLACE: place})
    assert (ground.truth, ground.detail) == (truth, detail)


def test_a_rule_that_fires_for_certain_says_so_and_one_in_doubt_does_not() -> None:
    rules = rules_of(rule("a", line(PLACE, "RU")), rule("b", line(PAID, "yes")), rule("c", line(KIND, "video")))
    found = why(rules, {PLACE: at("RU"), KIND: one("article")})
    assert [(each.rule, each.status.value) for each in found] == [("a", "required"), ("b", "possible")]


def test_lines_that_do_not_hold_are_no_grounds() -> None:
    either = AnyOf((block(line(KIND, "article")), block(line(KIND, "video")), block(line(PAID, "yes"))))
    found = grounds(rule("r", either), {KIND: one("video")})
    assert [(each.fact, each.asks_for, each.truth) for each in found] == [
        (KIND, ("video",), TRUE),
        (PAID, ("yes",), UNKNOWN),
    ]


def test_an_exception_that_may_hold_is_a_doubt_and_one_that_does_not_is_left_out() -> None:
    asked = rule("r", line(PLACE, "RU"), unless=(block(line(PAID, "no")), block(line(KIND, "video"))))
    found = grounds(asked, {PLACE: at("RU"), KIND: one("article")})
    assert [(each.fact, each.truth) for each in found] == [(PLACE, TRUE), (PAID, UNKNOWN)]


@pytest.mark.parametrize(
    ("publisher", "complete", "fresh_for", "detail"),
    [
        ("radio", True, 30, STATED),
        ("radio", False, 1, STATED),
        ("desk", True, 30, STATED),
        ("daily", True, 6, "`daily` is not in the copy of 2024-05-25, which is too old to say no"),
        ("daily", False, 30, "`daily` is not in the copy of 2024-05-25, which is not complete"),
    ],
)
def test_a_designation_is_told_as_declared_by_an_authority_on_a_day_and_absence_with_its_copy(
    publisher: str, complete: bool, fresh_for: int, detail: str
) -> None:
    """Never as a finding of ours: who reads it can look it up."""
    copy = register("ru/listed", entry("radio"), complete=complete, fresh_for=fresh_for)
    rules = replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": copy})
    (ground,) = grounds(rules, {PUBLISHER: one(publisher)})
    assert ground.detail == detail


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((date(2024, 5, 20), date(2024, 5, 1)), "`radio` was in `ru/listed` until 2024-05-20"),
        ((None, date(2024, 7, 1)), "`radio` is in `ru/listed` from 2024-07-01 only"),
    ],
)
def test_who_stands_in_a_copy_on_other_days_is_never_said_to_be_missing_from_it(
    days: tuple[date | None, date], said: str
) -> None:
    last, first = days
    copy = register("ru/listed", entry("radio", last, first=first), fresh_for=1)
    rules = replace(rules_of(rule("r", line(LISTED, "ru/listed"))), registers={"ru/listed": copy})
    (ground,) = grounds(rules, {PUBLISHER: one("radio")})
    holds = "which is too old to say whether that still holds"
    assert (ground.truth, ground.detail) == (UNKNOWN, f"{said}, as the copy of 2024-05-25 says, {holds}")


@pytest.mark.parametrize("known", [{}, {PUBLISHER: one("stranger")}])
def test_of_a_publisher_that_nobody_declared_it_says_what_to_do(known: Facts) -> None:
    (ground,) = grounds(rule("r", line(LISTED, "ru/listed")), known)
    assert ground.detail.startswith("nobody declared who this is: add an entity file once")


def test_what_the_caller_says_of_a_register_is_not_told_as_the_registers_word() -> None:
    (ground,) = grounds(rule("r", line(LISTED, "ru/listed")), {PUBLISHER: one("radio"), LISTED: some("ru/listed")})
    assert (ground.truth, ground.detail) == (TRUE, "")


def test_reasons_for_a_mention_speak_of_the_bound_entity() -> None:
    found = grounds(EACH_LISTED, {MENTIONS: some("desk", "daily")})
    assert [(each.fact, each.detail) for each in found if each.fact == LISTS] == [(LISTS, STATED)]


def test_reasons_by_reach_read_the_place_as_not_known() -> None:
    asked = rule("r", line(PLACE, "RU"), says=notice(reach=Reach.EVERYWHERE))
    (only,) = why(asked, {PLACE: at("FR")})
    assert only.status is NoticeStatus.POSSIBLE
    assert [(each.truth, each.detail) for each in only.grounds] == [(UNKNOWN, "the reader may be anywhere")]


def test_at_most_twenty_rules_are_explained_and_all_are_named() -> None:
    rules = rules_of(*(rule(f"r-{number:02}", line(PLACE, "RU")) for number in range(25)))
    (instance,) = decide(rules, {PLACE: at("RU")}, DAYS).instances
    found = reasons(instance, rules, {PLACE: at("RU")}, DAYS)
    assert len(instance.rules) == 25
    assert [each.rule for each in found] == list(instance.rules[:20])


# -- why it is not ----------------------------------------------------------------------------------

ARTICLE: Facts = {PLACE: at("RU"), KIND: one("article"), PAID: one("no"), MENTIONS: some()}
HERE = line(PLACE, "RU")
NO_FRENCH_VIDEO = AnyOf((block(line(PLACE, "FR")), block(line(KIND, "video"))))
LATE = Line(PUBLISHED, period=Period(DAY, None))
EARLY = Line(PUBLISHED, period=Period(None, DAY))


@pytest.mark.parametrize(
    ("asked", "known", "because"),
    [
        (rule("r", HERE, effective=Period(DAY + ONE, None)), {}, "in effect from 2024-06-02 only"),
        (rule("r", HERE, effective=Period(None, DAY - ONE)), {}, "in effect until 2024-05-31"),
        (rule("r", HERE, line(KIND, "video", "audio")), {}, "`content.kind` is not `audio` or `video`"),
        (rule("r", line(PLACE, "FR"), line(KIND, "video")), {}, "`reader.location` is not `FR`"),
        (rule("r", HERE, NO_FRENCH_VIDEO), {}, "`reader.location` is not `FR`"),
        (
            rule("r", LATE),
            {PUBLISHED: one("2009-12-17")},
            "`content.date_published` is not a day from 2024-06-01 to ever",
        ),
        (
            rule("r", EARLY),
            {PUBLISHED: one("2030-01-01")},
            "`content.date_published` is not a day from ever to 2024-06-01",
        ),
        (
            rule("r", HERE, unless=(block(line(KIND, "video")), block(line(KIND, "article"), line(PAID, "no")))),
            {},
            "an exception holds: `content.kind` is `article` and `content.paid` is `no`",
        ),
        (EACH, {}, "nothing in `content.mentions` meets its conditions"),
        (
            rule("r", line(PROMOTES, "gambling"), unless=(block(line(PROMOTES, "gambling")),)),
            {},
            "in no world do its conditions hold and its exceptions not",
        ),
        (
            rule("r", HERE, line("content.ai_generated", "fully"), if_unknown={"content.ai_generated": IfUnknown.SKIP}),
            {},
            "it fires only where a fact that it skips when unknown is known",
        ),
    ],
)
def test_a_rule_that_asks_for_nothing_says_what_stands_in_its_way(asked: Rule, known: Facts, because: str) -> None:
    decision = decide(rules_of(asked), {**ARTICLE, **known}, DAYS, explain=True)
    assert decision.instances == ()
    assert [(each.rule, each.notice, each.because) for each in decision.not_applied] == [("r", "n", because)]


def test_what_did_not_apply_is_told_on_request_only_and_never_of_rules_that_fire_or_are_drafts() -> None:
    rules = rules_of(
        rule("b", line(KIND, "video")),
        rule("a", line(KIND, "audio")),
        rule("fires", HERE),
        rule("may-fire", line("content.ai_generated", "fully")),
        rule("draft", line(KIND, "video"), status=Status.DRAFT),
    )
    assert decide(rules, ARTICLE, DAYS).not_applied == ()
    explained = decide(rules, ARTICLE, DAYS, explain=True)
    assert [each.rule for each in explained.not_applied] == ["a", "b"]
    assert replace(explained, not_applied=()) == decide(rules, ARTICLE, DAYS)


def test_what_was_superseded_is_told_unasked_and_once() -> None:
    rules = rules_of(
        rule("strong", HERE, says=notice("strong", supersedes=("weak",))),
        rule("weak", HERE, says=notice("weak")),
        rule("weaker", line(KIND, "video"), says=notice("weak")),
    )
    expected = ("weak", "weak", "superseded by the required notice `strong`")
    for explain in (False, True):
        found = [
            (each.rule, each.notice, each.because) for each in decide(rules, ARTICLE, DAYS, explain=explain).not_applied
        ]
        assert found[0] == expected
        assert [rule_id for rule_id, _, _ in found] == (["weak", "weaker"] if explain else ["weak"])
