"""Items of an archive: affected exactly if, somewhere, the whole rule sets say something else of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.content.facts import Content, facts_of
from compliance.engine.decide import decide
from compliance.errors import RequestError
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from compliance.review.impact.archive import Archive, Counted
from compliance.review.impact.report import Impact
from compliance.review.impact.sides import Side
from compliance.review.results import result_of
from tests.review.impact.comparing import NEAR, TINY, edited, simple
from tests.tiny import ruleset

SKIP = ("notice:", "if_unknown:\n  reader.location: {answer: skip, reason: nobody else minds}\nnotice:")
OLD = {
    **TINY,
    "a.yaml": simple("content.kind: article; reader.location: [DE, GB-LND]", "a"),
    "b.yaml": simple("content.promotes: gambling; reader.location: RU", "b", SKIP),
    "c.yaml": simple(
        "mention.designated_as: x/list; reader.location: RU", "c", ("when:", "for_each: content.mentions\nwhen:")
    ),
}
NEW = {
    **edited(("last_day: none, timezone", "last_day: 2025-12-31, timezone")),
    "a.yaml": simple("content.kind: article; reader.location: [DE, GB]", "a"),
    "b.yaml": simple("content.promotes: [gambling, alcohol]; reader.location: RU", "b", SKIP),
    "c.yaml": simple(
        "mention.designated_as: x/list; reader.location: [RU, BY]", "c", ("when:", "for_each: content.mentions\nwhen:")
    ),
}
PLACES = (None, "RU", "BY", "DE", "GB", "GB-LND", "GB-ENG", "GB-SCT", "US", "RU-MOW")
ITEMS = st.builds(
    Content,
    publisher=st.sampled_from([None, "Radio", "paper.example", "nobody.example"]),
    facts=st.fixed_dictionaries(
        {},
        optional={
            "content.kind": st.sampled_from(["article", "opinion"]),
            "content.promotes": st.sampled_from(["nothing", "gambling", "alcohol", ["perhaps alcohol", "x"]]),
            "content.mentions": st.sampled_from(["nothing", "radio", ["paper", "perhaps radio"]]),
        },
    ),
)


@cache
def sides() -> tuple[Ruleset, Ruleset]:
    return ruleset(OLD), ruleset(NEW)


def counted(items: list[Content], *files: Mapping[str, str], day: date = NEAR) -> Counted:
    """What is counted of some items; without two rule sets, between the two of above."""
    old, new = map(ruleset, files) if files else sides()
    impact = Impact(old, new, day)
    archive = Archive([impact.comparison(task) for task in impact.tasks() if not task.draft], day)
    for number, item in enumerate(items, start=1):
        archive.note(number, item, (impact.old, impact.new))
    return archive.counted


def said(rules: Ruleset, item: Content, place: str | None) -> set[tuple[str, str | None, str]]:
    facts = facts_of(item, Side.of(rules).directory)
    where = LocationSet.unknown() if place is None else LocationSet.of([place])
    decision = decide(rules, {**facts, "reader.location": where}, dict.fromkeys(rules.zones, NEAR))
    return {(each.notice.id, each.entity, result_of(each)) for each in decision.instances}


@settings(max_examples=60)
@given(st.lists(ITEMS, min_size=1, max_size=3))
def test_an_item_is_affected_if_any_reader_gets_another_decision(items: list[Content]) -> None:
    old, new = sides()
    wrong = [
        {name for place in PLACES for name, _, _ in said(old, item, place) ^ said(new, item, place)} for item in items
    ]
    found = counted(items)
    assert (found.items, found.affected) == (len(items), sum(map(bool, wrong)))
    for name in "abc":
        lines = {example.line for (notice, _), each in found.examples.items() if notice == name for example in each}
        assert lines == {number for number, names in enumerate(wrong, start=1) if name in names}


def test_a_page_whose_domain_is_no_longer_anybodys_is_affected() -> None:
    new = edited(("domains: [radio.example]", "domains: []"), file="radio.yaml")
    found = counted([Content(url="https://radio.example/1"), Content(publisher="radio")], TINY, new)
    assert (found.affected, list(found.by_notice)) == (1, ["warn"])
    (example,) = next(iter(found.examples.values()))
    assert (example.line, example.before, example.after) == (1, "possible", "review")


def test_an_item_with_other_words_is_affected_too() -> None:
    found = counted([Content(publisher="radio")], TINY, edited(("footer", "top")))
    assert dict(found.by_notice["warn"]) == {"words": 1}


def test_facts_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(RequestError, match=r"unknown fact `content\.knid`"):
        counted([Content(facts={"content.knid": "x"})])
