"""Periods: both ends belong to them, and the next change is the first day that differs from the day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.period import ALWAYS, Period, between, parse_day

DAY = date(2024, 2, 20)
BEFORE, AFTER = date(2024, 2, 19), date(2024, 2, 21)
WINDOW = 12
"""Days on either side of DAY within which every drawn end lies."""
NEAR = st.integers(-5, 5).map(lambda days: DAY + timedelta(days=days))
PERIODS = st.builds(Period, st.none() | NEAR, st.none() | NEAR)
EVERY_DAY = [DAY + timedelta(days=days) for days in range(-WINDOW, WINDOW + 1)]


GAPPED = st.builds(lambda whole, gaps: replace(whole, gaps=tuple(gaps)), PERIODS, st.lists(PERIODS, max_size=2))


def days_of(period: Period) -> set[date]:
    """Its days within the window, from the ends alone: those of the period, without those of its gaps."""
    own = {
        day
        for day in EVERY_DAY
        if not (period.first_day is not None and day < period.first_day)
        and not (period.last_day is not None and day > period.last_day)
    }
    return own.difference(*map(days_of, period.gaps))


@pytest.mark.parametrize(
    ("period", "before", "on", "after"),
    [
        (Period(DAY, DAY), False, True, False),
        (Period(DAY, None), False, True, True),
        (Period(None, DAY), True, True, False),
        (Period(BEFORE, AFTER), True, True, True),
        (Period(AFTER, BEFORE), False, False, False),
        (ALWAYS, True, True, True),
    ],
)
def test_both_ends_belong_to_a_period_and_none_is_an_open_end(
    period: Period, before: bool, on: bool, after: bool
) -> None:
    assert (BEFORE in period, DAY in period, AFTER in period) == (before, on, after)


@settings(max_examples=100)
@given(PERIODS)
def test_membership_and_emptiness_follow_from_the_ends(period: Period) -> None:
    days = days_of(period)
    assert {day for day in EVERY_DAY if day in period} == days
    assert period.is_empty == (not days)


@pytest.mark.parametrize(
    ("period", "day", "change"),
    [
        (Period(DAY, None), BEFORE, DAY),
        (Period(DAY, None), DAY, None),
        (Period(None, DAY), BEFORE, AFTER),
        (Period(None, DAY), DAY, AFTER),
        (Period(None, DAY), AFTER, None),
        (Period(DAY, DAY), BEFORE, DAY),
        (Period(DAY, DAY), DAY, AFTER),
        (Period(AFTER, BEFORE), date(2024, 1, 1), None),
        (Period(AFTER, BEFORE), DAY, None),
        (ALWAYS, DAY, None),
        (Period(None, date.max), DAY, None),
        (Period(date.max, date.max), DAY, date.max),
    ],
)
def test_a_period_next_changes_on_its_first_day_or_the_day_after_its_last(
    period: Period, day: date, change: date | None
) -> None:
    assert period.next_change(day) == change


@settings(max_examples=150)
@given(PERIODS, NEAR)
def test_the_next_change_is_the_first_later_day_that_differs_from_the_day_before_it(period: Period, day: date) -> None:
    days = days_of(period)
    later = [each for each in EVERY_DAY if each > day]
    naive = next((each for each in later if (each in days) != (each - timedelta(days=1) in days)), None)
    assert period.next_change(day) == naive


@settings(max_examples=100)
@given(PERIODS)
def test_the_edges_are_all_the_days_that_differ_from_the_day_before_them(period: Period) -> None:
    days = days_of(period)
    assert period.edges() == [day for day in EVERY_DAY[1:] if (day in days) != (day - timedelta(days=1) in days)]


def test_the_last_day_of_all_has_no_day_after_it() -> None:
    assert Period(DAY, date.max).edges() == [DAY]


@settings(max_examples=50)
@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "0000-01-01",
        "2024-2-30",
        "2024-02-1",
        "2024-02-011",
        " 2024-02-01",
        "2024-02-01 ",
        "2024/02/01",
        "2024-02/01",
        "2024/02-01",
        "20240201",
        "2024-W05-4",
        "-024-02-01",
        "2024-+2-01",
        "2024-02-+1",
        "2024-02-0x",
        "２０２４-02-01",
        "2024-02-0²",
        "",
        "today",
    ],
)
def test_what_is_not_exactly_a_calendar_day_is_none(text: str) -> None:
    assert parse_day(text) is None


@settings(max_examples=200)
@given(GAPPED)
def test_a_suspended_day_belongs_to_no_period(period: Period) -> None:
    assert {day for day in EVERY_DAY if day in period} == days_of(period)
    for day in EVERY_DAY:
        gap = period.gap_on(day)
        assert (gap is not None) == any(day in days_of(each) for each in period.gaps)
        assert gap is None or (day in gap and day not in period)


@settings(max_examples=200)
@given(GAPPED, st.sampled_from(EVERY_DAY[1:-1]))
def test_the_next_change_of_a_period_with_gaps_is_the_first_day_that_differs(period: Period, day: date) -> None:
    days = days_of(period)
    turns = [later for before, later in pairwise(EVERY_DAY) if (before in days) != (later in days)]
    inside = [edge for edge in period.edges() if EVERY_DAY[0] < edge <= EVERY_DAY[-1]]
    assert inside == turns
    assert period.next_change(day) == next((turn for turn in turns if turn > day), None)


def test_a_period_that_is_suspended_from_the_first_day_of_the_calendar_begins_later() -> None:
    period = Period(None, None, gaps=(Period(date.min, date.min),))
    assert date.min not in period
    assert period.edges() == [date.min + timedelta(days=1)]


@given(st.sets(st.dates(date(2024, 1, 1), date(2024, 3, 1)), max_size=4), st.dates(date(2023, 12, 1), date(2024, 4, 1)))
def test_between_edges_lie_the_days_with_as_many_edges_behind_them(edges: set[date], day: date) -> None:
    found = between(sorted(edges), day)
    near = [day + timedelta(days=step) for step in range(-130, 131)]
    behind = {each: sum(edge <= each for edge in edges) for each in near}
    assert [each for each in near if each in found] == [each for each in near if behind[each] == behind[day]]
