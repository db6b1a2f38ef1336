"""Items of an archive: affected exactly if, somewhere, the whole rule sets say something else of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.content.facts import Content
from compliance.content.mentioned import Look, told, with_mentions
from compliance.dictionary import Names
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
EACH = ("when:", "for_each: content.mentions\nwhen:")
NAMED = {
    **edited(("names: {en: [The Radio]}", "names: {en: [The Radio, {name: Wave, strength: weak}]}"), file="radio.yaml"),
    "a.yaml": simple("content.mentions: radio; reader.location: RU", "a"),
    "b.yaml": simple("content.kind: article; reader.location: DE", "b", EACH),
    "c.yaml": simple("mention.designated_as: x/list; reader.location: RU", "c", EACH),
    "d.yaml": simple("content.links_to: paper", "d"),
    "e.yaml": simple("content.kind: article", "e"),
}
RENAMED = {
    **NAMED,
    "radio.yaml": TINY["radio.yaml"].replace("[The Radio]", "[The Radio, Wave Station]"),
    "paper.yaml": TINY["paper.yaml"].replace("paper.example", "news.example")
    + "names: {en: [Daily Paper, {name: Wave, strength: weak}]}\n",
}
"""The same rules, for other names and another domain."""
WORDS = ("The Radio", "Wave", "«Wave»", "Wave Station", "Daily Paper", "said", "The radio")
LINKS = ("paper.example", "news.example", "nobody.example")
TEXTS = st.builds(
    Content,
    publisher=st.just("radio"),
    headline=st.none() | st.sampled_from(WORDS),
    text=st.none() | st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(", and ".join),
    html=st.none()
    | st.tuples(st.sampled_from(WORDS), st.sampled_from(LINKS)).map(
        lambda pair: f'<html lang="en"><body><p>{pair[0]} <a href="https://{pair[1]}/1">there</a></p></body></html>'
    ),
    language=st.sampled_from([None, "en", "pl"]),
    facts=st.fixed_dictionaries(
        {"content.kind": st.sampled_from(["article", "opinion"])},
        optional={"content.mentions": st.sampled_from(["nothing", "radio"])},
    ),
)
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


@cache
def sides_with_names() -> tuple[Ruleset, Ruleset]:
    return ruleset(NAMED), ruleset(RENAMED)


@cache
def looking() -> Mapping[str, Look]:
    """What looks for the names of a rule set, by what the set means."""
    return {rules.meaning: Names(rules).look for rules in sides_with_names()}


def look_of(rules: Ruleset) -> Look:
    return looking().get(rules.meaning) or Names(rules).look


def counted(items: list[Content], *files: Mapping[str, str], day: date = NEAR) -> Counted:
    """What is counted of some items; without two rule sets, between the two of above."""
    old, new = map(ruleset, files) if files else sides()
    return counted_between(items, old, new, day)


def counted_between(items: list[Content], old: Ruleset, new: Ruleset, day: date = NEAR) -> Counted:
    impact = Impact(old, new, day)
    tasks = [task for task in impact.tasks() if not task.draft] + impact.in_texts()
    archive = Archive([impact.comparison(task) for task in tasks], day)
    for number, item in enumerate(items, start=1):
        archive.note(number, item, ((impact.old, look_of(old)), (impact.new, look_of(new))))
    return archive.counted


def said(rules: Ruleset, item: Content, place: str | None) -> set[tuple[str, str | None, str]]:
    """What the whole rule set says of an item, as a service does."""
    _, own, looked = told(item, Side.of(rules).directory, look_of(rules))
    facts = with_mentions(own, looked)
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


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_an_item_is_affected_if_its_texts_name_somebody_else_to_whom_a_rule_minds(items: list[Content]) -> None:
    old, new = sides_with_names()
    wrong = [
        {name for place in PLACES for name, _, _ in said(old, item, place) ^ said(new, item, place)} for item in items
    ]
    found = counted_between(items, old, new)
    assert (found.items, found.affected) == (len(items), sum(map(bool, wrong)))
    assert found.by_notice.keys() == set().union(*wrong)


def test_a_new_name_shows_in_each_notice_that_asks_whom_texts_name_and_in_no_other() -> None:
    items = [Content(text="The Wave Station is on air.", facts={"content.kind": "article"}), Content(text="Nobody.")]
    found = counted_between(items, *sides_with_names())
    assert (found.affected, {name: dict(kinds) for name, kinds in found.by_notice.items()}) == (
        1,
        {name: {"stronger": 1} for name in "abc"},
    )


def test_where_no_name_differs_nobody_looks_through_texts() -> None:
    def look(*_: object) -> NoReturn:
        pytest.fail("a text was looked through")

    rules = ruleset(TINY)
    impact = Impact(rules, rules, NEAR)
    assert impact.in_texts() == []
    archive = Archive([], NEAR)
    archive.note(1, Content(text="The Radio"), ((impact.old, look), (impact.new, look)))
    assert (archive.counted.items, archive.counted.affected) == (1, 0)


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
