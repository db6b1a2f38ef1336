"""How often notices were due: counted in answers, by day and zone, told from ten on; and every decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from compliance import Content, Reader
from compliance.audit.log import LEAST_TOLD
from compliance.audit.record import (
    CountersRecord,
    DecisionRecord,
    TableRecord,
    encode,
)
from tests.node import NOON, PAGE, Node
from tests.tiny import changed, written

PER_ENTITY = """\
language: 1
rule: label
title: A label for each
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis:
  - {title: An act, article: "2", href: "https://law.example/act", confidence: A}
effective: {first_day: 2020-01-01, last_day: none, timezone: Europe/Moscow}
for_each: content.mentions
when:
  mention.designated_as: x/list
  reader.location: RU
notice:
  purpose: legal-duty
  placement: after-first-mention
  conditional: true
  text: {en: "({mention.title} is on the list)"}
scenarios:
  - name: listed
    date: 2021-06-01
    given: {content.mentions: [radio], reader.location: RU}
    expect: required
  - name: elsewhere
    date: 2021-06-01
    given: {content.mentions: [radio], reader.location: US}
    expect: none
"""
"""A notice for each entity that a page mentions."""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.close()


# -- counts ---------------------------------------------------------------------------------------------


def test_counts_are_told_by_zone_where_they_are_ten_or_more(node: Node) -> None:
    for country, number in (("RU", LEAST_TOLD), ("US", 40)):
        for _ in range(number):
            node.check(PAGE, Reader(country=country))
    for _ in range(LEAST_TOLD - 1):
        node.check(PAGE)
    node.close()
    (counters,) = node.of(CountersRecord)
    assert [(each.place, each.notice, each.status, each.count) for each in counters.counts] == [
        ("RU", "warn", "required", LEAST_TOLD)
    ]
    assert counters.withheld == 0, "one would tell that somebody read it"
    assert counters.counted_on == NOON.date()


def test_counts_of_a_day_are_recorded_when_it_is_over(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"))
    assert node.of(CountersRecord) == []
    node.now += timedelta(days=1)
    node.check()
    (counters,) = node.of(CountersRecord)
    assert (counters.counted_on, counters.day) == (NOON.date(), NOON.date() + timedelta(days=1))


def test_one_answer_counts_once_for_a_notice_however_many_entities_it_is_due_for(node: Node) -> None:
    names = [f"radio-{number}" for number in range(12)]
    entity = "language: 1\nentity: {0}\ntitle: {0}\nnames: {{en: [Wave {0}]}}\n"
    written(node.rules, {"label.yaml": PER_ENTITY, **{f"{each}.yaml": entity.format(each) for each in names}})
    assert node.checker.store.reload()
    page = Content(publisher="radio.example", url=PAGE.url, facts={"content.mentions": names})
    for _ in range(LEAST_TOLD - 1):
        assert sum(each.id == "label" for each in node.check(page, Reader(country="RU")).notices) > LEAST_TOLD
    node.close()
    assert node.of(CountersRecord) == []


def test_a_question_from_before_midnight_does_not_divide_a_day(node: Node) -> None:
    for number in range(24):
        node.now = NOON + timedelta(days=1 - number % 2)
        node.check(PAGE, Reader(country="RU"))
    node.close()
    (counters,) = node.of(CountersRecord)
    assert counters.counted_on == NOON.date() + timedelta(days=1)
    assert counters.day >= counters.counted_on


def test_counts_of_two_rule_sets_are_not_added_up(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"))
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    for _ in range(11):
        node.check(PAGE, Reader(country="RU"))
    node.close()
    assert [[each.count for each in one.counts] for one in node.of(CountersRecord)] == [[12], [11]]


def test_previews_are_not_counted(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"), as_of=date(2021, 6, 1))
    node.close()
    assert node.of(CountersRecord) == []


# -- every decision -------------------------------------------------------------------------------------


def test_who_accepts_what_that_does_to_readers_has_every_answer_recorded_by_the_hour(tmp_path: Path) -> None:
    node = Node(tmp_path, "every")
    for _ in range(2):
        node.check(PAGE, Reader(country="RU"))
    node.check(PAGE, Reader(address="8.8.8.8"))
    node.close()
    assert node.check(PAGE, Reader(country="RU")).evidence.state == "not recorded"
    found = node.of(DecisionRecord)
    (table,) = node.of(TableRecord)
    assert [each.hour for each in found] == [12, 12, 12]
    assert {each.table for each in found} == {table.key}
    assert len({each.nonce for each in found}) == 3
    assert found[0].place == {"anywhere": False, "places": ["RU"]}
    assert b"8.8.8.8" not in b"".join(map(encode, found))
