"""Cells as boxes, and days as stretches: nothing gained, nothing lost."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.review.impact.boxes import boxes, hull
from compliance.review.impact.days import ALL_DAYS, Stretch, cut, days_in_words, joined
from compliance.review.impact.groups import Kind
from compliance.review.impact.sentences import _HAPPENS, flow

DAY = date(2024, 6, 1)
CELLS = st.sets(st.tuples(*[st.sampled_from("abc")] * 3))
NEAR = st.integers(0, 12).map(lambda days: DAY + timedelta(days=days))


@given(CELLS)
def test_boxes_hold_each_cell_once_and_nothing_else(cells: set[tuple[str, ...]]) -> None:
    inside = [cell for box in boxes(sorted(cells)) for cell in product(*box)]
    assert sorted(inside) == sorted(cells)


@given(st.lists(st.frozensets(st.sampled_from("abc"), min_size=1), min_size=3, max_size=3))
def test_a_whole_box_comes_out_as_one(sides: list[frozenset[str]]) -> None:
    assert boxes(product(*sides)) == [tuple(sides)]
    assert hull(list(product(*sides))) == tuple(sides)


def test_there_is_no_box_without_a_cell() -> None:
    assert boxes([]) == []
    assert boxes([()]) == [()]


@given(st.sets(NEAR), st.dates(DAY - timedelta(days=30), DAY + timedelta(days=30)))
def test_every_day_lies_in_one_stretch_and_an_edge_begins_one(edges: set[date], day: date) -> None:
    stretches = cut(edges)
    assert sum(day in each for each in stretches) == 1
    assert [each.first for each in stretches[1:]] == sorted(edges)
    assert joined(stretches) == (ALL_DAYS,)
    for each in stretches:
        assert each.day(day) in each
        assert (each.day(day) == day) is (day in each)


@given(st.lists(st.tuples(NEAR, st.integers(0, 3))))
def test_joined_stretches_hold_the_same_days_and_do_not_touch(spans: list[tuple[date, int]]) -> None:
    stretches = [Stretch(first, first + timedelta(days=more)) for first, more in spans]
    together = joined(stretches)
    for number in range(-2, 20):
        day = DAY + timedelta(days=number)
        assert any(day in each for each in stretches) is any(day in each for each in together)
    for before, after in pairwise(together):
        assert before.last is not None
        assert after.first is not None
        assert before.last + timedelta(days=1) < after.first


def test_days_are_said_in_words() -> None:
    one, other = Stretch(None, DAY), Stretch(DAY + timedelta(days=2), DAY + timedelta(days=2))
    assert days_in_words([other, one]) == "until 2024-06-01 and on 2024-06-03"
    assert days_in_words([Stretch(DAY)]) == "from 2024-06-01"
    assert days_in_words([ALL_DAYS]) == ""
    assert joined([Stretch(None, DAY), Stretch(DAY, None)]) == (ALL_DAYS,)
    assert joined([Stretch(DAY, date.max), Stretch(None, DAY - timedelta(days=1))]) == (Stretch(None, date.max),)


def test_an_edge_at_the_beginning_of_the_calendar_is_none() -> None:
    assert cut([date.min]) == [ALL_DAYS]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("required", "none", "removed"),
        ("required", "review", "removed"),
        ("possible", "review", "removed"),
        ("possible", "none", "removed"),
        ("required", "possible", "weaker"),
        ("review", "none", "weaker"),
        ("possible", "required", "stronger"),
        ("none", "review", "added"),
        ("none", "possible", "added"),
        ("review", "required", "added"),
        ("review", "review", "words"),
    ],
)
def test_what_readers_see_decides_what_a_change_is(before: str, after: str, kind: str) -> None:
    assert Kind.of(before, after) is Kind(kind)
    assert (before, after) in _HAPPENS or kind == "words"


def test_facts_are_written_as_a_rule_file_has_them() -> None:
    facts = {"content.subject": ["a", "perhaps b"], "content.url": "https://a.example/x", "publisher": 'Radio "One": x'}
    text = flow({**facts, "content.age_rating": "18+", "content.promotes": "nothing", "content.paid": "yes"})
    assert text == (
        '{content.subject: [a, perhaps b], content.url: "https://a.example/x", publisher: "Radio \\"One\\": x", '
        "content.age_rating: 18+, content.promotes: nothing, content.paid: yes}"
    )
