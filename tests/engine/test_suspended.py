"""What is said of designations that are suspended, that an act brought into effect, or that another date arms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.model.designation import Claim, Entry, Milestone, Register
from compliance.model.facts import Members
from compliance.model.period import Period
from compliance.model.rule import Rule, Source
from compliance.model.ruleset import Ruleset
from tests.engine.asking import STATED, grounds
from tests.engine.building import EACH_LISTED, at, entry, line, one, register, rule, rules_of, some
from tests.engine.days import DAY, DAYS, ONE
from tests.engine.words import LISTED, MENTIONS, PLACE, PUBLISHER, Facts

GAP = Period(DAY - ONE, DAY + ONE)
PAUSED = replace(entry("radio"), suspended=(GAP,))
SAYS = "suspended from 2024-05-31 to 2024-06-02, as the copy of 2024-05-25 says"
ASKED = rule("r", line(PLACE, "RU"), line(LISTED, "ru/listed"))
RADIO: Facts = {PLACE: at("RU"), PUBLISHER: one("radio")}


def with_copies(asked: Rule, *copies: Register) -> Ruleset:
    return replace(rules_of(asked), registers={each.id: each for each in copies})


def because(rules: Ruleset, known: Facts, days: Mapping[str, date] = DAYS) -> str:
    """Why the only rule asks for nothing."""
    decision = decide(rules, known, days, explain=True)
    assert decision.instances == ()
    (absent,) = decision.not_applied
    return absent.because


@pytest.mark.parametrize(
    ("publisher", "said"),
    [
        ("radio", f": `radio` is in `ru/listed` (the ministry), {SAYS}"),
        ("desk", f": `radio` is in `ru/listed` (the ministry), {SAYS}"),
        ("daily", ""),
    ],
)
def test_why_not_names_who_is_suspended_and_until_when(publisher: str, said: str) -> None:
    rules = with_copies(ASKED, register("ru/listed", PAUSED))
    assert because(rules, {**RADIO, PUBLISHER: one(publisher)}) == f"`publisher.designated_as` is not `ru/listed`{said}"


@pytest.mark.parametrize("day", [DAY - 2 * ONE, DAY + 2 * ONE])
def test_on_the_days_around_a_suspension_the_designation_is_told_as_ever(day: date) -> None:
    rules = with_copies(ASKED, register("ru/listed", PAUSED))
    (instance,) = decide(rules, RADIO, dict.fromkeys(DAYS, day)).instances
    assert instance.status.value == "required"


def test_each_who_may_be_the_publisher_and_is_suspended_is_named_once() -> None:
    """The desk is suspended with the radio: that is one thing to say."""
    other = replace(entry("daily"), suspended=(Period(DAY, None),))
    rules = with_copies(ASKED, register("ru/listed", PAUSED, other))
    assert because(rules, {**RADIO, PUBLISHER: one("radio", "desk", "daily")}) == (
        "`publisher.designated_as` is not `ru/listed`: `daily` is in `ru/listed` (the ministry), "
        "suspended from 2024-06-01, as the copy of 2024-05-25 says; "
        f"`radio` is in `ru/listed` (the ministry), {SAYS}"
    )


def test_what_a_caller_says_of_a_register_is_not_called_suspended() -> None:
    rules = with_copies(ASKED, register("ru/listed", PAUSED))
    assert because(rules, {**RADIO, LISTED: some()}) == "`publisher.designated_as` is not `ru/listed`"


def test_a_condition_that_is_no_designation_is_not_called_suspended() -> None:
    rules = with_copies(rule("r", line(PUBLISHER, "daily")), register("ru/listed", PAUSED))
    assert because(rules, RADIO) == "`publisher` is not `daily`"


@pytest.mark.parametrize(
    ("mentioned", "said"),
    [
        (some("daily"), ""),
        (some("daily", "radio"), f": `radio` is in `ru/listed` (the ministry), {SAYS}"),
        (some(perhaps=("radio",)), f": `radio` is in `ru/listed` (the ministry), {SAYS}"),
        (some("desk", "radio"), f": `radio` is in `ru/listed` (the ministry), {SAYS}"),
    ],
)
def test_where_no_mention_counts_those_that_are_suspended_are_named(mentioned: Members, said: str) -> None:
    rules = with_copies(EACH_LISTED, register("ru/listed", PAUSED))
    assert because(rules, {**RADIO, MENTIONS: mentioned}) == f"nothing in `content.mentions` meets its conditions{said}"


@pytest.mark.parametrize(
    ("copy", "publisher", "end"),
    [
        (register("ru/listed", PAUSED, fresh_for=6), "radio", ", which is too old to say whether that still holds"),
        (register("ru/listed", PAUSED, complete=False), "desk", ", which is not complete"),
    ],
)
def test_doubt_about_a_suspension_says_what_the_copy_cannot_say(copy: Register, publisher: str, end: str) -> None:
    ground = grounds(with_copies(ASKED, copy), {**RADIO, PUBLISHER: one(publisher)})[1]
    assert ground.detail == f"`radio` is in `ru/listed` (the ministry), {SAYS}{end}"


def test_an_entry_that_has_its_effect_is_told_before_one_that_is_suspended() -> None:
    for entries in ((PAUSED, entry("radio")), (entry("radio"), PAUSED)):
        ground = grounds(with_copies(ASKED, register("ru/listed", *entries)), RADIO)[1]
        assert ground.detail == STATED


# -- which date, and by which act -------------------------------------------------------------------

CLAIMS = {Milestone.LISTED_ON: (Claim(date(2024, 2, 20)),), Milestone.EFFECTIVE: (Claim(date(2024, 5, 1)),)}
ACT = Source("Order 7", article="2")


@pytest.mark.parametrize(
    ("arms", "act", "unknown", "said"),
    [
        (Milestone.EFFECTIVE, ACT, False, "effective 2024-05-01 by `Order 7`, 2"),
        (Milestone.EFFECTIVE, Source("Order 7"), False, "effective 2024-05-01 by `Order 7`"),
        (Milestone.EFFECTIVE, None, False, "effective 2024-05-01"),
        (Milestone.LISTED_ON, ACT, False, "listed on 2024-02-20"),
        (Milestone.EFFECTIVE, ACT, True, "effective 2024-05-01 by `Order 7`, 2; nobody knows whether that has ended"),
    ],
)
def test_a_designation_is_told_with_the_day_that_counts_and_the_act_that_brought_it(
    arms: Milestone, act: Source | None, unknown: bool, said: str
) -> None:
    listed = Entry("radio", CLAIMS, last_day_unknown=unknown, activated_by=act)
    copy = replace(register("ru/listed", listed), arms=arms)
    ground = grounds(with_copies(ASKED, copy), RADIO)[1]
    assert ground.detail == f"`radio` is declared in `ru/listed` (the ministry): {said}"


def test_a_variant_is_told_by_the_id_under_which_the_register_is_declared() -> None:
    listed = replace(Entry("radio", CLAIMS), suspended=(GAP,))
    variant = register("ru/listed", listed).armed_by(Milestone.EFFECTIVE)
    asked = rule("r", line(PLACE, "RU"), line(LISTED, variant.id))
    assert because(with_copies(asked, variant), RADIO) == (
        f"`publisher.designated_as` is not `ru/listed by effective`: `radio` is in `ru/listed` (the ministry), {SAYS}"
    )
    later = dict.fromkeys(DAYS, DAY + 9 * ONE)
    (instance,) = decide(with_copies(asked, variant), RADIO, later).instances
    assert instance.status.value == "required"
