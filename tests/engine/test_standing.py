"""What the index makes of a rule that it has found and that does not fit: whether it may matter on another day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.model.period import Period
from compliance.model.rule import Block, Reach
from compliance.model.territory import Extent, Member, Territory
from tests.engine.building import at, block, line, notice, one, rule, rules_of
from tests.engine.days import DAY, DAYS, MOSCOW, ONE
from tests.engine.words import KIND, PAID, PLACE, PUBLISHER, Facts

SOON = DAY + 3 * ONE
LATER = Territory("later", "", (Member("RU", Extent.WHOLE, Period(SOON, None)),), MOSCOW)
ON_PAGE = (line(PUBLISHER, "radio"), line(KIND, "article"))
ELSEWHERE = (line(PUBLISHER, "daily"), line(KIND, "video"))
KNOWN: Facts = {PUBLISHER: one("radio"), KIND: one("article"), PLACE: at("RU")}


@pytest.mark.parametrize("unless", [(), (block(line(KIND, "video")),)])
def test_a_rule_on_a_place_where_the_reader_is_on_no_day_announces_nothing_beside_one_that_is_to_come(
    unless: tuple[Block, ...],
) -> None:
    """The publisher and the kind tell most, so that the rule on France is found whatever the place is.

    With exceptions, keys alone do not answer.
    """
    rules = rules_of(
        rule("to-come", *ON_PAGE, line(PLACE, "later"), unless=unless),
        rule("french", *ON_PAGE, line(PLACE, "FR"), unless=unless, effective=Period(None, DAY + ONE)),
        rule("other-page", *ELSEWHERE, line(PLACE, "FR", "later")),
    )
    ruleset = replace(rules, territories={"later": LATER})
    found = Index(ruleset).decide(KNOWN, DAYS)
    assert found == decide(ruleset, KNOWN, DAYS)
    assert found.changes == ((MOSCOW, SOON),)


def test_a_notice_that_goes_everywhere_waits_for_no_rule_that_another_fact_rules_out() -> None:
    """Only the place is set aside; here it is that somebody paid, which tells less than publisher and kind."""
    everywhere = notice(reach=Reach.EVERYWHERE)
    ruleset = rules_of(
        rule("here", *ON_PAGE, line(PLACE, "RU"), line(PAID, "no"), says=everywhere),
        rule("paid", *ON_PAGE, line(PLACE, "RU"), line(PAID, "yes"), says=everywhere, effective=Period(None, DAY)),
        rule("other-page", *ELSEWHERE, line(PLACE, "RU"), line(PAID, "yes", "no"), says=everywhere),
    )
    known: Facts = {**KNOWN, PAID: one("no")}
    assert Index(ruleset).decide(known, DAYS) == decide(ruleset, known, DAYS)
    assert Index(ruleset).decide(known, DAYS).changes == ()
