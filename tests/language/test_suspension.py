"""A rule that is put out of effect for a while: silent in between, back by itself, and said to be suspended."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.language.load import load
from compliance.model.facts import FactValue, OneOf
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from compliance.store import known_zones
from tests.tiny import TINY

WHOLE = "effective: {first_day: 2020-01-01, last_day: none, timezone: Europe/Moscow}\n"
SUSPENDED = """\
effective:
  first_day: 2020-01-01
  last_day: none
  timezone: Europe/Moscow
  suspended:
    - {first_day: 2021-03-01, last_day: 2021-05-31, source: "https://court.example/order", note: interim order}
    - {first_day: 2022-01-01, last_day: none}
"""
FACTS: dict[str, FactValue] = {"publisher": OneOf(frozenset({"radio"})), "reader.location": LocationSet.of(["RU"])}


def loaded(effective: str) -> Ruleset:
    files = {**TINY, "warn.yaml": TINY["warn.yaml"].replace(WHOLE, effective).replace("2021-06-01", "2021-07-01")}
    return load({name: text.encode() for name, text in files.items()}, known_zones())


RULES = loaded(SUSPENDED)


@pytest.mark.parametrize(
    ("day", "is_due", "next_turn"),
    [
        (date(2021, 2, 28), True, date(2021, 3, 1)),
        (date(2021, 3, 1), False, date(2021, 6, 1)),
        (date(2021, 5, 31), False, date(2021, 6, 1)),
        (date(2021, 6, 1), True, date(2022, 1, 1)),
        (date(2022, 1, 1), False, None),
    ],
)
def test_a_suspended_rule_is_silent_and_comes_back_by_itself(day: date, is_due: bool, next_turn: date | None) -> None:
    days = dict.fromkeys(RULES.zones, day)
    decision = Index(RULES).decide(FACTS, days)
    assert decision == decide(RULES, FACTS, days)
    assert bool(decision.instances) == is_due
    assert dict(decision.changes).get("Europe/Moscow") == next_turn


@pytest.mark.parametrize(
    ("day", "because"),
    [
        (date(2021, 4, 1), "suspended from 2021-03-01 to 2021-05-31"),
        (date(2023, 1, 1), "suspended from 2022-01-01"),
        (date(2019, 1, 1), "in effect from 2020-01-01 only"),
    ],
)
def test_why_not_says_suspended_and_not_ended(day: date, because: str) -> None:
    decision = decide(RULES, FACTS, dict.fromkeys(RULES.zones, day), explain=True)
    assert [each.because for each in decision.not_applied] == [because]


def test_a_suspension_is_a_part_of_what_a_rule_set_means_and_its_source_is_not() -> None:
    assert loaded(SUSPENDED).meaning != loaded(WHOLE).meaning
    assert loaded(SUSPENDED).meaning == loaded(SUSPENDED.replace("interim order", "by the court")).meaning
