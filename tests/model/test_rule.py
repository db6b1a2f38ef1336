"""Rules as data: the lines in them, and what they do about facts that are not known."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from compliance.errors import Span
from compliance.model.period import ALWAYS
from compliance.model.rule import (
    NO_MEANING,
    AnyOf,
    Block,
    IfUnknown,
    Line,
    Notice,
    Placement,
    Purpose,
    Reach,
    Rule,
    Severity,
    Status,
)

PLACE, KIND, PAID = "reader.location", "content.kind", "content.paid"
NOTICE = Notice("n", Purpose.LEGAL_DUTY, Severity.INFORM, Placement.FOOTER, {"en": "n"})


def line(fact: str, *values: str, span: Span | None = None) -> Line:
    return Line(fact, frozenset(values), span=span)


def rule(when: Block, *unless: Block, if_unknown: dict[str, IfUnknown] | None = None) -> Rule:
    return Rule("r", "", Status.ACTIVE, ALWAYS, when, NOTICE, "UTC", unless, if_unknown=if_unknown or {})


def test_every_line_is_found_however_deep_and_in_file_order() -> None:
    deepest = Block((line(PAID, "yes"), AnyOf((Block((line(PAID, "no"),)),))))
    when = Block((line(PLACE, "RU"), AnyOf((Block((line(KIND, "article"),)), deepest)), line(PLACE, "UA")))
    found = list(when.each_line())
    assert [(each.fact, *each.values) for each in found] == [
        (PLACE, "RU"),
        (KIND, "article"),
        (PAID, "yes"),
        (PAID, "no"),
        (PLACE, "UA"),
    ]


def test_a_rule_has_the_lines_of_its_conditions_and_of_every_exception() -> None:
    asked = rule(Block((line(PLACE, "RU"),)), Block((line(KIND, "comment"),)), Block((line(PAID, "no"),)))
    assert [each.fact for each in asked.each_line()] == [PLACE, KIND, PAID]


def test_a_rule_shows_in_doubt_unless_it_says_otherwise() -> None:
    asked = rule(Block(()), if_unknown={PLACE: IfUnknown.SKIP, KIND: IfUnknown.REVIEW})
    assert asked.policy(PLACE) is IfUnknown.SKIP
    assert asked.policy(KIND) is IfUnknown.REVIEW
    assert asked.policy(PAID) is IfUnknown.SHOW


def test_a_notice_goes_only_to_readers_whom_it_may_concern_unless_it_says_otherwise() -> None:
    assert NOTICE.reach is Reach.WHERE_POSSIBLE
    assert (NOTICE.supersedes, NOTICE.group, NOTICE.conditional) == ((), None, False)


def test_where_a_line_stands_in_its_file_makes_no_difference() -> None:
    """So moving a rule within its file is no change of the law."""
    here, there = (line(PLACE, "RU", span=Span("a.yaml", number, 1, 1)) for number in (1, 9))
    assert here == there
    assert hash(here) == hash(there)
    assert rule(Block((here,))) == rule(Block((there,)))
    assert here != line(PLACE, "UA")


def test_what_can_change_no_decision_and_no_words_is_marked_as_without_meaning() -> None:
    marked = {field.name for field in fields(Rule) if field.metadata == NO_MEANING}
    assert marked == {"skip_reasons", "summary", "owner", "review_by", "scenarios", "span"}
    assert {field.name for field in fields(Notice) if field.metadata == NO_MEANING} == set()


@pytest.mark.parametrize(
    ("value", "name"), [(line(PLACE, "RU"), "fact"), (Block(()), "lines"), (NOTICE, "id"), (rule(Block(())), "status")]
)
def test_what_was_loaded_cannot_be_altered(value: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, "")
