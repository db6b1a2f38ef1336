"""Registers that rules arm by another date, as seen from outside: by their declared ids, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from compliance import Checker, Content, Reader
from compliance.web.app import create_app
from tests.tiny import TINY, changed, written

DATED = ("    listed_on: {day", "    announced_on: {day: 2020-11-01}\n    listed_on: {day")
EARLY = (
    TINY["warn.yaml"].replace("rule: warn", "rule: early").replace("when:\n", "arms: {x/list: announced_on}\nwhen:\n")
)


def checker(directory: Path) -> Checker:
    """The tiny rules, and one that counts from the announcement."""
    return Checker.open(written(directory, changed("list.yaml", DATED, also={"early.yaml": EARLY})))


def test_a_copy_that_is_too_old_by_each_of_its_dates_is_one_stale_register(tmp_path: Path) -> None:
    answer = checker(tmp_path).check(Content(publisher="paper"), Reader(country="RU"), as_of=date(2029, 1, 1))
    assert [notice.id for notice in answer.notices] == ["early", "warn"]
    assert [(each.register, each.retrieved_on) for each in answer.stale] == [("x/list", date(2026, 1, 1))]


def test_a_rule_that_chooses_a_date_declares_no_register(tmp_path: Path) -> None:
    answer = create_app(checker(tmp_path)).test_client().get("/v1/ruleset", base_url="http://service")
    assert answer.json is not None
    assert answer.json["counts"]["registers"] == 1


def test_the_answer_says_which_date_each_rule_counts_from(tmp_path: Path) -> None:
    answer = checker(tmp_path).check(Content(publisher="radio"), Reader(country="RU"), as_of=date(2022, 1, 1))
    grounds = {notice.id: notice.because[0].facts[0] for notice in answer.notices}
    assert {name: ground.asks_for for name, ground in grounds.items()} == {
        "early": ("x/list by announced_on",),
        "warn": ("x/list",),
    }
    assert grounds["early"].detail == "`radio` is declared in `x/list` (An authority): announced on 2020-11-01"
