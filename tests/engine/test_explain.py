"""Explanations: why each notice is there, why each other one is not, and from when that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from compliance import Checker
from compliance.content.facts import facts_from
from compliance.engine.decide import decide
from compliance.engine.explain import Explanation, explain
from compliance.engine.index import Index
from compliance.model.decision import Decision, NoticeStatus
from compliance.model.rule import Status
from compliance.model.ruleset import Ruleset
from compliance.model.truth import FALSE
from tests.engine.strategies import DAYS, Facts, facts, rulesets

quick = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
NAME = "ru-undesirable-organization-reader-risk"


def explained(checker: Checker, day: str, **written: str | list[str]) -> Explanation:
    snapshot = checker.store.current
    known = facts_from({name.replace("__", "."): value for name, value in written.items()}, snapshot.directory)
    return explain(snapshot.ruleset, known, dict.fromkeys(snapshot.ruleset.zones, date.fromisoformat(day)))


@quick
@given(rulesets(), facts())
def test_what_is_explained_is_what_the_index_serves(ruleset: Ruleset, known: Facts) -> None:
    explanation = explain(ruleset, known, DAYS)
    assert explanation.decision.instances == Index(ruleset).decide(known, DAYS).instances
    assert tuple(each.instance for each in explanation.due) == explanation.decision.instances


@quick
@given(rulesets(), facts())
def test_every_active_rule_asks_for_something_or_has_an_obstacle(ruleset: Ruleset, known: Facts) -> None:
    explanation = explain(ruleset, known, DAYS)
    asking = {rule for each in explanation.due for rule in each.instance.rules}
    silent = {each.rule for each in explanation.absent}
    assert asking | silent == {name for name, rule in ruleset.rules.items() if rule.status is Status.ACTIVE}
    assert all(each.because for each in explanation.absent)


@quick
@given(rulesets(), facts())
def test_the_grounds_of_a_notice_are_never_false(ruleset: Ruleset, known: Facts) -> None:
    for due in explain(ruleset, known, DAYS).due:
        assert len(due.reasons) == len(due.instance.rules)
        assert all(ground.truth is not FALSE for reason in due.reasons for ground in reason.grounds)
        if due.instance.status is NoticeStatus.REQUIRED and len(due.reasons) == 1:
            assert due.reasons[0].status is NoticeStatus.REQUIRED


def said(decision: Decision, rule: str) -> list[object]:
    return [(each.entity, each.status, each.display) for each in decision.instances if rule in each.rules]


@settings(quick, max_examples=30)
@given(rulesets(supersede=False), facts())
def test_a_silent_rule_stays_silent_by_itself_until_the_day_that_is_named_and_not_longer(
    ruleset: Ruleset, known: Facts
) -> None:
    start = max(DAYS.values())
    for absent in explain(ruleset, known, dict.fromkeys(ruleset.zones, start)).absent:
        alone = replace(ruleset, rules={absent.rule: ruleset.rules[absent.rule]})
        if said(decide(alone, known, dict.fromkeys(ruleset.zones, start)), absent.rule):
            continue  # it is silent only because of what other rules say of the same notice
        turn = absent.changes_on or start + timedelta(days=12)
        for step in range((turn - start).days):
            on = dict.fromkeys(ruleset.zones, start + timedelta(days=step))
            assert said(decide(alone, known, on), absent.rule) == []
        if absent.changes_on is not None:
            assert said(decide(alone, known, dict.fromkeys(ruleset.zones, turn)), absent.rule)


def test_the_day_before_the_listing_names_the_day_of_the_listing(checker: Checker) -> None:
    explanation = explained(checker, "2024-02-19", publisher="rferl.org", reader__location="RU")
    (absent,) = [each for each in explanation.absent if each.rule == NAME]
    not_yet = "`rfe-rl` is in `ru/undesirable-organization` from 2024-02-20 only"
    assert absent.because == f"`publisher.designated_as` is not `ru/undesirable-organization`: {not_yet}"
    assert absent.changes_on == date(2024, 2, 20)
    assert (
        f"`{NAME}` is not asked for: `publisher.designated_as` is not `ru/undesirable-organization`: {not_yet}; "
        "that changes on 2024-02-20"
    ) in explanation.sentences()


def test_a_reader_in_kyiv_is_told_that_the_place_is_the_obstacle_on_all_days(checker: Checker) -> None:
    explanation = explained(checker, "2025-01-10", publisher="rferl.org", reader__location="UA-30")
    (absent,) = [each for each in explanation.absent if each.rule == NAME]
    assert absent.because == "`reader.location` is not `RU` or `ua-russia-controlled`"
    assert absent.changes_on is None


def test_a_required_notice_says_what_was_declared_by_whom_and_since_when(checker: Checker) -> None:
    explanation = explained(checker, "2025-01-10", publisher="rferl.org", reader__location="RU")
    text = "\n".join(explanation.sentences())
    assert f"`{NAME}` is required\n" in text
    assert "`publisher.designated_as` holds (asks for `ru/undesirable-organization`): `rfe-rl` is declared in" in text
    assert "listed on 2024-02-20" in text
    assert "`reader.location` holds" in text


def test_a_possible_notice_says_what_it_hangs_on(checker: Checker) -> None:
    explanation = explained(checker, "2025-01-10", publisher="rferl.org", reader__location="UA")
    text = "\n".join(explanation.sentences())
    assert f"`{NAME}` is possible\n" in text
    assert "it hangs on what is not known: `reader.location`" in text


def test_a_held_notice_says_that_a_person_has_to_look(checker: Checker) -> None:
    explanation = explained(checker, "2025-01-10", publisher="some-site.example", reader__location="RU")
    text = "\n".join(explanation.sentences())
    assert f"`{NAME}` is possible, held until a person has looked\n" in text
    assert "nobody declared who this is" in text


@pytest.mark.parametrize(("day", "turn"), [("2026-10-22", date(2026, 10, 23)), ("2026-10-23", None)])
def test_a_copy_that_grows_old_is_a_day_on_which_the_answer_changes(
    checker: Checker, day: str, turn: date | None
) -> None:
    explanation = explained(checker, day, publisher="example-daily", reader__location="RU")
    absent = {each.rule: each.changes_on for each in explanation.absent}
    due = {each.instance.notice.id: each.changes_on for each in explanation.due}
    assert (absent | due)[NAME] == turn


def test_absent_rules_are_listed_in_the_order_of_their_ids(checker: Checker) -> None:
    absent = explained(checker, "2025-01-10", publisher="rferl.org").absent
    assert all(one.rule < other.rule for one, other in pairwise(absent))
