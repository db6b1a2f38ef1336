"""What the README promises holds for the shipped rules; the rooms have tests of their own that go deeper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from compliance import Checker, Content, Reader
from compliance.content.facts import resolved
from compliance.engine.decide import decide
from compliance.model.facts import Facts
from compliance.model.rule import Scenario, Status
from compliance.model.ruleset import Ruleset
from compliance.store import Store, packaged_rules
from tests.docs.blocks import shown_files
from tests.examples import step

ADDRESS = "95.165.0.1"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def awake(checker: Checker) -> Ruleset:
    """The shipped rules as if all of them were active."""
    rules = {name: replace(rule, status=Status.ACTIVE) for name, rule in checker.ruleset.rules.items()}
    return replace(checker.ruleset, rules=rules)


def notices(ruleset: Ruleset, scenario: Scenario, facts: Facts) -> set[str]:
    decision = decide(ruleset, facts, dict.fromkeys(ruleset.zones, scenario.date))
    return {instance.notice.id for instance in decision.instances}


def without_one(facts: Facts) -> Iterator[tuple[str, Facts]]:
    for hidden in facts:
        yield hidden, {name: value for name, value in facts.items() if name != hidden}


def test_hiding_a_fact_of_a_scenario_never_hides_a_notice(checker: Checker, awake: Ruleset) -> None:
    """In every run of each fifth fact, whichever scenario it stands in."""
    lost, number = [], count()
    for rule in awake.rules.values():
        for scenario in rule.scenarios:
            facts = resolved(scenario.given, checker.store.current.directory)
            tried = [each for each in without_one(facts) if next(number) % step(5) == 0]
            known = notices(awake, scenario, facts) if tried else set()
            lost += [
                (rule.id, scenario.name, hidden)
                for hidden, fewer in tried
                if not known <= notices(awake, scenario, fewer)
            ]
    assert lost == []
    assert next(number) > 500


def test_every_shipped_rule_says_what_it_does_when_a_fact_is_not_known(checker: Checker) -> None:
    doubtful = {"possible", "review"}
    rules = checker.ruleset.rules.values()
    assert [rule.id for rule in rules if doubtful.isdisjoint(each.expect for each in rule.scenarios)] == []


def test_the_same_question_gets_the_same_answer_from_another_checker(checker: Checker) -> None:
    page, day = Content(publisher="rferl.org"), date(2025, 1, 10)
    again = Checker.open(packaged_rules()).check(page, as_of=day)
    assert checker.check(page, as_of=day).to_json() == again.to_json()


def test_an_address_is_in_no_answer(checker: Checker) -> None:
    reader = Reader(address=ADDRESS)
    answer = checker.check(Content(publisher="rferl.org"), reader, as_of=date(2025, 1, 10), explain=True)
    assert set(answer.location.places) >= {"RU", "UA-43"}  # who labels Crimea as Russia, nobody knows
    assert ADDRESS not in answer.to_json().decode()
    assert ADDRESS not in repr(reader)


def test_every_notice_names_rules_facts_and_legal_basis_and_every_other_rule_its_reason(checker: Checker) -> None:
    answer = checker.check(Content(publisher="rferl.org"), as_of=date(2025, 1, 10), explain=True)
    for notice in answer.notices:
        assert [each.rule for each in notice.because] == list(notice.rules)
        assert all(each.facts and each.legal_basis for each in notice.because)
    asked = {rule for notice in answer.notices for rule in notice.rules}
    said = {each.rule for each in answer.not_applied if each.because}
    assert asked | said == {rule.id for rule in checker.ruleset.active_rules}


def test_a_broken_rule_file_never_replaces_a_good_one(tmp_path: Path) -> None:
    [(_, good)] = shown_files((ROOT / "README.md").read_text(encoding="utf-8"))
    file = tmp_path / "rule.yaml"
    file.write_text(good, encoding="utf-8")
    store = Store(tmp_path)
    before = store.current
    for broken in (good.replace("reader.location: NO\n", "reader.localtion: NO\n"), good.replace("possible", "none")):
        file.write_text(broken, encoding="utf-8")
        assert not store.reload()
        assert store.current is before
        assert store.failure is not None
