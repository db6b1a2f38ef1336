"""What the index keeps of one question is used only for those that look alike to every rule concerned."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent, Member, Territory
from tests.engine.test_decide import (
    DAY,
    DAYS,
    KIND,
    MOSCOW,
    ONE,
    PLACE,
    Facts,
    at,
    block,
    line,
    one,
    rule,
    rules_of,
)


def agree(ruleset: Ruleset, *questions: Facts) -> None:
    """In whichever order they are asked, and again."""
    wanted = [decide(ruleset, known, DAYS) for known in questions]
    for order in permutations(range(len(questions))):
        index = Index(ruleset)
        for number in (*order, *order):
            assert index.decide(questions[number], DAYS) == wanted[number]


def with_members(asked: Rule, *members: Member) -> Ruleset:
    return replace(rules_of(asked), territories={"t": Territory("t", "", members, MOSCOW)})


def in_doubt(name: str, *lines: str, **more: Period) -> Rule:
    """A rule that keys alone cannot answer."""
    return rule(name, line(PLACE, *lines), unless=(block(line(KIND, "video")),), **more)  # type: ignore[arg-type]


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
