"""Periods that may not share a day: two statements of one thing, of which nobody could say which holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from compliance.model.period import Period

T = TypeVar("T")


def overlaps(things: Iterable[tuple[T, Period]]) -> Iterator[tuple[T, Period]]:
    """Each thing that has days in common with an earlier one, and those days."""
    before: list[Period] = []
    for thing, period in things:
        common = next((days for other in before if not (days := shared(other, period)).is_empty), None)
        if common is not None:
            yield thing, common
        before.append(period)


def shared(one: Period, other: Period) -> Period:
    """The days of both, gaps aside; a period without days if there are none."""
    first = max(one.first_day or date.min, other.first_day or date.min)
    last = min(one.last_day or date.max, other.last_day or date.max)
    return Period(None if first == date.min else first, None if last == date.max else last)


def in_words(period: Period) -> str:
    """A period as a message names it."""
    if period.first_day == period.last_day and period.first_day is not None:
        return f"on {period.first_day}"
    first = f"from {period.first_day}" if period.first_day else "from ever"
    return first + (f" to {period.last_day}" if period.last_day else " on")
