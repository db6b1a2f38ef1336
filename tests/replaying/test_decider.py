"""Answers that are remembered are those that come out without remembering, whatever was decided before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.assemble import Question
from compliance.audit.table import TableRecord
from compliance.content.facts import ANOTHER_PAGE, Content
from compliance.engine.index import Index
from compliance.model.notice import Every, Rotation
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.replaying.decider import Answer, Decider
from compliance.tabulated import Stamp, replayed, table_of
from tests.audit.tables import days, questions, worded
from tests.engine.building import line, notice, one, rule, rules_of
from tests.engine.days import DAY, MOSCOW
from tests.engine.words import PLACE

few = settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)


def record_of(index: Index, question: Question, on: LawDays) -> TableRecord:
    return table_of(index, question, on, Stamp(bytes(16), DAY)).record


def alone(record: TableRecord, index: Index) -> Answer:
    """What comes of a record where nothing is remembered of others."""
    found = replayed(record, index).record
    return Answer(found.outcome, found.stretch, found.turns)


@few
@given(worded(), worded(), st.lists(st.tuples(questions(), days()), min_size=2, max_size=4))
def test_what_is_remembered_of_other_tables_changes_no_answer(
    ruleset: Ruleset, other: Ruleset, asked: list[tuple[Question, LawDays]]
) -> None:
    index, other = Index(ruleset), replace(other, meaning="sha256:other")
    deciders = [(Decider(each), Index(each)) for each in (ruleset, other)]
    for record in [record_of(index, *each) for each in (*asked, *asked)]:
        for decider, fresh in deciders:
            assert decider.answer(record) == alone(record, fresh)


def test_pages_that_no_rule_can_tell_apart_are_decided_once() -> None:
    ruleset = rules_of(rule("r", line(PLACE, "RU")))
    decider, index = Decider(ruleset), Index(ruleset)
    for number in range(20):
        facts = {"publisher": one("radio"), "content.kind": one(("article", "comment")[number % 2])}
        question = Question(Content(url=f"https://one.example/{number}"), facts, LocationSet.unknown())
        decider.answer(record_of(index, question, {MOSCOW: DAY}))
    assert decider.decided == 1


def test_a_page_whose_turn_is_not_recorded_is_not_taken_for_another_one() -> None:
    """By other rules: those of then had no words that take turns."""
    turning = Rotation(Every.ITEM, tuple({"en": f"Text {number}."} for number in range(7)))
    ruleset = rules_of(rule("r", line(PLACE, "RU")))
    other = rules_of(rule("r", line(PLACE, "RU"), says=replace(notice(), text={}, rotation=turning)))
    other, index = replace(other, meaning="sha256:other"), Index(ruleset)
    decider, fresh, found = Decider(other), Index(other), set()
    for number in range(20):
        question = Question(
            Content(url=f"https://one.example/{number}"), {"publisher": one("radio")}, LocationSet.unknown()
        )
        record = record_of(index, question, {MOSCOW: DAY})
        answer = decider.answer(record)
        assert answer == alone(record, fresh)
        found.add(answer.outcome)
    assert len(found) > 1


def test_a_page_that_only_other_rules_name_is_not_taken_for_another_one() -> None:
    pages = [f"https://one.example/{number}" for number in range(3)]
    ruleset = rules_of(rule("r", line("content.url", "https://one.example/none")))
    other = replace(rules_of(rule("r", line("content.url", pages[0]))), meaning="sha256:other")
    decider, index, found = Decider(other), Index(ruleset), []
    for page in pages:
        facts = {"content.url": one(ANOTHER_PAGE), "publisher": one("radio")}
        record = record_of(index, Question(Content(url=page), facts, LocationSet.unknown()), {MOSCOW: DAY})
        answer = decider.answer(record)
        assert answer == alone(record, Index(other))
        found.append(answer.outcome)
    assert found[0] != found[1] == found[2]
